"""The same by construct alone: `parse` and `build` of the schemas, and of one that is written here.

The entries of a DFS reply are the one thing that the package's schema leaves as bytes, so nothing would be compared.
Here is a schema of those of version 4.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from construct import Array, Bytes, GreedyBytes, Int16ul, Int32ul, NullTerminated, Pointer, Struct, Tell, this

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.dfs import ReferralReply, TruncatedReferralReply
from smb2ioctl_codec.schema.wire import to_wire

_TEXT = NullTerminated(GreedyBytes, term=b"\0\0")
_REFERRALS = Struct(
    "path_consumed" / Int16ul,
    "number_of_referrals" / Int16ul,
    "referral_header_flags" / Int32ul,
    "referral_entries"
    / Array(
        this.number_of_referrals,
        Struct(
            "start" / Tell,
            "version_number" / Int16ul,
            "size" / Int16ul,
            "server_type" / Int16ul,
            "referral_entry_flags" / Int16ul,
            "time_to_live" / Int32ul,
            "dfs_path_offset" / Int16ul,
            "dfs_alternate_path_offset" / Int16ul,
            "network_address_offset" / Int16ul,
            "service_site_guid" / Bytes(16),
            "dfs_path" / Pointer(this.start + this.dfs_path_offset, _TEXT),
            "dfs_alternate_path" / Pointer(this.start + this.dfs_alternate_path_offset, _TEXT),
            "network_address" / Pointer(this.start + this.network_address_offset, _TEXT),
        ),
    ),
)


class ByConstruct(NamedTuple):
    """What parses bytes and builds them, and what it builds a value from."""

    parse: Callable[[bytes], Any]
    build: Callable[[Any], bytes]
    wire: Any


def by_construct(value: Any) -> ByConstruct:
    """For the bytes of `value`. Wire fields are numbers and bytes: text is not decoded."""
    if isinstance(value, ReferralReply | TruncatedReferralReply):
        return ByConstruct(_REFERRALS.parse, _REFERRALS.build, _REFERRALS.parse(value.encode()))
    if not isinstance(value, s2.Packet):
        return ByConstruct(value.SCHEMA.parse, value.SCHEMA.build, to_wire(value))
    header, body = type(value.header).SCHEMA, type(value.body).SCHEMA  # type: ignore[union-attr]

    def parse(data: bytes) -> tuple[Any, Any]:
        return header.parse(data[:64]), body.parse(data[64:])

    def build(wire: tuple[Any, Any]) -> bytes:
        return header.build(wire[0]) + body.build(wire[1])  # type: ignore[no-any-return]

    return ByConstruct(parse, build, (to_wire(value.header), to_wire(value.body)))
