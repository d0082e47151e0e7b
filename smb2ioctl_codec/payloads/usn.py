"""Update sequence numbers: FSCTL_READ_FILE_USN_DATA and FSCTL_WRITE_USN_CLOSE_RECORD."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from construct import Bytes, Int16ul, Int32ul, Int64sl, Int64ul, Struct

from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Alternatives, At, Fixed, Implied, Kept, Raw, Record, Slack, Text, record
from smb2ioctl_codec.schema.scalars import FILETIME, moment


@record(
    "[MS-FSCC] 2.3.61",
    Struct(
        "min_major_version" / Int16ul * "lowest version of records that the client takes",
        "max_major_version" / Int16ul * "highest one",
        "trailing" / Raw() * "what follows, which servers do not look at",
    ),
)
class ReadFileUsnData(Record):
    """READ_FILE_USN_DATA: the versions of records that a client takes. Input of FSCTL_READ_FILE_USN_DATA, which may be
    left out: version 2 is then meant. [MS-FSCC] 2.3.61; at least 4 bytes.
    """

    min_major_version: int
    max_major_version: int
    trailing: bytes = b""


@record("[MS-FSCC] 2.3.93", Struct("usn" / Int64sl * "update sequence number of the record; at least 0"))
class WriteUsnCloseRecord(Record):
    """The record that was written for the file. Output of FSCTL_WRITE_USN_CLOSE_RECORD. [MS-FSCC] 2.3.93; 8 bytes."""

    usn: int


_CHANGE = (
    "usn" / Int64sl * "update sequence number; at least 0",
    "time_stamp" / FILETIME * "100 ns since 1601, UTC; 0 in this reply",
    "reason" / Int32ul * "0 in this reply",
    "source_info" / Int32ul * "0 in this reply",
    "security_id" / Int32ul * "0 in this reply",
    "file_attributes" / Int32ul * "[MS-FSCC] 2.6",
    "file_name_length" / Int16ul * "bytes of the name",
)
_NAME = (
    "file_name" / At("file_name_offset", "file_name_length", Text()) * "without path and U+0000",
    "slack" / Slack() * "bytes before and after the name",
)


@record(
    "[MS-FSCC] 2.3.62.2",
    Struct(
        "record_length" / Implied(Int32ul, "size") * "bytes of the record",
        "major_version" / Fixed(Int16ul, 2),
        "minor_version" / Int16ul * "0",
        "file_reference_number" / Int64ul,
        "parent_file_reference_number" / Int64ul * "of the directory",
        *_CHANGE,
        "file_name_offset" / Kept(Int16ul, "60") * "bytes from the start of the record to the name",
        *_NAME,
    ),
)
class UsnRecordV2(Record):
    """USN_RECORD_V2: what the journal knows of a file. Output of FSCTL_READ_FILE_USN_DATA.

    `file_name_offset` is None where the name follows the fixed part; the name lies where it says. `slack` holds the
    bytes around the name: servers fill the record up to a multiple of 8. `time_stamp`, `reason`, `source_info` and
    `security_id` are 0 in this reply, by the document. [MS-FSCC] 2.3.62.2; at least 60 bytes.
    """

    file_reference_number: int
    parent_file_reference_number: int
    usn: int
    file_attributes: int
    file_name: str
    time_stamp: int = 0
    reason: int = 0
    source_info: int = 0
    security_id: int = 0
    minor_version: int = 0
    file_name_offset: int | None = None
    slack: bytes = b""

    @property
    def stamped(self) -> datetime:
        """`time_stamp` as UTC; OverflowError if it is after the year 9999."""
        return moment(self.time_stamp)


@record(
    "[MS-FSCC] 2.3.62.3",
    Struct(
        "record_length" / Implied(Int32ul, "size") * "bytes of the record",
        "major_version" / Fixed(Int16ul, 3),
        "minor_version" / Int16ul * "0",
        "file_reference_number" / Bytes(16),
        "parent_file_reference_number" / Bytes(16) * "of the directory",
        *_CHANGE,
        "file_name_offset" / Kept(Int16ul, "76") * "bytes from the start of the record to the name",
        *_NAME,
    ),
)
class UsnRecordV3(Record):
    """USN_RECORD_V3: `UsnRecordV2` with file references of 16 bytes. Output of FSCTL_READ_FILE_USN_DATA.

    [MS-FSCC] 2.3.62.3; at least 76 bytes.
    """

    file_reference_number: bytes
    parent_file_reference_number: bytes
    usn: int
    file_attributes: int
    file_name: str
    time_stamp: int = 0
    reason: int = 0
    source_info: int = 0
    security_id: int = 0
    minor_version: int = 0
    file_name_offset: int | None = None
    slack: bytes = b""

    @property
    def stamped(self) -> datetime:
        """`time_stamp` as UTC; OverflowError if it is after the year 9999."""
        return moment(self.time_stamp)


USN_RECORD = Alternatives.by("major_version", UsnRecordV2, UsnRecordV3)


def record_type(data: bytes, _request: Any, status: int) -> type[Record] | None:
    """The record in an output of FSCTL_READ_FILE_USN_DATA, by its major version; None for one that no document
    describes, and under an error.
    """
    return None if NtStatus(status).is_error else USN_RECORD.select(data)
