"""Where the numbers of a message stand that say where something lies and how much it is."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from smb2ioctl_codec.schema.plan import Plan
from smb2ioctl_codec.schema.spans import Span, read
from smb2ioctl_codec.schema.wire import limits


class Spot(NamedTuple):
    """A number in a message: its name from the record down, its offset in bytes, its struct format, its value."""

    path: str
    offset: int
    code: str
    value: int

    @property
    def highest(self) -> int:
        """The largest number that fits."""
        return limits(self.code)[1]

    def fits(self, number: int) -> bool:
        """Whether the number can stand there."""
        return 0 <= number <= self.highest

    def put(self, message: bytearray, number: int) -> None:
        """Write a number that fits."""
        struct.pack_into(self.code, message, self.offset, number)


class Measure(NamedTuple):
    """Two numbers that say where a content lies and how much it is.

    `low` and `high` are the offsets of the first byte that it may have and of the end of the bytes; `offset` is None
    where the content has a place of its own. `unit` is the bytes of one of what `amount` counts.
    """

    offset: Spot | None
    amount: Spot
    low: int
    high: int
    unit: int


class Found(NamedTuple):
    """The numbers of a record and of those in it: measures, the Next fields of each chain, other offsets."""

    measures: list[Measure]
    chains: list[list[Spot]]
    offsets: list[Spot]


def spots(plan: Plan, data: bytes, start: int) -> Found:
    """The numbers that say where something lies and how much it is.

    Args:
        plan: the record.
        data: the message that it stands in, up to the record's end.
        start: where in the message it starts.
    """
    found = Found([], [], [])
    _collect(plan, read(plan, data[start:], base=start).spans, start, len(data), found)
    return found


def _collect(plan: Plan, spans: Sequence[Span], start: int, end: int, found: Found) -> None:
    found.measures.extend(_measures(plan, {span.name: span for span in spans}, start, end))
    for span in spans:
        walk = span.field.walk
        if walk is not None and walk.next is not None:
            found.chains.append(
                [_spot(part) for each in span.children for part in each.children if part.name == walk.next]
            )
        if span.field.own is not None:
            parts = (part for each in span.children for part in each.children)
            found.offsets.extend(_spot(part) for part in parts if part.field.role == "offset-of")
        for each in span.children if walk is not None else (span,):
            if isinstance(each.value, dict) and "_record" in each.value:
                inner = each.value["_record"].PLAN
                _collect(inner, each.children, each.offset, each.offset + each.size, found)


def measure_of(plan: Plan, data: bytes, start: int, offset: str, count: str, base: int) -> Measure:
    """The measure that two numbers at the start of a record would have if they led to a content."""
    found = {span.name: span for span in read(plan, data[start:], base=start).spans}
    return Measure(_spot(found[offset]), _spot(found[count]), base + plan.head, base + len(data) - start, 1)


def _measures(plan: Plan, found: dict[str, Span], start: int, end: int) -> Iterator[Measure]:
    for field in plan.fields:
        length = found.get(field.length_field or field.count_field or "")
        if length is None:
            continue
        offset = found.get(field.offset_field or "")
        low = field.base + plan.head
        unit = struct.calcsize(field.code) if field.kind == "items" else 1
        place = None if offset is None else _spot(offset)
        yield Measure(place, _spot(length), low, field.base + end - start, unit)


def _spot(span: Span) -> Spot:
    value: Any = span.value
    return Spot(span.path, span.offset, span.field.code, int(value))
