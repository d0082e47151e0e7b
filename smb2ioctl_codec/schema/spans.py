"""The span reader: what every field is and where it lies, on broken bytes too.

It walks the same plan as the compiled decoder, slowly and with reasons. A defect inside a located buffer is noted and
its neighbours are still read; a defect in sequence ends the reading, and what was read before it stays.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.schema import expressions
from smb2ioctl_codec.schema.plan import Check, Field, Plan
from smb2ioctl_codec.schema.runtime import next_nul
from smb2ioctl_codec.schema.value import value_class

#: Bytes of the smallest string in a list: its U+0000.
SMALLEST_STRING = 2


@value_class
class Span:
    """One field of a message, with its place.

    Attributes:
        name, path: the field, alone and from the record down.
        offset, size: bytes from the first byte given, and bytes covered.
        value: what the wire says there; None for a text that is none.
        field: the plan's description: type, role, documentation.
        children: parts of a nested record, items of a list.
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


class _Stop(Exception):
    """A defect in sequence: nothing after it has a known place."""


def read(plan: Plan, data: bytes, *, base: int = 0, keep: bool = True) -> Reading:
    """Read a record from all of `data`.

    Args:
        plan: the record's plan.
        data: the bytes.
        base: offset of `data` in what the user gave, added to every offset.
        keep: False leaves spans out and stops at the first defect: enough to explain a refusal, at a fraction of the
            memory that a tree costs.
    """
    reader = _Reader(plan, data, base, keep)
    with suppress(_Stop):
        reader.run()
    return reader.reading


def explain(plan: Plan, data: Any, rules: Sequence[Check] = ()) -> DecodeError:
    """The error for bytes that the compiled decoder refused: the first broken rule, or else the first defect."""
    reading = read(plan, data, keep=False)
    for check in (*rules, *plan.checks):
        found = violation(check, plan, {**reading.wire, "size": len(data)})
        if found is not None:
            return found
    return reading.defects[0]


def violation(check: Check, plan: Plan, wire: dict[str, Any]) -> DecodeError | None:
    """The error of a check that the wire values break; None if they do not, or are too few to tell."""
    if not wire.keys() >= expressions.names(check.violated) or not expressions.evaluate(check.violated, wire):
        return None
    return error_of(check, plan, wire)


def error_of(check: Check, plan: Plan, wire: dict[str, Any]) -> DecodeError:
    """The error of a check that is known to be broken, with the place and the amounts that the wire values give."""
    name = check.path.partition(".")[2]
    amounts = [None if e is None else int(expressions.evaluate(e, wire)) for e in (check.needed, check.available)]
    return DecodeError(
        check.message,
        path=check.path,
        offset=start_of(plan, name, wire),
        needed=amounts[0],
        available=amounts[1],
        limit=check.limit,
        rule=check.id,
        status=check.status,
    )


def start_of(plan: Plan, name: str, wire: dict[str, Any]) -> int:
    """Offset of the field `name`; 0 for the record itself, or where the field has no place."""
    for candidate in plan.fields:
        if candidate.name == name:
            if candidate.offset is not None:
                return candidate.offset
            if candidate.offset_field is not None:
                start = int(wire[candidate.offset_field]) - candidate.base
                return start if plan.head <= start <= wire["size"] else plan.head
            return plan.head
    return 0


