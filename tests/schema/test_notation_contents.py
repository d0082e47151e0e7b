"""What lists, chains, records in records, conditions and converted scalars are to construct."""

from __future__ import annotations

import struct
import tracemalloc
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

import pytest
from construct import ConstructError, Int8ul, Int32ul, Struct

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.schema import Exactly, Items, One, Raw, Sized, Walk

from .judge import plain
from .own import Tape
from .toys_lists import Cards, Chain, Chunks, Journal, Link, Metal, Names, Numbers, Slot, Slots
from .toys_parts import (
    SHAPES,
    Circle,
    Drawing,
    Endpoint,
    Envelope,
    Gapped,
    Identity,
    Measure,
    Note,
    Report,
    Square,
)
from .untyped import Pair

# -- lists


def test_lists_of_one_size() -> None:
    assert plain(Numbers.SCHEMA.parse(bytes.fromhex("02 0001 ffff 07 ffffffff 02000000"))) == {
        "count": 2, "counted": [1, 0xFFFF], "mark": 7, "rest": [-1, 2],
    }  # fmt: skip
    with pytest.raises(ConstructError):
        Numbers.SCHEMA.parse(bytes.fromhex("02 0001 ff"))
    with pytest.raises(ConstructError):
        Numbers.SCHEMA.parse(bytes.fromhex("00 07 ffffff"))  # no whole number to the end
    broken = Numbers.SCHEMA.build({"count": 0xFF, "counted": [1], "mark": 0, "rest": []})
    assert broken == bytes.fromhex("ff 0001 00")


@pytest.mark.parametrize("count", [0x7FFFFFFF, 0xFFFFFFFF])
def test_no_count_makes_parse_allocate(count: int) -> None:
    number = struct.pack("<I", count)
    lists = (
        Struct("n" / Int32ul, "x" / Items(Int8ul, "n")),
        Struct("n" / Int32ul, "x" / Items(Pair, "n")),
        Struct("n" / Int32ul, "x" / Walk(Link, next="next", count="n")),
        Struct("n" / Int32ul, "x" / Walk(Slot, size="2 + length", count="n")),
        Struct("n" / Int32ul, "x" / Exactly("n * 4", Raw())),
    )
    tracemalloc.start()
    for schema in lists:
        with pytest.raises(ConstructError):
            schema.parse(number + bytes(64))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_records_in_a_list() -> None:
    data = bytes.fromhex("0100 6b65 0100000000000000 ffff 0000 746167")
    wire_of = {"count": 1, "key": b"ke", "chunks": [{"offset": 1, "delta": -1, "reserved": 0, "tag": b"tag"}]}
    assert plain(Chunks.SCHEMA.parse(data)) == wire_of
    assert Chunks.SCHEMA.build(wire_of) == data


# -- chains


LINKS = bytes.fromhex("3412") + bytes.fromhex("08000000 0100 01 ff") + bytes.fromhex("00000000 0200 02")


def test_a_chain_by_next() -> None:
    found = plain(Chain.SCHEMA.parse(LINKS))
    assert found["links"] == [
        {"next": 8, "index": 1, "metal": 1, "padding": b"\xff", "_record": Link},
        {"next": 0, "index": 2, "metal": 2, "padding": b"", "_record": Link},
    ]
    assert Chain.SCHEMA.build(found) == LINKS
    found["links"][0]["next"] = 0xFFFFFFF8
    assert Chain.SCHEMA.build(found)[2:6] == bytes.fromhex("f8ffffff")
    assert plain(Chain.SCHEMA.parse(LINKS[:2])) == {"magic": 0x1234, "links": []}


@pytest.mark.parametrize("step", [1, 4, 6, 7, 9, 15, 16, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF8, 0xFFFFFFFF])
def test_a_next_that_leads_nowhere_is_no_chain(step: int) -> None:
    with pytest.raises(ConstructError):
        Chain.SCHEMA.parse(LINKS[:2] + struct.pack("<I", step) + LINKS[6:])


def test_a_step_that_is_not_aligned_is_no_chain_though_all_else_is_right() -> None:
    with pytest.raises(ConstructError):
        Chain.SCHEMA.parse(LINKS[:2] + b"\x09" + LINKS[3:10] + b"\0" + LINKS[10:])
    assert len(Chain.SCHEMA.parse(LINKS[:2] + b"\x0c" + LINKS[3:10] + bytes(4) + LINKS[10:]).links) == 2


