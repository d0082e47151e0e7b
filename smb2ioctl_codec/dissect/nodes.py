"""Nodes: one for each field, list, record and gap of some bytes; and findings, which say what is wrong with them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Literal, NamedTuple

from smb2ioctl_codec.dissect.display import display, explain, shortened_bytes
from smb2ioctl_codec.dissect.json_values import plain
from smb2ioctl_codec.dissect.wireshark import bits_of
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import value_class
from smb2ioctl_codec.schema.plan import Field

Severity = Literal["error", "warning", "note"]


@value_class
class Finding:
    """Something that is wrong, or worth a look.

    Attributes:
        severity: ``error``: the bytes break the layout; ``warning``: they break a rule that was asked for; ``note``:
            zeros are expected, or something is left out here.
        reason: what it is, in one clause.
        path, offset: the field, and its place in bytes from the first byte given.
        needed, available, limit: of a length, the bytes asked for and those that are there, and the field that asked.
        rules, rule: name of the rule set that says so, and the rule's id; of a broken layout, ``WIRE`` and None.
        section: where the rule comes from.
        status: what a server of the rule set answers.
    """

    severity: Severity
    reason: str
    path: str
    offset: int
    needed: int | None = None
    available: int | None = None
    limit: str | None = None
    rules: str | None = None
    rule: str | None = None
    section: str | None = None
    status: NtStatus | None = None

    def __str__(self) -> str:
        notes = [] if self.needed is None else [f"needed {self.needed}, available {self.available}"]
        notes += [] if self.limit is None else [f"limit set by {self.limit}"]
        notes += [" ".join(filter(None, (self.rules, self.rule, self.section)))] if self.rule else []
        notes += [] if self.status is None else [str(self.status)]
        about = f" ({'; '.join(notes)})" if notes else ""
        return f"{self.severity}: {self.path} at offset {self.offset}: {self.reason}{about}"

    def to_dict(self) -> dict[str, Any]:
        """What there is to say, by name."""
        every = {each.name: getattr(self, each.name) for each in fields(Finding)}
        return {name: plain(value) for name, value in every.items() if value is not None}


@value_class
class Bit:
    """Some bits of a number: their mask, their value shifted down, and what Wireshark calls them."""

    wireshark: str
    mask: int
    value: int


@value_class
class Kind:
    """What all nodes of one field have in common.

    Attributes:
        owner: name of the record that it is a field of; empty for what is in none.
        field: the field; None for a record, a message, a frame, and bytes in no field.
        role: as of the node.
        wireshark: its display filter name.
        target: name of the field that it is the offset, size or count of.
    """

    owner: str
    field: Field | None
    role: str
    wireshark: str
    target: str | None = None


class Node(NamedTuple):
    """A field, list, record, message or frame, or bytes in none.

    A tree has many, and so a node is a tuple, which costs less than any other object.

    Attributes:
        kind: what it has in common with all nodes of the same field.
        name: what it is, alone.
        prefix: path of what it is part of.
        offset, size: its place in bytes, from the first byte given, and the bytes that it covers.
        value: an int or a member of an enum, bytes, a str, a UUID or an address, a list of values; None for what has
            children instead, and for a text that is none.
        source: all bytes that were given.
        children: its parts, in wire order.
        findings: those about this very node.
    """

    kind: Kind
    name: str
    prefix: str
    offset: int
    size: int
    value: Any
    source: bytes
    children: tuple[Node, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        return f"<{self.path} at {self.offset}, {self.size} bytes: {self.display}>"

    @property
    def path(self) -> str:
        """What it is, from its record down."""
        return f"{self.prefix}.{self.name}" if self.prefix else self.name

    @property
    def role(self) -> str:
        """That of its field: ``data``, ``const``, ``reserved``, ``offset-of``, ``size-of``, ``count-of``, ``next``.

        Of others ``record``, ``list``, ``message`` or ``frame``; of bytes in no field ``padding``, ``gap``, ``tail``,
        or ``unread`` behind a defect.
        """
        return self.kind.role

    @property
    def owner(self) -> str:
        """Name of the record that it is a field of."""
        return self.kind.owner

    @property
    def wireshark(self) -> str:
        """Its display filter name: Wireshark's, or one of the same style."""
        return self.kind.wireshark

    @property
    def target(self) -> str | None:
        """Path of what it is the offset, size or count of."""
        return None if self.kind.target is None else f"{self.prefix}.{self.kind.target}"

    @property
    def raw(self) -> bytes:
        """Its bytes."""
        return self.source[self.offset : self.offset + self.size]

    @property
    def display(self) -> str:
        """The value for people, with names, unit or time."""
        field, value = self.kind.field, self.value
        if field is None or isinstance(value, (bytes, list)):
            return display(self.path, value, self.size, self.role)
        if value is None and field.kind == "nested" and not self.raw.strip(b"\xff"):
            return "all ones"
        if value is None and not self.children and field.kind in ("text", "bytes"):
            return f"no UTF-16, {shortened_bytes(self.raw)}"
        return explain(self.owner, field, value, self.size)

    @property
    def bits(self) -> tuple[Bit, ...]:
        """Those bits of a number that Wireshark shows one by one."""
        if not isinstance(self.value, int):
            return ()
        masks = bits_of(self.owner, self.wireshark).items()
        return tuple(Bit(name, mask, (self.value & mask) // (mask & -mask)) for name, mask in masks)

    def child(self, name: str) -> Node | None:
        """The first child of that name; None if there is none."""
        return next((each for each in self.children if each.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """The node by attribute, as JSON takes it; what is empty is left out, and the value of what has parts."""
        found: dict[str, Any] = {"name": self.name, "path": self.path, "offset": self.offset, "size": self.size}
        if self.value is not None and not self.children:
            found["value"] = plain(self.value)
        found |= {"display": self.display, "role": self.role, "target": self.target, "wireshark": self.wireshark}
        found["findings"] = [each.to_dict() for each in self.findings]
        found["children"] = [each.to_dict() for each in self.children]
        return {name: value for name, value in found.items() if value or name not in _OPTIONAL}


_OPTIONAL = ("display", "target", "findings", "children")
