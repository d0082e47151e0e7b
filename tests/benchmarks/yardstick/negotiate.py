"""VALIDATE_NEGOTIATE_INFO, by hand."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from uuid import UUID

from smb2ioctl_codec.payloads.negotiate import Dialect

from .parts import UNFIT, Buffer, as_bytes
from .values import Bad

_HEAD = struct.Struct("<I16sHH")
_DIALECTS = Dialect.map()


@dataclass(slots=True)
class NegotiateRequest:
    capabilities: int
    guid: UUID
    security_mode: int
    dialects: tuple[int, ...]
    padding: bytes


@dataclass(slots=True)
class NegotiateReply:
    capabilities: int
    guid: UUID
    security_mode: int
    dialect: Dialect


def decode_request(data: Buffer) -> NegotiateRequest:
    if type(data) is not bytes:
        data = as_bytes(data)
    size = len(data)
    if size < 24:
        raise Bad("short")
    capabilities, guid, mode, count = _HEAD.unpack_from(data)
    end = 24 + 2 * count
    if end > size:
        raise Bad("DialectCount")
    dialects = struct.unpack_from(f"<{count}H", data, 24)
    return NegotiateRequest(capabilities, UUID(bytes_le=guid), mode, dialects, data[end:])


def encode_request(value: NegotiateRequest) -> bytes:
    try:
        dialects = value.dialects
        padding = value.padding
        guid = value.guid
        if type(dialects) is not tuple or type(padding) is not bytes or not isinstance(guid, UUID):
            raise Bad("type")
        count = len(dialects)
        head = _HEAD.pack(value.capabilities, guid.bytes_le, value.security_mode, count)
        return head + struct.pack(f"<{count}H", *dialects) + padding
    except UNFIT as error:
        raise Bad(error) from None


def decode_reply(data: Buffer) -> NegotiateReply:
    if type(data) is not bytes:
        data = as_bytes(data)
    if len(data) != 24:
        raise Bad("size")
    capabilities, guid, mode, dialect = _HEAD.unpack(data)
    return NegotiateReply(capabilities, UUID(bytes_le=guid), mode, _DIALECTS[dialect])


def encode_reply(value: NegotiateReply) -> bytes:
    try:
        guid = value.guid
        if not isinstance(guid, UUID):
            raise Bad("type")
        return _HEAD.pack(value.capabilities, guid.bytes_le, value.security_mode, value.dialect)
    except UNFIT as error:
        raise Bad(error) from None
