"""Reading a capture: packets in, messages out, in one pass and in bounded memory."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Generator, Iterable, Iterator
from ipaddress import ip_address
from struct import Struct
from types import TracebackType
from typing import Self

from smb2ioctl_codec.capture import pcap, pcapng
from smb2ioctl_codec.capture.conversation import Conversation, Side
from smb2ioctl_codec.capture.files import BinaryFile, opened
from smb2ioctl_codec.capture.framing import Remark, Whole
from smb2ioctl_codec.capture.ip import BrokenPacketError, Carried, FragmentError, tcp_in
from smb2ioctl_codec.capture.links import LINKS
from smb2ioctl_codec.capture.model import CapturedMessage, CaptureError, Connection, Endpoint, Finding, FindingKind
from smb2ioctl_codec.capture.pairing import MOST_REQUESTS, Pairing, pair
from smb2ioctl_codec.capture.pcap import RawPacket
from smb2ioctl_codec.capture.split import Part, split
from smb2ioctl_codec.capture.tcp import SYN, Origin, Piece, segment_in

#: Connections that are followed at once; the one that was silent for longest makes way.
MOST_CONNECTIONS = 4096
#: Bytes that are held for all connections together.
MOST_HELD = 1 << 26
#: Findings that `Capture.findings` keeps, and those of one message.
MOST_FINDINGS = 1000
MOST_FINDINGS_OF_MESSAGE = 16

_ports = Struct(">HH").unpack_from


def read(source: str | os.PathLike[str] | BinaryFile, *, ports: Iterable[int] = (445, 139)) -> Capture:
    """The SMB2 messages of a capture file, of all commands, in the order in which their last bytes can be read.

    Nothing is opened before the first message is asked for. The memory that it takes does not depend on how large the
    file is.

    Args:
        source: a path, or a file opened in binary mode, which stays open. Classic pcap or pcapng,
            also packed with gzip.
        ports: TCP ports of the servers. Other traffic is passed over.
    """
    return Capture(source, ports)


def read_all(
    source: str | os.PathLike[str] | BinaryFile, *, ports: Iterable[int] = (445, 139)
) -> list[CapturedMessage]:
    """All messages of a capture, as `read` gives them, with `partner` of requests filled in too.

    Raises:
        CaptureError: as in `Capture`; its `messages` are those that could be read before, paired.
    """
    messages: list[CapturedMessage] = []
    try:
        messages.extend(read(source, ports=ports))
    except CaptureError as error:
        # what extend had taken is in the list
        error.messages = pair(messages)
        raise
    return pair(messages)


class Capture(Iterator[CapturedMessage]):
    """The messages of a capture, one after the other; `read` makes it. It can be used in a `with` statement.

    Iterating raises CaptureError where the file is no capture, or cannot be read any further; OSError where the path
    cannot be opened or read; TypeError where there is neither a path nor a binary file.

    Attributes:
        findings: what was found so far, of all connections; no more than 1,000.
        findings_left_out: how many more there were.
    """

    def __init__(self, source: str | os.PathLike[str] | BinaryFile, ports: Iterable[int]) -> None:
        self.findings: list[Finding] = []
        self.findings_left_out = 0
        self._ports = frozenset(ports)
        self._conversations: OrderedDict[bytes, Conversation] = OrderedDict()
        self._connections = 0
        self._held = 0
        self._pairing = Pairing()
        self._has_ip = False
        self._last_without_ip = 0
        self._strange_interfaces: set[tuple[int, int]] = set()
        self._messages = self._run(source)

    def __next__(self) -> CapturedMessage:
        return next(self._messages)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop reading, and close the file if it was given as a path."""
        self._messages.close()

    def _run(self, source: str | os.PathLike[str] | BinaryFile) -> Generator[CapturedMessage]:
        with opened(source) as file:
            magic = file.read(4)
            if magic == pcapng.MAGIC:
                packets = pcapng.packets(file)
            elif magic in pcap.MAGICS:
                packets = pcap.packets(file, magic)
            else:
                start = f"it starts with {magic.hex()}" if magic else "it is empty"
                raise CaptureError(f"this is neither a pcap nor a pcapng file: {start}")
            try:
                for packet in packets:
                    yield from self._packet(packet)
            except CaptureError:
                yield from self._finish()
                raise
            yield from self._finish()

    def _packet(self, packet: RawPacket) -> Iterator[CapturedMessage]:
        carried = self._carried(packet)
        if carried is None:
            return
        number, time_ns, _link, _interface, data = packet
        addresses, start, end, missing = carried
        source, target = _ports(data, start)
        if source not in self._ports and target not in self._ports:
            return
        segment = segment_in(data, start, end, missing)
        if segment is None:
            self._note(FindingKind.BROKEN_PACKET, "the TCP header is cut short, or its size cannot be", number)
            return
        flow = addresses + data[start : start + 4]
        conversation = self._conversations.get(flow)
        if conversation is None or (segment.flags & SYN and conversation.is_over(flow, segment)):
            if conversation is not None:
                yield from self._let_go(conversation)
            conversation = self._open(addresses, source, target, flow, segment.flags)
        self._conversations.move_to_end(conversation.key)
        side, other = conversation.sides_of(flow)
        origin = Origin(number, time_ns)
        if other.ordering.is_waiting and segment.acknowledged >= 0:
            yield from self._pieces(conversation, other, other.ordering.acknowledge(segment.acknowledged))
        pieces = side.push(segment, origin)
        if pieces:
            yield from self._pieces(conversation, side, pieces)
        self._held += side.newly_held() + other.newly_held()
        if self._held > MOST_HELD or len(self._conversations) > 2 * MOST_CONNECTIONS:
            yield from self._make_room(number)

    def _carried(self, packet: RawPacket) -> Carried | None:
        """The TCP segment in a packet, from its ports on."""
        number, _time, link, interface, data = packet
        find_ip = LINKS.get(link)
        if find_ip is None:
            self._strange_link(number, link, interface)
            return None
        start = find_ip(data)
        if start is None:
            self._last_without_ip = number
            return None
        self._has_ip = True
        try:
            carried = tcp_in(data, start)
        except BrokenPacketError as error:
            self._note(FindingKind.BROKEN_PACKET, str(error), number)
            return None
        except FragmentError:
            self._note(FindingKind.IP_FRAGMENT, "a fragment of an IP packet is passed over", number)
            return None
        if carried is not None and carried.end - carried.start < 4:
            self._note(FindingKind.BROKEN_PACKET, "the TCP header is cut short", number)
            return None
        return carried

    def _open(self, addresses: bytes, source: int, target: int, flow: bytes, flags: int) -> Conversation:
        """A connection of which this is the first packet."""
        half = len(addresses) // 2
        sender = Endpoint(ip_address(addresses[:half]), source)
        receiver = Endpoint(ip_address(addresses[half:]), target)
        back = addresses[half:] + addresses[:half] + flow[-2:] + flow[-4:-2]
        from_server = source in self._ports and (target not in self._ports or flags & 0x12 == 0x12)
        client, server = (receiver, sender) if from_server else (sender, receiver)
        connection = Connection(self._connections, client, server)
        self._connections += 1
        conversation = Conversation(connection, flow, back, from_server=from_server)
        self._conversations[flow] = self._conversations[back] = conversation
        return conversation

    def _pieces(self, conversation: Conversation, side: Side, pieces: Iterable[Piece]) -> Iterator[CapturedMessage]:
        for piece in pieces:
            if piece.early:
                text = f"{piece.early} bytes from before the first that were seen are passed over"
                self._note(FindingKind.BEFORE_START, text, piece.origin.frame_number, conversation, side)
                continue
            if piece.gap:
                known = piece.gap > 0
                kind = FindingKind.MISSING_BYTES if known else FindingKind.SEQUENCE_JUMP
                text = f"{piece.gap} bytes are missing" if known else "the sequence number is far from the one before"
                self._note(kind, text, piece.origin.frame_number, conversation, side)
                yield from self._given(conversation, side, side.framer.gap(piece.gap))
            side.origin = piece.origin
            if piece.data:
                yield from self._given(conversation, side, side.framer.feed(piece.data))

    def _given(
        self, conversation: Conversation, side: Side, given: Iterable[Whole | Remark]
    ) -> Iterator[CapturedMessage]:
        """The messages in what a framer gives."""
        for one in given:
            if isinstance(one, Remark):
                self._note(one.kind, one.text, side.origin.frame_number, conversation, side)
                continue
            if one.missing:
                text = f"{one.missing} bytes at the end of a message were not captured"
                self._note(FindingKind.CUT_MESSAGE, text, side.origin.frame_number, conversation, side)
            for part in split(one):
                yield self._message(conversation, side, part)

    def _message(self, conversation: Conversation, side: Side, part: Part) -> CapturedMessage:
        data, header, packet, error = part
        frame, time_ns = side.origin
        number = conversation.connection.number
        is_response = header.is_response if header is not None else side.is_server
        partner = interim = None
        if header is not None:
            if is_response != side.is_server:
                text = f"the {'server' if side.is_server else 'client'} sent a {'reply' if is_response else 'request'}"
                self._note(FindingKind.WRONG_SIDE, text, frame, conversation, side)
            if is_response:
                partner, interim, remarks = self._pairing.reply(number, header, frame)
                for remark in remarks:
                    self._note(FindingKind.MISMATCH, remark, frame, conversation, side)
            else:
                self._pairing.request(number, header, frame)
                if self._pairing.forgotten == 1:
                    self._pairing.forgotten += 1
                    text = f"more than {MOST_REQUESTS} requests without a reply: replies to the oldest have no partner"
                    self._note(FindingKind.LIMIT, text, frame)
        findings = side.take_findings() if side.findings else ()
        return CapturedMessage(
            frame_number=frame, time_ns=time_ns, connection=conversation.connection,
            direction="response" if is_response else "request", data=data, header=header, packet=packet, error=error,
            partner=partner, interim=interim, findings=findings,
        )  # fmt: skip

    def _make_room(self, number: int) -> Iterator[CapturedMessage]:
        """Let those connections go that were silent for longest."""
        while self._held > MOST_HELD or len(self._conversations) > 2 * MOST_CONNECTIONS:
            oldest = next(iter(self._conversations.values()))
            text = "the connection is given up, because too many others, or too many bytes, are waiting"
            self._note(FindingKind.LIMIT, text, number, oldest)
            yield from self._let_go(oldest)

    def _let_go(self, conversation: Conversation) -> Iterator[CapturedMessage]:
        """What is left of a connection of which nothing more will come."""
        del self._conversations[conversation.key], self._conversations[conversation.back]
        for side in conversation.sides:
            yield from self._pieces(conversation, side, side.ordering.flush())
            yield from self._given(conversation, side, side.framer.end())
            self._held += side.newly_held()

    def _finish(self) -> Iterator[CapturedMessage]:
        if self._last_without_ip and not self._has_ip:
            text = "no packet of the capture carries IP"
            self._note(FindingKind.LINK_TYPE, text, self._last_without_ip)
        while self._conversations:
            yield from self._let_go(next(iter(self._conversations.values())))

    def _strange_link(self, number: int, link: int, interface: int) -> None:
        if len(self._strange_interfaces) < MOST_FINDINGS and (link, interface) not in self._strange_interfaces:
            self._strange_interfaces.add((link, interface))
            text = f"packets of link type {link} (interface {interface}) are not read"
            self._note(FindingKind.LINK_TYPE, text, number)

    def _note(
        self,
        kind: FindingKind,
        text: str,
        frame_number: int,
        conversation: Conversation | None = None,
        side: Side | None = None,
    ) -> None:
        connection = conversation.connection if conversation else None
        finding = Finding(kind, text, frame_number, connection)
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)
        else:
            self.findings_left_out += 1
        if side is not None and len(side.findings) < MOST_FINDINGS_OF_MESSAGE:
            side.findings.append(finding)
