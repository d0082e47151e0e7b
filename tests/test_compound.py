"""Compounds: related and not, padded in whatever way, and what leads nowhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from samples import INVALID_PARAMETER, NOBODYS, PIPE_TRANSCEIVE, error, error_context, header, request, response

import smb2ioctl_codec as s2

RESPONSE, RELATED = 1, 4
CLOSE = 6


def compound(*bodies: bytes, related: bool = True, pad_last: bool = False) -> bytes:
    """Pack the requests of a compound by hand."""
    out = b""
    for index, body in enumerate(bodies):
        is_last = index == len(bodies) - 1
        padding = bytes(-len(body) % 8) if pad_last or not is_last else b""
        size = 0 if is_last else 64 + len(body) + len(padding)
        flags = RELATED if related and index else 0
        out += header(flags=flags, next_command=size, message_id=index) + body + padding
    return out


@pytest.mark.parametrize("related", [True, False])
@pytest.mark.parametrize("pad_last", [True, False])
def test_compounds_there_and_back(related: bool, pad_last: bool) -> None:
    bodies = (request(NOBODYS, b"12345"), request(), request(PIPE_TRANSCEIVE, b"x" * 64), request(NOBODYS, b"1"))
    data = compound(*bodies, related=related, pad_last=pad_last)
    packets = s2.decode_chain(data)
    assert b"".join(packet.encode() for packet in packets) == data
    heads = [packet.header for packet in packets if isinstance(packet.header, s2.Header)]
    assert [head.message_id for head in heads] == [0, 1, 2, 3]
    assert [head.is_related for head in heads] == [False, related, related, related]
    assert [packet.body.input for packet in packets if isinstance(packet.body, s2.IoctlRequest)] == [
        b"12345", b"", b"x" * 64, b"1",
    ]  # fmt: skip
    assert s2.encode_chain(packets) == data


def test_a_compound_is_linked_and_padded() -> None:
    packets = [s2.Packet.decode(header(message_id=number) + request(NOBODYS, b"12345")) for number in range(3)]
    bodies = [request(NOBODYS, b"12345")] * 3
    assert s2.encode_chain(packets) == compound(*bodies, related=False)
    assert s2.encode_chain(packets, pad_last=True) == compound(*bodies, related=False, pad_last=True)
    assert s2.encode_chain(packets[:1]) == packets[0].encode()
    assert s2.encode_chain(iter(packets)) == s2.encode_chain(packets)


def test_padding_stays_with_the_message_that_it_follows() -> None:
    """It may be anything, and is kept."""
    body = request(NOBODYS, b"12345")
    data = header(next_command=128) + body + b"pad" + header(flags=RELATED) + body
    first, second = s2.decode_chain(data)
    assert isinstance(first.body, s2.IoctlRequest)
    assert isinstance(second.body, s2.IoctlRequest)
    assert (first.body.slack, second.body.slack) == (b"pad", b"")
    assert s2.encode_chain([first, second]) == data


def test_replies_of_a_compound() -> None:
    """Servers pad the last one, too."""
    parts = [
        header(flags=RESPONSE, next_command=120) + response(buffer=b"out") + bytes(5),
        header(flags=RESPONSE | RELATED, status=INVALID_PARAMETER, next_command=80) + error() + bytes(7),
        header(flags=RESPONSE | RELATED, command=CLOSE, next_command=128) + bytes(64),
        header(flags=RESPONSE | RELATED, status=INVALID_PARAMETER) + error(error_context(b"12345"), count=1) + bytes(3),
    ]
    packets = s2.decode_chain(b"".join(parts))
    kinds = [type(packet.body) for packet in packets]
    assert kinds == [s2.IoctlResponse, s2.ErrorResponse, bytes, s2.ErrorResponse]
    assert [packet.encode() for packet in packets] == parts
    assert s2.encode_chain(packets) == b"".join(parts)


def test_the_last_message_may_say_its_own_size() -> None:
    """Windows servers do, when credits run out ([MS-SMB2] <236>)."""
    data = header(next_command=120) + request() + header(next_command=120) + request()
    packets = s2.decode_chain(data)
    assert len(packets) == 2
    assert b"".join(packet.encode() for packet in packets) == data
    assert s2.encode_chain(packets) == data


def test_a_message_of_a_compound_by_itself() -> None:
    element = header(next_command=128) + request(NOBODYS, b"12345678")
    packet = s2.Packet.decode(element)
    assert packet.encode() == element
    assert isinstance(packet.header, s2.Header)
    alone = replace(packet, header=replace(packet.header, next_command=0))
    assert s2.Packet.decode(alone.encode()) == alone


@pytest.mark.parametrize(
    ("broken", "path", "place"),
    [
        (header()[:63], "Header.signature", 48),
        (header(next_command=8) + request(), "Header.next_command", 20),
        (header(next_command=63) + request(), "Header.next_command", 20),
        (header(next_command=100) + request(), "Header.next_command", 20),
        (header(next_command=128) + request(), "Header.next_command", 20),
        (header(next_command=0xFFFFFFF8) + request(), "Header.next_command", 20),
        (header(structure_size=65) + request(), "Header.structure_size", 4),
        (header(protocol_id=b"\xfdSMB") + request(), "Header.protocol_id", 0),
        (header(), "IoctlRequest.structure_size", 64),
        (header() + request(structure_size=0), "IoctlRequest.structure_size", 64),
        (header() + request(buffer=b"x", input_count=2), "IoctlRequest.input", 120),
        (header(flags=RESPONSE) + error(), "IoctlResponse.structure_size", 64),
    ],
)
def test_offsets_count_from_the_first_byte(broken: bytes, path: str, place: int) -> None:
    data = header(next_command=120) + request() + header(next_command=64, command=CLOSE) + broken
    with pytest.raises(s2.DecodeError) as caught:
        s2.decode_chain(data)
    assert (caught.value.path, caught.value.offset) == (path, 184 + place)


@pytest.mark.parametrize("chain", [[], (), None, 5, [None], ["text"], [b"raw"], [s2.Header()], [s2.Packet(None, b"")]])  # type: ignore[arg-type]
def test_what_is_no_compound(chain: Any) -> None:
    for pad_last in (True, False):
        with pytest.raises(s2.EncodeError):
            s2.encode_chain(chain, pad_last=pad_last)


def test_what_no_compound_can_link() -> None:
    foreign = s2.Packet(s2.ForeignHeader(s2.Protocol.TRANSFORM), bytes(60))
    plain = s2.Packet(s2.Header(command=s2.Command.CLOSE), bytes(24))
    for chain in ([foreign, plain], [plain, foreign], [plain, foreign, plain]):
        with pytest.raises(s2.EncodeError) as caught:
            s2.encode_chain(chain)
        assert caught.value.path == "Packet.header"
