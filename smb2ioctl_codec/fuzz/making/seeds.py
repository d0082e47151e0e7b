"""Valid messages: every code, direction, type, optional part and count; every kind of ERROR body; compounds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.fuzz.case import Case
from smb2ioctl_codec.fuzz.facts import broken_by
from smb2ioctl_codec.fuzz.making import build
from smb2ioctl_codec.fuzz.making.bodies import bodies, errors
from smb2ioctl_codec.fuzz.making.compounds import RPC_BIND, compounds
from smb2ioctl_codec.fuzz.making.order import in_turn
from smb2ioctl_codec.fuzz.making.valid import OPAQUE, Made, Source, path_of, reply_case, request_case, values_of
from smb2ioctl_codec.fuzz.values.fit import LARGEST
from smb2ioctl_codec.fuzz.values.plain import make
from smb2ioctl_codec.fuzz.values.variants import variants
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads.read_hash import HashHeader, HashRetrievalType, HashRetrieveHashBased, ReadHashRequest
from smb2ioctl_codec.payloads.row import Direction, Row
from smb2ioctl_codec.payloads.rows import BY_CODE
from smb2ioctl_codec.payloads.storage import StorageAccessAlignment, StoragePropertyQuery, VolumeGptAttributes
from smb2ioctl_codec.rules import MS_SMB2
from smb2ioctl_codec.schema import Record

#: A code that nobody has a name for.
UNKNOWN = CtlCode.from_parts(device=9, function=0xFFF, access=0, method=0)
#: Types of payloads whose codes no document prints, and who sends them.
UNNUMBERED: dict[type[Record], Direction] = {
    StoragePropertyQuery: "request",
    StorageAccessAlignment: "response",
    VolumeGptAttributes: "response",
}
#: So many come first: a plain request and reply of every code.
PLAIN = 2 * len(BY_CODE)
#: What a server knows, or has, that a valid request asks for.
_GRANTED = (("source_key_unknown", False), ("source_handle_unknown", False), ("negotiate_differs", False))
#: Statuses under which an output comes.
_WITH_OUTPUT = (NtStatus.SUCCESS, NtStatus.BUFFER_OVERFLOW, NtStatus.INVALID_PARAMETER, NtStatus.NOTIFY_ENUM_DIR)


def seeds(seed: int = 0) -> Iterator[Case]:
    """All valid messages, one of each kind in turn.

    Args:
        seed: of the bytes that mean nothing.
    """
    return (each.case for each in made(seed))


def made(seed: int = 0) -> Iterator[Made]:
    """What `seeds` gives, with the values that went into it."""
    random = Source(seed)
    parts = [list(some) for row in BY_CODE.values() for some in (_requests(row, random), _replies(row, random))]
    others = (_bare(), bodies(random), compounds())
    some = [*parts, *(map(Made, some) for some in others), errors(random), _untyped(random)]
    return filter(_is_valid, in_turn(some))


def _is_valid(made: Made) -> bool:
    """Whether a server that has what is asked for would serve it, by [MS-SMB2]."""
    place = replace(made.case.place, given=_GRANTED)
    return not broken_by(replace(made.case, place=place), MS_SMB2)


def _requests(row: Row, random: Source) -> Iterator[Made]:
    """Requests of a code: one for each value of each type."""
    code = row.ctl_code
    types = row.types("request")
    for kind in types:
        readable = [each for each in values_of(kind, random) if _type(row, each.value.encode()) is not None]
        its_own = [each for each in readable if _type(row, each.value.encode()) is kind]
        for each in its_own or readable:  # FileObjectIdBufferType2 is read as the first type
            what = f"{kind.__name__}, {each.what}"
            case = request_case(build.request(code, each.value.encode()), what, path_of(kind, each))
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


def _replies(row: Row, random: Source) -> Iterator[Made]:
    """Replies of a code: one for each value of each type, under a status that comes with it; one that sends the input
    back."""
    code = row.ctl_code
    asked = [None, *(make(kind, random) for kind in row.types("request"))]
    if len(row.types("response")) > 1:
        asked += [each.value for kind in row.types("request") for each in values_of(kind, random)]
    first = b""
    for kind in row.types("response"):
        fitting = values_of(kind, random)
        its_own = [(each, *found) for each in fitting if (found := _read_as(kind, row, each.value.encode(), asked))]
        others = ((each, NtStatus.SUCCESS, None) for each in fitting if _is_output(row, each.value.encode()))
        for each, status, request in its_own or others:
            data = each.value.encode()
            first = first or data
            name = "" if status == NtStatus.SUCCESS else f" under {status.name}"
            what = f"{kind.__name__}{name}, {each.what}"
            case = reply_case(build.reply(code, data, status), code, what, path_of(kind, each))
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


def _untyped(random: Source) -> Iterator[Made]:
    """Records that no control code leads to, under the code without a name; the head of a file of hashes in a reply."""
    for kind, direction in UNNUMBERED.items():
        for each in variants(kind, random):
            data, what, path = each.value.encode(), f"{kind.__name__}, {each.what}", path_of(kind, each)
            if direction == "request":
                yield Made(request_case(build.request(UNKNOWN, data), what, path), each.value)
            else:
                yield Made(reply_case(build.reply(UNKNOWN, data), UNKNOWN, what, path), each.value)
    for each in values_of(HashHeader, random):
        data, what = HashRetrieveHashBased(0, each.value.encode()).encode(), f"HashHeader, {each.what}"
        if len(data) <= LARGEST:
            reply = build.reply(CtlCode.FSCTL_SRV_READ_HASH, data)
            case = reply_case(reply, CtlCode.FSCTL_SRV_READ_HASH, what, path_of(HashHeader, each))
            yield Made(case, each.value)
