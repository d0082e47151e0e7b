"""Capture files: the SMB2 messages in what tcpdump and its like recorded.

`read` gives them one by one, `read_all` and `pair` with request and reply knowing one another (`api`). `pcap` and
`pcapng` take packets out of files, `links` and `ip` find the TCP segment in one, `tcp` puts bytes in order, `framing`
cuts them into frames, `split` these into messages, `pairing` finds the request of a reply, `context` share, user and
file; `delivery` makes the messages. `reader` does it all, in bounded memory, and `fast` what most packets need of it.
"""

from smb2ioctl_codec.capture.api import Capture, read, read_all
from smb2ioctl_codec.capture.message import CapturedMessage
from smb2ioctl_codec.capture.model import (
    CaptureError,
    Connection,
    Endpoint,
    File,
    Finding,
    FindingKind,
    Share,
    User,
)  # fmt: skip
from smb2ioctl_codec.capture.pairing import pair

__all__ = [
    "Capture", "CaptureError", "CapturedMessage", "Connection", "Endpoint", "File", "Finding", "FindingKind", "Share",
    "User", "pair", "read", "read_all",
]  # fmt: skip
