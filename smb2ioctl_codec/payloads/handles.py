"""State of a handle: FSCTL_MARK_HANDLE."""

from __future__ import annotations

from construct import Int32ul, Int64ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.schema import Record, Reserved, Tag, record


class HandleInfo(OpenIntEnum, bits=32):
    """What to mark a handle with; one at a time ([MS-FSCC] 2.3.39)."""

    READ_COPY = 0x00000080
    NOT_READ_COPY = 0x00000100


@record(
    "[MS-FSCC] 2.3.39",
    Struct(
        "copy_number" / Int32ul * "copy on redundant media that reads are to come from",
        "unused" / Reserved(Int32ul) * "for alignment; any value",
        "volume_handle" / Reserved(Int64ul) * "0",
        "handle_info" / Tag(Int32ul, HandleInfo) * "one of the two values",
        "reserved" / Reserved(Int32ul),
    ),
)
class MarkHandleInfo(Record):
    """MARK_HANDLE_INFO: which copy of a file on redundant media reads come from. Input of FSCTL_MARK_HANDLE.

    `handle_info` READ_COPY: from the copy `copy_number`; NOT_READ_COPY: from any, as before. [MS-FSCC] 2.3.39;
    24 bytes.
    """

    copy_number: int
    handle_info: HandleInfo
    unused: int = 0
    volume_handle: int = 0
    reserved: int = 0
