"""Trees: what `inspect` costs, relative to decoding the same message with its payload."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import smb2ioctl_codec as s2

from .results import Limit, Result
from .timing import Way, medians

sys.path.insert(0, str(Path(__file__).parents[1]))

#: Times the time of decoding.
MOST = Limit(20)

_ROUNDS = 15


def measure(wanted: Callable[[str], bool]) -> Iterator[Result]:
    """A result for every kind of recorded message that is wanted: of each the largest, and of referrals a small one."""
    for name, message in _messages().items():
        if wanted(f"tree {name}"):
            decode, tree = medians([Way(_decoded, message), Way(_walked, message)], _ROUNDS)
            figures = {"decode us": decode * 1e6, "tree us": tree * 1e6, "ratio": tree / decode}
            yield Result(f"tree {name}", figures, {"ratio": MOST})


def _decoded(message: bytes) -> Any:
    packet = s2.Packet.decode(message)
    body, header = packet.body, packet.header
    if isinstance(body, s2.IoctlRequest):
        return body.payload()
    if isinstance(body, s2.IoctlResponse) and isinstance(header, s2.Header):
        return body.payload(status=header.status)
    return body


def _walked(message: bytes) -> int:
    """The tree, every node of which is looked at."""
    return sum(node.size for node in s2.inspect(message))


def _messages() -> dict[str, bytes]:
    from samples import pdus

    found: dict[str, bytes] = {}
    for pdu in pdus():
        try:
            payload = _decoded(pdu.message)
        except s2.DecodeError:
            continue
        kind = "request" if pdu.is_request else "reply"
        name = f"{kind} {'raw' if isinstance(payload, bytes) else type(payload).__name__}"
        if isinstance(payload, s2.payloads.dfs.ReferralReply) and len(payload.referral_entries) <= 3:
            name += f" {len(payload.referral_entries)}"
        if len(pdu.message) > len(found.get(name, b"")):
            found[name] = pdu.message
    return found
