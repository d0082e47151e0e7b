"""Statistics of a file system: FSCTL_FILESYSTEM_GET_STATISTICS.

The counters wrap. There is one block for each processor: FILESYSTEM_STATISTICS, and what its type of file system adds,
each at a multiple of 64 bytes and filled up with zeros.
"""

from __future__ import annotations

from typing import Any

from construct import Bytes, Int16ul, Int32ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Alternatives, Exactly, Nested, One, Raw, Record, Reserved, Tag, Walk, record


class FileSystemType(OpenIntEnum, bits=16):
    """Whose statistics they are ([MS-FSCC] 2.3.12.1)."""

    NTFS = 1
    FAT = 2
    EXFAT = 3
    REFS = 4


@record("[MS-FSCC] 2.3.12.2", Struct(*(name / Int16ul for name in ("write", "create", "set_info", "flush"))))
class UserLevelWrites(Record):
    """Writes that operations of users caused, by operation: MftWritesUserLevel and the like. 8 bytes."""

    write: int = 0
    create: int = 0
    set_info: int = 0
    flush: int = 0


@record("[MS-FSCC] 2.3.12.2", Struct(*(name / Int16ul for name in ("write", "create", "set_info"))))
class BitmapUserLevelWrites(Record):
    """`UserLevelWrites` of the volume's bitmap: BitmapWritesUserLevel. 6 bytes."""

    write: int = 0
    create: int = 0
    set_info: int = 0


@record(
    "[MS-FSCC] 2.3.12.2",
    Struct(
        "calls" / Int32ul * "allocations",
        "clusters" / Int32ul * "clusters allocated",
        "hints" / Int32ul * "calls that said where to start",
        "runs_returned" / Int32ul * "runs that satisfied the calls",
        "hints_honored" / Int32ul * "calls that got where they wanted",
        "hints_clusters" / Int32ul * "clusters allocated there",
        "cache" / Int32ul * "calls that the cache satisfied",
        "cache_clusters" / Int32ul * "clusters allocated so",
        "cache_miss" / Int32ul * "calls that it did not satisfy",
        "cache_miss_clusters" / Int32ul * "clusters allocated so",
    ),
)
class Allocate(Record):
    """Allocation of clusters. 40 bytes."""

    calls: int = 0
    clusters: int = 0
    hints: int = 0
    runs_returned: int = 0
    hints_honored: int = 0
    hints_clusters: int = 0
    cache: int = 0
    cache_clusters: int = 0
    cache_miss: int = 0
    cache_miss_clusters: int = 0


