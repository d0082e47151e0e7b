"""Lowering: what a plan says of a schema, and the schemas that are refused when the class is made."""

from __future__ import annotations

from typing import Any

import pytest
from construct import (
    Array,
    Byte,
    Bytes,
    Const,
    Construct,
    Float32l,
    GreedyBytes,
    If,
    Int8ul,
    Int16ub,
    Int16ul,
    Int16un,
    Int24ul,
    Int32sl,
    Int32ub,
    Int32ul,
    Int64ul,
    Padding,
    Struct,
    this,
)

from smb2ioctl_codec.messages import Header, IoctlRequest, IoctlResponse
from smb2ioctl_codec.payloads.snapshots import SnapshotArray
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
)

from .declaring import declared, lowered
from .records import Choice, Colour, Holder, Ordered, Pair, Sentence, Whole

OFFSET, LENGTH = "o" / Kept(Int32ul, "8"), "n" / Int32ul
WIDE, NARROW = "w" / When("f", Int16ul), "u" / Unless("f", Int16ul)


def nested(*subcons: Construct, **attributes: Any) -> Construct:
    return "x" / Nested(declared(*subcons, **attributes))


def rule(violated: str) -> Rule:
    return Rule("a-rule", "a section", None, "Declared", violated, "wrong")


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
    "a length that is not always there": ("b", ("f" / Int8ul, WIDE, NARROW, "b" / Sized("w", Raw()))),
    "a length that is Kept": ("b", ("n" / Kept(Int32ul, "4"), "b" / Sized("n", Raw()))),
    "a count that is Kept": ("b", ("n" / Kept(Int32ul, "4"), "b" / Strings("n"))),
    "a length for two": ("c", (LENGTH, "b" / Sized("n", Raw()), "c" / Sized("n", Raw()))),
    "an offset that is not Kept": ("b", ("o" / Int32ul, LENGTH, "b" / At("o", "n", Raw()), "s" / Slack())),
    "text at an offset": ("b", (OFFSET, LENGTH, "b" / At("o", "n", Text()), "s" / Slack())),
    "strings at an offset": ("b", ("c" / Int8ul, OFFSET, LENGTH, "b" / At("o", "n", Strings("c")), "s" / Slack())),
    "strings of a size": ("b", ("c" / Int8ul, LENGTH, "b" / Sized("n", Strings("c")))),
    "no slack": ("b", (OFFSET, LENGTH, "b" / At("o", "n", Raw()))),
    "slack without a buffer": ("s", (LENGTH, "s" / Slack())),
    "sequence and located": ("q", (OFFSET, LENGTH, "k" / Int8ul, "q" / Sized("k", Raw()), "b" / At("o", "n", Raw()),
                                   "s" / Slack())),
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
    "When without Unless": ("w", ("f" / Int8ul, WIDE)),
    "Unless without When": ("u", ("f" / Int8ul, NARROW)),
    "Unless before When": ("u", ("f" / Int8ul, NARROW, WIDE)),
    "alternatives of two sizes": ("w", ("f" / Int8ul, WIDE, "u" / Unless("f", Int32ul))),
    "alternatives on two conditions": ("w", ("f" / Int8ul, "g" / Int8ul, WIDE, "u" / Unless("g", Int16ul))),
    "alternatives apart": ("w", ("f" / Int8ul, WIDE, "g" / Int8ul, NARROW)),
    "alternatives in turns": ("w", ("f" / Int8ul, WIDE, NARROW, "x" / When("f", Int8ul), "y" / Unless("f", Int8ul))),
    "two pairs of alternatives": ("w", ("f" / Int8ul, WIDE, NARROW, "x" / When("f & 2", Int8ul),
                                        "y" / Unless("f & 2", Int8ul))),
    "alternatives after a variable field": ("w", ("f" / Int8ul, "n" / Int8ul, "b" / Sized("n", Raw()), WIDE, NARROW)),
    "a constant alternative": ("w", ("f" / Int8ul, "w" / When("f", Fixed(Int16ul, 1)), NARROW)),
    "a condition on a later field": ("w", (WIDE, NARROW, "f" / Int8ul)),
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
    "the name of the size": ("size", ("size" / Int8ul,)),
    "a name that is none": ("a-b", ("a-b" / Int8ul,)),
    "a keyword": ("from", ("from" / Int8ul,)),
    "a name that every record has": ("decode", ("decode" / Int8ul,)),
    "the name of the object": ("self", ("self" / Int8ul,)),
    "no name": ("", (Int8ul,)),
    "a terminator of a field's name": ("t", (LENGTH, "t" / Text("n"))),
    "a field of a terminator's name": ("n", ("k" / Int8ul, "t" / Sized("k", Text("n")), LENGTH)),
    "something after raw bytes": ("b", ("b" / Raw(), LENGTH)),
    "something after text": ("t", ("t" / Text(), "u" / Text())),
    "something after slack": ("k", (OFFSET, LENGTH, "b" / At("o", "n", Raw()), "s" / Slack(), "k" / Int8ul)),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_of_the_schema_is_found_when_the_class_is_made(mistake: str) -> None:
    field, subcons = MISTAKES[mistake]
    with pytest.raises(TypeError, match=rf"^Declared\.{field}: "):
        lowered(*subcons)


