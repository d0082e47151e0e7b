"""Referral replies that broke real software, or were made to: the error, the field and its place."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pytest
from referrals import names, reply, text, v1, v2, v34
from refusals import lengths, memory_of_refusal, place, refusal

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.dfs import (
    NameListReferral,
    ReferralReply,
    ReferralV3,
)

NUMBER = "ReferralReply.number_of_referrals"
FIRST = "ReferralReply.referral_entries[0]"
SECOND = "ReferralReply.referral_entries[1]"
ABC = text("a", "b", "c")


# -- numbers of the header


@pytest.mark.parametrize("consumed", [1, 7, 0x7FFF, 0xFFFF])
def test_h11_an_odd_number_of_bytes_consumed(consumed: int) -> None:
    for count, content in ((0, b""), (1, v34(34, 38, 42) + ABC)):
        data = reply(content, count=count, consumed=consumed)
        assert place(ReferralReply, data) == ("ReferralReply.path_consumed", 0)
        with pytest.raises(s2.DecodeError) as caught:
            ReferralReply.decode_truncated(data)
        assert (caught.value.path, caught.value.offset) == ("TruncatedReferralReply.path_consumed", 0)


@pytest.mark.parametrize("count", [2, 4, 0x7FFF, 0xFFFF])
def test_more_entries_than_there_are(count: int) -> None:
    """A count that cannot be true takes no memory; one that could is refused where the bytes end."""
    data = reply(v34(34, 38, 42), count=count)
    if count > 3:
        assert place(ReferralReply, data) == ("ReferralReply.referral_entries", 8)
        assert lengths(ReferralReply, data) == (10 * count, 34, NUMBER)
        assert memory_of_refusal(ReferralReply, data) < 20_000
    else:
        assert place(ReferralReply, data) == (SECOND, 42)
        assert lengths(ReferralReply, data) == (8, 0, NUMBER)


# -- entries


@pytest.mark.parametrize(
    ("entry", "path", "offset", "amounts"),
    [
        (v34(34, 38, 42, size=0), "size", 2, (34, 0, None)),
        (v34(34, 38, 42, size=17), "size", 2, (34, 17, None)),
        (v34(34, 38, 42, size=18), "size", 2, (34, 18, None)),
        (v34(34, 38, 42, size=33, version=4), "size", 2, (34, 33, None)),
        (v34(34, 38, 42, size=0xFFFF), "", 0, (0xFFFF, 46, f"{FIRST}.size")),
        (v34(34, 38, 42, size=47), "", 0, (47, 46, f"{FIRST}.size")),
        (v2(22, 26, 30, size=21), "size", 2, (22, 21, None)),
        (v2(22, 26, 30, size=0xFFFF), "", 0, (0xFFFF, 34, f"{FIRST}.size")),
        (names(18, size=0), "size", 2, (18, 0, None)),
        (names(18, size=17), "size", 2, (18, 17, None)),
        (names(18, size=0xFFFF), "", 0, (0xFFFF, 30, f"{FIRST}.size")),
        (v1("a", size=0), "size", 2, (10, 0, None)),
        (v1("a", size=9), "size", 2, (10, 9, None)),
        (v1("a", size=11), "share_name", 8, (4, 3, f"{FIRST}.size")),
        (v1("a", size=10), "share_name", 8, (4, 2, f"{FIRST}.size")),
        (v1("aaa", size=15), "share_name", 8, (8, 7, f"{FIRST}.size")),
        (v34(34, 38, 42, version=0), "version_number", 0, (None, None, None)),
        (v34(34, 38, 42, version=5), "version_number", 0, (None, None, None)),
        (v34(34, 38, 42, version=0xFFFF, flags=2), "version_number", 0, (None, None, None)),
    ],
)
def test_h13_entries_of_impossible_size_or_version(entry: bytes, path: str, offset: int, amounts: Any) -> None:
    data = reply(entry, ABC, count=1)
    assert place(ReferralReply, data) == (f"{FIRST}.{path}".rstrip("."), 8 + offset)
    assert lengths(ReferralReply, data) == amounts
    behind = reply(v34(0, 0, 0), entry, ABC, count=2)
    assert place(ReferralReply, behind) == (f"{SECOND}.{path}".rstrip("."), 42 + offset)


def test_h13_lists_of_18_bytes_beside_entries_of_34() -> None:
    data = reply(
        names(86), v34(72, 76, 80), names(50, 1, 54, size=34, padding=bytes(16)), text("n", "a", "b", "c", "m", "x"),
        count=3,
    )  # fmt: skip
    assert ReferralReply.decode(data).referral_entries == (
        NameListReferral("n", 600),
        ReferralV3("a", "b", "c", 300),
        NameListReferral("m", 600, ("x",), padding=bytes(16)),
    )
    assert ReferralReply.decode(data).encode() == data
    broken = bytearray(data)
    broken[28] = 18  # the second, which is no list, now says so as well
    assert place(ReferralReply, bytes(broken)) == (f"{SECOND}.size", 28)


# -- strings


@pytest.mark.parametrize("name", ["dfs_path", "dfs_alternate_path", "network_address"])
@pytest.mark.parametrize(
    ("entry", "start", "size"),
    [(v2, 16, 22), (v34, 12, 34), (lambda *o: v34(*o, version=4), 12, 34)],
    ids=["V2", "V3", "V4"],
)
def test_h13_offsets_that_lead_nowhere(entry: Callable[..., bytes], start: int, size: int, name: str) -> None:
    """Into the entry's own fields, into those of the next, behind the end."""
    which = ("dfs_path", "dfs_alternate_path", "network_address").index(name)

    def with_offset(offset: int) -> bytes:
        offsets = [2 * size, 2 * size + 4, 2 * size + 8]
        offsets[which] = offset
        return reply(entry(*offsets), entry(0, 0, 0), ABC, count=2)

    field = (f"{FIRST}.{name}_offset", 8 + start + 2 * which)
    end = 2 * size + len(ABC)
    for offset in (1, 2, start, size - 2, size - 1):
        assert place(ReferralReply, with_offset(offset)) == field
        assert f"{offset} points into the entry" in refusal(ReferralReply, with_offset(offset)).reason
    for offset in (end, end + 1, 0x7FFF, 0xFFFF):
        assert place(ReferralReply, with_offset(offset)) == field
        assert lengths(ReferralReply, with_offset(offset)) == (offset + 2, end, None)
    assert place(ReferralReply, with_offset(end - 1)) == (f"{FIRST}.{name}", 8 + end - 1)
    assert lengths(ReferralReply, with_offset(end - 1)) == (2, 1, None)
    for offset in (size + 8, 2 * size - 1):
        assert place(ReferralReply, with_offset(offset)) == field
        assert "covers fields of referral_entries[1]" in refusal(ReferralReply, with_offset(offset)).reason


