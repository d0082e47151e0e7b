"""A plain value of any record, made from its plan.

Numbers grow from field to field, so that offsets lie before ends; contents come from a seeded random source.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import MISSING, fields
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from smb2ioctl_codec.errors import DecodeError, EncodeError
from smb2ioctl_codec.fuzz.dfs_facts import DFS_PATH
from smb2ioctl_codec.fuzz.values import referrals
from smb2ioctl_codec.fuzz.values.fit import chained, exact_size, read_as
from smb2ioctl_codec.payloads.reparse import NfsType, ReparseTag
from smb2ioctl_codec.schema import expressions
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.wire import limits

#: Bytes of a plain content.
PLAIN = 16
#: A text of this kind means something to every code that has a path.
PATH = DFS_PATH
#: Plain numbers of fields of which the first name, or any number, means something else.
_MEANT: dict[tuple[str, str], Any] = {
    ("ValidateNegotiateInfoRequest", "dialects"): (0x0202, 0x0210, 0x0300, 0x0302, 0x0311),
    ("ValidateNegotiateInfoRequest", "security_mode"): 1,
    ("ValidateNegotiateInfoRequest", "capabilities"): 0x7F,
    ("ValidateNegotiateInfoResponse", "dialect"): 0x0311,
    ("ValidateNegotiateInfoResponse", "security_mode"): 1,
    ("ValidateNegotiateInfoResponse", "capabilities"): 0x7F,
    ("ReadHashRequest", "hash_version"): 1,
    ("ReparseData", "reparse_tag"): ReparseTag.WOF,
    ("NfsDevice", "type"): NfsType.CHR,
    ("NfsFile", "type"): NfsType.FIFO,
}
#: Contents that are plain as they are by default: what follows all that means something, mostly nothing.
_USUAL = ("context", "extended", "padding", "rest", "trailing")
#: Kinds of fields that are lists.
LISTS = ("strings", "items", "walk")


def make(kind: Any, random: Random, /, **given: Any) -> Any:
    """A plain value of a record of which some attributes are given; None if there is none."""
    made: dict[str, Any] = {}
    with suppress(EncodeError, DecodeError):
        for index, field in _held(kind):
            if field.name not in given or field.terminator is not None or field.own is not None:
                made |= _attributes(kind, field, index, made | given, random)
        value = kind(**made | given)
        value.encode()
        return value
    return None


@cache
def _held(kind: Any) -> list[tuple[int, Field]]:
    """The fields that the class holds and encoding does not compute, with their places."""
    fields = enumerate(kind.PLAN.fields)
    return [(index, field) for index, field in fields if field.attributes and _is_needed(field)]


def _is_needed(field: Field) -> bool:
    return field.own is not None or (field.canonical is None and field.kind != "slack")


def with_two(kind: Any, random: Random) -> Any:
    """A plain value with two items in each of its lists."""
    lists = {field.name: items_of(field, 2, random) for field in kind.PLAN.fields if field.kind in LISTS}
    return make(kind, random, **lists)


def _attributes(kind: Any, field: Field, index: int, made: dict[str, Any], random: Random) -> dict[str, Any]:
    """The attributes that hold a field, plain; those of earlier fields are made."""
    if field.own is not None:
        return referrals.plain(type(field.own))
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
    is_usual = field.kind == "integer" or field.role == "reserved" or field.name in _USUAL
    if field.name in usual and field.exact is None and is_usual:
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
            return items_of(field, 1, random)
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


def items_of(field: Field, count: int, random: Random) -> tuple[Any, ...]:
    """So many plain items."""
    if field.kind == "strings":
        return _strings(count)
    if field.kind == "walk":
        return chained(field, [make(field.record, random)] * count)
    if field.record is None:
        return tuple(8 * index & limits(field.code)[1] for index in range(count))
    return (make(field.record, random),) * count
