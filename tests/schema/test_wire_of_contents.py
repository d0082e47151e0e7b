"""Why a value with lists, chains, records in it, conditions or converted scalars cannot be written, and where."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

import pytest
from construct import Int16ul, Int32ul

from smb2ioctl_codec.errors import EncodeError
from smb2ioctl_codec.schema import Implied, Next, Raw, Walk
from smb2ioctl_codec.schema.wire import to_wire

from .declaring import declared
from .untyped_contents import (
    Album,
    Aliases,
    Card,
    Cards,
    Chain,
    Chunk,
    Chunks,
    Circle,
    Drawing,
    Endpoint,
    Entry,
    Envelope,
    Gapped,
    Heap,
    Identity,
    Interval,
    Journal,
    Link,
    Measure,
    Name,
    Names,
    Note,
    Numbers,
    Page,
    Remainder,
    Report,
    Shelf,
    Slot,
    Slots,
    Square,
    Table,
    Tape,
)

GUID, LONG = UUID(int=1), b"x" * 256
PAGE = Page(Circle(1, "ab"), Interval(3, 5), b"p")


@pytest.mark.parametrize(
    ("broken", "path", "reason"),
    [
        # lists
        (Numbers((1, 1 << 16)), "Numbers.counted[1]", "0x10000 is not in 0 to 0xffff"),
        (Numbers((), (0, 1 << 31)), "Numbers.rest[1]", "0x80000000 is not in -2147483648 to 0x7fffffff"),
        (Numbers((), (-(1 << 31) - 1,)), "Numbers.rest[0]", "-0x80000001 is not in -2147483648 to 0x7fffffff"),
        (Numbers((1, None)), "Numbers.counted[1]", "expected an int, not NoneType"),
        (Numbers(("1",)), "Numbers.counted[0]", "expected an int, not str"),
        (Numbers(1), "Numbers.counted", "expected a tuple, not int"),
        (Numbers("ab"), "Numbers.counted", "expected a tuple, not str"),
        (Numbers({1: 2}), "Numbers.counted", "expected a tuple, not dict"),
        (Numbers((1,) * 256), "Numbers.count", "0x100 is not in 0 to 0xff"),
        (Chunks(b"ke", (Chunk(1), None)), "Chunks.chunks[1]", "expected Chunk, not NoneType"),
        (Chunks(b"ke", (Link(1),)), "Chunks.chunks[0]", "expected Chunk, not Link"),
        (Chunks(b"ke", (Chunk(1), Chunk(1 << 64))), "Chunks.chunks[1].offset",
         "0x10000000000000000 is not in 0 to 0xffffffffffffffff"),
        (Chunks(b"ke", (Chunk(1, 1 << 15),)), "Chunks.chunks[0].delta", "0x8000 is not in -32768 to 0x7fff"),
        (Chunks(b"ke", (Chunk(1, tag=b"four"),)), "Chunks.chunks[0].tag", "4 bytes where 3 are needed"),
        (Heap(1, (Chunk(1, tag="tag"),)), "Heap.chunks[0].tag", "expected bytes, not str"),
        (Table(("a",) * 256), "Table.count", "0x100 is not in 0 to 0xff"),
        (Table((), (1,) * 256), "Table.number", "0x100 is not in 0 to 0xff"),
        # chains
        (Chain((Link(1), Link(2))), "Chain.links[0]", "7 bytes, no multiple of 4"),
        (Chain((Link(1, padding=b"x"), Link(2, padding=b"x"))), "Chain.links[1]",
         "8 bytes where the last element has 7"),
        (Chain((Link(1, padding=b"x"), Name())), "Chain.links[1]", "expected Link, not Name"),
        (Chain((Link(1, metal=256),)), "Chain.links[0].metal", "0x100 is not in 0 to 0xff"),
        (Chain(Link(1)), "Chain.links", "expected a tuple, not Link"),
        (Names((Name(name="\ud800"),)), "Names.names[0].name", "no UTF-16 at character 0: surrogates not allowed"),
        (Names((Name(), Name(1))), "Names.names[1].level", "must not be None where (flags & 1)"),
        (Names((Name(padding=b"x"), Name())), "Names.names[0]", "5 bytes, no multiple of 2"),
        (Names((Name(padding=bytes(65532)), Name())), "Names.names[0].next", "0x10000 is not in 0 to 0xffff"),
        (Names((Name(),) * 256), "Names.count", "0x100 is not in 0 to 0xff"),
        (Cards((Card("a", 2),)), "Cards.cards[0].text_offset", "2 lies before the data, which starts at 4"),
        (Journal(0, (Entry(LONG),)), "Journal.entries[0].length", "0x100 is not in 0 to 0xff"),
        (Journal(0, (Entry(b"", bytes(65533)),)), "Journal.entries[0].record_length", "0x10000 is not in 0 to 0xffff"),
        (Slots((Slot("a", b"x"), Slot())), "Slots.slots[0]", "5 bytes where the list has 4"),
        (Slots((Slot("ab"), Slot())), "Slots.slots[0]", "6 bytes where the list has 8"),
        (Slots((Slot("ab", b"123"),)), "Slots.slots[0]", "9 bytes where the list has 8"),
        # records in records
        (Drawing(None, bytes(8), b""), "Drawing.first", "expected bytes, not NoneType"),
        (Drawing(Chunk(1), bytes(8), b""), "Drawing.first", "expected bytes, not Chunk"),
        (Drawing(b"\1\0abcd", bytes(8), b""), "Drawing.first", "these bytes would be read as Circle, not bytes"),
        (Drawing(b"\1\0", bytes(8), b""), "Drawing.first", "these bytes would be read as Circle, not bytes"),
        (Drawing(b"", Circle(1), b""), "Drawing.cell", "6 bytes where 8 are needed"),
        (Drawing(b"", bytes(9), b""), "Drawing.cell", "9 bytes where 8 are needed"),
        (Drawing(b"", Square(1, tail=b"abc"), Circle(-1)), "Drawing.last.radius", "-0x1 is not in 0 to 0xffffffff"),
        (Drawing(LONG, bytes(8), b""), "Drawing.first_length", "0x100 is not in 0 to 0xff"),
        (Drawing(Circle(1, "x" * 125), bytes(8), b""), "Drawing.first_length", "0x100 is not in 0 to 0xff"),
        (Envelope(1, None), "Envelope.endpoint", "expected Endpoint, not NoneType"),
        (Envelope(1, bytes(8)), "Envelope.endpoint", "expected Endpoint, not bytes"),
        (Envelope(1, Endpoint(1 << 16, 0)), "Envelope.endpoint.family", "0x10000 is not in 0 to 0xffff"),
        (Page(b"\0", Interval(1, 2, b"1234")), "Page.interval",
         "these bytes would be read as Endpoint, not Interval"),
        (Page(b"\0", b"12345678"), "Page.interval", "these bytes would be read as Endpoint, not bytes"),
        (Shelf(Album((PAGE, replace(PAGE, shape=Square(1 << 16))))), "Shelf.album.pages[1].shape.side",
         "0x10000 is not in 0 to 0xffff"),
        (Shelf(Album((PAGE, replace(PAGE, padding=None)))), "Shelf.album.pages[1].padding",
         "expected bytes, not NoneType"),
        (Shelf(Album((PAGE, replace(PAGE, interval=b"abc")))), "Shelf.album.pages[1].interval",
         "3 bytes where 4 are needed"),
        (Shelf(Album((replace(PAGE, padding=bytes(65513)), PAGE))), "Shelf.album_length",
         "0x10010 is not in 0 to 0xffff"),
        # sizes
        (Measure(1, bytes(65536)), "Measure.data_length", "0x10000 is not in 0 to 0xffff"),
        (Measure(None), "Measure.tag", "expected an int, not NoneType"),
        (Remainder(LONG), "Remainder.head_length", "0x100 is not in 0 to 0xff"),
        (Remainder(b"", "x" * 128), "Remainder.tail_length", "0x100 is not in 0 to 0xff"),
        (Gapped(gap=b"x"), "Gapped.gap", "1 bytes where 0 are needed"),
        (Gapped(start=6, gap=b"x"), "Gapped.gap", "1 bytes where 2 are needed"),
        (Gapped(start=3), "Gapped.gap", "0 bytes where -1 are needed"),
        (Gapped(start=256), "Gapped.start", "0x100 is not in 0 to 0xff"),
        (Gapped(start="4"), "Gapped.start", "expected an int, not str"),
        (Gapped(gap="x"), "Gapped.gap", "expected bytes, not str"),
        (Gapped(stride=1), "Gapped.body", "0 bytes where 3 are needed"),
        (Gapped(body=b"abc"), "Gapped.body", "3 bytes where 0 are needed"),
        (Gapped(stride=1 << 16, body=b""), "Gapped.stride", "0x10000 is not in 0 to 0xffff"),
        # conditions
        (Report(1, first=1), "Report.first", "must be None unless (version > 1)"),
        (Report(1, second=b"ab"), "Report.second", "must be None unless (version > 1)"),
        (Report(2, first=1), "Report.second", "must not be None where (version > 1)"),
        (Report(2, first=1, second=b"abc"), "Report.second", "3 bytes where 2 are needed"),
        (Report(3, first=1, second=b"ab"), "Report.third", "must not be None where (version > 2)"),
        (Report(3, "", 1, b"ab", 1 << 16), "Report.third", "0x10000 is not in 0 to 0xffff"),
        (Report(2, "a", 1, b"ab", text_offset=10), "Report.text_offset",
         "10 lies before the data, which starts at 11"),
        (Report(1, "\udc00"), "Report.text", "no UTF-16 at character 0: surrogates not allowed"),
        (Report(1, "a", slack=b"x", text_offset=9), "Report.slack",
         "does not fill the gaps that the offsets leave, or buffers overlap"),
        (Note(0, "n"), "Note.name", "must be None unless (flags & 1)"),
        (Note(1), "Note.name", "must not be None where (flags & 1)"),
        (Note(0, ending="\0"), "Note.ending", None),
        (Note(1, "n\0"), "Note.name", "U+0000 at character 1"),
        (Note(1, "n", "x"), "Note.ending", "must be empty or start with U+0000"),
        (Note(1, b"n"), "Note.name", "expected str, not bytes"),
        (Note(1, "n" * 32768), "Note.name_length", "0x10000 is not in 0 to 0xffff"),
        (Note(2, level=1, blob=LONG), "Note.blob_length", "0x100 is not in 0 to 0xff"),
        (Note(2, level=1), "Note.blob", "must not be None where (flags & 2)"),
        # scalars and texts
        (Identity(bytes(16)), "Identity.guid", "expected UUID, not bytes"),
        (Identity(str(GUID)), "Identity.guid", "expected UUID, not str"),
        (Identity(GUID, "1.2.3.4"), "Identity.address", "expected IPv4Address, not str"),
        (Identity(GUID, IPv6Address(1)), "Identity.address", "expected IPv4Address, not IPv6Address"),
        (Identity(GUID, wide=IPv4Address(1)), "Identity.wide", "expected IPv6Address, not IPv4Address"),
        (Identity(GUID, wide=IPv6Address("fe80::1%3")), "Identity.wide", "a scope id has no place in the address"),
        (Identity(GUID, time=-1), "Identity.time", "-0x1 is not in 0 to 0xffffffffffffffff"),
        (Identity(GUID, label="123456"), "Identity.label",
         "must be at most 10 bytes of UTF-16 that do not end in U+0000"),
        (Identity(GUID, label="a\0"), "Identity.label",
         "must be at most 10 bytes of UTF-16 that do not end in U+0000"),
        (Identity(GUID, label="\ud800"), "Identity.label", "no UTF-16 at character 0: surrogates not allowed"),
        (Identity(GUID, label=b"label"), "Identity.label", "expected str, not bytes"),
        (Aliases("ab", "cd", second_offset=14), "Aliases.slack",
         "does not fill the gaps that the offsets leave, or buffers overlap"),
        (Aliases("ab", first_offset=-1), "Aliases.first_offset", "-0x1 is not in 0 to 0xffff"),
        # a content of its own
        (Tape(0, ("text",)), "Tape.runs[0]", "expected at most 255 bytes"),
        (Tape(0, (LONG,)), "Tape.runs[0]", "expected at most 255 bytes"),
        (Tape(0, None), "Tape.runs", "expected a tuple"),
        (Tape(0, (), b"odd"), "Tape.trailer", "expected bytes, an even number"),
        (Tape(0, (b"",) * 256), "Tape.count", "0x100 is not in 0 to 0xff"),
    ],
)  # fmt: skip
def test_reasons(broken: Any, path: str, reason: str | None) -> None:
    for refuse in (to_wire, type(broken).encode):
        with pytest.raises(EncodeError) as caught:
            refuse(broken)
        assert caught.value.path == path
        assert reason is None or caught.value.reason == reason
        assert (caught.value.offset, caught.value.rule) == (None, None)


def test_the_check_of_a_record_in_another_is_refused_with_its_rule() -> None:
    broken = Shelf(Album((replace(PAGE, interval=Interval(5, 3)),)))
    for refuse in (to_wire, Shelf.encode):
        with pytest.raises(EncodeError) as caught:
            refuse(broken)
        assert (caught.value.path, caught.value.rule) == ("Shelf.album.pages[0].interval.high", "ordered")


def test_wire_values_of_every_kind() -> None:
    assert to_wire(Numbers((1, 2), (-3,), 4)) == {"count": 2, "counted": [1, 2], "mark": 4, "rest": [-3]}
    assert to_wire(Chunks(b"ke", [Chunk(1)]))["chunks"] == [{"offset": 1, "delta": -1, "reserved": 0, "tag": b"tag"}]
    assert to_wire(Chain((Link(1, padding=b"x"), Link(2)))) == {
        "magic": 0x1234,
        "links": [
            {"next": 8, "index": 1, "metal": 1, "padding": b"x", "_record": Link},
            {"next": 0, "index": 2, "metal": 1, "padding": b"", "_record": Link},
        ],
    }
    assert to_wire(Drawing(Circle(5), bytes(8), b"")) == {
        "first_length": 6, "first": {"family": 1, "radius": 5, "name": b"", "_record": Circle}, "cell": bytes(8),
        "last": b"",
    }  # fmt: skip
    assert to_wire(Measure(1, b"abc")) == {"tag": 1, "data_length": 3, "reserved": 0, "data": b"abc"}
    assert to_wire(Gapped(b"a", start=7))["gap"] == bytes(3)
    assert to_wire(Note(1, "n", "\0")) == {
        "flags": 1, "name_length": 4, "name": b"n\0\0\0", "blob_length": None, "level": None, "blob": None, "end": 0,
    }  # fmt: skip
    assert to_wire(Identity(GUID, label="ab")) == {
        "guid": GUID, "address": IPv4Address("127.0.0.1"), "wide": IPv6Address("::1"), "time": 0, "label": "ab",
        "rest": b"",
    }  # fmt: skip
    assert to_wire(Tape(1, (b"ab",), b"cd")) == {"kind": 1, "count": 1, "runs": b"\2abcd"}


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (Numbers((1, 2), (-3,), 4), "02 0001 0002 04 fdffffff"),
        (Chain((Link(1, padding=b"x"), Link(2))), "3412 08000000 0100 01 78 00000000 0200 01"),
        (Names((Name(1, 7, "a"), Name(padding=b"odd"))), "02 0800 01 02 0700 6100 0000 00 00 6f6464"),
        (Cards((Card("a", 6, b"??"), Card())), "0800 06 02 3f3f 6100 0000 04 00"),
        (Journal(1, (Entry(b"a", b"p"), Entry())), "01000000 0500 01 61 70 0300 00"),
        (Slots((Slot("a"), Slot("bcd", b""))), "02 0200 6100 0600 620063006400"),
        (Drawing(Circle(5), Square(1, tail=b"abc"), b"\0\1"), "06 0100 05000000 0202 0100 02 616263 0001"),
        (Envelope(1, Endpoint(2, 3, 4), 5), "01000000 0002 0003 00000004 0500"),
        (Measure(1, b"abc"), "01000000 0300 0000 616263"),
        (Remainder(b"h", "t"), "01 02 68 7400"),
        (Gapped(b"a", 1, b"xyz", 2, 6), "06 01 0100 0000 61 78797a 0200"),
        (Report(3, "a", 1, b"ab", 2), "03 0d00 0200 01000000 6162 0200 6100"),
        (Report(1, "a", text_offset=6, slack=b"!"), "01 0600 0200 21 6100"),
        (Note(3, "n", "\0", 7, b"b", 1), "03 0400 6e000000 01 0700 62 0100"),
        (Aliases("ab", "b", 1, second_offset=14), "0000 0400 0e00 0200 01000000 6100 6200"),
        (Aliases("ab", "cd", 1), "0000 0400 1000 0400 01000000 6100 6200 6300 6400"),
        (Tape(1, (b"ab", b""), b"cd"), "01 02 02 6162 00 6364"),
        (Identity(UUID("00112233-4455-6677-8899-aabbccddeeff"), IPv4Address("1.2.3.4"), IPv6Address(5), 6, "a", b"r"),
         "33221100 5544 7766 8899aabbccddeeff 01020304" + "00" * 15 + "05 0600000000000000 6100" + "00" * 8 + "72"),
    ],
)  # fmt: skip
def test_bytes_of_every_kind(value: Any, data: str) -> None:
    expected = bytes.fromhex(data)
    assert value.encode() == expected
    assert type(value).decode(expected) == value


def test_an_element_whose_next_is_not_its_first_field() -> None:
    element = declared("kind" / Int16ul, "next" / Next(Int32ul), "length" / Implied(Int16ul, "size"), "rest" / Raw(),
                       kind=int, rest=bytes)  # fmt: skip
    chain = declared("elements" / Walk(element, next="next", align=2), elements=tuple)
    one = chain((element(1, b"abcd"), element(2, b"")))
    data = bytes.fromhex("0100 0c000000 0c00 61626364 0200 00000000 0800")
    assert one.encode() == data
    assert chain.decode(data) == one
