"""Trees of what decodes are made without the span reader: they are the same that it would give."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from samples import MESSAGES, error, header, mutants, pdus
from schema.test_through_messages import TYPED, UNDER, message, name_of
from schema.values import value

import smb2ioctl_codec as s2
from smb2ioctl_codec.dissect import quick
from smb2ioctl_codec.dissect.inspect import inspect
from smb2ioctl_codec.payloads.row import Direction, Row

REPLY = 1  # SERVER_TO_REDIR


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the records of which the quick way made the nodes."""
    names: list[str] = []
    plain = quick.record

    def record(parts: Any, plan: Any, *places: Any, **options: Any) -> Any:
        names.append(plan.name)
        return plain(parts, plan, *places, **options)

    monkeypatch.setattr(quick, "record", record)
    return names


def assert_same(data: bytes, **options: Any) -> None:
    """The tree of the quick way and that of the span reader."""
    ours = inspect(data, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick, "fits", lambda *_: False)
        theirs = inspect(data, **options)
    assert list(map(repr, ours)) == list(map(repr, theirs))
    assert ours == theirs


def test_recorded_messages(counted: list[str]) -> None:
    seen = set()
    for pdu in pdus():
        key = pdu.message[64:72], len(pdu.message), pdu.is_request
        if key not in seen:
            seen.add(key)
            assert_same(pdu.message)
    assert len(seen) > 500
    assert {"Header", "IoctlRequest", "IoctlResponse", "ErrorResponse", "ReferralReply", "SnapshotArray"} <= {*counted}


@pytest.mark.parametrize(("row", "direction", "kind"), TYPED, ids=name_of)
def test_random_values_of_every_payload(row: Row, direction: Direction, kind: Any) -> None:
    random = Random(kind.__name__)
    for _ in range(12):
        sent = message(row, direction, value(kind, random))
        status = UNDER.get(kind.__name__, 0)
        flags = 0 if direction == "request" else REPLY
        assert_same(header(flags=flags, status=status if flags else 0) + sent.encode())
        buffer = sent.input if direction == "request" else sent.output
        assert_same(buffer, ctl_code=row.ctl_code, direction=direction, status=status)


@pytest.mark.parametrize("seed", range(4))
def test_mutants(seed: int) -> None:
    """Those among them that still decode, some with numbers in reserved fields and with gaps between buffers."""
    whole = 0
    for data in mutants(MESSAGES, 700, seed=seed):
        assert_same(data, rules=s2.rules.MS_SMB2)
        whole += not any(each.severity == "error" for each in inspect(data).findings)
    assert whole > 50


def test_asynchronous_headers_and_contexts(counted: list[str]) -> None:
    assert_same(header(flags=3, status=0x103) + error())
    assert_same(header(flags=0x10000003, status=0xC0000022) + error(b"12345678", count=1))
    assert counted[:2] == ["Header", "ErrorResponse"]


def test_no_more_nodes_than_there_may_be(counted: list[str]) -> None:
    """Where the limit is near, the span reader counts."""
    data = MESSAGES[0]
    few = inspect(data, limit=150)
    assert counted == []
    assert few == inspect(data)
    assert counted != []
