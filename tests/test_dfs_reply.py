"""RESP_GET_DFS_REFERRAL: every form of entry, every way in which strings may lie, and replies that were cut."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from referrals import PATH, TARGETS, names, reply, samba_3, samba_4, text, v1, v2, v34, windows
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

SHARED, SAMBA, SEPARATE = StringLayout.SHARED, StringLayout.SAMBA, StringLayout.SEPARATE
TWICE = (r"\one\share", r"\one\share")


def targets(texts: tuple[str, ...], kind: type[Any] = ReferralV3) -> tuple[Any, ...]:
    """Entries for `PATH` with these targets."""
    return tuple(kind(PATH, PATH, each, 300) for each in texts)


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


# -- layouts of strings


@pytest.mark.parametrize(
    ("data", "texts", "kind", "layout"),
    [
        (windows(), TARGETS, ReferralV4, SHARED),
        (windows(TWICE), TWICE, ReferralV4, SHARED),
        (samba_3(), TARGETS, ReferralV3, SHARED),
        (samba_3(TWICE), TWICE, ReferralV3, SAMBA),
        (samba_4(), TARGETS, ReferralV3, SEPARATE),
        (samba_4(TWICE), TWICE, ReferralV3, SEPARATE),
        (samba_4(TARGETS[:1]), TARGETS[:1], ReferralV3, SHARED),
    ],
    ids=["Windows", "Windows, twice", "Samba 3.6", "Samba 3.6, twice", "Samba 4", "Samba 4, twice", "one entry"],
)
def test_layouts_with_a_name(data: bytes, texts: tuple[str, ...], kind: Any, layout: StringLayout) -> None:
    """Of those that give the same bytes, it is the first."""
    value = whole(targets(texts, kind), string_layout=layout)
    assert both_ways(value, data)
    assert ReferralReply.decode(data).string_layout is layout
    assert ReferralReply.decode(data + b"tail") == whole(targets(texts, kind), string_layout=layout, slack=b"tail")


def test_the_default_is_what_windows_does() -> None:
    assert whole(targets(TARGETS, ReferralV4)).encode() == windows()
    assert whole(targets(TWICE, ReferralV4)).encode() == windows(TWICE)


def test_layouts_that_give_the_same_bytes_are_one() -> None:
    """A constructor gives the value that decoding would."""
    one, several, twice = targets(TARGETS[:1]), targets(TARGETS), targets(TWICE)
    assert whole(one, string_layout=SEPARATE).string_layout is SHARED
    assert whole(one, string_layout=SAMBA) == whole(one)
    assert whole(several, string_layout=SAMBA).string_layout is SHARED
    assert whole(several, string_layout=SEPARATE).string_layout is SEPARATE
    assert whole(twice, string_layout=SAMBA).string_layout is SAMBA
    assert whole(one, string_layout=(34, 58, 82)) == whole(one)
    assert whole(one, string_layout=[34, 58, 84], slack=bytearray(2)) == whole(one, string_layout=(34, 58, 84))


def test_the_reference_servers_version_2() -> None:
    """The path twice, the target, 22 zero bytes, and the two that it counts for a U+0000."""
    data = reply(v2(22, 46, 70), text(PATH, PATH, TARGETS[0]), bytes(22), count=1, consumed=22, flags=2)
    entry = ReferralV2(PATH, PATH, TARGETS[0], 600)
    assert both_ways(whole((entry,), string_layout=SAMBA), data)
    assert ReferralReply.decode(data).string_layout is SAMBA
    assert both_ways(whole((entry,), string_layout=SAMBA, slack=b"\0x"), data + b"\0x")
    assert ReferralReply.decode(data + b"\0x").slack == b"\0x"
    assert whole((entry,), slack=bytes(22)) == whole((entry,), string_layout=SAMBA)
    assert both_ways(whole((entry,), slack=bytes(21)), data[:-1])


def test_targets_of_the_reference_server_that_run_into_one_another() -> None:
    """Without a U+0000 between them, the first one is both."""
    data = reply(
        v2(44, 68, 92), v2(22, 46, 90), text(PATH, PATH)[:-2], b"\0\0", text(r"\one\share\two\share"), bytes(22 + 2),
        count=2, consumed=22, flags=2,
    )  # fmt: skip
    entries = (ReferralV2(PATH, PATH, r"\one\share\two\share", 600), ReferralV2(PATH, PATH, r"\two\share", 600))
    assert both_ways(whole(entries, string_layout=(44, 68, 92, 22, 46, 90), slack=bytes(24)), data)


def test_a_layout_that_has_no_name_is_told_by_its_offsets() -> None:
    entry = ReferralV3("a", "b", "c", 300)
    for offsets, content, slack in (
        ((34, 38, 42), text("a", "b", "c"), None),
        ((42, 34, 38), text("b", "c", "a"), b""),
        ((36, 40, 44), b"\0\0" + text("a", "b", "c"), b""),
        ((35, 39, 43), b"\0" + text("a", "b", "c"), b""),
        ((36, 40, 44), b"xy" + text("a", "b", "c"), b"xy"),
        ((36, 40, 46), b"\0\0" + text("a", "b") + b"-+" + text("c") + b"tail", b"\0\0-+tail"),
        ((36, 40, 46), bytes(2) + text("a", "b") + bytes(2) + text("c") + bytes(3), bytes(7)),
    ):
        data = reply(v34(*offsets), content, count=1)
        layout: Any = SHARED if slack is None else offsets
        assert both_ways(ReferralReply(0, (entry,), string_layout=layout, slack=slack or b""), data)


def test_strings_that_share_bytes() -> None:
    """The end of one is another; one is a path and a target; an empty one is the U+0000 of another."""
    data = reply(v34(34, 36, 34), text("\\ab"), count=1)
    assert both_ways(ReferralReply(0, (ReferralV3("\\ab", "ab", "\\ab", 300),), string_layout=(34, 36, 34)), data)
    data = reply(v34(34, 40, 0), text("\\ab"), count=1)
    assert both_ways(ReferralReply(0, (ReferralV3("\\ab", "", "", 300),), string_layout=(34, 40, 0)), data)
    data = reply(names(36, 2, 40), names(28, 1, 24), text("\\ab", "\\cd"), count=2)
    entries = (NameListReferral("\\ab", 600, ("b", "\\cd")), NameListReferral("cd", 600, ("",)))
    assert both_ways(ReferralReply(0, entries, string_layout=(36, 40, 28, 24)), data)


def test_strings_that_are_shared_here_and_repeated_there() -> None:
    data = reply(v34(102, 0, 0), v34(72, 0, 0), v34(34, 0, 0), text("a", "a"), count=3)
    entries = (ReferralV3("a", "", "", 300),) * 3
    assert both_ways(ReferralReply(0, entries, string_layout=(102, 0, 0, 72, 0, 0, 34, 0, 0)), data)
    data = reply(v34(0, 0, 102), v34(0, 0, 72), v34(0, 0, 34), text("a", "a"), count=3)
    entries = (ReferralV3("", "", "a", 300),) * 3
    assert both_ways(ReferralReply(0, entries, string_layout=(0, 0, 102, 0, 0, 72, 0, 0, 34)), data)
    data = reply(names(54, 2, 58), names(40, 2, 40), names(22, 2, 22), text("a", "b", "c"), count=3)
    lists = (NameListReferral("a", 600, ("b", "c")), *[NameListReferral("b", 600, ("b", "c"))] * 2)
    assert both_ways(ReferralReply(0, lists, string_layout=(54, 58, 40, 40, 22, 22)), data)


def test_equal_strings_of_one_field_are_shared_and_of_two_fields_are_not() -> None:
    entries = (ReferralV3("a", "a", "a", 300), ReferralV3("a", "a", "b", 300))
    data = reply(v34(68, 72, 76), v34(34, 38, 46), text("a", "a", "a", "b"), count=2)
    assert both_ways(ReferralReply(0, entries), data)
    lists = (NameListReferral("a", 600, ("b", "c")), NameListReferral("a", 600, ("b", "c")))
    assert both_ways(ReferralReply(0, lists), reply(names(36, 2, 40), names(18, 2, 22), text("a", "b", "c"), count=2))


def test_strings_that_the_size_counts() -> None:
    """3.2.5.5: Size includes the strings that follow at once; 2.2.5: strings follow the last entry."""
    data = reply(v34(34, 38, 42, size=46), text("a", "b", "c"), v34(34, 38, 42), text("d", "e", "f"), count=2)
    entries = (ReferralV3("a", "b", "c", 300, size=46), ReferralV3("d", "e", "f", 300))
    assert both_ways(ReferralReply(0, entries, string_layout=(34, 38, 42, 34, 38, 42)), data)
    data = reply(names(18, 2, 26, size=36), text("\\ab", "\\c", "d"), count=1)
    entry = NameListReferral("\\ab", 600, ("\\c", "d"), size=36)
    assert both_ways(ReferralReply(0, (entry,), string_layout=(18, 26)), data)


@pytest.mark.parametrize(("filler", "slack"), [(bytes(6), b""), (b"abcdef", b"abcdef")])
def test_an_entry_that_is_larger_than_its_fields(filler: bytes, slack: bytes) -> None:
    data = reply(v34(40, 44, 48, size=40), filler, text("a", "b", "c"), count=1)
    assert both_ways(ReferralReply(0, (ReferralV3("a", "b", "c", 300, size=40),), slack=slack), data)
    data = reply(v1("a", size=18), filler, count=1)
    assert both_ways(ReferralReply(0, (ReferralV1("a", size=18),), slack=slack), data)
    data = reply(names(40, size=40, padding=bytes(range(16))), filler, text("a"), count=1)
    entry = NameListReferral("a", 600, padding=bytes(range(16)), size=40)
    assert both_ways(ReferralReply(0, (entry,), slack=slack), data)
    data = reply(names(24, size=24), filler, text("a"), count=1)
    assert both_ways(ReferralReply(0, (NameListReferral("a", 600, size=24),), slack=slack), data)


def test_a_list_without_names_may_say_that_they_are_anywhere() -> None:
    for offset in (1, 18, 20, 22, 0xFFFF):
        data = reply(names(18, 0, offset), text("a"), count=1)
        assert both_ways(ReferralReply(0, (NameListReferral("a", 600),), string_layout=(18, offset)), data)


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
