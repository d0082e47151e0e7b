"""The fields of a record as a mutation sees them: numbers, contents of any size, and what measures these.

Places are bytes from the first of the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from smb2ioctl_codec.schema import expressions
from smb2ioctl_codec.schema.plan import Field, Plan
from smb2ioctl_codec.schema.spans import Span, read

#: Parts of one list that are looked into, and bytes of the largest record that is.
MOST_ELEMENTS, LARGEST = 64, 1 << 14
_LISTS = ("items", "strings", "walk", "own")
_NUL = b"\0\0"
#: What padding that is computed from a length aligns to.
_ALIGNMENT = 8
#: Numbers that lead to other bytes or count them, though their records say nothing of it.
_LEADING = ("Header.next_command", "ErrorResponse.error_context_count")

Kind = Literal["text", "bytes", "list"]


class Content:
    """Bytes that can be of another size.

    Attributes:
        span: what the reader says of it, or of the list that it is an element of.
        start, end: where it is.
        kind: UTF-16, any bytes, or elements.
        sizes: the numbers that grow by as many bytes as it does.
        counts: the numbers that count its elements.
        offset: the number that says where it is, and the place from which that counts.
        step: it must grow by a multiple of this, so that what is behind it keeps its alignment.
        elements: where each starts and ends, as far as they are looked at.
    """

    __slots__ = ("counts", "elements", "end", "kind", "offset", "sizes", "span", "start", "step")

    def __init__(self, span: Span, start: int, end: int, kind: Kind, sizes: tuple[Span, ...], step: int) -> None:
        self.span = span
        self.start = start
        self.end = end
        self.kind = kind
        self.sizes = sizes
        self.step = step
        self.counts: list[Span] = []
        self.offset: tuple[Span, int] | None = None
        self.elements: list[Span] = []


class Part:
    """One record at its place.

    Args:
        data: the input.
        plan: the record's plan.
        low, high: where it is.
        sizes: the numbers around it that grow with it.
        step: as of `Content`, for all that is in it.

    Attributes:
        numbers: all numbers.
        blobs: bytes of fixed size.
        contents: what can be of another size, lists too.
        offsets: numbers that say where a content is.
    """

    def __init__(
        self, data: bytes, plan: Plan, low: int, high: int, sizes: tuple[Span, ...] = (), step: int = 1
    ) -> None:
        self.data = data
        self.plan = plan
        self.low = low
        self.high = high
        self.numbers: list[Span] = []
        self.blobs: list[Span] = []
        self.contents: list[Content] = []
        self.offsets: list[tuple[Span, Content]] = []
        reading = read(plan, data[low : min(high, low + LARGEST)], base=low)
        self.wire = reading.wire
        self._record(plan, reading.spans, low, sizes, step)

    def number(self, name: str) -> Span | None:
        """The number of this name, of the record itself."""
        return next((each for each in self.numbers if each.name == name), None)

    def content(self, name: str) -> Content | None:
        """The content of this name, of the record itself."""
        return next((each for each in self.contents if each.span.name == name), None)

    # -- what the span reader found

    def _record(self, plan: Plan, spans: Sequence[Span], low: int, sizes: tuple[Span, ...], step: int) -> None:
        """A record: its numbers first, for they say what is around its contents."""
        named: dict[str, Span] = {}
        variable: list[Span] = []
        followers: dict[str, list[Span]] = {}
        for span in spans:
            field = span.field
            if field.kind == "integer":
                named[field.name] = span
                self.numbers.append(span)
                if field.implied is not None or (field.role == "next" and span.value):
                    sizes = (*sizes, span)
                elif field.canonical is not None and field.resolved:
                    for name in expressions.names(field.canonical):
                        if name == "size":
                            sizes = (*sizes, span)
                        else:
                            followers.setdefault(name, []).append(span)
            elif field.kind == "nested":
                self.numbers += [part for part in span.children if part.field.kind == "integer"]
            elif field.kind == "bytes":
                self.blobs.append(span)
            else:
                variable.append(span)
        found = {span.field.name for span in variable}
        end = max((span.offset + span.size for span in spans if span.field.place != "at"), default=low)
        variable += [Span(field.name, f"{plan.name}.{field.name}", end, 0, b"", field) for field in plan.fields
                     if field.place == "at" and field.name not in found and field.offset_field in named]  # fmt: skip
        aligned = {name for field in plan.fields if field.exact for name in expressions.names(field.exact)}
        for span in variable:
            wide = span.field.length_field in aligned
            self._variable(span, low, named, followers, sizes, max(step, _ALIGNMENT) if wide else step)

    def _variable(
        self,
        span: Span,
        low: int,
        named: dict[str, Span],
        followers: dict[str, list[Span]],
        sizes: tuple[Span, ...],
        step: int,
    ) -> None:
        field = span.field
        length = named.get(field.length_field or "")
        if length is not None:
            sizes = (*sizes, length)
        elif field.exact is not None:
            self._inner(span, sizes, step)
            return
        content = self._add(span, sizes, step)
        count = named.get(field.count_field or "")
        if count is not None:
            content.counts = [count, *followers.get(count.name, ())]
        offset = named.get(field.offset_field or "")
        if offset is not None:
            content.offset = (offset, low - field.base)
            self.offsets.append((offset, content))
        if field.kind in _LISTS:
            self._elements(content, sizes, step)
        else:
            self._inner(span, sizes, step)

    def _add(self, span: Span, sizes: tuple[Span, ...], step: int) -> Content:
        kind: Kind = "list" if span.field.kind in _LISTS else "text" if span.field.kind == "text" else "bytes"
        content = Content(span, span.offset, span.offset + span.size, kind, sizes, step)
        self.contents.append(content)
        return content

    def _inner(self, span: Span, sizes: tuple[Span, ...], step: int) -> None:
        """A record in a content of its own."""
        if isinstance(span.value, dict) and "_record" in span.value:
            self._record(span.value["_record"].PLAN, span.children, span.offset, sizes, step)
        elif span.field.exact is not None and span.size:
            self.blobs.append(span)

    def _elements(self, content: Content, sizes: tuple[Span, ...], step: int) -> None:
        field = content.span.field
        content.elements = [each for each in content.span.children if each.field is field][:MOST_ELEMENTS]
        for each in content.elements:
            if field.kind == "strings":
                self._string(each, sizes, step)
            elif field.kind == "own":
                self._entry(each, sizes, step)
            elif field.kind == "walk":
                before = len(self.contents)
                self._record(field.record.PLAN, each.children, each.offset, sizes, _step_of(field, step))
                self.contents[before:] = filter(_is_measured, self.contents[before:])
            elif each.children:
                self._record(field.record.PLAN, each.children, each.offset, (), step)
            elif isinstance(each.value, int):
                self.numbers.append(each)

    def _string(self, span: Span, sizes: tuple[Span, ...], step: int) -> Content:
        """A string with its U+0000, which is not changed with it."""
        end = span.offset + span.size
        end -= 2 if self.data[end - 2 : end] == _NUL and span.size > 1 else 0
        content = Content(span, span.offset, end, "text", sizes, step)
        self.contents.append(content)
        return content

    def _entry(self, entry: Span, sizes: tuple[Span, ...], step: int) -> None:
        """An entry of a referral reply, whose strings may lie outside it."""
        numbers = {each.name: each for each in entry.children if each.field.kind == "integer"}
        self.numbers += numbers.values()
        self.blobs += [each for each in entry.children if each.field.kind == "bytes"]
        strings: dict[str, Content] = {}
        for each in entry.children:
            if each.field.kind == "text":
                inside = each.offset < entry.offset + entry.size
                own = tuple(numbers[name] for name in ("size",) if name in numbers and inside)
                strings[each.name] = self._strings(each, (*sizes, *own), step)
        for number in numbers.values():
            target = strings.get(number.field.target or "")
            if target is not None and number.field.role == "offset-of":
                self.offsets.append((number, target))
            elif target is not None and number.field.role == "count-of":
                target.counts.append(number)

    def _strings(self, span: Span, sizes: tuple[Span, ...], step: int) -> Content:
        """One string, or a list of them."""
        if not isinstance(span.value, list):
            return self._string(span, sizes, step)
        content = Content(span, span.offset, span.offset + span.size, "list", sizes, step)
        content.elements = list(span.children[:MOST_ELEMENTS])
        self.contents.append(content)
        for each in content.elements:
            self._string(each, sizes, step)
        return content


def _is_measured(content: Content) -> bool:
    """Whether a number says its size, and it is not just what is left of an element."""
    return content.span.field.kind != "raw" or content.span.field.length_field is not None


def _step_of(field: Field, step: int) -> int:
    """What elements of a chain must grow by a multiple of."""
    return max(step, _ALIGNMENT if field.walk.size is not None else field.walk.align)


def is_free(number: Span) -> bool:
    """Whether a number says nothing about other bytes, and may have any value."""
    if number.field.role not in ("data", "reserved") or number.path in _LEADING:
        return False
    return not number.path.endswith("].size")


def order(number: Span) -> Any:
    """The byte order of a number, as `int.from_bytes` wants it."""
    return "big" if number.field.code[:1] == ">" else "little"
