"""The span reader: every field with its place, and on broken bytes what is there all the same."""

from __future__ import annotations

import struct
from itertools import islice
from typing import Any

import pytest

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules import MS_SMB2, SAMBA_3_6, Rule
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.spans import Reading, explain, read, uncovered
from smb2ioctl_codec.schema.violations import start_of, violation

from .mutants import mutants
from .records import RECORDS
from .untyped import (
    Choice,
    FileId,
    Header,
    Holder,
    IoctlRequest,
    IoctlResponse,
    Overlapping,
    Pair,
    ReferralRequest,
    Sentence,
    SnapshotArray,
    Whole,
)

KEY = FileId(1, 2)
REQUEST = IoctlRequest(0x00060194, KEY, b"input").encode()
RESPONSE = IoctlResponse(0x00060194, KEY, b"output", b"input").encode()
ARRAY = SnapshotArray(("one", "two"), padding=b"\0\0").encode()
HEAD = ["structure_size", "reserved", "ctl_code", "file_id"]


def patched(data: bytes, *numbers: tuple[int, str, int]) -> bytes:
    for offset, code, number in numbers:
        data = data[:offset] + struct.pack(code, number) + data[offset + struct.calcsize(code) :]
    return data


def names(reading: Reading) -> list[str]:
    return [span.name for span in reading.spans]


def reasons(reading: Reading) -> list[tuple[str, int | None, str]]:
    return [(error.path, error.offset, error.reason) for error in reading.defects]


# -- sound bytes


def test_every_field_with_its_place_and_value() -> None:
    reading = read(IoctlResponse.PLAN, RESPONSE)
    assert reading.defects == []
    assert [(span.name, span.offset, span.size, span.value) for span in reading.spans] == [
        ("structure_size", 0, 2, 49), ("reserved", 2, 2, 0), ("ctl_code", 4, 4, 0x00060194),
        ("file_id", 8, 16, {"persistent": 1, "volatile": 2}), ("input_offset", 24, 4, 112), ("input_count", 28, 4, 5),
        ("output_offset", 32, 4, 120), ("output_count", 36, 4, 6), ("flags", 40, 4, 0), ("reserved2", 44, 4, 0),
        ("input", 48, 5, b"input"), ("output", 56, 6, b"output"),
    ]  # fmt: skip
    assert reading.wire["slack"] == bytes(3)
    assert all(span.path == f"IoctlResponse.{span.name}" for span in reading.spans)
    assert all(span.field is IoctlResponse.PLAN.field(span.name) for span in reading.spans)


def test_parts_of_a_nested_record_and_items_of_a_list() -> None:
    (key,) = [span for span in read(IoctlRequest.PLAN, REQUEST).spans if span.name == "file_id"]
    assert [(part.path, part.offset, part.size, part.value) for part in key.children] == [
        ("IoctlRequest.file_id.persistent", 8, 8, 1),
        ("IoctlRequest.file_id.volatile", 16, 8, 2),
    ]
    (tokens,) = [span for span in read(SnapshotArray.PLAN, ARRAY).spans if span.name == "snapshots"]
    assert tokens.value == ["one", "two"]
    assert [(item.path, item.offset, item.size, item.value) for item in tokens.children] == [
        ("SnapshotArray.snapshots[0]", 12, 8, "one"),
        ("SnapshotArray.snapshots[1]", 20, 8, "two"),
    ]


def test_a_base_moves_every_offset() -> None:
    for data in (RESPONSE, RESPONSE[:-3], RESPONSE[:20]):
        plain, moved = read(IoctlResponse.PLAN, data), read(IoctlResponse.PLAN, data, base=1000)
        assert [span.offset for span in moved.spans] == [span.offset + 1000 for span in plain.spans]
        for one, other in zip(plain.spans, moved.spans, strict=True):
            assert [part.offset for part in other.children] == [part.offset + 1000 for part in one.children]
        assert [error.offset for error in moved.defects] == [(error.offset or 0) + 1000 for error in plain.defects]
        assert moved.wire == plain.wire


