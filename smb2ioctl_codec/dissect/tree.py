"""Messages as trees: every field with its place, on broken bytes too.

Nodes come from the span reader, so what could be read is there; the decoder says what is wrong, and its error is the
first of the defects. Each message of a compound is a tree of its own, made when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from smb2ioctl_codec.dissect.bodies import BODIES, Body, decode_body, payload_of, payload_type, structure_size
from smb2ioctl_codec.dissect.forms import Form
from smb2ioctl_codec.dissect.nodes import Node, bytes_node, record_node
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
    Violation,
    check_request,
    iter_frames,
)
from smb2ioctl_codec.messages.compound import size_of_element
from smb2ioctl_codec.messages.frames import FRAME_HEAD_SIZE
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.rules import RuleSet
from smb2ioctl_codec.schema import Record, value_class

#: Bytes of the largest payload that is taken apart: every two of them may be a string, and every string is a node.
LARGEST_TAKEN_APART = 1 << 18
#: Bytes of a ProtocolId, which is all that is read of a message that is no plain SMB2.
_PROTOCOL_ID_SIZE = 4
_ALIGNMENT = 8


@value_class
class Tree:
    """One frame's head, one message, or one body.

    Attributes:
        nodes: its records, in wire order.
        defects: what is wrong with it, the decoder's error first; empty if it decodes, payload and all.
        violations: the rules that a request breaks, if they were asked for.
    """

    nodes: tuple[Node, ...]
    defects: tuple[DecodeError, ...] = ()
    violations: tuple[Violation, ...] = ()


def trees(
    data: bytes, form: Form, *, base: int = 0, status: int | None = None, rules: RuleSet | None = None
) -> Iterator[Tree]:
    """The trees of one frame, of one message or compound, or of one body. Broken bytes give defects, no exception.

    Args:
        data: all of its bytes.
        form: which of these it is.
        base: what is added to every offset.
        status: status of the reply that a bare body is.
        rules: the rule set that requests are held against.
    """
    if form == "body":
        yield _bare_body(data, base, status, rules)
        return
    start = 0
    if form == "frame":
        start = min(FRAME_HEAD_SIZE, len(data))
        yield _frame(data, base)
    for position, size, error in elements(data[start:]):
        place = start + position
        if error is not None:
            error.offset = base + start + (error.offset or 0)
        yield _message(data[place : place + size], base + place, error, rules)


def elements(chain: bytes) -> Iterator[tuple[int, int, DecodeError | None]]:
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


def _frame(data: bytes, base: int) -> Tree:
    """The four bytes before a message."""
    made = _Maker()
    made.attempt(lambda: [*iter_frames(data)], base)
    if len(data) < FRAME_HEAD_SIZE:
        made.rest(data, base)
        return made.tree()
    length = int.from_bytes(data[1:FRAME_HEAD_SIZE], "big")
    fields = (
        Node("zero", "Frame.zero", base, 1, data[0], str(data[0]), "const"),
        Node("stream_protocol_length", "Frame.stream_protocol_length", base + 1, 3, length, str(length), "size-of"),
    )
    made.nodes.append(Node("Frame", "Frame", base, len(data), None, "", "record", fields))
    return made.tree()


def _message(data: bytes, base: int, error: DecodeError | None, rules: RuleSet | None) -> Tree:
    made = _Maker()
    packet: Packet | None = None
    if error is None:
        packet = made.attempt(lambda: Packet.decode(data), base)
    else:
        made.note([error])
    if error is None and data[:1] != b"\xfe" and len(data) >= _PROTOCOL_ID_SIZE:
        made.record(ForeignHeader, data[:_PROTOCOL_ID_SIZE], base)
        made.rest(data[_PROTOCOL_ID_SIZE:], base + _PROTOCOL_ID_SIZE)
        return made.tree()
    header = made.record(Header, data[:HEADER_SIZE], base)
    if len(data) < HEADER_SIZE:
        return made.tree()
    content, start = data[HEADER_SIZE:], base + HEADER_SIZE
    is_response = bool(header["flags"] & HeaderFlags.SERVER_TO_REDIR.value)
    if not is_response:
        made.no_status()
    if header["command"] != Command.IOCTL:
        made.rest(content, start)
        return made.tree()
    kind: type[Body] = IoctlRequest
    if is_response:
        kind = ErrorResponse if structure_size(content) == 9 else IoctlResponse
    elif rules is not None:
        made.check(content, start, rules, related=bool(header["flags"] & HeaderFlags.RELATED_OPERATIONS.value))
    body: Any = None if packet is None else packet.body
    made.body(kind, content, start, body, header["status"] if is_response else 0)
    return made.tree()


def _bare_body(data: bytes, base: int, status: int | None, rules: RuleSet | None) -> Tree:
    made = _Maker()
    body: Body | None = made.attempt(lambda: decode_body(data, status), base)
    kind = BODIES.get(structure_size(data))
    if kind is None:
        made.rest(data, base)
    else:
        made.body(kind, data, base, body, status or 0)
        if kind is IoctlRequest and rules is not None:
            made.check(data, base, rules, related=False)
    return made.tree()


class _Maker:
    """Collects the nodes and defects of one tree."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.defects: list[DecodeError] = []
        self.violations: tuple[Violation, ...] = ()

    def tree(self) -> Tree:
        return Tree(tuple(self.nodes), tuple(self.defects), self.violations)

    def attempt(self, step: Callable[[], Any], base: int) -> Any:
        """What the step gives; None and a defect if it raises a DecodeError, whose offset counts from `base`."""
        try:
            return step()
        except DecodeError as error:
            error.offset = base + (error.offset or 0)
            self.note([error])
            return None

    def note(self, defects: Iterable[DecodeError]) -> None:
        """Add defects, but for those that the decoder has already named."""
        known = {(each.path, each.offset) for each in self.defects}
        self.defects += [each for each in defects if (each.path, each.offset) not in known]

    def record(self, kind: type[Record], data: bytes, base: int) -> dict[str, Any]:
        """Add a record; its wire fields as far as they could be read."""
        node, reading = record_node(kind, data, base)
        self.nodes.append(node)
        self.note(reading.defects)
        return reading.wire

    def rest(self, data: bytes, base: int) -> None:
        """Add bytes that nothing here takes apart."""
        if data:
            self.nodes.append(bytes_node("body", "Packet.body", data, base))

    def no_status(self) -> None:
        """Show the Status of a request's header as the plain number that it is."""
        header = self.nodes[-1]
        parts = [
            replace(each, value=int(each.value), display=f"0x{each.value:08X}") if each.name == "status" else each
            for each in header.children
        ]
        self.nodes[-1] = replace(header, children=tuple(parts))

    def check(self, body: bytes, base: int, rules: RuleSet, *, related: bool) -> None:
        found = check_request(body, rules, related=related)
        self.violations = tuple(replace(each, offset=base + each.offset) for each in found)

    def body(self, kind: type[Body], data: bytes, base: int, value: Body | None, status: int) -> None:
        """Add a body, and below its buffer what it carries."""
        self.record(kind, data, base)
        if isinstance(value, ErrorResponse):
            self._contexts(value)
        elif value is not None:
            self._payload(value, base, status)

    def _payload(self, value: IoctlRequest | IoctlResponse, base: int, status: int) -> None:
        found = self.attempt(lambda: payload_of(value, status), base)
        kind = payload_type(value, status) if found is None else type(found)
        buffer = self.nodes[-1].child("input" if isinstance(value, IoctlRequest) else "output")
        if buffer is None or kind is None or not issubclass(kind, Record) or buffer.size > LARGEST_TAKEN_APART:
            return
        payload, reading = record_node(kind, buffer.value, buffer.offset)
        if found is None:
            self.note(reading.defects)
        self.nodes[-1] = self.nodes[-1].with_child(replace(buffer, children=(payload,)))

    def _contexts(self, response: ErrorResponse) -> None:
        buffer = self.nodes[-1].child("error_data")
        if buffer is None or not response.error_context_count:
            return
        nodes = []
        position = 0
        for context in response.contexts():
            position += -position % _ALIGNMENT
            size = ErrorContext.PLAN.head + len(context.error_context_data)
            content = buffer.value[position : position + size]
            nodes.append(record_node(ErrorContext, content, buffer.offset + position)[0])
            position += size
        self.nodes[-1] = self.nodes[-1].with_child(replace(buffer, children=tuple(nodes)))
