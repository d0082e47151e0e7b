"""A valid record's bytes with the place of every field in them, and how to change them."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from smb2ioctl_codec.schema import Record, expressions
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.spans import Span, read
from smb2ioctl_codec.schema.wire import limits


class Flaw(NamedTuple):
    """One defect in the bytes of a record.

    Attributes:
        rule: what kind of defect it is: one of `RULES`, or the id of a check of the record's own.
        name: path of the field from the record down; empty for the record itself.
        what: how it is broken.
        data: the bytes.
    """

    rule: str
    name: str
    what: str
    data: bytes


class Shape:
    """The bytes of a record, without a defect.

    Attributes:
        kind, plan, data: the record's type and plan, and its bytes.
        wire: wire values by name.
        places: spans of the fields that are there, by name, in wire order.
    """

    def __init__(self, kind: type[Record], data: bytes) -> None:
        self.kind = kind
        self.plan = kind.PLAN
        self.data = data
        reading = read(self.plan, data)
        self.wire = reading.wire
        self.places = {span.name: span for span in reading.spans}

    @property
    def present(self) -> list[tuple[Field, Span]]:
        """The fields that are there, with their places."""
        return [(field, self.places[field.name]) for field in self.plan.fields if field.name in self.places]

    def left(self, span: Span) -> int:
        """Bytes from the start of a field to the end."""
        return len(self.data) - span.offset

    def range_of(self, name: str) -> tuple[int, int]:
        """The smallest and the largest number of a field."""
        return limits(self.plan.field(name).code)

    def fits(self, name: str, number: int) -> bool:
        """Whether a field can hold a number."""
        low, high = self.range_of(name)
        return low <= number <= high

    def put(self, name: str, number: int, data: bytes | None = None) -> bytes:
        """The bytes, or others that start in the same way, with a number in a field."""
        return put(self.data if data is None else data, self.places[name], number)

    def resized(self, data: bytes) -> bytes:
        """The bytes, which have another size now, with the numbers that say so."""
        if len(data) >= self.plan.head:
            for field, _ in self.present:
                if field.implied is not None:
                    number = expressions.evaluate(field.implied, {**self.wire, "size": len(data)})
                    if self.fits(field.name, number):
                        data = self.put(field.name, number, data)
        return data


def put(data: bytes, span: Span, number: int) -> bytes:
    """The bytes with a number in the place of an integer."""
    return data[: span.offset] + struct.pack(span.field.code, number) + data[span.offset + span.size :]


def inside(*names: str) -> str:
    """The path of a part."""
    return ".".join(filter(None, names))


def part_named(span: Span, name: str) -> Any:
    """The part of a span that has this name; None if it is not there."""
    return next((part for part in span.children if part.name == name), None)
