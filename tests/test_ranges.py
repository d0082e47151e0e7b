"""Ranges of a file: allocated, to be zeroed, sparse, to be trimmed, valid."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pytest
from cuts import assert_every_cut
from hypothesis import given
from hypothesis import strategies as st
from samples import pdus, request, vectors

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.payloads.ranges import (
    VALID_CACHED_DATA,
    VALID_NONCACHED_DATA,
    FileAllocatedRange,
    FileAllocatedRanges,
    FileLevelTrim,
    FileLevelTrimOutput,
    FileLevelTrimRange,
    FileRegionInfo,
    FileRegionInput,
    FileRegionOutput,
    FileSetSparseBuffer,
    FileZeroDataInformation,
    QueryAllocatedRanges,
    allocated_facts,
    request_facts,
    zero_facts,
)
from smb2ioctl_codec.schema import Record

ALLOCATED, ZERO, SPARSE, TRIM, REGIONS = 0x000940CF, 0x000980C8, 0x000900C4, 0x00098208, 0x00090284
INT64 = st.integers(-(2**63), 2**63 - 1)
UINT64 = st.integers(0, 2**64 - 1)

#: Requests: a value, its bytes by the document's table, the code.
REQUESTS: list[tuple[Any, bytes, int]] = [
    (QueryAllocatedRanges(4096, 8192), struct.pack("<qq", 4096, 8192), ALLOCATED),
    (FileZeroDataInformation(4096, 8192), bytes.fromhex("00100000000000000020000000000000"), ZERO),
    (FileSetSparseBuffer(), b"\1", SPARSE),
    (FileSetSparseBuffer(0), b"\0", SPARSE),
    (FileSetSparseBuffer(0xFF), b"\xff", SPARSE),
    (
        FileLevelTrim((FileLevelTrimRange(0, 4096),)),
        bytes.fromhex("000000000100000000000000000000000010000000000000"),
        TRIM,
    ),
    (FileLevelTrim((), key=7), struct.pack("<II", 7, 0), TRIM),
    (
        FileRegionInput(512, 1024, VALID_CACHED_DATA | VALID_NONCACHED_DATA, 9),
        struct.pack("<qqII", 512, 1024, 3, 9),
        REGIONS,
    ),
]
#: Replies, likewise.
REPLIES: list[tuple[Any, bytes, int]] = [
    (
        FileAllocatedRanges((FileAllocatedRange(0, 4096), FileAllocatedRange(8192, 46801))),
        vectors()["SMBRS-fsctl-4"],
        ALLOCATED,
    ),
    (FileAllocatedRanges(), b"", ALLOCATED),
    (FileLevelTrimOutput(3), b"\3\0\0\0", TRIM),
    (
        FileRegionOutput((FileRegionInfo(0, 512, 1), FileRegionInfo(512, 512, 0, 7)), 5, 3, 4),
        struct.pack("<IIIIqqIIqqII", 3, 5, 2, 4, 0, 512, 1, 0, 512, 512, 0, 7),
        REGIONS,
    ),
    (FileRegionOutput(), bytes(16), REGIONS),
]


def refused(kind: type[Record], data: bytes) -> s2.DecodeError:
    with pytest.raises(s2.DecodeError) as caught:
        kind.decode(data)
    return caught.value


@pytest.mark.parametrize(("value", "data", "code"), REQUESTS)
def test_requests(value: Any, data: bytes, code: int) -> None:
    assert value.encode() == data
    assert type(value).decode(data) == value
    assert s2.IoctlRequest.of(value).ctl_code == code
    assert s2.IoctlRequest.of(data, ctl_code=code).payload() == value


@pytest.mark.parametrize(("value", "data", "code"), [one for one in REQUESTS if one[2] != ZERO])
@pytest.mark.parametrize("trailing", [b"\0", b"trailing", bytes(99)])
def test_servers_take_longer_requests(value: Any, data: bytes, code: int, trailing: bytes) -> None:
    """The document refuses what is less than the structure; what is more is kept."""
    longer = type(value).decode(data + trailing)
    assert longer.trailing == trailing
    assert longer.encode() == data + trailing


@pytest.mark.parametrize(("value", "data", "code"), REPLIES)
def test_replies(value: Any, data: bytes, code: int) -> None:
    assert value.encode() == data
    assert type(value).decode(data) == value
    assert s2.IoctlResponse.of(value).ctl_code == code
    assert s2.IoctlResponse.of(data, ctl_code=code).payload() == value


@pytest.mark.parametrize(("code", "direction"), [(SPARSE, "request"), (REGIONS, "request"), (TRIM, "response")])
def test_what_may_be_left_out(code: int, direction: str) -> None:
    kind: Any = s2.IoctlRequest if direction == "request" else s2.IoctlResponse
    assert kind.of(b"", ctl_code=code).payload() == b""


@pytest.mark.parametrize("code", [ALLOCATED, ZERO, TRIM])
def test_what_may_not(code: int) -> None:
    with pytest.raises(s2.DecodeError):
        s2.IoctlRequest.of(b"", ctl_code=code).payload()


@pytest.mark.parametrize("code", [ZERO, SPARSE, 0x00090194])
def test_these_replies_are_empty(code: int) -> None:
    assert registry.lookup(code).response is None
    assert registry.lookup(code).section


@given(offset=INT64, length=INT64, trailing=st.binary(max_size=9))
def test_signed_ranges_come_back(offset: int, length: int, trailing: bytes) -> None:
    data = struct.pack("<qq", offset, length)
    for value in (FileAllocatedRange(offset, length), FileZeroDataInformation(offset, length)):
        assert value.encode() == data
        assert type(value).decode(data) == value
    asked = QueryAllocatedRanges(offset, length, trailing)
    assert asked.encode() == data + trailing
    assert QueryAllocatedRanges.decode(data + trailing) == asked
    assert FileAllocatedRanges.decode(data).ranges == (FileAllocatedRange(offset, length),)


@given(ranges=st.lists(st.tuples(UINT64, UINT64), max_size=5), key=st.integers(0, 2**32 - 1))
def test_every_trim_comes_back(ranges: list[tuple[int, int]], key: int) -> None:
    data = struct.pack("<II", key, len(ranges)) + b"".join(struct.pack("<QQ", *one) for one in ranges)
    value = FileLevelTrim(tuple(FileLevelTrimRange(*one) for one in ranges), key)
    assert value.encode() == data
    assert FileLevelTrim.decode(data) == value
    assert FileLevelTrim.decode(data + data) == FileLevelTrim(value.ranges, key, data)


@pytest.mark.parametrize("total", [0, 1, 2, 0xFFFFFFFF])
def test_there_may_be_more_regions_than_these(total: int) -> None:
    region = FileRegionInfo(0, 512, VALID_CACHED_DATA)
    data = struct.pack("<IIIIqqII", 0, total, 1, 0, 0, 512, 1, 0)
    assert FileRegionOutput.decode(data) == FileRegionOutput((region,), total)
    assert FileRegionOutput.decode(data).total_region_entry_count == total
    assert FileRegionOutput((region,), total).encode() == data
    assert FileRegionOutput((region,)).total_region_entry_count == 1


@pytest.mark.parametrize(("value", "data", "code"), [REPLIES[0], REPLIES[3]])
def test_the_first_of_many(value: Any, data: bytes, code: int) -> None:
    """Under BUFFER_OVERFLOW the reply is a list of whole elements, too."""
    assert s2.IoctlResponse.of(data, ctl_code=code).payload(status=s2.NtStatus.BUFFER_OVERFLOW) == value


@pytest.mark.parametrize(
    ("kind", "data", "sizes"),
    [
        (QueryAllocatedRanges, bytes(16), {"file_offset": 8, "length": 8}),
        (FileAllocatedRange, bytes(16), {"file_offset": 8, "length": 8}),
        (FileZeroDataInformation, bytes(16), {"file_offset": 8, "beyond_final_zero": 8}),
        (FileSetSparseBuffer, b"\1", {"set_sparse": 1}),
        (FileLevelTrim, bytes(8), {"key": 4, "num_ranges": 4}),
        (FileLevelTrimRange, bytes(16), {"offset": 8, "length": 8}),
        (FileLevelTrimOutput, bytes(4), {"num_ranges_processed": 4}),
        (FileRegionInput, bytes(24), {"file_offset": 8, "length": 8, "desired_usage": 4, "reserved": 4}),
        (FileRegionInfo, bytes(24), {"file_offset": 8, "length": 8, "desired_usage": 4, "reserved": 4}),
        (FileRegionOutput, bytes(16), {"flags": 4, "total_region_entry_count": 4, "region_entry_count": 4,
                                       "reserved": 4}),
    ],
)  # fmt: skip
def test_cut_short(kind: type[Record], data: bytes, sizes: dict[str, int]) -> None:
    assert_every_cut(kind, data, sizes)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (QueryAllocatedRanges(2**63, 0), "QueryAllocatedRanges.file_offset"),
        (
            FileAllocatedRanges((FileAllocatedRange(0, 1), FileAllocatedRange(0, 2**63))),
            "FileAllocatedRanges.ranges[1].length",
        ),
        (FileAllocatedRanges((1,)), "FileAllocatedRanges.ranges[0]"),  # type: ignore[arg-type]
        (FileAllocatedRanges(None), "FileAllocatedRanges.ranges"),  # type: ignore[arg-type]
        (FileZeroDataInformation(0, -(2**63) - 1), "FileZeroDataInformation.beyond_final_zero"),
        (FileSetSparseBuffer(256), "FileSetSparseBuffer.set_sparse"),
        (FileLevelTrim((FileLevelTrimRange(-1, 0),)), "FileLevelTrim.ranges[0].offset"),
        (FileLevelTrim((), key=-1), "FileLevelTrim.key"),
        (FileLevelTrimOutput(2**32), "FileLevelTrimOutput.num_ranges_processed"),
        (FileRegionInput(0, 0, -1), "FileRegionInput.desired_usage"),
        (FileRegionOutput((FileAllocatedRange(0, 1),)), "FileRegionOutput.region[0]"),  # type: ignore[arg-type]
        (FileRegionOutput((), 2**32), "FileRegionOutput.total_region_entry_count"),
    ],
)  # fmt: skip
def test_what_does_not_fit(value: Any, path: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        value.encode()
    assert caught.value.path == path


# -- H15


@pytest.mark.parametrize(
    ("offset", "beyond"),
    [(8192, 4096), (4096, 4095), (2**63 - 1, 0), (0, 2**63 - 1), (2**63 - 1, 2**63 - 1), (-1, 0), (0, -1),
     (-4096, -8192), (-(2**63), -(2**63))],
)  # fmt: skip
def test_h15_zeros_past_the_end_or_at_negative_places(offset: int, beyond: int) -> None:
    """They are no mistake of the layout: what they are is read, and a server has INVALID_PARAMETER for them."""
    data = struct.pack("<qq", offset, beyond)
    value = FileZeroDataInformation.decode(data)
    assert (value.file_offset, value.beyond_final_zero) == (offset, beyond)
    assert value.encode() == data


@pytest.mark.parametrize("size", [17, 24, 32])
def test_h15_zero_data_of_more_than_16_bytes(size: int) -> None:
    error = refused(FileZeroDataInformation, bytes(size))
    assert (error.path, error.offset) == ("FileZeroDataInformation", 16)


@pytest.mark.parametrize("size", [1, 15, 17, 31, 33, 47])
def test_h15_allocated_ranges_that_end_within_one(size: int) -> None:
    error = refused(FileAllocatedRanges, bytes(size))
    assert (error.path, error.offset) == ("FileAllocatedRanges.ranges", 0)
    assert (error.needed, error.available) == (size + -size % 16, size)


@pytest.mark.parametrize(("count", "left"), [(1, 0), (1, 15), (2, 31), (3, 47), (0xFFFFFFFF, 0), (0x10000000, 64)])
def test_h15_a_count_of_more_than_there_are(count: int, left: int) -> None:
    error = refused(FileLevelTrim, struct.pack("<II", 0, count) + bytes(left))
    assert (error.path, error.offset) == ("FileLevelTrim.ranges", 8)
    assert (error.needed, error.available, error.limit) == (16 * count, left, "FileLevelTrim.num_ranges")
    error = refused(FileRegionOutput, struct.pack("<IIII", 0, 0, count, 0) + bytes(left))
    assert (error.path, error.offset) == ("FileRegionOutput.region", 16)
    assert (error.needed, error.available, error.limit) == (24 * count, left, "FileRegionOutput.region_entry_count")


@pytest.mark.parametrize("count", [0, 1, 2])
def test_h15_a_count_of_fewer_regions_than_there_are(count: int) -> None:
    """A request may be longer; a reply has no such excuse."""
    error = refused(FileRegionOutput, struct.pack("<IIII", 0, 3, count, 0) + bytes(72))
    assert (error.path, error.offset) == ("FileRegionOutput", 16 + 24 * count)


# -- what rules ask


def test_the_key_of_a_trim() -> None:
    assert request_facts(struct.pack("<II", 0, 0)) == {"trim_key": 0}
    assert request_facts(b"\x78\x56\x34\x12 and no trim at all") == {"trim_key": 0x12345678}
    assert request_facts(b"\1\0\0") == {}, "nothing is known of it"
    assert registry.lookup(TRIM).facts(b"\1\0\0\0") == {"trim_key": 1}


@pytest.mark.parametrize(("key", "broken"), [(0, []), (1, ["trim-key"]), (0x80000000, ["trim-key"])])
def test_servers_refuse_a_key(key: int, broken: list[str]) -> None:
    """[MS-SMB2] 3.3.5.15.14."""
    data = FileLevelTrim((FileLevelTrimRange(0, 4096),), key).encode()
    body = request(TRIM, data, persistent=1, volatile=1)
    violations = s2.check_request(body, s2.rules.MS_SMB2)
    assert [one.rule.id for one in violations] == broken
    assert all(one.rule.status is s2.NtStatus.INVALID_PARAMETER for one in violations)


# -- recorded


def inputs(ctl_code: int) -> Iterator[bytes]:
    """Inputs of recorded requests of a code that have one where it belongs."""
    for pdu in pdus():
        if pdu.is_request and pdu.ctl_code == ctl_code and len(pdu.body) > 56:
            offset, count = struct.unpack_from("<24xII", pdu.body)
            if offset == 120 and count and 56 + count <= len(pdu.body):
                yield pdu.body[56 : 56 + count]


def test_recorded_requests() -> None:
    """All of them, those that smbd took with more bytes than the structure has, too."""
    sizes: dict[int, set[int]] = {ALLOCATED: set(), ZERO: set(), SPARSE: set()}
    for code, seen in sizes.items():
        for data in inputs(code):
            value: Any = s2.IoctlRequest.of(data, ctl_code=code).payload()
            assert value.encode() == data
            seen.add(len(data))
            if code == SPARSE:
                assert value == FileSetSparseBuffer(data[0], data[1:])
            elif code == ZERO:
                assert value == FileZeroDataInformation(*struct.unpack("<qq", data))
            else:
                offset, length = struct.unpack_from("<qq", data)
                assert value == QueryAllocatedRanges(offset, length, data[16:])
    assert sizes == {ALLOCATED: {16, 32}, ZERO: {16}, SPARSE: {1, 16, 100}}


def test_recorded_replies() -> None:
    counts = []
    for pdu in pdus():
        if not pdu.is_request and pdu.ctl_code == ALLOCATED and not pdu.status:
            answer = s2.IoctlResponse.decode(pdu.body)
            found: Any = answer.payload()
            assert found == FileAllocatedRanges(
                tuple(FileAllocatedRange(*one) for one in struct.iter_unpack("<qq", answer.output))
            )
            assert found.encode() == answer.output
            counts.append(len(found.ranges))
    assert (counts.count(0), counts.count(1), counts.count(10), len(counts)) == (15, 22, 1, 38)


def test_what_rules_ask_about_ranges() -> None:
    data = struct.pack("<2q", 7, -1)
    assert zero_facts(data) == {"range_start": 7, "range_end": 0xFFFFFFFFFFFFFFFF}
    assert allocated_facts(data + b"more") == {"range_start": 7, "range_size": 0xFFFFFFFFFFFFFFFF}
    assert zero_facts(data[:15]) == allocated_facts(data[:15]) == {}, "nothing is known of it"
