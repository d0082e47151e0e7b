"""The span reader: what every field is and where it lies, on broken bytes too; and why a decoder refused some bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.schema.plan import Check, Field, Plan
from smb2ioctl_codec.schema.value import value_class
from smb2ioctl_codec.schema.violations import first_violation


@value_class
class Span:
    """One field of a message, with its place.

    Attributes:
        name, path: the field, alone and from the record down.
        offset, size: bytes from the first byte given, and bytes covered.
        value: what the wire says there; None for a text that is none.
        field: the plan's description: type, role, documentation.
        children: parts of a record, items of a list.
    """

    name: str
    path: str
    offset: int
    size: int
    value: Any
    field: Field
    children: tuple[Span, ...] = ()


class Reading:
    """What the span reader made of some bytes: spans in wire order, defects in the order found, wire values by name."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.defects: list[DecodeError] = []
        self.wire: dict[str, Any] = {}


class Stop(Exception):
    """A defect in sequence: nothing after it has a known place."""


def uncovered(ranges: Iterable[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The ranges of bytes from `start` to `end` that none of `ranges` covers, in order."""
    position = start
    for low, high in sorted(ranges):
        if low > position:
            yield position, low
        position = max(position, high)
    if position < end:
        yield position, end


def read(plan: Plan, data: bytes, *, base: int = 0, keep: bool = True) -> Reading:
    """Read a record from all of `data`.

    Args:
        plan: the record's plan.
        data: the bytes.
        base: offset of `data` in what the user gave, added to every offset.
        keep: False leaves spans out and stops at the first defect: enough to explain a refusal, at a fraction of the
            memory that a tree costs.
    """
    from smb2ioctl_codec.schema.reader import Reader

    reader = Reader(plan, data, base, keep)
    with suppress(Stop):
        reader.run()
    return reader.reading


def read_own(plan: Plan, field: Field, data: bytes, start: int, wire: dict[str, Any], base: int) -> list[Span]:
    """The spans of a content that reads itself, in a record that a decoder has taken.

    Args:
        plan, data: the record, and all of its bytes.
        field: the content.
        start: where it starts in the record.
        wire: the wire fields before it.
        base: added to every offset.
    """
    from smb2ioctl_codec.schema.reader import Reader

    reader = Reader(plan, data, base, True)
    reader.position, reader.reading.wire = start, wire
    reader.own(field)
    return reader.reading.spans


def explain(plan: Plan, data: Any, rules: Sequence[Check] = ()) -> DecodeError:
    """The error for bytes that the compiled decoder refused: the first broken rule, or else the first defect."""
    reading = read(plan, data, keep=False)
    return first_violation((*rules, *plan.checks), plan, reading.wire, len(data)) or reading.defects[0]
