"""Values of any record, made from its plan: a plain one, and one for everything that can be otherwise in it.

Numbers grow from field to field, so that offsets lie before ends; contents come from a seeded random source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import MISSING, fields
from functools import cache
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from smb2ioctl_codec.errors import DecodeError, EncodeError
from smb2ioctl_codec.fuzz import referrals
from smb2ioctl_codec.fuzz.fit import chained, exact_size, read_as
from smb2ioctl_codec.schema import Record, expressions
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.wire import limits

#: Bytes and characters of a plain content, and items of a long list.
PLAIN, MANY = 16, 5
#: Bytes of the largest payload: what one credit pays for.
LARGEST = 1 << 16
#: A text of this kind means something to every code that has a path.
PATH = r"\server\root\link"
#: Other paths that mean something: absolute ones, on a server and on a disk, and a relative one.
PATHS = (r"\??\UNC\server\share\file", r"\??\C:\folder\file", r"..\file")
#: Plain numbers of fields whose numbers have a meaning that no enum tells.
_MEANT: dict[tuple[str, str], Any] = {
    ("ValidateNegotiateInfoRequest", "dialects"): (0x0202, 0x0210, 0x0300, 0x0302, 0x0311),
    ("ValidateNegotiateInfoRequest", "security_mode"): 1,
    ("ValidateNegotiateInfoRequest", "capabilities"): 0x7F,
    ("ValidateNegotiateInfoResponse", "dialect"): 0x0311,
    ("ValidateNegotiateInfoResponse", "security_mode"): 1,
    ("ValidateNegotiateInfoResponse", "capabilities"): 0x7F,
    ("ReadHashRequest", "hash_version"): 1,
}
#: Kinds of fields that are lists.
_LISTS = ("strings", "items", "walk")
#: An enum with more names than that is none of a few kinds.
_MOST_NAMES = 48
#: How often the largest list that fits is looked for.
_TRIES = 40
#: Variants of what stands in another record that are made there, too.
_MOST_PARTS = 12


class Variant(NamedTuple):
    """A value, and what is special about it; the name of the field that is."""

    value: Any
    what: str = ""
    name: str = ""


def variants(kind: type[Record], random: Random) -> list[Variant]:
    """The plain value of a record, and one for everything that can be otherwise in it; all can be encoded."""
    found: dict[Any, Variant] = {}
    for given, what, name in _differences(kind, random):
        value = make(kind, random, **given)
        if value is not None:
            found.setdefault(value.encode(), Variant(value, what, name))
    return list(found.values())


def make(kind: Any, random: Random, /, **given: Any) -> Any:
    """A plain value of a record of which some attributes are given; None if there is none."""
    made: dict[str, Any] = {}
    with suppress(EncodeError, DecodeError):
        for index, field in enumerate(kind.PLAN.fields):
            made |= _attributes(kind, field, index, made | given, random) | {
                name: given[name] for name in field.attributes if name in given
            }
        value = kind(**made)
        value.encode()
        return value
    return None


def with_two(kind: Any, random: Random) -> Any:
    """A plain value with two items in each of its lists."""
    lists = {field.name: _list(field, 2, random) for field in kind.PLAN.fields if field.kind in _LISTS}
    return make(kind, random, **lists)


def _attributes(kind: Any, field: Field, index: int, made: dict[str, Any], random: Random) -> dict[str, Any]:
    """The attributes that hold a field, plain; those of earlier fields are made."""
    if field.own is not None:
        return referrals.plain(type(field.own))
    if field.canonical is not None or field.kind == "slack" or not field.attributes:
        return {}
    if (kind.__name__, field.name) in _MEANT:
        return {field.name: _MEANT[kind.__name__, field.name]}
    usual = _defaults(kind)
    if field.condition is not None:
        absent = not expressions.evaluate(field.condition, made)
        return (
            dict.fromkeys(field.attributes, "") | {field.name: None}
            if absent
            else _content(kind, field, index, made, random)
        )
    if field.name in usual and field.exact is None and (field.kind == "integer" or field.role == "reserved"):
        return {name: usual[name] for name in field.attributes}
    return _content(kind, field, index, made, random)


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    return {each.name: each.default for each in fields(kind) if each.default is not MISSING}


def _content(kind: Any, field: Field, index: int, made: dict[str, Any], random: Random) -> dict[str, Any]:
    if all(name in made for name in field.attributes):
        return {}
    found = {field.name: _plain(kind, field, index, made, random)}
    return found if field.terminator is None else {**found, field.terminator: "\0"}


def _plain(kind: Any, field: Field, index: int, made: dict[str, Any], random: Random) -> Any:
    match field.kind:
        case "integer":
            return number(field, index)
        case "bytes":
            return _fixed_bytes(field, random)
        case "nested":
            return make(field.record, random)
        case "text":
            return PATH
        case "strings" | "items" | "walk":
            return _list(field, 1, random)
        case "one":
            parts = [make(each, random) for each in field.alternatives.records]
            return read_as(
                field.alternatives, next(each for each in parts if each is not None), exact_size(kind, field, made)
            )
    size = exact_size(kind, field, made)
    return random.randbytes(PLAIN if size is None else size)


def number(field: Field, index: int) -> Any:
    """A plain number: the first one that has a name, or one that is larger the later the field stands."""
    if field.enum is not None:
        named = list(field.enum)
        return next((each for each in named if each), field.enum(0))
    return min(index * 8, limits(field.code)[1])


def _fixed_bytes(field: Field, random: Random) -> Any:
    size = field.size or 0
    if field.convert is None:
        return random.randbytes(size)
    if field.type.startswith("UTF-16"):
        return PATH[: size // 2 - 1]
    if field.type == "GUID":
        return UUID(int=random.getrandbits(128))
    return field.convert.to_value(random.randbytes(size))


def text(length: int) -> str:
    """So many characters of a path."""
    return (PATH * (length // len(PATH) + 1))[:length]


def _strings(count: int) -> tuple[str, ...]:
    return tuple(f"@GMT-2026.{1 + index % 12:02}.{1 + index % 28:02}-12.00.00" for index in range(count))


def _list(field: Field, count: int, random: Random) -> tuple[Any, ...]:
    """So many plain items."""
    if field.kind == "strings":
        return _strings(count)
    if field.kind == "walk":
        return chained(field, [make(field.record, random)] * count)
    if field.record is None:
        return tuple(8 * index & limits(field.code)[1] for index in range(count))
    return (make(field.record, random),) * count


# -- what can be otherwise

_Difference = tuple[dict[str, Any], str, str]


def _differences(kind: Any, random: Random) -> Iterator[_Difference]:
    yield {}, "plain", ""
    for field in kind.PLAN.fields:
        if field.own is not None:
            for given, what in referrals.others(type(field.own)):
                yield given, what, field.name
        elif field.attributes:
            for value, what in _others(kind, field, random):
                yield {field.name: value}, what, field.name
            if field.terminator is not None:
                for end, what in (("", "no terminator"), ("\0more\0", "more behind the terminator")):
                    yield {field.terminator: end}, what, field.name
    for field in kind.PLAN.fields:
        if field.condition is not None:
            yield from _where(kind, field)


def _others(kind: Any, field: Field, random: Random) -> Iterator[tuple[Any, str]]:
    """Other values of a field, and what they are."""
    match field.kind:
        case "integer":
            yield from _numbers(field)
        case "nested":
            yield from ((each.value, f"{field.name}: {each.what}") for each in variants(field.record, random)[1:])
        case "text":
            yield from ((path, f"{field.name}: {path}") for path in PATHS)
            yield from _sized(kind, field, text, 2, random)
        case "raw" | "slack":
            if field.exact is None:
                yield from _sized(kind, field, random.randbytes, 1, random)
        case "strings" | "items" | "walk":
            yield from _counted(kind, field, random)
            yield from _of_each_kind(field, random)
        case "one":
            yield from _alternatives(kind, field, random)


def _alternatives(kind: Any, field: Field, random: Random) -> Iterator[tuple[Any, str]]:
    for each in field.alternatives.records:
        for part in variants(each, random)[:_MOST_PARTS]:
            yield part.value, f"{field.name}: {each.__name__}, {part.what}"
    if field.alternatives.only is None:
        yield bytes(exact_size(kind, field, {}) or PLAIN), f"{field.name}: bytes of no known kind"


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


def _sized(kind: Any, field: Field, content: Any, unit: int, random: Random) -> Iterator[tuple[Any, str]]:
    for count in (0, 1, 2):
        yield content(count), f"{field.name}: {count} {'characters' if unit == 2 else 'bytes'}"
    if field.kind != "slack":
        yield from _largest(kind, field, content, unit, random)


def _counted(kind: Any, field: Field, random: Random) -> Iterator[tuple[Any, str]]:
    def items(count: int) -> tuple[Any, ...]:
        return _list(field, count, random)

    for count in (0, 1, 2, MANY):
        yield items(count), f"{field.name}: {count} of them"
    one, two = (make(kind, random, **{field.name: items(count)}) for count in (1, 2))
    if one is not None and two is not None:
        yield from _largest(kind, field, items, len(two.encode()) - len(one.encode()), random)


def _largest(kind: Any, field: Field, content: Any, unit: int, random: Random) -> Iterator[tuple[Any, str]]:
    """The largest content that fits: into the payload, and into the fields that tell its size or number."""
    names = (field.length_field, field.count_field)
    numbers = [each for each in kind.PLAN.fields if each.name in names or each.implied is not None]
    most = min([LARGEST, *(limits(each.code)[1] * (unit if each.role == "count-of" else 1) for each in numbers)])
    empty = make(kind, random, **{field.name: content(1)})
    if empty is None or unit < 1:
        return
    count = (most - len(empty.encode())) // unit + 1
    for fewer in range(_TRIES):
        value = make(kind, random, **{field.name: content(count - fewer)}) if count > fewer else None
        if value is not None and len(value.encode()) <= LARGEST:
            yield content(count - fewer), f"{field.name}: {count - fewer}, the most that fit"
            return


def _of_each_kind(field: Field, random: Random) -> Iterator[tuple[Any, str]]:
    """Lists with an element of each kind."""
    if field.record is None:
        return
    parts = variants(field.record, random)[: 2 * _MOST_PARTS]
    for part in parts[1:]:
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
