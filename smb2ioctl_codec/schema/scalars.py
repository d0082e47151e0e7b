"""Scalars of fixed size whose value is more than a number: GUIDs, addresses, times, text that is padded."""

from __future__ import annotations

from codecs import utf_16_le_decode, utf_16_le_encode
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from struct import Struct
from typing import Any
from uuid import UUID, SafeUUID

from smb2ioctl_codec.schema.notation import Converted, Ticks

_little, _big = Struct("<IHH8s"), Struct(">IHH8s")
_new, _unknown = object.__new__, SafeUUID.unknown
#: the slots of a UUID, which it lets nobody set
_set_int, _set_is_safe = UUID.int.__set__, UUID.is_safe.__set__  # type: ignore[attr-defined,misc]


def _guid(data: bytes) -> UUID:
    """`UUID(bytes_le=data)` without the tests of its constructor, which take longer than all else about a record."""
    made = _new(UUID)
    _set_int(made, int.from_bytes(_big.pack(*_little.unpack(data)), "big"))
    _set_is_safe(made, _unknown)
    return made


def _guid_bytes(value: Any) -> bytes:
    """`value.bytes_le`, in half the time."""
    if not isinstance(value, UUID):
        raise TypeError(f"expected UUID, not {type(value).__name__}")
    return _little.pack(*_big.unpack(value.int.to_bytes(16, "big")))


def _ipv4_bytes(value: Any) -> bytes:
    if not isinstance(value, IPv4Address):
        raise TypeError(f"expected IPv4Address, not {type(value).__name__}")
    return value.packed


def _ipv6_bytes(value: Any) -> bytes:
    if not isinstance(value, IPv6Address):
        raise TypeError(f"expected IPv6Address, not {type(value).__name__}")
    if value.scope_id is not None:
        raise ValueError("a scope id has no place in the address")
    return value.packed


#: 100 ns since 1601-01-01 UTC, exact; `moment` makes a datetime of it
FILETIME = Ticks()
GUID = Converted(16, "GUID", _guid, _guid_bytes)
#: in network byte order
IPV4 = Converted(4, "IPv4", lambda data: IPv4Address(int.from_bytes(data, "big")), _ipv4_bytes)
IPV6 = Converted(16, "IPv6", IPv6Address, _ipv6_bytes)


def padded_text(size: int) -> Converted:
    """UTF-16LE text in `size` bytes, filled up with U+0000; those at the end are not part of the value."""

    def to_value(data: bytes) -> str:
        text, _ = utf_16_le_decode(data, "strict", True)
        return text.rstrip("\0")

    def to_bytes(value: Any) -> bytes:
        if not isinstance(value, str):
            raise TypeError(f"expected str, not {type(value).__name__}")
        data, _ = utf_16_le_encode(value)
        if len(data) > size or value[-1:] == "\0":
            raise ValueError(f"must be at most {size} bytes of UTF-16 that do not end in U+0000")
        return data.ljust(size, b"\0")

    return Converted(size, f"UTF-16 in {size} bytes", to_value, to_bytes)


def moment(ticks: int) -> datetime:
    """The aware UTC datetime of a FILETIME, cut to microseconds.

    Raises:
        OverflowError: it lies after the year 9999.
    """
    return datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
