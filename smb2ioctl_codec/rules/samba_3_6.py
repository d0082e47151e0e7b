"""The reference server: the IOCTL handler of Samba 3.6.1 to 3.6.5, in the order in which it tests.

Sections name lines of source3/smbd/smb2_ioctl.c as its web view prints them. What that server never looks at (Flags,
MaxInputResponse, OutputOffset, OutputCount, the reserved fields) has no rule.
"""

from __future__ import annotations

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules.model import ALL_ONES, Rule, RuleSet

DFS = (CtlCode.FSCTL_DFS_GET_REFERRALS,)
PIPE = (CtlCode.FSCTL_PIPE_TRANSCEIVE,)
SNAPSHOTS = (CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS,)
_KNOWN = ", ".join(f"{int(code):#x}" for code in DFS + PIPE + SNAPSHOTS)
_NO_HANDLE = f"volatile == {ALL_ONES:#x}"

SAMBA_3_6 = RuleSet(
    "SAMBA_3_6",
    "Samba 3.6, the reference server",
    (
        Rule(
            "body-size", "smb2_ioctl.c 57-60", NtStatus.INVALID_PARAMETER, "IoctlRequest",
            "size < 56", "the body is shorter than its fixed part of 56 bytes",
            layout=True, needed="56", available="size",
        ),
        Rule(
            "structure-size", "smb2_ioctl.c 57-60", NtStatus.INVALID_PARAMETER, "IoctlRequest.structure_size",
            "structure_size != 57", "StructureSize is not 57", layout=True,
        ),
        Rule(
            "input-offset", "smb2_ioctl.c 79-82", NtStatus.INVALID_PARAMETER, "IoctlRequest.input_offset",
            "input_count > 0 and input_offset != 120", "there is input, but InputOffset is not 120", layout=True,
        ),
        Rule(
            "input-length", "smb2_ioctl.c 84-86", NtStatus.INVALID_PARAMETER, "IoctlRequest.input",
            "size >= 56 and input_count > size - 56", "InputCount is more than the bytes after the fixed part",
            layout=True, needed="input_count", available="size - 56", limit="IoctlRequest.input_count",
        ),
        Rule(
            "file-id-halves", "smb2_ioctl.c 91-98", NtStatus.FILE_CLOSED, "IoctlRequest.file_id",
            "not related and persistent != volatile", "the two halves of the FileId differ",
        ),
        Rule(
            "memory", "smb2_ioctl.c 108-110", NtStatus.NO_MEMORY, "IoctlRequest",
            "out_of_memory", "no memory for the request",
        ),
        Rule(
            "open", "smb2_ioctl.c 258-273", NtStatus.FILE_CLOSED, "IoctlRequest.file_id",
            f"volatile != {ALL_ONES:#x} and open_missing", "the FileId names no open of this session and tree connect",
        ),
        Rule(
            "code-ipc", "smb2_ioctl.c 508-511", NtStatus.FS_DRIVER_REQUIRED, "IoctlRequest.ctl_code",
            f"ctl_code not in ({_KNOWN}) and share_is_ipc", "the server does not know the control code",
        ),
        Rule(
            "code", "smb2_ioctl.c 512-513", NtStatus.INVALID_DEVICE_REQUEST, "IoctlRequest.ctl_code",
            f"ctl_code not in ({_KNOWN}) and not share_is_ipc", "the server does not know the control code",
        ),
        Rule(
            "dfs-share", "smb2_ioctl.c 288-291", NtStatus.INVALID_DEVICE_REQUEST, "IoctlRequest.ctl_code",
            "not share_is_ipc", "DFS referrals are given on IPC$ only", DFS,
        ),
        Rule(
            "dfs-host", "smb2_ioctl.c 293-296", NtStatus.FS_DRIVER_REQUIRED, "IoctlRequest.ctl_code",
            "not dfs_enabled", "the server is no DFS host", DFS,
        ),
        Rule(
            "dfs-input", "smb2_ioctl.c 298-301", NtStatus.INVALID_PARAMETER, "IoctlRequest.input_count",
            "input_count < 4", "the referral request is shorter than 4 bytes", DFS,
            needed="4", available="input_count",
        ),
        Rule(
            "dfs-path", "smb2_ioctl.c 307-315", NtStatus.ILLEGAL_CHARACTER, "IoctlRequest.input",
            "not path_is_text", "the path of the referral request is no UTF-16", DFS,
        ),
        Rule(
            "dfs-cut", "smb2_ioctl.c 326-332, 343-344", NtStatus.BUFFER_OVERFLOW, "IoctlRequest.max_output_response",
            "referral_size > max_output_response", "the referral is cut at MaxOutputResponse", DFS,
        ),
        Rule(
            "pipe-share", "smb2_ioctl.c 352-355", NtStatus.NOT_SUPPORTED, "IoctlRequest.ctl_code",
            "not share_is_ipc", "pipes are on IPC$ only", PIPE,
        ),
        Rule(
            "pipe-handle", "smb2_ioctl.c 357-360", NtStatus.FILE_CLOSED, "IoctlRequest.file_id",
            _NO_HANDLE, "the FileId names no handle", PIPE,
        ),
        Rule(
            "pipe-kind", "smb2_ioctl.c 362-365", NtStatus.FILE_CLOSED, "IoctlRequest.file_id",
            "not open_is_pipe", "the open is no pipe", PIPE,
        ),
        Rule(
            "pipe-written", "smb2_ioctl.c 540-543", NtStatus.PIPE_NOT_AVAILABLE, "IoctlRequest.input",
            "pipe_written != input_count", "the pipe did not take the whole input", PIPE,
        ),
        Rule(
            "pipe-more", "smb2_ioctl.c 591-596", NtStatus.BUFFER_OVERFLOW, "IoctlRequest.max_output_response",
            "pipe_has_more", "more of the message is left in the pipe", PIPE,
        ),
        Rule(
            "snapshots-handle", "smb2_ioctl.c 402-405", NtStatus.FILE_CLOSED, "IoctlRequest.file_id",
            _NO_HANDLE, "the FileId names no handle", SNAPSHOTS,
        ),
        Rule(
            "snapshots-room", "smb2_ioctl.c 407-413", NtStatus.INVALID_PARAMETER, "IoctlRequest.max_output_response",
            "max_output_response < 16", "MaxOutputResponse is less than 16 bytes", SNAPSHOTS,
            needed="16", available="max_output_response",
        ),
        Rule(
            "snapshots-fit", "smb2_ioctl.c 457-464", NtStatus.BUFFER_TOO_SMALL, "IoctlRequest.max_output_response",
            "max_output_response > 16 and max_output_response < snapshots_size",
            "the snapshot labels do not fit in MaxOutputResponse", SNAPSHOTS,
            needed="snapshots_size", available="max_output_response",
        ),
    ),
)  # fmt: skip
