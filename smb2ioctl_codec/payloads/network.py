"""The server's network interfaces: FSCTL_QUERY_NETWORK_INTERFACE_INFO."""

from __future__ import annotations

from enum import IntFlag
from ipaddress import IPv4Address, IPv6Address

from construct import Bytes, Int16ul, Int32ul, Int64ul, Struct

from smb2ioctl_codec.schema import Alternatives, Exactly, Fixed, Next, One, Raw, Record, Reserved, Walk, record
from smb2ioctl_codec.schema.scalars import IPV4, IPV6

#: Bytes of SOCKADDR_STORAGE.
STORAGE_SIZE = 128


class InterfaceCapability(IntFlag):
    """Bits of Capability ([MS-SMB2] 2.2.32.5)."""

    RSS_CAPABLE = 0x00000001
    RDMA_CAPABLE = 0x00000002


@record(
    "[MS-SMB2] 2.2.32.5.1, 2.2.32.5.1.1",
    Struct(
        "family" / Fixed(Int16ul, 0x0002) * "IPv4",
        "port" / Reserved(Int16ul),
        "ipv4_address" / IPV4 * "in network byte order",
        "reserved" / Reserved(Bytes(8)),
        "reserved2" / Reserved(Bytes(112)) * "the rest of SOCKADDR_STORAGE",
    ),
)
class SockaddrIn(Record):
    """SOCKADDR_STORAGE with SOCKADDR_IN: an IPv4 address of an interface.

    `port` and the reserved bytes are for nobody to read; they are kept. [MS-SMB2] 2.2.32.5.1.1; 128 bytes.
    """

    ipv4_address: IPv4Address
    port: int = 0
    reserved: bytes = bytes(8)
    reserved2: bytes = bytes(112)

    @property
    def address(self) -> IPv4Address:
        """The address, as either family has it."""
        return self.ipv4_address


@record(
    "[MS-SMB2] 2.2.32.5.1, 2.2.32.5.1.2",
    Struct(
        "family" / Fixed(Int16ul, 0x0017) * "IPv6; the wire's number, whatever AF_INET6 is on a system",
        "port" / Reserved(Int16ul),
        "flow_info" / Reserved(Int32ul),
        "ipv6_address" / IPV6 * "in network byte order",
        "scope_id" / Reserved(Int32ul),
        "reserved" / Reserved(Bytes(100)) * "the rest of SOCKADDR_STORAGE",
    ),
)
class SockaddrIn6(Record):
    """SOCKADDR_STORAGE with SOCKADDR_IN6: an IPv6 address of an interface.

    `port`, `flow_info` and `scope_id` are for nobody to read; they are kept as little-endian numbers, though the
    document speaks of network byte order. [MS-SMB2] 2.2.32.5.1.2; 128 bytes.
    """

    ipv6_address: IPv6Address
    port: int = 0
    flow_info: int = 0
    scope_id: int = 0
    reserved: bytes = bytes(100)

    @property
    def address(self) -> IPv6Address:
        """The address, as either family has it."""
        return self.ipv6_address


@record(
    "[MS-SMB2] 2.2.32.5",
    Struct(
        "next" / Next(Int32ul) * "bytes from this entry to the next, a multiple of 8; 0 in the last",
        "if_index" / Int32ul * "the interface; several entries of one have different addresses",
        "capability" / Int32ul * "bits of InterfaceCapability",
        "reserved" / Reserved(Int32ul),
        "link_speed" / Int64ul * "bits per second",
        "sock_addr_storage"
        / Exactly(STORAGE_SIZE, One(Alternatives.by("family", SockaddrIn, SockaddrIn6)))
        * "the address; bytes if it is of another family",
        "padding" / Raw() * "bytes up to the next entry; none in the last",
    ),
)
class NetworkInterfaceInfo(Record):
    """NETWORK_INTERFACE_INFO: one address of one interface. `link_speed` is bits per second.

    `sock_addr_storage` is a `SockaddrIn`, a `SockaddrIn6`, or 128 bytes of a family that is neither. [MS-SMB2]
    2.2.32.5; 152 bytes and `padding`.
    """

    if_index: int
    link_speed: int
    sock_addr_storage: SockaddrIn | SockaddrIn6 | bytes
    capability: int = 0
    reserved: int = 0
    padding: bytes = b""

    @property
    def address(self) -> IPv4Address | IPv6Address | None:
        """The interface's address; None if it is of another family."""
        storage = self.sock_addr_storage
        return storage.address if isinstance(storage, SockaddrIn | SockaddrIn6) else None

    @property
    def rss_capable(self) -> bool:
        """The interface spreads its work over processors (receive-side scaling)."""
        return bool(self.capability & InterfaceCapability.RSS_CAPABLE)

    @property
    def rdma_capable(self) -> bool:
        """The interface can do RDMA."""
        return bool(self.capability & InterfaceCapability.RDMA_CAPABLE)


@record(
    "[MS-SMB2] 2.2.32.5",
    Struct("interfaces" / Walk(NetworkInterfaceInfo, next="next", align=8) * "one entry for each address"),
)
class NetworkInterfaceInfos(Record):
    """The list of NETWORK_INTERFACE_INFO: output of FSCTL_QUERY_NETWORK_INTERFACE_INFO, whose input is empty.

    Each entry says where the next one starts: at a multiple of 8, further on, inside the bytes that are there. Nothing
    follows the last. [MS-SMB2] 2.2.32.5.
    """

    interfaces: tuple[NetworkInterfaceInfo, ...] = ()
