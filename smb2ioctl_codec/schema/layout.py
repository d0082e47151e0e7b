"""Layout tables: what the documentation prints and `layout()` gives."""

from __future__ import annotations

from typing import Any, NamedTuple


class Row(NamedTuple):
    """One field of a structure.

    Attributes:
        name: the field.
        offset: bytes from the structure's start, None where it depends on other fields.
        size: bytes, None where it depends on other fields.
        type: ``u32``, ``bytes``, ``UTF-16``, the name of an enum or of a nested record.
        doc: meaning and units.
        role: data, const, reserved, offset-of, size-of or count-of; the latter with the field they describe.
    """

    name: str
    offset: int | None
    size: int | None
    type: str
    doc: str
    role: str


def layout(record_type: type[Any]) -> tuple[Row, ...]:
    """The rows of a record's layout table, in wire order; of any class that has a plan. Bytes throughout."""
    rows = []
    for field in record_type.PLAN.fields:
        role = f"{field.role} {field.target}" if field.target else field.role
        doc = field.doc if field.const is None else f"{field.const}{'; ' if field.doc else ''}{field.doc}"
        rows.append(Row(field.name, field.offset, field.width, field.type, doc, role))
    return tuple(rows)
