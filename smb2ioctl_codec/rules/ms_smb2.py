"""[MS-SMB2] 84.0: what a server must check in an IOCTL request (3.3.5.15), in document order.

The rules of single control codes (3.3.5.15.1 and on) stand in `ms_smb2_codes`.

Rules that only some Windows versions apply, or that the document allows without asking for them, have the force
``may``: they are listed, not applied.
"""

from __future__ import annotations

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules.model import ALL_ONES, Rule, RuleSet
from smb2ioctl_codec.rules.ms_smb2_codes import CODE_RULES

#: The codes that go without a handle: their FileId must be all ones.
NO_HANDLE = (
    CtlCode.FSCTL_DFS_GET_REFERRALS,
    CtlCode.FSCTL_DFS_GET_REFERRALS_EX,
    CtlCode.FSCTL_PIPE_WAIT,
    CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO,
    CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO,
)
_RSVD = (
    CtlCode.FSCTL_QUERY_SHARED_VIRTUAL_DISK_SUPPORT,
    CtlCode.FSCTL_SVHDX_SYNC_TUNNEL_REQUEST,
    CtlCode.FSCTL_SVHDX_ASYNC_TUNNEL_REQUEST,
)
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
            "transact-sum", f"{_SECTION} <376>", _INVALID, "IoctlRequest.max_output_response",
            "(input_count if input_count > max_input_response else max_input_response)"
            " + (output_count if output_count > max_output_response else max_output_response) > 262144",
            "the counts add up to more than 262144 bytes", force="may",
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
            "output-count", f"{_SECTION} <378>", _INVALID, "IoctlRequest.output_count",
            "output_count > size + 64", "OutputCount is more than the message's bytes", force="may",
        ),
        Rule(
            "output-cut", _SECTION, NtStatus.BUFFER_OVERFLOW, "IoctlRequest.max_output_response",
            "output_size > max_output_response", "the output is cut at MaxOutputResponse",
            needed="output_size", available="max_output_response",
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
            "rsvd", _SECTION, NtStatus.INVALID_DEVICE_REQUEST, "IoctlRequest.ctl_code",
            "rsvd_missing", "the server has no shared virtual disks", _RSVD,
        ),
        *CODE_RULES,
    ),
)  # fmt: skip
