"""Where the strings of a referral reply lie: in a layout that has a name, or anywhere."""

from __future__ import annotations

from typing import Any

import pytest
from referrals import PATH, TARGETS, names, reply, samba_3, samba_4, text, v1, v2, v34, windows
from refusals import both_ways

from smb2ioctl_codec.payloads.dfs import (
    NameListReferral,
    ReferralReply,
    ReferralV1,
    ReferralV2,
    ReferralV3,
    ReferralV4,
    StringLayout,
)

SHARED, SAMBA, SEPARATE = StringLayout.SHARED, StringLayout.SAMBA, StringLayout.SEPARATE
TWICE = (r"\one\share", r"\one\share")


def targets(texts: tuple[str, ...], kind: type[Any] = ReferralV3) -> tuple[Any, ...]:
    """Entries for `PATH` with these targets."""
    return tuple(kind(PATH, PATH, each, 300) for each in texts)


def whole(entries: tuple[Any, ...], **fields: Any) -> ReferralReply:
    """A reply that says what those of `referrals` say."""
    return ReferralReply(2 * len(PATH), entries, 2, **fields)


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
