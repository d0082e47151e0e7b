"""Files of an owner, SIDs, and names."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.search import (
    FileNameInformation,
    FindBySidData,
    FindFilesBySid,
    IsPathnameValid,
    Sid,
    request_facts,
)

#: S-1-5-21-1-2-4294967295-500 ([MS-DTYP] 2.4.2.2), hexadecimal as it is on the wire
DOMAIN_SID = bytes.fromhex("0105 000000000005 15000000 01000000 02000000 ffffffff f4010000")
U32 = st.integers(0, 0xFFFFFFFF)

# -- SIDs


@pytest.mark.parametrize(
    ("data", "value", "text"),
    [
        (DOMAIN_SID, Sid(5, (21, 1, 2, 0xFFFFFFFF, 500)), "S-1-5-21-1-2-4294967295-500"),
        (bytes.fromhex("0101 000000000001 00000000"), Sid(1, (0,)), "S-1-1-0"),
        (bytes.fromhex("0102 000000000005 20000000 20020000"), Sid(5, (32, 544)), "S-1-5-32-544"),
        (bytes.fromhex("0100 000000000005"), Sid(5), "S-1-5"),
        (bytes.fromhex("0100 0000ffffffff"), Sid(0xFFFFFFFF), "S-1-4294967295"),
        (bytes.fromhex("0101 000100000000 07000000"), Sid(1 << 32, (7,)), "S-1-0x000100000000-7"),
        (bytes.fromhex("0101 fedcba987654 07000000"), Sid(0xFEDCBA987654, (7,)), "S-1-0xFEDCBA987654-7"),
        (bytes.fromhex("ff01 000000000005 07000000"), Sid(5, (7,), revision=255), "S-255-5-7"),
    ],
)
def test_sids(data: bytes, value: Sid, text: str) -> None:
    assert Sid.decode(data) == value
    assert value.encode() == data
    assert str(value) == text
    assert Sid.of(text) == value


@given(st.integers(0, (1 << 48) - 1), st.lists(U32, max_size=255), st.integers(0, 255))
def test_every_sid_has_a_text(authority: int, subs: list[int], revision: int) -> None:
    sid = Sid(authority, tuple(subs), revision)
    assert Sid.decode(sid.encode()) == sid
    assert Sid.of(str(sid)) == sid


@pytest.mark.parametrize(
    "text",
    ["", "S", "S-1", "S-1-", "S-1-5-", "S-1-5-4294967296", "S-256-5", "S-1-5-+1", "S-1-5- 1", "s-1-5", "S-1-5\n",
     "S-1-0x123-1", "S-1-281474976710656", "S-1-5-\u0661", "S-0001-5", "S-1-00000000005", "S-1-5-00000000001",
     "S-1-5" + "-1" * 256, "S--1-5", None, 5, b"S-1-5"],
)  # fmt: skip
def test_what_is_no_text_of_a_sid(text: Any) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        Sid.of(text)
    assert caught.value.path.startswith("Sid")


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Sid(-1), "identifier_authority"),
        (Sid(1 << 48), "identifier_authority"),
        (Sid("5"), "identifier_authority"),  # type: ignore[arg-type]
        (Sid(5, (1 << 32,)), "sub_authority[0]"),
        (Sid(5, (0,) * 256), "sub_authority_count"),
        (Sid(5, revision=256), "revision"),
    ],
)
def test_what_no_sid_can_say(value: Sid, path: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        value.encode()
    assert caught.value.path == f"Sid.{path}"


# -- the request


def test_find_by_sid() -> None:
    data = b"\1\0\0\0" + DOMAIN_SID
    decoded = FindBySidData.decode(data)
    assert decoded == FindBySidData(1, Sid.of("S-1-5-21-1-2-4294967295-500"))
    assert decoded.encode() == data
    assert [row[:2] for row in s2.layout(FindBySidData)] == [("restart", 0), ("sid", 4)]


def test_a_buffer_larger_than_its_sid() -> None:
    """Win32 programs give the bytes of the largest SID, 68."""
    data = bytes(4) + DOMAIN_SID.ljust(68, b"\xcc")
    decoded = FindBySidData.decode(data)
    assert (str(decoded.sid), decoded.sid.padding) == ("S-1-5-21-1-2-4294967295-500", b"\xcc" * 40)
    assert decoded.encode() == data


@pytest.mark.parametrize(
    ("size", "path", "offset", "needed", "available"),
    [
        (0, "restart", 0, 4, 0),
        (3, "restart", 0, 4, 3),
        (4, "sid.revision", 4, 1, 0),
        (5, "sid.sub_authority_count", 5, 1, 0),
        (11, "sid.identifier_authority", 6, 6, 5),
        (12, "sid.sub_authority", 12, 20, 0),
        (31, "sid.sub_authority", 12, 20, 19),
    ],
)
def test_a_request_that_is_cut(size: int, path: str, offset: int, needed: int, available: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        FindBySidData.decode((bytes(4) + DOMAIN_SID)[:size])
    error = caught.value
    assert (error.path, error.offset) == (f"FindBySidData.{path}", offset)
    assert (error.needed, error.available) == (needed, available)


# -- the reply

#: "abc" takes 10 bytes, so 6 fill up; "ab" takes 8; "" takes 4, so 4 fill up
ABC = b"\6\0\0\0a\0b\0c\0" + bytes(6)
AB = b"\4\0\0\0a\0b\0"
EMPTY = bytes(8)


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"", []),
        (AB, ["ab"]),
        (ABC, ["abc"]),
        (AB + ABC, ["ab", "abc"]),
        (ABC + AB, ["abc", "ab"]),
        (ABC + EMPTY + ABC + AB, ["abc", "", "abc", "ab"]),
    ],
)
def test_names_start_at_multiples_of_8(data: bytes, names: list[str]) -> None:
    found = FindFilesBySid.decode(data)
    assert found == FindFilesBySid(tuple(FileNameInformation(name) for name in names))
    assert found.encode() == data


@pytest.mark.parametrize("padding", [b"", b"\0", b"\xcc" * 6, bytes(5)])
def test_the_last_need_not_be_filled_up(padding: bytes) -> None:
    data = AB + ABC[:10] + padding
    found = FindFilesBySid.decode(data)
    assert [each.file_name for each in found.files] == ["ab", "abc"]
    assert found.files[-1].padding == padding
    assert found.encode() == data


def test_bytes_that_fill_up_are_kept() -> None:
    data = ABC[:10] + b"garble" + AB
    found = FindFilesBySid.decode(data)
    assert found.files == (FileNameInformation("abc", b"garble"), FileNameInformation("ab"))
    assert found.encode() == data
    assert FileNameInformation("abc", bytes(6)) == FileNameInformation("abc")


@pytest.mark.parametrize(
    ("data", "path", "offset", "needed", "available"),
    [
        (ABC + AB[:3], "files[1].file_name_length", 16, 4, 3),
        (ABC + AB[:7], "files[1].file_name", 20, 4, 3),
        (b"\xff\xff\xff\xff" + bytes(20), "files[0].file_name", 4, 0xFFFFFFFF, 20),
        (ABC + b"\xfe\xff\xff\xff", "files[1].file_name", 20, 0xFFFFFFFE, 0),
        (ABC + b"\3\0\0\0abc", "files[1].file_name", 22, None, None),
    ],
)
def test_names_that_do_not_fit(data: bytes, path: str, offset: int, needed: int | None, available: int | None) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        FindFilesBySid.decode(data)
    error = caught.value
    assert (error.path, error.offset) == (f"FindFilesBySid.{path}", offset)
    assert (error.needed, error.available) == (needed, available)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=9)))
def test_every_list_of_names_comes_back(names: list[str]) -> None:
    found = FindFilesBySid(tuple(map(FileNameInformation, names)))
    assert FindFilesBySid.decode(found.encode()) == found
    assert len(found.encode()) % 8 == 0


@pytest.mark.parametrize(
    ("files", "path"),
    [
        ((FileNameInformation("abc", b""), FileNameInformation("ab")), "files[0]"),
        ((FileNameInformation("abc", bytes(7)), FileNameInformation("ab")), "files[0]"),
        ((FileNameInformation("abc", bytes(7)),), "files[0]"),
        ((FileNameInformation("ab"), "ab"), "files[1]"),
        ((FileNameInformation(b"ab"),), "files[0].file_name"),  # type: ignore[arg-type]
        ("ab", "files"),
    ],
)
def test_what_no_list_can_say(files: Any, path: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        FindFilesBySid(files).encode()
    assert caught.value.path == f"FindFilesBySid.{path}"


# -- IS_PATHNAME_VALID


def test_a_path() -> None:
    data = struct.pack("<I", 8) + b"\\\0a\0\0\0b\0"
    assert IsPathnameValid.decode(data) == IsPathnameValid("\\a\0b")
    assert IsPathnameValid("\\a\0b").encode() == data
    assert IsPathnameValid.decode(bytes(4)) == IsPathnameValid("")
    assert [row[:2] for row in s2.layout(IsPathnameValid)][:2] == [("path_name_length", 0), ("path_name", 4)]
    assert IsPathnameValid.decode(data + b"more") == IsPathnameValid("\\a\0b", b"more")


@pytest.mark.parametrize(
    ("data", "path", "offset"),
    [
        (b"\2\0\0", "IsPathnameValid.path_name_length", 0),
        (b"\4\0\0\0a\0b", "IsPathnameValid.path_name", 4),
        (b"\3\0\0\0a\0b", "IsPathnameValid.path_name", 6),
        (b"\2\0\0\0\0\xd8", "IsPathnameValid.path_name", 4),
    ],
)
def test_what_is_no_path(data: bytes, path: str, offset: int) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        IsPathnameValid.decode(data)
    assert (caught.value.path, caught.value.offset) == (path, offset)


@pytest.mark.parametrize(
    ("sub_authorities", "size", "fits"),
    [(0, 11, False), (0, 12, True), (0, 13, False), (1, 15, False), (1, 16, True), (1, 17, False), (15, 71, False),
     (15, 72, True), (15, 73, True), (15, 500, True), (16, 76, False), (16, 72, False), (255, 1032, False)],
)  # fmt: skip
def test_whether_a_sid_fits(sub_authorities: int, size: int, fits: bool) -> None:
    """As Samba sees it: it does not look beyond the largest SID."""
    data = (bytes(4) + bytes([1, sub_authorities])).ljust(size, b"\x07")[:size]
    assert request_facts(data) == {"sid_fits": fits}
    assert request_facts(data[:5]) == {"sid_fits": False}
