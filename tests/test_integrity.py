"""Compression, integrity and encryption of a file."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from cuts import assert_every_cut
from samples import pdus

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.payloads.integrity import (
    CHECKSUM_ENFORCEMENT_OFF,
    ChecksumAlgorithm,
    CompressionFormat,
    CompressionState,
    DecryptionStatusBuffer,
    EncryptionBuffer,
    EncryptionOperation,
    GetIntegrityInformation,
    SetIntegrityInformation,
    SetIntegrityInformationEx,
    request_facts,
)
from smb2ioctl_codec.schema import Record

GET_COMPRESSION, SET_COMPRESSION = 0x0009003C, 0x0009C040
GET_INTEGRITY, SET_INTEGRITY, SET_INTEGRITY_EX = 0x0009027C, 0x0009C280, 0x00090380
SET_ENCRYPTION = 0x000900D7

#: Requests: a value, its bytes by the document's table, the code.
REQUESTS: list[tuple[Any, bytes, int]] = [
    (CompressionState(CompressionFormat.LZNT1), b"\2\0", SET_COMPRESSION),
    (CompressionState(CompressionFormat.DEFAULT), b"\1\0", SET_COMPRESSION),
    (
        SetIntegrityInformation(ChecksumAlgorithm.UNCHANGED, CHECKSUM_ENFORCEMENT_OFF),
        bytes.fromhex("ffff 0000 01000000"),
        SET_INTEGRITY,
    ),
    (SetIntegrityInformation(ChecksumAlgorithm.CRC64, 2, 3), struct.pack("<HHI", 2, 3, 2), SET_INTEGRITY),
    (SetIntegrityInformationEx(1), bytes.fromhex("01 00 0000 00000000 01 00000000000000"), SET_INTEGRITY_EX),
    (
        SetIntegrityInformationEx(0, 1, 5, 2, 6, b"reserve"),
        struct.pack("<BBHIB7s", 0, 1, 6, 5, 2, b"reserve"),
        SET_INTEGRITY_EX,
    ),
    (EncryptionBuffer(EncryptionOperation.FILE_CLEAR_ENCRYPTION), bytes.fromhex("02000000 00 000000"), SET_ENCRYPTION),
    (
        EncryptionBuffer(EncryptionOperation.STREAM_SET_ENCRYPTION, 0xFF, b"pad"),
        struct.pack("<IB3s", 3, 0xFF, b"pad"),
        SET_ENCRYPTION,
    ),
]
#: Replies, likewise.
REPLIES: list[tuple[Any, bytes, int]] = [
    (CompressionState(CompressionFormat.NONE), b"\0\0", GET_COMPRESSION),
    (
        GetIntegrityInformation(ChecksumAlgorithm.CRC32, 0x10000, 4096, CHECKSUM_ENFORCEMENT_OFF),
        struct.pack("<HHIII", 1, 0, 1, 0x10000, 4096),
        GET_INTEGRITY,
    ),
    (DecryptionStatusBuffer(1), b"\1", SET_ENCRYPTION),
]


@pytest.mark.parametrize(("value", "data", "code"), REQUESTS)
def test_requests(value: Any, data: bytes, code: int) -> None:
    assert value.encode() == data
    assert type(value).decode(data) == value
    assert s2.IoctlRequest.of(value).ctl_code == code
    assert s2.IoctlRequest.of(data, ctl_code=code).payload() == value


@pytest.mark.parametrize(("value", "data", "code"), REQUESTS)
def test_servers_take_longer_requests(value: Any, data: bytes, code: int) -> None:
    """The document refuses what is less than the structure; what is more is kept."""
    longer = type(value).decode(data + b"\0and more")
    assert longer.trailing == b"\0and more"
    assert longer.encode() == data + b"\0and more"


@pytest.mark.parametrize(("value", "data", "code"), REPLIES)
def test_replies(value: Any, data: bytes, code: int) -> None:
    assert value.encode() == data
    assert type(value).decode(data) == value
    assert s2.IoctlResponse.of(value).ctl_code == code
    assert s2.IoctlResponse.of(data, ctl_code=code).payload() == value


def test_the_status_of_a_decryption_may_be_left_out() -> None:
    assert s2.IoctlResponse.of(b"", ctl_code=SET_ENCRYPTION).payload() == b""
    assert s2.IoctlResponse.of(b"\0", ctl_code=SET_ENCRYPTION).payload() == DecryptionStatusBuffer(0)
    with pytest.raises(s2.DecodeError):
        s2.IoctlResponse.of(b"", ctl_code=GET_COMPRESSION).payload()


@pytest.mark.parametrize("code", [SET_COMPRESSION, SET_INTEGRITY, SET_INTEGRITY_EX])
def test_these_replies_are_empty(code: int) -> None:
    assert registry.lookup(code).response is None


def test_values_that_nobody_named_are_kept() -> None:
    assert CompressionState.decode(b"\x34\x12").compression_state == 0x1234
    assert EncryptionBuffer.decode(b"\xff" * 8) == EncryptionBuffer(0xFFFFFFFF, 255, b"\xff" * 3)  # type: ignore[arg-type]
    assert GetIntegrityInformation.decode(b"\xff" * 16).checksum_algorithm is ChecksumAlgorithm.UNCHANGED


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        (CompressionState, {"compression_state": 2}),
        (GetIntegrityInformation, {"checksum_algorithm": 2, "reserved": 2, "flags": 4,
                                   "checksum_chunk_size_in_bytes": 4, "cluster_size_in_bytes": 4}),
        (SetIntegrityInformation, {"checksum_algorithm": 2, "reserved": 2, "flags": 4}),
        (SetIntegrityInformationEx, {"enable_integrity": 1, "keep_integrity_state_unchanged": 1, "reserved1": 2,
                                     "flags": 4, "version": 1, "reserved2": 7}),
        (EncryptionBuffer, {"encryption_operation": 4, "private": 1, "padding": 3}),
        (DecryptionStatusBuffer, {"no_encrypted_streams": 1}),
    ],
)  # fmt: skip
def test_cut_short(kind: type[Record], sizes: dict[str, int]) -> None:
    assert_every_cut(kind, bytes(range(1, sum(sizes.values()) + 1)), sizes)


@pytest.mark.parametrize(("kind", "size"), [(GetIntegrityInformation, 16), (DecryptionStatusBuffer, 1)])
def test_nothing_follows_a_reply(kind: type[Record], size: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        kind.decode(bytes(size + 1))
    assert (caught.value.path, caught.value.offset) == (kind.__name__, size)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (CompressionState(0x10000), "CompressionState.compression_state"),  # type: ignore[arg-type]
        (CompressionState("LZNT1"), "CompressionState.compression_state"),  # type: ignore[arg-type]
        (SetIntegrityInformationEx(256), "SetIntegrityInformationEx.enable_integrity"),
        (SetIntegrityInformationEx(1, reserved2=bytes(8)), "SetIntegrityInformationEx.reserved2"),
        (SetIntegrityInformationEx(1, version=-1), "SetIntegrityInformationEx.version"),
        (EncryptionBuffer(EncryptionOperation.FILE_SET_ENCRYPTION, padding=b""), "EncryptionBuffer.padding"),
        (GetIntegrityInformation(ChecksumAlgorithm.NONE, 0, 2**32), "GetIntegrityInformation.cluster_size_in_bytes"),
        (DecryptionStatusBuffer(None), "DecryptionStatusBuffer.no_encrypted_streams"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_does_not_fit(value: Any, path: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        value.encode()
    assert caught.value.path == path


def test_recorded_compression() -> None:
    """What smbclient and smbtorture asked for and smbd answered, with one request of 16 bytes that smbd took."""
    asked, answered = set(), []
    for pdu in pdus():
        if pdu.is_request and pdu.ctl_code == SET_COMPRESSION and len(pdu.body) > 57:
            value = s2.IoctlRequest.decode(pdu.body).payload()
            assert value.encode() == pdu.body[56:]
            asked.add((int(value.compression_state), len(value.trailing)))
        elif not pdu.is_request and pdu.ctl_code == GET_COMPRESSION:
            answered.append(s2.IoctlResponse.decode(pdu.body).payload())
    assert asked == {(0, 0), (1, 0), (0, 14)}
    assert answered == [CompressionState(CompressionFormat.NONE)] * 5


def test_what_rules_ask_about_a_compression() -> None:
    assert request_facts(b"\2\1 and more") == {"compression_state": 0x0102}
    assert request_facts(b"\2") == {}, "nothing is known of it"
