"""Which reply belongs to which request: MessageId is unique on a connection, and AsyncId names what is pending.

An interim reply (STATUS_PENDING) comes between a request and its final reply ([MS-SMB2] 3.3.4.2). CANCEL has no reply,
and a notification of the server, such as an oplock break, has no request: its MessageId is all ones.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from smb2ioctl_codec.capture.model import CapturedMessage
from smb2ioctl_codec.messages import Command, Header
from smb2ioctl_codec.ntstatus import NtStatus

#: Requests without a reply that are remembered, over all connections.
MOST_REQUESTS = 1 << 16
_NOBODY = (1 << 64) - 1


class Match(NamedTuple):
    """The request that a reply belongs to, and what contradicts that.

    Attributes:
        partner: frame number of the request.
        interim: frame number of the interim reply that came before this reply.
        remarks: fields that request and reply should have in common, but have not.
    """

    partner: int | None = None
    interim: int | None = None
    remarks: tuple[str, ...] = ()


_NO_MATCH = Match()


class _Request:
    """A request that waits for its final reply."""

    __slots__ = ("async_id", "command", "frame_number", "interim", "session_id")

    def __init__(self, header: Header, frame_number: int) -> None:
        self.frame_number = frame_number
        self.command = int(header.command)
        self.session_id = header.session_id
        self.interim: int | None = None
        self.async_id: int | None = None


class Pairing:
    """The requests that wait for a reply, oldest first. `forgotten` counts those that made way for others."""

    def __init__(self) -> None:
        self.forgotten = 0
        self._requests: OrderedDict[tuple[int, int], _Request] = OrderedDict()

    def request(self, connection: int, header: Header, frame_number: int) -> None:
        """A request was sent on the connection with this number."""
        if header.command == Command.CANCEL or header.message_id == _NOBODY:
            return
        key = connection, header.message_id
        self._requests.pop(key, None)
        self._requests[key] = _Request(header, frame_number)
        if len(self._requests) > MOST_REQUESTS:
            self._requests.popitem(last=False)
            self.forgotten += 1

    def reply(self, connection: int, header: Header, frame_number: int) -> Match:
        """A reply came on the connection with this number; what it belongs to."""
        key = connection, header.message_id
        request = self._requests.get(key)
        if request is None:
            return _NO_MATCH
        match = Match(request.frame_number, request.interim, tuple(_contradictions(request, header)))
        if header.is_async and header.status == NtStatus.PENDING:
            request.interim = frame_number
            request.async_id = header.async_id
        else:
            del self._requests[key]
        return match


def pair(messages: Iterable[CapturedMessage]) -> list[CapturedMessage]:
    """The messages, with `partner` and `interim` of requests filled in as well.

    A reply that was given before its request, because the request's bytes came late, gets its partner too.
    """
    paired = list(messages)
    asked: dict[tuple[int, int, int], int] = {}
    latest: dict[tuple[int, int], int] = {}
    for index, message in enumerate(paired):
        header = message.header
        if header is not None and message.direction == "request" and header.command != Command.CANCEL:
            key = message.connection.number, header.message_id
            asked[*key, message.frame_number] = latest[key] = index
    for index, reply in enumerate(paired):
        header = reply.header
        if header is None or reply.direction == "request" or header.message_id == _NOBODY:
            continue
        key = reply.connection.number, header.message_id
        found = latest.get(key) if reply.partner is None else asked.get((*key, reply.partner))
        if found is None:
            continue
        request = paired[found]
        if reply.partner is None:
            if request.partner is not None or request.frame_number > reply.frame_number:
                continue
            paired[index] = replace(reply, partner=request.frame_number, interim=request.interim)
        if reply.is_interim:
            paired[found] = replace(request, interim=reply.frame_number)
        else:
            paired[found] = replace(request, partner=reply.frame_number)
    return paired


def _contradictions(request: _Request, reply: Header) -> list[str]:
    remarks = []
    if reply.command != request.command:
        remarks.append(f"{reply.command!s} answers {Command(request.command)!s}")
    # a new session gets its id from the reply, and related operations take that of the first
    if reply.session_id != request.session_id and request.session_id not in (0, _NOBODY):
        remarks.append(f"the SessionId {reply.session_id:#x} answers {request.session_id:#x}")
    if request.async_id is not None and reply.is_async and reply.async_id != request.async_id:
        remarks.append(f"the AsyncId {reply.async_id:#x} follows {request.async_id:#x}")
    return remarks
