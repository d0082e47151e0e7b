"""SRV_SNAPSHOT_ARRAY in every form that servers send, and the tokens in it."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ENUMERATE_SNAPSHOTS, pdus, snapshot_array, token

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.snapshots import SnapshotArray, time_token, token_time

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@pytest.mark.parametrize("count", [1, 2, 3, 200])
@pytest.mark.parametrize("surplus", [2, 6])
def test_all_tokens(count: int, surplus: int) -> None:
    """[MS-SMB2]: 50n + 2 bytes of array; the reference server: 50n + 6."""
    tokens = tuple(map(token, range(count)))
    data = snapshot_array(tokens, padding=bytes(surplus))
    assert len(data) == 12 + 50 * count + surplus
    decoded = SnapshotArray.decode(data)
    assert decoded == SnapshotArray(tokens, padding=bytes(surplus))
    assert (decoded.snapshots, decoded.padding) == (tokens, bytes(surplus))
    assert decoded.number_of_snapshots == decoded.number_of_snapshots_returned == count
    assert decoded.snapshot_array_size == 50 * count + surplus
    assert decoded.encode() == data


def test_what_is_not_given_is_computed() -> None:
    assert SnapshotArray(tuple(map(token, range(3)))).encode() == snapshot_array(tuple(map(token, range(3))))
    assert SnapshotArray().encode() == struct.pack("<III", 0, 0, 2) + bytes(2)
    assert SnapshotArray(padding=b"").encode() == bytes(12)
    assert SnapshotArray([token(0)]) == SnapshotArray((token(0),))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [12, 14, 16])
@pytest.mark.parametrize(
    ("total", "array"), [(0, 0), (0, 2), (0, 4), (0, 6), (3, 152), (3, 156), (200, 10002), (0xFFFFFFFF, 0xFFFFFFFF)]
)
def test_the_count_alone(size: int, total: int, array: int) -> None:
    """What answers a probe of 16 bytes, or comes where not all fit."""
    data = struct.pack("<III", total, 0, array) + bytes(size - 12)
    decoded = SnapshotArray.decode(data)
    assert (decoded.number_of_snapshots, decoded.number_of_snapshots_returned) == (total, 0)
    assert (decoded.snapshot_array_size, decoded.snapshots, decoded.padding) == (array, (), bytes(size - 12))
    assert decoded.encode() == data
    assert decoded == SnapshotArray((), total, array, bytes(size - 12))


def test_some_of_them() -> None:
    """More snapshots than are returned, and a size that says what all would need."""
    data = snapshot_array((token(0), token(1)), total=5, size=252)
    decoded = SnapshotArray.decode(data)
    assert (decoded.number_of_snapshots, decoded.number_of_snapshots_returned) == (5, 2)
    assert (decoded.snapshots, decoded.snapshot_array_size) == ((token(0), token(1)), 252)
    assert decoded.encode() == data


@pytest.mark.parametrize("size", [0, 1, 49, 51, 10_000, 0xFFFFFFFF])
def test_the_array_size_is_never_believed(size: int) -> None:
    data = snapshot_array((token(0),), size=size)
    decoded = SnapshotArray.decode(data)
    assert (decoded.snapshots, decoded.snapshot_array_size) == ((token(0),), size)
    assert decoded.encode() == data


@pytest.mark.parametrize("padding", [b"", b"\0", b"\0\0\0", b"odd", b"\xff" * 6, b"\0\xd8", b"\0\0" + b"m\0o\0r\0e\0"])
def test_what_follows_the_tokens_may_be_anything(padding: bytes) -> None:
    """Nothing, half a character, no UTF-16, text: it is kept and spoils no token."""
    data = snapshot_array((token(0), token(1)), padding=padding)
    decoded = SnapshotArray.decode(data)
    assert (decoded.snapshots, decoded.padding) == ((token(0), token(1)), padding)
    assert decoded.encode() == data


@given(tokens=st.lists(TEXT, max_size=8), total=st.integers(0, 0xFFFFFFFF), size=st.integers(0, 0xFFFFFFFF),
       padding=st.binary(max_size=9))  # fmt: skip
def test_every_array_is_kept(tokens: list[str], total: int, size: int, padding: bytes) -> None:
    """Strings that are no tokens, too: empty ones, short ones, any characters."""
    data = snapshot_array(tuple(tokens), total=total, size=size, padding=padding)
    decoded = SnapshotArray.decode(data)
    assert decoded == SnapshotArray(tuple(tokens), total, size, padding)
    assert (decoded.snapshots, decoded.padding) == (tuple(tokens), padding)
    assert decoded.encode() == data


@pytest.mark.parametrize("size", range(12))
def test_an_array_cut_in_its_head(size: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        SnapshotArray.decode(bytes(size))
    names = ("number_of_snapshots", "number_of_snapshots_returned", "snapshot_array_size")
    assert (caught.value.path, caught.value.offset) == (f"SnapshotArray.{names[size // 4]}", size // 4 * 4)
    assert (caught.value.needed, caught.value.available) == (4, size % 4)


@pytest.mark.parametrize("size", range(12, 12 + 100))
def test_an_array_cut_in_its_tokens(size: int) -> None:
    data = snapshot_array((token(0), token(1)))[:size]
    with pytest.raises(s2.DecodeError) as caught:
        SnapshotArray.decode(data)
    error = caught.value
    if size < 16:
        assert (error.path, error.offset) == ("SnapshotArray.snapshots", 12)
        assert (error.needed, error.available) == (4, size - 12)
        assert error.limit == "SnapshotArray.number_of_snapshots_returned"
    else:
        index = (size - 12) // 50
        assert (error.path, error.offset) == (f"SnapshotArray.snapshots[{index}]", 12 + 50 * index)


@pytest.mark.parametrize(
    ("array", "path", "offset"),
    [
        (b"\0\xd8\0\0b\0\0\0", "snapshots[0]", 12),
        (b"a\0\0\0\0\xdc\0\0", "snapshots[1]", 16),
        (b"a\0\0\0b\0\0\xd8\0\0", "snapshots[1]", 18),
    ],
)
def test_tokens_that_are_no_utf_16(array: bytes, path: str, offset: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        SnapshotArray.decode(struct.pack("<III", 2, 2, len(array)) + array)
    assert (caught.value.path, caught.value.offset) == (f"SnapshotArray.{path}", offset)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ((("a\0b",),), "snapshots[0]"),
        ((("a", "\ud800"),), "snapshots[1]"),
        (((5,),), "snapshots[0]"),
        (((b"a",),), "snapshots[0]"),
        ((("a", None),), "snapshots[1]"),
        (("token",), "snapshots"),
        ((None,), "snapshots"),
        ((b"",), "snapshots"),
        ((0,), "snapshots"),
        (({},), "snapshots"),
        (({"a": 1},), "snapshots"),
        (({"a"},), "snapshots"),
        (((), -1), "number_of_snapshots"),
        (((), 1 << 32), "number_of_snapshots"),
        (((), "1"), "number_of_snapshots"),
        (((), 0, 1 << 32), "snapshot_array_size"),
        (((), 0, 0.5), "snapshot_array_size"),
        (((), 0, 0, None), "padding"),
        (((), 0, 0, "text"), "padding"),
    ],
)
def test_what_no_array_can_say(fields: Any, path: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        SnapshotArray(*fields).encode()
    assert caught.value.path == f"SnapshotArray.{path}"


@pytest.mark.parametrize(
    ("total", "size", "wanted"),
    [
        (3, 152, 164),  # [MS-SMB2]: the array and the 12 bytes before it
        (3, 156, 168),  # the reference server
        (3, 0, 164),  # a server that forgot the size
        (200, 10002, 10014),
        (0, 0, 16),
        (0, 2, 16),  # never less than what servers accept
        (0, 6, 18),
        (1, 0xFFFFFFFF, 0xFFFFFFFF),  # never more than the field holds
        (0xFFFFFFFF, 2, 0xFFFFFFFF),
    ],
)
def test_what_to_ask_for_next(total: int, size: int, wanted: int) -> None:
    probe = SnapshotArray.decode(struct.pack("<IIII", total, 0, size, 0))
    assert probe.next_max_output_response == wanted


def test_two_calls() -> None:
    """A probe says how much to ask for, and the reply to that fits exactly."""
    tokens = tuple(map(token, range(7)))
    for surplus in (2, 6):
        full = snapshot_array(tokens, padding=bytes(surplus))
        probe = SnapshotArray.decode(struct.pack("<IIII", 7, 0, len(full) - 12, 0))
        assert probe.next_max_output_response == len(full)


# -- tokens


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("@GMT-2026.11.22-17.47.43", datetime(2026, 11, 22, 17, 47, 43, tzinfo=UTC)),
        ("@GMT-2008.02.29-23.59.59", datetime(2008, 2, 29, 23, 59, 59, tzinfo=UTC)),
        ("@GMT-1601.01.01-00.00.00", datetime(1601, 1, 1, tzinfo=UTC)),
        ("@GMT-0001.01.01-00.00.00", datetime(1, 1, 1, tzinfo=UTC)),
        ("@GMT-9999.12.31-23.59.59", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_token_names_a_moment(text: str, moment: datetime) -> None:
    assert token_time(text) == moment
    assert token_time(text).tzinfo is UTC
    assert time_token(moment) == text
    assert len(text) == 24


@given(st.datetimes(timezones=st.timezones() | st.just(UTC)))
def test_every_moment_has_a_token(moment: datetime) -> None:
    """To the second; a moment that is outside the years 1 to 9999 in UTC has none."""
    try:
        second = moment.replace(microsecond=0).astimezone(UTC)
    except OverflowError:
        with pytest.raises(s2.EncodeError):
            time_token(moment)
        return
    assert token_time(time_token(moment)) == second


def test_the_token_is_in_utc() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    assert time_token(datetime(2026, 1, 1, 2, 0, tzinfo=east)) == "@GMT-2025.12.31-20.30.00"


@pytest.mark.parametrize(
    "text",
    [
        "", "@GMT", "@GMT-2026.11.22-17.47.4", "@GMT-2026.11.22-17.47.433", " @GMT-2026.11.22-17.47.43",
        "@GMT-2026.11.22-17.47.43 ", "@GMT-2026.11.22-17.47.43\n", "@gmt-2026.11.22-17.47.43",
        "@GMT-2026.1.22-17.47.43", "@GMT-2026.13.22-17.47.43", "@GMT-2026.02.29-17.47.43", "@GMT-2026.11.22-24.00.00",
        "@GMT-2026.11.22-23.60.00", "@GMT-2026.11.22-23.59.60", "@GMT-2026.11.22-23.59.61", "@GMT-0000.01.01-00.00.00",
        "@GMT-2026-11-22-17.47.43", "@GMT+2026.11.22-17.47.43", "@GMT-\u0662\u0660\u0662\u0666.11.22-17.47.43",
        "@GMT-2026.11.22-17.47.4\u0663", "@GMT-2026.11.22-17.47.43\0", "\ud800", "@GMT-%Y.%m.%d-%H.%M.%S", None, 5,
        b"@GMT-2026.11.22-17.47.43", ["@GMT-2026.11.22-17.47.43"],
    ],
)  # fmt: skip
def test_what_is_no_token(text: Any) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        token_time(text)
    assert caught.value.path == "SnapshotArray.snapshots"


class Vague(tzinfo):
    """A time zone that does not know where it is."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return None

    dst = utcoffset

    def tzname(self, moment: datetime | None) -> str | None:
        return None


