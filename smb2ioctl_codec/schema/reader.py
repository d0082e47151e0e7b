"""The span reader's pass over a record: one method for each kind of field.

It walks the same plan as the compiled decoder, slowly and with reasons. A defect inside a located buffer is noted and
its neighbours are still read; a defect in sequence ends the reading, and what was read before it stays.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.schema import expressions
from smb2ioctl_codec.schema.plan import Field, Plan
from smb2ioctl_codec.schema.runtime import next_nul
from smb2ioctl_codec.schema.spans import Reading, Span, Stop, read, uncovered
from smb2ioctl_codec.schema.violations import first_violation

#: Bytes of the smallest string in a list: its U+0000.
SMALLEST_STRING = 2


class Reader:
    """One pass over a record's fields; contents that read themselves note their spans and defects here."""

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
            else:
                getattr(self, "own" if each.own else f"_{each.kind}")(each)
        if self.position != len(self.data):
            extra = len(self.data) - self.position
            self.note_defect("", f"{extra} bytes after the end of the structure", offset=self.position)

    def note_defect(self, name: str, reason: str, *, offset: int, **notes: Any) -> None:
        """Add a defect of the field `name`; `offset` counts from the record's first byte. Ends a reading that stops at
        the first."""
        path = f"{self.plan.name}.{name}" if name else self.plan.name
        self.reading.defects.append(DecodeError(reason, path=path, offset=self.base + offset, **notes))
        if not self.keep:
            raise Stop

    def note_span(
        self, field: Field, name: str, offset: int, size: int, value: Any, children: Sequence[Span] = ()
    ) -> Span:
        """Add the span of a field, or make one of its parts: with a name of its own it is not added."""
        path = f"{self.plan.name}.{name}"
        span = Span(name, path, self.base + offset, size, value, field, tuple(children))
        if self.keep and name == field.name:
            self.reading.spans.append(span)
        return span

    def _fixed(self, each: Field) -> None:
        size, left = each.size or 0, len(self.data) - self.position
        if size > left:
            self.note_defect(each.name, "cut short", offset=self.position, needed=size, available=left)
            raise Stop
        if each.kind == "nested":
            part = read(
                each.record.PLAN, self.data[self.position : self.position + size], base=self.base + self.position
            )
            spans = [_below(s, f"{self.plan.name}.{each.name}") for s in part.spans]
            self.reading.wire[each.name] = part.wire
            self.note_span(each, each.name, self.position, size, part.wire, spans)
        else:
            (value,) = struct.unpack_from(each.code, self.data, self.position)
            value = self._converted(each, value)
            self.reading.wire[each.name] = value
            self.note_span(each, each.name, self.position, size, value)
            self._judge(each, value)
        self.position += size

    def _converted(self, each: Field, value: Any) -> Any:
        if each.convert is None:
            return value
        try:
            return each.convert.to_value(value)
        except UnicodeDecodeError as error:
            place = self.position + error.start
            self.note_defect(each.name, f"no UTF-16: {error.reason}", offset=place)
            return None

    def _judge(self, each: Field, value: Any) -> None:
        """Whether a number is one that may stand there."""
        total = len(self.data)
        if each.const is not None and value != each.const:
            self.note_defect(each.name, f"{value:#x} where only {each.const:#x} is valid", offset=self.position)
        elif each.implied is not None and total >= self.plan.head:  # what is shorter is cut short, as will be found
            expected = expressions.evaluate(each.implied, {**self.reading.wire, "size": total})
            if value != expected:
                amounts = {"needed": value, "available": expected} if value > expected >= 0 else {}
                reason = f"{value} where the bytes that are there make it {expected}"
                self.note_defect(each.name, reason, offset=self.position, **amounts)
        elif each.role == "next" and value not in (0, total):
            reason = f"{value} where 0 or the {total} bytes of the element are valid"
            self.note_defect(each.name, reason, offset=self.position)

    def _located(self, each: Field) -> None:
        wire, total, head = self.reading.wire, len(self.data), self.position
        size = wire[each.length_field or ""]
        if not size:
            wire[each.name] = b""
            return
        start = wire[each.offset_field or ""] - each.base
        if not head <= start <= total:
            place = self.plan.field(each.offset_field or "").offset or 0
            low, high = head + each.base, total + each.base
            reason = f"{start + each.base} points outside {low} to {high}"
            self.note_defect(each.offset_field or "", reason, offset=place,
                             limit=f"{self.plan.name}.{each.length_field}", needed=size, available=0)  # fmt: skip
        elif start + size > total:
            limit = f"{self.plan.name}.{each.length_field}"
            self.note_defect(each.name, "cut short", offset=start, needed=size, available=total - start, limit=limit)
            self.note_span(each, each.name, start, total - start, self.data[start:])
        else:
            wire[each.name] = content = self.data[start : start + size]
            self.ranges.append((start, start + size))
            value = self.text_of(each, content, start) if each.kind == "text" else content
            self.note_span(each, each.name, start, size, value)

    def _slack(self, each: Field) -> None:
        """Slack is many ranges, so it has no span of its own: `uncovered` gives them."""
        self.reading.wire[each.name] = b"".join(
            self.data[low:high] for low, high in uncovered(self.ranges, self.position, len(self.data))
        )
        self.position = len(self.data)

    def _extent(self, each: Field) -> tuple[int, bytes]:
        """Start and bytes of a content in sequence; moves on."""
        start, left = self.position, len(self.data) - self.position
        size, limit = left, None
        if each.length_field is not None:
            size, limit = self.reading.wire[each.length_field], f"{self.plan.name}.{each.length_field}"
        elif each.exact is not None:
            size = expressions.evaluate(each.exact, self.reading.wire)
        if size < 0:
            self.note_defect(each.name, f"{size} bytes by the fields before it", offset=start)
            raise Stop
        if size > left:
            self.note_defect(each.name, "cut short", offset=start, needed=size, available=left, limit=limit)
            self.note_span(each, each.name, start, left, self.data[start:])
            raise Stop
        self.position += size
        return start, self.data[start : self.position]

    def _raw(self, each: Field) -> None:
        start, content = self._extent(each)
        self.reading.wire[each.name] = content
        self.note_span(each, each.name, start, len(content), content)

    def _text(self, each: Field) -> None:
        start, content = self._extent(each)
        self.reading.wire[each.name] = content
        self.note_span(each, each.name, start, len(content), self.text_of(each, content, start))

    def text_of(self, each: Field, content: bytes, start: int, name: str = "") -> str | None:
        """The text of UTF-16; None, and a defect, if it is none."""
        try:
            return content.decode("utf-16-le")
        except UnicodeDecodeError as error:
            place = start + error.start
            self.note_defect(name or each.name, f"no UTF-16: {error.reason}", offset=place, status=each.status)
            return None

    def _strings(self, each: Field) -> None:
        data, first = self.data, self.position
        count = self._count(each, "strings", SMALLEST_STRING)
        children: list[Span] = []
        found: list[bytes] = []
        for index in range(count):
            name = f"{each.name}[{index}]"
            start, end = self.position, next_nul(data, self.position)
            if end < 0:
                left = len(data) - start
                self.note_defect(name, "no U+0000", offset=start, needed=left + 2 - left % 2, available=left)
                raise Stop
            self.position = end + 2
            text = self.text_of(each, data[start:end], start, name)
            if self.keep:
                found.append(data[start:end])
                children.append(self.note_span(each, name, start, end + 2 - start, text))
        if self.keep:
            self.reading.wire[each.name] = found
            values = [child.value for child in children]
            self.note_span(each, each.name, first, self.position - first, values, children)

    def _count(self, each: Field, what: str, smallest: int) -> int:
        """How many items the count field announces; stops if so many cannot fit."""
        first, left = self.position, len(self.data) - self.position
        count: int = self.reading.wire[each.count_field or ""]
        if count * smallest > left:
            limit = f"{self.plan.name}.{each.count_field}"
            self.note_defect(each.name, f"{count} {what} cannot fit", offset=first, needed=count * smallest,
                             available=left, limit=limit)  # fmt: skip
            raise Stop
        return count

    def _items(self, each: Field) -> None:
        first, unpacker = self.position, struct.Struct(each.code)
        size, left = unpacker.size, len(self.data) - self.position
        if each.count_field is not None:
            count = self._count(each, "items", size)
        elif left % size:
            reason = f"{left} bytes are no whole number of items of {size}"
            self.note_defect(each.name, reason, offset=first, needed=left - left % size + size, available=left)
            raise Stop
        else:
            count = left // size
        self.position += count * size
        if not self.keep:
            return
        children, found = [], []
        for index in range(count):
            start, name = first + index * size, f"{each.name}[{index}]"
            if each.record is None:
                (value,) = unpacker.unpack_from(self.data, start)
                children.append(self.note_span(each, name, start, size, value))
            else:
                part = read(each.record.PLAN, self.data[start : start + size], base=self.base + start)
                value, spans = part.wire, [_below(s, f"{self.plan.name}.{name}") for s in part.spans]
                children.append(self.note_span(each, name, start, size, value, spans))
            found.append(value)
        self.reading.wire[each.name] = found
        self.note_span(each, each.name, first, count * size, found, children)

    def _one(self, each: Field) -> None:
        start, content = self._extent(each)
        kind = each.alternatives.select(content)
        if kind is None:
            self.reading.wire[each.name] = content
            self.note_span(each, each.name, start, len(content), content)
        else:
            wire, spans = self._inner(kind, content, start, each.name)
            self.reading.wire[each.name] = wire
            self.note_span(each, each.name, start, len(content), wire, spans)

    def _inner(self, kind: Any, content: bytes, start: int, name: str) -> tuple[dict[str, Any], list[Span]]:
        """Wire fields and spans of a record inside this one; its defects become this one's."""
        part = read(kind.PLAN, content, base=self.base + start, keep=self.keep)
        broken = first_violation(kind.PLAN.checks, kind.PLAN, part.wire, len(content))
        if broken is not None:
            broken.offset = self.base + start + (broken.offset or 0)
            part.defects.insert(0, broken)
        for defect in part.defects:
            defect.path = self._path_below(defect.path, name)
            if defect.limit is not None:
                defect.limit = self._path_below(defect.limit, name)
            self.reading.defects.append(defect)
            if not self.keep:
                raise Stop
        return {**part.wire, "_record": kind}, [_below(s, f"{self.plan.name}.{name}") for s in part.spans]

    def _path_below(self, path: str, name: str) -> str:
        return ".".join(filter(None, (self.plan.name, name, path.partition(".")[2])))

    def _walk(self, each: Field) -> None:
        first = self.position
        limit = None if each.count_field is None else f"{self.plan.name}.{each.count_field}"
        expected = None if each.count_field is None else self._count(each, "elements", each.record.PLAN.head)
        children, found, index = [], [], 0
        while self.position < len(self.data) if expected is None else index < expected:
            start, name = self.position, f"{each.name}[{index}]"
            size, last = self._element(each, name)
            wire, spans = self._inner(each.record, self.data[start : start + size], start, name)
            if self.keep:
                children.append(self.note_span(each, name, start, size, wire, spans))
                found.append(wire)
            self.position = min(start + size, len(self.data))
            index += 1
            if last:
                break
        if expected is not None and index < expected:
            self.note_defect(each.name, f"the last of {index} elements where {expected} are announced",
                             offset=self.position, limit=limit)  # fmt: skip
            raise Stop
        if self.keep:
            self.reading.wire[each.name] = found
            self.note_span(each, each.name, first, self.position - first, found, children)

    def _element(self, each: Field, name: str) -> tuple[int, bool]:
        """Bytes of the element at the position, and whether it is the last of its chain."""
        walk, plan = each.walk, each.record.PLAN
        left = len(self.data) - self.position
        head: dict[str, Any] = {}
        for field in plan.fields:
            if field.kind == "integer" and field.offset is not None and field.offset + (field.size or 0) <= left:
                (head[field.name],) = struct.unpack_from(field.code, self.data, self.position + field.offset)
        wanted = {walk.next} if walk.next is not None else expressions.names(walk.size)
        if not wanted <= head.keys():
            return left, True  # it is cut short, as reading it will tell
        if walk.next is None:
            step = int(expressions.evaluate(walk.size, head))
            if step < plan.head:
                reason = f"{step} bytes by its own fields, where {plan.head} is the least"
                self.note_defect(name, reason, offset=self.position)
                raise Stop
            return min(left, step), False
        step = head[walk.next]
        if step == 0:
            return (left if walk.last_size is None else min(left, walk.last_size)), True
        place = self.position + (plan.field(walk.next).offset or 0)
        if step < plan.head or step % walk.align:
            reason = f"{step} where 0 or a multiple of {walk.align} from {plan.head} on is valid"
            self.note_defect(f"{name}.{walk.next}", reason, offset=place)
            raise Stop
        if step >= left:
            self.note_defect(f"{name}.{walk.next}", f"the next element would start {step} bytes on", offset=place,
                             needed=step + 1, available=left)  # fmt: skip
            raise Stop
        return step, False

    def own(self, each: Field) -> None:
        """A content that reads itself: to the end."""
        count = None if each.count_field is None else self.reading.wire[each.count_field]
        start, self.position = self.position, len(self.data)
        self.reading.wire[each.name] = self.data[start:]
        each.own.trace(self, each, start, count)


def _below(span: Span, path: str) -> Span:
    """The span with the path of the record that it lies in put before its own."""
    children = tuple(_below(child, path) for child in span.children)
    return replace(span, path=f"{path}.{span.path.partition('.')[2]}", children=children)
