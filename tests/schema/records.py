"""The records under test: every one of the package, found by itself, and a few that use what no message uses yet."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from construct import Bytes, Int8ub, Int8ul, Int16sb, Int16ul, Int32sl, Int32ub, Int32ul, Int64sb, Struct

import smb2ioctl_codec
from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules import Rule
from smb2ioctl_codec.schema import (
    At,
    Fixed,
    Kept,
    Nested,
    Raw,
    Record,
    Reserved,
    Sized,
    Slack,
    Strings,
    Tag,
    Text,
    Unless,
    When,
    record,
)

from .own import Tape
from .toys_lists import LISTS
from .toys_parts import PARTS


@cache
def package_records() -> tuple[type[Record], ...]:
    """Every record of the package, whichever module defines it, by name."""
    package = smb2ioctl_codec.__name__
    for module in pkgutil.walk_packages(smb2ioctl_codec.__path__, f"{package}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    found = {c for c in _subclasses(Record) if "PLAN" in vars(c) and c.__module__.startswith(f"{package}.")}
    return tuple(sorted(found, key=lambda c: (c.__name__, c.__module__)))


def _subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _subclasses(sub)


class Colour(OpenIntEnum, bits=8):
    """An open enum of one byte."""

    RED = 1
    BLUE = 2


@record(
    "big-endian and signed numbers",
    Struct(
        "wide" / Int32ub,
        "narrow" / Int16sb,
        "deep" / Int64sb,
        "flag" / Int8ub,
        "three" / Bytes(3),
    ),
)
class Ordered(Record):
    """Fields of fixed size alone, the most significant byte first."""

    wide: int
    narrow: int
    deep: int
    flag: int
    three: bytes = b"abc"


@record(
    "fixed runs between variable fields",
    Struct(
        "title_length" / Int16ul * "bytes of the title",
        "title" / Sized("title_length", Text()),
        "count" / Int8ul,
        "words" / Strings("count"),
        "number" / Int32sl,
        "magic" / Fixed(Int8ul, 0x2A),
        "blob_length" / Int8ul,
        "blob" / Sized("blob_length", Raw()),
        "rest" / Text("ending", NtStatus.OBJECT_NAME_INVALID),
    ),
)
class Sentence(Record):
    """Every content that can stand in sequence."""

    title: str
    words: tuple[str, ...] = ()
    number: int = -1
    blob: bytes = b""
    rest: str = ""
    ending: str = ""


@record(
    "two buffers that may overlap",
    Struct(
        "first_offset" / Kept(Int32ul, "16"),
        "first_length" / Int32ul,
        "second_offset" / Kept(Int32ul, "16 + first_length"),
        "second_length" / Int32ul,
        "first" / At("first_offset", "first_length", Raw()),
        "second" / At("second_offset", "second_length", Raw()),
        "remains" / Slack(),
    ),
)
class Overlapping(Record):
    """Located buffers that share bytes, in any order."""

    first: bytes = b""
    second: bytes = b""
    first_offset: int | None = None
    second_offset: int | None = None
    remains: bytes = b""


@record(
    "alternatives",
    Struct(
        "kind" / Int8ul,
        "wide" / When("kind & 1", Int32ul),
        "low" / Unless("kind & 1", Reserved(Int16ul)),
        "high" / Unless("kind & 1", Int16ul),
        "colour" / Tag(Int8ul, Colour),
    ),
)
class Choice(Record):
    """One place, two readings."""

    kind: int
    wide: int | None = None
    low: int | None = None
    high: int | None = None
    colour: Colour = Colour.RED


@record("a pair", Struct("left" / Int16ul, "right" / Int16ul))
class Pair(Record):
    """What others nest."""

    left: int
    right: int


@record(
    "a record inside another, after a variable field",
    Struct(
        "length" / Int8ul,
        "data" / Sized("length", Raw()),
        "pair" / Nested(Pair),
        "check" / Kept(Int16ul, "length + 1", resolved=True),
        "colour" / Tag(Reserved(Int8ul), Colour),
        "remark" / Kept(Raw(), "b'-' if length else b''"),
    ),
    checks=(
        Rule("no-sevens", "nowhere", None, "Holder.data", "length == 7", "seven bytes are bad luck",
             needed="length", available="0"),
    ),
)  # fmt: skip
class Holder(Record):
    """A nested record, a check of its own, a number that the class shows, bytes that may be left out."""

    pair: Pair
    data: bytes = b""
    check: int | None = None
    colour: Colour = Colour.BLUE
    remark: bytes | None = None


@record(
    "a size of the whole, and fixed fields after variable ones",
    Struct(
        "total" / Kept(Int16ul, "size"),
        "length" / Int8ul,
        "data" / Sized("length", Raw()),
        "end" / Int32ul,
    ),
)
class Measured(Record):
    """A number that is the structure's own size."""

    data: bytes = b""
    end: int = 0
    total: int | None = None


@record("text alone", Struct("text" / Text()))
class Whole(Record):
    """No fixed part: every byte is text."""

    text: str


#: Records that are made for the tests.
TOYS: tuple[type[Record], ...] = (
    Choice, Holder, Measured, Ordered, Overlapping, Pair, Sentence, Tape, Whole, *LISTS, *PARTS,
)  # fmt: skip

#: Every record: of the package, and of the tests.
RECORDS = (*package_records(), *TOYS)
