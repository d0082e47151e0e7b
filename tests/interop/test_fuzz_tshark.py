"""Wireshark's `tshark` on the valid messages of a corpus: it reads each as we do, and complains of none.

`REASONS` has the exceptions.
"""

from __future__ import annotations

import shutil
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from tshark.fields import expected, parsed
from tshark.output import Shown

from smb2ioctl_codec import CtlCode, ErrorResponse, IoctlRequest, IoctlResponse, NtStatus, decode_chain
from smb2ioctl_codec.fuzz import Case, corpus
from smb2ioctl_codec.messages import Command, ErrorId, Header
from smb2ioctl_codec.payloads.offload import TOKEN_ID_SIZE, OffloadReadOutput, OffloadWriteInput

from .need import need
from .wireshark import show_chains

#: Counts of both buffers, that of the lower offset first.
LENGTHS = "smb2.olb.length"
#: Of the header, and of a reply's body too, of which tshark turns the bytes around.
FLAGS = "smb2.flags"
TUNNELS = (CtlCode.FSCTL_SVHDX_SYNC_TUNNEL_REQUEST, CtlCode.FSCTL_SVHDX_ASYNC_TUNNEL_REQUEST)


class Message(NamedTuple):
    """One IOCTL message of a seed, and what tshark shows of it."""

    case: Case
    header: Header
    body: Any
    shown: Shown

    @property
    def payload(self) -> Any:
        """What it carries; nothing of an ERROR."""
        if isinstance(self.body, IoctlRequest):
            return self.body.payload()
        return self.body.payload(None, self.header.status) if isinstance(self.body, IoctlResponse) else b""

    @property
    def is_read_otherwise(self) -> bool:
        """Whether tshark complains, or shows other fields of the payload, or other values."""
        code = getattr(self.body, "ctl_code", CtlCode(0))
        ours = expected(code, self.payload, is_request=self.shown.is_request)
        return bool(self.shown.complaints) or parsed(self.shown.fields, ours) != ours


class Reason(NamedTuple):
    """Why tshark does not read some messages as we do: which they may be, and how many there are."""

    why: str
    may_be: Callable[[Message], bool]
    number: int


def _is_cut(message: Message) -> bool:
    return isinstance(message.body, IoctlResponse) and message.header.status == NtStatus.BUFFER_OVERFLOW


def _is_error_of_overflow(message: Message) -> bool:
    return isinstance(message.body, ErrorResponse) and message.header.status == NtStatus.BUFFER_OVERFLOW


def _has_long_token(message: Message) -> bool:
    value = message.payload
    is_there = isinstance(value, OffloadReadOutput | OffloadWriteInput)
    return is_there and value.token.token_id_length > TOKEN_ID_SIZE


def _is_redirected(message: Message) -> bool:
    body = message.body
    return isinstance(body, ErrorResponse) and any(
        context.error_id == ErrorId.SHARE_REDIRECT for context in body.contexts()
    )


def _is_long_path(message: Message) -> bool:
    body = message.body
    is_asked = isinstance(body, IoctlRequest) and body.ctl_code == CtlCode.FSCTL_DFS_GET_REFERRALS
    return is_asked and len(body.input) >> 16 > 0


def _is_wait_sent_back(message: Message) -> bool:
    body = message.body
    return isinstance(body, IoctlResponse) and body.ctl_code == CtlCode.FSCTL_PIPE_WAIT and len(body.input) > 0


