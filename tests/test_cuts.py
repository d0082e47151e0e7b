"""Every shorter cut of every vector: refused at the field where the bytes end, or valid for a reason that stands here.

Where a cut hits the fixed part of a record, the field and its place come from the layout, which `test_layout_tables`
holds against the documents. What is blamed for a cut behind it stands in `BEHIND`, for each record.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from samples import vectors
from test_derived_vectors import VALUES, data_of
from test_vectors import PACKETS, PAYLOADS, REPLIES, REQUESTS

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import (
    clone,
    copychunk,
    dfs,
    negotiate,
    network,
    offload,
    pipes,
    ranges,
    reparse,
    snapshots,
)
from smb2ioctl_codec.rules import WIRE


class Blame(NamedTuple):
    """What a DecodeError says: the field, bytes before it, and how many are there of those that it needs."""

    path: str
    offset: int
    available: int | None

    def after(self, size: int) -> Blame:
        """The same behind `size` bytes more."""
        return self._replace(offset=self.offset + size)


#: What is to blame for the end of some bytes; None if they are valid.
Verdict = Callable[[bytes], Blame | None]


def in_fixed_part(record: Any, data: bytes) -> Blame | None:
    """The first field of the layout that the bytes have not got all of; None if all of the fixed part is there."""
    for row in s2.layout(record):
        if row.name == "async_id":  # no packet here has it
            continue
        if row.offset is None or row.size is None:
            return None
        if row.offset + row.size > len(data):
            return Blame(f"{record.__name__}.{row.name}", row.offset, len(data) - row.offset)
    return None


def valid(_data: bytes) -> None:
    """What ends in raw bytes ends anywhere."""


def content(path: str, start: int) -> Verdict:
    """A content that starts there and needs more than there is."""
    return lambda data: Blame(path, start, len(data) - start)


def own_size(path: str, place: int, before: int) -> Verdict:
    """A field that says how many bytes follow the first ones: it disagrees with what is there."""
    return lambda data: Blame(path, place, len(data) - before)


def of_snapshots(data: bytes) -> Blame | None:
    """Tokens take 50 bytes; what follows them is raw. A count that cannot be is blamed on the whole list."""
    count = int.from_bytes(data[4:8], "little")
    index, left = (len(data) - 12) // 50, len(data) - 12
    if left < 2 * count:
        return Blame("SnapshotArray.snapshots", 12, left)
    return None if index >= count else Blame(f"SnapshotArray.snapshots[{index}]", 12 + 50 * index, left - 50 * index)


def of_interfaces(data: bytes) -> Blame | None:
    """A list to the end: an entry's Next leads outside as long as nothing lies there. No entry is a list, too."""
    index, left = divmod(len(data), 152)
    if not data:
        return None
    if index and not left:
        index, left = index - 1, 152
    path, start = f"NetworkInterfaceInfos.interfaces[{index}]", 152 * index
    if left < 4 or data[start : start + 4] != bytes(4):
        return Blame(f"{path}.next", start, left)
    blame = in_fixed_part(network.NetworkInterfaceInfo, data[start:])
    assert blame is not None
    return Blame(blame.path.replace("NetworkInterfaceInfo", path), start + blame.offset, blame.available)


def of_ranges(data: bytes) -> Blame | None:
    """A list to the end, of 16 bytes each."""
    return Blame("FileAllocatedRanges.ranges", 0, len(data)) if len(data) % 16 else None


def of_path(data: bytes) -> Blame | None:
    """Text to the end, with or without U+0000: any even number of bytes."""
    return Blame("ReferralRequest.request_file_name", len(data) - 1, None) if len(data) % 2 else None


def of_reply(data: bytes) -> Blame:
    """The first buffer that is not all there; an output of which not even the start is there leads outside."""
    _, count, start, _ = struct.unpack_from("<IIII", data, 24)
    if len(data) < 48 + count:
        return Blame("IoctlResponse.input", 48, len(data) - 48)
    if len(data) < start - 64:
        return Blame("IoctlResponse.output_offset", 32, 0)
    return Blame("IoctlResponse.output", start - 64, len(data) - start + 64)


