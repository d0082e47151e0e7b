"""The promise of linear costs: twice the bytes cost at most 2.2 times the time and the memory.

A time is the least of many measurements, over several doublings, of blocks that fit in the processor's cache; a ratio
that is too high is measured again before it counts. So neither the machine nor others on it fail the test, but a
quadratic step does: it takes four times the time at every doubling.
"""

from __future__ import annotations

import gc
import struct
import time
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from reference_server import World
from samples import (
    DFS_GET_REFERRALS,
    ENUMERATE_SNAPSHOTS,
    NOBODYS,
    PIPE_TRANSCEIVE,
    error,
    error_context,
    frame,
    header,
    referral_request,
    request,
    response,
    snapshot_array,
    token,
)

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.dfs import ReferralRequest
from smb2ioctl_codec.payloads.snapshots import SnapshotArray
from smb2ioctl_codec.rules import MS_SMB2, WIRE
from smb2ioctl_codec.server import Open, Share, respond

#: time of the processor where that is told finely, so that other programs do not count
CLOCK = time.thread_time if time.get_clock_info("thread_time").resolution < 1e-6 else time.perf_counter
LIMIT = 2.2
DOUBLINGS = 4
ATTEMPTS = 8
OPENS = {(7, 7): Open(is_pipe=False), (8, 8): Open(is_pipe=True)}
CLOSE = 6


def decode_wire(data: bytes) -> s2.IoctlRequest:
    """Read a request without anybody's rules."""
    return s2.IoctlRequest.decode(data, WIRE)


