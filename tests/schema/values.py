"""Values of any record, made from its plan with a seeded random source: valid ones, and ones with one wrong field."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, replace
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from random import Random
from types import SimpleNamespace
from typing import Any, Literal
from uuid import UUID

from smb2ioctl_codec.errors import EncodeError
from smb2ioctl_codec.messages import FileId
from smb2ioctl_codec.payloads.dfs.content import CutReferrals, Referrals
from smb2ioctl_codec.schema import Own, Record, expressions
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.wire import to_wire

from .own import Runs, tape_attributes
from .referrals import cut_referrals, referrals

CHARACTERS = "aZ0\\@-. \xe4\u0100\u2028\ud7ff\ue000\ufeff\uffff\U0001f600\U0010ffff"
#: Lengths of contents: nothing, one, around the sizes that align.
LENGTHS = (0, 1, 2, 3, 7, 8, 9, 16, 23)
#: Items of a list.
COUNTS = (0, 1, 1, 2, 3, 5)
#: Objects that fit no field, or only one kind of field.
STRANGERS: tuple[Any, ...] = (
    None, True, 0, 1, -1, 255, 256, 1 << 31, 1 << 32, 1 << 64, -(1 << 63), 1 << 5000, 0.0, 1.5, float("nan"), 2j,
    "", "a", "a\0b", "\0", "\ud800", "\U0001f600", b"", b"abc", bytearray(b"abc"), memoryview(b"abcdef")[::2],
    b"0123456789abcdef", "0123456789abcdef", (), ("a",), ["a", "b"], ("a\0",), ("a", "\udc00"), ("a", 1), (None,),
    [b"a"], {}, {"a": 1}, {"a"}, frozenset(), range(3), object(), type, len, Ellipsis, [[]],
    UUID(int=1), IPv4Address(1), IPv6Address(1), IPv6Address("fe80::1%2"), datetime(2020, 1, 1), FileId(1, 2),
    (FileId(1, 2),), [FileId(1, 2), None], (1, 2), [1, -1], (1 << 64,), (1.5,), (True,), ((),), (b"abc",), FileId,
)  # fmt: skip
#: How often a field has its default.
USUAL = 0.15
#: How many values with one wrong field of a record stand for it in the record around it.
WRONG_PARTS = 40

#: What makes the attributes of a content that reads itself; whoever adds one to the package adds its maker here.
OWN_VALUES: dict[type[Own], Callable[[Random], dict[str, Any]]] = {
    Runs: tape_attributes,
    Referrals: referrals,
    CutReferrals: cut_referrals,
}


def value(cls: type[Record], random: Random) -> Any:
    """A value that can be encoded; usual forms are frequent, and every unusual one can come up."""
    make: Any = cls
    for _ in range(200):
        made = make(**_attributes(cls, random))
        try:
            to_wire(made)
        except EncodeError:
            continue
        return made
    raise AssertionError(f"no valid {cls.__name__} found")


def broken_values(cls: type[Record], random: Random) -> Iterator[Any]:
    """A valid value with one field after the other replaced: by what lies just outside its range, and by strangers.

    Often the value is the largest of a few, so that lists have more than one element.
    """
    whole = max((value(cls, random) for _ in range(random.choice((1, 3)))), key=size_of)
    for field in cls.PLAN.fields:
        for name in field.attributes:
            for stranger in (*STRANGERS, *_near(field, getattr(whole, name), random)):
                yield replace(whole, **{name: stranger})


def limits(field: Field) -> tuple[int, int]:
    """The smallest and the largest number of an integer field, or of the integers in a list."""
    bits = 8 * struct.calcsize(field.code)
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if field.code[-1].islower() else (0, (1 << bits) - 1)


def byte_order(field: Field) -> Literal["little", "big"]:
    """The byte order of an integer field, or of the integers in a list."""
    return "big" if field.code[0] == ">" else "little"


def text(random: Random, length: int) -> str:
    """Any characters but U+0000, of one unit and of two."""
    return "".join(random.choices(CHARACTERS, k=length))


def size_of(made: Any) -> int:
    """Bytes of a value that can be encoded, as construct builds them."""
    return len(made.SCHEMA.build(to_wire(made)))


def resized(made: Any, size: int) -> Any:
    """The value with as many bytes at its end, or characters, as make it `size` bytes; itself if that cannot be."""
    last, missing = made.PLAN.fields[-1], size - size_of(made)
    if last.kind in ("raw", "slack", "text") and last.terminator is None and last.length_field is None:
        held = getattr(made, last.name) or ("" if last.kind == "text" else b"")
        filler: Any = "x" * (missing // 2) if last.kind == "text" else bytes(max(0, missing))
        left = len(held) + (missing // 2 if last.kind == "text" else missing)
        return replace(made, **{last.name: (held + filler)[: max(0, left)]})
    return made


def _near(field: Field, whole: Any, random: Random) -> tuple[Any, ...]:
    if isinstance(whole, int) or field.kind == "integer":
        low, high = limits(field) if field.convert is None else (0, (1 << 8 * (field.size or 0)) - 1)
        return (low, low - 1, high, high + 1, float(high))
    if isinstance(whole, bytes):
        return (whole + b"\0", whole[:-1], bytearray(whole), memoryview(whole), list(whole))
    if isinstance(whole, str):
        return (whole + "\0", whole + "\udbff", whole.encode(), list(whole), whole * 9)
    if isinstance(whole, UUID):
        return (whole.bytes_le, whole.int, str(whole))
    if isinstance(whole, (IPv4Address, IPv6Address)):
        return (whole.packed, int(whole), str(whole))
    if isinstance(whole, Record):
        others = field.alternatives.records if field.kind == "one" else ()
        resembling = [resized(value(kind, random), size_of(whole)) for kind in others]
        return (whole, whole.encode(), "x" * size_of(whole), *resembling, *_broken_parts(whole, random))
    if field.own is not None and not isinstance(whole, tuple):
        return ()
    return (list(whole or ()), (*(whole or ()), "\0"), *_near_lists(field, whole or (), random))


def _near_lists(field: Field, whole: tuple[Any, ...], random: Random) -> Iterator[tuple[Any, ...]]:
    """The list with one item wrong, in another order, with one less, one more, or far too many."""
    place = random.randrange(len(whole)) if whole else 0
    items: list[Any] = [None, "x"]
    if field.kind == "items" and field.record is None:
        low, high = limits(field)
        items += [low, high, low - 1, high + 1, 1.5, True]
    elif field.record is not None and whole:
        items += _broken_parts(whole[place], random)
    yield from ((*whole[:place], item, *whole[place + 1 :]) for item in items)
    for index, item in enumerate(whole if field.walk is not None else ()):
        for step in (-2, -1, 1, 2):
            yield (*whole[:index], resized(item, size_of(item) + step), *whole[index + 1 :])
    yield whole[::-1]
    yield whole[:-1]
    yield whole + whole[-1:]
    yield whole * 200


def _broken_parts(part: Any, random: Random) -> list[Any]:
    """What may not stand in the place of a record, or only looks as if: others of its kind, look-alikes, its fields."""
    alike = SimpleNamespace(**{name: getattr(part, name) for name in part.__slots__})
    found: list[Any] = []
    for field in part.PLAN.fields:
        for name in field.attributes:
            near = _near(field, getattr(part, name), random)
            found += [replace(part, **{name: stranger}) for stranger in (*random.sample(STRANGERS, 4), *near)]
    return [to_wire(part), alike, *random.sample(found, min(WRONG_PARTS, len(found)))]


def _attributes(cls: type[Record], random: Random) -> dict[str, Any]:
    made: dict[str, Any] = {}
    defaults = {f.name: f.default for f in fields(cls) if f.default is not MISSING}  # type: ignore[arg-type]
    for field in cls.PLAN.fields:
        if field.own is not None:
            made |= OWN_VALUES[type(field.own)](random)
            continue
        for name in field.attributes:
            absent = field.condition is not None and not eval(field.condition, {"__builtins__": {}}, made)
            if absent or (field.canonical is not None and random.random() < 0.6):
                made[name] = "" if name == field.terminator else None
            elif field.condition is None and name in defaults and random.random() < USUAL:
                made[name] = defaults[name]
            elif name == field.terminator:
                made[name] = random.choice(("\0", "\0", "", "\0" + text(random, 3), "\0\0"))
            else:
                made[name] = _content(cls, field, made, random)
    return made


def _content(cls: type[Record], field: Field, made: dict[str, Any], random: Random) -> Any:
    length = random.choice(LENGTHS) if field.exact is None else _exact_size(cls, field, made, random)
    match field.kind:
        case "integer":
            return _number(cls, field, random)
        case "bytes":
            return random.randbytes(field.size or 0) if field.convert is None else _converted(field, random)
        case "nested":
            return value(field.record, random)
        case "raw":
            return random.randbytes(length)
        case "slack":
            return random.choice((b"", b"", bytes(length), random.randbytes(length)))
        case "text":
            return text(random, length)
        case "strings":
            return tuple(text(random, random.choice(LENGTHS[:5])) for _ in range(random.choice(LENGTHS[:5])))
        case "items":
            return tuple(_item(field, random) for _ in range(random.choice(COUNTS)))
        case "one":
            return _one(field, random, None if field.exact is None else length)
        case "walk":
            return _chain(field, random)
    raise AssertionError(f"{field.kind} is a kind of field that has no values yet")


def _number(cls: type[Record], field: Field, random: Random) -> int:
    low, high = limits(field)
    if field.role == "offset-of":
        base = next(f.base for f in cls.PLAN.fields if f.offset_field == field.name)
        return max(0, random.choice((0, base + cls.PLAN.head + random.choice((0, 1, 2, 4, 6, 8, 9, 16)))))
    if any(f.exact is not None and field.name in expressions.names(f.exact) for f in cls.PLAN.fields):
        return random.randrange(12)
    if field.enum is not None and random.random() < 0.8:
        return int(random.choice(list(field.enum)))
    return random.choice((0, 1, 2, low, high, random.randint(low, high)))


def _converted(field: Field, random: Random) -> Any:
    """What bytes stand for: any bytes, but for a text."""
    if not field.type.startswith("UTF-16"):
        return field.convert.to_value(random.randbytes(field.size or 0))
    made = text(random, random.randint(0, (field.size or 0) // 2))
    return made[: len(made) // 2] + "\0" + made[len(made) // 2 :] if random.random() < 0.1 else made


def _item(field: Field, random: Random) -> Any:
    if field.record is not None:
        return value(field.record, random)
    low, high = limits(field)
    return random.choice((0, 1, low, high, random.randint(low, high)))


def _exact_size(cls: type[Record], field: Field, made: dict[str, Any], random: Random) -> int:
    """The bytes that a content must have, from what is made already and a guess at the rest."""
    known = {f.name: random.choice((0, 8)) for f in cls.PLAN.fields} | made
    for other in cls.PLAN.fields:
        if other.canonical is not None and other.kind == "integer" and made.get(other.name) is None:
            known[other.name] = expressions.evaluate(other.canonical, known)
        elif other.role == "size-of" and other.target in made:
            content = made[other.target]
            known[other.name] = size_of(content) if isinstance(content, Record) else len(content)
        if other is field:
            break
    return max(0, int(expressions.evaluate(field.exact or "", known)))


def _one(field: Field, random: Random, size: int | None) -> Any:
    """A record that the alternatives tell from its bytes, or bytes that are none of them."""
    kinds = field.alternatives
    for _ in range(50):
        kind = random.choice((*kinds.records, None))
        if kind is None:
            made: Any = random.randbytes(random.choice(LENGTHS) if size is None else size)
            data = made
        else:
            made = value(kind, random)
            made = made if size is None else resized(made, size)
            data = kind.SCHEMA.build(to_wire(made))
        if kinds.select(data) is kind:
            return made
    return b""


def _chain(field: Field, random: Random) -> tuple[Any, ...]:
    """Elements that end where the next is looked for."""
    walk, made = field.walk, []
    count = random.choice(COUNTS)
    for index in range(count):
        element, last = value(field.record, random), index == count - 1
        if walk.size is not None:
            step = int(expressions.evaluate(walk.size, to_wire(element)))
            element = resized(element, step - last * random.choice((0, 0, 1)))
        elif last and walk.last_size is not None:
            element = resized(element, walk.last_size)
        elif not last:
            element = resized(element, -(-size_of(element) // walk.align) * walk.align)
        made.append(element)
    return tuple(made)
