"""Reparse data: links, mount points, NFS files, data of unknown layout, and the headers alone that delete them."""

from __future__ import annotations

import struct
from typing import Any
from uuid import UUID

import pytest
from cuts import assert_every_cut
from hypothesis import given
from hypothesis import strategies as st
from samples import vectors

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.reparse import (
    SYMLINK_FLAG_RELATIVE,
    LxSymlink,
    MountPoint,
    NfsDevice,
    NfsFile,
    NfsSymbolicLink,
    NfsType,
    ReparseData,
    ReparseGuidData,
    ReparseTag,
    SymbolicLink,
    request_type,
    response_type,
)
from smb2ioctl_codec.schema import Record

SET, GET, DELETE = 0x000900A4, 0x000900A8, 0x000900AC
SYMLINK, MOUNT_POINT, NFS, LX_SYMLINK = 0xA000000C, 0xA0000003, 0x80000014, 0xA000001D
CLOUD, THIRD_PARTY = 0x9000001A, 0x00000026
GUID = UUID("00112233-4455-6677-8899-aabbccddeeff")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def reparse(tag: int, data: bytes, length: int | None = None, reserved: int = 0) -> bytes:
    """Pack a REPARSE_DATA_BUFFER ([MS-FSCC] 2.1.2.2)."""
    return struct.pack("<IHH", tag, len(data) if length is None else length, reserved) + data


def link(places: tuple[int, int, int, int], path_buffer: bytes, flags: int = 0) -> bytes:
    """Pack a symbolic link: offset and length of the substitute name, then of the print name."""
    return reparse(SYMLINK, struct.pack("<4HI", *places, flags) + path_buffer)


def mount(places: tuple[int, int, int, int], path_buffer: bytes) -> bytes:
    """Pack a mount point likewise."""
    return reparse(MOUNT_POINT, struct.pack("<4H", *places) + path_buffer)


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def refused(kind: type[Record], data: bytes) -> s2.DecodeError:
    with pytest.raises(s2.DecodeError) as caught:
        kind.decode(data)
    return caught.value


# -- published ones

#: What ``mklink /D dot .`` makes on Windows 10 (winfsp/winfsp, issue 454): the print name is the first.
DOT = bytes.fromhex("0c0000a0100000000200020000000200010000002e002e00")
#: Worked out by hand from [MS-FSCC] 2.1.2.4: the substitute name is the first.
A_B = bytes.fromhex("0c0000a01800000000000600060006000100000061005c00620061005c006200")
#: By 2.1.2.5, with U+0000 after both names, as ``mklink /J`` makes it.
JUNCTION = bytes.fromhex("030000a02400000000001000120008005c003f003f005c0043003a005c007800000043003a005c0078000000")


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (SymbolicLink(".", ".", SYMLINK_FLAG_RELATIVE), DOT),
        (SymbolicLink(r"a\b", r"a\b", 1, substitute_name_offset=0, print_name_offset=6), A_B),
        (MountPoint(r"\??\C:\x", r"C:\x"), JUNCTION),
        (
            SymbolicLink("\\??\\caf\u00e9", "caf\u00e9", 1),
            reparse(SYMLINK, vectors()["SMBPROTO-reparse-SymbolicLinkReparseDataBuffer-DATA"]),
        ),
        (
            SymbolicLink("\\??\\caf\u00e9", "caf\u00e9", 1, substitute_name_offset=0, print_name_offset=16),
            reparse(
                SYMLINK, vectors()["SMBPROTO-reparse-SymbolicLinkReparseDataBuffer-test_create_message_with_set_name"]
            ),
        ),
        (
            ReparseData(ReparseTag.SYMLINK, b"\1\2\3\4"),
            vectors()["SMBPROTO-reparse-ReparseDataBuffer-DATA"],
        ),
    ],
    ids=["Windows", "document", "junction", "print name first", "substitute name first", "opaque"],
)
def test_published(value: Any, data: bytes) -> None:
    assert type(value).decode(data) == value
    assert value.encode() == data


