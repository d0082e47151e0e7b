"""Kinds of nodes: what all nodes of one field have in common, worked out once for each record and direction."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from smb2ioctl_codec.dissect.nodes import Kind
from smb2ioctl_codec.dissect.wireshark import derived, field_names, name_of, record_name, variant
from smb2ioctl_codec.schema.plan import Field, Plan

#: Fields that only fill, and their roles.
FILLING = {"padding": "padding", "alignment": "padding", "trailing": "tail", "rest": "tail", "slack": "gap"}


class Kinds:
    """The kinds of one record's nodes: `record` is its own; `of`, `whole` and `item` give those of its fields."""

    def __init__(self, name: str, names: Mapping[str, str]) -> None:
        self.name = name
        self.names = names
        self.record = Kind(name, None, "record", record_name(name))
        self._made: dict[tuple[str, str, str], Kind] = {}

    def of(self, field: Field) -> Kind:
        """A field: a number, text, bytes, or a record of fixed size."""
        return self._kind(field, "", FILLING.get(field.name, field.role), field.target)

    def buffer(self, field: Field) -> Kind:
        """A field whose bytes hold something else."""
        return self._kind(field, "buffer", field.role, field.target)

    def whole(self, field: Field) -> Kind:
        """A list as a whole."""
        return self._kind(field, "list", "list", field.target, derived(self.name, field.name))

    def part(self, field: Field, record: str) -> Kind:
        """A record that is an item of a list, or all that a field has."""
        return self._kind(field, f"part {record}", "record", field.target, record_name(record))

    def gap(self, role: str) -> Kind:
        """Bytes in no field."""
        return Kind(self.name, None, role, derived(self.name, role))

    def bare(self, name: str, role: str) -> Kind:
        """A part of a field, which the schema does not know."""
        return Kind(self.name, None, role, name_of(self.names, self.name, name))

    def _kind(self, field: Field, use: str, role: str, target: str | None, wireshark: str | None = None) -> Kind:
        key = (field.name, use, field.type)
        made = self._made.get(key)
        if made is None:
            name = wireshark or name_of(self.names, self.name, field.name)
            made = self._made[key] = Kind(self.name, field, role, name, target)
        return made


def kinds_of(plan: Plan, wire: Mapping[str, Any], *, is_request: bool) -> Kinds:
    """The kinds of a record's nodes.

    Args:
        plan: the record's plan.
        wire: its values, of which one may tell what others are called.
        is_request: a client sent it.
    """
    return _kinds(plan.name, variant(plan.name, wire), is_request)


@cache
def _kinds(name: str, key: str, is_request: bool) -> Kinds:
    return Kinds(name, field_names(key, is_request=is_request))


@cache
def container_kind(path: str, role: str) -> Kind:
    """A node of records, messages or frames."""
    return Kind("", None, role, "smb2" if role == "message" else derived(path))
