"""Recorded captures written anew: other link layers and files, segments cut, moved, doubled and lost."""

from __future__ import annotations

import gzip
import random
import struct
from collections.abc import Sequence
from itertools import pairwise

from capture.making import enhanced, interface, pcap, section

ETHERNET_HEADER = 14
#: Bytes of a frame that a first segment holds at least: with fewer, a reader cannot tell what the connection carries.
FIRST_PIECE = 8


def encapsulated(packets: Sequence[bytes]) -> dict[str, bytes]:
    """Captures with the same IPv4 packets, taken from Ethernet frames."""
    inside = [one[ETHERNET_HEADER:] for one in packets]
    vlan = [one[:12] + b"\x81\x00\x00\x05" + one[12:] for one in packets]
    two_tags = [one[:12] + b"\x88\xa8\x00\x05\x81\x00\x00\x06" + one[12:] for one in packets]
    cooked = [struct.pack(">HHH8sH", 0, 1, 6, bytes(8), 0x0800) + one for one in inside]
    cooked_2 = [struct.pack(">HHIHBB8s", 0x0800, 0, 1, 1, 0, 6, bytes(8)) + one for one in inside]
    return {
        "ethernet": pcap(packets, 1), "vlan": pcap(vlan, 1), "two tags": pcap(two_tags, 1),
        "cooked": pcap(cooked, 113), "cooked 2": pcap(cooked_2, 276), "raw": pcap(inside, 101),
        "ipv4": pcap(inside, 228), "null": pcap([b"\2\0\0\0" + one for one in inside], 0),
        "null, big-endian": pcap([b"\0\0\0\2" + one for one in inside], 0),
        "loop": pcap([b"\0\0\0\2" + one for one in inside], 108), "big-endian": pcap(packets, 1, ">"),
        "nanoseconds": pcap(packets, 1, magic=0xA1B23C4D), "gzip": gzip.compress(pcap(packets, 1)),
        "pcapng": pcapng(packets, "<"), "pcapng, big-endian": pcapng(packets, ">"),
        "pcapng, gzip": gzip.compress(pcapng(packets, "<")),
    }  # fmt: skip


def pcapng(packets: Sequence[bytes], order: str) -> bytes:
    """The packets with times in nanoseconds."""
    blocks = [enhanced(one, 10**18 + n, order=order) for n, one in enumerate(packets)]
    return section(order) + interface(1, order, options=[(9, b"\x09")]) + b"".join(blocks)


def payload_place(packet: bytes) -> tuple[int, int, int]:
    """Where the TCP header of an Ethernet packet with IPv4 starts, and its payload starts and ends."""
    header = ETHERNET_HEADER + (packet[ETHERNET_HEADER] & 0x0F) * 4
    (total,) = struct.unpack_from(">H", packet, ETHERNET_HEADER + 2)
    return header, header + (packet[header + 12] >> 4) * 4, ETHERNET_HEADER + total


def pieces(packet: bytes, count: int, rng: random.Random) -> list[bytes]:
    """The packet as so many with a part of its payload each; as it is where that is too short."""
    header, start, end = payload_place(packet)
    if end - start < FIRST_PIECE + 2 * count:
        return [packet]
    cuts = [start, *sorted(rng.sample(range(start + FIRST_PIECE, end), count - 1)), end]
    (sequence,) = struct.unpack_from(">I", packet, header + 4)
    made = []
    for one, two in pairwise(cuts):
        piece = bytearray(packet[:start] + packet[one:two])
        struct.pack_into(">H", piece, ETHERNET_HEADER + 2, len(piece) - ETHERNET_HEADER)
        struct.pack_into(">I", piece, header + 4, (sequence + one - start) & 0xFFFFFFFF)
        made.append(bytes(piece))
    return made


def cut_up(packets: Sequence[bytes], rng: random.Random) -> tuple[list[bytes], dict[int, int]]:
    """Packets in up to three pieces, half of them out of order; the old number of each new one."""
    made: list[bytes] = []
    old = {}
    for number, one in enumerate(packets, 1):
        parts = pieces(one, rng.choice((1, 2, 3)), rng)
        if rng.random() < 0.5:
            rng.shuffle(parts)
        for part in parts:
            made.append(part)
            old[len(made)] = number
    return made, old


def swapped(packets: Sequence[bytes], rng: random.Random) -> tuple[list[bytes], dict[int, int]]:
    """Packets of which some have changed places with their neighbours; the old number of each new one."""
    order = list(range(len(packets)))
    for place in range(3, len(order) - 3, 3):
        if rng.random() < 0.4:
            order[place : place + 2] = reversed(order[place : place + 2])
    return [packets[place] for place in order], {new: place + 1 for new, place in enumerate(order, 1)}


def acknowledged_before(packets: Sequence[bytes]) -> set[int]:
    """Numbers of packets with data that the other side has acknowledged in a packet before them."""
    seen: dict[tuple[bytes, ...], int] = {}
    late = set()
    for number, one in enumerate(packets, 1):
        header, start, end = payload_place(one)
        source, target, ports = one[26:30], one[30:34], one[header : header + 4]
        sequence, acknowledged = struct.unpack_from(">II", one, header + 4)
        if end > start and seen.get((target, source, ports[2:] + ports[:2]), 0) >= sequence + end - start:
            late.add(number)
        if one[header + 13] & 0x10:
            flow = source, target, ports
            seen[flow] = max(acknowledged, seen.get(flow, 0))
    return late
