"""Server-side copies: resume keys, chunks, progress and limits."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from refusals import both_ways, encode_path, lengths, memory_of_refusal, place
from samples import COPYCHUNK, COPYCHUNK_WRITE, RESUME_KEY, pdus, vectors

from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads.copychunk import (
    CopyChunk,
    CopyChunkCopy,
    CopyChunkLimits,
    CopyChunkResponse,
    ResumeKey,
    request_facts,
    response_type,
)

KEY = bytes(range(24))
MIB = 1 << 20


def copy(*lengths_: int, count: int | None = None, target: int = 0, rest: bytes = b"") -> bytes:
    """Pack an SRV_COPYCHUNK_COPY ([MS-SMB2] 2.2.31.1) whose chunks have these lengths."""
    chunks = b"".join(struct.pack("<QQII", 0, target, length, 0) for length in lengths_)
    return KEY + struct.pack("<II", len(lengths_) if count is None else count, 0) + chunks + rest


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMBPROTO-ioctl-SMB2SrvCopyChunk-test_create_message", CopyChunk(1234, 5678, 10)),
        ("SMBPROTO-ioctl-SMB2SrvCopyChunkCopy-test_create_message",
         CopyChunkCopy(b"\x11" * 24, (CopyChunk(0, 10, 10), CopyChunk(10, 20, 10)))),
        ("SMBPROTO-ioctl-SMB2SrvCopyChunkResponse-test_create_message", CopyChunkResponse(2, 10, 10)),
        ("SMBPROTO-ioctl-SMB2SrvRequestResumeKey-test_create_message", ResumeKey(b"\xff" * 24, b"")),
        ("SMBRS-fsctl-1", ResumeKey(bytes.fromhex("2d0300001c00000027116a2630d2db01fffe000000000000"), b"")),
        ("SMBRS-fsctl-2",
         CopyChunkCopy(bytes.fromhex("2d0300001c00000027116a2630d2db01fffe000000000000"),
                       (*(CopyChunk(n * MIB, n * MIB, MIB) for n in range(9)), CopyChunk(9 * MIB, 9 * MIB, 979912)))),
        ("SMBRS-fsctl-3", CopyChunkResponse(10, 0, 10417096)),
    ],
)  # fmt: skip
def test_vectors(name: str, value: Any) -> None:
    assert both_ways(value, vectors()[name])


def test_a_key_of_32_bytes_is_what_servers_send() -> None:
    """Four zero bytes follow a ContextLength of 0; whatever follows is kept."""
    assert both_ways(ResumeKey(KEY), KEY + bytes(8))
    assert len(ResumeKey(KEY).encode()) == 32
    assert both_ways(ResumeKey(KEY, b"ctx", context_length=99), KEY + struct.pack("<I", 99) + b"ctx")


@pytest.mark.parametrize(
    ("size", "field", "offset"),
    [(0, "resume_key", 0), (23, "resume_key", 0), (24, "context_length", 24), (27, "context_length", 24)],
)
def test_a_key_that_is_cut(size: int, field: str, offset: int) -> None:
    assert place(ResumeKey, bytes(size)) == (f"ResumeKey.{field}", offset)


def test_what_windows_clients_leave_in_reserved_fields() -> None:
    data = KEY + struct.pack("<II", 1, 0xAABBCCDD) + struct.pack("<QQII", 1, 0xFFFFFFFFFFFFFFFF, 3, 0xDEADBEEF)
    chunk = CopyChunk(1, 0xFFFFFFFFFFFFFFFF, 3, reserved=0xDEADBEEF)
    assert both_ways(CopyChunkCopy(KEY, (chunk,), reserved=0xAABBCCDD), data)


def test_a_copy_of_nothing() -> None:
    assert both_ways(CopyChunkCopy(KEY), KEY + bytes(8))


# -- the reply


STATUSES = [NtStatus.SUCCESS, NtStatus.INVALID_VIEW_SIZE, NtStatus.ACCESS_DENIED, NtStatus.OBJECT_NAME_NOT_FOUND,
            NtStatus.FILE_LOCK_CONFLICT, NtStatus.BUFFER_OVERFLOW]  # fmt: skip


def test_progress_or_limits() -> None:
    """The same 12 bytes: what was done, or under INVALID_PARAMETER what may be done."""
    data = struct.pack("<III", 256, 1048576, 16777216)
    assert [response_type(data, None, status) for status in STATUSES] == [CopyChunkResponse] * len(STATUSES)
    assert response_type(data, None, 0xC000000D) is CopyChunkLimits
    limits = CopyChunkLimits.decode(data)
    assert limits == CopyChunkLimits()
    assert (limits.max_chunks, limits.max_chunk_size, limits.max_total_size) == (256, 1048576, 16777216)
    assert both_ways(CopyChunkLimits(1, 2, 3), struct.pack("<III", 1, 2, 3))
    assert both_ways(CopyChunkResponse(1, 2, 3), struct.pack("<III", 1, 2, 3))


def test_an_error_may_come_without_progress() -> None:
    assert response_type(b"", None, NtStatus.INVALID_PARAMETER) is None
    assert response_type(b"", None, NtStatus.ACCESS_DENIED) is None
    assert response_type(b"", None, NtStatus.SUCCESS) is CopyChunkResponse


@pytest.mark.parametrize("kind", [CopyChunkResponse, CopyChunkLimits])
def test_a_reply_has_12_bytes(kind: Any) -> None:
    assert place(kind, bytes(11)) == (f"{kind.__name__}.total_bytes_written", 8)
    assert place(kind, bytes(13)) == (kind.__name__, 12)


def test_recorded_traffic() -> None:
    """Keys, copies and replies of smbclient and smbtorture; five error statuses come with all 12 bytes."""
    seen: dict[str, set[int]] = {"key": set(), "copy": set(), "reply": set()}
    for pdu in pdus():
        if pdu.is_request and pdu.ctl_code in (COPYCHUNK, COPYCHUNK_WRITE) and pdu.pcap != "bad_0210.pcap":
            data = pdu.body[56:]
            chunks = tuple(CopyChunk(*fields) for fields in struct.iter_unpack("<QQII", data[32:]))
            assert both_ways(CopyChunkCopy(data[:24], chunks), data)
            seen["copy"].add(len(chunks))
        elif not pdu.is_request and pdu.ctl_code == RESUME_KEY:
            assert both_ways(ResumeKey(pdu.body[48:72]), pdu.body[48:])
            seen["key"].add(len(pdu.body) - 48)
        elif not pdu.is_request and pdu.ctl_code in (COPYCHUNK, COPYCHUNK_WRITE):
            data = pdu.body[48:]
            kind: Any = response_type(data, None, pdu.status)
            assert both_ways(kind(*struct.unpack("<III", data)), data)
            assert (kind is CopyChunkLimits) == (pdu.status == 0xC000000D)
            seen["reply"].add(pdu.status)
    assert seen == {
        "key": {32}, "copy": {1, 2}, "reply": {0, 0xC000000D, 0xC000001F, 0xC0000022, 0xC0000034, 0xC0000054},
    }  # fmt: skip


# -- hostile input


@pytest.mark.parametrize("count", [2, 257, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_h14_more_chunks_than_bytes(count: int) -> None:
    """0xFFFFFFFF chunks in 56 bytes: refused before anything is made of the number."""
    data = copy(1, count=count)
    assert len(data) == 56
    assert place(CopyChunkCopy, data) == ("CopyChunkCopy.chunks", 32)
    assert lengths(CopyChunkCopy, data) == (24 * count, 24, "CopyChunkCopy.chunk_count")
    assert memory_of_refusal(CopyChunkCopy, data) < 1 << 16


@pytest.mark.parametrize(
    ("data", "offset"),
    [(copy(1, 1, count=1), 56), (copy(1, 1, count=0), 32), (copy(1, rest=b"x"), 56), (copy(rest=bytes(23)), 32)],
)
def test_h14_fewer_chunks_than_bytes(data: bytes, offset: int) -> None:
    assert place(CopyChunkCopy, data) == ("CopyChunkCopy", offset)


@pytest.mark.parametrize(
    ("size", "field", "offset"),
    [(0, "source_key", 0), (23, "source_key", 0), (24, "chunk_count", 24), (28, "reserved", 28), (31, "reserved", 28),
     (32, "chunks", 32), (55, "chunks", 32)],
)  # fmt: skip
def test_a_copy_that_is_cut(size: int, field: str, offset: int) -> None:
    assert place(CopyChunkCopy, copy(1)[:size]) == (f"CopyChunkCopy.{field}", offset)


@pytest.mark.parametrize("data", [copy(*[1] * 257), copy(MIB + 1), copy(*[MIB] * 17), copy(0xFFFFFFFF)])
def test_h14_what_exceeds_the_limits_can_be_read(data: bytes) -> None:
    """Limits are the server's matter, not the reader's."""
    decoded = CopyChunkCopy.decode(data)
    assert decoded.encode() == data
    facts = request_facts(data)
    assert facts == {"chunk_count": len(decoded.chunks), "chunks_exceed_limits": True, "chunks_misfit": True}


@pytest.mark.parametrize(
    ("data", "count", "exceed", "misfit"),
    [
        (copy(), 0, False, False),
        (copy(*[1] * 256), 256, False, False),
        (copy(MIB), 1, False, False),
        (copy(*[MIB] * 16), 16, False, False),
        (copy(1, target=0x7FFFFFFFFFFFFFFE), 1, False, False),
        (copy(1, target=0x7FFFFFFFFFFFFFFF), 1, False, True),
        (copy(1, target=0xFFFFFFFFFFFFFFFF), 1, False, True),  # the end of the file
        (copy(1, rest=b"more"), 1, False, False),  # only what the count says is looked at
        (copy(1, 0, count=1), 1, False, False),
        (copy(0), 1, True, True),
        (copy(1, 0, 1), 3, True, True),
        (copy(*[MIB] * 16, 1), 17, True, True),
        (copy(1, target=0x8000000000000000), 1, True, True),
        (copy(1, target=0xFFFFFFFFFFFFFFFE), 1, True, True),
        (copy(1, count=2), 2, True, True),  # the second is not there
        (copy(1, count=0xFFFFFFFF), 0xFFFFFFFF, True, True),
        (copy(*[1] * 256, count=257), 257, True, True),
        # Samba looks at the offsets of the first alone, and at those of the source, too.
        (copy(1, count=2, rest=copy(1, target=0x8000000000000000)[32:]), 2, True, False),
        (copy(count=1, rest=struct.pack("<QQII", 0x7FFFFFFFFFFFFFFF, 0, 1, 0)), 1, False, True),
    ],
)
def test_what_rules_ask(data: bytes, count: int, exceed: bool, misfit: bool) -> None:
    assert request_facts(data) == {"chunk_count": count, "chunks_exceed_limits": exceed, "chunks_misfit": misfit}


@pytest.mark.parametrize("size", [0, 24, 28, 31])
def test_nothing_is_known_of_half_a_head(size: int) -> None:
    assert request_facts(copy(1)[:size]) == {}


_WRONG: Any = "wrong"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (CopyChunkCopy(KEY[1:]), "CopyChunkCopy.source_key"),
        (CopyChunkCopy(_WRONG), "CopyChunkCopy.source_key"),
        (CopyChunkCopy(KEY, (CopyChunk(0, 0, 1), CopyChunk(0, 0, 1 << 32))), "CopyChunkCopy.chunks[1].length"),
        (CopyChunkCopy(KEY, (CopyChunk(-1, 0, 1),)), "CopyChunkCopy.chunks[0].source_offset"),
        (CopyChunkCopy(KEY, (_WRONG,)), "CopyChunkCopy.chunks[0]"),
        (CopyChunkCopy(KEY, _WRONG), "CopyChunkCopy.chunks"),
        (CopyChunk(0, 1 << 64, 1), "CopyChunk.target_offset"),
        (CopyChunkResponse(1 << 32), "CopyChunkResponse.chunks_written"),
        (CopyChunkLimits(total_bytes_written=-1), "CopyChunkLimits.total_bytes_written"),
        (ResumeKey(KEY + b"x"), "ResumeKey.resume_key"),
        (ResumeKey(KEY, _WRONG), "ResumeKey.context"),
    ],
)
def test_what_no_copy_can_say(value: Any, path: str) -> None:
    assert encode_path(value) == path
