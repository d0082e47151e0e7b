"""Values in the forms that tshark prints: which numbers are hexadecimal and how wide, bytes with colons, booleans.

Names are display filter names. What Wireshark does not know is printed by its type: members of enums in hexadecimal,
other numbers in decimal.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from uuid import UUID

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.dissect.wireshark import BITS

#: A value of a field: None for one that is only a place.
Value = int | str | bytes | bool | UUID | IPv4Address | IPv6Address | None

_HEX: dict[int, str] = {
    2: "smb2.error.reserved smb2.sec_mode smb2.share_type",
    4: "smb.dfs.flags smb.dfs.referral.flags smb2.buffer_code smb2.checksum_algorithm smb2.dialect "
       "smb2.error.share_redirect.flags smb2.error.share_redirect.target_type smb2.ioctl.sqos.protocol_version",
    8: "rsvd.svhdx_operation_code rsvd.svhdx_status smb2.capabilities smb2.chain_offset smb2.error.context.id "
       "smb2.flags smb2.fsctl.odx.flags smb2.fsctl.odx.token.type smb2.integrity_flags smb2.ioctl.flags "
       "smb2.ioctl.function smb2.ioctl.function.access smb2.ioctl.function.device smb2.ioctl.function.function "
       "smb2.ioctl.function.method smb2.ioctl.network_interfaces.capabilities "
       "smb2.ioctl.network_interfaces.next_offset smb2.ioctl.shared_virtual_disk.handle_state "
       "smb2.ioctl.shared_virtual_disk.support smb2.ioctl.sqos.operations smb2.ioctl.sqos.status "
       "smb2.nfs.block.major smb2.nfs.block.minor smb2.nfs.char.major smb2.nfs.char.minor smb2.nt_status "
       "smb2.olb.offset smb2.pid smb2.qfr_flags smb2.qfr_region_entry_count smb2.qfr_tot_region_entry_count "
       "smb2.qfr_usage smb2.reparse_tag smb2.symlink.error_tag smb2.tid smb2.windows.sockaddr.in6.flow_info",
    16: "rsvd.svhdx_request_id smb2.aid smb2.nfs.type smb2.sesid",
}  # fmt: skip
#: Name -> hexadecimal digits of its number.
HEX = {name: digits for digits, names in _HEX.items() for name in names.split()}

#: Bits that are numbers of their own; all others are booleans.
_NUMBERS = frozenset((
    "smb2.buffer_code.length", "smb2.ioctl.function.device", "smb2.ioctl.function.access",
    "smb2.ioctl.function.function", "smb2.ioctl.function.method", "rsvd.svhdx_protocol_id",
    "rsvd.svhdx_protocol_version",
))  # fmt: skip
BOOLEANS = frozenset(name for bits in BITS.values() for name in bits) - _NUMBERS | {"smb2.fsctl.set_sparse"}

#: Fields of which Wireshark reads fewer bytes than there are, and the bits that it sees.
NARROW = {"smb.dfs.flags": 0xFFFF, "smb2.sec_mode": 0xFF}


def printed(name: str, value: Value) -> str:
    """The text of a value in JSON of tshark; empty for a mere place."""
    if isinstance(value, int):
        digits = HEX.get(name)
        if name in BOOLEANS:
            return "1" if value else "0"
        if name == "smb2.protocol_id":  # four bytes as they stand there
            return f"0x{value.to_bytes(4, 'little').hex()}"
        if digits is not None:
            return f"0x{value:0{digits}x}"
        if isinstance(value, OpenIntEnum) and not name.startswith(_PLAIN):
            return f"0x{value:0{(type(value).bits + 3) // 4}x}"
        return str(int(value))
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex(":")
    return "" if value is None else str(value)


#: Numbers in decimal though an enum names them.
_PLAIN = ("smb2.cmd", "smb.", "smb2.compression_format", "smb2.windows.", "smb2.error.")


def column(name: str, value: Value) -> str:
    """The text of a value where tshark prints columns: bytes without colons, a mere place as 1."""
    if isinstance(value, bytes):
        return value.hex()
    return "1" if value is None else printed(name, value)
