"""Ranges: FSCTL_QUERY_ALLOCATED_RANGES, _SET_ZERO_DATA, _SET_SPARSE, _FILE_LEVEL_TRIM and _QUERY_FILE_REGIONS.

Offsets and lengths are bytes. Where they are signed, the document forbids negative ones and gives servers the status to
refuse them with (INVALID_PARAMETER): they are read, and refusing them is left to the server, as is a range that ends
before it starts. `trailing` is input past the structure, which servers do not look at: the document asks them for no
less than the structure, and smbd takes 32 bytes for a range and 100 for the sparse flag. FSCTL_SET_ZERO_DATA alone must
have exactly its size.
"""

from __future__ import annotations

import struct
from typing import Any

from construct import Int8ul, Int32ul, Int64sl, Int64ul, Struct

from smb2ioctl_codec.schema import Items, Kept, Raw, Record, Reserved, record

#: DesiredUsage of file regions: valid data in the cache, valid data on the disk.
VALID_CACHED_DATA = 1
VALID_NONCACHED_DATA = 2

#: A number that the constructor works out.
_COMPUTED: Any = None


@record(
    "[MS-FSCC] 2.3.51",
    Struct(
        "file_offset" / Int64sl * "first byte of the range",
        "length" / Int64sl * "bytes of the range",
        "trailing" / Raw() * "what follows",
    ),
)
class QueryAllocatedRanges(Record):
    """FILE_ALLOCATED_RANGE_BUFFER as a question: where is storage in this range? Input of FSCTL_QUERY_ALLOCATED_RANGES.

    [MS-FSCC] 2.3.51; 16 bytes.
    """

    file_offset: int
    length: int
    trailing: bytes = b""


@record(
    "[MS-FSCC] 2.3.52",
    Struct("file_offset" / Int64sl * "first byte of the range", "length" / Int64sl * "bytes of the range"),
)
class FileAllocatedRange(Record):
    """FILE_ALLOCATED_RANGE_BUFFER: a range that has storage. Element of `FileAllocatedRanges`.

    [MS-FSCC] 2.3.52; 16 bytes.
    """

    file_offset: int
    length: int


@record("[MS-FSCC] 2.3.52", Struct("ranges" / Items(FileAllocatedRange) * "as many as there are bytes for"))
class FileAllocatedRanges(Record):
    """FSCTL_QUERY_ALLOCATED_RANGES reply: the ranges that have storage. Output of FSCTL_QUERY_ALLOCATED_RANGES.

    Under BUFFER_OVERFLOW it holds the first of them. [MS-FSCC] 2.3.52; any multiple of 16 bytes.
    """

    ranges: tuple[FileAllocatedRange, ...] = ()


@record(
    "[MS-FSCC] 2.3.85",
    Struct(
        "file_offset" / Int64sl * "first byte that becomes zero",
        "beyond_final_zero" / Int64sl * "first byte after it that does not",
    ),
)
class FileZeroDataInformation(Record):
    """FILE_ZERO_DATA_INFORMATION: fill a range with zeros. Input of FSCTL_SET_ZERO_DATA.

    [MS-FSCC] 2.3.85; exactly 16 bytes.
    """

    file_offset: int
    beyond_final_zero: int


@record(
    "[MS-FSCC] 2.3.83",
    Struct("set_sparse" / Int8ul * "0: no longer sparse; else: sparse", "trailing" / Raw() * "what follows"),
)
class FileSetSparseBuffer(Record):
    """FILE_SET_SPARSE_BUFFER: whether the file is to be sparse. Input of FSCTL_SET_SPARSE, which may have none: that
    means sparse, too. [MS-FSCC] 2.3.83; 1 byte.
    """

    set_sparse: int = 1
    trailing: bytes = b""


@record(
    "[MS-FSCC] 2.3.13.1",
    Struct("offset" / Int64ul * "first byte of the range", "length" / Int64ul * "bytes of the range"),
)
class FileLevelTrimRange(Record):
    """FILE_LEVEL_TRIM_RANGE: a range whose content is not needed any more. Element of `FileLevelTrim`.

    [MS-FSCC] 2.3.13.1; 16 bytes.
    """

    offset: int
    length: int


