"""Text that is none: odd, cut, without its U+0000, with surrogates that stand alone or in the wrong order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from smb2ioctl_codec.fuzz.making.defects.shape import Flaw, Shape
from smb2ioctl_codec.fuzz.making.defects.sizes import FAR_MORE, ONE_MORE
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.spans import Span

_HIGH, _LOW = b"\x00\xd8", b"\x00\xdc"
#: What stands at the start of a text that goes on.
DAMAGE = {
    "a high surrogate alone": _HIGH,
    "a low surrogate alone": _LOW,
    "surrogates in the wrong order": _LOW + _HIGH,
}
#: Bytes of the longest of these, and of a unit.
_LONGEST, _UNIT = 4, 2


def damaged(data: bytes, start: int, end: int, *, at_end: bool = True) -> Iterator[tuple[str, bytes]]:
    """The bytes with surrogates in the text from `start` to `end`: at its start, and instead of its last unit."""
    if end - start > _LONGEST:
        for what, bad in DAMAGE.items():
            yield what, data[:start] + bad + data[start + len(bad) :]
    if at_end and end - start >= _UNIT:
        yield "a high surrogate at the end", data[: end - _UNIT] + _HIGH + data[end:]


def texts(shape: Shape) -> Iterator[Flaw]:
    """Text of any placement, and in fields of fixed size."""
    after = dict(pairwise(field.name for field in shape.plan.fields))
    for field, span in shape.present:
        is_text = field.kind == "text" or field.type.startswith("UTF-16 in")
        if not is_text or not span.size:
            continue
        for what, data in damaged(shape.data, span.offset, span.offset + span.size):
            yield Flaw("utf-16", field.name, what, data)
        if field.kind == "text":
            yield Flaw("utf-16", field.name, "an odd number of bytes", _odd(shape, field, span, after.get(field.name)))


def _odd(shape: Shape, field: Field, span: Span, after: str | None) -> bytes:
    """A text without its last byte. Where what follows takes whatever is there, that takes the byte, too."""
    data, end = shape.data, span.offset + span.size
    taker = None if after is None else shape.plan.field(after)
    if field.place != "at" and (taker is None or taker.kind != "raw" or taker.place == "sized"):
        data = shape.resized(data[: end - 1] + data[end:])
    return data if field.length_field is None else shape.put(field.length_field, span.size - 1, data)


def strings(shape: Shape) -> Iterator[Flaw]:
    """Lists of strings: without the last U+0000, of more strings than there are, with damage in one."""
    for field, span in shape.present:
        if field.kind != "strings":
            continue
        end, name, first = span.offset + span.size, field.count_field or "", len(span.children)
        for number, what in ((shape.left(span) // _UNIT + 1, ONE_MORE), (shape.range_of(name)[1], FAR_MORE)):
            yield Flaw("count", field.name, f"{name} {what} for the bytes", shape.put(name, number))
        if not span.children:
            continue
        if (first + 1) * _UNIT <= span.size:
            data = shape.put(name, first + 1, shape.data[:end])
            yield Flaw("unterminated", f"{field.name}[{first}]", f"{name} {ONE_MORE}", data)
        last = span.children[-1]
        for missing in (1, _UNIT):
            what = f"{missing} of the last bytes missing"
            yield Flaw("unterminated", last.name, what, shape.resized(shape.data[: end - missing]))
        for what, data in damaged(shape.data, last.offset, end - _UNIT):
            yield Flaw("utf-16", last.name, what, data)
