"""Wireshark's fields of payloads of [MS-SMB2], [MS-SQOS] and [MS-RSVD].

Where Wireshark reads something else than the documents say, a function gives what Wireshark reads, and says so.
"""

from __future__ import annotations

from typing import Any

from smb2ioctl_codec.payloads.network import SockaddrIn, SockaddrIn6

from .words import Field, Fields, bits, filler, of

COPY_REQUEST: Fields = {
    "smb2.fsctl.cchunk.resume_key": of("source_key"),
    "smb2.fsctl.cchunk.count": lambda value: len(value.chunks),
    "smb2.fsctl.cchunk.src_offset": of("chunks.source_offset"),
    "smb2.fsctl.cchunk.dst_offset": of("chunks.target_offset"),
    "smb2.fsctl.cchunk.xfer_len": of("chunks.length"),
    "smb2.reserved": lambda value: filler("reserved")(value) + filler("chunks.reserved")(value),
}
COPY_RESPONSE: Fields = {
    "smb2.fsctl.cchunk.chunks_written": of("chunks_written"),
    "smb2.fsctl.cchunk.bytes_written": of("chunk_bytes_written"),
    "smb2.fsctl.cchunk.total_written": of("total_bytes_written"),
}
RESUME_KEY: Fields = {
    "smb2.fsctl.cchunk.resume_key": of("resume_key"),
    # Wireshark reads 4 bytes behind the key, ContextLength, and none of the context.
    "smb2.reserved": filler("context_length"),
}
SNAPSHOTS: Fields = {
    "smb2.ioctl.enumerate_snapshots.num_snapshots": of("number_of_snapshots"),
    "smb2.ioctl.enumerate_snapshots.num_snapshots_returned": of("number_of_snapshots_returned"),
    "smb2.ioctl.enumerate_snapshots.array_size": of("snapshot_array_size"),
    "smb2.ioctl.enumerate_snapshots.snapshot": lambda value: list(value.snapshots),
}


def _storage(interface: Any) -> bytes:
    address = interface.sock_addr_storage
    return address if isinstance(address, bytes) else bytes(address.encode())


def _in_addresses(name: str, *kinds: type, mask: int | None = None) -> Field:
    """An attribute of all addresses of some kinds."""

    def found(value: Any) -> list[Any]:
        addresses = [one.sock_addr_storage for one in value.interfaces if isinstance(one.sock_addr_storage, kinds)]
        values = [getattr(one, name) for one in addresses]
        return values if mask is None else [one & mask for one in values]

    return found


INTERFACES: Fields = {
    "smb2.ioctl.network_interfaces.next_offset": lambda value: [
        152 + len(one.padding) if place < len(value.interfaces) else 0 for place, one in enumerate(value.interfaces, 1)
    ],
    "smb2.ioctl.network_interfaces.index": of("interfaces.if_index"),
    "smb2.ioctl.network_interfaces.rss_queue_count": of("interfaces.reserved"),
    "smb2.ioctl.network_interfaces.link_speed": of("interfaces.link_speed"),
    **bits("smb2.ioctl.network_interfaces.capabilities", "interfaces.capability", {"rss": 1, "rdma": 2}),
    "smb2.windows.sockaddr.family": lambda value: [
        int.from_bytes(_storage(one)[:2], "little") for one in value.interfaces
    ],
    "smb2.windows.sockaddr.port": _in_addresses("port", SockaddrIn, SockaddrIn6),
    "smb2.windows.sockaddr.in.addr": _in_addresses("address", SockaddrIn),
    "smb2.windows.sockaddr.in6.addr": _in_addresses("address", SockaddrIn6),
    # Of these two Wireshark reads the first two of four bytes.
    "smb2.windows.sockaddr.in6.flow_info": _in_addresses("flow_info", SockaddrIn6, mask=0xFFFF),
    "smb2.windows.sockaddr.in6.scope_id": _in_addresses("scope_id", SockaddrIn6, mask=0xFFFF),
}
RESILIENCY: Fields = {
    "smb2.ioctl.resiliency.timeout": of("timeout"),
    "smb2.ioctl.resiliency.reserved": of("reserved"),
}
NEGOTIATE: Fields = {
    **bits("smb2.capabilities", "capabilities", {
        "dfs": 1, "leasing": 2, "large_mtu": 4, "multi_channel": 8, "persistent_handles": 0x10,
        "directory_leasing": 0x20, "encryption": 0x40,
    }),
    **bits("smb2.sec_mode", "security_mode", {"sign_enabled": 1, "sign_required": 2}),
    # Wireshark reads the first of two bytes.
    "smb2.sec_mode": lambda value: value.security_mode & 0xFF,
}  # fmt: skip
NEGOTIATE_REQUEST: Fields = {
    **NEGOTIATE,
    "smb2.client_guid": of("guid"),
    "smb2.dialect_count": lambda value: len(value.dialects),
    "smb2.dialect": lambda value: list(value.dialects),
}
NEGOTIATE_224: Fields = {**NEGOTIATE, "smb2.client_guid": of("guid"), "smb2.dialect": of("dialect")}
NEGOTIATE_RESPONSE: Fields = {**NEGOTIATE, "smb2.server_guid": of("guid"), "smb2.dialect": of("dialect")}


