"""What is where in any bytes: frames, messages, bodies and payloads, each taken apart when it is first asked for."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

from smb2ioctl_codec.fuzz.case import header_offset
from smb2ioctl_codec.fuzz.mutating.fields import LARGEST, Content, Part
from smb2ioctl_codec.messages import (
    Command,
    ErrorContext,
    ErrorId,
    ErrorResponse,
    Header,
    HeaderFlags,
    IoctlRequest,
    IoctlResponse,
)
from smb2ioctl_codec.messages.compound import ALIGNMENT
from smb2ioctl_codec.messages.error import CONTEXT_HEAD_SIZE, kind_of_data
from smb2ioctl_codec.messages.frames import FRAME_HEAD_SIZE
from smb2ioctl_codec.messages.header import HEADER_SIZE, HEADER_START
from smb2ioctl_codec.messages.packet import NEXT_COMMAND
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.payloads.row import Direction
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.spans import Span

#: Messages and error contexts of one input that are looked at, and inputs that are remembered.
MOST_MESSAGES, REMEMBERED = 16, 64
_BODIES: dict[int, Any] = {57: IoctlRequest, 49: IoctlResponse, 9: ErrorResponse}
_START = HEADER_START[:4]
_FROM_SERVER = HeaderFlags.SERVER_TO_REDIR.value
_COMMAND, FLAGS, _STATUS = header_offset("command"), header_offset("flags"), header_offset("status")
_NEXT_FIELD = Header.PLAN.field("next_command")
_LENGTH_FIELD = Field("stream_protocol_length", "bytes of the message", "integer", "u24", code=">3s", size=3)


class Message:
    """An SMB2 message, or a body without its header.

    Args:
        data: the input.
        low, high: where it is.
        sizes: the numbers around it that grow with it.
        step: it must grow by a multiple of this.
        has_header: whether it starts with a header.
    """

    def __init__(
        self, data: bytes, low: int, high: int, sizes: tuple[Span, ...] = (), step: int = 1, *, has_header: bool = True
    ) -> None:
        self.data = data
        self.low = low
        self.high = high
        self.sizes = sizes
        self.step = step
        self.has_header = has_header
        self.body_start = min(low + HEADER_SIZE, high) if has_header else low

    def _in_header(self, offset: int, size: int) -> int:
        return int.from_bytes(self.data[self.low + offset : self.low + offset + size], "little")

    @property
    def is_response(self) -> bool:
        """Whether a server sends it."""
        if self.has_header:
            return bool(self._in_header(FLAGS, 4) & _FROM_SERVER)
        return self.data[self.low] != 57

    @property
    def direction(self) -> Direction:
        """Who sends it."""
        return "response" if self.is_response else "request"

    @cached_property
    def header(self) -> Part | None:
        """The header."""
        if not self.has_header:
            return None
        return Part(self.data, Header.PLAN, self.low, self.body_start)

    @cached_property
    def body(self) -> Part | None:
        """The IOCTL or ERROR body; None if it is none."""
        size = int.from_bytes(self.data[self.body_start : self.body_start + 2], "little")
        kind = _BODIES.get(size)
        if self.has_header:
            if self._in_header(_COMMAND, 2) != Command.IOCTL:
                return None
            if not self.is_response:
                kind = IoctlRequest
            elif kind is not ErrorResponse:
                kind = IoctlResponse
        if kind is None or self.body_start == self.high:
            return None
        return Part(self.data, kind.PLAN, self.body_start, self.high, self.sizes, self.step)

    @cached_property
    def buffer(self) -> Content | None:
        """The content that holds what the control code defines."""
        if self.body is None:
            return None
        return self.body.content("output" if self.is_response else "input")

    @cached_property
    def payloads(self) -> tuple[Part, ...]:
        """The records in the buffer, or in the data of an ERROR response."""
        body = self.body
        if body is None:
            return ()
        if body.plan is ErrorResponse.PLAN:
            return self._error_data(body)
        code, buffer = body.wire.get("ctl_code"), self.buffer
        if buffer is None or code is None or not 0 < buffer.end - buffer.start <= LARGEST:
            return ()
        data, row = self.data[buffer.start : buffer.end], registry.lookup(code)
        kind = row.response_kind(data, None, self._status) if self.is_response else row.request_kind(data)
        return self._typed(kind, buffer)

    @property
    def _status(self) -> int:
        return self._in_header(_STATUS, 4) if self.has_header else NtStatus.SUCCESS

    def _typed(self, kind: Any, content: Content) -> tuple[Part, ...]:
        """The record that is all of a content; nothing if it is of no type."""
        if kind is None:
            return ()
        return (Part(self.data, kind.PLAN, content.start, content.end, content.sizes, content.step),)

    def _error_data(self, body: Part) -> tuple[Part, ...]:
        """Error contexts and what is in them, or what the status defines."""
        content = body.content("error_data")
        if content is None or content.start == content.end:
            return ()
        count = body.wire.get("error_context_count", 0)
        if not count:
            return self._typed(kind_of_data(self._status, ErrorId.DEFAULT), content)
        found: list[Part] = []
        low = content.start
        while len(found) < 2 * min(count, MOST_MESSAGES) and content.end - low >= CONTEXT_HEAD_SIZE:
            high = low + CONTEXT_HEAD_SIZE + int.from_bytes(self.data[low : low + 4], "little")
            high = min(high, content.end)
            context = Part(self.data, ErrorContext.PLAN, low, high, content.sizes, ALIGNMENT)
            found.append(context)
            inner = context.content("error_context_data")
            if inner is not None:
                found += self._typed(kind_of_data(self._status, context.wire["error_id"]), inner)
            low = high + (content.start - high) % ALIGNMENT
        return tuple(found)


class Anatomy:
    """What is where in some bytes.

    Attributes:
        data: the bytes.
        messages: the messages in them, or the one body; nothing where they are of no known form.
        frames: start and end of the message of each frame, without the four bytes before it.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.messages: list[Message] = []
        self.frames: list[tuple[int, int]] = []
        position = 0
        while data[position : position + 1] == b"\0" and data[position + 4 : position + 8] == _START:
            start = position + FRAME_HEAD_SIZE
            length = int.from_bytes(data[position + 1 : start], "big")
            number = Span(_LENGTH_FIELD.name, f"Frame.{_LENGTH_FIELD.name}", position + 1, 3, length, _LENGTH_FIELD)
            position = min(start + length, len(data))
            self.frames.append((start, position))
            self._chain(start, position, (number,))
            if len(self.frames) == MOST_MESSAGES:
                break
        if not self.frames and data[:4] == _START:
            self._chain(0, len(data), ())
        elif not self.frames and len(data) >= ErrorResponse.PLAN.head and int.from_bytes(data[:2], "little") in _BODIES:
            self.messages.append(Message(data, 0, len(data), has_header=False))

    def _chain(self, low: int, high: int, sizes: tuple[Span, ...]) -> None:
        """The messages of a compound, as far as they follow one another."""
        while len(self.messages) < MOST_MESSAGES:
            place = low + NEXT_COMMAND
            step = int.from_bytes(self.data[place : place + 4], "little") if high - low >= HEADER_SIZE else 0
            linked = HEADER_SIZE <= step < high - low and self.data[low + step : low + step + 4] == _START
            if not linked:
                own = sizes if step != high - low else (*sizes, self._link(place, step))
                self.messages.append(Message(self.data, low, high, own, ALIGNMENT if own is not sizes else 1))
                return
            self.messages.append(Message(self.data, low, low + step, (*sizes, self._link(place, step)), ALIGNMENT))
            low += step

    @staticmethod
    def _link(place: int, value: int) -> Span:
        return Span(_NEXT_FIELD.name, f"Header.{_NEXT_FIELD.name}", place, 4, value, _NEXT_FIELD)


@lru_cache(REMEMBERED)
def anatomy(data: bytes) -> Anatomy:
    """What is where in these bytes; the last inputs are remembered."""
    return Anatomy(data)
