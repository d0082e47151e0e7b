"""Every field that tshark shows of a payload, by control code and direction, and what its values are to be."""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from smb2ioctl_codec import CtlCode

from . import dfs, fscc, smb2
from .words import Fields, listed, whole

UNKNOWN: Fields = {"smb2.unknown": whole}
#: What the type tells: one of `fscc.REPARSE_POINTS`.
REPARSE_POINT: Fields = {"": whole}
#: Not looked at, or shown by other protocols: what goes through a pipe.
NOTHING: Fields = {}


def expected(ctl_code: int, value: object, *, is_request: bool) -> dict[str, list[Any]]:
    """The fields that tshark is to show of a payload, and their values."""
    if value == b"":
        return {}
    fields = FIELDS.get((CtlCode(ctl_code), is_request), UNKNOWN)
    if isinstance(value, bytes) and fields:  # we cannot read it
        fields = UNKNOWN
    elif fields is REPARSE_POINT:
        fields = fscc.REPARSE_POINTS[type(value).__name__]
    found = {name: listed(field(value)) for name, field in fields.items()}
    return {name: values for name, values in found.items() if values}


def parsed(shown: Mapping[str, Sequence[str]], like: Mapping[str, Sequence[object]]) -> dict[str, list[object]]:
    """What tshark shows, each value as the same type as ours in `like`; a field that is not there stays text."""
    return {
        name: [_parsed(text, one) for text, one in zip(texts, [*like.get(name, ()), *texts], strict=False)]
        for name, texts in shown.items()
    }


def _parsed(text: str, like: object) -> object:
    match like:
        case int():
            return int(text, 0)
        case bytes():
            return bytes.fromhex(text.replace(":", ""))
        case uuid.UUID():
            return uuid.UUID(text)
        case ipaddress.IPv4Address() | ipaddress.IPv6Address():
            return ipaddress.ip_address(text)
    return text


def _table(rows: Iterable[tuple[CtlCode, Fields | None, Fields | None]]) -> dict[tuple[CtlCode, bool], Fields]:
    """Fields by control code and direction, from rows of a code, the request's fields and the response's."""
    table: dict[tuple[CtlCode, bool], Fields] = {}
    for code, request, response in rows:
        table |= {(code, True): request or NOTHING, (code, False): response or NOTHING}
    return table


FIELDS = _table([
    (CtlCode.FSCTL_DFS_GET_REFERRALS, dfs.REQUEST, dfs.REPLY),
    (CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY, None, smb2.RESUME_KEY),
    (CtlCode.FSCTL_SRV_COPYCHUNK, smb2.COPY_REQUEST, smb2.COPY_RESPONSE),
    (CtlCode.FSCTL_SRV_COPYCHUNK_WRITE, smb2.COPY_REQUEST, smb2.COPY_RESPONSE),
    (CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS, None, smb2.SNAPSHOTS),
    (CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO, None, smb2.INTERFACES),
    (CtlCode.FSCTL_LMR_REQUEST_RESILIENCY, smb2.RESILIENCY, None),
    (CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO, smb2.NEGOTIATE_REQUEST, smb2.NEGOTIATE_RESPONSE),
    (CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO_224, smb2.NEGOTIATE_224, smb2.NEGOTIATE_RESPONSE),
    (CtlCode.FSCTL_PIPE_WAIT, fscc.PIPE_WAIT, None),
    (CtlCode.FSCTL_PIPE_TRANSCEIVE, None, None),
    (CtlCode.FSCTL_QUERY_ALLOCATED_RANGES, fscc.RANGE, fscc.RANGES),
    (CtlCode.FSCTL_SET_ZERO_DATA, fscc.ZERO_DATA, None),
    (CtlCode.FSCTL_SET_SPARSE, fscc.SET_SPARSE, None),
    (CtlCode.FSCTL_CREATE_OR_GET_OBJECT_ID, None, fscc.OBJECT_ID),
    (CtlCode.FSCTL_GET_OBJECT_ID, None, fscc.OBJECT_ID),
    (CtlCode.FSCTL_GET_COMPRESSION, None, fscc.COMPRESSION),
    (CtlCode.FSCTL_SET_COMPRESSION, fscc.COMPRESSION, None),
    (CtlCode.FSCTL_SET_REPARSE_POINT, REPARSE_POINT, None),
    (CtlCode.FSCTL_GET_REPARSE_POINT, None, REPARSE_POINT),
    (CtlCode.FSCTL_QUERY_FILE_REGIONS, fscc.REGIONS_REQUEST, fscc.REGIONS_RESPONSE),
    (CtlCode.FSCTL_OFFLOAD_READ, fscc.OFFLOAD_READ, fscc.OFFLOAD_READ_RESPONSE),
    (CtlCode.FSCTL_OFFLOAD_WRITE, fscc.OFFLOAD_WRITE, fscc.OFFLOAD_WRITE_RESPONSE),
    (CtlCode.FSCTL_SET_INTEGRITY_INFORMATION, fscc.INTEGRITY, None),
    (CtlCode.FSCTL_STORAGE_QOS_CONTROL, smb2.SQOS_REQUEST, smb2.SQOS_RESPONSE),
    (CtlCode.FSCTL_QUERY_SHARED_VIRTUAL_DISK_SUPPORT, None, smb2.SHARED_DISK),
    (CtlCode.FSCTL_SVHDX_SYNC_TUNNEL_REQUEST, smb2.TUNNEL, smb2.TUNNEL),
    (CtlCode.FSCTL_SVHDX_ASYNC_TUNNEL_REQUEST, smb2.TUNNEL, smb2.TUNNEL),
])  # fmt: skip