# -- broken bytes


@pytest.mark.parametrize("size", range(56))
def test_a_cut_ends_the_reading_and_what_was_read_before_it_stays(size: int) -> None:
    reading = read(IoctlRequest.PLAN, REQUEST[:size])
    fixed = [field for field in IoctlRequest.PLAN.fields if field.fixed]
    whole = [field.name for field in fixed if (field.offset or 0) + (field.size or 0) <= size]
    assert names(reading) == whole
    cut = fixed[len(whole)]
    (defect,) = reading.defects
    assert (defect.path, defect.offset, defect.reason) == (f"IoctlRequest.{cut.name}", cut.offset, "cut short")
    assert (defect.needed, defect.available) == (cut.size, size - (cut.offset or 0))


def test_a_wrong_constant_is_noted_and_everything_is_read() -> None:
    reading = read(Header.PLAN, patched(Header().encode(), (0, "<I", 7), (4, "<H", 8)))
    assert reasons(reading) == [
        ("Header.protocol_id", 0, "0x7 where only 0x424d53fe is valid"),
        ("Header.structure_size", 4, "0x8 where only 0x40 is valid"),
    ]
    assert names(reading)[-1] == "signature"
    assert len(reading.spans) == 13


@pytest.mark.parametrize("offset", [0, 63, 64, 64 + 47, 64 + len(RESPONSE) + 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_an_offset_that_points_nowhere_leaves_the_other_buffer_readable(offset: int) -> None:
    reading = read(IoctlResponse.PLAN, patched(RESPONSE, (24, "<I", offset)))
    assert reasons(reading) == [
        ("IoctlResponse.input_offset", 24, f"{offset} points outside 112 to {64 + len(RESPONSE)}")
    ]
    assert reading.defects[0].limit == "IoctlResponse.input_count"
    assert names(reading)[-2:] == ["reserved2", "output"]
    assert "input" not in reading.wire
    assert reading.wire["output"] == b"output"
    assert reading.wire["slack"] == b"input\0\0\0"


def test_a_buffer_that_is_cut_short_is_shown_as_far_as_it_goes() -> None:
    reading = read(IoctlResponse.PLAN, patched(RESPONSE, (28, "<I", 0xFFFFFFFF), (36, "<I", 7)))
    (first, second) = reading.defects
    assert (first.path, first.offset, first.needed, first.available) == ("IoctlResponse.input", 48, 0xFFFFFFFF, 14)
    assert first.limit == "IoctlResponse.input_count"
    assert (second.path, second.offset, second.needed, second.available) == ("IoctlResponse.output", 56, 7, 6)
    assert second.limit == "IoctlResponse.output_count"
    assert [(span.name, span.offset, span.size) for span in reading.spans[-2:]] == [
        ("input", 48, 14),
        ("output", 56, 6),
    ]


def test_a_count_that_cannot_fit_is_refused_before_anything_is_read() -> None:
    reading = read(SnapshotArray.PLAN, patched(ARRAY, (4, "<I", 0xFFFFFFFF)))
    (defect,) = reading.defects
    assert (defect.path, defect.offset) == ("SnapshotArray.snapshots", 12)
    assert (defect.needed, defect.available) == (2 * 0xFFFFFFFF, len(ARRAY) - 12)
    assert defect.limit == "SnapshotArray.number_of_snapshots_returned"
    assert names(reading) == ["number_of_snapshots", "number_of_snapshots_returned", "snapshot_array_size"]


def test_a_string_without_its_end_is_named() -> None:
    reading = read(SnapshotArray.PLAN, patched(ARRAY, (4, "<I", 4)))
    (defect,) = reading.defects
    assert (defect.path, defect.offset) == ("SnapshotArray.snapshots[3]", len(ARRAY))
    assert (defect.needed, defect.available) == (2, 0)
    odd = read(SnapshotArray.PLAN, patched(ARRAY[:-1], (4, "<I", 3))).defects[0]
    assert (odd.path, odd.offset, odd.available) == ("SnapshotArray.snapshots[2]", len(ARRAY) - 2, 1)


def test_text_that_is_none_is_noted_and_its_neighbours_are_read() -> None:
    data = patched(ARRAY, (14, "<H", 0xD800), (22, "<H", 0xDC00))
    reading = read(SnapshotArray.PLAN, data)
    assert [(path, offset) for path, offset, _ in reasons(reading)] == [
        ("SnapshotArray.snapshots[0]", 14),
        ("SnapshotArray.snapshots[1]", 22),
    ]
    assert [span.value for span in reading.spans[-2].children] == [None, None]
    assert names(reading)[-1] == "padding"
    path = read(ReferralRequest.PLAN, b"\4\0a\0\0\xd8b\0")
    assert reasons(path) == [("ReferralRequest.request_file_name", 4, "no UTF-16: illegal UTF-16 surrogate")]
    assert path.defects[0].status is NtStatus.ILLEGAL_CHARACTER
    assert (path.spans[-1].offset, path.spans[-1].size, path.spans[-1].value) == (2, 6, None)
    odd = read(ReferralRequest.PLAN, b"\4\0a\0b")
    assert reasons(odd) == [("ReferralRequest.request_file_name", 4, "no UTF-16: truncated data")]


def test_a_length_in_sequence_that_lies_ends_the_reading() -> None:
    data = patched(Sentence("title", ("word",), blob=b"blob", rest="rest").encode(), (0, "<H", 0xFFFF))
    reading = read(Sentence.PLAN, data)
    (defect,) = reading.defects
    assert (defect.path, defect.offset) == ("Sentence.title", 2)
    assert (defect.needed, defect.available, defect.limit) == (0xFFFF, len(data) - 2, "Sentence.title_length")
    assert [(span.name, span.offset, span.size) for span in reading.spans] == [
        ("title_length", 0, 2),
        ("title", 2, len(data) - 2),
    ]


def test_bytes_after_the_end() -> None:
    reading = read(FileId.PLAN, bytes(19))
    assert reasons(reading) == [("FileId", 16, "3 bytes after the end of the structure")]
    assert names(reading) == ["persistent", "volatile"]


def test_alternatives_that_are_absent_have_no_span() -> None:
    assert names(read(Choice.PLAN, b"\1\2\3\4\5\6")) == ["kind", "wide", "colour"]
    assert names(read(Choice.PLAN, b"\0\2\3\4\5\6")) == ["kind", "low", "high", "colour"]
    assert read(Choice.PLAN, b"\0\2\3\4\5\6").wire["wide"] is None


def test_overlapping_buffers_are_both_shown() -> None:
    data = Overlapping(b"abcd", b"cdef", 16, 18).encode()
    reading = read(Overlapping.PLAN, data)
    assert reading.defects == []
    assert [(s.name, s.offset, s.size, s.value) for s in reading.spans[-2:]] == [
        ("first", 16, 4, b"abcd"),
        ("second", 18, 4, b"cdef"),
    ]


@pytest.mark.parametrize("cls", RECORDS)
def test_what_lies_before_a_defect_is_read_as_if_there_were_none(cls: type[Record]) -> None:
    """A prefix of a message: its spans are those of the message, up to where the bytes end."""
    for number, data in enumerate(islice(mutants(cls, 400), 400)):
        whole = read(cls.PLAN, data)
        if whole.defects:
            continue
        cut = data[: len(data) * (number % 10) // 10]
        sequential = [s for s in whole.spans if s.field.place != "at" and s.offset + s.size <= len(cut)]
        found = {(s.name, s.offset): (s.size, s.value) for s in read(cls.PLAN, cut).spans}
        for span in sequential:
            if span.field.kind in ("raw", "text") and span.field.place == "here":
                continue  # takes what is left
            assert found[span.name, span.offset] == (span.size, span.value)


# -- explanations


def test_the_first_broken_rule_is_the_explanation_and_else_the_first_defect() -> None:
    data = patched(REQUEST, (24, "<I", 5), (28, "<I", 0xFFFFFFFF))
    assert explain(IoctlRequest.PLAN, data).rule is None
    assert explain(IoctlRequest.PLAN, data).path == "IoctlRequest.input_offset"
    assert explain(IoctlRequest.PLAN, data, SAMBA_3_6.layout).rule == "input-offset"
    assert explain(IoctlRequest.PLAN, data, MS_SMB2.layout).rule == "input-low"
    assert explain(IoctlRequest.PLAN, b"", SAMBA_3_6.layout).rule == "body-size"
    assert explain(IoctlRequest.PLAN, REQUEST[:55]).path == "IoctlRequest.reserved2"


def test_a_rule_that_asks_for_what_is_not_there_is_passed_over() -> None:
    rule = SAMBA_3_6["input-length"]
    assert violation(rule, IoctlRequest.PLAN, {"size": 10}) is None
    wire = read(IoctlRequest.PLAN, REQUEST).wire | {"size": len(REQUEST)}
    assert violation(rule, IoctlRequest.PLAN, wire) is None
    error = violation(rule, IoctlRequest.PLAN, wire | {"input_count": 6})
    assert isinstance(error, DecodeError)
    assert (error.path, error.offset, error.needed, error.available) == ("IoctlRequest.input", 56, 6, 5)
    assert (error.limit, error.rule, error.status) == (
        "IoctlRequest.input_count",
        "input-length",
        NtStatus.INVALID_PARAMETER,
    )


def test_a_records_own_check_is_explained() -> None:
    with pytest.raises(DecodeError) as caught:
        Holder.decode(b"\7" + bytes(7) + bytes(4) + b"\x08\0\1" + b"-")
    error = caught.value
    assert (error.path, error.rule, error.offset, error.needed, error.available) == (
        "Holder.data",
        "no-sevens",
        1,
        7,
        0,
    )


@pytest.mark.parametrize(
    ("plan", "name", "wire", "expected"),
    [
        (IoctlRequest.PLAN, "flags", {}, 48),
        (IoctlRequest.PLAN, "input", {"input_offset": 120, "size": 60}, 56),
        (IoctlRequest.PLAN, "input", {"input_offset": 124, "size": 60}, 60),
        (IoctlRequest.PLAN, "input", {"input_offset": 125, "size": 60}, 56),
        (IoctlRequest.PLAN, "input", {"input_offset": 0, "size": 60}, 56),
        (IoctlRequest.PLAN, "slack", {}, 56),
        (IoctlRequest.PLAN, "", {}, 0),
        (IoctlRequest.PLAN, "nobody", {}, 0),
        (Whole.PLAN, "text", {}, 0),
    ],
)
def test_the_place_of_a_field_lies_in_the_message(plan: Any, name: str, wire: dict[str, int], expected: int) -> None:
    assert start_of(plan, name, wire) == expected


def test_a_rule_on_the_record_itself_is_at_its_start() -> None:
    rule = Rule("whole", "a section", None, "Pair", "left == right", "the same")
    error = violation(rule, Pair.PLAN, {"left": 1, "right": 1})
    assert error is not None
    assert (error.path, error.offset, error.needed, error.available) == ("Pair", 0, None, None)


@pytest.mark.parametrize(
    ("ranges", "start", "end", "expected"),
    [
        ([], 0, 0, []), ([], 2, 5, [(2, 5)]), ([(2, 5)], 2, 5, []), ([(3, 4)], 2, 5, [(2, 3), (4, 5)]),
        ([(4, 5), (2, 3)], 2, 5, [(3, 4)]), ([(2, 4), (3, 5)], 2, 6, [(5, 6)]), ([(2, 9), (3, 4)], 2, 9, []),
        ([(0, 1), (1, 3)], 2, 5, [(3, 5)]), ([(3, 3)], 3, 3, []),
    ],
)  # fmt: skip
def test_uncovered_ranges(ranges: list[tuple[int, int]], start: int, end: int, expected: list[tuple[int, int]]) -> None:
    assert list(uncovered(ranges, start, end)) == expected
