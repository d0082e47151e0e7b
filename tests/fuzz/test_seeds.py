"""Valid messages of a corpus: each is read and written again, and all that a plan says can be is in one of them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

import smb2ioctl_codec as s2
from fuzz.parts import kinds_in, lacking, records
from smb2ioctl_codec.fuzz import Case, corpus
from smb2ioctl_codec.fuzz.making.build import FILE_ID, MESSAGE_ID, SESSION_ID, TREE_ID
from smb2ioctl_codec.messages import Command, ErrorId, Header
from smb2ioctl_codec.payloads.error_data import ShareRedirectErrorContext, SymbolicLinkErrorResponse
from smb2ioctl_codec.payloads.object_ids import FileObjectIdBufferType2
from smb2ioctl_codec.payloads.row import Direction, Row
from smb2ioctl_codec.payloads.rows import BY_CODE
from smb2ioctl_codec.rules import MS_SMB2, SAMBA_3_6, SAMBA_4
from smb2ioctl_codec.schema import Record

SEEDS = list(corpus(kinds=["seed"]))
#: Bytes of the largest payload: what one credit pays for.
LARGEST = 1 << 16
#: No bytes are read as these: they look as those of another type do, and nothing else tells them apart.
NEVER_READ = {FileObjectIdBufferType2}

IOCTL: list[tuple[Case, Header, Any]] = [
    (case, packet.header, packet.body)
    for case in SEEDS
    for packet in s2.decode_chain(case.data)
    if isinstance(packet.header, Header) and packet.header.command == Command.IOCTL
]
REQUESTS = [(case, header, body) for case, header, body in IOCTL if isinstance(body, s2.IoctlRequest)]
REPLIES = [(case, header, body) for case, header, body in IOCTL if isinstance(body, s2.IoctlResponse)]
ERRORS = [(case, header, body) for case, header, body in IOCTL if isinstance(body, s2.ErrorResponse)]

ROWS = [(row, direction) for row in BY_CODE.values() for direction in ("request", "response")]


def test_every_message_is_read_and_written_again() -> None:
    for case in SEEDS:
        chain = s2.decode_chain(case.data)
        is_padded = case.direction == "response" and len(chain) > 1
        assert s2.encode_chain(chain, pad_last=is_padded) == case.data, case
        if len(chain) == 1:
            assert s2.Packet.decode(case.data).encode() == case.data, case
    assert len(IOCTL) == len(REQUESTS) + len(REPLIES) + len(ERRORS) > len(SEEDS)


def test_every_payload_is_read_and_written_again() -> None:
    for case, _, request in REQUESTS:
        assert _bytes(request.payload()) == request.input, case
    for case, header, reply in REPLIES:
        assert _bytes(reply.payload(None, header.status)) == reply.output, case
    for case, header, error in ERRORS:
        if error.error_context_count:
            assert s2.ErrorResponse.of(error.contexts()).error_data == error.error_data, case
            for context in error.contexts():
                assert _bytes(context.payload(header.status)) == context.error_context_data, case
        else:
            assert _bytes(error.payload(header.status)) == error.error_data, case


def _bytes(payload: Record | bytes) -> bytes:
    return payload if isinstance(payload, bytes) else payload.encode()


def test_every_code_is_there_in_both_directions() -> None:
    for messages in (REQUESTS, REPLIES):
        codes = {body.ctl_code for _, _, body in messages}
        assert codes > set(s2.CtlCode), "all that have a name, and one that has none"


def _carried() -> dict[tuple[s2.CtlCode, Direction], list[Record]]:
    """The payloads that have a type; of a reply, whatever was asked."""
    found: dict[tuple[s2.CtlCode, Direction], list[Record]] = defaultdict(list)
    for _, _, request in REQUESTS:
        payload = request.payload()
        if isinstance(payload, Record):
            found[request.ctl_code, "request"].append(payload)
    for _, header, reply in REPLIES:
        asked = (None, *found[reply.ctl_code, "request"]) if reply.ctl_code in BY_CODE else ()
        read = (_read(BY_CODE[reply.ctl_code], reply.output, each, header.status) for each in asked)
        found[reply.ctl_code, "response"] += list({type(each): each for each in read if each is not None}.values())
    return found


def _read(row: Row, data: bytes, asked: Any, status: int) -> Record | None:
    """The output as a type; None if it has none."""
    try:
        value = row.decode_response(data, asked, status)
    except s2.DecodeError:
        return None
    return value if isinstance(value, Record) else None


CARRIED = _carried()


@pytest.mark.parametrize(("row", "direction"), ROWS, ids=lambda each: getattr(each, "name", each))
def test_all_that_can_be_is_there(row: Row, direction: Direction) -> None:
    """Every type and alternative, what is optional there and not, 0, 1, 2, many and the most that fit of all lists."""
    types = row.types(direction)
    values = [each for payload in CARRIED[row.ctl_code, direction] for each in records(payload)]

    def is_valid(value: Any) -> bool:
        return _is_valid(value, row, direction)

    found = [
        what
        for kind in sorted({kind for each in types for kind in kinds_in(each)} - NEVER_READ, key=str)
        for what in lacking(kind, [each for each in values if type(each) is kind], is_valid if kind in types else None)
    ]
    assert found == []


def _is_valid(value: Any, row: Row, direction: Direction) -> bool:
    """Whether it may be a payload of a code: it fits, is read as what it is, and breaks no rule of [MS-SMB2]."""
    try:
        data = value.encode() if value is not None else b""
    except s2.EncodeError:
        return False
    if value is None or len(data) > LARGEST:
        return False
    if direction == "response":
        asked = (None, *CARRIED[row.ctl_code, "request"])
        statuses = (s2.NtStatus.SUCCESS, s2.NtStatus.BUFFER_OVERFLOW, s2.NtStatus.INVALID_PARAMETER)
        return any(type(_read(row, data, each, status)) is type(value) for each in asked for status in statuses)
    request = s2.IoctlRequest(row.ctl_code, s2.FileId.NONE if row.needs_no_handle else FILE_ID, data, LARGEST)
    try:
        return type(request.payload()) is type(value) and not s2.check_request(request.encode(), MS_SMB2)
    except s2.DecodeError:
        return False


@pytest.mark.parametrize("kind", [s2.IoctlRequest, s2.IoctlResponse], ids=lambda kind: kind.__name__)
def test_all_that_can_be_in_a_body_is_there(kind: type[Any]) -> None:
    """Inputs and outputs of 0, 1, 2, many and the most bytes."""

    def is_valid(value: Any) -> bool:
        try:
            data = value.encode()
        except s2.EncodeError:
            return False
        is_request = kind is s2.IoctlRequest
        return len(data) <= LARGEST and not (is_request and s2.check_request(data, MS_SMB2))

    bodies = [body for _, _, body in IOCTL if type(body) is kind]
    assert list(lacking(kind, bodies, is_valid)) == []


def test_inputs_are_sent_back_and_not() -> None:
    """In replies of every code; with an output, of the codes that have one."""
    for row in BY_CODE.values():
        replies = [body for _, _, body in REPLIES if body.ctl_code == row.ctl_code]
        assert {bool(body.input) for body in replies} == {True, False}, row.name
        sent_back = {bool(body.output) for body in replies if body.input}
        assert True in sent_back or not row.types("response"), row.name


def test_every_kind_of_error_is_there() -> None:
    """Both forms of no data, the size that is needed, data of each type; contexts: 0, 1, 2, many, of each type."""
    plain = [error for _, _, error in ERRORS if not error.error_context_count and not error.error_data]
    assert {len(error.encode()) for error in plain} >= {8, 9}
    sizes = [error for _, header, error in ERRORS if header.status == s2.NtStatus.BUFFER_TOO_SMALL and error.error_data]
    assert {len(error.error_data) for error in sizes} == {4}
    data = {type(error.payload(header.status)) for _, header, error in ERRORS if not error.error_context_count}
    assert data == {bytes, SymbolicLinkErrorResponse}
    contexts = [(header, error.contexts()) for _, header, error in ERRORS]
    assert {len(each) for _, each in contexts} >= {0, 1, 2, 3}
    assert {context.error_id for _, each in contexts for context in each} == set(ErrorId)
    kinds = {type(context.payload(header.status)) for header, each in contexts for context in each}
    assert kinds == {bytes, SymbolicLinkErrorResponse, ShareRedirectErrorContext}
    assert [header for _, header, _ in ERRORS if header.is_async and header.status == s2.NtStatus.PENDING]


@pytest.mark.parametrize("kind", [SymbolicLinkErrorResponse, ShareRedirectErrorContext], ids=lambda kind: kind.__name__)
def test_all_that_can_be_in_data_of_errors_is_there(kind: type[Record]) -> None:
    parts: list[tuple[Header, Any]] = [(header, error) for _, header, error in ERRORS]
    parts += [(header, context) for header, error in parts for context in error.contexts()]
    values = [each for header, part in parts for each in records(part.payload(header.status))]
    for each in kinds_in(kind):
        assert list(lacking(each, [value for value in values if type(value) is each])) == []


def test_statuses_of_errors_are_all_that_rules_have() -> None:
    known = {rule.status for rules in (SAMBA_3_6, MS_SMB2, SAMBA_4) for rule in rules if rule.status is not None}
    assert {header.status for _, header, _ in ERRORS} >= known


def test_compounds_of_all_sorts() -> None:
    """Of requests and of replies: 2 and many, related and not, with other commands, with an ERROR."""
    found: dict[Direction, list[tuple[s2.Packet, ...]]] = {"request": [], "response": []}
    for case in SEEDS:
        chain = s2.decode_chain(case.data)
        found[case.direction] += [chain] if len(chain) > 1 else []
    for some in found.values():
        assert {len(chain) for chain in some} >= {2, 8}
        assert {_related(chain) for chain in some} == {True, False}
        assert (Command.CREATE, Command.IOCTL, Command.CLOSE) in {_commands(chain) for chain in some}
    assert any(isinstance(packet.body, s2.ErrorResponse) for chain in found["response"] for packet in chain)


def _commands(chain: tuple[s2.Packet, ...]) -> tuple[Command, ...]:
    headers = [packet.header for packet in chain]
    return tuple(header.command for header in headers if isinstance(header, Header))


def _related(chain: tuple[s2.Packet, ...]) -> bool:
    return isinstance(chain[1].header, Header) and chain[1].header.is_related


def test_ids_are_those_of_a_connection() -> None:
    for case, header, body in IOCTL:
        assert header.session_id == SESSION_ID, case
        assert header.is_async or header.tree_id == TREE_ID, case
        assert MESSAGE_ID <= header.message_id < MESSAGE_ID + 8, case
        assert header.is_response is not isinstance(body, s2.IoctlRequest), case
        assert header.is_response is (case.direction == "response"), case


def test_file_ids_are_those_that_codes_need() -> None:
    for case, header, request in REQUESTS:
        row = BY_CODE.get(request.ctl_code)
        needs_none = header.is_related or (row is not None and row.needs_no_handle)
        assert request.file_id == (s2.FileId.NONE if needs_none else FILE_ID), case
    assert FILE_ID.persistent == FILE_ID.volatile


def test_requests_break_no_rule_of_the_document() -> None:
    """None that their bytes tell."""
    for case, header, request in REQUESTS:
        assert s2.check_request(request.encode(), MS_SMB2, related=header.is_related) == (), case
