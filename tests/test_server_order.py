"""The order of the server's tests: of two broken rules the earlier one answers, and nothing is asked beyond it.

`GENERAL` and the three lists after it are the rows of the reference's table in their order (its section 10, 10.1, 10.2
and 10.3): what to change in a good request to break the row, the status, and how many questions the backend has been
asked by then.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any, NamedTuple

import pytest
from reference_server import REFUSAL, World
from samples import (
    ALL_ONES,
    DFS_GET_REFERRALS,
    ENUMERATE_SNAPSHOTS,
    NOBODYS,
    PIPE_TRANSCEIVE,
    referral_request,
    request,
    token,
)

import smb2ioctl_codec as s2
from smb2ioctl_codec.server import Open, Share, respond

STATUS = s2.NtStatus
FILE, PIPE = Open(is_pipe=False), Open(is_pipe=True)
QUESTION = referral_request(r"\server\root")


class Row(NamedTuple):
    """One row of the table."""

    name: str
    status: s2.NtStatus
    #: number of questions that the backend has been asked when the row answers
    asked: int
    #: changes to the good request: body fields, `cut` (bytes of body), `input`, `share`, `dfs_enabled`, world's fields
    changes: dict[str, Any]


class Good(NamedTuple):
    """A request that every row lets pass, and the questions that it leads to."""

    code: int
    settings: dict[str, Any]
    questions: tuple[str, ...]


GENERAL = [
    Row("body size", STATUS.INVALID_PARAMETER, 0, {"cut": 55}),
    Row("StructureSize", STATUS.INVALID_PARAMETER, 0, {"structure_size": 56}),
    Row("input place", STATUS.INVALID_PARAMETER, 0, {"input_offset": 128}),
    Row("input length", STATUS.INVALID_PARAMETER, 0, {"input_count": 1000}),
    Row("handle check", STATUS.FILE_CLOSED, 0, {"persistent": 3}),
    Row("handle lookup", STATUS.FILE_CLOSED, 1, {"opens": {}, "volatile": 7}),
]
UNKNOWN = [
    Row("unknown code on IPC$", STATUS.FS_DRIVER_REQUIRED, 1, {"share": Share.IPC}),
]
UNKNOWN_ON_DISK = [
    Row("unknown code elsewhere", STATUS.INVALID_DEVICE_REQUEST, 1, {"share": Share.DISK}),
]
REFERRALS = [
    Row("DFS share", STATUS.INVALID_DEVICE_REQUEST, 1, {"share": Share.DISK}),
    Row("DFS host", STATUS.FS_DRIVER_REQUIRED, 1, {"dfs_enabled": False}),
    Row("DFS input", STATUS.INVALID_PARAMETER, 1, {"input": b"\4\0\\"}),
    Row("DFS path", STATUS.ILLEGAL_CHARACTER, 1, {"input": b"\4\0\0\xdc"}),
    Row("DFS builder", STATUS.NOT_FOUND, 2, {"referral": s2.StatusError(STATUS.NOT_FOUND)}),
    Row("DFS cut", STATUS.BUFFER_OVERFLOW, 2, {"max_output_response": 3}),
]
TRANSCEIVE = [
    Row("pipe share", STATUS.NOT_SUPPORTED, 1, {"share": Share.DISK}),
    Row("pipe handle", STATUS.FILE_CLOSED, 0, {"persistent": ALL_ONES, "volatile": ALL_ONES}),
    Row("pipe kind", STATUS.FILE_CLOSED, 1, {"opens": {(7, 7): FILE}}),
    Row("pipe write", STATUS.PIPE_DISCONNECTED, 2, {"taken": s2.StatusError(STATUS.PIPE_DISCONNECTED)}),
    Row("pipe took less", STATUS.PIPE_NOT_AVAILABLE, 2, {"taken": 1}),
    Row("pipe read", STATUS.PIPE_BROKEN, 3, {"answer": s2.StatusError(STATUS.PIPE_BROKEN)}),
    Row("pipe has more", STATUS.BUFFER_OVERFLOW, 3, {"more": True}),
]
SNAPSHOTS = [
    Row("snapshot handle", STATUS.FILE_CLOSED, 0, {"persistent": ALL_ONES, "volatile": ALL_ONES}),
    Row("snapshot room", STATUS.INVALID_PARAMETER, 1, {"max_output_response": 15}),
    Row("snapshot backend", STATUS.NOT_SUPPORTED, 2, {"tokens": s2.StatusError(STATUS.NOT_SUPPORTED)}),
    Row("snapshots fit", STATUS.BUFFER_TOO_SMALL, 2, {"max_output_response": 117}),
]

_DEFAULTS: dict[str, Any] = {"share": Share.IPC, "persistent": 7, "volatile": 7, "opens": {(7, 7): PIPE}}
DFS = Good(DFS_GET_REFERRALS, _DEFAULTS | {"input": QUESTION}, ("find_open", "referrals"))
TRANSCEIVED = Good(PIPE_TRANSCEIVE, _DEFAULTS | {"input": b"question"}, ("find_open", "pipe_write", "pipe_read"))
ENUMERATED = Good(
    ENUMERATE_SNAPSHOTS,
    _DEFAULTS | {"input": b"ignored", "tokens": [token(0), token(1)], "opens": {(7, 7): FILE}},
    ("find_open", "snapshots"),
)
NOWHERE = Good(NOBODYS, _DEFAULTS | {"input": b"input"}, ("find_open",))

TABLES = [
    (DFS, GENERAL + REFERRALS), (TRANSCEIVED, GENERAL + TRANSCEIVE), (ENUMERATED, GENERAL + SNAPSHOTS),
    (NOWHERE, GENERAL + UNKNOWN), (NOWHERE, GENERAL + UNKNOWN_ON_DISK),
]  # fmt: skip
WORLD = ("opens", "referral", "taken", "answer", "more", "tokens")


def served(good: Good, changes: dict[str, Any]) -> tuple[s2.server.Reply, list[str]]:
    """Give the reply to the changed request, and the names of what the backend was asked."""
    settings = good.settings | changes
    share, dfs_enabled = settings.pop("share"), settings.pop("dfs_enabled", True)
    cut, data = settings.pop("cut", None), settings.pop("input")
    world = World(**{name: settings.pop(name) for name in WORLD if name in settings})
    body = request(good.code, data, **settings)[:cut]
    return respond(body, world, share=share, dfs_enabled=dfs_enabled), [entry[0] for entry in world.log]


@pytest.mark.parametrize("good", [DFS, TRANSCEIVED, ENUMERATED])
def test_the_good_requests_are_good(good: Good) -> None:
    reply, log = served(good, {})
    assert reply.status is STATUS.SUCCESS
    assert tuple(log) == good.questions


CASES = [
    pytest.param(good, first, later, id=f"{good.code:#x}: {first.name}, {later.name if later else 'alone'}")
    for good, rows in TABLES
    for first, later in [*((row, None) for row in rows), *combinations(rows, 2)]
    # rows whose breakages contradict each other cannot be broken both
    if later is None or all(first.changes.get(name, value) == value for name, value in later.changes.items())
]


def test_how_many_pairs_there_are() -> None:
    """Every row alone; of neighbours, only those are missing that contradict each other."""
    pairs = [case.values[1:] for case in CASES]
    neighbours = [pair for _, rows in TABLES for pair in pairwise(rows)]
    assert {(first.name, later.name) for first, later in neighbours if (first, later) not in pairs} == {
        ("handle lookup", "snapshot handle"),
        ("DFS input", "DFS path"),
        ("pipe write", "pipe took less"),
    }


@pytest.mark.parametrize(("good", "first", "later"), CASES)
def test_the_earlier_row_answers(good: Good, first: Row, later: Row | None) -> None:
    changes = first.changes | (later.changes if later else {})
    reply, log = served(good, changes)
    assert reply.status == first.status
    questions = good.questions[: first.asked]
    if changes.get("volatile") == ALL_ONES:  # which names no handle, so there is none to look up
        questions = tuple(one for one in questions if one != "find_open")
    assert tuple(log) == questions
    if first.status is not STATUS.BUFFER_OVERFLOW:
        assert reply.encode() == REFUSAL
