"""IOCTL request and response: the bytes that follow the SMB2 header."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, overload

from construct import Int16ul, Int32ul, Struct

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.errors import DecodeError, EncodeError, encoding
from smb2ioctl_codec.messages.file_id import FileId
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.rules import REPLY, SAMBA_3_6, RuleSet
from smb2ioctl_codec.schema import At, Buffer, Fixed, Kept, Nested, Raw, Record, Reserved, Slack, Tag, record
from smb2ioctl_codec.schema.record import OnAccess
from smb2ioctl_codec.schema.runtime import as_bytes

if TYPE_CHECKING:
    from smb2ioctl_codec.payloads.row import Direction

R = TypeVar("R", bound=Record)

#: Flags of a request: the control code is an FSCTL.
IS_FSCTL = 1


@record(
    "[MS-SMB2] 2.2.31",
    Struct(
        "structure_size" / Fixed(Int16ul, 57),
        "reserved" / Reserved(Int16ul),
        "ctl_code" / Tag(Int32ul, CtlCode),
        "file_id" / Nested(FileId) * "the open, or all ones",
        "input_offset" / Kept(Int32ul, "120 if input_count else 0") * "bytes from the header to the input",
        "input_count" / Int32ul * "bytes of input",
        "max_input_response" / Int32ul * "most bytes of input that the reply may hold",
        "output_offset" / Int32ul * "0, or where Windows clients would put an output",
        "output_count" / Int32ul * "0",
        "max_output_response" / Int32ul * "most bytes of output that the reply may hold",
        "flags" / Int32ul * "1: an FSCTL; 0: an IOCTL",
        "reserved2" / Reserved(Int32ul),
        "input" / At("input_offset", "input_count", Raw(), base=HEADER_SIZE) * "what the control code defines",
        "slack" / Slack() * "bytes before and after the input",
    ),
)
class IoctlRequest(Record):
    """SMB2 IOCTL request, without its header.

    `input_offset` (bytes from the start of the header) is None where it is what encoding makes it: 120, or 0 if there
    is no input. `slack` holds the bytes around the input; clients send one zero byte if there is no input. Counts and
    sizes are bytes. [MS-SMB2] 2.2.31; at least 56 bytes.
    """

    ctl_code: CtlCode
    file_id: FileId
    input: bytes = b""
    max_output_response: int = 0
    max_input_response: int = 0
    flags: int = IS_FSCTL
    input_offset: int | None = None
    output_offset: int = 0
    output_count: int = 0
    reserved: int = 0
    reserved2: int = 0
    slack: bytes = b""

    @classmethod
    def decode(cls, data: Buffer, rules: RuleSet = SAMBA_3_6) -> IoctlRequest:
        """The request that the bytes hold.

        Args:
            data: all bytes after the header. They are copied.
            rules: whose rules on offsets and lengths must hold; `rules.WIRE` reads all that can be read.

        Raises:
            DecodeError: the bytes break the layout or a rule.
            TypeError: `data` is no bytes-like object.
        """
        raise NotImplementedError

    @classmethod
    @encoding("IoctlRequest.input")
    def of(
        cls,
        payload: Record | bytes,
        *,
        file_id: FileId = FileId.NONE,
        max_output_response: int = 0,
        ctl_code: int | None = None,
    ) -> IoctlRequest:
        """A request that carries `payload`.

        Args:
            payload: a payload value, or bytes.
            file_id: the open; all ones by default.
            max_output_response: most bytes of output that the reply may hold.
            ctl_code: the control code; by default the one whose request `payload` is.

        Raises:
            EncodeError: the payload cannot be encoded, or names no control code and none is given.
        """
        code, data = _carried(payload, ctl_code, "request", cls.__name__)
        return cls(code, file_id, data, max_output_response)

    @overload
    def payload(self) -> Any: ...

    @overload
    def payload(self, kind: type[R]) -> R: ...

    def payload(self, kind: type[R] | None = None) -> Any:
        """The input as the type that the registry has for the code, or bytes where it has none.

        Args:
            kind: the type that the caller expects; any other payload is an error then.

        Raises:
            DecodeError: the input is not of that type; offsets count from the input's first byte.
        """
        return _expected(kind, registry.lookup(self.ctl_code).decode_request(self.input), "IoctlRequest.input")


@record(
    "[MS-SMB2] 2.2.32",
    Struct(
        "structure_size" / Fixed(Int16ul, 49),
        "reserved" / Reserved(Int16ul),
        "ctl_code" / Tag(Int32ul, CtlCode) * "of the request",
        "file_id" / Nested(FileId) * "of the request",
        "input_offset" / Kept(Int32ul, "112") * "bytes from the header to the input",
        "input_count" / Int32ul * "bytes of input that are sent back",
        "output_offset"
        / Kept(Int32ul, "(input_offset if input_count else 112) + input_count + 7 & -8")
        * "bytes from the header to the output",
        "output_count" / Int32ul * "bytes of output",
        "flags" / Reserved(Int32ul),
        "reserved2" / Reserved(Int32ul),
        "input" / At("input_offset", "input_count", Raw(), base=HEADER_SIZE) * "the request's, from older servers",
        "output" / At("output_offset", "output_count", Raw(), base=HEADER_SIZE) * "what the control code defines",
        "slack" / Slack() * "bytes before, between and after the buffers",
    ),
    checks=REPLY.layout,
)
class IoctlResponse(Record):
    """SMB2 IOCTL response, without its header.

    `input` is the request's, sent back by some servers (Windows Vista and 2008). `input_offset` and `output_offset`
    (bytes from the start of the header) are None where they are what encoding makes them: 112, and the input's end
    rounded up to 8. `slack` holds the bytes in neither buffer; zeros that only align are not worth a mention. Counts
    are bytes. [MS-SMB2] 2.2.32; at least 48 bytes.
    """

    ctl_code: CtlCode
    file_id: FileId
    output: bytes = b""
    input: bytes = b""
    flags: int = 0
    input_offset: int | None = None
    output_offset: int | None = None
    reserved: int = 0
    reserved2: int = 0
    slack: bytes = b""

    @classmethod
    @encoding("IoctlResponse.output")
    def of(
        cls, payload: Record | bytes, *, file_id: FileId = FileId.NONE, ctl_code: int | None = None
    ) -> IoctlResponse:
        """A response that carries `payload`; arguments and errors as for `IoctlRequest.of`."""
        code, data = _carried(payload, ctl_code, "response", cls.__name__)
        return cls(code, file_id, data)

    @overload
    def payload(self, request: IoctlRequest | None = None, status: int = NtStatus.SUCCESS) -> Any: ...

    @overload
    def payload(self, request: IoctlRequest | None = None, status: int = NtStatus.SUCCESS, *, kind: type[R]) -> R: ...

    def payload(
        self,
        request: IoctlRequest | None = None,
        status: int = NtStatus.SUCCESS,
        *,
        kind: type[R] | None = None,
    ) -> Any:
        """The output as the type that the registry has for the code, or bytes where it has none.

        Args:
            request: the request that is answered, for codes whose output only it explains.
            status: status of the reply. Under an error only what is known to come with errors has a type; of an output
                that was cut (BUFFER_OVERFLOW), what cannot be read as its type stays bytes.
            kind: the type that the caller expects; any other payload is an error then.

        Raises:
            DecodeError: the output is not of that type, or does not answer the request; offsets count from the
                output's first byte.
        """
        if request is not None and request.ctl_code != self.ctl_code:
            reason = f"{self.ctl_code!s} does not answer {request.ctl_code!s}"
            raise DecodeError(reason, path="IoctlResponse.ctl_code", offset=IoctlResponse.PLAN.field("ctl_code").offset)
        asked = None
        if request is not None:
            with suppress(DecodeError):  # what is wrong with the request is no fault of the reply
                asked = request.payload()
        found = registry.lookup(self.ctl_code).decode_response(self.output, asked, status)
        return _expected(kind, found, "IoctlResponse.output")


def _expected(kind: type[Any] | None, found: Any, path: str) -> Any:
    if kind is not None and type(found) is not kind:
        raise DecodeError(f"{type(found).__name__} where {kind.__name__} is expected", path=path, offset=0)
    return found


def _carried(payload: Record | bytes, ctl_code: int | None, direction: Direction, name: str) -> tuple[CtlCode, bytes]:
    code = registry.code_of(type(payload), direction) if ctl_code is None else ctl_code
    if code is None:
        raise EncodeError(f"no control code is known for {type(payload).__name__}", path=f"{name}.ctl_code")
    try:
        known = CtlCode(code)
    except ValueError as error:
        raise EncodeError(str(error), path=f"{name}.ctl_code") from None
    return known, payload.encode() if isinstance(payload, Record) else as_bytes(payload)


def _usual_decoder(cls: type[IoctlRequest]) -> Any:
    """The decoder with the usual rules compiled in."""
    from smb2ioctl_codec.schema.decoder import compile_decoder

    return compile_decoder(cls, SAMBA_3_6.layout, default=SAMBA_3_6, other=_decode_with)


type.__setattr__(IoctlRequest, "decode", OnAccess(IoctlRequest.decode, _usual_decoder))

_decoders: dict[RuleSet, Callable[[Buffer], IoctlRequest]] = {}


def request_decoder(rules: RuleSet) -> Callable[[Buffer], IoctlRequest]:
    """The compiled decoder of requests that applies these rules."""
    try:
        return _decoders[rules]
    except KeyError:
        from smb2ioctl_codec.schema.decoder import compile_decoder

        return _decoders.setdefault(rules, compile_decoder(IoctlRequest, rules.layout))


def _decode_with(data: Buffer, rules: RuleSet) -> IoctlRequest:
    """What `IoctlRequest.decode` does with rules that are not the usual ones."""
    return request_decoder(rules)(data)
