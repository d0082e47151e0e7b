"""Valid traffic that other software refuses: it is read, and comes back as it was."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from samples import (
    BUFFER_OVERFLOW,
    COPYCHUNK,
    COPYCHUNK_WRITE,
    DFS_GET_REFERRALS,
    ENUMERATE_SNAPSHOTS,
    NOBODYS,
    RESUME_KEY,
    SMBTORTURES,
    SUCCESS,
    error,
    header,
    pdus,
    referral_request,
    request,
    response,
    snapshot_array,
    token,
)

import smb2ioctl_codec as s2
from smb2ioctl_codec.rules import MS_SMB2

REPLY = 1
FILE_ID: dict[str, Any] = {"persistent": 7, "volatile": 7}


def test_a_request_with_an_output_offset_and_no_output() -> None:
    """Nine of ten requests of Samba's clients."""
    body = request(DFS_GET_REFERRALS, referral_request("\\a"), output_offset=120)
    assert s2.IoctlRequest.decode(body).encode() == body
    assert s2.check_request(body) == s2.check_request(body, MS_SMB2) == ()
    recorded = [pdu.body for pdu in pdus() if pdu.is_request and len(pdu.body) >= 56]
    with_offset = [body for body in recorded if struct.unpack_from("<36xII", body) == (120, 0)]
    assert len(with_offset) > 500


@pytest.mark.parametrize("code", [COPYCHUNK, COPYCHUNK_WRITE])
@pytest.mark.parametrize("status", [0xC000000D, 0xC000001F, 0xC0000022, 0xC0000034, 0xC0000054])
def test_a_copychunk_reply_under_an_error(code: int, status: int) -> None:
    counts = struct.pack("<III", 2, 512, 1024)
    message = header(flags=REPLY, status=status) + response(code, counts, **FILE_ID)
    packet = s2.Packet.decode(message)
    assert isinstance(packet.body, s2.IoctlResponse)
    assert packet.body.output == counts
    assert packet.encode() == message
    plain = header(flags=REPLY, status=status) + error()
    assert s2.Packet.decode(plain).body == s2.ErrorResponse()


@pytest.mark.parametrize("size", [0, 8, 64, 4096])
def test_a_referral_that_was_cut(size: int) -> None:
    """What came is there, and the status tells that it is not all."""
    body = response(DFS_GET_REFERRALS, b"x" * size)
    message = header(flags=REPLY, status=BUFFER_OVERFLOW) + body
    packet = s2.Packet.decode(message)
    assert isinstance(packet.body, s2.IoctlResponse)
    assert packet.body.output == b"x" * size
    assert packet.encode() == message


@pytest.mark.parametrize("size", [12, 14, 16])
def test_a_snapshot_reply_without_tokens(size: int) -> None:
    data = struct.pack("<III", 3, 0, 152) + bytes(size - 12)
    answer = s2.IoctlResponse.decode(response(ENUMERATE_SNAPSHOTS, data))
    found = answer.payload()
    assert (found.number_of_snapshots, found.snapshots, found.snapshot_array_size) == (3, (), 152)
    assert found.encode() == data


def test_fewer_snapshots_returned_than_there_are() -> None:
    data = snapshot_array((token(0),), total=3, size=152)
    found = s2.IoctlResponse.decode(response(ENUMERATE_SNAPSHOTS, data)).payload()
    assert (found.number_of_snapshots, found.number_of_snapshots_returned, found.snapshots) == (3, 1, (token(0),))
    assert found.encode() == data


@pytest.mark.parametrize("code", [SMBTORTURES, 0x00098344, NOBODYS, 0, 0xFFFFFFFF])
def test_codes_that_hardly_anybody_lists(code: int) -> None:
    for data in (b"", b"\0", b"raw \xff\xfe bytes"):
        asked, answer = request(code, data), response(code, data)
        assert s2.IoctlRequest.decode(asked).encode() == asked
        assert s2.decode_response(answer, SUCCESS, code).encode() == answer
        assert s2.IoctlRequest.decode(asked).ctl_code == code


@pytest.mark.parametrize("size", [28, 32])
def test_a_resume_key_of_28_or_32_bytes(size: int) -> None:
    body = response(RESUME_KEY, bytes(range(size)), **FILE_ID)
    decoded = s2.IoctlResponse.decode(body)
    assert decoded.output == bytes(range(size))
    assert decoded.encode() == body


def test_an_error_with_a_ninth_byte_of_any_value() -> None:
    """The interim replies of smbd have 0x21 there; a message of 72 bytes has none."""
    for ninth in (b"", b"\0", b"\x21"):
        message = header(flags=REPLY | 2, status=0x103, async_id=1) + error(padding=ninth)
        assert s2.Packet.decode(message).encode() == message
