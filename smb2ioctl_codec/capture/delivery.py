"""Frames in, messages out: each message of a frame with its request, its context, and what was found before it."""

from __future__ import annotations

from collections.abc import Collection

from smb2ioctl_codec.capture.context import COMMANDS, Context
from smb2ioctl_codec.capture.conversation import Side
from smb2ioctl_codec.capture.findings import Findings
from smb2ioctl_codec.capture.framing import Whole
from smb2ioctl_codec.capture.message import CapturedMessage, Draft
from smb2ioctl_codec.capture.model import FileFacts, FindingKind
from smb2ioctl_codec.capture.pairing import MOST_REQUESTS, Asked, Pairing, contradictions
from smb2ioctl_codec.capture.split import ASYNC, RELATED, RESPONSE, Glance, split
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.messages import Command
from smb2ioctl_codec.messages.header import HEADER_SIZE

_IOCTL = int(Command.IOCTL)
_FILE_ID = slice(HEADER_SIZE + 8, HEADER_SIZE + 24)  # stands in the same place in request and reply
_IOCTL_REPLY = b"\x31\0"  # its StructureSize, which no ERROR body has


class Delivery:
    """Makes the messages that frames hold.

    Attributes:
        given: the messages that were made; who takes them empties it.
        all_wanted: no commands were named.
        complete: make all messages of a packet, and pair all, not only those of the commands that are wanted.
        looked_at: commands whose messages are of use: those that are wanted, and those that tell something.
    """

    def __init__(self, findings: Findings, commands: Collection[int] | None, *, learns: bool = True) -> None:
        self.given: list[CapturedMessage] = []
        self.complete = self.all_wanted = commands is None
        self._commands = frozenset(commands or ())
        self._learned = COMMANDS if learns else frozenset()
        self.looked_at = self._commands | self._learned
        self._findings = findings
        self._pairing = Pairing()
        self._context = Context()

    def wants(self, message: CapturedMessage) -> bool:
        """It has one of the commands that are wanted."""
        return self.all_wanted or message._command in self._commands

    def frame(self, side: Side, whole: Whole) -> None:
        """What one frame of this side holds."""
        side.file = None
        for start, end, head, fault in split(whole):
            if head is None:
                self._unreadable(side, whole.data[start:end], fault)
                continue
            if not head[3] & RELATED:
                side.file = None
            self.message(side, *side.origin, head, whole.data, start, end, fault)

    def message(
        self, side: Side, frame_number: int, time_ns: int | None, head: Glance, frame: bytes, start: int, end: int,
        fault: DecodeError | None, *, alone: bool = False,
    ) -> None:  # fmt: skip
        """One message whose header can be read: `frame` from `start` to `end`; `alone` if its packet has no other."""
        _start, _status, command, flags, _next, message_id, tree, session_id = head
        complete = self.all_wanted if alone else self.complete
        if not complete and command not in self.looked_at:
            if self.complete and not alone:
                self._pair(side, frame_number, time_ns, head)
            side.findings.clear()
            return
        data = frame[start:end]
        tree_id = None if flags & ASYNC else tree >> 32
        if flags & RESPONSE:
            asked, file = self._reply(side, frame_number, head, data)
            if tree_id is None and asked is not None:
                tree_id = asked[3]
        else:
            asked, file = None, self._request(side, frame_number, time_ns, head, data)
        if not complete and command not in self._commands:
            side.findings.clear()
            return
        draft = Draft()
        draft.frame_number = frame_number
        draft.time_ns = time_ns
        draft.connection = side.conversation.connection
        draft.direction = "response" if flags & RESPONSE else "request"
        draft.data = data
        draft.message_id = message_id
        if asked is None:
            draft.partner = draft.interim = draft.time_since_request = None
        else:
            draft.partner, asked_time = asked[0], asked[1]
            draft.interim = asked[6]
            draft.time_since_request = None if time_ns is None or asked_time is None else time_ns - asked_time
        draft.findings = side.take_findings() if side.findings else ()
        place = self._context.place(side.conversation, session_id, tree_id)
        draft._user = place[3]
        draft._share = place[4]
        draft._file = file
        draft._command = command
        draft._fault = fault
        draft._contents = None
        draft.__class__ = CapturedMessage
        self.given.append(draft)  # type: ignore[arg-type]

    def _pair(self, side: Side, frame_number: int, time_ns: int | None, head: Glance) -> None:
        """What matters of a message that is not given, but is part of a packet with several: another one may be given,
        and hold its request or reply.
        """
        if head[3] & RESPONSE:
            self._reply(side, frame_number, head, b"")
        else:
            self._request(side, frame_number, time_ns, head, b"")

    def _request(
        self, side: Side, frame_number: int, time_ns: int | None, head: Glance, data: bytes
    ) -> FileFacts | None:  # fmt: skip
        """Remember a request, and learn from it; the file of an IOCTL."""
        _start, _status, command, flags, _next, message_id, tree, session_id = head
        if side.is_server:
            self._note(side, frame_number, FindingKind.WRONG_SIDE, "the server sent a request")
        tree_id = None if flags & ASYNC else tree >> 32
        file = None
        if command == _IOCTL:
            file = self._context.file(side, flags & RELATED, session_id, tree_id, data[_FILE_ID])
        elif command in self._learned:
            self._context.request(side, head, frame_number, data)
        asked = (frame_number, time_ns, command, tree_id, session_id, file, None, None)
        self._pairing.request(side.conversation.connection.number, message_id, asked)
        if self._pairing.forgotten == 1:
            self._pairing.forgotten += 1
            text = f"more than {MOST_REQUESTS} requests without a reply: replies to the oldest have no partner"
            self._findings.note(FindingKind.LIMIT, text, frame_number)
        return file

    def _reply(
        self, side: Side, frame_number: int, head: Glance, data: bytes
    ) -> tuple[Asked | None, FileFacts | None]:  # fmt: skip
        """Find the request of a reply, and learn from it; the file of an IOCTL."""
        _start, _status, command, flags, _next, _message_id, tree, session_id = head
        if not side.is_server:
            self._note(side, frame_number, FindingKind.WRONG_SIDE, "the client sent a reply")
        file = None
        asked = self._pairing.reply(side.conversation.connection.number, head, frame_number)
        if asked is not None:
            _frame, _time, asked_command, _tree, asked_session, file, _interim, async_id = asked
            if command != asked_command or session_id != asked_session or async_id is not None:
                for remark in contradictions(asked, head):
                    self._note(side, frame_number, FindingKind.MISMATCH, remark)
        if command != _IOCTL:
            if command in self._learned:
                self._context.reply(side, head, frame_number, data, asked)
            return asked, None
        if (file is None or file[1] is None) and data.startswith(_IOCTL_REPLY, HEADER_SIZE):
            tree_id = tree >> 32 if not flags & ASYNC else asked[3] if asked is not None else None
            file = self._context.file(side, flags & RELATED, session_id, tree_id, data[_FILE_ID]) or file
        return asked, file

    def _note(self, side: Side, frame_number: int, kind: FindingKind, text: str) -> None:
        self._findings.note(kind, text, frame_number, side.conversation.connection, side)

    def _unreadable(self, side: Side, data: bytes, fault: DecodeError | None) -> None:
        """A message without an SMB2 header that can be read: encrypted, compressed, or damaged."""
        findings = side.take_findings()
        if not self.complete:
            return
        draft = Draft()
        draft.frame_number, draft.time_ns = side.origin
        draft.connection = side.conversation.connection
        draft.direction = "response" if side.is_server else "request"
        draft.data = data
        draft.findings = findings
        draft.message_id = draft.partner = draft.interim = draft.time_since_request = None
        draft._share = draft._user = draft._file = None
        draft._command = draft._contents = None
        draft._fault = fault
        self.given.append(draft.done())
