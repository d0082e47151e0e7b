"""Records of the tests whose fields are more than numbers: records, sizes, conditions, addresses, located text."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

from construct import Bytes, Int8ul, Int16ub, Int16ul, Int32ub, Int32ul, Struct

from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules import Rule
from smb2ioctl_codec.schema import (
    Alternatives,
    At,
    Exactly,
    Fixed,
    Implied,
    Kept,
    Next,
    One,
    Raw,
    Record,
    Reserved,
    Sized,
    Slack,
    Tag,
    Text,
    Walk,
    When,
    record,
)
from smb2ioctl_codec.schema.scalars import FILETIME, GUID, IPV4, IPV6, padded_text

from .toys_lists import Metal

# -- records in records


@record("a shape", Struct("family" / Fixed(Int16ul, 1), "radius" / Int32ul, "name" / Text()))
class Circle(Record):
    """Text takes its rest."""

    radius: int
    name: str = ""


@record(
    "another shape",
    Struct("family" / Fixed(Int16ul, 0x0202), "side" / Int16ul, "metal" / Tag(Int8ul, Metal), "tail" / Raw()),
)
class Square(Record):
    """Bytes take its rest."""

    side: int
    metal: Metal = Metal.GOLD
    tail: bytes = b""


SHAPES = Alternatives.by("family", Circle, Square)


@record(
    "shapes in every place that a record can have",
    Struct(
        "first_length" / Int8ul,
        "first" / Sized("first_length", One(SHAPES)),
        "cell" / Exactly(8, One(SHAPES)),
        "last" / One(SHAPES),
    ),
)
class Drawing(Record):
    """Each is a shape, or bytes that are none."""

    first: Circle | Square | bytes
    cell: Circle | Square | bytes
    last: Circle | Square | bytes


@record("the most significant byte first", Struct("family" / Int16ub, "port" / Int16ub, "flow" / Int32ub))
class Endpoint(Record):
    """What network order looks like."""

    family: int
    port: int
    flow: int = 0


@record(
    "a record of the other byte order between numbers",
    Struct("number" / Int32ul, "endpoint" / Exactly(8, One(Endpoint)), "end" / Int16ul),
)
class Envelope(Record):
    """A record of fixed size that could not be nested."""

    number: int
    endpoint: Endpoint
    end: int = 0


@record(
    "something checked",
    Struct("low" / Int16ul, "high" / Int16ul, "note" / Raw()),
    checks=(Rule("ordered", "nowhere", None, "Interval.high", "high < low", "the end lies before the start"),),
)
class Interval(Record):
    """A record with a check of its own."""

    low: int
    high: int
    note: bytes = b""


#: Told apart by how much there is.
BY_LENGTH = Alternatives(
    Interval, Endpoint, select=lambda data: Endpoint if len(data) == 8 else Interval if len(data) % 2 == 0 else None
)


@record(
    "an element that holds a record",
    Struct(
        "next" / Next(Int32ul),
        "shape_length" / Int8ul,
        "shape" / Sized("shape_length", One(SHAPES)),
        "interval" / Exactly("8 if shape_length & 1 else 4 + shape_length % 3 // 2", One(BY_LENGTH)),
        "padding" / Raw(),
    ),
)
class Page(Record):
    """Records three deep."""

    shape: Circle | Square | bytes = b""
    interval: Interval | Endpoint | bytes = Interval(0, 0)
    padding: bytes = b""


@record("a chain of pages", Struct("pages" / Walk(Page, next="next", align=2)))
class Album(Record):
    """A chain whose elements hold records."""

    pages: tuple[Page, ...] = ()


@record(
    "a record that holds a chain",
    Struct(
        "weight" / Int16ul,
        "album_length" / Int16ul,
        "album" / Sized("album_length", One(Album)),
        "end" / Int8ul,
    ),
)
class Shelf(Record):
    """Four records deep."""

    album: Album
    weight: int = 0
    end: int = 0


# -- numbers that the bytes determine, sizes that others do


@record(
    "a size of what follows",
    Struct(
        "tag" / Int32ul,
        "data_length" / Implied(Int16ul, "size - 8") * "bytes after the first eight",
        "reserved" / Reserved(Int16ul),
        "data" / Raw(),
    ),
)
class Measure(Record):
    """A length that is checked and not kept."""

    tag: int
    data: bytes = b""
    reserved: int = 0


@record(
    "what others leave",
    Struct(
        "head_length" / Int8ul,
        "tail_length" / Implied(Int8ul, "size - 2 - head_length"),
        "head" / Sized("head_length", Raw()),
        "tail" / Text(),
    ),
)
class Remainder(Record):
    """A length that another one has a part in."""

    head: bytes = b""
    tail: str = ""


@record(
    "a gap",
    Struct(
        "start" / Kept(Int8ul, "4"),
        "length" / Int8ul,
        "stride" / Int16ul,
        "gap" / Kept(Exactly("start - 4", Raw()), "b'\\0' * (start - 4)"),
        "data" / Sized("length", Raw()),
        "body" / Exactly("stride * 3", Raw()),
        "end" / Int16ul,
    ),
)
class Gapped(Record):
    """Zeros up to where a number says, and bytes of a computed size."""

    data: bytes = b""
    stride: int = 0
    body: bytes = b""
    end: int = 0
    start: int | None = None
    gap: bytes | None = None


# -- fields that are there or not


@record(
    "optional numbers before what is located",
    Struct(
        "version" / Int8ul,
        "text_offset" / Kept(Int16ul, "5 + (6 if version > 1 else 0) + (2 if version > 2 else 0)"),
        "text_length" / Int16ul,
        "first" / When("version > 1", Int32ul),
        "second" / When("version > 1", Bytes(2)),
        "third" / When("version > 2", Int16ul),
        "text" / At("text_offset", "text_length", Text(status=NtStatus.OBJECT_NAME_INVALID)),
        "slack" / Slack(),
    ),
)
class Report(Record):
    """Two groups, each there from one version on."""

    version: int = 1
    text: str = ""
    first: int | None = None
    second: bytes | None = None
    third: int | None = None
    text_offset: int | None = None
    slack: bytes = b""


@record(
    "optional contents",
    Struct(
        "flags" / Int8ul,
        "name_length" / When("flags & 1", Int16ul),
        "name" / When("flags & 1", Sized("name_length", Text("ending"))),
        "blob_length" / When("flags & 2", Int8ul),
        "level" / When("flags & 2", Reserved(Int16ul)),
        "blob" / When("flags & 2", Sized("blob_length", Raw())),
        "end" / Int16ul,
    ),
)
class Note(Record):
    """Text and bytes that come with their lengths, or not at all."""

    flags: int = 0
    name: str | None = None
    ending: str = ""
    level: int | None = None
    blob: bytes | None = None
    end: int = 0


# -- scalars, located texts


@record(
    "scalars that are more than numbers",
    Struct(
        "guid" / GUID,
        "address" / IPV4,
        "wide" / IPV6,
        "time" / FILETIME,
        "label" / padded_text(10),
        "rest" / Raw(),
    ),
)  # fmt: skip
class Identity(Record):
    """One of each, and bytes."""

    guid: UUID
    address: IPv4Address = IPv4Address("127.0.0.1")
    wide: IPv6Address = IPv6Address("::1")
    time: int = 0
    label: str = ""
    rest: bytes = b""


@record(
    "two texts that may share bytes",
    Struct(
        "first_offset" / Kept(Int16ul, "0"),
        "first_length" / Int16ul,
        "second_offset" / Kept(Int16ul, "12 + first_length"),
        "second_length" / Int16ul,
        "number" / Int32ul,
        "first" / At("first_offset", "first_length", Text(), base=-12),
        "second" / At("second_offset", "second_length", Text()),
        "slack" / Slack(),
    ),
)
class Aliases(Record):
    """One offset counts from the end of the fixed part, one from the start."""

    first: str = ""
    second: str = ""
    number: int = 0
    first_offset: int | None = None
    second_offset: int | None = None
    slack: bytes = b""


PARTS: tuple[type[Record], ...] = (
    Album, Aliases, Circle, Drawing, Endpoint, Envelope, Gapped, Identity, Interval, Measure, Note, Page, Remainder,
    Report, Shelf, Square,
)  # fmt: skip
