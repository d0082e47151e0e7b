"""RESP_GET_DFS_REFERRAL: every form of entry, replies that were cut, and what a reply is held against."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from referrals import PATH, names, reply, samba_3, samba_4, text, v1, v2, v34, windows
from refusals import both_ways, place
from samples import BUFFER_OVERFLOW, DFS_GET_REFERRALS, pdus

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.payloads.dfs import (
    NameListReferral,
    ReferralEntryFlags,
    ReferralHeaderFlags,
    ReferralReply,
    ReferralRequest,
    ReferralRequestEx,
    ReferralV1,
    ReferralV2,
    ReferralV3,
    ReferralV4,
    ServerType,
    StringLayout,
    TruncatedReferralReply,
)

SHARED, SEPARATE = StringLayout.SHARED, StringLayout.SEPARATE
TWICE = (r"\one\share", r"\one\share")


def whole(entries: tuple[Any, ...], **fields: Any) -> ReferralReply:
    """A reply that says what those of `referrals` say."""
    return ReferralReply(2 * len(PATH), entries, 2, **fields)


# -- forms of entries


def test_version_1() -> None:
    data = reply(v1(r"\a\b", server_type=1), v1("", flags=9), count=2, consumed=4, flags=3)
    value = ReferralReply(4, (ReferralV1(r"\a\b", ServerType.ROOT), ReferralV1("", referral_entry_flags=9)), 3)
    assert both_ways(value, data)


def test_version_2() -> None:
    data = reply(v2(22, 32, 42, ttl=7, proximity=0xFFFFFFFF), text("\\one", "\\two", "\\six"), count=1)
    entry = ReferralV2("\\one", "\\two", "\\six", 7, proximity=0xFFFFFFFF)
    assert both_ways(ReferralReply(0, (entry,)), data)


@pytest.mark.parametrize(("version", "kind"), [(3, ReferralV3), (4, ReferralV4)])
def test_versions_3_and_4(version: int, kind: Any) -> None:
    guid = UUID("00112233-4455-6677-8899-aabbccddeeff")
    data = reply(
        v34(34, 44, 54, version=version, server_type=0xABCD, flags=0xFFFD, ttl=0xFFFFFFFF, guid=guid.bytes_le),
        text("\\one", "\\two", "\\six"), count=1,
    )  # fmt: skip
    entry = kind("\\one", "\\two", "\\six", 0xFFFFFFFF, ServerType(0xABCD), 0xFFFD, guid)
    assert both_ways(ReferralReply(0, (entry,)), data)
    assert entry.service_site_guid == UUID(bytes_le=data[26:42])


def test_a_boundary_of_a_target_set() -> None:
    first = ReferralV4("", "", "", 0, referral_entry_flags=ReferralEntryFlags.TARGET_SET_BOUNDARY)
    assert first.target_set_boundary
    assert not ReferralV4("", "", "", 0, referral_entry_flags=0xFFF9).target_set_boundary


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize("padding", [b"", bytes(16), bytes(range(16))])
def test_lists_of_names(version: int, padding: bytes) -> None:
    size = 18 + len(padding)
    data = reply(
        names(2 * size, version=version, size=size, flags=0xFFFF, padding=padding),
        names(size + 6, 2, size + 12, version=version, size=size, padding=padding),
        text("\\a", "\\b", "\\c", ""), count=2,
    )  # fmt: skip
    entries = (
        NameListReferral("\\a", 600, (), version, referral_entry_flags=0xFFFF, padding=padding),
        NameListReferral("\\b", 600, ("\\c", ""), version, padding=padding),
    )
    assert both_ways(ReferralReply(0, entries), data)


def test_forms_and_sizes_side_by_side() -> None:
    """Size leads from one to the next; each form is told by version and flag."""
    entries = [
        v34(0, 0, 0),
        names(0),
        v1("x"),
        names(0, size=34, padding=bytes(16)),
        v2(0, 0, 0),
        v34(0, 0, 0, version=4),
    ]
    found = ReferralReply.decode(reply(*entries, count=6))
    assert [type(each) for each in found.referral_entries] == [
        ReferralV3, NameListReferral, ReferralV1, NameListReferral, ReferralV2, ReferralV4,
    ]  # fmt: skip
    assert found.number_of_referrals == 6
    assert found.encode() == reply(*entries, count=6)


@pytest.mark.parametrize("tail", [b"", b"x", bytes(7), b"\0\xd8"])
def test_h12_no_referrals_at_all(tail: bytes) -> None:
    data = reply(tail, count=0, consumed=6, flags=ReferralHeaderFlags.TARGET_FAILBACK)
    assert both_ways(ReferralReply(6, (), 4, slack=tail), data)
    assert ReferralReply.decode(data).referral_entries == ()


def test_flags_of_the_header_are_kept() -> None:
    assert both_ways(ReferralReply(0, (), 0xFFFFFFFF), reply(count=0, flags=0xFFFFFFFF))


def test_sizes_that_are_no_news_are_none() -> None:
    assert ReferralV1("ab", size=14) == ReferralV1("ab")
    assert ReferralV2("a", "b", "c", 1, size=22) == ReferralV2("a", "b", "c", 1)
    assert ReferralV4("a", "b", "c", 1, size=34).size is None
    assert NameListReferral("a", 1, size=18) == NameListReferral("a", 1)
    assert NameListReferral("a", 1, size=34, padding=bytes(16)).size is None
    assert NameListReferral("a", 1, size=34).size == 34


def test_values_are_given_the_form_that_decoding_gives() -> None:
    made: Any = NameListReferral("a", 1, ["b"], server_type=1, padding=bytearray(16))  # type: ignore[arg-type]
    assert (made.expanded_names, made.padding) == (("b",), bytes(16))
    assert made.server_type is ServerType.ROOT
    assert type(made.padding) is bytes
    assert eval(repr(whole((made,)))) == whole((made,))
    listed: Any = [made]
    assert ReferralReply(0, listed).referral_entries == (made,)


# -- replies that were cut


@pytest.mark.parametrize("data", [windows(), samba_3(TWICE), samba_4()], ids=["Windows", "Samba 3.6", "Samba 4"])
def test_what_is_whole_of_a_cut_reply(data: bytes) -> None:
    """An entry is, if its fields are there and the last of its strings is."""
    value = ReferralReply.decode(data)
    ends = []
    for index, each in enumerate(value.referral_entries):
        start = 8 + 34 * index
        last = start + max(int.from_bytes(data[start + place :][:2], "little") for place in (12, 14, 16))
        ends.append(max(last + len(text(each.network_address)), start + 34))  # type: ignore[union-attr]
    for size in range(8, len(data) + 1):
        cut = ReferralReply.decode_truncated(bytearray(data[:size]))
        assert cut == TruncatedReferralReply(value.path_consumed, 3 if len(ends) == 3 else 2, 2, data[8:size])
        assert cut.truncated
        assert cut.referral_entries == value.referral_entries[: sum(end <= size for end in ends)]
        assert cut.encode() == data[:size]
    assert not value.truncated


@pytest.mark.parametrize("size", [8, 64, 4096])
def test_cuts_at_usual_sizes(size: int) -> None:
    data = samba_4(tuple(rf"\server{number}\share" for number in range(50)))
    assert len(data) > 4096
    found = registry.lookup(DFS_GET_REFERRALS).decode_response(data[:size], None, BUFFER_OVERFLOW)
    assert isinstance(found, TruncatedReferralReply)
    assert (found.number_of_referrals, len(found.referral_entries)) == (50, {8: 0, 64: 0, 4096: 30}[size])
    body = s2.IoctlResponse(s2.CtlCode(DFS_GET_REFERRALS), s2.FileId.NONE, data[:size])
    assert body.payload(status=BUFFER_OVERFLOW) == found


@pytest.mark.parametrize("size", range(8))
def test_less_than_a_header_stays_bytes(size: int) -> None:
    data = windows()[:size]
    row = registry.lookup(DFS_GET_REFERRALS)
    assert row.decode_response(data, None, BUFFER_OVERFLOW) == data
    assert row.response_kind(data, None, BUFFER_OVERFLOW) is None
    path, offset = place(TruncatedReferralReply, data)
    assert path.startswith("TruncatedReferralReply.")
    assert offset == min(size, size // 4 * 4 if size >= 4 else size // 2 * 2)


def test_a_whole_reply_may_be_called_cut() -> None:
    found = TruncatedReferralReply.decode(windows() + b"tail")
    assert found.referral_entries == ReferralReply.decode(windows()).referral_entries
    assert found.encode() == windows() + b"tail"


def test_recorded_replies() -> None:
    """All that Samba 4 sent, whole and cut; strings lie as they do in one entry, or apart."""
    seen: Counter[Any] = Counter()
    for pdu in pdus():
        if pdu.is_request or pdu.ctl_code != DFS_GET_REFERRALS or pdu.status not in (0, BUFFER_OVERFLOW):
            continue
        body = s2.IoctlResponse.decode(pdu.body)
        found = body.payload(status=pdu.status)
        assert isinstance(found, bytes) is (len(body.output) < 8)
        if isinstance(found, ReferralReply):
            seen[found.string_layout, found.slack] += 1
        else:
            seen[type(found).__name__] += 1
        assert (found if isinstance(found, bytes) else found.encode()) == body.output
    assert seen == {(SHARED, b""): 102, (SEPARATE, b""): 99, "TruncatedReferralReply": 129, "bytes": 24}


# -- the request that is answered


@pytest.mark.parametrize("kind", [ReferralReply, TruncatedReferralReply])
def test_h11_more_consumed_than_there_was(kind: Any) -> None:
    """In bytes: a character of two units is four of them."""
    for path, size in ((r"\a\b", 8), ("\U0001d11e", 4), ("", 0), ("\ud800", 2)):
        for asked in (ReferralRequest(4, path), ReferralRequest(4, path, ""), ReferralRequestEx(4, path)):
            kind.decode(reply(count=0, consumed=size)).check_against(asked)
            with pytest.raises(s2.DecodeError) as caught:
                kind.decode(reply(count=0, consumed=size + 2)).check_against(asked)
            error = caught.value
            assert (error.path, error.offset) == (f"{kind.__name__}.path_consumed", 0)
            assert (error.needed, error.available) == (size + 2, size)
    kind.decode(reply(count=0, consumed=0xFFFE)).check_against(b"of unknown type")
