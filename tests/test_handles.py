"""MARK_HANDLE_INFO."""

from __future__ import annotations

from typing import Any

import pytest
from by_offset import assert_both_ways, assert_cut, columns

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.handles import HandleInfo, MarkHandleInfo

TABLE = columns("""
    0 I copy_number
    4 I unused
    8 Q volume_handle
    16 I handle_info
    20 I reserved
""")


def test_table() -> None:
    assert_both_ways(MarkHandleInfo, TABLE)
    assert_cut(MarkHandleInfo, TABLE)


def test_what_is_not_given() -> None:
    value = MarkHandleInfo(2, HandleInfo.READ_COPY)
    assert value.encode() == b"\2\0\0\0" + bytes(12) + b"\x80\0\0\0" + bytes(4)
    assert MarkHandleInfo.decode(value.encode()).handle_info is HandleInfo.READ_COPY


@pytest.mark.parametrize(
    ("number", "name"), [(0x80, "READ_COPY"), (0x100, "NOT_READ_COPY"), (0, "0x00000000"), (0x180, "0x00000180")]
)
def test_values_that_nobody_named_are_kept(number: int, name: str) -> None:
    data = bytes(16) + number.to_bytes(4, "little") + bytes(4)
    decoded = MarkHandleInfo.decode(data)
    assert (decoded.handle_info, decoded.handle_info.name) == (number, name)
    assert decoded.encode() == data
    assert decoded == MarkHandleInfo(0, number)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [-1, 1 << 32, None, "READ_COPY"])
def test_what_is_no_value(number: Any) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        MarkHandleInfo(0, number).encode()
    assert caught.value.path == "MarkHandleInfo.handle_info"
