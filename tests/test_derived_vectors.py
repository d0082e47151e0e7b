"""Vectors that nobody published: worked out from the documents' layouts, or from the arithmetic of Samba 3.6.

The bytes are in ``data/vector_facts.json``; the values here are what they were worked out from.
"""

from __future__ import annotations

from typing import Any

import pytest
from facts import vector_facts

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.clone import DuplicateExtents, SourceFileId
from smb2ioctl_codec.payloads.copychunk import ResumeKey
from smb2ioctl_codec.payloads.dfs import ReferralRequest, ReferralRequestEx
from smb2ioctl_codec.payloads.pipes import NamedPipeState, PipePeekResponse, PipeWaitRequest
from smb2ioctl_codec.payloads.ranges import FileLevelTrim, FileLevelTrimRange, FileZeroDataInformation
from smb2ioctl_codec.payloads.reparse import MountPoint, SymbolicLink
from smb2ioctl_codec.payloads.snapshots import SnapshotArray

ONE = ("@GMT-2009.12.31-23.59.59",)
TWO = (*ONE, "@GMT-2010.01.01-00.00.00")
FILE = s2.FileId(0x1234, 0x1234)
SNAPSHOTS = s2.CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS

#: Name -> value. Whatever a value leaves to its defaults is as the documents have it.
VALUES: dict[str, Any] = {
    # Samba 3.6: sizes alone are 16 bytes, an array of n labels is 50n + 6
    "snap-Samba 3.6-sizes-n0": SnapshotArray((), 0, 6, bytes(4)),
    "snap-Samba 3.6-sizes-n1": SnapshotArray((), 1, 56, bytes(4)),
    "snap-Samba 3.6-sizes-n2": SnapshotArray((), 2, 106, bytes(4)),
    "snap-Samba 3.6-labels-n0": SnapshotArray((), 0, 6, bytes(6)),
    "snap-Samba 3.6-labels-n1": SnapshotArray(ONE, 1, 56, bytes(6)),
    "snap-Samba 3.6-labels-n2": SnapshotArray(TWO, 2, 106, bytes(6)),
    # [MS-SMB2] 2.2.32.2: an array of n labels is 50n + 2
    "snap-ms-labels-n1": SnapshotArray(ONE, 1, 52, bytes(2)),
    "snap-ms-labels-n2": SnapshotArray(TWO, 2, 102, bytes(2)),
    "snap-ms-n0": SnapshotArray((), 0, 2, bytes(4)),
    "snap-ms-toosmall": SnapshotArray((), 2, 102, b""),
    "snap-samba-new-sizes-n2": SnapshotArray((), 2, 102, bytes(4)),
    "resume-32": ResumeKey(bytes(range(24)), bytes(4), 0),
    "dfs-req-domain": ReferralRequest(3, "", "\0"),
    "dfs-req-root": ReferralRequest(4, r"\srv\dfs", "\0"),
    "dfs-reqex": ReferralRequestEx(4, r"\srv\dfs", "Site1", request_flags=1, terminator="", site_terminator=""),
    "dfs-reqex-nosite": ReferralRequestEx(4, r"\srv\dfs", None, request_flags=0, terminator=""),
    "dfs-reqex-nul": ReferralRequestEx(4, r"\srv\dfs", None, request_flags=0, terminator="\0"),
    "Samba 3.6-rspbody": s2.IoctlResponse(ctl_code=SNAPSHOTS, file_id=FILE, output=b"0123456789abcdef"),
    "Samba 3.6-errbody": s2.ErrorResponse(),
    "reqbody-snap": s2.IoctlRequest(ctl_code=SNAPSHOTS, file_id=FILE, max_output_response=16, output_offset=0),
    "pipe-wait": PipeWaitRequest("srvsvc", timeout=50, timeout_specified=1),
    "pipe-peek": PipePeekResponse(NamedPipeState.CONNECTED, 5, 1, 5, b"hello"),
    "zero-data": FileZeroDataInformation(4096, 8192),
    "trim": FileLevelTrim((FileLevelTrimRange(0, 4096),)),
    "dup-ext": DuplicateExtents(SourceFileId(0x1111111111111111, 0x1111111111111111), 0, 65536, 65536),
    # the names one after the other, the target first
    "symlink": SymbolicLink(r"a\b", r"a\b", 1, substitute_name_offset=0, print_name_offset=6),
    "mount": MountPoint(r"\??\C:\x", r"C:\x"),
}
#: Of a body whose buffer was not worked out: stands for it.
STAND_INS = {"Samba 3.6-rspbody": b"0123456789abcdef"}


def data_of(name: str) -> bytes:
    """The bytes of a derived vector."""
    return bytes.fromhex(vector_facts()["derived"][name]) + STAND_INS.get(name, b"")


def test_all_are_here() -> None:
    assert vector_facts()["derived"].keys() == VALUES.keys()


@pytest.mark.parametrize("name", VALUES)
def test_both_ways(name: str) -> None:
    data, value = data_of(name), VALUES[name]
    assert type(value).decode(data) == value
    assert value.encode() == data
