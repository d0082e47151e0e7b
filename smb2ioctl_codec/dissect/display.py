"""One field's value as a few words for people: enums by name, bytes as short hexadecimal, text quoted."""

from __future__ import annotations

from typing import Any

from smb2ioctl_codec.messages import HeaderFlags, Protocol

#: Bytes shown of a longer run of them, characters of a longer text.
BYTES_SHOWN = 32
CHARACTERS_SHOWN = 200

#: Numbers above this are shown in hexadecimal too; those of 8 bytes, which are mostly names of something, in it alone.
_LARGEST_PLAIN = 0xFFFF
_WIDE = 8
_PRIORITY_SHIFT = 4
_FLAG_NAMES = {int(flag): name for name, flag in HeaderFlags.__members__.items() if flag != HeaderFlags.PRIORITY_MASK}
#: What single values of some fields mean.
_MEANINGS = {"IoctlRequest.flags": {0: "IOCTL", 1: "FSCTL"}}


def display(path: str, value: Any, size: int, role: str) -> str:
    """The text of a value.

    Args:
        path: the field, from its record down.
        value: its value: a number (or a member of an enum), bytes, a str, a list of values.
        size: bytes on the wire.
        role: of the field: ``data``, ``size-of`` and so on.
    """
    if isinstance(value, int):
        return _number(path, value, size, role)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, (bytes, bytearray)):
        return shortened_bytes(value)
    if isinstance(value, (list, tuple)):
        return f"{len(value)} item{'' if len(value) == 1 else 's'}"
    return "" if value is None else str(value)


def shortened_bytes(data: bytes | bytearray) -> str:
    """How many bytes there are, and the first of them in hexadecimal."""
    if not data:
        return "no bytes"
    more = " ..." if len(data) > BYTES_SHOWN else ""
    return f"{len(data)} byte{'' if len(data) == 1 else 's'}: {data[:BYTES_SHOWN].hex()}{more}"


def quoted(text: str) -> str:
    """The text in quotes, its first characters if it is long, what cannot be printed by its code point."""
    if len(text) > CHARACTERS_SHOWN:
        return f'"{printable(text[:CHARACTERS_SHOWN])}" ... ({len(text)} characters)'
    return f'"{printable(text)}"'


def printable(text: str) -> str:
    """The text with ``<U+XXXX>`` for every character that would not show, or would move the cursor."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else f"<U+{ord(each):04X}>" for each in text)


def flag_names(value: int) -> str:
    """The flags of an SMB2 header that are set, by name."""
    names = [name for bit, name in _FLAG_NAMES.items() if value & bit]
    if priority := value & HeaderFlags.PRIORITY_MASK.value:
        names.append(f"priority {priority >> _PRIORITY_SHIFT}")
    unknown = value & ~(sum(_FLAG_NAMES) | HeaderFlags.PRIORITY_MASK.value)
    return " | ".join([*names, f"{unknown:#x}"] if unknown else names)


def _number(path: str, value: int, size: int, role: str) -> str:
    name = getattr(value, "name", None)
    if path == "Header.protocol_id":
        name = Protocol(value).name
    elif path == "Header.flags":
        name = flag_names(value)
    elif path in _MEANINGS:
        name = _MEANINGS[path].get(value)
    in_hex = f"0x{value:0{2 * size}X}"
    if name:
        return name if name == in_hex else f"{name} ({in_hex})"
    if value > 0 and role == "reserved":
        return in_hex
    if value <= _LARGEST_PLAIN:
        return str(value)
    return in_hex if size == _WIDE else f"{value} ({in_hex})"
