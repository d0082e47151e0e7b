"""REQ_GET_DFS_REFERRAL_EX: path and site, each with what its sender put behind it."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import encode_path, lengths, place
from samples import pdus

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.dfs import ReferralRequestEx

#: Text that UTF-16 can write, without U+0000.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
ENDS = ("", "\0", "\0\0", "\0more")
REFERRALS_EX = 0x000601B0


def request_ex(
    path: str | bytes, site: str | bytes | None = None, *, level: int = 4, flags: int | None = None,
    size: int | None = None, path_size: int | None = None, site_size: int | None = None, rest: bytes = b"",
) -> bytes:  # fmt: skip
    """Pack the request ([MS-DFSC] 2.2.3); sizes and flags are those of the strings unless given."""
    path = path.encode("utf-16-le") if isinstance(path, str) else path
    content = struct.pack("<H", len(path) if path_size is None else path_size) + path
    if site is not None:
        site = site.encode("utf-16-le") if isinstance(site, str) else site
        content += struct.pack("<H", len(site) if site_size is None else site_size) + site
    content += rest
    bits = int(site is not None) if flags is None else flags
    return struct.pack("<HHI", level, bits, len(content) if size is None else size) + content


@pytest.mark.parametrize("site_end", ENDS)
@pytest.mark.parametrize("site", [None, "", "Site", "\u00e9\U0001d11e"])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("path", ["", r"\server\root", "\\\u20ac\U0001d11e"])
def test_names_with_and_without_a_counted_nul(path: str, end: str, site: str | None, site_end: str) -> None:
    if site is None:
        data, expected = request_ex(path + end), ReferralRequestEx(4, path, terminator=end)
    else:
        data = request_ex(path + end, site + site_end)
        expected = ReferralRequestEx(4, path, site, request_flags=1, terminator=end, site_terminator=site_end)
    decoded = ReferralRequestEx.decode(data)
    assert decoded == expected
    assert (decoded.request_file_name, decoded.terminator) == (path, end)
    assert (decoded.site_name, decoded.site_terminator) == (site, "" if site is None else site_end)
    assert decoded.encode() == data


def test_unless_told_otherwise_only_the_path_has_its_nul() -> None:
    assert ReferralRequestEx(4, r"\srv\dfs").encode() == request_ex("\\srv\\dfs\0")
    assert ReferralRequestEx(3, "", "Site", 1).encode() == request_ex("\0", "Site", level=3)
    assert ReferralRequestEx(3, "", terminator="").encode() == bytes.fromhex("03000000 02000000 0000")


@pytest.mark.parametrize("flags", [0, 2, 0x8000, 0xFFFE])
def test_other_flags_bring_no_site(flags: int) -> None:
    data = request_ex("\\a\0", flags=flags)
    assert ReferralRequestEx.decode(data) == ReferralRequestEx(4, r"\a", request_flags=flags)
    assert ReferralRequestEx(4, r"\a", request_flags=flags).encode() == data
    with_site = request_ex("\\a\0", "Site", flags=flags | 1)
    assert ReferralRequestEx.decode(with_site).site_name == "Site"
    assert ReferralRequestEx.decode(with_site).encode() == with_site


@given(st.integers(0, 0xFFFF), TEXT, st.none() | TEXT, st.sampled_from(ENDS), st.sampled_from(ENDS))
def test_every_request_comes_back(level: int, path: str, site: str | None, end: str, site_end: str) -> None:
    site_end = "" if site is None else site_end
    flags = 0xFFFE | (site is not None)
    value = ReferralRequestEx(level, path, site, flags, end, site_end)
    assert ReferralRequestEx.decode(value.encode()) == value


def test_the_layout() -> None:
    rows = [(row.name, row.offset, row.size, row.role) for row in s2.layout(ReferralRequestEx)]
    assert rows == [
        ("max_referral_level", 0, 2, "data"),
        ("request_flags", 2, 2, "data"),
        ("request_data_length", 4, 4, "size-of"),
        ("request_file_name_length", 8, 2, "size-of request_file_name"),
        ("request_file_name", 10, None, "data"),
        ("site_name_length", None, 2, "size-of site_name"),
        ("site_name", None, None, "data"),
    ]


@pytest.mark.parametrize(
    ("size", "path", "offset", "needed"),
    [
        (0, "max_referral_level", 0, 2), (1, "max_referral_level", 0, 2), (3, "request_flags", 2, 2),
        (7, "request_data_length", 4, 4), (9, "request_file_name_length", 8, 2),
    ],
)  # fmt: skip
def test_a_head_that_is_cut(size: int, path: str, offset: int, needed: int) -> None:
    cut = request_ex("\\a\0", size=max(0, size - 8))[:size]
    assert place(ReferralRequestEx, cut) == (f"ReferralRequestEx.{path}", offset)
    assert lengths(ReferralRequestEx, cut)[:2] == (needed, size - offset)


def test_every_cut_is_refused() -> None:
    data = request_ex("\\a\0", "Site")
    for size in range(len(data)):
        with pytest.raises(s2.DecodeError):
            ReferralRequestEx.decode(data[:size])
        if size >= 8:  # and if the length of all says that it is so
            with pytest.raises(s2.DecodeError):
                ReferralRequestEx.decode(data[:4] + struct.pack("<I", size - 8) + data[8:size])


@pytest.mark.parametrize("wrong", [0, 1, 7, 9, 0x7FFFFFFF, 0xFFFFFFF8, 0xFFFFFFFF])
def test_a_data_length_that_is_not_the_datas(wrong: int) -> None:
    data = request_ex("\\a\0", size=wrong)
    assert place(ReferralRequestEx, data) == ("ReferralRequestEx.request_data_length", 4)


@pytest.mark.parametrize(
    ("data", "path", "offset", "amounts"),
    [
        (request_ex("\\a\0", path_size=7), "request_file_name", 10,
         (7, 6, "ReferralRequestEx.request_file_name_length")),
        (request_ex("\\a\0", path_size=0xFFFF), "request_file_name", 10,
         (0xFFFF, 6, "ReferralRequestEx.request_file_name_length")),
        (request_ex("\\a\0", "Site", site_size=9), "site_name", 18, (9, 8, "ReferralRequestEx.site_name_length")),
        (request_ex("\\a\0", flags=1), "site_name_length", 16, (2, 0, None)),
        (request_ex("\\a\0", "Site", flags=0), "", 16, (None, None, None)),
        (request_ex("\\a\0", rest=b"x"), "", 16, (None, None, None)),
        (request_ex("\\a\0", "Site", rest=b"xy"), "", 26, (None, None, None)),
        (request_ex("\\a\0", path_size=4), "", 14, (None, None, None)),
        (request_ex(b"\\\0\0\xd8"), "request_file_name", 12, (None, None, None)),
        (request_ex(b"\\\0\0\xd8a\0\0\0"), "request_file_name", 12, (None, None, None)),
        (request_ex(b"\\\0x"), "request_file_name", 12, (None, None, None)),
        (request_ex("\\a\0", b"a\0\0\xdc"), "site_name", 20, (None, None, None)),
    ],
)  # fmt: skip
def test_what_is_no_request(data: bytes, path: str, offset: int, amounts: Any) -> None:
    where, at = place(ReferralRequestEx, data)
    assert (where, at) == (f"ReferralRequestEx.{path}".rstrip("."), offset)
    assert lengths(ReferralRequestEx, data) == amounts


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"max_referral_level": -1}, "max_referral_level"),
        ({"max_referral_level": 0x10000}, "max_referral_level"),
        ({"request_flags": 0x10000, "site_name": None}, "request_flags"),
        ({"request_flags": 0}, "site_name"),
        ({"site_name": None}, "site_name"),
        ({"site_name": None, "request_flags": 0, "site_terminator": "\0"}, "site_terminator"),
        ({"request_file_name": None}, "request_file_name"),
        ({"request_file_name": "a\0b"}, "request_file_name"),
        ({"request_file_name": "\ud800"}, "request_file_name"),
        ({"request_file_name": "x" * 0x8000}, "request_file_name_length"),
        ({"terminator": "x"}, "terminator"),
        ({"site_name": b"Site"}, "site_name"),
        ({"site_name": "a\0"}, "site_name"),
        ({"site_name": "x" * 0x8000}, "site_name_length"),
        ({"site_terminator": "x"}, "site_terminator"),
    ],
    ids=str,
)
def test_what_no_request_can_say(fields: dict[str, Any], path: str) -> None:
    usual: dict[str, Any] = {"max_referral_level": 4, "request_file_name": r"\a", "site_name": "S", "request_flags": 1}
    assert encode_path(ReferralRequestEx(**usual | fields)) == f"ReferralRequestEx.{path}"


def test_recorded_requests() -> None:
    """One that asks, and one whose data length is less than the data."""
    inputs = []
    for pdu in pdus():
        if pdu.is_request and pdu.ctl_code == REFERRALS_EX:
            size = int.from_bytes(pdu.body[28:32], "little")
            inputs.append(pdu.body[56 : 56 + size])
    asked, zeros = [data for data in inputs if data]
    decoded = s2.payloads.registry.lookup(REFERRALS_EX).decode_request(asked)
    assert decoded == ReferralRequestEx(4, r"\127.0.0.1\dfs\link2", terminator="")
    assert decoded.encode() == asked
    assert place(ReferralRequestEx, zeros) == ("ReferralRequestEx.request_data_length", 4)
