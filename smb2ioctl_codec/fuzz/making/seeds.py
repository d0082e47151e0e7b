"""Valid messages: every code, direction, type, optional part and count; every kind of ERROR body; compounds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.fuzz.case import Case, Place
from smb2ioctl_codec.fuzz.facts import SERVERS, broken_by
from smb2ioctl_codec.fuzz.making import build
from smb2ioctl_codec.fuzz.making.compounds import RPC_BIND, compounds
from smb2ioctl_codec.fuzz.making.order import in_turn
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
from smb2ioctl_codec.payloads.read_hash import HashHeader, HashRetrievalType, HashRetrieveHashBased, ReadHashRequest
from smb2ioctl_codec.payloads.row import Direction, Row
from smb2ioctl_codec.payloads.rows import BY_CODE
from smb2ioctl_codec.payloads.storage import StorageAccessAlignment, StoragePropertyQuery, VolumeGptAttributes
from smb2ioctl_codec.rules import MS_SMB2
from smb2ioctl_codec.schema import Record

#: Input and output of codes without a type.
OPAQUE = 24
#: A code that nobody has a name for.
UNKNOWN = CtlCode.from_parts(device=9, function=0xFFF, access=0, method=0)
#: Types of ErrorData, and the status that each comes with.
DATA_OF_ERRORS: dict[type[Record], NtStatus] = {
    SymbolicLinkErrorResponse: NtStatus.STOPPED_ON_SYMLINK,
    ShareRedirectErrorContext: NtStatus.BAD_NETWORK_NAME,
}
#: Types of payloads whose codes no document prints, and who sends them.
UNNUMBERED: dict[type[Record], Direction] = {
    StoragePropertyQuery: "request",
    StorageAccessAlignment: "response",
    VolumeGptAttributes: "response",
}
#: So many come first: a plain request and reply of every code.
PLAIN = 2 * len(BY_CODE)
_ROOM = "IoctlRequest.max_output_response"
#: What a server knows, or has, that a valid request asks for.
_GRANTED = (("source_key_unknown", False), ("source_handle_unknown", False), ("negotiate_differs", False))
#: Statuses under which an output comes.
_WITH_OUTPUT = (NtStatus.SUCCESS, NtStatus.BUFFER_OVERFLOW, NtStatus.INVALID_PARAMETER, NtStatus.NOTIFY_ENUM_DIR)


class Made(NamedTuple):
    """A valid message; the payload that it carries, and of a reply the request's, where only that tells the type."""

    case: Case
    value: Any = None
    asked: Any = None


def seeds(seed: int = 0) -> Iterator[Case]:
    """All valid messages, one of each kind in turn.

    Args:
        seed: of the bytes that mean nothing.
    """
    return (each.case for each in made(seed))


def made(seed: int = 0) -> Iterator[Made]:
    """What `seeds` gives, with the values that went into it."""
    random = _Source(seed)
    parts = [list(some) for row in BY_CODE.values() for some in (_requests(row, random), _replies(row, random))]
    others = (_bare(), _bodies(random), compounds())
    some = [*parts, *(map(Made, some) for some in others), _errors(random), _untyped(random)]
    return filter(_is_valid, in_turn(some))


def _is_valid(made: Made) -> bool:
    """Whether a server that has what is asked for would serve it, by [MS-SMB2]."""
    place = replace(made.case.place, given=_GRANTED)
    return not broken_by(replace(made.case, place=place), MS_SMB2)


