"""The table of control codes: which payload each carries.

To add a code: write its records in a module of this package, and one `Row` here.
"""

from __future__ import annotations

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.payloads.row import Row

ROWS = (
    Row(
        CtlCode.FSCTL_DFS_GET_REFERRALS,
        "[MS-DFSC] 2.2.2",
        needs_no_handle=True,
        _request="dfs:ReferralRequest",
        _facts="dfs:request_facts",
    ),
    Row(CtlCode.FSCTL_DFS_GET_REFERRALS_EX, "[MS-DFSC] 2.2.3", needs_no_handle=True),
    Row(CtlCode.FSCTL_PIPE_WAIT, "[MS-FSCC] 2.3.49", needs_no_handle=True),
    Row(CtlCode.FSCTL_PIPE_TRANSCEIVE, "[MS-FSCC] 2.3.47, 2.3.48", remark="both are whatever the pipe's protocol says"),
    Row(CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO, "[MS-SMB2] 2.2.32.5", needs_no_handle=True),
    Row(CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO, "[MS-SMB2] 2.2.31.4, 2.2.32.6", needs_no_handle=True),
    Row(CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS, "[MS-SMB2] 2.2.32.2", _response="snapshots:SnapshotArray"),
)
