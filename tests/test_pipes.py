"""Named pipes: the request to wait for one, and what a peek into one gives."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from cuts import assert_every_cut
from hypothesis import given
from hypothesis import strategies as st
from samples import pdus

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.payloads.pipes import NamedPipeState, PipePeekResponse, PipeWaitRequest, fragment_facts

WAIT, PEEK = 0x00110018, 0x0011400C
#: Worked out by hand from [MS-FSCC] 2.3.49 and 2.3.46.
WAIT_FOR_SRVSVC = bytes.fromhex("32000000000000000c0000000100730072007600730076006300")
PEEK_AT_HELLO = bytes.fromhex("0300000005000000010000000500000068656c6c6f")


def wait(name: bytes, length: int | None = None, timeout: int = 0, specified: int = 0, padding: int = 0) -> bytes:
    """Pack an FSCTL_PIPE_WAIT request."""
    return struct.pack("<qIBB", timeout, len(name) if length is None else length, specified, padding) + name


def refused(data: bytes) -> s2.DecodeError:
    with pytest.raises(s2.DecodeError) as caught:
        PipeWaitRequest.decode(data)
    return caught.value


def test_a_wait() -> None:
    value = PipeWaitRequest("srvsvc", timeout=50, timeout_specified=1)
    assert PipeWaitRequest.decode(WAIT_FOR_SRVSVC) == value
    assert value.encode() == WAIT_FOR_SRVSVC
    assert s2.IoctlRequest.of(value).ctl_code == WAIT
    assert s2.IoctlRequest.of(value).payload() == value


def test_a_peek() -> None:
    value = PipePeekResponse(NamedPipeState.CONNECTED, 5, 1, 5, b"hello")
    assert PipePeekResponse.decode(PEEK_AT_HELLO) == value
    assert value.encode() == PEEK_AT_HELLO
    assert s2.IoctlResponse.of(value).ctl_code == PEEK
    assert s2.IoctlResponse.of(value).payload() == value


def test_a_transceive_has_no_structure() -> None:
    row = registry.lookup(0x0011C017)
    assert (row.request, row.response) == (None, None)
    assert row.remark


@pytest.mark.parametrize("name", ["", "x", r"\pipe\srvsvc", "a\0b", "srvsvc\0", "\0", "\ufeff", "\U0001d11e"])
def test_a_name_is_what_was_sent(name: str) -> None:
    """Also one with the prefix that it must not have, or with U+0000 inside, behind, or alone."""
    data = wait(name.encode("utf-16-le"))
    assert PipeWaitRequest.decode(data) == PipeWaitRequest(name)
    assert PipeWaitRequest(name).encode() == data


@pytest.mark.parametrize("timeout", [0, 1, -1, -10_000_000, 500_000, 2**63 - 1, -(2**63)])
@pytest.mark.parametrize("specified", [0, 1, 0xFF])
def test_the_time_is_signed_and_any_boolean_is_kept(timeout: int, specified: int) -> None:
    data = wait(b"p\0", timeout=timeout, specified=specified, padding=0xEE)
    value = PipeWaitRequest("p", timeout, specified, 0xEE)
    assert PipeWaitRequest.decode(data) == value
    assert value.encode() == data


@pytest.mark.parametrize("trailing", [b"\0", b"\0\0", b"more than that"])
def test_what_follows_the_name_is_kept(trailing: bytes) -> None:
    data = wait(b"p\0") + trailing
    assert PipeWaitRequest.decode(data) == PipeWaitRequest("p", trailing=trailing)
    assert PipeWaitRequest("p", trailing=trailing).encode() == data


@given(name=st.text(st.characters(exclude_categories=["Cs"])), timeout=st.integers(-(2**63), 2**63 - 1),
       trailing=st.binary(max_size=9))  # fmt: skip
def test_every_wait_comes_back(name: str, timeout: int, trailing: bytes) -> None:
    value = PipeWaitRequest(name, timeout, trailing=trailing)
    assert value.encode() == wait(name.encode("utf-16-le"), timeout=timeout) + trailing
    assert PipeWaitRequest.decode(value.encode()) == value


def test_cut_short() -> None:
    assert_every_cut(PipeWaitRequest, wait(b""), {"timeout": 8, "name_length": 4, "timeout_specified": 1, "padding": 1})
    sizes = {"named_pipe_state": 4, "read_data_available": 4, "number_of_messages": 4, "message_length": 4}
    assert_every_cut(PipePeekResponse, PEEK_AT_HELLO[:16], sizes)


# -- H20


@pytest.mark.parametrize(("length", "left"), [(14, 12), (100, 12), (0x7FFFFFFF, 12), (0xFFFFFFFF, 12), (1, 0)])
def test_h20_a_name_longer_than_the_request(length: int, left: int) -> None:
    error = refused(wait(b"s\0r\0v\0s\0v\0c\0"[:left], length))
    assert (error.path, error.offset) == ("PipeWaitRequest.name", 14)
    assert (error.needed, error.available, error.limit) == (length, left, "PipeWaitRequest.name_length")


@pytest.mark.parametrize(
    ("name", "length", "place"),
    [
        (b"s\0r\0v\0", 5, 4),
        (b"s", 1, 0),
        (b"\0\xd8", 2, 0),
        (b"a\0\0\xd8b\0", 6, 2),
        (b"a\0\0\xdcb\0", 6, 2),
        (b"\0\xdc\0\xd8", 4, 0),
        (b"\0\xd8\0\xdc", 2, 0),
    ],
    ids=["odd", "one byte", "high at the end", "high alone", "low alone", "reversed", "cut between the two"],
)
def test_h20_a_name_that_is_no_utf_16(name: bytes, length: int, place: int) -> None:
    error = refused(wait(name, length))
    assert (error.path, error.offset) == ("PipeWaitRequest.name", 14 + place)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": None}, "name"),
        ({"name": b"srvsvc"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"timeout": 2**63}, "timeout"),
        ({"timeout": 1.5}, "timeout"),
        ({"timeout_specified": 256}, "timeout_specified"),
        ({"timeout_specified": None}, "timeout_specified"),
        ({"padding": -1}, "padding"),
        ({"trailing": "text"}, "trailing"),
    ],
)
def test_what_no_wait_can_say(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        PipeWaitRequest(**{"name": "p"} | fields).encode()
    assert caught.value.path == f"PipeWaitRequest.{path}"


# -- peeks


@pytest.mark.parametrize("available", [0, 5, 4096, 0xFFFFFFFF])
@pytest.mark.parametrize("state", [0, 3, 4, 77])
def test_what_a_peek_says_is_there_is_never_believed(available: int, state: int) -> None:
    """The data is what came, also under BUFFER_OVERFLOW."""
    data = struct.pack("<IIII", state, available, 0, 0) + b"hello"
    value = PipePeekResponse.decode(data)
    assert value == PipePeekResponse(NamedPipeState(state), available, data=b"hello")
    assert value.encode() == data
    answer = s2.IoctlResponse.of(data, ctl_code=PEEK)
    assert answer.payload(status=s2.NtStatus.BUFFER_OVERFLOW) == value


def test_an_empty_peek() -> None:
    value = PipePeekResponse(NamedPipeState.CLOSING, 0)
    assert value.encode() == struct.pack("<IIII", 4, 0, 0, 0)
    assert PipePeekResponse.decode(value.encode()).data == b""


# -- recorded


def test_recorded_waits() -> None:
    """Every recorded request to wait whose input lies where it says; what `struct` reads decides what is valid."""
    valid, names = 0, set()
    for pdu in pdus():
        if not pdu.is_request or pdu.ctl_code != WAIT or len(pdu.body) < 56:
            continue
        offset, count = struct.unpack_from("<24xII", pdu.body)
        data = pdu.body[offset - 64 : offset - 64 + count]
        if offset != 120 or len(data) != count:
            continue
        try:
            timeout, length, specified, padding = struct.unpack_from("<qIBB", data)
            name = data[14 : 14 + length].decode("utf-16-le")
            valid += (fits := 14 + length <= len(data))
        except (struct.error, UnicodeDecodeError):
            fits = False
        if not fits:
            refused(data)
            continue
        value = PipeWaitRequest.decode(data)
        assert value == PipeWaitRequest(name, timeout, specified, padding, data[14 + length :])
        assert value.encode() == data
        names.add(name)
    assert valid == 24
    assert names == {"", "srvsvc", "nosuchpipe", r"\pipe\srvsvc"}


@pytest.mark.parametrize(
    ("data", "size"),
    [(b"", 16), (b"\5\0\x0b\3\x10\0\0\0\x48\0\0\0\1\0\0", 16), (b"\5\0\x0b\3\x10\0\0\0\x48\0\0\0\1\0\0\0", 72),
     (b"\5\0\x0b\3\0\0\0\0\0\x48\0\0\0\0\0\1", 72), (bytes(16), 0), (b"A" * 32, 0x4141)],
)  # fmt: skip
def test_how_long_a_fragment_is(data: bytes, size: int) -> None:
    """In the byte order that it tells."""
    assert fragment_facts(data) == {"fragment_size": size}
