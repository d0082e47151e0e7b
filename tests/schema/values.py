"""Values of any record, made from its plan with a seeded random source: valid ones, and ones with one wrong field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from types import SimpleNamespace
from typing import Any, Literal

from smb2ioctl_codec.errors import EncodeError
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.wire import to_wire

CHARACTERS = "aZ0\\@-. \xe4\u0100\u2028\ud7ff\ue000\ufeff\uffff\U0001f600\U0010ffff"
#: Lengths of contents: nothing, one, around the sizes that align.
LENGTHS = (0, 1, 2, 3, 7, 8, 9, 16, 23)
#: Objects that fit no field, or only one kind of field.
STRANGERS: tuple[Any, ...] = (
    None, True, 0, 1, -1, 255, 256, 1 << 31, 1 << 32, 1 << 64, -(1 << 63), 1 << 5000, 0.0, 1.5, float("nan"), 2j,
    "", "a", "a\0b", "\0", "\ud800", "\U0001f600", b"", b"abc", bytearray(b"abc"), memoryview(b"abcdef")[::2],
    b"0123456789abcdef", "0123456789abcdef", (), ("a",), ["a", "b"], ("a\0",), ("a", "\udc00"), ("a", 1), (None,),
    [b"a"], {}, {"a": 1}, {"a"}, frozenset(), range(3), object(), type, len, Ellipsis, [[]],
)  # fmt: skip


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
    """A valid value with one field after the other replaced: by what lies just outside its range, and by strangers."""
    whole = value(cls, random)
    for field in cls.PLAN.fields:
        for name in field.attributes:
            for stranger in (*STRANGERS, *_near(field, getattr(whole, name))):
                yield replace(whole, **{name: stranger})


def limits(field: Field) -> tuple[int, int]:
    """The smallest and the largest number of an integer field."""
    bits = 8 * (field.size or 0)
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if field.type.startswith("i") else (0, (1 << bits) - 1)


def byte_order(field: Field) -> Literal["little", "big"]:
    """The byte order of an integer field."""
    return "big" if field.type.endswith("big-endian") else "little"


def text(random: Random, length: int) -> str:
    """Any characters but U+0000, of one unit and of two."""
    return "".join(random.choices(CHARACTERS, k=length))


def _near(field: Field, whole: Any) -> tuple[Any, ...]:
    if field.kind == "integer":
        low, high = limits(field)
        return (low, low - 1, high, high + 1, float(high))
    if isinstance(whole, bytes):
        return (whole + b"\0", whole[:-1], bytearray(whole), memoryview(whole), list(whole))
    if isinstance(whole, str):
        return (whole + "\0", whole + "\udbff", whole.encode(), list(whole))
    if isinstance(whole, Record):
        return (whole, to_wire(whole), SimpleNamespace(**to_wire(whole)))
    return (list(whole or ()), (*(whole or ()), "\0"))


def _attributes(cls: type[Record], random: Random) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for field in cls.PLAN.fields:
        for name in field.attributes:
            absent = field.condition is not None and not eval(field.condition, {"__builtins__": {}}, made)
            if absent or (field.canonical is not None and random.random() < 0.6):
                made[name] = None
            elif name == field.terminator:
                made[name] = random.choice(("\0", "\0", "", "\0" + text(random, 3), "\0\0"))
            else:
                made[name] = _content(cls, field, random)
    return made


def _content(cls: type[Record], field: Field, random: Random) -> Any:
    length = random.choice(LENGTHS)
    match field.kind:
        case "integer":
            return _number(cls, field, random)
        case "bytes":
            return random.randbytes(field.size or 0)
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
    raise AssertionError(f"{field.kind} is a kind of field that has no values yet")


def _number(cls: type[Record], field: Field, random: Random) -> int:
    low, high = limits(field)
    if field.role == "offset-of":
        base = next(f.base for f in cls.PLAN.fields if f.offset_field == field.name)
        return random.choice((0, base + cls.PLAN.head + random.choice((0, 1, 4, 8, 9, 16))))
    if field.enum is not None and random.random() < 0.8:
        return int(random.choice(list(field.enum)))
    return random.choice((0, 1, 2, low, high, random.randint(low, high)))
