"""Contents of referral replies, which no plan describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smb2ioctl_codec.fuzz.dfs_facts import DFS_PATH
from smb2ioctl_codec.fuzz.values.fit import LARGEST
from smb2ioctl_codec.payloads.dfs import NameListReferral, ReferralReply, ReferralV1, ReferralV2, ReferralV3, ReferralV4
from smb2ioctl_codec.payloads.dfs.content import Referrals
from smb2ioctl_codec.payloads.dfs.entries import Referral, ReferralEntryFlags, ServerType
from smb2ioctl_codec.payloads.dfs.strings import StringLayout

_PATH, _TARGET = DFS_PATH, r"\target\share"
_SECONDS = 300
#: PathConsumed of the path, in bytes.
_CONSUMED = 2 * len(_PATH)
_BOUNDARY = ReferralEntryFlags.TARGET_SET_BOUNDARY.value
#: Entries of a long reply.
_MANY = 20

#: One of each form.
ENTRIES: tuple[tuple[Referral, str], ...] = (
    (ReferralV1(_TARGET), "version 1"),
    (ReferralV1("", ServerType.ROOT), "version 1, no target"),
    (ReferralV2(_PATH, _PATH, _TARGET, _SECONDS), "version 2"),
    (ReferralV2(_PATH, "", _TARGET, 0, ServerType.ROOT, proximity=1), "version 2, no alternate path"),
    (ReferralV3(_PATH, _PATH, _TARGET, _SECONDS), "version 3"),
    (ReferralV3(_PATH, _PATH, _TARGET, 0, ServerType.ROOT), "version 3, a root"),
    (ReferralV4(_PATH, _PATH, _TARGET, _SECONDS, referral_entry_flags=_BOUNDARY), "version 4, a set of targets starts"),
    (ReferralV4(_PATH, _PATH, _TARGET, _SECONDS), "version 4"),
    (NameListReferral("example.com", _SECONDS), "a domain"),
    (NameListReferral("example.com", _SECONDS, padding=bytes(16)), "a domain, padded"),
    (NameListReferral("example.com", _SECONDS, ("dc1.example.com",), padding=bytes(16)), "a domain, one controller"),
    (
        NameListReferral("example.com", _SECONDS, ("dc1.example.com", "dc2.example.com"), version_number=4),
        "a domain of version 4, two controllers",
    ),
)


def plain(content: type[Any]) -> dict[str, Any]:
    """The attributes of a content that reads itself, and of earlier fields that must fit it."""
    return next(given for given, _ in _all(content))


def others(content: type[Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Other ones, each with what is special about it."""
    return _all(content)


def _all(content: type[Any]) -> Iterator[tuple[dict[str, Any], str]]:
    replies = _replies()
    if content is Referrals:
        yield from replies
        yield _longest()
        return
    for given, what in replies:
        whole = ReferralReply(**given)
        head = {"path_consumed": whole.path_consumed, "number_of_referrals": whole.number_of_referrals}
        data = whole.encode()[8:]
        for share in (0, 1, 2, 3):
            cut = head | {"content": data[: len(data) * share // 4]}
            yield cut, f"{what}; {share} quarters of it"
    yield {"path_consumed": _CONSUMED, "number_of_referrals": 1, "content": b"\4"}, "one byte of an entry"


def _longest() -> tuple[dict[str, Any], str]:
    """As many entries as fit; their strings, which they share, lie behind all of them."""

    def reply(count: int) -> dict[str, Any]:
        return {"path_consumed": _CONSUMED, "referral_entries": (ENTRIES[7][0],) * count}

    one, two = (len(ReferralReply(**reply(count)).encode()) for count in (1, 2))
    count = (LARGEST - one) // (two - one) + 1
    return reply(count), f"{count} entries, the most that fit"


def _replies() -> Iterator[tuple[dict[str, Any], str]]:
    usual = {"path_consumed": _CONSUMED}
    yield {**usual, "referral_entries": (ENTRIES[6][0],)}, ENTRIES[6][1]
    yield {**usual, "referral_entries": ()}, "no entries"
    yield {**usual, "referral_entries": tuple(entry for entry, _ in ENTRIES)}, "an entry of each form"
    for entry, what in ENTRIES:
        yield {**usual, "referral_entries": (entry,)}, what
        yield {**usual, "referral_entries": (entry, entry)}, f"two of {what}"
    yield {**usual, "referral_entries": (ENTRIES[7][0],) * _MANY}, f"{_MANY} entries"
    for layout in StringLayout:
        entries = (ENTRIES[4][0], ENTRIES[5][0])
        yield {**usual, "referral_entries": entries, "string_layout": layout}, f"strings {layout.name.lower()}"
    yield {**usual, "referral_entries": (ENTRIES[4][0],), "slack": b"\1\2\3\4"}, "bytes in no string"
    yield {"path_consumed": 0, "referral_entries": (ENTRIES[4][0],)}, "no path consumed"
