"""An IOCTL request in boofuzz's words, made of the layouts: each field a primitive, InputCount the size of a block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boofuzz

import smb2ioctl_codec as s2

NUMBERS = {1: boofuzz.Byte, 2: boofuzz.Word, 4: boofuzz.DWord, 8: boofuzz.QWord}


def primitives(kind: type[Any], data: bytes) -> Iterator[Any]:
    """The fields of a structure that have a fixed place, and a block of the bytes behind these. It has the name of the
    content that a length describes, if there is one length."""
    described = [row.role.split()[1] for row in s2.layout(kind) if row.role.startswith("size-of ")]
    content = described[0] if len(described) == 1 else None
    position = 0
    for row in s2.layout(kind):
        if row.offset == position and row.size:  # else another form of the field before it, or the content
            held = data[position : position + row.size]
            position += row.size
            if content is not None and row.role == f"size-of {content}":
                yield boofuzz.Size(row.name, block_name=content, length=row.size, fuzzable=True)
            elif row.size in NUMBERS:
                yield NUMBERS[row.size](row.name, default_value=int.from_bytes(held, "little"))
            else:
                yield boofuzz.Bytes(row.name, default_value=held, size=row.size)
    if content is not None or data[position:]:
        yield boofuzz.Block(content or "rest", children=[boofuzz.Bytes("bytes", default_value=data[position:])])


def ioctl_request(body: s2.IoctlRequest) -> Any:
    """The request with a header, and with the four bytes of direct TCP before it."""
    payload, fields = body.payload(), list(primitives(s2.IoctlRequest, body.encode()))
    if not isinstance(payload, bytes):
        fields[-1] = boofuzz.Block("input", children=list(primitives(type(payload), payload.encode())))
    header = boofuzz.Block("header", children=list(primitives(s2.Header, s2.Header().encode())))
    message = boofuzz.Block("message", children=[header, boofuzz.Block("body", children=fields)])
    length = boofuzz.Size("length", block_name="message", length=4, endian=boofuzz.BIG_ENDIAN)
    return boofuzz.Request(body.ctl_code.name, children=[length, message])
