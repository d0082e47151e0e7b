"""What can be broken in a valid message: its header, its body, the payload that it carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache
from typing import Any, NamedTuple

from smb2ioctl_codec.fuzz.case import Case, header_offset
from smb2ioctl_codec.fuzz.making import build
from smb2ioctl_codec.fuzz.making.bodies import kind_of_context
from smb2ioctl_codec.fuzz.making.seeds import UNKNOWN
from smb2ioctl_codec.fuzz.making.valid import Made
from smb2ioctl_codec.messages import ErrorContext, ErrorResponse, IoctlResponse, Packet
from smb2ioctl_codec.messages.header import HEADER_SIZE, HEADER_START
from smb2ioctl_codec.messages.packet import NEXT_COMMAND
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads.dfs import TruncatedReferralReply
from smb2ioctl_codec.payloads.read_hash import HashHeader, HashRetrieveHashBased
from smb2ioctl_codec.payloads.rows import BY_CODE
from smb2ioctl_codec.schema import Record

#: Larger messages show nothing that smaller ones do not.
_LARGEST = 1 << 13
#: Items of a list that is long enough for defects of long lists.
_MANY = 16
_STATUS = header_offset("status")


class Subject(NamedTuple):
    """A record in a valid message.

    Attributes:
        case: the message.
        value, data: the record, and its bytes.
        wrap: gives the message with other bytes in their place; None where these are read as another record, or none.
    """

    case: Case
    value: Any
    data: bytes
    wrap: Callable[[bytes], bytes | None]

    @property
    def kind(self) -> type[Record]:
        found: type[Record] = type(self.value)
        return found


def subjects(made: Made) -> Iterator[Subject]:
    """What can be broken in a message; nothing in a large one, or a compound."""
    case, value = made.case, made.value
    if len(case.data) > _LARGEST or any(case.data[NEXT_COMMAND : NEXT_COMMAND + 4]):
        return
    if value is None:
        yield from _message(case)
    elif case.code == UNKNOWN or type(value) is HashHeader:
        yield Subject(case, value, value.encode(), _untyped(case, type(value)))
    elif case.direction == "request":
        yield Subject(case, value, value.encode(), _request(case, type(value)))
    elif case.code is not None:
        yield Subject(case, value, value.encode(), _reply(case, type(value), made.asked))
    else:
        yield Subject(case, value, value.encode(), _error(case, type(value)))


def _message(case: Case) -> Iterator[Subject]:
    packet: Any = Packet.decode(case.data)
    head, rest = case.data[:HEADER_SIZE], case.data[HEADER_SIZE:]

    def with_header(data: bytes) -> bytes | None:
        is_header = data[:1] == HEADER_START[:1] and len(data) <= HEADER_SIZE
        return (data if len(data) < HEADER_SIZE else data + rest) if is_header else None

    def with_body(data: bytes) -> bytes | None:
        is_error = int.from_bytes(data[:2], "little") == ErrorResponse.PLAN.field("structure_size").const
        was_error = {ErrorResponse: True, IoctlResponse: False}.get(type(packet.body), is_error)
        return head + data if is_error is was_error else None

    yield Subject(case, packet.header, head, with_header)
    yield Subject(case, packet.body, rest, with_body)


def _request(case: Case, kind: type[Record]) -> Callable[[bytes], bytes | None]:
    code: Any = case.code
    row = BY_CODE[code]

    def wrap(data: bytes) -> bytes | None:
        return build.request_message(build.request(code, data)) if row.request_kind(data) is kind else None

    return wrap


def _reply(case: Case, kind: Any, asked: Any) -> Callable[[bytes], bytes | None]:
    code: Any = case.code
    row, status = BY_CODE[code], status_of(case)
    is_lenient = status == NtStatus.BUFFER_OVERFLOW and not getattr(kind, "truncated", False)

    def wrap(data: bytes) -> bytes | None:
        is_read = row.response_kind(data, asked, status) is kind and not is_lenient
        return build.reply(code, data, status) if is_read else None

    return wrap


def _untyped(case: Case, kind: type[Record]) -> Callable[[bytes], bytes | None]:
    """For records that nothing in a message tells to be there."""
    code: Any = case.code

    def wrap(data: bytes) -> bytes:
        if case.direction == "request":
            return build.request_message(build.request(code, data))
        return build.reply(code, HashRetrieveHashBased(0, data).encode() if kind is HashHeader else data)

    return wrap


def _error(case: Case, kind: type[Record]) -> Callable[[bytes], bytes | None]:
    body: Any = Packet.decode(case.data).body

    def wrap(data: bytes) -> bytes | None:
        if body.error_context_count:
            return build.error(status_of(case), ErrorResponse.of([ErrorContext(data, kind_of_context(kind))]))
        return build.error(status_of(case), ErrorResponse(data)) if data else None

    return wrap


def status_of(case: Case) -> NtStatus:
    """The status in the header of a message."""
    return NtStatus(int.from_bytes(case.data[_STATUS : _STATUS + 4], "little"))


def features(value: Any, path: str = "") -> Iterator[str]:
    """What there is in a record to be broken: its parts that are there, lists of several, the type of each part."""
    kind: Any = type(value)
    names = _names(kind)
    if value.PLAN.checks:  # what breaks the layout of one content may break a check if another is there
        yield f"{path}: {[each for each in names if getattr(value, each)]}"
    for each in names:
        item, name = getattr(value, each), f"{path}.{each}"
        if not item and item is not None:
            continue
        yield name
        if isinstance(item, tuple):
            yield f"{name}: {(len(item) > 1) + (len(item) > _MANY)}"
        for part in item if isinstance(item, tuple) else (item,):
            if hasattr(part, "PLAN"):
                yield f"{name}: {type(part).__name__}"
                yield from features(part, name)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """The attributes of a record; of a cut reply also what it holds as bytes."""
    more = ("referral_entries",) if kind is TruncatedReferralReply else ()
    return (*(field.name for field in fields(kind)), *more)
