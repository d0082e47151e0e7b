"""Wireshark's fields of payloads of [MS-FSCC]. See `smb2`."""

from __future__ import annotations

from typing import Any

from smb2ioctl_codec.payloads.reparse import ReparseTag

from .words import Field, Fields, filler, of, unsigned, whole

PIPE_WAIT: Fields = {
    "smb2.fsctl.wait.timeout": lambda value: value.timeout if value.timeout_specified else None,
    "smb2.fsctl.wait.name": of("name"),
}
RANGE: Fields = {"smb2.fsctl.range_offset": unsigned("file_offset"), "smb2.fsctl.range_length": unsigned("length")}
RANGES: Fields = {
    "smb2.fsctl.range_offset": unsigned("ranges.file_offset"),
    "smb2.fsctl.range_length": unsigned("ranges.length"),
}
ZERO_DATA: Fields = {
    "smb2.fsctl.range_offset": unsigned("file_offset"),
    # Wireshark labels BeyondFinalZero so.
    "smb2.fsctl.range_length": unsigned("beyond_final_zero"),
}
SET_SPARSE: Fields = {"smb2.fsctl.set_sparse": lambda value: int(bool(value.set_sparse))}
OBJECT_ID: Fields = {
    "smb2.FILE_OBJECTID_BUFFER": whole,
    "smb2.object_id": of("object_id"),
    "smb2.birth_volume_id": of("birth_volume_id"),
    "smb2.birth_object_id": of("birth_object_id"),
    "smb2.domain_id": of("domain_id"),
}
COMPRESSION: Fields = {"smb2.compression_format": of("compression_state")}
REGIONS_REQUEST: Fields = {
    "smb2.file_offset": unsigned("file_offset"),
    "smb2.qfr_length": unsigned("length"),
    "smb2.qfr_usage": of("desired_usage"),
    "smb2.reserved": filler("reserved"),
}
REGIONS_RESPONSE: Fields = {
    "smb2.qfr_flags": of("flags"),
    "smb2.qfr_tot_region_entry_count": of("total_region_entry_count"),
    "smb2.qfr_region_entry_count": lambda value: len(value.region),
    "smb2.file_offset": unsigned("region.file_offset"),
    "smb2.qfr_length": unsigned("region.length"),
    "smb2.qfr_usage": of("region.desired_usage"),
    "smb2.reserved": lambda value: filler("reserved")(value) + filler("region.reserved")(value),
}
TOKEN: Fields = {
    "smb2.fsctl.odx.token.type": lambda value: value.token.token_type,
    "smb2.fsctl.odx.token.idlen": lambda value: value.token.token_id_length,
    "smb2.fsctl.odx.token.id": lambda value: value.token.token_id[: value.token.token_id_length],
}
OFFLOAD_READ: Fields = {
    "smb2.fsctl.odx.size": lambda value: 32,
    "smb2.fsctl.odx.flags": of("flags"),
    "smb2.fsctl.odx.token_ttl": of("token_time_to_live"),
    "smb2.reserved": filler("reserved"),
    "smb2.fsctl.odx.file_offset": of("file_offset"),
    "smb2.fsctl.odx.copy_length": of("copy_length"),
}
OFFLOAD_READ_RESPONSE: Fields = {
    "smb2.fsctl.odx.size": lambda value: 528,
    "smb2.fsctl.odx.flags": of("flags"),
    "smb2.fsctl.odx.xfer_length": of("transfer_length"),
    "smb2.reserved": lambda value: value.token.reserved,
    **TOKEN,
}
OFFLOAD_WRITE: Fields = {
    "smb2.fsctl.odx.size": lambda value: 544,
    "smb2.fsctl.odx.flags": of("flags"),
    "smb2.fsctl.odx.file_offset": of("file_offset"),
    "smb2.fsctl.odx.copy_length": of("copy_length"),
    "smb2.fsctl.odx.token_offset": of("transfer_offset"),
    "smb2.reserved": lambda value: value.token.reserved,
    **TOKEN,
}
OFFLOAD_WRITE_RESPONSE: Fields = {
    "smb2.fsctl.odx.size": lambda value: 16,
    "smb2.fsctl.odx.flags": of("flags"),
    "smb2.fsctl.odx.xfer_length": of("length_written"),
}
INTEGRITY: Fields = {
    "smb2.checksum_algorithm": of("checksum_algorithm"),
    "smb2.integrity_reserved": of("reserved"),
    "smb2.integrity_flags": of("flags"),
    "smb2.integrity_flags_enforcement": lambda value: value.flags & 1,
}


def _reparse(header_size: int = 8, **fields: Field) -> Fields:
    return {
        "smb2.reparse_data_buffer": whole,
        "smb2.reparse_tag": lambda value: int.from_bytes(value.encode()[:4], "little"),
        "smb2.reparse_data_length": lambda value: len(value.encode()) - header_size,
        "smb2.reserved": filler("reserved", 2),
        **{f"smb2.{name.replace('__', '.')}": field for name, field in fields.items()},
    }


def _link_offsets(value: Any) -> list[int]:
    """The place of both names, of which the printed one is first unless said otherwise."""
    first, second = value.substitute_name_offset, value.print_name_offset
    return [2 * len(value.print_name) if first is None else first, second or 0]


def _device(kind: str, number: str) -> Field:
    return lambda value: getattr(value, number) if value.type.name == kind else None


def _nfs_type(value: Any) -> int | None:
    """The type that starts the data, which is shown even if nobody knows it."""
    is_nfs = value.reparse_tag == ReparseTag.NFS
    return int.from_bytes(value.data_buffer[:8], "little") if is_nfs else None


REPARSE_POINTS: dict[str, Fields] = {
    "SymbolicLink": _reparse(
        symlink__flags=of("flags"), symlink__substitute_name=of("substitute_name"),
        symlink__print_name=of("print_name"), olb__offset=_link_offsets,
        olb__length=lambda value: [2 * len(value.substitute_name), 2 * len(value.print_name)],
    ),
    "NfsSymbolicLink": _reparse(nfs__type=lambda value: 0x014B4E4C, nfs__symlink__target=of("target")),
    "NfsDevice": _reparse(
        nfs__type=of("type"), nfs__char__major=_device("CHR", "major"), nfs__char__minor=_device("CHR", "minor"),
        nfs__block__major=_device("BLK", "major"), nfs__block__minor=_device("BLK", "minor"),
    ),
    "NfsFile": _reparse(nfs__type=of("type")),
    "LxSymlink": _reparse(unknown=lambda value: value.encode()[8:]),
    "ReparseGuidData": _reparse(
        24, reparse_guid=lambda value: value.reparse_guid.bytes_le, unknown=of("data_buffer"),
    ),
    "MountPoint": _reparse(unknown=lambda value: value.encode()[8:]),
    "ReparseData": _reparse(
        nfs__type=_nfs_type, unknown=lambda value: value.data_buffer if _nfs_type(value) is None else None,
    ),
}  # fmt: skip
