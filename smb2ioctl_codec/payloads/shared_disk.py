"""Shared virtual disks: FSCTL_QUERY_SHARED_VIRTUAL_DISK_SUPPORT, FSCTL_SVHDX_SYNC_ and _ASYNC_TUNNEL_REQUEST."""

from __future__ import annotations

from construct import Int32ul, Int64ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Raw, Record, Tag, record


class SharedVirtualDiskSupport(OpenIntEnum):
    """What a server can do with shared virtual disks ([MS-RSVD] 2.2.4.16)."""

    SHARED_VIRTUAL_DISKS_SUPPORTED = 1
    SHARED_VIRTUAL_DISK_SNAPSHOTS_SUPPORTED = 7


class HandleState(OpenIntEnum):
    """Who shares a virtual disk ([MS-RSVD] 2.2.4.16): nobody, another open, this open."""

    NONE = 0
    FILE_SHARED = 1
    SHARED = 3


class TunnelOperation(OpenIntEnum):
    """OperationCode of a tunnel header ([MS-RSVD] 2.2.2)."""

    GET_INITIAL_INFO = 0x02001001
    SCSI = 0x02001002
    CHECK_CONNECTION_STATUS = 0x02001003
    SRB_STATUS = 0x02001004
    GET_DISK_INFO = 0x02001005
    VALIDATE_DISK = 0x02001006
    META_OPERATION_START = 0x02002101
    META_OPERATION_QUERY_PROGRESS = 0x02002002
    VHDSET_QUERY_INFORMATION = 0x02002005
    DELETE_SNAPSHOT = 0x02002006
    CHANGE_TRACKING_GET_PARAMETERS = 0x02002008
    CHANGE_TRACKING_START = 0x02002009
    CHANGE_TRACKING_STOP = 0x0200200A
    QUERY_VIRTUAL_DISK_CHANGES = 0x0200200C
    QUERY_SAFE_SIZE = 0x0200200D


@record(
    "[MS-RSVD] 2.2.4.16",
    Struct(
        "shared_virtual_disk_support" / Tag(Int32ul, SharedVirtualDiskSupport) * "what the server can do",
        "handle_state" / Tag(Int32ul, HandleState) * "who shares the disk",
    ),
)
class SharedVirtualDiskSupportResponse(Record):
    """SVHDX_SHARED_VIRTUAL_DISK_SUPPORT_RESPONSE: output of FSCTL_QUERY_SHARED_VIRTUAL_DISK_SUPPORT, whose input is
    empty. [MS-RSVD] 2.2.4.16; 8 bytes.
    """

    shared_virtual_disk_support: SharedVirtualDiskSupport
    handle_state: HandleState = HandleState.NONE


@record(
    "[MS-RSVD] 2.2.4.11",
    Struct(
        "operation_code" / Tag(Int32ul, TunnelOperation) * "what the body is",
        "status" / Tag(Int32ul, NtStatus) * "of the operation; 0 in requests",
        "request_id" / Int64ul * "of the client; its reply has the same",
        "body" / Raw() * "what the operation defines",
    ),
)
class SvhdxTunnelOperationHeader(Record):
    """SVHDX_TUNNEL_OPERATION_HEADER: an operation on a shared virtual disk, or its outcome. Input and output of
    FSCTL_SVHDX_SYNC_TUNNEL_REQUEST and FSCTL_SVHDX_ASYNC_TUNNEL_REQUEST.

    `body` stays bytes: what the operations define is no part of SMB2. [MS-RSVD] 2.2.4.11; at least 16 bytes.
    """

    operation_code: TunnelOperation
    request_id: int
    body: bytes = b""
    status: NtStatus = NtStatus.SUCCESS
