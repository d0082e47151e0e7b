"""Samba 4.17.12, as measured: what it refused in the requests of single control codes."""

from __future__ import annotations

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules.model import Rule

DFS = (CtlCode.FSCTL_DFS_GET_REFERRALS,)
PIPE = (CtlCode.FSCTL_PIPE_TRANSCEIVE,)
SNAPSHOTS = (CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS,)
RESUME_KEY = (CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY,)
COPYCHUNK = (CtlCode.FSCTL_SRV_COPYCHUNK, CtlCode.FSCTL_SRV_COPYCHUNK_WRITE)
INTERFACES = (CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO,)
NEGOTIATE = (CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO,)
COMPRESS = (CtlCode.FSCTL_SET_COMPRESSION,)
SPARSE = (CtlCode.FSCTL_SET_SPARSE,)
ZERO = (CtlCode.FSCTL_SET_ZERO_DATA,)
RANGES = (CtlCode.FSCTL_QUERY_ALLOCATED_RANGES,)
DIRTY = (CtlCode.FSCTL_IS_VOLUME_DIRTY,)
BY_SID = (CtlCode.FSCTL_FIND_FILES_BY_SID,)
REPARSE = (
    CtlCode.FSCTL_SET_REPARSE_POINT,
    CtlCode.FSCTL_GET_REPARSE_POINT,
    CtlCode.FSCTL_DELETE_REPARSE_POINT,
)
EXTENTS = (CtlCode.FSCTL_DUPLICATE_EXTENTS_TO_FILE,)
COMPRESSION = (CtlCode.FSCTL_GET_COMPRESSION,)
_ALWAYS = (CtlCode.FSCTL_CREATE_OR_GET_OBJECT_ID,)

#: The codes that are answered otherwise than an unknown one.
KNOWN = (
    *DFS, *PIPE, *SNAPSHOTS, *RESUME_KEY, *COPYCHUNK, *INTERFACES, *NEGOTIATE, *COMPRESS, *SPARSE, *ZERO, *RANGES,
    *DIRTY, *BY_SID, *REPARSE, *EXTENTS, *COMPRESSION, *_ALWAYS,
)  # fmt: skip
_INVALID = NtStatus.INVALID_PARAMETER
_SMALL = NtStatus.BUFFER_TOO_SMALL

