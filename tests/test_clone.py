"""Duplicate extents: both forms of the request."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from cuts import assert_every_cut
from hypothesis import given
from hypothesis import strategies as st

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.payloads.clone import SOURCE_ATOMIC, DuplicateExtents, DuplicateExtentsEx, SourceFileId

CODE, CODE_EX = 0x00098344, 0x000983E8
SOURCE = SourceFileId(0x1111111111111111, 0x1111111111111111)
#: Worked out by hand from [MS-FSCC] 2.3.7.2: 65536 bytes from 0 to 65536.
EXTENTS = bytes.fromhex("11" * 16 + "0000000000000000" + "0000010000000000" * 2)
#: The same by 2.3.9.2, with flags: StructureSize 0x30 and 56 bytes.
EXTENTS_EX = bytes.fromhex("3000000000000000") + EXTENTS + bytes.fromhex("0100000000000000")
NUMBERS = st.integers(-(2**63), 2**63 - 1)


def test_a_clone() -> None:
    value = DuplicateExtents(SOURCE, 0, 65536, 65536)
    assert DuplicateExtents.decode(EXTENTS) == value
    assert value.encode() == EXTENTS
    assert s2.IoctlRequest.of(value).ctl_code == CODE
    assert s2.IoctlRequest.of(value).payload() == value


def test_a_clone_with_flags() -> None:
    value = DuplicateExtentsEx(SOURCE, 0, 65536, 65536, SOURCE_ATOMIC)
    assert value.structure_size == 0x30
    assert DuplicateExtentsEx.decode(EXTENTS_EX) == value
    assert value.encode() == EXTENTS_EX
    assert s2.IoctlRequest.of(value).ctl_code == CODE_EX
    assert s2.IoctlRequest.of(value).payload() == value


@pytest.mark.parametrize("size", [0, 48, 56, 0xFFFFFFFFFFFFFFFF])
def test_the_structure_size_is_kept_and_no_length(size: int) -> None:
    data = struct.pack("<Q", size) + EXTENTS_EX[8:]
    value = DuplicateExtentsEx.decode(data)
    assert value == DuplicateExtentsEx(SOURCE, 0, 65536, 65536, SOURCE_ATOMIC, structure_size=size)
    assert value.encode() == data


@given(persistent=st.integers(0, 2**64 - 1), volatile=st.integers(0, 2**64 - 1), source=NUMBERS, target=NUMBERS,
       count=NUMBERS, trailing=st.binary(max_size=9))  # fmt: skip
def test_every_number_comes_back(
    persistent: int, volatile: int, source: int, target: int, count: int, trailing: bytes
) -> None:
    """Negative ones as well: servers refuse them, the layout has them."""
    data = struct.pack("<QQqqq", persistent, volatile, source, target, count)
    value = DuplicateExtents(SourceFileId(persistent, volatile), source, target, count, trailing)
    assert value.encode() == data + trailing
    assert DuplicateExtents.decode(data + trailing) == value
    more = DuplicateExtentsEx(value.source_file_id, source, target, count, 5, 6, 7, trailing)
    assert more.encode() == struct.pack("<Q", 6) + data + struct.pack("<II", 5, 7) + trailing
    assert DuplicateExtentsEx.decode(more.encode()) == more


def test_cut_short() -> None:
    sizes = {"source_file_id": 16, "source_file_offset": 8, "target_file_offset": 8, "byte_count": 8}
    assert_every_cut(DuplicateExtents, EXTENTS, sizes)
    assert_every_cut(DuplicateExtentsEx, EXTENTS_EX, {"structure_size": 8} | sizes | {"flags": 4, "reserved": 4})


def test_the_local_form_is_none_of_these() -> None:
    """It has a handle of 8 bytes in place of the SMB2_FILEID."""
    with pytest.raises(s2.DecodeError) as caught:
        DuplicateExtents.decode(EXTENTS[8:])
    assert (caught.value.path, caught.value.offset) == ("DuplicateExtents.byte_count", 32)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"source_file_id": s2.FileId(1, 2)}, "source_file_id"),
        ({"source_file_id": EXTENTS[:16]}, "source_file_id"),
        ({"source_file_id": SourceFileId(-1, 0)}, "source_file_id.persistent"),
        ({"source_file_id": SourceFileId(0, 2**64)}, "source_file_id.volatile"),
        ({"source_file_offset": 2**63}, "source_file_offset"),
        ({"target_file_offset": -(2**63) - 1}, "target_file_offset"),
        ({"byte_count": "1"}, "byte_count"),
        ({"flags": -1}, "flags"),
        ({"structure_size": None}, "structure_size"),
        ({"structure_size": 2**64}, "structure_size"),
        ({"reserved": 2**32}, "reserved"),
        ({"trailing": None}, "trailing"),
    ],
)
def test_what_no_request_can_say(fields: dict[str, Any], path: str) -> None:
    usual: dict[str, Any] = {
        "source_file_id": SOURCE,
        "source_file_offset": 0,
        "target_file_offset": 0,
        "byte_count": 1,
    }
    with pytest.raises(s2.EncodeError) as caught:
        DuplicateExtentsEx(**usual | fields).encode()
    assert caught.value.path == f"DuplicateExtentsEx.{path}"


@pytest.mark.parametrize("code", [CODE, CODE_EX])
def test_replies_are_empty(code: int) -> None:
    assert registry.lookup(code).response is None
