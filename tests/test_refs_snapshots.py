"""Snapshots of streams on ReFS, in the form of the document and in that of compilers."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from by_offset import assert_both_ways, assert_cut, assert_laid_out, columns

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.refs_snapshots import (
    QueryDeltasInput,
    RefsStreamSnapshotManagement,
    SnapshotOperation,
    StreamDeltas,
    StreamDeltasAligned,
    StreamExtent,
    StreamExtentAligned,
    StreamSnapshot,
    StreamSnapshotAligned,
    StreamSnapshotList,
    StreamSnapshotListAligned,
    response_type,
)

INPUT = columns("0 I operation\n4 H snapshot_name_length\n6 H operation_input_buffer_length\n8 16s reserved")
DELTAS_INPUT = columns("0 q starting_vcn\n8 I flags\n12 I reserved")
LIST = columns("0 I entry_count\n4 I buffer_size_required_for_query\n8 Q reserved")
ENTRY = columns("""
    0 I next_entry_offset
    4 H snapshot_name_length
    6 Q snapshot_creation_time
    14 Q stream_size
    22 Q stream_allocation_size
    30 16s reserved
""")
ALIGNED_ENTRY = columns("""
    0 I next_entry_offset
    4 H snapshot_name_length
    6 H alignment
    8 Q snapshot_creation_time
    16 Q stream_size
    24 Q stream_allocation_size
    32 16s reserved
