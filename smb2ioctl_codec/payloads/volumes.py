"""Volumes: FSCTL_GET_NTFS_VOLUME_DATA, FSCTL_GET_REFS_VOLUME_DATA, FSCTL_QUERY_FAT_BPB,
FSCTL_QUERY_ON_DISK_VOLUME_INFO, FSCTL_QUERY_SPARING_INFO and FSCTL_SET_DEFECT_MANAGEMENT.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from construct import Bytes, Int8ul, Int16sl, Int32ul, Int64sl, Struct

from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Raw, Record, Reserved, record
from smb2ioctl_codec.schema.scalars import FILETIME, moment, padded_text


@record(
    "[MS-FSCC] 2.3.22",
    Struct(
        "volume_serial_number" / Int64sl,
        "number_sectors" / Int64sl * "sectors of the volume",
        "total_clusters" / Int64sl * "used and free clusters",
        "free_clusters" / Int64sl,
        "total_reserved" / Int64sl * "reserved clusters",
        "bytes_per_sector" / Int32ul,
        "bytes_per_cluster" / Int32ul,
        "bytes_per_file_record_segment" / Int32ul,
        "clusters_per_file_record_segment" / Int32ul,
        "mft_valid_data_length" / Int64sl * "bytes of the master file table",
        "mft_start_lcn" / Int64sl * "cluster where the master file table starts",
        "mft2_start_lcn" / Int64sl * "cluster where its mirror starts",
        "mft_zone_start" / Int64sl * "cluster",
        "mft_zone_end" / Int64sl * "cluster",
        "extended" / Raw() * "what a server appends; nothing by the document",
    ),
)
class NtfsVolumeData(Record):
    """NTFS_VOLUME_DATA_BUFFER: geometry of an NTFS volume. Output of FSCTL_GET_NTFS_VOLUME_DATA.

    The document ends after 96 bytes; what a server appends, as Windows does for local callers, is kept in `extended`.
    [MS-FSCC] 2.3.22; at least 96 bytes.
    """

    volume_serial_number: int
    number_sectors: int
    total_clusters: int
    free_clusters: int
    total_reserved: int
    bytes_per_sector: int
    bytes_per_cluster: int
    bytes_per_file_record_segment: int
    clusters_per_file_record_segment: int
    mft_valid_data_length: int
    mft_start_lcn: int
    mft2_start_lcn: int
    mft_zone_start: int
    mft_zone_end: int
    extended: bytes = b""


@record(
    "[MS-FSCC] 2.3.24",
    Struct(
        "byte_count" / Int32ul * "bytes of this structure: 152",
        "major_version" / Int32ul * "of ReFS",
        "minor_version" / Int32ul,
        "bytes_per_physical_sector" / Int32ul,
        "volume_serial_number" / Int64sl,
        "number_sectors" / Int64sl * "sectors of the volume",
        "total_clusters" / Int64sl * "used and free clusters",
        "free_clusters" / Int64sl,
        "total_reserved" / Int64sl * "reserved clusters",
        "bytes_per_sector" / Int32ul,
        "bytes_per_cluster" / Int32ul,
        "maximum_size_of_resident_file" / Int64sl * "bytes of the largest file without clusters of its own",
        "reserved" / Reserved(Bytes(80)),
    ),
)
class RefsVolumeData(Record):
    """REFS_VOLUME_DATA_BUFFER: geometry of a ReFS volume. Output of FSCTL_GET_REFS_VOLUME_DATA.

    [MS-FSCC] 2.3.24; 152 bytes.
    """

    major_version: int
    minor_version: int
    bytes_per_physical_sector: int
    volume_serial_number: int
    number_sectors: int
    total_clusters: int
    free_clusters: int
    total_reserved: int
    bytes_per_sector: int
    bytes_per_cluster: int
    maximum_size_of_resident_file: int
    byte_count: int = 152
    reserved: bytes = bytes(80)


@record("[MS-FSCC] 2.3.54", Struct("first_bytes" / Bytes(36) * "the first 0x24 bytes of sector 0"))
class FatBpb(Record):
    """Start of the boot sector of a FAT volume, opaque. Output of FSCTL_QUERY_FAT_BPB. [MS-FSCC] 2.3.54; 36 bytes."""

    first_bytes: bytes


_COUNTS = (
    "directory_count" / Int64sl * "directories of the volume; -1: unknown",
    "file_count" / Int64sl * "files of the volume; -1: unknown",
    "fs_format_maj_version" / Int16sl * "of the format",
    "fs_format_min_version" / Int16sl,
    "fs_format_name" / padded_text(24) * "UDF",
)
_TIMES_AND_TEXTS = (
    "format_time" / FILETIME * "100 ns since 1601, UTC: when the volume was formatted",
    "last_update_time" / FILETIME * "100 ns since 1601, UTC",
    "copyright_info" / padded_text(68),
    "abstract_info" / padded_text(68),
    "formatting_implementation_info" / padded_text(68) * "what formatted the volume",
    "last_modifying_implementation_info" / padded_text(68) * "what wrote to it last",
)


@record("[MS-FSCC] 2.3.58", Struct(*_COUNTS, *_TIMES_AND_TEXTS))
class OnDiskVolumeInfo(Record):
    """FILE_QUERY_ON_DISK_VOL_INFO_BUFFER: what a UDF volume says of itself. Output of FSCTL_QUERY_ON_DISK_VOLUME_INFO.

    The form of the document, without gaps; `OnDiskVolumeInfoAligned` is the other one. The length tells them apart.
    [MS-FSCC] 2.3.58; 332 bytes.
    """

    directory_count: int
    file_count: int
    fs_format_maj_version: int
    fs_format_min_version: int
    fs_format_name: str
    format_time: int
    last_update_time: int
    copyright_info: str = ""
    abstract_info: str = ""
    formatting_implementation_info: str = ""
    last_modifying_implementation_info: str = ""

    @property
    def formatted(self) -> datetime:
        """`format_time` as UTC; OverflowError if it is after the year 9999."""
        return moment(self.format_time)

    @property
    def last_updated(self) -> datetime:
        """`last_update_time` as UTC; OverflowError if it is after the year 9999."""
        return moment(self.last_update_time)


@record("[MS-FSCC] 2.3.58", Struct(*_COUNTS, "alignment" / Reserved(Int32ul), *_TIMES_AND_TEXTS))
class OnDiskVolumeInfoAligned(Record):
    """FILE_QUERY_ON_DISK_VOL_INFO_BUFFER as compilers lay it out: four bytes align `format_time` to 8.

    Output of FSCTL_QUERY_ON_DISK_VOLUME_INFO, as `OnDiskVolumeInfo` is. The Windows SDK; 336 bytes.
    """

    directory_count: int
    file_count: int
    fs_format_maj_version: int
    fs_format_min_version: int
    fs_format_name: str
    format_time: int
    last_update_time: int
    copyright_info: str = ""
    abstract_info: str = ""
    formatting_implementation_info: str = ""
    last_modifying_implementation_info: str = ""
    alignment: int = 0

    @property
    def formatted(self) -> datetime:
        """`format_time` as UTC; OverflowError if it is after the year 9999."""
        return moment(self.format_time)

    @property
    def last_updated(self) -> datetime:
        """`last_update_time` as UTC; OverflowError if it is after the year 9999."""
        return moment(self.last_update_time)


def on_disk_type(data: bytes, _request: Any, status: int) -> type[Record] | None:
    """The form of an output of FSCTL_QUERY_ON_DISK_VOLUME_INFO, by its length; None under an error."""
    if NtStatus(status).is_error:
        return None
    return OnDiskVolumeInfoAligned if len(data) == OnDiskVolumeInfoAligned.PLAN.head else OnDiskVolumeInfo


@record(
    "[MS-FSCC] 2.3.60",
    Struct(
        "sparing_unit_bytes" / Int32ul * "bytes of a sparing packet of the media",
        "software_sparing" / Int8ul * "1: the file system spares; 0: the device does",
        "reserved" / Reserved(Bytes(3)),
        "total_spare_blocks" / Int32ul,
        "free_spare_blocks" / Int32ul,
    ),
)
class FileQuerySparing(Record):
    """FILE_QUERY_SPARING_BUFFER: how a UDF volume replaces defective blocks. Output of FSCTL_QUERY_SPARING_INFO.

    [MS-FSCC] 2.3.60; 16 bytes.
    """

    sparing_unit_bytes: int
    software_sparing: int
    total_spare_blocks: int
    free_spare_blocks: int
    reserved: bytes = bytes(3)


@record("[MS-FSCC] 2.3.69", Struct("disable" / Int8ul * "1: no defect management by software; 0: with it"))
class SetDefectManagement(Record):
    """FILE_SET_DEFECT_MGMT_BUFFER: defect management of a file on a UDF volume. Input of FSCTL_SET_DEFECT_MANAGEMENT.

    [MS-FSCC] 2.3.69; 1 byte.
    """

    disable: int
