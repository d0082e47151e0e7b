"""Too few bytes and too many: cut fields, contents and lists, lengths, counts and offsets that lead outside."""

from __future__ import annotations

from collections.abc import Iterator
from struct import calcsize

from smb2ioctl_codec.fuzz.making.defects.shape import Flaw, Shape
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.spans import Span

ONE_MORE, ONE_LESS, FAR_MORE = "one too many", "one too few", "far too many"
#: Bytes behind the end.
_MORE = 64


def fixed_parts(shape: Shape) -> Iterator[Flaw]:
    """No bytes at all; the last byte of the fixed part missing; and that of each fixed field behind it."""
    head = shape.plan.head
    ends = {0: "no bytes", head - 1: "a byte too few"} if head else {}
    for end, what in sorted(ends.items()):
        name = next(span.name for span in shape.places.values() if span.offset <= end < span.offset + span.size)
        yield Flaw("cut-short", name, what, shape.data[:end])
    for field, span in shape.present:
        end = span.offset + span.size
        if field.fixed and end > head:
            yield Flaw("cut-short", field.name, "a byte too few", shape.resized(shape.data[: end - 1]))


def contents(shape: Shape) -> Iterator[Flaw]:
    """Contents in sequence: longer than what is left, by their length or because that was cut; shorter than it."""
    for field, span in shape.present:
        if field.place not in ("sized", "exactly") or not span.size:
            continue
        end, unit = span.offset + span.size, 2 if field.kind == "text" else 1
        if end > shape.plan.head:
            yield Flaw("cut-short", field.name, "too few bytes", shape.resized(shape.data[: end - unit]))
        if field.length_field is not None:
            yield from _lengths(shape, field, span, unit)


def _lengths(shape: Shape, field: Field, span: Span, unit: int) -> Iterator[Flaw]:
    """Lengths of a content; with one more than there are bytes nothing follows that it could take."""
    name, alone = field.length_field or "", shape.resized(shape.data[: span.offset + span.size])
    for number, what, data in (
        (span.size + unit, ONE_MORE, alone),
        (shape.range_of(name)[1], FAR_MORE, shape.data),
    ):
        if number > len(data) - span.offset and shape.fits(name, number):
            yield Flaw("length", field.name, f"{name} {what}", shape.put(name, number, data))
    if field is shape.plan.fields[-1] and field.kind in ("raw", "text"):
        yield Flaw("left-over", "", f"{name} {ONE_LESS}", shape.put(name, span.size - unit))


def items(shape: Shape) -> Iterator[Flaw]:
    """Lists of items: more than there are bytes for, fewer than there are, parts of one."""
    for field, span in shape.present:
        if field.kind != "items":
            continue
        end, size, name = span.offset + span.size, calcsize(field.code), field.count_field
        if span.size:
            yield Flaw("cut-short", field.name, "a byte too few", shape.resized(shape.data[: end - 1]))
        if name is None:
            yield Flaw("left-over", field.name, "a byte too many", shape.resized(shape.data + b"\0"))
            continue
        for number, what in ((shape.left(span) // size + 1, ONE_MORE), (shape.range_of(name)[1], FAR_MORE)):
            if number * size > shape.left(span) and shape.fits(name, number):
                yield Flaw("count", field.name, f"{name} {what}", shape.put(name, number))
        if span.size and field is shape.plan.fields[-1]:
            yield Flaw("left-over", "", f"{name} {ONE_LESS}", shape.put(name, span.size // size - 1))


def left_over(shape: Shape) -> Iterator[Flaw]:
    """Bytes behind the end of a record that does not take whatever follows."""
    last = shape.plan.fields[-1]
    takes_all = last.place == "here" and not last.fixed and last.kind != "strings" and last.count_field is None
    if last.own is not None:
        takes_all = True
    elif last.kind == "walk":
        takes_all = last.walk.next is None or last.walk.last_size is None
    for more, what in () if takes_all else ((1, "a byte too many"), (_MORE, f"{_MORE} bytes too many")):
        yield Flaw("left-over", "", what, shape.resized(shape.data + bytes(more)))


def located(shape: Shape) -> Iterator[Flaw]:
    """Contents that an offset leads to: before the data, behind its end, over its end; and cut."""
    head = max(span.offset + span.size for field, span in shape.present if field.place != "at")
    last = max((span.offset + span.size for field, span in shape.present if field.place == "at"), default=0)
    for field, span in shape.present:
        if field.place != "at":
            continue
        offset, length, total = field.offset_field or "", field.length_field or "", len(shape.data)
        starts = {
            "0": -field.base,
            "a byte before the data": head - 1,
            "a byte behind the end": total + 1,
            "far behind the end": shape.range_of(offset)[1] - field.base,
        }
        for what, start in starts.items():
            if not head <= start <= total and shape.fits(offset, start + field.base):
                yield Flaw("offset", offset, what, shape.put(offset, start + field.base))
        for start, what in ((total, "at the end"), (total - span.size + 1, "a byte too far")):
            yield Flaw("offset", field.name, f"{offset} {what}", shape.put(offset, start + field.base))
        for number, what in ((shape.left(span) + 1, ONE_MORE), (shape.range_of(length)[1], FAR_MORE)):
            yield Flaw("length", field.name, f"{length} {what}", shape.put(length, number))
        if span.offset + span.size == last:
            yield Flaw("cut-short", field.name, "a byte too few", shape.resized(shape.data[: last - 1]))
