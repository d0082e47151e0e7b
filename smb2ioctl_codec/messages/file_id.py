"""SMB2_FILEID: what names an open."""

from __future__ import annotations

from typing import ClassVar

from construct import Int64ul, Struct

from smb2ioctl_codec.rules import ALL_ONES
from smb2ioctl_codec.schema import Record, record


@record(
    "[MS-SMB2] 2.2.14.1",
    Struct(
        "persistent" / Int64ul * "survives a reconnect",
        "volatile" / Int64ul * "of this connection",
    ),
)
class FileId(Record):
    """SMB2_FILEID, 16 bytes: names an open. `FileId.NONE`, all ones, names none. [MS-SMB2] 2.2.14.1."""

    persistent: int
    volatile: int
    NONE: ClassVar[FileId]


FileId.NONE = FileId(ALL_ONES, ALL_ONES)
