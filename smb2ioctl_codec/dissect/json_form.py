"""Messages as JSON documents, and documents back to the same bytes.

A document says which ``form`` it has. A body stands under ``body``; the messages of a frame, a compound or a message
under ``packets``, each with its ``header`` and ``body``. Records are objects of their attributes; ``type`` names the
class. What stands under ``about``, ``status`` (beside a body), ``payload``, ``payload_error`` and ``violations`` is for
reading alone: `from_json` passes over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smb2ioctl_codec.dissect.bodies import BODIES, Body, decode_body, payload_of
from smb2ioctl_codec.dissect.forms import FORMS, Form
from smb2ioctl_codec.dissect.json_values import (
    bytes_from_json,
    join,
    json_type,
    object_at,
    plain,
    record_from_json,
    record_to_json,
)
from smb2ioctl_codec.errors import DecodeError, EncodeError
from smb2ioctl_codec.messages import (
    ErrorResponse,
    ForeignHeader,
    Header,
    IoctlRequest,
    Packet,
    check_request,
    decode_chain,
    encode_chain,
    encode_frame,
)
from smb2ioctl_codec.messages.frames import FRAME_HEAD_SIZE
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules import RuleSet
from smb2ioctl_codec.schema import Record

_READ_ONLY = ("payload", "payload_error", "violations")
_HEADERS: dict[str, type[Record]] = {kind.__name__: kind for kind in (Header, ForeignHeader)}
_BODIES: dict[str, type[Record]] = {kind.__name__: kind for kind in BODIES.values()}


def to_json(
    data: bytes, form: Form, *, base: int = 0, status: int | None = None, rules: RuleSet | None = None
) -> dict[str, Any]:
    """The document of one frame, of one message or compound, or of one body.

    Args:
        data: all of its bytes.
        form: which of these it is.
        base: what is added to the offsets in errors and violations.
        status: status of the reply that a bare body is.
        rules: the rule set that requests are held against.

    Raises:
        DecodeError: the bytes break the layout. A payload that does so raises nothing: see `payload_errors`.
    """
    start = base + (FRAME_HEAD_SIZE if form == "frame" else 0)
    try:
        if form == "body":
            told = {} if status is None else {"status": NtStatus(status).name}
            return {"form": form, **told, "body": _body(decode_body(data, status), data, start, status, rules)}
        chain = data[start - base :]
        return {"form": form, "packets": [*_packets(decode_chain(chain), chain, start, rules)]}
    except DecodeError as error:
        error.offset = start + (error.offset or 0)
        raise


def from_json(document: Any) -> bytes:
    """The bytes of a document: those that it was made of, if nobody changed it.

    Offsets, counts and NextCommand follow what a changed document says, as in every encoder here.

    Raises:
        EncodeError: a key is missing or unknown, a value has the wrong type or does not fit; `path` says where.
    """
    if not isinstance(document, dict):
        raise EncodeError(f"expected an object, not {json_type(document)}")
    form = document.get("form")
    if form not in FORMS:
        raise EncodeError(f"expected {' or '.join(FORMS)}", path="form")
    if form == "body":
        found = object_at(document, "", ("form", "body"), ("about", "status"))
        return _typed(found["body"], "body", _BODIES, _READ_ONLY).encode()
    packets = object_at(document, "", ("form", "packets"), ("about",))["packets"]
    if not isinstance(packets, list):
        raise EncodeError(f"expected an array, not {json_type(packets)}", path="packets")
    chain = encode_chain([_packet(each, f"packets[{index}]") for index, each in enumerate(packets)])
    return encode_frame(chain) if form == "frame" else chain


def payload_errors(document: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the payloads in a document that `to_json` made."""
    bodies = [document.get("body"), *(each["body"] for each in document.get("packets", ()))]
    for body in bodies:
        if isinstance(body, dict) and "payload_error" in body:
            yield body["payload_error"]


def _packets(packets: tuple[Packet, ...], chain: bytes, start: int, rules: RuleSet | None) -> Iterator[dict[str, Any]]:
    position = 0
    for packet in packets:
        header, body = packet.header, packet.body
        size = header.next_command if isinstance(header, Header) else 0
        end = position + size if size else len(chain)
        told: Any = body.hex() if isinstance(body, bytes) else None
        if isinstance(header, Header) and not isinstance(body, bytes):
            place = position + HEADER_SIZE
            status = header.status if header.is_response else None
            told = _body(body, chain[place:end], start + place, status, rules, related=header.is_related)
        yield {"header": {"type": type(header).__name__, **record_to_json(header)}, "body": told}
        position = end


def _body(
    body: Body, data: bytes, start: int, status: int | None, rules: RuleSet | None, *, related: bool = False
) -> dict[str, Any]:
    told = {"type": type(body).__name__, **record_to_json(body)}
    try:
        payload = b"" if isinstance(body, ErrorResponse) else payload_of(body, status or 0)
    except DecodeError as error:
        error.offset = start + (error.offset or 0)
        told["payload_error"] = str(error)
    else:
        if isinstance(payload, Record):
            told["payload"] = plain(payload)
    if isinstance(body, IoctlRequest) and rules is not None:
        told["violations"] = [
            {
                "rule": found.rule.id,
                "section": found.rule.section,
                "status": None if found.rule.status is None else found.rule.status.name,
                "path": found.path,
                "offset": start + found.offset,
                "message": found.rule.message,
            }
            for found in check_request(data, rules, related=related)
        ]
    return told


def _packet(value: Any, path: str) -> Packet:
    found = object_at(value, path, ("header", "body"))
    header: Any = _typed(found["header"], f"{path}.header", _HEADERS)
    header.encode()  # NextCommand will be replaced, but must not be nonsense
    body: Any = found["body"]
    if isinstance(body, str):
        return Packet(header, bytes_from_json(body, f"{path}.body"))
    return Packet(header, _typed(body, f"{path}.body", _BODIES, _READ_ONLY))  # type: ignore[arg-type]


def _typed(value: Any, path: str, kinds: dict[str, type[Record]], ignored: tuple[str, ...] = ()) -> Record:
    """The record that an object says it is."""
    if not isinstance(value, dict):
        raise EncodeError(f"expected an object, not {json_type(value)}", path=path)
    kind = kinds.get(str(value.get("type")))
    if kind is None:
        raise EncodeError(f"expected {' or '.join(kinds)}", path=join(path, "type"))
    return record_from_json(kind, {k: v for k, v in value.items() if k != "type" and k not in ignored}, path)
