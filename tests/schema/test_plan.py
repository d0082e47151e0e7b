"""Lowering: what a plan says of a schema, and the schemas that are refused when the class is made."""

from __future__ import annotations

import pytest
from construct import (
    Array,
    Bytes,
    Const,
    Construct,
    Float32l,
    GreedyBytes,
    If,
    Int8ul,
    Int16un,
    Int24ul,
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
    Exactly,
    Fixed,
    Items,
    Next,
    Raw,
    Record,
    Reserved,
    Sized,
    Tag,
    Text,
    Walk,
    When,
)
from smb2ioctl_codec.schema.scalars import GUID

from .declaring import declared, lowered
from .own import Tape
from .records import Choice, Colour, Holder, Ordered, Sentence, Whole
from .toys_lists import Card, Chain, Chunks, Entry, Link, Name, Names, Numbers
from .toys_parts import Album, Drawing, Envelope, Gapped, Identity, Measure, Note, Report, Shelf

LENGTH = "n" / Int32ul


def rule(violated: str) -> Rule:
    return Rule("a-rule", "a section", None, "Declared", violated, "wrong")


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
    assert [field.offset for field in Sentence.PLAN.fields] == [0, 2, *[None] * 7]
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


@pytest.mark.parametrize(
    ("cls", "offsets", "head", "fixed_size"),
    [
        # a content of a known size has a place for what follows it; what may be absent moves what follows it
        (Envelope, [0, 4, 12], 14, 6),
        (Gapped, [0, 1, 2, 4, None, None, None], 4, 6),
        (Report, [0, 1, 3, 5, 9, None, None, None], 5, 5),
        (Note, [0, 1, 3, None, None, None, None], 1, 3),
        (Name, [0, 2, 3, 4, None, None], 4, 4),
        (Numbers, [0, 1, None, None], 1, 2),
        (Chain, [0, 2], 2, 2),
        (Album, [0], 0, 0),
        (Identity, [0, 16, 20, 36, 44, 54], 54, 54),
    ],
)
def test_places_beside_contents_and_conditions(
    cls: type[Record], offsets: list[int | None], head: int, fixed_size: int
) -> None:
    assert [field.offset for field in cls.PLAN.fields] == offsets
    assert (cls.PLAN.head, cls.PLAN.fixed_size) == (head, fixed_size)


@pytest.mark.parametrize(
    ("cls", "kinds", "types"),
    [
        (Numbers, ["integer", "items", "integer", "items"], ["u8", "u16 big-endian[]", "u8", "i32[]"]),
        (Chunks, ["integer", "bytes", "items"], ["u16", "bytes", "Chunk[]"]),
        (Names, ["integer", "walk"], ["u8", "Name[]"]),
        (Drawing, ["integer", "one", "one", "one"], ["u8", *["Circle or Square"] * 3]),
        (Shelf, ["integer", "integer", "one", "integer"], ["u16", "u16", "Album", "u8"]),
        (Identity, ["bytes", "bytes", "bytes", "integer", "bytes", "raw"],
         ["GUID", "IPv4", "IPv6", "FILETIME", "UTF-16 in 10 bytes", "bytes"]),
        (Tape, ["integer", "integer", "own"], ["u8", "u8", "runs"]),
    ],
)  # fmt: skip
def test_kinds_and_types(cls: type[Record], kinds: list[str], types: list[str]) -> None:
    assert [field.kind for field in cls.PLAN.fields] == kinds
    assert [field.type for field in cls.PLAN.fields] == types


@pytest.mark.parametrize(
    ("cls", "name", "role", "target"),
    [
        (Numbers, "count", "count-of", "counted"), (Names, "count", "count-of", "names"),
        (Tape, "count", "count-of", "runs"), (Link, "next", "next", None), (Measure, "data_length", "size-of", None),
        (Drawing, "first_length", "size-of", "first"), (Note, "name_length", "size-of", "name"),
        (Gapped, "start", "data", None), (Report, "text_offset", "offset-of", "text"),
    ],
)  # fmt: skip
def test_roles_of_lists_and_sizes(cls: type[Record], name: str, role: str, target: str | None) -> None:
    field = cls.PLAN.field(name)
    assert (field.role, field.target) == (role, target)
    assert field.attributes == ((name,) if field.canonical is not None else ())


def test_an_own_content_has_all_its_attributes() -> None:
    assert Tape.PLAN.field("runs").attributes == ("runs", "trailer")


@pytest.mark.parametrize(
    ("walk", "last_size"),
    [
        (Walk(Link, next="next"), 7), (Walk(Name, next="next"), None), (Walk(Card, next="next"), None),
        (Walk(Entry, size="record_length"), None),
(Walk(declared("next" / Next(Int8ul), "w" / When("next", Int8ul), "r" / Raw(), w=int, r=bytes), next="next"), None),
        (Walk(declared("next" / Next(Int8ul), "x" / Exactly(4, Raw()), "r" / Raw(), x=bytes, r=bytes), next="next"), 5),
        (Walk(declared("next" / Next(Int8ul), "t" / Text(), t=str), next="next"), None),
        (Walk(declared("next" / Next(Int8ul), "x" / Int8ul, x=int), next="next"), None),
    ],
)  # fmt: skip
def test_the_last_element_has_a_known_size_only_if_nothing_but_padding_varies(walk: Walk, last_size: int) -> None:
    assert walk.last_size == last_size


def test_roles_that_lists_of_words_cannot_have() -> None:
    for element in (
        Bytes(3),
        GUID,
        Fixed(Int8ul, 3),
        Tag(Int8ul, Colour),
        Reserved(Int8ul),
        Next(Int8ul),
        Raw(),
        Float32l,
    ):
        with pytest.raises(TypeError, match=r"^the schema language has no "):
            lowered("x" / Items(element))
