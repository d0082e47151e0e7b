"""Samba's fuzzers of NDR structures: which of them takes which payload, and the header that it wants.

The program ``fuzz_ndr_X`` (lib/fuzzing/fuzz_ndr_X.c) reads two little-endian numbers of 16 bits before the structure:
flags, whose lowest two bits are 0 for a structure that stands alone, and the structure's place among the public ones of
interface X, in the order of librpc/idl/ioctl.idl, dfsblobs.idl and fscc.idl.
"""

from __future__ import annotations

import struct

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.payloads.row import Direction
from smb2ioctl_codec.schema import value_class

#: Flags of the header: a structure, no function's arguments, and no NDR64.
TYPE_STRUCT = 0


@value_class
class Structure:
    """A structure that one of Samba's fuzzers takes.

    Attributes:
        target: the name of the program.
        number: its place among the public structures of the interface.
        name: as Samba has it.
    """

    target: str
    number: int
    name: str

    @property
    def header(self) -> bytes:
        """The 4 bytes before the structure."""
        return struct.pack("<HH", TYPE_STRUCT, self.number)


#: The public structures of each program's interface, in order.
STRUCTURES: dict[str, tuple[str, ...]] = {
    "fuzz_ndr_copychunk": (
        "req_resume_key_rsp", "srv_copychunk_copy", "srv_copychunk_rsp", "device_copy_offload_descriptor",
        "storage_offload_token", "fsctl_offload_read_input", "fsctl_offload_read_output",
        "fsctl_offload_write_input", "fsctl_offload_write_output", "fsctl_dup_extents_to_file",
    ),
    "fuzz_ndr_compression": ("compression_state",),
    "fuzz_ndr_netinterface": ("fsctl_net_iface_info",),
    "fuzz_ndr_sparse": (
        "file_alloced_range_buf", "fsctl_query_alloced_ranges_req", "fsctl_query_alloced_ranges_rsp",
        "file_zero_data_info", "fsctl_set_zero_data_req",
    ),
    "fuzz_ndr_resiliency": ("network_resiliency_request",),
    "fuzz_ndr_trim": ("file_level_trim_range", "fsctl_file_level_trim_req", "fsctl_file_level_trim_rsp"),
    "fuzz_ndr_dfsblobs_TYPE_STRUCT": ("dfs_referral_resp", "dfs_GetDFSReferral_in"),
    "fuzz_ndr_fscc_TYPE_STRUCT": ("fscc_FileObjectIdBuffer_2", "fscc_FileNetworkOpenInformation"),
}  # fmt: skip

_BY_NAME = {
    name: Structure(target, number, name) for target, names in STRUCTURES.items() for number, name in enumerate(names)
}

_REQUESTS = {
    CtlCode.FSCTL_DFS_GET_REFERRALS: "dfs_GetDFSReferral_in",
    CtlCode.FSCTL_SRV_COPYCHUNK: "srv_copychunk_copy",
    CtlCode.FSCTL_SRV_COPYCHUNK_WRITE: "srv_copychunk_copy",
    CtlCode.FSCTL_OFFLOAD_READ: "fsctl_offload_read_input",
    CtlCode.FSCTL_OFFLOAD_WRITE: "fsctl_offload_write_input",
    CtlCode.FSCTL_DUPLICATE_EXTENTS_TO_FILE: "fsctl_dup_extents_to_file",
    CtlCode.FSCTL_SET_COMPRESSION: "compression_state",
    CtlCode.FSCTL_QUERY_ALLOCATED_RANGES: "fsctl_query_alloced_ranges_req",
    CtlCode.FSCTL_SET_ZERO_DATA: "fsctl_set_zero_data_req",
    CtlCode.FSCTL_LMR_REQUEST_RESILIENCY: "network_resiliency_request",
    CtlCode.FSCTL_FILE_LEVEL_TRIM: "fsctl_file_level_trim_req",
    CtlCode.FSCTL_SET_OBJECT_ID: "fscc_FileObjectIdBuffer_2",
}
_RESPONSES = {
    CtlCode.FSCTL_DFS_GET_REFERRALS: "dfs_referral_resp",
    CtlCode.FSCTL_DFS_GET_REFERRALS_EX: "dfs_referral_resp",
    CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY: "req_resume_key_rsp",
    CtlCode.FSCTL_SRV_COPYCHUNK: "srv_copychunk_rsp",
    CtlCode.FSCTL_SRV_COPYCHUNK_WRITE: "srv_copychunk_rsp",
    CtlCode.FSCTL_OFFLOAD_READ: "fsctl_offload_read_output",
    CtlCode.FSCTL_OFFLOAD_WRITE: "fsctl_offload_write_output",
    CtlCode.FSCTL_GET_COMPRESSION: "compression_state",
    CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO: "fsctl_net_iface_info",
    CtlCode.FSCTL_QUERY_ALLOCATED_RANGES: "fsctl_query_alloced_ranges_rsp",
    CtlCode.FSCTL_FILE_LEVEL_TRIM: "fsctl_file_level_trim_rsp",
    CtlCode.FSCTL_GET_OBJECT_ID: "fscc_FileObjectIdBuffer_2",
    CtlCode.FSCTL_CREATE_OR_GET_OBJECT_ID: "fscc_FileObjectIdBuffer_2",
}


def structure_of(code: CtlCode | None, direction: Direction) -> Structure | None:
    """The structure that the payload of a control code is to Samba; None where it has none."""
    names = _REQUESTS if direction == "request" else _RESPONSES
    name = None if code is None else names.get(code)
    return None if name is None else _BY_NAME[name]
