"""Records: one normal form whoever made the value, and the codec that stands in the class."""

from __future__ import annotations

import inspect
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
from construct import Int8ul

from smb2ioctl_codec.errors import DecodeError, EncodeError
from smb2ioctl_codec.rules import WIRE
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.decoder import compile_decoder

from .declaring import declared
from .differential import outcome
from .own import Runs
from .records import RECORDS, Colour, package_records
from .toys_lists import Metal
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
from .untyped_contents import (
    Aliases,
    Card,
    Chain,
    Chunk,
    Chunks,
    Drawing,
    Endpoint,
    Envelope,
    Gapped,
    Link,
    Note,
    Numbers,
    Report,
    Table,
    Tape,
)
from .values import value

KEY = FileId(1, 2)


def some(cls: type[Record]) -> list[Any]:
    random = Random(cls.__name__)
    return [value(cls, random) for _ in range(25)]


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
        (Numbers([1, 2], [3]), {"counted": (1, 2), "rest": (3,)}),
        (Chunk(1, tag=bytearray(b"tag")), {"tag": b"tag"}),
        (Chunks(bytearray(b"ke"), [Chunk(1)]), {"key": b"ke", "chunks": (Chunk(1),)}),
        (Chain([Link(1, 2, bytearray(1)), Link(2)]), {"links": (Link(1, Metal.GOLD, b"\0"), Link(2))}),
        (Link(1, 9), {"metal": Metal(9)}),
        (Card("a", 4), {"text_offset": None}),
        (Card("a", 6, b"\0\0"), {"text_offset": 6, "slack": b""}),
        (Drawing(bytearray(b"x"), memoryview(bytes(8)), b""), {"first": b"x", "cell": bytes(8)}),
        (Envelope(1, Endpoint(2, 3)), {"endpoint": Endpoint(2, 3)}),
        (Gapped(start=4, gap=b""), {"start": None, "gap": None}),
        (Gapped(start=7, gap=bytearray(3)), {"start": 7, "gap": None}),
        (Gapped(start=7, gap=b"abc"), {"start": 7, "gap": b"abc"}),
        (Gapped(body=bytearray(b"abc"), stride=1), {"body": b"abc"}),
        (Report(2, "a", 1, bytearray(b"ab"), text_offset=11), {"second": b"ab", "text_offset": None}),
        (Report(1, "a", text_offset=11), {"text_offset": 11, "slack": b""}),
        (Note(2, level=1, blob=memoryview(b"blob")), {"blob": b"blob", "name": None}),
        (Note(), {"name": None, "ending": "", "blob": None}),
        (Table(["a"], [1], 2), {"words": ("a",), "points": (1,), "sum": None}),
        (Table(["a"], [1], 3), {"sum": 3}),
        (Aliases("a", "b", 0, 0, 14), {"first_offset": None, "second_offset": None}),
        (Tape(0, [b"a"], None), {"runs": (b"a",), "trailer": b""}),
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
        Numbers(3),
        Chain("links"),
        Gapped(gap="x", start=6),
        Drawing(None, b"", b""),
        Table((1,)),
        Holder(None, b"ab"),
    ],
    ids=lambda each: type(each).__name__,
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
@pytest.mark.parametrize("other", [None, "text", 3, [1], object()], ids=lambda each: type(each).__name__)
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


def test_attributes_of_an_own_content_need_no_defaults() -> None:
    cls = declared("count" / Int8ul, "runs" / Runs(), runs=tuple, trailer=bytes)
    one = cls([b"ab"], bytearray(b"cd"))
    assert (one.runs, one.trailer, type(one.trailer)) == ((b"ab",), b"cd", bytes)
    assert cls.decode(one.encode()) == one


def test_text_is_kept_character_by_character() -> None:
    one = ReferralRequest(4, "\\a\\\U0001f600\ufeff", "\0rest\0")
    assert ReferralRequest.decode(one.encode()) == one
    assert one.encode() == b"\x04\0" + "\\a\\\U0001f600\ufeff\0rest\0".encode("utf-16-le")