class _Source(Random):
    """Bytes that mean nothing, the same again for the same seed; and the values that were made of them."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.made: dict[type[Record], list[Variant]] = {}


def request_case(body: IoctlRequest, what: str, path: str = "", place: Place | None = None) -> Case:
    """A valid request."""
    code = body.ctl_code
    return Case(
        build.request_message(body), "seed", "request", code, what, path, place=place or build.place_of(code)
    )  # fmt: skip


def reply_case(data: bytes, code: CtlCode | None, what: str, path: str = "") -> Case:
    """A valid reply."""
    return Case(data, "seed", "response", code, what, path)


def _requests(row: Row, random: _Source) -> Iterator[Made]:
    """Requests of a code: one for each value of each type."""
    code = row.ctl_code
    types = row.types("request")
    for kind in types:
        readable = [each for each in _small(kind, random) if _type(row, each.value.encode()) is not None]
        its_own = [each for each in readable if _type(row, each.value.encode()) is kind]
        for each in its_own or readable:  # FileObjectIdBufferType2 is read as the first type
            what = f"{kind.__name__}, {each.what}"
            case = request_case(build.request(code, each.value.encode()), what, _path(kind, each))
            yield Made(case, each.value)
    if not types:
        yield Made(request_case(build.request(code), "no input"))
        yield Made(request_case(build.request(code, random.randbytes(OPAQUE)), f"{OPAQUE} bytes of input"))
    elif _type(row, b"") is not None:
        yield Made(request_case(build.request(code), "no input"))
    if code == CtlCode.FSCTL_PIPE_TRANSCEIVE:
        yield Made(request_case(build.request(code, RPC_BIND), "an RPC bind"))
    if code == CtlCode.FSCTL_SRV_READ_HASH:
        whole = ReadHashRequest(
            hash_retrieval_type=HashRetrievalType.FILE_BASED, hash_version=2, length=build.ROOM, offset=0
        )
        case = request_case(build.request(code, whole.encode()), "FILE_BASED, with the version that has it")
        yield Made(case, whole)
    for room in (0, 16, 32):
        plain = next((make(kind, random) for kind in types), None)
        body = build.request(code, b"" if plain is None else plain.encode(), room)
        what = f"room for {room} bytes"
        yield Made(request_case(body, what, "IoctlRequest.max_output_response"), plain)


def _type(row: Row, data: bytes) -> type[Any] | None:
    """The type that the input is read as; None if it cannot be read."""
    try:
        return type(row.decode_request(data))
    except DecodeError:
        return None


def _small(kind: type[Record], random: _Source) -> list[Variant]:
    """All values of a type that fit; the same ones wherever the type stands."""
    if kind not in random.made:
        random.made[kind] = [each for each in variants(kind, random) if len(each.value.encode()) <= LARGEST]
    return random.made[kind]


def _path(kind: type[Record], each: Variant) -> str:
    return f"{kind.__name__}.{each.name}" if each.name else ""


def _replies(row: Row, random: _Source) -> Iterator[Made]:
    """Replies of a code: one for each value of each type, under a status that comes with it; one that sends the input
    back."""
    code = row.ctl_code
    asked = [None, *(make(kind, random) for kind in row.types("request"))]
    if len(row.types("response")) > 1:
        asked += [each.value for kind in row.types("request") for each in _small(kind, random)]
    first = b""
    for kind in row.types("response"):
        small = _small(kind, random)
        its_own = [(each, *found) for each in small if (found := _read_as(kind, row, each.value.encode(), asked))]
        others = ((each, NtStatus.SUCCESS, None) for each in small if _is_output(row, each.value.encode()))
        for each, status, request in its_own or others:
            data = each.value.encode()
            first = first or data
            name = "" if status == NtStatus.SUCCESS else f" under {status.name}"
            what = f"{kind.__name__}{name}, {each.what}"
            case = reply_case(build.reply(code, data, status), code, what, _path(kind, each))
            yield Made(case, each.value, request)
    if _is_output(row, b""):
        yield Made(reply_case(build.reply(code, b""), code, "no output"))
    if code == CtlCode.FSCTL_PIPE_TRANSCEIVE:
        first = random.randbytes(OPAQUE)
        yield Made(reply_case(build.reply(code, first), code, f"{OPAQUE} bytes of output"))
    echo = next((value.encode() for value in asked if value is not None), b"\1\2\3\4\5")
    nowhere = None if first else 0  # else it would lie behind the message, which clients refuse
    sent_back = build.reply(code, first, input=echo, output_offset=nowhere)
    yield Made(reply_case(sent_back, code, "the input is sent back", "IoctlResponse.input"))
    if first:
        cut = build.reply(code, first[: len(first) // 2 & -2], NtStatus.BUFFER_OVERFLOW)
        yield Made(reply_case(cut, code, "half of the output, BUFFER_OVERFLOW"))


def _is_output(row: Row, data: bytes) -> bool:
    """Whether the output of a success is read as some type."""
    try:
        row.decode_response(data)
    except DecodeError:
        return False
    return True


def _read_as(kind: type[Any], row: Row, data: bytes, asked: list[Any]) -> tuple[NtStatus, Any] | None:
    """The first status under which the output is read as this type, and what was asked; None if it never is."""
    for request in asked:  # nothing first: of most codes, the request tells nothing
        for status in _WITH_OUTPUT:
            with suppress(DecodeError):
                if type(row.decode_response(data, request, status)) is kind:
                    return status, request
    return None


def _bare() -> Iterator[Case]:
    """Messages of the codes that have a name but no payload, and of one without a name."""
    for code in (*CtlCode, UNKNOWN):
        if code not in BY_CODE:
            yield request_case(build.request(code), "no input")
            yield reply_case(build.reply(code, b""), code, "no output")
    free = build.request(CtlCode.FSCTL_DELETE_OBJECT_ID, room=0)
    case = request_case(free, "CreditCharge 0, as before dialect 2.1", "Header.credit_charge")
    yield replace(case, data=build.request_message(free, credit_charge=0))
    yield request_case(build.request(UNKNOWN, bytes(OPAQUE)), f"{OPAQUE} bytes of input")
    yield reply_case(build.reply(UNKNOWN, bytes(OPAQUE)), UNKNOWN, f"{OPAQUE} bytes of output")


def _untyped(random: _Source) -> Iterator[Made]:
    """Records that no control code leads to, under the code without a name; the head of a file of hashes in a reply."""
    for kind, direction in UNNUMBERED.items():
        for each in variants(kind, random):
            data, what, path = each.value.encode(), f"{kind.__name__}, {each.what}", _path(kind, each)
            if direction == "request":
                yield Made(request_case(build.request(UNKNOWN, data), what, path), each.value)
            else:
                yield Made(reply_case(build.reply(UNKNOWN, data), UNKNOWN, what, path), each.value)
    for each in _small(HashHeader, random):
        data, what = HashRetrieveHashBased(0, each.value.encode()).encode(), f"HashHeader, {each.what}"
        if len(data) <= LARGEST:
            reply = build.reply(CtlCode.FSCTL_SRV_READ_HASH, data)
            case = reply_case(reply, CtlCode.FSCTL_SRV_READ_HASH, what, _path(HashHeader, each))
            yield Made(case, each.value)


def _bodies(random: _Source) -> Iterator[Case]:
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


def _errors(random: _Source) -> Iterator[Made]:
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
        for each in _small(kind, random):
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
    data, what, path = each.value.encode(), f"ERROR, {kind.__name__}, {each.what}", _path(kind, each)
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
