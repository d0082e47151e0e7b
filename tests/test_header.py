"""The SMB2 header, sync and async, and the ids of messages that have another."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import header

import smb2ioctl_codec as s2

FIELDS = {
    "credit_charge": 0x1112, "status": 0xC1314151, "command": 0x0161, "credits": 0x7181, "flags": 0x9000_0009,
    "next_command": 0xA1A2A3A8, "message_id": 0xB1B2B3B4B5B6B7B8, "session_id": 0xE1E2E3E4E5E6E7E8,
    "signature": bytes(range(16)),
}  # fmt: skip
#: field -> bits
INTEGERS = {
    "credit_charge": 16, "status": 32, "command": 16, "credits": 16, "flags": 32, "next_command": 32,
    "message_id": 64, "async_id": 64, "reserved": 32, "tree_id": 32, "session_id": 64,
}  # fmt: skip
ASYNC = 2


def by_hand(fields: dict[str, Any]) -> bytes:
    """Pack a header from the names that the class has."""
    names = {("granted" if name == "credits" else name): value for name, value in fields.items()}
    return header(**names)


def test_the_sync_form_field_by_field() -> None:
    fields = FIELDS | {"reserved": 0xC1C2C3C4, "tree_id": 0xD1D2D3D4}
    data = by_hand(fields)
    assert data[32:40] == bytes.fromhex("c4c3c2c1 d4d3d2d1")
    decoded = s2.Header.decode(data)
    assert {name: getattr(decoded, name) for name in fields} == fields
    assert decoded.async_id is None
    assert decoded.encode() == data


def test_the_async_form_field_by_field() -> None:
    fields = FIELDS | {"flags": 0x9000_0009 | ASYNC, "async_id": 0xF1F2F3F4F5F6F7F8}
    data = by_hand(fields)
    assert data[32:40] == bytes.fromhex("f8f7f6f5f4f3f2f1")
    decoded = s2.Header.decode(data)
    assert {name: getattr(decoded, name) for name in fields} == fields
    assert (decoded.reserved, decoded.tree_id) == (None, None)
    assert decoded.encode() == data


def test_what_is_not_given() -> None:
    """A header without arguments is that of an unsigned IOCTL request."""
    zeros: dict[str, Any] = {
        "credit_charge": 0,
        "granted": 0,
        "message_id": 0,
        "reserved": 0,
        "tree_id": 0,
        "session_id": 0,
    }
    assert s2.Header().encode() == header(**zeros)


@given(st.binary(min_size=58, max_size=58))
def test_any_64_bytes_with_the_right_start_are_kept(rest: bytes) -> None:
    data = b"\xfeSMB\x40\0" + rest
    decoded = s2.Header.decode(data)
    assert decoded.encode() == data
    assert decoded.is_async is (decoded.async_id is not None) is (decoded.tree_id is None) is (decoded.reserved is None)


@pytest.mark.parametrize("size", range(64))
def test_a_header_cut_short(size: int) -> None:
    ends = {
        4: "protocol_id", 6: "structure_size", 8: "credit_charge", 12: "status", 14: "command", 16: "credits",
        20: "flags", 24: "next_command", 32: "message_id", 36: "reserved", 40: "tree_id", 48: "session_id",
        64: "signature",
    }  # fmt: skip
    end = min(one for one in ends if one > size)
    start = max((one for one in ends if one <= size), default=0)
    with pytest.raises(s2.DecodeError) as caught:
        s2.Header.decode(header()[:size])
    error = caught.value
    assert (error.path, error.offset) == (f"Header.{ends[end]}", start)
    assert (error.needed, error.available) == (end - start, size - start)


def test_an_async_header_cut_short() -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.Header.decode(header(flags=ASYNC, async_id=1)[:39])
    error = caught.value
    assert (error.path, error.offset, error.needed, error.available) == ("Header.async_id", 32, 8, 7)


def test_bytes_after_a_header() -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.Header.decode(header() + b"x")
    assert (caught.value.path, caught.value.offset) == ("Header", 64)


@pytest.mark.parametrize("start", [b"\xffSMB", b"\xfdSMB", b"\xfcSMB", b"\xfeSMC", b"SMB\xfe"])
def test_another_protocol_id(start: bytes) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.Header.decode(header(protocol_id=start))
    assert (caught.value.path, caught.value.offset) == ("Header.protocol_id", 0)


@pytest.mark.parametrize("size", [0, 63, 65, 0x4000, 0xFFFF])
def test_another_structure_size(size: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.Header.decode(header(structure_size=size))
    assert (caught.value.path, caught.value.offset) == ("Header.structure_size", 4)


@pytest.mark.parametrize(("name", "bits"), INTEGERS.items())
def test_the_range_of_every_integer(name: str, bits: int) -> None:
    plain = s2.Header(flags=ASYNC, async_id=0, reserved=None, tree_id=None) if name == "async_id" else s2.Header()
    top = (1 << bits) - 1
    if name == "flags":
        top &= ~ASYNC
    changes: dict[str, Any] = {name: top}
    highest = replace(plain, **changes)
    assert getattr(highest, name) == top
    assert s2.Header.decode(highest.encode()) == highest
    wrong: list[Any] = [-1, 1 << bits, 10**5000, 1.0, "1", b"1", [], object()]
    wrong += [] if name in ("async_id", "reserved", "tree_id") else [None]
    for value in wrong:
        with pytest.raises(s2.EncodeError) as caught:
            replace(plain, **{name: value}).encode()
        assert caught.value.path == f"Header.{name}"
        assert len(str(caught.value)) < 200


@pytest.mark.parametrize("value", [b"", bytes(15), bytes(17), 16, None, "0123456789abcdef"])
def test_a_signature_is_16_bytes(value: Any) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        s2.Header(signature=value).encode()
    assert caught.value.path == "Header.signature"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"flags": ASYNC}, "async_id"),
        ({"flags": ASYNC, "async_id": 1}, "reserved"),
        ({"flags": ASYNC, "async_id": 1, "reserved": None}, "tree_id"),
        ({"async_id": 1}, "async_id"),
        ({"reserved": None}, "reserved"),
        ({"tree_id": None}, "tree_id"),
    ],
)
def test_the_two_forms_do_not_mix(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        s2.Header(**fields).encode()
    assert caught.value.path == f"Header.{path}"


@pytest.mark.parametrize("flags", [0, 1, 2, 4, 8, 0xFFFFFFF0, 0xFFFFFFFF])
def test_what_flags_say(flags: int) -> None:
    one = s2.Header(flags=flags)
    assert [one.is_response, one.is_async, one.is_related, one.is_signed] == [bool(flags & bit) for bit in (1, 2, 4, 8)]


def test_names() -> None:
    """[MS-SMB2] 2.2.1.2, 2.2.41, 2.2.42."""
    commands = (
        "NEGOTIATE SESSION_SETUP LOGOFF TREE_CONNECT TREE_DISCONNECT CREATE CLOSE FLUSH READ WRITE LOCK IOCTL CANCEL "
        "ECHO QUERY_DIRECTORY CHANGE_NOTIFY QUERY_INFO SET_INFO OPLOCK_BREAK SERVER_TO_CLIENT_NOTIFICATION"
    )
    assert [member.name for member in s2.Command] == commands.split()
    assert [int(member) for member in s2.Command] == list(range(20))
    assert {member.name: int(member) for member in s2.HeaderFlags} == {
        "SERVER_TO_REDIR": 1,
        "ASYNC_COMMAND": 2,
        "RELATED_OPERATIONS": 4,
        "SIGNED": 8,
        "DFS_OPERATIONS": 0x10000000,
        "REPLAY_OPERATION": 0x20000000,
    }
    assert int(s2.HeaderFlags.PRIORITY_MASK) == 0x70
    starts = {"SMB1": b"\xffSMB", "SMB2": b"\xfeSMB", "TRANSFORM": b"\xfdSMB", "COMPRESSION": b"\xfcSMB"}
    assert {member.name: struct.pack("<I", member) for member in s2.Protocol} == starts


def test_numbers_become_members() -> None:
    decoded = s2.Header.decode(header(command=0x1234, status=0xC000000D))
    assert decoded.status is s2.NtStatus.INVALID_PARAMETER
    assert (decoded.command, decoded.command.name) == (0x1234, "0x1234")
    assert s2.Header(status=s2.NtStatus(0xC000000D)).status is s2.NtStatus.INVALID_PARAMETER


@pytest.mark.parametrize("start", [b"\xffSMB", b"\xfdSMB", b"\xfcSMB"])
def test_the_header_of_another_protocol(start: bytes) -> None:
    decoded = s2.ForeignHeader.decode(start)
    assert decoded == s2.ForeignHeader(s2.Protocol(struct.unpack("<I", start)[0]))
    assert decoded.protocol_id.is_known
    assert decoded.encode() == start


@pytest.mark.parametrize("data", [b"", b"\xfdSM", b"\xfdSMB\0"])
def test_four_bytes_are_the_header_of_another_protocol(data: bytes) -> None:
    with pytest.raises(s2.DecodeError):
        s2.ForeignHeader.decode(data)
