"""What buffers of IOCTL messages carry, as fields and values."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.dissect.flat import leaves_of, leaves_of_cut
from smb2ioctl_codec.dissect.inspect import inspect
from smb2ioctl_codec.dissect.leaves import Leaf, leaves, unknown
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.messages import IoctlRequest
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads import registry

#: Payloads of which the fields are remembered, as clients ask the same again and again; and the bytes of the largest.
REMEMBERED = 2048
LARGEST_REMEMBERED = 2048

#: Control codes with outputs that only the request explains.
EXPLAINED = frozenset((int(CtlCode.FSCTL_SRV_READ_HASH), int(CtlCode.FSCTL_REFS_STREAM_SNAPSHOT_MANAGEMENT)))

_OVERFLOW = int(NtStatus.BUFFER_OVERFLOW)


class Payload(NamedTuple):
    """The input of a request, or the output of a reply under its status (0 of a request)."""

    ctl_code: int
    data: bytes
    status: int
    is_request: bool


def is_remembered(payload: Payload) -> bool:
    """Whether it is small, and needs no request to explain it."""
    return len(payload.data) <= LARGEST_REMEMBERED and payload.ctl_code not in EXPLAINED


def leaves_of_payload(payload: Payload, request: IoctlRequest | None = None) -> list[Leaf]:
    """The fields and values of a payload, in tshark's order.

    Args:
        payload: the payload.
        request: the request that is answered, for outputs that only it explains.
    """
    known = list(_remembered(payload)) if is_remembered(payload) else _read(payload, request)
    return [*known, *unknown(payload.ctl_code, payload.data)]


@lru_cache(REMEMBERED)
def _remembered(payload: Payload) -> tuple[Leaf, ...]:
    return tuple(_read(payload, None))


def _read(payload: Payload, request: IoctlRequest | None) -> list[Leaf]:
    ctl_code, data, status, is_request = payload
    found = _quickly(payload, request)
    if found is not None:
        return found
    direction: Any = "request" if is_request else "response"
    root = inspect(data, ctl_code=ctl_code, direction=direction, status=status, request=request).root
    return list(leaves(root)) if root.kind.role == "record" else []


def _quickly(payload: Payload, request: IoctlRequest | None) -> list[Leaf] | None:
    """The fields of a payload that decodes; None if only a tree can tell."""
    ctl_code, data, status, is_request = payload
    row = registry.lookup(ctl_code)
    try:
        if status == _OVERFLOW:
            kind: Any = row.response_kind(data, None, status)
            if getattr(kind, "truncated", False):
                return leaves_of_cut(kind, data)
        value = row.decode_request(data) if is_request else row.decode_response(data, None, status)
        if isinstance(value, bytes) and request is not None and request.ctl_code == ctl_code and not is_request:
            value = row.decode_response(data, request.payload(), status)
    except DecodeError:
        return None
    if isinstance(value, bytes):
        return None if status == _OVERFLOW else []
    return leaves_of(value, data, is_request=is_request)
