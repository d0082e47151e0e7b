"""Blocks that files share: FSCTL_DUPLICATE_EXTENTS_TO_FILE and FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX.

Offsets and counts are signed bytes; that they are not negative and lie on cluster boundaries is for the server to ask.
`trailing` is input past the structure, which servers do not look at ([MS-SMB2] 3.3.5.15.17 and 18 ask for no less).
"""

from __future__ import annotations

from construct import Int32ul, Int64sl, Int64ul, Struct

from smb2ioctl_codec.schema import Nested, Raw, Record, Reserved, record

#: Flags of `DuplicateExtentsEx`: all of it or nothing, as seen from the source.
SOURCE_ATOMIC = 1


@record(
    "[MS-SMB2] 2.2.14.1",
    Struct("persistent" / Int64ul * "survives a reconnect", "volatile" / Int64ul * "of this connection"),
)
class SourceFileId(Record):
    """SMB2_FILEID inside a payload: the open of the file to copy from. [MS-SMB2] 2.2.14.1; 16 bytes."""

    persistent: int
    volatile: int


@record(
    "[MS-FSCC] 2.3.7.2",
    Struct(
        "source_file_id" / Nested(SourceFileId) * "the open of the file to copy from",
        "source_file_offset" / Int64sl * "first byte to copy",
        "target_file_offset" / Int64sl * "where it goes to",
        "byte_count" / Int64sl * "bytes to copy",
        "trailing" / Raw() * "what follows",
    ),
)
class DuplicateExtents(Record):
    """SMB2_DUPLICATE_EXTENTS_DATA: let this file share a range of another. Input of FSCTL_DUPLICATE_EXTENTS_TO_FILE.

    It is the form with an SMB2_FILEID; that with a local handle (32 bytes) never travels. [MS-FSCC] 2.3.7.2; 40 bytes.
    """

    source_file_id: SourceFileId
    source_file_offset: int
    target_file_offset: int
    byte_count: int
    trailing: bytes = b""


@record(
    "[MS-FSCC] 2.3.9.2",
    Struct(
        "structure_size" / Int64ul * "48 by the document, though the fields take 56 bytes",
        "source_file_id" / Nested(SourceFileId) * "the open of the file to copy from",
        "source_file_offset" / Int64sl * "first byte to copy",
        "target_file_offset" / Int64sl * "where it goes to",
        "byte_count" / Int64sl * "bytes to copy",
        "flags" / Int32ul * "1: SOURCE_ATOMIC",
        "reserved" / Reserved(Int32ul),
        "trailing" / Raw() * "what follows",
    ),
)
class DuplicateExtentsEx(Record):
    """SMB2_DUPLICATE_EXTENTS_DATA_EX: `DuplicateExtents` with flags. Input of FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX.

    `structure_size` must be 0x30 by the document, which is the size of the local form with a handle of 8 bytes; it is
    written so, kept as it came, and never taken for a length. [MS-FSCC] 2.3.9.2; 56 bytes.
    """

    source_file_id: SourceFileId
    source_file_offset: int
    target_file_offset: int
    byte_count: int
    flags: int = 0
    structure_size: int = 0x30
    reserved: int = 0
    trailing: bytes = b""
