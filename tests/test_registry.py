"""The registry: which payload a control code carries."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from importlib import import_module
from types import UnionType
from typing import Any, get_args

import pytest
from samples import (
    COPYCHUNK,
    COPYCHUNK_WRITE,
    DATA,
    DFS_GET_REFERRALS,
    ENUMERATE_SNAPSHOTS,
    NOBODYS,
    PIPE_TRANSCEIVE,
)

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.payloads.copychunk import CopyChunkLimits, CopyChunkResponse
from smb2ioctl_codec.payloads.dfs import ReferralRequest
from smb2ioctl_codec.payloads.snapshots import SnapshotArray
from smb2ioctl_codec.schema import Record

#: The codes that go without a handle ([MS-SMB2] 3.3.5.15).
NO_HANDLE = {0x00060194, 0x000601B0, 0x00110018, 0x001401FC, 0x00140204}

_REFERRALS = "dfs:ReferralReply dfs:TruncatedReferralReply"
_OBJECT_ID = "object_ids:FileObjectIdBuffer object_ids:FileObjectIdBufferType2"
_REPARSE = (
    "reparse:SymbolicLink reparse:MountPoint reparse:NfsSymbolicLink reparse:NfsDevice reparse:NfsFile "
    "reparse:LxSymlink reparse:ReparseGuidData reparse:ReparseData"
)
_REFCOUNT = "extents:RetrievalPointersAndRefcount extents:RetrievalPointersAndRefcountAligned"
_STATISTICS = "statistics:AllFilesystemStatistics statistics:CutFilesystemStatistics"
_SNAPSHOTS = (
    "refs_snapshots:StreamSnapshotList refs_snapshots:StreamSnapshotListAligned refs_snapshots:StreamDeltas "
    "refs_snapshots:StreamDeltasAligned"
)
_COPIED = "copychunk:CopyChunkResponse copychunk:CopyChunkLimits"
_HASH = "read_hash:HashRetrieveHashBased read_hash:HashRetrieveFileBased"
_TUNNEL = "shared_disk:SvhdxTunnelOperationHeader"

#: What the codes carry by [MS-SMB2], [MS-FSCC], [MS-DFSC], [MS-RSVD] and [MS-SQOS]: types of input and output. Nothing
#: where the documents say that there is none; ``raw`` where bytes are all that there is to say.
PAYLOADS = {
    0x00060194: ("dfs:ReferralRequest", _REFERRALS),
    0x000601B0: ("dfs:ReferralRequestEx", _REFERRALS),
    0x0009002C: ("search:IsPathnameValid", ""),
    0x0009003C: ("", "integrity:CompressionState"),
    0x00090058: ("", "volumes:FatBpb"),
    0x00090060: ("", _STATISTICS),
    0x00090064: ("", "volumes:NtfsVolumeData"),
    0x00090073: ("extents:StartingVcn", "extents:RetrievalPointers"),
    0x0009008F: ("search:FindBySidData", "search:FindFilesBySid"),
    0x00090098: (_OBJECT_ID, ""),
    0x0009009C: ("", _OBJECT_ID),
    0x000900A0: ("", ""),
    0x000900A4: (_REPARSE, ""),
    0x000900A8: ("", _REPARSE),
    0x000900AC: (_REPARSE, ""),
    0x000900BC: ("object_ids:SetObjectIdExtended", ""),
    0x000900C0: ("", _OBJECT_ID),
    0x000900C4: ("ranges:FileSetSparseBuffer", ""),
    0x000900D7: ("integrity:EncryptionBuffer", "integrity:DecryptionStatusBuffer"),
    0x000900EB: ("usn:ReadFileUsnData", "usn:UsnRecordV2 usn:UsnRecordV3"),
    0x000900EF: ("", "usn:WriteUsnCloseRecord"),
    0x000900FC: ("handles:MarkHandleInfo", ""),
    0x00090100: ("links:SisCopyFile", ""),
    0x00090117: ("", ""),
    0x00090138: ("", "volumes:FileQuerySparing"),
    0x0009013C: ("", "volumes:OnDiskVolumeInfo volumes:OnDiskVolumeInfoAligned"),
    0x00090194: ("", ""),
    0x0009027C: ("", "integrity:GetIntegrityInformation"),
    0x00090284: ("ranges:FileRegionInput", "ranges:FileRegionOutput"),
    0x000902D8: ("", "volumes:RefsVolumeData"),
    0x00090300: ("", "shared_disk:SharedVirtualDiskSupportResponse"),
    0x00090304: (_TUNNEL, _TUNNEL),
    0x00090350: ("qos:StorageQosControlRequest", "qos:StorageQosControlResponse"),
    0x00090364: (_TUNNEL, _TUNNEL),
    0x00090380: ("integrity:SetIntegrityInformationEx", ""),
    0x000903D3: ("extents:StartingVcn", _REFCOUNT),
    0x0009042B: ("extents:StartingVcn", "extents:RetrievalPointerCount"),
    0x00090440: ("refs_snapshots:RefsStreamSnapshotManagement", _SNAPSHOTS),
    0x000940CF: ("ranges:QueryAllocatedRanges", "ranges:FileAllocatedRanges"),
    0x00094264: ("offload:OffloadReadInput", "offload:OffloadReadOutput"),
    0x000980C8: ("ranges:FileZeroDataInformation", ""),
    0x00098134: ("volumes:SetDefectManagement", ""),
    0x00098208: ("ranges:FileLevelTrim", "ranges:FileLevelTrimOutput"),
    0x00098268: ("offload:OffloadWriteInput", "offload:OffloadWriteOutput"),
    0x00098344: ("clone:DuplicateExtents", ""),
    0x000983E8: ("clone:DuplicateExtentsEx", ""),
    0x0009C040: ("integrity:CompressionState", ""),
    0x0009C280: ("integrity:SetIntegrityInformation", ""),
    0x00110018: ("pipes:PipeWaitRequest", ""),
    0x0011400C: ("", "pipes:PipePeekResponse"),
    0x0011C017: ("raw", "raw"),
    0x00140078: ("", "copychunk:ResumeKey"),
    0x001400EC: ("links:LinkTracking", ""),
    0x001401D4: ("resiliency:NetworkResiliencyRequest", ""),
    0x001401FC: ("", "network:NetworkInterfaceInfos"),
    0x00140200: ("negotiate:ValidateNegotiateInfo224", "negotiate:ValidateNegotiateInfo224"),
    0x00140204: ("negotiate:ValidateNegotiateInfoRequest", "negotiate:ValidateNegotiateInfoResponse"),
    0x00144064: ("", "snapshots:SnapshotArray"),
    0x001440F2: ("copychunk:CopyChunkCopy", _COPIED),
    0x001441BB: ("read_hash:ReadHashRequest", _HASH),
    0x001480F2: ("copychunk:CopyChunkCopy", _COPIED),
}
#: Inputs and outputs that may be left out.
OPTIONAL_REQUESTS = {0x000900C4, 0x000900EB, 0x00090284}
OPTIONAL_RESPONSES = {0x000900D7, 0x00090350, 0x00098208}


def types_at(places: str) -> set[type[Record]]:
    """The record types of ``module:Name module:Name``."""
    found = (place.partition(":") for place in places.split() if place != "raw")
    return {getattr(import_module(f"smb2ioctl_codec.payloads.{module}"), name) for module, _, name in found}


def types_of(kind: type[Record] | UnionType | None) -> set[Any]:
    """The types of a row's field."""
    return set(get_args(kind) or ([] if kind is None else [kind]))


