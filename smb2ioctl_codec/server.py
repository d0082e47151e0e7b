"""The server side without any I/O: a request's bytes and a backend give the reply.

What is answered, and in which order it is tested, stands in the rule set of the reference server (`rules.SAMBA_3_6`).
`respond` holds the facts of a request against those rules; asking for a fact asks the backend, so the backend is
asked in the server's order, and never for what an earlier rule refused.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Protocol, cast

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.errors import EncodeError, StatusError
from smb2ioctl_codec.messages import ErrorResponse, FileId, IoctlResponse, RequestFacts
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads.dfs import ReferralRequest
from smb2ioctl_codec.payloads.snapshots import HEAD_SIZE, PROBE_SIZE, TOKEN_SIZE
from smb2ioctl_codec.rules import SAMBA_3_6, is_broken
from smb2ioctl_codec.schema import Buffer
from smb2ioctl_codec.schema.runtime import as_bytes

#: Bytes that follow the tokens in the reference server's reply, all of them zero here.
_SURPLUS = 6
#: Statuses whose reply has an IOCTL body; every other has an ERROR body (smb2_ioctl.c 142-152).
_WITH_BODY = (NtStatus.SUCCESS, NtStatus.BUFFER_OVERFLOW)


class Share(Enum):
    """What the tree connect of a request is to."""

    IPC = "IPC$"
    DISK = "disk"


@dataclass(eq=False)
class Open:
    """What a FileId names. Backends may subclass it to carry what they need.

    Attributes:
        is_pipe: it is a named pipe, not a file.
    """

    is_pipe: bool


class Backend(Protocol):
    """What a server knows beyond the bytes. Any method may refuse by raising `StatusError`."""

    def find_open(self, file_id: FileId) -> Open | None:
        """The open that the id names; None if this session and tree connect may use none of that id."""

    def referrals(self, path: str, max_level: int) -> bytes:
        """The RESP_GET_DFS_REFERRAL for a path, as bytes; entries of at most version `max_level`."""

    def pipe_write(self, open: Open, data: bytes) -> int:
        """Write to a pipe; how many bytes it took."""

    def pipe_read(self, open: Open, max_bytes: int) -> tuple[bytes, bool]:
        """Read at most `max_bytes` of a message from a pipe, and whether more of it is left."""

    def snapshots(self, open: Open) -> Sequence[str]:
        """The snapshots of a file, as tokens of 24 characters like ``@GMT-2026.11.22-17.47.43``."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request.

    Attributes:
        status: Status of the reply's header.
        body: what follows the header.
    """

    status: NtStatus
    body: IoctlResponse | ErrorResponse

    def encode(self) -> bytes:
        """The bytes of the body.

        Raises:
            EncodeError: it is no such body, or one that cannot be encoded.
        """
        if type(self.body) not in (IoctlResponse, ErrorResponse):
            reason = f"expected IoctlResponse or ErrorResponse, not {type(self.body).__name__}"
            raise EncodeError(reason, path="Reply.body")
        return self.body.encode()


def respond(body: Buffer, backend: Backend, *, share: Share, dfs_enabled: bool = True, related: bool = False) -> Reply:
    """What the reference server answers, byte for byte; bytes that it leaves unwritten are zero.

    Args:
        body: what follows the request's header; any bytes have an answer.
        backend: what the server knows.
        share: what the request's tree connect is to.
        dfs_enabled: the server is a DFS host.
        related: an earlier operation of the compound supplies the handle, so the halves of the FileId may differ.

    Raises:
        TypeError: `body` is no bytes-like object.
        Exception: whatever the backend raises, but for `StatusError`, which is answered.
    """
    facts = _Facts(as_bytes(body), related, backend, share, dfs_enabled)
    try:
        status, output = _served(facts)
    except StatusError as refusal:
        status, output = NtStatus(refusal.status), b""
    if status not in _WITH_BODY:
        return Reply(status, ErrorResponse())
    return Reply(status, IoctlResponse(facts["ctl_code"], FileId(facts["persistent"], facts["volatile"]), output))


def _served(facts: _Facts) -> tuple[NtStatus, bytes]:
    """Status and output by the first rule that is broken, or of a request that breaks none."""
    for rule in SAMBA_3_6:
        if is_broken(rule, facts, facts.known):
            status = rule.status or NtStatus.SUCCESS
            return status, facts.output() if status in _WITH_BODY else b""
    return NtStatus.SUCCESS, facts.output()


class _Facts(RequestFacts):
    """The facts of a request, and those that the backend knows, which it is asked for when a rule asks for them."""

    asked = frozenset(
        {"open_missing", "open_is_pipe", "pipe_written", "pipe_has_more", "referral_size", "snapshots_size"}
    )

    def __init__(self, body: bytes, related: bool, backend: Backend, share: Share, dfs_enabled: bool) -> None:
        super().__init__(body, related=related)
        self.backend = backend
        self.values |= {"share_is_ipc": share is Share.IPC, "dfs_enabled": dfs_enabled}

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name) if name in self.asked else super().__getitem__(name)

    @property
    def known(self) -> Set[str]:
        return super().known | self.asked

    @cached_property
    def open(self) -> Open | None:
        return self.backend.find_open(FileId(self["persistent"], self["volatile"]))

    @property
    def open_missing(self) -> bool:
        return self.open is None

    @property
    def open_is_pipe(self) -> bool:
        return self.found.is_pipe

    @property
    def found(self) -> Open:
        """The open, where a rule has already seen that there is one."""
        return cast("Open", self.open)

    @cached_property
    def referral(self) -> bytes:
        request = ReferralRequest.decode(self["input"])
        return bytes(self.backend.referrals(request.request_file_name, request.max_referral_level))

    @property
    def referral_size(self) -> int:
        return len(self.referral)

    @cached_property
    def pipe_written(self) -> int:
        return self.backend.pipe_write(self.found, self["input"])

    @cached_property
    def pipe_answer(self) -> tuple[bytes, bool]:
        """What the pipe gave, never more than was asked for."""
        most = self["max_output_response"]
        data, more = self.backend.pipe_read(self.found, most)
        return bytes(data[:most]), more or len(data) > most

    @property
    def pipe_has_more(self) -> bool:
        return self.pipe_answer[1]

    @cached_property
    def tokens(self) -> Sequence[str]:
        return self.backend.snapshots(self.found)

    @property
    def snapshots_size(self) -> int:
        """Bytes of the reply with all tokens; as in the reference, one that 32 bits cannot count is out of memory."""
        size = HEAD_SIZE + len(self.tokens) * TOKEN_SIZE + _SURPLUS
        if size > 0xFFFFFFFF:
            raise StatusError(NtStatus.NO_MEMORY)
        return size

    def output(self) -> bytes:
        """The output of a request that no rule refused, or whose output one cut."""
        match self["ctl_code"]:
            case CtlCode.FSCTL_DFS_GET_REFERRALS:
                return self.referral[: self["max_output_response"]]
            case CtlCode.FSCTL_PIPE_TRANSCEIVE:
                return self.pipe_answer[0]
        return self._snapshot_array()

    def _snapshot_array(self) -> bytes:
        """Sizes alone in exactly 16 bytes, or with all tokens, each in a place of 50 bytes."""
        count, size = len(self.tokens), self.snapshots_size - HEAD_SIZE
        if self["max_output_response"] == PROBE_SIZE:
            return struct.pack("<III", count, 0, size).ljust(PROBE_SIZE, b"\0")
        places = b"".join(
            token.encode("utf-16-le", "surrogatepass")[: TOKEN_SIZE - 2].ljust(TOKEN_SIZE, b"\0")
            for token in self.tokens
        )
        return struct.pack("<III", count, count, size) + places + bytes(_SURPLUS)
