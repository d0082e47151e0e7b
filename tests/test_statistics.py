"""Statistics of file systems: blocks of 64 bytes and more, one for each processor."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from by_offset import assert_laid_out, columns, numbered, packed

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.statistics import (
    AllFilesystemStatistics,
    Allocate,
    BitmapUserLevelWrites,
    CutFilesystemStatistics,
    FatStatistics,
    FilesystemStatistics,
    FileSystemType,
    NtfsStatistics,
    UserLevelWrites,
    response_type,
)
from smb2ioctl_codec.schema import Record

COMMON = columns("""
    0 H file_system_type
    2 H version
    4 I size_of_complete_structure
    8 I user_file_reads
    12 I user_file_read_bytes
    16 I user_disk_reads
    20 I user_file_writes
    24 I user_file_write_bytes
    28 I user_disk_writes
    32 I meta_data_reads
    36 I meta_data_read_bytes
    40 I meta_data_disk_reads
    44 I meta_data_writes
    48 I meta_data_write_bytes
    52 I meta_data_disk_writes
""")
NTFS = columns("""
    0 I log_file_full_exceptions
    4 I other_exceptions
    8 I mft_reads
    12 I mft_read_bytes
    16 I mft_writes
    20 I mft_write_bytes
    24 8s mft_writes_user_level
    32 H mft_writes_flush_for_log_file_full
    34 H mft_writes_lazy_writer
    36 H mft_writes_user_request
    38 H padding1
    40 I mft2_writes
    44 I mft2_write_bytes
    48 8s mft2_writes_user_level
    56 H mft2_writes_flush_for_log_file_full
    58 H mft2_writes_lazy_writer
    60 H mft2_writes_user_request
    62 H padding2
    64 I root_index_reads
    68 I root_index_read_bytes
    72 I root_index_writes
    76 I root_index_write_bytes
    80 I bitmap_reads
    84 I bitmap_read_bytes
    88 I bitmap_writes
    92 I bitmap_write_bytes
    96 H bitmap_writes_flush_for_log_file_full
    98 H bitmap_writes_lazy_writer
    100 H bitmap_writes_user_request
    102 6s bitmap_writes_user_level
    108 I mft_bitmap_reads
    112 I mft_bitmap_read_bytes
    116 I mft_bitmap_writes
    120 I mft_bitmap_write_bytes
    124 H mft_bitmap_writes_flush_for_log_file_full
    126 H mft_bitmap_writes_lazy_writer
    128 H mft_bitmap_writes_user_request
    130 8s mft_bitmap_writes_user_level
    138 H padding3
    140 I user_index_reads
    144 I user_index_read_bytes
    148 I user_index_writes
    152 I user_index_write_bytes
    156 I log_file_reads
    160 I log_file_read_bytes
    164 I log_file_writes
    168 I log_file_write_bytes
    172 40s allocate
""")
FAT = columns("""
    0 I create_hits
    4 I successful_creates
    8 I failed_creates
    12 I non_cached_reads
    16 I non_cached_read_bytes
    20 I non_cached_writes
    24 I non_cached_write_bytes
    28 I non_cached_disk_reads
    32 I non_cached_disk_writes
