"""VALIDATE_NEGOTIATE_INFO: the request with its list, the response, and the form of the beta."""

from __future__ import annotations

import struct
from typing import Any
from uuid import UUID

import pytest
from refusals import both_ways, encode_path, lengths, memory_of_refusal, place
from samples import pdus, vectors

from smb2ioctl_codec.payloads.negotiate import (
    Capabilities,
    Dialect,
    SecurityMode,
    ValidateNegotiateInfo224,
    ValidateNegotiateInfoRequest,
    ValidateNegotiateInfoResponse,
)

VALIDATE_NEGOTIATE = 0x00140204
WIRE_GUID = bytes(range(16))
GUID = UUID("03020100-0504-0706-0809-0a0b0c0d0e0f")


def request(*dialects: int, count: int | None = None, rest: bytes = b"") -> bytes:
    """Pack a VALIDATE_NEGOTIATE_INFO request ([MS-SMB2] 2.2.31.4)."""
    head = struct.pack("<I16sHH", 0x7F, WIRE_GUID, 1, len(dialects) if count is None else count)
    return head + struct.pack(f"<{len(dialects)}H", *dialects) + rest


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (vectors()["SMB2-4.8-vni-req"],
         ValidateNegotiateInfoRequest(0x7F, UUID("f62e4d0b-c685-e48b-40b6-d815cb56ff6e"), 1, (0x0202, 0x0210, 0x0300))),
        (vectors()["SMBPROTO-ioctl-SMB2ValidateNegotiateInfoRequest-test_create_message"],
         ValidateNegotiateInfoRequest(8, UUID(bytes=b"\x11" * 16), 1, (Dialect.SMB_2_0_2, Dialect.SMB_2_1))),
        (vectors()["SCAPY-vni-packet"][-34:],
         ValidateNegotiateInfoRequest(0x7F, UUID("33aa9c9b-e6f0-11ec-8c12-5254000c47ab"), 1,
                                      (0x0202, 0x0210, 0x0300, 0x0302, 0x0311))),
        (vectors()["SMBPROTO-ioctl-SMB2ValidateNegotiateInfoResponse-test_create_message"],
         ValidateNegotiateInfoResponse(8, UUID(bytes=b"\xff" * 16), 0, Dialect.SMB_3_0_2)),
    ],
)  # fmt: skip
def test_vectors(data: bytes, value: Any) -> None:
    assert both_ways(value, data)


def test_the_guid_is_a_uuid() -> None:
    decoded = ValidateNegotiateInfoRequest.decode(request(0x0202))
    assert decoded.guid == GUID
    assert isinstance(decoded.guid, UUID)
    assert decoded.dialects == (Dialect.SMB_2_0_2,)
    assert Capabilities(decoded.capabilities) & Capabilities.ENCRYPTION
    assert SecurityMode(decoded.security_mode) is SecurityMode.SIGNING_ENABLED


def test_a_dialect_that_nobody_knows() -> None:
    data = struct.pack("<I16sHH", 1, WIRE_GUID, 3, 0x0999)
    decoded = ValidateNegotiateInfoResponse.decode(data)
    assert (decoded.dialect, decoded.dialect.is_known) == (0x0999, False)
    assert both_ways(ValidateNegotiateInfoResponse(1, GUID, 3, Dialect(0x0999)), data)


def test_the_beta_has_one_dialect_in_both_directions() -> None:
    data = struct.pack("<I16sHH", 1, WIRE_GUID, 3, 0x0300)
    assert both_ways(ValidateNegotiateInfo224(1, GUID, 3, Dialect.SMB_3_0), data)
    assert place(ValidateNegotiateInfo224, data[:23]) == ("ValidateNegotiateInfo224.dialect", 22)
    assert place(ValidateNegotiateInfo224, data + b"\0\0") == ("ValidateNegotiateInfo224", 24)


def test_recorded_traffic() -> None:
    """What smbclient asks and smbd answers: one to three dialects, as many as were offered."""
    counts = set()
    answers = 0
    for pdu in pdus():
        if pdu.ctl_code != VALIDATE_NEGOTIATE or pdu.pcap == "bad_0210.pcap":
            continue
        data = pdu.body[56:] if pdu.is_request else pdu.body[48:]
        capabilities, guid, mode, last = struct.unpack_from("<I16sHH", data)
        head = (capabilities, UUID(bytes_le=guid), mode)
        if pdu.is_request:
            offered = struct.unpack(f"<{last}H", data[24:])
            assert both_ways(ValidateNegotiateInfoRequest(*head, offered), data)
            counts.add(last)
        else:
            assert both_ways(ValidateNegotiateInfoResponse(*head, Dialect(last)), data)
            answers += 1
    assert (counts, answers) == ({1, 2, 3}, 18)


