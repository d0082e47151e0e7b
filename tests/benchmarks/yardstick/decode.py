"""Bytes to values, by hand."""

from __future__ import annotations

import struct

from smb2ioctl_codec import CtlCode, NtStatus
from smb2ioctl_codec.messages import Command, Protocol

from .parts import Buffer, around, as_bytes
from .values import Bad, FileId, ForeignHeader, Header, Packet, ReferralRequest, Reply, Request, SnapshotArray

HEADER_SIZE = 64
REQUEST_SIZE = 56
REPLY_SIZE = 48
SNAPSHOTS_SIZE = 12

_HEADER = struct.Struct("<IHHIHHIIQIIQ16s")
_ASYNC_ID = struct.Struct("<Q")
_REQUEST = struct.Struct("<HHIQQIIIIIIII")
_REPLY = struct.Struct("<HHIQQIIIIII")
_SNAPSHOTS = struct.Struct("<III")
_LEVEL = struct.Struct("<H")

_CODES = CtlCode.map()
_STATUSES = NtStatus.map()
_COMMANDS = Command.map()
_PROTOCOLS = Protocol.map()
_SMALLEST_FOREIGN = {Protocol.SMB1: 32, Protocol.TRANSFORM: 52, Protocol.COMPRESSION: 16}
_COPYCHUNK = (CtlCode.FSCTL_SRV_COPYCHUNK, CtlCode.FSCTL_SRV_COPYCHUNK_WRITE)


def decode_request(data: Buffer) -> Request:
    """By the rules of the reference server: input lies right after the fixed part."""
    if type(data) is not bytes:
        data = as_bytes(data)
    size = len(data)
    if size < REQUEST_SIZE:
        raise Bad("short")
    (
        structure_size, reserved, code, persistent, volatile, input_offset, input_count, max_input, output_offset,
        output_count, max_output, flags, reserved2,
    ) = _REQUEST.unpack_from(data)  # fmt: skip
    if structure_size != 57:
        raise Bad("StructureSize")
    kept = None
    end = REQUEST_SIZE + input_count
    if input_count:
        if input_offset != 120:
            raise Bad("InputOffset")
        if end > size:
            raise Bad("InputCount")
    elif input_offset:
        kept = input_offset
    file_id = FileId(persistent, volatile)
    return Request(
        _CODES[code], file_id, data[REQUEST_SIZE:end], max_output, max_input, flags, kept, output_offset, output_count,
        reserved, reserved2, data[end:],
    )  # fmt: skip


def decode_packet(data: Buffer) -> Packet:
    """Header and body; a request may have its input anywhere in the message."""
    if type(data) is not bytes:
        data = as_bytes(data)
    size = len(data)
    if size >= 4 and data[0] != 0xFE:
        return _decode_foreign(data)
    if size < HEADER_SIZE:
        raise Bad("short")
    (
        protocol, structure_size, credit_charge, status, code, credit, flags, next_command, message_id, reserved,
        tree_id, session_id, signature,
    ) = _HEADER.unpack_from(data)  # fmt: skip
    if protocol != 0x424D53FE or structure_size != HEADER_SIZE:
        raise Bad("no header")
    if next_command and next_command != size:
        raise Bad("NextCommand")
    async_id = None
    if flags & 2:
        (async_id,) = _ASYNC_ID.unpack_from(data, 32)
        reserved = tree_id = None
    header = Header(
        _COMMANDS[code], _STATUSES[status], flags, message_id, tree_id, session_id, credit_charge, credit,
        next_command, async_id, reserved, signature,
    )  # fmt: skip
    if code != 11:
        return Packet(header, data[HEADER_SIZE:])
    if flags & 1:
        reply = decode_reply(data[HEADER_SIZE:])
        if status >> 30 == 3 and reply.ctl_code not in _COPYCHUNK:
            raise Bad("a reply under an error")
        return Packet(header, reply)
    return Packet(header, _decode_any_request(data))


