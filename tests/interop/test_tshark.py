"""Wireshark's `tshark` on payloads that we encode: no complaint, and each of its fields has our value."""

from __future__ import annotations

import shutil
import struct
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pytest
from samples import header as packed_header
from samples import request, response, token, vectors
from tshark.fields import FIELDS, NOTHING, UNKNOWN, expected, parsed
from tshark.output import Shown

import smb2ioctl_codec as s2
from smb2ioctl_codec import CtlCode
from smb2ioctl_codec.payloads import (
    clone,
    copychunk,
    dfs,
    integrity,
    negotiate,
    network,
    object_ids,
    offload,
    pipes,
    qos,
    ranges,
    read_hash,
    reparse,
    resiliency,
    shared_disk,
    snapshots,
)  # fmt: skip
from smb2ioctl_codec.schema import Record

from . import ndr_dfs
from . import ndr_structures as ndr
from .need import need
from .wireshark import show

IDS = (uuid.UUID(int=1 << 100), uuid.UUID(int=2 << 90), uuid.UUID(int=3))
OBJECT_ID = object_ids.FileObjectIdBuffer(*IDS, domain_id=uuid.UUID(int=4))
TOKEN = offload.StorageOffloadToken(offload.TokenType.ZERO_DATA, bytes(range(252)) * 2)
READ_HASH = read_hash.ReadHashRequest(
    hash_retrieval_type=read_hash.HashRetrievalType.FILE_BASED, hash_version=2, length=3, offset=4
)
NEGOTIATE_224 = negotiate.ValidateNegotiateInfo224(0x55, IDS[0], 2, negotiate.Dialect(0x02FF))
TUNNEL = shared_disk.SvhdxTunnelOperationHeader(shared_disk.TunnelOperation.CHECK_CONNECTION_STATUS, 1 << 40)