def uncovered(ranges: Iterable[tuple[int, int]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The ranges of bytes from `start` to `end` that none of `ranges` covers, in order."""
    position = start
    for low, high in sorted(ranges):
        if low > position:
            yield position, low
        position = max(position, high)
    if position < end:
        yield position, end


class _Reader:
    def __init__(self, plan: Plan, data: bytes, base: int, keep: bool) -> None:
        self.plan = plan
        self.data = data
        self.base = base
        self.keep = keep
        self.position = 0
        self.reading = Reading()
        self.ranges: list[tuple[int, int]] = []

    def run(self) -> None:
        wire = self.reading.wire
        for each in self.plan.fields:
            if each.condition is not None and not expressions.evaluate(each.condition, wire):
                wire[each.name] = None
                continue
            if each.fixed:
                self._fixed(each)
            elif each.place == "at":
                self._located(each)
            elif each.kind == "strings":
                self._strings(each)
            elif each.kind == "slack":
                self._slack(each)
            else:
                self._sequential(each)
        if self.position != len(self.data):
            extra = len(self.data) - self.position
            self._defect("", f"{extra} bytes after the end of the structure", offset=self.position)

    def _defect(self, name: str, reason: str, *, offset: int, **notes: Any) -> None:
        path = f"{self.plan.name}.{name}" if name else self.plan.name
        self.reading.defects.append(DecodeError(reason, path=path, offset=self.base + offset, **notes))
        if not self.keep:
            raise _Stop

    def _span(self, each: Field, offset: int, size: int, value: Any, children: Sequence[Span] = ()) -> None:
        if self.keep:
            path = f"{self.plan.name}.{each.name}"
            span = Span(each.name, path, self.base + offset, size, value, each, tuple(children))
            self.reading.spans.append(span)

    def _fixed(self, each: Field) -> None:
        size, left = each.size or 0, len(self.data) - self.position
        if size > left:
            self._defect(each.name, "cut short", offset=self.position, needed=size, available=left)
            raise _Stop
        if each.record is not None:
            part = read(
                each.record.PLAN, self.data[self.position : self.position + size], base=self.base + self.position
            )
            spans = [replace(s, path=f"{self.plan.name}.{each.name}.{s.name}") for s in part.spans]
            self.reading.wire[each.name] = part.wire
            self._span(each, self.position, size, part.wire, spans)
        else:
            (value,) = struct.unpack_from(each.code, self.data, self.position)
            self.reading.wire[each.name] = value
            self._span(each, self.position, size, value)
            if each.const is not None and value != each.const:
                self._defect(each.name, f"{value:#x} where only {each.const:#x} is valid", offset=self.position)
        self.position += size

    def _located(self, each: Field) -> None:
        wire, total = self.reading.wire, len(self.data)
        size = wire[each.length_field or ""]
        if not size:
            wire[each.name] = b""
            return
        start = wire[each.offset_field or ""] - each.base
        if not self.plan.head <= start <= total:
            place = self.plan.field(each.offset_field or "").offset or 0
            low, high = self.plan.head + each.base, total + each.base
            reason = f"{start + each.base} points outside {low} to {high}"
            self._defect(each.offset_field or "", reason, offset=place, limit=f"{self.plan.name}.{each.length_field}",
                         needed=size, available=0)  # fmt: skip
        elif start + size > total:
            limit = f"{self.plan.name}.{each.length_field}"
            self._defect(each.name, "cut short", offset=start, needed=size, available=total - start, limit=limit)
            self._span(each, start, total - start, self.data[start:])
        else:
            wire[each.name] = self.data[start : start + size]
            self.ranges.append((start, start + size))
            self._span(each, start, size, wire[each.name])

    def _slack(self, each: Field) -> None:
        """Slack is many ranges, so it has no span of its own: `uncovered` gives them."""
        self.reading.wire[each.name] = b"".join(
            self.data[low:high] for low, high in uncovered(self.ranges, self.plan.head, len(self.data))
        )
        self.position = len(self.data)

    def _sequential(self, each: Field) -> None:
        start, left = self.position, len(self.data) - self.position
        size = left if each.length_field is None else self.reading.wire[each.length_field or ""]
        if size > left:
            limit = f"{self.plan.name}.{each.length_field}"
            self._defect(each.name, "cut short", offset=start, needed=size, available=left, limit=limit)
            self._span(each, start, left, self.data[start:])
            raise _Stop
        content = self.data[start : start + size]
        self.reading.wire[each.name] = content
        self.position += size
        self._span(each, start, size, self._text(each, content, start) if each.kind == "text" else content)

    def _text(self, each: Field, content: bytes, start: int, name: str = "") -> str | None:
        try:
            return content.decode("utf-16-le")
        except UnicodeDecodeError as error:
            place = start + error.start
            self._defect(name or each.name, f"no UTF-16: {error.reason}", offset=place, status=each.status)
            return None

    def _strings(self, each: Field) -> None:
        data, first = self.data, self.position
        count = self.reading.wire[each.count_field or ""]
        if count * SMALLEST_STRING > len(data) - first:
            limit = f"{self.plan.name}.{each.count_field}"
            self._defect(each.name, f"{count} strings cannot fit", offset=first, needed=count * SMALLEST_STRING,
                         available=len(data) - first, limit=limit)  # fmt: skip
            raise _Stop
        children: list[Span] = []
        found: list[bytes] = []
        for index in range(count):
            name = f"{each.name}[{index}]"
            start, end = self.position, next_nul(data, self.position)
            if end < 0:
                left = len(data) - start
                self._defect(name, "no U+0000", offset=start, needed=left + 2 - left % 2, available=left)
                raise _Stop
            self.position = end + 2
            text = self._text(each, data[start:end], start, name)
            if self.keep:
                found.append(data[start:end])
                path = f"{self.plan.name}.{name}"
                children.append(Span(name, path, self.base + start, end + 2 - start, text, each))
        if self.keep:
            self.reading.wire[each.name] = found
            self._span(each, first, self.position - first, [child.value for child in children], children)
