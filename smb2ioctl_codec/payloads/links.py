"""Links between files: FSCTL_LMR_SET_LINK_TRACKING_INFORMATION and FSCTL_SIS_COPYFILE."""

from __future__ import annotations

from uuid import UUID

from construct import Int32ul, Int64ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.schema import Alternatives, One, Raw, Record, Reserved, Sized, Tag, Text, record
from smb2ioctl_codec.schema.scalars import GUID


class TargetFileSystem(OpenIntEnum, bits=32):
    """Where the destination file lies ([MS-FSCC] 2.3.37.3.2)."""

    NTFS = 0
    DFS = 1


@record(
    "[MS-FSCC] 2.3.37.3.1", Struct("netbios_name" / Raw() * "ASCII, then one zero byte; nothing if it is not known")
)
class LinkTrackingName(Record):
    """TARGET_LINK_TRACKING_INFORMATION_Buffer_1: the destination computer alone. [MS-FSCC] 2.3.37.3.1; at most
    35 bytes.
    """

    netbios_name: bytes = b""


@record(
    "[MS-FSCC] 2.3.37.3.2",
    Struct(
        "type" / Tag(Int32ul, TargetFileSystem) * "file system of the destination",
        "volume_id" / GUID * "of the volume",
        "object_id" / GUID * "of the file in the volume",
        "netbios_name" / Raw() * "ASCII, then one zero byte; nothing if it is not known",
    ),
)
class LinkTrackingTarget(Record):
    """TARGET_LINK_TRACKING_INFORMATION_Buffer_2: the destination file and its computer. [MS-FSCC] 2.3.37.3.2; at least
    36 bytes.
    """

    type: TargetFileSystem
    volume_id: UUID
    object_id: UUID
    netbios_name: bytes = b""


_TARGET = Alternatives(
    LinkTrackingName,
    LinkTrackingTarget,
    select=lambda data: LinkTrackingName if len(data) < LinkTrackingTarget.PLAN.head else LinkTrackingTarget,
)


@record(
    "[MS-FSCC] 2.3.37.2",
    Struct(
        "target_file_object" / Reserved(Int64ul) * "0",
        "target_link_tracking_information_length" / Int32ul * "bytes of the buffer",
        "target_link_tracking_information_buffer"
        / Sized("target_link_tracking_information_length", One(_TARGET))
        * "less than 36 bytes: a name; else file and name",
    ),
)
class LinkTracking(Record):
    """SMB2_REMOTE_LINK_TRACKING_INFORMATION: where a file went. Input of FSCTL_LMR_SET_LINK_TRACKING_INFORMATION.

    This is the form of SMB2; that of SMB1 has a `target_file_object` of 4 bytes. [MS-FSCC] 2.3.37.2; at least 12 bytes.
    """

    target_link_tracking_information_buffer: LinkTrackingName | LinkTrackingTarget
    target_file_object: int = 0


@record(
    "[MS-FSCC] 2.3.89",
    Struct(
        "source_file_name_length" / Int32ul * "bytes, U+0000 included",
        "destination_file_name_length" / Int32ul * "bytes, U+0000 included",
        "flags" / Int32ul * "1: only if the source is a single instance already; 2: replace the destination",
        "source_file_name" / Sized("source_file_name_length", Text("source_terminator")),
        "destination_file_name" / Sized("destination_file_name_length", Text("destination_terminator")),
    ),
)
class SisCopyFile(Record):
    """SI_COPYFILE: makes one file a single-instance copy of another. Input of FSCTL_SIS_COPYFILE.

    The terminators are what follows the names within their lengths: one U+0000 by the document. [MS-FSCC] 2.3.89; at
    least 12 bytes.
    """

    source_file_name: str
    destination_file_name: str
    flags: int = 0
    source_terminator: str = "\0"
    destination_terminator: str = "\0"
