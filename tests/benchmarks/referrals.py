"""Replies with DFS referrals of any length: strings of their own, shared strings, strings that overlap.

Offsets have 16 bits, so many entries must have short strings.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from smb2ioctl_codec import DecodeError
from smb2ioctl_codec.payloads.dfs import (
    NameListReferral,
    ReferralEntryFlags,
    ReferralReply,
    ReferralV4,
    StringLayout,
)

from .timing import Way

_FIRST_OF_SET = ReferralEntryFlags.TARGET_SET_BOUNDARY.value
_HEAD = struct.Struct("<HHI")
_ENTRY = struct.Struct("<HHHHIHHH16s")
#: Places in one long string where entries may enter it, so that their strings are not too long together.
_ENTRANCES = 75


def targets(count: int, layout: StringLayout, path: str, target: str) -> ReferralReply:
    """A reply with `count` targets of version 4 for one path; `target` takes a number."""
    entries = (
        ReferralV4(path, path, target.format(place), 1800, referral_entry_flags=0 if place else _FIRST_OF_SET)
        for place in range(count)
    )
    return ReferralReply(2 * len(path), tuple(entries), 2, layout)


def usual_targets(count: int, layout: StringLayout = StringLayout.SHARED) -> ReferralReply:
    """`targets` with strings of a usual length."""
    return targets(count, layout, r"\example.com\share\folder", r"\server{:04}.example.com\share")


def names(count: int) -> ReferralReply:
    """A reply with the names of `count` domain controllers."""
    controllers = tuple(rf"\dc{place:04}.example.com" for place in range(count))
    return ReferralReply(0, (NameListReferral(r"\example.com", 600, controllers),))


def one_string(count: int, entrances: int) -> bytes:
    """A reply whose entries have all their strings in one, which each enters at one of so many places."""
    out = [_HEAD.pack(0, count, 2)]
    for place in range(count):
        offset = _ENTRY.size * (count - place) + 2 * (place % entrances)
        out.append(_ENTRY.pack(4, _ENTRY.size, 0, 0, 1800, offset, offset, offset, bytes(16)))
    return b"".join((*out, b"a\0" * (4 * count), b"\0\0"))


def _both(data: bytes) -> Mapping[str, Way]:
    return {"decode": Way(ReferralReply.decode, data), "encode": Way(ReferralReply.encode, ReferralReply.decode(data))}


def _short(layout: StringLayout, count: int) -> Mapping[str, Way]:
    return _both(targets(count, layout, r"\s\r", r"\{:03}").encode())


def _refusal(count: int) -> Mapping[str, Way]:
    data = one_string(count, count)
    return {"decode": Way(_refuse, data)}


def _refuse(data: bytes) -> None:
    with suppress(DecodeError):
        ReferralReply.decode(data)
        raise AssertionError("these bytes are to be refused")


#: By name, what is timed for so many entries.
REFERRALS: dict[str, Callable[[int], Mapping[str, Way]]] = {
    "DFS targets, strings of their own": partial(_short, StringLayout.SEPARATE),
    "DFS targets, shared paths": partial(_short, StringLayout.SHARED),
    "DFS targets, all in one string": lambda count: _both(one_string(count, _ENTRANCES)),
    "DFS targets, too much in one string": _refusal,
    "DFS expanded names": lambda count: _both(names(count).encode()),
}
