"""Promises that hold for every record and any input: bytes, values, or any object in any field. With Hypothesis."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import fractions
import uuid
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from smb2ioctl_codec.errors import DecodeError, EncodeError
from smb2ioctl_codec.messages import ErrorResponse, FileId, IoctlRequest
from smb2ioctl_codec.rules import WIRE
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.wire import to_wire

from .differential import Subject, alone, compare, compare_encoding, look, outcome
from .records import RECORDS, Pair
from .toys_lists import Chunk, Link
from .toys_parts import Circle
from .values import limits, value

bounded = settings(derandomize=True, deadline=None, database=None, max_examples=70)

NUMBERS = st.one_of(
    st.booleans(),
    st.integers(),
    st.integers(0, 256),
    st.sampled_from([1 << bits for bits in (7, 16, 32, 64)]),
    st.floats(),
    st.complex_numbers(),
    st.decimals(),
    st.fractions(),
)
TEXTS = st.text(max_size=20) | st.sampled_from(["\ud800", "a\0", "\0"])
BYTES = st.binary(max_size=20)
VIEWS: SearchStrategy[Any] = BYTES.map(lambda data: memoryview(data))  # noqa: PLW0108 - types
RECORD_LIKE = st.one_of(
    st.builds(FileId, st.integers(), st.integers()),
    st.builds(Pair, st.integers(), st.integers()),
    st.builds(Chunk, st.integers(), st.integers(), st.binary(max_size=4)),
    st.builds(Link, st.integers(), st.integers(), st.binary(max_size=3)),
    st.builds(Circle, st.integers(), st.text(max_size=3)),
    st.builds(SimpleNamespace, persistent=st.integers(), volatile=st.integers()),
)
OTHERS = st.sampled_from([None, object(), type, int, len, Ellipsis, ValueError("x"), range(3)])
#: Any object of any type that somebody could put into a field.
OBJECTS: SearchStrategy[Any] = st.recursive(
    st.one_of(
        NUMBERS,
        TEXTS,
        BYTES,
        BYTES.map(bytearray),
        VIEWS,
        RECORD_LIKE,
        OTHERS,
        st.datetimes(),
        st.uuids(),
        st.ip_addresses(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.lists(RECORD_LIKE | st.integers(0, 300), max_size=4).map(tuple),
        st.lists(TEXTS, max_size=4).map(tuple),
        st.sets(TEXTS, max_size=3),
        st.dictionaries(TEXTS, inner, max_size=3),
    ),
    max_leaves=6,
)


TEXTS_OF_FIELDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
CONVERTED: dict[str, SearchStrategy[Any]] = {
    "GUID": st.uuids(),
    "IPv4": st.ip_addresses(v=4),
    "IPv6": st.ip_addresses(v=6),
}


def fitting(cls: type[Record], field: Field) -> SearchStrategy[Any]:  # noqa: C901 - one case for each kind
    """What a field can hold, alone; together they may still contradict one another."""
    match field.kind:
        case "integer":
            found: SearchStrategy[Any] = st.integers(*limits(field))
        case "bytes" if field.type.startswith("UTF-16"):
            found = TEXTS_OF_FIELDS
        case "bytes" if field.convert is not None:
            made = st.binary(min_size=field.size or 0, max_size=field.size).map(field.convert.to_value)
            found = CONVERTED.get(field.type, made)
        case "bytes":
            found = st.binary(min_size=field.size or 0, max_size=field.size)
        case "raw":
            found = st.binary(min_size=field.width or 0, max_size=field.width or 24)
        case "slack":
            found = st.binary(max_size=12)
        case "text":
            found = TEXTS_OF_FIELDS
        case "strings":
            found = st.lists(TEXTS_OF_FIELDS, max_size=5).map(tuple)
        case "nested":
            found = values(field.record)
        case "items" if field.record is None:
            found = st.lists(st.integers(*limits(field)), max_size=5).map(tuple)
        case "items":
            found = st.lists(values(field.record), max_size=4).map(tuple)
        case "one":
            found = st.one_of(*map(values, field.alternatives.records), st.binary(max_size=24))
            found = (
                found
                if field.width is None
                else found | st.integers(0, 99).map(lambda seed: one_like(cls, field, seed))
            )
        case "walk":
            found = st.lists(values(field.record), max_size=3).map(tuple) | st.integers(0, 99).map(
                lambda seed: one_like(cls, field, seed)
            )
    if field.role == "offset-of":
        base = next(f.base for f in cls.PLAN.fields if f.offset_field == field.name) + cls.PLAN.head
        found = st.integers(max(0, base), max(0, base) + 12) | found
    return st.none() | found if field.canonical is not None else found


def one_like(cls: type[Record], field: Field, seed: int) -> Any:
    """What the field holds in some value that fits as a whole."""
    return getattr(value(cls, Random(seed)), field.name)


def values(cls: Any) -> SearchStrategy[Any]:
    """Values of a record whose fields each hold what they can, often the default; what may not be there is None. And
    values that fit as a whole."""
    terminators = st.sampled_from(["", "\0", "\0\0", "\0rest", "\0\U0001f600"])
    known: Any = dataclasses.fields(cls)
    whole = st.integers(0, 99).map(lambda seed: value(cls, Random(seed)))
    if any(field.own is not None for field in cls.PLAN.fields):
        return whole
    defaults = {f.name: st.just(f.default) for f in known if f.default is not dataclasses.MISSING}
    attributes = {
        name: terminators if name == field.terminator else fitting(cls, field)
        for field in cls.PLAN.fields
        for name in field.attributes
    }
    usual = {name: one | defaults.get(name, one) for name, one in attributes.items()}
    return whole | st.fixed_dictionaries(usual).map(lambda made: _consistent(cls, made))


#: What a field under a condition has if it is there and nobody gave it anything.
EMPTY = {"integer": 0, "raw": b"", "text": ""}


def _consistent(cls: Any, made: dict[str, Any]) -> Any:
    for field in cls.PLAN.fields:
        if field.condition is not None and field.attributes:
            there = eval(field.condition, {"__builtins__": {}}, made)
            if not there:
                made |= dict.fromkeys(field.attributes, "") | {field.name: None}
            elif made[field.name] is None:
                made[field.name] = EMPTY.get(field.kind, bytes(field.size or 0))
    return cls(**made)


def decoded(cls: Any, data: Any) -> Any:
    """By the class's own `decode`, for a request without the rules of any server."""
    return cls.decode(data, WIRE) if cls is IoctlRequest else cls.decode(data)


