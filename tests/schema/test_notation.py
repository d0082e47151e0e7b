"""The schema as construct sees it: it parses and builds by itself, every wire field, broken values included."""

from __future__ import annotations

import struct
import tracemalloc
from itertools import islice
from random import Random
from typing import Any

import pytest
from construct import ConstructError, Int8ul, Struct

from smb2ioctl_codec.schema import At, Nested, Raw, Record, Slack, Unless, When
from smb2ioctl_codec.schema.expressions import evaluate
from smb2ioctl_codec.schema.notation import LARGEST_BUILT_GAP
from smb2ioctl_codec.schema.wire import to_wire

from .judge import plain
from .mutants import mutants
from .records import RECORDS
from .untyped import Choice, FileId, IoctlRequest, IoctlResponse, Overlapping, Pair, Sentence, SnapshotArray
from .values import byte_order, limits, value

HEADER = 64
KEY = FileId(1, 2)


def wire(record: Record, **broken: Any) -> dict[str, Any]:
    return to_wire(record) | broken


@pytest.mark.parametrize("cls", RECORDS)
def test_build_writes_every_number_that_it_is_given(cls: type[Record]) -> None:
    """Whatever it says of the rest of the message: the schema is a builder of broken messages."""
    random = Random(cls.__name__)
    conditions = {field.condition for field in cls.PLAN.fields if field.condition}
    for _ in range(20):
        fields = to_wire(value(cls, random))
        whole = cls.SCHEMA.build(fields)
        for field in cls.PLAN.fields:
            if field.kind != "integer" or field.offset is None or fields[field.name] is None:
                continue
            low, high = limits(field)
            for number in (low, low + 1, high // 2, high // 2 + 1, high - 1, high):
                broken = fields | {field.name: number}
                if any(bool(evaluate(each, broken)) is not bool(evaluate(each, fields)) for each in conditions):
                    continue  # what is there stays as it was
                built = cls.SCHEMA.build(broken)
                found = built[field.offset : field.offset + (field.size or 0)]
                assert int.from_bytes(found, byte_order(field), signed=low < 0) == number
                assert len(built) <= 2 * len(whole) + LARGEST_BUILT_GAP


@pytest.mark.parametrize("cls", RECORDS)
def test_build_of_a_parse_gives_the_bytes_back_however_broken(cls: type[Record]) -> None:
    built = 0
    for mutant in islice(mutants(cls, 1_500), 1_500):
        try:
            parsed = plain(cls.SCHEMA.parse(mutant))
        except (ConstructError, UnicodeDecodeError):  # the latter: a scalar that is text, and the bytes are none
            continue
        again = cls.SCHEMA.build(parsed)
        assert mutant.startswith(again)  # construct leaves trailing bytes
        built += 1
    assert built > 150


def test_a_constant_is_written_unless_another_value_is_given() -> None:
    fields = wire(IoctlRequest(0, KEY))
    assert fields["structure_size"] == 57
    without = {name: value for name, value in fields.items() if name != "structure_size"}
    assert IoctlRequest.SCHEMA.build(without)[:2] == b"\x39\0"
    assert IoctlRequest.SCHEMA.build(without | {"structure_size": None})[:2] == b"\x39\0"
    broken = IoctlRequest.SCHEMA.build(without | {"structure_size": 0xABCD})
    assert broken[:2] == b"\xcd\xab"
    assert IoctlRequest.SCHEMA.parse(broken).structure_size == 0xABCD


@pytest.mark.parametrize("offset", [0, 63, HEADER, HEADER + 55, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_a_buffer_whose_offset_points_nowhere_is_put_at_the_end(offset: int) -> None:
    built = IoctlRequest.SCHEMA.build(wire(IoctlRequest(0, KEY, b"input"), input_offset=offset))
    assert built[24:28] == offset.to_bytes(4, "little")
    assert built[56:] == b"input"


def test_a_buffer_is_written_where_its_offset_points_and_the_gap_is_zeros() -> None:
    fields = wire(IoctlRequest(0, KEY, b"input"), input_offset=HEADER + 56 + 3)
    assert IoctlRequest.SCHEMA.build(fields)[56:] == b"\0\0\0input"
    assert IoctlRequest.SCHEMA.build(fields | {"slack": b"abcd"})[56:] == b"abcinputd"
    far = fields | {"input_offset": HEADER + 56 + LARGEST_BUILT_GAP}
    assert len(IoctlRequest.SCHEMA.build(far)) == 56 + LARGEST_BUILT_GAP + 5
    farther = fields | {"input_offset": HEADER + 57 + LARGEST_BUILT_GAP}
    assert len(IoctlRequest.SCHEMA.build(farther)) == 56 + 5


def test_a_length_that_lies_changes_the_length_alone() -> None:
    fields = wire(IoctlRequest(0, KEY, b"input"), input_count=0xFFFFFFFF)
    built = IoctlRequest.SCHEMA.build(fields)
    assert built[28:32] == b"\xff" * 4
    assert built[56:] == b"input"
    array = wire(SnapshotArray(("a",)), number_of_snapshots_returned=0xFFFFFFFF)
    assert SnapshotArray.SCHEMA.build(array)[12:] == b"a\0\0\0\0\0"


@pytest.mark.parametrize("number", [0x7FFFFFFF, 0x80000000, 0xFFFFFF00, 0xFFFFFFFF])
def test_no_number_makes_build_or_parse_allocate(number: int) -> None:
    request, array = wire(IoctlRequest(0, KEY, b"input")), wire(SnapshotArray(("a", "b")))
    tracemalloc.start()
    for name in ("input_offset", "input_count", "output_offset", "output_count"):
        IoctlRequest.SCHEMA.parse(IoctlRequest.SCHEMA.build(request | {name: number}))
    for name in ("number_of_snapshots", "snapshot_array_size"):
        SnapshotArray.SCHEMA.parse(SnapshotArray.SCHEMA.build(array | {name: number}))
    with pytest.raises(ConstructError):
        SnapshotArray.SCHEMA.parse(SnapshotArray.SCHEMA.build(array | {"number_of_snapshots_returned": number}))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_gap_is_built_in_steps_that_grow_with_it() -> None:
    """64 KiB of gap around 16 KiB of input: a place is looked at once, not once for each other place."""
    fields = wire(IoctlRequest(0, KEY, bytes(1 << 14)), input_offset=HEADER + 56 + LARGEST_BUILT_GAP, slack=b"x" * 9)
    tracemalloc.start()
    assert len(IoctlRequest.SCHEMA.build(fields)) == 56 + LARGEST_BUILT_GAP + (1 << 14)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("offset", "count"),
    [
        (0, 1),
        (HEADER, 1),
        (HEADER + 55, 1),
        (HEADER + 56, 6),
        (HEADER + 61, 1),
        (0xFFFFFFFF, 2),
        (HEADER + 56, 0xFFFFFFFF),
    ],
)
def test_a_buffer_outside_is_parsed_as_none_and_its_bytes_are_slack(offset: int, count: int) -> None:
    data = IoctlRequest(0, KEY, b"input").encode()
    parsed = IoctlRequest.SCHEMA.parse(data[:24] + struct.pack("<II", offset, count) + data[32:])
    assert parsed.input is None
    assert parsed.slack == b"input"
    assert (parsed.input_offset, parsed.input_count) == (offset, count)


def test_a_buffer_of_no_bytes_is_empty_wherever_it_points() -> None:
    parsed = IoctlRequest.SCHEMA.parse(IoctlRequest.SCHEMA.build(wire(IoctlRequest(0, KEY), input_offset=0xFFFFFFFF)))
    assert (parsed.input, parsed.slack) == (b"", b"")


def test_buffers_may_overlap_and_stand_in_any_order() -> None:
    fields = {"first_offset": 18, "first_length": 4, "second_offset": 16, "second_length": 4, "first": b"cdef",
              "second": b"abcd", "remains": b"gh"}  # fmt: skip
    built = Overlapping.SCHEMA.build(fields)
    assert built[16:] == b"abcdefgh"
    assert plain(Overlapping.SCHEMA.parse(built)) == fields
    # what differs where they overlap: the one that the schema names last is what is written
    assert Overlapping.SCHEMA.build(fields | {"second": b"wxyz"})[16:] == b"wxyzefgh"


def test_two_buffers_and_the_bytes_around_them() -> None:
    fields = wire(
        IoctlResponse(0, KEY, b"output", b"input"), input_offset=115, output_offset=128, slack=b"<<<========>>"
    )
    data = IoctlResponse.SCHEMA.build(fields)
    assert data[48:] == b"<<<input========output>>"
    parsed = IoctlResponse.SCHEMA.parse(data)
    assert (parsed.input, parsed.output) == (b"input", b"output")
    assert IoctlResponse.SCHEMA.build(plain(parsed)) == data


def test_cut_messages_are_refused() -> None:
    for whole in (IoctlRequest(0, KEY), SnapshotArray(("a",), padding=b""), Sentence("t", ("w",), blob=b"b")):
        data = whole.encode()
        for place in range(len(data)):
            with pytest.raises(ConstructError):
                type(whole).SCHEMA.parse(data[:place])


def test_alternatives() -> None:
    assert plain(Choice.SCHEMA.parse(b"\x01\x02\x03\x04\x05\x06")) == {
        "kind": 1, "wide": 0x05040302, "low": None, "high": None, "colour": 6,
    }  # fmt: skip
    assert plain(Choice.SCHEMA.parse(b"\x02\x02\x03\x04\x05\x06")) == {
        "kind": 2, "wide": None, "low": 0x0302, "high": 0x0504, "colour": 6,
    }  # fmt: skip
    either = {"wide": 0x05040302, "low": 0x0908, "high": 0x0706, "colour": 1}
    assert Choice.SCHEMA.build(either | {"kind": 3}) == b"\x03\x02\x03\x04\x05\x01"
    assert Choice.SCHEMA.build(either | {"kind": 0}) == b"\x00\x08\x09\x06\x07\x01"
    lone = Struct("f" / Int8ul, "w" / When("f", Int8ul), "u" / Unless("f", Int8ul))
    assert plain(lone.parse(b"\0\7")) == {"f": 0, "w": None, "u": 7}


def test_nested_records_have_a_size() -> None:
    assert Struct("x" / Nested(Pair), "y" / Nested(FileId)).sizeof() == 20


def test_the_words_are_usable_in_any_struct() -> None:
    schema = Struct("o" / Int8ul, "n" / Int8ul, "b" / At("o", "n", Raw(), base=10), "rest" / Slack())
    assert plain(schema.parse(b"\x0d\x02?ab!")) == {"o": 13, "n": 2, "b": b"ab", "rest": b"?!"}
    assert schema.build({"o": 13, "n": 2, "b": b"ab", "rest": b"?!"}) == b"\x0d\x02?ab!"
