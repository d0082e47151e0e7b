"""Schemas that are refused when the class is made: what no reader could do is the author's mistake, and is told so."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from construct import Byte, Bytes, Construct, Int8sl, Int8ul, Int16ub, Int16ul, Int32sl, Int32ub, Int32ul

from smb2ioctl_codec.schema import (
    Alternatives,
    At,
    Exactly,
    Fixed,
    Implied,
    Items,
    Kept,
    Nested,
    Next,
    One,
    Raw,
    Reserved,
    Sized,
    Slack,
    Strings,
    Tag,
    Text,
    Unless,
    Walk,
    When,
)
from smb2ioctl_codec.schema.scalars import GUID

from .declaring import declared, lowered
from .own import Runs
from .records import Choice, Colour, Pair, Whole
from .toys_lists import Link, Slot
from .toys_parts import Circle, Square

OFFSET, LENGTH = "o" / Kept(Int32ul, "8"), "n" / Int32ul
FLAG, OPTIONAL = "f" / Int8ul, "w" / When("f", Int8ul)
SIZED = Sized("n", Raw())
WIDE, NARROW = "w" / When("f", Int16ul), "u" / Unless("f", Int16ul)


def nested(*subcons: Construct, **attributes: Any) -> Construct:
    return "x" / Nested(declared(*subcons, **attributes))


#: What is wrong, the fields, and the field that the message names.
MISTAKES: dict[str, tuple[str, tuple[Construct, ...]]] = {
    "a length that is no field": ("b", ("b" / Sized("n", Raw()),)),
    "a length that stands later": ("b", ("b" / Sized("n", Raw()), LENGTH)),
    "a count that is no field": ("b", ("b" / Strings("n"),)),
    "an offset that is no field": ("b", (LENGTH, "b" / At("o", "n", Raw()), "s" / Slack())),
    "a located length that is no field": ("b", (OFFSET, "b" / At("o", "n", Raw()), "s" / Slack())),
    "a length that is signed": ("b", ("n" / Int32sl, "b" / Sized("n", Raw()))),
    "a count that is signed": ("b", ("n" / Int32sl, "b" / Strings("n"))),
    "a length that is bytes": ("b", ("n" / Bytes(4), "b" / Sized("n", Raw()))),
    "a length that is constant": ("b", ("n" / Fixed(Int32ul, 4), "b" / Sized("n", Raw()))),
    "a length that is not always there": ("b", (FLAG, WIDE, NARROW, "b" / Sized("w", Raw()))),
    "a length that is Kept": ("b", ("n" / Kept(Int32ul, "4"), "b" / Sized("n", Raw()))),
    "a count that is Kept": ("b", ("n" / Kept(Int32ul, "4"), "b" / Strings("n"))),
    "a length for two": ("b", (LENGTH, "b" / Sized("n", Raw()), "c" / Sized("n", Raw()))),
    "an offset that is not Kept": ("b", ("o" / Int32ul, LENGTH, "b" / At("o", "n", Raw()), "s" / Slack())),
    "a terminated text at an offset": ("b", (OFFSET, LENGTH, "b" / At("o", "n", Text("t")), "s" / Slack())),
    "a record at an offset": ("b", (OFFSET, LENGTH, "b" / At("o", "n", One(Pair)), "s" / Slack())),
    "a list at an offset": ("b", (OFFSET, LENGTH, "b" / At("o", "n", Items(Int8ul)), "s" / Slack())),
    "strings at an offset": ("b", ("c" / Int8ul, OFFSET, LENGTH, "b" / At("o", "n", Strings("c")), "s" / Slack())),
    "strings of a size": ("b", ("c" / Int8ul, LENGTH, "b" / Sized("n", Strings("c")))),
    "no slack": ("b", (OFFSET, LENGTH, "b" / At("o", "n", Raw()))),
    "slack without a buffer": ("s", (LENGTH, "s" / Slack())),
    "sequence after located": ("q", (OFFSET, LENGTH, "k" / Int8ul, "b" / At("o", "n", Raw()), "q" / Sized("k", Raw()),
                                     "s" / Slack())),
    "a number after located": ("q", (OFFSET, LENGTH, "b" / At("o", "n", Raw()), "q" / Int8ul, "s" / Slack())),
    "two byte orders": ("b", ("a" / Int32ul, "b" / Int16ub)),
    "two byte orders around one byte": ("b", ("a" / Int32ul, "c" / Byte, "b" / Int16ub)),
    "two byte orders around bytes": ("b", ("a" / Int32ub, "c" / Bytes(2), "b" / Int16ul)),
    "a nested record of the other order": ("x", (nested("p" / Int16ub, p=int),)),
    "a nested constant": ("x", (nested("p" / Fixed(Int16ul, 1), "q" / Int8ul, q=int),)),
    "a nested enum": ("x", (nested("p" / Tag(Int8ul, Colour), p=Colour),)),
    "a nested Kept": ("x", (nested("p" / Kept(Int8ul, "1"), p=int),)),
    "a nested alternative": ("x", ("x" / Nested(Choice),)),
    "a nested nest": ("x", (nested("p" / Nested(Pair), p=Pair),)),
    "a nested record of variable size": ("x", (nested(LENGTH, "p" / Sized("n", Raw()), p=bytes),)),
    "Unless without When": ("u", (FLAG, NARROW)),
    "Unless before When": ("u", (FLAG, NARROW, WIDE)),
    "alternatives of two sizes": ("w", (FLAG, WIDE, "u" / Unless("f", Int32ul))),
    "alternatives on two conditions": ("u", (FLAG, "g" / Int8ul, WIDE, "u" / Unless("g", Int16ul))),
    "a variable alternative": ("n", (FLAG, "n" / When("f", Int16ul), "b" / When("f", SIZED), NARROW)),
    "alternatives apart": ("w", (FLAG, WIDE, "g" / Int8ul, NARROW)),
    "alternatives in turns": ("x", (FLAG, WIDE, NARROW, "x" / When("f", Int8ul), "y" / Unless("f", Int8ul))),
    "two pairs of alternatives": ("w", (FLAG, WIDE, NARROW, "x" / When("f & 2", Int8ul),
                                        "y" / Unless("f & 2", Int8ul))),
    "alternatives after a variable field": ("w", (FLAG, "n" / Int8ul, "b" / Sized("n", Raw()), WIDE, NARROW)),
    "a constant alternative": ("w", (FLAG, "w" / When("f", Fixed(Int16ul, 1)), NARROW)),
    "a condition on a later field": ("w", (WIDE, NARROW, FLAG)),
    "a condition on itself": ("w", ("w" / When("w", Int16ul), "u" / Unless("w", Int16ul))),
    "a condition on the size": ("w", ("w" / When("size", Int16ul), "u" / Unless("size", Int16ul))),
    "a condition on bytes": ("w", ("f" / Bytes(1), WIDE, NARROW)),
    "a condition on nothing": ("w", (WIDE, NARROW)),
    "a canonical value of nothing": ("k", ("k" / Kept(Int32ul, "n"),)),
    "a canonical value of a content": ("k", (LENGTH, "b" / Sized("n", Raw()), "k" / Kept(Raw(), "b'' if b else b'x'"))),
    "a canonical value of a nested record": ("k", ("x" / Nested(Pair), "k" / Kept(Int32ul, "x"))),
    "a canonical value of itself": ("k", ("k" / Kept(Int32ul, "k"),)),
    "a canonical value of a later one": ("j", ("j" / Kept(Int32ul, "k"), "k" / Kept(Int32ul, "1"))),
    "a canonical value of an unknown size": ("k", ("k" / Kept(Int32ul, "size"), OFFSET, LENGTH,
                                                   "b" / At("o", "n", Raw()), "s" / Slack())),
    "a Kept enum": ("k", ("k" / Kept(Tag(Int8ul, Colour), "1"),)),
    "an enum of a Kept": ("k", ("k" / Tag(Kept(Int8ul, "1"), Colour),)),
    "a Kept text": ("k", ("k" / Kept(Text(), "b''"),)),
    "Kept strings": ("k", ("c" / Int8ul, "k" / Kept(Strings("c"), "()"))),
    "a Kept content of a size": ("k", (LENGTH, "k" / Kept(Sized("n", Raw()), "b''"))),
    "one name twice": ("n", (LENGTH, "n" / Int8ul)),
    "the name of the size": ("size", ("size" / Int8ul, "k" / Kept(Int8ul, "size"))),
    "a name that is none": ("a-b", ("a-b" / Int8ul,)),
    "a keyword": ("from", ("from" / Int8ul,)),
    "a name that every record has": ("decode", ("decode" / Int8ul,)),
    "the name of the object": ("self", ("self" / Int8ul,)),
    "no name": ("", (Int8ul,)),
    "a terminator of a field's name": ("t", (LENGTH, "t" / Text("n"))),
    "a field of a terminator's name": ("n", ("k" / Int8ul, "t" / Sized("k", Text("n")), LENGTH)),
    "a name that a content of its own has": ("runs", ("trailer" / Int8ul, "count" / Int8ul, "runs" / Runs())),
    "something after raw bytes": ("b", ("b" / Raw(), LENGTH)),
    "something after text": ("t", ("t" / Text(), "u" / Text())),
    "something after slack": ("k", (OFFSET, LENGTH, "b" / At("o", "n", Raw()), "s" / Slack(), "k" / Int8ul)),
    "something after a content of its own": ("runs", ("count" / Int8ul, "runs" / Runs(), "k" / Int8ul)),
    "something after a list that nobody counts": ("i", ("i" / Items(Int8ul), "k" / Int8ul)),
    "something after a chain": ("c", ("c" / Walk(Link, next="next"), "k" / Int8ul)),
    "something after a record": ("r", ("r" / One(Pair), "k" / Int8ul)),
    "numbers of a size": ("i", (LENGTH, "i" / Sized("n", Items(Int8ul)))),
    "a chain of a size": ("c", (LENGTH, "c" / Sized("n", Walk(Link, next="next")))),
    "a text of a computed size": ("t", (LENGTH, "t" / Exactly("n * 2", Text()))),
    "a list of a computed size": ("i", (LENGTH, "i" / Exactly("n * 2", Items(Int8ul)))),
    "a computed size of nothing": ("b", ("b" / Exactly("n * 2", Raw()),)),
    "a computed size of what stands later": ("b", ("b" / Exactly("n * 2", Raw()), LENGTH)),
    "a computed size of the size": ("b", (LENGTH, "b" / Exactly("size - 4", Raw()))),
    "a computed size of what may be absent": ("b", (FLAG, OPTIONAL, "b" / Exactly("w", Raw()))),
    "a count that is no field for numbers": ("i", ("i" / Items(Int8ul, "n"),)),
    "a count that is no field for a chain": ("c", ("c" / Walk(Link, next="next", count="n"),)),
    "a count that is no field for an own content": ("runs", ("runs" / Runs(),)),
    "a count that is a length too": ("b", (LENGTH, "b" / Sized("n", Raw()), "i" / Items(Int8ul, "n"))),
    "a length that is Implied": ("b", ("n" / Implied(Int32ul, "size"), "b" / Sized("n", Raw()))),
    "a count that is a Next": ("i", ("n" / Next(Int32ul), "i" / Items(Int8ul, "n"))),
    "a length that is Reserved": ("b", ("n" / Reserved(Int32ul), "b" / Sized("n", Raw()))),
    "a length in every message of what may be absent": ("b", ("n" / Int8ul, FLAG, "b" / When("f", SIZED))),
    "a length under another condition": ("b", (FLAG, "n" / When("f & 2", Int8ul), "b" / When("f", SIZED))),
    "fields on one condition apart": ("x", (FLAG, OPTIONAL, "g" / Int8ul, "x" / When("f", Int8ul))),
    "an optional record": ("x", (FLAG, "x" / When("f", Nested(Pair)))),
    "an optional list": ("x", (FLAG, "x" / When("f", Items(Int8ul)))),
    "optional bytes to the end": ("x", (FLAG, "x" / When("f", Raw()))),
    "optional text to the end": ("x", (FLAG, "x" / When("f", Text()))),
    "an optional GUID": ("x", (FLAG, "x" / When("f", GUID))),
    "an optional enum": ("x", (FLAG, "x" / When("f", Tag(Int8ul, Colour)))),
    "an optional constant": ("x", (FLAG, "x" / When("f", Fixed(Int8ul, 1)))),
    "an optional Kept": ("x", (FLAG, "x" / When("f", Kept(Int8ul, "1")))),
    "an optional Implied": ("x", (FLAG, "x" / When("f", Implied(Int8ul, "size")))),
    "an optional Next": ("x", (FLAG, "x" / When("f", Next(Int8ul)))),
    "bytes that are Implied": ("x", ("x" / Implied(Bytes(2), "size"),)),
    "a signed Implied": ("x", ("x" / Implied(Int32sl, "size"),)),
    "an Implied of nothing": ("x", ("x" / Implied(Int8ul, "n"),)),
    "an Implied of itself": ("x", ("x" / Implied(Int8ul, "x - 1"),)),
    "an Implied of another": ("y", ("x" / Implied(Int8ul, "size"), "y" / Implied(Int8ul, "x"))),
    "an Implied of what stands later": ("x", ("x" / Implied(Int8ul, "size - n"), LENGTH)),
    "an Implied beside alternatives": ("x", ("x" / Implied(Int8ul, "size"), FLAG, WIDE, NARROW)),
    "a canonical value of the size beside a condition": ("k", ("k" / Kept(Int8ul, "size"), FLAG, OPTIONAL)),
    "a canonical value of what may be absent": ("k", (FLAG, OPTIONAL, "k" / Kept(Int8ul, "w + 1"))),
    "a Kept GUID": ("k", ("k" / Kept(GUID, "b''"),)),
    "a Kept list": ("k", ("k" / Kept(Items(Int8ul), "()"),)),
    "a Kept record": ("k", ("k" / Kept(One(Pair), "b''"),)),
    "Kept located bytes": ("b", (OFFSET, LENGTH, "b" / Kept(At("o", "n", Raw()), "b''"), "s" / Slack())),
    "constant bytes": ("k", ("k" / Fixed(Bytes(2), 1),)),
    "a constant GUID": ("k", ("k" / Fixed(GUID, 1),)),
    "a constant that does not fit": ("k", ("k" / Fixed(Int8ul, 256),)),
    "an enum that is too small": ("k", ("k" / Tag(Int16ul, Colour),)),
    "an enum of a signed number": ("k", ("k" / Tag(Int8sl, Colour),)),
    "an enum of bytes": ("k", ("k" / Tag(Bytes(1), Colour),)),
    "a list of records with an enum": ("i", ("i" / Items(declared("p" / Tag(Int8ul, Colour), p=Colour)),)),
    "a list of records with a constant": ("i", ("i" / Items(declared("p" / Fixed(Int8ul, 1), "q" / Int8ul, q=int)),)),
    "a list of records with a GUID": ("i", ("i" / Items(declared("p" / GUID, p=UUID)),)),
    "a list of records of the other order": ("i", ("i" / Items(declared("p" / Int16ub, p=int)),)),
    "a list of records with a record": ("i", ("i" / Items(declared("p" / Nested(Pair), p=Pair)),)),
    "a list of records of variable size": ("i", ("i" / Items(Slot),)),
    "a list of elements of a chain": ("i", ("i" / Items(declared("p" / Next(Int8ul))),)),
    "a list of records of no size": ("i", ("i" / Items(declared()),)),
    "nested bytes": ("x", (nested("p" / Bytes(4), p=bytes),)),
    "a nested Implied": ("x", (nested("p" / Implied(Int8ul, "size")),)),
    "a nested Next": ("x", (nested("p" / Next(Int8ul)),)),
    "a chain by a field that is not there": ("c", ("c" / Walk(Link, next="nothing"),)),
    "a chain by a field that is no Next": ("c", ("c" / Walk(Link, next="index"),)),
    "a chain by a Next that is signed": ("c", ("c" / Walk(declared("p" / Next(Int32sl)), next="p"),)),
    "a chain by a Next that is not at a fixed place": (
        "c", ("c" / Walk(declared(LENGTH, "b" / Sized("n", Raw()), "p" / Next(Int32ul), b=bytes), next="p"),)),
    "a chain by a Next that may be absent": (
        "c", ("c" / Walk(declared(FLAG, "p" / When("f", Int32ul), f=int, p=int), next="p"),)),
    "a chain by a size of nothing": ("c", ("c" / Walk(Slot, size="nothing + 2"),)),
    "a chain by a size that is not at a fixed place": (
        "c", ("c" / Walk(declared(LENGTH, "b" / Sized("n", Raw()), "p" / Int32ul, b=bytes, p=int), size="p"),)),
    "a chain by a size that may be absent": (
        "c", ("c" / Walk(declared(FLAG, "p" / When("f", Int8ul), f=int, p=int), size="p"),)),
    "a chain of what may be empty": ("c", ("c" / Walk(Whole, size="4"),)),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_of_the_schema_is_found_when_the_class_is_made(mistake: str) -> None:
    field, subcons = MISTAKES[mistake]
    with pytest.raises(TypeError, match=rf"^Declared\.{field}: "):
        lowered(*subcons)


def test_a_chain_goes_one_way() -> None:
    with pytest.raises(TypeError, match="needs next or size"):
        Walk(Link)
    with pytest.raises(TypeError, match="needs next or size"):
        Walk(Link, next="next", size="index")


def test_alternatives_that_nothing_tells_apart() -> None:
    other = declared("family" / Fixed(Int16ul, 1), "x" / Int8ul, x=int)
    elsewhere = declared("x" / Int8ul, "family" / Fixed(Int16ul, 3), x=int)
    wider = declared("family" / Fixed(Int32ul, 3))
    assert Alternatives.by("family", Circle, Square).records == (Circle, Square)
    for records in ((Circle, other), (Circle, elsewhere), (Circle, wider), (Circle, Circle)):
        with pytest.raises(TypeError, match="family does not tell these records apart"):
            Alternatives.by("family", *records)
