"""Lists whose elements say where the next one starts: steps that lead elsewhere, elements that are missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smb2ioctl_codec.fuzz.making.defects.shape import Flaw, Shape, part_named, put
from smb2ioctl_codec.fuzz.making.defects.sizes import FAR_MORE, ONE_LESS, ONE_MORE
from smb2ioctl_codec.schema import expressions
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.spans import Span


def chains(shape: Shape) -> Iterator[Flaw]:
    """Each list of the record."""
    for field, span in shape.present:
        if field.kind == "walk" and span.children:
            if field.count_field is not None:
                yield from _counts(shape, field, span)
            yield from _sized(shape, field, span) if field.walk.next is None else _steps(shape, field, span)


def _counts(shape: Shape, field: Field, span: Span) -> Iterator[Flaw]:
    name, count = field.count_field or "", len(span.children)
    yield Flaw("count", field.name, f"{name} {ONE_MORE}", shape.put(name, count + 1))
    yield Flaw("count", field.name, f"{name} {FAR_MORE}", shape.put(name, shape.range_of(name)[1]))
    yield Flaw("left-over", "", f"{name} {ONE_LESS}", shape.put(name, count - 1))


def _steps(shape: Shape, field: Field, span: Span) -> Iterator[Flaw]:
    """Steps of the first element, which is not the last, and of the last."""
    walk, head, (first, *others) = field.walk, field.record.PLAN.head, span.children
    align, largest = walk.align, (1 << 8 * (field.record.PLAN.field(walk.next).size or 0)) - 1
    place: Any = part_named(first, walk.next)
    numbers = {
        "into the element": (head - 1) // align * align,
        "one step of the alignment": align,
        "to the end": shape.left(first) + -shape.left(first) % align,
        "backward": largest // align * align,
        "far behind the end": largest // 2 // align * align,
    }
    if others and align > 1:
        end, more = first.offset + first.size, align // 2
        data = put(shape.data[:end] + bytes(more) + shape.data[end:], place, place.value + more)
        yield Flaw("next", f"{first.name}.{walk.next}", "not aligned", data)
    for what, number in numbers.items() if others else ():
        yield Flaw("next", f"{first.name}.{walk.next}", what, put(shape.data, place, number))
    if others and field.count_field is not None:
        yield Flaw("next", field.name, "0 in the first element", put(shape.data, place, 0))
    elif others and walk.last_size is not None:
        yield Flaw("left-over", "", "0 in the first element", put(shape.data, place, 0))
    last = (first, *others)[-1]
    place, to_end = part_named(last, walk.next), shape.left(last) + -shape.left(last) % align
    what = "from the last element to the end"
    yield Flaw("next", f"{last.name}.{walk.next}", what, put(shape.data, place, to_end))


def _sized(shape: Shape, field: Field, span: Span) -> Iterator[Flaw]:
    """The start of one more element than there is; a last one that would be longer by its own fields."""
    last, size = span.children[-1], field.walk.size
    if expressions.evaluate(size, last.value) == last.size:
        name = f"{field.name}[{len(span.children)}].{field.record.PLAN.fields[0].name}"
        yield Flaw("cut-short", name, "a byte of one more", shape.data + b"\0")
    contents = [each for each in field.record.PLAN.fields if each.exact is not None]
    for each in contents:
        for name in sorted(expressions.names(each.exact or "")):
            place, looked_at = part_named(last, name), field.record.PLAN.field(name)
            for number in looked_at.enum or ():
                if expressions.evaluate(size, {**last.value, name: number}) > last.size:
                    data = put(shape.data, place, number)
                    yield Flaw("cut-short", f"{last.name}.{each.name}", f"{name} is {number.name}", data)
