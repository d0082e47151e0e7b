"""ERROR responses, and the error contexts of dialect 3.1.1 in them."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import error, error_context

import smb2ioctl_codec as s2

SHARE_REDIRECT = 0x72645253


def test_the_plain_error_is_9_bytes() -> None:
    assert s2.ErrorResponse().encode() == bytes.fromhex("0900 00 00 00000000 00")
    assert s2.ErrorResponse.decode(error()) == s2.ErrorResponse()


@pytest.mark.parametrize("padding", [b"", b"\0", b"\x21", bytes(8), b"\0\1\2\3"])
def test_what_follows_no_data_is_kept(padding: bytes) -> None:
    """8 bytes are a whole ERROR response; servers send a ninth, of any value, or pad a compound's element."""
    decoded = s2.ErrorResponse.decode(error(padding=padding))
    assert decoded.padding == (None if padding == b"\0" else padding)
    assert decoded.encode() == error(padding=padding)


def test_data() -> None:
    decoded = s2.ErrorResponse.decode(error(struct.pack("<I", 4096)))
    assert (decoded.error_data, decoded.padding) == (b"\0\x10\0\0", None)
    assert decoded == s2.ErrorResponse(b"\0\x10\0\0")
    assert decoded.encode() == error(struct.pack("<I", 4096))
    padded = s2.ErrorResponse.decode(error(b"data", padding=bytes(4)))
    assert (padded.error_data, padded.padding) == (b"data", bytes(4))
    assert padded.encode() == error(b"data", padding=bytes(4))


@given(st.binary(max_size=40), st.binary(max_size=20), st.integers(0, 255))
def test_every_error_without_contexts_is_kept(data: bytes, padding: bytes, reserved: int) -> None:
    body = error(data, padding=padding, reserved=reserved)
    decoded = s2.ErrorResponse.decode(body)
    assert (decoded.error_data, decoded.reserved, decoded.contexts()) == (data, reserved, ())
    assert decoded.encode() == body


