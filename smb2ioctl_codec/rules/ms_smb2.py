"""[MS-SMB2] 84.0: what a server must check in an IOCTL request (3.3.5.15), in document order.

Rules that only some Windows versions apply, or that the document allows without asking for them, have the force
``may``: they are listed, not applied.
"""

from __future__ import annotations

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules.model import ALL_ONES, Rule, RuleSet

#: The codes that go without a handle: their FileId must be all ones.
NO_HANDLE = (
    CtlCode.FSCTL_DFS_GET_REFERRALS,
    CtlCode.FSCTL_DFS_GET_REFERRALS_EX,
    CtlCode.FSCTL_PIPE_WAIT,
    CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO,
    CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO,
)
_DFS = NO_HANDLE[:2]
_PIPE = (CtlCode.FSCTL_PIPE_TRANSCEIVE, CtlCode.FSCTL_PIPE_PEEK)
_COPYCHUNK = (CtlCode.FSCTL_SRV_COPYCHUNK, CtlCode.FSCTL_SRV_COPYCHUNK_WRITE)
_HASH = (CtlCode.FSCTL_SRV_READ_HASH,)
_CODES = ", ".join(f"{int(code):#x}" for code in NO_HANDLE)
_IS_ALL_ONES = f"persistent == {ALL_ONES:#x} and volatile == {ALL_ONES:#x}"
_INVALID = NtStatus.INVALID_PARAMETER
_SECTION = "[MS-SMB2] 3.3.5.15"

