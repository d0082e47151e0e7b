"""The server side: the three codes of the reference, every status, every byte of every reply."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import pytest
from reference_server import REFUSAL, World
from samples import (
    ALL_ONES,
    DFS_GET_REFERRALS,
    ENUMERATE_SNAPSHOTS,
    NOBODYS,
    PIPE_TRANSCEIVE,
    RESUME_KEY,
    referral_request,
    request,
    token,
)

import smb2ioctl_codec as s2
from smb2ioctl_codec.server import Open, Reply, Share, respond

STATUS = s2.NtStatus
FILE, PIPE = Open(is_pipe=False), Open(is_pipe=True)
OPENS = {(7, 7): FILE, (8, 8): PIPE}
FILE_ID: dict[str, Any] = {"persistent": 7, "volatile": 7}
PIPE_ID: dict[str, Any] = {"persistent": 8, "volatile": 8}
DFS_REQUEST = referral_request(r"\server\root")


def ioctl_body(code: int, output: bytes, persistent: int = ALL_ONES, volatile: int = ALL_ONES) -> bytes:
    """Pack the reference server's reply, field by field as its table of bytes says."""
    return (
        struct.pack("<HHI", 0x0031, 0, code)
        + struct.pack("<QQ", persistent, volatile)
        + struct.pack("<II", 112, 0)
        + struct.pack("<II", 112, len(output))
        + struct.pack("<II", 0, 0)
        + output
    )


def asked(world: World) -> list[str]:
    """The names of what the backend was asked."""
    return [entry[0] for entry in world.log]


def check(reply: Reply, status: s2.NtStatus, body: bytes = REFUSAL) -> None:
    """The reply has this status and these bytes."""
    assert reply.status is status
    assert reply.encode() == body


# -- FSCTL_DFS_GET_REFERRALS


def test_a_referral() -> None:
    world = World(referral=b"RESP_GET_DFS_REFERRAL")
    reply = respond(request(DFS_GET_REFERRALS, DFS_REQUEST), world, share=Share.IPC)
    check(reply, STATUS.SUCCESS, ioctl_body(DFS_GET_REFERRALS, b"RESP_GET_DFS_REFERRAL"))
    assert world.log == [("referrals", r"\server\root", 4)]


@pytest.mark.parametrize("end", ["", "\0", "\0rest of the input"])
def test_the_path_ends_at_its_nul_or_with_the_input(end: str) -> None:
    world = World()
    respond(request(DFS_GET_REFERRALS, referral_request("\\\\server\\root", 0xFFFF, end)), world, share=Share.IPC)
    assert world.log == [("referrals", "\\\\server\\root", 0xFFFF)]


def test_a_domain_referral() -> None:
    world = World()
    reply = respond(request(DFS_GET_REFERRALS, b"\3\0\0\0"), world, share=Share.IPC)
    check(reply, STATUS.SUCCESS, ioctl_body(DFS_GET_REFERRALS, b"referral"))
    assert world.log == [("referrals", "", 3)]


@pytest.mark.parametrize("room", [0, 1, 7, 8, 9, 0xFFFFFFFF])
def test_a_referral_is_cut_at_what_the_client_takes(room: int) -> None:
    body = request(DFS_GET_REFERRALS, DFS_REQUEST, max_output_response=room)
    reply = respond(body, World(referral=b"8 bytes."), share=Share.IPC)
    status = STATUS.SUCCESS if room >= 8 else STATUS.BUFFER_OVERFLOW
    check(reply, status, ioctl_body(DFS_GET_REFERRALS, b"8 bytes."[:room]))


def test_a_referral_with_a_handle() -> None:
    """All ones is not demanded; the handle is looked up, and comes back in the reply."""
    world = World(opens=OPENS)
    reply = respond(request(DFS_GET_REFERRALS, DFS_REQUEST, **FILE_ID), world, share=Share.IPC)
    check(reply, STATUS.SUCCESS, ioctl_body(DFS_GET_REFERRALS, b"referral", 7, 7))
    assert asked(world) == ["find_open", "referrals"]


@pytest.mark.parametrize("data", [b"", b"\4", b"\4\0", b"\4\0\\"])
def test_a_referral_request_under_4_bytes(data: bytes) -> None:
    world = World()
    check(respond(request(DFS_GET_REFERRALS, data), world, share=Share.IPC), STATUS.INVALID_PARAMETER)
    assert world.log == []


@pytest.mark.parametrize("path", [b"\\\0x", b"\\\0\0\xd8", b"\0\xdc\0\xd8", b"\\\0\0\0\0\xdc"])
def test_a_path_that_is_no_utf_16(path: bytes) -> None:
    world = World()
    check(respond(request(DFS_GET_REFERRALS, b"\4\0" + path), world, share=Share.IPC), STATUS.ILLEGAL_CHARACTER)
    assert world.log == []


# -- FSCTL_PIPE_TRANSCEIVE