# -- which record it is

SAMPLES: list[tuple[Any, bytes]] = [
    (SymbolicLink("target"), link((0, 12, 0, 0), utf16("target"))),
    (MountPoint("target", slack=b""), mount((0, 12, 14, 0), utf16("target"))),
    (NfsSymbolicLink("a/b"), reparse(NFS, struct.pack("<Q", 0x014B4E4C) + utf16("a/b"))),
    (NfsSymbolicLink(""), reparse(NFS, b"LNK\1\0\0\0\0")),
    (NfsDevice(NfsType.CHR, 1, 2), reparse(NFS, struct.pack("<QII", 0x00524843, 1, 2))),
    (NfsDevice(NfsType.BLK, 2**32 - 1, 0), reparse(NFS, b"BLK\0\0\0\0\0" + b"\xff" * 4 + bytes(4))),
    (NfsFile(NfsType.FIFO), reparse(NFS, b"FIFO\0\0\0\0")),
    (NfsFile(NfsType.SOCK, reserved=7), reparse(NFS, b"SOCK\0\0\0\0", reserved=7)),
    (LxSymlink("caf\u00e9".encode()), reparse(LX_SYMLINK, b"\2\0\0\0caf\xc3\xa9")),
    (LxSymlink(b"\xff"), reparse(LX_SYMLINK, b"\2\0\0\0\xff")),
    (LxSymlink(b""), reparse(LX_SYMLINK, b"\2\0\0\0")),
    (ReparseData(ReparseTag.CLOUD, b"data", 9), reparse(CLOUD, b"data", reserved=9)),
    (ReparseData(ReparseTag(0xFFFFFFFF), b"x"), reparse(0xFFFFFFFF, b"x")),
    (
        ReparseGuidData(ReparseTag(THIRD_PARTY), GUID, b"data", 9),
        reparse(THIRD_PARTY, GUID.bytes_le + b"data", 4, 9),
    ),
    # known tags, unknown inside
    (ReparseData(ReparseTag.NFS, b"WHAT\0\0\0\0..."), reparse(NFS, b"WHAT\0\0\0\0...")),
    (ReparseData(ReparseTag.NFS, b"LNK\1"), reparse(NFS, b"LNK\1")),
    (ReparseData(ReparseTag.LX_SYMLINK, b"\1\0\0\0old"), reparse(LX_SYMLINK, b"\1\0\0\0old")),
    (ReparseData(ReparseTag.LX_SYMLINK, b"\2\0"), reparse(LX_SYMLINK, b"\2\0")),
    # headers alone, for FSCTL_DELETE_REPARSE_POINT
    (ReparseData(ReparseTag.SYMLINK), reparse(SYMLINK, b"")),
    (ReparseData(ReparseTag.NFS), reparse(NFS, b"")),
    (ReparseGuidData(ReparseTag(THIRD_PARTY), GUID), reparse(THIRD_PARTY, GUID.bytes_le, 0)),
    (ReparseGuidData(ReparseTag.SYMLINK, GUID), reparse(SYMLINK, GUID.bytes_le, 0)),
    (ReparseGuidData(ReparseTag.RESERVED_ZERO, GUID), reparse(0, GUID.bytes_le, 0)),
]


@pytest.mark.parametrize(("value", "data"), SAMPLES)
def test_the_bytes_tell_the_record(value: Any, data: bytes) -> None:
    assert value.encode() == data
    assert request_type(data) is type(value)
    assert type(value).decode(data) == value
    for code in (SET, DELETE):
        assert s2.IoctlRequest.of(data, ctl_code=code).payload() == value
    assert s2.IoctlResponse.of(data, ctl_code=GET).payload() == value
    assert s2.IoctlRequest.of(value).ctl_code == SET
    assert s2.IoctlResponse.of(value).ctl_code == GET