@pytest.mark.parametrize("size", range(8))
def test_an_error_cut_short(size: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.ErrorResponse.decode(error()[:size])
    fields = {0: "structure_size", 2: "error_context_count", 3: "reserved", 4: "byte_count"}
    start = max(one for one in fields if one <= size)
    assert (caught.value.path, caught.value.offset) == (f"ErrorResponse.{fields[start]}", start)
    assert caught.value.available == size - start


@pytest.mark.parametrize("count", [5, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF8, 0xFFFFFFFF])
def test_more_data_than_there_is(count: int) -> None:
    body = error(b"data")
    with pytest.raises(s2.DecodeError) as caught:
        s2.ErrorResponse.decode(body[:4] + struct.pack("<I", count) + body[8:])
    problem = caught.value
    assert (problem.path, problem.offset) == ("ErrorResponse.error_data", 8)
    assert (problem.needed, problem.available, problem.limit) == (count, 4, "ErrorResponse.byte_count")


def test_contexts() -> None:
    """Each starts at a multiple of 8 from the start of the ERROR body."""
    data = error_context(b"1") + bytes(7) + error_context(b"", SHARE_REDIRECT) + error_context(b"xyz", 7)
    decoded = s2.ErrorResponse.decode(error(data, count=3))
    assert decoded.contexts() == (
        s2.ErrorContext(b"1", s2.ErrorId.DEFAULT),
        s2.ErrorContext(b"", s2.ErrorId.SHARE_REDIRECT),
        s2.ErrorContext(b"xyz", s2.ErrorId(7)),
    )
    assert decoded.encode() == error(data, count=3)
    assert s2.ErrorResponse.of(decoded.contexts()) == decoded
    assert s2.ErrorResponse.of([]) == s2.ErrorResponse()


def test_bytes_around_contexts_are_kept() -> None:
    """What pads a context, and what follows the last, may be anything."""
    data = error_context(b"12345") + b"pad" + error_context(b"xyz") + b"more"
    decoded = s2.ErrorResponse.decode(error(data, count=2))
    assert [one.error_context_data for one in decoded.contexts()] == [b"12345", b"xyz"]
    assert decoded.encode() == error(data, count=2)


@pytest.mark.parametrize(
    ("data", "count", "index", "offset", "needed", "available", "limit"),
    [
        (b"", 1, 0, 8, 8, 0, "ErrorResponse.byte_count"),
        (error_context(b"")[:7], 1, 0, 8, 8, 7, "ErrorResponse.byte_count"),
        (error_context(b"12345678"), 2, 1, 24, 8, 0, "ErrorResponse.byte_count"),
        (error_context(b"1"), 2, 1, 17, 8, 0, "ErrorResponse.byte_count"),
        (struct.pack("<II", 1, 0), 1, 0, 8, 9, 8, "ErrorContext.error_data_length"),
        (struct.pack("<II", 0xFFFFFFF8, 0), 1, 0, 8, 1 << 32, 8, "ErrorContext.error_data_length"),
        (error_context(b"") + struct.pack("<II", 0xFFFFFFF0, 0), 2, 1, 16, 0xFFFFFFF8, 8,
         "ErrorContext.error_data_length"),
        (error_context(b"") * 254, 255, 254, 8 + 254 * 8, 8, 0, "ErrorResponse.byte_count"),
    ],
)  # fmt: skip
def test_contexts_that_do_not_fit(
    data: bytes, count: int, index: int, offset: int, needed: int, available: int, limit: str
) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.ErrorResponse.decode(error(data, count=count))
    problem = caught.value
    assert (problem.path, problem.offset) == (f"ErrorResponse.error_data[{index}]", offset)
    assert (problem.needed, problem.available, problem.limit) == (needed, available, limit)


def test_a_context_alone() -> None:
    assert s2.ErrorContext.decode(error_context(b"data", 5)) == s2.ErrorContext(b"data", s2.ErrorId(5))
    assert s2.ErrorContext(b"data", s2.ErrorId.SHARE_REDIRECT).encode() == error_context(b"data", SHARE_REDIRECT)
    with pytest.raises(s2.DecodeError) as caught:
        s2.ErrorContext.decode(error_context(b"data") + b"x")
    assert (caught.value.path, caught.value.offset) == ("ErrorContext", 12)
    with pytest.raises(s2.DecodeError) as caught:
        s2.ErrorContext.decode(error_context(b"data")[:-1])
    assert (caught.value.path, caught.value.offset) == ("ErrorContext.error_context_data", 8)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"error_context_count": 1}, "error_context_count"),
        ({"error_data": bytes(8), "error_context_count": 2}, "error_context_count"),
        ({"error_context_count": 256}, "error_context_count"),
        ({"error_context_count": None}, "error_context_count"),
        ({"reserved": -1}, "reserved"),
        ({"error_data": "text"}, "error_data"),
        ({"error_data": None}, "error_data"),
        ({"padding": 1}, "padding"),
    ],
)
def test_what_no_error_can_say(fields: dict[str, Any], path: str) -> None:
    """A count of contexts that are not in the data would make bytes that no decoder takes."""
    with pytest.raises(s2.EncodeError) as caught:
        s2.ErrorResponse(**fields).encode()
    assert caught.value.path == f"ErrorResponse.{path}"


@pytest.mark.parametrize("contexts", [[5], [None], [b"raw"], [s2.ErrorContext()] * 256, 5, None])
def test_what_are_no_contexts(contexts: Any) -> None:
    with pytest.raises(s2.EncodeError):
        s2.ErrorResponse.of(contexts).encode()


def test_many_contexts() -> None:
    contexts = (s2.ErrorContext(b"12345"),) * 255
    body = s2.ErrorResponse.of(contexts).encode()
    assert len(body) == 8 + 254 * 16 + 13
    assert s2.ErrorResponse.decode(body).contexts() == contexts