def _decode_any_request(data: bytes) -> Request:
    """The request after a header; offsets count from the header."""
    size = len(data)
    if size < HEADER_SIZE + REQUEST_SIZE:
        raise Bad("short")
    (
        structure_size, reserved, code, persistent, volatile, input_offset, input_count, max_input, output_offset,
        output_count, max_output, flags, reserved2,
    ) = _REQUEST.unpack_from(data, HEADER_SIZE)  # fmt: skip
    if structure_size != 57:
        raise Bad("StructureSize")
    if input_count:
        end = input_offset + input_count
        if input_offset < 120 or end > size:
            raise Bad("input")
        content = data[input_offset:end]
        if input_offset == 120:
            kept, slack = None, data[end:]
        else:
            kept, slack = input_offset, around(data, 120, [(input_offset, end)])
    else:
        kept, content, slack = input_offset or None, b"", data[120:]
    return Request(
        _CODES[code], FileId(persistent, volatile), content, max_output, max_input, flags, kept, output_offset,
        output_count, reserved, reserved2, slack,
    )  # fmt: skip


def _decode_foreign(data: bytes) -> Packet:
    protocol = _PROTOCOLS[int.from_bytes(data[:4], "little")]
    if len(data) < _SMALLEST_FOREIGN.get(protocol, len(data) + 1):
        raise Bad("no message")
    return Packet(ForeignHeader(protocol), data[4:])


def decode_reply(data: Buffer) -> Reply:
    """An output that starts before the input ends is refused; each buffer lies inside the message."""
    if type(data) is not bytes:
        data = as_bytes(data)
    size = len(data)
    if size < REPLY_SIZE:
        raise Bad("short")
    (
        structure_size, reserved, code, persistent, volatile, input_offset, input_count, output_offset, output_count,
        flags, reserved2,
    ) = _REPLY.unpack_from(data)  # fmt: skip
    if structure_size != 49:
        raise Bad("StructureSize")
    first, end = output_offset - 64, output_offset - 64 + output_count
    if output_count and (first < REPLY_SIZE or end > size):
        raise Bad("output")
    output = data[first:end] if output_count else b""
    if input_count:
        input_end = input_offset - 64 + input_count
        if input_offset < 112 or input_end > size or (output_count and first < input_end):
            raise Bad("input")
        content = data[input_offset - 64 : input_end]
        slack = around(data, REPLY_SIZE, [(input_offset - 64, input_end), (first, end)])
    else:
        content, input_end = b"", REPLY_SIZE
        if not output_count:
            slack = data[REPLY_SIZE:]
        elif first == REPLY_SIZE:
            slack = data[end:]
        else:
            slack = around(data, REPLY_SIZE, [(first, end)])
    return Reply(
        _CODES[code], FileId(persistent, volatile), output, content, flags,
        None if input_offset == 112 else input_offset,
        None if output_offset == (input_end + 71 & -8) else output_offset,
        reserved, reserved2, slack,
    )  # fmt: skip


def decode_referral_request(data: Buffer) -> ReferralRequest:
    if type(data) is not bytes:
        data = as_bytes(data)
    if len(data) < 2:
        raise Bad("short")
    (level,) = _LEVEL.unpack_from(data)
    try:
        text = data[2:].decode("utf-16-le")
    except UnicodeDecodeError:
        raise Bad("no UTF-16") from None
    name, nul, rest = text.partition("\0")
    return ReferralRequest(level, name, nul + rest)


def decode_snapshots(data: Buffer) -> SnapshotArray:
    """Labels by their count; what follows them may be anything."""
    if type(data) is not bytes:
        data = as_bytes(data)
    size = len(data)
    if size < SNAPSHOTS_SIZE:
        raise Bad("short")
    total, returned, array_size = _SNAPSHOTS.unpack_from(data)
    if returned * 2 > size - SNAPSHOTS_SIZE:
        raise Bad("count")
    try:
        text = data[SNAPSHOTS_SIZE:].decode("utf-16-le")
        labels = text.split("\0", returned)
        if len(labels) <= returned:
            raise Bad("no U+0000")
        rest = labels.pop()
        one_unit_each = len(text) * 2 == size - SNAPSHOTS_SIZE
        padding = data[size - 2 * len(rest) :] if one_unit_each else rest.encode("utf-16-le")
    except UnicodeDecodeError:
        labels, padding = _labels_one_by_one(data, returned)
    return SnapshotArray(tuple(labels), total, array_size, padding)


def _labels_one_by_one(data: bytes, count: int) -> tuple[list[str], bytes]:
    labels = []
    start = SNAPSHOTS_SIZE
    for _ in range(count):
        end = start
        while data[end : end + 2] != b"\0\0":
            if end + 2 > len(data):
                raise Bad("no U+0000")
            end += 2
        try:
            labels.append(data[start:end].decode("utf-16-le"))
        except UnicodeDecodeError:
            raise Bad("no UTF-16") from None
        start = end + 2
    return labels, data[start:]
