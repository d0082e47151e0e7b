"""The promises: one family of exceptions, no over-read, no aliasing, nothing of the process in what is written.

Round trips and linear costs have modules of their own.
"""

from __future__ import annotations

import array
import gc
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from misfits import objects
from reference_server import World
from samples import (
    ENUMERATE_SNAPSHOTS,
    NOBODYS,
    header,
    mutants,
    referral_request,
    request,
    response,
    snapshot_array,
    token,
)
from values import DECODERS, ERRORS, EXAMPLES, FILE_ID, READERS, REQUESTS, RESPONSES, any_value, serve

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.dfs import ReferralRequest
from smb2ioctl_codec.payloads.snapshots import SnapshotArray, time_token, token_time
from smb2ioctl_codec.rules import WIRE
from smb2ioctl_codec.server import Open, Share, respond

EVERYTHING_THAT_READS = DECODERS | READERS
MUTANTS = 50_000


def refusal(decode: Callable[..., Any], *arguments: Any) -> s2.DecodeError | None:
    """Give the error with which `decode` refuses; None if it does not. Any other exception fails the test."""
    try:
        decode(*arguments)
    except s2.DecodeError as error:
        return error
    return None


def check_place(error: s2.DecodeError, data: bytes) -> None:
    """An error names a field, and a place in the bytes or at their end; a length that is missing is missing."""
    assert error.path
    assert error.offset is not None
    assert 0 <= error.offset <= len(data)
    assert (error.needed is None) is (error.available is None)
    assert error.needed is None or error.available is None or error.needed > error.available >= 0


# -- 1. One exception family


@pytest.mark.parametrize("name", EVERYTHING_THAT_READS)
def test_bytes_give_a_value_or_a_decode_error(name: str) -> None:
    """50,000 random and mutated inputs each; some are taken and some refused, so that both are tried."""
    decode, seeds = EVERYTHING_THAT_READS[name]
    refused = 0
    for data in mutants(seeds, MUTANTS, seed=1):
        error = refusal(decode, data)
        if error is not None:
            refused += 1
            check_place(error, data)
    if name.startswith("check_request"):
        assert refused == 0
    else:
        assert 0 < refused < MUTANTS


def test_a_reply_of_any_status() -> None:
    generator = random.Random(2)
    seeds = RESPONSES + ERRORS
    statuses = [0, 0x103, 0x80000005, 0xC000000D, 0xC0000022, 0xFFFFFFFF]
    for data in mutants(seeds, MUTANTS, seed=2):
        status = generator.choice(statuses) if generator.random() < 0.8 else generator.getrandbits(32)
        code = generator.choice([None, None, NOBODYS, generator.getrandbits(32)])
        error = refusal(s2.decode_response, data, status, code)
        if error is not None:
            check_place(error, data)


def test_a_request_of_any_bytes_has_a_reply() -> None:
    for data in mutants(REQUESTS, MUTANTS, seed=5):
        reply = serve(data)
        assert s2.decode_response(reply.encode(), reply.status) == reply.body


def test_any_text_names_a_moment_or_none() -> None:
    generator = random.Random(3)
    alphabet = "@GMT-2026.11.22-17.47.43\0 \u0663\ud800:"
    taken = 0
    for _ in range(MUTANTS):
        text = list(token(generator.randrange(10**6)))
        for _ in range(generator.randrange(3)):
            text[generator.randrange(len(text))] = generator.choice(alphabet)
        try:
            moment = token_time("".join(text[: generator.choice([24, 24, 24, 23])]))
        except s2.DecodeError:
            continue
        taken += 1
        assert time_token(moment) == "".join(text)
    assert 0 < taken < MUTANTS


@pytest.mark.parametrize("name", EVERYTHING_THAT_READS)
@given(data=st.binary(max_size=300))
def test_any_bytes(name: str, data: bytes) -> None:
    error = refusal(EVERYTHING_THAT_READS[name][0], data)
    if error is not None:
        check_place(error, data)


