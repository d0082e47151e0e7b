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

from .differential import Subject, compare, compare_encoding, look, outcome
from .records import RECORDS, Pair
from .values import limits, value

bounded = settings(derandomize=True, deadline=None, database=None, max_examples=100)

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
    st.builds(SimpleNamespace, persistent=st.integers(), volatile=st.integers()),
)
OTHERS = st.sampled_from([None, object(), type, int, len, Ellipsis, ValueError("x"), range(3)])
#: Any object of any type that somebody could put into a field.
OBJECTS: SearchStrategy[Any] = st.recursive(
    st.one_of(NUMBERS, TEXTS, BYTES, BYTES.map(bytearray), VIEWS, RECORD_LIKE, OTHERS, st.datetimes(), st.uuids()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.lists(TEXTS, max_size=4).map(tuple),
        st.sets(TEXTS, max_size=3),
        st.dictionaries(TEXTS, inner, max_size=3),
    ),
    max_leaves=6,
)


def fitting(cls: type[Record], field: Field) -> SearchStrategy[Any]:
    """What a field can hold, alone; together they may still contradict one another."""
    low, high = limits(field) if field.kind == "integer" else (0, 0)
    texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
    kinds: dict[str, SearchStrategy[Any]] = {
        "integer": st.integers(low, high),
        "bytes": st.binary(min_size=field.size or 0, max_size=field.size or 0),
        "raw": st.binary(max_size=24),
        "slack": st.binary(max_size=12),
        "text": texts,
        "strings": st.lists(texts, max_size=5).map(tuple),
    }
    if field.kind == "nested":
        return values(field.record)
    found = kinds[field.kind]
    if field.role == "offset-of":
        base = next(f.base for f in cls.PLAN.fields if f.offset_field == field.name) + cls.PLAN.head
        found = st.integers(base, base + 12) | found
    return st.none() | found if field.canonical is not None else found


def values(cls: Any) -> SearchStrategy[Any]:
    """Values of a record whose fields each hold what they can, often the default; what may not be there is None."""
    terminators = st.sampled_from(["", "\0", "\0\0", "\0rest", "\0\U0001f600"])
    known: Any = dataclasses.fields(cls)
    defaults = {f.name: st.just(f.default) for f in known if f.default is not dataclasses.MISSING}
    attributes = {
        name: terminators if name == field.terminator else fitting(cls, field)
        for field in cls.PLAN.fields
        for name in field.attributes
    }
    usual = {name: one | defaults.get(name, one) for name, one in attributes.items()}
    return st.fixed_dictionaries(usual).map(lambda made: _consistent(cls, made))


def _consistent(cls: Any, made: dict[str, Any]) -> Any:
    for field in cls.PLAN.fields:
        if field.condition is not None:
            there = eval(field.condition, {"__builtins__": {}}, made)
            made[field.name] = (made[field.name] or 0) if there else None
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
    assert written > 20


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
            assert one.encode() == data

    check()


@pytest.mark.parametrize("cls", RECORDS)
@pytest.mark.parametrize(
    "other",
    [None, 3, "text", [0], (), {}, object(), 1.5, datetime.datetime.min, uuid.UUID(int=1), decimal.Decimal(1),
     fractions.Fraction(1), array_like := range(4)],
    ids=repr,
)  # fmt: skip
def test_what_is_no_bytes_is_a_type_error(cls: type[Record], other: Any) -> None:
    with pytest.raises(TypeError, match="expected bytes"):
        decoded(cls, other)
