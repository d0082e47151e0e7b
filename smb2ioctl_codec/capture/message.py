"""A message of a capture. What it holds is decoded when it is first asked for: most messages nobody looks into."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct
from typing import Any, Never

from smb2ioctl_codec.capture.model import (
    Connection,
    Direction,
    File,
    FileFacts,
    Finding,
    Share,
    ShareFacts,
    User,
    UserFacts,
)  # fmt: skip
from smb2ioctl_codec.capture.ntlmssp import text
from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.messages import Command, Header, Packet, decode_response
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.messages.ioctl import request_decoder
from smb2ioctl_codec.messages.packet import Body
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules import WIRE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COMMANDS = Command.map()
_STATUSES = NtStatus.map()
#: Shares, users and files that are made once for all messages.
_REMEMBERED = 1024
_IOCTL = int(Command.IOCTL)
_PENDING = int(NtStatus.PENDING)
_ASYNC_REPLY = 3  # SERVER_TO_REDIR and ASYNC_COMMAND
_status_and_flags = Struct("<I4xI").unpack_from
_size_and_code = Struct("<H2xI").unpack_from
_NEXT_COMMAND = slice(20, 24)
_decode_request = request_decoder(WIRE)
_END_OF_CTL_CODE = HEADER_SIZE + 8

_Contents = tuple[Header | None, Packet | None, DecodeError | None]


class Draft:
    """A message that is still being filled in; `done` makes a `CapturedMessage` of it.

    It has the same slots, and may be written: that is much faster than writing past a class that does not allow it.
    """

    __slots__ = (
        "_command", "_contents", "_fault", "_file", "_share", "_user", "connection", "data", "direction", "findings",
        "frame_number", "interim", "message_id", "partner", "time_ns", "time_since_request",
    )  # fmt: skip

    frame_number: int
    time_ns: int | None
    connection: Connection
    direction: Direction
    data: bytes
    message_id: int | None
    partner: int | None
    interim: int | None
    time_since_request: int | None
    findings: tuple[Finding, ...]
    _share: ShareFacts | None
    _user: UserFacts | None
    _file: FileFacts | None
    _command: int | None
    _fault: DecodeError | None  # what is wrong with the frame, or with the message's place in it
    _contents: _Contents | None

    def done(self) -> CapturedMessage:
        """This object, from now on a message that does not change."""
        self.__class__ = CapturedMessage
        return self  # type: ignore[return-value]


class CapturedMessage(Draft):
    """One SMB2 message of a capture, of whatever command. The messages of a compound are given one by one.

    Reading makes these objects; they cannot be changed. Two are equal if all that they say is equal, whatever the text
    of their `error`.

    Attributes:
        frame_number: the captured packet in which the message ends; the first of a file is 1.
        time_ns: when that packet was captured, in nanoseconds since 1970 UTC, rounded down; None where the capture
            does not say.
        connection: the connection that carried it.
        direction: what the header says; for a message without a readable header, the side that sent it.
        data: all bytes of the message from ProtocolId on; in a compound, up to the next one.
        message_id: MessageId of the header; None where there is no readable one.
        partner: the frame number of the other: of a reply, the request's; of a request, the last reply's, which only
            `pair` and `read_all` can fill in. None where there is no other, or it is not known.
        interim: the frame number of the interim reply between request and final reply, if there was one: of a reply,
            and, after `pair` and `read_all`, of a request.
        time_since_request: of a reply with a partner, the nanoseconds between the packets in which both end.
        findings: what was found in this direction of the connection since the message before this one.
    """

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> Never:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> Never:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    @property
    def command(self) -> Command | None:
        """Command of the header; None where there is no readable one."""
        return None if self._command is None else _COMMANDS[self._command]

    @property
    def is_ioctl(self) -> bool:
        """It has the command IOCTL."""
        return self._command == _IOCTL

    @property
    def ctl_code(self) -> CtlCode | None:
        """CtlCode of an IOCTL request or reply, whether the rest decodes or not; None for all else and ERROR bodies."""
        if self._command != _IOCTL or len(self.data) < _END_OF_CTL_CODE:
            return None
        size, code = _size_and_code(self.data, HEADER_SIZE)
        return CtlCode(code) if size == (49 if self.direction == "response" else 57) else None

    @property
    def header(self) -> Header | None:
        """The SMB2 header, also where the body does not decode; None for encrypted and compressed messages."""
        return (self._contents or self._decode())[0]

    @property
    def packet(self) -> Packet | None:
        """The decoded message; None if it does not decode."""
        return (self._contents or self._decode())[1]

    @property
    def body(self) -> Body | None:
        """The body of `packet`, for less than that costs; None if the message does not decode."""
        if self._contents is None and self._command == _IOCTL and self._fault is None:
            data = self.data
            if int.from_bytes(data[_NEXT_COMMAND], "little") in (0, len(data)):
                status, flags = _status_and_flags(data, 8)
                try:
                    return (
                        decode_response(data[HEADER_SIZE:], status)
                        if flags & 1
                        else _decode_request(data[HEADER_SIZE:])
                    )
                except DecodeError:
                    return None
        packet = self.packet
        return None if packet is None else packet.body

    @property
    def error(self) -> DecodeError | None:
        """Why it does not decode; None if it does. Its offset counts from the first byte of `data`."""
        return (self._contents or self._decode())[2]

    @property
    def share(self) -> Share | None:
        """The share of its TreeId (of an asynchronous reply, of its request's); None if it is not known."""
        return None if self._share is None else _share(self._share)

    @property
    def user(self) -> User | None:
        """Who the session belongs to; None if it is not known, as with Kerberos."""
        return None if self._user is None else _user(self._user)

    @property
    def file(self) -> File | None:
        """Of IOCTL messages, what their FileId stands for (of an ERROR reply, its request's); None if not known."""
        return None if self._file is None else _file(self._file)

    @property
    def about(self) -> Hashable:
        """What stands for share, user and file together: equal for messages that are about the same."""
        return self._share, self._user, self._file

    @property
    def status(self) -> NtStatus | None:
        """Status of a reply's header; None for a request, and where there is no readable header."""
        if self._command is None or self.direction == "request":
            return None
        return _STATUSES[_status_and_flags(self.data, 8)[0]]

    @property
    def time(self) -> datetime | None:
        """`time_ns` as an aware datetime in UTC, rounded down to microseconds; None beyond the year 9999."""
        if self.time_ns is None:
            return None
        try:
            return _EPOCH + timedelta(microseconds=self.time_ns // 1000)
        except OverflowError:
            return None

    @property
    def is_interim(self) -> bool:
        """It is an interim reply: STATUS_PENDING, and the final one follows ([MS-SMB2] 3.3.4.2)."""
        if self._command is None:
            return False
        status, flags = _status_and_flags(self.data, 8)
        return bool(flags & _ASYNC_REPLY == _ASYNC_REPLY and status == _PENDING)

    def _decode(self) -> _Contents:
        contents = _contents(self.data, self._fault)
        object.__setattr__(self, "_contents", contents)
        return contents

    def _values(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in _SAID)

    def __eq__(self, other: object) -> bool:
        if type(other) is not CapturedMessage:
            return NotImplemented
        return self is other or (
            self._values() == other._values() and (self._fault is None) == (other._fault is None)
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash((self.frame_number, self.connection, self.data))

    def __repr__(self) -> str:
        names = (*(name.lstrip("_") for name in _SAID if name != "data"), "header", "packet", "error")
        return f"CapturedMessage({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, tuple(getattr(self, name) for name in _KEPT)


#: What messages say, but for what follows from `data`.
_SAID = (
    "frame_number", "time_ns", "connection", "direction", "data", "partner", "interim", "time_since_request",
    "findings", "_share", "_user", "_file",
)  # fmt: skip
_KEPT = (*_SAID, "message_id", "_command", "_fault")


@lru_cache(_REMEMBERED)
def _share(facts: ShareFacts) -> Share:
    path, share_type, frame_number = facts
    return Share(text(path, is_unicode=True), share_type, frame_number)


@lru_cache(_REMEMBERED)
def _user(facts: UserFacts) -> User:
    *names, is_unicode, frame_number = facts
    account, domain, host = (text(name, is_unicode=is_unicode) for name in names)
    return User(account, domain, host, frame_number)


@lru_cache(_REMEMBERED)
def _file(facts: FileFacts) -> File:
    name, frame_number = facts
    return File(text(name, is_unicode=True), frame_number)


def changed(message: CapturedMessage, **values: object) -> CapturedMessage:
    """The message with other values of these attributes; what was decoded is kept."""
    draft = Draft()
    for name in Draft.__slots__:
        setattr(draft, name, values.get(name, getattr(message, name)))
    return draft.done()


def _restored(*values: object) -> CapturedMessage:
    """A message from the values of `_KEPT`: what pickle and copy make."""
    draft = Draft()
    for name, value in zip(_KEPT, values, strict=True):
        setattr(draft, name, value)
    draft._contents = None
    return draft.done()


def _contents(data: bytes, fault: DecodeError | None) -> _Contents:
    error = fault
    if error is None:
        try:
            packet = Packet.decode(data)
        except DecodeError as wrong:
            error = wrong
        else:
            header = packet.header
            return header if isinstance(header, Header) else None, packet, None
    try:
        return Header.decode(data[:HEADER_SIZE]), None, error
    except DecodeError:
        return None, None, error
