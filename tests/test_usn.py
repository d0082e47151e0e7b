"""Update sequence numbers."""

from __future__ import annotations

import dataclasses
import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from by_offset import assert_both_ways, assert_cut, assert_laid_out, columns

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.usn import (
    USN_RECORD,
    ReadFileUsnData,
    UsnRecordV2,
    UsnRecordV3,
    WriteUsnCloseRecord,
    record_type,
)

V2 = columns("""
    0 I record_length
    4 H major_version
    6 H minor_version
    8 Q file_reference_number
    16 Q parent_file_reference_number
    24 q usn
    32 Q time_stamp
    40 I reason
    44 I source_info
    48 I security_id
    52 I file_attributes
    56 H file_name_length
    58 H file_name_offset
""")
V3 = columns("""
    0 I record_length
    4 H major_version
    6 H minor_version
    8 16s file_reference_number
    24 16s parent_file_reference_number
    40 q usn
    48 Q time_stamp
    56 I reason
    60 I source_info
    64 I security_id
    68 I file_attributes
    72 H file_name_length
    74 H file_name_offset
""")
#: 2026-11-22 17:47:43.1234567 UTC
TICKS = 134398432631234567
NAME = "n\u00e4me.txt".encode("utf-16-le")


def v2(tail: bytes = NAME, *, length: int = 16, offset: int = 60, size: int | None = None) -> bytes:
    """A record of version 2, its fields at the document's offsets."""
    data = bytearray(60)
    struct.pack_into("<IHH", data, 0, 60 + len(tail) if size is None else size, 2, 1)
    struct.pack_into("<QQq", data, 8, 0x8005000000000123, 0xFFFF000000000005, 0x7FFFFFFFFFFFFFFF)
    struct.pack_into("<QIIII", data, 32, TICKS, 0x80000000, 2, 3, 0x20)
    struct.pack_into("<HH", data, 56, length, offset)
    return bytes(data) + tail


def v3(tail: bytes = NAME, *, length: int = 16, offset: int = 76) -> bytes:
    data = bytearray(76)
    struct.pack_into("<IHH", data, 0, 76 + len(tail), 3, 0)
    struct.pack_into("<16s16sq", data, 8, b"A" * 16, b"B" * 16, -1)
    struct.pack_into("<QIIII", data, 48, 0, 0, 0, 0, 0x10)
    struct.pack_into("<HH", data, 72, length, offset)
    return bytes(data) + tail


V2_VALUE = UsnRecordV2(
    file_reference_number=0x8005000000000123,
    parent_file_reference_number=0xFFFF000000000005,
    usn=0x7FFFFFFFFFFFFFFF,
    file_attributes=0x20,
    file_name="n\u00e4me.txt",
    time_stamp=TICKS,
    reason=0x80000000,
    source_info=2,
    security_id=3,
    minor_version=1,
)
V3_VALUE = UsnRecordV3(b"A" * 16, b"B" * 16, -1, 0x10, "n\u00e4me.txt")


def test_request_and_close_record() -> None:
    for kind, table in (
        (ReadFileUsnData, columns("0 H min_major_version\n2 H max_major_version")),
        (WriteUsnCloseRecord, columns("0 q usn")),
    ):
        assert_both_ways(kind, table)
        assert_cut(kind, table)
    assert ReadFileUsnData(2, 3).encode() == b"\2\0\3\0"


def test_tables() -> None:
    assert_laid_out(UsnRecordV2, V2)
    assert_laid_out(UsnRecordV3, V3)


@pytest.mark.parametrize(("data", "value"), [(v2(), V2_VALUE), (v3(), V3_VALUE)], ids=["V2", "V3"])
def test_records(data: bytes, value: Any) -> None:
    assert record_type(data, None, 0) is type(value)
    assert type(value).decode(data) == value
    assert value.encode() == data
    assert USN_RECORD.decode(data) == value


def test_what_is_not_given_is_zero() -> None:
    assert UsnRecordV2(1, 2, 3, 4, "").encode() == struct.pack("<IHHQQq20xIHH", 60, 2, 0, 1, 2, 3, 4, 0, 60)


def test_times() -> None:
    assert V2_VALUE.stamped == datetime(2026, 11, 22, 17, 47, 43, 123456, UTC)
    assert V3_VALUE.stamped == datetime(1601, 1, 1, tzinfo=UTC)
    with pytest.raises(OverflowError):
        _ = UsnRecordV3(bytes(16), bytes(16), 0, 0, "", time_stamp=(1 << 64) - 1).stamped


