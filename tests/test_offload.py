"""Offload read and write, and the token between them."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from cuts import assert_every_cut
from hypothesis import given
from hypothesis import strategies as st
from samples import vectors

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.offload import (
    ALL_ZERO_BEYOND_CURRENT_RANGE,
    OffloadReadInput,
    OffloadReadOutput,
    OffloadWriteInput,
    OffloadWriteOutput,
    StorageOffloadToken,
    TokenType,
)

READ, WRITE = 0x00094264, 0x00098268
ID = bytes(range(252)) * 2
#: [MS-FSCC] 2.1.11: type and length are big-endian.
TOKEN_BYTES = bytes.fromhex("ffff0001 0000 01f8") + ID
TOKEN = StorageOffloadToken(TokenType.ZERO_DATA, ID)


def test_a_token() -> None:
    assert StorageOffloadToken.decode(TOKEN_BYTES) == TOKEN
    assert TOKEN.encode() == TOKEN_BYTES
    assert TOKEN.token_id_length == 504


@given(st.binary(min_size=512, max_size=512))
def test_any_512_bytes_are_a_token(data: bytes) -> None:
    """Whoever got one hands it on as it is: a length past the identifier, too, or Samba's little-endian numbers."""
    token = StorageOffloadToken.decode(data)
    kind, reserved, length = struct.unpack_from(">I2sH", data)
    assert token == StorageOffloadToken(kind, data[8:], length, reserved)
    assert token.encode() == data
    answer = OffloadReadOutput.decode(struct.pack("<IIQ", 528, 0, 1) + data)
    assert answer.token == token


def test_a_read_request() -> None:
    data = vectors()["SMBRS-fsctl-0"]
    value = OffloadReadInput(file_offset=0, copy_length=0xA00000)
    assert OffloadReadInput.decode(data) == value
    assert value.encode() == data
    assert s2.IoctlRequest.of(value).ctl_code == READ
    assert s2.IoctlRequest.of(value).payload() == value


def test_a_read_reply() -> None:
    data = struct.pack("<IIQ", 528, 1, 0xA00000) + TOKEN_BYTES
    value = OffloadReadOutput(TOKEN, 0xA00000, ALL_ZERO_BEYOND_CURRENT_RANGE)
    assert OffloadReadOutput.decode(data) == value
    assert value.encode() == data
    assert s2.IoctlResponse.of(value).ctl_code == READ
    assert s2.IoctlResponse.of(value).payload() == value


def test_a_write_request() -> None:
    data = struct.pack("<IIQQQ", 544, 0, 512, 1024, 2**64 - 512) + TOKEN_BYTES
    value = OffloadWriteInput(TOKEN, 512, 1024, 2**64 - 512)
    assert OffloadWriteInput.decode(data) == value
    assert value.encode() == data
    assert s2.IoctlRequest.of(value).ctl_code == WRITE
    assert s2.IoctlRequest.of(value).payload() == value


def test_a_write_reply() -> None:
    data = struct.pack("<IIQ", 16, 0, 1024)
    assert OffloadWriteOutput.decode(data) == OffloadWriteOutput(1024)
    assert OffloadWriteOutput(1024).encode() == data
    assert s2.IoctlResponse.of(OffloadWriteOutput(1024)).payload() == OffloadWriteOutput(1024)


def test_unused_bits_and_bytes_are_kept() -> None:
    for data in (struct.pack("<IIIIQQ", 32, 1, 2, 3, 4, 5), struct.pack("<IIIIQQ", 32, 1, 2, 3, 4, 5) + b"more"):
        value = OffloadReadInput.decode(data)
        assert value == OffloadReadInput(4, 5, 2, 1, 3, data[32:])
        assert value.encode() == data
    for flags in (2, 4, 0xFFFFFFFF):  # what Samba's sources name, and all
        data = struct.pack("<IIQ", 528, flags, 1) + TOKEN_BYTES
        assert OffloadReadOutput.decode(data) == OffloadReadOutput(TOKEN, 1, flags)
        assert OffloadReadOutput(TOKEN, 1, flags).encode() == data
    data = struct.pack("<IIQQQ", 544, 9, 1, 2, 3) + TOKEN_BYTES + b"more"
    assert OffloadWriteInput.decode(data) == OffloadWriteInput(TOKEN, 1, 2, 3, 9, b"more")
    assert OffloadWriteInput(TOKEN, 1, 2, 3, 9, b"more").encode() == data


