"""Valid messages that are about the bodies themselves: other fields, offsets and gaps, and every kind of ERROR body."""

from __future__ import annotations

from collections.abc import Iterator

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.fuzz.case import Case
from smb2ioctl_codec.fuzz.facts import SERVERS
from smb2ioctl_codec.fuzz.making import build
from smb2ioctl_codec.fuzz.making.valid import OPAQUE, Made, Source, path_of, reply_case, request_case, values_of
from smb2ioctl_codec.fuzz.values.fit import LARGEST
from smb2ioctl_codec.fuzz.values.plain import make
from smb2ioctl_codec.fuzz.values.variants import Variant, variants
from smb2ioctl_codec.messages import ErrorContext, ErrorId, ErrorResponse, HeaderFlags, IoctlRequest, IoctlResponse
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads.error_data import (
    MoveDstIpaddr,
    ShareRedirectErrorContext,
    SymbolicLinkErrorResponse,
)
from smb2ioctl_codec.schema import Record

#: Types of ErrorData, and the status that each comes with.
DATA_OF_ERRORS: dict[type[Record], NtStatus] = {
    SymbolicLinkErrorResponse: NtStatus.STOPPED_ON_SYMLINK,
    ShareRedirectErrorContext: NtStatus.BAD_NETWORK_NAME,
}


def bodies(random: Source) -> Iterator[Case]:
    """Other forms of the bodies: other fields, offsets and gaps."""
    code = CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS
    usual = {"ctl_code": code, "file_id": build.FILE_ID, "max_output_response": build.ROOM}
    for each in variants(IoctlRequest, random):
        value = make(IoctlRequest, random, **usual | each.given)
        if value is not None and each.name not in ("ctl_code", "file_id"):
            yield request_case(value, f"IoctlRequest, {each.what}", f"IoctlRequest.{each.name}")
    for offset, count in ((0x78, 0), (0, 0)):
        body = build.request(code, output_offset=offset, output_count=count)
        yield request_case(body, f"OutputOffset {offset:#x}, no output", "IoctlRequest.output_offset")
    moved = build.request(code, b"\1\2\3\4", input_offset=128, slack=bytes(8))
    yield request_case(moved, "eight bytes before the input", "IoctlRequest.input_offset")
    for each in variants(IoctlResponse, random):
        if each.name not in ("ctl_code", "file_id"):
            given = dict(each.given)
            code = CtlCode.FSCTL_PIPE_TRANSCEIVE if "output" in given else CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS
            output = given.pop("output", bytes(12))
            what = f"IoctlResponse, {each.what}"
            yield reply_case(build.reply(code, output, **given), code, what, f"IoctlResponse.{each.name}")


def errors(random: Source) -> Iterator[Made]:
    """Every kind of ERROR body."""
    for status in sorted(_STATUSES):
        yield Made(reply_case(build.error(status), None, f"ERROR, {status.name}"))
    yield Made(reply_case(build.error(NtStatus.ACCESS_DENIED, ErrorResponse(padding=b"")), None, "ERROR of 8 bytes"))
    interim = HeaderFlags.ASYNC_COMMAND.value
    pending = build.error(NtStatus.PENDING, flags=interim, async_id=8, tree_id=None, reserved=None)
    yield Made(reply_case(pending, None, "interim reply, PENDING"))
    needed = ErrorResponse((1 << 16).to_bytes(4, "little"))
    yield Made(reply_case(build.error(NtStatus.BUFFER_TOO_SMALL, needed), None, "ERROR, the size that is needed"))
    for kind, status in DATA_OF_ERRORS.items():
        for each in values_of(kind, random):
            if len(each.value.encode()) < LARGEST - OPAQUE:
                yield from _with_data(kind, each, status)
    contexts = [ErrorContext(random.randbytes(size)) for size in (0, 1, 8)]
    for count in range(len(contexts) + 1):
        body = ErrorResponse.of(contexts[:count])
        yield Made(reply_case(build.error(NtStatus.INVALID_PARAMETER, body), None, f"ERROR, {count} contexts"))
    addresses = tuple(MoveDstIpaddr(kind, bytes(range(16))) for kind in (1, 2, 3))
    moved = ShareRedirectErrorContext(r"\\server\share", addresses).encode()
    one = ErrorResponse.of([ErrorContext(moved, ErrorId.SHARE_REDIRECT)])
    yield Made(reply_case(build.error(NtStatus.BAD_NETWORK_NAME, one), None, "ERROR, a moved share"))


def _with_data(kind: type[Record], each: Variant, status: NtStatus) -> Iterator[Made]:
    """ERROR bodies with data of a type: bare, as old dialects have it, and in a context."""
    data, what, path = each.value.encode(), f"ERROR, {kind.__name__}, {each.what}", path_of(kind, each)
    if kind is SymbolicLinkErrorResponse:
        yield Made(reply_case(build.error(status, ErrorResponse(data)), None, what, path), each.value)
    in_context = ErrorResponse.of([ErrorContext(data, kind_of_context(kind))])
    yield Made(reply_case(build.error(status, in_context), None, f"{what}, in a context", path), each.value)


def kind_of_context(kind: type[Record]) -> ErrorId:
    """The ErrorId of a context with data of a type."""
    return ErrorId.SHARE_REDIRECT if kind is ShareRedirectErrorContext else ErrorId.DEFAULT


#: Statuses that servers of IOCTL requests answer with: those of rules, and what no rule tells.
_STATUSES = {rule.status for rules in SERVERS for rule in rules if rule.status is not None} | {
    NtStatus.BUFFER_OVERFLOW, NtStatus.INSUFFICIENT_RESOURCES, NtStatus.STOPPED_ON_SYMLINK, NtStatus.BAD_NETWORK_NAME,
    NtStatus.CANCELLED,
}  # fmt: skip