@pytest.mark.parametrize("padding", [bytes(4), b"\xcc" * 7, b"\0"])
def test_what_fills_up_a_record_is_kept(padding: bytes) -> None:
    data = v2(NAME + padding)
    decoded = UsnRecordV2.decode(data)
    assert (decoded.file_name, decoded.slack) == ("n\u00e4me.txt", padding)
    assert decoded.encode() == data


@pytest.mark.parametrize("gap", [b"gap!", bytes(12)])
def test_the_name_lies_where_its_offset_says(gap: bytes) -> None:
    data = v2(gap + NAME, offset=60 + len(gap))
    decoded = UsnRecordV2.decode(data)
    assert (decoded.file_name, decoded.file_name_offset, decoded.slack) == ("n\u00e4me.txt", 60 + len(gap), gap)
    assert decoded.encode() == data


def test_a_nameless_record() -> None:
    assert UsnRecordV2.decode(v2(b"", length=0)).file_name == ""
    assert UsnRecordV2.decode(v2(b"", length=0, offset=0)).file_name_offset == 0


@pytest.mark.parametrize(
    ("data", "path", "offset", "needed", "available"),
    [
        (v2(NAME[:-1]), "file_name", 60, 16, 15),
        (v2(NAME, offset=61), "file_name", 61, 16, 15),
        (v2(NAME, length=0xFFFE), "file_name", 60, 0xFFFE, 16),
        (v2(NAME, offset=0xFFFF), "file_name_offset", 58, 16, 0),
        (v2(NAME, offset=58), "file_name_offset", 58, 16, 0),
        (v2(NAME, size=77), "record_length", 0, 77, 76),
        (v2(NAME, size=0xFFFFFFFF), "record_length", 0, 0xFFFFFFFF, 76),
        (v2(NAME, size=75), "record_length", 0, None, None),
        (v2(NAME, length=15), "file_name", 74, None, None),
        (v2(b"\0\xdc" + NAME[2:]), "file_name", 60, None, None),
        (v3(), "major_version", 4, None, None),
    ],
)
def test_records_that_lie(data: bytes, path: str, offset: int, needed: int | None, available: int | None) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        UsnRecordV2.decode(data)
    error = caught.value
    assert (error.path, error.offset) == (f"UsnRecordV2.{path}", offset)
    assert (error.needed, error.available) == (needed, available)


@pytest.mark.parametrize(
    ("kind", "data", "table"), [(UsnRecordV2, v2(), V2), (UsnRecordV3, v3(), V3)], ids=["V2", "V3"]
)
def test_records_that_are_cut(kind: Any, data: bytes, table: Any) -> None:
    """A cut in the fixed part names the field that it goes through, a later one the length that does not hold."""
    for size in range(len(data)):
        with pytest.raises(s2.DecodeError) as caught:
            kind.decode(data[:size])
        through = next((column for column in table if column.offset + column.size > size), table[0])
        assert (caught.value.path, caught.value.offset) == (f"{kind.__name__}.{through.name}", through.offset)
        assert caught.value.available == size - through.offset


@pytest.mark.parametrize("major", [0, 1, 4, 0x0302, 0xFFFF])
def test_a_version_that_no_document_describes(major: int) -> None:
    data = bytearray(v2())
    struct.pack_into("<H", data, 4, major)
    assert record_type(bytes(data), None, 0) is None
    assert record_type(b"", None, 0) is None
    assert record_type(v2(), None, s2.NtStatus.INVALID_PARAMETER) is None


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"file_name": "x" * 0x8000}, "file_name_length"),
        ({"file_name": "\ud800"}, "file_name"),
        ({"file_name": None}, "file_name"),
        ({"file_name_offset": 59}, "file_name_offset"),
        ({"usn": 1 << 63}, "usn"),
        ({"time_stamp": -1}, "time_stamp"),
        ({"time_stamp": datetime(2026, 11, 22, tzinfo=UTC)}, "time_stamp"),
    ],
)
def test_what_no_record_can_say(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        dataclasses.replace(V2_VALUE, **changes).encode()
    assert caught.value.path == f"UsnRecordV2.{path}"
