"""Finding messages in what a user hands over: raw bytes, hexadecimal text, or lines of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from smb2ioctl_codec.dissect.forms import form_of
from smb2ioctl_codec.errors import DecodeError

#: The key of a JSON line that holds a message.
MESSAGE_KEY = "message_hex"

_SEPARATORS = str.maketrans("", "", " \t\r\n\f\v:")
_NO_HEX = re.compile(r"[^0-9A-Fa-f\s:]")
_BOM = b"\xef\xbb\xbf"
#: Bytes of the shortest line that is a whole message in hexadecimal: an ERROR body.
_SHORTEST = 8


class Item(NamedTuple):
    """Something to decode.

    Attributes:
        line: number of the line that it stands in; None where it is all there is.
        about: what a JSON line says besides the message.
        data: its bytes, or what is wrong with them.
    """

    line: int | None
    about: dict[str, Any]
    data: bytes | DecodeError


def items(content: bytes) -> Iterator[Item]:
    """What `content` holds: JSON lines, a hexadecimal message (or one in each line), or else one item of raw bytes."""
    start = content.removeprefix(_BOM).lstrip()
    if start[:1] == b"{":
        yield from _json_lines(content.removeprefix(_BOM))
    elif _is_text(start):
        yield from _hex_items(start.decode("ascii") if start is content else content.removeprefix(_BOM).decode("ascii"))
    else:
        yield Item(None, {}, content)


def from_hex(text: str) -> bytes:
    """The bytes of a hexadecimal text; white space and colons may stand anywhere in it.

    Raises:
        DecodeError: another character, an odd number of digits, or none at all.
    """
    strange = _NO_HEX.search(text)
    if strange is not None:
        line = text.count("\n", 0, strange.start()) + 1
        column = strange.start() - text.rfind("\n", 0, strange.start())
        place = f"character {column}" if "\n" not in text.strip() else f"line {line}, character {column}"
        raise DecodeError(f"{strange[0]!r} at {place} is no hexadecimal digit")
    digits = text.translate(_SEPARATORS)
    if len(digits) % 2:
        raise DecodeError(f"an odd number of hexadecimal digits: {len(digits)}")
    if not digits:
        raise DecodeError("nothing there; expected a message as bytes, hexadecimal text or JSON lines")
    return bytes.fromhex(digits)


def _is_text(content: bytes) -> bool:
    """Printable ASCII alone: no message is that, since every form has a byte of zero or above 0x7F near its start."""
    return content.isascii() and content.decode("ascii").translate(_SEPARATORS).isprintable()


def _hex_items(text: str) -> Iterator[Item]:
    """One message in each line if every line alone starts as one; otherwise all lines are one message."""
    found = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(found) > 1 and all(_starts_message(line) for _, line in found):
        for number, line in found:
            yield Item(number, {}, _bytes_of(line))
    else:
        yield Item(None, {}, _bytes_of(text))


def _starts_message(line: str) -> bool:
    data = _bytes_of(line)
    if isinstance(data, DecodeError) or len(data) < _SHORTEST:
        return False
    try:
        form = form_of(data)
    except DecodeError:
        return False
    return form == "body" or len(data) >= 64


def _bytes_of(text: str) -> bytes | DecodeError:
    try:
        return from_hex(text)
    except DecodeError as error:
        return error


def _json_lines(content: bytes) -> Iterator[Item]:
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        about: dict[str, Any] = {}
        data: bytes | DecodeError
        try:
            about = json_object(line)
            data = from_hex(_message_of(about))
        except DecodeError as error:
            data = error
        yield Item(number, {key: value for key, value in about.items() if key != MESSAGE_KEY}, data)


def _message_of(about: dict[str, Any]) -> str:
    if MESSAGE_KEY not in about:
        raise DecodeError(
            f"expected a JSON object with the key {MESSAGE_KEY!r}, which holds a message as hexadecimal text"
        )
    message = about[MESSAGE_KEY]
    if not isinstance(message, str):
        raise DecodeError(f"{MESSAGE_KEY}: expected a hexadecimal text, not {type(message).__name__}")
    return message


def json_object(text: bytes) -> dict[str, Any]:
    """The one JSON object that `text` is.

    Raises:
        DecodeError: it is none, or names a key twice.
    """
    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise DecodeError(f"no JSON at character {error.pos + 1}: {error.msg}") from None
    except RecursionError:
        raise DecodeError("no JSON that can be read: nested too deeply") from None
    except ValueError as error:
        raise DecodeError(f"no JSON: {error}") from None
    if not isinstance(value, dict):
        raise DecodeError(f"expected a JSON object, not {type(value).__name__}")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands there twice")
    return found
