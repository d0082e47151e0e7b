"""Records as values: frozen, slotted, equal by content; copied, pickled, pasted back; and never seen half made."""

from __future__ import annotations

import copy
import dataclasses
import gc
import inspect
import pickle
import sys
from ipaddress import IPv4Address, IPv6Address
from random import Random
from typing import Any
from uuid import UUID

import pytest
from construct import Int8ul

import smb2ioctl_codec
from smb2ioctl_codec.schema import Record, value_class
from smb2ioctl_codec.schema.decoder import compile_decoder
from smb2ioctl_codec.schema.encoder import compile_encoder

from .declaring import declared
from .records import RECORDS
from .untyped import (
    FileId,
    IoctlRequest,
    Pair,
)
from .values import value

KEY = FileId(1, 2)
#: Whatever a repr may name: every class of the package and of the tests, records before others of the same name, and
#: what values are besides.
NAMESPACE = (
    {
        name: thing
        for module in list(sys.modules.values())
        if module.__name__.startswith((smb2ioctl_codec.__name__, __package__ or ""))
        for name, thing in vars(module).items()
        if isinstance(thing, type) and thing.__module__.startswith((smb2ioctl_codec.__name__, __package__ or ""))
    }
    | {kind.__name__: kind for kind in RECORDS}
    | {"UUID": UUID, "IPv4Address": IPv4Address, "IPv6Address": IPv6Address}
)


def written(one: Record) -> bytes:
    """What the schema alone writes; `encode` of a class may ask for more."""
    return compile_encoder(type(one))(one)


def some(cls: type[Record], count: int = 12) -> list[Any]:
    random = Random(cls.__name__)
    return [value(cls, random) for _ in range(count)]


@pytest.mark.parametrize("cls", RECORDS)
def test_a_value_survives_every_way_to_copy_it(cls: type[Record]) -> None:
    for one in some(cls):
        copies = [copy.copy(one), copy.deepcopy(one), dataclasses.replace(one), eval(repr(one), dict(NAMESPACE))]
        copies += [pickle.loads(pickle.dumps(one, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
        copies.append(cls(**{field.name: getattr(one, field.name) for field in dataclasses.fields(one)}))
        copies.append(cls(*(getattr(one, field.name) for field in dataclasses.fields(one))))
        for other in copies:
            assert type(other) is cls
            assert other == one
            assert hash(other) == hash(one)
            assert repr(other) == repr(one)
            assert written(other) == written(one)
        assert len({one, *copies}) == 1


@pytest.mark.parametrize("cls", RECORDS)
def test_a_value_is_frozen_and_has_slots_alone(cls: type[Record]) -> None:
    one = some(cls, 1)[0]
    before = repr(one)
    for name in (*(field.name for field in dataclasses.fields(one)), "something_else", "PLAN", "__class__"):
        with pytest.raises(dataclasses.FrozenInstanceError, match=name):
            setattr(one, name, 1)
        with pytest.raises(dataclasses.FrozenInstanceError, match=name):
            delattr(one, name)
    assert not hasattr(one, "__dict__")
    assert repr(one) == before


@pytest.mark.parametrize("cls", RECORDS)
def test_every_field_counts_in_a_comparison(cls: type[Record]) -> None:
    one = some(cls, 1)[0]
    for field in dataclasses.fields(one):
        given = getattr(one, field.name)
        other = 3 if not isinstance(given, int) else given ^ 4
        changed = copy.copy(one)
        object.__setattr__(changed, field.name, other)
        assert changed != one
        assert one != changed
    assert one != tuple(getattr(one, field.name) for field in dataclasses.fields(one))
    assert one.__eq__(3) is NotImplemented


def test_values_of_two_classes_are_never_equal() -> None:
    twin = declared("left" / Int8ul, "right" / Int8ul, left=int, right=int)
    assert twin(1, 2) != Pair(1, 2)
    assert twin(1, 2) != FileId(1, 2)


@pytest.mark.parametrize("cls", RECORDS)
def test_the_signature_names_fields_types_and_defaults(cls: type[Record]) -> None:
    parameters = inspect.signature(cls).parameters
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    assert list(parameters) == [field.name for field in fields]
    for field in fields:
        parameter = parameters[field.name]
        assert parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        expected = inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default
        assert parameter.default is expected
        assert parameter.annotation == field.type
    assert cls.__match_args__ == tuple(parameters)  # type: ignore[attr-defined]
    assert cls.__init__.__qualname__ == f"{cls.__qualname__}.__init__"


def test_the_signature_is_there_before_the_first_object_is_made() -> None:
    cls = declared("a" / Int8ul, "b" / Int8ul, a=int, b=int)
    assert str(inspect.signature(cls)) in ("(a: int, b: int)", "(a: int, b: int) -> None")
    assert inspect.signature(cls.__init__).parameters.keys() == {"self", "a", "b"}
    other = declared("a" / Int8ul, "b" / Int8ul, a=int, b=int)
    one = object.__new__(other)
    one.__init__(1, b=2)
    assert one == other(1, 2)


def test_keywords_positions_and_mistakes_in_them() -> None:
    assert FileId(1, volatile=2) == FileId(persistent=1, volatile=2) == KEY
    for arguments, keywords in [((), {}), ((1,), {}), ((1, 2, 3), {}), ((1, 2), {"volatile": 3}), ((1, 2), {"x": 3})]:
        with pytest.raises(TypeError, match=r"__init__\(\)"):
            FileId(*arguments, **keywords)
    match KEY:
        case FileId(persistent, volatile=2):
            assert persistent == 1
        case _:
            pytest.fail("no match")


def test_asdict_goes_into_nested_records() -> None:
    request = IoctlRequest(0x00060194, KEY, b"x")
    assert dataclasses.asdict(request)["file_id"] == {"persistent": 1, "volatile": 2}
    assert dataclasses.astuple(KEY) == (1, 2)


def test_replace_follows_what_is_computed() -> None:
    request = dataclasses.replace(IoctlRequest(0, KEY, b"x"), input=b"longer")
    assert request.encode()[24:32] == b"\x78\0\0\0\x06\0\0\0"
    assert dataclasses.replace(request, input=b"").input_offset is None
    with pytest.raises(TypeError):
        dataclasses.replace(request, nothing=1)


def test_the_twin_never_shows() -> None:
    kept: list[Any] = []
    for cls in RECORDS:
        for one in some(cls, 5):
            decoded = compile_decoder(cls)(written(one))
            kept += [one, decoded, copy.deepcopy(decoded), dataclasses.replace(decoded)]
            assert isinstance(decoded, Record)
    twins = tuple(cls.TWIN for cls in RECORDS)
    assert not [thing for thing in gc.get_objects() if type(thing) in twins]
    assert not any(issubclass(twin, cls) for twin, cls in zip(twins, RECORDS, strict=True))


def test_a_record_cannot_be_subclassed() -> None:
    with pytest.raises(TypeError, match=r"^Pair cannot be subclassed"):
        type("Triple", (Pair,), {})


def test_value_classes_that_are_no_records() -> None:
    @value_class
    class Point:
        """Two numbers."""

        x: int
        y: int = 7

        def __repr__(self) -> str:
            return f"<{self.x}, {self.y}>"

    assert repr(Point(1)) == "<1, 7>"
    assert Point(1) == Point(1, 7) != Point(2)
    assert {Point(1): "found"}[Point(1, 7)] == "found"
    with pytest.raises(dataclasses.FrozenInstanceError):
        Point(1).x = 2  # type: ignore[misc]
