"""The span reader on lists, chains, records in records, conditions and converted scalars: places, and what is wrong."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

import pytest

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.spans import Reading, Span, read

from .own import Tape
from .toys_lists import Card, Cards, Chain, Chunk, Chunks, Entry, Heap, Journal, Link, Name, Names, Numbers, Slot, Slots
from .toys_parts import (
    Album,
    Aliases,
    Circle,
    Drawing,
    Endpoint,
    Envelope,
    Gapped,
    Identity,
    Interval,
    Measure,
    Note,
    Page,
    Remainder,
    Report,
    Shelf,
    Square,
)

PAGES = (
    Page(Circle(1, "ab"), Interval(3, 5), b"p"),
    Page(Square(2), Endpoint(7, 9)),
    Page(b"", Interval(1, 2), b"end"),
)
SHELF = Shelf(Album(PAGES), 7)


def every(spans: Any) -> list[Span]:
    return [one for span in spans for one in (span, *every(span.children))]


def at(reading: Reading, path: str) -> Span:
    (found,) = [span for span in every(reading.spans) if span.path == path]
    return found


def patched(data: bytes, offset: int, code: str, *numbers: int) -> bytes:
    return data[:offset] + struct.pack(code, *numbers) + data[offset + struct.calcsize(code) :]


# -- sound bytes


@pytest.mark.parametrize(
    ("value", "path", "offset", "size", "expected"),
    [
        (Numbers((1, 2), (3, -4)), "Numbers.counted", 1, 4, [1, 2]),
        (Numbers((1, 2), (3, -4)), "Numbers.counted[1]", 3, 2, 2),
        (Numbers((1, 2), (3, -4)), "Numbers.rest[1]", 10, 4, -4),
        (Chunks(b"ke", (Chunk(5), Chunk(6))), "Chunks.chunks[1].offset", 19, 8, 6),
        (Heap(1, (Chunk(5),)), "Heap.chunks[0].tag", 13, 3, b"tag"),
        (Chain((Link(1, padding=b"\xff"), Link(2))), "Chain.links[0].next", 2, 4, 8),
        (Chain((Link(1, padding=b"\xff"), Link(2))), "Chain.links[0].padding", 9, 1, b"\xff"),
        (Chain((Link(1, padding=b"\xff"), Link(2))), "Chain.links[1].index", 14, 2, 2),
        (Names((Name(1, 7, "ab"), Name(name="c"))), "Names.names[0].level", 5, 2, 7),
        (Names((Name(1, 7, "ab"), Name(name="c"))), "Names.names[1].name", 15, 2, "c"),
        (Cards((Card("ab", 6, b"??"), Card("c"))), "Cards.cards[0].text", 6, 4, "ab"),
        (Cards((Card("ab", 6, b"??"), Card("c"))), "Cards.cards[1].text", 14, 2, "c"),
        (Journal(0, (Entry(b"a", b"pad"), Entry(b"bc"))), "Journal.entries[1].data", 14, 2, b"bc"),
        (Slots((Slot("ab", b"pq"), Slot("c"))), "Slots.slots[0].padding", 7, 2, b"pq"),
        (Drawing(Circle(1, "n"), Square(2, tail=b"abc"), b""), "Drawing.first.name", 7, 2, "n"),
        (Drawing(Circle(1, "n"), Square(2, tail=b"abc"), b""), "Drawing.cell.tail", 14, 3, b"abc"),
        (Drawing(Circle(1, "n"), Square(2, tail=b"abc"), b"raw"), "Drawing.last", 17, 3, b"raw"),
        (Envelope(1, Endpoint(2, 3, 4)), "Envelope.endpoint.port", 6, 2, 3),
        (SHELF, "Shelf.album.pages[1].shape.side", 31, 2, 2),
        (SHELF, "Shelf.album.pages[2].interval.high", 49, 2, 2),
        (SHELF, "Shelf.album.pages[2].padding", 51, 3, b"end"),
        (Report(3, "a", 1, b"ab", 2), "Report.third", 11, 2, 2),
        (Report(1, "a"), "Report.text", 5, 2, "a"),
        (Note(3, "n", "\0", 7, b"blob"), "Note.name", 3, 4, "n\0"),
        (Note(2, level=7, blob=b"blob"), "Note.blob", 4, 4, b"blob"),
        (Gapped(b"abc", 1, b"xyz", gap=b""), "Gapped.body", 7, 3, b"xyz"),
        (Aliases("ab", "b", second_offset=14), "Aliases.first", 12, 4, "ab"),
        (Aliases("ab", "b", second_offset=14), "Aliases.second", 14, 2, "b"),
        (Identity(UUID(int=1), IPv4Address(2), IPv6Address(3), 4, "x"), "Identity.guid", 0, 16, UUID(int=1)),
        (Identity(UUID(int=1), IPv4Address(2), IPv6Address(3), 4, "x"), "Identity.address", 16, 4, IPv4Address(2)),
        (Identity(UUID(int=1), IPv4Address(2), IPv6Address(3), 4, "x"), "Identity.wide", 20, 16, IPv6Address(3)),
        (Identity(UUID(int=1), IPv4Address(2), IPv6Address(3), 4, "x"), "Identity.time", 36, 8, 4),
        (Identity(UUID(int=1), IPv4Address(2), IPv6Address(3), 4, "x"), "Identity.label", 44, 10, "x"),
        (Tape(1, (b"ab", b"c"), b"tail"), "Tape.runs[1]", 5, 2, b"c"),
    ],
)  # fmt: skip
def test_where_a_field_lies_and_what_it_is(value: Any, path: str, offset: int, size: int, expected: Any) -> None:
    data = value.encode()
    reading = read(type(value).PLAN, data)
    assert reading.defects == []
    found = at(reading, path)
    assert (found.offset, found.size, found.value) == (offset, size, expected)
    moved = at(read(type(value).PLAN, data, base=1000), path)
    assert (moved.offset, moved.size, moved.value) == (offset + 1000, size, expected)


def test_a_record_in_another_has_its_fields_for_children_and_for_value() -> None:
    shape = at(read(Drawing.PLAN, Drawing(Circle(1, "n"), b"12345678", b"").encode()), "Drawing.first")
    assert shape.value == {"family": 1, "radius": 1, "name": b"n\0", "_record": Circle}
    assert [(part.name, part.path, part.field) for part in shape.children] == [
        (name, f"Drawing.first.{name}", Circle.PLAN.field(name)) for name in ("family", "radius", "name")
    ]


def test_elements_are_the_children_of_their_list() -> None:
    links = at(read(Chain.PLAN, Chain((Link(1, padding=b"\xff"), Link(2))).encode()), "Chain.links")
    assert [(item.path, item.offset, item.size) for item in links.children] == [
        ("Chain.links[0]", 2, 8),
        ("Chain.links[1]", 10, 7),
    ]
    assert links.value == [item.value for item in links.children]
    assert links.value[1] == {"next": 0, "index": 2, "metal": 1, "padding": b"", "_record": Link}
    numbers = at(read(Numbers.PLAN, Numbers((1, 2)).encode()), "Numbers.counted")
    assert [item.children for item in numbers.children] == [(), ()]
    chunks = at(read(Chunks.PLAN, Chunks(b"ke", (Chunk(5),)).encode()), "Chunks.chunks")
    assert chunks.value == [{"offset": 5, "delta": -1, "reserved": 0, "tag": b"tag"}]


def test_what_is_absent_has_no_span() -> None:
    names = [span.name for span in read(Report.PLAN, Report(2, "a", 1, b"ab").encode()).spans]
    assert names == ["version", "text_offset", "text_length", "first", "second", "text"]
    assert read(Note.PLAN, Note().encode()).wire == {
        "flags": 0, "name_length": None, "name": None, "blob_length": None, "level": None, "blob": None, "end": 0,
    }  # fmt: skip


# -- broken bytes

LINKS = Chain((Link(1, padding=b"\xff"), Link(2, padding=b"\xff"), Link(3))).encode()
TWO_NAMES = Names((Name(name="ab"), Name(name="c"))).encode()
JOURNAL = Journal(0, (Entry(b"a"), Entry(b"bc"))).encode()
PAGE_AT = [4, 24, 42]


def defect(cls: type[Record], data: bytes) -> DecodeError:
    """The one thing that is wrong, which the decoder tells too."""
    (found,) = read(cls.PLAN, data).defects
    with pytest.raises(DecodeError) as caught:
        cls.decode(data)
    assert vars(caught.value) == vars(found)
    return found


@pytest.mark.parametrize("step", [1, 4, 6, 7, 9, 10, 0xFFFFFFFF])
def test_a_step_that_is_too_short_or_not_aligned(step: int) -> None:
    error = defect(Chain, patched(LINKS, 10, "<I", step))
    assert (error.path, error.offset) == ("Chain.links[1].next", 10)
    assert error.reason == f"{step} where 0 or a multiple of 4 from 7 on is valid"


@pytest.mark.parametrize("step", [16, 20, 0x7FFFFFFC, 0x80000000, 0xFFFFFFF8])
def test_a_step_past_the_last_byte(step: int) -> None:
    error = defect(Chain, patched(LINKS, 10, "<I", step))
    assert (error.path, error.offset) == ("Chain.links[1].next", 10)
    assert (error.needed, error.available) == (step + 1, len(LINKS) - 10)


def test_a_chain_that_ends_before_its_bytes() -> None:
    error = defect(Chain, patched(LINKS, 10, "<I", 0))
    assert (error.path, error.offset) == ("Chain", 17)
    short = read(Chain.PLAN, patched(LINKS, 10, "<I", 0))
    assert [item.path for item in at(short, "Chain.links").children] == ["Chain.links[0]", "Chain.links[1]"]


@pytest.mark.parametrize("size", range(3, len(LINKS)))
def test_a_cut_in_an_element(size: int) -> None:
    error = defect(Chain, LINKS[:size])
    index, start = divmod(size - 2, 8)
    if start == 0:  # the element before leads to the end
        assert (error.path, error.offset) == (f"Chain.links[{index - 1}].next", size - 8)
    elif start < 4 or index == 2:
        assert error.path.startswith(f"Chain.links[{index}].")
        assert error.reason == "cut short"
    else:
        assert (error.path, error.offset) == (f"Chain.links[{index}].next", 2 + 8 * index)
    assert (error.needed or 0) > (error.available or 0)


@pytest.mark.parametrize(("count", "path", "offset"), [(0, "Names", 1), (1, "Names", 9), (3, "Names.names", 15)])
def test_a_chain_of_another_length_than_is_counted(count: int, path: str, offset: int) -> None:
    data = bytes([count]) + TWO_NAMES[1:]
    error = read(Names.PLAN, data).defects[0]
    assert (error.path, error.offset) == (path, offset)
    with pytest.raises(DecodeError):
        Names.decode(data)


@pytest.mark.parametrize("count", [4, 0xFF])
def test_a_chain_that_could_not_have_so_many_elements(count: int) -> None:
    error = defect(Names, bytes([count]) + TWO_NAMES[1:])
    assert (error.path, error.offset, error.limit) == ("Names.names", 1, "Names.count")
    assert (error.needed, error.available) == (4 * count, len(TWO_NAMES) - 1)


@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_size_that_is_less_than_the_least(step: int) -> None:
    error = read(Journal.PLAN, patched(JOURNAL, 8, "<H", step)).defects[0]
    assert (error.path, error.offset) == ("Journal.entries[1]", 8)
    with pytest.raises(DecodeError, match=r"^Journal\.entries\[1\]"):
        Journal.decode(patched(JOURNAL, 8, "<H", step))


@pytest.mark.parametrize(
    ("step", "name", "offset"), [(4, "data", 11), (6, "record_length", 8), (0xFFFF, "record_length", 8)]
)
def test_a_size_that_the_bytes_are_not(step: int, name: str, offset: int) -> None:
    error = read(Journal.PLAN, patched(JOURNAL, 8, "<H", step)).defects[0]
    assert (error.path, error.offset) == (f"Journal.entries[1].{name}", offset)


def test_the_number_of_items_is_held_against_the_bytes() -> None:
    data = Chunks(b"ke", (Chunk(1), Chunk(2))).encode()
    error = defect(Chunks, patched(data, 0, "<H", 3))
    assert (error.path, error.offset, error.limit) == ("Chunks.chunks", 4, "Chunks.count")
    assert (error.needed, error.available) == (45, 30)
    assert (defect(Chunks, patched(data, 0, "<H", 1)).path, defect(Chunks, data[:-1]).needed) == ("Chunks", 30)


def test_part_of_an_item_at_the_end() -> None:
    error = defect(Heap, Heap(1, (Chunk(1),)).encode() + bytes(4))
    assert (error.path, error.offset, error.needed, error.available) == ("Heap.chunks", 1, 30, 19)


@pytest.mark.parametrize(
    ("place", "code", "numbers", "path", "offset"),
    [
        (PAGE_AT[0], "<I", [3], "Shelf.album.pages[0].next", PAGE_AT[0]),
        (PAGE_AT[1], "<I", [300], "Shelf.album.pages[1].next", PAGE_AT[1]),
        (PAGE_AT[0] + 4, "<B", [200], "Shelf.album.pages[0].shape", PAGE_AT[0] + 5),
        (PAGE_AT[0] + 11, "<H", [0xD800], "Shelf.album.pages[0].shape.name", PAGE_AT[0] + 11),
        (PAGE_AT[0] + 15, "<HH", [5, 3], "Shelf.album.pages[0].interval.high", PAGE_AT[0] + 17),
        (2, "<H", [1000], "Shelf.album", 4),
    ],
)
def test_paths_lead_from_the_outermost_record(
    place: int, code: str, numbers: list[int], path: str, offset: int
) -> None:
    data = patched(SHELF.encode(), place, code, *numbers)
    for base in (0, 500):
        error = read(Shelf.PLAN, data, base=base).defects[0]
        assert (error.path, error.offset) == (path, base + offset)
        if error.limit is not None:
            assert error.limit in ("Shelf.album_length", "Shelf.album.pages[0].shape_length")
    with pytest.raises(DecodeError) as caught:
        Shelf.decode(data)
    assert (caught.value.path, caught.value.offset) == (path, offset)


def test_the_check_of_a_record_in_another_keeps_its_rule() -> None:
    data = patched(SHELF.encode(), PAGE_AT[0] + 15, "<HH", 5, 3)
    assert defect(Shelf, data).rule == "ordered"
    with pytest.raises(DecodeError, match=r"rule ordered") as caught:
        Album.decode(data[4:-1])
    assert (caught.value.path, caught.value.offset) == ("Album.pages[0].interval.high", PAGE_AT[0] + 17 - 4)


def test_bytes_left_over_in_a_record_in_another() -> None:
    reading = read(Cards.PLAN, Cards((Card("a"),)).encode())
    assert reading.defects == []
    envelope = Envelope(1, Endpoint(2, 3)).encode()
    assert defect(Envelope, envelope + b"x").path == "Envelope"
    assert defect(Envelope, envelope[:11]).path == "Envelope.endpoint"


@pytest.mark.parametrize("next", [1, 7, 9, 0xFFFFFFFF])
def test_an_element_alone_may_lead_to_its_end_and_nowhere_else(next: int) -> None:
    data = Link(1, padding=b"\xff").encode()
    assert Link.decode(patched(data, 0, "<I", 8)) == Link.decode(data)
    assert Link.decode(patched(data, 0, "<I", 8)).encode() == data
    error = defect(Link, patched(data, 0, "<I", next))
    assert (error.path, error.offset) == ("Link.next", 0)
    assert error.reason == f"{next} where 0 or the 8 bytes of the element are valid"


@pytest.mark.parametrize(
    ("number", "amounts"), [(0, (None, None)), (4, (None, None)), (6, (6, 5)), (0xFFFF, (0xFFFF, 5))]
)
def test_a_number_that_the_bytes_make_another(number: int, amounts: tuple[int | None, int | None]) -> None:
    error = defect(Measure, patched(Measure(1, b"12345").encode(), 4, "<H", number))
    assert (error.path, error.offset) == ("Measure.data_length", 4)
    assert error.reason == f"{number} where the bytes that are there make it 5"
    assert (error.needed, error.available) == amounts


def test_a_number_that_other_numbers_have_a_part_in() -> None:
    data = Remainder(b"head", "ab").encode()
    assert defect(Remainder, patched(data, 0, "<B", 2)).path == "Remainder.tail_length"
    below = read(Remainder.PLAN, patched(data, 0, "<B", 200))
    assert [error.path for error in below.defects] == ["Remainder.tail_length", "Remainder.head"]


@pytest.mark.parametrize("start", [0, 3])
def test_a_computed_size_below_nothing(start: int) -> None:
    error = defect(Gapped, patched(Gapped(b"abc").encode(), 0, "<B", start))
    assert (error.path, error.offset) == ("Gapped.gap", 4)


def test_a_computed_size_of_more_than_there_is() -> None:
    error = defect(Gapped, patched(Gapped(b"abc", 1, b"xyz").encode(), 2, "<H", 0xFFFF))
    assert (error.path, error.offset, error.needed, error.available) == ("Gapped.body", 7, 3 * 0xFFFF, 5)
    assert error.limit is None


def test_text_that_is_none_in_a_scalar_and_at_an_offset() -> None:
    one = Identity(UUID(int=1), label="ab")
    data = patched(one.encode(), 46, "<H", 0xD800)
    reading = read(Identity.PLAN, data)
    assert [(error.path, error.offset) for error in reading.defects] == [("Identity.label", 46)]
    assert at(reading, "Identity.label").value is None
    assert reading.spans[-1].name == "rest"
    with pytest.raises(DecodeError, match=r"^Identity\.label at offset 46: no UTF-16"):
        Identity.decode(data)
    report = patched(Report(1, "ab").encode(), 7, "<H", 0xDC00)
    error = defect(Report, report)
    assert (error.path, error.offset, error.status) == ("Report.text", 7, NtStatus.OBJECT_NAME_INVALID)


@pytest.mark.parametrize("offset", [0, 5, 10, 13, 0xFFFF])
def test_located_text_lies_behind_what_is_there(offset: int) -> None:
    data = Report(2, "a", 1, b"ab").encode()
    error = defect(Report, patched(data, 1, "<H", offset))
    name = "text" if offset == len(data) else "text_offset"
    assert error.path == f"Report.{name}"
    assert Report.decode(patched(data, 1, "<HH", 0xFFFF, 0)).text_offset == 0xFFFF


@pytest.mark.parametrize("size", range(13))
def test_a_cut_in_a_group(size: int) -> None:
    data = Report(3, "", 1, b"ab", 2).encode()
    assert len(data) == 13
    error = defect(Report, data[:size])
    assert error.reason == "cut short"
    assert (error.offset or 0) + (error.needed or 0) > size


def test_a_content_of_its_own_tells_what_is_wrong() -> None:
    data = Tape(1, (b"ab", b"c")).encode()
    error = defect(Tape, data[:-1])
    assert (error.path, error.offset, error.needed, error.available) == ("Tape.runs[1]", 5, 1, 0)
    assert defect(Tape, data + b"x").path == "Tape.trailer"