""")
GROUPS: dict[str, Record] = {
    "mft_writes_user_level": UserLevelWrites(1, 2, 3, 0xFFFF),
    "mft2_writes_user_level": UserLevelWrites(write=5),
    "bitmap_writes_user_level": BitmapUserLevelWrites(write=6, create=7, set_info=8),
    "mft_bitmap_writes_user_level": UserLevelWrites(flush=9),
    "allocate": Allocate(calls=10, clusters=11, cache_miss_clusters=0xFFFFFFFF),
}
GROUP_BYTES = {
    "mft_writes_user_level": b"\1\0\2\0\3\0\xff\xff",
    "mft2_writes_user_level": b"\5\0" + bytes(6),
    "bitmap_writes_user_level": b"\6\0\7\0\x08\0",
    "mft_bitmap_writes_user_level": bytes(6) + b"\x09\0",
    "allocate": b"\x0a\0\0\0\x0b\0\0\0" + bytes(28) + b"\xff\xff\xff\xff",
}
NTFS_BYTES = packed(NTFS, {**numbered(NTFS), **GROUP_BYTES}) + bytes(44)
FAT_BYTES = packed(FAT, numbered(FAT)) + bytes(28)
NTFS_VALUE = NtfsStatistics(**{**numbered(NTFS), **GROUPS})
FAT_VALUE = FatStatistics(**numbered(FAT))


def block(file_system: int, specific: bytes, *, total: int = 0) -> bytes:
    values = {**numbered(COMMON), "file_system_type": file_system, "version": 1, "size_of_complete_structure": total}
    return packed(COMMON, values) + bytes(8) + specific


def value(file_system: int, specific: Any, *, total: int = 0) -> FilesystemStatistics:
    values = {**numbered(COMMON), "file_system_type": file_system, "version": 1, "size_of_complete_structure": total}
    return FilesystemStatistics(**values, specific=specific)


def test_tables() -> None:
    assert_laid_out(FilesystemStatistics, COMMON)
    assert_laid_out(NtfsStatistics, NTFS)
    assert_laid_out(FatStatistics, FAT)
    assert (len(NTFS_BYTES), len(FAT_BYTES)) == (256, 64)


def test_what_file_systems_add() -> None:
    assert NtfsStatistics.decode(NTFS_BYTES) == NTFS_VALUE
    assert NTFS_VALUE.encode() == NTFS_BYTES
    assert FatStatistics.decode(FAT_BYTES) == FAT_VALUE
    assert FAT_VALUE.encode() == FAT_BYTES
    assert NtfsStatistics().encode() == bytes(256)
    assert FatStatistics().encode() == bytes(64)


@pytest.mark.parametrize(
    ("file_system", "data", "specific"),
    [(1, NTFS_BYTES, NTFS_VALUE), (2, FAT_BYTES, FAT_VALUE), (3, FAT_BYTES, FAT_VALUE), (4, b"", b"")],
    ids=["NTFS", "FAT", "exFAT", "ReFS"],
)
@pytest.mark.parametrize("processors", [1, 2, 7])
def test_a_block_for_each_processor(file_system: int, data: bytes, specific: Any, processors: int) -> None:
    total = processors * (64 + len(data))
    whole = block(file_system, data, total=total) * processors
    assert len(whole) == total
    decoded = AllFilesystemStatistics.decode(whole)
    assert decoded == AllFilesystemStatistics((value(file_system, specific, total=total),) * processors)
    assert decoded.processors[-1].file_system_type is FileSystemType(file_system)
    assert decoded.processors[-1].meta_data_disk_writes == 0x0F00000F
    assert decoded.encode() == whole
    assert response_type(whole, None, s2.NtStatus.SUCCESS) is AllFilesystemStatistics


def test_the_example_of_the_document() -> None:
    """[MS-FSCC] 2.3.12.1: NTFS on two processors is 0x280 bytes."""
    assert len(AllFilesystemStatistics((value(1, NTFS_VALUE), value(1, NtfsStatistics()))).encode()) == 0x280


def test_counters_start_at_zero() -> None:
    assert FilesystemStatistics(FileSystemType.REFS, 0x1234).encode() == b"\4\0\1\0\x34\x12\0\0" + bytes(56)
    assert CutFilesystemStatistics(FileSystemType.NTFS, 0x280, b"rest").encode() == b"\1\0\1\0\x80\2\0\0rest"


def test_what_fills_up_is_kept() -> None:
    data = bytearray(block(2, FAT_BYTES))
    data[56:64], data[-28:] = b"\1" * 8, b"\2" * 28
    (decoded,) = AllFilesystemStatistics.decode(data).processors
    assert isinstance(decoded.specific, FatStatistics)
    assert (decoded.padding, decoded.specific.padding) == (b"\1" * 8, b"\2" * 28)
    assert decoded.encode() == data


@pytest.mark.parametrize(
    ("cut", "path", "offset", "needed"),
    [
        (320 + 64 + 255, "processors[1].specific", 384, 256),
        (320 + 128, "processors[1].specific", 384, 256),  # as long as a block of FAT
        (320 + 63, "processors[1].padding", 376, 8),
        (320 + 55, "processors[1].meta_data_disk_writes", 372, 4),
        (320 + 1, "processors[1].file_system_type", 320, 2),
        (100, "processors[0].specific", 64, 256),
    ],
)
def test_blocks_that_are_cut(cut: int, path: str, offset: int, needed: int) -> None:
    data = (block(1, NTFS_BYTES, total=640) * 2)[:cut]
    with pytest.raises(s2.DecodeError) as caught:
        AllFilesystemStatistics.decode(data)
    error = caught.value
    assert (error.path, error.offset) == (f"AllFilesystemStatistics.{path}", offset)
    assert (error.needed, error.available) == (needed, cut - offset)


@pytest.mark.parametrize("size", [8, 56, 128, 319, 321, 448, 639])
def test_a_cut_reply_says_how_much_there_is(size: int) -> None:
    data = (block(1, NTFS_BYTES, total=640) * 2)[:size]
    assert response_type(data, None, s2.NtStatus.BUFFER_OVERFLOW) is CutFilesystemStatistics
    decoded = CutFilesystemStatistics.decode(data)
    assert (decoded.file_system_type, decoded.size_of_complete_structure) == (FileSystemType.NTFS, 640)
    assert (decoded.version, decoded.rest) == (1, data[8:])
    assert decoded.encode() == data


def test_replies_without_a_type() -> None:
    assert response_type(block(5, b""), None, s2.NtStatus.SUCCESS) is None, "nobody says how long its blocks are"
    assert response_type(block(4, b""), None, s2.NtStatus.BUFFER_TOO_SMALL) is None
    assert response_type(b"", None, s2.NtStatus.SUCCESS) is None


def test_a_block_of_an_unknown_file_system() -> None:
    decoded = FilesystemStatistics.decode(block(0x1234, b""))
    assert (decoded.file_system_type, decoded.specific) == (0x1234, b"")
    assert decoded.file_system_type.name == "0x1234"
    assert decoded.encode() == block(0x1234, b"")


@pytest.mark.parametrize(
    ("file_system", "specific"),
    [(1, FAT_VALUE), (1, b""), (2, NTFS_VALUE), (4, FAT_VALUE), (4, b"\0"), (1, bytes(256))],
)
def test_what_does_not_belong_to_the_file_system(file_system: int, specific: Any) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        value(file_system, specific).encode()
    assert caught.value.path == "FilesystemStatistics.specific"


def test_mixed_file_systems() -> None:
    """No volume is of two, but each block says for itself how long it is."""
    data = block(2, FAT_BYTES) + block(1, NTFS_BYTES) + block(4, b"")
    decoded = AllFilesystemStatistics.decode(data)
    assert [each.specific for each in decoded.processors] == [FAT_VALUE, NTFS_VALUE, b""]
    assert decoded.encode() == data
    assert struct.unpack_from("<H", data, 128) == (1,)
