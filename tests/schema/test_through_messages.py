"""Random values of every payload, and mutants of their bytes, through the messages of every code that carries them."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from samples import BUFFER_OVERFLOW, INVALID_PARAMETER, SUCCESS

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.payloads.row import Direction, Row

from .differential import outcome
from .values import value

ROWS = [registry.lookup(code) for code in s2.CtlCode]
TYPED: list[tuple[Row, Direction, Any]] = [
    *((row, "request", kind) for row in ROWS for kind in row.types("request")),
    *((row, "response", kind) for row in ROWS for kind in row.types("response")),
]
#: Types that come under a status of their own.
UNDER = {"CopyChunkLimits": INVALID_PARAMETER, "TruncatedReferralReply": BUFFER_OVERFLOW}
#: Codes whose output only the request explains.
EXPLAINED = (s2.CtlCode.FSCTL_SRV_READ_HASH, s2.CtlCode.FSCTL_REFS_STREAM_SNAPSHOT_MANAGEMENT)
STATUSES = [SUCCESS, BUFFER_OVERFLOW, INVALID_PARAMETER, 0x103, 0x80000006, 0xC0000022]


def name_of(case: Any) -> str:
    return getattr(case, "name", "") or getattr(case, "__name__", "") or str(case)


def decoded(row: Row, direction: Direction, data: bytes, status: int = SUCCESS) -> Any:
    return row.decode_request(data) if direction == "request" else row.decode_response(data, None, status)


def message(row: Row, direction: Direction, payload: Any) -> Any:
    kind: Any = s2.IoctlRequest if direction == "request" else s2.IoctlResponse
    return kind.of(payload, ctl_code=row.ctl_code)


@pytest.mark.parametrize(("row", "direction", "kind"), TYPED, ids=name_of)
def test_payloads_come_back_out_of_messages(row: Row, direction: Direction, kind: Any) -> None:
    """Random values: the same type and value where the bytes tell the type, and always the same bytes."""
    random, same = Random(kind.__name__), 0
    for _ in range(30):
        payload = value(kind, random)
        sent = message(row, direction, payload)
        status = UNDER.get(kind.__name__, SUCCESS)
        try:
            found = sent.payload() if direction == "request" else sent.payload(status=status)
        except s2.DecodeError:
            assert len(row.types(direction)) > 1, payload  # its bytes say that it is another of these
            continue
        if type(found) is kind:
            assert found == payload
            same += 1
        data = found if isinstance(found, bytes) else found.encode()
        assert data == payload.encode()
    assert same > 0 or row.ctl_code in EXPLAINED or kind.__name__ == "FileObjectIdBufferType2", "never its type"


@pytest.mark.parametrize(("row", "direction", "kind"), TYPED, ids=name_of)
def test_any_bytes_are_a_payload_or_a_decode_error(row: Row, direction: Direction, kind: Any) -> None:
    random = Random(f"{row.name} {kind.__name__}")
    for _ in range(60):
        data = bytearray(value(kind, random).encode() + random.randbytes(random.choice((0, 0, 1, 8))))
        for _ in range(random.choice((0, 1, 2, 8)) if data else 0):
            data[random.randrange(len(data))] = random.choice((0, 1, 0xFF, random.randrange(256)))
        mutant = bytes(data[: random.choice((len(data), len(data) - 1, random.randint(0, len(data))))])
        status = random.choice(STATUSES)
        found = outcome(decoded, row, direction, mutant, status)
        if isinstance(found, s2.CodecError):
            assert found.path
            assert found.offset is not None
            assert 0 <= found.offset <= len(mutant)
        else:
            assert (found if isinstance(found, bytes) else found.encode()) == mutant
