"""The fast lane: packets as they nearly always are, in a fraction of the time.

It takes a packet whose headers have no tags, options or extensions, and whose payload is just what its connection waits
for: nothing at all, or one frame with one message that is no part of a compound. `reader` does with all others, and
would do with these, what is done here, step by step.
"""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct

from smb2ioctl_codec.capture.conversation import Side
from smb2ioctl_codec.capture.delivery import Delivery
from smb2ioctl_codec.capture.pcap import LARGEST_PACKET, RawPacket
from smb2ioctl_codec.capture.split import RELATED, glance
from smb2ioctl_codec.capture.tcp import FIN, RST, SYN
from smb2ioctl_codec.messages.frames import FRAME_HEAD_SIZE
from smb2ioctl_codec.messages.header import HEADER_SIZE, HEADER_START

#: Link type -> where its EtherType, if it has one, starts and ends, and where the IP header starts.
_LINKS = {1: (12, 14, 14), 113: (14, 16, 16), 276: (0, 2, 20)} | dict.fromkeys((12, 14, 101, 228, 229), (0, 0, 0))
_NONE = 0, 0, LARGEST_PACKET
_IP = frozenset((b"", b"\x08\x00", b"\x86\xdd"))
#: Bytes of the headers of IPv4 and TCP, and of IPv6 and TCP.
_SMALLEST, _SMALLEST_6 = 40, 60
#: Ethernet's EtherType of IPv4, and the first byte of an IPv4 header without options.
_USUAL_START = b"\x08\x00\x45"
_TCP = 6
#: IPv4: size; flags, fragment, hops and protocol; addresses and ports. IPv6: size; next header; addresses and ports.
#: Then for both: sequence number, size of the TCP header and flags.
_over_ipv4 = Struct(">xxHxxIxx12sI4xH").unpack_from
_over_ipv6 = Struct(">4xHBx36sI4xH").unpack_from
_FRAGMENT_AND_PROTOCOL = 0x3FFF00FF
_SPECIAL = FIN | SYN | RST
_SMALLEST_TCP = 5 << 12  # size and flags of a TCP header without options


def take(packet: RawPacket, flows: Mapping[bytes, Side], delivery: Delivery) -> Side | None:
    """Do all that is to be done with a packet, if it is one for the fast lane.

    Args:
        packet: any packet.
        flows: addresses and ports, as they stand in a packet -> who sends with them.
        delivery: gets the message.

    Returns:
        Who sent it; None if the packet must go the general way, and nothing was done.
    """
    number, time_ns, link, _interface, data = packet
    start = 14 if link == 1 and data[12:15] == _USUAL_START else _start_of_ip(link, data)
    if len(data) < start + _SMALLEST:
        return None
    version = data[start]
    if version == 0x45:
        size, protocol, flow, sequence, size_and_flags = _over_ipv4(data, start)
        if protocol & _FRAGMENT_AND_PROTOCOL != _TCP or not size:
            return None
        payload, end = start + 20, start + size
    elif version >> 4 == 6 and len(data) >= start + _SMALLEST_6:
        size, protocol, flow, sequence, size_and_flags = _over_ipv6(data, start)
        if protocol != _TCP or not size:
            return None
        payload, end = start + 40, start + 40 + size
    else:
        return None
    side = flows.get(flow)
    if side is None or sequence != side.expected or size_and_flags & _SPECIAL or size_and_flags < _SMALLEST_TCP:
        return None
    payload += size_and_flags >> 12 << 2
    if not payload <= end <= len(data):
        return None
    if payload == end:
        return side
    message = payload + FRAME_HEAD_SIZE
    size = end - message
    if size < HEADER_SIZE or data[payload:message] != size.to_bytes(FRAME_HEAD_SIZE, "big"):
        return None
    head = glance(data, message)
    start_of_head, _status, command, flags, following, _message_id, _tree, _session = head
    if start_of_head != HEADER_START or flags & RELATED or (following and following != size):
        return None
    ordering = side.ordering
    ordering.at += end - payload
    ordering.next = side.expected = (sequence + end - payload) & 0xFFFFFFFF
    if command in delivery.looked_at or delivery.all_wanted or side.findings:
        delivery.message(side, number, time_ns, head, data, message, end, None, alone=True)
    return side


def _start_of_ip(link: int, data: bytes) -> int:
    """Where the IP header starts; behind all bytes that a packet can have if there is none."""
    kind, end_of_kind, start = _LINKS.get(link, _NONE)
    return start if data[kind:end_of_kind] in _IP else LARGEST_PACKET
