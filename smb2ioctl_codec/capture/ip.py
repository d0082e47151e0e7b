"""IP: which bytes of a packet are its TCP segment, and between which addresses it goes.

Checksums are not looked at: captures on the machine that sends mostly have wrong ones.
"""

from __future__ import annotations

from struct import Struct

_TCP = 6
_IPV6_HEADER = 40
_FRAGMENT, _AUTHENTICATION = 44, 51
#: Headers of IPv6 that have their length in units of 8 bytes: hop by hop, routing, destination, mobility, HIP, shim.
_EXTENSIONS = frozenset((0, 43, 60, 135, 139, 140))
_ipv4 = Struct(">BBHHHBBH").unpack_from
_ipv6 = Struct(">IHBB").unpack_from


class BrokenPacketError(Exception):
    """A header contradicts itself, or is cut short; the text says which."""


class FragmentError(Exception):
    """The packet is a fragment that may belong to a TCP segment."""


#: The TCP segment in a packet: addresses of source and destination, one after the other, as in the packet; where it
#: starts in the packet; where the bytes of it that were captured end; how many it has beyond those.
Carried = tuple[bytes, int, int, int]


def tcp_in(packet: bytes, start: int) -> Carried | None:
    """The TCP segment of the IP packet that starts at `start`; None if it carries something else.

    Raises:
        BrokenPacketError: a header is cut short, or its numbers cannot be.
        FragmentError: it is a fragment.
    """
    version = packet[start] >> 4 if start < len(packet) else None
    if version == 4:
        return _in_ipv4(packet, start)
    if version == 6:
        return _in_ipv6(packet, start)
    raise BrokenPacketError("no IP header where one should be")


def _in_ipv4(packet: bytes, start: int) -> Carried | None:
    left = len(packet) - start
    if left < 20:
        raise BrokenPacketError("the IPv4 header is cut short")
    first, _service, total, _id, fragment, _ttl, protocol, _checksum = _ipv4(packet, start)
    header = (first & 0x0F) * 4
    if protocol != _TCP:
        return None
    if fragment & 0x3FFF:
        raise FragmentError
    if total == 0:  # the network card was to cut it into packets, and to fill in how long each is
        total = left
    if header < 20 or header > total:
        raise BrokenPacketError(f"an IPv4 header of {header} bytes in a packet of {total}")
    return _carried(packet, packet[start + 12 : start + 20], start + header, start + total)


def _in_ipv6(packet: bytes, start: int) -> Carried | None:
    left = len(packet) - start
    if left < _IPV6_HEADER:
        raise BrokenPacketError("the IPv6 header is cut short")
    _first, size, kind, _hops = _ipv6(packet, start)
    end = start + _IPV6_HEADER + size if size else len(packet)  # 0: as in IPv4
    position = start + _IPV6_HEADER
    while kind != _TCP:
        if kind in _EXTENSIONS:
            step = 8
        elif kind == _AUTHENTICATION:
            step = 4
        elif kind == _FRAGMENT:
            step = 0
        else:
            return None
        if min(end, len(packet)) - position < 8:
            raise BrokenPacketError("the extension headers of IPv6 are cut short")
        if not step and packet[position + 2 : position + 4] not in _WHOLE:
            if packet[position] == _TCP or packet[position] in _EXTENSIONS:
                raise FragmentError
            return None
        following = packet[position]
        # the unit of one is 4 bytes, less 2 units; of the others 8 bytes, less 1; a fragment header has 8 bytes
        position += (packet[position + 1] + 2) * 4 if step == 4 else (packet[position + 1] + 1) * 8 if step else 8
        kind = following
    return _carried(packet, packet[start + 8 : start + 40], position, end)


#: Offset, reserved bits and M flag of a fragment header that cuts nothing.
_WHOLE = frozenset(bytes((0, low)) for low in (0, 2, 4, 6))


def _carried(packet: bytes, addresses: bytes, start: int, end: int) -> Carried:
    captured = min(end, len(packet))
    if start > captured:
        raise BrokenPacketError("the IP header goes past the end of the packet")
    return addresses, start, captured, end - captured