@record(
    "[MS-FSCC] 2.3.12.2",
    Struct(
        "log_file_full_exceptions" / Int32ul,
        "other_exceptions" / Int32ul,
        "mft_reads" / Int32ul * "reads of the master file table",
        "mft_read_bytes" / Int32ul,
        "mft_writes" / Int32ul,
        "mft_write_bytes" / Int32ul,
        "mft_writes_user_level" / Nested(UserLevelWrites),
        "mft_writes_flush_for_log_file_full" / Int16ul,
        "mft_writes_lazy_writer" / Int16ul,
        "mft_writes_user_request" / Int16ul,
        "padding1" / Reserved(Int16ul),
        "mft2_writes" / Int32ul * "writes of the mirror of the master file table",
        "mft2_write_bytes" / Int32ul,
        "mft2_writes_user_level" / Nested(UserLevelWrites),
        "mft2_writes_flush_for_log_file_full" / Int16ul,
        "mft2_writes_lazy_writer" / Int16ul,
        "mft2_writes_user_request" / Int16ul,
        "padding2" / Reserved(Int16ul),
        "root_index_reads" / Int32ul,
        "root_index_read_bytes" / Int32ul,
        "root_index_writes" / Int32ul,
        "root_index_write_bytes" / Int32ul,
        "bitmap_reads" / Int32ul * "reads of the bitmap of clusters",
        "bitmap_read_bytes" / Int32ul,
        "bitmap_writes" / Int32ul,
        "bitmap_write_bytes" / Int32ul,
        "bitmap_writes_flush_for_log_file_full" / Int16ul,
        "bitmap_writes_lazy_writer" / Int16ul,
        "bitmap_writes_user_request" / Int16ul,
        "bitmap_writes_user_level" / Nested(BitmapUserLevelWrites),
        "mft_bitmap_reads" / Int32ul * "reads of the bitmap of the master file table",
        "mft_bitmap_read_bytes" / Int32ul,
        "mft_bitmap_writes" / Int32ul,
        "mft_bitmap_write_bytes" / Int32ul,
        "mft_bitmap_writes_flush_for_log_file_full" / Int16ul,
        "mft_bitmap_writes_lazy_writer" / Int16ul,
        "mft_bitmap_writes_user_request" / Int16ul,
        "mft_bitmap_writes_user_level" / Nested(UserLevelWrites),
        "padding3" / Reserved(Int16ul),
        "user_index_reads" / Int32ul,
        "user_index_read_bytes" / Int32ul,
        "user_index_writes" / Int32ul,
        "user_index_write_bytes" / Int32ul,
        "log_file_reads" / Int32ul,
        "log_file_read_bytes" / Int32ul,
        "log_file_writes" / Int32ul,
        "log_file_write_bytes" / Int32ul,
        "allocate" / Nested(Allocate),
        "padding" / Reserved(Bytes(44)) * "up to the next multiple of 64",
    ),
)
class NtfsStatistics(Record):
    """NTFS_STATISTICS: what NTFS did for itself. Part of `FilesystemStatistics`.

    [MS-FSCC] 2.3.12.2; 212 bytes, and 44 to fill up.
    """

    log_file_full_exceptions: int = 0
    other_exceptions: int = 0
    mft_reads: int = 0
    mft_read_bytes: int = 0
    mft_writes: int = 0
    mft_write_bytes: int = 0
    mft_writes_user_level: UserLevelWrites = UserLevelWrites()
    mft_writes_flush_for_log_file_full: int = 0
    mft_writes_lazy_writer: int = 0
    mft_writes_user_request: int = 0
    mft2_writes: int = 0
    mft2_write_bytes: int = 0
    mft2_writes_user_level: UserLevelWrites = UserLevelWrites()
    mft2_writes_flush_for_log_file_full: int = 0
    mft2_writes_lazy_writer: int = 0
    mft2_writes_user_request: int = 0
    root_index_reads: int = 0
    root_index_read_bytes: int = 0
    root_index_writes: int = 0
    root_index_write_bytes: int = 0
    bitmap_reads: int = 0
    bitmap_read_bytes: int = 0
    bitmap_writes: int = 0
    bitmap_write_bytes: int = 0
    bitmap_writes_flush_for_log_file_full: int = 0
    bitmap_writes_lazy_writer: int = 0
    bitmap_writes_user_request: int = 0
    bitmap_writes_user_level: BitmapUserLevelWrites = BitmapUserLevelWrites()
    mft_bitmap_reads: int = 0
    mft_bitmap_read_bytes: int = 0
    mft_bitmap_writes: int = 0
    mft_bitmap_write_bytes: int = 0
    mft_bitmap_writes_flush_for_log_file_full: int = 0
    mft_bitmap_writes_lazy_writer: int = 0
    mft_bitmap_writes_user_request: int = 0
    mft_bitmap_writes_user_level: UserLevelWrites = UserLevelWrites()
    user_index_reads: int = 0
    user_index_read_bytes: int = 0
    user_index_writes: int = 0
    user_index_write_bytes: int = 0
    log_file_reads: int = 0
    log_file_read_bytes: int = 0
    log_file_writes: int = 0
    log_file_write_bytes: int = 0
    allocate: Allocate = Allocate()
    padding1: int = 0
    padding2: int = 0
    padding3: int = 0
    padding: bytes = bytes(44)


@record(
    "[MS-FSCC] 2.3.12.3",
    Struct(
        "create_hits" / Int32ul * "creates of files that were in the cache",
        "successful_creates" / Int32ul,
        "failed_creates" / Int32ul,
        "non_cached_reads" / Int32ul,
        "non_cached_read_bytes" / Int32ul,
        "non_cached_writes" / Int32ul,
        "non_cached_write_bytes" / Int32ul,
        "non_cached_disk_reads" / Int32ul,
        "non_cached_disk_writes" / Int32ul,
        "padding" / Reserved(Bytes(28)) * "up to the next multiple of 64",
    ),
)
class FatStatistics(Record):
    """FAT_STATISTICS and EXFAT_STATISTICS, which are alike. Part of `FilesystemStatistics`.

    [MS-FSCC] 2.3.12.3, 2.3.12.4; 36 bytes, and 28 to fill up.
    """

    create_hits: int = 0
    successful_creates: int = 0
    failed_creates: int = 0
    non_cached_reads: int = 0
    non_cached_read_bytes: int = 0
    non_cached_writes: int = 0
    non_cached_write_bytes: int = 0
    non_cached_disk_reads: int = 0
    non_cached_disk_writes: int = 0
    padding: bytes = bytes(28)


