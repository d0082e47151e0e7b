"""Compounds, with the bodies of other commands that stand beside IOCTL in them; and what is said through a pipe."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.fuzz.case import Case, Place
from smb2ioctl_codec.fuzz.making import build
from smb2ioctl_codec.messages import (
    Command,
    ErrorResponse,
    FileId,
    HeaderFlags,
    IoctlResponse,
    Packet,
    encode_chain,
)
from smb2ioctl_codec.messages.packet import Body
from smb2ioctl_codec.ntstatus import NtStatus

_RELATED = HeaderFlags.RELATED_OPERATIONS.value
_SNAPSHOTS, _RESUME_KEY = CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS, CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY
_OBJECT_ID = CtlCode.FSCTL_CREATE_OR_GET_OBJECT_ID
#: Messages of a long compound.
_MANY = 8

#: Create contexts: leases of both versions, one without data, one that nobody knows.
CONTEXTS = ((b"RqLs", bytes(32)), (b"RqLs", bytes(52)), (b"MxAc", b""), (b"XXXX", b"\1\2\3\4"))
#: Creation, access, write and change: 100 ns since 1601.
_TIMES = (0x01DC5B0000000000, 0x01DC5B0000000001, 0x01DC5B0000000002, 0)

#: DCE/RPC bind to srvsvc, interface 4b324fc8-1670-01d3-1278-5a47bf6ee188 version 3.0, by NDR (C706 12.6.4.3).
RPC_BIND = (
    struct.pack("<BBBB4sHHIHHI", 5, 0, 11, 3, b"\x10\0\0\0", 72, 0, 1, 4280, 4280, 0)
    + struct.pack("<B3xHBx", 1, 0, 1)
    + bytes.fromhex("c84f324b7016d30112785a47bf6ee188") + struct.pack("<HH", 3, 0)
    + bytes.fromhex("045d888aeb1cc9119fe808002b104860") + struct.pack("<HH", 2, 0)
)  # fmt: skip


def compounds() -> Iterator[Case]:
    """Compounds of requests, and of replies."""
    ask = build.request(_SNAPSHOTS, room=16)
    key = build.request(_RESUME_KEY, room=32)
    related = build.request(_OBJECT_ID, room=64, file_id=FileId.NONE)
    yield _requests("two requests", _SNAPSHOTS, [(ask, 0), (key, 0)])
    yield _requests("two related requests", _SNAPSHOTS, [(ask, 0), (related, _RELATED)])
    yield _requests(f"{_MANY} requests", _SNAPSHOTS, [(ask, 0)] * _MANY)
    yield _requests("CREATE, related IOCTL and CLOSE", _OBJECT_ID, [
        (create_request("file.txt"), 0), (related, _RELATED), (close_request(FileId.NONE), _RELATED),
    ])  # fmt: skip
    yield _requests("CREATE with contexts, related IOCTL and CLOSE", _OBJECT_ID, [
        (create_request("file.txt", CONTEXTS), 0), (related, _RELATED), (close_request(FileId.NONE), _RELATED),
    ])  # fmt: skip
    done = IoctlResponse(_SNAPSHOTS, build.FILE_ID, bytes(16))
    refused = ErrorResponse()
    yield _replies("two replies", _SNAPSHOTS, [(done, 0), (done, 0)])
    yield _replies(f"{_MANY} replies", _SNAPSHOTS, [(done, 0)] * _MANY)
    yield _replies("a reply and an ERROR", _SNAPSHOTS, [(done, 0), (refused, _RELATED)])
    yield _replies("replies to CREATE, IOCTL and CLOSE", _OBJECT_ID, [
        (create_reply(), 0), (IoctlResponse(_OBJECT_ID, build.FILE_ID, bytes(64)), _RELATED), (close_reply(), _RELATED),
    ])  # fmt: skip
    yield _replies("replies to CREATE with contexts, IOCTL and CLOSE", _OBJECT_ID, [
        (create_reply(CONTEXTS), 0), (IoctlResponse(_OBJECT_ID, build.FILE_ID, bytes(64)), _RELATED),
        (close_reply(), _RELATED),
    ])  # fmt: skip


def _requests(what: str, code: CtlCode, parts: Sequence[tuple[Body, int]]) -> Case:
    packets = [
        Packet(
            build.header(
                command=_command(body), flags=flags, message_id=build.MESSAGE_ID + index, credit_charge=1,
            ),
            body,
        )
        for index, (body, flags) in enumerate(parts)
    ]  # fmt: skip
    return Case(encode_chain(packets), "seed", "request", code, f"compound: {what}", place=Place("disk", "file"))


def _replies(what: str, code: CtlCode, parts: Sequence[tuple[Body, int]]) -> Case:
    packets = []
    for index, (body, flags) in enumerate(parts):
        status = NtStatus.FILE_CLOSED if isinstance(body, ErrorResponse) else NtStatus.SUCCESS
        header = build.reply_header(
            status, command=_command(body), flags=flags, message_id=build.MESSAGE_ID + index
        )  # fmt: skip
        packets.append(Packet(header, body))
    return Case(encode_chain(packets, pad_last=True), "seed", "response", code, f"compound: {what}")


def _command(body: Body) -> Command:
    """IOCTL, or whose body the bytes are: these have their StructureSize at the start."""
    return _OF_SIZE[body[:2]] if isinstance(body, bytes) else Command.IOCTL


_OF_SIZE = {struct.pack("<H", size): command for size, command in (
    (57, Command.CREATE), (89, Command.CREATE), (24, Command.CLOSE), (60, Command.CLOSE),
)}  # fmt: skip


def create_request(name: str, contexts: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    """CREATE request for reading a file that exists ([MS-SMB2] 2.2.13); each context is a name and its data."""
    data = name.encode("utf-16-le")
    impersonation, read, share_all, open_existing = 2, 0x00120089, 7, 1
    head = struct.pack("<HBBI16s", 57, 0, 0, impersonation, b"")
    wishes = struct.pack("<IIIII", read, 0, share_all, open_existing, 0)
    padded = data.ljust(-(-len(data) // 8) * 8, b"\0") or bytes(8)
    chain = _contexts(contexts)
    places = struct.pack("<HHII", 120, len(data), 120 + len(padded) if chain else 0, len(chain))
    return head + wishes + places + padded + chain


def _contexts(contexts: Sequence[tuple[bytes, bytes]]) -> bytes:
    """A list of SMB2_CREATE_CONTEXT, each but the last padded to 8 bytes ([MS-SMB2] 2.2.13.2)."""
    made = b""
    for index, (name, data) in enumerate(contexts):
        start = 16 + len(name) + -len(name) % 8
        places = struct.pack("<HHHHI", 16, len(name), 0, start if data else 0, len(data))
        context = (places + name).ljust(start - 4, b"\0") + data
        size = -(-(4 + len(context)) // 8) * 8
        last = index == len(contexts) - 1
        made += struct.pack("<I", 0 if last else size) + (context if last else context.ljust(size - 4, b"\0"))
    return made


def close_request(file_id: FileId) -> bytes:
    """CLOSE request ([MS-SMB2] 2.2.15)."""
    return struct.pack("<HHI", 24, 0, 0) + file_id.encode()


def create_reply(contexts: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    """CREATE response ([MS-SMB2] 2.2.14)."""
    opened, archive, chain = 1, 0x20, _contexts(contexts)
    head = struct.pack("<HBBI4QQQII", 89, 0, 0, opened, *_TIMES, 4096, 5, archive, 0)
    return head + build.FILE_ID.encode() + struct.pack("<II", 152 if chain else 0, len(chain)) + (chain or b"\0")


def close_reply() -> bytes:
    """CLOSE response ([MS-SMB2] 2.2.16)."""
    return struct.pack("<HHI4QQQI", 60, 0, 0, *_TIMES, 0, 0, 0)
