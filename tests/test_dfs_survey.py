"""What overlapping strings cost; that both readers and both writers of referral replies agree; trees of broken ones."""

from __future__ import annotations

import codecs
import struct
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from referrals import PATH, TARGETS, crowded, crowded_lists, names, reply, samba_3, samba_4, text, v1, v2, v34, windows

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.dfs import ReferralReply, StringLayout, strings
from smb2ioctl_codec.payloads.dfs.lay_out import lay_out
from smb2ioctl_codec.payloads.dfs.survey import Survey
from smb2ioctl_codec.schema.spans import Span, read

FIRST = "ReferralReply.referral_entries[0]"
SECOND = "ReferralReply.referral_entries[1]"
ABC = text("a", "b", "c")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Bytes of each string that is decoded where strings may overlap."""
    sizes: list[int] = []
    decode = codecs.utf_16_le_decode

    def counting(data: bytes, *arguments: Any) -> Any:
        sizes.append(len(data))
        return decode(data, *arguments)

    monkeypatch.setattr(strings, "utf_16_le_decode", counting)
    return sizes


def attempt(data: bytes) -> Any:
    try:
        return ReferralReply.decode(data)
    except s2.DecodeError as error:
        return error


def test_a_string_that_all_entries_share_is_decoded_once(decoded: list[int]) -> None:
    for spread in (1, 2, 8):
        for count in (100, 200, 400):
            decoded.clear()
            data = crowded(count, spread)
            assert len(attempt(data).referral_entries) == count
            assert len(decoded) in (0, spread)
            assert sum(decoded) <= spread * len(data)


def test_a_list_that_all_entries_share_is_decoded_once(decoded: list[int]) -> None:
    """Behind two bytes that no layout has there, so that the slow reader reads it."""
    for count in (100, 200, 400):
        decoded.clear()
        entries = [names(0, count, 18 * (count - index) + 2) for index in range(count)]
        found = attempt(reply(*entries, b"xy", text("n") * count, count=count))
        assert {each.expanded_names for each in found.referral_entries} == {("n",) * count}
        assert len(decoded) == 1


def test_that_there_is_no_end_is_found_out_once() -> None:
    """Looking for an end takes milliseconds here; doing it again for every start would take seconds."""
    found = strings.Strings(b"x\0" * (1 << 20))
    start = time.process_time()
    for place in (*range(0, 2000, 2), *range(4000, 2000, -2)):
        with pytest.raises(strings.Endless):
            found.at(place)
    assert time.process_time() - start < 1


@pytest.mark.parametrize("make", [lambda n: crowded(n, n), crowded_lists], ids=["strings", "lists"])
@pytest.mark.parametrize("step", [attempt, lambda data: read(ReferralReply.PLAN, data)], ids=["decode", "spans"])
def test_strings_that_overlap_are_read_so_often_and_no_more(
    make: Callable[[int], bytes], step: Callable[[bytes], Any], decoded: list[int]
) -> None:
    """Every entry enters a long string at another place: 16 times all bytes are read, whatever the number of entries,
    and once more to explain."""
    for count in (200, 400, 800):
        decoded.clear()
        data = make(count)
        step(data)
        assert sum(decoded) <= 2 * (16 + 1) * len(data)
        error = attempt(data)
        assert isinstance(error, s2.DecodeError)
        assert "overlap so much" in error.reason
        with pytest.raises(s2.DecodeError, match="overlap so much"):
            ReferralReply.decode_truncated(data)


def test_strings_may_overlap_as_much_as_servers_need() -> None:
    """Forty targets of version 2 that run into one another, as the reference server sends them."""
    texts = [rf"\server{number}\share" for number in range(40)]
    strings_start = 8 + 22 * 40
    entries, place_of = b"", strings_start
    for index, each in enumerate(texts):
        start = 8 + 22 * index
        entries += v2(0, 0, place_of - start)
        place_of += len(each.encode("utf-16-le"))
    data = reply(entries, "".join(texts).encode("utf-16-le"), bytes(22 + 80), count=40)
    found = ReferralReply.decode(data)
    last_two = [each.network_address for each in found.referral_entries[-2:]]  # type: ignore[union-attr]
    assert last_two == [texts[38] + texts[39], texts[39]]
    assert found.encode() == data


def test_a_tree_has_no_more_names_than_there_are_bytes_for() -> None:
    data = crowded_lists(200)
    (span,) = read(ReferralReply.PLAN, data).spans[3:]

    def count(each: Span) -> int:
        return 1 + sum(map(count, each.children))

    assert count(span) < len(data) // 2 + 12 * 200


SEEDS = [
    windows(), samba_3(TARGETS[:1] * 2), samba_4(), reply(v1("a"), v1("b", size=20), bytes(6), count=2),
    reply(v2(44, 48, 52), v2(22, 26, 34), ABC, text("d"), bytes(22), count=2),
    reply(names(36, 2, 40), names(38, 1, 34, size=34, padding=bytes(16))[:34], ABC, text("d"), count=2),
    reply(v34(34, 38, 42, size=46), ABC, names(18, 1, 22, size=30), ABC, count=2),
]  # fmt: skip
NUMBERS = (0, 1, 2, 3, 4, 10, 17, 18, 22, 34, 35, 36, 44, 68, 0x7FFF, 0xFFFF)


def mutant(random: Random) -> bytes:
    data = bytearray(random.choice(SEEDS))
    for _ in range(random.randrange(4)):
        where = random.randrange(min(len(data), 90)) & ~1 if len(data) > 1 else 0
        match random.randrange(5):
            case 0:
                del data[random.randrange(len(data) + 1) :]
            case 1:
                data += random.choice((bytes(random.randrange(30)), random.randbytes(random.randrange(12))))
            case 2:
                data[where : where + 2] = struct.pack("<H", random.choice(NUMBERS))
            case 3:
                data[where : where + 2] = struct.pack("<H", random.randrange(140))
            case 4:
                data[where:where] = data[: random.randrange(40)]
    return bytes(data)


def test_the_quick_reader_and_the_survey_agree() -> None:
    """What one takes the other takes, with the same entries; both ways to write give the same bytes again."""
    random = Random(7)
    taken: dict[Any, int] = {}
    for _ in range(4000):
        data = mutant(random)
        value = attempt(data)
        if len(data) < 8:
            continue
        defects: list[str] = []
        count = int.from_bytes(data[2:4], "little")
        survey = Survey(data, 8, count, "ReferralReply", lambda name, *_, defects=defects, **__: defects.append(name))
        if isinstance(value, s2.DecodeError):
            assert defects or data[0] & 1
            continue
        assert not defects
        assert survey.whole == value.referral_entries
        assert value.encode() == data
        assert lay_out(value) == data[8:]
        assert ReferralReply.decode_truncated(data).referral_entries == value.referral_entries
        kind = type(value.string_layout)
        taken[kind] = taken.get(kind, 0) + 1
    assert min(taken[StringLayout], taken[tuple]) > 300


def test_broken_replies_are_shown_as_far_as_they_go() -> None:
    """The span reader goes on behind a broken string; all bytes of the reply are in the tree."""
    data = reply(v34(100, 68, 76), v34(34, 33, 54), text(PATH)[:8], text("b", "c", "d"), b"xy", count=2)
    reading = read(ReferralReply.PLAN, data, base=1000)
    assert [(each.path, each.offset) for each in reading.defects] == [
        (f"{FIRST}.dfs_path_offset", 1020),
        (f"{SECOND}.dfs_alternate_path_offset", 1056),
        (f"{SECOND}.network_address", 1096),
    ]
    *_, entries = reading.spans
    assert (entries.offset, entries.size) == (1008, len(data) - 8)
    first, second, *slack = entries.children
    shown = [(each.name, each.offset, each.size, each.value) for each in first.children[-2:]]
    assert shown == [("dfs_alternate_path", 1076, 12, "\\domb"), ("network_address", 1084, 4, "b")]
    assert [each.path for each in second.children][-1] == f"{SECOND}.dfs_path"
    assert [(each.name, each.offset, each.value) for each in slack] == [("slack", 1088, text("c", "d") + b"xy")]


def test_a_broken_share_name_does_not_hide_the_next() -> None:
    data = reply(v1("\\a"), v1("\\b"), v1("\\c"), count=3)
    broken = data[:18] + b"\0\xd8" + data[20:]
    reading = read(ReferralReply.PLAN, broken)
    assert [(each.path, each.offset) for each in reading.defects] == [(f"{FIRST}.share_name", 18)]
    shown = [[part.value for part in each.children if part.name == "share_name"] for each in reading.spans[-1].children]
    assert shown == [[], [], ["\\b"], ["\\c"]]  # the second is what is left of the first entry


def test_a_string_that_is_nowhere_is_in_no_tree() -> None:
    reading = read(ReferralReply.PLAN, reply(v34(34, 0, 0), text("a"), count=1))
    (entry,) = reading.spans[-1].children
    assert [each.name for each in entry.children[-3:]] == ["network_address_offset", "service_site_guid", "dfs_path"]


def test_a_reading_without_spans_finds_the_same_defects() -> None:
    whole, broken = windows(), windows()[:-1]
    assert read(ReferralReply.PLAN, whole, keep=False).defects == []
    (short,) = read(ReferralReply.PLAN, broken, keep=False).defects
    assert vars(short) == vars(read(ReferralReply.PLAN, broken).defects[0])
