"""What two inputs can make together, lengths and offsets kept right."""

from __future__ import annotations

from smb2ioctl_codec.fuzz.mutating.anatomy import Anatomy
from smb2ioctl_codec.fuzz.mutating.draw import Draw
from smb2ioctl_codec.fuzz.mutating.edits import Change, fitted, put, replaced
from smb2ioctl_codec.fuzz.mutating.keeping import chained, some_content, some_part, with_payload


def crossed(first: Anatomy, second: Anatomy, draw: Draw) -> Change | None:
    """Something of the second in the first; None if what was drawn cannot be done with these."""
    if not first.messages or not second.messages:
        return None
    way = draw.below(8)
    if way < 2:
        return _payload(first, second, draw)
    if way < 4:
        return _content(first, second, draw)
    if way < 6:
        return _numbers(first, second, draw)
    if way == 6:
        return _message(first, second, draw)
    return None


def _payload(first: Anatomy, second: Anatomy, draw: Draw) -> Change | None:
    target, source = draw.pick(first.messages), draw.pick(second.messages)
    if source.body is None or source.buffer is None:
        return None
    code = source.body.number("ctl_code")
    payload = second.data[source.buffer.start : source.buffer.end]
    return with_payload(target, payload, None if code is None or not draw.below(4) else code.value)


def _content(first: Anatomy, second: Anatomy, draw: Draw) -> Change | None:
    target, source = some_content(first, draw, lists=False), some_content(second, draw, lists=False)
    if target is None or source is None:
        return None
    part, content = target
    new = second.data[source[1].start : source[1].end]
    new = fitted(content, new, content.end - content.start)
    return Change(replaced(part, content, content.start, content.end, new), "a content of another", content.span.path)


def _numbers(first: Anatomy, second: Anatomy, draw: Draw) -> Change | None:
    """Numbers of the same name with the values of the other."""
    target, source = some_part(first, draw), some_part(second, draw)
    if target is None or source is None:
        return None
    values = {each.path: each.value for each in source.numbers}
    data, path = bytearray(first.data), ""
    for number in target.numbers:
        if number.path in values and draw.below(2):
            put(data, number, values[number.path])
            path = number.path
    return Change(data, "numbers of another", path)


def _message(first: Anatomy, second: Anatomy, draw: Draw) -> Change | None:
    last, other = first.messages[-1], draw.pick(second.messages)
    if not last.has_header or not other.has_header:
        return None
    return chained(first, last, second.data[other.low : other.high], related=bool(draw.below(2)))