_BY_SIZE = {256: NtfsStatistics, 64: FatStatistics}
#: Bytes of what follows FILESYSTEM_STATISTICS.
_SPECIFIC_SIZE = "256 if file_system_type == 1 else 64 if file_system_type in (2, 3) else 0"


@record(
    "[MS-FSCC] 2.3.12.1",
    Struct(
        "file_system_type" / Tag(Int16ul, FileSystemType),
        "version" / Int16ul * "1",
        "size_of_complete_structure" / Int32ul * "bytes of the blocks of all processors",
        "user_file_reads" / Int32ul,
        "user_file_read_bytes" / Int32ul,
        "user_disk_reads" / Int32ul,
        "user_file_writes" / Int32ul,
        "user_file_write_bytes" / Int32ul,
        "user_disk_writes" / Int32ul,
        "meta_data_reads" / Int32ul,
        "meta_data_read_bytes" / Int32ul,
        "meta_data_disk_reads" / Int32ul,
        "meta_data_writes" / Int32ul,
        "meta_data_write_bytes" / Int32ul,
        "meta_data_disk_writes" / Int32ul,
        "padding" / Reserved(Bytes(8)) * "up to the next multiple of 64",
        "specific"
        / Exactly(_SPECIFIC_SIZE, One(Alternatives(*_BY_SIZE.values(), select=lambda data: _BY_SIZE.get(len(data)))))
        * "what the type of file system adds",
    ),
)
class FilesystemStatistics(Record):
    """FILESYSTEM_STATISTICS and what follows it: the block of one processor. Element of `AllFilesystemStatistics`.

    `specific` is `NtfsStatistics` for NTFS, `FatStatistics` for FAT and exFAT, and nothing (no bytes) for others.
    `size_of_complete_structure` is 320 bytes for each processor on NTFS, 128 on FAT and exFAT, 64 on ReFS.
    [MS-FSCC] 2.3.12.1; 56 bytes, 8 to fill up, and `specific`.
    """

    file_system_type: FileSystemType
    size_of_complete_structure: int
    user_file_reads: int = 0
    user_file_read_bytes: int = 0
    user_disk_reads: int = 0
    user_file_writes: int = 0
    user_file_write_bytes: int = 0
    user_disk_writes: int = 0
    meta_data_reads: int = 0
    meta_data_read_bytes: int = 0
    meta_data_disk_reads: int = 0
    meta_data_writes: int = 0
    meta_data_write_bytes: int = 0
    meta_data_disk_writes: int = 0
    specific: NtfsStatistics | FatStatistics | bytes = b""
    version: int = 1
    padding: bytes = bytes(8)


@record(
    "[MS-FSCC] 2.3.12",
    Struct("processors" / Walk(FilesystemStatistics, size=f"64 + ({_SPECIFIC_SIZE})") * "a block for each processor"),
)
class AllFilesystemStatistics(Record):
    """Statistics of a file system, processor by processor. Output of FSCTL_FILESYSTEM_GET_STATISTICS.

    A reply that was cut (BUFFER_OVERFLOW) is `CutFilesystemStatistics`. [MS-FSCC] 2.3.12.
    """

    processors: tuple[FilesystemStatistics, ...] = ()


@record(
    "[MS-FSCC] 2.3.12",
    Struct(
        "file_system_type" / Tag(Int16ul, FileSystemType),
        "version" / Int16ul * "1",
        "size_of_complete_structure" / Int32ul * "bytes of the blocks of all processors: what to ask for next",
        "rest" / Raw() * "the counters that fit",
    ),
)
class CutFilesystemStatistics(Record):
    """Statistics that are no whole number of blocks: how many bytes there would be. Output of
    FSCTL_FILESYSTEM_GET_STATISTICS.

    It comes with BUFFER_OVERFLOW; a client that asks for 56 bytes learns so what to ask for. [MS-FSCC] 2.3.12; at
    least 8 bytes.
    """

    file_system_type: FileSystemType
    size_of_complete_structure: int
    rest: bytes
    version: int = 1


#: Bytes of one processor's block.
_BLOCK_SIZE = {FileSystemType.NTFS: 320, FileSystemType.FAT: 128, FileSystemType.EXFAT: 128, FileSystemType.REFS: 64}


def response_type(data: bytes, _request: Any, status: int) -> type[Record] | None:
    """The form of an output of FSCTL_FILESYSTEM_GET_STATISTICS: whole blocks or cut ones; None under an error, and for
    file systems whose blocks no document describes.
    """
    size = _BLOCK_SIZE.get(FileSystemType(int.from_bytes(data[:2], "little")))
    if size is None or NtStatus(status).is_error:
        return None
    return CutFilesystemStatistics if len(data) % size else AllFilesystemStatistics