def test_replies_that_are_cut_or_an_error() -> None:
    assert response_type(DOT, None, s2.NtStatus.SUCCESS) is SymbolicLink
    assert response_type(DOT, None, s2.NtStatus.NOT_A_REPARSE_POINT) is None
    answer = s2.IoctlResponse.of(DOT[:20], ctl_code=GET)
    assert answer.payload(status=s2.NtStatus.BUFFER_OVERFLOW) == DOT[:20]
    with pytest.raises(s2.DecodeError):
        answer.payload()


@pytest.mark.parametrize("tag", [SYMLINK, CLOUD, THIRD_PARTY, 0])
def test_no_header(tag: int) -> None:
    header = reparse(tag, b"")
    for size in range(8):
        error = refused(request_type(header[:size]), header[:size])
        assert error.path.partition(".")[2] == ("reparse_tag", "reparse_data_length", "reserved")[max(0, size // 2 - 1)]


def test_others_need_a_guid() -> None:
    """[MS-FSCC] 2.3.82: a tag without bit 31 must not come with a REPARSE_DATA_BUFFER."""
    for data in (reparse(THIRD_PARTY, b""), reparse(0, b""), reparse(1, b"data")):
        assert request_type(data) is ReparseGuidData
        refused(ReparseGuidData, data)


# -- names in their buffer


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (link((0, 2, 0, 2), utf16("s")), SymbolicLink("s", "s", substitute_name_offset=0)),
        (link((2, 2, 0, 4), utf16("ps")), SymbolicLink("s", "ps", substitute_name_offset=2)),
        (link((4, 2, 0, 2), utf16("p\0s\0")), SymbolicLink("s", "p", substitute_name_offset=4, slack=bytes(4))),
        (link((4, 2, 0, 2), utf16("p\0s")), SymbolicLink("s", "p", substitute_name_offset=4)),
        (link((4, 2, 0, 2), utf16("p!s")), SymbolicLink("s", "p", substitute_name_offset=4, slack=b"!\0")),
        (link((2, 2, 0, 2), utf16("ps!")), SymbolicLink("s", "p", slack=b"!\0")),
        (link((0, 0, 0, 0), b""), SymbolicLink("")),
        (link((0, 0, 0, 0), b"rest"), SymbolicLink("", slack=b"rest")),
        (link((0xFFFF, 0, 0xFFFF, 0), b""), SymbolicLink("", "", 0, 0xFFFF, 0xFFFF)),
        (link((2, 4, 0, 2), utf16("pa\0")), SymbolicLink("a\0", "p")),
        (link((1, 2, 0, 0), b".s\0"), SymbolicLink("s", substitute_name_offset=1, slack=b".")),
        (link((0, 2, 0, 0), utf16("s"), 0xFFFFFFFE), SymbolicLink("s", flags=0xFFFFFFFE)),
        (mount((0, 2, 2, 2), utf16("sp")), MountPoint("s", "p", print_name_offset=2, slack=b"")),
        (mount((2, 2, 0, 2), utf16("ps")), MountPoint("s", "p", 2, 0, slack=b"")),
        (mount((0, 2, 4, 0), utf16("s\0\0")), MountPoint("s")),
        (mount((0, 0, 0, 0), b""), MountPoint("", print_name_offset=0, slack=b"")),
        (mount((0, 2, 4, 2), utf16("s\0p")), MountPoint("s", "p", slack=b"")),
        (mount((0, 2, 4, 2), utf16("s!p?")), MountPoint("s", "p", slack=b"!\0?\0")),
    ],
    ids=[
        "one for both", "the end of the other", "NUL after both", "NUL between", "other things between", "and after",
        "no names", "no names but bytes", "no names anywhere", "NUL in the length", "odd offset", "all other flags",
        "mount point without NUL", "the other order", "no print name", "nothing", "no NUL at the end", "other gaps",
    ],
)  # fmt: skip
def test_names_lie_anywhere(data: bytes, value: Any) -> None:
    assert type(value).decode(data) == value
    assert value.encode() == data


