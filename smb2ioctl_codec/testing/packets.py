"""Strategies of whole messages."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from smb2ioctl_codec.messages import Command, ErrorResponse, ForeignHeader, Header, HeaderFlags, IoctlRequest, Packet
from smb2ioctl_codec.messages.header import SMALLEST
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.testing.bodies import requests, responses
from smb2ioctl_codec.testing.records import fill, records
from smb2ioctl_codec.testing.scalars import LONGEST, contents, integers

_REPLY = HeaderFlags.SERVER_TO_REDIR.value
_failures = st.sampled_from([status for status in NtStatus if status >> 30 == 3])
_other_commands = st.sampled_from([command for command in Command if command != Command.IOCTL])


def packets() -> st.SearchStrategy[Packet]:
    """SMB2 messages, header and body: IOCTL requests and responses, errors, other commands, foreign headers.

    Requests come first. The messages are no parts of compounds: NextCommand is 0.
    """
    return _packets()


@st.composite
def _packets(draw: st.DrawFn) -> Packet:
    kinds = (
        _messages(st.one_of(requests(), records(IoctlRequest)), Command.IOCTL, 0),
        _messages(responses(), Command.IOCTL, _REPLY, st.just(NtStatus.SUCCESS)),
        _messages(records(ErrorResponse), Command.IOCTL, _REPLY, _failures),
        _other_commands.flatmap(lambda command: _messages(contents, command, 0)),
        _foreign(),
    )
    return draw(st.one_of(kinds))


@st.composite
def _messages(
    draw: st.DrawFn,
    bodies: st.SearchStrategy[Any],
    command: Command,
    sender: int,
    statuses: st.SearchStrategy[NtStatus] | None = None,
) -> Packet:
    flags = draw(integers("<L")) & ~_REPLY | sender
    given = {} if statuses is None else {"status": draw(statuses)}
    header = fill(draw, Header, command=command, flags=flags, next_command=0, **given)
    return Packet(header, draw(bodies))


@st.composite
def _foreign(draw: st.DrawFn) -> Packet:
    protocol = draw(st.sampled_from(list(SMALLEST)))
    least = SMALLEST[protocol] - ForeignHeader.PLAN.head
    return Packet(ForeignHeader(protocol), draw(st.binary(min_size=least, max_size=least + LONGEST)))