""")
EXTENT = columns("0 q vcn\n8 q lcn\n16 q length\n24 I properties")
ALIGNED_EXTENT = columns("0 q vcn\n8 q lcn\n16 q length\n24 H properties\n26 6s alignment")
DELTAS = columns("0 I extent_count\n4 8s reserved")
ALIGNED_DELTAS = columns("0 I extent_count\n4 8s reserved\n12 I alignment")
#: 2026-11-22 17:47:43.1234567 UTC
TICKS = 134398432631234567


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def head(operation: int, name: int, control: int) -> bytes:
    return struct.pack("<IHH", operation, name, control) + bytes(16)


def test_tables() -> None:
    assert_laid_out(RefsStreamSnapshotManagement, INPUT)
    assert_both_ways(QueryDeltasInput, DELTAS_INPUT)
    assert_cut(QueryDeltasInput, DELTAS_INPUT)
    for kind in (StreamSnapshotList, StreamSnapshotListAligned):
        assert_laid_out(kind, LIST)
    assert_laid_out(StreamSnapshot, ENTRY)
    assert_laid_out(StreamSnapshotAligned, ALIGNED_ENTRY)
    assert_both_ways(StreamExtent, EXTENT)
    assert_both_ways(StreamExtentAligned, ALIGNED_EXTENT)
    assert_laid_out(StreamDeltas, DELTAS)
    assert_laid_out(StreamDeltasAligned, ALIGNED_DELTAS)


# -- input


@pytest.mark.parametrize(
    ("operation", "name"), [(0, ""), (1, "snap"), (2, "*"), (4, "s\u00e4ge"), (5, ""), (6, ""), (7, "x")]
)
def test_operations_without_control_structure(operation: int, name: str) -> None:
    """The name is not filled up where nothing follows."""
    data = head(operation, len(utf16(name)), 0) + utf16(name)
    decoded = RefsStreamSnapshotManagement.decode(data)
    assert decoded == RefsStreamSnapshotManagement(SnapshotOperation(operation), name)
    assert decoded.operation.is_known is (operation < 7)
    assert (decoded.operation is SnapshotOperation.INVALID) is (operation == 0)
    assert decoded.encode() == data


@pytest.mark.parametrize(("name", "gap"), [("", 0), ("a", 6), ("ab", 4), ("abc", 2), ("abcd", 0), ("abcde", 6)])
def test_the_control_structure_is_aligned(name: str, gap: int) -> None:
    control = struct.pack("<qII", -2, 3, 4)
    data = head(3, 2 * len(name), 16) + utf16(name) + bytes(gap) + control
    decoded = RefsStreamSnapshotManagement.decode(data)
    assert decoded == RefsStreamSnapshotManagement(SnapshotOperation.QUERY_DELTAS, name, QueryDeltasInput(-2, 3, 4))
    assert decoded.encode() == data
    assert (len(data) - 16) % 8 == 0


def test_what_lies_around_is_kept() -> None:
    reserved = bytes(range(16))
    data = struct.pack("<IHH", 3, 2, 16) + reserved + utf16("a") + b"gap..." + struct.pack("<qII", 1, 0, 0) + b"rest"
    decoded = RefsStreamSnapshotManagement.decode(data)
    assert (decoded.reserved, decoded.alignment, decoded.rest) == (reserved, b"gap...", b"rest")
    assert decoded.encode() == data


@pytest.mark.parametrize("control", [b"\1", bytes(15), bytes(17)])
def test_another_control_structure_is_bytes(control: bytes) -> None:
    data = head(9, 0, len(control)) + control
    decoded = RefsStreamSnapshotManagement.decode(data)
    assert decoded.operation_input_buffer == control
    assert decoded.encode() == data


@pytest.mark.parametrize(
    ("data", "path", "offset", "needed", "available"),
    [
        (head(1, 4, 0)[:-1], "reserved", 8, 16, 15),
        (head(1, 4, 0) + b"a\0b", "snapshot_name", 24, 4, 3),
        (head(1, 0xFFFF, 0xFFFF), "snapshot_name", 24, 0xFFFF, 0),
        (head(1, 3, 0) + b"a\0b", "snapshot_name", 26, None, None),
        (head(3, 2, 16) + b"a\0" + bytes(5), "alignment", 26, 6, 5),
        (head(3, 2, 16) + b"a\0" + bytes(6 + 15), "operation_input_buffer", 32, 16, 15),
    ],
)
def test_inputs_that_are_cut(data: bytes, path: str, offset: int, needed: int | None, available: int | None) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        RefsStreamSnapshotManagement.decode(data)
    error = caught.value
    assert (error.path, error.offset) == (f"RefsStreamSnapshotManagement.{path}", offset)
    assert (error.needed, error.available) == (needed, available)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (RefsStreamSnapshotManagement(SnapshotOperation.CREATE, "x" * 0x8000), "snapshot_name_length"),
        (RefsStreamSnapshotManagement(SnapshotOperation.CREATE, "a", bytes(16)), "operation_input_buffer"),
        (RefsStreamSnapshotManagement(SnapshotOperation.CREATE, "a", alignment=b"\0"), "alignment"),
        (RefsStreamSnapshotManagement(SnapshotOperation.CREATE, "a", reserved=bytes(15)), "reserved"),
        (RefsStreamSnapshotManagement("CREATE"), "operation"),  # type: ignore[arg-type]
        (RefsStreamSnapshotManagement(1 << 32), "operation"),  # type: ignore[arg-type]
    ],
)
def test_what_no_input_can_say(value: RefsStreamSnapshotManagement, path: str) -> None:
    """Sixteen bytes would be read as a control structure; nothing is aligned where none follows."""
    with pytest.raises(s2.EncodeError) as caught:
        value.encode()
    assert caught.value.path == f"RefsStreamSnapshotManagement.{path}"


# -- LIST


def entry(name: str, step: int, *, pad: int | None = None, reserved: bytes = bytes(16)) -> bytes:
    """The form of the document: 46 bytes, the name, and what fills up."""
    fixed = struct.pack("<IHQQQ16s", step, 2 * len(name), TICKS, 5, 0xFFFFFFFFFFFFF000, reserved)
    assert len(fixed) == 46
    return fixed + utf16(name) + bytes(-(46 + 2 * len(name)) % 8 if pad is None else pad)


def aligned_entry(name: str, step: int, *, alignment: int = 0) -> bytes:
    fixed = struct.pack("<IHHQQQ16s", step, 2 * len(name), alignment, TICKS, 0xFFFFFFFFFFFFFFFF, 4096, bytes(16))
    assert len(fixed) == 48
    return fixed + utf16(name) + bytes(-2 * len(name) % 8)


def listed(*entries: bytes, count: int | None = None) -> bytes:
    whole = b"".join(entries)
    return struct.pack("<IIQ", len(entries) if count is None else count, 16 + len(whole), 0) + whole


ASKED = RefsStreamSnapshotManagement(SnapshotOperation.LIST, "*")


@pytest.mark.parametrize("names", [(), ("a",), ("a", "bc", "def"), ("abc", "snapshot", "x" * 30)])
def test_lists(names: tuple[str, ...]) -> None:
    last = len(names) - 1
    sizes = [(46 + 2 * len(name) + 7) // 8 * 8 for name in names]
    data = listed(*(entry(name, 0 if i == last else sizes[i]) for i, name in enumerate(names)))
    decoded = StreamSnapshotList.decode(data)
    assert decoded == StreamSnapshotList(
        tuple(StreamSnapshot(name, TICKS, 5, 0xFFFFFFFFFFFFF000) for name in names), len(data)
    )
    assert decoded.encode() == data
    assert response_type(data, ASKED, 0) is StreamSnapshotList
    for each in decoded.entries:
        assert each.created == datetime(2026, 11, 22, 17, 47, 43, 123456, UTC)


@pytest.mark.parametrize("names", [("a",), ("a", "bc", "def"), ("abc", "snapshot", "x" * 30)])
def test_lists_of_compilers(names: tuple[str, ...]) -> None:
    last = len(names) - 1
    sizes = [(48 + 2 * len(name) + 7) // 8 * 8 for name in names]
    data = listed(*(aligned_entry(name, 0 if i == last else sizes[i]) for i, name in enumerate(names)))
    assert response_type(data, ASKED, 0) is StreamSnapshotListAligned
    decoded = StreamSnapshotListAligned.decode(data)
    entries = tuple(StreamSnapshotAligned(name, TICKS, 0xFFFFFFFFFFFFFFFF, 4096) for name in names)
    assert decoded == StreamSnapshotListAligned(entries, len(data))
    assert decoded.encode() == data
    assert decoded.entries[0].created == datetime(2026, 11, 22, 17, 47, 43, 123456, UTC)


def test_lists_that_are_filled_up_otherwise() -> None:
    """Not at all, or with anything, between the entries and after them."""
    data = listed(entry("a", 48, pad=0), entry("bc", 58, pad=8), entry("def", 0, pad=0))
    decoded = StreamSnapshotList.decode(data)
    assert [(each.snapshot_name, each.padding) for each in decoded.entries] == [
        ("a", None), ("bc", bytes(8)), ("def", b""),
    ]  # fmt: skip
    assert decoded.encode() == data
    kept = listed(entry("bcd", 60, pad=0, reserved=b"r" * 16) + b"?" * 8, entry("a", 0) + b"!")
    assert StreamSnapshotList.decode(kept).entries[0].reserved == b"r" * 16
    assert StreamSnapshotList.decode(kept).encode() == kept
    odd = listed(aligned_entry("a", 0, alignment=0xBEEF))
    assert StreamSnapshotListAligned.decode(odd).entries[0].alignment == 0xBEEF
    assert StreamSnapshotListAligned.decode(odd).encode() == odd


def test_the_size_that_is_needed() -> None:
    """What a reply without room for any entry tells."""
    decoded = StreamSnapshotList.decode(struct.pack("<IIQ", 0, 4096, 0xFFFFFFFFFFFFFFFF))
    assert (decoded.entries, decoded.buffer_size_required_for_query) == ((), 4096)
    assert decoded.reserved == 0xFFFFFFFFFFFFFFFF


def test_a_nameless_snapshot_says_nothing_of_the_form() -> None:
    """No snapshot is so; where it is, the form is the document's."""
    assert response_type(listed(entry("", 0)), ASKED, 0) is StreamSnapshotList