#: The verdict on bytes that have all of the fixed part.
BEHIND: dict[Any, Verdict] = {
    s2.IoctlRequest: content("IoctlRequest.input", 56),
    s2.IoctlResponse: of_reply,
    s2.ErrorResponse: valid,  # the one byte of no data may be missing
    negotiate.ValidateNegotiateInfoRequest: content("ValidateNegotiateInfoRequest.dialects", 24),
    copychunk.CopyChunkCopy: content("CopyChunkCopy.chunks", 32),
    copychunk.ResumeKey: valid,
    snapshots.SnapshotArray: of_snapshots,
    network.NetworkInterfaceInfos: of_interfaces,
    ranges.FileAllocatedRanges: of_ranges,
    ranges.FileLevelTrim: content("FileLevelTrim.ranges", 8),
    reparse.ReparseData: own_size("ReparseData.reparse_data_length", 4, 8),
    reparse.SymbolicLink: own_size("SymbolicLink.reparse_data_length", 4, 8),
    reparse.MountPoint: own_size("MountPoint.reparse_data_length", 4, 8),
    pipes.PipeWaitRequest: content("PipeWaitRequest.name", 14),
    pipes.PipePeekResponse: valid,
    dfs.ReferralRequest: of_path,
    dfs.ReferralRequestEx: own_size("ReferralRequestEx.request_data_length", 4, 8),
    # of fixed size; what may follow is raw
    offload.OffloadReadInput: valid,
    clone.DuplicateExtents: valid,
}


def verdict(record: Any, data: bytes) -> Blame | None:
    """What is to blame for the end of a record's bytes."""
    return in_fixed_part(record, data) or BEHIND[record](data)


def filled(record: Any, body: bytes) -> bytes:
    """A body with stand-ins for the buffers that a document does not print."""
    wire = record.SCHEMA.parse(body)
    places = [(wire["input_offset"], wire["input_count"])]
    places += [(wire["output_offset"], wire["output_count"])]
    return body.ljust(max([len(body)] + [offset - 64 + count for offset, count in places if count]), b"x")


def records() -> Iterator[tuple[str, Any, bytes]]:
    """All vectors that are one record: name, record, bytes."""
    for name in REQUESTS:
        yield name, s2.IoctlRequest, filled(s2.IoctlRequest, vectors()[name])
    for name in REPLIES:
        yield name, s2.IoctlResponse, filled(s2.IoctlResponse, vectors()[name])
    for name, record, wrap in PAYLOADS:
        yield name, record, wrap(vectors()[name])
    for name, value in VALUES.items():
        yield name, type(value), data_of(name)


def decode(record: Any, data: bytes) -> Any:
    """By the layout alone: requests without a server's rules."""
    return record.decode(data, WIRE) if record is s2.IoctlRequest else record.decode(data)


def judge(decoding: Callable[[bytes], Any], data: bytes, blame: Blame | None) -> None:
    """Decoding raises what is said, or gives a value of just these bytes."""
    if blame is None:
        assert decoding(data).encode() == data
        return
    with pytest.raises(s2.DecodeError) as caught:
        decoding(data)
    error = caught.value
    assert (error.path, error.offset) == (blame.path, blame.offset), len(data)
    if blame.available is not None:
        assert error.available == blame.available, len(data)


@pytest.mark.parametrize(("name", "record", "data"), list(records()))
def test_records(name: str, record: Any, data: bytes) -> None:
    for size in range(len(data)):
        cut = data[:size]
        judge(lambda given: decode(record, given), cut, verdict(record, cut))


@pytest.mark.parametrize("name", REQUESTS)
def test_requests_by_the_rules_of_a_server(name: str) -> None:
    """Samba 3.6 looks at the size first, then at the input: the same answer for all cuts."""
    data = filled(s2.IoctlRequest, vectors()[name])
    for size in range(len(data)):
        with pytest.raises(s2.DecodeError) as caught:
            s2.IoctlRequest.decode(data[:size])
        error = caught.value
        rule, path, offset = (
            ("body-size", "IoctlRequest", 0) if size < 56 else ("input-length", "IoctlRequest.input", 56)
        )
        assert (error.rule, error.path, error.offset, error.available) == (rule, path, offset, size - offset)


@pytest.mark.parametrize("name", PACKETS)
def test_packets(name: str) -> None:
    message = vectors()[name][4:]
    for size in range(len(message)):
        cut = message[:size]
        body = verdict(s2.IoctlRequest if PACKETS[name] == "request" else s2.IoctlResponse, cut[64:])
        judge(s2.Packet.decode, cut, in_fixed_part(s2.Header, cut) or (body and body.after(64)))


@pytest.mark.parametrize("name", PACKETS)
def test_frames(name: str) -> None:
    stream = vectors()[name]
    for size in range(1, len(stream)):
        blame = Blame("Frame", 0, size) if size < 4 else Blame("Frame.message", 4, size - 4)
        judge(lambda cut: list(s2.iter_frames(cut)), stream[:size], blame)
    assert list(s2.iter_frames(b"")) == []
