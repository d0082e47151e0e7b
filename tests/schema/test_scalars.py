"""Scalars that stand for more than a number: each way, exactly, and what does not fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from random import Random
from typing import Any
from uuid import UUID, SafeUUID

import pytest
from construct import Struct

from smb2ioctl_codec.schema.notation import Converted
from smb2ioctl_codec.schema.scalars import FILETIME, GUID, IPV4, IPV6, moment, padded_text

LABEL = padded_text(10)


@pytest.mark.parametrize(
    ("scalar", "value", "data"),
    [
        (GUID, UUID("00112233-4455-6677-8899-aabbccddeeff"), "33221100 5544 7766 8899aabbccddeeff"),
        (GUID, UUID(int=0), "00" * 16),
        (IPV4, IPv4Address("192.0.2.1"), "c0000201"),
        (IPV4, IPv4Address("255.255.255.255"), "ffffffff"),
        (IPV6, IPv6Address("fe80::1:2"), "fe80" + "00" * 10 + "00010002"),
        (LABEL, "", "00" * 10),
        (LABEL, "ab", "6100 6200" + "00" * 6),
        (LABEL, "a\0b", "6100 0000 6200" + "00" * 4),
        (LABEL, "abcde", "6100 6200 6300 6400 6500"),
        (LABEL, "\U0001f600", "3dd8 00de" + "00" * 6),
    ],
)
def test_bytes_and_value(scalar: Converted, value: Any, data: str) -> None:
    wire = bytes.fromhex(data)
    assert scalar.to_bytes(value) == wire
    assert scalar.to_value(wire) == value
    assert type(scalar.to_value(wire)) is type(value)
    assert scalar.size == len(wire)


def test_a_guid_is_one_like_any_other() -> None:
    random = Random(1)
    for _ in range(200):
        data = random.randbytes(16)
        found, expected = GUID.to_value(data), UUID(bytes_le=data)
        assert (found, hash(found), repr(found), found.fields) == (
            expected,
            hash(expected),
            repr(expected),
            expected.fields,
        )
        assert found.is_safe is SafeUUID.unknown
        assert found.bytes_le == data
        with pytest.raises(TypeError):
            found.int = 3


@pytest.mark.parametrize(
    ("scalar", "value", "error"),
    [
        (GUID, bytes(16), TypeError), (GUID, 1, TypeError), (GUID, None, TypeError),
        (IPV4, "1.2.3.4", TypeError), (IPV4, 1, TypeError), (IPV4, IPv6Address(1), TypeError),
        (IPV6, IPv4Address(1), TypeError), (IPV6, IPv6Address("fe80::1%eth0"), ValueError),
        (LABEL, b"ab", TypeError), (LABEL, None, TypeError), (LABEL, "abcdef", ValueError), (LABEL, "a\0", ValueError),
        (LABEL, "\0", ValueError), (LABEL, "\U0001f600" * 3, ValueError), (LABEL, "\ud800", UnicodeEncodeError),
    ],
)  # fmt: skip
def test_what_does_not_fit(scalar: Converted, value: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        scalar.to_bytes(value)


@pytest.mark.parametrize("data", ["00d8" * 5, "6100" * 4 + "00d8", "00dc" + "00" * 8])
def test_bytes_that_are_no_text(data: str) -> None:
    with pytest.raises(UnicodeDecodeError):
        LABEL.to_value(bytes.fromhex(data))


def test_a_time_is_an_exact_number_and_a_moment_of_it_is_cut_to_microseconds() -> None:
    assert Struct("t" / FILETIME).parse(bytes.fromhex("0100000000000080")).t == (1 << 63) + 1
    assert moment(0) == datetime(1601, 1, 1, tzinfo=UTC)
    assert moment(116444736000000000) == datetime(1970, 1, 1, tzinfo=UTC)
    assert moment(116444736000000019) == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=1)
    assert moment(2650467743999999999).year == 9999
    for late in (2650467744000000000, (1 << 64) - 1):
        with pytest.raises(OverflowError):
            moment(late)