@pytest.mark.parametrize("cls", RECORDS)
def test_a_message_comes_back_as_it_was_or_cannot_be_written(cls: type[Record]) -> None:
    written = 0

    @bounded
    @given(values(cls))
    def check(one: Any) -> None:
        nonlocal written
        data = outcome(one.encode)
        if isinstance(data, EncodeError):
            assert data.path.partition(".")[0] == cls.__name__
            return
        written += 1
        assert type(data) is bytes
        assert decoded(cls, data) == one
        assert decoded(cls, data).encode() == data

    check()
    assert written > 5


@pytest.mark.parametrize("cls", RECORDS)
def test_any_object_in_any_field_gives_bytes_or_an_encode_error(cls: type[Record]) -> None:
    subject = Subject.of(cls)

    @bounded
    @given(st.integers(0, 50), st.dictionaries(st.sampled_from(cls.__slots__), OBJECTS, min_size=1, max_size=3))
    def check(seed: int, broken: dict[str, Any]) -> None:
        one: Any = dataclasses.replace(value(cls, Random(seed)), **broken)
        data = outcome(one.encode)
        if isinstance(data, EncodeError):
            assert data.path.partition(".")[0] == cls.__name__
            assert str(data).startswith(cls.__name__)
        else:
            assert decoded(cls, data) == one
        compare_encoding(subject, one)

    check()


@pytest.mark.parametrize("cls", RECORDS)
def test_any_bytes_give_a_value_or_a_decode_error(cls: type[Record]) -> None:
    subject = Subject.of(cls)
    heads = st.integers(0, 50).map(lambda seed: cls.SCHEMA.build(to_wire(value(cls, Random(seed)))))
    anything = st.binary(max_size=96)

    @bounded
    @given(
        st.one_of(
            anything, heads, st.builds(lambda head, cut, more: head[:cut] + more, heads, st.integers(0, 96), anything)
        )
    )
    def check(data: bytes) -> None:
        sound = compare(subject, look(cls, data))
        one = outcome(decoded, cls, bytearray(data))
        if isinstance(one, DecodeError):
            assert not sound or cls is ErrorResponse, "no other class refuses more than its schema"
            assert one.offset is not None
            assert 0 <= one.offset <= len(data)
        else:
            assert sound
            assert one.encode() == alone(cls, data)

    check()


@pytest.mark.parametrize("cls", RECORDS)
@pytest.mark.parametrize(
    "other",
    [None, 3, "text", [0], (), {}, object(), 1.5, datetime.datetime.min, uuid.UUID(int=1), decimal.Decimal(1),
     fractions.Fraction(1), array_like := range(4)],
    ids=lambda each: type(each).__name__,
)  # fmt: skip
def test_what_is_no_bytes_is_a_type_error(cls: type[Record], other: Any) -> None:
    with pytest.raises(TypeError, match="expected bytes"):
        decoded(cls, other)
