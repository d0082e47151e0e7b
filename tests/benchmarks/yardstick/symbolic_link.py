"""Reparse data of symbolic links, by hand."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from .parts import UNFIT, Buffer, around, as_bytes, laid_out
from .values import Bad

HEAD_SIZE = 20

_HEAD = struct.Struct("<IHHHHHHI")
_TAG = 0xA000000C


@dataclass(slots=True)
class SymbolicLink:
    substitute_name: str
    print_name: str
    flags: int
    substitute_name_offset: int | None
    print_name_offset: int | None
    reserved: int
    slack: bytes


def decode(data: Buffer) -> SymbolicLink:
    """Both names lie anywhere after the head; usually the print name comes first, and the other right behind it."""
    if type(data) is not bytes:
        data = as_bytes(data)
    size = len(data)
    if size < HEAD_SIZE:
        raise Bad("short")
    (
        tag, length, reserved, substitute_offset, substitute_length, print_offset, print_length, flags,
    ) = _HEAD.unpack_from(data)  # fmt: skip
    if tag != _TAG or length != size - 8:
        raise Bad("head")
    start, print_start = HEAD_SIZE + substitute_offset, HEAD_SIZE + print_offset
    end, print_end = start + substitute_length, print_start + print_length
    if (substitute_length and end > size) or (print_length and print_end > size):
        raise Bad("place")
    try:
        substitute_name = data[start:end].decode("utf-16-le")
        print_name = data[print_start:print_end].decode("utf-16-le")
    except UnicodeDecodeError:
        raise Bad("no UTF-16") from None
    if not print_offset and substitute_offset == print_length and end == size:
        return SymbolicLink(substitute_name, print_name, flags, None, None, reserved, b"")
    return SymbolicLink(
        substitute_name, print_name, flags,
        None if substitute_offset == print_length else substitute_offset,
        print_offset or None,
        reserved, around(data, HEAD_SIZE, [(start, end), (print_start, print_end)]),
    )  # fmt: skip


def encode(value: SymbolicLink) -> bytes:
    try:
        name = value.substitute_name.encode("utf-16-le")
        shown = value.print_name.encode("utf-16-le")
        slack = value.slack
        if type(slack) is not bytes:
            raise Bad("type")
        offset = value.substitute_name_offset
        print_offset = value.print_name_offset
        if offset is None:
            offset = len(shown)
        if print_offset is None:
            print_offset = 0
        if not slack and not print_offset and offset == len(shown):
            tail = shown + name
        else:
            tail = laid_out(0, [(offset, name), (print_offset, shown)], slack)
        return _HEAD.pack(
            _TAG, HEAD_SIZE - 8 + len(tail), value.reserved, offset, len(name), print_offset, len(shown), value.flags
        ) + tail  # fmt: skip
    except UNFIT as error:
        raise Bad(error) from None
