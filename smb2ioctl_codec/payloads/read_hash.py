"""Branch cache hashes of a file: FSCTL_SRV_READ_HASH."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from construct import Int16ul, Int32ul, Int64ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Raw, Record, Reserved, Sized, Tag, Text, record
from smb2ioctl_codec.schema.scalars import FILETIME, moment


class HashType(OpenIntEnum):
    """HashType ([MS-SMB2] 2.2.31.2)."""

    PEER_DIST = 1


class HashRetrievalType(OpenIntEnum):
    """HashRetrievalType ([MS-SMB2] 2.2.31.2): what Offset counts in, and which form the reply has."""

    HASH_BASED = 1
    FILE_BASED = 2


@record(
    "[MS-SMB2] 2.2.31.2",
    Struct(
        "hash_type" / Tag(Int32ul, HashType) * "what the hash is for",
        "hash_version" / Int32ul * "1 or 2: of the branch cache; 2 in SMB 3.x only",
        "hash_retrieval_type" / Tag(Int32ul, HashRetrievalType) * "what offset and length count in",
        "length" / Int32ul * "bytes: of hashes at most, or of the file that they are to cover",
        "offset" / Int64ul * "bytes: into the Content Information File, or into the file itself",
    ),
)
class ReadHashRequest(Record):
    """SRV_READ_HASH request: asks for a part of a file's hashes. Input of FSCTL_SRV_READ_HASH.

    HASH_BASED: `offset` and `length` are bytes of the Content Information File; FILE_BASED: bytes of the file itself.
    Servers take version 1 with HASH_BASED and version 2 with FILE_BASED. [MS-SMB2] 2.2.31.2; 24 bytes.
    """

    offset: int
    length: int
    hash_type: HashType = HashType.PEER_DIST
    hash_version: int = 1
    hash_retrieval_type: HashRetrievalType = HashRetrievalType.HASH_BASED


@record(
    "[MS-SMB2] 2.2.32.4.2",
    Struct(
        "offset" / Int64ul * "of the request: bytes into the Content Information File",
        "buffer_length" / Int32ul * "bytes of the buffer",
        "reserved" / Reserved(Int32ul),
        "buffer" / Sized("buffer_length", Raw()) * "that part of the Content Information File ([MS-PCCRC] 2.3)",
    ),
)
class HashRetrieveHashBased(Record):
    """SRV_HASH_RETRIEVE_HASH_BASED: output of FSCTL_SRV_READ_HASH for a HASH_BASED request.

    From `offset` 0 the buffer starts with a `HashHeader`. [MS-SMB2] 2.2.32.4.2; at least 16 bytes.
    """

    offset: int
    buffer: bytes = b""
    reserved: int = 0


@record(
    "[MS-SMB2] 2.2.32.4.3",
    Struct(
        "file_data_offset" / Int64ul * "bytes into the file, where what the hashes cover starts",
        "file_data_length" / Int64ul * "bytes of the file that the hashes cover",
        "buffer_length" / Int32ul * "bytes of the buffer",
        "reserved" / Reserved(Int32ul),
        "buffer" / Sized("buffer_length", Raw()) * "part of the Content Information File ([MS-PCCRC] 2.4)",
    ),
)
class HashRetrieveFileBased(Record):
    """SRV_HASH_RETRIEVE_FILE_BASED: output of FSCTL_SRV_READ_HASH for a FILE_BASED request.

    If the request's offset was 0 the buffer starts with a `HashHeader`. [MS-SMB2] 2.2.32.4.3; at least 24 bytes.
    """

    file_data_offset: int
    file_data_length: int
    buffer: bytes = b""
    reserved: int = 0


@record(
    "[MS-SMB2] 2.2.32.4.1",
    Struct(
        "hash_type" / Tag(Int32ul, HashType) * "what the hash is for",
        "hash_version" / Int32ul * "1 or 2",
        "source_file_change_time" / FILETIME * "change time of the file when it was hashed",
        "source_file_size" / Int64ul * "bytes of the file when it was hashed",
        "hash_blob_length" / Int32ul * "bytes of content information; 0 in replies of version 2",
        "hash_blob_offset" / Int32ul * "bytes from the start of this header to the content information",
        "dirty" / Int16ul * "nonzero: being updated",
        "source_file_name_length" / Int16ul * "bytes of the name",
        "source_file_name" / Sized("source_file_name_length", Text()) * "of the file",
        "content" / Raw() * "what follows, as far as it is there",
    ),
)
class HashHeader(Record):
    """HASH_HEADER: the start of every Content Information File, so of the buffer that a reply for offset 0 brings.

    The reply itself is one of the two forms above, never this. `content` is everything after the name, of which
    `hash_blob` is the content information; a part of a file may end in the middle of it. `source_file_change_time`
    counts 100 ns since 1601. [MS-SMB2] 2.2.32.4.1; at least 36 bytes.
    """

    source_file_name: str
    source_file_change_time: int
    source_file_size: int
    hash_blob_length: int
    hash_blob_offset: int
    content: bytes = b""
    dirty: int = 0
    hash_type: HashType = HashType.PEER_DIST
    hash_version: int = 1

    @property
    def source_file_changed(self) -> datetime:
        """`source_file_change_time` in UTC, cut to microseconds; OverflowError after the year 9999."""
        return moment(self.source_file_change_time)

    @property
    def hash_blob(self) -> bytes:
        """The content information ([MS-PCCRC] 2.3 or 2.4), as far as it is there."""
        before = 36 + len(self.source_file_name.encode("utf-16-le", "surrogatepass"))
        start = max(self.hash_blob_offset - before, 0)
        return self.content[start : start + self.hash_blob_length]


#: Which reply a request of each type gets, and its bytes before the hashes.
_REPLIES = {
    HashRetrievalType.HASH_BASED: (HashRetrieveHashBased, 16),
    HashRetrievalType.FILE_BASED: (HashRetrieveFileBased, 24),
}


def response_type(_data: bytes, request: Any, status: int) -> type[Record] | None:
    """What a reply is; None (bytes) under an error, and where the request is unknown, or of a type that is."""
    if not isinstance(request, ReadHashRequest) or NtStatus(status).is_error:
        return None
    return _REPLIES.get(request.hash_retrieval_type, (None, 0))[0]


def request_facts(data: bytes) -> dict[str, Any]:
    """What rules ask about a request: `hash_values_wrong`, whether its type and versions are none that any dialect has
    together; `hash_reply_size`, bytes of its reply without any hash, where the type has one ([MS-SMB2] 3.3.5.15.7).
    Nothing is known of less than 24 bytes.
    """
    try:
        request = ReadHashRequest.decode(data[:24])
    except DecodeError:
        return {}
    kind = request.hash_retrieval_type
    together = request.hash_type == HashType.PEER_DIST and request.hash_version == kind and kind in _REPLIES
    sizes = {"hash_reply_size": _REPLIES[kind][1]} if kind in _REPLIES else {}
    return {"hash_values_wrong": not together, **sizes}
