"""Nodes: one for each field, buffer, record and gap of some bytes."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Literal

from smb2ioctl_codec.dissect.display import display, explain, shortened_bytes
from smb2ioctl_codec.dissect.json_values import plain
from smb2ioctl_codec.dissect.wireshark import bits_of
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Record, value_class
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.spans import Reading, Span, read, uncovered


@value_class
class Node:
    """One field, buffer, record or gap.

    Attributes:
        name, path: what it is, alone and from its record down.
        offset, size: its place in bytes, from the first byte given, and the bytes that it covers.
        value: an int or a member of an enum, bytes, a str, a list of values; None for a record, and for a text that
            is none.
        display: the value for people.
        role: that of its field (``data``, ``const``, ``reserved``, ``offset-of``, ``size-of``, ``count-of``), or
            ``record``, or ``slack`` for bytes in no buffer, or ``unread`` for those that a defect cut off.
        children: fields of a record, items of a list, the payload in a buffer.
    """

    name: str
    path: str
    offset: int
    size: int
    value: Any
    display: str
    role: str
    children: tuple[Node, ...] = ()

    def child(self, name: str) -> Node | None:
        """The first child of that name; None if there is none."""
        return next((each for each in self.children if each.name == name), None)

    def with_child(self, child: Node) -> Node:
        """The same node with `child` in the place of its namesake."""
        return replace(self, children=tuple(child if each.name == child.name else each for each in self.children))


def record_node(kind: type[Record], data: bytes, base: int) -> tuple[Node, Reading]:
    """The node of a record, and all that the span reader found.

    Args:
        kind: the record's type.
        data: all of its bytes, broken or not.
        base: what is added to every offset.
    """
    plan = kind.PLAN
    reading = read(plan, data, base=base)
    children = [_node(span, data, base) for span in reading.spans]
    role = "slack" if any(f.kind == "slack" and f.name in reading.wire for f in plan.fields) else "unread"
    ranges = [(span.offset - base, span.offset - base + span.size) for span in reading.spans]
    for low, high in uncovered(ranges, 0, len(data)):
        children.append(bytes_node(role, f"{plan.name}.{role}", data[low:high], base + low, role))
    children.sort(key=lambda node: node.offset)
    return Node(plan.name, plan.name, base, len(data), None, "", "record", tuple(children)), reading


def bytes_node(name: str, path: str, data: bytes, base: int, role: str = "data") -> Node:
    """The node of bytes that are not taken apart."""
    return Node(name, path, base, len(data), data, shortened_bytes(data), role)


def _node(span: Span, data: bytes, base: int) -> Node:
    field, value = span.field, span.value
    if field.enum is not None:
        value = field.enum(value)
    elif isinstance(value, dict):
        value = None
    text = display(span.path, value, span.size, field.role)
    if value is None and field.kind == "nested" and set(data[span.offset - base :][: span.size]) == {0xFF}:
        text = "all ones"
    elif value is None and not span.children and field.kind not in ("nested", "one", "walk", "items"):
        text = "no UTF-16, " + shortened_bytes(data[span.offset - base :][: span.size])
    children = tuple(_node(child, data, base) for child in span.children)
    return Node(span.name, span.path, span.offset, span.size, value, text, field.role, children)


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
class Part:
    """A node of an inspection: a field, list, record, message, frame, or bytes in none.

    Attributes:
        name, path: what it is, alone and from its record down.
        offset, size: its place in bytes, from the first byte given, and the bytes that it covers.
        value: an int or a member of an enum, bytes, a str, a UUID or an address, a list of values; None for what has
            parts instead, and for a text that is none.
        role: that of its field (``data``, ``const``, ``reserved``, ``offset-of``, ``size-of``, ``count-of``, ``next``),
            or ``record``, ``list``, ``message``, ``frame``; for bytes in no field ``padding``, ``gap``, ``tail``, or
            ``unread`` behind a defect.
        target: path of what it is the offset, size or count of.
        wireshark: its display filter name: Wireshark's, or one of the same style.
        findings: those about this very node.
        children: its parts, in wire order.
    """

    name: str
    path: str
    offset: int
    size: int
    value: Any
    role: str
    target: str | None
    wireshark: str
    findings: tuple[Finding, ...]
    children: tuple[Part, ...]
    #: name of the record that it is a field of, the field, and all bytes that were given
    owner: str
    field: Field | None
    source: bytes

    def __repr__(self) -> str:
        return f"<{self.path} at {self.offset}, {self.size} bytes: {self.display}>"

    @property
    def raw(self) -> bytes:
        """Its bytes."""
        return self.source[self.offset : self.offset + self.size]

    @property
    def display(self) -> str:
        """The value for people, with names, unit or time."""
        field, value = self.field, self.value
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
