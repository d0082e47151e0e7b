"""Direct-TCP frames."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import frame, header

import smb2ioctl_codec as s2


@given(st.lists(st.binary(max_size=300)))
def test_messages_there_and_back(messages: list[bytes]) -> None:
    stream = b"".join(frame(one) for one in messages)
    assert b"".join(s2.encode_frame(one) for one in messages) == stream
    assert list(s2.iter_frames(stream)) == messages


def test_the_length_is_big_endian_and_excludes_itself() -> None:
    assert s2.encode_frame(bytes(0x010203)) == b"\0\1\2\3" + bytes(0x010203)


def test_the_longest_message() -> None:
    longest = bytes(0xFFFFFF)
    assert s2.encode_frame(longest)[:4] == b"\0\xff\xff\xff"
    assert list(s2.iter_frames(b"\0\xff\xff\xff" + longest)) == [longest]
    with pytest.raises(s2.EncodeError) as caught:
        s2.encode_frame(bytes(0x1000000))
    assert caught.value.path == "Frame.message"


@pytest.mark.parametrize(
    ("broken", "path", "place"),
    [
        (b"\0", "Frame", 0),
        (b"\0\0\0", "Frame", 0),
        (b"\x81\0\0\x04abcd", "Frame.zero", 0),
        (b"\xfeSMB", "Frame.zero", 0),
        (b"\0\0\0\x05abcd", "Frame.message", 4),
        (b"\0\xff\xff\xff", "Frame.message", 4),
    ],
)
def test_a_stream_that_breaks_off(broken: bytes, path: str, place: int) -> None:
    """What was whole before it has been given by then."""
    messages = s2.iter_frames(frame(b"first") + frame(b"") + broken)
    assert [next(messages), next(messages)] == [b"first", b""]
    with pytest.raises(s2.DecodeError) as caught:
        next(messages)
    assert (caught.value.path, caught.value.offset) == (path, len(b"....first....") + place)


def test_how_much_is_missing() -> None:
    with pytest.raises(s2.DecodeError) as caught:
        list(s2.iter_frames(b"\0\0\0\x09abcd"))
    error = caught.value
    assert (error.needed, error.available, error.limit) == (9, 4, "Frame.stream_protocol_length")
    with pytest.raises(s2.DecodeError) as caught:
        list(s2.iter_frames(b"\0\0\0"))
    assert (caught.value.needed, caught.value.available) == (4, 3)


def test_a_limit_of_the_caller() -> None:
    stream = frame(header()) + frame(bytes(65))
    messages = s2.iter_frames(stream, max_length=64)
    assert next(messages) == header()
    with pytest.raises(s2.DecodeError) as caught:
        next(messages)
    assert (caught.value.path, caught.value.offset) == ("Frame.stream_protocol_length", 69)
    assert len(list(s2.iter_frames(stream, max_length=65))) == 2


@pytest.mark.parametrize("message", [None, 5, "text", [1, 2, 3], s2.Header()])
def test_what_no_frame_can_hold(message: Any) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        s2.encode_frame(message)
    assert caught.value.path == "Frame.message"
    with pytest.raises(TypeError):
        list(s2.iter_frames(message))
