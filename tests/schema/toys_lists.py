"""Records of the tests that are lists: elements of one size, and chains of elements of any size."""

from __future__ import annotations

from construct import Bytes, Int8ul, Int16sl, Int16ub, Int16ul, Int32sl, Int32ul, Int64ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.schema import (
    At,
    Fixed,
    Implied,
    Items,
    Kept,
    Next,
    Raw,
    Record,
    Reserved,
    Sized,
    Slack,
    Strings,
    Tag,
    Text,
    Walk,
    When,
    record,
)


class Metal(OpenIntEnum, bits=8):
    """An open enum of one byte."""

    IRON = 1
    GOLD = 2


# -- lists of elements of one size


@record(
    "integers, counted and to the end",
    Struct(
        "count" / Int8ul * "numbers that follow",
        "counted" / Items(Int16ub, "count"),
        "mark" / Int8ul,
        "rest" / Items(Int32sl),
    ),
)
class Numbers(Record):
    """One list that is counted, the most significant byte first, and one that takes what is left."""

    counted: tuple[int, ...] = ()
    rest: tuple[int, ...] = ()
    mark: int = 0


@record(
    "an element",
    Struct("offset" / Int64ul, "delta" / Int16sl, "reserved" / Reserved(Int16ul), "tag" / Bytes(3)),
)
class Chunk(Record):
    """What others list: integers and bytes."""

    offset: int
    delta: int = -1
    tag: bytes = b"tag"
    reserved: int = 0


@record("records, counted", Struct("count" / Int16ul, "key" / Bytes(2), "chunks" / Items(Chunk, "count")))
class Chunks(Record):
    """Nothing follows the list."""

    key: bytes
    chunks: tuple[Chunk, ...] = ()


@record("records, to the end", Struct("kind" / Int8ul, "chunks" / Items(Chunk)))
class Heap(Record):
    """A list that nobody counts."""

    kind: int
    chunks: tuple[Chunk, ...] = ()


@record(
    "strings before a list",
    Struct(
        "count" / Int8ul,
        "number" / Int8ul,
        "words" / Strings("count"),
        "points" / Items(Int64ul, "number"),
        "sum" / Kept(Int8ul, "count + number"),
    ),
)
class Table(Record):
    """Two counts, and a fixed field after both lists."""

    words: tuple[str, ...] = ()
    points: tuple[int, ...] = ()
    sum: int | None = None


# -- chains


@record(
    "an element of fixed size",
    Struct("next" / Next(Int32ul), "index" / Int16ul, "metal" / Tag(Int8ul, Metal), "padding" / Raw()),
)
class Link(Record):
    """Seven bytes and padding; the last of a chain has no padding."""

    index: int
    metal: Metal = Metal.IRON
    padding: bytes = b""


@record("a chain of links", Struct("magic" / Fixed(Int16ul, 0x1234), "links" / Walk(Link, next="next", align=4)))
class Chain(Record):
    """Elements by their Next, at multiples of four from one another."""

    links: tuple[Link, ...] = ()


@record(
    "an element of variable size",
    Struct(
        "next" / Next(Int16ul),
        "flags" / Int8ul,
        "length" / Int8ul,
        "level" / When("flags & 1", Int16ul),
        "name" / Sized("length", Text()),
        "padding" / Raw(),
    ),
)
class Name(Record):
    """Every one has a length of its own."""

    flags: int = 0
    level: int | None = None
    name: str = ""
    padding: bytes = b""


@record("a chain of names", Struct("count" / Int8ul, "names" / Walk(Name, next="next", align=2, count="count")))
class Names(Record):
    """A chain that is counted too."""

    names: tuple[Name, ...] = ()


@record(
    "an element with a text somewhere in it",
    Struct(
        "next" / Next(Int16ul),
        "text_offset" / Kept(Int8ul, "4"),
        "text_length" / Int8ul,
        "text" / At("text_offset", "text_length", Text()),
        "slack" / Slack(),
    ),
)
class Card(Record):
    """Offsets count from the element's own first byte."""

    text: str = ""
    text_offset: int | None = None
    slack: bytes = b""


@record("a chain of cards", Struct("cards" / Walk(Card, next="next")))
class Cards(Record):
    """No fixed part and no alignment."""

    cards: tuple[Card, ...] = ()


@record(
    "an element that knows its size",
    Struct(
        "record_length" / Implied(Int16ul, "size"),
        "length" / Int8ul,
        "data" / Sized("length", Raw()),
        "padding" / Raw(),
    ),
)
class Entry(Record):
    """All its bytes, padding too, are its record_length."""

    data: bytes = b""
    padding: bytes = b""


@record("a chain by a size", Struct("start" / Int32ul, "entries" / Walk(Entry, size="record_length")))
class Journal(Record):
    """Elements by a size that they state."""

    start: int = 0
    entries: tuple[Entry, ...] = ()


@record("an element that is aligned", Struct("length" / Int16ul, "name" / Sized("length", Text()), "padding" / Raw()))
class Slot(Record):
    """Filled up to a multiple of four, but for the last."""

    name: str = ""
    padding: bytes = b""


@record(
    "a chain by a computed size",
    Struct("count" / Int8ul, "slots" / Walk(Slot, size="2 + length + 3 & -4", count="count")),
)
class Slots(Record):
    """Elements by a size that follows from their length."""

    slots: tuple[Slot, ...] = ()


LISTS: tuple[type[Record], ...] = (
    Card, Cards, Chain, Chunk, Chunks, Entry, Heap, Journal, Link, Name, Names, Numbers, Slot, Slots, Table,
)  # fmt: skip
