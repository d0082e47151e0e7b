"""What messages of a capture refer to: connections, shares, users, files, and what was found on the way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Literal, final

if TYPE_CHECKING:
    from smb2ioctl_codec.capture.message import CapturedMessage

Direction = Literal["request", "response"]


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


@final
@dataclass(frozen=True, slots=True)
class Share:
    """The share that a message goes to, as its TREE_CONNECT told.

    Attributes:
        path: what the client asked for, such as ``\\\\server\\name``.
        share_type: ShareType of the reply: 1 disk, 2 pipe, 3 print ([MS-SMB2] 2.2.10).
        frame_number: the frame of the TREE_CONNECT reply.
    """

    path: str
    share_type: int
    frame_number: int


@final
@dataclass(frozen=True, slots=True)
class User:
    """Who a session belongs to, as the NTLMSSP AUTHENTICATE message in its SESSION_SETUP told.

    Attributes:
        account: the user's name.
        domain: the domain that was named with it.
        host: the name that the client's machine gave itself.
        frame_number: the frame of the SESSION_SETUP reply, or of the request where the reply is not there (yet).
    """

    account: str
    domain: str
    host: str
    frame_number: int


@final
@dataclass(frozen=True, slots=True)
class File:
    """The file, folder or pipe that a FileId stands for, as its CREATE told.

    Attributes:
        name: what the client asked for, relative to the share; empty for its root.
        frame_number: the frame of the CREATE reply; None where a request of the same compound opens the file, so that
            the reply is still to come.
    """

    name: str
    frame_number: int | None


#: What is known of a file, a share and a user, before one asks for a `File`, `Share` or `User`: names are still bytes,
#: and those of a user are in UTF-16 if the flag says so.
FileFacts = tuple[bytes, int | None]
ShareFacts = tuple[bytes, int, int]
UserFacts = tuple[bytes, bytes, bytes, bool, int]
#: SessionId and TreeId, how much was known then, and what they stand for.
Place = tuple[int, int | None, int, UserFacts | None, ShareFacts | None]
