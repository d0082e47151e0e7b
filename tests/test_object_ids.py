"""Object identifiers: both types of the buffer, and the extended data alone."""

from __future__ import annotations

import struct
from typing import Any
from uuid import UUID

import pytest
from cuts import assert_every_cut
from samples import pdus

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.payloads.object_ids import (
    NIL,
    FileObjectIdBuffer,
    FileObjectIdBufferType2,
    SetObjectIdExtended,
)

SET, GET, DELETE, SET_EXTENDED, CREATE_OR_GET = 0x00090098, 0x0009009C, 0x000900A0, 0x000900BC, 0x000900C0
IDS = [UUID(int=0x00112233445566778899AABBCCDDEEFF + number) for number in range(4)]
#: A GUID begins with three little-endian numbers ([MS-DTYP] 2.3.4.2).
BUFFER = b"".join(bytes.fromhex("33221100554477668899aabbccdd") + struct.pack(">H", 0xEEFF + n) for n in range(4))


def test_type_1() -> None:
    value = FileObjectIdBuffer(*IDS)
    assert FileObjectIdBuffer.decode(BUFFER) == value
    assert value.encode() == BUFFER
    assert FileObjectIdBuffer(IDS[0]).encode() == BUFFER[:16] + bytes(48)


def test_type_2() -> None:
    value = FileObjectIdBufferType2(IDS[0], BUFFER[16:])
    assert FileObjectIdBufferType2.decode(BUFFER) == value
    assert value.encode() == BUFFER
    assert FileObjectIdBufferType2(NIL).encode() == bytes(64)


def test_one_type_loses_nothing_of_the_other() -> None:
    first = FileObjectIdBuffer.decode(BUFFER)
    assert FileObjectIdBufferType2.decode(first.encode()).encode() == BUFFER


def test_the_extended_data_alone() -> None:
    assert SetObjectIdExtended.decode(BUFFER[16:]) == SetObjectIdExtended(BUFFER[16:])
    assert SetObjectIdExtended(BUFFER[16:]).encode() == BUFFER[16:]


def test_cut_short() -> None:
    sizes = {"object_id": 16, "birth_volume_id": 16, "birth_object_id": 16, "domain_id": 16}
    assert_every_cut(FileObjectIdBuffer, BUFFER, sizes)
    assert_every_cut(FileObjectIdBufferType2, BUFFER, {"object_id": 16, "extended_info": 48})
    assert_every_cut(SetObjectIdExtended, BUFFER[16:], {"extended_info": 48})


@pytest.mark.parametrize(
    ("kind", "size"), [(FileObjectIdBuffer, 64), (FileObjectIdBufferType2, 64), (SetObjectIdExtended, 48)]
)
def test_servers_take_exactly_their_size(kind: Any, size: int) -> None:
    """[MS-FSCC] 2.3.78, 2.3.80: any other length is INVALID_PARAMETER."""
    with pytest.raises(s2.DecodeError) as caught:
        kind.decode(bytes(size + 1))
    assert (caught.value.path, caught.value.offset) == (kind.__name__, size)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (FileObjectIdBuffer(b"x" * 16), "FileObjectIdBuffer.object_id"),  # type: ignore[arg-type]
        (FileObjectIdBuffer(NIL, domain_id=0), "FileObjectIdBuffer.domain_id"),  # type: ignore[arg-type]
        (FileObjectIdBufferType2(NIL, bytes(47)), "FileObjectIdBufferType2.extended_info"),
        (SetObjectIdExtended(bytes(49)), "SetObjectIdExtended.extended_info"),
        (SetObjectIdExtended("x" * 48), "SetObjectIdExtended.extended_info"),  # type: ignore[arg-type]
    ],
)
def test_what_does_not_fit(value: Any, path: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        value.encode()
    assert caught.value.path == path


# -- in messages


def test_an_identifier_to_set() -> None:
    for value in (FileObjectIdBuffer(*IDS), FileObjectIdBufferType2(IDS[0], BUFFER[16:])):
        asked = s2.IoctlRequest.of(value)
        assert (asked.ctl_code, asked.input) == (SET, BUFFER)
        assert asked.payload() == FileObjectIdBuffer(*IDS), "the wire does not tell the types apart"
    extended = s2.IoctlRequest.of(SetObjectIdExtended(BUFFER[16:]))
    assert (extended.ctl_code, extended.payload()) == (SET_EXTENDED, SetObjectIdExtended(BUFFER[16:]))
    with pytest.raises(s2.DecodeError):
        s2.IoctlRequest.of(BUFFER[:63], ctl_code=SET).payload()


@pytest.mark.parametrize("code", [GET, CREATE_OR_GET])
def test_an_identifier_in_a_reply(code: int) -> None:
    assert s2.IoctlResponse.of(BUFFER, ctl_code=code).payload() == FileObjectIdBuffer(*IDS)
    for size in (0, 16, 63):  # cut to MaxOutputResponse, as Samba does without a word
        assert s2.IoctlResponse.of(BUFFER[:size], ctl_code=code).payload() == BUFFER[:size]
    assert s2.IoctlResponse.of(BUFFER, ctl_code=code).payload(status=s2.NtStatus.ACCESS_DENIED) == BUFFER
    with pytest.raises(s2.DecodeError):
        s2.IoctlResponse.of(BUFFER + b"\0", ctl_code=code).payload()


def test_what_carries_nothing() -> None:
    assert registry.lookup(SET).response is None
    assert registry.lookup(GET).request is None
    assert (registry.lookup(DELETE).request, registry.lookup(DELETE).response) == (None, None)
    assert registry.lookup(DELETE).section


def test_recorded_identifiers() -> None:
    """What smbd makes: the identifier, and three more GUIDs."""
    count = 0
    for pdu in pdus():
        if pdu.is_request or pdu.ctl_code != CREATE_OR_GET or pdu.status:
            continue
        offset, size = struct.unpack_from("<32xII", pdu.body)
        data = pdu.body[offset - 64 : offset - 64 + size]
        found = s2.IoctlResponse.decode(pdu.body).payload()
        if size < 64:
            assert found == data
            continue
        guids = [UUID(bytes_le=data[start : start + 16]) for start in range(0, 64, 16)]
        assert found == FileObjectIdBuffer(*guids)
        assert found.encode() == data
        count += 1
    assert count == 21