REASONS = (
    Reason("reads what follows the header of a tunnel by its operation: here, any bytes follow",
           lambda message: getattr(message.body, "ctl_code", None) in TUNNELS, 62),
    Reason("reads an output that was cut as if it were whole", _is_cut, 108),
    Reason("takes every reply under BUFFER_OVERFLOW for one with an output", _is_error_of_overflow, 1),
    Reason("reads as many bytes of a token as its TokenIdLength says", _has_long_token, 2),
    Reason("takes the addresses of a moved share for socket addresses, and looks for the name as far behind them as it"
           " is behind the start", _is_redirected, 33),
    Reason("counts the bytes of a referral request in 16 bits", _is_long_path, 1),
    Reason("reads the input of FSCTL_PIPE_WAIT also in a reply that sends it back", _is_wait_sent_back, 1),
)  # fmt: skip


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> list[Message]:
    """All IOCTL messages of the seeds, which tshark is given at once."""
    need(shutil.which("tshark"), "the Debian package tshark")
    seeds = list(corpus(kinds=["seed"]))
    shown = show_chains([case.data for case in seeds], tmp_path_factory.mktemp("tshark"))
    found = []
    for case, some in zip(seeds, shown, strict=True):
        found += [Message(case, header, body, one) for (header, body), one in zip(_ioctl(case.data), some, strict=True)]
    return found


def _ioctl(data: bytes) -> list[tuple[Header, Any]]:
    """Header and body of each IOCTL message in a chain."""
    packets = [(packet.header, packet.body) for packet in decode_chain(data)]
    return [(one, body) for one, body in packets if isinstance(one, Header) and one.command == Command.IOCTL]


def test_every_message_is_read_as_ours(messages: list[Message]) -> None:
    """As an IOCTL message with the same header, control code, counts and buffers."""
    for message in messages:
        if not _is_error_of_overflow(message):
            ours = _header(message.header) | _body(message.body)
            theirs: dict[str, list[Any]] = parsed(message.shown.message, ours)
            theirs[LENGTHS] = sorted(map(int, theirs.get(LENGTHS, [])))
            theirs[FLAGS] = theirs[FLAGS][:1]
            assert {name: theirs.get(name) for name in ours} == ours, message.case
    assert len(messages) > 3000


def test_every_payload_is_read_as_ours(messages: list[Message]) -> None:
    """With the same fields and values, and without a complaint; but for the reasons, of which each holds."""
    why = {id(one): next((each.why for each in REASONS if each.may_be(one)), "") for one in messages}
    otherwise = [message for message in messages if message.is_read_otherwise]
    assert [one.case for one in otherwise if not why[id(one)]] == []
    assert Counter(why[id(one)] for one in otherwise) == {each.why: each.number for each in REASONS}


def _header(header: Header) -> dict[str, list[Any]]:
    where = {"smb2.aid": [header.async_id]} if header.is_async else {"smb2.tid": [header.tree_id]}
    status = {"smb2.nt_status": [int(header.status)]} if header.is_response else {}
    return status | where | {
        "smb2.cmd": [int(Command.IOCTL)], FLAGS: [int(header.flags)], "smb2.msg_id": [header.message_id],
        "smb2.sesid": [header.session_id], "smb2.credit.charge": [header.credit_charge],
    }  # fmt: skip


def _body(body: Any) -> dict[str, list[Any]]:
    if isinstance(body, ErrorResponse):
        data = body.error_data or (b"\0" if body.padding is None else body.padding[:1])
        return {
            "smb2.error.context_count": [body.error_context_count], "smb2.error.byte_count": [len(body.error_data)],
            **({"smb2.error.data": [data]} if data else {}),
        }  # fmt: skip
    both: dict[str, list[Any]] = {
        "smb2.ioctl.function": [int(body.ctl_code)], "smb2.fid": [uuid.UUID(bytes_le=body.file_id.encode())],
        "smb2.ioctl.in": [body.input],
    }  # fmt: skip
    if isinstance(body, IoctlRequest):
        return both | {
            "smb2.max_ioctl_in_size": [body.max_input_response], "smb2.max_ioctl_out_size": [body.max_output_response],
            "smb2.ioctl.flags": [body.flags], LENGTHS: sorted((body.output_count, len(body.input))),
        }  # fmt: skip
    return both | {"smb2.ioctl.out": [body.output], LENGTHS: sorted((len(body.input), len(body.output)))}
