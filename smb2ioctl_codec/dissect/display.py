"""One field's value as a few words for people: enums by name, bytes as short hexadecimal, text quoted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any

from smb2ioctl_codec.messages import HeaderFlags, Protocol
from smb2ioctl_codec.schema.plan import Field

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

_LINK = {0: "absolute", 1: "RELATIVE"}
#: What single values of further fields mean: themselves, or the place of an enum that names them.
_VALUES: dict[str, dict[int, str] | str] = {
    "SymbolicLink.flags": _LINK,
    "SymbolicLinkErrorResponse.flags": _LINK,
    "MoveDstIpaddr.type": {1: "IPv4", 2: "IPv6"},
    "SockaddrIn.family": {2: "IPv4"},
    "SockaddrIn6.family": {23: "IPv6"},
    "SymbolicLink.reparse_tag": "payloads.reparse:ReparseTag",
    "MountPoint.reparse_tag": "payloads.reparse:ReparseTag",
    "NfsSymbolicLink.reparse_tag": "payloads.reparse:ReparseTag",
    "NfsDevice.reparse_tag": "payloads.reparse:ReparseTag",
    "NfsFile.reparse_tag": "payloads.reparse:ReparseTag",
    "LxSymlink.reparse_tag": "payloads.reparse:ReparseTag",
    "ValidateNegotiateInfoRequest.dialects": "payloads.negotiate:Dialect",
}
_CHECKSUM = {1: "CHECKSUM_ENFORCEMENT_OFF"}
_USAGE = {1: "VALID_CACHED_DATA", 2: "VALID_NONCACHED_DATA"}
_EXTENT = {
    0x008: "sparse", 0x010: "valid", 0x020: "reserved for the stream", 0x080: "CRC32", 0x100: "CRC64",
    0x200: "ghosted", 0x400: "read-only",
}  # fmt: skip
#: What bits of fields are called: themselves, or the place of a class of flags.
_FLAGS: dict[str, dict[int, str] | str] = {
    **dict.fromkeys(
        (f"ValidateNegotiateInfo{kind}.capabilities" for kind in ("Request", "Response", "224")),
        "payloads.negotiate:Capabilities",
    ),
    **dict.fromkeys(
        (f"ValidateNegotiateInfo{kind}.security_mode" for kind in ("Request", "Response", "224")),
        "payloads.negotiate:SecurityMode",
    ),
    "NetworkInterfaceInfo.capability": "payloads.network:InterfaceCapability",
    "StorageQosControlRequest.options": "payloads.qos:QosOptions",
    "ReferralReply.referral_header_flags": "payloads.dfs.reply:ReferralHeaderFlags",
    "TruncatedReferralReply.referral_header_flags": "payloads.dfs.reply:ReferralHeaderFlags",
    **dict.fromkeys(
        (f"{kind}.referral_entry_flags" for kind in ("ReferralV3", "ReferralV4", "NameListReferral")),
        "payloads.dfs.entries:ReferralEntryFlags",
    ),
    "ReferralRequestEx.request_flags": {1: "SITE_NAME"},
    "GetIntegrityInformation.flags": _CHECKSUM,
    "SetIntegrityInformation.flags": _CHECKSUM,
    "SetIntegrityInformationEx.flags": _CHECKSUM,
    "FileRegionInput.desired_usage": _USAGE,
    "FileRegionInfo.desired_usage": _USAGE,
    "DuplicateExtentsEx.flags": {1: "SOURCE_ATOMIC"},
    "OffloadReadOutput.flags": {1: "ALL_ZERO_BEYOND_CURRENT_RANGE"},
    "SisCopyFile.flags": {1: "source is linked already", 2: "replace"},
    "StreamExtent.properties": _EXTENT,
    "StreamExtentAligned.properties": _EXTENT,
    "VolumeGptAttributes.gpt_attributes": {
        1 << 60: "read-only",
        1 << 61: "shadow copy",
        1 << 62: "hidden",
        1 << 63: "no drive letter",
    },
}

#: Units of numbers whose documentation does not start with them.
_UNITS = {
    "PipeWaitRequest.timeout": "units of 100 ms",
    "OffloadReadInput.token_time_to_live": "ms",
    "StorageQosControlRequest.limit": "normalized operations per second",
    "StorageQosControlRequest.reservation": "normalized operations per second",
}
_UNIT = re.compile(
    r"(?:most |least )?((?:(?:normalized )?operations|kilobytes|bits|bytes|clusters|sectors)(?: per second)?"
    r"|milliseconds|seconds|100 ns)\b"
)
_SHORT = {"milliseconds": "ms", "seconds": "s", "bits per second": "bit/s"}
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_TICKS = 10_000_000


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


def explain(owner: str, field: Field, value: Any, size: int) -> str:
    """The text of a value, with what is known of its field: names of values and bits, the unit, times.

    Args:
        owner: name of the record that the field is of.
        field: the field.
        value: its value, as for `display`.
        size: bytes on the wire.
    """
    path = f"{owner}.{field.name}"
    if not isinstance(value, int):
        return display(path, value, size, field.role)
    if field.type == "FILETIME":
        return filetime(value)
    if path in _FLAGS:
        names = [name for bit, name in _table(_FLAGS, path).items() if value & bit]
        unknown = value & ~sum(_table(_FLAGS, path))
        number = f"0x{value:0{2 * size}X}"
        return f"{' | '.join([*names, f'{unknown:#x}'] if unknown else names)} ({number})" if value else number
    if path in _VALUES:
        name = _table(_VALUES, path).get(value)
        return f"{name} (0x{value:0{2 * size}X})" if name else display(path, value, size, field.role)
    unit = unit_of(owner, field)
    if unit == "bytes" and value == 1:
        return "1 byte"
    return f"{int(value)} {unit}" if unit else display(path, value, size, field.role)


def filetime(ticks: int) -> str:
    """A FILETIME, units of 100 ns since 1601 (UTC), as ISO 8601 time and number; the number alone where it is none."""
    seconds, rest = divmod(ticks, _TICKS)
    try:
        moment = _EPOCH + timedelta(seconds=seconds) if ticks > 0 else None
    except OverflowError:
        moment = None
    return f"{ticks} x 100 ns" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:07}Z ({ticks} x 100 ns)"


def unit_of(owner: str, field: Field) -> str:
    """The unit of a number; empty if it has none."""
    if field.role in ("size-of", "offset-of"):
        return "bytes"
    if field.kind != "integer" or field.role == "reserved" or field.enum is not None:
        return ""
    found = _UNIT.match(field.doc)
    return _UNITS.get(f"{owner}.{field.name}") or (_SHORT.get(found[1], found[1]) if found else "")


@cache
def _named(place: str) -> dict[int, str]:
    """Values and names of an enum, flags or not."""
    module, _, name = place.partition(":")
    enum = getattr(import_module(f"smb2ioctl_codec.{module}"), name)
    return {int(each): each.name for each in enum}


def _table(tables: Mapping[str, dict[int, str] | str], path: str) -> dict[int, str]:
    found = tables[path]
    return _named(found) if isinstance(found, str) else found


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
