"""Whole messages: which body a reply has, and what is no plain SMB2."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import (
    BUFFER_OVERFLOW,
    COPYCHUNK,
    COPYCHUNK_WRITE,
    DFS_GET_REFERRALS,
    INVALID_PARAMETER,
    NOBODYS,
    PENDING,
    PIPE_TRANSCEIVE,
    SUCCESS,
    error,
    header,
    request,
    response,
)

import smb2ioctl_codec as s2
from smb2ioctl_codec.rules import SAMBA_3_6

RESPONSE, ASYNC, RELATED = 1, 2, 4
CLOSE = 6


def test_a_request() -> None:
    message = header() + request(PIPE_TRANSCEIVE, b"input")
    packet = s2.Packet.decode(message)
    assert isinstance(packet.body, s2.IoctlRequest)
    assert packet == s2.Packet(s2.Header.decode(message[:64]), s2.IoctlRequest.decode(message[64:]))
    assert packet.encode() == message


def test_a_reply() -> None:
    message = header(flags=RESPONSE) + response(PIPE_TRANSCEIVE, b"output")
    packet = s2.Packet.decode(message)
    assert isinstance(packet.body, s2.IoctlResponse)
    assert packet.body.output == b"output"
    assert packet.encode() == message


@pytest.mark.parametrize("ninth", [b"", b"\0", b"\x21"])
def test_an_interim_reply(ninth: bytes) -> None:
    """[MS-SMB2] 3.3.4.2: status PENDING, the async form, an ERROR body; its ninth byte is anything or absent."""
    head = header(flags=RESPONSE | ASYNC, status=PENDING, async_id=77)
    packet = s2.Packet.decode(head + error(padding=ninth))
    assert isinstance(packet.header, s2.Header)
    assert (packet.header.status, packet.header.async_id) == (s2.NtStatus.PENDING, 77)
    assert isinstance(packet.body, s2.ErrorResponse)
    assert packet.encode() == head + error(padding=ninth)


@pytest.mark.parametrize("command", [0, CLOSE, 10, 12, 18, 19, 0xFFFF])
@pytest.mark.parametrize("flags", [0, RESPONSE])
@given(body=st.binary(max_size=80))
def test_other_commands_keep_their_bytes(command: int, flags: int, body: bytes) -> None:
    message = header(command=command, flags=flags) + body
    packet = s2.Packet.decode(message)
    assert packet.body == body
    assert packet.encode() == message


def test_rules_are_the_callers() -> None:
    message = header() + request(NOBODYS, b"gap.....input", input_offset=128, input_count=5)
    assert s2.Packet.decode(message).encode() == message
    with pytest.raises(s2.DecodeError) as caught:
        s2.Packet.decode(message, SAMBA_3_6)
    assert (caught.value.rule, caught.value.offset) == ("input-offset", 64 + 24)


@pytest.mark.parametrize(
    ("message", "path", "offset"),
    [
        (b"", "Header.protocol_id", 0),
        (header()[:63], "Header.signature", 48),
        (header(structure_size=63) + request(), "Header.structure_size", 4),
        (header(next_command=8) + request(), "Header.next_command", 20),
        (header(next_command=128) + request(), "Header.next_command", 20),
        (header(), "IoctlRequest.structure_size", 64),
        (header(flags=RESPONSE), "IoctlResponse.structure_size", 64),
        (header(flags=RESPONSE) + b"\x31", "IoctlResponse.structure_size", 64),
        (header() + response(), "IoctlRequest.structure_size", 64),
        (header(flags=RESPONSE) + request(), "IoctlResponse.structure_size", 64),
        (header(flags=RESPONSE) + error(), "IoctlResponse.structure_size", 64),
        (header(flags=RESPONSE) + response(buffer=b"x", output_count=2), "IoctlResponse.output", 112),
        (header(flags=RESPONSE, status=INVALID_PARAMETER) + error(b"x", count=1), "ErrorResponse.error_data[0]", 72),
    ],
)
def test_where_a_message_is_broken(message: bytes, path: str, offset: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.Packet.decode(message)
    assert (caught.value.path, caught.value.offset) == (path, offset)


# -- which body a reply has ([MS-SMB2] 3.3.4.4)


@pytest.mark.parametrize("status", [SUCCESS, BUFFER_OVERFLOW, PENDING, 0x8000002D])
@pytest.mark.parametrize("code", [DFS_GET_REFERRALS, PIPE_TRANSCEIVE, NOBODYS])
def test_an_ioctl_body_under_success_or_a_warning(status: int, code: int) -> None:
    body = response(code, b"output")
    assert s2.decode_response(body, status) == s2.decode_response(body, status, code) == s2.IoctlResponse.decode(body)


@pytest.mark.parametrize("status", [0xC000000D, 0xC000001F, 0xC0000022, 0xC0000034, 0xC0000054, 0xFFFFFFFF])
@pytest.mark.parametrize("code", [COPYCHUNK, COPYCHUNK_WRITE])
def test_a_copychunk_reply_under_an_error(status: int, code: int) -> None:
    """Limits or progress in 12 bytes, or the plain 9 bytes: StructureSize tells."""
    body = response(code, struct.pack("<III", 256, 1 << 20, 1 << 24))
    assert s2.decode_response(body, status, code) == s2.IoctlResponse.decode(body)
    assert s2.decode_response(error(), status, code) == s2.ErrorResponse()
    message = header(flags=RESPONSE, status=status) + body
    assert s2.Packet.decode(message).encode() == message


@pytest.mark.parametrize("code", [DFS_GET_REFERRALS, PIPE_TRANSCEIVE, NOBODYS])
@pytest.mark.parametrize("status", [0xC000000D, 0xC0000023, 0xFFFFFFFF])
def test_no_ioctl_body_under_another_error(status: int, code: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.decode_response(response(code, b"output"), status)
    assert (caught.value.path, caught.value.offset) == ("IoctlResponse.structure_size", 0)
    assert s2.decode_response(error(), status, code) == s2.ErrorResponse()


@pytest.mark.parametrize("status", [PENDING, 0x0000010C, BUFFER_OVERFLOW, 0x8000002D, 0xC000000D, 0xFFFFFFFF])
def test_an_error_body_under_anything_but_success(status: int) -> None:
    """BUFFER_OVERFLOW too: most codes answer it without output."""
    assert s2.decode_response(error(), status) == s2.ErrorResponse()
    message = header(flags=RESPONSE, status=status) + error()
    assert s2.Packet.decode(message).encode() == message
    with pytest.raises(s2.DecodeError):
        s2.decode_response(error(), SUCCESS)


@pytest.mark.parametrize("structure_size", [0, 8, 10, 48, 50, 57, 0x0900, 0x3100])
def test_neither_body(structure_size: int) -> None:
    for status in (SUCCESS, INVALID_PARAMETER):
        with pytest.raises(s2.DecodeError) as caught:
            s2.decode_response(struct.pack("<H", structure_size) + bytes(70), status)
        assert (caught.value.path, caught.value.offset) == ("IoctlResponse.structure_size", 0)


@pytest.mark.parametrize("body", [b"", b"\x31", b"\x09"])
def test_too_short_to_tell(body: bytes) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.decode_response(body, SUCCESS)
    error = caught.value
    assert (error.path, error.offset, error.needed, error.available) == (
        "IoctlResponse.structure_size", 0, 2, len(body),
    )  # fmt: skip


def test_the_reply_to_another_request() -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.decode_response(response(NOBODYS), SUCCESS, PIPE_TRANSCEIVE)
    assert (caught.value.path, caught.value.offset) == ("IoctlResponse.ctl_code", 4)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (s2.Header(), s2.IoctlResponse(s2.CtlCode(NOBODYS), s2.FileId.NONE)),
        (s2.Header(), s2.ErrorResponse()),
        (s2.Header(), b"raw"),
        (s2.Header(flags=RESPONSE), s2.IoctlRequest(s2.CtlCode(NOBODYS), s2.FileId.NONE)),
        (s2.Header(flags=RESPONSE), s2.ErrorResponse()),
        (s2.Header(flags=RESPONSE), b"raw"),
        (s2.Header(flags=RESPONSE, status=s2.NtStatus.INVALID_PARAMETER),
         s2.IoctlResponse(s2.CtlCode(NOBODYS), s2.FileId.NONE)),
        (s2.Header(flags=RESPONSE, status=s2.NtStatus.INVALID_PARAMETER),
         s2.IoctlRequest(s2.CtlCode(NOBODYS), s2.FileId.NONE)),
        (s2.Header(command=s2.Command.CLOSE), s2.ErrorResponse()),
        (s2.Header(command=s2.Command.CLOSE), "text"),
        (s2.Header(command=s2.Command.CLOSE), None),
        (s2.ForeignHeader(s2.Protocol.SMB1), s2.ErrorResponse()),
        (s2.ForeignHeader(s2.Protocol.SMB1), b"too short"),
        (s2.ForeignHeader(s2.Protocol.TRANSFORM), bytes(47)),
        (s2.ForeignHeader(s2.Protocol.COMPRESSION), bytes(11)),
        (s2.ForeignHeader(s2.Protocol.SMB2), bytes(200)),
        (s2.ForeignHeader(s2.Protocol(0x11223344)), bytes(200)),
    ],
)  # fmt: skip
def test_what_does_not_go_together(head: Any, body: Any) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        s2.Packet(head, body).encode()
    assert caught.value.path in ("Packet.body", "ForeignHeader.protocol_id", "Packet.header")


@pytest.mark.parametrize("head", [None, b"\xfeSMB", s2.FileId.NONE, 5])
def test_a_header_is_a_header(head: Any) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        s2.Packet(head, b"").encode()
    assert caught.value.path == "Packet.header"


def test_next_command_is_nothing_else_than_the_size() -> None:
    body = s2.IoctlRequest(s2.CtlCode(NOBODYS), s2.FileId.NONE)
    for size in (0, 120):
        message = s2.Packet(s2.Header(next_command=size), body).encode()
        assert s2.Packet.decode(message).encode() == message
    for size in (1, 119, 121, 128):
        with pytest.raises(s2.EncodeError) as caught:
            s2.Packet(s2.Header(next_command=size), body).encode()
        assert caught.value.path == "Header.next_command"


# -- what is no plain SMB2


@pytest.mark.parametrize(
    ("start", "smallest", "name"),
    [(b"\xfdSMB", 52, "TRANSFORM"), (b"\xfcSMB", 16, "COMPRESSION"), (b"\xffSMB", 32, "SMB1")],
)
def test_other_protocols_are_named_and_kept(start: bytes, smallest: int, name: str) -> None:
    for size in (smallest, smallest + 1, 63, 64, 200):
        message = start + bytes(range(4, size))
        packet = s2.Packet.decode(message)
        assert packet == s2.Packet(s2.ForeignHeader(s2.Protocol[name]), message[4:])
        assert packet.encode() == message
        assert s2.decode_chain(message) == (packet,)
        assert s2.encode_chain([packet]) == message
    for size in range(4, smallest):
        with pytest.raises(s2.DecodeError) as caught:
            s2.Packet.decode(start + bytes(size - 4))
        error = caught.value
        assert (error.path, error.offset) == ("Packet.body", 4)
        assert (error.needed, error.available) == (smallest - 4, size - 4)


@pytest.mark.parametrize("start", [b"\0\0\0\0", b"SMB\xfe", b"\xfbSMB", b"GET "])
def test_no_smb_at_all(start: bytes) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.Packet.decode(start + bytes(200))
    assert (caught.value.path, caught.value.offset) == ("Header.protocol_id", 0)
