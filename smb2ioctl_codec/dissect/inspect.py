"""`inspect`: any bytes as a tree of parts, each with place, value, meaning and Wireshark's name, and all that is wrong.

What the bytes are is told by their start, or by the caller; the span reader finds the fields, `parts` makes the nodes.
Nothing in here decides what is valid: decoders, readers and rule sets do, and what they say becomes findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.dissect.bodies import BODIES, decode_body, structure_size
from smb2ioctl_codec.dissect.forms import form_of
from smb2ioctl_codec.dissect.nodes import Finding, Part
from smb2ioctl_codec.dissect.parts import Parts
from smb2ioctl_codec.dissect.text import NAME_WIDTH, OFFSET_WIDTH, SIZE_WIDTH, one_line
from smb2ioctl_codec.dissect.tree import elements
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
from smb2ioctl_codec.messages.error import CONTEXT_HEAD_SIZE, kind_of_data
from smb2ioctl_codec.messages.frames import FRAME_HEAD_SIZE
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.payloads.row import Direction
from smb2ioctl_codec.rules import RuleSet
from smb2ioctl_codec.schema import Buffer, Record, value_class
from smb2ioctl_codec.schema.runtime import as_bytes
from smb2ioctl_codec.schema.violations import violation

_PROTOCOL_ID_SIZE = 4
_RANK = {"error": 0, "warning": 1, "note": 2}


@value_class
class Inspection:
    """What some bytes are.

    Attributes:
        form: ``body``, ``message``, ``frame``, ``payload``, or ``unknown``.
        root: the node of all bytes.
        findings: all that is wrong, errors first.
    """

    form: str
    root: Part
    findings: tuple[Finding, ...]

    @property
    def children(self) -> tuple[Part, ...]:
        """The parts of the root."""
        return self.root.children

    def __iter__(self) -> Iterator[Part]:
        """All nodes, each before its parts."""
        return _all(self.root)

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON takes it."""
        return {
            "form": self.form, "root": self.root.to_dict(), "findings": [each.to_dict() for each in self.findings],
        }  # fmt: skip

    def __str__(self) -> str:
        """A line for each node, with offset, size, name and value, then one for each finding."""
        lines = [*_lines(self.root, 0), *(f"  ! {one_line(str(each))}" for each in self.findings)]
        return "\n".join(lines)


def inspect(
    data: Buffer,
    *,
    status: int | None = None,
    ctl_code: int | None = None,
    direction: Direction | None = None,
    request: IoctlRequest | None = None,
    rules: RuleSet | Iterable[RuleSet] | None = None,
    limit: int = 100_000,
) -> Inspection:
    """What the bytes are, field by field, however broken they are.

    Args:
        data: a body, a message or compound, direct-TCP frames; or a payload, if the next two are given.
        ctl_code, direction: the control code of a payload, and whether a ``request`` or a ``response`` carries it.
        status: status of the reply that a bare body or a payload is of.
        request: the request that is answered, for outputs that only it explains.
        rules: rule sets that requests, and the replies that they speak of, are held against.
        limit: most nodes, but for a few that hold others or what is left over. Where they end, a finding says so.

    Raises:
        TypeError: `data` is no bytes-like object, or only one of `ctl_code` and `direction` is given.
        ValueError: `ctl_code` or `status` is no unsigned 32-bit number, or `direction` is neither of the two.
    """
    if (ctl_code is None) != (direction is None):
        raise TypeError("ctl_code and direction go together")
    if direction not in (None, "request", "response"):
        raise ValueError(f"direction must be 'request' or 'response', not {direction!r}")
    sets = () if rules is None else (rules,) if isinstance(rules, RuleSet) else tuple(rules)
    status = None if status is None else NtStatus(status)
    made = _Inspector(as_bytes(data), status, request, sets, limit)
    whole = (0, len(made.parts.data))
    form = "payload"
    if ctl_code is not None:
        root = made.bare_payload(CtlCode(ctl_code), is_request=direction == "request")
    else:
        try:
            form = form_of(made.parts.data)
        except DecodeError as error:
            form = "unknown"
            made.parts.note(error)
        steps: dict[str, Callable[[int, int], Part]] = {
            "body": made.bare_body, "message": made.compound, "frame": made.stream, "unknown": made.unknown,
        }  # fmt: skip
        root = steps[form](*whole)
    found = sorted(made.parts.findings, key=lambda each: _RANK[each.severity])
    return Inspection(form, root, tuple(found))