@pytest.mark.parametrize("name", EVERYTHING_THAT_READS)
def test_what_is_no_bytes_like_object(name: str) -> None:
    """The caller's mistake, not the data's."""
    for thing in (None, 5, "text", [1, 2], 1.5, object(), bytes):
        with pytest.raises(TypeError, match="bytes"):
            EVERYTHING_THAT_READS[name][0](thing)


def check_encoding(encode: Callable[[], Any]) -> None:
    """`encode` gives bytes or raises EncodeError, whose text is short. Any other exception fails the test."""
    try:
        data = encode()
    except s2.EncodeError as error:
        text = str(error)
    else:
        assert type(data) is bytes
        return
    assert 0 < len(text) < 500


@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_any_object_in_any_field(value: Any) -> None:
    """Whatever the object does when it is looked at."""
    kind = type(value)
    given = {field.name: getattr(value, field.name) for field in fields(value)}
    assert kind(**given).encode() == value.encode()
    for name in given:
        for thing in objects():
            check_encoding(lambda changes=given | {name: thing}: kind(**changes).encode())  # type: ignore[misc]


@pytest.mark.parametrize("value", [value for value in EXAMPLES if isinstance(value, s2.Packet)])
def test_any_object_in_the_parts_of_a_packet(value: s2.Packet) -> None:
    """In the fields of header and body, alone and in a compound."""
    for part in ("header", "body"):
        inner: Any = getattr(value, part)
        if isinstance(inner, bytes):
            continue
        for name in [field.name for field in fields(inner)]:
            for thing in objects():
                check_packet(value, part, name, thing)


def check_packet(value: s2.Packet, part: str, name: str, thing: Any) -> None:
    """One object in one field of a packet's header or body."""

    def changed() -> s2.Packet:
        changes: dict[str, Any] = {part: replace(getattr(value, part), **{name: thing})}
        return replace(value, **changes)

    check_encoding(lambda: changed().encode())
    check_encoding(lambda: s2.encode_chain([changed(), changed()], pad_last=True))


ENCODERS: dict[str, Callable[[Any], Any]] = {
    "encode_frame": s2.encode_frame,
    "encode_chain": s2.encode_chain,
    "encode_chain of it": lambda thing: s2.encode_chain([thing]),
    "time_token": lambda thing: time_token(thing).encode(),
    "IoctlRequest.of": lambda thing: s2.IoctlRequest.of(thing, ctl_code=NOBODYS).encode(),
    "IoctlRequest.of, no code": lambda thing: s2.IoctlRequest.of(thing).encode(),
    "IoctlRequest.of, code": lambda thing: s2.IoctlRequest.of(b"", ctl_code=thing).encode(),
    "IoctlRequest.of, id": lambda thing: s2.IoctlRequest.of(b"", ctl_code=1, file_id=thing).encode(),
    "IoctlRequest.of, room": lambda thing: s2.IoctlRequest.of(b"", ctl_code=1, max_output_response=thing).encode(),
    "IoctlResponse.of": lambda thing: s2.IoctlResponse.of(thing, ctl_code=NOBODYS).encode(),
    "ErrorResponse.of": lambda thing: s2.ErrorResponse.of(thing).encode(),
    "ErrorResponse.of it": lambda thing: s2.ErrorResponse.of([thing]).encode(),
}


@pytest.mark.parametrize("name", ENCODERS)
def test_any_object_to_any_encoder(name: str) -> None:
    for thing in objects():
        check_encoding(lambda thing=thing: ENCODERS[name](thing))  # type: ignore[misc]


@given(any_value)
def test_any_value_gives_bytes_or_an_encode_error(value: Any) -> None:
    check_encoding(value.encode)


# -- 2. No over-read


