"""Wireshark's names of fields: what a display filter calls each field of the records of this package.

Names are those of Wireshark 4.0.17 where it has one. Every other field has ``smb2.ioctl.RECORD.FIELD``, the name of its
class and its own in snake case, and a record itself ``smb2.ioctl.RECORD``; so a name says by itself whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

_HEADER = {
    "protocol_id": "smb2.protocol_id", "structure_size": "smb2.header_len", "credit_charge": "smb2.credit.charge",
    "command": "smb2.cmd", "flags": "smb2.flags", "next_command": "smb2.chain_offset", "message_id": "smb2.msg_id",
    "async_id": "smb2.aid", "reserved": "smb2.pid", "tree_id": "smb2.tid", "session_id": "smb2.sesid",
    "signature": "smb2.signature",
}  # fmt: skip
_BODY = {
    "structure_size": "smb2.buffer_code", "reserved": "smb2.reserved", "ctl_code": "smb2.ioctl.function",
    "file_id": "smb2.fid", "input_offset": "smb2.olb.offset", "input_count": "smb2.olb.length",
    "output_offset": "smb2.olb.offset", "output_count": "smb2.olb.length", "reserved2": "smb2.reserved",
    "input": "smb2.ioctl.in", "output": "smb2.ioctl.out",
}  # fmt: skip
_NEGOTIATE = {"capabilities": "smb2.capabilities", "security_mode": "smb2.sec_mode", "dialect": "smb2.dialect"}
_REPARSE = {
    "": "smb2.reparse_data_buffer", "reparse_tag": "smb2.reparse_tag", "reserved": "smb2.reserved",
    "reparse_data_length": "smb2.reparse_data_length",
}  # fmt: skip
_NAMES_AT = {
    "substitute_name_offset": "smb2.olb.offset", "substitute_name_length": "smb2.olb.length",
    "print_name_offset": "smb2.olb.offset", "print_name_length": "smb2.olb.length",
}  # fmt: skip
_SYMLINK = {
    **_NAMES_AT, "flags": "smb2.symlink.flags", "substitute_name": "smb2.symlink.substitute_name",
    "print_name": "smb2.symlink.print_name",
}  # fmt: skip
_RANGE = {"file_offset": "smb2.fsctl.range_offset", "length": "smb2.fsctl.range_length"}
_REGION = {
    "file_offset": "smb2.file_offset", "length": "smb2.qfr_length", "desired_usage": "smb2.qfr_usage",
    "reserved": "smb2.reserved",
}  # fmt: skip


def _below(prefix: str, *same: str, **others: str) -> dict[str, str]:
    """Names below a prefix: of fields that Wireshark calls the same, and of others."""
    return {field: f"{prefix}.{name}" for field, name in (*zip(same, same, strict=True), *others.items())}


_COPIED = _below(
    "smb2.fsctl.cchunk", "chunks_written", chunk_bytes_written="bytes_written", total_bytes_written="total_written"
)
_REFERRALS = _below("smb.dfs", "path_consumed", number_of_referrals="num_referrals", referral_header_flags="flags")
_ENTRY = _below(
    "smb.dfs.referral", "size", "proximity", version_number="version", server_type="server.type",
    referral_entry_flags="flags", time_to_live="ttl", service_site_guid="server_guid",
    dfs_path_offset="path_offset", dfs_alternate_path_offset="alt_path_offset", network_address_offset="node_offset",
    dfs_path="path", dfs_alternate_path="alt_path", network_address="node", share_name="node",
    special_name_offset="domain_offset", number_of_expanded_names="number_of_expnames",
    expanded_name_offset="expnames_offset", special_name="domain_name", expanded_names="expname",
)  # fmt: skip
_QOS = {
    "options": "smb2.ioctl.sqos.operations", "initiator_name_offset": "smb2.olb.offset",
    "initiator_name_length": "smb2.olb.length", "initiator_node_name_offset": "smb2.olb.offset",
    "initiator_node_name_length": "smb2.olb.length",
    **_below(
        "smb2.ioctl.sqos", "protocol_version", "reserved", "logical_flow_id", "policy_id", "initiator_id", "limit",
        "reservation", "initiator_name", "initiator_node_name", "io_count_increment", "normalized_io_count_increment",
        "latency_increment", "lower_latency_increment", "bandwidth_limit", "kilobyte_count_increment", "time_to_live",
        "status", "maximum_io_rate", "minimum_io_rate", "base_io_size", "reserved2", "maximum_bandwidth",
    ),
}  # fmt: skip
_ODX = {
    "reserved": "smb2.reserved", "token_time_to_live": "smb2.fsctl.odx.token_ttl",
    "transfer_length": "smb2.fsctl.odx.xfer_length", "length_written": "smb2.fsctl.odx.xfer_length",
    "transfer_offset": "smb2.fsctl.odx.token_offset",
    **_below("smb2.fsctl.odx", "size", "flags", "file_offset", "copy_length"),
}  # fmt: skip
_NFS = {**_REPARSE, "type": "smb2.nfs.type"}

#: Record -> field -> Wireshark's name; that of the record itself has no field. Of a list of plain values it is the name
#: of each. What depends on the direction stands with ``<`` (requests) or ``>`` (replies) after the record.
NAMES: dict[str, dict[str, str]] = {
    "Header<": {**_HEADER, "credits": "smb2.credits.requested", "channel_sequence": "smb2.channel_sequence",
                "channel_reserved": "smb2.reserved"},
    "Header>": {**_HEADER, "credits": "smb2.credits.granted", "status": "smb2.nt_status"},
    "Header": {"": "smb2"},
    "IoctlRequest": {**_BODY, "max_input_response": "smb2.max_ioctl_in_size", "flags": "smb2.ioctl.flags",
                     "max_output_response": "smb2.max_ioctl_out_size"},
    "IoctlResponse": {**_BODY, "flags": "smb2.flags"},
    "ErrorResponse": {"structure_size": "smb2.buffer_code", "padding": "smb2.error.data", **_below(
        "smb2.error", "reserved", "byte_count", error_context_count="context_count", error_data="data")},
    "ErrorContext": {"": "smb2.error.context", **_below(
        "smb2.error.context", error_data_length="length", error_id="id")},
    "ShareRedirectErrorContext": {"": "smb2.error.share_redirect", **_below(
        "smb2.error.share_redirect", "target_type", structure_size="struct_size", notification_type="notif_type",
        reserved="flags", ip_addr_count="ip_count", ip_addr_move_list="ip_list", resource_name="res_name")},
    "SymbolicLinkErrorResponse": {**_SYMLINK, "reparse_tag": "smb2.reparse_tag", **_below(
        "smb2", reparse_data_length="reparse_data_length", sym_link_length="symlink.length",
        sym_link_error_tag="symlink.error_tag", unparsed_path_length="symlink.unparsed_path_length")},
    "SnapshotArray": _below(
        "smb2.ioctl.enumerate_snapshots", number_of_snapshots="num_snapshots", snapshots="snapshot",
        number_of_snapshots_returned="num_snapshots_returned", snapshot_array_size="array_size"),
    "ResumeKey": {"resume_key": "smb2.fsctl.cchunk.resume_key", "context_length": "smb2.reserved"},
    "CopyChunk": {"reserved": "smb2.reserved", **_below(
        "smb2.fsctl.cchunk", source_offset="src_offset", target_offset="dst_offset", length="xfer_len")},
    "CopyChunkCopy": {"reserved": "smb2.reserved", **_below(
        "smb2.fsctl.cchunk", source_key="resume_key", chunk_count="count")},
    "CopyChunkResponse": _COPIED,
    "CopyChunkLimits": _COPIED,
    "NetworkInterfaceInfo": _below(
        "smb2.ioctl.network_interfaces", "link_speed", next="next_offset", if_index="index",
        capability="capabilities", reserved="rss_queue_count"),
    "SockaddrIn": _below("smb2.windows.sockaddr", "family", "port", ipv4_address="in.addr"),
    "SockaddrIn6": _below(
        "smb2.windows.sockaddr", "family", "port", flow_info="in6.flow_info", ipv6_address="in6.addr",
        scope_id="in6.scope_id"),
    "NetworkResiliencyRequest": _below("smb2.ioctl.resiliency", "timeout", "reserved"),
    "ValidateNegotiateInfoRequest": {**_NEGOTIATE, "guid": "smb2.client_guid", "dialects": "smb2.dialect",
                                     "dialect_count": "smb2.dialect_count"},
    "ValidateNegotiateInfoResponse": {**_NEGOTIATE, "guid": "smb2.server_guid"},
    "ValidateNegotiateInfo224<": {**_NEGOTIATE, "guid": "smb2.client_guid"},
    "ValidateNegotiateInfo224>": {**_NEGOTIATE, "guid": "smb2.server_guid"},
    "PipeWaitRequest": _below("smb2.fsctl.wait", "timeout", "name"),
    "ReferralRequest": {"max_referral_level": "smb.max_referral_level", "request_file_name": "smb.file"},
    "ReferralReply": _REFERRALS,
    "TruncatedReferralReply": _REFERRALS,
    **dict.fromkeys(("ReferralV1", "ReferralV2", "ReferralV3", "ReferralV4", "NameListReferral"), _ENTRY),
    "FileObjectIdBuffer": {"": "smb2.FILE_OBJECTID_BUFFER", **_below(
        "smb2", "object_id", "birth_volume_id", "birth_object_id", "domain_id")},
    "QueryAllocatedRanges": _RANGE,
    "FileAllocatedRange": _RANGE,
    "FileZeroDataInformation": {"file_offset": "smb2.fsctl.range_offset",
                                "beyond_final_zero": "smb2.fsctl.range_length"},
    "FileSetSparseBuffer": _below("smb2.fsctl", "set_sparse"),
    "FileRegionInput": _REGION,
    "FileRegionInfo": _REGION,
    "FileRegionOutput": {"reserved": "smb2.reserved", **_below(
        "smb2", flags="qfr_flags", total_region_entry_count="qfr_tot_region_entry_count",
        region_entry_count="qfr_region_entry_count")},
    "CompressionState": _below("smb2", compression_state="compression_format"),
    "SetIntegrityInformation": _below(
        "smb2", "checksum_algorithm", reserved="integrity_reserved", flags="integrity_flags"),
    "OffloadReadInput": _ODX,
    "OffloadReadOutput": _ODX,
    "OffloadWriteInput": _ODX,
    "OffloadWriteOutput": _ODX,
    "StorageOffloadToken": {
        "token_type": "smb2.fsctl.odx.token.type", "reserved": "smb2.reserved",
        "token_id_length": "smb2.fsctl.odx.token.idlen", "token_id": "smb2.fsctl.odx.token.id"},
    "StorageQosControlRequest": _QOS,
    "StorageQosControlResponse": _QOS,
    "SharedVirtualDiskSupportResponse": _below(
        "smb2.ioctl.shared_virtual_disk", "handle_state", shared_virtual_disk_support="support"),
    "SvhdxTunnelOperationHeader": _below(
        "rsvd", operation_code="svhdx_operation_code", status="svhdx_status", request_id="svhdx_request_id"),
    "ReparseData": {**_REPARSE, "data_buffer": "smb2.unknown"},
    "ReparseGuidData": {**_REPARSE, "reparse_guid": "smb2.reparse_guid", "data_buffer": "smb2.unknown"},
    "SymbolicLink": {**_REPARSE, **_SYMLINK},
    "MountPoint": _REPARSE,
    "LxSymlink": _REPARSE,
    "NfsSymbolicLink": {**_NFS, "target": "smb2.nfs.symlink.target"},
    "NfsDevice": {**_NFS, "major": "smb2.nfs.char.major", "minor": "smb2.nfs.char.minor"},
    "NfsDevice of blocks": {**_NFS, "major": "smb2.nfs.block.major", "minor": "smb2.nfs.block.minor"},
    "NfsFile": _NFS,
}  # fmt: skip

_SIGNING = {"smb2.sec_mode.sign_enabled": 1, "smb2.sec_mode.sign_required": 2}
_BUFFER_CODE = {"smb2.buffer_code.length": 0xFFFE, "smb2.buffer_code.dynamic": 1}

#: Wireshark's name of a field -> names and masks of its bits. What it shows is the masked number, shifted down.
BITS: dict[str, dict[str, int]] = {
    "smb2.flags": {
        "smb2.flags.response": 1, "smb2.flags.async": 2, "smb2.flags.chained": 4, "smb2.flags.signature": 8,
        "smb2.flags.priority_mask": 0x70, "smb2.flags.dfs": 0x10000000, "smb2.flags.replay": 0x20000000,
    },
    "smb2.buffer_code": _BUFFER_CODE,
    "smb2.ioctl.function": {
        "smb2.ioctl.function.device": 0xFFFF0000, "smb2.ioctl.function.access": 0xC000,
        "smb2.ioctl.function.function": 0x3FFC, "smb2.ioctl.function.method": 3,
    },
    "smb2.ioctl.flags": {"smb2.ioctl.is_fsctl": 1},
    "smb2.capabilities": {f"smb2.capabilities.{name}": 1 << bit for bit, name in enumerate((
        "dfs", "leasing", "large_mtu", "multi_channel", "persistent_handles", "directory_leasing", "encryption"))},
    "smb2.sec_mode": _SIGNING,
    "smb2.ioctl.network_interfaces.capabilities": {
        "smb2.ioctl.network_interfaces.capabilities.rss": 1, "smb2.ioctl.network_interfaces.capabilities.rdma": 2,
    },
    "smb.dfs.flags": {"smb.dfs.flags.fielding": 1, "smb.dfs.flags.server_hold_storage": 2},
    "smb.dfs.referral.flags": {
        "smb.dfs.referral.flags.name_list_referral": 2, "smb.dfs.referral.flags.target_set_boundary": 4,
    },
    "smb2.integrity_flags": {"smb2.integrity_flags_enforcement": 1},
    "smb2.ioctl.sqos.operations": {f"smb2.ioctl.sqos.operations.{name}": 1 << bit for bit, name in enumerate((
        "set_logical_flow_id", "set_policy", "probe_policy", "get_status", "update_counters"))},
    "rsvd.svhdx_operation_code": {"rsvd.svhdx_protocol_id": 0xFF000000, "rsvd.svhdx_protocol_version": 0x00FFF000},
}  # fmt: skip

#: Type of an NFS block device.
_BLOCKS = 0x4B4C42
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@cache
def derived(record: str, field: str = "") -> str:
    """The name of a record, or of a field of one, that Wireshark does not know."""
    whole = f"smb2.ioctl.{_WORD_START.sub('_', record).lower()}"
    return f"{whole}.{field}" if field else whole


@cache
def record_name(record: str) -> str:
    """The name of a record as a whole."""
    return NAMES.get(record, {}).get("") or derived(record)


def variant(record: str, wire: Mapping[str, Any]) -> str:
    """The key under which the names of a record's fields are found: its name, if no value tells them apart."""
    return "NfsDevice of blocks" if record == "NfsDevice" and wire.get("type") == _BLOCKS else record


