"""IOCTL request and response bodies: every field, every place of a buffer, everything kept."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import DFS_GET_REFERRALS, ENUMERATE_SNAPSHOTS, NOBODYS, referral_request, request, response, snapshot_array

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.dfs import ReferralRequest
from smb2ioctl_codec.payloads.snapshots import SnapshotArray
from smb2ioctl_codec.rules import MS_SMB2, SAMBA_3_6, WIRE

U32 = st.integers(0, 0xFFFFFFFF)
U16 = st.integers(0, 0xFFFF)
ID = s2.FileId(0x1112131415161718, 0x2122232425262728)
CODE = s2.CtlCode(NOBODYS)

REQUEST_FIELDS = {
    "reserved": 0x0102, "ctl_code": 0x11121314, "max_input_response": 0x31323334, "output_offset": 0x41424344,
    "output_count": 0x51525354, "max_output_response": 0x61626364, "flags": 0x71727374, "reserved2": 0x81828384,
}  # fmt: skip
RESPONSE_FIELDS = {"reserved": 0x0102, "ctl_code": 0x11121314, "flags": 0x71727374, "reserved2": 0x81828384}


def test_a_request_field_by_field() -> None:
    halves = {"persistent": ID.persistent, "volatile": ID.volatile}
    data = request(buffer=b"input", **REQUEST_FIELDS, **halves)
    decoded = s2.IoctlRequest.decode(data)
    assert {name: getattr(decoded, name) for name in REQUEST_FIELDS} == REQUEST_FIELDS
    assert (decoded.file_id, decoded.input, decoded.input_offset, decoded.slack) == (ID, b"input", None, b"")
    assert decoded.encode() == data
    assert s2.IoctlRequest(file_id=ID, input=b"input", **REQUEST_FIELDS) == decoded  # type: ignore[arg-type]


def test_a_response_field_by_field() -> None:
    halves = {"persistent": ID.persistent, "volatile": ID.volatile}
    data = response(buffer=b"output", **RESPONSE_FIELDS, **halves)
    decoded = s2.IoctlResponse.decode(data)
    assert {name: getattr(decoded, name) for name in RESPONSE_FIELDS} == RESPONSE_FIELDS
    assert (decoded.file_id, decoded.output, decoded.input, decoded.slack) == (ID, b"output", b"", b"")
    assert (decoded.input_offset, decoded.output_offset) == (None, None)
    assert decoded.encode() == data
    assert s2.IoctlResponse(file_id=ID, output=b"output", **RESPONSE_FIELDS) == decoded  # type: ignore[arg-type]


def test_what_is_not_given_is_computed() -> None:
    assert s2.IoctlRequest(CODE, s2.FileId.NONE).encode() == request(max_output_response=0)
    assert s2.IoctlRequest(CODE, ID, b"12345", 16).encode() == request(
        buffer=b"12345", persistent=ID.persistent, volatile=ID.volatile, max_output_response=16
    )
    assert s2.IoctlResponse(CODE, s2.FileId.NONE).encode() == response()
    echo = b"12345" + bytes(3) + b"out"
    numbers = {"input_count": 5, "output_offset": 120, "output_count": 3}
    assert s2.IoctlResponse(CODE, s2.FileId.NONE, b"out", b"12345").encode() == response(buffer=echo, **numbers)


def test_the_all_ones_file_id() -> None:
    assert s2.FileId.NONE.encode() == b"\xff" * 16
    assert s2.FileId.decode(b"\xff" * 16) == s2.FileId.NONE
    assert ID.encode() == bytes.fromhex("1817161514131211 2827262524232221")
    with pytest.raises(s2.DecodeError):
        s2.FileId.decode(bytes(15))


@pytest.mark.parametrize("size", range(56))
@pytest.mark.parametrize("rules", [WIRE, SAMBA_3_6, MS_SMB2])
def test_a_request_cut_in_its_fixed_part(size: int, rules: s2.rules.RuleSet) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.IoctlRequest.decode(request()[:size], rules)
    error = caught.value
    if rules is not WIRE:
        assert (error.rule, error.path, error.offset) == ("body-size", "IoctlRequest", 0)
        assert (error.needed, error.available, error.status) == (56, size, s2.NtStatus.INVALID_PARAMETER)
        return
    assert error.offset is not None
    assert error.offset <= size < error.offset + (error.needed or 0)
    assert (error.available, error.rule) == (size - error.offset, None)


@pytest.mark.parametrize("size", range(48))
def test_a_response_cut_in_its_fixed_part(size: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.IoctlResponse.decode(response()[:size])
    error = caught.value
    assert error.offset is not None
    assert error.offset <= size < error.offset + (error.needed or 0)
    assert error.available == size - error.offset


@pytest.mark.parametrize("rules", [WIRE, SAMBA_3_6, MS_SMB2])
@pytest.mark.parametrize("size", [0, 1, 9, 49, 56, 58, 0x3900, 0xFFFF])
def test_another_structure_size_of_a_request(size: int, rules: s2.rules.RuleSet) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.IoctlRequest.decode(request(structure_size=size), rules)
    assert (caught.value.path, caught.value.offset) == ("IoctlRequest.structure_size", 0)
    assert caught.value.rule == (None if rules is WIRE else "structure-size")


@pytest.mark.parametrize("size", [0, 1, 9, 57, 48, 50, 0x3100])
def test_another_structure_size_of_a_response(size: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.IoctlResponse.decode(response(structure_size=size))
    assert (caught.value.path, caught.value.offset) == ("IoctlResponse.structure_size", 0)


def test_input_somewhere_else() -> None:
    """A gap, the input, and bytes after it: kept by those who do not insist on 120."""
    data = request(buffer=b"gap-in-front" + b"input" + b"tail", input_offset=132, input_count=5)
    decoded = s2.IoctlRequest.decode(data, WIRE)
    assert (decoded.input, decoded.input_offset, decoded.slack) == (b"input", 132, b"gap-in-fronttail")
    assert decoded.encode() == data
    with pytest.raises(s2.DecodeError) as caught:
        s2.IoctlRequest.decode(data)
    assert (caught.value.rule, caught.value.path, caught.value.offset) == (
        "input-offset",
        "IoctlRequest.input_offset",
        24,
    )
    with pytest.raises(s2.DecodeError) as caught:
        s2.IoctlRequest.decode(data, MS_SMB2)
    assert (caught.value.rule, caught.value.path, caught.value.offset) == (
        "input-alignment", "IoctlRequest.input_offset", 24,
    )  # fmt: skip


@given(offset=U32, tail=st.binary(max_size=20))
def test_an_offset_without_input_is_kept(offset: int, tail: bytes) -> None:
    data = request(buffer=tail, input_offset=offset, input_count=0)
    for rules in (WIRE, SAMBA_3_6):
        decoded = s2.IoctlRequest.decode(data, rules)
        assert (decoded.input, decoded.slack) == (b"", tail)
        assert decoded.input_offset == (None if offset == 0 else offset)
        assert decoded.encode() == data


@given(st.data())
def test_every_request_that_can_be_read_is_kept(data: st.DataObject) -> None:
    """Reserved fields, offset and counts are random; the input lies anywhere."""
    tail = data.draw(st.binary(max_size=60))
    start = data.draw(st.integers(0, len(tail)))
    size = data.draw(st.integers(0, len(tail) - start))
    fields = {name: data.draw(U32) for name in (*REQUEST_FIELDS, "persistent", "volatile")}
    fields |= {"reserved": data.draw(U16), "input_offset": 120 + start, "input_count": size}
    body = request(buffer=tail, **fields)
    decoded = s2.IoctlRequest.decode(body, WIRE)
    assert decoded.input == tail[start : start + size]
    assert decoded.encode() == body


@given(st.data())
def test_every_response_that_can_be_read_is_kept(data: st.DataObject) -> None:
    """The same, with an echoed input before the output; where a count is 0, the offset is anything."""
    tail = data.draw(st.binary(max_size=80) | st.integers(0, 80).map(bytes))
    places = sorted(data.draw(st.tuples(*[st.integers(0, len(tail))] * 4)))
    fields = {name: data.draw(U32) for name in (*RESPONSE_FIELDS, "persistent", "volatile")}
    fields |= {"reserved": data.draw(U16)}
    for name, (start, end) in {"input": places[:2], "output": places[2:]}.items():
        fields[f"{name}_count"] = end - start
        fields[f"{name}_offset"] = 112 + start if end > start else data.draw(U32)
    body = response(buffer=tail, **fields)
    decoded = s2.IoctlResponse.decode(body)
    assert decoded.input == tail[places[0] : places[1]]
    assert decoded.output == tail[places[2] : places[3]]
    assert decoded.encode() == body


@pytest.mark.parametrize(
    ("fields", "path", "offset"),
    [
        ({"output_offset": 0xFFFFFFF0, "output_count": 0x20}, "output_offset", 32),
        ({"output_offset": 111, "output_count": 1}, "output_offset", 32),
        ({"output_offset": 0, "output_count": 1}, "output_offset", 32),
        ({"output_offset": 122, "output_count": 1}, "output_offset", 32),
        ({"output_offset": 121, "output_count": 1}, "output", 57),
        ({"output_offset": 112, "output_count": 10}, "output", 48),
        ({"output_offset": 112, "output_count": 0xFFFFFFFF}, "output", 48),
        ({"input_offset": 0xFFFFFFF0, "input_count": 0x20, "output_count": 0}, "input_offset", 24),
        ({"input_offset": 63, "input_count": 1, "output_count": 0}, "input_offset", 24),
        ({"input_offset": 112, "input_count": 10, "output_count": 0}, "input", 48),
        ({"input_offset": 112, "input_count": 2, "output_offset": 113, "output_count": 8}, "output_offset", 32),
        ({"input_offset": 112, "input_count": 9, "output_offset": 112, "output_count": 9}, "output_offset", 32),
    ],
)  # fmt: skip
def test_a_response_buffer_where_no_buffer_can_be(fields: dict[str, int], path: str, offset: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.IoctlResponse.decode(response(buffer=b"123456789", **fields))
    assert (caught.value.path, caught.value.offset) == (f"IoctlResponse.{path}", offset)


@pytest.mark.parametrize(
    ("fields", "path", "offset"),
    [
        ({"input_offset": 0xFFFFFFF0, "input_count": 0x20}, "input_offset", 24),
        ({"input_offset": 119, "input_count": 1}, "input_offset", 24),
        ({"input_offset": 0, "input_count": 9}, "input_offset", 24),
        ({"input_offset": 130, "input_count": 1}, "input_offset", 24),
        ({"input_offset": 129, "input_count": 1}, "input", 65),
        ({"input_offset": 120, "input_count": 10}, "input", 56),
        ({"input_offset": 120, "input_count": 0xFFFFFFFF}, "input", 56),
    ],
)
def test_input_where_no_input_can_be(fields: dict[str, int], path: str, offset: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        s2.IoctlRequest.decode(request(buffer=b"123456789", **fields), WIRE)
    error = caught.value
    assert (error.path, error.offset, error.limit) == (f"IoctlRequest.{path}", offset, "IoctlRequest.input_count")
    assert error.needed == fields["input_count"]
    assert error.available == (65 - offset if path == "input" else 0)


@pytest.mark.parametrize(("kind", "name", "bits"), [
    *((s2.IoctlRequest, name, 16 if name == "reserved" else 32) for name in (*REQUEST_FIELDS, "input_offset")),
    *((s2.IoctlResponse, name, 16 if name == "reserved" else 32)
      for name in (*RESPONSE_FIELDS, "input_offset", "output_offset")),
])  # fmt: skip
def test_the_range_of_every_integer(kind: type, name: str, bits: int) -> None:
    plain = kind(CODE, ID)
    highest: Any = replace(plain, **{name: (1 << bits) - 1})
    assert getattr(highest, name) == (1 << bits) - 1
    assert kind.decode(highest.encode()) == highest  # type: ignore[attr-defined]
    for value in (-1, 1 << bits, 10**5000, 1.5, "1", b"", object(), *([] if "offset" in name else [None])):
        with pytest.raises(s2.EncodeError) as caught:
            replace(plain, **{name: value}).encode()
        assert caught.value.path == f"{kind.__name__}.{name}"


@pytest.mark.parametrize("kind", [s2.IoctlRequest, s2.IoctlResponse])
@pytest.mark.parametrize("name", ["input", "slack", "output"])
@pytest.mark.parametrize("value", [None, 5, "text", [1, 2], object()])
def test_buffers_are_bytes(kind: type, name: str, value: object) -> None:
    if name == "output" and kind is s2.IoctlRequest:
        name = "input"
    with pytest.raises(s2.EncodeError) as caught:
        kind(CODE, ID, **{name: value}).encode()
    assert caught.value.path == f"{kind.__name__}.{name}"


@pytest.mark.parametrize("value", [None, 5, (1, 2), b"\xff" * 16, CODE])
def test_a_file_id_is_a_file_id(value: Any) -> None:
    for kind in (s2.IoctlRequest, s2.IoctlResponse):
        with pytest.raises(s2.EncodeError) as caught:
            kind(CODE, value).encode()
        assert caught.value.path == f"{kind.__name__}.file_id"
        with pytest.raises(s2.EncodeError) as caught:
            kind(CODE, s2.FileId(0, 1 << 64)).encode()
        assert caught.value.path == f"{kind.__name__}.file_id.volatile"


@pytest.mark.parametrize("offset", [0, 56, 119, 120 + 8, 0x100000, 0xFFFFFFFF])
def test_an_input_that_cannot_be_where_its_offset_says(offset: int) -> None:
    """Before the data there is no place; a gap of more than alignment needs bytes that fill it."""
    with pytest.raises(s2.EncodeError) as caught:
        s2.IoctlRequest(CODE, ID, b"input", input_offset=offset).encode()
    assert caught.value.path == f"IoctlRequest.{'input_offset' if offset < 120 else 'slack'}"
    filled = s2.IoctlRequest(CODE, ID, b"input", input_offset=128, slack=b"8-bytes.").encode()
    assert filled[56:] == b"8-bytes.input"


def test_the_output_follows_an_input_that_is_moved() -> None:
    """Its offset is computed from where the input is; never by wrapping."""
    moved = s2.IoctlResponse(CODE, ID, b"out", b"12345", input_offset=120, slack=b"8-bytes." + bytes(3))
    assert struct.unpack_from("<4I", moved.encode(), 24) == (120, 5, 128, 3)
    with pytest.raises(s2.EncodeError) as caught:
        replace(moved, input_offset=0xFFFFFFF9).encode()
    assert caught.value.path.startswith("IoctlResponse.")


def test_what_is_canonical_is_not_told() -> None:
    """Spelled out or left out, the value is the same."""
    assert s2.IoctlRequest(CODE, ID, b"x", input_offset=120) == s2.IoctlRequest(CODE, ID, b"x")
    assert s2.IoctlRequest(CODE, ID, input_offset=0) == s2.IoctlRequest(CODE, ID)
    assert s2.IoctlRequest(CODE, ID, input_offset=120) != s2.IoctlRequest(CODE, ID)
    full = s2.IoctlResponse(CODE, ID, b"x", b"12345", input_offset=112, output_offset=120, slack=bytes(3))
    assert full == s2.IoctlResponse(CODE, ID, b"x", b"12345")
    assert s2.IoctlResponse(CODE, ID, output_offset=112) == s2.IoctlResponse(CODE, ID)
    assert s2.IoctlResponse(CODE, ID, output_offset=0) != s2.IoctlResponse(CODE, ID)


def test_a_gap_of_zeros_is_alignment_or_slack() -> None:
    """Up to 7 zero bytes between two buffers align; 8 are more than that, and so are bytes after the last."""
    for gap in range(12):
        data = response(buffer=b"12345678" + bytes(gap) + b"x", input_count=8, output_offset=120 + gap, output_count=1)
        decoded = s2.IoctlResponse.decode(data)
        assert decoded.slack == (bytes(gap) if gap > 7 else b"")
        assert decoded.encode() == data
    assert s2.IoctlResponse.decode(response(buffer=b"x\0", output_count=1)).slack == b"\0"


def test_payloads() -> None:
    path = r"\server\root"
    asked = s2.IoctlRequest.of(ReferralRequest(4, path), max_output_response=8192)
    assert asked.encode() == request(DFS_GET_REFERRALS, referral_request(path), max_output_response=8192)
    assert asked.payload() == ReferralRequest(4, path)
    assert s2.IoctlRequest.of(b"raw", ctl_code=NOBODYS, file_id=ID) == s2.IoctlRequest(CODE, ID, b"raw")
    assert s2.IoctlRequest.of(ReferralRequest(4, path), ctl_code=NOBODYS).ctl_code == NOBODYS

    found = SnapshotArray(("@GMT-2026.11.22-17.47.43",))
    answer = s2.IoctlResponse.of(found, file_id=ID)
    halves = {"persistent": ID.persistent, "volatile": ID.volatile}
    assert answer.encode() == response(ENUMERATE_SNAPSHOTS, snapshot_array(found.snapshots), **halves)
    assert answer.payload() == found


def test_unknown_codes_keep_raw_bytes() -> None:
    for code in (NOBODYS, 0, 0xFFFFFFFF, 0x0011C017):
        assert s2.IoctlRequest.decode(request(code, b"raw \xff\xfe")).payload() == b"raw \xff\xfe"
        assert s2.IoctlResponse.decode(response(code, b"raw \xff\xfe")).payload() == b"raw \xff\xfe"


def test_a_reply_that_was_cut_has_raw_bytes() -> None:
    answer = s2.IoctlResponse.decode(response(ENUMERATE_SNAPSHOTS, snapshot_array(("@GMT-2026.11.22-17.47.43",))[:30]))
    assert answer.payload(status=s2.NtStatus.BUFFER_OVERFLOW) == answer.output
    with pytest.raises(s2.DecodeError):
        answer.payload()


def test_a_reply_to_another_request() -> None:
    asked, answer = s2.IoctlRequest(s2.CtlCode(DFS_GET_REFERRALS), ID), s2.IoctlResponse(CODE, ID, b"raw")
    with pytest.raises(s2.DecodeError) as caught:
        answer.payload(asked)
    assert (caught.value.path, caught.value.offset) == ("IoctlResponse.ctl_code", 4)
    assert answer.payload(replace(asked, ctl_code=CODE)) == b"raw"


@pytest.mark.parametrize("payload", [None, 5, 10**12, "text", [1], object()])
def test_what_no_message_can_carry(payload: Any) -> None:
    for kind in (s2.IoctlRequest, s2.IoctlResponse):
        with pytest.raises(s2.EncodeError):
            kind.of(payload, ctl_code=NOBODYS).encode()


@pytest.mark.parametrize("code", [None, -1, 1 << 32])
def test_a_payload_without_a_control_code(code: Any) -> None:
    for kind in (s2.IoctlRequest, s2.IoctlResponse):
        with pytest.raises(s2.EncodeError) as caught:
            kind.of(b"raw", ctl_code=code).encode()
        assert caught.value.path == f"{kind.__name__}.ctl_code"
    with pytest.raises(s2.EncodeError):
        s2.IoctlRequest.of(s2.FileId.NONE)


def test_a_payload_goes_the_way_it_is_made_for() -> None:
    with pytest.raises(s2.EncodeError):
        s2.IoctlResponse.of(ReferralRequest(4, r"\server\root"))
    with pytest.raises(s2.EncodeError):
        s2.IoctlRequest.of(SnapshotArray())


def test_a_payload_that_cannot_be_encoded() -> None:
    with pytest.raises(s2.EncodeError) as caught:
        s2.IoctlRequest.of(ReferralRequest(0x10000, ""))
    assert caught.value.path == "ReferralRequest.max_referral_level"
