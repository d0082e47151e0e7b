"""The fourth opinion on some bytes, beside compiled codec, span reader and construct.

construct parses; what a construct schema cannot refuse by itself (constants, buffers outside, text that is none, bytes
left over, rules) is judged here from the schema. Neither plan nor spans nor codec is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from construct import Construct, ConstructError, Container, ListContainer, Renamed

from smb2ioctl_codec.schema import At, Fixed, Kept, Record, Reserved, Sized, Strings, Tag, Text, When
from smb2ioctl_codec.schema.plan import Check


@dataclass(frozen=True)
class Judgement:
    """What construct makes of some bytes.

    Attributes:
        wire: every wire field; None if construct cannot parse at all.
        left: bytes that it left over.
        sound: constants, places and texts are right, and nothing is left over.
    """

    wire: dict[str, Any] | None
    left: int
    sound: bool


def judge(cls: type[Record], data: bytes) -> Judgement:
    """Whether the bytes keep the layout, by construct."""
    stream = BytesIO(data)
    try:
        wire = plain(cls.SCHEMA.parse_stream(stream))
    except ConstructError:
        return Judgement(None, 0, sound=False)
    left = len(data) - stream.tell()
    return Judgement(wire, left, sound=left == 0 and all(_sound(s, wire[s.name]) for s in cls.SCHEMA.subcons))


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
    return [plain(item) for item in parsed] if isinstance(parsed, ListContainer) else parsed


def content(subcon: Construct) -> Construct:
    """What lies inside the names and marks around it."""
    while isinstance(subcon, (Renamed, Reserved, Tag, Kept, When)):
        subcon = subcon.subcon
    return subcon


def _sound(subcon: Construct, value: Any) -> bool:
    inner = content(subcon)
    if isinstance(inner, Fixed):
        return bool(value == inner.value)
    if isinstance(inner, (At, Sized)):
        return value is not None and _sound(inner.content, value)
    if isinstance(inner, Text):
        return _is_text(value)
    return all(map(_is_text, value)) if isinstance(inner, Strings) else True


def _is_text(units: bytes) -> bool:
    try:
        units.decode("utf-16-le")
    except UnicodeDecodeError:
        return False
    return True
