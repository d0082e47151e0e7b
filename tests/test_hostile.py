"""Inputs that broke real software, each by its number.

Every broken one must give the rule or error, the path of the field, and the offset from the first byte that was given.
"""

from __future__ import annotations

import struct
from typing import Any

import pytest
from reference_server import REFUSAL, World
from samples import (
    DFS_GET_REFERRALS,
    ENUMERATE_SNAPSHOTS,
    INVALID_PARAMETER,
    NOBODYS,
    PIPE_TRANSCEIVE,
    RESUME_KEY,
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
from smb2ioctl_codec.payloads.snapshots import SnapshotArray, token_time
from smb2ioctl_codec.rules import MS_SMB2, SAMBA_3_6, WIRE
from smb2ioctl_codec.server import Open, Share, respond

STATUS = s2.NtStatus
REPLY, RELATED = 1, 4
CLOSE = 6
FILE_ID: dict[str, Any] = {"persistent": 7, "volatile": 7}


def refusal(decode: Any, *arguments: Any) -> s2.DecodeError:
    """Give the error with which `decode` refuses the arguments."""
    with pytest.raises(s2.DecodeError) as caught:
        decode(*arguments)
    return caught.value


def place(error: s2.DecodeError) -> tuple[str, int | None]:
    """Path and offset of an error."""
    return error.path, error.offset


def lengths(error: s2.DecodeError) -> tuple[int | None, int | None, str | None]:
    """What a length error says."""
    return error.needed, error.available, error.limit


def test_h01_an_output_offset_and_count_that_wrap() -> None:
    """0xFFFFFFF0 + 0x20 is 16 in 32 bits, which would look small."""
    body = response(buffer=b"output", output_offset=0xFFFFFFF0, output_count=0x20)
    refused = refusal(s2.IoctlResponse.decode, body)
    assert place(refused) == ("IoctlResponse.output_offset", 32)
    assert lengths(refused) == (0x20, 0, "IoctlResponse.output_count")
    assert place(refusal(s2.Packet.decode, header(flags=REPLY) + body)) == ("IoctlResponse.output_offset", 96)
    inside = response(buffer=b"output", output_offset=112, output_count=0xFFFFFFF0)
    refused = refusal(s2.IoctlResponse.decode, inside)
    assert place(refused) == ("IoctlResponse.output", 48)
    assert lengths(refused) == (0xFFFFFFF0, 6, "IoctlResponse.output_count")


@pytest.mark.parametrize("count", [0xFFFFFF00, 0xFFFFFF88, 0xFFFFFFF8, 0xFFFFFFFF])
def test_h02_an_input_count_that_wraps(count: int) -> None:
    """In requests and in replies; the rounding up to 8 does not wrap either."""
    asked = request(NOBODYS, b"input", input_count=count)
    for rules, rule in ((SAMBA_3_6, "input-length"), (MS_SMB2, "input-length"), (WIRE, None)):
        refused = refusal(s2.IoctlRequest.decode, asked, rules)
        assert place(refused) == ("IoctlRequest.input", 56)
        assert lengths(refused) == (count, 5, "IoctlRequest.input_count")
        assert refused.rule == rule
    answer = response(buffer=b"input", input_count=count, output_count=0)
    refused = refusal(s2.IoctlResponse.decode, answer)
    assert place(refused) == ("IoctlResponse.input", 48)
    assert lengths(refused) == (count, 5, "IoctlResponse.input_count")
    far = response(buffer=b"input", input_count=count, output_count=3, output_offset=112)
    assert place(refusal(s2.IoctlResponse.decode, far)) == ("IoctlResponse.output_offset", 32)
    reply = respond(asked, World(), share=Share.IPC)
    assert (reply.status, reply.encode()) == (STATUS.INVALID_PARAMETER, REFUSAL)


def test_h03_an_echo_a_short_output_and_trailing_data() -> None:
    """The output is what its count says, where its offset says; what follows is kept."""
    body = response(
        PIPE_TRANSCEIVE,
        b"echoed" + bytes(2) + b"output" + b"trailing",
        input_count=6,
        output_offset=120,
        output_count=6,
    )
    decoded = s2.IoctlResponse.decode(body)
    assert (decoded.input, decoded.output) == (b"echoed", b"output")
    assert decoded.slack == bytes(2) + b"trailing"
    assert decoded.encode() == body


def test_h06_an_error_with_more_bytes_than_the_message() -> None:
    for count in (0x7FFFFFFF, 2, 0x80000000, 0xFFFFFFFF):
        body = struct.pack("<HBBI", 9, 0, 0, count) + b"\0"
        refused = refusal(s2.ErrorResponse.decode, body)
        assert place(refused) == ("ErrorResponse.error_data", 8)
        assert lengths(refused) == (count, 1, "ErrorResponse.byte_count")
        message = header(flags=REPLY, status=INVALID_PARAMETER) + body
        assert place(refusal(s2.Packet.decode, message)) == ("ErrorResponse.error_data", 72)


@pytest.mark.parametrize("length", [0xFFFFFFF0, 0xFFFFFFF8, 0xFFFFFFFF])
def test_h07_an_error_context_that_leads_back(length: int) -> None:
    """0xFFFFFFF8 would come back to itself, 0xFFFFFFF0 to the one before."""
    data = error_context(b"") + struct.pack("<II", length, 0)
    refused = refusal(s2.ErrorResponse.decode, error(data, count=3))
    assert place(refused) == ("ErrorResponse.error_data[1]", 16)
    assert lengths(refused) == (length + 8, 8, "ErrorContext.error_data_length")


@pytest.mark.parametrize(
    ("size", "offset"),
    [(8, 20), (1, 20), (63, 20), (65, 20), (127, 20), (1 << 20, 20), (0xFFFFFFF8, 20), (0xFFFFFFFF, 20)],
)
def test_h09_a_next_command_that_leads_nowhere(size: int, offset: int) -> None:
    """Into the header, to no multiple of 8, past the end; in the first message and in a later one."""
    broken = header(next_command=size) + request() + header() + request()
    assert place(refusal(s2.decode_chain, broken)) == ("Header.next_command", offset)
    before = header(next_command=120) + request()
    assert place(refusal(s2.decode_chain, before + broken)) == ("Header.next_command", 120 + offset)


def test_h09_a_last_message_without_a_body() -> None:
    data = header(next_command=120) + request() + header(flags=RELATED)
    refused = refusal(s2.decode_chain, data)
    assert place(refused) == ("IoctlRequest.structure_size", 184)
    assert place(refusal(s2.decode_chain, data[:-1])) == ("Header.signature", 168)


def test_h09_two_thousand_bare_headers() -> None:
    data = header(command=CLOSE, next_command=64) * 1999 + header(command=CLOSE)
    packets = s2.decode_chain(data)
    assert len(packets) == 2000
    assert {packet.body for packet in packets} == {b""}
    assert s2.encode_chain(packets) == data
    of_ioctl = header(next_command=64) * 1999 + header()
    assert place(refusal(s2.decode_chain, of_ioctl)) == ("IoctlRequest.structure_size", 64)


def test_h10_an_output_count_beyond_the_reply() -> None:
    for count in (7, 100, 0x10000, 0xFFFFFFFF):
        body = response(buffer=b"output", output_count=count)
        refused = refusal(s2.IoctlResponse.decode, body)
        assert place(refused) == ("IoctlResponse.output", 48)
        assert lengths(refused) == (count, 6, "IoctlResponse.output_count")
        assert place(refusal(s2.Packet.decode, header(flags=REPLY) + body)) == ("IoctlResponse.output", 112)
    past = response(buffer=b"output", output_offset=119, output_count=1)
    assert place(refusal(s2.IoctlResponse.decode, past)) == ("IoctlResponse.output_offset", 32)


@pytest.mark.parametrize("size", range(56))
def test_h16_a_request_shorter_than_its_fixed_part(size: int) -> None:
    body = request()[:size]
    refused = refusal(s2.IoctlRequest.decode, body)
    assert (refused.rule, refused.status) == ("body-size", STATUS.INVALID_PARAMETER)
    assert place(refused) == ("IoctlRequest", 0)
    assert lengths(refused) == (56, size, None)
    reply = respond(body, World(), share=Share.IPC)
    assert (reply.status, reply.encode()) == (STATUS.INVALID_PARAMETER, REFUSAL)


def test_h16_the_smallest_and_the_largest_answer() -> None:
    """MaxOutputResponse 0 and 0xFFFFFFFF: both are numbers, neither is an amount of memory."""
    opens = {(7, 7): Open(is_pipe=True), (8, 8): Open(is_pipe=False)}
    for room, status in ((0, STATUS.BUFFER_OVERFLOW), (0xFFFFFFFF, STATUS.SUCCESS)):
        assert s2.IoctlRequest.decode(request(max_output_response=room)).max_output_response == room
        asked = request(DFS_GET_REFERRALS, referral_request("\\a"), max_output_response=room)
        reply = respond(asked, World(referral=b"referral"), share=Share.IPC)
        assert (reply.status, reply.encode()) == (status, response(DFS_GET_REFERRALS, b"referral"[:room]))
        asked = request(PIPE_TRANSCEIVE, max_output_response=room, **FILE_ID)
        reply = respond(asked, World(opens, answer=b"answer"), share=Share.IPC)
        assert (reply.status, reply.encode()) == (status, response(PIPE_TRANSCEIVE, b"answer"[:room], **FILE_ID))
    asked = request(ENUMERATE_SNAPSHOTS, max_output_response=0, persistent=8, volatile=8)
    (violation,) = s2.check_request(asked)
    assert (violation.rule.id, violation.path, violation.offset) == (
        "snapshots-room", "IoctlRequest.max_output_response", 44,
    )  # fmt: skip
    assert respond(asked, World(opens), share=Share.DISK).status is STATUS.INVALID_PARAMETER


@pytest.mark.parametrize("flags", [0, 2, 3, 0x80000001, 0xFFFFFFFF])
def test_h17_flags_other_than_fsctl(flags: int) -> None:
    """The document refuses them; the reference server reads them and looks no further."""
    body = request(NOBODYS, flags=flags, **FILE_ID)
    (violation,) = s2.check_request(body, MS_SMB2)
    assert (violation.rule.id, violation.rule.status) == ("flags", STATUS.NOT_SUPPORTED)
    assert (violation.path, violation.offset) == ("IoctlRequest.flags", 48)
    assert s2.check_request(body) == ()
    assert s2.IoctlRequest.decode(body).flags == flags
    reply = respond(request(DFS_GET_REFERRALS, referral_request("\\a"), flags=flags), World(), share=Share.IPC)
    assert reply.status is STATUS.SUCCESS


@pytest.mark.parametrize("code", [0x00060194, 0x000601B0, 0x00110018, 0x001401FC])
def test_h17_a_handle_where_none_is_wanted(code: int) -> None:
    body = request(code, referral_request("\\a"), **FILE_ID)
    (violation,) = s2.check_request(body, MS_SMB2)
    assert (violation.rule.id, violation.rule.status) == ("no-handle", STATUS.INVALID_PARAMETER)
    assert (violation.path, violation.offset) == ("IoctlRequest.file_id", 8)
    assert s2.IoctlRequest.decode(body).file_id == s2.FileId(7, 7)


@pytest.mark.parametrize("code", [RESUME_KEY, ENUMERATE_SNAPSHOTS, PIPE_TRANSCEIVE, NOBODYS])
def test_h17_no_handle_where_one_is_wanted(code: int) -> None:
    (violation,) = s2.check_request(request(code), MS_SMB2)
    assert (violation.rule.id, violation.rule.status) == ("handle", STATUS.FILE_CLOSED)
    assert (violation.path, violation.offset) == ("IoctlRequest.file_id", 8)


@pytest.mark.parametrize("size", range(52, 64))
def test_h18_a_transform_header_in_less_than_64_bytes(size: int) -> None:
    """It is a whole one from 52 bytes on, though an SMB2 header would need 64."""
    message = b"\xfdSMB" + bytes(range(size - 4))
    (found,) = s2.iter_frames(frame(message))
    packet = s2.Packet.decode(found)
    assert packet == s2.Packet(s2.ForeignHeader(s2.Protocol.TRANSFORM), message[4:])
    assert s2.decode_chain(message) == (packet,)
    short = refusal(s2.Packet.decode, message[:51])
    assert place(short) == ("Packet.body", 4)
    assert lengths(short)[:2] == (48, 47)
    assert place(refusal(s2.Packet.decode, b"\xfeSMB" + message[4:])) == ("Header.structure_size", 4)


def test_h18_a_length_over_the_maximum() -> None:
    stream = frame(header()) + struct.pack(">I", 0x00FFFFFF) + bytes(100)
    messages = s2.iter_frames(stream, max_length=0x10000)
    assert next(messages) == header()
    refused = refusal(next, messages)
    assert place(refused) == ("Frame.stream_protocol_length", 69)
    refused = refusal(list, s2.iter_frames(stream))
    assert place(refused) == ("Frame.message", 72)
    assert lengths(refused) == (0xFFFFFF, 100, "Frame.stream_protocol_length")


def test_h19_more_snapshots_than_there_are() -> None:
    array = token(0).encode("utf-16-le") + bytes(4)  # with the second U+0000 read as an empty string, there are two
    for count in (27, 0x80000000, 0xFFFFFFFF):
        refused = refusal(SnapshotArray.decode, struct.pack("<III", 1, count, 52) + array)
        assert place(refused) == ("SnapshotArray.snapshots", 12)
        assert lengths(refused) == (count * 2, 52, "SnapshotArray.number_of_snapshots_returned")
    for count in (3, 26):
        refused = refusal(SnapshotArray.decode, struct.pack("<III", 1, count, 52) + array)
        assert place(refused) == ("SnapshotArray.snapshots[2]", 64)
    probe = SnapshotArray.decode(struct.pack("<IIII", 0xFFFFFFFF, 0, 0xFFFFFFFF, 0))
    assert probe.number_of_snapshots == 0xFFFFFFFF
    assert probe.next_max_output_response == 0xFFFFFFFF


@pytest.mark.parametrize("size", [0, 1, 49, 51, 99, 103, 0xFFFFFFFF])
def test_h19_an_array_size_that_is_not_the_arrays(size: int) -> None:
    data = snapshot_array((token(0), token(1)), size=size)
    decoded = SnapshotArray.decode(data)
    assert (decoded.snapshots, decoded.snapshot_array_size) == ((token(0), token(1)), size)
    assert decoded.encode() == data


def test_h19_odd_and_unterminated_tokens() -> None:
    whole = snapshot_array((token(0), token(1)), padding=b"")
    refused = refusal(SnapshotArray.decode, whole[:-2])
    assert place(refused) == ("SnapshotArray.snapshots[1]", 62)
    refused = refusal(SnapshotArray.decode, whole[:-1])
    assert place(refused) == ("SnapshotArray.snapshots[1]", 62)
    odd = SnapshotArray.decode(whole + b"x")
    assert (odd.snapshots, odd.padding) == ((token(0), token(1)), b"x")


def test_h19_strings_that_are_no_tokens() -> None:
    """They are the server's; only asking for their time fails."""
    strings = ("", "@GMT-never", "@GMT-2026.13.01-00.00.00")
    decoded = SnapshotArray.decode(snapshot_array(strings))
    assert decoded.snapshots == strings
    for one in strings:
        assert refusal(token_time, one).path == "SnapshotArray.snapshots"


def test_h20_lone_surrogates() -> None:
    refused = refusal(ReferralRequest.decode, b"\4\0\\\0\0\xd8a\0\0\0")
    assert place(refused) == ("ReferralRequest.request_file_name", 4)
    assert refused.status is STATUS.ILLEGAL_CHARACTER
    asked = request(DFS_GET_REFERRALS, b"\4\0\\\0\0\xd8a\0\0\0")
    assert place(refusal(s2.IoctlRequest.decode(asked).payload)) == ("ReferralRequest.request_file_name", 4)
    assert respond(asked, World(), share=Share.IPC).status is STATUS.ILLEGAL_CHARACTER
    refused = refusal(SnapshotArray.decode, struct.pack("<III", 1, 1, 4) + b"\0\xdc\0\0")
    assert place(refused) == ("SnapshotArray.snapshots[0]", 12)
    for value in (ReferralRequest(4, "\\\ud800"), SnapshotArray(("\ud800",))):
        with pytest.raises(s2.EncodeError):
            value.encode()


def test_h20_embedded_nuls() -> None:
    """Read, a path ends at its first U+0000 and the rest is kept; written, text must hold none."""
    data = referral_request("\\a\0\\b")
    decoded = ReferralRequest.decode(data)
    assert (decoded.request_file_name, decoded.terminator) == ("\\a", "\0\\b\0")
    assert decoded.encode() == data
    for value, path in (
        (ReferralRequest(4, "\\a\0\\b"), "ReferralRequest.request_file_name"),
        (SnapshotArray(("a", "b\0c")), "SnapshotArray.snapshots[1]"),
    ):
        with pytest.raises(s2.EncodeError) as caught:
            value.encode()
        assert caught.value.path == path


def test_h22_an_echo_is_not_the_output() -> None:
    """Windows Vista and 2008 send the input back before the output ([MS-SMB2] 4.4: 68 and 112 bytes)."""
    question, answer = b"q" * 68, b"a" * 112
    body = response(
        PIPE_TRANSCEIVE, question + bytes(4) + answer, input_count=68, output_offset=184, output_count=112, **FILE_ID
    )
    decoded = s2.IoctlResponse.decode(body)
    assert (decoded.input, decoded.output, decoded.slack) == (question, answer, b"")
    assert decoded.payload() == answer
    assert decoded.encode() == body
    assert s2.IoctlResponse(decoded.ctl_code, decoded.file_id, answer, question).encode() == body
    alone = response(PIPE_TRANSCEIVE, question, input_count=68, output_offset=184, output_count=0, **FILE_ID)
    decoded = s2.IoctlResponse.decode(alone)
    assert (decoded.input, decoded.output) == (question, b"")
