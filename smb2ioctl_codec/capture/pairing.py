"""Which reply belongs to which request: MessageId is unique on a connection, and AsyncId names what is pending.

An interim reply (STATUS_PENDING) comes between a request and its final reply ([MS-SMB2] 3.3.4.2). CANCEL has no reply,
and a notification of the server, such as an oplock break, has no request: its MessageId is all ones.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from smb2ioctl_codec.capture.message import CapturedMessage, changed
from smb2ioctl_codec.capture.model import FileFacts
from smb2ioctl_codec.capture.split import ASYNC, Glance
from smb2ioctl_codec.messages import Command
from smb2ioctl_codec.ntstatus import NtStatus

#: Requests without a reply that are remembered, over all connections.
MOST_REQUESTS = 1 << 16
_NOBODY = (1 << 64) - 1
_CANCEL = int(Command.CANCEL)
_PENDING = int(NtStatus.PENDING)


#: A request that waits for its final reply: frame number, time, command, TreeId (None if asynchronous), SessionId, what
#: its FileId stands for if it is an IOCTL; of the interim reply that came, frame number and AsyncId.
Asked = tuple[int, int | None, int, int | None, int, FileFacts | None, int | None, int | None]


class Pairing:
    """The requests that wait for a reply, oldest first. `forgotten` counts those that made way for others."""

    def __init__(self) -> None:
        self.forgotten = 0
        self._requests: OrderedDict[tuple[int, int], Asked] = OrderedDict()

    def request(self, connection: int, message_id: int, asked: Asked) -> None:
        """A request was sent on the connection with this number."""
        if asked[2] == _CANCEL or message_id == _NOBODY:
            return
        key = connection, message_id
        requests = self._requests
        requests[key] = asked
        requests.move_to_end(key)
        if len(requests) > MOST_REQUESTS:
            requests.popitem(last=False)
            self.forgotten += 1

    def reply(self, connection: int, head: Glance, frame_number: int) -> Asked | None:
        """A reply came on the connection with this number; the request that it belongs to, as it was until then."""
        key = connection, head[5]
        asked = self._requests.get(key)
        if asked is None:
            return None
        if head[1] == _PENDING and head[3] & ASYNC:
            self._requests[key] = (*asked[:6], frame_number, head[6])
        else:
            del self._requests[key]
        return asked


def contradictions(asked: Asked, head: Glance) -> list[str]:
    """The fields that a reply should have in common with its request, but has not."""
    _start, _status, command, flags, _next, _message_id, async_id, session_id = head
    _frame, _time, asked_command, _tree, asked_session, _file, _interim, pending = asked
    remarks = []
    if command != asked_command:
        remarks.append(f"{Command(command)!s} answers {Command(asked_command)!s}")
    # a new session gets its id from the reply, and related operations take that of the first
    if session_id != asked_session and asked_session not in (0, _NOBODY):
        remarks.append(f"the SessionId {session_id:#x} answers {asked_session:#x}")
    if pending is not None and flags & ASYNC and async_id != pending:
        remarks.append(f"the AsyncId {async_id:#x} follows {pending:#x}")
    return remarks


def pair(messages: Iterable[CapturedMessage]) -> list[CapturedMessage]:
    """The messages, with `partner` and `interim` of requests filled in as well.

    A reply that was given before its request, because the request's bytes came late, gets its partner too.
    """
    paired = list(messages)
    asked: dict[tuple[int, int, int], int] = {}
    latest: dict[tuple[int, int], int] = {}
    for index, message in enumerate(paired):
        message_id = message.message_id
        if message_id is not None and message.direction == "request" and message.command != _CANCEL:
            key = message.connection.number, message_id
            asked[*key, message.frame_number] = latest[key] = index
    for index, reply in enumerate(paired):
        message_id = reply.message_id
        if message_id is None or reply.direction == "request" or message_id == _NOBODY:
            continue
        key = reply.connection.number, message_id
        found = latest.get(key) if reply.partner is None else asked.get((*key, reply.partner))
        if found is None:
            continue
        request = paired[found]
        if reply.partner is None:
            if request.partner is not None or request.frame_number > reply.frame_number:
                continue
            paired[index] = _answer(reply, request)
        if reply.is_interim:
            paired[found] = changed(request, interim=reply.frame_number)
        else:
            paired[found] = changed(request, partner=reply.frame_number)
    return paired


def _answer(reply: CapturedMessage, request: CapturedMessage) -> CapturedMessage:
    """The reply, with what it has from its request."""
    known = reply.time_ns is not None and request.time_ns is not None
    return changed(
        reply, partner=request.frame_number, interim=request.interim, _file=reply._file or request._file,
        time_since_request=reply.time_ns - request.time_ns if known else None,  # type: ignore[operator]
    )  # fmt: skip
