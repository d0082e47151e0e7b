"""Link tracking and single-instance copies."""

from __future__ import annotations

import struct
from typing import Any
from uuid import UUID

import pytest
from by_offset import assert_laid_out, columns

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.links import (
    LinkTracking,
    LinkTrackingName,
    LinkTrackingTarget,
    SisCopyFile,
    TargetFileSystem,
)

VOLUME, OBJECT = UUID("00112233-4455-6677-8899-aabbccddeeff"), UUID("01020304-0506-0708-090a-0b0c0d0e0f10")
VOLUME_BYTES = bytes.fromhex("33221100 5544 7766 8899aabbccddeeff")
OBJECT_BYTES = bytes.fromhex("04030201 0605 0807 090a0b0c0d0e0f10")


def tracking(buffer: bytes, *, length: int | None = None, target: int = 0) -> bytes:
    return struct.pack("<QI", target, len(buffer) if length is None else length) + buffer


def test_tables() -> None:
    assert_laid_out(LinkTracking, columns("0 Q target_file_object\n8 I target_link_tracking_information_length"))
    assert_laid_out(LinkTrackingTarget, columns("0 I type\n4 16s volume_id\n20 16s object_id"))
    lengths = "0 I source_file_name_length\n4 I destination_file_name_length\n8 I flags"
    assert_laid_out(SisCopyFile, columns(lengths))
    assert s2.layout(LinkTrackingTarget)[-1][:2] == ("netbios_name", 36)


@pytest.mark.parametrize("name", [b"", b"\0", b"SERVER\0", b"no end", b"x" * 35])
def test_less_than_36_bytes_are_a_name(name: bytes) -> None:
    decoded = LinkTracking.decode(tracking(name))
    assert decoded == LinkTracking(LinkTrackingName(name))
    assert decoded.encode() == tracking(name)


@pytest.mark.parametrize("name", [b"", b"SERVER\0", b"\xff" * 40])
@pytest.mark.parametrize("system", [0, 1, 2, 0xFFFFFFFF])
def test_36_bytes_and_more_are_a_file(name: bytes, system: int) -> None:
    data = tracking(struct.pack("<I", system) + VOLUME_BYTES + OBJECT_BYTES + name)
    decoded = LinkTracking.decode(data)
    target = LinkTrackingTarget(TargetFileSystem(system), VOLUME, OBJECT, name)
    assert decoded == LinkTracking(target)
    assert decoded.encode() == data
    assert target.type.is_known is (system < 2)


def test_names_need_not_be_given() -> None:
    assert LinkTracking(LinkTrackingName()).encode() == bytes(12)
    target = LinkTrackingTarget(TargetFileSystem.DFS, VOLUME, OBJECT)
    assert LinkTracking(target).encode() == tracking(b"\1\0\0\0" + VOLUME_BYTES + OBJECT_BYTES)


def test_the_field_that_must_be_zero_is_kept() -> None:
    data = tracking(b"", target=0xFEDCBA9876543210)
    assert LinkTracking.decode(data).target_file_object == 0xFEDCBA9876543210
    assert LinkTracking.decode(data).encode() == data


@pytest.mark.parametrize(
    ("data", "path", "offset", "needed", "available"),
    [
        (bytes(7), "target_file_object", 0, 8, 7),
        (bytes(11), "target_link_tracking_information_length", 8, 4, 3),
        (tracking(b"SERVER", length=7), "target_link_tracking_information_buffer", 12, 7, 6),
        (tracking(bytes(36), length=0xFFFFFFFF), "target_link_tracking_information_buffer", 12, 0xFFFFFFFF, 36),
        (tracking(b"SERVER", length=5), "", 17, None, None),
    ],
)
def test_lengths_are_held_against_the_bytes(
    data: bytes, path: str, offset: int, needed: int | None, available: int | None
) -> None:
    with pytest.raises(s2.DecodeError) as caught:
        LinkTracking.decode(data)
    error = caught.value
    assert (error.path, error.offset) == (".".join(filter(None, ("LinkTracking", path))), offset)
    assert (error.needed, error.available) == (needed, available)


def test_the_form_of_smb1_is_none() -> None:
    """Its first field has four bytes, so another one is read as the length."""
    with pytest.raises(s2.DecodeError):
        LinkTracking.decode(struct.pack("<II", 0, 7) + b"SERVER\0")


@pytest.mark.parametrize(
    ("buffer", "path"),
    [
        (LinkTrackingName(b"x" * 36), ""),
        (LinkTrackingName("x"), ".netbios_name"),  # type: ignore[arg-type]
        (LinkTrackingTarget(TargetFileSystem.NTFS, VOLUME, "object"), ".object_id"),  # type: ignore[arg-type]
        (LinkTrackingTarget(None, VOLUME, OBJECT), ".type"),  # type: ignore[arg-type]
        (LinkTrackingTarget(1 << 32, VOLUME, OBJECT), ".type"),  # type: ignore[arg-type]
        (b"SERVER\0", ""),
        (None, ""),
    ],
)
def test_what_no_tracking_can_say(buffer: Any, path: str) -> None:
    """A long name would be read as a file."""
    with pytest.raises(s2.EncodeError) as caught:
        LinkTracking(buffer).encode()
    assert caught.value.path == f"LinkTracking.target_link_tracking_information_buffer{path}"


# -- SI_COPYFILE


@pytest.mark.parametrize("source_end", ["\0", "", "\0\0more"])
@pytest.mark.parametrize("destination_end", ["\0", "", "\0\0"])
def test_two_names(source_end: str, destination_end: str) -> None:
    source, destination = ("\\a" + source_end).encode("utf-16-le"), ("\\b\u00e4" + destination_end).encode("utf-16-le")
    data = struct.pack("<III", len(source), len(destination), 3) + source + destination
    decoded = SisCopyFile.decode(data)
    assert decoded == SisCopyFile("\\a", "\\b\u00e4", 3, source_end, destination_end)
    assert decoded.encode() == data


def test_names_end_in_one_nul_if_nobody_says_otherwise() -> None:
    assert SisCopyFile("a", "").encode() == struct.pack("<III", 4, 2, 0) + b"a\0\0\0" + b"\0\0"


@pytest.mark.parametrize(
    ("lengths", "path", "offset"),
    [
        ((4, 5), "SisCopyFile.destination_file_name", 16),
        ((4, 0xFFFFFFFF), "SisCopyFile.destination_file_name", 16),
        ((9, 0), "SisCopyFile.source_file_name", 12),
        ((3, 4), "SisCopyFile.source_file_name", 14),
        ((4, 3), "SisCopyFile.destination_file_name", 18),
        ((4, 2), "SisCopyFile", 18),
    ],
)
def test_lengths_of_names(lengths: tuple[int, int], path: str, offset: int) -> None:
    """Beyond the bytes, odd, and short of them."""
    with pytest.raises(s2.DecodeError) as caught:
        SisCopyFile.decode(struct.pack("<III", *lengths, 0) + b"a\0\0\0b\0\0\0")
    assert (caught.value.path, caught.value.offset) == (path, offset)
