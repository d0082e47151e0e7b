"""REQ_GET_DFS_REFERRAL: level, path, and what follows the path."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import DFS_GET_REFERRALS, pdus, referral_request, request

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.dfs import ReferralRequest, request_facts

#: Text that UTF-16 can write, without U+0000.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@pytest.mark.parametrize(
    "path", ["", "domain", r"\domain", r"\server\root", r"\server\root\link\deeper", "\\\u00e9\u20ac\U0001d11e"]
)
@pytest.mark.parametrize("end", ["\0", "", "\0\0", "\0more", "\0\0\0\0"])
@pytest.mark.parametrize("level", [0, 1, 4, 0xFFFF])
def test_level_path_and_end(path: str, end: str, level: int) -> None:
    data = referral_request(path, level, end)
    decoded = ReferralRequest.decode(data)
    assert (decoded.max_referral_level, decoded.request_file_name, decoded.terminator) == (level, path, end)
    assert decoded == ReferralRequest(level, path, end)
    assert decoded.encode() == data


def test_the_end_is_one_nul_if_nobody_says_otherwise() -> None:
    assert ReferralRequest(4, r"\a\b").encode() == b"\4\0\\\0a\0\\\0b\0\0\0"
    assert ReferralRequest(3, "").encode() == b"\3\0\0\0"
    assert ReferralRequest.decode(b"\3\0") == ReferralRequest(3, "", "")


@given(level=st.integers(0, 0xFFFF), path=TEXT, end=TEXT)
def test_every_path_comes_back(level: int, path: str, end: str) -> None:
    for terminator in ("", "\0" + end, "\0\0" + end):
        value = ReferralRequest(level, path, terminator)
        assert ReferralRequest.decode(value.encode()) == value


@pytest.mark.parametrize("text", ["\ufeff", "\ufffe", "\uffff", "\U0010ffff", "\ud7ff\ue000"])
def test_characters_that_look_like_mistakes(text: str) -> None:
    """A byte order mark is a character here; noncharacters and pairs of surrogates are text."""
    assert ReferralRequest.decode(referral_request(text)).request_file_name == text


@pytest.mark.parametrize("size", [0, 1])
def test_no_level(size: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        ReferralRequest.decode(b"\4\0"[:size])
    error = caught.value
    assert (error.path, error.offset, error.needed, error.available) == (
        "ReferralRequest.max_referral_level", 0, 2, size,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("units", "place"),
    [
        (b"x", 0),
        (b"a\0b\0x", 4),
        (b"\0\xd8", 0),
        (b"a\0\0\xd8", 2),
        (b"a\0\0\xd8b\0", 2),
        (b"a\0\0\xdcb\0", 2),
        (b"\0\xdc\0\xd8", 0),
        (b"a\0\0\0\0\xdc", 4),
        (b"a\0\0\0x", 4),
    ],
    ids=["odd", "odd later", "high alone", "high at the end", "high", "low", "reversed", "after the NUL", "odd after"],
)
def test_a_path_that_is_no_utf_16(units: bytes, place: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        ReferralRequest.decode(b"\4\0" + units)
    error = caught.value
    assert (error.path, error.offset) == ("ReferralRequest.request_file_name", 2 + place)
    assert error.status is s2.NtStatus.ILLEGAL_CHARACTER
    assert request_facts(b"\4\0" + units) == {"path_is_text": False}


def test_what_rules_ask() -> None:
    assert request_facts(referral_request(r"\server\root")) == {"path_is_text": True}
    assert request_facts(b"\4") == {"path_is_text": True}, "too short, but that is another rule's matter"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ((-1, ""), "max_referral_level"),
        ((0x10000, ""), "max_referral_level"),
        ((None, ""), "max_referral_level"),
        ((4, None), "request_file_name"),
        ((4, b"path"), "request_file_name"),
        ((4, ["\\", "a"]), "request_file_name"),
        ((4, "a\0b"), "request_file_name"),
        ((4, "\0"), "request_file_name"),
        ((4, "\ud800"), "request_file_name"),
        ((4, "a\udc00b"), "request_file_name"),
        ((4, "a", "b"), "terminator"),
        ((4, "a", None), "terminator"),
        ((4, "a", b"\0"), "terminator"),
        ((4, "a", "\0\ud800"), "terminator"),
    ],
)
def test_what_no_request_can_say(fields: Any, path: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        ReferralRequest(*fields).encode()
    assert caught.value.path == f"ReferralRequest.{path}"


def test_a_long_path() -> None:
    path = "\\" + "x" * 100_000
    assert ReferralRequest.decode(referral_request(path)) == ReferralRequest(4, path)


def test_recorded_requests() -> None:
    """Every request for referrals whose path is UTF-16, which a decoder of text tells."""
    inputs = []
    for pdu in pdus():
        if pdu.is_request and pdu.ctl_code == DFS_GET_REFERRALS and len(pdu.body) >= 56:
            offset, count = struct.unpack_from("<24xII", pdu.body)
            if offset == 120 and 2 <= count <= len(pdu.body) - 56 and pdu.body[:2] == b"\x39\0":
                inputs.append(pdu.body[56 : 56 + count])
    texts = 0
    for data in inputs:
        try:
            path, nul, rest = data[2:].decode("utf-16-le").partition("\0")
        except UnicodeDecodeError:
            with pytest.raises(s2.DecodeError):
                ReferralRequest.decode(data)
            continue
        texts += 1
        asked = s2.IoctlRequest.decode(request(DFS_GET_REFERRALS, data)).payload()
        assert asked == ReferralRequest(struct.unpack_from("<H", data)[0], path, nul + rest)
        assert asked.encode() == data
    assert (len(inputs), texts) == (571, 520)


def test_the_registry_knows_the_request() -> None:
    row = s2.payloads.registry.lookup(DFS_GET_REFERRALS)
    assert row.request is ReferralRequest
    assert s2.payloads.registry.code_of(ReferralRequest, "request") == DFS_GET_REFERRALS
    assert row.facts(b"\4\0x") == {"path_is_text": False}
    assert row.facts(b"\4\0x\0") == {"path_is_text": True}


def test_the_layout() -> None:
    rows = [(row.name, row.offset, row.size, row.type) for row in s2.layout(ReferralRequest)]
    assert rows == [("max_referral_level", 0, 2, "u16"), ("request_file_name", 2, None, "UTF-16")]
