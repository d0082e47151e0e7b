"""What servers tell of volumes, byte by byte."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from by_offset import assert_both_ways, assert_cut, assert_laid_out, columns, numbered, packed

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.volumes import (
    FatBpb,
    FileQuerySparing,
    NtfsVolumeData,
    OnDiskVolumeInfo,
    OnDiskVolumeInfoAligned,
    RefsVolumeData,
    SetDefectManagement,
    on_disk_type,
)

NTFS = columns("""
    0 q volume_serial_number
    8 q number_sectors
    16 q total_clusters
    24 q free_clusters
    32 q total_reserved
    40 I bytes_per_sector
    44 I bytes_per_cluster
    48 I bytes_per_file_record_segment
    52 I clusters_per_file_record_segment
    56 q mft_valid_data_length
    64 q mft_start_lcn
    72 q mft2_start_lcn
    80 q mft_zone_start
    88 q mft_zone_end
""")
REFS = columns("""
    0 I byte_count
    4 I major_version
    8 I minor_version
    12 I bytes_per_physical_sector
    16 q volume_serial_number
    24 q number_sectors
    32 q total_clusters
    40 q free_clusters
    48 q total_reserved
    56 I bytes_per_sector
    60 I bytes_per_cluster
    64 q maximum_size_of_resident_file
    72 80s reserved
""")
SPARING = columns("""
    0 I sparing_unit_bytes
    4 B software_sparing
    5 3s reserved
    8 I total_spare_blocks
    12 I free_spare_blocks
""")
ON_DISK = columns("""
    0 q directory_count
    8 q file_count
    16 h fs_format_maj_version
    18 h fs_format_min_version
    20 24s fs_format_name
    44 Q format_time
    52 Q last_update_time
    60 68s copyright_info
    128 68s abstract_info
    196 68s formatting_implementation_info
    264 68s last_modifying_implementation_info
""")
ALIGNED = columns("""
    0 q directory_count
    8 q file_count
    16 h fs_format_maj_version
    18 h fs_format_min_version
    20 24s fs_format_name
    44 I alignment
    48 Q format_time
    56 Q last_update_time
    64 68s copyright_info
    132 68s abstract_info
    200 68s formatting_implementation_info
    268 68s last_modifying_implementation_info
""")
#: 2026-11-22 17:47:43.1234567 UTC
TICKS = 134398432631234567
ON_DISK_VALUES: dict[str, Any] = {
    "directory_count": -1,
    "file_count": 12,
    "fs_format_maj_version": 2,
    "fs_format_min_version": -0x01FF,
    "fs_format_name": "UDF",
    "format_time": TICKS,
    "last_update_time": TICKS + 10_000_000,
    "copyright_info": "c" * 34,
    "abstract_info": "",
    "formatting_implementation_info": "*Maker\0part",
    "last_modifying_implementation_info": "\u00fc\U0001f4be",
}


@pytest.mark.parametrize(
    ("kind", "table", "size"),
    [(RefsVolumeData, REFS, 152), (FileQuerySparing, SPARING, 16), (FatBpb, columns("0 36s first_bytes"), 36),
     (SetDefectManagement, columns("0 B disable"), 1)],
)  # fmt: skip
def test_fixed_structures(kind: Any, table: Any, size: int) -> None:
    assert len(packed(table, numbered(table))) == size
    assert_both_ways(kind, table)
    assert_cut(kind, table)


def test_ntfs_volume_data() -> None:
    assert_both_ways(NtfsVolumeData, NTFS)
    assert s2.layout(NtfsVolumeData)[-1][:2] == ("extended", 96)


def test_ntfs_volume_data_keeps_what_servers_append() -> None:
    """Windows' NTFS_EXTENDED_VOLUME_DATA, 32 bytes in the first version, or anything else."""
    data = packed(NTFS, numbered(NTFS))
    assert NtfsVolumeData.decode(data).extended == b""
    for tail in (b"\x20\0\0\0\3\0\1\0" + bytes(24), b"\xff"):
        decoded = NtfsVolumeData.decode(data + tail)
        assert decoded.extended == tail
        assert decoded.encode() == data + tail
    with pytest.raises(s2.DecodeError) as caught:
        NtfsVolumeData.decode(data[:95])
    assert (caught.value.path, caught.value.offset) == ("NtfsVolumeData.mft_zone_end", 88)


def test_refs_byte_count_need_not_be_given() -> None:
    values = {name: value for name, value in numbered(REFS).items() if name not in ("byte_count", "reserved")}
    assert RefsVolumeData(**values).encode()[:4] == b"\x98\0\0\0"
    assert RefsVolumeData(**values).encode()[72:] == bytes(80)


def test_reserved_bytes_need_not_be_given() -> None:
    assert FileQuerySparing(1, 2, 3, 4).encode() == b"\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0"


def on_disk(table: Any) -> bytes:
    texts = {n: v.encode("utf-16-le") for n, v in ON_DISK_VALUES.items() if isinstance(v, str)}
    return packed(table, {"alignment": 0, **ON_DISK_VALUES, **texts})


@pytest.mark.parametrize(
    ("kind", "table", "size"), [(OnDiskVolumeInfo, ON_DISK, 332), (OnDiskVolumeInfoAligned, ALIGNED, 336)]
)
def test_on_disk_volume_info(kind: Any, table: Any, size: int) -> None:
    assert_laid_out(kind, table)
    data = on_disk(table)
    assert len(data) == size
    assert on_disk_type(data, None, 0) == kind
    decoded = kind.decode(data)
    assert {name: getattr(decoded, name) for name in ON_DISK_VALUES} == ON_DISK_VALUES
    assert decoded == kind(**ON_DISK_VALUES)
    assert kind(**ON_DISK_VALUES).encode() == data
    assert decoded.formatted == datetime(2026, 11, 22, 17, 47, 43, 123456, UTC)
    assert decoded.last_updated == datetime(2026, 11, 22, 17, 47, 44, 123456, UTC)
    with pytest.raises(s2.DecodeError) as caught:
        kind.decode(data[:-1])
    assert caught.value.path == f"{kind.__name__}.last_modifying_implementation_info"
    assert (caught.value.offset, caught.value.needed, caught.value.available) == (size - 68, 68, 67)


@pytest.mark.parametrize("size", [0, 331, 333, 335, 337])
def test_on_disk_volume_info_of_no_form(size: int) -> None:
    """It is refused as the document's form, and has none under an error."""
    assert on_disk_type(bytes(size), None, 0) is OnDiskVolumeInfo
    with pytest.raises(s2.DecodeError):
        OnDiskVolumeInfo.decode(bytes(size))
    assert on_disk_type(bytes(332), None, s2.NtStatus.INVALID_PARAMETER) is None


def test_texts_that_are_none() -> None:
    data = bytearray(on_disk(ON_DISK))
    struct.pack_into("<H", data, 128 + 4, 0xD800)
    with pytest.raises(s2.DecodeError) as caught:
        OnDiskVolumeInfo.decode(data)
    assert (caught.value.path, caught.value.offset) == ("OnDiskVolumeInfo.abstract_info", 132)
    for text in ("c" * 35, "ends in\0", "\ud800", 5):
        with pytest.raises(s2.EncodeError) as refused:
            OnDiskVolumeInfo(**{**ON_DISK_VALUES, "copyright_info": text}).encode()
        assert refused.value.path == "OnDiskVolumeInfo.copyright_info"
