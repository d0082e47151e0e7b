"""What ERROR responses carry: where a symbolic link leads, and where a share has moved to.

No control code brings these. They are the ErrorData of an ERROR response, or since dialect 3.1.1 the data of an error
context in it ([MS-SMB2] 2.2.2.2).
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from construct import Bytes, Int16ul, Int32ul, Struct

from smb2ioctl_codec.errors import EncodeError, encoding
from smb2ioctl_codec.schema import At, Fixed, Implied, Items, Kept, Record, Reserved, Slack, Text, record

#: Flags of a symbolic link: the substitute name is relative to the directory that holds the link.
SYMLINK_FLAG_RELATIVE = 1

#: Types of MOVE_DST_IPADDR.
MOVE_DST_IPADDR_V4 = 1
MOVE_DST_IPADDR_V6 = 2


@record(
    "[MS-SMB2] 2.2.2.2.1",
    Struct(
        "sym_link_length" / Implied(Int32ul, "size - 4") * "bytes that follow this field",
        "sym_link_error_tag" / Fixed(Int32ul, 0x4C4D5953) * "'SYML'",
        "reparse_tag" / Fixed(Int32ul, 0xA000000C) * "IO_REPARSE_TAG_SYMLINK",
        "reparse_data_length" / Implied(Int16ul, "size - 16") * "bytes that follow unparsed_path_length",
        "unparsed_path_length" / Int16ul * "bytes at the end of the path that come after the link",
        "substitute_name_offset" / Kept(Int16ul, "0") * "bytes from offset 28",
        "substitute_name_length" / Int16ul * "bytes, without a terminator",
        "print_name_offset" / Kept(Int16ul, "substitute_name_length") * "bytes from offset 28",
        "print_name_length" / Int16ul * "bytes, without a terminator",
        "flags" / Int32ul * "0: the substitute name is absolute; 1: relative to the link's directory",
        "substitute_name"
        / At("substitute_name_offset", "substitute_name_length", Text(), base=-28)
        * "where the link leads",
        "print_name" / At("print_name_offset", "print_name_length", Text(), base=-28) * "the same, for people",
        "slack" / Slack() * "bytes in neither name",
    ),
)
class SymbolicLinkErrorResponse(Record):
    r"""Symbolic Link Error Response: the path met a symbolic link, and where that leads. Data of an ERROR response
    under STOPPED_ON_SYMLINK.

    An absolute `substitute_name` is a path like ``\??\UNC\server\share\dir``. `unparsed_path_length` (bytes, two to
    a UTF-16 unit) says how much of the path's end the client must append to it. Offsets count from the end of the
    fixed part; they are None where they are what encoding makes them: substitute name first, then print name.
    [MS-SMB2] 2.2.2.2.1; at least 28 bytes.
    """

    substitute_name: str
    print_name: str = ""
    unparsed_path_length: int = 0
    flags: int = 0
    substitute_name_offset: int | None = None
    print_name_offset: int | None = None
    slack: bytes = b""

    @property
    def is_relative(self) -> bool:
        """The substitute name is relative to the directory that holds the link."""
        return bool(self.flags & SYMLINK_FLAG_RELATIVE)


@record(
    "[MS-SMB2] 2.2.2.2.2.1",
    Struct(
        "type" / Int32ul * "1: IPv4; 2: IPv6",
        "reserved" / Reserved(Int32ul),
        "address" / Bytes(16) * "IPv4 address and 12 zero bytes, or IPv6 address",
    ),
)
class MoveDstIpaddr(Record):
    """MOVE_DST_IPADDR: an address of the server that a share has moved to.

    `address` is the wire's 16 bytes, `ip_address` what they are. [MS-SMB2] 2.2.2.2.2.1; 24 bytes.
    """

    type: int
    address: bytes
    reserved: int = 0

    @classmethod
    @encoding("MoveDstIpaddr.address")
    def of(cls, address: IPv4Address | IPv6Address) -> MoveDstIpaddr:
        """The structure that holds an address.

        Raises:
            EncodeError: `address` is none, or has a scope id, for which there is no place.
        """
        if isinstance(address, IPv4Address):
            return cls(MOVE_DST_IPADDR_V4, address.packed + bytes(12))
        if isinstance(address, IPv6Address) and address.scope_id is None:
            return cls(MOVE_DST_IPADDR_V6, address.packed)
        raise EncodeError("expected IPv4Address or IPv6Address without a scope id", path="MoveDstIpaddr.address")

    @property
    def ip_address(self) -> IPv4Address | IPv6Address | None:
        """The address; None if it is of another type."""
        if self.type == MOVE_DST_IPADDR_V4:
            return IPv4Address(self.address[:4])
        return IPv6Address(self.address) if self.type == MOVE_DST_IPADDR_V6 else None


@record(
    "[MS-SMB2] 2.2.2.2.2",
    Struct(
        "structure_size" / Fixed(Int32ul, 48) * "whatever the number of addresses",
        "notification_type" / Fixed(Int32ul, 3) * "SHARE_MOVE_NOTIFICATION",
        "resource_name_offset" / Kept(Int32ul, "24 + 24 * ip_addr_count") * "bytes from the start of the structure",
        "resource_name_length" / Int32ul * "bytes",
        "reserved" / Reserved(Int16ul),
        "target_type" / Int16ul * "0: the target is given by addresses",
        "ip_addr_count" / Int32ul * "addresses that follow",
        "ip_addr_move_list" / Items(MoveDstIpaddr, "ip_addr_count") * "addresses to connect to instead",
        "resource_name" / At("resource_name_offset", "resource_name_length", Text()) * "the share",
        "slack" / Slack() * "bytes around the name",
    ),
)
class ShareRedirectErrorContext(Record):
    """Share Redirect Error Context Response: the share is to be reached at other addresses. Data of an error context
    SHARE_REDIRECT under BAD_NETWORK_NAME, dialect 3.1.1.

    `resource_name_offset` is None where it is what encoding makes it: the end of the list. [MS-SMB2] 2.2.2.2.2; 24
    bytes, 24 for each address, and the name.
    """

    resource_name: str
    ip_addr_move_list: tuple[MoveDstIpaddr, ...] = ()
    target_type: int = 0
    resource_name_offset: int | None = None
    reserved: int = 0
    slack: bytes = b""

    @property
    def addresses(self) -> tuple[IPv4Address | IPv6Address | None, ...]:
        """The addresses; None for one of another type."""
        return tuple(each.ip_address for each in self.ip_addr_move_list)
