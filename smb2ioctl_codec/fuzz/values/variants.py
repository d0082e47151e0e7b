"""Everything that can be otherwise in a record, made from its plan: a value for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any, NamedTuple

from smb2ioctl_codec.fuzz.values import referrals
from smb2ioctl_codec.fuzz.values.fit import LARGEST, chained, exact_size
from smb2ioctl_codec.fuzz.values.placed import placed
from smb2ioctl_codec.fuzz.values.plain import LISTS, items_of, make, text
from smb2ioctl_codec.payloads.copychunk import MAX_CHUNKS
from smb2ioctl_codec.schema import Record, expressions
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.wire import limits

#: Items of a long list.
MANY = 5
#: Other paths that mean something: absolute ones, on a server and on a disk, and a relative one.
PATHS = (r"\??\UNC\server\share\file", r"\??\C:\folder\file", r"..\file")
#: An enum with more names than that is none of a few kinds.
_MOST_NAMES = 48
#: How often the largest content that fits is looked for, and how many more bytes or characters
#: fit where padding was.
_TRIES, _PADDED = 40, 8
#: What servers allow, of which more would fit.
_ALLOWED = {("CopyChunkCopy", "chunks"): MAX_CHUNKS}
#: Variants of what stands in another record that are made there, too.
_MOST_PARTS = 12
#: Bytes of a content that is none of the known ones.
_UNKNOWN = 8


class Variant(NamedTuple):
    """A value, and what is special about it; the name of the field that is; the attributes that make it so."""

    value: Any
    what: str
    name: str
    given: dict[str, Any]


#: Attributes, what is special about them, and the field that it is about.
_Difference = tuple[dict[str, Any], str, str]
#: Makes a record with such a content in one field; None if there is none.
_Fill = Callable[[Any], Any]


def variants(kind: type[Record], random: Random) -> list[Variant]:
    """The plain value of a record, and one for everything that can be otherwise in it; all can be encoded."""
    found: dict[Any, Variant] = {}
    for given, what, name in _differences(kind, random):
        value = make(kind, random, **given)
        if value is not None:
            found.setdefault(value.encode(), Variant(value, what, name, given))
    return list(found.values())


def _differences(kind: Any, random: Random) -> Iterator[_Difference]:
    """Lists, texts and parts first: there is more to decode in them than in numbers."""
    yield {}, "plain", ""
    for field in sorted(kind.PLAN.fields, key=lambda field: field.kind == "integer" and field.enum is None):
        if field.own is not None:
            for given, what in referrals.others(type(field.own)):
                yield given, what, field.name
        elif field.attributes:
            there = _there(kind, field, random)
            for value, what in _others(kind, field, random, there):
                yield there | {field.name: value}, what, field.name
            if field.terminator is not None:
                for end, what in (("", "no terminator"), ("\0more\0", "more behind the terminator")):
                    yield there | {field.terminator: end}, what, field.name
    for field in kind.PLAN.fields:
        if field.condition is not None:
            yield from _where(kind, field)
    yield from placed(kind, random)


def _there(kind: Any, field: Field, random: Random) -> dict[str, Any]:
    """Numbers with which a field is there, if it is not always."""
    if field.condition is not None:
        for given in ({}, *(given for given, _, _ in _where(kind, field))):
            value = make(kind, random, **given)
            if value is not None and getattr(value, field.name) is not None:
                return given
    return {}


def _others(kind: Any, field: Field, random: Random, there: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """Other values of a field, and what they are."""

    def fill(content: Any) -> Any:
        return make(kind, random, **there | {field.name: content})

    match field.kind:
        case "integer":
            yield from _numbers(field)
        case "nested":
            yield from ((each.value, f"{field.name}: {each.what}") for each in variants(field.record, random)[1:])
        case "text":
            yield from ((path, f"{field.name}: {path}") for path in PATHS)
            yield from _sized(kind, field, text, 2, fill)
        case "raw" | "slack":
            if field.exact is None:
                yield from _sized(kind, field, random.randbytes, 1, fill)
            elif (plain := fill(None)) is not None:
                held = {name: getattr(plain, name) for each in kind.PLAN.fields for name in each.attributes}
                size = exact_size(kind, field, held) or 0
                yield random.randbytes(size), f"{field.name}: bytes that mean nothing"
        case "strings" | "items" | "walk":
            yield from _counted(kind, field, random, fill)
            yield from _of_each_kind(field, random)
        case "one":
            yield from _alternatives(kind, field, random)


def _alternatives(kind: Any, field: Field, random: Random) -> Iterator[tuple[Any, str]]:
    for each in field.alternatives.records:
        for part in variants(each, random)[:_MOST_PARTS]:
            yield part.value, f"{field.name}: {each.__name__}, {part.what}"
    size = exact_size(kind, field, {})
    for data in (b"", bytes(_UNKNOWN)) if size is None else (bytes(size),):
        if field.alternatives.select(data) is None:
            yield data, f"{field.name}: {len(data)} bytes of no known kind"


def _numbers(field: Field) -> Iterator[tuple[Any, str]]:
    low, high = limits(field.code)
    if field.enum is not None and len(list(field.enum)) <= _MOST_NAMES:
        yield from ((each, f"{field.name}: {each.name}") for each in field.enum)
        yield field.enum(high), f"{field.name}: a number without a name"
    elif field.role == "offset-of":
        return
    elif field.canonical is None:
        for each in sorted({low, 0, 1, 2, high}):
            yield field.enum(each) if field.enum is not None else each, f"{field.name}: {each:#x}"


def _sized(kind: Any, field: Field, content: Any, unit: int, fill: _Fill) -> Iterator[tuple[Any, str]]:
    for count in (0, 1, 2):
        yield content(count), f"{field.name}: {count} {'characters' if unit == 2 else 'bytes'}"
    if field.kind != "slack":
        yield from _largest(kind, field, content, unit, fill)


def _counted(kind: Any, field: Field, random: Random, fill: _Fill) -> Iterator[tuple[Any, str]]:
    def items(count: int) -> tuple[Any, ...]:
        return items_of(field, count, random)

    for count in (0, 1, 2, MANY):
        yield items(count), f"{field.name}: {count} of them"
    one, two = (fill(items(count)) for count in (1, 2))
    if one is not None and two is not None:
        yield from _largest(kind, field, items, len(two.encode()) - len(one.encode()), fill)


def _largest(kind: Any, field: Field, content: Any, unit: int, fill: _Fill) -> Iterator[tuple[Any, str]]:
    """The largest content that fits: into the payload, and into the fields that tell its size or number."""
    one = fill(content(1))
    if one is None or unit < 1:
        return
    most = [(LARGEST - len(one.encode())) // unit + (1 if field.kind in LISTS else _PADDED)]
    most += [limits(each.code)[1] // unit for each in kind.PLAN.fields if each.name == field.length_field]
    most += [limits(each.code)[1] for each in kind.PLAN.fields if each.name == field.count_field]
    most += [number for name, number in _ALLOWED.items() if name == (kind.__name__, field.name)]
    count = min(most)
    for _ in range(_TRIES):
        held = content(count) if count > 0 else None
        value = None if held is None else fill(held)
        excess = 1 if value is None else len(value.encode()) - LARGEST
        if excess <= 0:
            yield held, f"{field.name}: {count}, the most that fit"
            return
        count -= -(-excess // unit)


def _of_each_kind(field: Field, random: Random) -> Iterator[tuple[Any, str]]:
    """Lists with an element of each kind."""
    if field.record is None:
        return
    for part in variants(field.record, random)[1:]:
        items = (part.value, part.value)
        yield chained(field, items) if field.walk is not None else items, f"{field.name}: {part.what}"


def _where(kind: Any, field: Field) -> Iterator[_Difference]:
    """Numbers in the fields that a condition looks at: such that it holds, and such that it does not."""
    condition = field.condition or ""
    for name in sorted(expressions.names(condition)):
        looked_at = kind.PLAN.field(name)
        choices: Iterable[Any] = looked_at.enum if looked_at.enum is not None else (0, 1, 2, 4, 8, 16, 32, 64, 128)
        for each in choices:
            yield {name: each}, f"{name}: {int(each):#x}", field.name
