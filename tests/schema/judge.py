"""The fourth opinion on some bytes, beside compiled codec, span reader and construct.

construct parses; what a construct schema cannot refuse by itself (constants, numbers that the size determines, buffers
outside, text that is none, bytes left over, rules) is judged here from the schema. Neither plan nor spans nor codec is
asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from construct import Construct, ConstructError, Container, ListContainer, Renamed

from smb2ioctl_codec.schema import (
    At,
    Exactly,
    Fixed,
    Implied,
    Kept,
    Next,
    One,
    Own,
    Record,
    Reserved,
    Sized,
    Strings,
    Tag,
    Text,
    Walk,
    When,
)
from smb2ioctl_codec.schema.plan import Check


@dataclass(frozen=True)
class Judgement:
    """What construct makes of some bytes.

    Attributes:
        wire: every wire field; None if construct cannot parse at all.
        left: bytes that it left over.
        sound: constants, sizes, places and texts are right, and nothing is left over; None where a content that reads
            itself decides, and nothing else is wrong.
    """

    wire: dict[str, Any] | None
    left: int
    sound: bool | None


def judge(cls: type[Record], data: bytes) -> Judgement:
    """Whether the bytes keep the layout, by construct."""
    stream = BytesIO(data)
    try:
        wire = plain(cls.SCHEMA.parse_stream(stream))
    except (ConstructError, UnicodeDecodeError):
        return Judgement(None, 0, sound=False)
    left = len(data) - stream.tell()
    if left or not _keeps_layout(cls, wire, lambda: len(data)):
        return Judgement(wire, left, sound=False)
    return Judgement(wire, 0, sound=None if reads_itself(cls) else True)


def reads_itself(cls: type[Record]) -> bool:
    """Whether the record has a content that construct leaves as bytes."""
    return any(isinstance(content(subcon), Own) for subcon in cls.SCHEMA.subcons)


def broken_checks(checks: Sequence[Check], wire: dict[str, Any], size: int) -> list[Check]:
    """The checks that these wire values break; one that asks for a value that is not there is passed over."""
    found = []
    for check in checks:
        try:
            if eval(check.violated, {"__builtins__": {}}, {**wire, "size": size}):
                found.append(check)
        except NameError:
            continue
    return found


def plain(parsed: Any) -> Any:
    """construct's containers as dicts and lists."""
    if isinstance(parsed, Container):
        return {name: plain(value) for name, value in parsed.items() if name != "_io"}
    return [plain(item) for item in parsed] if isinstance(parsed, (ListContainer, list)) else parsed


def content(subcon: Construct) -> Construct:
    """What lies inside the names and marks around it."""
    while isinstance(subcon, (Renamed, Reserved, Tag, Kept, When)):
        subcon = subcon.subcon
    return subcon


def _keeps_layout(cls: type[Record], wire: dict[str, Any], size: Callable[[], int]) -> bool:
    """Whether the wire values of a record of so many bytes, and those of the records in it, are right."""

    def sound(subcon: Construct, value: Any) -> bool:
        match inner := content(subcon):
            case Fixed():
                return bool(value == inner.value)
            case Implied():
                return bool(value == eval(inner.value, {"__builtins__": {}}, {**wire, "size": size()}))
            case Next():
                return value in (0, size())
            case At() | Sized() | Exactly():
                return value is not None and sound(inner.content, value)
            case Text():
                return _is_text(value)
            case Strings():
                return all(map(_is_text, value))
            case One():
                return isinstance(value, bytes) or _is_whole(value)
            case Walk():
                return all(_in_chain(inner, item, last=item is value[-1]) for item in value)
        return True

    return all((wire[subcon.name] is None and _optional(subcon)) or sound(subcon, wire[subcon.name])
               for subcon in cls.SCHEMA.subcons)  # fmt: skip


def _optional(subcon: Construct) -> bool:
    while isinstance(subcon, Renamed):
        subcon = subcon.subcon
    return isinstance(subcon, When)


def _is_whole(wire: dict[str, Any]) -> bool:
    """Whether a record in another keeps its layout and its own checks; it is as large as construct builds it."""
    kind = wire["_record"]
    size = len(kind.SCHEMA.build(wire))
    return _keeps_layout(kind, wire, lambda: size) and not broken_checks(kind.PLAN.checks, wire, size)


def _in_chain(walk: Walk, wire: dict[str, Any], *, last: bool) -> bool:
    """Whether an element is one; its Next was tested by construct, and in the last element is 0."""
    return _is_whole(wire) and (walk.next is None or not last or wire[walk.next] == 0)


def _is_text(units: bytes) -> bool:
    try:
        units.decode("utf-16-le")
    except UnicodeDecodeError:
        return False
    return True
