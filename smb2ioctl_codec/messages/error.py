"""ERROR response: the body of a reply that has no other, and the error contexts that dialect 3.1.1 puts into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from construct import Int8ul, Int16ul, Int32ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.errors import DecodeError, EncodeError, encoding
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Buffer, Fixed, Kept, Raw, Record, Reserved, Sized, Tag, record
from smb2ioctl_codec.schema.record import OnAccess

#: Bytes before ErrorData.
HEAD_SIZE = 8
#: Bytes of an error context before its data.
CONTEXT_HEAD_SIZE = 8


class ErrorId(OpenIntEnum):
    """ErrorId of an error context ([MS-SMB2] 2.2.2.1)."""

    DEFAULT = 0
    SHARE_REDIRECT = 0x72645253


@record(
    "[MS-SMB2] 2.2.2.1",
    Struct(
        "error_data_length" / Int32ul * "bytes of the data",
        "error_id" / Tag(Int32ul, ErrorId),
        "error_context_data" / Sized("error_data_length", Raw()) * "what the status defines",
    ),
)
class ErrorContext(Record):
    """SMB2 ERROR context response, dialect 3.1.1: one part of ErrorData. [MS-SMB2] 2.2.2.1; at least 8 bytes."""

    error_context_data: bytes = b""
    error_id: ErrorId = ErrorId.DEFAULT

    def payload(self, status: int) -> Record | bytes:
        """The data as the type that it has under `status`, or bytes where it has none.

        Raises:
            DecodeError: the data is not of that type; offsets count from its first byte.
        """
        kind = kind_of_data(status, self.error_id)
        return self.error_context_data if kind is None else kind.decode(self.error_context_data)


@record(
    "[MS-SMB2] 2.2.2",
    Struct(
        "structure_size" / Fixed(Int16ul, 9),
        "error_context_count" / Int8ul * "error contexts in the data; 0 before dialect 3.1.1",
        "reserved" / Reserved(Int8ul),
        "byte_count" / Int32ul * "bytes of error data",
        "error_data" / Sized("byte_count", Raw()) * "what the status defines, or error contexts",
        "padding" / Kept(Raw(), "b'' if byte_count else b'\\0'") * "one byte where there is no data",
    ),
)
class ErrorResponse(Record):
    """SMB2 ERROR response, without its header.

    `padding` is what follows the data; None is what encoding makes it: one zero byte if there is no data, as servers
    send it, and else nothing. [MS-SMB2] 2.2.2; at least 8 bytes.
    """

    error_data: bytes = b""
    error_context_count: int = 0
    reserved: int = 0
    padding: bytes | None = None

    @classmethod
    def decode(cls, data: Buffer) -> ErrorResponse:
        """The ERROR response that the bytes hold, its contexts checked.

        Raises:
            DecodeError: the bytes break the layout.
            TypeError: `data` is no bytes-like object.
        """
        raise NotImplementedError

    def encode(self) -> bytes:
        """The wire form.

        Raises:
            EncodeError: a field has the wrong type or is out of range, or the data does not hold that many contexts.
        """
        raise NotImplementedError

    def payload(self, status: int) -> Record | bytes:
        """What the error data says: of a response with contexts, the first one's data.

        Args:
            status: status of the reply; STOPPED_ON_SYMLINK and BAD_NETWORK_NAME come with data that has a type.

        Raises:
            DecodeError: the data is not of that type; offsets count from the error data's first byte, or the context
                data's.
        """
        if self.error_context_count:
            return self.contexts()[0].payload(status)
        kind = kind_of_data(status, ErrorId.DEFAULT) if self.error_data else None
        return self.error_data if kind is None else kind.decode(self.error_data)

    @classmethod
    @encoding("ErrorResponse.error_data")
    def of(cls, contexts: Sequence[ErrorContext]) -> ErrorResponse:
        """An ERROR response that holds these contexts, each but the last padded to 8 bytes.

        Raises:
            EncodeError: one cannot be encoded.
        """
        each = tuple(contexts)
        data = b""
        for context in each:
            if not isinstance(context, ErrorContext):
                raise EncodeError(
                    f"expected ErrorContext, not {type(context).__name__}", path="ErrorResponse.error_data"
                )
            data += bytes(-len(data) % 8) + context.encode()
        return cls(data, error_context_count=len(each))

    def contexts(self) -> tuple[ErrorContext, ...]:
        """The error contexts in the data, each aligned to 8 bytes from the start of the body.

        Raises:
            DecodeError: one does not lie inside the data.
        """
        found = []
        position = 0
        for index in range(self.error_context_count):
            position += -position % 8
            left = len(self.error_data) - position
            size = CONTEXT_HEAD_SIZE
            if left >= size:
                size += int.from_bytes(self.error_data[position : position + 4], "little")
            if size > left:
                raise DecodeError(
                    "cut short",
                    path=f"ErrorResponse.error_data[{index}]",
                    offset=HEAD_SIZE + min(position, len(self.error_data)),
                    needed=size,
                    available=max(left, 0),
                    limit="ErrorResponse.byte_count" if left < CONTEXT_HEAD_SIZE else "ErrorContext.error_data_length",
                )
            found.append(ErrorContext.decode(self.error_data[position : position + size]))
            position += size
        return tuple(found)


def kind_of_data(status: int, error_id: ErrorId) -> type[Record] | None:
    """The type of the data that comes with an error ([MS-SMB2] 2.2.2.2)."""
    from smb2ioctl_codec.payloads.error_data import ShareRedirectErrorContext, SymbolicLinkErrorResponse

    if status == NtStatus.STOPPED_ON_SYMLINK and error_id == ErrorId.DEFAULT:
        return SymbolicLinkErrorResponse
    if status == NtStatus.BAD_NETWORK_NAME and error_id == ErrorId.SHARE_REDIRECT:
        return ShareRedirectErrorContext
    return None


def _decoder(cls: type[ErrorResponse]) -> Callable[..., ErrorResponse]:
    """The compiled decoder and, where there are contexts, their check."""
    from smb2ioctl_codec.schema.decoder import compile_decoder

    plain = compile_decoder(cls)

    def decode(data: Buffer) -> ErrorResponse:
        response: ErrorResponse = plain(data)
        if response.error_context_count:
            response.contexts()
        return response

    return decode


def _encoder(cls: type[ErrorResponse]) -> Callable[..., bytes]:
    """The compiled encoder and, where there are contexts, their check."""
    from smb2ioctl_codec.schema.encoder import compile_encoder

    plain = compile_encoder(cls)

    def encode(self: ErrorResponse) -> bytes:
        data = plain(self)
        try:
            if self.error_context_count:
                self.contexts()
        except DecodeError as error:
            raise EncodeError(str(error), path="ErrorResponse.error_context_count") from None
        return data

    return encode


type.__setattr__(ErrorResponse, "decode", OnAccess(ErrorResponse.decode, _decoder))
type.__setattr__(ErrorResponse, "encode", OnAccess(ErrorResponse.encode, _encoder))
