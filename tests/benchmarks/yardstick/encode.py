"""Values to bytes, by hand."""

from __future__ import annotations

import struct

from smb2ioctl_codec import CtlCode
from smb2ioctl_codec.messages import Protocol

from .parts import UNFIT, laid_out
from .values import Bad, FileId, ForeignHeader, Header, Packet, ReferralRequest, Reply, Request, SnapshotArray

_SYNC = struct.Struct("<IHHIHHIIQIIQ16s")
_ASYNC = struct.Struct("<IHHIHHIIQQQ16s")
_REQUEST = struct.Struct("<HHIQQIIIIIIII")
_REPLY = struct.Struct("<HHIQQIIIIII")
_SNAPSHOTS = struct.Struct("<III")
_LEVEL = struct.Struct("<H")

_SMALLEST_FOREIGN = {Protocol.SMB1: 32, Protocol.TRANSFORM: 52, Protocol.COMPRESSION: 16}
_COPYCHUNK = (CtlCode.FSCTL_SRV_COPYCHUNK, CtlCode.FSCTL_SRV_COPYCHUNK_WRITE)


def encode_request(value: Request) -> bytes:
    try:
        content = value.input
        slack = value.slack
        file_id = value.file_id
        if type(content) is not bytes or type(slack) is not bytes or type(file_id) is not FileId:
            raise Bad("type")
        count = len(content)
        offset = value.input_offset
        if offset is None:
            offset = 120 if count else 0
        tail = content if not slack and (not count or offset == 120) else laid_out(120, [(offset, content)], slack)
        return _REQUEST.pack(
            57, value.reserved, value.ctl_code, file_id.persistent, file_id.volatile, offset, count,
            value.max_input_response, value.output_offset, value.output_count, value.max_output_response, value.flags,
            value.reserved2,
        ) + tail  # fmt: skip
    except UNFIT as error:
        raise Bad(error) from None


def encode_reply(value: Reply) -> bytes:
    try:
        content = value.input
        output = value.output
        slack = value.slack
        file_id = value.file_id
        if type(content) is not bytes or type(output) is not bytes or type(slack) is not bytes:
            raise Bad("type")
        if type(file_id) is not FileId:
            raise Bad("type")
        count = len(content)
        output_count = len(output)
        offset = value.input_offset
        if offset is None:
            offset = 112
        output_offset = value.output_offset
        if output_offset is None:
            output_offset = offset + count + 7 & -8 if count else 112
        if count and output_count and output_offset < offset + count:
            raise Bad("output")
        if not slack and not count and (not output_count or output_offset == 112):
            tail = output
        else:
            tail = laid_out(112, [(offset, content), (output_offset, output)], slack)
        return _REPLY.pack(
            49, value.reserved, value.ctl_code, file_id.persistent, file_id.volatile, offset, count, output_offset,
            output_count, value.flags, value.reserved2,
        ) + tail  # fmt: skip
    except UNFIT as error:
        raise Bad(error) from None


def encode_header(value: Header) -> bytes:
    try:
        flags = value.flags
        signature = value.signature
        if len(signature) != 16:
            raise Bad("signature")
        if flags & 2:
            if value.tree_id is not None or value.reserved is not None:
                raise Bad("fields of the sync form")
            return _ASYNC.pack(
                0x424D53FE, 64, value.credit_charge, value.status, value.command, value.credits, flags,
                value.next_command, value.message_id, value.async_id, value.session_id, signature,
            )  # fmt: skip
        if value.async_id is not None:
            raise Bad("a field of the async form")
        return _SYNC.pack(
            0x424D53FE, 64, value.credit_charge, value.status, value.command, value.credits, flags,
            value.next_command, value.message_id, value.reserved, value.tree_id, value.session_id, signature,
        )  # fmt: skip
    except UNFIT as error:
        raise Bad(error) from None


def encode_packet(value: Packet) -> bytes:
    """Header and body must go together as decoding would give them."""
    header = value.header
    body = value.body
    if type(header) is ForeignHeader:
        return _encode_foreign(header, body)
    if type(header) is not Header:
        raise Bad("header")
    message = encode_header(header)
    if type(body) is Request:
        if header.command != 11 or header.flags & 1:
            raise Bad("body")
        message += encode_request(body)
    elif type(body) is Reply:
        if header.command != 11 or not header.flags & 1:
            raise Bad("body")
        if header.status >> 30 == 3 and body.ctl_code not in _COPYCHUNK:
            raise Bad("a reply under an error")
        message += encode_reply(body)
    elif type(body) is bytes and header.command != 11:
        message += body
    else:
        raise Bad("body")
    if header.next_command and header.next_command != len(message):
        raise Bad("NextCommand")
    return message


def _encode_foreign(header: ForeignHeader, body: object) -> bytes:
    smallest = _SMALLEST_FOREIGN.get(header.protocol_id)
    if smallest is None or type(body) is not bytes or len(body) < smallest - 4:
        raise Bad("body")
    return int(header.protocol_id).to_bytes(4, "little") + body


def encode_referral_request(value: ReferralRequest) -> bytes:
    try:
        name = value.request_file_name
        end = value.terminator
        if "\0" in name or (end and end[0] != "\0"):
            raise Bad("U+0000")
        return _LEVEL.pack(value.max_referral_level) + (name + end).encode("utf-16-le")
    except UNFIT as error:
        raise Bad(error) from None


def encode_snapshots(value: SnapshotArray) -> bytes:
    try:
        labels = value.snapshots
        padding = value.padding
        if type(labels) is not tuple or type(padding) is not bytes:
            raise Bad("type")
        count = len(labels)
        text = "\0".join((*labels, ""))
        if text.count("\0") != count:
            raise Bad("U+0000 in a label")
        head = _SNAPSHOTS.pack(value.number_of_snapshots, count, value.snapshot_array_size)
        return head + text.encode("utf-16-le") + padding
    except UNFIT as error:
        raise Bad(error) from None
