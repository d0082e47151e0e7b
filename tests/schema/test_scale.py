"""Costs grow linearly with the input, in steps and in memory, on hostile input above all. Nothing here is timed."""

from __future__ import annotations

import struct
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from construct import Int8ul, Int32ul

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.rules import WIRE
from smb2ioctl_codec.schema import Exactly, Implied, Items, Kept, One, Raw, Record, Sized, Walk
from smb2ioctl_codec.schema.spans import explain, read
from smb2ioctl_codec.schema.wire import to_wire

from .declaring import declared
from .differential import outcome
from .toys_lists import Cards, Chunk, Heap, Journal, Link, Numbers, Slot
from .toys_lists import Chain as Links
from .toys_parts import Album, Aliases, Drawing, Endpoint, Gapped, Measure, Page, Square
from .untyped import (
    ErrorResponse,
    FileId,
    IoctlRequest,
    IoctlResponse,
    Overlapping,
    ReferralRequest,
    Sentence,
    SnapshotArray,
)

KEY = FileId(1, 2)


def array(count: int, content: bytes) -> bytes:
    return struct.pack("<III", count, count, len(content)) + content


def sentence(count: int, end: bytes) -> bytes:
    return b"\0\0" + bytes([count % 256]) + bytes(2 * (count % 256)) + b"\1\0\0\0\x2a\0" + b"a\0" * count + end


def cards(count: int) -> bytes:
    return b"\4\0\4\0" * (count - 1) + b"\0\0\4\0"


def pages(count: int) -> bytes:
    page = Page(Square(1), Endpoint(2, 3))
    return Album((page,) * count).encode()


def aliases(count: int) -> bytes:
    return struct.pack("<HHHHI", 0, 2 * count, 12, 2 * count, 0) + b"a\0" * count