# -- what must pass though peers refuse it


@pytest.mark.parametrize(
    ("data", "dialects", "padding"),
    [
        (request(), (), b""),
        (request(0x0202), (0x0202,), b""),  # shorter than a structure with room for four
        (request(0x0202, rest=bytes(6)), (0x0202,), bytes(6)),  # as long as one
        (request(0x0202, 0x0210, count=1), (0x0202,), b"\x10\x02"),
        (request(rest=b"x"), (), b"x"),
        (request(*[0x0300] * 0xFFFF), (0x0300,) * 0xFFFF, b""),
    ],
    ids=["none", "short", "padded", "one too many", "odd", "65,535"],
)
def test_h04_short_and_padded_requests(data: bytes, dialects: tuple[int, ...], padding: bytes) -> None:
    assert both_ways(ValidateNegotiateInfoRequest(0x7F, GUID, 1, dialects, padding), data)


# -- hostile input


@pytest.mark.parametrize("kind", [ValidateNegotiateInfoRequest, ValidateNegotiateInfoResponse])
@pytest.mark.parametrize(
    ("size", "field", "offset", "needed"),
    [(0, "capabilities", 0, 4), (3, "capabilities", 0, 4), (4, "guid", 4, 16), (19, "guid", 4, 16),
     (20, "security_mode", 20, 2), (21, "security_mode", 20, 2), (22, "dialect", 22, 2), (23, "dialect", 22, 2)],
)  # fmt: skip
def test_h04_less_than_24_bytes(kind: Any, size: int, field: str, offset: int, needed: int) -> None:
    if field == "dialect" and kind is ValidateNegotiateInfoRequest:
        field = "dialect_count"
    assert place(kind, bytes(size)) == (f"{kind.__name__}.{field}", offset)
    assert lengths(kind, bytes(size)) == (needed, size - offset, None)


def test_h04_a_response_of_more_than_24_bytes() -> None:
    assert place(ValidateNegotiateInfoResponse, bytes(25)) == ("ValidateNegotiateInfoResponse", 24)


@pytest.mark.parametrize(("count", "there"), [(1, 0), (2, 1), (5, 4), (0x8000, 4), (0xFFFF, 0)])
def test_h04_more_dialects_than_bytes(count: int, there: int) -> None:
    data = request(*[0x0202] * there, count=count)
    assert place(ValidateNegotiateInfoRequest, data) == ("ValidateNegotiateInfoRequest.dialects", 24)
    limit = "ValidateNegotiateInfoRequest.dialect_count"
    assert lengths(ValidateNegotiateInfoRequest, data) == (2 * count, 2 * there, limit)


def test_h04_half_a_dialect() -> None:
    assert lengths(ValidateNegotiateInfoRequest, request(0x0202, count=2, rest=b"x"))[:2] == (4, 3)


def test_h21_65535_dialects_in_34_bytes() -> None:
    data = request(*[0x0202] * 5, count=0xFFFF)
    assert len(data) == 34
    assert place(ValidateNegotiateInfoRequest, data) == ("ValidateNegotiateInfoRequest.dialects", 24)
    assert lengths(ValidateNegotiateInfoRequest, data)[:2] == (131070, 10)
    assert memory_of_refusal(ValidateNegotiateInfoRequest, data) < 1 << 16


_WRONG: Any = "wrong"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (ValidateNegotiateInfoRequest(1 << 32, GUID, 1), "ValidateNegotiateInfoRequest.capabilities"),
        (ValidateNegotiateInfoRequest(1, _WRONG, 1), "ValidateNegotiateInfoRequest.guid"),
        (ValidateNegotiateInfoRequest(1, GUID, 1 << 16), "ValidateNegotiateInfoRequest.security_mode"),
        (ValidateNegotiateInfoRequest(1, GUID, 1, (1, 1 << 16)), "ValidateNegotiateInfoRequest.dialects[1]"),
        (ValidateNegotiateInfoRequest(1, GUID, 1, _WRONG), "ValidateNegotiateInfoRequest.dialects"),
        (ValidateNegotiateInfoRequest(1, GUID, 1, (1,) * 0x10000), "ValidateNegotiateInfoRequest.dialect_count"),
        (ValidateNegotiateInfoRequest(1, GUID, 1, (), _WRONG), "ValidateNegotiateInfoRequest.padding"),
        (ValidateNegotiateInfoResponse(1, GUID, 1, _WRONG), "ValidateNegotiateInfoResponse.dialect"),
        (ValidateNegotiateInfo224(1, _WRONG, 1, Dialect.SMB_3_0), "ValidateNegotiateInfo224.guid"),
    ],
)
def test_what_cannot_be_said(value: Any, path: str) -> None:
    assert encode_path(value) == path