def test_the_last_of_a_chain_may_have_a_size_of_its_own() -> None:
    with pytest.raises(ConstructError):
        Chain.SCHEMA.parse(LINKS + b"\0")  # it has no padding
    with pytest.raises(ConstructError):
        Chain.SCHEMA.parse(LINKS[:-1])
    names = bytes.fromhex("01 0000 00 02 6100 ffffff")
    assert plain(Names.SCHEMA.parse(names))["names"][0]["padding"] == b"\xff\xff\xff"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_chain_has_as_many_elements_as_are_counted(count: int) -> None:
    two = bytes.fromhex("0600 00 02 6100") + bytes.fromhex("0000 00 02 6200")
    assert len(Names.SCHEMA.parse(b"\2" + two).names) == 2
    with pytest.raises(ConstructError):
        Names.SCHEMA.parse(bytes([count]) + two)


def test_a_chain_by_size() -> None:
    data = bytes.fromhex("00000000" + "0600 01 61 ffff" + "0500 02 6162")
    found = plain(Journal.SCHEMA.parse(data))
    assert [(entry["record_length"], entry["data"], entry["padding"]) for entry in found["entries"]] == [
        (6, b"a", b"\xff\xff"),
        (5, b"ab", b""),
    ]
    assert Journal.SCHEMA.build(found) == data
    slots = bytes.fromhex("02" + "0200 6100" + "0400 62006300")  # the padding of the last is left out
    assert [slot.padding for slot in Slots.SCHEMA.parse(slots).slots] == [b"", b""]
    for step in (0, 1, 2):
        with pytest.raises(ConstructError):
            Journal.SCHEMA.parse(data[:4] + bytes([step]) + data[5:])


def test_elements_with_located_contents_keep_their_gaps() -> None:
    first = bytes.fromhex("0c00 08 04") + b"gap!" + bytes.fromhex("61006200")
    last = bytes.fromhex("0000 06 02") + b"??" + bytes.fromhex("6300")
    found = plain(Cards.SCHEMA.parse(first + last))
    assert [(card["text"], card["slack"]) for card in found["cards"]] == [(b"a\0b\0", b"gap!"), (b"c\0", b"??")]
    assert Cards.SCHEMA.build(found) == first + last


def test_elements_with_optional_fields() -> None:
    data = bytes.fromhex("02" + "0800 01 02 abcd 6100" + "0000 00 00")
    found = plain(Names.SCHEMA.parse(data))
    assert [name["level"] for name in found["names"]] == [0xCDAB, None]
    assert Names.SCHEMA.build(found) == data


# -- records in records


def test_one_of_several_records() -> None:
    circle, square, neither = b"\1\0" + bytes(4) + b"n\0", b"\2\2" + bytes(6), b"\3\2" + bytes(6)
    for cell, kind in ((circle, Circle), (square, Square), (neither, None)):
        data = bytes([len(cell)]) + cell + cell + cell
        found = plain(Drawing.SCHEMA.parse(data))
        for name in ("first", "cell", "last"):
            assert found[name] == cell if kind is None else found[name]["_record"] is kind
        assert Drawing.SCHEMA.build(found) == data
    with pytest.raises(ConstructError):
        Drawing.SCHEMA.parse(b"\2\1\0" + neither + neither)  # too short for a circle
    with pytest.raises(ConstructError):
        Drawing.SCHEMA.parse(b"\0" + neither[:7])


def test_bytes_left_over_in_a_record_are_an_error() -> None:
    envelope = Envelope(1, Endpoint(2, 3)).encode()
    assert Envelope.SCHEMA.parse(envelope).endpoint.port == 3
    schema = Struct("endpoint" / Exactly(9, One(Endpoint)))
    with pytest.raises(ConstructError):
        schema.parse(bytes(9))


def test_alternatives_decode_bytes_by_themselves() -> None:
    assert SHAPES.decode(Circle(1, "a").encode()) == Circle(1, "a")
    assert SHAPES.decode(b"\2\2\7\0\1tail") == Square(7, Metal.IRON, b"tail")
    for neither in (b"", b"\1", b"\2\1", b"\3\0anything"):
        assert SHAPES.decode(neither) == neither
    with pytest.raises(DecodeError, match="Circle"):
        SHAPES.decode(b"\1\0")


