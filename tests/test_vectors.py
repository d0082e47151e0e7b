"""Vectors of the documents and of other projects' tests, as far as messages, referral requests and snapshots go.

The values stand in [MS-SMB2] 4.4 and 4.8, [MS-DFSC] 4.5 and in the tests that ``data/vectors.json`` names. Where a
document prints the fixed part of a body only, the buffers are stand-ins of the stated size.
"""

from __future__ import annotations

from typing import Any

import pytest
from samples import frame, vectors

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.dfs import ReferralRequest
from smb2ioctl_codec.payloads.snapshots import SnapshotArray
from smb2ioctl_codec.rules import WIRE

NEGOTIATE, INTERFACES, PIPE, REFERRALS = 0x00140204, 0x001401FC, 0x0011C017, 0x00060194
NONE = s2.FileId.NONE
PIPE_ID = s2.FileId(0x0000000000000005, 0xFFFFFFFF00000005)
LSA_ID = s2.FileId(0x0000000C00000528, 0x0000000C00000085)


def described(value: object, names: dict[str, Any]) -> dict[str, Any]:
    """Give the value's attributes of these names."""
    return {name: getattr(value, name) for name in names}


@pytest.mark.parametrize(
    ("name", "buffer", "fields"),
    [
        ("SMB2-4.8-vni-reqbody", vectors()["SMB2-4.8-vni-req"],
         {"ctl_code": NEGOTIATE, "file_id": NONE, "output_offset": 120, "max_output_response": 24, "flags": 1}),
        ("SMB2-4.8-nii-reqbody", b"",
         {"ctl_code": INTERFACES, "file_id": NONE, "input_offset": None, "max_output_response": 1000, "flags": 1}),
        ("SMB2-4.4-pipe-reqbody", bytes(range(68)),
         {"ctl_code": PIPE, "file_id": PIPE_ID, "output_offset": 120, "max_output_response": 1024, "flags": 1}),
        ("SMBPROTO-ioctl-SMB2IOCTLRequest-test_create_message", b"",
         {"ctl_code": NEGOTIATE, "file_id": NONE, "input": b"\x12\x13\x14\x15", "max_input_response": 12,
          "output_offset": 120, "max_output_response": 12, "flags": 1}),
        ("SMBPROTO-ioctl-SMB2IOCTLRequest-test_create_message_no_buffer", b"",
         {"ctl_code": NEGOTIATE, "file_id": NONE, "input": b"", "input_offset": None, "output_offset": 0,
          "max_output_response": 0, "flags": 1}),
        ("SMBRS-ioctl-req", b"",
         {"ctl_code": PIPE, "file_id": LSA_ID, "input_offset": None, "max_input_response": 0, "output_offset": 0,
          "max_output_response": 1024, "flags": 1, "input": vectors()["SMBRS-ioctl-req"][56:]}),
    ],
)  # fmt: skip
def test_requests(name: str, buffer: bytes, fields: dict[str, Any]) -> None:
    body = vectors()[name] + buffer
    decoded = s2.IoctlRequest.decode(body)
    fields = ({"input": buffer} if buffer else {}) | {"output_count": 0, "reserved": 0, "reserved2": 0} | fields
    assert described(decoded, fields) == fields
    assert decoded.slack == b""
    assert decoded.encode() == body
    assert s2.IoctlRequest.decode(body, WIRE) == decoded


