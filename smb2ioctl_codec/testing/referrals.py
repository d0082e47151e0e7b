"""Strategies of referral entries, and of the contents of referral replies, which no plan describes."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from smb2ioctl_codec.payloads.dfs import NameListReferral, ReferralV1, ReferralV2, ReferralV3, ReferralV4
from smb2ioctl_codec.payloads.dfs.content import CutReferrals, Referrals
from smb2ioctl_codec.payloads.dfs.entries import Referral, ReferralEntryFlags, ServerType
from smb2ioctl_codec.payloads.dfs.reply import ReferralReply
from smb2ioctl_codec.payloads.dfs.strings import StringLayout
from smb2ioctl_codec.testing.scalars import LONGEST, MOST_ITEMS, guids, integers, texts

_NAMES = ReferralEntryFlags.NAME_LIST_REFERRAL.value
#: Short ones that several entries may have, as entries of one reply do, and any others.
_strings = st.one_of(st.sampled_from(("", "\\server", "\\server\\root")), texts)
_seconds = integers("<L")
_marks = {
    "server_type": st.one_of(st.sampled_from(list(ServerType)), integers("<H").map(ServerType)),
    "referral_entry_flags": integers("<H"),
}
_with_target = {
    **_marks,
    "referral_entry_flags": integers("<H").map(lambda flags: flags & ~_NAMES),
    "service_site_guid": guids,
}

entries: st.SearchStrategy[Referral] = st.one_of(
    st.builds(ReferralV1, _strings, **_marks),
    st.builds(ReferralV2, _strings, _strings, _strings, _seconds, proximity=integers("<L"), **_marks),
    st.builds(ReferralV3, _strings, _strings, _strings, _seconds, **_with_target),
    st.builds(ReferralV4, _strings, _strings, _strings, _seconds, **_with_target),
    st.builds(
        NameListReferral,
        _strings,
        _seconds,
        st.lists(_strings, max_size=MOST_ITEMS).map(tuple),
        st.sampled_from((3, 4)),
        _marks["server_type"],
        integers("<H").map(lambda flags: flags | _NAMES),
        st.one_of(st.just(b""), st.binary(min_size=16, max_size=16)),
    ),
)

_whole: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "path_consumed": integers("<H").map(lambda number: number & ~1),
        "referral_entries": st.lists(entries, max_size=MOST_ITEMS).map(tuple),
        "string_layout": st.sampled_from(list(StringLayout)),
        "slack": st.one_of(st.just(b""), st.binary(max_size=LONGEST)),
    }
)


@st.composite
def _cut(draw: st.DrawFn) -> dict[str, Any]:
    """What a cut has left of some reply."""
    reply = ReferralReply(**draw(_whole))
    content = reply.encode()[8:]
    place = draw(st.integers(0, len(content)))
    return {
        "path_consumed": reply.path_consumed,
        "number_of_referrals": reply.number_of_referrals,
        "content": content[:place],
    }


#: The attributes of each content that reads itself, and of earlier fields that must fit it.
OWN: dict[type[Any], st.SearchStrategy[dict[str, Any]]] = {Referrals: _whole, CutReferrals: _cut()}