def test_cut_short() -> None:
    token = {"token_type": 4, "reserved": 2, "token_id_length": 2, "token_id": 504}
    assert_every_cut(StorageOffloadToken, TOKEN_BYTES, token)
    numbers = {"size": 4, "flags": 4, "token_time_to_live": 4, "reserved": 4, "file_offset": 8, "copy_length": 8}
    assert_every_cut(OffloadReadInput, vectors()["SMBRS-fsctl-0"], numbers)
    reply = struct.pack("<IIQ", 528, 0, 1) + TOKEN_BYTES
    assert_every_cut(OffloadReadOutput, reply, {"size": 4, "flags": 4, "transfer_length": 8, "token": 512})
    numbers = {"size": 4, "flags": 4, "file_offset": 8, "copy_length": 8, "transfer_offset": 8, "token": 512}
    assert_every_cut(OffloadWriteInput, struct.pack("<IIQQQ", 544, 0, 1, 2, 3) + TOKEN_BYTES, numbers)
    reply = struct.pack("<IIQ", 16, 0, 1)
    assert_every_cut(OffloadWriteOutput, reply, {"size": 4, "flags": 4, "length_written": 8})


@pytest.mark.parametrize(
    ("kind", "size", "length"),
    [(OffloadReadInput, 32, 32), (OffloadReadOutput, 528, 528), (OffloadWriteInput, 544, 544),
     (OffloadWriteOutput, 16, 16)],
)  # fmt: skip
@pytest.mark.parametrize("step", [-1, 1, -8, 0x7FFFFFF0])
def test_a_structure_of_another_size(kind: Any, size: int, length: int, step: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        kind.decode(struct.pack("<I", size + step) + bytes(length - 4))
    assert (caught.value.path, caught.value.offset) == (f"{kind.__name__}.size", 0)


@pytest.mark.parametrize(("kind", "size"), [(OffloadReadOutput, 528), (OffloadWriteOutput, 16)])
def test_nothing_follows_a_reply(kind: Any, size: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        kind.decode(struct.pack("<I", size) + bytes(size - 4) + b"x")
    assert (caught.value.path, caught.value.offset) == (kind.__name__, size)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (StorageOffloadToken(1, b"short"), "StorageOffloadToken.token_id"),  # type: ignore[arg-type]
        (StorageOffloadToken(1, ID, 0x10000), "StorageOffloadToken.token_id_length"),  # type: ignore[arg-type]
        (StorageOffloadToken(1, ID, 504, b"x"), "StorageOffloadToken.reserved"),  # type: ignore[arg-type]
        (StorageOffloadToken(2**32), "StorageOffloadToken.token_type"),  # type: ignore[arg-type]
        (OffloadReadOutput(TOKEN_BYTES, 1), "OffloadReadOutput.token"),  # type: ignore[arg-type]
        (OffloadReadOutput(TOKEN, -1), "OffloadReadOutput.transfer_length"),
        (OffloadWriteInput(TOKEN, 0, 2**64), "OffloadWriteInput.copy_length"),
        (OffloadWriteInput(None, 0, 1), "OffloadWriteInput.token"),  # type: ignore[arg-type]
        (OffloadReadInput(-512, 512), "OffloadReadInput.file_offset"),
        (OffloadReadInput(0, 1, trailing=5), "OffloadReadInput.trailing"),  # type: ignore[arg-type]
        (OffloadWriteOutput(1.5), "OffloadWriteOutput.length_written"),  # type: ignore[arg-type]
    ],
)
def test_what_does_not_fit(value: Any, path: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        value.encode()
    assert caught.value.path == path
