"""Server-side copies: FSCTL_SRV_REQUEST_RESUME_KEY, FSCTL_SRV_COPYCHUNK and FSCTL_SRV_COPYCHUNK_WRITE."""

from __future__ import annotations

from typing import Any

from construct import Bytes, Int32ul, Int64ul, Struct

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Items, Raw, Record, Reserved, record

#: What servers allow in one request ([MS-SMB2] 3.3.5.15.6): chunks, bytes of one chunk, bytes of all.
MAX_CHUNKS = 256
MAX_CHUNK_SIZE = 1 << 20
MAX_TOTAL_SIZE = 1 << 24

#: Bytes before the chunks, and of one chunk.
_HEAD_SIZE = 32
_CHUNK_SIZE = 24
#: A TargetOffset from here on is negative; all ones means the end of the file.
_NEGATIVE = 1 << 63
_END_OF_FILE = (1 << 64) - 1


@record(
    "[MS-SMB2] 2.2.32.3",
    Struct(
        "resume_key" / Bytes(24) * "opaque: names the open of the file to copy from",
        "context_length" / Reserved(Int32ul) * "bytes of context; 0, and not to be believed",
        "context" / Raw() * "unused; Windows servers send 4 zero bytes",
    ),
)
class ResumeKey(Record):
    """SRV_REQUEST_RESUME_KEY response: the key that a copy names its source by. Output of
    FSCTL_SRV_REQUEST_RESUME_KEY, whose input is empty.

    Servers must answer 32 bytes, and do so although ContextLength is 0: `context` is whatever follows it, four zero
    bytes unless said otherwise. Replies of 28 bytes, without any, are read too. [MS-SMB2] 2.2.32.3; at least 28 bytes.
    """

    resume_key: bytes
    context: bytes = bytes(4)
    context_length: int = 0


@record(
    "[MS-SMB2] 2.2.31.1.1",
    Struct(
        "source_offset" / Int64ul * "bytes from the start of the file to copy from",
        "target_offset" / Int64ul * "bytes from the start of the file to copy to; all ones: its end",
        "length" / Int32ul * "bytes to copy",
        "reserved" / Reserved(Int32ul) * "0; Windows clients leave anything there",
    ),
)
class CopyChunk(Record):
    """SRV_COPYCHUNK: one range to copy. Offsets and length are bytes. [MS-SMB2] 2.2.31.1.1; 24 bytes."""

    source_offset: int
    target_offset: int
    length: int
    reserved: int = 0


@record(
    "[MS-SMB2] 2.2.31.1",
    Struct(
        "source_key" / Bytes(24) * "opaque, from SRV_REQUEST_RESUME_KEY",
        "chunk_count" / Int32ul * "chunks that follow",
        "reserved" / Reserved(Int32ul),
        "chunks" / Items(CopyChunk, "chunk_count") * "ranges to copy, in this order",
    ),
)
class CopyChunkCopy(Record):
    """SRV_COPYCHUNK_COPY: the ranges that the server is to copy into the open of the request, and the key of the file
    to copy from. Input of FSCTL_SRV_COPYCHUNK (the target must be open for reading, too) and
    FSCTL_SRV_COPYCHUNK_WRITE.

    What servers allow stands in `MAX_CHUNKS`, `MAX_CHUNK_SIZE` and `MAX_TOTAL_SIZE`; any number of chunks can be read
    and written. [MS-SMB2] 2.2.31.1; 32 bytes and 24 for each chunk.
    """

    source_key: bytes
    chunks: tuple[CopyChunk, ...] = ()
    reserved: int = 0


@record(
    "[MS-SMB2] 2.2.32.1",
    Struct(
        "chunks_written" / Int32ul * "chunks that were written whole",
        "chunk_bytes_written" / Int32ul * "bytes of a last chunk that was written in part",
        "total_bytes_written" / Int32ul * "bytes written in all",
    ),
)
class CopyChunkResponse(Record):
    """SRV_COPYCHUNK_RESPONSE: how far the copy went. Output of FSCTL_SRV_COPYCHUNK and FSCTL_SRV_COPYCHUNK_WRITE, under
    success and, where a chunk failed, under the status that it failed with.

    Under INVALID_PARAMETER the same 12 bytes are `CopyChunkLimits`. [MS-SMB2] 2.2.32.1, 3.3.5.15.6.1; 12 bytes.
    """

    chunks_written: int = 0
    chunk_bytes_written: int = 0
    total_bytes_written: int = 0


