"""A connection to smbd that sends whatever bytes it is given, and counts message ids and credits."""

from __future__ import annotations

import dataclasses
import socket

import smb2ioctl_codec as s2
from smb2ioctl_codec.messages import Command, HeaderFlags
from smb2ioctl_codec.messages.header import HEADER_SIZE

from .smbd import HOST

#: Credits asked for with each message of our own.
CREDITS = 512


class DroppedError(Exception):
    """The server has closed the connection."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """One message of the server."""

    header: s2.Header
    body: bytes


class Connection:
    """A TCP connection, the next message id, and the credits that are left."""

    def __init__(self, port: int, seconds_to_answer: float) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=seconds_to_answer)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = bytearray()
        self._next_id = 0
        self._credits = 1

    def close(self) -> None:
        """Close it; the server then closes what was open on it."""
        self._socket.close()

    def take_ids(self, charge: int) -> int:
        """The first of as many message ids as a message costs credits, which no other message has then.

        Raises:
            DroppedError: the server has closed the connection.
        """
        charge = max(charge, 1)
        if charge + 1 > self._credits and self._next_id:
            self.ask(Command.ECHO, b"\x04\x00\x00\x00", min(charge + CREDITS, 8000))
        taken = self._next_id
        self._next_id += charge
        self._credits -= charge
        return taken

    def ask(
        self, command: Command, body: bytes, credits: int = CREDITS, *, tree_id: int = 0, session_id: int = 0
    ) -> Reply:
        """Send a message of our own, and wait for its answer.

        Raises:
            DroppedError: the server has closed the connection.
        """
        message_id = self._next_id
        self._next_id += 1
        self._credits -= 1
        header = s2.Header(
            command=command, message_id=message_id, tree_id=tree_id, session_id=session_id, credit_charge=1,
            credits=credits,
        )  # fmt: skip
        self.send(header.encode() + body)
        while True:
            for reply in self.receive():
                if reply.header.message_id == message_id and reply.header.status != s2.NtStatus.PENDING:
                    return reply

    def send(self, message: bytes) -> None:
        """Send one frame.

        Raises:
            DroppedError: the server has closed the connection.
        """
        try:
            self._socket.sendall(len(message).to_bytes(4, "big") + message)
        except ConnectionError as error:
            raise DroppedError from error

    def receive(self, seconds: float | None = None) -> list[Reply]:
        """The messages of the next frame; none if none comes in time.

        Args:
            seconds: how long to wait; None: as long as an answer may take.

        Raises:
            DroppedError: the server has closed the connection.
            TimeoutError: nothing came, though it had as long as an answer may take.
        """
        usual = self._socket.gettimeout()
        try:
            if seconds is not None:
                self._socket.settimeout(seconds)
            self._fill(4)
            self._fill(4 + int.from_bytes(self._received[:4], "big"))
        except TimeoutError:
            if seconds is None:
                raise
            return []
        finally:
            self._socket.settimeout(usual)
        size = int.from_bytes(self._received[:4], "big")
        frame = bytes(self._received[4 : 4 + size])
        del self._received[: 4 + size]
        return self._split(frame)

    def _fill(self, size: int) -> None:
        while len(self._received) < size:
            try:
                piece = self._socket.recv(0x10000)
            except ConnectionError as error:
                raise DroppedError from error
            if not piece:
                raise DroppedError
            self._received += piece

    def _split(self, frame: bytes) -> list[Reply]:
        replies = []
        start = 0
        while True:
            header = s2.Header.decode(frame[start : start + HEADER_SIZE])
            assert header.flags & HeaderFlags.SERVER_TO_REDIR
            self._credits += header.credits
            end = start + header.next_command if header.next_command else len(frame)
            replies.append(Reply(header, frame[start + HEADER_SIZE : end]))
            if not header.next_command:
                return replies
            start = end
