"""What ``tshark -T json -x`` prints, as the fields of IOCTL payloads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

IOCTL = "11"
#: How bad a remark of tshark's is: PI_WARN of Wireshark's expert information; errors are more.
WARNING = 0x00600000
#: The protocols whose fields are those of an IOCTL payload. What runs inside a pipe, dcerpc.*, is not ours.
OURS = ("smb.", "smb2.", "rsvd.")

#: Types of fields, as the output numbers them.
PLACE = 0
STRING = 26
TEXTS = (STRING, 27)

Pairs = list[tuple[str, Any]]


class Shown(NamedTuple):
    """One IOCTL message as tshark shows it."""

    frame: int
    message_id: int
    is_request: bool
    #: frame of the request that a reply answers; 0 if it is unknown
    response_to: int
    #: input of a request, output of a reply
    blob: bytes
    #: tshark's complaints: warnings, errors, and that the packet is malformed
    complaints: tuple[str, ...]
    #: each field of the payload and its values, first to last; of a mere place (FT_NONE) its bytes in hexadecimal
    fields: dict[str, list[str]]
    #: each field of the header and the body; what has parts of its own, as payloads have, in hexadecimal
    message: dict[str, list[str]]


def read(output: bytes) -> Iterator[Shown]:
    """The IOCTL messages in the output, which is not always UTF-8, and repeats keys."""
    for packet in json.loads(output.decode("utf-8", "replace"), object_pairs_hook=list):
        layers: Pairs = dict(dict(packet)["_source"])["layers"]
        frame = int(dict(dict(layers)["frame"])["frame.number"])
        for layer, beside in smb2_layers(layers):
            header = dict(walk(layer))
            if header.get("smb2.cmd") == IOCTL:
                yield _message(frame, layer, beside, header)


def smb2_layers(layers: Pairs) -> Iterator[tuple[Pairs, Pairs]]:
    """Each SMB2 message of a packet, and what is printed beside it though it belongs below it."""
    starts = [place for place, (name, _) in enumerate(layers) if name == "smb2"]
    for start, end in zip(starts, [*starts[1:], len(layers)], strict=True):
        yield layers[start][1], layers[start + 1 : end]


def _message(frame: int, layer: Pairs, beside: Pairs, header: dict[str, Any]) -> Shown:
    is_request = not any(name.startswith("Ioctl Response") for name, _ in layer)
    blob = "smb2.ioctl.in" if is_request else "smb2.ioctl.out"
    pairs: Pairs = next((value for name, value in layer if name.startswith("Ioctl ")), [])
    body = dict(pairs)
    raw = body.get(f"{blob}_raw") or [""]
    below = body.get(blob) or []
    in_a_pipe = any(name == "dcerpc" for name, _ in beside)
    return Shown(
        frame,
        int(header["smb2.msg_id"]),
        is_request,
        int(header.get("smb2.response_to", 0)),
        bytes.fromhex(raw[0]),
        tuple(_complaints([*layer, *([] if in_a_pipe else beside)])),
        _fields([*(below if isinstance(below, list) else []), *([] if in_a_pipe else beside)]),
        _fields([*layer[0][1], *_without_parts(pairs)]),
    )


def _without_parts(body: Pairs) -> Iterator[tuple[str, Any]]:
    """A body in which whatever holds a payload, or data of an error, has only its bytes."""
    found = dict(body)
    for name, value in body:
        if name != "smb2.error.data_tree":
            holds = isinstance(value, list) and f"{name}_raw" in found
            yield name, found[f"{name}_raw"][0] if holds else value


def _fields(tree: Pairs) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    pairs = list(walk(tree))
    for (name, value), (name_before, before) in zip(pairs, [("", None), *pairs], strict=False):
        if name.startswith(OURS) and not name.endswith(("_raw", "_tree")):
            raw, *_, kind = before if name_before == f"{name}_raw" else ("", STRING)
            fields.setdefault(name, []).append(raw if kind == PLACE else _whole(value, raw) if kind in TEXTS else value)
    return fields


def _whole(shown: str, raw: str) -> str:
    """A text as it is on the wire: what is printed is ASCII alone, with question marks, and ends after 256 bytes."""
    text = bytes.fromhex(raw).decode("utf-16-le", "replace").partition("\0")[0]
    start = shown.removesuffix("...")
    is_it = _ascii(text).startswith(_ascii(start)) if start != shown else _ascii(text) == _ascii(shown)
    return text if is_it else shown


def _ascii(text: str) -> str:
    return "".join(one for one in text if one.isascii() and one != "?")


def _complaints(tree: Pairs) -> Iterator[str]:
    for name, value in walk(tree):
        if name == "_ws.expert" and int(dict(value)["_ws.expert.severity"]) >= WARNING:
            yield dict(value)["_ws.expert.message"]
        elif name == "_ws.malformed" and isinstance(value, str):
            yield value


def walk(pairs: Pairs) -> Iterator[tuple[str, Any]]:
    """Every node of a tree, in order. A value that is a list of pairs is a subtree."""
    for name, value in pairs:
        yield name, value
        if isinstance(value, list) and value and isinstance(value[0], tuple):
            yield from walk(value)
