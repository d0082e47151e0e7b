"""Values and bytes of every kind that the library has, for laws that must hold for all of them.

`DECODERS` and `READERS` are what reads bytes, with bytes that it takes; `EXAMPLES` holds a value of each public class,
`any_*` are hypothesis strategies.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from reference_server import World
from samples import (
    COPYCHUNK,
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
from smb2ioctl_codec.rules import MS_SMB2, SAMBA_3_6, WIRE
from smb2ioctl_codec.server import Open, Share, respond

FILE_ID: dict[str, Any] = {"persistent": 7, "volatile": 7}
REQUESTS = [
    request(), request(NOBODYS, b"input"), request(NOBODYS, b"gap.....input", input_offset=128, input_count=5),
    request(NOBODYS, b"input and more", input_count=5), request(DFS_GET_REFERRALS, referral_request(r"\server\root")),
    request(PIPE_TRANSCEIVE, b"question", **FILE_ID), request(ENUMERATE_SNAPSHOTS, max_output_response=16, **FILE_ID),
]  # fmt: skip
RESPONSES = [
    response(), response(NOBODYS, b"output"), response(COPYCHUNK, bytes(12)),
    response(PIPE_TRANSCEIVE, b"12345" + bytes(3) + b"output", input_count=5, output_offset=120, output_count=6),
    response(PIPE_TRANSCEIVE, b"12345gapoutput and more", input_count=5, output_offset=120, output_count=6),
    response(ENUMERATE_SNAPSHOTS, snapshot_array((token(0), token(1)))),
]  # fmt: skip
ERRORS = [
    error(), error(padding=b""), error(b"data"),
    error(error_context(b"12345") + bytes(3) + error_context(b"x"), count=2),
]  # fmt: skip
HEADERS = [header(), header(flags=1), header(flags=3, async_id=9, status=0x103), header(command=6, flags=9)]
MESSAGES = [
    *(header() + body for body in REQUESTS),
    *(header(flags=1) + body for body in RESPONSES),
    *(header(flags=1, status=0xC000000D) + body for body in [*ERRORS, RESPONSES[2]]),
    header(flags=3, status=0x103, async_id=9) + error(padding=b"\x21"),
    header(command=6) + bytes(24), b"\xfdSMB" + bytes(60), b"\xfcSMB" + bytes(30), b"\xffSMB" + bytes(40),
]  # fmt: skip
CHAINS = [
    *MESSAGES,
    header(next_command=128)
    + request(NOBODYS, b"12345678")
    + header(next_command=64, command=6)
    + header()
    + request(),
]
REFERRALS = [
    referral_request(r"\server\root"),
    referral_request("", 3),
    referral_request("\\a", 4, ""),
    b"\4\0\\\0\0\xd8",
]
ARRAYS = [
    snapshot_array((token(0), token(1))), snapshot_array((), total=3, size=152), struct.pack("<IIII", 3, 0, 156, 0),
    snapshot_array(("", "x"), padding=b"odd"),
]  # fmt: skip
STREAMS = [frame(MESSAGES[0]), frame(b"") + frame(MESSAGES[8]), b"".join(map(frame, MESSAGES))]

#: what reads bytes, by name, with bytes that it takes
DECODERS: dict[str, tuple[Callable[[Any], Any], list[bytes]]] = {
    "Header": (s2.Header.decode, HEADERS),
    "ForeignHeader": (s2.ForeignHeader.decode, [b"\xfdSMB", b"\xffSMB"]),
    "FileId": (s2.FileId.decode, [bytes(range(16))]),
    "IoctlRequest": (s2.IoctlRequest.decode, REQUESTS),
    "IoctlRequest, MS_SMB2": (lambda data: s2.IoctlRequest.decode(data, MS_SMB2), REQUESTS),
    "IoctlRequest, WIRE": (lambda data: s2.IoctlRequest.decode(data, WIRE), REQUESTS),
    "IoctlResponse": (s2.IoctlResponse.decode, RESPONSES),
    "ErrorResponse": (s2.ErrorResponse.decode, ERRORS),
    "ErrorContext": (s2.ErrorContext.decode, [error_context(b"data"), error_context(b"")]),
    "Packet": (s2.Packet.decode, MESSAGES),
    "ReferralRequest": (ReferralRequest.decode, REFERRALS),
    "SnapshotArray": (SnapshotArray.decode, ARRAYS),
}
#: the same for what gives no single value with an `encode`
READERS: dict[str, tuple[Callable[[Any], Any], list[bytes]]] = {
    "Packet, SAMBA_3_6": (lambda data: s2.Packet.decode(data, SAMBA_3_6), MESSAGES),
    "decode_chain": (s2.decode_chain, CHAINS),
    "iter_frames": (lambda data: list(s2.iter_frames(data)), STREAMS),
    "decode_response, SUCCESS": (lambda data: s2.decode_response(data, 0), RESPONSES),
    "decode_response, an error": (lambda data: s2.decode_response(data, 0xC000000D), [*ERRORS, RESPONSES[2]]),
    "payload of a request": (lambda data: s2.IoctlRequest.decode(data, WIRE).payload(), REQUESTS),
    "payload of a response": (lambda data: s2.IoctlResponse.decode(data).payload(), RESPONSES),
    "check_request": (s2.check_request, REQUESTS),
    "check_request, MS_SMB2": (lambda data: s2.check_request(data, MS_SMB2, related=True), REQUESTS),
}


def serve(data: bytes) -> s2.server.Reply:
    """Let the server side answer, with a backend that knows one open."""
    world = World({(7, 7): Open(is_pipe=True)}, tokens=[token(0)])
    return respond(data, world, share=Share.IPC)


#: a value of each public class that encodes
EXAMPLES: list[Any] = [
    s2.Header(), s2.Header(flags=3, async_id=9, reserved=None, tree_id=None), s2.ForeignHeader(s2.Protocol.TRANSFORM),
    s2.FileId(1, 2), s2.IoctlRequest.decode(REQUESTS[1]), s2.IoctlRequest.decode(REQUESTS[2], WIRE),
    s2.IoctlResponse.decode(RESPONSES[3]), s2.IoctlResponse.decode(RESPONSES[4]), s2.ErrorResponse(),
    s2.ErrorResponse.decode(ERRORS[3]), s2.ErrorContext(b"data"), ReferralRequest(4, r"\server\root"),
    SnapshotArray((token(0), token(1))), *map(s2.Packet.decode, MESSAGES), serve(REQUESTS[4]), serve(REQUESTS[0]),
]  # fmt: skip

U64 = st.integers(0, (1 << 64) - 1)
U32 = st.integers(0, 0xFFFFFFFF) | st.integers(0, 200) | st.just(0xFFFFFFFF)
U16 = st.integers(0, 0xFFFF)
SMALL = st.binary(max_size=24)
TEXT = st.text(max_size=12)
CODES = st.sampled_from([NOBODYS, DFS_GET_REFERRALS, COPYCHUNK]).map(s2.CtlCode) | U32.map(s2.CtlCode)
KEPT = st.none() | U32
any_file_id = st.builds(s2.FileId, U64, U64)
any_request = st.builds(
    s2.IoctlRequest,
    CODES,
    any_file_id,
    SMALL,
    U32,
    U32,
    U32,
    st.none() | st.integers(118, 136),
    U32,
    U32,
    U16,
    U32,
    SMALL,
)
any_response = st.builds(
    s2.IoctlResponse, CODES, any_file_id, SMALL, SMALL, U32, st.none() | st.integers(110, 120),
    st.none() | st.integers(110, 150), U16, U32, SMALL,
)  # fmt: skip
any_error_context = st.builds(s2.ErrorContext, SMALL, U32.map(s2.ErrorId))
any_error = st.builds(s2.ErrorResponse, SMALL, st.integers(0, 3), st.integers(0, 255), st.none() | SMALL) | st.lists(
    any_error_context, max_size=4
).map(s2.ErrorResponse.of)


@st.composite
def headers(draw: st.DrawFn, command: st.SearchStrategy[int], status: st.SearchStrategy[int], bit: int) -> s2.Header:
    """Draw headers whose form fits their flags; `bit` is the flag of a response, 0 or 1."""
    flags = draw(U32) & ~1 | bit
    ids: dict[str, Any] = {"tree_id": draw(U32), "reserved": draw(U32)}
    if flags & 2:
        ids = {"tree_id": None, "reserved": None, "async_id": draw(U64)}
    return s2.Header(
        s2.Command(draw(command)), s2.NtStatus(draw(status)), flags, draw(U64), session_id=draw(U64),
        credit_charge=draw(U16), credits=draw(U16), signature=draw(st.binary(min_size=16, max_size=16)), **ids,
    )  # fmt: skip


IOCTL, OTHERS = st.just(11), U16.filter(lambda number: number != 11)
ERRORS_ONLY, NO_ERRORS = st.integers(3 << 30, (1 << 32) - 1), st.integers(0, (3 << 30) - 1)
#: headers of any kind: those that fit their flags, and those that may not
any_header = headers(U16, U32, 0) | headers(U16, U32, 1) | st.builds(
    s2.Header, U16.map(s2.Command), U32.map(s2.NtStatus), U32, U64, st.none() | U32, U64, U16, U16, U32,
    st.none() | U64, st.none() | U32, SMALL,
)  # fmt: skip
any_body = any_request | any_response | any_error | st.binary(max_size=80)
any_packet = st.one_of(
    st.builds(s2.Packet, headers(IOCTL, U32, 0), any_request),
    st.builds(s2.Packet, headers(IOCTL, NO_ERRORS, 1), any_response),
    st.builds(s2.Packet, headers(IOCTL, ERRORS_ONLY, 1), any_error),
    st.builds(s2.Packet, headers(OTHERS, U32, 1), st.binary(max_size=80)),
    st.builds(s2.Packet, st.builds(s2.ForeignHeader, st.sampled_from(list(s2.Protocol))), st.binary(max_size=80)),
    st.builds(s2.Packet, any_header, any_body),
)
any_referral_request = st.builds(ReferralRequest, U16, TEXT, st.sampled_from(["", "\0", "\0\0", "\0more", "more"]))
any_snapshot_array = st.builds(SnapshotArray, st.lists(TEXT, max_size=4).map(tuple), U32, U32, SMALL) | st.builds(
    SnapshotArray, st.lists(TEXT, max_size=4).map(tuple), padding=SMALL
)
any_value = st.one_of(
    any_file_id, any_request, any_response, any_error_context, any_error, any_header, any_packet, any_referral_request,
    any_snapshot_array,
)  # fmt: skip