@given(
    path_buffer=st.binary(max_size=30).map(lambda data: bytes(min(byte, 0x7F) for byte in data)),
    places=st.tuples(*[st.integers(0, 30)] * 4),
)
def test_what_is_read_is_written_again(path_buffer: bytes, places: tuple[int, int, int, int]) -> None:
    """Whatever the offsets are: a name that is all there, of whole characters, is read."""
    for kind, pack in ((SymbolicLink, link), (MountPoint, mount)):
        data = pack(places, path_buffer)
        whole = [not size or (start + size <= len(path_buffer) and not size % 2) for start, size in
                 (places[:2], places[2:])]  # fmt: skip
        if not all(whole):
            refused(kind, data)
            continue
        value: Any = kind.decode(data)
        for text, start, size in ((value.substitute_name, *places[:2]), (value.print_name, *places[2:])):
            assert utf16(text) == path_buffer[start : start + size]
        assert value.encode() == data


@given(substitute=TEXT, shown=TEXT, flags=st.integers(0, 2**32 - 1), slack=st.binary(min_size=2, max_size=9))
def test_every_link_comes_back(substitute: str, shown: str, flags: int, slack: bytes) -> None:
    for value in (SymbolicLink(substitute, shown, flags, slack=slack), MountPoint(substitute, shown, slack=slack)):
        assert type(value).decode(value.encode()) == value


def test_without_offsets_names_lie_as_windows_puts_them() -> None:
    assert SymbolicLink("sub", "pr").encode() == link((4, 6, 0, 4), utf16("prsub"))
    assert MountPoint("sub", "pr").encode() == mount((0, 6, 8, 4), utf16("sub\0pr\0"))


# -- cuts


def test_cut_short() -> None:
    """Of data whose length says how much is there."""
    for data, kind, sizes in (
        (link((0, 0, 0, 0), b""), SymbolicLink, {"substitute_name_offset": 2, "substitute_name_length": 2,
                                                 "print_name_offset": 2, "print_name_length": 2, "flags": 4}),
        (mount((0, 0, 0, 0), b""), MountPoint, {"substitute_name_offset": 2, "substitute_name_length": 2,
                                                "print_name_offset": 2, "print_name_length": 2}),
        (SAMPLES[4][1], NfsDevice, {"type": 8, "major": 4, "minor": 4}),
        (SAMPLES[6][1], NfsFile, {"type": 8}),
        (reparse(NFS, b"LNK\1\0\0\0\0"), NfsSymbolicLink, {"type": 8}),
        (reparse(LX_SYMLINK, b"\2\0\0\0"), LxSymlink, {"version": 4}),
    ):  # fmt: skip
        start = 8
        for name, size in sizes.items():
            for left in range(size):
                cut = struct.pack("<IH", *struct.unpack_from("<I", data), start + left - 8) + data[6 : start + left]
                error = refused(kind, cut)
                assert (error.path, error.offset) == (f"{kind.__name__}.{name}", start)
                assert (error.needed, error.available) == (size, left)
            start += size


def test_headers_cut_short() -> None:
    header = {"reparse_tag": 4, "reparse_data_length": 2, "reserved": 2}
    assert_every_cut(ReparseData, reparse(CLOUD, b""), header)
    assert_every_cut(ReparseGuidData, reparse(THIRD_PARTY, GUID.bytes_le, 0), header | {"reparse_guid": 16})


