"""The server side against the reference's table written down a second time (`reference_server`).

Both get the same requests and the same backend, and must give the same status, the same bytes, and ask the same.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference_server import World, answer
from samples import (
    ALL_ONES,
    DFS_GET_REFERRALS,
    ENUMERATE_SNAPSHOTS,
    NOBODYS,
    PIPE_TRANSCEIVE,
    mutants,
    pdus,
    referral_request,
    request,
    token,
)

import smb2ioctl_codec as s2
from smb2ioctl_codec.server import Open, Share, respond

FILE, PIPE = Open(is_pipe=False), Open(is_pipe=True)
DFS_REQUEST = referral_request(r"\server\root")
BODIES = st.binary(max_size=200) | st.binary(max_size=144).map(lambda rest: b"\x39\0" + rest)


def world(generator: random.Random) -> dict[str, Any]:
    """The arguments of a random world."""
    refusal = s2.StatusError(s2.NtStatus.ACCESS_DENIED)
    return {
        "opens": {(7, 7): FILE, (8, 8): PIPE, (8, 7): FILE} if generator.random() < 0.9 else {},
        "referral": generator.choice([b"", b"x" * 100, refusal]),
        "taken": generator.choice([None, None, None, 3, refusal]),
        "answer": generator.choice([b"", b"x" * 100, b"x" * 100, refusal]),
        "more": generator.random() < 0.2,
        "tokens": generator.choice([[], [token(0)], list(map(token, range(5))), refusal]),
    }


SEEDS = [
    request(code, data, max_output_response=room, persistent=persistent, volatile=volatile)
    for code in (DFS_GET_REFERRALS, PIPE_TRANSCEIVE, ENUMERATE_SNAPSHOTS, NOBODYS)
    for data in (b"", DFS_REQUEST, b"\4\0\0\xd8")
    for room in (0, 15, 16, 17, 100, 4096)
    for persistent, volatile in ((ALL_ONES, ALL_ONES), (7, 7), (8, 8), (8, 7), (9, 9))
]


def agree(body: bytes, arguments: dict[str, Any], *, is_ipc: bool, **switches: bool) -> s2.NtStatus:
    """Library and table give the same status, the same bytes, and ask the same."""
    ours, theirs = World(**arguments), World(**arguments)
    reply = respond(body, ours, share=Share.IPC if is_ipc else Share.DISK, **switches)
    assert (int(reply.status), reply.encode()) == answer(body, theirs, is_ipc=is_ipc, **switches)
    assert ours.log == theirs.log
    return reply.status


def test_mutated_requests() -> None:
    generator = random.Random(11)
    seen = set()
    for body in mutants(SEEDS, 20_000, seed=12):
        switches = {"is_ipc": generator.random() < 0.7, "dfs_enabled": generator.random() < 0.9}
        seen.add(agree(body, world(generator), related=generator.random() < 0.2, **switches).name)
    assert seen == {
        "SUCCESS", "BUFFER_OVERFLOW", "INVALID_PARAMETER", "INVALID_DEVICE_REQUEST", "ACCESS_DENIED",
        "BUFFER_TOO_SMALL", "PIPE_NOT_AVAILABLE", "NOT_SUPPORTED", "FILE_CLOSED", "ILLEGAL_CHARACTER",
        "FS_DRIVER_REQUIRED",
    }  # fmt: skip


@given(BODIES, st.integers(0, 999), st.booleans(), st.booleans(), st.booleans())
def test_any_bytes_have_an_answer(body: bytes, number: int, is_ipc: bool, dfs_enabled: bool, related: bool) -> None:
    agree(body, world(random.Random(number)), is_ipc=is_ipc, dfs_enabled=dfs_enabled, related=related)


@pytest.mark.parametrize("is_ipc", [True, False])
def test_recorded_requests(is_ipc: bool) -> None:
    """All that were recorded, with handles as this server makes them: two equal halves."""
    for pdu in pdus():
        if not pdu.is_request:
            continue
        body = bytearray(pdu.body)
        if len(body) >= 24:
            body[16:24] = body[8:16]
        persistent = int.from_bytes(body[8:16], "little")
        for opens in ({}, {(persistent, persistent): PIPE}, {(persistent, persistent): FILE}):
            arguments = {"opens": opens, "referral": b"x" * 300, "tokens": [token(0), token(1)]}
            agree(bytes(body), arguments, is_ipc=is_ipc)
            agree(pdu.body, arguments, is_ipc=is_ipc, related=True)
