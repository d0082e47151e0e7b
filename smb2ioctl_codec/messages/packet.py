"""Whole messages: header and body, and which body a reply has."""

from __future__ import annotations

from typing import Any

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.errors import DecodeError, EncodeError
from smb2ioctl_codec.messages.error import ErrorResponse
from smb2ioctl_codec.messages.header import HEADER_SIZE, SMALLEST, Command, ForeignHeader, Header, HeaderFlags
from smb2ioctl_codec.messages.ioctl import IoctlRequest, IoctlResponse, request_decoder
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules import WIRE, RuleSet
from smb2ioctl_codec.schema import Buffer, value_class
from smb2ioctl_codec.schema.runtime import as_bytes

Body = IoctlRequest | IoctlResponse | ErrorResponse | bytes

#: Codes whose reply keeps its body under an error: progress, or the server's limits ([MS-SMB2] 3.3.5.15.6).
_BODY_UNDER_ERROR = (CtlCode.FSCTL_SRV_COPYCHUNK, CtlCode.FSCTL_SRV_COPYCHUNK_WRITE)
_BODIES = (IoctlRequest, IoctlResponse, ErrorResponse)
_IOCTL = int(Command.IOCTL)
_FROM_SERVER = HeaderFlags.SERVER_TO_REDIR.value
#: Where NextCommand stands in a header.
NEXT_COMMAND = Header.PLAN.field("next_command").offset or 0


@value_class
class Packet:
    """One SMB2 message: header and body.

    The body is an `IoctlRequest`, `IoctlResponse` or `ErrorResponse` for the IOCTL command, and bytes for every other.
    An encrypted or compressed message, or one of SMB1, has a `ForeignHeader` and its remaining bytes as the body.
    """

    header: Header | ForeignHeader
    body: Body

    @classmethod
    def decode(cls, message: Buffer, rules: RuleSet = WIRE) -> Packet:
        """The message that the bytes hold, from its ProtocolId to its last byte (in a compound, up to NextCommand).

        Args:
            message: all of its bytes. They are copied.
            rules: whose rules on offsets and lengths a request must keep; by default no server's, so that all that
                can be read is read.

        Raises:
            DecodeError: header or body break the layout; `offset` counts from the header's first byte.
            TypeError: `message` is no bytes-like object.
        """
        data = message if type(message) is bytes else as_bytes(message)
        place = 0
        try:
            if len(data) >= 4 and data[0] != 0xFE:
                return _foreign(data)
            header = Header.decode(data[:HEADER_SIZE])
            if header.next_command and header.next_command != len(data):
                reason = f"{header.next_command} is neither 0 nor the message's {len(data)} bytes"
                raise DecodeError(reason, path="Header.next_command", offset=NEXT_COMMAND)
            place = HEADER_SIZE
            content = data[HEADER_SIZE:]
            body: Body = content
            if header.command == _IOCTL:
                from_server = header.flags & _FROM_SERVER
                body = decode_response(content, header.status) if from_server else request_decoder(rules)(content)
        except DecodeError as error:
            error.offset = place + (error.offset or 0)
            raise
        return _packet(header, body)

    def encode(self) -> bytes:
        """The wire form.

        Raises:
            EncodeError: header or body cannot be encoded, or they do not go together.
        """
        header = self.header
        body: Any = self.body
        if type(header) is not Header:
            return _encode_foreign(header, body)
        message = header.encode()
        kind = type(body)
        if kind in _BODIES:
            message += body.encode()
        elif kind is bytes:
            message += body
        if header.command != _IOCTL:
            fits = kind is bytes
        elif header.flags & _FROM_SERVER:
            fits = kind in _bodies_of_reply(header, body)
        else:
            fits = kind is IoctlRequest
        if not fits:
            raise _misfit(header, body)
        if header.next_command and header.next_command != len(message):
            reason = f"{header.next_command} is neither 0 nor the message's {len(message)} bytes"
            raise EncodeError(reason, path="Header.next_command")
        return message