def test_h13_a_share_name_without_an_end() -> None:
    data = reply(v1("ab")[:-2], count=1)
    data = data[:10] + bytes([12]) + data[11:]
    assert place(ReferralReply, data) == (f"{FIRST}.share_name", 16)
    assert lengths(ReferralReply, data) == (6, 4, f"{FIRST}.size")


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_the_last_string_has_no_end(size: int) -> None:
    data = reply(v34(34, 38, 42), ABC, count=1)[:-size]
    path, offset = (f"{FIRST}.network_address", 50) if size < 4 else (f"{FIRST}.network_address_offset", 24)
    assert place(ReferralReply, data) == (path, offset)
    assert lengths(ReferralReply, data) == {1: (4, 3, None), 2: (4, 2, None), 3: (2, 1, None), 4: (44, 42, None)}[size]


def test_h13_names_of_lists_that_lead_nowhere() -> None:
    def listed(special: int, count: int, expanded: int, **more: Any) -> bytes:
        return reply(names(special, count, expanded, **more), ABC, count=1)

    for data, path, offset in (
        (listed(17, 0, 0), "special_name_offset", 20),
        (listed(30, 0, 0), "special_name_offset", 20),
        (listed(0, 1, 0), "expanded_name_offset", 24),
        (listed(0, 1, 17), "expanded_name_offset", 24),
        (listed(0, 1, 30), "expanded_name_offset", 24),
        (listed(0, 4, 18), "expanded_names", 26),
        (listed(0, 3, 22), "expanded_names", 30),
        (listed(0, 1, 29), "expanded_names", 37),
        (listed(42, 0, 0, size=34, padding=bytes(16))[:-2], "special_name", 50),
    ):
        assert place(ReferralReply, data) == (f"{FIRST}.{path}", offset)


def test_h13_as_many_names_as_a_field_can_say() -> None:
    data = reply(names(18, 0xFFFF, 18), ABC, count=1)
    assert place(ReferralReply, data) == (f"{FIRST}.expanded_names", 26)
    assert lengths(ReferralReply, data) == (0x1FFFE, 12, f"{FIRST}.number_of_expanded_names")
    assert memory_of_refusal(ReferralReply, data) < 20_000
    assert ReferralReply.decode_truncated(data).referral_entries == ()
    whole = reply(names(0, 0xFFFF, 18), bytes(0x1FFFE), count=1)
    (entry,) = ReferralReply.decode(whole).referral_entries
    assert entry == NameListReferral("", 600, ("",) * 0xFFFF)
    assert ReferralReply(0, (entry,)).encode() == whole


@pytest.mark.parametrize(
    ("units", "at"),
    [(b"a\0\0\xd8\0\0", 2), (b"\0\xdca\0\0\0", 0), (b"\0\xdc\0\xd8\0\0", 0)],
    ids=["high", "low", "swapped"],
)
def test_strings_that_are_no_utf_16(units: bytes, at: int) -> None:
    for data, path, offset in (
        (reply(v34(34, 38, 42), text("a", "b"), units, count=1), "network_address", 50),
        (reply(v34(34, 34, 34), units, count=1), "dfs_path", 42),
        (reply(names(18), units, count=1), "special_name", 26),
        (reply(names(0, 2, 18), text("a"), units, count=1), "expanded_names", 26 + 4),
        (reply(struct.pack("<HHHH", 1, 14, 0, 0), units, count=1), "share_name", 16),
    ):
        assert place(ReferralReply, data) == (f"{FIRST}.{path}", offset + at)
        whole = data if path == "share_name" else data + text("x")
        with pytest.raises(s2.DecodeError):
            ReferralReply.decode_truncated(whole)