REQUESTS: list[tuple[CtlCode, Sequence[Record]]] = [
    (CtlCode.FSCTL_DFS_GET_REFERRALS, [dfs.ReferralRequest(4, r"\server\root\link"), dfs.ReferralRequest(3, "")]),
    (CtlCode.FSCTL_SRV_COPYCHUNK, [copychunk.CopyChunkCopy(ndr.KEY), copychunk.CopyChunkCopy(ndr.KEY, ndr.CHUNKS, 7)]),
    (CtlCode.FSCTL_SRV_COPYCHUNK_WRITE, [copychunk.CopyChunkCopy(ndr.KEY, ndr.CHUNKS * 128)]),
    (CtlCode.FSCTL_LMR_REQUEST_RESILIENCY, [resiliency.NetworkResiliencyRequest(120_000, reserved=0x01020304)]),
    (CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO,
     [negotiate.ValidateNegotiateInfoRequest(0x7F, IDS[0], 1, (0x0202, 0x0210, 0x0300)),
      negotiate.ValidateNegotiateInfoRequest(0x80000001, IDS[1], 0x0102, (0x0311,))]),
    (CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO_224, [NEGOTIATE_224]),
    (CtlCode.FSCTL_PIPE_WAIT, [pipes.PipeWaitRequest("srvsvc", -50_000, 1), pipes.PipeWaitRequest("lsarpc")]),
    (CtlCode.FSCTL_QUERY_ALLOCATED_RANGES, [ranges.QueryAllocatedRanges(1 << 40, 2)]),
    (CtlCode.FSCTL_SET_ZERO_DATA, [ranges.FileZeroDataInformation(1, 1 << 40)]),
    (CtlCode.FSCTL_SET_SPARSE, [ranges.FileSetSparseBuffer(1), ranges.FileSetSparseBuffer(0)]),
    (CtlCode.FSCTL_SET_COMPRESSION, [integrity.CompressionState(one) for one in integrity.CompressionFormat]),
    (CtlCode.FSCTL_SET_INTEGRITY_INFORMATION,
     [integrity.SetIntegrityInformation(integrity.ChecksumAlgorithm.CRC64, 1, 0x0304)]),
    (CtlCode.FSCTL_QUERY_FILE_REGIONS, [ranges.FileRegionInput(1 << 40, 2, 1, 5)]),
    (CtlCode.FSCTL_OFFLOAD_READ, [offload.OffloadReadInput(1 << 40, ndr.U64, 3, flags=4, reserved=5)]),
    (CtlCode.FSCTL_OFFLOAD_WRITE, [offload.OffloadWriteInput(TOKEN, 1 << 40, 2, 3, flags=4)]),
    (CtlCode.FSCTL_STORAGE_QOS_CONTROL,
     [qos.StorageQosControlRequest(0x1B, IDS[0], "initiator", "node", IDS[1], IDS[2], 1, 2, 3, 4, 5, 6, 7, 8),
      qos.StorageQosControlRequest(4, IDS[0], "initiator", "node", IDS[1], IDS[2], 1, 2, 3, 4, 5, 6, None, None,
                                   qos.VERSION_1_0)]),
    (CtlCode.FSCTL_SVHDX_SYNC_TUNNEL_REQUEST, [TUNNEL]),
    (CtlCode.FSCTL_SVHDX_ASYNC_TUNNEL_REQUEST, [TUNNEL]),
    (CtlCode.FSCTL_SET_REPARSE_POINT,
     [reparse.SymbolicLink(r"\??\C:\target", r"C:\target", 1), reparse.NfsSymbolicLink("target"),
      reparse.NfsDevice(reparse.NfsType.CHR, 1, 2), reparse.NfsDevice(reparse.NfsType.BLK, 3, 4),
      reparse.NfsFile(reparse.NfsType.FIFO), reparse.ReparseGuidData(reparse.ReparseTag(0x42), IDS[0], b"data"),
      reparse.MountPoint(r"\??\C:\target", r"C:\target"), reparse.ReparseData(reparse.ReparseTag.WOF, b"data")]),
    # What Wireshark does not know it shows as bytes.
    (CtlCode.FSCTL_SET_OBJECT_ID, [OBJECT_ID]),
    (CtlCode.FSCTL_SRV_READ_HASH, [READ_HASH]),
    (CtlCode.FSCTL_FILE_LEVEL_TRIM, [ranges.FileLevelTrim((ranges.FileLevelTrimRange(1, 2),))]),
    (CtlCode.FSCTL_DUPLICATE_EXTENTS_TO_FILE, [clone.DuplicateExtents(ndr.FILE_ID, 1 << 40, 2, 3)]),
]  # fmt: skip
RESPONSES: list[tuple[CtlCode, Sequence[Record]]] = [
    (CtlCode.FSCTL_DFS_GET_REFERRALS,
     [*ndr_dfs.TARGETS, *ndr_dfs.NAME_LISTS,
      dfs.ReferralReply(4, (dfs.ReferralV1(r"\server\share"), dfs.ReferralV1(r"\other\share")), 3)]),
    (CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY, [copychunk.ResumeKey(ndr.KEY)]),
    (CtlCode.FSCTL_SRV_COPYCHUNK, [copychunk.CopyChunkResponse(1, 2, 0xFFFFFFFF)]),
    (CtlCode.FSCTL_SRV_COPYCHUNK_WRITE, [copychunk.CopyChunkResponse(3)]),
    (CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS,
     [snapshots.SnapshotArray(), snapshots.SnapshotArray(tuple(map(token, range(200)))),
      snapshots.SnapshotArray((), 3, 152)]),
    (CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO,
     [*next(one for one in ndr.KNOWN if one.record is network.NetworkInterfaceInfos).examples,
      network.NetworkInterfaceInfos((ndr.Interface(1, 1, network.SockaddrIn6(ndr.IPV6.address, 4, 5, 6)),))]),
    (CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO,
     [negotiate.ValidateNegotiateInfoResponse(0x7F, IDS[0], 3, negotiate.Dialect.SMB_3_1_1)]),
    (CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO_224, [NEGOTIATE_224]),
    (CtlCode.FSCTL_QUERY_ALLOCATED_RANGES,
     [ranges.FileAllocatedRanges((ranges.FileAllocatedRange(1, 2), ranges.FileAllocatedRange(1 << 40, 3)))]),
    (CtlCode.FSCTL_CREATE_OR_GET_OBJECT_ID, [OBJECT_ID]),
    (CtlCode.FSCTL_GET_OBJECT_ID, [OBJECT_ID]),
    (CtlCode.FSCTL_GET_COMPRESSION, [integrity.CompressionState(integrity.CompressionFormat.LZNT1)]),
    (CtlCode.FSCTL_QUERY_FILE_REGIONS,
     [ranges.FileRegionOutput((ranges.FileRegionInfo(1, 2, 1, 9), ranges.FileRegionInfo(1 << 40, 3, 2)), 5, 6, 7)]),
    (CtlCode.FSCTL_OFFLOAD_READ, [offload.OffloadReadOutput(TOKEN, 1 << 40, flags=1)]),
    (CtlCode.FSCTL_OFFLOAD_WRITE, [offload.OffloadWriteOutput(1 << 40, flags=3)]),
    (CtlCode.FSCTL_STORAGE_QOS_CONTROL,
     [qos.StorageQosControlResponse(*IDS, 1, qos.LogicalFlowStatus.UNKNOWN_POLICY_ID, 3, 4, 5, 6),
      qos.StorageQosControlResponse(*IDS, 1, qos.LogicalFlowStatus.OK, 3, 4, 5, None, qos.VERSION_1_0)]),
    (CtlCode.FSCTL_QUERY_SHARED_VIRTUAL_DISK_SUPPORT, [shared_disk.SharedVirtualDiskSupportResponse(
         shared_disk.SharedVirtualDiskSupport(7), shared_disk.HandleState.SHARED)]),
    (CtlCode.FSCTL_SVHDX_SYNC_TUNNEL_REQUEST, [TUNNEL]),
    (CtlCode.FSCTL_SVHDX_ASYNC_TUNNEL_REQUEST, [TUNNEL]),
    (CtlCode.FSCTL_GET_REPARSE_POINT, [reparse.SymbolicLink("target", "target", 1), reparse.NfsSymbolicLink("target")]),
]  # fmt: skip