@pytest.mark.parametrize("name", DECODERS)
def test_what_is_decoded_is_what_was_there(name: str) -> None:
    """Whatever numbers stand in the bytes, what is taken encodes to these bytes again: none more, none fewer."""
    decode, seeds = DECODERS[name]
    taken = 0
    for data in (*seeds, *mutants(seeds, MUTANTS // 5, seed=6), *edges(seeds)):
        try:
            value = decode(data)
        except s2.DecodeError:
            continue
        taken += 1
        assert value.encode() == data
    assert taken >= len(seeds) - 1


def edges(seeds: list[bytes]) -> Iterator[bytes]:
    """Give each seed with each number at the edge of what is there in each place, and each of its beginnings."""
    for data in seeds:
        rest = len(data)
        for place in range(rest):
            yield data[:place]
            for number in (0, 1, rest - place, rest - place + 1, rest, rest + 1, rest + 64, rest + 65, 0xFFFFFFFF):
                for size in (2, 4):
                    yield data[:place] + (number % (1 << 8 * size)).to_bytes(size, "little") + data[place + size :]


@pytest.mark.parametrize("name", EVERYTHING_THAT_READS)
def test_the_bytes_around_are_not_seen(name: str) -> None:
    """A view into a larger buffer gives what its bytes alone give."""
    decode, seeds = EVERYTHING_THAT_READS[name]
    for data in (*seeds, *mutants(seeds, 500, seed=7)):
        larger = memoryview(b"\xaa" * 64 + data + b"\xaa" * 64)
        assert outcome(decode, larger[64 : 64 + len(data)]) == outcome(decode, data)


def outcome(decode: Callable[[Any], Any], data: Any) -> Any:
    """Give the value, or what the error says."""
    try:
        return decode(data)
    except s2.DecodeError as error:
        return str(error)


# -- 5. No aliasing


@pytest.mark.parametrize("name", EVERYTHING_THAT_READS)
def test_changing_the_bytes_later_changes_nothing(name: str) -> None:
    decode, seeds = EVERYTHING_THAT_READS[name]
    for data in seeds:
        expected = outcome(decode, data)
        whole = bytearray(data)
        spread = bytearray(2 * len(data))
        spread[::2] = data
        for buffer, view in ((whole, whole), (bytearray(data), None), (spread, memoryview(spread)[::2])):
            found = outcome(decode, memoryview(buffer) if view is None else view)
            buffer[:] = b"\xaa" * len(buffer)
            assert found == expected


@pytest.mark.parametrize("name", EVERYTHING_THAT_READS)
def test_views_of_other_items_than_bytes(name: str) -> None:
    """Numbers of four bytes, rows of eight: what counts are the bytes under them."""
    decode, seeds = EVERYTHING_THAT_READS[name]
    for seed in seeds:
        data = seed + bytes(-len(seed) % 8)
        words = memoryview(array.array("I", data))
        table = memoryview(data).cast("B", (len(data) // 8, 8))
        assert outcome(decode, words) == outcome(decode, table) == outcome(decode, data)


def test_no_buffer_is_held() -> None:
    """A bytearray can be resized as soon as `decode` has returned, and its bytes are gone when it is."""
    for decode, seeds in EVERYTHING_THAT_READS.values():
        for data in seeds:
            buffer = bytearray(data)
            found = outcome(decode, buffer)
            buffer.append(0)
            buffer.clear()
            assert found == outcome(decode, data)


def test_values_keep_no_buffer_of_the_caller() -> None:
    """What a value is made of is copied, too."""
    buffer = bytearray(b"0123456789abcdef")
    names = ["a", "b"]
    values: list[Any] = [
        s2.IoctlRequest(s2.CtlCode(1), s2.FileId.NONE, buffer, slack=buffer),  # type: ignore[arg-type]
        s2.IoctlResponse(s2.CtlCode(1), s2.FileId.NONE, memoryview(buffer), buffer, slack=buffer),  # type: ignore[arg-type]
        s2.ErrorResponse(buffer, padding=buffer),  # type: ignore[arg-type]
        s2.ErrorContext(buffer),  # type: ignore[arg-type]
        s2.Header(signature=buffer),  # type: ignore[arg-type]
        SnapshotArray(names, padding=buffer),  # type: ignore[arg-type]
    ]
    before = [(repr(value), value.encode()) for value in values]
    buffer[:] = b"\xaa" * 16
    names[0] = "changed"
    assert [(repr(value), value.encode()) for value in values] == before
    assert all(hash(value) for value in values)


def test_the_server_gives_the_backend_a_copy() -> None:
    body = bytearray(request(0x0011C017, b"question", **FILE_ID))
    world = World({(7, 7): Open(is_pipe=True)})
    respond(body, world, share=Share.IPC)
    body[:] = bytes(len(body))
    assert world.log[1][2] == b"question"
    assert type(world.log[1][2]) is bytes


# -- 6. Nothing of the process leaks out


def test_bytes_that_nobody_gave_are_zero() -> None:
    """Padding before an output and between messages, an error's ninth byte, what the reference leaves unwritten."""
    litter = [b"\xaa" * size for size in range(1, 400)]  # freed below, so that memory that is taken again is not zero
    del litter
    gc.collect()
    for size in range(1, 8):
        echo = s2.IoctlResponse(s2.CtlCode(1), s2.FileId.NONE, b"out", b"\xff" * size).encode()
        assert echo[48 + size : 56] == bytes(8 - size)
    assert s2.ErrorResponse().encode()[8:] == b"\0"
    contexts = [s2.ErrorContext(b"\xff"), s2.ErrorContext(b"\xff")]
    assert s2.ErrorResponse.of(contexts).encode()[8 + 9 : 8 + 16] == bytes(7)
    packet = s2.Packet.decode(header() + request(NOBODYS, b"\xff"))
    assert s2.encode_chain([packet, packet], pad_last=True)[121:128] == bytes(7)
    for count in (0, 1, 5):
        world = World({(7, 7): Open(is_pipe=False)}, tokens=[token(number) for number in range(count)])
        full = respond(request(ENUMERATE_SNAPSHOTS, **FILE_ID), world, share=Share.DISK).encode()
        assert full[48 + 12 + 50 * count :] == bytes(6)
        probe = request(ENUMERATE_SNAPSHOTS, max_output_response=16, **FILE_ID)
        unwritten = respond(probe, world, share=Share.DISK).encode()[48:]
        assert (unwritten[4:8], unwritten[12:]) == (bytes(4), bytes(4))


def test_the_same_twice() -> None:
    """Encoding and answering depend on nothing but what is given."""
    for value in EXAMPLES:
        assert value.encode() == value.encode()
    for body in REQUESTS:
        assert serve(body) == serve(body)
        assert serve(body).encode() == serve(body).encode()


def test_an_error_does_not_hold_the_message() -> None:
    """What is logged about broken bytes are places and numbers, however long the bytes are."""
    secret = b"secret" * 1000
    broken: list[tuple[Callable[[Any], Any], Any]] = [
        (s2.IoctlResponse.decode, response(buffer=secret, output_count=len(secret) + 1)),
        (s2.IoctlRequest.decode, request(NOBODYS, secret, input_offset=121)),
        (lambda data: s2.IoctlRequest.decode(data, WIRE), request(NOBODYS, secret, input_count=len(secret) + 1)),
        (ReferralRequest.decode, referral_request("secret" * 1000) + b"x"),
        (SnapshotArray.decode, snapshot_array(("secret" * 1000,), padding=b"")[:-1]),
        (s2.ErrorResponse.decode, struct.pack("<HBBI", 9, 0, 0, len(secret) + 1) + secret),
        (token_time, "secret" * 1000),
    ]
    for decode, data in broken:
        with pytest.raises(s2.DecodeError) as caught:
            decode(data)
        assert "secret" * 2 not in repr(caught.value) + str(caught.value)
        assert len(str(caught.value)) < 300
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
