"""Finding messages in what a user hands over: raw bytes, hexadecimal text, or lines of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

from smb2ioctl_codec.dissect.forms import form_of
from smb2ioctl_codec.errors import DecodeError

#: The key of a JSON line that holds a message.
MESSAGE_KEY = "message_hex"

_SEPARATORS = str.maketrans("", "", " \t\r\n\f\v:")
_NO_HEX = re.compile(r"[^0-9A-Fa-f\s:]")
_SPACE = re.compile(r"[ \t\r\n]*")
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
    text = content.removeprefix(_BOM)
    if text.lstrip()[:1] == b"{":
        yield from _json_lines(text)
    elif _is_printable(text):
        yield from _hex_items(text.decode("ascii"))
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


def _is_printable(content: bytes) -> bool:
    """Printable ASCII alone: no message is that, for each has a zero byte or one above 0x7F near its start."""
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
            about = _json_object(line)
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


def documents(content: bytes) -> Iterator[tuple[int, Any]]:
    """The JSON documents that follow one another in `content`, each with the number of the line that it starts in.

    Raises:
        DecodeError: what comes next is no JSON, or an object that names a key twice; or there is nothing at all.
    """
    text = _utf8(content.removeprefix(_BOM))
    decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse)
    position, line = _skip_space(text, 0), 1
    if position == len(text):
        raise DecodeError("nothing there; expected JSON documents")
    line += text.count("\n", 0, position)
    while position < len(text):
        value, end = _parsed(lambda at: decoder.raw_decode(text, at), position)
        yield line, value
        end = _skip_space(text, end)
        line += text.count("\n", position, end)
        position = end


def _json_object(line: bytes) -> dict[str, Any]:
    found = list(documents(line))
    if len(found) > 1:
        raise DecodeError("more than one JSON value in the line")
    value = found[0][1]
    if not isinstance(value, dict):
        raise DecodeError(f"expected a JSON object, not {type(value).__name__}")
    return value


def _parsed(parse: Callable[[int], tuple[Any, int]], position: int) -> tuple[Any, int]:
    try:
        return parse(position)
    except json.JSONDecodeError as error:
        raise DecodeError(f"no JSON in line {error.lineno}, character {error.colno}: {error.msg}") from None
    except RecursionError:
        raise DecodeError("no JSON that can be read: nested too deeply") from None
    except ValueError as error:
        raise DecodeError(f"no JSON: {error}") from None


def _skip_space(text: str, position: int) -> int:
    return cast("re.Match[str]", _SPACE.match(text, position)).end()


def _utf8(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DecodeError(f"no UTF-8 at byte {error.start + 1}: {error.reason}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice!r} stands there twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON number")
