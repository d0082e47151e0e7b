"""Payloads through messages: which type a code, a direction, a status and a request choose, for every code."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from samples import BUFFER_OVERFLOW, INVALID_PARAMETER, NOBODYS, SUCCESS

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import copychunk, dfs, error_data, negotiate, ranges, read_hash, registry, snapshots
from smb2ioctl_codec.payloads.row import Row

CODE = s2.CtlCode
ROWS = [registry.lookup(code) for code in CODE]


def name_of(case: Any) -> str:
    return getattr(case, "name", "") or getattr(case, "__name__", "") or str(case)


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_types_belong_to_their_code(row: Row) -> None:
    for kind in row.types("request"):
        code = registry.code_of(kind, "request")
        assert code is not None
        assert kind in registry.lookup(code).types("request")
    for kind in row.types("response"):
        code = registry.code_of(kind, "response")
        assert code is not None
        assert kind in registry.lookup(code).types("response")


def test_every_code_of_the_documents_has_a_row() -> None:
    """61 codes; where neither direction has a type, a section says that both are empty, or a remark why not."""
    assert len([row for row in ROWS if row.section or row.remark]) == 61
    for row in ROWS:
        if row.types("request") or row.types("response"):
            assert row.section or row.remark


def test_codes_that_nobody_lists_carry_bytes() -> None:
    assert s2.IoctlRequest(CODE(NOBODYS), s2.FileId.NONE, b"anything").payload() == b"anything"
    assert s2.IoctlResponse(CODE(NOBODYS), s2.FileId.NONE, b"anything").payload() == b"anything"


PROGRESS = struct.pack("<III", 256, 1048576, 16777216)


@pytest.mark.parametrize("status", [SUCCESS, 0xC000001F, 0xC0000022, 0xC0000034, 0xC0000054])
def test_copychunk_tells_its_progress(status: int) -> None:
    reply = s2.IoctlResponse(CODE.FSCTL_SRV_COPYCHUNK, s2.FileId(1, 2), PROGRESS)
    assert reply.payload(status=status) == copychunk.CopyChunkResponse(256, 1048576, 16777216)


def test_copychunk_tells_its_limits() -> None:
    reply = s2.IoctlResponse(CODE.FSCTL_SRV_COPYCHUNK, s2.FileId(1, 2), PROGRESS)
    assert type(reply.payload(status=INVALID_PARAMETER)) is copychunk.CopyChunkLimits


def test_only_what_comes_with_errors_has_a_type_under_one() -> None:
    reply = s2.IoctlResponse(CODE.FSCTL_SRV_REQUEST_RESUME_KEY, s2.FileId(1, 2), bytes(32))
    assert type(reply.payload()) is copychunk.ResumeKey
    assert reply.payload(status=0xC0000022) == bytes(32)


@pytest.mark.parametrize(
    ("retrieval", "kind"), [(1, read_hash.HashRetrieveHashBased), (2, read_hash.HashRetrieveFileBased)]
)
def test_the_request_explains_a_hash(retrieval: int, kind: Any) -> None:
    asked = s2.IoctlRequest.of(
        read_hash.ReadHashRequest.decode(struct.pack("<IIIIQ", 1, 2, retrieval, 64, 0)),
        file_id=s2.FileId(1, 2),
    )
    output = (
        bytes(16) + struct.pack("<II", 3, 0) + b"abc"
        if retrieval == 2
        else bytes(8) + struct.pack("<II", 3, 0) + b"abc"
    )
    reply = s2.IoctlResponse(CODE.FSCTL_SRV_READ_HASH, s2.FileId(1, 2), output)
    assert type(reply.payload(asked)) is kind
    assert reply.payload() == output, "without the request nobody can tell"


def test_a_broken_request_explains_nothing() -> None:
    asked = s2.IoctlRequest(CODE.FSCTL_SRV_READ_HASH, s2.FileId(1, 2), b"short")
    reply = s2.IoctlResponse(CODE.FSCTL_SRV_READ_HASH, s2.FileId(1, 2), b"output")
    assert reply.payload(asked) == b"output"


def test_what_may_be_left_out() -> None:
    assert s2.IoctlRequest(CODE.FSCTL_SET_SPARSE, s2.FileId(1, 2)).payload() == b""
    assert type(s2.IoctlRequest(CODE.FSCTL_SET_SPARSE, s2.FileId(1, 2), b"\1").payload()) is ranges.FileSetSparseBuffer
    assert s2.IoctlResponse(CODE.FSCTL_FILE_LEVEL_TRIM, s2.FileId(1, 2)).payload() == b""
    with pytest.raises(s2.DecodeError, match="cut short"):
        s2.IoctlRequest(CODE.FSCTL_SET_ZERO_DATA, s2.FileId(1, 2)).payload()


def test_an_output_that_was_cut_stays_bytes() -> None:
    whole = struct.pack("<QQ", 0, 4096) * 2
    for size, kind in ((32, ranges.FileAllocatedRanges), (16, ranges.FileAllocatedRanges), (24, bytes)):
        reply = s2.IoctlResponse(CODE.FSCTL_QUERY_ALLOCATED_RANGES, s2.FileId(1, 2), whole[:size])
        assert type(reply.payload(status=BUFFER_OVERFLOW)) is kind
    with pytest.raises(s2.DecodeError):
        reply.payload()


def test_referrals_that_were_cut_are_told() -> None:
    entry = struct.pack("<HHHHIHHH16s", 3, 34, 0, 0, 600, 34, 34, 34, bytes(16)) + "\\a\0".encode("utf-16-le")
    reply = s2.IoctlResponse(CODE.FSCTL_DFS_GET_REFERRALS, s2.FileId.NONE, struct.pack("<HHI", 0, 2, 0) + entry)
    found = reply.payload(status=BUFFER_OVERFLOW)
    assert type(found) is dfs.TruncatedReferralReply
    assert found.truncated is True
    assert (found.number_of_referrals, len(found.referral_entries)) == (2, 1)
    with pytest.raises(s2.DecodeError):
        reply.payload()


def test_referrals_that_are_broken_are_not_just_cut() -> None:
    output = struct.pack("<HHI", 0, 1, 0) + struct.pack("<HH", 9, 34) + bytes(30)
    reply = s2.IoctlResponse(CODE.FSCTL_DFS_GET_REFERRALS, s2.FileId.NONE, output)
    with pytest.raises(s2.DecodeError, match="1 to 4"):
        reply.payload(status=BUFFER_OVERFLOW)


def test_path_consumed_is_held_against_the_request() -> None:
    asked = s2.IoctlRequest.of(dfs.ReferralRequest(4, "\\a\\b"))
    for consumed, fits in ((8, True), (10, False)):
        output = struct.pack("<HHI", consumed, 0, 0)
        reply = s2.IoctlResponse(CODE.FSCTL_DFS_GET_REFERRALS, s2.FileId.NONE, output)
        assert reply.payload().path_consumed == consumed
        if fits:
            reply.payload(asked)
            continue
        with pytest.raises(s2.DecodeError) as caught:
            reply.payload(asked)
        assert (caught.value.path, caught.value.offset) == ("ReferralReply.path_consumed", 0)


def test_the_caller_may_say_what_is_expected() -> None:
    """A type checker then knows the type, and another payload is an error."""
    asked = s2.IoctlRequest.of(dfs.ReferralRequest(4, "\\a"))
    path: str = asked.payload(dfs.ReferralRequest).request_file_name
    assert path == "\\a"
    with pytest.raises(s2.DecodeError, match="ReferralRequest where ReadHashRequest is expected") as caught:
        asked.payload(read_hash.ReadHashRequest)
    assert (caught.value.path, caught.value.offset) == ("IoctlRequest.input", 0)
    reply = s2.IoctlResponse.of(snapshots.SnapshotArray())
    tokens: tuple[str, ...] = reply.payload(kind=snapshots.SnapshotArray).snapshots
    assert tokens == ()
    with pytest.raises(s2.DecodeError, match="bytes where SnapshotArray is expected") as caught:
        s2.IoctlResponse(CODE.FSCTL_SRV_ENUMERATE_SNAPSHOTS, s2.FileId(1, 2)).payload(
            status=0xC0000022, kind=snapshots.SnapshotArray
        )
    assert caught.value.path == "IoctlResponse.output"


def test_messages_of_a_payload_have_its_code() -> None:
    asked = s2.IoctlRequest.of(negotiate.ValidateNegotiateInfoRequest.decode(bytes(24)))
    assert asked.ctl_code is CODE.FSCTL_VALIDATE_NEGOTIATE_INFO
    assert asked.file_id == s2.FileId.NONE
    chunks = copychunk.CopyChunkCopy(bytes(24), (copychunk.CopyChunk(0, 0, 1),))
    assert s2.IoctlRequest.of(chunks).ctl_code is CODE.FSCTL_SRV_COPYCHUNK
    write = s2.IoctlRequest.of(chunks, ctl_code=CODE.FSCTL_SRV_COPYCHUNK_WRITE)
    assert write.payload() == chunks


# -- what errors say

LINK = error_data.SymbolicLinkErrorResponse(r"\??\C:\target", r"C:\target")
MOVED = error_data.ShareRedirectErrorContext("share")


def test_a_symbolic_link_in_an_error() -> None:
    plain = s2.ErrorResponse(LINK.encode())
    assert plain.payload(s2.NtStatus.STOPPED_ON_SYMLINK) == LINK
    assert plain.payload(s2.NtStatus.INVALID_PARAMETER) == LINK.encode()
    inside = s2.ErrorResponse.of([s2.ErrorContext(LINK.encode())])
    assert s2.ErrorResponse.decode(inside.encode()).payload(s2.NtStatus.STOPPED_ON_SYMLINK) == LINK


def test_a_share_that_has_moved() -> None:
    context = s2.ErrorContext(MOVED.encode(), s2.ErrorId.SHARE_REDIRECT)
    assert context.payload(s2.NtStatus.BAD_NETWORK_NAME) == MOVED
    assert s2.ErrorResponse.of([context]).payload(s2.NtStatus.BAD_NETWORK_NAME) == MOVED
    assert context.payload(s2.NtStatus.STOPPED_ON_SYMLINK) == MOVED.encode()


def test_an_error_without_data_says_nothing() -> None:
    assert s2.ErrorResponse().payload(s2.NtStatus.STOPPED_ON_SYMLINK) == b""
    with pytest.raises(s2.DecodeError):
        s2.ErrorResponse(b"x").payload(s2.NtStatus.STOPPED_ON_SYMLINK)
