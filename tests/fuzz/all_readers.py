"""Every reader of the package on every place of a message where its record may stand.

Each body is tried on each body, each type of a control code on its payload, each of alternatives on their content.
Records inside others are given their own bytes, and all up to the end, as by somebody who reads by hand and does not
know where they end. What decodes is encoded again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.fuzz import Case, Kind, corpus
from smb2ioctl_codec.fuzz.case import messages
from smb2ioctl_codec.fuzz.making.bodies import DATA_OF_ERRORS
from smb2ioctl_codec.fuzz.making.seeds import UNKNOWN, UNNUMBERED
from smb2ioctl_codec.messages import ErrorContext, ErrorResponse, Header, IoctlRequest, IoctlResponse
from smb2ioctl_codec.messages.header import HEADER_SIZE, ForeignHeader
from smb2ioctl_codec.payloads.read_hash import HashHeader, HashRetrieveFileBased, HashRetrieveHashBased
from smb2ioctl_codec.payloads.row import Direction
from smb2ioctl_codec.payloads.rows import BY_CODE
from smb2ioctl_codec.rules import MS_SMB2, SAMBA_3_6, SAMBA_4, WIRE
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.spans import Span, read

#: Bytes of the largest record of which the parts are looked at, and how many items of a list.
LARGEST, ITEMS = 4096, 3
PROTOCOL_SIZE = 4
#: Contents that are bytes to their record.
OPAQUE = {f"{kind.__name__}.buffer" for kind in (HashRetrieveHashBased, HashRetrieveFileBased)}


class Readers:
    """Decodes and encodes what it is given, once."""

    def __init__(self) -> None:
        self.seen: set[Any] = set()

    def corpus(self, kinds: list[Kind]) -> None:
        """Every message of the corpus's cases of these kinds; of no kinds: of the minimal corpus."""
        for case in corpus(kinds=kinds) if kinds else corpus(minimal=True):
            for start, end in list(messages(case.data)) or [(0, len(case.data))]:
                self.message(case.data[start:end], case)

    def message(self, data: bytes, case: Case) -> None:
        """A message, and all in it."""
        for form in (data[:HEADER_SIZE], data):
            self.read(Header, form)
        for form in (data[:PROTOCOL_SIZE], data[:HEADER_SIZE]):
            self.read(ForeignHeader, form)
        body = data[HEADER_SIZE:]
        self.read(IoctlResponse, body)
        self.read(ErrorResponse, body)
        for rules in (SAMBA_3_6, MS_SMB2, SAMBA_4, WIRE):
            self.read(IoctlRequest, body, rules)
        for kind, payload in _payloads(body, case.direction):
            self.read(kind, payload)

    def read(self, kind: type[Record], data: bytes, *rules: Any) -> None:
        """A record in some bytes, and those in it."""
        if (kind, data, rules) in self.seen:
            return
        self.seen.add((kind, data, rules))
        with suppress(DecodeError):
            kind.decode(data, *rules).encode()
        with suppress(DecodeError):
            kind.decode(bytearray(data), *rules)
        if len(data) <= LARGEST:
            self._parts(read(kind.PLAN, data).spans, data)

    def _parts(self, spans: Iterable[Span], data: bytes) -> None:
        for span in spans:
            for kind in _kinds(span):
                self.read(kind, data[span.offset : span.offset + span.size])
                self.read(kind, data[span.offset :])
            self._parts(span.children[:ITEMS], data)


def _kinds(span: Span) -> Iterator[type[Record]]:
    """The records that may stand in a span."""
    if span.field.kind == "one":
        yield from span.field.alternatives.records
    elif span.field.record is not None and isinstance(span.value, dict):
        yield span.field.record
    elif span.path in OPAQUE:
        yield HashHeader


def _payloads(body: bytes, direction: Direction) -> Iterator[tuple[type[Record], bytes]]:
    """The types that the payload of a body may have, and its bytes."""
    if direction == "request":
        with suppress(DecodeError):
            request = IoctlRequest.decode(body, WIRE)
            yield from ((kind, request.input) for kind in _types(request.ctl_code, direction))
        return
    with suppress(DecodeError):
        response = IoctlResponse.decode(body)
        yield from ((kind, response.output) for kind in _types(response.ctl_code, direction))
    with suppress(DecodeError):
        error = ErrorResponse.decode(body)
        yield ErrorContext, error.error_data
        yield from ((kind, error.error_data) for kind in DATA_OF_ERRORS)
        yield from ((kind, each.error_context_data) for each in error.contexts() for kind in DATA_OF_ERRORS)


def _types(code: CtlCode, direction: Direction) -> tuple[type[Record], ...]:
    if code == UNKNOWN:
        return tuple(kind for kind, sender in UNNUMBERED.items() if sender == direction)
    return BY_CODE[code].types(direction) if code in BY_CODE else ()