def test_a_pipe() -> None:
    world = World(opens=OPENS, answer=b"answer")
    reply = respond(request(PIPE_TRANSCEIVE, b"question", **PIPE_ID), world, share=Share.IPC)
    check(reply, STATUS.SUCCESS, ioctl_body(PIPE_TRANSCEIVE, b"answer", 8, 8))
    assert world.log == [("find_open", 8, 8), ("pipe_write", PIPE, b"question"), ("pipe_read", PIPE, 4096)]


def test_a_pipe_that_is_only_read() -> None:
    world = World(opens=OPENS, answer=b"")
    reply = respond(request(PIPE_TRANSCEIVE, max_output_response=0xFFFFFFFF, **PIPE_ID), world, share=Share.IPC)
    check(reply, STATUS.SUCCESS, ioctl_body(PIPE_TRANSCEIVE, b"", 8, 8))
    assert world.log[1:] == [("pipe_write", PIPE, b""), ("pipe_read", PIPE, 0xFFFFFFFF)]


@pytest.mark.parametrize("room", [0, 1, 5, 6, 7])
def test_what_does_not_fit_stays_in_the_pipe(room: int) -> None:
    body = request(PIPE_TRANSCEIVE, b"question", max_output_response=room, **PIPE_ID)
    reply = respond(body, World(opens=OPENS, answer=b"answer"), share=Share.IPC)
    status = STATUS.SUCCESS if room >= 6 else STATUS.BUFFER_OVERFLOW
    check(reply, status, ioctl_body(PIPE_TRANSCEIVE, b"answer"[:room], 8, 8))


def test_more_of_the_message_is_left_in_the_pipe() -> None:
    reply = respond(request(PIPE_TRANSCEIVE, **PIPE_ID), World(opens=OPENS, more=True), share=Share.IPC)
    check(reply, STATUS.BUFFER_OVERFLOW, ioctl_body(PIPE_TRANSCEIVE, b"answer", 8, 8))


def test_a_backend_that_reads_too_much_is_cut() -> None:
    class Generous(World):
        def pipe_read(self, opened: Open, max_bytes: int, /) -> tuple[bytes, bool]:
            self.log.append(("pipe_read", opened, max_bytes))
            return b"more than was asked for", False

    reply = respond(request(PIPE_TRANSCEIVE, max_output_response=4, **PIPE_ID), Generous(OPENS), share=Share.IPC)
    check(reply, STATUS.BUFFER_OVERFLOW, ioctl_body(PIPE_TRANSCEIVE, b"more", 8, 8))


@pytest.mark.parametrize("taken", [0, 1, 7])
def test_a_pipe_that_takes_less(taken: int) -> None:
    world = World(opens=OPENS, taken=taken)
    reply = respond(request(PIPE_TRANSCEIVE, b"question", **PIPE_ID), world, share=Share.IPC)
    check(reply, STATUS.PIPE_NOT_AVAILABLE)
    assert asked(world) == ["find_open", "pipe_write"]


# -- FSCTL_SRV_ENUMERATE_SNAPSHOTS


@pytest.mark.parametrize("share", Share)
@pytest.mark.parametrize("count", [0, 1, 3, 200])
def test_snapshots(count: int, share: Share) -> None:
    tokens = [token(number) for number in range(count)]
    size = 50 * count + 6
    body = request(ENUMERATE_SNAPSHOTS, max_output_response=12 + size, **FILE_ID)
    output = struct.pack("<III", count, count, size)
    output += b"".join(one.encode("utf-16-le") + b"\0\0" for one in tokens) + bytes(6)
    reply = respond(body, World(opens=OPENS, tokens=tokens), share=share)
    check(reply, STATUS.SUCCESS, ioctl_body(ENUMERATE_SNAPSHOTS, output, 7, 7))

    too_small = request(ENUMERATE_SNAPSHOTS, max_output_response=11 + size, **FILE_ID)
    reply = respond(too_small, World(opens=OPENS, tokens=tokens), share=share)
    check(reply, STATUS.BUFFER_TOO_SMALL)

    probe = request(ENUMERATE_SNAPSHOTS, max_output_response=16, **FILE_ID)
    reply = respond(probe, World(opens=OPENS, tokens=tokens), share=share)
    check(reply, STATUS.SUCCESS, ioctl_body(ENUMERATE_SNAPSHOTS, struct.pack("<IIII", count, 0, size, 0), 7, 7))


@pytest.mark.parametrize("room", range(16))
def test_less_than_16_bytes_for_snapshots(room: int) -> None:
    world = World(opens=OPENS, tokens=[token(0)])
    body = request(ENUMERATE_SNAPSHOTS, max_output_response=room, **FILE_ID)
    check(respond(body, world, share=Share.DISK), STATUS.INVALID_PARAMETER)
    assert asked(world) == ["find_open"]