@pytest.mark.parametrize(
    "subcon",
    [
        Float32l, Int16un, Int24ul, GreedyBytes, Padding(4), Const(b"x"), Array(2, Int8ul), Bytes(this.n),
        Struct("a" / Int8ul), If(this.n, Int8ul),
    ],
    ids=repr,
)  # fmt: skip
def test_words_that_the_language_lacks(subcon: Construct) -> None:
    with pytest.raises(TypeError, match=r"^the schema language has no "):
        lowered("n" / Int32ul, "x" / subcon)


def test_checks_look_at_integers_of_the_record() -> None:
    lowered(LENGTH, "b" / Sized("n", Raw()), checks=[rule("n == 7")])
    for wrong in ("b == 7", "nobody == 7", "size < 7"):
        with pytest.raises(TypeError, match=r"a-rule"):
            lowered(LENGTH, "b" / Sized("n", Raw()), checks=[rule(wrong)])


def test_class_and_schema_name_the_same_fields() -> None:
    with pytest.raises(TypeError, match=r"Declared: class and schema differ in \{'b'\}"):
        declared("a" / Int8ul, "b" / Int8ul, a=int)
    with pytest.raises(TypeError, match=r"Declared: class and schema differ in \{'c'\}"):
        declared("a" / Int8ul, a=int, c=int)
    with pytest.raises(TypeError, match="differ"):
        declared(LENGTH, "b" / Sized("n", Raw()), n=int, b=bytes)


@pytest.mark.parametrize(
    ("cls", "head"),
    [(IoctlRequest, 56), (IoctlResponse, 48), (Header, 64), (SnapshotArray, 12), (Ordered, 18), (Choice, 6),
     (Sentence, 2), (Holder, 1), (Whole, 0)],
)  # fmt: skip
def test_head_is_the_fixed_part_at_the_start(cls: type[Record], head: int) -> None:
    assert cls.PLAN.head == head
    assert cls.PLAN.name == cls.__name__
    assert cls.PLAN.schema is cls.SCHEMA


def test_roles_come_from_references() -> None:
    roles = {field.name: (field.role, field.target) for field in IoctlResponse.PLAN.fields}
    assert roles == {
        "structure_size": ("const", None), "reserved": ("reserved", None), "ctl_code": ("data", None),
        "file_id": ("data", None), "input_offset": ("offset-of", "input"), "input_count": ("size-of", "input"),
        "output_offset": ("offset-of", "output"), "output_count": ("size-of", "output"), "flags": ("reserved", None),
        "reserved2": ("reserved", None), "input": ("data", None), "output": ("data", None), "slack": ("data", None),
    }  # fmt: skip
    assert SnapshotArray.PLAN.field("number_of_snapshots_returned").role == "count-of"
    assert SnapshotArray.PLAN.field("number_of_snapshots_returned").target == "snapshots"


def test_what_is_derived_does_not_stand_in_the_class() -> None:
    attributes = {field.name: field.attributes for field in Sentence.PLAN.fields}
    assert attributes == {
        "title_length": (), "title": ("title",), "count": (), "words": ("words",), "number": ("number",), "magic": (),
        "blob_length": (), "blob": ("blob",), "rest": ("rest", "ending"),
    }  # fmt: skip
    assert IoctlRequest.PLAN.field("input_offset").attributes == ("input_offset",)
    assert IoctlRequest.PLAN.field("input_offset").derived
    assert not SnapshotArray.PLAN.field("snapshot_array_size").derived


def test_offsets_are_known_up_to_the_first_variable_field() -> None:
    assert [field.offset for field in Sentence.PLAN.fields] == [0, *[None] * 8]
    assert [field.size for field in Sentence.PLAN.fields] == [2, None, 1, None, 4, 1, 1, None, None]
    # alternatives share their place
    assert [field.offset for field in Choice.PLAN.fields] == [0, 1, 1, 3, 5]
    header = {field.name: field.offset for field in Header.PLAN.fields}
    assert (header["async_id"], header["reserved"], header["tree_id"], header["session_id"]) == (32, 32, 36, 40)


def test_types_are_named_as_they_are_on_the_wire() -> None:
    assert [field.type for field in Ordered.PLAN.fields] == [
        "u32 big-endian", "i16 big-endian", "i64 big-endian", "u8", "bytes",
    ]  # fmt: skip
    assert [field.type for field in Holder.PLAN.fields] == ["u8", "bytes", "Pair", "u16", "Colour", "bytes"]
    assert [field.type for field in Sentence.PLAN.fields] == [
        "u16", "UTF-16", "u8", "UTF-16 strings", "i32", "u8", "u8", "bytes", "UTF-16",
    ]  # fmt: skip


def test_documentation_and_marks_are_kept() -> None:
    plan = lowered("a" / Reserved(Int64ul) * "what it means", "b" / Tag(Reserved(Int8ul), Colour))
    assert [(f.name, f.doc, f.role, f.enum) for f in plan.fields] == [
        ("a", "what it means", "reserved", None),
        ("b", "", "reserved", Colour),
    ]
    assert plan.section == "a document, a section"
