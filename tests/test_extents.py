"""Where the clusters of a file lie."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from by_offset import assert_both_ways, assert_cut, assert_laid_out, columns

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.extents import (
    Extent,
    RefcountExtent,
    RefcountExtentAligned,
    RetrievalPointerCount,
    RetrievalPointers,
    RetrievalPointersAndRefcount,
    RetrievalPointersAndRefcountAligned,
    StartingVcn,
    refcount_type,
)

HEAD = columns("0 I extent_count\n4 I unused\n8 q starting_vcn")
EXTENT = columns("0 q next_vcn\n8 q lcn")
REFCOUNT = columns("0 q next_vcn\n8 q lcn\n16 I reference_count")
ALIGNED = columns("0 q next_vcn\n8 q lcn\n16 I reference_count\n20 I alignment")


def test_request_and_count() -> None:
    for kind, table in (
        (StartingVcn, columns("0 q starting_vcn")),
        (RetrievalPointerCount, columns("0 I extent_count")),
    ):
        assert_both_ways(kind, table)
        assert_cut(kind, table)
    assert StartingVcn(0x0102).encode() == b"\2\1" + bytes(6)


def test_tables() -> None:
    for kind in (RetrievalPointers, RetrievalPointersAndRefcount, RetrievalPointersAndRefcountAligned):
        assert_laid_out(kind, HEAD)
    assert_both_ways(Extent, EXTENT)
    assert_both_ways(RefcountExtent, REFCOUNT)
    assert_both_ways(RefcountExtentAligned, ALIGNED)


def test_retrieval_pointers() -> None:
    """Sixteen clusters somewhere, and a hole; the field for alignment holds what the server left there."""
    data = struct.pack("<IIq", 2, 0xDEADBEEF, 5) + struct.pack("<qq", 16, 0x123456789A) + struct.pack("<qq", 20, -1)
    decoded = RetrievalPointers.decode(data)
    assert decoded == RetrievalPointers(5, (Extent(16, 0x123456789A), Extent(20, -1)), unused=0xDEADBEEF)
    assert decoded.encode() == data
    assert RetrievalPointers(0).encode() == bytes(16)


@pytest.mark.parametrize(
    ("kind", "extent", "pad"),
    [(RetrievalPointersAndRefcount, RefcountExtent, b""),
     (RetrievalPointersAndRefcountAligned, RefcountExtentAligned, bytes(4))],
)  # fmt: skip
@pytest.mark.parametrize("count", [1, 2, 5, 6])
def test_the_length_tells_the_forms_apart(kind: Any, extent: Any, pad: bytes, count: int) -> None:
    """Six extents of 20 bytes are as long as five of 24: the count decides, too."""
    data = struct.pack("<IIq", count, 0xDEADBEEF, 0)
    data += b"".join(struct.pack("<qqI", index + 1, 1000 * index, 0x80000001 + index) + pad for index in range(count))
    assert refcount_type(data, None, 0) == kind
    decoded = kind.decode(data)
    assert decoded.extents[-1] == extent(count, 1000 * count - 1000, 0x80000000 + count)
    assert len(decoded.extents) == count
    assert decoded.encode() == data


def test_no_extents_have_the_form_of_the_document() -> None:
    assert refcount_type(bytes(16), None, 0) is RetrievalPointersAndRefcount
    assert RetrievalPointersAndRefcount(0).encode() == RetrievalPointersAndRefcountAligned(0).encode() == bytes(16)
    assert refcount_type(bytes(16), None, s2.NtStatus.END_OF_FILE) is None
    assert refcount_type(b"", None, 0) is RetrievalPointersAndRefcount


def test_what_surrounds_a_refcount_is_kept() -> None:
    data = struct.pack("<IIq", 1, 7, 0) + struct.pack("<qqII", 1, 2, 3, 0xCCCCCCCC)
    decoded = RetrievalPointersAndRefcountAligned.decode(data)
    assert (decoded.unused, decoded.extents[0].alignment) == (7, 0xCCCCCCCC)
    assert decoded.encode() == data


@pytest.mark.parametrize(
    ("kind", "size"),
    [(RetrievalPointers, 16), (RetrievalPointersAndRefcount, 20), (RetrievalPointersAndRefcountAligned, 24)],
)
@pytest.mark.parametrize("count", [3, 0xFFFFFFFF])
def test_a_count_is_held_against_the_bytes(kind: Any, size: int, count: int) -> None:
    data = struct.pack("<IIq", count, 0, 0) + bytes(3 * size - 1)
    with pytest.raises(s2.DecodeError) as caught:
        kind.decode(data)
    error = caught.value
    assert (error.path, error.offset) == (f"{kind.__name__}.extents", 16)
    assert (error.needed, error.available) == (count * size, 3 * size - 1)
    assert error.limit == f"{kind.__name__}.extent_count"


def test_bytes_after_the_last_extent() -> None:
    with pytest.raises(s2.DecodeError) as caught:
        RetrievalPointers.decode(struct.pack("<IIq", 1, 0, 0) + bytes(17))
    assert (caught.value.path, caught.value.offset) == ("RetrievalPointers", 32)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (StartingVcn(1 << 63), "StartingVcn.starting_vcn"),
        (RetrievalPointers(0, (Extent(0, -(1 << 63) - 1),)), "RetrievalPointers.extents[0].lcn"),
        (RetrievalPointers(0, (RefcountExtent(0, 0, 0),)), "RetrievalPointers.extents[0]"),  # type: ignore[arg-type]
        (RetrievalPointersAndRefcount(0, (RefcountExtent(0, 0, -1),)),
         "RetrievalPointersAndRefcount.extents[0].reference_count"),
    ],
)  # fmt: skip
def test_what_no_extent_can_say(value: Any, path: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        value.encode()
    assert caught.value.path == path
