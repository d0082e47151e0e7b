"""From packets to messages, in one pass and in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from heapq import merge
from ipaddress import ip_address
from itertools import groupby
from struct import Struct

from smb2ioctl_codec.capture import fast
from smb2ioctl_codec.capture.conversation import Conversation, Side
from smb2ioctl_codec.capture.delivery import Delivery
from smb2ioctl_codec.capture.findings import MOST_FINDINGS, Findings
from smb2ioctl_codec.capture.framing import Remark, Whole
from smb2ioctl_codec.capture.ip import BrokenPacketError, Carried, FragmentError, tcp_in
from smb2ioctl_codec.capture.links import LINKS
from smb2ioctl_codec.capture.message import CapturedMessage
from smb2ioctl_codec.capture.model import CaptureError, Connection, Endpoint, FindingKind
from smb2ioctl_codec.capture.order import Order
from smb2ioctl_codec.capture.pcap import RawPacket
from smb2ioctl_codec.capture.tcp import SYN, Origin, Piece, segment_in

#: Connections that are followed at once; the one that was silent for longest makes way.
MOST_CONNECTIONS = 2048
#: Bytes that are held for all connections together.
MOST_HELD = 1 << 26

_ports = Struct(">HH").unpack_from
_address = lru_cache(1024)(ip_address)


class Reader:
    """Follows the connections in a stream of packets.

    Attributes:
        findings: what was found so far.
        delivery: where messages are made.
        grouping: give a list for each packet in which messages end, and with all of these. Otherwise lists are as it
            happens, with the messages that are wanted.
    """

    def __init__(self, ports: Iterable[int], commands: Collection[int] | None, *, context: bool = True) -> None:
        self.findings = Findings()
        self.delivery = Delivery(self.findings, commands, learns=context)
        self.grouping = False
        self._ports = frozenset(ports)
        self._flows: dict[bytes, Side] = {}
        self._conversations: OrderedDict[int, Conversation] = OrderedDict()
        self._latest: Conversation | None = None
        self._connections = 0
        self._held = 0
        self._order = Order()
        self._forgotten = False
        self._has_ip = False
        self._last_without_ip = 0
        self._strange_interfaces: set[tuple[int, int]] = set()

    def group(self, grouping: bool) -> None:
        """Whether to give lists for packets from now on."""
        self.grouping = grouping
        self.delivery.complete = grouping or self.delivery.all_wanted

    def messages(self, packets: Iterable[RawPacket]) -> Iterator[list[CapturedMessage]]:
        """The messages that the packets hold, in lists.

        Raises:
            CaptureError: that of `packets`, after all that could be read.
        """
        flows, delivery, order, take = self._flows, self.delivery, self._order, fast.take
        try:
            for packet in packets:
                side = take(packet, flows, delivery)
                if side is None:
                    self._packet(packet)
                elif side.conversation is not self._latest:
                    self._touch(side.conversation)
                given = delivery.given
                if given:
                    delivery.given = []
                is_mixed = side is None
                if not order.is_idle and (given or is_mixed):
                    given = self._in_order(packet[0], given)
                    is_mixed = True
                if given:
                    if self.grouping and is_mixed:
                        yield from self._lists(given)
                    else:
                        yield given
        except CaptureError:
            yield from self._finish()
            raise
        yield from self._finish()

    def _in_order(self, number: int, given: list[CapturedMessage]) -> list[CapturedMessage]:
        """What may be given of what was made for a packet and of what was kept back."""
        longest = self._order.longest(number)
        if longest is not None:
            conversation = self._conversations[longest]
            one, other = conversation.sides
            self._both(one, one.ordering.flush(), other, other.ordering.flush())
            conversation.settle()
            self._order.waits(longest, conversation.earliest)
            if self.delivery.given is not given:  # an empty list has not been replaced
                given = given + self.delivery.given
            self.delivery.given = []
        return self._order.passed(given)

    def _lists(self, given: list[CapturedMessage]) -> Iterator[list[CapturedMessage]]:
        """What was made for a packet, or for several: other messages may have waited for these."""
        for _frame, group in groupby(given, lambda message: message.frame_number):
            messages = list(group)
            if any(map(self.delivery.wants, messages)):
                yield messages if self.grouping else list(filter(self.delivery.wants, messages))

    def _packet(self, packet: RawPacket) -> None:
        """The general way of a packet."""
        number, time_ns, _link, _interface, data = packet
        carried = self._carried(packet)
        if carried is None:
            return
        addresses, start, end, missing = carried
        source, target = _ports(data, start)
        if source not in self._ports and target not in self._ports:
            return
        segment = segment_in(data, start, end, missing)
        if segment is None:
            self._note(FindingKind.BROKEN_PACKET, "the TCP header is cut short, or its size cannot be", number)
            return
        flow = addresses + data[start : start + 4]
        side = self._flows.get(flow)
        if side is None or (segment.flags & SYN and side.is_over(segment)):
            if side is not None:
                self._let_go(side.conversation)
            side = self._open(addresses, source, target, flow, segment.flags)
        conversation = side.conversation
        self._touch(conversation)
        other = conversation.other(side)
        if other.ordering.is_waiting and segment.acknowledged >= 0:
            given_up = other.ordering.acknowledge(segment.acknowledged)
            if given_up:
                # what waits on this side as well, mostly since the same loss, answers it or asks for it
                answers = side.ordering.give_up() if side.ordering.is_losing_patience else []
                self._both(other, given_up, side, answers)
        self._pieces(side, side.push(segment, Origin(number, time_ns)))
        if conversation.settle() or not self._order.is_idle:
            self._order.waits(conversation.connection.number, conversation.earliest)
        self._held += side.newly_held() + other.newly_held()
        while self._held > MOST_HELD or len(self._conversations) > MOST_CONNECTIONS:
            self._make_room(number)

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
        if carried is not None and carried[2] - carried[1] < 4:
            self._note(FindingKind.BROKEN_PACKET, "the TCP header is cut short", number)
            return None
        return carried

    def _open(self, addresses: bytes, source: int, target: int, flow: bytes, flags: int) -> Side:
        """A connection of which this is the first packet; the side that sent it."""
        half = len(addresses) // 2
        sender = Endpoint(_address(addresses[:half]), source)
        receiver = Endpoint(_address(addresses[half:]), target)
        back = addresses[half:] + addresses[:half] + flow[-2:] + flow[-4:-2]
        from_server = source in self._ports and (target not in self._ports or flags & 0x12 == 0x12)
        client, server = (receiver, sender) if from_server else (sender, receiver)
        connection = Connection(self._connections, client, server)
        self._connections += 1
        conversation = Conversation(connection, flow, back, from_server=from_server)
        self._conversations[connection.number] = conversation
        self._flows[back], self._flows[flow] = reversed(conversation.sides)
        return conversation.sides[0]

    def _touch(self, conversation: Conversation) -> None:
        """The connection is the one that was silent for the shortest time."""
        if conversation is not self._latest:
            self._conversations.move_to_end(conversation.connection.number)
            self._latest = conversation

    def _both(self, one: Side, pieces: Iterable[Piece], other: Side, others: Iterable[Piece]) -> None:
        """What had to wait on both sides, in the order in which it was captured."""
        of_one = ((piece.origin.frame_number, one, piece) for piece in pieces)
        of_other = ((piece.origin.frame_number, other, piece) for piece in others)
        for _frame, side, piece in merge(of_one, of_other, key=lambda of: of[0]):  # neither side changes its order
            self._pieces(side, (piece,))

    def _pieces(self, side: Side, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            number = piece.origin.frame_number
            connection = side.conversation.connection
            if piece.early:
                text = f"{piece.early} bytes from before the first that were seen are passed over"
                self._note(FindingKind.BEFORE_START, text, number, connection, side)
                continue
            if piece.gap:
                known = piece.gap > 0
                kind = FindingKind.MISSING_BYTES if known else FindingKind.SEQUENCE_JUMP
                text = f"{piece.gap} bytes are missing" if known else "the sequence number is far from the one before"
                self._note(kind, text, number, connection, side)
                self._given(side, side.framer.gap(piece.gap))
            side.origin = piece.origin
            if piece.data:
                self._given(side, side.framer.feed(piece.data))

    def _given(self, side: Side, given: Iterable[Whole | Remark]) -> None:
        """What a framer gives."""
        for one in given:
            number, connection = side.origin.frame_number, side.conversation.connection
            if isinstance(one, Remark):
                self._note(one.kind, one.text, number, connection, side)
                continue
            if one.missing:
                text = f"{one.missing} bytes at the end of a message were not captured"
                self._note(FindingKind.CUT_MESSAGE, text, number, connection, side)
            self.delivery.frame(side, one)

    def _make_room(self, number: int) -> None:
        """Let the connection go that was silent for longest."""
        oldest = next(iter(self._conversations.values()))
        if oldest.is_waiting:
            text = "the connection is given up, because too many others, or too many bytes, are waiting"
            self._note(FindingKind.LIMIT, text, number, oldest.connection)
        elif not oldest.is_closed and not self._forgotten:
            self._forgotten = True
            text = f"more than {MOST_CONNECTIONS} connections: what the oldest of them go on with counts as new ones"
            self._note(FindingKind.LIMIT, text, number)
        self._let_go(oldest)

    def _let_go(self, conversation: Conversation) -> None:
        """What is left of a connection of which nothing more will come."""
        del self._flows[conversation.key], self._flows[conversation.back]
        del self._conversations[conversation.connection.number]
        one, other = conversation.sides
        if one.ordering.is_waiting or other.ordering.is_waiting:
            self._both(one, one.ordering.flush(), other, other.ordering.flush())
        for side in conversation.sides:
            self._given(side, side.framer.end())
            self._held += side.newly_held()
        self._order.waits(conversation.connection.number, None)
        conversation.end()

    def _finish(self) -> Iterator[list[CapturedMessage]]:
        if self._last_without_ip and not self._has_ip:
            self._note(FindingKind.LINK_TYPE, "no packet of the capture carries IP", self._last_without_ip)
        while self._conversations:
            self._let_go(next(iter(self._conversations.values())))
            given, self.delivery.given = self.delivery.given, []
            yield from self._lists(self._order.passed(given))

    def _strange_link(self, number: int, link: int, interface: int) -> None:
        if len(self._strange_interfaces) < MOST_FINDINGS and (link, interface) not in self._strange_interfaces:
            self._strange_interfaces.add((link, interface))
            text = f"packets of link type {link} (interface {interface}) are not read"
            self._note(FindingKind.LINK_TYPE, text, number)

    def _note(
        self, kind: FindingKind, text: str, number: int, connection: Connection | None = None, side: Side | None = None
    ) -> None:
        self.findings.note(kind, text, number, connection, side)
