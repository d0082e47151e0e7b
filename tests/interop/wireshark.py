"""`tshark` on SMB2 messages of ours: a capture file packed by hand, and what tshark shows of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from itertools import accumulate, groupby
from pathlib import Path

from capture import making
from tshark.output import Shown, read

SECONDS_TO_RUN = 60.0
DIRECT_TCP = 445
#: The client's port of the first connection.
FIRST_PORT = 1024
#: Bytes of a TCP segment: less than what an IPv4 packet holds.
SEGMENT = 1 << 15
#: The protocols of which tshark is to tell: SMB2, what it carries, and what it says of packets.
TOLD = "frame smb2 smb rsvd dcerpc _ws.malformed"


def show(messages: Sequence[bytes], folder: Path) -> list[Shown]:
    """What tshark shows of SMB2 messages, IOCTL all; each goes over a connection of its own."""
    shown = show_chains(messages, folder)
    assert [len(each) for each in shown] == [1] * len(messages)
    return [each for each, *_ in shown]


def show_chains(messages: Sequence[bytes], folder: Path) -> list[list[Shown]]:
    """What tshark shows of the IOCTL messages in each message, which may be a compound."""
    capture = folder / "messages.pcap"
    capture.write_bytes(pcap(messages))
    done = subprocess.run(
        ["tshark", "-n", "-r", capture, "-Y", "smb2", "-T", "json", "-x", "-J", TOLD],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C"},
        stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS_TO_RUN, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    shown = {number: list(each) for number, each in groupby(read(done.stdout), lambda one: one.frame)}
    assert list(shown) == list(accumulate(len(_segments(each)) for each in messages))
    return list(shown.values())


def pcap(messages: Sequence[bytes]) -> bytes:
    """A capture file with each message over a connection of its own, to or from port 445 as its header says."""
    return making.pcap(
        making.packet(part, 1 + SEGMENT * place, reply=bool(message[16] & 1), ports=(FIRST_PORT + number, DIRECT_TCP))
        for number, message in enumerate(messages)
        for place, part in enumerate(_segments(message))
    )


def _segments(message: bytes) -> list[bytes]:
    data = making.frame(message)
    return [data[start : start + SEGMENT] for start in range(0, len(data), SEGMENT)]