def test_the_documented_codes_are_those_of_the_table() -> None:
    rows = json.loads((DATA / "ctl_codes.json").read_text(encoding="utf-8"))["codes"]
    documented = {int(each["code"], 16) for each in rows if "function" in each}
    assert documented == PAYLOADS.keys()
    assert len(PAYLOADS) == 61


@pytest.mark.parametrize("code", sorted(PAYLOADS), ids=hex)
def test_every_documented_code_has_its_row(code: int) -> None:
    row = registry.lookup(code)
    request, response = PAYLOADS[code]
    assert (row.ctl_code, row.name) == (code, s2.CtlCode(code).name)
    assert row.ctl_code.is_known
    assert row.section.startswith("[MS-")
    assert row.needs_no_handle is (code in NO_HANDLE)
    assert types_of(row.request) == types_at(request)
    assert types_of(row.response) == types_at(response)
    assert "raw" not in (request, response) or row.remark


@pytest.mark.parametrize("code", sorted(PAYLOADS), ids=hex)
def test_payloads_that_are_left_out(code: int) -> None:
    """No bytes are a payload where it is optional, or where there is none."""
    row = registry.lookup(code)
    request, response = PAYLOADS[code]
    if code in OPTIONAL_REQUESTS or request in ("", "raw"):
        assert row.decode_request(b"") == b""
    else:
        assert not isinstance(_decoded(row.decode_request), bytes)
    if code in OPTIONAL_RESPONSES or response in ("", "raw"):
        assert row.decode_response(b"") == b""


def _decoded(decode: Any) -> Any:
    """What no bytes are decoded to; the error if they are refused."""
    try:
        return decode(b"")
    except s2.DecodeError as error:
        return error


@pytest.mark.parametrize(
    "code", [code for code, places in PAYLOADS.items() if "" in places or "raw" in places], ids=hex
)
def test_bytes_where_there_should_be_none_are_kept(code: int) -> None:
    row = registry.lookup(code)
    request, response = PAYLOADS[code]
    if request in ("", "raw"):
        assert row.decode_request(b"\1\2\3") == b"\1\2\3"
    if response in ("", "raw"):
        assert row.decode_response(b"\1\2\3") == b"\1\2\3"


