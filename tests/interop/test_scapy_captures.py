"""`scapy` on recorded captures: it takes the packets apart, a few lines here put the bytes in order."""

from __future__ import annotations

import struct
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from capture.making import DATA

from interop.need import need
from smb2ioctl_codec import capture

CAPTURES = sorted((DATA / "captures").glob("*.pcap"))
SMB = 445

Listed = list[tuple[int, str, bytes]]


def segments(path: Path) -> list[tuple[int, Any, Any]]:
    """Number, IP and TCP of each packet."""
    from scapy.layers.inet import IP, TCP
    from scapy.utils import rdpcap

    return [(number, one[IP], one[TCP]) for number, one in enumerate(rdpcap(str(path)), 1) if TCP in one]


def streams(path: Path) -> dict[tuple[Any, ...], tuple[bytes, list[tuple[int, int]]]]:
    """Of each direction of each connection its bytes in order, and where in them each packet's payload ends."""
    parts: dict[tuple[Any, ...], dict[int, tuple[int, bytes]]] = {}
    starts: dict[tuple[Any, ...], int] = {}
    for number, ip, tcp in segments(path):
        flow = ip.src, tcp.sport, ip.dst, tcp.dport
        assert SMB in (tcp.sport, tcp.dport)
        payload = bytes(tcp.payload)[: ip.len - 4 * ip.ihl - 4 * tcp.dataofs]  # without what fills up the frame
        if "S" in tcp.flags:
            starts[flow] = tcp.seq + 1
        elif payload:
            parts.setdefault(flow, {})[tcp.seq - starts[flow]] = number, payload
    ordered = {}
    for flow, pieces in parts.items():
        data, ends = b"", []
        for place, (number, payload) in sorted(pieces.items()):
            assert place == len(data)
            data += payload
            ends.append((len(data), number))
        ordered[flow] = data, ends
    return ordered


def messages(path: Path) -> Listed:
    """Frame number, sender and bytes of each SMB2 message."""
    found: Listed = []
    for flow, (data, ends) in streams(path).items():
        at = 0
        while at < len(data):
            (size,) = struct.unpack_from(">I", data, at)
            at += 4 + size
            frame = next(number for end, number in ends if end >= at)
            rest = data[at - size : at]
            while rest:
                assert rest.startswith(b"\xfeSMB")
                (following,) = struct.unpack_from("<I", rest, 20)
                found.append((frame, f"{flow[0]}:{flow[1]}", rest[: following or len(rest)]))
                rest = rest[len(found[-1][2]) :]
    return found


@pytest.mark.parametrize("path", CAPTURES, ids=[path.stem for path in CAPTURES])
def test_scapy_finds_the_same_messages(path: Path) -> None:
    need(find_spec("scapy"), "scapy")
    expected = messages(path)
    read: Listed = []
    for one in capture.read(path):
        sender = one.connection.client if one.direction == "request" else one.connection.server
        read.append((one.frame_number, str(sender), one.data))
    assert read == sorted(expected, key=lambda row: row[0])
    assert read
