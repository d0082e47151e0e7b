"""The bytes of SMB2 IOCTL messages: decoded, encoded, checked, shown, made for fuzzers, and answered."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from smb2ioctl_codec import payloads, rules
from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.errors import CodecError, DecodeError, EncodeError, StatusError
from smb2ioctl_codec.messages import (
    Command,
    ErrorContext,
    ErrorId,
    ErrorResponse,
    FileId,
    ForeignHeader,
    Header,
    HeaderFlags,
    IoctlRequest,
    IoctlResponse,
    Packet,
    Protocol,
    Violation,
    check_request,
    decode_chain,
    decode_response,
    encode_chain,
    encode_frame,
    iter_frames,
)
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import layout

if TYPE_CHECKING:
    from smb2ioctl_codec import capture, fuzz, server
    from smb2ioctl_codec.dissect.inspect import inspect

__version__ = "0.1.0"

__all__ = [
    "CodecError", "Command", "CtlCode", "DecodeError", "EncodeError", "ErrorContext", "ErrorId", "ErrorResponse",
    "FileId", "ForeignHeader", "Header", "HeaderFlags", "IoctlRequest", "IoctlResponse", "NtStatus", "Packet",
    "Protocol", "StatusError", "Violation", "capture", "check_request", "decode_chain", "decode_response",
    "encode_chain", "encode_frame", "fuzz", "inspect", "iter_frames", "layout", "payloads", "rules", "server",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in ("capture", "fuzz", "server"):
        return import_module(f"{__name__}.{name}")
    if name == "inspect":
        return import_module(f"{__name__}.dissect.inspect").inspect
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
