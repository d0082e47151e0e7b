"""Messages as if they had been captured, each on a connection of its own."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from interop.wireshark import pcap

from smb2ioctl_codec import capture
from smb2ioctl_codec.dissect.captured import Captured


def captured(messages: Iterable[bytes]) -> Iterator[Captured]:
    """Every message, in order."""
    read = list(capture.read(io.BytesIO(pcap(list(messages)))))
    read.sort(key=lambda each: each.frame_number)
    yield from map(Captured, read)
