"""Copychunk requests, by hand."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import starmap

from .parts import UNFIT, Buffer, as_bytes
from .values import Bad

_HEAD = struct.Struct("<24sII")
_CHUNK = struct.Struct("<QQII")


@dataclass(slots=True)
class Chunk:
    source_offset: int
    target_offset: int
    length: int
    reserved: int


@dataclass(slots=True)
class Copy:
    source_key: bytes
    chunks: tuple[Chunk, ...]
    reserved: int


def decode(data: Buffer) -> Copy:
    if type(data) is not bytes:
        data = as_bytes(data)
    size = len(data)
    if size < 32:
        raise Bad("short")
    key, count, reserved = _HEAD.unpack_from(data)
    if size != 32 + 24 * count:
        raise Bad("ChunkCount")
    return Copy(key, tuple(starmap(Chunk, _CHUNK.iter_unpack(data[32:]))), reserved)


def encode(value: Copy) -> bytes:
    try:
        key = value.source_key
        chunks = value.chunks
        if len(key) != 24 or type(chunks) is not tuple:
            raise Bad("type")
        pack = _CHUNK.pack
        found = []
        for chunk in chunks:
            if type(chunk) is not Chunk:
                raise Bad("type")
            found.append(pack(chunk.source_offset, chunk.target_offset, chunk.length, chunk.reserved))
        return _HEAD.pack(key, len(chunks), value.reserved) + b"".join(found)
    except UNFIT as error:
        raise Bad(error) from None
