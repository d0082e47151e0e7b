"""Defects of records inside others: in contents that are a record, in the last element of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from smb2ioctl_codec.fuzz.making.defects.shape import Flaw, Shape, inside
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.spans import Span

#: What gives the defects of a record of some type that has these bytes.
Find = Callable[[type[Record], bytes], Iterator[Flaw]]


def parts(shape: Shape, find: Find) -> Iterator[Flaw]:
    """The defects of every record inside this one."""
    for field, span in shape.present:
        if field.kind == "one":
            yield from _content(shape, field, span, find)
        elif field.kind == "walk" and span.children:
            yield from _element(shape, field, span.children[-1], find)


def _content(shape: Shape, field: Field, span: Span, find: Find) -> Iterator[Flaw]:
    """Those of a content that stay one of the same type."""
    kind = span.value.get("_record") if isinstance(span.value, dict) else None
    start, end = span.offset, span.offset + span.size
    for flaw in () if kind is None else find(kind, shape.data[start:end]):
        if field.alternatives.select(flaw.data) is not kind:
            continue
        data = shape.data[:start] + flaw.data + shape.data[end:]
        if len(flaw.data) != span.size:
            if field.place == "exactly":
                continue
            data = shape.resized(data)
            if field.length_field is not None:
                data = shape.put(field.length_field, len(flaw.data), data)
        yield Flaw(flaw.rule, inside(field.name, flaw.name), flaw.what, data)


def _element(shape: Shape, field: Field, last: Span, find: Find) -> Iterator[Flaw]:
    """Those of the last element: none that takes all its bytes, nor adds any behind its end."""
    plan, count = field.record.PLAN, shape.wire.get(field.count_field or "", 0)
    is_open = field.walk.next is not None and field.walk.last_size is None
    for flaw in find(field.record, shape.data[last.offset : last.offset + last.size]):
        data = shape.data[: last.offset] + flaw.data
        fits = count * plan.head <= len(data) - shape.places[field.name].offset
        if flaw.data and fits and (is_open or len(flaw.data) <= last.size):
            yield Flaw(flaw.rule, inside(last.name, flaw.name), flaw.what, data)
