"""Records as values: frozen, slotted, equal by content; copied, pickled, pasted back; normal whoever made them."""

from __future__ import annotations

import copy
import dataclasses
import gc
import inspect
import pickle
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
from construct import Int8ul

import smb2ioctl_codec
from smb2ioctl_codec.errors import DecodeError, EncodeError
from smb2ioctl_codec.rules import WIRE
from smb2ioctl_codec.schema import Record, value_class
from smb2ioctl_codec.schema.decoder import compile_decoder
from smb2ioctl_codec.schema.encoder import compile_encoder

from . import records
from .declaring import declared
from .differential import outcome
from .records import RECORDS, Colour, package_records
from .untyped import (
    Choice,
    ErrorResponse,
    FileId,
    Header,
    Holder,
    IoctlRequest,
    IoctlResponse,
    Ordered,
    Overlapping,
    Pair,
    ReferralRequest,
    SnapshotArray,
)
from .values import value

KEY = FileId(1, 2)
NAMESPACE = vars(smb2ioctl_codec) | vars(records) | {cls.__name__: cls for cls in RECORDS}


def written(one: Record) -> bytes:
    """What the schema alone writes; `encode` of a class may ask for more."""
    return compile_encoder(type(one))(one)


def some(cls: type[Record], count: int = 25) -> list[Any]:
    random = Random(cls.__name__)
    return [value(cls, random) for _ in range(count)]


# -- values


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


# -- normal form


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        (IoctlRequest(0x60194, KEY, bytearray(b"x"), slack=memoryview(b"y")), {"input": b"x", "slack": b"y"}),
        (IoctlRequest(0, KEY, b"x", input_offset=120), {"input_offset": None}),
        (IoctlRequest(0, KEY, input_offset=0), {"input_offset": None}),
        (IoctlRequest(0, KEY, input_offset=120), {"input_offset": 120}),
        (IoctlRequest(0, KEY, b"x", input_offset=124, slack=bytes(4)), {"input_offset": 124, "slack": b""}),
        (IoctlRequest(0, KEY, b"x", input_offset=128, slack=bytes(8)), {"slack": bytes(8)}),
        (IoctlRequest(0, KEY, slack=bytes(1)), {"slack": b"\0"}),
        (IoctlResponse(0, KEY, b"out", b"input", output_offset=120), {"output_offset": None}),
        (IoctlResponse(0, KEY, b"out", b"input", slack=bytes(3)), {"slack": b""}),
        (IoctlResponse(0, KEY, b"out", b"input", slack=b"\0\0\1"), {"slack": b"\0\0\1"}),
        (ErrorResponse(padding=bytearray(b"\0")), {"padding": None}),
        (ErrorResponse(padding=b""), {"padding": b""}),
        (ErrorResponse(b"x", padding=b""), {"padding": None}),
        (SnapshotArray(["a", "b"]), {"snapshots": ("a", "b"), "number_of_snapshots": 2, "snapshot_array_size": 10}),
        (SnapshotArray(("a",), snapshot_array_size=7), {"number_of_snapshots": 1, "snapshot_array_size": 7}),
        (Header(signature=bytearray(16)), {"signature": bytes(16)}),
        (Choice(1, wide=2, colour=2), {"colour": Colour.BLUE}),
        (Choice(1, wide=2, colour=77), {"colour": Colour(77)}),
        (Holder(Pair(1, 2), b"ab", check=3, remark=b"-"), {"check": 3, "remark": None}),
        (Holder(Pair(1, 2), b"ab", remark=b"+"), {"check": 3, "remark": b"+"}),
        (Overlapping(b"a", b"b", 16, 17), {"first_offset": None, "second_offset": None}),
        (Overlapping(b"a", b"b", 17, 16), {"first_offset": 17, "second_offset": 16}),
    ],
)
def test_what_a_caller_spells_out_takes_the_form_that_decoding_gives(given: Any, normal: dict[str, Any]) -> None:
    for name, expected in normal.items():
        found = getattr(given, name)
        assert found == expected
        assert type(found) is type(expected)
    assert compile_decoder(type(given))(given.encode()) == given


