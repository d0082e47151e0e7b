"""Reparse points: FSCTL_SET_REPARSE_POINT, FSCTL_GET_REPARSE_POINT and FSCTL_DELETE_REPARSE_POINT.

What stands behind the tag is laid out by its owner: `request_type` tells which record holds it. `ReparseDataLength` is
what the bytes make it, in all of them, and has 16 bits: what is longer cannot be encoded. FSCTL_DELETE_REPARSE_POINT
carries a header alone, of 8 bytes or with a GUID of 24, and no data.

Servers refuse input above 16384 bytes, and the tags 0 and 1 ([MS-FSCC] 2.3.82); here both are read.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from construct import Int16ul, Int32ul, Int64ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import (
    At,
    Fixed,
    Implied,
    Kept,
    Raw,
    Record,
    Reserved,
    Slack,
    Tag,
    Text,
    record,
)
from smb2ioctl_codec.schema.scalars import GUID

#: Bytes of the header with a GUID.
GUID_HEADER_SIZE = 24
#: Flags of `SymbolicLink`: the substitute name counts from the link's directory.
SYMLINK_FLAG_RELATIVE = 1


class ReparseTag(OpenIntEnum):
    """Who a reparse point belongs to ([MS-FSCC] 2.1.2.1); bit 31: Microsoft. CLOUD_1 to CLOUD_F have no name here."""

    RESERVED_ZERO = 0
    RESERVED_ONE = 1
    RESERVED_TWO = 2
    MOUNT_POINT = 0xA0000003
    HSM = 0xC0000004
    DRIVE_EXTENDER = 0x80000005
    HSM2 = 0x80000006
    SIS = 0x80000007
    WIM = 0x80000008
    CSV = 0x80000009
    DFS = 0x8000000A
    FILTER_MANAGER = 0x8000000B
    SYMLINK = 0xA000000C
    IIS_CACHE = 0xA0000010
    DFSR = 0x80000012
    DEDUP = 0x80000013
    APPXSTRM = 0xC0000014
    NFS = 0x80000014
    FILE_PLACEHOLDER = 0x80000015
    DFM = 0x80000016
    WOF = 0x80000017
    WCI = 0x80000018
    WCI_1 = 0x90001018
    GLOBAL_REPARSE = 0xA0000019
    CLOUD = 0x9000001A
    APPEXECLINK = 0x8000001B
    PROJFS = 0x9000001C
    LX_SYMLINK = 0xA000001D
    STORAGE_SYNC = 0x8000001E
    WCI_TOMBSTONE = 0xA000001F
    UNHANDLED = 0x80000020
    ONEDRIVE = 0x80000021
    PROJFS_TOMBSTONE = 0xA0000022
    AF_UNIX = 0x80000023
    LX_FIFO = 0x80000024
    LX_CHR = 0x80000025
    LX_BLK = 0x80000026
    STORAGE_SYNC_FOLDER = 0x90000027
    WCI_LINK = 0xA0000027
    WCI_LINK_1 = 0xA0001027


class NfsType(OpenIntEnum, bits=64):
    """Type of an NFS special file ([MS-FSCC] 2.1.2.6)."""

    LNK = 0x014B4E4C
    CHR = 0x00524843
    BLK = 0x004B4C42
    FIFO = 0x4F464946
    SOCK = 0x4B434F53


def _head(tag: ReparseTag | None = None, header_size: int = 8) -> tuple[Any, ...]:
    """The three fields that all reparse data starts with; `tag` where it is always the same."""
    return (
        "reparse_tag" / (Tag(Int32ul, ReparseTag) if tag is None else Fixed(Int32ul, tag)) * "whose the data is",
        "reparse_data_length" / Implied(Int16ul, f"size - {header_size}") * "bytes of the data",
        "reserved" / Reserved(Int16ul),
    )


@record("[MS-FSCC] 2.1.2.2", Struct(*_head(), "data_buffer" / Raw() * "laid out by the tag's owner"))
class ReparseData(Record):
    """REPARSE_DATA_BUFFER: reparse data of a tag of Microsoft's whose layout has no record here; without data, the
    header that FSCTL_DELETE_REPARSE_POINT carries. [MS-FSCC] 2.1.2.2; at least 8 bytes.
    """

    reparse_tag: ReparseTag
    data_buffer: bytes = b""
    reserved: int = 0


@record(
    "[MS-FSCC] 2.1.2.3",
    Struct(
        *_head(header_size=GUID_HEADER_SIZE),
        "reparse_guid" / GUID * "whose the data is, together with the tag",
        "data_buffer" / Raw() * "opaque",
    ),
)
class ReparseGuidData(Record):
    """REPARSE_GUID_DATA_BUFFER: reparse data of somebody else's tag, one without bit 31; without data, the longer
    header that FSCTL_DELETE_REPARSE_POINT may carry, of any tag.

    ReparseDataLength does not count the GUID. [MS-FSCC] 2.1.2.3; at least 24 bytes.
    """

    reparse_tag: ReparseTag
    reparse_guid: UUID
    data_buffer: bytes = b""
    reserved: int = 0


@record(
    "[MS-FSCC] 2.1.2.4",
    Struct(
        *_head(ReparseTag.SYMLINK),
        "substitute_name_offset" / Kept(Int16ul, "print_name_length") * "bytes from PathBuffer to the name",
        "substitute_name_length" / Int16ul * "bytes of the name",
        "print_name_offset" / Kept(Int16ul, "0") * "bytes from PathBuffer to the name",
        "print_name_length" / Int16ul * "bytes of the name",
        "flags" / Int32ul * "0: a full path; 1: SYMLINK_FLAG_RELATIVE",
        "substitute_name" / At("substitute_name_offset", "substitute_name_length", Text(), base=-20) * "the target",
        "print_name" / At("print_name_offset", "print_name_length", Text(), base=-20) * "the target, for people",
        "slack" / Slack() * "bytes of PathBuffer in neither name",
    ),
)
class SymbolicLink(Record):
    """Symbolic Link Reparse Data Buffer: where a link leads. Tag SYMLINK.

    The names lie anywhere in PathBuffer, which starts at byte 20, and may share bytes; U+0000 after a name is not part
    of it, and stands in `slack`. The offsets are None where they are what Windows writes: `print_name` first,
    `substitute_name` right behind it, no U+0000. [MS-FSCC] 2.1.2.4; at least 20 bytes.
    """

    substitute_name: str
    print_name: str = ""
    flags: int = 0
    substitute_name_offset: int | None = None
    print_name_offset: int | None = None
    reserved: int = 0
    slack: bytes = b""


@record(
    "[MS-FSCC] 2.1.2.5",
    Struct(
        *_head(ReparseTag.MOUNT_POINT),
        "substitute_name_offset" / Kept(Int16ul, "0") * "bytes from PathBuffer to the name",
        "substitute_name_length" / Int16ul * "bytes of the name",
        "print_name_offset" / Kept(Int16ul, "substitute_name_length + 2") * "bytes from PathBuffer to the name",
        "print_name_length" / Int16ul * "bytes of the name",
        "substitute_name" / At("substitute_name_offset", "substitute_name_length", Text(), base=-16) * "the target",
        "print_name" / At("print_name_offset", "print_name_length", Text(), base=-16) * "the target, for people",
        "slack" / Slack() * "bytes of PathBuffer in neither name: by default U+0000 after each",
    ),
)
class MountPoint(Record):
    """Mount Point Reparse Data Buffer: what is mounted on a directory, or where a junction leads. Tag MOUNT_POINT.

    PathBuffer starts at byte 16; for the rest see `SymbolicLink`. The offsets are None where they are what Windows
    writes: `substitute_name` first, a full path; then U+0000, `print_name`, U+0000. [MS-FSCC] 2.1.2.5; at least 16
    bytes.
    """

    substitute_name: str
    print_name: str = ""
    substitute_name_offset: int | None = None
    print_name_offset: int | None = None
    reserved: int = 0
    slack: bytes = bytes(4)


@record(
    "[MS-FSCC] 2.1.2.6",
    Struct(*_head(ReparseTag.NFS), "type" / Fixed(Int64ul, NfsType.LNK), "target" / Text() * "without U+0000"),
)
class NfsSymbolicLink(Record):
    """Network File System Reparse Data Buffer of a symbolic link: tag NFS, type LNK. [MS-FSCC] 2.1.2.6; at least 16
    bytes.
    """

    target: str
    reserved: int = 0


@record(
    "[MS-FSCC] 2.1.2.6",
    Struct(
        *_head(ReparseTag.NFS),
        "type" / Tag(Int64ul, NfsType) * "CHR or BLK",
        "major" / Int32ul * "device number",
        "minor" / Int32ul * "device number",
    ),
)
class NfsDevice(Record):
    """Network File System Reparse Data Buffer of a device: tag NFS, type CHR or BLK. [MS-FSCC] 2.1.2.6; 24 bytes."""

    type: NfsType
    major: int
    minor: int
    reserved: int = 0


@record("[MS-FSCC] 2.1.2.6", Struct(*_head(ReparseTag.NFS), "type" / Tag(Int64ul, NfsType) * "FIFO or SOCK"))
class NfsFile(Record):
    """Network File System Reparse Data Buffer of a FIFO or a socket: tag NFS, nothing behind the type. [MS-FSCC]
    2.1.2.6; 16 bytes.
    """

    type: NfsType
    reserved: int = 0


@record(
    "[MS-FSCC] 2.1.2.7",
    Struct(*_head(ReparseTag.LX_SYMLINK), "version" / Fixed(Int32ul, 2), "target" / Raw() * "UTF-8, without NUL"),
)
class LxSymlink(Record):
    """LX SYMLINK REPARSE_DATA_BUFFER: a symbolic link of the Windows Subsystem for Linux. Tag LX_SYMLINK.

    `target` is bytes, as file names are on Linux; UTF-8 in practice. The document calls them "8-byte characters", which
    can only mean 8 bits. [MS-FSCC] 2.1.2.7; at least 12 bytes.
    """

    target: bytes
    reserved: int = 0


_BY_TAG: dict[int, type[Record]] = {ReparseTag.SYMLINK: SymbolicLink, ReparseTag.MOUNT_POINT: MountPoint}
_BY_NFS_TYPE: dict[int, type[Record]] = {
    NfsType.LNK: NfsSymbolicLink,
    NfsType.CHR: NfsDevice,
    NfsType.BLK: NfsDevice,
    NfsType.FIFO: NfsFile,
    NfsType.SOCK: NfsFile,
}


def request_type(data: bytes) -> type[Record]:
    """The record that reparse data is: by its length where that is 0 (a header alone), else by its tag.

    What lies behind the tags NFS and LX_SYMLINK has a type or a version, too: where that is unknown, or cut, it is
    `ReparseData`.
    """
    tag, length = int.from_bytes(data[:4], "little"), data[4:6]
    if len(data) >= 8 and (not tag >> 31 or (length == b"\0\0" and len(data) == GUID_HEADER_SIZE)):
        return ReparseGuidData
    if length == b"\0\0":
        return ReparseData
    if tag == ReparseTag.NFS and len(data) >= 16:
        return _BY_NFS_TYPE.get(int.from_bytes(data[8:16], "little"), ReparseData)
    if tag == ReparseTag.LX_SYMLINK and data[8:12] == b"\2\0\0\0":
        return LxSymlink
    return _BY_TAG.get(tag, ReparseData)


def response_type(data: bytes, _request: Any, status: int) -> type[Record] | None:
    """The record that reparse data in a reply is; bytes under an error."""
    return None if NtStatus(status).is_error else request_type(data)