@pytest.mark.parametrize("code", sorted(PAYLOADS.keys() - {COPYCHUNK, COPYCHUNK_WRITE}), ids=hex)
def test_the_output_under_an_error_is_bytes(code: int) -> None:
    data = bytes(range(40))
    assert registry.lookup(code).decode_response(data, None, s2.NtStatus.ACCESS_DENIED) == data


@pytest.mark.parametrize("code", [COPYCHUNK, COPYCHUNK_WRITE], ids=hex)
def test_a_copy_tells_how_far_it_went_under_an_error(code: int) -> None:
    data = struct.pack("<III", 1, 2, 3)
    row = registry.lookup(code)
    assert row.decode_response(data, None, s2.NtStatus.ACCESS_DENIED) == CopyChunkResponse(1, 2, 3)
    assert row.decode_response(data, None, s2.NtStatus.INVALID_PARAMETER) == CopyChunkLimits(1, 2, 3)


def test_rows_of_the_reference_servers_codes() -> None:
    dfs = registry.lookup(DFS_GET_REFERRALS)
    assert (dfs.name, dfs.request, dfs.needs_no_handle) == ("FSCTL_DFS_GET_REFERRALS", ReferralRequest, True)
    assert "[MS-DFSC] 2.2.2" in dfs.section
    pipe = registry.lookup(PIPE_TRANSCEIVE)
    assert (pipe.name, pipe.request, pipe.response) == ("FSCTL_PIPE_TRANSCEIVE", None, None)
    assert pipe.needs_no_handle is False
    assert pipe.remark, "raw bytes by decision"
    snapshots = registry.lookup(ENUMERATE_SNAPSHOTS)
    assert (snapshots.name, snapshots.response) == ("FSCTL_SRV_ENUMERATE_SNAPSHOTS", SnapshotArray)
    assert (snapshots.request, snapshots.needs_no_handle) == (None, False)
    assert "[MS-SMB2] 2.2.32.2" in snapshots.section


@pytest.mark.parametrize("code", [NOBODYS, 0, 0xFFFFFFFF])
def test_codes_that_nobody_lists(code: int) -> None:
    row = registry.lookup(code)
    assert (row.ctl_code, row.name, row.section) == (code, f"0x{code:08X}", "")
    assert (row.request, row.response, row.needs_no_handle) == (None, None, False)
    assert row.facts(b"anything") == {}


@pytest.mark.parametrize("code", [-1, 1 << 32, None, "FSCTL_PIPE_WAIT", 1.0])
def test_what_is_no_control_code(code: Any) -> None:
    with pytest.raises(ValueError, match="CtlCode must be an int"):
        registry.lookup(code)


@pytest.mark.parametrize("code", list(s2.CtlCode))
def test_every_known_code_has_a_row_that_loads(code: s2.CtlCode) -> None:
    row = registry.lookup(code)
    assert row.ctl_code is code
    assert row.name == code.name
    assert row.needs_no_handle is (code in NO_HANDLE)
    kinds = types_of(row.request) | types_of(row.response)
    assert all(issubclass(kind, Record) for kind in kinds)
    assert not kinds or row.section, "what is laid out somewhere says where"


def test_payloads_know_their_code() -> None:
    asked = s2.IoctlRequest.of(ReferralRequest(4, "\\a"))
    assert (asked.ctl_code, asked.file_id) == (DFS_GET_REFERRALS, s2.FileId.NONE)
    assert s2.IoctlResponse.of(SnapshotArray()).ctl_code == ENUMERATE_SNAPSHOTS


def test_modules_load_when_asked_for() -> None:
    """In a process of its own: a row loads the module of its payload, and only that."""
    program = """
import sys
import smb2ioctl_codec as s2
def loaded():
    modules = {name.split(".")[2] for name in sys.modules if name.startswith("smb2ioctl_codec.payloads.")}
    return sorted(modules - {"registry", "row", "rows"})
assert loaded() == [], loaded()
row = s2.payloads.registry.lookup(0x00144064)
assert loaded() == [], loaded()
assert row.response.__name__ == "SnapshotArray"
assert loaded() == ["snapshots"], loaded()
assert s2.payloads.dfs.ReferralRequest.__name__ == "ReferralRequest"
assert loaded() == ["dfs", "snapshots"], loaded()
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_modules_by_name() -> None:
    """What the package gives for a name that is not loaded yet."""
    for name in s2.payloads.__all__:
        assert s2.payloads.__getattr__(name) is getattr(s2.payloads, name)
    assert s2.__getattr__("server") is s2.server


def test_no_other_module_is_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = s2.payloads.nothing
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = s2.nothing