def test_a_content_of_a_size_leaves_nothing_over() -> None:
    schema = Struct("size" / Int8ul, "count" / Int8ul, "numbers" / Sized("size", Items(Int8ul, "count")))
    assert list(schema.parse(b"\2\2ab").numbers) == [97, 98]
    with pytest.raises(ConstructError):
        schema.parse(b"\2\1ab")


def test_broken_records_in_records_can_be_built() -> None:
    found = plain(Drawing.SCHEMA.parse(Drawing(Circle(1), Square(2, tail=b"abc"), b"").encode()))
    found["first"]["family"] = 0x7777
    found["cell"] = b"anything"
    found["last"] = {"_record": Circle, "radius": 5, "name": b""}
    assert Drawing.SCHEMA.build(found) == b"\6\x77\x77\1\0\0\0" + b"anything" + b"\1\0\5\0\0\0"


@pytest.mark.parametrize(("start", "size"), [(0, None), (3, None), (4, 0), (7, 3), (9, None)])
def test_a_computed_size_is_held_against_the_bytes(start: int, size: int | None) -> None:
    data = bytes([start, 0, 0, 0]) + b"abc" + b"\0\0"
    if size is None:
        with pytest.raises(ConstructError):
            Gapped.SCHEMA.parse(data)
    else:
        assert Gapped.SCHEMA.parse(data).gap == data[4 : 4 + size]


def test_lengths_are_told_without_being_right() -> None:
    """What the bytes determine is a number like any other to construct."""
    assert Measure.SCHEMA.parse(bytes(4) + b"\xff\xff" + bytes(4)).data_length == 0xFFFF
    assert Link.SCHEMA.parse(b"\x55" * 9).next == 0x55555555


# -- conditions and scalars


def test_optional_groups() -> None:
    absent = bytes.fromhex("01 0500 0000")
    present = bytes.fromhex("03 0d00 0200 01000000 6161 0200 6100")
    assert plain(Report.SCHEMA.parse(absent)) == {
        "version": 1, "text_offset": 5, "text_length": 0, "first": None, "second": None, "third": None, "text": b"",
        "slack": b"",
    }  # fmt: skip
    found = plain(Report.SCHEMA.parse(present))
    assert (found["first"], found["second"], found["third"], found["text"]) == (1, b"aa", 2, b"a\0")
    assert Report.SCHEMA.build(found) == present
    assert Report.SCHEMA.build(found | {"version": 1})[:3] == bytes.fromhex("01 0d00")
    for place in range(5, 13):
        with pytest.raises(ConstructError):
            Report.SCHEMA.parse(present[:place])


def test_optional_contents() -> None:
    data = bytes.fromhex("03 0200 6100 01 0700 62 ffff")
    found = plain(Note.SCHEMA.parse(data))
    assert found == {"flags": 3, "name_length": 2, "name": b"a\0", "blob_length": 1, "level": 7, "blob": b"b",
                     "end": 0xFFFF}  # fmt: skip
    assert Note.SCHEMA.build(found) == data
    assert Note.SCHEMA.build(found | {"flags": 2}) == bytes.fromhex("02 01 0700 62 ffff")
    assert Note.SCHEMA.parse(b"\0\1\2").name is None


def test_scalars_are_their_values_and_their_bytes_alike() -> None:
    one = Identity(UUID(bytes_le=bytes(range(16))), IPv4Address("1.2.3.4"), IPv6Address("::2"), 5, "ab", b"rest")
    data = bytes(range(16)) + b"\1\2\3\4" + bytes(15) + b"\2" + b"\5" + bytes(7) + b"a\0b\0" + bytes(6) + b"rest"
    found = plain(Identity.SCHEMA.parse(data))
    assert found == {"guid": one.guid, "address": one.address, "wide": one.wide, "time": 5, "label": "ab",
                     "rest": b"rest"}  # fmt: skip
    assert Identity.SCHEMA.build(found) == data
    assert Identity.SCHEMA.build(found | {"guid": data[:16], "label": b"\0\xd8" * 5})[44:54] == b"\0\xd8" * 5
    with pytest.raises(UnicodeDecodeError):
        Identity.SCHEMA.parse(data[:44] + b"\0\xd8" * 5)


def test_a_content_of_its_own_is_bytes() -> None:
    assert plain(Tape.SCHEMA.parse(b"\1\xffanything")) == {"kind": 1, "count": 0xFF, "runs": b"anything"}
    assert Tape.SCHEMA.build({"kind": 1, "count": 0xFF, "runs": b"anything"}) == b"\1\xffanything"