@record(
    "[MS-SMB2] 2.2.32.1",
    Struct(
        "chunks_written" / Int32ul * "most chunks of one request",
        "chunk_bytes_written" / Int32ul * "most bytes of one chunk",
        "total_bytes_written" / Int32ul * "most bytes of all chunks",
    ),
)
class CopyChunkLimits(Record):
    """SRV_COPYCHUNK_RESPONSE under INVALID_PARAMETER: what the server would allow. Output of FSCTL_SRV_COPYCHUNK and
    FSCTL_SRV_COPYCHUNK_WRITE.

    The fields keep the names of the progress that they are under any other status; `max_chunks`, `max_chunk_size` and
    `max_total_size` say what they are here. [MS-SMB2] 2.2.32.1, 3.3.5.15.6.2; 12 bytes.
    """

    chunks_written: int = MAX_CHUNKS
    chunk_bytes_written: int = MAX_CHUNK_SIZE
    total_bytes_written: int = MAX_TOTAL_SIZE

    @property
    def max_chunks(self) -> int:
        """Most chunks of one request."""
        return self.chunks_written

    @property
    def max_chunk_size(self) -> int:
        """Most bytes of one chunk."""
        return self.chunk_bytes_written

    @property
    def max_total_size(self) -> int:
        """Most bytes of all chunks of one request."""
        return self.total_bytes_written


def response_type(data: bytes, _request: Any, status: int) -> type[Record] | None:
    """What a copy's output is under a status: limits under INVALID_PARAMETER, else progress; under an error it may be
    left out.
    """
    if not data and NtStatus(status).is_error:
        return None
    return CopyChunkLimits if status == NtStatus.INVALID_PARAMETER else CopyChunkResponse


def request_facts(data: bytes) -> dict[str, Any]:
    """What rules ask about a copy; nothing is known of less than 32 bytes.

    Returns:
        ``chunk_count``: its ChunkCount. ``chunks_exceed_limits``: there are more chunks than a server with the usual
        limits allows, or fewer than ChunkCount says, or one is empty or too long or has a negative TargetOffset, or all
        together are too long ([MS-SMB2] 3.3.5.15.6). ``chunks_misfit``: the same, but of all offsets those of the first
        chunk alone count, and they are wrong where it ends beyond the largest signed number.
    """
    if len(data) < _HEAD_SIZE:
        return {}
    count = int.from_bytes(data[24:28], "little")
    chunks = _chunks(data, count)
    if chunks is None:
        return {"chunk_count": count, "chunks_exceed_limits": True, "chunks_misfit": True}
    wrong = _sizes_are_wrong(chunks)
    return {
        "chunk_count": count,
        "chunks_exceed_limits": wrong or any(_NEGATIVE <= each.target_offset < _END_OF_FILE for each in chunks),
        "chunks_misfit": wrong or any(_ends_too_far(each) for each in chunks[:1]),
    }


def _chunks(data: bytes, count: int) -> tuple[CopyChunk, ...] | None:
    """The chunks; None: there are too many, or not all are there."""
    if count > MAX_CHUNKS:
        return None
    try:
        return CopyChunkCopy.decode(data[: _HEAD_SIZE + _CHUNK_SIZE * count]).chunks
    except DecodeError:
        return None


def _sizes_are_wrong(chunks: tuple[CopyChunk, ...]) -> bool:
    wrong = any(not 0 < chunk.length <= MAX_CHUNK_SIZE for chunk in chunks)
    return wrong or sum(chunk.length for chunk in chunks) > MAX_TOTAL_SIZE


def _ends_too_far(chunk: CopyChunk) -> bool:
    return max(chunk.source_offset, chunk.target_offset) + chunk.length >= _NEGATIVE
