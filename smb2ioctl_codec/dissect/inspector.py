"""Takes bytes of a known form apart: frames, messages, bodies, and the payloads and contexts in these.

Nothing in here decides what is valid: decoders, readers and rule sets do, and what they say becomes findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.dissect.bodies import decode_body, structure_size
from smb2ioctl_codec.dissect.kinds import kinds_of
from smb2ioctl_codec.dissect.nodes import Node
from smb2ioctl_codec.dissect.parts import Inside, Parts
from smb2ioctl_codec.dissect.records import record_node
from smb2ioctl_codec.dissect.spans import gap, role_of_gap
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.messages import (
    Command,
    ErrorContext,
    ErrorResponse,
    ForeignHeader,
    Header,
    HeaderFlags,
    IoctlRequest,
    IoctlResponse,
    Packet,
    check_request,
    iter_frames,
)
from smb2ioctl_codec.messages.compound import size_of_element
from smb2ioctl_codec.messages.error import CONTEXT_HEAD_SIZE, kind_of_data
from smb2ioctl_codec.messages.frames import FRAME_HEAD_SIZE
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.rules import RuleSet
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.spans import uncovered
from smb2ioctl_codec.schema.violations import violation

_PROTOCOL_ID_SIZE = 4
_FROM_SERVER = HeaderFlags.SERVER_TO_REDIR.value
_RELATED = HeaderFlags.RELATED_OPERATIONS.value
_IOCTL = int(Command.IOCTL)


class Inspector:
    """Takes one input apart; all places are absolute."""

    def __init__(
        self, data: bytes, status: int | None, request: IoctlRequest | None, sets: tuple[RuleSet, ...], limit: int
    ) -> None:
        self.parts = Parts(data, limit)
        self.status = status
        self.request = request
        self.sets = sets

    def unknown(self, low: int, high: int) -> Node:
        """Bytes of no known form."""
        return self.parts.bytes_part("Unknown", "", low, high, "unread")

    # -- frames and messages

    def stream(self, low: int, high: int) -> Node:
        """Frames; one that stands alone is the whole tree."""
        frames: list[Node] = []
        while low < high and self.parts.has_room():
            frame = self._frame(low, high)
            frames.append(frame)
            low += frame.size
        if len(frames) == 1 and frames[0].size == high:
            return frames[0]
        return self.parts.container("Stream", "frame", frames, 0, high)

    def _frame(self, low: int, high: int) -> Node:
        data = self.parts.data
        if data[low] or high - low < FRAME_HEAD_SIZE:
            self._attempt(lambda: next(iter_frames(data[low:high])), low)
            return self.unknown(low, high)
        start = low + FRAME_HEAD_SIZE
        end = min(start + int.from_bytes(data[low + 1 : start], "big"), high)
        self._attempt(lambda: next(iter_frames(data[low:end])), low)
        head = [
            self.parts.frame_field("zero", low, 1, "const"),
            self.parts.frame_field("stream_protocol_length", low + 1, 3, "size-of"),
        ]
        return self.parts.container("Frame", "frame", [*head, self.compound(start, end)], low, end)

    def compound(self, low: int, high: int) -> Node:
        """Messages; one that stands alone is the whole tree."""
        found: list[Node] = []
        chain = self.parts.data[low:high]
        for position, size, error in _elements(chain):
            if not self.parts.has_room():
                break
            found.append(self._message(low + position, low + position + size, low, error))
        if len(found) == 1:
            return found[0]
        return self.parts.container("Compound", "message", found, low, high)

    def _message(self, low: int, high: int, base: int, error: DecodeError | None) -> Node:
        parts, data = self.parts, self.parts.data[low:high]
        packet: Packet | None = None
        if error is not None:
            parts.note(error, base)
        else:
            packet = self._attempt(lambda: Packet.decode(data), low)
        if error is None and data[:1] != b"\xfe" and len(data) >= _PROTOCOL_ID_SIZE:
            middle = low + _PROTOCOL_ID_SIZE
            head, _ = record_node(parts, ForeignHeader, low, middle, is_request=True, sound=False)
            rest = parts.bytes_part("body", "Packet", middle, high)
            return parts.container("Packet", "message", (head, rest), low, high)
        flags = int.from_bytes(data[16:20], "little")
        is_request = not flags & _FROM_SERVER
        start = min(low + HEADER_SIZE, high)
        sound = packet is not None
        sound_header = sound or (start - low == HEADER_SIZE and _decodes(Header, data[:HEADER_SIZE]))
        head, wire = record_node(parts, Header, low, start, is_request=is_request, sound=sound_header)
        inside = [head]
        command = wire.get("command")
        if start < high and command != _IOCTL:
            inside.append(parts.bytes_part("body", "Packet", start, high))
        elif command == _IOCTL and high - low >= HEADER_SIZE:
            status, related = wire["status"], bool(flags & _RELATED)
            inside.append(self._body(start, high, status, is_request=is_request, related=related, sound=sound))
        return parts.container("Packet", "message", inside, low, high)

    # -- bodies

    def bare_body(self, low: int, high: int) -> Node:
        """A body without its header."""
        data = self.parts.data
        sound = self._attempt(lambda: decode_body(data, self.status), low) is not None
        is_request = structure_size(data) == 57
        return self._body(low, high, self.status or 0, is_request=is_request, related=False, sound=sound)

    def _body(self, low: int, high: int, status: int, *, is_request: bool, related: bool, sound: bool) -> Node:
        parts = self.parts
        size = structure_size(parts.data[low : low + 2])
        if is_request:
            if self.sets:
                self._check_request(low, high, related)
            return self._ioctl(IoctlRequest, "input", low, high, status, sound)
        if size != 9:
            return self._ioctl(IoctlResponse, "output", low, high, status, sound)

        def contexts(start: int, end: int, wire: dict[str, Any]) -> list[Node]:
            return self._contexts(start, end, wire["error_context_count"], status)

        inside = {"error_data": contexts}
        return record_node(parts, ErrorResponse, low, high, is_request=False, sound=sound, inside=inside)[0]

    def _ioctl(
        self, kind: type[IoctlRequest | IoctlResponse], buffer: str, low: int, high: int, status: int, sound: bool
    ) -> Node:
        """An IOCTL body, and the payload in its buffer."""
        is_request = kind is IoctlRequest

        def payload(start: int, end: int, wire: dict[str, Any]) -> list[Node]:
            part = self._payload(start, end, wire["ctl_code"], status, is_request=is_request)
            return [] if part is None else [part]

        inside: dict[str, Inside] = {buffer: payload}
        node, wire = record_node(self.parts, kind, low, high, is_request=is_request, sound=sound, inside=inside)
        if not is_request and self.sets:
            self._check_reply(wire, low, high)
        if not wire.get(f"{buffer}_count", 1):
            self._missing(wire["ctl_code"], status, low + kind.PLAN.head, is_request=is_request)
        return node

    def _check_request(self, low: int, high: int, related: bool) -> None:
        data = self.parts.data[low:high]
        for rules in self.sets:
            for broken in check_request(data, rules, related=related):
                self.parts.note_rule(broken.rule, rules.name, broken.path, low + broken.offset)

    def _check_reply(self, wire: dict[str, Any], low: int, high: int) -> None:
        for rules in self.sets:
            for rule in rules:
                if rule.path.startswith("IoctlResponse"):
                    error = violation(rule, IoctlResponse.PLAN, {**wire, "size": high - low})
                    if error is not None:
                        self.parts.note_rule(rule, rules.name, rule.path, low + (error.offset or 0))

    # -- payloads

    def bare_payload(self, ctl_code: CtlCode, *, is_request: bool) -> Node:
        """A payload without its message."""
        high = len(self.parts.data)
        part = self._payload(0, high, ctl_code, self.status or 0, is_request=is_request)
        return part or self.parts.bytes_part("Payload", "", 0, high)

    def _payload(self, low: int, high: int, ctl_code: int, status: int, *, is_request: bool) -> Node | None:
        """The payload in a buffer; None if it is raw bytes."""
        data = self.parts.data[low:high]
        row = registry.lookup(ctl_code)
        asked = None if is_request else self._asked(ctl_code)
        kind = row.request_kind(data) if is_request else row.response_kind(data, asked, status)
        if kind is None and status == NtStatus.BUFFER_OVERFLOW and data and not is_request:
            kind = next(iter(row.types("response")), None)  # too little of it to be of its type
        if kind is None:
            return None
        decode = row.decode_request if is_request else (lambda given: row.decode_response(given, asked, status))
        value = self._attempt(lambda: decode(data), low)
        if isinstance(value, bytes):  # the status says that it was cut, and so it was
            self.parts.severity = "note"
        node, _ = record_node(self.parts, kind, low, high, is_request=is_request, sound=type(value) is kind)
        self.parts.severity = "error"
        return node

    def _missing(self, ctl_code: int, status: int, place: int, *, is_request: bool) -> None:
        """Say so if there is no payload where there has to be one."""
        with suppress(ValueError):
            row = registry.lookup(ctl_code)
            asked = None if is_request else self._asked(ctl_code)
            kind = row.request_kind(b"") if is_request else row.response_kind(b"", asked, status)
            if kind is not None:
                self._attempt(lambda: kind.decode(b""), place)

    def _asked(self, ctl_code: int) -> Record | bytes | None:
        """The payload of the request that is answered, if it is known and can be read."""
        if self.request is not None and self.request.ctl_code == ctl_code:
            with suppress(DecodeError):
                asked: Record | bytes = self.request.payload()
                return asked
        return None

    # -- what errors carry

    def _contexts(self, low: int, high: int, count: int, status: int) -> list[Node]:
        """What the data of an ERROR response holds."""
        if low == high:
            return []
        names = ErrorContext.PLAN.field("error_id").enum
        if not count:
            return self._typed(kind_of_data(status, names.DEFAULT), low, high)
        found: list[Node] = []
        position = low

        def inside(start: int, end: int, wire: dict[str, Any]) -> list[Node]:
            return self._typed(kind_of_data(status, names(wire["error_id"])), start, end)

        while len(found) < count and high - position >= CONTEXT_HEAD_SIZE and self.parts.has_room():
            length = int.from_bytes(self.parts.data[position : position + 4], "little")
            end = min(position + CONTEXT_HEAD_SIZE + length, high)
            node, _ = record_node(
                self.parts,
                ErrorContext,
                position,
                end,
                is_request=False,
                sound=False,
                inside={"error_context_data": inside},
            )
            found.append(node)
            position = end + (low - end) % 8
        return sorted([*found, *self._between(found, low, high)], key=lambda node: node.offset)

    def _between(self, contexts: list[Node], low: int, high: int) -> list[Node]:
        """The bytes in no context: those that align, and what else there is. Without any context they are just data."""
        if not contexts:
            return []
        ranges = [(each.offset, each.offset + each.size) for each in contexts]
        kinds = kinds_of(ErrorResponse.PLAN, {}, is_request=False)
        gaps = []
        for start, end in uncovered(ranges, low, high):
            kind = kinds.gap(role_of_gap(self.parts.data, start, end, high))
            gaps.append(gap(self.parts, kind, "ErrorResponse.error_data", start, end))
        return gaps

    def _typed(self, kind: type[Record] | None, low: int, high: int) -> list[Node]:
        if kind is None or low == high:
            return []
        sound = self._attempt(lambda: kind.decode(self.parts.data[low:high]), low) is not None
        return [record_node(self.parts, kind, low, high, is_request=False, sound=sound)[0]]

    def _attempt(self, step: Callable[[], Any], base: int) -> Any:
        """What the step gives; None and a finding if it raises a DecodeError, whose offset counts from `base`."""
        try:
            return step()
        except DecodeError as error:
            self.parts.note(error, base)
            return None


def _decodes(kind: type[Record], data: bytes) -> bool:
    try:
        kind.decode(data)
    except DecodeError:
        return False
    return True


def _elements(chain: bytes) -> Iterator[tuple[int, int, DecodeError | None]]:
    """Offset and size of each message of a compound; with the last one, why no other can be found, if that is so."""
    position = 0
    while True:
        try:
            size = size_of_element(chain, position)
        except DecodeError as error:
            yield position, len(chain) - position, error
            return
        yield position, size, None
        position += size
        if position == len(chain):
            return