class _Inspector:
    """Takes one input apart; all places are absolute."""

    def __init__(
        self, data: bytes, status: int | None, request: IoctlRequest | None, sets: tuple[RuleSet, ...], limit: int
    ) -> None:
        self.parts = Parts(data, limit)
        self.status = status
        self.request = request
        self.sets = sets

    def unknown(self, low: int, high: int) -> Part:
        return self.parts.bytes_part("unknown", "Unknown", low, high, "unread")

    def stream(self, low: int, high: int) -> Part:
        """Frames; one that stands alone is the whole tree."""
        frames: list[Part] = []
        while low < high and self.parts.has_room():
            frame = self._frame(low, high)
            frames.append(frame)
            low += frame.size
        if len(frames) == 1 and frames[0].size == high:
            return frames[0]
        return self.parts.container("Stream", "Stream", "frame", frames, 0, high)

    def _frame(self, low: int, high: int) -> Part:
        data = self.parts.data
        if data[low] or high - low < FRAME_HEAD_SIZE:
            self._attempt(lambda: next(iter_frames(data[low:high])), low)
            return self.unknown(low, high)
        start = low + FRAME_HEAD_SIZE
        end = min(start + int.from_bytes(data[low + 1 : start], "big"), high)
        self._attempt(lambda: next(iter_frames(data[low:end])), low)
        head = [
            self.parts.scalar("zero", "Frame.zero", low, 1, "const"),
            self.parts.scalar("stream_protocol_length", "Frame.stream_protocol_length", low + 1, 3, "size-of"),
        ]
        return self.parts.container("Frame", "Frame", "frame", [*head, self.compound(start, end)], low, end)

    def compound(self, low: int, high: int) -> Part:
        """Messages; one that stands alone is the whole tree."""
        found: list[Part] = []
        for position, size, error in elements(self.parts.data[low:high]):
            if not self.parts.has_room():
                break
            found.append(self._message(low + position, low + position + size, low, error))
        if len(found) == 1:
            return found[0]
        return self.parts.container("Compound", "Compound", "message", found, low, high)

    def _message(self, low: int, high: int, base: int, error: DecodeError | None) -> Part:
        parts, data = self.parts, self.parts.data[low:high]
        if error is not None:
            parts.note(error, base)
        else:
            self._attempt(lambda: Packet.decode(data), low)
        if error is None and data[:1] != b"\xfe" and len(data) >= _PROTOCOL_ID_SIZE:
            middle = low + _PROTOCOL_ID_SIZE
            head, _ = parts.record(ForeignHeader, low, middle, is_request=True)
            inside = [head, parts.bytes_part("body", "Packet.body", middle, high)]
            return parts.container("Packet", "Packet", "message", inside, low, high)
        flags = int.from_bytes(data[16:20], "little")
        is_request = not flags & HeaderFlags.SERVER_TO_REDIR.value
        start = min(low + HEADER_SIZE, high)
        head, wire = parts.record(Header, low, start, is_request=is_request)
        inside = [head]
        if start < high and wire.get("command") != Command.IOCTL:
            inside.append(parts.bytes_part("body", "Packet.body", start, high))
        elif wire.get("command") == Command.IOCTL and high - low >= HEADER_SIZE:
            related = bool(flags & HeaderFlags.RELATED_OPERATIONS.value)
            inside.append(self._body(start, high, wire["status"], is_request=is_request, related=related))
        return parts.container("Packet", "Packet", "message", inside, low, high)

    def bare_body(self, low: int, high: int) -> Part:
        data = self.parts.data
        self._attempt(lambda: decode_body(data, self.status), low)
        return self._body(low, high, self.status or 0, is_request=structure_size(data) == 57, related=False)

    def _body(self, low: int, high: int, status: int, *, is_request: bool, related: bool) -> Part:
        parts, data = self.parts, self.parts.data[low:high]
        kind = BODIES.get(structure_size(data), IoctlResponse)
        if is_request:
            kind = IoctlRequest
            for rules in self.sets:
                for broken in check_request(data, rules, related=related):
                    parts.note_rule(broken.rule, rules.name, broken.path, low + broken.offset)
        elif kind is IoctlRequest:
            kind = IoctlResponse

        def inside(span: Any, wire: dict[str, Any]) -> list[Part]:
            if kind is ErrorResponse:
                return self._contexts(span.offset, span.offset + span.size, wire["error_context_count"], status)
            if span.name == ("input" if is_request else "output"):
                part = self._payload(
                    span.offset, span.offset + span.size, wire["ctl_code"], status, is_request=is_request
                )
                return [] if part is None else [part]
            return []

        buffers = ("error_data",) if kind is ErrorResponse else ("input", "output")
        node, wire = parts.record(kind, low, high, is_request=is_request, inside=dict.fromkeys(buffers, inside))
        if kind is IoctlResponse:
            self._check_reply(wire, low, high)
        if kind is not ErrorResponse and not (wire.get("input_count" if is_request else "output_count", 1)):
            self._missing(wire["ctl_code"], status, low + kind.PLAN.head, is_request=is_request)
        return node

    def _check_reply(self, wire: dict[str, Any], low: int, high: int) -> None:
        for rules in self.sets:
            for rule in rules:
                if rule.path.startswith("IoctlResponse"):
                    error = violation(rule, IoctlResponse.PLAN, {**wire, "size": high - low})
                    if error is not None:
                        self.parts.note_rule(rule, rules.name, rule.path, low + (error.offset or 0))

    def _missing(self, ctl_code: int, status: int, place: int, *, is_request: bool) -> None:
        """Say so if there is no payload where there has to be one."""
        with suppress(ValueError):
            kind = self._kind_of(ctl_code, b"", status, is_request=is_request)
            if kind is not None:
                self._attempt(lambda: kind.decode(b""), place)

    def _kind_of(self, ctl_code: int, data: bytes, status: int, *, is_request: bool) -> type[Record] | None:
        row = registry.lookup(ctl_code)
        if is_request:
            return row.request_kind(data)
        asked = None
        if self.request is not None and self.request.ctl_code == ctl_code:
            with suppress(DecodeError):
                asked = self.request.payload()
        return row.response_kind(data, asked, status)

    def _payload(self, low: int, high: int, ctl_code: int, status: int, *, is_request: bool) -> Part | None:
        """The payload in a buffer; None if it is raw bytes."""
        data = self.parts.data[low:high]
        kind = self._kind_of(ctl_code, data, status, is_request=is_request)
        if kind is None:
            return None
        row, asked = registry.lookup(ctl_code), None
        if not is_request and self.request is not None and self.request.ctl_code == ctl_code:
            with suppress(DecodeError):
                asked = self.request.payload()
        decode = row.decode_request if is_request else (lambda given: row.decode_response(given, asked, status))
        value = self._attempt(lambda: decode(data), low)
        if isinstance(value, bytes):  # the status says that it was cut, and so it was
            self.parts.severity = "note"
        node, _ = self.parts.record(kind, low, high, is_request=is_request)
        self.parts.severity = "error"
        return node

    def bare_payload(self, ctl_code: CtlCode, *, is_request: bool) -> Part:
        high = len(self.parts.data)
        part = self._payload(0, high, ctl_code, self.status or 0, is_request=is_request)
        return part or self.parts.bytes_part("payload", "Payload", 0, high)

    def _contexts(self, low: int, high: int, count: int, status: int) -> list[Part]:
        """What the data of an ERROR response holds."""
        if not count:
            return self._typed(kind_of_data(status, ErrorContext.PLAN.field("error_id").enum.DEFAULT), low, high)
        found: list[Part] = []
        position = low
        while len(found) < count and high - position >= CONTEXT_HEAD_SIZE and self.parts.has_room():
            length = int.from_bytes(self.parts.data[position : position + 4], "little")
            end = min(position + CONTEXT_HEAD_SIZE + length, high)

            def inside(span: Any, wire: dict[str, Any]) -> list[Part]:
                kind = kind_of_data(status, ErrorContext.PLAN.field("error_id").enum(wire["error_id"]))
                return self._typed(kind, span.offset, span.offset + span.size)

            node, _ = self.parts.record(
                ErrorContext, position, end, is_request=False, inside={"error_context_data": inside}
            )
            found.append(node)
            position = end + (low - end) % 8
        return found

    def _typed(self, kind: type[Record] | None, low: int, high: int) -> list[Part]:
        if kind is None or low == high:
            return []
        self._attempt(lambda: kind.decode(self.parts.data[low:high]), low)
        return [self.parts.record(kind, low, high, is_request=False)[0]]

    def _attempt(self, step: Callable[[], Any], base: int) -> Any:
        """What the step gives; None and a finding if it raises a DecodeError, whose offset counts from `base`."""
        try:
            return step()
        except DecodeError as error:
            self.parts.note(error, base)
            return None


def _all(part: Part) -> Iterator[Part]:
    yield part
    for each in part.children:
        yield from _all(each)


def _lines(part: Part, depth: int) -> Iterator[str]:
    name = "  " * depth + part.name
    line = f"{part.offset:{OFFSET_WIDTH}} {part.size:{SIZE_WIDTH}}  {name:<{NAME_WIDTH}} {part.display}"
    yield line.rstrip()
    for each in part.children:
        yield from _lines(each, depth + 1)
