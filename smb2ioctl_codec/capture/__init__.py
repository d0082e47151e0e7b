"""Capture files: the SMB2 messages in what tcpdump and its like recorded.

`read` gives them one by one, `read_all` and `pair` with request and reply knowing one another. `pcap` and `pcapng` take
packets out of files, `links` and `ip` find the TCP segment in one, `tcp` puts bytes in order, `framing` cuts them into
frames, `split` these into messages, `pairing` finds the request of a reply; `reader` does it all, in bounded memory.
"""

from smb2ioctl_codec.capture.model import CapturedMessage, CaptureError, Connection, Endpoint, Finding, FindingKind
from smb2ioctl_codec.capture.pairing import pair
from smb2ioctl_codec.capture.reader import Capture, read, read_all

__all__ = [
    "Capture", "CaptureError", "CapturedMessage", "Connection", "Endpoint", "Finding", "FindingKind", "pair", "read",
    "read_all",
]  # fmt: skip