#: Published vectors that are whole payloads, and the messages that carry them; [MS-DFSC], smbprotocol and smb-rs.
VECTORS = {
    "DFSC-4.5-req": (CtlCode.FSCTL_DFS_GET_REFERRALS, True),
    "SMBRS-dfs-req": (CtlCode.FSCTL_DFS_GET_REFERRALS, True),
    "SMBPROTO-dfs-DFSReferralRequest-test_create_message": (CtlCode.FSCTL_DFS_GET_REFERRALS, True),
    **dict.fromkeys((
        "DFSC-4.5-rsp", "SCAPY-dfs-v4-built", "SCAPY-dfs-namelist-built",
        "SMBPROTO-dfs-DFSReferralResponse-test_parse_message_v1",
        "SMBPROTO-dfs-DFSReferralResponse-test_parse_message_v2",
        "SMBPROTO-dfs-DFSReferralResponse-test_parse_message_v3_name_list_referral",
        "SMBPROTO-dfs-DFSReferralResponse-test_parse_message_v4", "SMBPROTO-dfs-DC_REFERRAL",
        "SMBPROTO-dfs-ROOT_REFERRAL", "SMBPROTO-dfs-TARGET_REFERRAL", "SMBRS-dfs-rsp", "SMBJ-dfs-0", "SMBJ-dfs-1",
        "SMBJ-dfs-2", "SAMBA-dfs_get_ref_out", "SAMBA-dfs_get_ref_out2",
    ), (CtlCode.FSCTL_DFS_GET_REFERRALS, False)),
    "SAMBA-dfs_get_ref_in": (CtlCode.FSCTL_DFS_GET_REFERRALS, True),
    "SMB2-4.8-vni-req": (CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO, True),
    "SMBPROTO-ioctl-SMB2ValidateNegotiateInfoRequest-test_create_message":
        (CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO, True),
    "SMBPROTO-ioctl-SMB2ValidateNegotiateInfoResponse-test_create_message":
        (CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO, False),
    "SMBPROTO-ioctl-SMB2SrvCopyChunkCopy-test_create_message": (CtlCode.FSCTL_SRV_COPYCHUNK, True),
    "SMBRS-fsctl-2": (CtlCode.FSCTL_SRV_COPYCHUNK, True),
    "SMBPROTO-ioctl-SMB2SrvCopyChunkResponse-test_create_message": (CtlCode.FSCTL_SRV_COPYCHUNK, False),
    "SMBRS-fsctl-3": (CtlCode.FSCTL_SRV_COPYCHUNK, False),
    "SMBPROTO-ioctl-SMB2SrcReadHashRequest-test_create_message": (CtlCode.FSCTL_SRV_READ_HASH, True),
    "SMBPROTO-ioctl-SMB2SrvNetworkResiliencyRequest-test_create_message": (CtlCode.FSCTL_LMR_REQUEST_RESILIENCY, True),
    "SMBPROTO-ioctl-SMB2SrvSnapshotArray-test_create_message": (CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS, False),
    "SMBPROTO-ioctl-SMB2SrvRequestResumeKey-test_create_message": (CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY, False),
    "SMBRS-fsctl-1": (CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY, False),
    "SMBPROTO-ioctl-SMB2NetworkInterfaceInfo-test_create_message": (CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO, False),
    "SMBRS-fsctl-5": (CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO, False),
    "SMBRS-fsctl-4": (CtlCode.FSCTL_QUERY_ALLOCATED_RANGES, False),
    "SMBRS-fsctl-0": (CtlCode.FSCTL_OFFLOAD_READ, True),
    "SMBPROTO-reparse-SymbolicLinkReparseDataBuffer-DATA": (CtlCode.FSCTL_GET_REPARSE_POINT, False),
    "SMBPROTO-reparse-SymbolicLinkReparseDataBuffer-test_create_message_with_set_name":
        (CtlCode.FSCTL_SET_REPARSE_POINT, True),
}  # fmt: skip