MS_SMB2 = RuleSet(
    "MS_SMB2",
    "[MS-SMB2] 84.0, section 3.3.5.15",
    (
        Rule(
            "body-size", "[MS-SMB2] 3.3.5.2.6", _INVALID, "IoctlRequest",
            "size < 56", "the body is shorter than its fixed part of 56 bytes",
            layout=True, needed="56", available="size",
        ),
        Rule(
            "structure-size", "[MS-SMB2] 2.2.31, 3.3.5.2.6", _INVALID, "IoctlRequest.structure_size",
            "structure_size != 57", "StructureSize is not 57", layout=True,
        ),
        Rule(
            "session", _SECTION, NtStatus.USER_SESSION_DELETED, "Header.session_id",
            "session_missing", "the SessionId names no session",
        ),
        Rule(
            "tree", _SECTION, NtStatus.NETWORK_NAME_DELETED, "Header.tree_id",
            "tree_missing", "the TreeId names no tree connect",
        ),
        Rule(
            "flags", _SECTION, NtStatus.NOT_SUPPORTED, "IoctlRequest.flags",
            "flags != 1", "Flags is not SMB2_0_IOCTL_IS_FSCTL", force="should",
        ),
        Rule(
            "no-handle", _SECTION, _INVALID, "IoctlRequest.file_id",
            f"not ({_IS_ALL_ONES})", "the control code wants a FileId of all ones", NO_HANDLE,
        ),
        Rule(
            "handle", _SECTION, NtStatus.FILE_CLOSED, "IoctlRequest.file_id",
            f"ctl_code not in ({_CODES}) and not related and {_IS_ALL_ONES}", "the FileId names no handle",
        ),
        Rule(
            "open", _SECTION, NtStatus.FILE_CLOSED, "IoctlRequest.file_id",
            f"ctl_code not in ({_CODES}) and open_missing", "the FileId names no open of this session",
        ),
        Rule(
            "transact-size", _SECTION, _INVALID, "IoctlRequest.max_output_response",
            "input_count > max_transact_size or max_input_response > max_transact_size"
            " or max_output_response > max_transact_size", "a count exceeds MaxTransactSize", force="should",
        ),
        Rule(
            "input-low", _SECTION, _INVALID, "IoctlRequest.input_offset",
            "input_count > 0 and 0 < input_offset < 120", "InputOffset points before the data, which starts at 120",
            layout=True,
        ),
        Rule(
            "input-alignment", _SECTION, _INVALID, "IoctlRequest.input_offset",
            "input_count > 0 and input_offset % 8 != 0", "InputOffset is no multiple of 8", layout=True,
        ),
        Rule(
            "input-offset", _SECTION, _INVALID, "IoctlRequest.input_offset",
            "input_count > 0 and input_offset > size + 64", "InputOffset points past the message", layout=True,
        ),
        Rule(
            "input-length", _SECTION, _INVALID, "IoctlRequest.input",
            "input_count > 0 and input_offset <= size + 64 and input_offset + input_count > size + 64",
            "the input does not end inside the message",
            layout=True, needed="input_count", available="size + 64 - input_offset", limit="IoctlRequest.input_count",
        ),
        Rule(
            "input-absent", f"{_SECTION} <377>", _INVALID, "IoctlRequest.input_offset",
            "input_count == 0 and input_offset > size + 64", "there is no input, but InputOffset points past the end",
            force="may",
        ),
        Rule(
            "output-low", f"{_SECTION} <378>", _INVALID, "IoctlRequest.output_offset",
            "0 < output_offset < 120", "OutputOffset points before the data", force="may",
        ),
        Rule(
            "output-offset", f"{_SECTION} <378>", _INVALID, "IoctlRequest.output_offset",
            "output_offset > size + 64", "OutputOffset points past the message", force="may",
        ),
        Rule(
            "output-alignment", f"{_SECTION} <378>", _INVALID, "IoctlRequest.output_offset",
            "output_offset % 8 != 0", "OutputOffset is no multiple of 8", force="may",
        ),
        Rule(
            "output-length", f"{_SECTION} <378>", _INVALID, "IoctlRequest.output_count",
            "output_offset + output_count > size + 64", "the output does not end inside the message", force="may",
        ),
        Rule(
            "output-overlap", f"{_SECTION} <378>", _INVALID, "IoctlRequest.output_offset",
            "output_count > 0 and output_offset < input_offset + input_count",
            "the output starts before the input ends", force="may",
        ),
        Rule(
            "credits", "[MS-SMB2] 3.3.5.2.5", _INVALID, "Header.credit_charge",
            "input_count + output_count > credit_charge * 65536"
            " or max_input_response + max_output_response > credit_charge * 65536",
            "CreditCharge does not cover the counts",
        ),
        Rule(
            "code-allowed", _SECTION, NtStatus.NOT_SUPPORTED, "IoctlRequest.ctl_code",
            "code_refused", "the server does not allow the control code", force="should",
        ),
        Rule(
            "code-known", _SECTION, NtStatus.INVALID_DEVICE_REQUEST, "IoctlRequest.ctl_code",
            "code_unknown", "the file system does not know the control code", force="should",
        ),
        Rule(
            "snapshots-room", "[MS-SMB2] 3.3.5.15.1", _INVALID, "IoctlRequest.max_output_response",
            "max_output_response < 16", "MaxOutputResponse is less than 16 bytes",
            (CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS,), needed="16", available="max_output_response",
        ),
        Rule(
            "dfs-host", "[MS-SMB2] 3.3.5.15.2", NtStatus.FS_DRIVER_REQUIRED, "IoctlRequest.ctl_code",
            "not dfs_enabled", "the server is no DFS host", _DFS,
        ),
        Rule(
            "pipe-share", "[MS-SMB2] 3.3.5.15.3, 3.3.5.15.4", NtStatus.NOT_SUPPORTED, "IoctlRequest.ctl_code",
            "not share_is_ipc", "pipes are on IPC$ only", _PIPE, force="should",
        ),
        Rule(
            "resume-key-room", "[MS-SMB2] 3.3.5.15.5", _INVALID, "IoctlRequest.max_output_response",
            "max_output_response < 32", "MaxOutputResponse is less than the 32 bytes of a resume key",
            (CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY,), needed="32", available="max_output_response",
        ),
        Rule(
            "copychunk-room", "[MS-SMB2] 3.3.5.15.6", _INVALID, "IoctlRequest.max_output_response",
            "max_output_response < 12", "MaxOutputResponse is less than the 12 bytes of the reply", _COPYCHUNK,
            needed="12", available="max_output_response",
        ),
        Rule(
            "copychunk-input", "[MS-SMB2] 3.3.5.15.6", _INVALID, "IoctlRequest.input_count",
            "input_count < 32", "the input is shorter than the 32 bytes before the chunks", _COPYCHUNK,
            needed="32", available="input_count",
        ),
        Rule(
            "copychunk-limits", "[MS-SMB2] 3.3.5.15.6, 3.3.5.15.6.2", _INVALID, "IoctlRequest.input",
            "chunks_exceed_limits", "the chunks exceed the server's limits", _COPYCHUNK,
        ),
        Rule(
            "copychunk-key", "[MS-SMB2] 3.3.5.15.6", NtStatus.OBJECT_NAME_NOT_FOUND, "IoctlRequest.input",
            "source_key_unknown", "the source key names no open", _COPYCHUNK,
        ),
        Rule(
            "copychunk-access", "[MS-SMB2] 3.3.5.15.6", NtStatus.ACCESS_DENIED, "IoctlRequest.file_id",
            "copy_access_missing", "the handles lack the access that the copy needs", _COPYCHUNK,
        ),
        Rule(
            "hash-support", "[MS-SMB2] 3.3.5.15.7", NtStatus.NOT_SUPPORTED, "IoctlRequest.ctl_code",
            "hash_unsupported", "the server has no branch cache", _HASH,
        ),
        Rule(
            "hash-input", "[MS-SMB2] 3.3.5.15.7", NtStatus.BUFFER_TOO_SMALL, "IoctlRequest.input_count",
            "input_count < 24", "the input is shorter than 24 bytes", _HASH, needed="24", available="input_count",
        ),
        Rule(
            "hash-room", "[MS-SMB2] 3.3.5.15.7", NtStatus.BUFFER_TOO_SMALL, "IoctlRequest.max_output_response",
            "max_output_response < hash_reply_size", "MaxOutputResponse is less than the head of the reply", _HASH,
            needed="hash_reply_size", available="max_output_response",
        ),
        Rule(
            "hash-disabled", "[MS-SMB2] 3.3.5.15.7", NtStatus.HASH_NOT_SUPPORTED, "IoctlRequest.file_id",
            "hash_disabled", "the share gives no hashes", _HASH,
        ),
        Rule(
            "hash-values", "[MS-SMB2] 3.3.5.15.7", _INVALID, "IoctlRequest.input",
            "hash_values_wrong", "the hash type, version or retrieval type is none that the dialect has", _HASH,
        ),
        Rule(
            "hash-present", "[MS-SMB2] 3.3.5.15.7", NtStatus.HASH_NOT_PRESENT, "IoctlRequest.file_id",
            "hash_missing", "there is no hash of the file", _HASH,
        ),
        Rule(
            "hash-end", "[MS-SMB2] 3.3.5.15.7", NtStatus.END_OF_FILE, "IoctlRequest.input",
            "hash_offset_past_end", "the offset lies past the end", _HASH,
        ),
        Rule(
            "resiliency-input", "[MS-SMB2] 3.3.5.15.9", _INVALID, "IoctlRequest.input_count",
            "input_count < 8", "the input is shorter than 8 bytes",
            (CtlCode.FSCTL_LMR_REQUEST_RESILIENCY,), needed="8", available="input_count",
        ),
        Rule(
            "resiliency-timeout", "[MS-SMB2] 3.3.5.15.9", _INVALID, "IoctlRequest.input",
            "resiliency_timeout > max_resiliency_timeout", "the timeout exceeds MaxResiliencyTimeout",
            (CtlCode.FSCTL_LMR_REQUEST_RESILIENCY,),
        ),
        Rule(
            "negotiate-room", "[MS-SMB2] 3.3.5.15.12", None, "IoctlRequest.max_output_response",
            "max_output_response < 24", "MaxOutputResponse is less than the 24 bytes of the reply",
            (CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO,), needed="24", available="max_output_response",
        ),
        Rule(
            "negotiate-match", "[MS-SMB2] 3.3.5.15.12", None, "IoctlRequest.input",
            "negotiate_differs", "what is validated is not what was negotiated",
            (CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO,),
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
            (CtlCode.FSCTL_MARK_HANDLE,), needed="24", available="input_count",
        ),
        Rule(
            "mark-values", "[MS-SMB2] 3.3.5.15.19", NtStatus.NOT_SUPPORTED, "IoctlRequest.input",
            "mark_unsupported", "the dialect is older than 3.1.1, or HandleInfo is unknown",
            (CtlCode.FSCTL_MARK_HANDLE,),
        ),
    ),
)  # fmt: skip
