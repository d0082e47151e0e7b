"""Snapshots of streams on ReFS: FSCTL_REFS_STREAM_SNAPSHOT_MANAGEMENT.

What follows in the reply depends on the operation of the request.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from construct import Bytes, Int16ul, Int32ul, Int64sl, Int64ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import (
    Alternatives,
    Exactly,
    Items,
    Kept,
    Next,
    One,
    Raw,
    Record,
    Reserved,
    Sized,
    Tag,
    Text,
    Walk,
    record,
)
from smb2ioctl_codec.schema.scalars import FILETIME, moment


class SnapshotOperation(OpenIntEnum, bits=32):
    """What to do ([MS-FSCC] 2.3.65)."""

    INVALID = 0
    CREATE = 1
    LIST = 2
    QUERY_DELTAS = 3
    REVERT = 4
    SET_SHADOW_BTREE = 5
    CLEAR_SHADOW_BTREE = 6


@record(
    "[MS-FSCC] 2.3.65.1",
    Struct(
        "starting_vcn" / Int64sl * "first cluster of the stream to look at",
        "flags" / Int32ul * "0",
        "reserved" / Reserved(Int32ul),
    ),
)
class QueryDeltasInput(Record):
    """REFS_STREAM_SNAPSHOT_QUERY_DELTAS_INPUT_BUFFER: from where on. Part of `RefsStreamSnapshotManagement`.

    [MS-FSCC] 2.3.65.1; 16 bytes.
    """

    starting_vcn: int
    flags: int = 0
    reserved: int = 0


_CONTROL = Alternatives(QueryDeltasInput, select=lambda data: QueryDeltasInput if len(data) == 16 else None)
#: Bytes between the name and the control structure, which starts at a multiple of 8.
_GAP = "-snapshot_name_length % 8 if operation_input_buffer_length else 0"


@record(
    "[MS-FSCC] 2.3.65",
    Struct(
        "operation" / Tag(Int32ul, SnapshotOperation),
        "snapshot_name_length" / Int16ul * "bytes of the name",
        "operation_input_buffer_length" / Int16ul * "bytes of the control structure",
        "reserved" / Reserved(Bytes(16)),
        "snapshot_name" / Sized("snapshot_name_length", Text()) * "for LIST, a pattern",
        "alignment" / Kept(Exactly(_GAP, Raw()), f"b'\\0' * ({_GAP})") * "up to the next multiple of 8",
        "operation_input_buffer"
        / Sized("operation_input_buffer_length", One(_CONTROL))
        * "control structure; for QUERY_DELTAS only",
        "rest" / Raw() * "what follows in a buffer that is larger",
    ),
)
class RefsStreamSnapshotManagement(Record):
    """REFS_STREAM_SNAPSHOT_MANAGEMENT_INPUT_BUFFER: what to do with which snapshot. Input of
    FSCTL_REFS_STREAM_SNAPSHOT_MANAGEMENT.

    CREATE, LIST, QUERY_DELTAS and REVERT need a name. `operation_input_buffer` is bytes if it is no
    `QueryDeltasInput`; `alignment` is None where it is zeros. The document has one field NameAndInputBuffer for all
    from the name on. [MS-FSCC] 2.3.65; at least 24 bytes.
    """

    operation: SnapshotOperation
    snapshot_name: str = ""
    operation_input_buffer: QueryDeltasInput | bytes = b""
    reserved: bytes = bytes(16)
    alignment: bytes | None = None
    rest: bytes = b""


_SIZES = (
    "stream_size" / Int64ul * "bytes of the stream",
    "stream_allocation_size" / Int64ul * "bytes that its data takes",
    "reserved" / Reserved(Bytes(16)),
    "snapshot_name" / Sized("snapshot_name_length", Text()),
)
_CREATED = "snapshot_creation_time" / FILETIME * "100 ns since 1601, UTC"


@record(
    "[MS-FSCC] 2.3.66.1.1",
    Struct(
        "next_entry_offset" / Next(Int32ul) * "bytes to the next entry; 0: the last",
        "snapshot_name_length" / Int16ul * "bytes of the name",
        _CREATED,
        *_SIZES,
        "padding" / Kept(Raw(), "b'\\0' * (-(46 + snapshot_name_length) % 8)") * "up to the next multiple of 8",
    ),
)
class StreamSnapshot(Record):
    """REFS_STREAM_SNAPSHOT_LIST_OUTPUT_BUFFER_ENTRY: a snapshot. Element of `StreamSnapshotList`.

    `padding` is None where it is zeros up to the next multiple of 8. [MS-FSCC] 2.3.66.1.1; at least 46 bytes.
    """

    snapshot_name: str
    snapshot_creation_time: int
    stream_size: int
    stream_allocation_size: int
    reserved: bytes = bytes(16)
    padding: bytes | None = None

    @property
    def created(self) -> datetime:
        """`snapshot_creation_time` as UTC; OverflowError if it is after the year 9999."""
        return moment(self.snapshot_creation_time)


@record(
    "[MS-FSCC] 2.3.66.1.1",
    Struct(
        "next_entry_offset" / Next(Int32ul) * "bytes to the next entry; 0: the last",
        "snapshot_name_length" / Int16ul * "bytes of the name",
        "alignment" / Reserved(Int16ul),
        _CREATED,
        *_SIZES,
        "padding" / Kept(Raw(), "b'\\0' * (-snapshot_name_length % 8)") * "up to the next multiple of 8",
    ),
)
class StreamSnapshotAligned(Record):
    """`StreamSnapshot` as compilers lay it out: two bytes align the time to 8. Element of `StreamSnapshotListAligned`.

    The Windows SDK; at least 48 bytes.
    """

    snapshot_name: str
    snapshot_creation_time: int
    stream_size: int
    stream_allocation_size: int
    reserved: bytes = bytes(16)
    alignment: int = 0
    padding: bytes | None = None

    @property
    def created(self) -> datetime:
        """`snapshot_creation_time` as UTC; OverflowError if it is after the year 9999."""
        return moment(self.snapshot_creation_time)


_LIST = (
    "entry_count" / Int32ul * "entries that follow",
    "buffer_size_required_for_query" / Int32ul * "bytes that all entries and this head take",
    "reserved" / Reserved(Int64ul),
)


@record(
    "[MS-FSCC] 2.3.66.1",
    Struct(*_LIST, "entries" / Walk(StreamSnapshot, next="next_entry_offset", count="entry_count")),
)
class StreamSnapshotList(Record):
    """REFS_STREAM_SNAPSHOT_LIST_OUTPUT_BUFFER: snapshots whose names match. Output of
    FSCTL_REFS_STREAM_SNAPSHOT_MANAGEMENT for LIST.

    The form of the document; `StreamSnapshotListAligned` is the other one. `buffer_size_required_for_query` is right
    under BUFFER_OVERFLOW, too. [MS-FSCC] 2.3.66.1; at least 16 bytes.
    """

    entries: tuple[StreamSnapshot, ...]
    buffer_size_required_for_query: int
    reserved: int = 0


@record(
    "[MS-FSCC] 2.3.66.1",
    Struct(*_LIST, "entries" / Walk(StreamSnapshotAligned, next="next_entry_offset", count="entry_count")),
)
class StreamSnapshotListAligned(Record):
    """REFS_STREAM_SNAPSHOT_LIST_OUTPUT_BUFFER as compilers lay its entries out. Output of
    FSCTL_REFS_STREAM_SNAPSHOT_MANAGEMENT for LIST, as `StreamSnapshotList` is, which it equals if it is empty.

    What tells them apart: where the form of the document has the start of the first name, this one has the end of the
    reserved bytes, zeros. The Windows SDK; at least 16 bytes.
    """

    entries: tuple[StreamSnapshotAligned, ...]
    buffer_size_required_for_query: int
    reserved: int = 0


_EXTENT = (
    "vcn" / Int64sl * "cluster of the stream",
    "lcn" / Int64sl * "cluster of the volume",
    "length" / Int64sl * "clusters",
)
_PROPERTIES = (
    "8: sparse; 0x10: valid; 0x20: reserved for the stream; 0x80: CRC32; 0x100: CRC64; 0x200: ghosted; 0x400: read-only"
)


@record("[MS-FSCC] 2.3.66.2.1", Struct(*_EXTENT, "properties" / Int32ul * _PROPERTIES))
class StreamExtent(Record):
    """REFS_STREAM_EXTENT: clusters side by side that were changed. [MS-FSCC] 2.3.66.2.1; 28 bytes."""

    vcn: int
    lcn: int
    length: int
    properties: int


@record(
    "[MS-FSCC] 2.3.66.2.1", Struct(*_EXTENT, "properties" / Int16ul * _PROPERTIES, "alignment" / Reserved(Bytes(6)))
)
class StreamExtentAligned(Record):
    """REFS_STREAM_EXTENT as compilers lay it out, a multiple of 8. The Windows SDK; 32 bytes."""

    vcn: int
    lcn: int
    length: int
    properties: int
    alignment: bytes = bytes(6)


@record(
    "[MS-FSCC] 2.3.66.2",
    Struct(
        "extent_count" / Int32ul * "extents that follow",
        "reserved" / Reserved(Bytes(8)),
        "extents" / Items(StreamExtent, "extent_count"),
    ),
)
class StreamDeltas(Record):
    """REFS_STREAM_SNAPSHOT_QUERY_DELTAS_OUTPUT_BUFFER: what changed since the snapshot. Output of
    FSCTL_REFS_STREAM_SNAPSHOT_MANAGEMENT for QUERY_DELTAS.

    The form of the document; `StreamDeltasAligned` is the other one. The length tells them apart.
    [MS-FSCC] 2.3.66.2; 12 bytes and 28 for each extent.
    """

    extents: tuple[StreamExtent, ...] = ()
    reserved: bytes = bytes(8)


@record(
    "[MS-FSCC] 2.3.66.2",
    Struct(
        "extent_count" / Int32ul * "extents that follow",
        "reserved" / Reserved(Bytes(8)),
        "alignment" / Reserved(Int32ul),
        "extents" / Items(StreamExtentAligned, "extent_count"),
    ),
)
class StreamDeltasAligned(Record):
    """REFS_STREAM_SNAPSHOT_QUERY_DELTAS_OUTPUT_BUFFER as compilers lay it out. Output of
    FSCTL_REFS_STREAM_SNAPSHOT_MANAGEMENT for QUERY_DELTAS, as `StreamDeltas` is. The Windows SDK; 16 bytes and 32 for
    each extent.
    """

    extents: tuple[StreamExtentAligned, ...] = ()
    reserved: bytes = bytes(8)
    alignment: int = 0


def response_type(data: bytes, request: Any, status: int) -> type[Record] | None:
    """The output's form, by the request's operation and the bytes; None for an operation without output, under an
    error, and where nobody knows the request.
    """
    if not isinstance(request, RefsStreamSnapshotManagement) or NtStatus(status).is_error:
        return None
    count = int.from_bytes(data[:4], "little")
    if request.operation == SnapshotOperation.LIST:
        aligned = data[20:22] != b"\0\0" and data[62:64] == b"\0\0"
        return StreamSnapshotListAligned if aligned else StreamSnapshotList
    if request.operation == SnapshotOperation.QUERY_DELTAS:
        return StreamDeltasAligned if len(data) == 16 + 32 * count else StreamDeltas
    return None
