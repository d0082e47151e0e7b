"""Samba 4.17.12: what its smbd answered when requests were broken on purpose, field by field.

A section names a measured case whose answer the rule decides (`tests/data/bad_requests.jsonl.gz`; those that begin with
``smbd.``: `tests/data/smbd_cases.jsonl.gz`). All cases were sent in dialect 2.1. What that server never looks at (the
reserved fields, InputOffset without input) has no rule.

The rules of single control codes stand in `samba_4_codes`.
"""

from __future__ import annotations

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules.model import ALL_ONES, Rule, RuleSet
from smb2ioctl_codec.rules.samba_4_codes import CODE_RULES, KNOWN

#: The codes that go without a handle: their FileId must be all ones.
NO_HANDLE = (
    CtlCode.FSCTL_DFS_GET_REFERRALS,
    CtlCode.FSCTL_DFS_GET_REFERRALS_EX,
    CtlCode.FSCTL_PIPE_WAIT,
    CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO,
    CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO_224,
    CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO,
    CtlCode.FSCTL_SMBTORTURE_FORCE_UNACKED_TIMEOUT,
    CtlCode.FSCTL_SMBTORTURE_IOCTL_RESPONSE_BODY_PADDING8,
    CtlCode.FSCTL_SMBTORTURE_GLOBAL_READ_RESPONSE_BODY_PADDING8,
)
#: Of these, the codes that are answered without a session or a tree connect: neither is looked at.
NO_SESSION = (
    CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO,
    CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO,
    CtlCode.FSCTL_SMBTORTURE_FORCE_UNACKED_TIMEOUT,
)
_NO_HANDLE = ", ".join(f"{int(code):#x}" for code in NO_HANDLE)
_NO_SESSION = ", ".join(f"{int(code):#x}" for code in NO_SESSION)
_KNOWN = ", ".join(f"{int(code):#x}" for code in KNOWN)
_IS_ALL_ONES = f"persistent == {ALL_ONES:#x} and volatile == {ALL_ONES:#x}"
_INVALID = NtStatus.INVALID_PARAMETER

