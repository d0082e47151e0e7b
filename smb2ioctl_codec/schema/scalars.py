"""Scalars of fixed size whose value is more than a number: GUIDs, addresses, times, text that is padded."""

from __future__ import annotations

from codecs import utf_16_le_decode, utf_16_le_encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from struct import Struct
from typing import Any
from uuid import UUID, SafeUUID

from smb2ioctl_codec.schema.notation import Converted, Ticks

_little, _big = Struct("<IHH8s"), Struct(">IHH8s")
_new, _set, _unknown = object.__new__, object.__setattr__, SafeUUID.unknown


def _guid(data: bytes) -> UUID:
    """`UUID(bytes_le=data)` without the tests of its constructor, which take longer than all else about a record."""
    made = _new(UUID)
    _set(made, "int", int.from_bytes(_big.pack(*_little.unpack(data)), "big"))
    _set(made, "is_safe", _unknown)
    return made


def _guid_bytes(value: Any) -> bytes:
    """`value.bytes_le`, in half the time."""
    if not isinstance(value, UUID):
        raise TypeError(f"expected UUID, not {type(value).__name__}")
    return _little.pack(*_big.unpack(value.int.to_bytes(16, "big")))


def _address_bytes(kind: type[Any]) -> Callable[[Any], bytes]:
    def to_bytes(value: Any) -> bytes:
        if not isinstance(value, kind):
            raise TypeError(f"expected {kind.__name__}, not {type(value).__name__}")
        if getattr(value, "scope_id", None) is not None:
            raise ValueError("a scope id has no place in the address")
        packed: bytes = value.packed
        return packed

    return to_bytes


#: 100 ns since 1601-01-01 UTC, exact; `moment` makes a datetime of it
FILETIME = Ticks()
GUID = Converted(16, "GUID", _guid, _guid_bytes)
#: in network byte order
IPV4 = Converted(4, "IPv4", lambda data: IPv4Address(int.from_bytes(data, "big")), _address_bytes(IPv4Address))
IPV6 = Converted(16, "IPv6", lambda data: IPv6Address(int.from_bytes(data, "big")), _address_bytes(IPv6Address))


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