@pytest.mark.parametrize(
    "moment",
    [
        None, 0, "2026-11-22", datetime(2026, 11, 22), datetime(2026, 11, 22, tzinfo=Vague()),
        datetime(2026, 11, 22, tzinfo=UTC).date(),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
        datetime(9999, 12, 31, 23, 59, tzinfo=timezone(-timedelta(hours=1))),
    ],
)  # fmt: skip
def test_what_has_no_token(moment: Any) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        time_token(moment)
    assert caught.value.path == "SnapshotArray.snapshots"


def test_recorded_replies() -> None:
    """Every reply to FSCTL_SRV_ENUMERATE_SNAPSHOTS: the counts by hand, each token a moment."""
    sizes = []
    for pdu in pdus():
        if pdu.is_request or pdu.ctl_code != ENUMERATE_SNAPSHOTS:
            continue
        answer = s2.IoctlResponse.decode(pdu.body)
        total, returned, size = struct.unpack_from("<III", answer.output)
        decoded = answer.payload()
        assert (decoded.number_of_snapshots, decoded.snapshot_array_size) == (total, size)
        assert len(decoded.snapshots) == decoded.number_of_snapshots_returned == returned
        assert [time_token(token_time(one)) for one in decoded.snapshots] == list(decoded.snapshots)
        assert decoded.encode() == answer.output
        sizes.append(len(answer.output))
    assert set(sizes) == {14, 16, 64, 164, 10014}, "no snapshot, a probe, 1, 3 and 200 snapshots"
