"""Link layers: where in a captured packet its IP header starts."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct

_IPV4, _IPV6 = 0x0800, 0x86DD
_VLAN_TAGS = frozenset((0x8100, 0x88A8, 0x9100))
#: Address families of null and loopback packets: AF_INET, and AF_INET6 of the systems that write such captures.
_FAMILIES = frozenset((2, 10, 24, 28, 30))
_PLAIN = b"\x08\x00"  # IPv4 without tags, as nearly always
_number = Struct(">H").unpack_from


def _by_type(packet: bytes, place: int, start: int) -> int | None:
    """`start`, moved on by VLAN tags, if the EtherType at `place` is that of IP."""
    if packet[place : place + 2] == _PLAIN:
        return start
    while len(packet) >= place + 2:
        (kind,) = _number(packet, place)
        if kind in (_IPV4, _IPV6):
            return start
        if kind not in _VLAN_TAGS:
            return None
        place, start = start + 2, start + 4  # two bytes of tag, then the next EtherType
    return None


def _ethernet(packet: bytes) -> int | None:
    return _by_type(packet, 12, 14)


def _cooked(packet: bytes) -> int | None:
    return _by_type(packet, 14, 16)


def _cooked_2(packet: bytes) -> int | None:
    return _by_type(packet, 0, 20)


def _raw(_packet: bytes) -> int | None:
    return 0


def _null(packet: bytes) -> int | None:
    """The family is in the byte order of whoever captured, or, in loopback packets, of the network."""
    family = packet[:4]
    known = int.from_bytes(family, "little") in _FAMILIES or int.from_bytes(family, "big") in _FAMILIES
    return 4 if known else None


#: Link type -> a function that says where the IP header starts; None if the packet carries no IP.
LINKS: dict[int, Callable[[bytes], int | None]] = {
    0: _null,  # NULL
    1: _ethernet,  # ETHERNET
    12: _raw,  # RAW of BSD
    14: _raw,  # RAW of OpenBSD
    101: _raw,  # RAW
    108: _null,  # LOOP
    113: _cooked,  # LINUX_SLL
    228: _raw,  # IPV4
    229: _raw,  # IPV6
    276: _cooked_2,  # LINUX_SLL2
}