CODE_RULES = (
    Rule(
        "dfs-host", "measured: nomsdfs.input_0_bytes", NtStatus.FS_DRIVER_REQUIRED, "IoctlRequest.ctl_code",
        "not dfs_enabled", "the server is no DFS host", DFS,
    ),
    Rule(
        "dfs-input", "measured: dfs.input_3_bytes", _INVALID, "IoctlRequest.input_count",
        "input_count < 4", "the referral request is shorter than 4 bytes", DFS,
        needed="4", available="input_count",
    ),
    Rule(
        "dfs-path", "measured: dfs.utf16_lone_high_after_nul", NtStatus.ILLEGAL_CHARACTER, "IoctlRequest.input",
        "not path_is_text", "the path of the referral request is no UTF-16", DFS,
    ),
    Rule(
        "dfs-dots", "measured: dfs.path_dotdot", NtStatus.OBJECT_PATH_SYNTAX_BAD, "IoctlRequest.input",
        "path_has_dots", "the path has a name of two dots", DFS,
    ),
    Rule(
        "dfs-control", "measured: smbd.dfs.control_behind_link", NtStatus.OBJECT_NAME_INVALID, "IoctlRequest.input",
        "path_has_controls", "behind the share stands a control character, a bar, or a name with a colon first", DFS,
    ),
    Rule(
        "dfs-root", "measured: dfs.path_nosuchshare_link", NtStatus.NOT_FOUND, "IoctlRequest.input",
        "dfs_root_missing", "the path names no share that is a DFS root", DFS,
    ),
    Rule(
        "dfs-name", "measured: dfs.path_name_4000", NtStatus.OBJECT_NAME_INVALID, "IoctlRequest.input",
        "dfs_link_unreadable", "the name of the link, or what the link holds, is too long, or no name", DFS,
    ),
    Rule(
        "dfs-link", "measured: dfs.path_nosuchlink", NtStatus.OBJECT_PATH_NOT_FOUND, "IoctlRequest.input",
        "dfs_link_missing", "the path names no link of the DFS root", DFS,
    ),
    Rule(
        "dfs-cut", "measured: dfs.maxout=310_link2", NtStatus.BUFFER_OVERFLOW, "IoctlRequest.max_output_response",
        "referral_size > max_output_response", "the referral is cut at MaxOutputResponse", DFS,
    ),
    Rule(
        "pipe-share", "measured: pipe.transceive_on_file", NtStatus.NOT_SUPPORTED, "IoctlRequest.ctl_code",
        "not share_is_ipc", "pipes are on IPC$ only", PIPE,
    ),
    Rule(
        "pipe-memory", "measured: smbd.pipe.empty.maxout=0xffffffff", NtStatus.NO_MEMORY,
        "IoctlRequest.max_output_response",
        "max_output_response > 0xfffffff", "there is no memory for MaxOutputResponse", PIPE,
    ),
    Rule(
        "pipe-waits", "measured: pipe.garbage", NtStatus.PENDING, "IoctlRequest.input",
        "max_output_response > 0 and input_count < fragment_size",
        "the pipe waits for the rest of a fragment of RPC", PIPE,
    ),
    Rule(
        "pipe-fragment", "measured: smbd.pipe.16_zeros.maxout=0x10", NtStatus.CONNECTION_DISCONNECTED,
        "IoctlRequest.input",
        "max_output_response > 0 and fragment_size < 16", "a fragment of RPC is not shorter than its head", PIPE,
    ),
    # An output of one byte was no overflow.
    Rule(
        "pipe-more", "measured: pipe.shareenum_maxout=4", NtStatus.BUFFER_OVERFLOW,
        "IoctlRequest.max_output_response",
        "max_output_response > 1 and pipe_has_more", "more of the message is left in the pipe", PIPE,
    ),
    Rule(
        "snapshots-room", "measured: snap.noshadow_vfs.maxout=15", _INVALID, "IoctlRequest.max_output_response",
        "max_output_response < 16", "MaxOutputResponse is less than 16 bytes", SNAPSHOTS,
        needed="16", available="max_output_response",
    ),
    Rule(
        "snapshots-ipc", "measured: pipe.snapshots_on_pipe", NtStatus.FS_DRIVER_REQUIRED, "IoctlRequest.ctl_code",
        "share_is_ipc", "IPC$ has no snapshots", SNAPSHOTS,
    ),
    Rule(
        "snapshots-support", "measured: snap.noshadow_vfs.maxout=16", NtStatus.INVALID_DEVICE_REQUEST,
        "IoctlRequest.ctl_code",
        "snapshots_unsupported", "the share has no snapshots", SNAPSHOTS,
    ),
    Rule(
        "snapshots-fit", "measured: snap.snap3.maxout=163", _SMALL, "IoctlRequest.max_output_response",
        "max_output_response > 16 and max_output_response < snapshots_size",
        "the snapshot labels do not fit in MaxOutputResponse", SNAPSHOTS,
        needed="snapshots_size", available="max_output_response",
    ),
    Rule(
        "resume-key-room", "measured: resume_key.maxout=31", _SMALL, "IoctlRequest.max_output_response",
        "max_output_response < 32", "MaxOutputResponse is less than the 32 bytes of a resume key", RESUME_KEY,
        needed="32", available="max_output_response",
    ),
    Rule(
        "copychunk-input", "measured: copychunk.input_31_bytes", _INVALID, "IoctlRequest.input_count",
        "input_count < 32", "the input is shorter than the 32 bytes before the chunks", COPYCHUNK,
        needed="32", available="input_count",
    ),
    Rule(
        "copychunk-room", "measured: copychunk.maxout=11", _INVALID, "IoctlRequest.max_output_response",
        "max_output_response < 12", "MaxOutputResponse is less than the 12 bytes of the reply", COPYCHUNK,
        needed="12", available="max_output_response",
    ),
    Rule(
        "copychunk-limits", "measured: copychunk.257_chunks", _INVALID, "IoctlRequest.input",
        "chunks_misfit", "the chunks exceed the server's limits, are not all there, or the first ends too far",
        COPYCHUNK,
    ),
    Rule(
        "copychunk-key", "measured: copychunk.bad_key", NtStatus.OBJECT_NAME_NOT_FOUND, "IoctlRequest.input",
        "chunk_count > 0 and source_key_unknown", "the source key names no open", COPYCHUNK,
    ),
    Rule(
        "copychunk-access", "measured: copychunk_write.no_write_access", NtStatus.ACCESS_DENIED,
        "IoctlRequest.file_id",
        "chunk_count > 0 and copy_access_missing", "the handles lack the access that the copy needs", COPYCHUNK,
    ),
    Rule(
        "copychunk-source", "measured: copychunk.src_beyond_eof", NtStatus.INVALID_VIEW_SIZE, "IoctlRequest.input",
        "chunk_count > 0 and source_too_short", "a chunk lies beyond the end of the source file", COPYCHUNK,
    ),
    Rule(
        "interfaces-input", "measured: netif.with_input", _INVALID, "IoctlRequest.input_count",
        "input_count > 0", "there is input, which the control code does not have", INTERFACES,
    ),
    Rule(
        "interfaces-room", "measured: netif.maxout=151", _SMALL, "IoctlRequest.max_output_response",
        "output_size > max_output_response", "the interfaces do not fit in MaxOutputResponse", INTERFACES,
        needed="output_size", available="max_output_response",
    ),
    Rule(
        "negotiate-input", "measured: validate_negotiate.short_23", _INVALID, "IoctlRequest.input_count",
        "input_count < 24", "the input is shorter than the 24 bytes before the dialects", NEGOTIATE,
        needed="24", available="input_count",
    ),
    Rule(
        "negotiate-dialects", "measured: validate_negotiate.count_too_big", _INVALID, "IoctlRequest.input",
        "input_count < 24 + 2 * dialect_count", "the dialects are not all there", NEGOTIATE,
        needed="24 + 2 * dialect_count", available="input_count",
    ),
    Rule(
        "negotiate-room", "measured: validate_negotiate.maxout_23", _SMALL, "IoctlRequest.max_output_response",
        "max_output_response < 24", "MaxOutputResponse is less than the 24 bytes of the reply", NEGOTIATE,
        needed="24", available="max_output_response",
    ),
    Rule(
        "negotiate-match", "measured: validate_negotiate.wrong_guid", None, "IoctlRequest.input",
        "negotiate_differs", "what is validated is not what was negotiated", NEGOTIATE,
    ),
    Rule(
        "sparse-share", "measured: sweep.pipe.0x000900c4_noinput", NtStatus.MEDIA_WRITE_PROTECTED,
        "IoctlRequest.file_id",
        "share_is_read_only", "the share is read-only, as IPC$ is", SPARSE,
    ),
    Rule(
        "write-access", "measured: sweep.dir.0x000980c8_noinput", NtStatus.ACCESS_DENIED, "IoctlRequest.file_id",
        "write_access_missing", "the handle lacks the access that the change needs", COMPRESS + SPARSE + ZERO,
    ),
    Rule(
        "compression-input", "measured: sweep.file.0x0009c040_noinput", _INVALID, "IoctlRequest.input_count",
        "input_count < 2", "the input is shorter than the 2 bytes of a compression format", COMPRESS,
        needed="2", available="input_count",
    ),
    Rule(
        "compression-format", "measured: smbd.compression.state=1", NtStatus.NOT_SUPPORTED, "IoctlRequest.input",
        "compression_state != 0", "the file system cannot compress", COMPRESS,
    ),
    Rule(
        "compression-room", "measured: smbd.rooms.FSCTL_GET_COMPRESSION.maxout=1", NtStatus.INVALID_USER_BUFFER,
        "IoctlRequest.max_output_response",
        "max_output_response < 2", "MaxOutputResponse is less than the 2 bytes of a compression format", COMPRESSION,
        needed="2", available="max_output_response",
    ),
    Rule(
        "read-access", "measured: smbd.ranges.no_read_access", NtStatus.ACCESS_DENIED, "IoctlRequest.file_id",
        "read_access_missing", "the handle lacks the access to read data", RANGES,
    ),
    Rule(
        "range-input", "measured: sweep.file.0x000980c8_noinput", _INVALID, "IoctlRequest.input_count",
        "input_count < 16", "the input is shorter than the 16 bytes of a range", ZERO + RANGES,
        needed="16", available="input_count",
    ),
    Rule(
        "zero-order", "measured: smbd.zero.0x1_to_0x0", _INVALID, "IoctlRequest.input",
        "range_start > range_end", "the range ends before it starts", ZERO,
    ),
    # An empty range is zeroed at once, wherever it lies.
    Rule(
        "zero-pipe", "measured: smbd.zero.pipe_0x0_to_0x1", NtStatus.INVALID_HANDLE, "IoctlRequest.file_id",
        "range_start < range_end and share_is_ipc", "a pipe has no ranges", ZERO,
    ),
    Rule(
        "zero-end", "measured: smbd.zero.0x0_to_0x8000000000000000", _INVALID, "IoctlRequest.input",
        "range_start < range_end and (range_start > 0x7fffffffffffffff"
        " or range_end - range_start > 0x7fffffffffffffff)", "the range starts too far, or is too long", ZERO,
    ),
    Rule(
        "zero-space", "measured: smbd.zero.0x0_to_0x7fffffffffffffff", NtStatus.DISK_FULL, "IoctlRequest.input",
        "range_start < 0x8000000000000000 and 0 < range_end - range_start < 0x8000000000000000"
        " and range_end > largest_file", "the range ends beyond the largest file", ZERO,
    ),
    Rule(
        "ranges-pipe", "measured: smbd.ranges.pipe", NtStatus.INVALID_HANDLE, "IoctlRequest.file_id",
        "share_is_ipc", "a pipe has no ranges", RANGES,
    ),
    Rule(
        "ranges-sum", "measured: smbd.ranges.0x1_and_0xffffffffffffffff", _INVALID, "IoctlRequest.input",
        "range_size > 0 and range_start < file_size and range_start + range_size > 0xffffffffffffffff",
        "the range ends beyond 64 bits", RANGES,
    ),
    Rule(
        "ranges-room", "measured: smbd.rooms.FSCTL_QUERY_ALLOCATED_RANGES.maxout=15", _SMALL,
        "IoctlRequest.max_output_response",
        "range_size > 0 and range_start < file_size and max_output_response < 16",
        "MaxOutputResponse is less than the 16 bytes of a range", RANGES,
        needed="16", available="max_output_response",
    ),
    Rule(
        "dirty", "measured: sweep.file.0x00090078_noinput", _INVALID, "IoctlRequest.ctl_code",
        "True", "no such request was accepted", DIRTY,
    ),
    Rule(
        "sid-input", "measured: sweep.file.0x0009008f_16zero", _INVALID, "IoctlRequest.input",
        "not sid_fits", "the input is not a number and a SID", BY_SID,
    ),
    Rule(
        "reparse-point", "measured: fileid.get_reparse.valid", NtStatus.NOT_A_REPARSE_POINT, "IoctlRequest.file_id",
        "not is_reparse_point", "the open is no reparse point", REPARSE,
    ),
    Rule(
        "extents-support", "measured: sweep.file.0x00098344_noinput", NtStatus.INVALID_DEVICE_REQUEST,
        "IoctlRequest.ctl_code",
        "clone_unsupported", "the file system cannot share extents", EXTENTS,
    ),
)  # fmt: skip