@pytest.mark.parametrize(
    ("name", "buffer", "fields"),
    [
        ("SMB2-4.8-vni-rspbody", bytes(range(24)),
         {"ctl_code": NEGOTIATE, "file_id": NONE, "output": bytes(range(24)), "input_offset": None,
          "output_offset": None, "flags": 0}),
        ("SMB2-4.8-nii-rspbody", b"x" * 912,
         {"ctl_code": INTERFACES, "file_id": NONE, "output": b"x" * 912, "input_offset": None,
          "output_offset": None, "flags": 0}),
        # the echo of Windows Vista and 2008: 4 bytes between the input's end, 180, and the output, 184
        ("SMB2-4.4-pipe-rspbody", bytes(range(68)) + bytes(4) + b"x" * 112,
         {"ctl_code": PIPE, "file_id": PIPE_ID, "input": bytes(range(68)), "output": b"x" * 112,
          "input_offset": None, "output_offset": None, "slack": b""}),
        ("SMB2-4.4-pipe-rspbody", bytes(range(68)) + b"gap!" + b"x" * 112,
         {"input": bytes(range(68)), "output": b"x" * 112, "slack": b"gap!"}),
        ("SMBPROTO-ioctl-SMB2IOCTLResponse-test_create_message", b"",
         {"ctl_code": NEGOTIATE, "file_id": NONE, "input": b"", "input_offset": 0, "output": b"\x20\x21\x22\x23",
          "output_offset": None, "flags": 1}),
        ("SMBRS-ioctl-rsp", b"",
         {"ctl_code": PIPE, "file_id": LSA_ID, "input_offset": None, "output_offset": None, "flags": 0,
          "output": vectors()["SMBRS-ioctl-rsp"][48:]}),
    ],
)  # fmt: skip
def test_responses(name: str, buffer: bytes, fields: dict[str, Any]) -> None:
    body = vectors()[name] + buffer
    decoded = s2.IoctlResponse.decode(body)
    assert described(decoded, fields) == fields
    assert decoded.encode() == body
    assert s2.decode_response(body, s2.NtStatus.SUCCESS, decoded.ctl_code) == decoded


@pytest.mark.parametrize(
    ("name", "size", "head", "body"),
    [
        ("SCAPY-vni-packet", 154,
         {"credits": 33, "flags": 8, "message_id": 4, "session_id": 0,
          "signature": bytes.fromhex("d8611cc8360fc4ec9824080338e68203")},
         {"ctl_code": NEGOTIATE, "file_id": NONE, "output_offset": 120, "max_output_response": 24, "flags": 1,
          "input": bytes.fromhex("7f0000009b9caa33f0e6ec118c125254000c47ab0100050002021002000302031103")}),
        ("SCAPY-dfs-v4-packet", 372,
         {"credits": 1, "flags": 0x39, "message_id": 5, "session_id": 0x440000000069,
          "signature": bytes.fromhex("93ef51d3f2c7c3f36dcf2eb4e916b72b")},
         {"ctl_code": REFERRALS, "file_id": NONE, "input": b"", "output_offset": None, "flags": 0,
          "output": vectors()["SCAPY-dfs-v4-packet"][-260:]}),
        ("SCAPY-dfs-namelist-packet", 200,
         {"credits": 1, "flags": 0x39, "message_id": 5, "session_id": 0x1F8001000007D,
          "signature": bytes.fromhex("d4556a5479efdd3219299a0d15a71f31")},
         {"ctl_code": REFERRALS, "file_id": NONE, "input": b"", "flags": 0,
          "output": vectors()["SCAPY-dfs-namelist-packet"][-88:]}),
    ],
)  # fmt: skip
def test_packets(name: str, size: int, head: dict[str, Any], body: dict[str, Any]) -> None:
    """Recorded on the wire, with the four bytes of direct TCP."""
    stream = vectors()[name]
    (message,) = s2.iter_frames(stream)
    assert len(message) == size
    packet = s2.Packet.decode(message)
    head = {"credit_charge": 1, "status": 0, "command": 11, "next_command": 0, "reserved": 0xFEFF, "tree_id": 1} | head
    assert described(packet.header, head) == head
    assert described(packet.body, body) == body
    assert s2.encode_frame(packet.encode()) == frame(message) == stream


@pytest.mark.parametrize(
    ("name", "level", "path"),
    [
        ("DFSC-4.5-req", 3, r"\dfsn-dev\testroot1"),
        ("SMBRS-dfs-req", 4, r"\ADC.aviv.local\dfs\Docs"),
        ("SAMBA-dfs_get_ref_in", 3, r"\W2K3"),
        ("SMBPROTO-dfs-DFSReferralRequest-test_create_message", 4, "\\\\server\\shares\\U\u0308se\u04dc\U0001d11e"),
    ],
)
def test_referral_requests(name: str, level: int, path: str) -> None:
    data = vectors()[name]
    assert ReferralRequest.decode(data) == ReferralRequest(level, path)
    assert ReferralRequest(level, path).encode() == data


def test_a_snapshot_array() -> None:
    data = vectors()["SMBPROTO-ioctl-SMB2SrvSnapshotArray-test_create_message"]
    decoded = SnapshotArray.decode(data)
    assert decoded == SnapshotArray((), number_of_snapshots=0, snapshot_array_size=2, padding=bytes(4))
    assert decoded.encode() == data