@pytest.mark.parametrize(
    ("data", "path", "offset"),
    [
        (listed(entry("a", 0))[:15], "reserved", 8),
        (listed(entry("a", 0), count=2), "entries", 16),
        (listed(entry("x" * 61, 0), count=2), "entries", 184),
        (listed(entry("a", 48), entry("b", 0), count=1), "", 64),
        (listed(entry("a", 0), count=0), "", 16),
        (listed(entry("a", 0), count=0xFFFFFFFF), "entries", 16),
        (listed(entry("a", 45), entry("b", 0)), "entries[0].next_entry_offset", 16),
        (listed(entry("a", 1), entry("b", 0)), "entries[0].next_entry_offset", 16),
        (listed(entry("a", 96), entry("b", 0)), "entries[0].next_entry_offset", 16),
        (listed(entry("a", 0xFFFFFFF8), entry("b", 0)), "entries[0].next_entry_offset", 16),
        (listed(entry("a", 46), entry("b", 0)), "entries[0].snapshot_name", 62),
        (listed(entry("ab", 0))[:-7], "entries[0].snapshot_name", 62),
        (listed(entry("a", 48), entry("\u20ac", 0)[:45]), "entries[1].reserved", 94),
    ],
)
def test_lists_that_lie(data: bytes, path: str, offset: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        StreamSnapshotList.decode(data)
    assert caught.value.path == ".".join(filter(None, ("StreamSnapshotList", path)))
    assert caught.value.offset == offset


# -- QUERY_DELTAS

DELTAS_ASKED = RefsStreamSnapshotManagement(SnapshotOperation.QUERY_DELTAS, "a", QueryDeltasInput(0))


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_deltas(count: int) -> None:
    data = struct.pack("<I8s", count, b"reserved")
    data += b"".join(struct.pack("<qqqI", index, -index, 1 << index, 0x10110) for index in range(count))
    assert len(data) == 12 + 28 * count
    assert response_type(data, DELTAS_ASKED, 0) is StreamDeltas
    extents = tuple(StreamExtent(index, -index, 1 << index, 0x10110) for index in range(count))
    assert StreamDeltas.decode(data) == StreamDeltas(extents, b"reserved")
    assert StreamDeltas(extents, b"reserved").encode() == data


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_deltas_of_compilers(count: int) -> None:
    data = struct.pack("<I8sI", count, b"reserved", 7)
    data += b"".join(struct.pack("<qqqH6s", index, -index, 1 << index, 0x110, b"filled") for index in range(count))
    assert len(data) == 16 + 32 * count
    assert response_type(data, DELTAS_ASKED, 0) is StreamDeltasAligned
    extents = tuple(StreamExtentAligned(index, -index, 1 << index, 0x110, b"filled") for index in range(count))
    assert StreamDeltasAligned.decode(data) == StreamDeltasAligned(extents, b"reserved", 7)
    assert StreamDeltasAligned(extents, b"reserved", 7).encode() == data


@pytest.mark.parametrize(
    ("kind", "size", "start"), [(StreamDeltas, 28, 12), (StreamDeltasAligned, 32, 16)], ids=["document", "compiler"]
)
@pytest.mark.parametrize("count", [2, 0xFFFFFFFF])
def test_deltas_that_are_cut(kind: Any, size: int, start: int, count: int) -> None:
    data = struct.pack("<I", count) + bytes(start - 4 + 2 * size - 1)
    assert response_type(data, DELTAS_ASKED, 0) is StreamDeltas
    with pytest.raises(s2.DecodeError) as caught:
        kind.decode(data)
    error = caught.value
    assert (error.path, error.offset) == (f"{kind.__name__}.extents", start)
    assert (error.needed, error.available) == (count * size, 2 * size - 1)
    assert error.limit == f"{kind.__name__}.extent_count"


def test_deltas_need_not_be_told_everything() -> None:
    assert QueryDeltasInput(5).encode() == b"\5" + bytes(15)
    assert (StreamDeltas().encode(), StreamDeltasAligned().encode()) == (bytes(12), bytes(16))
    extent = StreamExtentAligned(1, 2, 3, 0x400)
    assert StreamDeltasAligned((extent,)).encode()[16:] == struct.pack("<qqqQ", 1, 2, 3, 0x400)


# -- which of them


@pytest.mark.parametrize("operation", [op for op in SnapshotOperation if op not in (2, 3)])
def test_operations_without_output(operation: SnapshotOperation) -> None:
    assert response_type(bytes(16), RefsStreamSnapshotManagement(operation, "a"), 0) is None


def test_outputs_that_nobody_can_tell() -> None:
    data = listed(entry("a", 0))
    assert response_type(data, None, 0) is None
    assert response_type(data, b"bytes", 0) is None
    assert response_type(data, ASKED, s2.NtStatus.INVALID_PARAMETER) is None
    assert response_type(data, ASKED, s2.NtStatus.BUFFER_OVERFLOW) is StreamSnapshotList