#: What is hostile about it, the record, and the bytes for a size of n.
HOSTILE: dict[str, tuple[type[Record], Callable[[int], bytes]]] = {
    "empty strings": (SnapshotArray, lambda n: array(n, bytes(2 * n))),
    "empty strings, one too few": (SnapshotArray, lambda n: array(n, bytes(2 * n - 2) + b"a\0")),
    "empty strings, the last one damaged": (SnapshotArray, lambda n: array(n, bytes(2 * n - 2) + b"\0\xd8\0\0")),
    "short strings": (SnapshotArray, lambda n: array(n, b"a\0\0\0" * n)),
    "short strings, the last one damaged": (
        SnapshotArray, lambda n: array(n, b"a\0\0\0" * n + b"\0\xd8")[:-4] + b"\0\xd8\0\0"
    ),
    "short strings of two units, the last one open": (
        SnapshotArray, lambda n: array(n, b"\x3d\xd8\0\xde\0\0" * (n - 1) + b"a\0")
    ),
    "one string, zeros across all its units": (SnapshotArray, lambda n: array(1, b"\1\0\0\1" * n)),
    "one string, damaged at its end": (SnapshotArray, lambda n: array(1, b"a\0" * n + b"\0\xd8\0\0")),
    "strings damaged in every unit": (SnapshotArray, lambda n: array(n, b"\0\xdc\0\0" * n)),
    "a count that nothing fits": (SnapshotArray, lambda n: array(0xFFFFFFFF, bytes(2 * n))),
    "a path damaged at its end": (ReferralRequest, lambda n: b"\4\0" + b"a\0" * n + b"\0\xd8"),
    "a path of U+0000 alone": (ReferralRequest, lambda n: b"\4\0" + bytes(2 * n)),
    "text after everything else, damaged": (Sentence, lambda n: sentence(n, b"\0\xdc")),
    "a large input": (IoctlRequest, lambda n: IoctlRequest(0, KEY, bytes(n)).encode()),
    "a large gap": (IoctlRequest, lambda n: IoctlRequest(0, KEY, b"x", input_offset=120 + n, slack=bytes(n)).encode()),
    "an input that is cut": (IoctlRequest, lambda n: IoctlRequest(0, KEY, bytes(n)).encode()[:-1]),
    "an input that nothing holds": (
        IoctlRequest, lambda n: IoctlRequest(0, KEY, bytes(n)).encode()[:28] + b"\xff" * (28 + n)
    ),
    "two large buffers and slack": (
        IoctlResponse, lambda n: IoctlResponse(0, KEY, bytes(n), bytes(n), slack=b"y" * n).encode()
    ),
    "overlapping buffers": (
        Overlapping, lambda n: Overlapping(bytes(2 * n), bytes(2 * n), 16, 16 + n, b"z" * n).encode()
    ),
    "much error data": (ErrorResponse, lambda n: ErrorResponse(bytes(n)).encode()),
    "much padding": (ErrorResponse, lambda n: ErrorResponse(b"", padding=bytes(n)).encode()),
    "many numbers": (Numbers, lambda n: b"\0\0" + b"\1\0\0\0" * n),
    "many numbers and a byte": (Numbers, lambda n: b"\0\0" + b"\1\0\0\0" * n + b"\0"),
    "many records": (Heap, lambda n: b"\0" + bytes(15 * n)),
    "many records, the last one cut": (Heap, lambda n: b"\0" + bytes(15 * n - 1)),
    "a chain of small elements": (Cards, cards),
    "a chain whose last step leads nowhere": (Cards, lambda n: cards(n)[:-4] + b"\1\0\4\0"),
    "a chain without its last element": (Links, lambda n: b"\x34\x12" + b"\x08\0\0\0\0\0\1\0" * n),
    "a chain by size": (Journal, lambda n: bytes(4) + b"\3\0\0" * n),
    "a chain by size that stands still": (Journal, lambda n: bytes(4) + b"\3\0\0" * (n - 1) + b"\0\0\0"),
    "a chain by size whose elements are all broken": (Journal, lambda n: bytes(4) + b"\3\0\1" * n),
    "a chain by size whose last element is cut": (Journal, lambda n: bytes(4) + b"\3\0\0" * n + b"\3"),
    "a chain of records in records": (Album, pages),
    "a chain in a record, broken at its end": (Album, lambda n: pages(n)[:-1]),
    "a large record in another": (Drawing, lambda n: b"\0" + bytes(8) + b"\2\2" + bytes(n)),
    "a large text in another, damaged": (Drawing, lambda n: b"\0" + bytes(8) + b"\1\0" + bytes(2 * n + 4) + b"\0\xd8"),
    "texts that share all their bytes": (Aliases, lambda n: aliases(n % 0x8000)),
    "much that a computed size asks for": (Gapped, lambda n: b"\4\0" + struct.pack("<H", n) + bytes(3 * n + 2)),
    "a size of everything": (Measure, lambda n: Measure(0, bytes(n)).encode()),
    "a size of less than everything": (Measure, lambda n: Measure(0, bytes(n)).encode() + b"\0"),
}  # fmt: skip


def decoded(cls: Any, data: bytes) -> Any:
    """The value, or None where the bytes are refused."""
    found = outcome(cls.decode, data, *([WIRE] if cls is IoctlRequest else []))
    return None if isinstance(found, DecodeError) else found


