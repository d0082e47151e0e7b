"""What reading a capture gives: messages, the connections that they came over, and what was found on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Literal

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.messages import Header, Packet
from smb2ioctl_codec.ntstatus import NtStatus

Direction = Literal["request", "response"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CaptureError(ValueError):
    """A file is no capture, or it cannot be read any further; what could be read has been given by then.

    Attributes:
        messages: what `read_all` had read until then; empty where it was `read` that raised.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.messages: list[CapturedMessage] = []


class FindingKind(StrEnum):
    """What a finding is about."""

    #: An interface has a link layer that is not read, so that its packets are passed over; or none of them carries IP.
    LINK_TYPE = "link-type"
    #: A packet's headers contradict themselves or are cut short.
    BROKEN_PACKET = "broken-packet"
    #: A fragment of an IP packet; fragments are not put together.
    IP_FRAGMENT = "ip-fragment"
    #: Bytes of a connection are not in the capture, or only the head of their packet is.
    MISSING_BYTES = "missing-bytes"
    #: Bytes that come too late: they lie before the first that was seen of their connection.
    BEFORE_START = "before-start"
    #: A sequence number far from the one before it: what lies between is unknown.
    SEQUENCE_JUMP = "sequence-jump"
    #: Bytes of a connection where no message starts, up to the next place where one does.
    SKIPPED_BYTES = "skipped-bytes"
    #: What a direct-TCP frame holds is no message of SMB2.
    NOT_SMB2 = "not-smb2"
    #: Not all bytes of a message were captured.
    CUT_MESSAGE = "cut-message"
    #: A reader's limit was reached, and something was let go because of that.
    LIMIT = "limit"
    #: The client sent a message that says it is the server's, or the other way round.
    WRONG_SIDE = "wrong-side"
    #: A reply's command, SessionId or AsyncId is not that of its request.
    MISMATCH = "mismatch"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One side of a TCP connection."""

    address: IPv4Address | IPv6Address
    port: int

    def __str__(self) -> str:
        return f"[{self.address}]:{self.port}" if self.address.version == 6 else f"{self.address}:{self.port}"


@dataclass(frozen=True, slots=True)
class Connection:
    """A TCP connection.

    Attributes:
        number: how many connections to the same ports came before it in the capture. Two connections with the same
            addresses and ports, one after the other, differ in it.
        client: the side that is not the SMB server.
        server: the side with one of the ports that were asked for.
    """

    number: int
    client: Endpoint
    server: Endpoint

    def __str__(self) -> str:
        return f"{self.client} to {self.server}"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a capture that a reader should know, but that does not end the reading.

    Attributes:
        text: what it is, in a sentence without its place.
        frame_number: the captured packet at which it was noticed.
        connection: where it belongs to one.
    """

    kind: FindingKind
    text: str
    frame_number: int
    connection: Connection | None = None

    def __str__(self) -> str:
        where = f" ({self.connection})" if self.connection else ""
        return f"frame {self.frame_number}{where}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedMessage:
    """One SMB2 message of a capture, of whatever command. The messages of a compound are given one by one.

    Attributes:
        frame_number: the captured packet in which the message ends; the first of a file is 1.
        time_ns: when that packet was captured, in nanoseconds since 1970 UTC, rounded down; None where the capture
            does not say.
        connection: the connection that carried it.
        direction: what the header says; for a message without a readable header, the side that sent it.
        data: all bytes of the message from ProtocolId on; in a compound, up to the next one.
        header: the SMB2 header, also where the body does not decode; None for encrypted and compressed messages.
        packet: the decoded message; None if it does not decode.
        error: why it does not decode; None if it does. Its offset counts from the first byte of `data`.
        partner: the frame number of the other: of a reply, the request's; of a request, the last reply's, which only
            `pair` and `read_all` can fill in. None where there is no other, or it is not known.
        interim: the frame number of the interim reply between request and final reply, if there was one: of a reply,
            and, after `pair` and `read_all`, of a request.
        findings: what was found in this direction of the connection since the message before this one.
    """

    frame_number: int
    time_ns: int | None
    connection: Connection
    direction: Direction
    data: bytes = field(repr=False)
    header: Header | None
    packet: Packet | None
    error: DecodeError | None = field(default=None, compare=False)
    partner: int | None = None
    interim: int | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def time(self) -> datetime | None:
        """`time_ns` as an aware datetime in UTC, rounded down to microseconds; None beyond the year 9999."""
        if self.time_ns is None:
            return None
        try:
            return _EPOCH + timedelta(microseconds=self.time_ns // 1000)
        except OverflowError:
            return None

    @property
    def is_interim(self) -> bool:
        """It is an interim reply: STATUS_PENDING, and the final one follows ([MS-SMB2] 3.3.4.2)."""
        header = self.header
        return header is not None and header.is_response and header.is_async and header.status == NtStatus.PENDING
