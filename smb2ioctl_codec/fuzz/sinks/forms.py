"""Forms: what of a case a file of a corpus holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from smb2ioctl_codec.errors import CodecError, DecodeError
from smb2ioctl_codec.fuzz.case import Case, Patched, messages
from smb2ioctl_codec.fuzz.sinks import samba
from smb2ioctl_codec.messages import (
    ErrorResponse,
    Header,
    IoctlRequest,
    IoctlResponse,
    Packet,
    decode_chain,
    encode_frame,
)
from smb2ioctl_codec.messages.frames import FRAME_HEAD_SIZE
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.schema import value_class

#: Where a path starts that names no field of a body, or no field of a payload.
_NOT_IN_BODY = ("Frame", "Packet", "Header")
_NOT_IN_PAYLOAD = (*_NOT_IN_BODY, "IoctlRequest", "IoctlResponse", "ErrorResponse")
#: Fields of a body that are the payload.
_PAYLOADS = ("input", "output", "error_data")


@value_class
class Piece:
    """What a file holds.

    Attributes:
        data: its bytes; never none, because there are fuzzers that refuse empty files.
        offsets: where ids stand, in bytes from the first of the data, as in `Case.offsets`; without those that are not
            there.
        target: the fuzz target that it is for; empty where it is for none in particular.
        structure: the structure that this target is to take it for.
    """

    data: bytes
    offsets: dict[Patched, tuple[int, ...]]
    target: str = ""
    structure: str = ""


#: Gives what a file holds of a case; None if the case does not show in this form.
Form = Callable[[Case], Piece | None]


def message(case: Case) -> Piece | None:
    """The SMB2 message or compound."""
    return _piece(case, case.data)


def frame(case: Case) -> Piece | None:
    """The message behind the four bytes of direct TCP; none where it is too long for a frame."""
    try:
        return _piece(case, encode_frame(case.data), FRAME_HEAD_SIZE)
    except CodecError:
        return None


def body(case: Case) -> Piece | None:
    """What follows the header of a message that stands alone; none where the case is about the header."""
    if not _stands_alone(case.data) or _part(case.path) in _NOT_IN_BODY:
        return None
    return _piece(case, case.data[HEADER_SIZE:], -HEADER_SIZE)


def payload(case: Case) -> Piece | None:
    """The input of a request, the output of a reply, or error data, of a message that stands alone; none where the case
    is about what is around it, or that cannot be read."""
    if _is_around_payload(case.path):
        return None
    match _body_of(case.data):
        case IoctlRequest(input=data) | IoctlResponse(output=data) | ErrorResponse(error_data=data):
            return Piece(data, {}) if data else None
    return None


def ndr(case: Case) -> Piece | None:
    """The payload as one of Samba's NDR fuzzers takes it; none where there is no fuzzer for it."""
    structure = samba.structure_of(case.code, case.direction)
    found = payload(case)
    if structure is None or found is None or isinstance(_body_of(case.data), ErrorResponse):
        return None
    return Piece(structure.header + found.data, {}, structure.target, structure.name)


#: The forms of files, by name.
FORMS: dict[str, Form] = {each.__name__: each for each in (message, frame, body, payload, ndr)}


#: The forms that have a place for one message alone.
_OF_ONE = (body, payload, ndr)


def pieces(case: Case, form: Form) -> Iterator[tuple[Case, Piece]]:
    """What the files of a form hold of a case, and what each is; of a valid compound, a file for each of its messages
    where the form has no place for several."""
    for each in _parts(case) if case.kind == "seed" and form in _OF_ONE else (case,):
        piece = form(each)
        if piece is not None:
            yield each, piece


def _parts(case: Case) -> Iterator[Case]:
    """The messages of a valid compound; a message that stands alone as it is."""
    if _stands_alone(case.data):
        yield case
        return
    for packet in decode_chain(case.data):
        if isinstance(packet.header, Header):
            message = replace(packet, header=replace(packet.header, next_command=0))
            yield replace(case, data=message.encode(), code=getattr(packet.body, "ctl_code", None))


def _piece(case: Case, data: bytes, shift: int = 0) -> Piece | None:
    """All that a file holds: what stands in it is `shift` bytes further on than in the case."""
    moved = {name: tuple(at + shift for at in places if at + shift >= 0) for name, places in case.offsets.items()}
    return Piece(data, {name: places for name, places in moved.items() if places}) if data else None


def _stands_alone(data: bytes) -> bool:
    return list(messages(data)) == [(0, len(data))]


def _part(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _is_around_payload(path: str) -> bool:
    field = path.partition(".")[2].partition(".")[0].partition("[")[0]
    return _part(path) in _NOT_IN_PAYLOAD and field not in _PAYLOADS


def _body_of(data: bytes) -> object:
    """The decoded body of a message that stands alone; None of what is broken, and of a compound."""
    try:
        return Packet.decode(data).body
    except DecodeError:
        return None
