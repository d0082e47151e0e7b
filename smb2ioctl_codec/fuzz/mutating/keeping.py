"""Mutations that keep lengths, counts and offsets right."""

from __future__ import annotations

from math import gcd

from smb2ioctl_codec.fuzz.mutating import donors
from smb2ioctl_codec.fuzz.mutating.anatomy import FLAGS, Anatomy, Message
from smb2ioctl_codec.fuzz.mutating.draw import Draw
from smb2ioctl_codec.fuzz.mutating.edges import TEXTS, other
from smb2ioctl_codec.fuzz.mutating.edits import Change, fitted, put, replaced, wire
from smb2ioctl_codec.fuzz.mutating.fields import Content, Part, is_free
from smb2ioctl_codec.messages import HeaderFlags
from smb2ioctl_codec.messages.compound import ALIGNMENT
from smb2ioctl_codec.messages.frames import FRAME_HEAD_SIZE
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.messages.packet import NEXT_COMMAND
from smb2ioctl_codec.payloads.rows import BY_CODE
from smb2ioctl_codec.schema.spans import Span

_RELATED = HeaderFlags.RELATED_OPERATIONS.value
_CODES = tuple(int(code) for code in BY_CODE)
#: How often an element is repeated, and bytes that a content grows by.
_TIMES, _SIZES = (1, 1, 1, 2, 3, 16, 255), (1, 2, 7, 8, 16, 63, 64, 255, 256, 1024, 4096)


def some_part(shape: Anatomy, draw: Draw) -> Part | None:
    """A record: payloads first, as there is most to decode in them."""
    message = draw.pick(shape.messages)
    way = draw.below(20)
    if way < 3 and message.header is not None:
        return message.header
    if way > 8 and message.payloads:
        return draw.pick(message.payloads)
    return message.body or message.header


def set_numbers(shape: Anatomy, draw: Draw) -> Change | None:
    """Other values of one to three numbers that say nothing about other bytes."""
    part = some_part(shape, draw)
    numbers = [each for each in part.numbers if is_free(each)] if part is not None else []
    if not numbers:
        return None
    data, number = bytearray(shape.data), draw.pick(numbers)
    put(data, number, other(number, draw))
    while not draw.below(3):
        more = draw.pick(numbers)
        put(data, more, other(more, draw))
    return Change(data, "another value", number.path)


def set_blob(shape: Anatomy, draw: Draw) -> Change | None:
    """Other bytes of a fixed size: all zeros, all ones, any, or one flipped bit."""
    part = some_part(shape, draw)
    if part is None or not part.blobs:
        return None
    data, blob = bytearray(shape.data), draw.pick(part.blobs)
    low, size = blob.offset, blob.size
    way = draw.below(4)
    if way == 3:
        data[low + draw.below(size)] ^= 1 << draw.below(8)
    else:
        data[low : low + size] = (bytes(size), b"\xff" * size, draw.bytes(size))[way]
    return Change(data, "other bytes", blob.path)


def resize(shape: Anatomy, draw: Draw) -> Change | None:
    """A content of another size or with other bytes."""
    found = some_content(shape, draw, lists=False)
    if found is None:
        return None
    part, content = found
    new = fitted(content, another(content, shape.data[content.start : content.end], draw), content.end - content.start)
    data = replaced(part, content, content.start, content.end, new)
    return Change(data, f"{len(new)} bytes", content.span.path)


def some_content(shape: Anatomy, draw: Draw, *, lists: bool) -> tuple[Part, Content] | None:
    """A content, or a list that has elements."""
    for _ in range(2):
        part = some_part(shape, draw)
        if part is not None:
            found = [each for each in part.contents if (each.kind == "list") is lists and (each.elements or not lists)]
            if found:
                return part, draw.pick(found)
    return None