class Sample(NamedTuple):
    """A payload, and the message that carries it."""

    name: str
    ctl_code: CtlCode
    is_request: bool
    value: Any
    data: bytes

    @property
    def message(self) -> bytes:
        """An SMB2 message with the payload."""
        body, flags = (request, 0) if self.is_request else (response, 1)
        return packed_header(flags=flags) + body(int(self.ctl_code), self.data)


def _samples() -> Iterator[Sample]:
    for is_request, rows in ((True, REQUESTS), (False, RESPONSES)):
        for code, values in rows:
            for place, value in enumerate(values):
                name = f"{code.name}-{'request' if is_request else 'response'}-{place}"
                yield Sample(name, code, is_request, value, value.encode())
    for name, (code, is_request) in VECTORS.items():
        data = vectors()[name]
        if "SymbolicLink" in name:  # the vector is what follows the header
            data = struct.pack("<IHH", reparse.ReparseTag.SYMLINK, len(data), 0) + data
        if is_request:
            value = s2.IoctlRequest(code, s2.FileId.NONE, data).payload()
        else:
            value = s2.IoctlResponse(code, s2.FileId.NONE, data).payload()
        yield Sample(name, code, is_request, value, data)


SAMPLES = tuple(_samples())


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shown]:
    """What tshark shows of all samples, which it is given at once."""
    need(shutil.which("tshark"), "the Debian package tshark")
    found = show([one.message for one in SAMPLES], tmp_path_factory.mktemp("tshark"))
    return {sample.name: one for sample, one in zip(SAMPLES, found, strict=True)}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_tshark_shows_our_values(sample: Sample, shown: dict[str, Shown]) -> None:
    """All that it shows has our value, it shows all that it knows, and it complains of nothing."""
    found = shown[sample.name]
    assert (found.is_request, found.blob, found.complaints) == (sample.is_request, sample.data, ())
    ours = expected(sample.ctl_code, sample.value, is_request=sample.is_request)
    assert parsed(found.fields, ours) == ours


def test_every_payload_that_wireshark_knows_is_there() -> None:
    known = {key for key, fields in FIELDS.items() if fields not in (UNKNOWN, NOTHING)}
    assert {(one.ctl_code, one.is_request) for one in SAMPLES} >= known
