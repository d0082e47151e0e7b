"""[MS-SMB2] 84.0: what a server must check in the requests of single control codes (3.3.5.15.1 and on)."""

from __future__ import annotations

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules.model import Rule

DFS = (CtlCode.FSCTL_DFS_GET_REFERRALS, CtlCode.FSCTL_DFS_GET_REFERRALS_EX)
PIPE = (CtlCode.FSCTL_PIPE_TRANSCEIVE, CtlCode.FSCTL_PIPE_PEEK)
PIPE_WAIT = (CtlCode.FSCTL_PIPE_WAIT,)
COPYCHUNK = (CtlCode.FSCTL_SRV_COPYCHUNK, CtlCode.FSCTL_SRV_COPYCHUNK_WRITE)
HASH = (CtlCode.FSCTL_SRV_READ_HASH,)
RESILIENCY = (CtlCode.FSCTL_LMR_REQUEST_RESILIENCY,)
INTERFACES = (CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO,)
NEGOTIATE = (CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO,)
MARK_HANDLE = (CtlCode.FSCTL_MARK_HANDLE,)
_INVALID = NtStatus.INVALID_PARAMETER

CODE_RULES = (
    Rule(
        "snapshots-room", "[MS-SMB2] 3.3.5.15.1", _INVALID, "IoctlRequest.max_output_response",
        "max_output_response < 16", "MaxOutputResponse is less than 16 bytes",
        (CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS,), needed="16", available="max_output_response",
    ),
    Rule(
        "dfs-host", "[MS-SMB2] 3.3.5.15.2", NtStatus.FS_DRIVER_REQUIRED, "IoctlRequest.ctl_code",
        "not dfs_enabled", "the server is no DFS host", DFS,
    ),
    Rule(
        "pipe-share", "[MS-SMB2] 3.3.5.15.3, 3.3.5.15.4", NtStatus.NOT_SUPPORTED, "IoctlRequest.ctl_code",
        "not share_is_ipc", "pipes are on IPC$ only", PIPE, force="should",
    ),
    Rule(
        "resume-key-room", "[MS-SMB2] 3.3.5.15.5", _INVALID, "IoctlRequest.max_output_response",
        "max_output_response < 32", "MaxOutputResponse is less than the 32 bytes of a resume key",
        (CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY,), needed="32", available="max_output_response",
    ),
    Rule(
        "copychunk-key", "[MS-SMB2] 3.3.5.15.6", NtStatus.OBJECT_NAME_NOT_FOUND, "IoctlRequest.input",
        "source_key_unknown", "the source key names no open", COPYCHUNK,
    ),
    Rule(
        "copychunk-room", "[MS-SMB2] 3.3.5.15.6", _INVALID, "IoctlRequest.max_output_response",
        "max_output_response < 12", "MaxOutputResponse is less than the 12 bytes of the reply", COPYCHUNK,
        needed="12", available="max_output_response",
    ),
    Rule(
        "copychunk-input", "[MS-SMB2] 3.3.5.15.6", _INVALID, "IoctlRequest.input_count",
        "input_count < 32", "the input is shorter than the 32 bytes before the chunks", COPYCHUNK,
        needed="32", available="input_count",
    ),
    Rule(
        "copychunk-limits", "[MS-SMB2] 3.3.5.15.6, 3.3.5.15.6.2", _INVALID, "IoctlRequest.input",
        "chunks_exceed_limits", "the chunks exceed the server's limits, or are not all there", COPYCHUNK,
    ),
    Rule(
        "copychunk-access", "[MS-SMB2] 3.3.5.15.6", NtStatus.ACCESS_DENIED, "IoctlRequest.file_id",
        "copy_access_missing", "the handles lack the access that the copy needs", COPYCHUNK,
    ),
    Rule(
        "hash-support", "[MS-SMB2] 3.3.5.15.7", NtStatus.NOT_SUPPORTED, "IoctlRequest.ctl_code",
        "hash_unsupported", "the server has no branch cache", HASH,
    ),
    Rule(
        "hash-present", "[MS-SMB2] 3.3.5.15.7", NtStatus.HASH_NOT_PRESENT, "IoctlRequest.file_id",
        "hash_missing", "there is no hash of the file", HASH,
    ),
    Rule(
        "hash-input", "[MS-SMB2] 3.3.5.15.7", NtStatus.BUFFER_TOO_SMALL, "IoctlRequest.input_count",
        "input_count < 24", "the input is shorter than 24 bytes", HASH, needed="24", available="input_count",
    ),
    Rule(
        "hash-room", "[MS-SMB2] 3.3.5.15.7", NtStatus.BUFFER_TOO_SMALL, "IoctlRequest.max_output_response",
        "max_output_response < hash_reply_size", "MaxOutputResponse is less than the head of the reply", HASH,
        needed="hash_reply_size", available="max_output_response",
    ),
    Rule(
        "hash-values", "[MS-SMB2] 3.3.5.15.7", _INVALID, "IoctlRequest.input",
        "hash_values_wrong", "the hash type, version or retrieval type is none that the dialect has", HASH,
    ),
    Rule(
        "hash-disabled", "[MS-SMB2] 3.3.5.15.7", NtStatus.HASH_NOT_SUPPORTED, "IoctlRequest.file_id",
        "hash_disabled", "the share gives no hashes", HASH,
    ),
    Rule(
        "hash-end", "[MS-SMB2] 3.3.5.15.7", NtStatus.END_OF_FILE, "IoctlRequest.input",
        "hash_offset_past_end", "the offset lies past the end", HASH,
    ),
    Rule(
        "resiliency-dialect", "[MS-SMB2] 3.3.5.15.9", NtStatus.INVALID_DEVICE_REQUEST, "IoctlRequest.ctl_code",
        "dialect == 0x0202", "dialect 2.0.2 has no resiliency", RESILIENCY, force="may",
    ),
    Rule(
        "resiliency-support", "[MS-SMB2] 3.3.5.15.9", NtStatus.NOT_SUPPORTED, "IoctlRequest.ctl_code",
        "resiliency_unsupported", "the server has no resiliency", RESILIENCY,
    ),
    Rule(
        "resiliency-input", "[MS-SMB2] 3.3.5.15.9", _INVALID, "IoctlRequest.input_count",
        "input_count < 8", "the input is shorter than 8 bytes",
        RESILIENCY, needed="8", available="input_count",
    ),
    Rule(
        "resiliency-timeout", "[MS-SMB2] 3.3.5.15.9", _INVALID, "IoctlRequest.input",
        "resiliency_timeout > max_resiliency_timeout", "the timeout, in whole seconds, exceeds MaxResiliencyTimeout",
        RESILIENCY,
    ),
    Rule(
        "wait-name", "[MS-SMB2] 3.3.5.15.10", NtStatus.OBJECT_NAME_NOT_FOUND, "IoctlRequest.input",
        "pipe_name_unknown", "the request is malformed, or names no pipe", PIPE_WAIT,
    ),
    Rule(
        "wait-kind", "[MS-SMB2] 3.3.5.15.10", NtStatus.INVALID_DEVICE_REQUEST, "IoctlRequest.input",
        "pipe_name_is_file", "the name is not that of a pipe", PIPE_WAIT,
    ),
    Rule(
        "wait-time", "[MS-SMB2] 3.3.5.15.10", NtStatus.IO_TIMEOUT, "IoctlRequest.input",
        "pipe_wait_timed_out", "the pipe was not available in time", PIPE_WAIT,
    ),
    Rule(
        "interfaces-signed", "[MS-SMB2] 3.3.5.15.11", NtStatus.ACCESS_DENIED, "Header.flags",
        "request_unsigned", "the request is neither signed nor encrypted", INTERFACES, force="may",
    ),
    Rule(
        "interfaces-support", "[MS-SMB2] 3.3.5.15.11", NtStatus.NOT_SUPPORTED, "IoctlRequest.ctl_code",
        "multichannel_missing", "the dialect is older than 3.0, or the server has no multichannel", INTERFACES,
        force="may",
    ),
    Rule(
        "negotiate-room", "[MS-SMB2] 3.3.5.15.12", None, "IoctlRequest.max_output_response",
        "max_output_response < 24", "MaxOutputResponse is less than the 24 bytes of the reply",
        NEGOTIATE, needed="24", available="max_output_response",
    ),
    Rule(
        "negotiate-match", "[MS-SMB2] 3.3.5.15.12", None, "IoctlRequest.input",
        "negotiate_differs", "what is validated is not what was negotiated",
        NEGOTIATE,
    ),
    Rule(
        "reparse-access", "[MS-SMB2] 3.3.5.15.13", NtStatus.ACCESS_DENIED, "IoctlRequest.file_id",
        "reparse_access_missing", "the caller may set symbolic links only",
        (CtlCode.FSCTL_SET_REPARSE_POINT,),
    ),
    Rule(
        "trim-key", "[MS-SMB2] 3.3.5.15.14", _INVALID, "IoctlRequest.input",
        "trim_key != 0", "the Key of the trim is not 0", (CtlCode.FSCTL_FILE_LEVEL_TRIM,),
    ),
    Rule(
        "extents-input", "[MS-SMB2] 3.3.5.15.17", _INVALID, "IoctlRequest.input_count",
        "input_count < 40", "the input is shorter than 40 bytes",
        (CtlCode.FSCTL_DUPLICATE_EXTENTS_TO_FILE,), needed="40", available="input_count",
    ),
    Rule(
        "extents-ex-input", "[MS-SMB2] 3.3.5.15.18", _INVALID, "IoctlRequest.input_count",
        "input_count < 56", "the input is shorter than 56 bytes",
        (CtlCode.FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX,), needed="56", available="input_count",
    ),
    Rule(
        "extents-source", "[MS-SMB2] 3.3.5.15.17, 3.3.5.15.18", NtStatus.INVALID_HANDLE, "IoctlRequest.input",
        "source_handle_unknown", "the source FileId names no open",
        (CtlCode.FSCTL_DUPLICATE_EXTENTS_TO_FILE, CtlCode.FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX),
    ),
    Rule(
        "mark-input", "[MS-SMB2] 3.3.5.15.19", _INVALID, "IoctlRequest.input_count",
        "input_count < 24", "the input is shorter than 24 bytes",
        MARK_HANDLE, needed="24", available="input_count",
    ),
    Rule(
        "mark-values", "[MS-SMB2] 3.3.5.15.19", NtStatus.NOT_SUPPORTED, "IoctlRequest.input",
        "mark_unsupported", "the dialect is older than 3.1.1, or HandleInfo is unknown",
        MARK_HANDLE,
    ),
)  # fmt: skip
