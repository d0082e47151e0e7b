"""SRV_READ_HASH: the request, both forms of the reply, and the header of what they bring."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from refusals import both_ways, encode_path, lengths, memory_of_refusal, place
from samples import vectors

from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads.read_hash import (
    HashHeader,
    HashRetrievalType,
    HashRetrieveFileBased,
    HashRetrieveHashBased,
    HashType,
    ReadHashRequest,
    request_facts,
    response_type,
)

HASH_BASED, FILE_BASED = HashRetrievalType.HASH_BASED, HashRetrievalType.FILE_BASED


def request(hash_type: int = 1, version: int = 1, retrieval: int = 1, length: int = 4096, offset: int = 0) -> bytes:
    """Pack an SRV_READ_HASH request ([MS-SMB2] 2.2.31.2)."""
    return struct.pack("<IIIIQ", hash_type, version, retrieval, length, offset)


def header(name: bytes, content: bytes = b"", *, length: int = 0, offset: int = 0, time: int = 0) -> bytes:
    """Pack a HASH_HEADER ([MS-SMB2] 2.2.32.4.1)."""
    return struct.pack("<IIQQIIHH", 1, 1, time, 5, length, offset, 0, len(name)) + name + content


def test_vectors() -> None:
    data = vectors()["SMBPROTO-ioctl-SMB2SrcReadHashRequest-test_create_message"]
    assert both_ways(ReadHashRequest(10, 10, HashType.PEER_DIST, 2, FILE_BASED), data)


def test_a_request_in_full() -> None:
    """Offset comes last on the wire; an unknown type is kept."""
    data = request(9, 8, 7, 6, 5)
    assert both_ways(ReadHashRequest(5, 6, HashType(9), 8, HashRetrievalType(7)), data)
    assert ReadHashRequest(0, 4096).encode() == request()


def test_both_replies() -> None:
    assert both_ways(HashRetrieveHashBased(7, b"hashes"), struct.pack("<QII", 7, 6, 0) + b"hashes")
    assert both_ways(HashRetrieveHashBased(7, reserved=3), struct.pack("<QII", 7, 0, 3))
    assert both_ways(HashRetrieveFileBased(7, 8, b"hashes"), struct.pack("<QQII", 7, 8, 6, 0) + b"hashes")
    assert both_ways(HashRetrieveFileBased(7, 8, reserved=3), struct.pack("<QQII", 7, 8, 0, 3))


@pytest.mark.parametrize(
    ("asked", "status", "kind"),
    [
        (ReadHashRequest(0, 1, hash_retrieval_type=HASH_BASED), 0, HashRetrieveHashBased),
        (ReadHashRequest(0, 1, hash_retrieval_type=FILE_BASED), 0, HashRetrieveFileBased),
        (ReadHashRequest(0, 1, hash_retrieval_type=FILE_BASED), 0x80000005, HashRetrieveFileBased),
        (ReadHashRequest(0, 1, hash_retrieval_type=HashRetrievalType(3)), 0, None),
        (ReadHashRequest(0, 1), NtStatus.END_OF_FILE, None),
        (None, 0, None),
        (request(), 0, None),
    ],
)
def test_only_the_request_tells_the_form(asked: Any, status: int, kind: Any) -> None:
    assert response_type(bytes(24), asked, status) is kind


# -- the header of what the buffer holds


def test_a_header_and_the_blob_behind_it() -> None:
    """HashBlobOffset counts from the start of the file; between name and blob may be a gap."""
    name = "a\\é".encode("utf-16-le")
    ticks = 116_444_736_000_000_000 + 10**16 + 15  # 1970, 10**9 seconds, 1.5 microseconds
    data = header(name, b"gap---" + b"blob" + b"rest", length=4, offset=48, time=ticks)
    value = HashHeader("a\\é", ticks, 5, 4, 48, b"gap---blobrest")
    assert both_ways(value, data)
    assert value.hash_blob == b"blob"
    assert value.source_file_changed == datetime(2001, 9, 9, 1, 46, 40, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "length", "offset", "blob"),
    [
        (b"blob", 4, 38, b"blob"),
        (b"bl", 4, 38, b"bl"),  # a portion of the file that ends in the blob
        (b"", 4, 38, b""),
        (b"blob", 0, 38, b""),  # what a reply of version 2 says
        (b"blob", 4, 0, b"blob"),  # inside the header: from its end
        (b"blob", 0xFFFFFFFF, 0xFFFFFFFF, b""),
        (b"blob", 0xFFFFFFFF, 39, b"lob"),
    ],
)
def test_the_blob_is_what_is_there(content: bytes, length: int, offset: int, blob: bytes) -> None:
    assert HashHeader.decode(header(b"a\0", content, length=length, offset=offset)).hash_blob == blob


def test_a_header_is_the_start_of_a_buffer() -> None:
    reply = HashRetrieveHashBased.decode(struct.pack("<QII", 0, 40, 0) + header(b"a\0", b"xy"))
    assert HashHeader.decode(reply.buffer) == HashHeader("a", 0, 5, 0, 0, b"xy")


# -- hostile input


@pytest.mark.parametrize(
    ("size", "field", "offset"),
    [(0, "hash_type", 0), (7, "hash_version", 4), (8, "hash_retrieval_type", 8), (12, "length", 12),
     (16, "offset", 16), (23, "offset", 16)],
)  # fmt: skip
def test_a_request_that_is_cut(size: int, field: str, offset: int) -> None:
    assert place(ReadHashRequest, request()[:size]) == (f"ReadHashRequest.{field}", offset)


def test_a_request_that_is_too_long() -> None:
    assert place(ReadHashRequest, request() + b"x") == ("ReadHashRequest", 24)


@pytest.mark.parametrize(("kind", "head"), [(HashRetrieveHashBased, 16), (HashRetrieveFileBased, 24)])
@pytest.mark.parametrize("length", [7, 0x7FFFFFFF, 0xFFFFFFF8, 0xFFFFFFFF])
def test_a_buffer_longer_than_the_bytes(kind: Any, head: int, length: int) -> None:
    data = bytes(head - 8) + struct.pack("<II", length, 0) + b"hashes"
    assert place(kind, data) == (f"{kind.__name__}.buffer", head)
    assert lengths(kind, data) == (length, 6, f"{kind.__name__}.buffer_length")
    assert memory_of_refusal(kind, data) < 1 << 16


@pytest.mark.parametrize(("kind", "head"), [(HashRetrieveHashBased, 16), (HashRetrieveFileBased, 24)])
def test_bytes_after_the_buffer_and_a_head_that_is_cut(kind: Any, head: int) -> None:
    data = bytes(head - 8) + struct.pack("<II", 2, 0) + b"hashes"
    assert place(kind, data) == (kind.__name__, head + 2)
    assert place(kind, data[: head - 1]) == (f"{kind.__name__}.reserved", head - 4)


@pytest.mark.parametrize("length", [3, 0xFFFF])
def test_a_name_longer_than_the_bytes(length: int) -> None:
    data = header(b"")[:34] + struct.pack("<H", length) + b"a\0"
    assert place(HashHeader, data) == ("HashHeader.source_file_name", 36)
    assert lengths(HashHeader, data) == (length, 2, "HashHeader.source_file_name_length")


@pytest.mark.parametrize(("name", "offset"), [(b"a\0b", 38), (b"\0\xd8", 36), (b"a\0\0\xdc", 38)])
def test_a_name_that_is_no_utf_16(name: bytes, offset: int) -> None:
    assert place(HashHeader, header(name, b"content")) == ("HashHeader.source_file_name", offset)


# -- what rules ask


@pytest.mark.parametrize(
    ("data", "facts"),
    [
        (request(1, 1, 1), {"hash_values_wrong": False, "hash_reply_size": 16}),
        (request(1, 2, 2), {"hash_values_wrong": False, "hash_reply_size": 24}),
        (request(1, 2, 2) + b"more", {"hash_values_wrong": False, "hash_reply_size": 24}),
        (request(2, 1, 1), {"hash_values_wrong": True, "hash_reply_size": 16}),
        (request(1, 2, 1), {"hash_values_wrong": True, "hash_reply_size": 16}),
        (request(1, 1, 2), {"hash_values_wrong": True, "hash_reply_size": 24}),
        (request(1, 3, 1), {"hash_values_wrong": True, "hash_reply_size": 16}),
        (request(1, 3, 3), {"hash_values_wrong": True}),
        (request(1, 0, 0), {"hash_values_wrong": True}),
        (request()[:23], {}),
        (b"", {}),
    ],
)
def test_what_rules_ask(data: bytes, facts: dict[str, Any]) -> None:
    assert request_facts(data) == facts


_WRONG: Any = "wrong"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (ReadHashRequest(1 << 64, 1), "ReadHashRequest.offset"),
        (ReadHashRequest(1, -1), "ReadHashRequest.length"),
        (ReadHashRequest(1, 1, _WRONG), "ReadHashRequest.hash_type"),
        (HashRetrieveHashBased(0, _WRONG), "HashRetrieveHashBased.buffer"),
        (HashRetrieveFileBased(0, -1), "HashRetrieveFileBased.file_data_length"),
        (HashHeader("x" * 0x8000, 0, 0, 0, 0), "HashHeader.source_file_name_length"),
        (HashHeader("\ud800", 0, 0, 0, 0), "HashHeader.source_file_name"),
        (HashHeader("", -1, 0, 0, 0), "HashHeader.source_file_change_time"),
    ],
)
def test_what_cannot_be_said(value: Any, path: str) -> None:
    assert encode_path(value) == path