@pytest.mark.parametrize(
    ("kind", "data", "path", "offset"),
    [
        (SymbolicLink, reparse(MOUNT_POINT, bytes(12)), "SymbolicLink.reparse_tag", 0),
        (MountPoint, reparse(SYMLINK, bytes(12)), "MountPoint.reparse_tag", 0),
        (NfsSymbolicLink, reparse(NFS, b"FIFO\0\0\0\0"), "NfsSymbolicLink.type", 8),
        (LxSymlink, reparse(LX_SYMLINK, b"\3\0\0\0"), "LxSymlink.version", 8),
        (NfsSymbolicLink, reparse(NFS, b"LNK\1\0\0\0\0odd"), "NfsSymbolicLink.target", 18),
        (NfsSymbolicLink, reparse(NFS, b"LNK\1\0\0\0\0a\0\0\xdc"), "NfsSymbolicLink.target", 18),
        (NfsDevice, reparse(NFS, b"CHR\0\0\0\0\0" + bytes(9)), "NfsDevice", 24),
        (NfsFile, reparse(NFS, b"FIFO\0\0\0\0x"), "NfsFile", 16),
    ],
)
def test_what_is_none_of_these(kind: type[Record], data: bytes, path: str, offset: int) -> None:
    error = refused(kind, data)
    assert (error.path, error.offset) == (path, offset)


# -- H5


@pytest.mark.parametrize("length", [0, 16, 23, 25, 32, 0xFFFF])
def test_h5_a_length_that_is_another(length: int) -> None:
    """A_B holds 24 bytes of data."""
    data = A_B[:4] + struct.pack("<H", length) + A_B[6:]
    for kind in (SymbolicLink, ReparseData, request_type(data)):
        error = refused(kind, data)
        assert (error.path, error.offset) == (f"{kind.__name__}.reparse_data_length", 4)


@pytest.mark.parametrize("size", [0x10000, 0x10010, 0x1FFFF, 0x20000])
def test_h5_more_than_64_kib(size: int) -> None:
    """What a sender makes that cuts the length to 16 bits."""
    for tag, name in ((CLOUD, "ReparseData"), (SYMLINK, "ReparseData" if not size & 0xFFFF else "SymbolicLink")):
        data = reparse(tag, bytes(size), size & 0xFFFF)
        error = refused(request_type(data), data)
        assert (error.path, error.offset) == (f"{name}.reparse_data_length", 4)


@pytest.mark.parametrize(
    ("places", "path", "offset", "needed", "available"),
    [
        ((0x1000, 4, 0, 2), "substitute_name_offset", 8, 4, 0),
        ((0xFFFF, 1, 0, 2), "substitute_name_offset", 8, 1, 0),
        ((0, 2, 8, 2), "print_name_offset", 12, 2, 0),
        ((0, 0xFFFE, 0, 2), "substitute_name", 20, 0xFFFE, 6),
        ((4, 4, 0, 2), "substitute_name", 24, 4, 2),
        ((6, 2, 0, 2), "substitute_name", 26, 2, 0),
        ((0, 2, 2, 0x8000), "print_name", 22, 0x8000, 4),
    ],
)
def test_h5_a_name_out_of_the_buffer(
    places: tuple[int, int, int, int], path: str, offset: int, needed: int, available: int
) -> None:
    """PathBuffer is bytes 20 to 26 of a link; a mount point's is four bytes before."""
    limit = f"{path.removesuffix('_offset')}_length"
    error = refused(SymbolicLink, link(places, utf16("abc")))
    assert (error.path, error.offset) == (f"SymbolicLink.{path}", offset)
    assert (error.needed, error.available, error.limit) == (needed, available, f"SymbolicLink.{limit}")
    error = refused(MountPoint, mount(places, utf16("abc")))
    assert (error.path, error.offset) == (f"MountPoint.{path}", offset - 4 * (offset >= 20))
    assert (error.needed, error.available, error.limit) == (needed, available, f"MountPoint.{limit}")


