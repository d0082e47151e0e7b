"""Object identifiers: FSCTL_SET_OBJECT_ID(_EXTENDED), FSCTL_GET_OBJECT_ID, FSCTL_CREATE_OR_GET_OBJECT_ID.

FSCTL_DELETE_OBJECT_ID carries nothing in either direction.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from construct import Bytes, Struct

from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Record, record
from smb2ioctl_codec.schema.scalars import GUID

#: The GUID that names nothing.
NIL = UUID(int=0)


@record(
    "[MS-FSCC] 2.1.3.1",
    Struct(
        "object_id" / GUID * "of the file, unique on its volume",
        "birth_volume_id" / GUID * "the volume on which the file was created; 0 if unknown",
        "birth_object_id" / GUID * "the file's identifier when it was created",
        "domain_id" / GUID * "0",
    ),
)
class FileObjectIdBuffer(Record):
    """FILE_OBJECTID_BUFFER type 1: a file's identifier and where it comes from. Input of FSCTL_SET_OBJECT_ID, output of
    FSCTL_GET_OBJECT_ID and FSCTL_CREATE_OR_GET_OBJECT_ID.

    The wire does not tell the types apart: such payloads are read as this one, which loses nothing of the other.
    `FileObjectIdBufferType2.decode(buffer.encode())` reads it as that. [MS-FSCC] 2.1.3.1; 64 bytes.
    """

    object_id: UUID
    birth_volume_id: UUID = NIL
    birth_object_id: UUID = NIL
    domain_id: UUID = NIL


@record(
    "[MS-FSCC] 2.1.3.2",
    Struct(
        "object_id" / GUID * "of the file, unique on its volume",
        "extended_info" / Bytes(48) * "what FSCTL_SET_OBJECT_ID_EXTENDED set",
    ),
)
class FileObjectIdBufferType2(Record):
    """FILE_OBJECTID_BUFFER type 2: a file's identifier and an application's data. Carried as `FileObjectIdBuffer` is.

    [MS-FSCC] 2.1.3.2; 64 bytes.
    """

    object_id: UUID
    extended_info: bytes = bytes(48)


@record(
    "[MS-FSCC] 2.3.79",
    Struct("extended_info" / Bytes(48) * "an application's data, or the last three fields of type 1"),
)
class SetObjectIdExtended(Record):
    """EXTENDED_INFO: new data behind the identifier of a file. Input of FSCTL_SET_OBJECT_ID_EXTENDED.

    [MS-FSCC] 2.3.79; 48 bytes.
    """

    extended_info: bytes


def request_type(_data: bytes) -> type[Record]:
    """What an identifier to be set is read as: type 1."""
    return FileObjectIdBuffer


def response_type(data: bytes, _request: Any, status: int) -> type[Record] | None:
    """What an identifier in a reply is read as: type 1, or bytes where the server cut it to MaxOutputResponse.

    Samba cuts without saying so in the status.
    """
    cut = len(data) < FileObjectIdBuffer.PLAN.head
    return None if cut or NtStatus(status).is_error else FileObjectIdBuffer