def test_labels_are_24_characters_long() -> None:
    """A backend's shorter label is filled with zeros, a longer one cut: each has 50 bytes."""
    reply = respond(
        request(ENUMERATE_SNAPSHOTS, **FILE_ID), World(opens=OPENS, tokens=["short", "x" * 30]), share=Share.DISK
    )
    places = "short".encode("utf-16-le").ljust(50, b"\0") + ("x" * 24).encode("utf-16-le") + b"\0\0"
    output = struct.pack("<III", 2, 2, 106) + places + bytes(6)
    check(reply, STATUS.SUCCESS, ioctl_body(ENUMERATE_SNAPSHOTS, output, 7, 7))


def test_input_does_not_matter_for_snapshots() -> None:
    world = World(opens=OPENS, tokens=[token(0)])
    with_input = respond(request(ENUMERATE_SNAPSHOTS, b"input", **FILE_ID), world, share=Share.DISK)
    assert with_input == respond(request(ENUMERATE_SNAPSHOTS, **FILE_ID), world, share=Share.DISK)


class Endless(Sequence[str]):
    """So many snapshots that 32 bits cannot count their bytes."""

    def __len__(self) -> int:
        return 0xFFFFFFFF // 50 + 1

    def __getitem__(self, index: Any) -> Any:
        raise AssertionError("nobody needs to look at them")


@pytest.mark.parametrize("room", [16, 17, 0xFFFFFFFF])
def test_more_snapshots_than_32_bits_can_count(room: int) -> None:
    """A size over 2^32 is never a small one."""
    body = request(ENUMERATE_SNAPSHOTS, max_output_response=room, **FILE_ID)
    check(respond(body, World(opens=OPENS, tokens=Endless()), share=Share.DISK), STATUS.NO_MEMORY)


# -- all codes


@pytest.mark.parametrize("code", [NOBODYS, RESUME_KEY, 0, 0xFFFFFFFF, 0x00140204])
@pytest.mark.parametrize("ids", [{}, FILE_ID, PIPE_ID])
def test_unknown_codes(code: int, ids: dict[str, Any]) -> None:
    body = request(code, b"input", **ids)
    check(respond(body, World(opens=OPENS), share=Share.IPC), STATUS.FS_DRIVER_REQUIRED)
    check(respond(body, World(opens=OPENS), share=Share.DISK), STATUS.INVALID_DEVICE_REQUEST)


def test_what_the_server_never_looks_at() -> None:
    """Flags, MaxInputResponse, OutputOffset, OutputCount, both reserved fields, and bytes after the input."""
    plain = respond(request(DFS_GET_REFERRALS, DFS_REQUEST), World(), share=Share.IPC)
    ignored = ("flags", "max_input_response", "output_offset", "output_count", "reserved2")
    fields: dict[str, Any] = dict.fromkeys(ignored, 0xFFFFFFFF) | {"reserved": 0xFFFF, "input_count": len(DFS_REQUEST)}
    busy = request(DFS_GET_REFERRALS, DFS_REQUEST + b"trailing", **fields)
    assert respond(busy, World(), share=Share.IPC) == plain
    no_flags = request(DFS_GET_REFERRALS, DFS_REQUEST, flags=0)
    assert respond(no_flags, World(), share=Share.IPC) == plain


def test_a_chained_handle() -> None:
    """An earlier operation supplies it: the halves may differ, and come back as they were sent."""
    opens = {(5, 7): FILE, (ALL_ONES, 9): FILE}
    for persistent, volatile in opens:
        ids: dict[str, Any] = {"persistent": persistent, "volatile": volatile, "max_output_response": 16}
        body = request(ENUMERATE_SNAPSHOTS, **ids)
        check(respond(body, World(opens=opens), share=Share.DISK), STATUS.FILE_CLOSED)
        reply = respond(body, World(opens=opens), share=Share.DISK, related=True)
        output = struct.pack("<IIII", 0, 0, 6, 0)
        check(reply, STATUS.SUCCESS, ioctl_body(ENUMERATE_SNAPSHOTS, output, persistent, volatile))


@pytest.mark.parametrize("code", [PIPE_TRANSCEIVE, ENUMERATE_SNAPSHOTS])
def test_a_chained_request_without_a_handle(code: int) -> None:
    """The volatile half alone says whether there is one."""
    world = World(opens={(3, ALL_ONES): PIPE})
    for persistent in (ALL_ONES, 3):
        body = request(code, persistent=persistent)
        check(respond(body, world, share=Share.IPC, related=True), STATUS.FILE_CLOSED)
    assert world.log == []


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_bytes_like_body(kind: Any) -> None:
    reply = respond(kind(request(DFS_GET_REFERRALS, DFS_REQUEST)), World(), share=Share.IPC)
    check(reply, STATUS.SUCCESS, ioctl_body(DFS_GET_REFERRALS, b"referral"))
    with pytest.raises(TypeError):
        respond("text", World(), share=Share.IPC)  # type: ignore[arg-type]
