"""The table of control codes: which payload each carries.

To add a code: write its records in a module of this package, and one `Row` here.
"""

from __future__ import annotations

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.payloads.row import Row

_REPARSE_POINTS = (
    "reparse:SymbolicLink reparse:MountPoint reparse:NfsSymbolicLink reparse:NfsDevice reparse:NfsFile"
    " reparse:LxSymlink reparse:ReparseGuidData reparse:ReparseData"
)

_ROWS = (
    Row(
        CtlCode.FSCTL_DFS_GET_REFERRALS,
        "[MS-DFSC] 2.2.2, 2.2.4",
        needs_no_handle=True,
        _request="dfs:ReferralRequest",
        _response="dfs:ReferralReply dfs:TruncatedReferralReply",
        _response_type="dfs:reply_type",
        _facts="dfs:request_facts",
    ),
    Row(
        CtlCode.FSCTL_DFS_GET_REFERRALS_EX,
        "[MS-DFSC] 2.2.3, 2.2.4",
        needs_no_handle=True,
        _request="dfs:ReferralRequestEx",
        _response="dfs:ReferralReply dfs:TruncatedReferralReply",
        _response_type="dfs:reply_type",
    ),
    Row(CtlCode.FSCTL_IS_PATHNAME_VALID, "[MS-FSCC] 2.3.35", _request="search:IsPathnameValid"),
    Row(CtlCode.FSCTL_GET_COMPRESSION, "[MS-FSCC] 2.3.18", _response="integrity:CompressionState"),
    Row(CtlCode.FSCTL_QUERY_FAT_BPB, "[MS-FSCC] 2.3.53, 2.3.54", _response="volumes:FatBpb"),
    Row(
        CtlCode.FSCTL_FILESYSTEM_GET_STATISTICS,
        "[MS-FSCC] 2.3.11, 2.3.12",
        _response="statistics:AllFilesystemStatistics statistics:CutFilesystemStatistics",
        _response_type="statistics:response_type",
    ),
    Row(CtlCode.FSCTL_GET_NTFS_VOLUME_DATA, "[MS-FSCC] 2.3.21, 2.3.22", _response="volumes:NtfsVolumeData"),
    Row(
        CtlCode.FSCTL_GET_RETRIEVAL_POINTERS,
        "[MS-FSCC] 2.3.31, 2.3.32",
        _request="extents:StartingVcn",
        _response="extents:RetrievalPointers",
    ),
    Row(
        CtlCode.FSCTL_FIND_FILES_BY_SID,
        "[MS-FSCC] 2.3.15, 2.3.16",
        _request="search:FindBySidData",
        _response="search:FindFilesBySid",
        _facts="search:request_facts",
    ),
    Row(
        CtlCode.FSCTL_SET_OBJECT_ID,
        "[MS-FSCC] 2.3.77, 2.1.3",
        _request="object_ids:FileObjectIdBuffer object_ids:FileObjectIdBufferType2",
        _request_type="object_ids:request_type",
    ),
    Row(
        CtlCode.FSCTL_GET_OBJECT_ID,
        "[MS-FSCC] 2.3.26, 2.1.3",
        _response="object_ids:FileObjectIdBuffer object_ids:FileObjectIdBufferType2",
        _response_type="object_ids:response_type",
    ),
    Row(CtlCode.FSCTL_DELETE_OBJECT_ID, "[MS-FSCC] 2.3.3"),
    Row(
        CtlCode.FSCTL_SET_REPARSE_POINT,
        "[MS-FSCC] 2.3.81, 2.1.2",
        _request=_REPARSE_POINTS,
        _request_type="reparse:request_type",
    ),
    Row(
        CtlCode.FSCTL_GET_REPARSE_POINT,
        "[MS-FSCC] 2.3.28, 2.1.2",
        _response=_REPARSE_POINTS,
        _response_type="reparse:response_type",
    ),
    Row(
        CtlCode.FSCTL_DELETE_REPARSE_POINT,
        "[MS-FSCC] 2.3.5, 2.1.2",
        _request=_REPARSE_POINTS,
        _request_type="reparse:request_type",
    ),
    Row(CtlCode.FSCTL_SET_OBJECT_ID_EXTENDED, "[MS-FSCC] 2.3.79", _request="object_ids:SetObjectIdExtended"),
    Row(
        CtlCode.FSCTL_CREATE_OR_GET_OBJECT_ID,
        "[MS-FSCC] 2.3.2, 2.1.3",
        _response="object_ids:FileObjectIdBuffer object_ids:FileObjectIdBufferType2",
        _response_type="object_ids:response_type",
    ),
    Row(CtlCode.FSCTL_SET_SPARSE, "[MS-FSCC] 2.3.83", _request="ranges:FileSetSparseBuffer", _request_optional=True),
    Row(
        CtlCode.FSCTL_SET_ENCRYPTION,
        "[MS-FSCC] 2.3.71, 2.3.72",
        _request="integrity:EncryptionBuffer",
        _response="integrity:DecryptionStatusBuffer",
        _response_optional=True,
    ),
    Row(
        CtlCode.FSCTL_READ_FILE_USN_DATA,
        "[MS-FSCC] 2.3.61, 2.3.62",
        _request="usn:ReadFileUsnData",
        _request_optional=True,
        _response="usn:UsnRecordV2 usn:UsnRecordV3",
        _response_type="usn:record_type",
    ),
    Row(CtlCode.FSCTL_WRITE_USN_CLOSE_RECORD, "[MS-FSCC] 2.3.92, 2.3.93", _response="usn:WriteUsnCloseRecord"),
    Row(CtlCode.FSCTL_MARK_HANDLE, "[MS-FSCC] 2.3.39, 2.3.40", _request="handles:MarkHandleInfo"),
    Row(CtlCode.FSCTL_SIS_COPYFILE, "[MS-FSCC] 2.3.89, 2.3.90", _request="links:SisCopyFile"),
    Row(CtlCode.FSCTL_RECALL_FILE, "[MS-FSCC] 2.3.63, 2.3.64", remark="neither direction carries anything"),
    Row(CtlCode.FSCTL_QUERY_SPARING_INFO, "[MS-FSCC] 2.3.59, 2.3.60", _response="volumes:FileQuerySparing"),
    Row(
        CtlCode.FSCTL_QUERY_ON_DISK_VOLUME_INFO,
        "[MS-FSCC] 2.3.57, 2.3.58",
        _response="volumes:OnDiskVolumeInfo volumes:OnDiskVolumeInfoAligned",
        _response_type="volumes:on_disk_type",
    ),
    Row(
        CtlCode.FSCTL_SET_ZERO_ON_DEALLOCATION, "[MS-FSCC] 2.3.87, 2.3.88", remark="neither direction carries anything"
    ),
    Row(CtlCode.FSCTL_GET_INTEGRITY_INFORMATION, "[MS-FSCC] 2.3.20", _response="integrity:GetIntegrityInformation"),
    Row(
        CtlCode.FSCTL_QUERY_FILE_REGIONS,
        "[MS-FSCC] 2.3.55, 2.3.56",
        _request="ranges:FileRegionInput",
        _request_optional=True,
        _response="ranges:FileRegionOutput",
    ),
    Row(CtlCode.FSCTL_GET_REFS_VOLUME_DATA, "[MS-FSCC] 2.3.23, 2.3.24", _response="volumes:RefsVolumeData"),
    Row(
        CtlCode.FSCTL_QUERY_SHARED_VIRTUAL_DISK_SUPPORT,
        "[MS-RSVD] 2.2.4.16",
        _response="shared_disk:SharedVirtualDiskSupportResponse",
    ),
    Row(
        CtlCode.FSCTL_SVHDX_SYNC_TUNNEL_REQUEST,
        "[MS-RSVD] 2.2.4.11",
        _request="shared_disk:SvhdxTunnelOperationHeader",
        _response="shared_disk:SvhdxTunnelOperationHeader",
    ),
    Row(
        CtlCode.FSCTL_STORAGE_QOS_CONTROL,
        "[MS-SQOS] 2.2.2.2, 2.2.2.3",
        _request="qos:StorageQosControlRequest",
        _response="qos:StorageQosControlResponse",
        _response_optional=True,
    ),
    Row(
        CtlCode.FSCTL_SVHDX_ASYNC_TUNNEL_REQUEST,
        "[MS-RSVD] 2.2.4.11",
        _request="shared_disk:SvhdxTunnelOperationHeader",
        _response="shared_disk:SvhdxTunnelOperationHeader",
    ),
    Row(CtlCode.FSCTL_SET_INTEGRITY_INFORMATION_EX, "[MS-FSCC] 2.3.75", _request="integrity:SetIntegrityInformationEx"),
    Row(
        CtlCode.FSCTL_GET_RETRIEVAL_POINTERS_AND_REFCOUNT,
        "[MS-FSCC] 2.3.33, 2.3.34",
        _request="extents:StartingVcn",
        _response="extents:RetrievalPointersAndRefcount extents:RetrievalPointersAndRefcountAligned",
        _response_type="extents:refcount_type",
    ),
    Row(
        CtlCode.FSCTL_GET_RETRIEVAL_POINTER_COUNT,
        "[MS-FSCC] 2.3.29, 2.3.30",
        _request="extents:StartingVcn",
        _response="extents:RetrievalPointerCount",
    ),
    Row(
        CtlCode.FSCTL_REFS_STREAM_SNAPSHOT_MANAGEMENT,
        "[MS-FSCC] 2.3.65, 2.3.66",
        _request="refs_snapshots:RefsStreamSnapshotManagement",
        _response=(
            "refs_snapshots:StreamSnapshotList refs_snapshots:StreamSnapshotListAligned"
            " refs_snapshots:StreamDeltas refs_snapshots:StreamDeltasAligned"
        ),
        _response_type="refs_snapshots:response_type",
    ),
    Row(
        CtlCode.FSCTL_QUERY_ALLOCATED_RANGES,
        "[MS-FSCC] 2.3.51, 2.3.52",
        _request="ranges:QueryAllocatedRanges",
        _response="ranges:FileAllocatedRanges",
        _facts="ranges:allocated_facts",
    ),
    Row(
        CtlCode.FSCTL_OFFLOAD_READ,
        "[MS-FSCC] 2.3.41, 2.3.42",
        _request="offload:OffloadReadInput",
        _response="offload:OffloadReadOutput",
    ),
    Row(
        CtlCode.FSCTL_SET_ZERO_DATA,
        "[MS-FSCC] 2.3.85",
        _request="ranges:FileZeroDataInformation",
        _facts="ranges:zero_facts",
    ),
    Row(CtlCode.FSCTL_SET_DEFECT_MANAGEMENT, "[MS-FSCC] 2.3.69, 2.3.70", _request="volumes:SetDefectManagement"),
    Row(
        CtlCode.FSCTL_FILE_LEVEL_TRIM,
        "[MS-FSCC] 2.3.13, 2.3.14",
        _request="ranges:FileLevelTrim",
        _response="ranges:FileLevelTrimOutput",
        _response_optional=True,
        _facts="ranges:request_facts",
    ),
    Row(
        CtlCode.FSCTL_OFFLOAD_WRITE,
        "[MS-FSCC] 2.3.43, 2.3.44",
        _request="offload:OffloadWriteInput",
        _response="offload:OffloadWriteOutput",
    ),
    Row(CtlCode.FSCTL_DUPLICATE_EXTENTS_TO_FILE, "[MS-FSCC] 2.3.7.2", _request="clone:DuplicateExtents"),
    Row(CtlCode.FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX, "[MS-FSCC] 2.3.9.2", _request="clone:DuplicateExtentsEx"),
    Row(
        CtlCode.FSCTL_SET_COMPRESSION,
        "[MS-FSCC] 2.3.67",
        _request="integrity:CompressionState",
        _facts="integrity:request_facts",
    ),
    Row(CtlCode.FSCTL_SET_INTEGRITY_INFORMATION, "[MS-FSCC] 2.3.73", _request="integrity:SetIntegrityInformation"),
    Row(CtlCode.FSCTL_PIPE_WAIT, "[MS-FSCC] 2.3.49", needs_no_handle=True, _request="pipes:PipeWaitRequest"),
    Row(CtlCode.FSCTL_PIPE_PEEK, "[MS-FSCC] 2.3.46", _response="pipes:PipePeekResponse"),
    Row(
        CtlCode.FSCTL_PIPE_TRANSCEIVE,
        "[MS-FSCC] 2.3.47, 2.3.48",
        remark="both are whatever the pipe's protocol says",
        _facts="pipes:fragment_facts",
    ),
    Row(CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY, "[MS-SMB2] 2.2.32.3", _response="copychunk:ResumeKey"),
    Row(CtlCode.FSCTL_LMR_SET_LINK_TRACKING_INFORMATION, "[MS-FSCC] 2.3.37, 2.3.38", _request="links:LinkTracking"),
    Row(
        CtlCode.FSCTL_LMR_REQUEST_RESILIENCY,
        "[MS-SMB2] 2.2.31.3",
        _request="resiliency:NetworkResiliencyRequest",
        _facts="resiliency:request_facts",
    ),
    Row(
        CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO,
        "[MS-SMB2] 2.2.32.5",
        needs_no_handle=True,
        _response="network:NetworkInterfaceInfos",
    ),
    Row(
        CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO_224,
        "[MS-SMB2] 2.2.32.6",
        _request="negotiate:ValidateNegotiateInfo224",
        _response="negotiate:ValidateNegotiateInfo224",
    ),
    Row(
        CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO,
        "[MS-SMB2] 2.2.31.4, 2.2.32.6",
        needs_no_handle=True,
        _request="negotiate:ValidateNegotiateInfoRequest",
        _response="negotiate:ValidateNegotiateInfoResponse",
        _facts="negotiate:request_facts",
    ),
    Row(CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS, "[MS-SMB2] 2.2.32.2", _response="snapshots:SnapshotArray"),
    Row(
        CtlCode.FSCTL_SRV_COPYCHUNK,
        "[MS-SMB2] 2.2.31.1, 2.2.32.1",
        _request="copychunk:CopyChunkCopy",
        _response="copychunk:CopyChunkResponse copychunk:CopyChunkLimits",
        _response_type="copychunk:response_type",
        _facts="copychunk:request_facts",
    ),
    Row(
        CtlCode.FSCTL_SRV_READ_HASH,
        "[MS-SMB2] 2.2.31.2, 2.2.32.4",
        _request="read_hash:ReadHashRequest",
        _response="read_hash:HashRetrieveHashBased read_hash:HashRetrieveFileBased",
        _response_type="read_hash:response_type",
        _facts="read_hash:request_facts",
    ),
    Row(
        CtlCode.FSCTL_SRV_COPYCHUNK_WRITE,
        "[MS-SMB2] 2.2.31.1, 2.2.32.1",
        _request="copychunk:CopyChunkCopy",
        _response="copychunk:CopyChunkResponse copychunk:CopyChunkLimits",
        _response_type="copychunk:response_type",
        _facts="copychunk:request_facts",
    ),
)
BY_CODE = {row.ctl_code: row for row in _ROWS}