def _qos_offsets(value: Any) -> list[int]:
    """The place of both names, which follow the fixed part unless said otherwise; 0 of an empty one."""
    start = 112 if value.bandwidth_limit is None else 128
    first, second = value.initiator_name_offset, value.initiator_node_name_offset
    names = [len(value.initiator_name), len(value.initiator_node_name)]
    usual = [start if names[0] else 0, start + 2 * names[0] if names[1] else 0]
    return [usual[0] if first is None else first, usual[1] if second is None else second]


SQOS: Fields = {
    "smb2.ioctl.sqos.protocol_version": of("protocol_version"),
    "smb2.ioctl.sqos.reserved": of("reserved"),
    **bits("smb2.ioctl.sqos.operations", "options", {
        "set_logical_flow_id": 1, "set_policy": 2, "probe_policy": 4, "get_status": 8, "update_counters": 0x10,
    }),
    "smb2.ioctl.sqos.logical_flow_id": of("logical_flow_id"),
    "smb2.ioctl.sqos.policy_id": of("policy_id"),
    "smb2.ioctl.sqos.initiator_id": of("initiator_id"),
}  # fmt: skip
SQOS_REQUEST: Fields = {
    **SQOS,
    **{
        f"smb2.ioctl.sqos.{name}": of(name)
        for name in (
            "limit", "reservation", "initiator_name", "initiator_node_name", "io_count_increment",
            "normalized_io_count_increment", "latency_increment", "lower_latency_increment", "bandwidth_limit",
            "kilobyte_count_increment",
        )
    },
    "smb2.olb.offset": _qos_offsets,
    "smb2.olb.length": lambda value: [2 * len(value.initiator_name), 2 * len(value.initiator_node_name)],
}  # fmt: skip
SQOS_RESPONSE: Fields = {
    **SQOS,
    **{
        f"smb2.ioctl.sqos.{name}": of(name)
        for name in (
            "time_to_live", "status", "maximum_io_rate", "minimum_io_rate", "base_io_size", "reserved2",
            "maximum_bandwidth",
        )
    },
}  # fmt: skip
SHARED_DISK: Fields = {
    "smb2.ioctl.shared_virtual_disk.support": of("shared_virtual_disk_support"),
    "smb2.ioctl.shared_virtual_disk.handle_state": of("handle_state"),
}
TUNNEL: Fields = {
    # Parts of OperationCode, which no document divides so.
    "rsvd.svhdx_protocol_id": lambda value: value.operation_code >> 24,
    "rsvd.svhdx_protocol_version": lambda value: value.operation_code >> 12 & 0xFFF,
    "rsvd.svhdx_operation_code": of("operation_code"),
    "rsvd.svhdx_status": of("status"),
    "rsvd.svhdx_request_id": of("request_id"),
}
