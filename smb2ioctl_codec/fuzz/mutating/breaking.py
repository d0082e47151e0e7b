"""Mutations that break lengths, counts, offsets and links on purpose, one or two at once."""

from __future__ import annotations

from smb2ioctl_codec.fuzz.mutating.anatomy import Anatomy
from smb2ioctl_codec.fuzz.mutating.draw import Draw
from smb2ioctl_codec.fuzz.mutating.edges import NO_TEXTS, wrong, wrong_pair
from smb2ioctl_codec.fuzz.mutating.edits import Change, fitted, put, replaced
from smb2ioctl_codec.fuzz.mutating.fields import Part, is_free
from smb2ioctl_codec.fuzz.mutating.keeping import another, some_content, some_part
from smb2ioctl_codec.messages.frames import FRAME_HEAD_SIZE
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.messages.packet import NEXT_COMMAND
from smb2ioctl_codec.schema.spans import Span

#: Bytes behind a message.
EXTENSIONS = (1, 2, 4, 7, 8, 16, 64, 256, 512)


def _some_measure(shape: Anatomy, draw: Draw) -> tuple[Span, Part] | None:
    """A number that says something about other bytes, or may have one value alone, and the record that it is in."""
    part = some_part(shape, draw)
    found = [each for each in part.numbers if not is_free(each)] if part is not None else []
    return (draw.pick(found), part) if part is not None and found else None


def break_numbers(shape: Anatomy, draw: Draw) -> Change | None:
    """One length, count, offset, link or constant that is wrong, or two; of one record or of two."""
    chosen = _some_measure(shape, draw)
    if chosen is None:
        return None
    data, (number, part) = bytearray(shape.data), chosen
    put(data, number, wrong(number, part, draw))
    second = None if draw.below(3) else _some_measure(shape, draw)
    if second is not None:
        put(data, second[0], wrong(*second, draw))
    return Change(_extended(shape, data, draw), "wrong" if second is None else "two wrong", number.path)


def break_pair(shape: Anatomy, draw: Draw) -> Change | None:
    """An offset and a size that together lead past the end or wrap."""
    part = some_part(shape, draw)
    found = [each for each in part.contents if each.offset is not None] if part is not None else []
    if part is None or not found:
        return break_numbers(shape, draw)
    content = draw.pick(found)
    if content.offset is None or not content.sizes:
        return break_numbers(shape, draw)
    offset, base = content.offset
    data, size = bytearray(shape.data), content.sizes[-1]
    first, second = wrong_pair(offset, base, size, content, part, draw)
    put(data, offset, first)
    put(data, size, second)
    return Change(_extended(shape, data, draw), "offset and size", offset.path)


def _extended(shape: Anatomy, data: bytearray, draw: Draw) -> bytearray:
    """Sometimes more bytes at the end, which decoders that check one thing at a time take for the content."""
    if not draw.below(4):
        data += _filler(draw.pick(EXTENSIONS), draw)
        if shape.frames and draw.below(2):
            _stretch(shape, data)
    return data


def _filler(size: int, draw: Draw) -> bytes:
    return draw.pick((bytes(size), b"A" * size, draw.bytes(size)))


def _stretch(shape: Anatomy, data: bytearray) -> None:
    """Let the last frame reach to the end."""
    start = shape.frames[-1][0]
    data[start - FRAME_HEAD_SIZE + 1 : start] = min(len(data) - start, 0xFFFFFF).to_bytes(3, "big")


def break_chain(shape: Anatomy, draw: Draw) -> Change | None:
    """NextCommand that leads nowhere, into the header, to itself, back, or past the end."""
    message = draw.pick(shape.messages)
    if message.header is None or message.high - message.low < HEADER_SIZE:
        return None
    size = message.high - message.low
    way = draw.below(8)
    value = (0, 8 * draw.below(9), size, size + 8, size + draw.pick((-1, 1, 4)), -8 * draw.below(16), 64, 1 << 31)[way]
    data = bytearray(shape.data)
    place = message.low + NEXT_COMMAND
    data[place : place + 4] = (value & 0xFFFFFFFF).to_bytes(4, "little")
    return Change(data, "link", "Header.next_command")


def resize_alone(shape: Anatomy, draw: Draw) -> Change | None:
    """A content of another size of which no length knows."""
    found = some_content(shape, draw, lists=not draw.below(4))
    if found is None:
        return None
    part, content = found
    new = another(content, shape.data[content.start : content.end], draw)
    data = bytearray(part.data)
    data[content.start : content.end] = new
    return Change(data, f"{len(new)} bytes that no length counts", content.span.path)


def no_text(shape: Anatomy, draw: Draw) -> Change | None:
    """A text that is no UTF-16, or lacks its end; lengths are right."""
    message = draw.pick(shape.messages)
    parts = [part for part in message.payloads if any(each.kind == "text" for each in part.contents)]
    if not parts:
        return None
    part = draw.pick(parts)
    content = draw.pick([each for each in part.contents if each.kind == "text"])
    held = shape.data[content.start : content.end]
    place = 2 * draw.below(len(held) // 2 + 1)
    if held.endswith(b"\0\0") and draw.below(2):
        new = held[:-2]
    else:
        new = held[:place] + draw.pick(NO_TEXTS) + held[place + 2 * draw.below(2) :]
    new = fitted(content, new, len(held))
    return Change(replaced(part, content, content.start, content.end, new), "no UTF-16", content.span.path)


def cut(shape: Anatomy, draw: Draw) -> Change | None:
    """The end is missing; the length of the frame may know of it."""
    message = draw.pick(shape.messages)
    start = message.body_start if draw.below(4) else message.low
    data = bytearray(shape.data[: start + draw.below(len(shape.data) - start)])
    if shape.frames and draw.below(2) and len(data) >= shape.frames[-1][0]:
        _stretch(shape, data)
    return Change(data, f"cut to {len(data)} bytes")


def extend(shape: Anatomy, draw: Draw) -> Change | None:
    """Bytes behind the end; the length of the frame may know of them."""
    data = bytearray(shape.data) + _filler(draw.pick(EXTENSIONS), draw)
    if shape.frames and draw.below(2):
        _stretch(shape, data)
    return Change(data, f"{len(data) - len(shape.data)} bytes behind the end")