def steps(action: Callable[..., object], *arguments: object) -> int:
    """Calls of Python and of C functions that the action makes."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        action(*arguments)
    finally:
        sys.setprofile(before)
    return count


def peak(action: Callable[..., object], *arguments: object) -> int:
    """Most bytes that were allocated at one time while the action ran."""
    tracemalloc.start()
    try:
        action(*arguments)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", HOSTILE)
def test_twice_the_input_is_at_most_twice_the_steps(name: str) -> None:
    cls, make = HOSTILE[name]
    small, large = make(1_000), make(2_000)
    actions: list[Callable[[bytes], object]] = [
        lambda data: decoded(cls, data),
        lambda data: read(cls.PLAN, data),
        lambda data: read(cls.PLAN, data, keep=False),
    ]
    for action in actions:
        action(small)
        assert steps(action, large) <= 2.2 * steps(action, small) + 20
    value = decoded(cls, small)
    if value is not None:
        again = decoded(cls, large)
        for write in (cls.encode, to_wire, repr, hash):
            write(value)
            assert steps(write, again) <= 2.2 * steps(write, value) + 20
        for built in (value, again):
            assert cls.SCHEMA.build(to_wire(built)) == built.encode()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_refusal_takes_a_small_multiple_of_the_input_in_memory(name: str) -> None:
    """Nothing is kept but what is decoded: ten times the bytes for the shortest strings there are, and 25 times for the
    shortest elements of a chain, each of which is an object."""
    cls, make = HOSTILE[name]
    data = make(20_000)
    decoded(cls, data[:100])
    chain = any(field.walk is not None for field in cls.PLAN.fields)
    assert peak(decoded, cls, data) <= (25 if chain else 10) * len(data) + 50_000, name
    if read(cls.PLAN, data, keep=False).defects:
        assert peak(explain, cls.PLAN, data) <= 4 * len(data) + 50_000, name


#: Lists, chains and sizes whose number of 32 bits is the first four bytes.
COUNTED: tuple[Any, ...] = (
    declared("n" / Int32ul, "x" / Items(Int8ul, "n"), x=tuple),
    declared("n" / Int32ul, "x" / Items(Chunk, "n"), x=tuple),
    declared("n" / Int32ul, "x" / Walk(Link, next="next", count="n"), x=tuple),
    declared("n" / Int32ul, "x" / Walk(Slot, size="2 + length", count="n"), x=tuple),
    declared("n" / Int32ul, "x" / Exactly("n * 4", Raw()), n=int, x=bytes),
    declared("n" / Int32ul, "x" / Exactly("4 - n", Raw()), n=int, x=bytes),
    declared("n" / Int32ul, "x" / Kept(Exactly("n", Raw()), "b'\\0' * n"), n=int, x=bytes),
    declared("n" / Int32ul, "x" / Sized("n", One(Square)), x=Square),
    declared("n" / Implied(Int32ul, "size"), "x" / Raw(), x=bytes),
)  # fmt: skip


@pytest.mark.parametrize("count", [0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_no_number_in_a_message_makes_a_reader_allocate_or_count(count: int) -> None:
    number = struct.pack("<I", count)
    request = IoctlRequest(0, KEY, b"input").encode()
    response = IoctlResponse(0, KEY, b"output", b"input").encode()
    cases: list[tuple[Any, bytes]] = [(SnapshotArray, number + number + number)]
    cases += [(SnapshotArray, array(2, b"a\0\0\0")[:4] + number + number + b"a\0\0\0")]
    cases += [(IoctlRequest, request[:at] + number + request[at + 4 :]) for at in range(24, 48, 4)]
    cases += [(IoctlResponse, response[:at] + number + response[at + 4 :]) for at in range(24, 40, 4)]
    cases += [(ErrorResponse, b"\x09\0\0\0" + number + b"\0")]
    cases += [(cls, number + bytes(64)) for cls in COUNTED]
    for cls, data in cases:
        decoded(cls, data)
        for measure, most in ((peak, 50_000), (steps, 3_000)):
            assert measure(decoded, cls, data) < most
            assert measure(read, cls.PLAN, data) < most


def test_values_nest_no_deeper_than_their_schema() -> None:
    """Lists are walked, not followed: a limit on recursion that leaves room for a few calls is enough."""
    data = array(20_000, b"a\0\0\0" * 20_000)
    limit = sys.getrecursionlimit()
    depth = len(_frames())
    sys.setrecursionlimit(depth + 60)
    try:
        assert len(SnapshotArray.decode(data).snapshots) == 20_000
        assert len(read(SnapshotArray.PLAN, data).spans[3].children) == 20_000
    finally:
        sys.setrecursionlimit(limit)


def test_chains_are_walked_and_not_followed() -> None:
    chain, album = cards(20_000), pages(5_000)
    for cls, data in ((Cards, chain), (Journal, bytes(4) + b"\3\0\0" * 20_000), (Album, album)):
        cls.decode(data)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(_frames()) + 80)
    try:
        assert len(Cards.decode(chain).cards) == 20_000
        assert len(read(Cards.PLAN, chain).spans[0].children) == 20_000
        assert len(Album.decode(album).pages) == 5_000
        assert Album.decode(album).encode() == album
        assert len(read(Album.PLAN, album).spans[0].children) == 5_000
    finally:
        sys.setrecursionlimit(limit)


def _frames() -> list[Any]:
    frames = []
    frame: Any = sys._getframe()
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return frames