@pytest.mark.parametrize(
    ("places", "path_buffer", "path", "offset"),
    [
        ((0, 3, 0, 2), utf16("abc"), "substitute_name", 22),
        ((0, 2, 2, 1), utf16("abc"), "print_name", 22),
        ((0, 4, 0, 0), b"a\0\0\xd8", "substitute_name", 22),
        ((0, 0, 2, 4), b"a\0\0\xdcb\0", "print_name", 22),
    ],
)
def test_h5_a_name_that_is_no_utf_16(
    places: tuple[int, int, int, int], path_buffer: bytes, path: str, offset: int
) -> None:
    error = refused(SymbolicLink, link(places, path_buffer))
    assert (error.path, error.offset) == (f"SymbolicLink.{path}", offset)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (ReparseData(ReparseTag.CLOUD, bytes(0x10000)), "ReparseData.reparse_data_length"),
        (ReparseGuidData(ReparseTag(THIRD_PARTY), GUID, bytes(0x10000)), "ReparseGuidData.reparse_data_length"),
        (NfsSymbolicLink("x" * 0x7FFC), "NfsSymbolicLink.reparse_data_length"),
        (LxSymlink(bytes(0xFFFC)), "LxSymlink.reparse_data_length"),
        (SymbolicLink("x" * 0x8000), "SymbolicLink.substitute_name_length"),
        (SymbolicLink("", "x" * 0x8000), "SymbolicLink.print_name_length"),
        (SymbolicLink("s" * 0x4000, "p" * 0x4000), "SymbolicLink.reparse_data_length"),
        (SymbolicLink("s" * 0x7FFF), "SymbolicLink.reparse_data_length"),
        (MountPoint("s" * 0x7FFF), "MountPoint.print_name_offset"),
        (MountPoint("s" * 0x4000, "p" * 0x4000), "MountPoint.reparse_data_length"),
    ],
)
def test_h5_more_than_16_bits_can_count(value: Any, path: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        value.encode()
    assert caught.value.path == path


def test_as_much_as_16_bits_can_count() -> None:
    for value in (
        ReparseData(ReparseTag.CLOUD, bytes(0xFFFF)),
        ReparseGuidData(ReparseTag(THIRD_PARTY), GUID, bytes(0xFFFF)),
        LxSymlink(bytes(0xFFFB)),
        SymbolicLink("s" * 0x3FFC, "p" * 0x3FFD, slack=b"x"),
    ):
        data = value.encode()
        assert data[4:6] == b"\xff\xff"
        assert type(value).decode(data) == value


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (SymbolicLink(b"s"), "SymbolicLink.substitute_name"),  # type: ignore[arg-type]
        (SymbolicLink("s\ud800"), "SymbolicLink.substitute_name"),
        (SymbolicLink("s", None), "SymbolicLink.print_name"),  # type: ignore[arg-type]
        (SymbolicLink("s", flags=-1), "SymbolicLink.flags"),
        (SymbolicLink("s", substitute_name_offset=0x10000), "SymbolicLink.substitute_name_offset"),
        (SymbolicLink("s", substitute_name_offset=100), "SymbolicLink.slack"),
        (SymbolicLink("s", "p", substitute_name_offset=0), "SymbolicLink.slack"),
        (SymbolicLink("s", slack=None), "SymbolicLink.slack"),  # type: ignore[arg-type]
        (MountPoint(5), "MountPoint.substitute_name"),  # type: ignore[arg-type]
        (NfsSymbolicLink("\udc00"), "NfsSymbolicLink.target"),
        (NfsDevice(NfsType.CHR, 2**32, 0), "NfsDevice.major"),
        (NfsDevice(-1, 0, 0), "NfsDevice.type"),  # type: ignore[arg-type]
        (LxSymlink("text"), "LxSymlink.target"),  # type: ignore[arg-type]
        (ReparseData(2**32), "ReparseData.reparse_tag"),  # type: ignore[arg-type]
        (ReparseGuidData(ReparseTag.SYMLINK, bytes(16)), "ReparseGuidData.reparse_guid"),  # type: ignore[arg-type]
    ],
)
def test_what_does_not_fit(value: Any, path: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        value.encode()
    assert caught.value.path == path
