"""What a backend of the server side may raise: a refusal, which is answered, or anything else, which passes through."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from reference_server import REFUSAL, World
from samples import (
    DFS_GET_REFERRALS,
    ENUMERATE_SNAPSHOTS,
    NOBODYS,
    PIPE_TRANSCEIVE,
    referral_request,
    request,
)

import smb2ioctl_codec as s2
from smb2ioctl_codec.server import Open, Share, respond

STATUS = s2.NtStatus
FILE, PIPE = Open(is_pipe=False), Open(is_pipe=True)
OPENS = {(7, 7): FILE, (8, 8): PIPE}

#: attribute of `World` that is raised -> a request that makes the server ask for it
REQUESTS = {
    "trouble": request(NOBODYS, persistent=7, volatile=7),
    "referral": request(DFS_GET_REFERRALS, referral_request(r"\server\root")),
    "taken": request(PIPE_TRANSCEIVE, b"question", persistent=8, volatile=8),
    "answer": request(PIPE_TRANSCEIVE, b"question", persistent=8, volatile=8),
    "tokens": request(ENUMERATE_SNAPSHOTS, persistent=7, volatile=7),
}


def asked(question: str, trouble: BaseException) -> s2.server.Reply:
    """Give the reply to a request whose backend raises `trouble` at this question."""
    fields: dict[str, Any] = {question: trouble}
    return respond(REQUESTS[question], World(OPENS, **fields), share=Share.IPC)


@pytest.mark.parametrize("question", REQUESTS)
@pytest.mark.parametrize("status", [STATUS.ACCESS_DENIED, STATUS.NOT_FOUND, STATUS(0xC0000999), STATUS.PENDING])
def test_a_backend_refuses(question: str, status: s2.NtStatus) -> None:
    reply = asked(question, s2.StatusError(status))
    assert reply.status == status
    assert reply.encode() == REFUSAL


@pytest.mark.parametrize("question", REQUESTS)
@pytest.mark.parametrize("status", [STATUS.SUCCESS, STATUS.BUFFER_OVERFLOW])
def test_a_backend_refuses_with_a_status_that_has_an_ioctl_body(question: str, status: s2.NtStatus) -> None:
    """The reference sends an ERROR body under no such status, so the reply is one without output."""
    reply = asked(question, s2.StatusError(status))
    code, persistent, volatile = struct.unpack_from("<4xIQQ", REQUESTS[question])
    assert reply.status is status
    assert reply.encode() == struct.pack("<HHIQQIIIIII", 49, 0, code, persistent, volatile, 112, 0, 112, 0, 0, 0)
    assert s2.decode_response(reply.encode(), reply.status) == reply.body


@pytest.mark.parametrize("question", REQUESTS)
@pytest.mark.parametrize(
    "make",
    [
        *(
            KeyError,
            AttributeError,
            NameError,
            LookupError,
            IndexError,
            StopIteration,
            StopAsyncIteration,
            RuntimeError,
        ),
        *(RecursionError, NotImplementedError, ValueError, TypeError, UnicodeError, struct.error, OverflowError),
        *(ZeroDivisionError, AssertionError, MemoryError, OSError, TimeoutError, EOFError, Exception, GeneratorExit),
        *(KeyboardInterrupt, SystemExit, s2.CodecError, s2.EncodeError),
        lambda reason: s2.DecodeError(reason, path="p", offset=3, status=STATUS.ILLEGAL_CHARACTER),
        lambda reason: UnicodeDecodeError("utf-16-le", b"x", 0, 1, reason),
    ],
)
def test_any_other_exception_of_a_backend_passes_through(question: str, make: Any) -> None:
    """The same object, as it was raised."""
    trouble = make("reason")
    before = dict(vars(trouble))
    with pytest.raises(type(trouble)) as caught:
        asked(question, trouble)
    assert caught.value is trouble
    assert trouble.__cause__ is None
    assert {name: value for name, value in vars(trouble).items() if name != "__notes__"} == before


def test_what_an_open_raises_passes_through() -> None:
    class Broken(Open):
        """An open that does not know what it is."""

        def __init__(self) -> None:
            pass

        def __getattr__(self, name: str) -> Any:
            raise AttributeError(f"no {name}")

    with pytest.raises(AttributeError, match="no is_pipe"):
        respond(REQUESTS["taken"], World({(8, 8): Broken()}), share=Share.IPC)
