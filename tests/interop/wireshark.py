"""`tshark` on SMB2 messages of ours: a capture file packed by hand, and what tshark shows of it."""

from __future__ import annotations

import os
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tshark.output import Shown, read

SECONDS_TO_RUN = 60.0
RAW_IP = 101  # the link type of packets that start with their IP header
DIRECT_TCP = 445
LOOPBACK = bytes([127, 0, 0, 1])
PUSH_AND_ACKNOWLEDGE = 0x18


def show(messages: Sequence[bytes], folder: Path) -> list[Shown]:
    """What tshark shows of SMB2 messages, IOCTL all; each goes over a connection of its own."""
    capture = folder / "messages.pcap"
    capture.write_bytes(pcap(messages))
    done = subprocess.run(
        ["tshark", "-n", "-r", capture, "-T", "json", "-x"],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C"},
        stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS_TO_RUN, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown = list(read(done.stdout))
    assert [one.frame for one in shown] == list(range(1, len(messages) + 1))
    return shown


def pcap(messages: Sequence[bytes]) -> bytes:
    """A capture file with each message in one TCP segment, to or from port 445 as its header says."""
    packets = [_packet(number, message) for number, message in enumerate(messages)]
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, RAW_IP)
    return header + b"".join(struct.pack("<IIII", 0, 0, len(one), len(one)) + one for one in packets)


def _packet(number: int, message: bytes) -> bytes:
    """IPv4 and TCP without checksums, which tshark does not ask for, and the four bytes of direct TCP."""
    (flags,) = struct.unpack_from("<I", message, 16)
    ports = (DIRECT_TCP, 1024 + number) if flags & 1 else (1024 + number, DIRECT_TCP)
    tcp = struct.pack(">HHIIBBHHH", *ports, 1, 1, 5 << 4, PUSH_AND_ACKNOWLEDGE, 0xFFFF, 0, 0)
    segment = tcp + struct.pack(">I", len(message)) + message
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 0, 0, 64, 6, 0, LOOPBACK, LOOPBACK) + segment