SAMBA_4 = RuleSet(
    "SAMBA_4",
    "Samba 4.17.12, as measured",
    (
        Rule(
            "start", "measured: struct.body_truncated_to_0x1_bytes", None, "IoctlRequest",
            "size < 2", "the body is shorter than its StructureSize of 2 bytes",
            layout=True, needed="2", available="size",
        ),
        Rule(
            "structure-zero", "measured: struct.StructureSize=0x0", None, "IoctlRequest.structure_size",
            "size >= 56 and structure_size < 2", "StructureSize is 0 or 1", layout=True,
        ),
        Rule(
            "structure-cut", "measured: smbd.cut=8.StructureSize=0x1", None, "IoctlRequest.structure_size",
            "size < 56 and declared_size < 2", "StructureSize is 0 or 1, and the body is cut",
        ),
        Rule(
            "charge", "measured: smbd.CreditCharge=0xffff", None, "Header.credit_charge",
            "credit_charge > most_credits", "CreditCharge is more than the credits that the server grants",
        ),
        Rule(
            "header-flags", "measured: smbd.header.Flags=0x10", _INVALID, "Header.flags",
            "header_flags & 0xeffffff7 != 0", "a flag of the header is set that is neither SIGNED nor DFS_OPERATIONS",
        ),
        Rule(
            "session-signed", "measured: smbd.header.signed_session.FSCTL_SRV_REQUEST_RESUME_KEY",
            NtStatus.USER_SESSION_DELETED, "Header.session_id",
            "session_missing and header_flags & 8 != 0", "the SessionId names no session whose key could sign",
        ),
        Rule(
            "signature", "measured: header.bad_signature", NtStatus.ACCESS_DENIED, "Header.signature",
            "signature_wrong", "the request says that it is signed, but the signature is not its own",
        ),
        Rule(
            "session", "measured: header.SessionId_wrong", NtStatus.USER_SESSION_DELETED, "Header.session_id",
            f"session_missing and header_flags & 8 == 0 and asked_code not in ({_NO_SESSION})",
            "the SessionId names no session",
        ),
        Rule(
            "tree", "measured: header.TreeId_wrong", NtStatus.NETWORK_NAME_DELETED, "Header.tree_id",
            f"tree_missing and asked_code not in ({_NO_SESSION})", "the TreeId names no tree connect",
        ),
        Rule(
            "body-size", "measured: struct.body_truncated_to_0x37_bytes", _INVALID, "IoctlRequest",
            "size < 56", "the body is shorter than its fixed part of 56 bytes",
            layout=True, needed="56", available="size",
        ),
        Rule(
            "structure-size", "measured: struct.StructureSize=0x38", _INVALID, "IoctlRequest.structure_size",
            "structure_size != 57", "StructureSize is not 57", layout=True,
        ),
        Rule(
            "input-low", "measured: input.InputOffset=0x77", _INVALID, "IoctlRequest.input_offset",
            "input_count > 0 and input_offset < 120", "there is input, but InputOffset is less than 120", layout=True,
        ),
        Rule(
            "input-offset", "measured: input.InputOffset=0xa5", _INVALID, "IoctlRequest.input_offset",
            "input_count > 0 and input_offset > size + 64", "InputOffset points past the message", layout=True,
        ),
        Rule(
            "input-length", "measured: input.InputCount=real+1", _INVALID, "IoctlRequest.input",
            "input_count > 0 and input_offset <= size + 64 and input_offset + input_count > size + 64",
            "the input does not end inside the message",
            layout=True, needed="input_count", available="size + 64 - input_offset", limit="IoctlRequest.input_count",
        ),
        Rule(
            "output-low", "measured: struct.OutputOffset=0x1_OutputCount=0x0", _INVALID, "IoctlRequest.output_offset",
            "0 < output_offset < 120", "OutputOffset is neither 0 nor at least 120", layout=True,
        ),
        Rule(
            "output-offset", "measured: struct.OutputOffset=0xffffffff_OutputCount=0x0", _INVALID,
            "IoctlRequest.output_offset",
            "output_offset > size + 64", "OutputOffset points past the message", layout=True,
        ),
        Rule(
            "output-length", "measured: struct.OutputOffset=0xa4_OutputCount=0x1", _INVALID,
            "IoctlRequest.output_count",
            "output_offset <= size + 64 and output_offset + output_count > size + 64",
            "the output does not end inside the message",
            layout=True, needed="output_count", available="size + 64 - output_offset",
        ),
        Rule(
            "output-overlap", "measured: struct.OutputOffset=0x0_OutputCount=0x1", _INVALID,
            "IoctlRequest.output_offset",
            "output_count > 0 and output_offset < (input_offset + input_count if input_count > 0 else 120)",
            "the output starts before the input, or the fixed part, ends", layout=True,
        ),
        Rule(
            "response-sum", "measured: struct.MaxInputResponse=0xffffffff", _INVALID,
            "IoctlRequest.max_input_response",
            "max_input_response + max_output_response > 0xffffffff",
            "MaxInputResponse and MaxOutputResponse add up to more than 32 bits",
        ),
        # 0xFFFFFFFE and 0xFFFFFFFF pass: pieces of 64 KiB are counted in 16 bits.
        Rule(
            "credits", "measured: struct.MaxOutputResponse=0x10001", _INVALID, "Header.credit_charge",
            "((max_input_response + max_output_response + 0xffff) // 0x10000 & 0xffff)"
            " > (credit_charge if credit_charge > 0 else 1)",
            "CreditCharge does not cover MaxInputResponse and MaxOutputResponse",
        ),
        Rule(
            "flags", "measured: struct.Flags=0x0", NtStatus.NOT_SUPPORTED, "IoctlRequest.flags",
            "flags != 1", "Flags is not SMB2_0_IOCTL_IS_FSCTL",
        ),
        Rule(
            "no-handle", "measured: fileid.dfs_referral.zero", _INVALID, "IoctlRequest.file_id",
            f"not ({_IS_ALL_ONES})", "the control code wants a FileId of all ones", NO_HANDLE,
        ),
        Rule(
            "handle", "measured: fileid.resume_key.all_ff", NtStatus.FILE_CLOSED, "IoctlRequest.file_id",
            f"ctl_code not in ({_NO_HANDLE}) and not related and {_IS_ALL_ONES}", "the FileId names no handle",
        ),
        Rule(
            "open", "measured: fileid.resume_key.persistent+1", NtStatus.FILE_CLOSED, "IoctlRequest.file_id",
            f"ctl_code not in ({_NO_HANDLE}) and open_missing",
            "the two halves of the FileId name no open of this session and tree connect",
        ),
        Rule(
            "code-ipc", "measured: pipe_peek.maxout=0", NtStatus.FS_DRIVER_REQUIRED, "IoctlRequest.ctl_code",
            f"ctl_code not in ({_KNOWN}) and share_is_ipc and ctl_code not in ({_NO_SESSION})",
            "the server does not serve the control code",
        ),
        Rule(
            "code", "measured: fileid.unknown_fsctl_90028.valid", NtStatus.INVALID_DEVICE_REQUEST,
            "IoctlRequest.ctl_code",
            f"ctl_code not in ({_KNOWN}) and (not share_is_ipc or ctl_code in ({_NO_SESSION}))",
            "the server does not serve the control code",
        ),
        *CODE_RULES,
    ),
)  # fmt: skip
