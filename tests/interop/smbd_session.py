"""A session with smbd in dialect 2.1, on which messages prepared by others are sent: only their ids are put in.

impacket computes the proof of the password. All else is bytes on a socket, because a client that is meant to work
neither sends nor survives what is sent here.
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Iterable, Mapping
from typing import Literal

from impacket import ntlm

import smb2ioctl_codec as s2
from smb2ioctl_codec.messages import Command
from smb2ioctl_codec.messages.header import HEADER_SIZE

from .smbd import HOST, PASSWORD, USER
from .smbd_connection import Connection, DroppedError, Reply

#: What is negotiated: Capabilities, ClientGuid, SecurityMode (signing is possible), the one dialect.
CAPABILITIES, CLIENT_GUID, SECURITY_MODE, DIALECT = 0x40, bytes(16), 1, 0x0210
SECONDS_TO_ANSWER = 10.0
#: Access to a file: to read and write its data and attributes, and its security descriptor to read.
ACCESS = 0x0012019F

Id = Literal["file_id", "tree_id", "session_id", "message_id"]


@dataclasses.dataclass(frozen=True, slots=True)
class Name:
    """What is opened: a name in a share, how, and with which access; `tag` tells several opens of the same apart."""

    share: str
    name: str
    access: int = ACCESS
    options: int = 0
    tag: str = ""


#: The file that can be copied.
SOURCE = Name("disk", "source")


class Session:
    """A session, its tree connects and opens: made when they are first needed, and again after a dropped connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: Connection | None = None
        self._session_id = 0
        self._trees: dict[str, int] = {}
        self._opens: dict[Name, bytes] = {}
        self._resume_key = b""
        #: How many connections there were.
        self.connections = 0

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.disconnect()

    def disconnect(self) -> None:
        """Close the connection, and with it all else."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._trees.clear()
        self._opens.clear()
        self._resume_key = b""

    def send(
        self,
        data: bytes,
        offsets: Mapping[Id, Iterable[int]],
        share: str,
        name: Name | None = None,
        *,
        seconds: float,
    ) -> tuple[s2.NtStatus, ...] | None:
        """Send a message or a compound, with our ids at `offsets`, and wait for what it is answered.

        Args:
            data: the message.
            offsets: where our ids are put.
            share: the tree connect whose id is put.
            name: the open whose id is put; None: none is.
            seconds: how long to wait for an answer that the server has put off.

        Returns:
            The status of each message; PENDING where the answer is still put off. None: the connection was dropped.

        Raises:
            TimeoutError: there is no answer.
        """
        message = bytearray(data)
        connection = self._ready()
        tree_id = self.tree(share)
        if name is not None:
            file_id = self.open(name)
            for place in offsets.get("file_id", ()):
                message[place : place + len(file_id)] = file_id
        for place in offsets.get("tree_id", ()):
            struct.pack_into("<I", message, place, tree_id)
        for place in offsets.get("session_id", ()):
            struct.pack_into("<Q", message, place, self._session_id)
        charges = [int.from_bytes(data[place - 18 : place - 16], "little") for place in offsets.get("message_id", ())]
        first = connection.take_ids(sum(max(charge, 1) for charge in charges))
        for place, charge in zip(offsets.get("message_id", ()), charges, strict=True):
            struct.pack_into("<Q", message, place, first)
            first += max(charge, 1)
        try:
            connection.send(bytes(message))
            return self._statuses(connection, max(len(charges), 1), seconds)
        except DroppedError:
            self.disconnect()
            return None

    def _statuses(self, connection: Connection, count: int, seconds: float) -> tuple[s2.NtStatus, ...]:
        """The status of each of the messages that were sent, in the order of their ids."""
        statuses: dict[int, s2.NtStatus] = {}
        replies = connection.receive()
        while replies:
            statuses |= {reply.header.message_id: reply.header.status for reply in replies}
            waiting = s2.NtStatus.PENDING in statuses.values()
            if len(statuses) == count and not waiting:
                break
            replies = connection.receive(seconds if waiting else None)
        else:
            self.disconnect()  # what is put off would come between later answers
        return tuple(statuses[message_id] for message_id in sorted(statuses))

    def tree(self, share: str) -> int:
        """The TreeId of a tree connect to a share."""
        if share not in self._trees:
            path = rf"\\{HOST}\{share}".encode("utf-16-le")
            body = struct.pack("<HHHH", 9, 0, HEADER_SIZE + 8, len(path)) + path
            self._trees[share] = _done(self._ask(Command.TREE_CONNECT, body)).header.tree_id or 0
        return self._trees[share]

    def open(self, name: Name) -> bytes:
        """The FileId of an open; the name is created in a disk share where it is not there yet."""
        if name not in self._opens:
            self._opens[name] = _done(self._create(name)).body[64:80]
        return self._opens[name]

    def can_open(self, name: Name) -> bool:
        """Whether something can be opened now."""
        return self._create(name).header.status == s2.NtStatus.SUCCESS

    def _create(self, name: Name) -> Reply:
        text, impersonation, share_all, open_if = name.name.encode("utf-16-le"), 2, 7, 3
        body = struct.pack(
            "<HBBI16xIIIIIHHII", 57, 0, 0, impersonation, name.access, 0, share_all, open_if, name.options,
            HEADER_SIZE + 56, len(text), 0, 0,
        )  # fmt: skip
        return self._ask(Command.CREATE, body + (text or bytes(1)), name.share)

    def close(self, name: Name) -> None:
        """Close an open, if there is one: the next request gets a new one."""
        if name in self._opens:
            _done(self._ask(Command.CLOSE, struct.pack("<HHI", 24, 0, 0) + self._opens.pop(name), name.share))

    def resume_key(self) -> bytes:
        """The key that a copy names the file `SOURCE` by."""
        if not self._resume_key:
            request = s2.IoctlRequest(
                s2.CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY, s2.FileId.decode(self.open(SOURCE)), max_output_response=32
            )
            reply = _done(self._ask(Command.IOCTL, request.encode(), SOURCE.share))
            self._resume_key = s2.IoctlResponse.decode(reply.body).output[:24]
        return self._resume_key

    def _ask(self, command: Command, body: bytes, share: str | None = None) -> Reply:
        connection = self._ready()
        tree_id = 0 if share is None else self.tree(share)
        return connection.ask(command, body, tree_id=tree_id, session_id=self._session_id)

    def _ready(self) -> Connection:
        if self._connection is None:
            self._connection = Connection(self._port, SECONDS_TO_ANSWER)
            self.connections += 1
            self._log_in(self._connection)
        return self._connection

    def _log_in(self, connection: Connection) -> None:
        negotiate = struct.pack("<HHHHI16sQH", 36, 1, SECURITY_MODE, 0, CAPABILITIES, CLIENT_GUID, 0, DIALECT)
        _done(connection.ask(Command.NEGOTIATE, negotiate))
        hello = ntlm.getNTLMSSPType1("", "", signingRequired=False)
        reply = connection.ask(Command.SESSION_SETUP, _session_setup(hello.getData()))
        assert reply.header.status == s2.NtStatus.MORE_PROCESSING_REQUIRED, reply.header.status
        self._session_id = reply.header.session_id
        offset, size = struct.unpack_from("<HH", reply.body, 4)
        challenge = reply.body[offset - HEADER_SIZE : offset - HEADER_SIZE + size]
        proof, _ = ntlm.getNTLMSSPType3(hello, challenge, USER, PASSWORD, "")
        _done(connection.ask(Command.SESSION_SETUP, _session_setup(proof.getData()), session_id=self._session_id))


def _done(reply: Reply) -> Reply:
    assert reply.header.status == s2.NtStatus.SUCCESS, (reply.header.command, reply.header.status)
    return reply


def _session_setup(token: bytes) -> bytes:
    return struct.pack("<HBBIIHHQ", 25, 0, SECURITY_MODE, 0, 0, HEADER_SIZE + 24, len(token), 0) + token
