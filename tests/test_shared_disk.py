"""Shared virtual disks: what the server supports, and the header of tunnelled operations."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from refusals import both_ways, encode_path, place

from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads.shared_disk import (
    HandleState,
    SharedVirtualDiskSupport,
    SharedVirtualDiskSupportResponse,
    SvhdxTunnelOperationHeader,
    TunnelOperation,
)


@pytest.mark.parametrize("support", [SharedVirtualDiskSupport.SHARED_VIRTUAL_DISKS_SUPPORTED, 7, 0, 0xFFFFFFFF])
@pytest.mark.parametrize("state", [0, 1, HandleState.SHARED, 0x80000000])
def test_support(support: Any, state: Any) -> None:
    decoded = SharedVirtualDiskSupportResponse.decode(struct.pack("<II", support, state))
    assert type(decoded.shared_virtual_disk_support) is SharedVirtualDiskSupport
    assert both_ways(SharedVirtualDiskSupportResponse(support, state), struct.pack("<II", support, state))


@pytest.mark.parametrize("body", [b"", b"x", bytes(56)])
@pytest.mark.parametrize("operation", [TunnelOperation.SCSI, TunnelOperation.QUERY_SAFE_SIZE, 0x02002007])
def test_a_tunnelled_operation(operation: Any, body: bytes) -> None:
    """The header is read, known operation or not; its body is bytes."""
    asked = SvhdxTunnelOperationHeader(operation, 0x1122334455667788, body)
    assert both_ways(asked, struct.pack("<IIQ", operation, 0, 0x1122334455667788) + body)
    failed = SvhdxTunnelOperationHeader(operation, 1, body, NtStatus(0xC05CFF07))
    assert both_ways(failed, struct.pack("<IIQ", operation, 0xC05CFF07, 1) + body)


@pytest.mark.parametrize(
    ("kind", "size", "path", "offset"),
    [
        (SharedVirtualDiskSupportResponse, 0, ".shared_virtual_disk_support", 0),
        (SharedVirtualDiskSupportResponse, 7, ".handle_state", 4),
        (SharedVirtualDiskSupportResponse, 9, "", 8),
        (SvhdxTunnelOperationHeader, 3, ".operation_code", 0),
        (SvhdxTunnelOperationHeader, 4, ".status", 4),
        (SvhdxTunnelOperationHeader, 8, ".request_id", 8),
        (SvhdxTunnelOperationHeader, 15, ".request_id", 8),
    ],
)
def test_another_size(kind: Any, size: int, path: str, offset: int) -> None:
    assert place(kind, bytes(size)) == (f"{kind.__name__}{path}", offset)


_WRONG: Any = "wrong"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (SharedVirtualDiskSupportResponse(_WRONG), "SharedVirtualDiskSupportResponse.shared_virtual_disk_support"),
        (SvhdxTunnelOperationHeader(TunnelOperation.SCSI, -1), "SvhdxTunnelOperationHeader.request_id"),
        (SvhdxTunnelOperationHeader(TunnelOperation.SCSI, 1, _WRONG), "SvhdxTunnelOperationHeader.body"),
        (SvhdxTunnelOperationHeader(TunnelOperation.SCSI, 1, b"", _WRONG), "SvhdxTunnelOperationHeader.status"),
    ],
)
def test_what_cannot_be_said(value: Any, path: str) -> None:
    assert encode_path(value) == path