@pytest.mark.parametrize(
    "broken",
    [
        IoctlRequest(0, KEY, "text", slack=b"x"),
        IoctlRequest(0, KEY, b"x", input_offset="120"),
        IoctlRequest(-1, KEY),
        IoctlRequest("DFS", KEY),
        IoctlRequest(1 << 32, KEY),
        IoctlRequest(0, None, b"x", slack=b"y"),
        SnapshotArray("tokens"),
        SnapshotArray(None),
        SnapshotArray((1,)),
        Header(command=1 << 16),
        Ordered(1, 2, 3, 4, 5),
        ErrorResponse(padding="x"),
        Holder(None, b"ab"),
    ],
    ids=repr,
)
def test_a_value_of_a_wrong_type_is_left_as_it_is_and_refused_when_it_is_encoded(broken: Any) -> None:
    with pytest.raises(EncodeError) as caught:
        broken.encode()
    assert caught.value.path.startswith(f"{type(broken).__name__}.")


def test_the_callers_bytearray_is_copied() -> None:
    given = bytearray(b"abc")
    request = IoctlRequest(0, KEY, given)
    body = bytearray(request.encode())
    decoded = IoctlRequest.decode(body)
    given[:] = b"xyz"
    body[:] = bytes(len(body))
    assert request.input == decoded.input == b"abc"


# -- the codec of the class


@pytest.mark.parametrize("cls", package_records())
def test_decode_and_encode_of_the_class_are_the_compiled_ones(cls: Any) -> None:
    compiled = compile_decoder(cls)
    for one in some(cls):
        data = outcome(one.encode)
        if isinstance(data, EncodeError):
            assert cls is ErrorResponse, "no other class refuses more than its schema"
            continue
        for form in (data, bytearray(data), memoryview(data), memoryview(data + data)[: len(data)]):
            decoded = cls.decode(form, WIRE) if cls is IoctlRequest else cls.decode(form)
            assert decoded == one == compiled(form)


@pytest.mark.parametrize("cls", RECORDS)
@pytest.mark.parametrize("other", [None, "text", 3, [1], object()], ids=repr)
def test_what_is_no_bytes_is_a_type_error(cls: type[Record], other: Any) -> None:
    with pytest.raises(TypeError, match=f"expected bytes, bytearray or memoryview, not {type(other).__name__}"):
        cls.decode(other)


def test_the_codec_is_compiled_when_it_is_first_looked_up_and_then_stands_in_the_class() -> None:
    cls = declared("a" / Int8ul, a=int)
    assert not inspect.isfunction(vars(cls)["encode"])
    assert cls(7).encode() == b"\7"
    assert inspect.isfunction(vars(cls)["encode"])
    assert not isinstance(vars(cls)["decode"], staticmethod)
    assert cls.decode(b"\7") == cls(7)
    assert isinstance(vars(cls)["decode"], staticmethod)
    assert cls(8).decode(b"\7") == cls(7)
    assert (cls.decode.__doc__, cls.encode.__doc__) == (Record.decode.__doc__, Record.encode.__doc__)
    assert (cls.decode.__module__, cls.decode.__qualname__) == (cls.__module__, f"{cls.__qualname__}.decode")
    assert (cls.encode.__module__, cls.encode.__name__) == (cls.__module__, "encode")


def test_a_first_look_up_from_many_threads() -> None:
    cls = declared("a" / Int8ul, a=int)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: cls.decode(cls(number).encode()), range(200)))
    assert found == [cls(number) for number in range(200)]


def test_a_record_that_is_none_yet_has_no_codec() -> None:
    with pytest.raises(NotImplementedError):
        Record.decode(b"")
    with pytest.raises(NotImplementedError):
        Record().encode()


def test_a_class_with_a_codec_of_its_own_keeps_it() -> None:
    with pytest.raises(DecodeError, match=r"error_data\[0\]"):
        ErrorResponse.decode(b"\x09\0\1\0\0\0\0\0")
    assert compile_decoder(ErrorResponse)(b"\x09\0\1\0\0\0\0\0").error_context_count == 1
    with pytest.raises(EncodeError, match="error_context_count"):
        ErrorResponse(error_context_count=1).encode()


def test_text_is_kept_character_by_character() -> None:
    one = ReferralRequest(4, "\\a\\\U0001f600\ufeff", "\0rest\0")
    assert ReferralRequest.decode(one.encode()) == one
    assert one.encode() == b"\x04\0" + "\\a\\\U0001f600\ufeff\0rest\0".encode("utf-16-le")