def decode_response(body: Buffer, status: int, ctl_code: int | None = None) -> IoctlResponse | ErrorResponse:
    """The body of a reply to an IOCTL request: which of the two it is tell StructureSize, status and code.

    Args:
        body: all bytes after the header.
        status: status of the reply's header.
        ctl_code: the request's control code, if it is known; a reply with another is refused.

    Raises:
        DecodeError: StructureSize is neither 49 nor 9; SUCCESS with an ERROR body; an IOCTL body under an error that
            carries none ([MS-SMB2] 3.3.4.4); a body that breaks its layout.
        TypeError: `body` is no bytes-like object.
    """
    data = body if type(body) is bytes else as_bytes(body)
    if len(data) < 2:
        raise DecodeError("cut short", path="IoctlResponse.structure_size", offset=0, needed=2, available=len(data))
    structure_size = int.from_bytes(data[:2], "little")
    if structure_size == 49:
        response = IoctlResponse.decode(data)
        code = response.ctl_code
        if status >> 30 == 3 and code not in _BODY_UNDER_ERROR:
            raise _unfit(f"an IOCTL body, which {NtStatus(status)!s} of {code!s} does not have", 0)
        if ctl_code is not None and code != ctl_code:
            raise _unfit(f"{code!s} does not answer {CtlCode(ctl_code)!s}", 4)
        return response
    if structure_size == 9:
        if status == 0:
            raise _unfit("an ERROR body under SUCCESS", 0)
        return ErrorResponse.decode(data)
    raise _unfit(f"{structure_size} where 49 (IOCTL) or 9 (ERROR) is valid", 0)


def _packet(header: Header | ForeignHeader, body: Body) -> Packet:
    packet = Packet.TWIN()  # type: ignore[attr-defined]
    packet.header = header
    packet.body = body
    packet.__class__ = Packet
    return packet  # type: ignore[no-any-return]


def _foreign(data: bytes) -> Packet:
    header = ForeignHeader.decode(data[:4])
    smallest = SMALLEST.get(header.protocol_id)
    if smallest is None:
        reason = f"{int(header.protocol_id):#010x} is the ProtocolId of no SMB message"
        raise DecodeError(reason, path="Header.protocol_id", offset=0)
    if len(data) < smallest:
        reason = f"a message of {header.protocol_id!s} is cut short"
        raise DecodeError(reason, path="Packet.body", offset=4, needed=smallest - 4, available=len(data) - 4)
    return _packet(header, data[4:])


def _encode_foreign(header: Any, body: Any) -> bytes:
    if type(header) is not ForeignHeader:
        raise EncodeError(f"expected Header, not {type(header).__name__}", path="Packet.header")
    message = header.encode()
    smallest = SMALLEST.get(header.protocol_id)
    if smallest is None:
        raise EncodeError(f"{header.protocol_id!s} has a Header of its own", path="ForeignHeader.protocol_id")
    if type(body) is not bytes:
        raise _misfit(header, body)
    if len(message + body) < smallest:
        reason = f"{len(body)} bytes where a message of {header.protocol_id!s} has at least {smallest - len(message)}"
        raise EncodeError(reason, path="Packet.body")
    return message + body


def _bodies_of_reply(header: Header, body: Body) -> tuple[type, ...]:
    """The types that the body of a reply may have."""
    if header.status == NtStatus.SUCCESS:
        return (IoctlResponse,)
    if header.status >> 30 == 3 and not (type(body) is IoctlResponse and body.ctl_code in _BODY_UNDER_ERROR):
        return (ErrorResponse,)
    return (IoctlResponse, ErrorResponse)


def _misfit(header: Header | ForeignHeader, body: Body) -> EncodeError:
    """The error for a body that decoding would not give for this header."""
    expected: tuple[type, ...] = (bytes,)
    if type(header) is Header and header.command == _IOCTL:
        expected = _bodies_of_reply(header, body) if header.is_response else (IoctlRequest,)
    names = " or ".join(kind.__name__ for kind in expected)
    return EncodeError(f"expected {names} for this header, not {type(body).__name__}", path="Packet.body")


def _unfit(reason: str, offset: int) -> DecodeError:
    field = "ctl_code" if offset else "structure_size"
    return DecodeError(reason, path=f"IoctlResponse.{field}", offset=offset)
