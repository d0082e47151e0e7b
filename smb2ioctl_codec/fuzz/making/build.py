"""Whole messages of a corpus: bodies with the headers and ids that stand for those of a live connection."""

from __future__ import annotations

from typing import Any

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.fuzz.case import Place
from smb2ioctl_codec.messages import (
    Command,
    ErrorResponse,
    FileId,
    Header,
    HeaderFlags,
    IoctlRequest,
    IoctlResponse,
    Packet,
)
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads import registry

#: Ids that are easy to find in a file. Both halves of the FileId are the same, as Samba 3.6 wants them.
MESSAGE_ID, TREE_ID, SESSION_ID = 0x3333333333333333, 0x44444444, 0x5555555555555555
FILE_ID = FileId(0x6666666666666666, 0x6666666666666666)
#: Room for an output: what one credit pays for.
ROOM = 1 << 16
_CREDITS = 64
_PIPE = (CtlCode.FSCTL_PIPE_TRANSCEIVE, CtlCode.FSCTL_PIPE_PEEK)


def place_of(code: CtlCode) -> Place:
    """Where a request of this code makes sense."""
    if code in _PIPE:
        return Place("IPC$", "pipe")
    return Place("IPC$", "none") if registry.lookup(code).needs_no_handle else Place("disk", "file")


def file_id_of(code: CtlCode) -> FileId:
    """The FileId that a request of this code has."""
    return FileId.NONE if registry.lookup(code).needs_no_handle else FILE_ID


def request(code: CtlCode, data: bytes = b"", room: int = ROOM, **fields: Any) -> IoctlRequest:
    """A request that carries these bytes, with room for that many bytes of output."""
    return IoctlRequest(code, fields.pop("file_id", file_id_of(code)), data, room, **fields)


def request_message(body: IoctlRequest | bytes, **fields: Any) -> bytes:
    """The message of a request; its credits pay for the input, and for the output that it has room for."""
    encoded = body if isinstance(body, bytes) else body.encode()
    amounts = (1, len(encoded)) if isinstance(body, bytes) else (len(body.input), body.max_output_response)
    charge = min(max(1, -(-max(amounts) // ROOM)), 0xFFFF)
    return header(**{"credit_charge": charge} | fields).encode() + encoded


def reply(code: CtlCode, output: bytes, status: NtStatus = NtStatus.SUCCESS, **fields: Any) -> bytes:
    """The message of a reply with an IOCTL body."""
    body = IoctlResponse(code, file_id_of(code), output, **fields)
    return Packet(reply_header(status), body).encode()


def error(status: NtStatus, body: ErrorResponse | None = None, **fields: Any) -> bytes:
    """The message of a reply with an ERROR body."""
    return Packet(reply_header(status, **fields), body or ErrorResponse()).encode()


def reply_header(status: NtStatus, **fields: Any) -> Header:
    """The header of a reply."""
    flags = HeaderFlags.SERVER_TO_REDIR.value | fields.pop("flags", 0)
    return header(status=status, flags=flags, credit_charge=1, **fields)


def header(**fields: Any) -> Header:
    """A header with the ids of a corpus."""
    usual = {"command": Command.IOCTL, "credits": _CREDITS, "message_id": MESSAGE_ID, "session_id": SESSION_ID}
    if not fields.get("flags", 0) & HeaderFlags.ASYNC_COMMAND:
        usual["tree_id"] = TREE_ID
    return Header(**usual | fields)