def serve(data: bytes) -> bytes:
    """Let the server side answer; every backend method gives as much as is asked for."""
    world = World(OPENS, referral=data, answer=data, tokens=[token(0)] * (len(data) // 50))
    return respond(data, world, share=Share.IPC).encode()


def array(count: int, size: int, content: bytes) -> bytes:
    """Pack an SRV_SNAPSHOT_ARRAY that says `count` and holds `content` over and over, `size` bytes in all."""
    return struct.pack("<III", count, count, size) + (content * (size // len(content) + 1))[:size]


def chain(count: int, body: bytes, command: int = 11) -> bytes:
    """Pack a compound of `count` messages."""
    size = 64 + len(body)
    return (header(next_command=size, command=command) + body) * (count - 1) + header(command=command) + body


#: what to do, and how to make its input from a size in bytes
DECODING: dict[str, tuple[Callable[[bytes], Any], Callable[[int], bytes]]] = {
    "a request": (s2.IoctlRequest.decode, lambda size: request(NOBODYS, bytes(size))),
    "a request's slack": (decode_wire, lambda size: request(buffer=bytes(size), input_offset=64 + size, input_count=9)),
    "a request that is refused": (s2.IoctlRequest.decode, lambda size: request(
        NOBODYS, bytes(size), input_count=size + 1)),
    "a reply with a gap": (s2.IoctlResponse.decode, lambda size: response(
        buffer=bytes(size), input_count=8, output_offset=112 + size // 2, output_count=8)),
    "an error": (s2.ErrorResponse.decode, lambda size: error(b"x" * size)),
    "error contexts": (s2.ErrorResponse.decode, lambda size: error(
        error_context(bytes(size // 255 & ~7)) * 255, count=255)),
    "bare headers": (s2.decode_chain, lambda size: chain(size // 64, b"", CLOSE)),
    "requests": (s2.decode_chain, lambda size: chain(size // 128, request(NOBODYS, b"12345678"))),
    "requests, the last broken": (s2.decode_chain, lambda size: chain(size // 128, request(NOBODYS, b"12345678"))[:-1]),
    "frames": (lambda data: list(s2.iter_frames(data)), lambda size: frame(b"") * (size // 4)),
    "a path": (ReferralRequest.decode, lambda size: referral_request("x" * (size // 2))),
    "a path, then no text": (ReferralRequest.decode, lambda size: referral_request("x" * (size // 2)) + b"\0\xdc"),
    "NULs after a path": (ReferralRequest.decode, lambda size: referral_request("\0" * (size // 2))),
    "tokens": (SnapshotArray.decode, lambda size: snapshot_array(tuple(map(token, range(size // 50))))),
    "tokens before what is no text": (SnapshotArray.decode, lambda size: snapshot_array(
        tuple(map(token, range(size // 50))), padding=b"\0\xd8")),
    "empty strings": (SnapshotArray.decode, lambda size: array(size // 2, size, b"\0\0")),
    "an unterminated string": (SnapshotArray.decode, lambda size: array(1, size, b"ab")),
    "zeros that are no characters": (SnapshotArray.decode, lambda size: array(1, size + 1, b"\1\0\0\1")),
    "one string too many": (SnapshotArray.decode, lambda size: array(
        size // 50 + 1, size // 50 * 50, b"a\0" * 24 + b"\0\0")),
    "a count beyond all": (SnapshotArray.decode, lambda size: array(0xFFFFFFFF, size, b"a\0\0\0")),
    "many strings, no text": (SnapshotArray.decode, lambda size: array(size // 4, size, b"\0\xd8\0\0")),
    "checks": (s2.check_request, lambda size: request(DFS_GET_REFERRALS, referral_request("x" * (size // 2)))),
    "the document's checks": (lambda data: s2.check_request(data, MS_SMB2), lambda size: request(NOBODYS, bytes(size))),
    "an answer with referrals": (serve, lambda size: request(
        DFS_GET_REFERRALS, referral_request("x" * (size // 2)), max_output_response=0xFFFFFFFF)),
    "an answer of a pipe": (serve, lambda size: request(
        PIPE_TRANSCEIVE, bytes(size), max_output_response=0xFFFFFFFF, persistent=8, volatile=8)),
    "an answer with snapshots": (serve, lambda size: request(
        ENUMERATE_SNAPSHOTS, bytes(size), max_output_response=0xFFFFFFFF, persistent=7, volatile=7)),
}  # fmt: skip
CODE = s2.CtlCode(NOBODYS)
CLOSED = s2.Packet(s2.Header(command=s2.Command.CLOSE), bytes(24))

ENCODING: dict[str, tuple[Callable[[Any], Any], Callable[[int], Any]]] = {
    "a request": (lambda value: value.encode(), lambda size: s2.IoctlRequest(CODE, s2.FileId.NONE, bytes(size))),
    "a reply with a gap": (lambda value: value.encode(), lambda size: s2.IoctlResponse(
        CODE, s2.FileId.NONE, b"x", b"y", output_offset=120 + size, slack=b"z" * (size + 7))),
    "tokens": (lambda value: value.encode(), lambda size: SnapshotArray(tuple(map(token, range(size // 50))))),
    "tokens, the last none": (lambda value: value.encode(), lambda size: SnapshotArray(
        (*map(token, range(size // 50)), "\0"))),
    "making an array": (SnapshotArray, lambda size: tuple(map(token, range(size // 50)))),
    "a path": (lambda value: value.encode(), lambda size: ReferralRequest(4, "x" * (size // 2))),
    "contexts": (s2.ErrorResponse.of, lambda size: [s2.ErrorContext(bytes(size // 255))] * 255),
    "a compound": (s2.encode_chain, lambda size: [CLOSED] * (size // 88)),
    "a frame": (s2.encode_frame, lambda size: bytes(min(size, 0xFFFFFF))),
}  # fmt: skip
CASES: dict[str, tuple[Callable[[Any], Any], Callable[[int], Any]]] = {
    **{f"decode {name}": case for name, case in DECODING.items()},
    **{f"encode {name}": case for name, case in ENCODING.items()},
}


def act(action: Callable[[Any], Any], data: Any) -> Any:
    """Do it; a refusal is a result, too."""
    try:
        return action(data)
    except s2.CodecError:
        return None


def seconds(action: Callable[[Any], Any], data: Any, *, repeat: int, times: int) -> float:
    """The least time of several, in which it is done `repeat` times."""
    found = []
    for _ in range(times):
        start = CLOCK()
        for _ in range(repeat):
            act(action, data)
        found.append(CLOCK() - start)
    return min(found)


def check_growth(name: str, size: int, limit: float) -> None:
    """Each of four doublings from `size` bytes on takes at most `limit` times the time."""
    action, make = CASES[name]
    once, many = make(size), make(size << DOUBLINGS)
    ratios = []
    gc.disable()
    try:
        for attempt in range(1, ATTEMPTS + 1):
            long = seconds(action, many, repeat=1, times=3 * attempt)
            short = seconds(action, once, repeat=1 << DOUBLINGS, times=3 * attempt)
            ratios.append(2 * (long / short) ** (1 / DOUBLINGS))
            if ratios[-1] <= limit:
                return
    finally:
        gc.enable()
    pytest.fail(f"each of {DOUBLINGS} doublings takes {min(ratios):.2f} times the time: {ratios}")


@pytest.mark.parametrize("name", CASES)
def test_twice_the_bytes_take_twice_the_time(name: str) -> None:
    check_growth(name, 1 << 12, LIMIT)


@pytest.mark.parametrize(
    "name",
    ["decode bare headers", "decode requests", "decode frames", "decode tokens", "decode empty strings",
     "decode zeros that are no characters", "encode tokens", "encode a compound"],
)  # fmt: skip
def test_a_megabyte_of_small_items(name: str) -> None:
    """Copying the rest for every item would take a second, though it is fast; leaving the cache may cost a little."""
    check_growth(name, 1 << 16, 2.6)


def peak(action: Callable[[Any], Any], data: Any) -> int:
    """Bytes of memory that are in use at most while it is done, the result included."""
    act(action, data)
    gc.collect()
    tracemalloc.start()
    try:
        result = act(action, data)
        del result
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", CASES)
def test_twice_the_bytes_take_twice_the_memory(name: str) -> None:
    action, make = CASES[name]
    small, large = (peak(action, make(size)) for size in (1 << 16, 1 << 17))
    assert large <= LIMIT * small + 4096
    assert large <= 30 * (1 << 17)


@pytest.mark.parametrize(
    ("decode", "data"),
    [
        (s2.IoctlRequest.decode, request(NOBODYS, b"x", input_count=0xFFFFFFFF)),
        (decode_wire, request(NOBODYS, b"x", input_offset=0xFFFFFFFF, input_count=0xFFFFFFFF)),
        (s2.IoctlResponse.decode, response(buffer=b"x", output_count=0xFFFFFFFF)),
        (s2.IoctlResponse.decode, response(buffer=b"x", input_count=0xFFFFFFFF)),
        (s2.ErrorResponse.decode, struct.pack("<HBBI", 9, 0, 0, 0xFFFFFFFF) + b"x"),
        (s2.ErrorResponse.decode, error(struct.pack("<II", 0xFFFFFFFF, 0), count=255)),
        (SnapshotArray.decode, struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF) + bytes(2)),
        (s2.decode_chain, header(next_command=0xFFFFFFF8) + request()),
        (lambda data: list(s2.iter_frames(data)), b"\0\xff\xff\xff"),
        (serve, request(DFS_GET_REFERRALS, b"\4\0\0\0", max_output_response=0xFFFFFFFF)),
        (serve, request(PIPE_TRANSCEIVE, max_output_response=0xFFFFFFFF, persistent=8, volatile=8)),
        (serve, request(ENUMERATE_SNAPSHOTS, max_output_response=0xFFFFFFFF, persistent=7, volatile=7)),
        (s2.check_request, request(NOBODYS, b"x", input_count=0xFFFFFFFF)),
    ],
)
def test_no_memory_is_taken_for_what_a_field_says(decode: Callable[[bytes], Any], data: bytes) -> None:
    """A few bytes that speak of gigabytes cost a few kilobytes."""
    assert peak(decode, data) < 64 * 1024


@pytest.mark.parametrize("offset", [0xFFFFFFFF, 0x7FFFFFFF])
def test_no_memory_is_taken_for_a_gap(offset: int) -> None:
    value = s2.IoctlRequest(CODE, s2.FileId.NONE, b"x", input_offset=offset)
    assert peak(lambda one: one.encode(), value) < 64 * 1024


def test_a_quadratic_action_would_be_seen() -> None:
    """The measurement itself: an action whose time is the square of the size fails it."""

    def quadratic(data: Sequence[int]) -> int:
        return sum(data.count(0) for _ in data)

    CASES["quadratic"] = (quadratic, lambda size: bytes(size >> 4))
    try:
        with pytest.raises(pytest.fail.Exception, match="times the time"):
            check_growth("quadratic", 1 << 12, LIMIT)
    finally:
        del CASES["quadratic"]