@record(
    "[MS-FSCC] 2.3.13",
    Struct(
        "key" / Int32ul * "of byte range locks; 0 over SMB2",
        "num_ranges" / Int32ul * "ranges that follow",
        "ranges" / Items(FileLevelTrimRange, "num_ranges"),
        "trailing" / Raw() * "what follows",
    ),
)
class FileLevelTrim(Record):
    """FILE_LEVEL_TRIM: tells the storage which ranges it may forget. Input of FSCTL_FILE_LEVEL_TRIM.

    Servers refuse a `key` that is not 0 ([MS-SMB2] 3.3.5.15.14). [MS-FSCC] 2.3.13; at least 8 bytes.
    """

    ranges: tuple[FileLevelTrimRange, ...]
    key: int = 0
    trailing: bytes = b""


@record("[MS-FSCC] 2.3.14", Struct("num_ranges_processed" / Int32ul * "ranges that were trimmed"))
class FileLevelTrimOutput(Record):
    """FILE_LEVEL_TRIM_OUTPUT: output of FSCTL_FILE_LEVEL_TRIM, where the client left room for it.

    [MS-FSCC] 2.3.14; 4 bytes.
    """

    num_ranges_processed: int


@record(
    "[MS-FSCC] 2.3.55",
    Struct(
        "file_offset" / Int64sl * "first byte of the range",
        "length" / Int64sl * "bytes of the range",
        "desired_usage" / Int32ul * "1: VALID_CACHED_DATA, 2: VALID_NONCACHED_DATA",
        "reserved" / Reserved(Int32ul),
        "trailing" / Raw() * "what follows",
    ),
)
class FileRegionInput(Record):
    """FILE_REGION_INPUT: the range whose valid data is asked for. Input of FSCTL_QUERY_FILE_REGIONS, which may have
    none: that means the whole file. [MS-FSCC] 2.3.55; 24 bytes.
    """

    file_offset: int
    length: int
    desired_usage: int
    reserved: int = 0
    trailing: bytes = b""


@record(
    "[MS-FSCC] 2.3.56.1",
    Struct(
        "file_offset" / Int64sl * "first byte of the region",
        "length" / Int64sl * "bytes of the region",
        "desired_usage" / Int32ul * "what is true of the region; 0: not what was asked for",
        "reserved" / Reserved(Int32ul),
    ),
)
class FileRegionInfo(Record):
    """FILE_REGION_INFO: a region and its use. Element of `FileRegionOutput`. [MS-FSCC] 2.3.56.1; 24 bytes."""

    file_offset: int
    length: int
    desired_usage: int
    reserved: int = 0


@record(
    "[MS-FSCC] 2.3.56",
    Struct(
        "flags" / Reserved(Int32ul),
        "total_region_entry_count" / Kept(Int32ul, "region_entry_count", resolved=True) * "regions that there are",
        "region_entry_count" / Int32ul * "regions in this reply",
        "reserved" / Reserved(Int32ul),
        "region" / Items(FileRegionInfo, "region_entry_count"),
    ),
)
class FileRegionOutput(Record):
    """FILE_REGION_OUTPUT: regions of the file. Output of FSCTL_QUERY_FILE_REGIONS.

    `total_region_entry_count` need not be given: it is then the number of regions. Under BUFFER_OVERFLOW the reply
    holds the first of them, and it says how many there are. [MS-FSCC] 2.3.56; at least 16 bytes.
    """

    region: tuple[FileRegionInfo, ...] = ()
    total_region_entry_count: int = _COMPUTED
    flags: int = 0
    reserved: int = 0


def request_facts(data: bytes) -> dict[str, int]:
    """What rules ask about the input of FSCTL_FILE_LEVEL_TRIM: its Key, whatever follows it; nothing if it is cut."""
    return {"trim_key": int.from_bytes(data[:4], "little")} if len(data) >= 4 else {}


def zero_facts(data: bytes) -> dict[str, int]:
    """What rules ask about the input of FSCTL_SET_ZERO_DATA: its two offsets, unsigned; nothing if it is cut."""
    return dict(zip(("range_start", "range_end"), _numbers(data), strict=False))


def allocated_facts(data: bytes) -> dict[str, int]:
    """What rules ask about the input of FSCTL_QUERY_ALLOCATED_RANGES: offset and length, unsigned; nothing if it is
    cut.
    """
    return dict(zip(("range_start", "range_size"), _numbers(data), strict=False))


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack_from("<2Q", data) if len(data) >= 16 else ()
