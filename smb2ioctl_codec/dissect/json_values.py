"""Records as JSON objects, and objects back to records.

Bytes are hexadecimal text, members of enums their names, unknown ones and 64-bit numbers text like ``0x1F``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.errors import EncodeError
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.plan import Field

#: Bytes of a number that JSON readers of other languages would round, so that it is written as text.
_WIDE = 8
_MOST_EXACT = (1 << 53) - 1
_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]{1,32}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})*")


def record_to_json(value: Record) -> dict[str, Any]:
    """The attributes of a record by name, in wire order."""
    return {
        name: _attribute(field, getattr(value, name)) for field in value.PLAN.fields for name in field.attributes
    }  # fmt: skip


def record_from_json(kind: type[Record], value: Any, path: str) -> Record:
    """The record of an object; `path` is where that stands in the document.

    Raises:
        EncodeError: a key is missing or unknown, or its value has the wrong type.
    """
    found = {name: field for field in kind.PLAN.fields for name in field.attributes}
    keys = object_at(value, path, found)
    return kind(**{name: _from_json(field, keys[name], f"{path}.{name}") for name, field in found.items()})


def object_at(value: Any, path: str, needed: Iterable[str], ignored: Iterable[str] = ()) -> dict[str, Any]:
    """`value`, if it is an object with just the keys that are needed and perhaps some that are ignored.

    Raises:
        EncodeError: it is not; path and reason say why.
    """
    if not isinstance(value, dict):
        raise EncodeError(f"expected an object, not {json_type(value)}", path=path)
    wanted = tuple(needed)
    for name in wanted:
        if name not in value:
            raise EncodeError("missing", path=join(path, name))
    for name in value:
        if name not in wanted and name not in ignored:
            raise EncodeError(f"unknown key; expected {', '.join(wanted)}", path=join(path, name))
    return value


def join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def json_type(value: Any) -> str:
    """What JSON calls the type of a value."""
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    names = {dict: "an object", list: "an array", str: "a text", int: "a number", float: "a fraction"}
    return names[type(value)]


def plain(value: Any) -> Any:
    """Any value that a payload may hold, as JSON for reading."""
    if isinstance(value, OpenIntEnum):
        return value.name
    if isinstance(value, int):
        return value if isinstance(value, bool) or abs(value) <= _MOST_EXACT else hex(value)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    if is_dataclass(value):
        return {"type": type(value).__name__, **{each.name: plain(getattr(value, each.name)) for each in fields(value)}}
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _attribute(field: Field, value: Any) -> Any:
    if isinstance(value, Record):
        return record_to_json(value)
    if field.size == _WIDE and isinstance(value, int):
        return f"0x{value:016X}"
    return plain(value)


def _from_json(field: Field, value: Any, path: str) -> Any:
    if field.record is not None:
        return record_from_json(field.record, value, path)
    if value is None and (field.canonical is not None or field.condition is not None):
        return None
    if field.enum is not None:
        return _member(field.enum, value, path)
    if field.kind == "integer":
        return _number(value, path)
    return bytes_from_json(value, path)


def _member(enum: Any, value: Any, path: str) -> Any:
    if isinstance(value, str) and value in enum.__members__:
        return enum[value]
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise EncodeError(f"{short(value)} is no name of {enum.__name__}, and no number like 0x1F", path=path)
    number = _number(value, path)
    try:
        return enum(number)
    except ValueError as error:
        raise EncodeError(str(error), path=path) from None


def _number(value: Any, path: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value, 16)
    shown = short(value) if isinstance(value, str) else json_type(value)
    raise EncodeError(f"expected a number, or text like 0x1F, not {shown}", path=path)


def bytes_from_json(value: Any, path: str) -> bytes:
    """The bytes of a hexadecimal text; EncodeError for anything else."""
    if not isinstance(value, str):
        raise EncodeError(f"expected hexadecimal text, not {json_type(value)}", path=path)
    if not _HEX.fullmatch(value):
        raise EncodeError(f"{short(value)} is no hexadecimal text with two digits for each byte", path=path)
    return bytes.fromhex(value)


def short(text: str) -> str:
    """The start of a text, quoted."""
    return repr(text if len(text) <= 40 else f"{text[:40]}...")