def has_variants(record: str) -> bool:
    """Whether a value tells what the record's fields are called."""
    return record == "NfsDevice"


@cache
def field_names(key: str, *, is_request: bool) -> Mapping[str, str]:
    """Wireshark's names of a record's fields; a field that is not there has none.

    Args:
        key: name of the record, or what `variant` says.
        is_request: a client sent it.
    """
    found = NAMES.get(key, {}) | NAMES.get(f"{key}{'<' if is_request else '>'}", {})
    return MappingProxyType(found)


def name_of(names: Mapping[str, str], record: str, field: str) -> str:
    """The name of a field: Wireshark's of `names`, or the derived one."""
    return names.get(field) or derived(record, field)


def bits_of(record: str, wireshark: str) -> Mapping[str, int]:
    """Names and masks of a field's bits. Flags of an IOCTL reply are called as the header's, but have no bits."""
    return {} if record == "IoctlResponse" and wireshark == "smb2.flags" else BITS.get(wireshark, {})


@cache
def is_official(name: str) -> bool:
    """Whether Wireshark has a field of that name."""
    return name in _OFFICIAL


_OFFICIAL = frozenset(name for names in NAMES.values() for name in names.values()) - {"smb2"}

#: Control codes whose payloads Wireshark has a layout for, or is silent about; those of others are smb2.unknown.
SILENT = frozenset((
    0x00060194, 0x0009003C, 0x0009009C, 0x000900A4, 0x000900A8, 0x000900C0, 0x000900C4, 0x00090284, 0x00090300,
    0x00090304, 0x00090350, 0x00090364, 0x000940CF, 0x00094264, 0x00098098, 0x000980BC, 0x000980C8, 0x00098268,
    0x0009C040, 0x0009C280, 0x00110018, 0x0011C017, 0x00140078, 0x001401D4, 0x001401FC, 0x00140200, 0x00140204,
    0x00144064, 0x001440F2, 0x001480F2,
))  # fmt: skip

#: Names of fields of no record: what is shown beside others tells these, and the bodies of other commands.
EXTRA = frozenset(("smb.padding", "smb2.unknown", "smb2.ioctl.packet.body"))
