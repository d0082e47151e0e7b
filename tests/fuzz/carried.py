"""The record that a broken case is about: its type, and its bytes in the message."""

from __future__ import annotations

from typing import Any

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz import Case
from smb2ioctl_codec.fuzz.making.defects.subjects import status_of
from smb2ioctl_codec.fuzz.making.seeds import made
from smb2ioctl_codec.fuzz.making.valid import Made
from smb2ioctl_codec.messages import ErrorContext
from smb2ioctl_codec.payloads.read_hash import HashHeader, HashRetrieveHashBased
from smb2ioctl_codec.payloads.row import Row
from smb2ioctl_codec.payloads.rows import BY_CODE
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.record import tell_of_records

HEADER_SIZE = 64
BODIES = ("IoctlRequest", "IoctlResponse", "ErrorResponse")
SEEDS: list[Made] = list(made())
#: Payloads of requests whose replies only they explain.
ASKED = {(each.case.code, type(each.value).__name__): each.asked for each in SEEDS if each.asked is not None}
_KINDS: dict[str, type[Record]] = {}
tell_of_records(lambda kind: _KINDS.setdefault(kind.__name__, kind))


def is_of_message(case: Case) -> bool:
    """Whether the case is about what no record's plan tells of: steps of a compound, protocols, a wrong status."""
    return case.section in ("[MS-SMB2] 3.3.5.2.7", "[MS-SMB2] 3.3.4.4") or case.rules == "Packet"


def is_of_contexts(case: Case) -> bool:
    """Whether it is about contexts in an ERROR body, which are read after it, by themselves."""
    return case.rules == "ErrorResponse" and "[" in case.path


def kind_of(case: Case) -> type[Record]:
    """The type of the record whose check the case breaks."""
    return _KINDS[case.rules]


def record_in(case: Case) -> bytes:
    """The bytes of that record."""
    if case.rules == "Header":
        return case.data[:HEADER_SIZE]
    if case.rules in BODIES:
        return case.data[HEADER_SIZE:]
    body: Any = s2.Packet.decode(case.data).body
    if isinstance(body, s2.IoctlRequest):
        return body.input
    if isinstance(body, s2.IoctlResponse):
        return body.output[HashRetrieveHashBased.PLAN.head :] if case.rules == HashHeader.__name__ else body.output
    context: list[ErrorContext] = list(body.contexts()[:1])
    data: bytes = context[0].error_context_data if context else body.error_data
    return data


def read_whole(case: Case) -> None:
    """Read the message as a receiver does: every message of it, and the payload of each; DecodeError if that fails."""
    for packet in s2.decode_chain(case.data):
        body = packet.body
        if isinstance(body, s2.IoctlRequest):
            body.payload()
        elif isinstance(body, s2.IoctlResponse):
            asked = ASKED.get((body.ctl_code, case.rules))
            BY_CODE.get(body.ctl_code, Row(body.ctl_code)).decode_response(body.output, asked, status_of(case))
        elif isinstance(body, s2.ErrorResponse):
            body.payload(status_of(case))