def another(content: Content, held: bytes, draw: Draw) -> bytes:
    """Other bytes for a content: UTF-16 where it is a text."""
    way = draw.below(6)
    unit = 2 if content.kind == "text" else 1
    place = draw.below(len(held) // unit + 1) * unit
    if way == 0:
        return held[:place]
    if way == 1:
        return held[:place] + held[place : place + 8 * unit] * draw.pick(_TIMES) + held[place:]
    if content.kind == "text":
        text = draw.pick(TEXTS).encode("utf-16-le", "surrogatepass")
        if way == 2 and held:
            return held[:place] + text + held[place:]
        return text
    if way == 2:
        return held[:place] + draw.bytes(1 + draw.below(16)) + held[place:]
    if way == 3:
        return held + bytes(draw.pick(_SIZES))
    if way == 4:
        return bytes(draw.pick(_SIZES))
    return draw.bytes(1 + draw.below(64))


def change_list(shape: Anatomy, draw: Draw) -> Change | None:
    """Elements repeated, removed or swapped."""
    found = some_content(shape, draw, lists=True)
    if found is None:
        return None
    part, content = found
    index, way = draw.below(len(content.elements)), draw.below(4)
    element, kind = content.elements[index], content.span.field.kind
    if way == 0 and element.size % content.step == 0:
        return Change(_removed(part, content, index), "removed", element.path)
    if way == 1 and kind in ("items", "strings"):
        return _swapped(part, content, *sorted((index, draw.below(len(content.elements)))))
    times = draw.pick(_TIMES) * (content.step // gcd(element.size, content.step))
    if kind == "walk" and content.span.field.walk.next is not None:
        copies = _linked(content, _bytes(part, element)) * times
        place = element.offset
    else:
        copies = _copies(part, element, times)
        place = element.offset + element.size
    return Change(replaced(part, content, place, place, copies, times), f"{times} more", element.path)


def _bytes(part: Part, span: Span) -> bytes:
    return part.data[span.offset : span.offset + span.size]


def _swapped(part: Part, content: Content, first: int, second: int) -> Change:
    one, other = content.elements[first], content.elements[second]
    low, high = one.offset, other.offset + other.size
    between = part.data[one.offset + one.size : other.offset] if first < second else b""
    new = _bytes(part, other) + between + _bytes(part, one) if first < second else _bytes(part, one)
    return Change(replaced(part, content, low, high, new), "swapped", one.path)


def _copies(part: Part, element: Span, times: int) -> bytes:
    """Copies of an element that stand behind it; their offsets lead past those that follow."""
    end = element.offset + element.size
    inside = [(each.offset - element.offset, each.value, each) for each, target in part.offsets
              if element.offset <= each.offset < end <= target.start]  # fmt: skip
    if not inside:
        return _bytes(part, element) * times
    data = bytearray(_bytes(part, element) * times)
    for index in range(times):
        for place, value, number in inside:
            start = place + index * element.size
            data[start : start + number.size] = wire(number, value + element.size * (times - 1 - index))
    return bytes(data)


def _linked(content: Content, element: bytes) -> bytes:
    """A copy of an element of a chain that leads to the one behind it."""
    walk, plan = content.span.field.walk, content.span.field.record.PLAN
    copy = bytearray(element + bytes(-len(element) % max(walk.align, content.step)))
    field = plan.field(walk.next)
    copy[field.offset : field.offset + field.size] = len(copy).to_bytes(field.size, "little")
    return bytes(copy)


def _removed(part: Part, content: Content, index: int) -> bytearray:
    """Without one element; the one before the last ends its chain then."""
    element, field = content.elements[index], content.span.field
    low, high = element.offset, element.offset + element.size
    if field.kind != "walk" or field.walk.next is None or not index or index < len(content.elements) - 1:
        return replaced(part, content, low, high, b"", -1)
    before = content.elements[index - 1].offset
    if field.walk.last_size is not None:
        low = before + field.walk.last_size
    data = replaced(part, content, low, high, b"", -1)
    link = field.record.PLAN.field(field.walk.next)
    place = before + link.offset
    data[place : place + link.size] = bytes(link.size)
    return data


# -- codes, payloads, messages


def change_code(shape: Anatomy, draw: Draw) -> Change | None:
    """Another control code, over the same payload."""
    message = draw.pick(shape.messages)
    code = None if message.body is None else message.body.number("ctl_code")
    if code is None:
        return None
    data = bytearray(shape.data)
    put(data, code, draw.pick(_CODES))
    return Change(data, "another control code", code.path)


def swap_payload(shape: Anatomy, draw: Draw) -> Change | None:
    """Another payload, and mostly the control code that it belongs to."""
    message = draw.pick(shape.messages)
    if message.buffer is None:
        return None
    code, payload = donors.payload(message.direction, draw)
    return with_payload(message, payload, code if draw.below(4) else None)


def with_payload(message: Message, payload: bytes, code: int | None) -> Change | None:
    """The input with another payload, and another control code if one is given."""
    part, content = message.body, message.buffer
    if part is None or content is None:
        return None
    new = fitted(content, payload, content.end - content.start)
    data = replaced(part, content, content.start, content.end, new)
    number = part.number("ctl_code")
    if code is not None and number is not None:
        put(data, number, code)
    return Change(data, "another payload", content.span.path)


def add_message(shape: Anatomy, draw: Draw) -> Change | None:
    """One more message: in a compound behind the last, or in a frame of its own."""
    last = shape.messages[-1]
    if not last.has_header:
        return None
    sender = draw.pick(shape.messages)
    more = shape.data[sender.low : sender.high] if draw.below(2) else donors.message(last.direction, draw)
    if shape.frames and draw.below(2):
        more = len(more).to_bytes(FRAME_HEAD_SIZE, "big") + more
        return Change(bytearray(shape.data + more), "one more frame", "Frame")
    return chained(shape, last, more, related=bool(draw.below(2)))


def chained(shape: Anatomy, last: Message, more: bytes, *, related: bool) -> Change:
    """The input with a message behind its last one, which leads to it; `more` starts with a header."""
    size = last.high - last.low
    filled = bytes(-size % ALIGNMENT)
    second = bytearray(more)
    second[NEXT_COMMAND : NEXT_COMMAND + 4] = bytes(4)
    if related and len(second) >= HEADER_SIZE:
        second[FLAGS] |= _RELATED
    data = bytearray(shape.data)
    for number in last.sizes:
        put(data, number, number.value + len(filled) + len(second))
    place = last.low + NEXT_COMMAND
    data[place : place + 4] = (size + len(filled)).to_bytes(4, "little")
    data[last.high : last.high] = filled + second
    return Change(data, "one more message", "Packet")


def remove_message(shape: Anatomy, draw: Draw) -> Change | None:
    """A compound without its last message, or a stream without one frame."""
    if len(shape.frames) > 1:
        low, high = draw.pick(shape.frames)
        return Change(bytearray(shape.data[: low - FRAME_HEAD_SIZE] + shape.data[high:]), "one frame less", "Frame")
    if len(shape.messages) < 2 or shape.messages[-2].high != shape.messages[-1].low:
        return None
    last, before = shape.messages[-1], shape.messages[-2]
    data = bytearray(shape.data)
    for number in last.sizes:
        if number.offset < before.low:
            put(data, number, number.value - (last.high - last.low))
    place = before.low + NEXT_COMMAND
    data[place : place + 4] = bytes(4)
    del data[last.low : last.high]
    return Change(data, "one message less", "Packet")
