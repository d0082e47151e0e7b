"""The list of network interfaces, and the addresses in it."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest
from refusals import both_ways, encode_path, lengths, memory_of_refusal, place, refusal
from samples import pdus, vectors

from smb2ioctl_codec.payloads.network import (
    InterfaceCapability,
    NetworkInterfaceInfo,
    NetworkInterfaceInfos,
    SockaddrIn,
    SockaddrIn6,
)

QUERY_INTERFACES = 0x001401FC
V4, V6 = IPv4Address("10.0.2.15"), IPv6Address("fe80::894a:2dbc:1d9c:2da1")
FIRST = "NetworkInterfaceInfos.interfaces[0].next"
SECOND = "NetworkInterfaceInfos.interfaces[1].next"


def storage(address: IPv4Address | IPv6Address) -> bytes:
    """Pack a SOCKADDR_STORAGE ([MS-SMB2] 2.2.32.5.1)."""
    if isinstance(address, IPv4Address):
        return struct.pack("<HH4s120x", 2, 0, address.packed)
    return struct.pack("<HHI16s104x", 0x17, 0, 0, address.packed)


def entry(
    next_: int = 0, address: bytes = storage(V4), *, index: int = 2, capability: int = 0, speed: int = 10**9
) -> bytes:
    """Pack a NETWORK_INTERFACE_INFO ([MS-SMB2] 2.2.32.5)."""
    return struct.pack("<IIIIQ128s", next_, index, capability, 0, speed, address)


# -- addresses


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (vectors()["SMBPROTO-ioctl-SockAddrStorage-test_create_message_ipv4"], SockaddrIn(V4)),
        (vectors()["SMBPROTO-ioctl-SockAddrStorage-test_create_message_ipv6"], SockaddrIn6(V6)),
        # without Family and the rest of the storage, as others cut the structure
        (b"\2\0" + vectors()["SMBPROTO-ioctl-SockAddrIn-test_create_message"] + bytes(112), SockaddrIn(V4)),
        (b"\2\0" + vectors()["SMBPROTO-ioctl-SockAddrIn-test_create_message_subnet"] + bytes(112),
         SockaddrIn(IPv4Address("255.255.255.255"))),
        (b"\x17\0" + vectors()["SMBPROTO-ioctl-SockAddrIn6-test_create_message"] + bytes(100), SockaddrIn6(V6)),
    ],
)  # fmt: skip
def test_address_vectors(data: bytes, value: Any) -> None:
    assert len(data) == 128
    assert both_ways(value, data)
    assert value.address in (V4, V6, IPv4Address("255.255.255.255"))


def test_what_nobody_reads_is_kept() -> None:
    v4 = struct.pack("<HH4s8s112s", 2, 445, V4.packed, b"reserved", b"\xff" * 112)
    assert both_ways(SockaddrIn(V4, 445, b"reserved", b"\xff" * 112), v4)
    v6 = struct.pack("<HHI16sI100s", 0x17, 445, 7, V6.packed, 12, b"\xff" * 100)
    assert both_ways(SockaddrIn6(V6, 445, 7, 12, b"\xff" * 100), v6)


def test_the_family_is_the_wires() -> None:
    """23 is IPv6, not the 10 that AF_INET6 is on Linux."""
    six = NetworkInterfaceInfo(2, 10**9, SockaddrIn6(V6))
    assert six.encode()[24:26] == b"\x17\0"
    assert place(SockaddrIn6, b"\x0a" + storage(V6)[1:]) == ("SockaddrIn6.family", 0)
    linux = NetworkInterfaceInfo.decode(entry(address=b"\x0a" + storage(V6)[1:]))
    assert (linux.sock_addr_storage, linux.address) == (b"\x0a" + storage(V6)[1:], None)


# -- lists


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        ("SMBPROTO-ioctl-SMB2NetworkInterfaceInfo-test_create_message",
         (NetworkInterfaceInfo(2, 10**9, SockaddrIn(V4)),
          NetworkInterfaceInfo(4, 10**6, SockaddrIn6(V6), InterfaceCapability.RSS_CAPABLE))),
        ("SMBRS-fsctl-5",
         (NetworkInterfaceInfo(2, 10**9, SockaddrIn(IPv4Address("172.16.204.132")), InterfaceCapability.RDMA_CAPABLE),
          NetworkInterfaceInfo(2, 10**9, SockaddrIn6(IPv6Address("fe80::20c:29ff:fe9f:8bf3")), 2))),
    ],
)  # fmt: skip
def test_vectors(name: str, entries: tuple[NetworkInterfaceInfo, ...]) -> None:
    assert both_ways(NetworkInterfaceInfos(entries), vectors()[name])


@pytest.mark.parametrize("capability", range(4))
def test_capabilities(capability: int) -> None:
    decoded = NetworkInterfaceInfo.decode(entry(capability=capability))
    assert (decoded.rss_capable, decoded.rdma_capable) == (capability in (1, 3), capability in (2, 3))


def test_the_documents_first_entry() -> None:
    """[MS-SMB2] 4.8 prints one of six entries; by itself its Next may be its size."""
    data = vectors()["SMB2-4.8-nii-entry0"]
    value = NetworkInterfaceInfo(12, 10**10, SockaddrIn(IPv4Address("172.25.220.21")), capability=1)
    assert NetworkInterfaceInfo.decode(data) == value
    assert value.rss_capable
    assert not value.rdma_capable
    assert value.encode() == bytes(4) + data[4:]
    six = NetworkInterfaceInfos((value,) * 6)
    assert len(six.encode()) == 912
    assert both_ways(six, data * 5 + bytes(4) + data[4:])


def test_no_interface_at_all() -> None:
    assert both_ways(NetworkInterfaceInfos(), b"")


@pytest.mark.parametrize("gap", [b"padding!", bytes(8), b"\xff" * 800])
def test_entries_further_apart(gap: bytes) -> None:
    """Every Next is followed; peers count 152 bytes instead."""
    data = entry(152 + len(gap)) + gap + entry(152, storage(V6)) + entry()
    first, second, third = NetworkInterfaceInfos.decode(data).interfaces
    assert (first.padding, second.padding, third.padding) == (gap, b"", b"")
    assert (first.address, second.address, third.address) == (V4, V6, V4)
    assert both_ways(NetworkInterfaceInfos((first, second, third)), data)


def test_another_family_stays_bytes() -> None:
    unknown = struct.pack("<H126s", 0x99, b"x" * 126)
    data = entry(152, unknown) + entry()
    first, second = NetworkInterfaceInfos.decode(data).interfaces
    assert (first.sock_addr_storage, first.address, second.address) == (unknown, None, V4)
    assert both_ways(NetworkInterfaceInfos((first, second)), data)


def test_recorded_traffic() -> None:
    """What smbd answers: each entry by hand."""
    seen = set()
    for pdu in pdus():
        if pdu.ctl_code != QUERY_INTERFACES or pdu.is_request or pdu.status:
            continue
        data = pdu.body[48:]
        expected = []
        for start in range(0, len(data), 152):
            _, index, capability, _, speed = struct.unpack_from("<IIIIQ", data, start)
            assert data[start + 24 : start + 26] == b"\2\0"
            address = SockaddrIn(IPv4Address(data[start + 28 : start + 32]))
            expected.append(NetworkInterfaceInfo(index, speed, address, capability))
        assert both_ways(NetworkInterfaceInfos(tuple(expected)), data)
        seen.add((len(expected), expected[0].link_speed))
    assert seen


# -- hostile input


@pytest.mark.parametrize("step", [1, 7, 8, 24, 144, 151])
def test_h08_a_next_shorter_than_an_entry(step: int) -> None:
    """8 and 24 would lead into the entry itself."""
    assert place(NetworkInterfaceInfos, entry(step) + entry()) == (FIRST, 0)
    assert place(NetworkInterfaceInfos, entry(152) + entry(step) + entry()) == (SECOND, 152)


@pytest.mark.parametrize("step", [153, 154, 156, 159])
def test_h08_a_next_that_is_no_multiple_of_8(step: int) -> None:
    """An entry does lie there, so that only the alignment is wrong."""
    assert place(NetworkInterfaceInfos, entry(step) + bytes(step - 152) + entry()) == (FIRST, 0)


@pytest.mark.parametrize("step", [304, 312, 0x7FFFFFF8, 0x80000000, 0xFFFFFFF8, 0xFFFFFF68])
def test_h08_a_next_past_the_end(step: int) -> None:
    """0xFFFFFF68 is -152: backward, to the entry before; 0xFFFFFFF8 lets an entry end where it starts."""
    data = entry(step) + entry()
    assert place(NetworkInterfaceInfos, data) == (FIRST, 0)
    assert lengths(NetworkInterfaceInfos, data)[:2] == (step + 1, 304)
    backward = entry(152) + entry(step)
    assert place(NetworkInterfaceInfos, backward) == (SECOND, 152)
    assert lengths(NetworkInterfaceInfos, backward)[:2] == (step + 1, 152)


@pytest.mark.parametrize("rest", [b"x", bytes(1), bytes(8), entry(), bytes(152)])
def test_h08_data_after_the_last_entry(rest: bytes) -> None:
    assert place(NetworkInterfaceInfos, entry() + rest) == ("NetworkInterfaceInfos", 152)
    assert place(NetworkInterfaceInfos, entry(152) + entry() + rest) == ("NetworkInterfaceInfos", 304)


@pytest.mark.parametrize(
    ("size", "field", "offset", "needed"),
    [(1, "next", 0, 4), (3, "next", 0, 4), (4, "if_index", 4, 4), (8, "capability", 8, 4), (12, "reserved", 12, 4),
     (16, "link_speed", 16, 8), (24, "sock_addr_storage", 24, 128), (151, "sock_addr_storage", 24, 128)],
)  # fmt: skip
def test_h08_an_entry_that_is_cut(size: int, field: str, offset: int, needed: int) -> None:
    """The first, and one that a Next led to."""
    for before in (b"", entry(152)):
        data = before + entry()[:size]
        index = len(before) // 152
        error = refusal(NetworkInterfaceInfos, data)
        path = f"NetworkInterfaceInfos.interfaces[{index}].{field}"
        assert (error.path, error.offset) == (path, len(before) + offset)
        assert (error.needed, error.available) == (needed, size - offset)


def test_h08_many_entries_cost_no_more_than_they_are() -> None:
    """500 entries, of which the last leads nowhere."""
    data = entry(152) * 500
    assert place(NetworkInterfaceInfos, data) == ("NetworkInterfaceInfos.interfaces[499].next", 499 * 152)
    assert memory_of_refusal(NetworkInterfaceInfos, data) < 4 * len(data)


_WRONG: Any = "wrong"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (NetworkInterfaceInfo(1, 1 << 64, SockaddrIn(V4)), "link_speed"),
        (NetworkInterfaceInfo(-1, 1, SockaddrIn(V4)), "if_index"),
        (NetworkInterfaceInfo(1, 1, _WRONG), "sock_addr_storage"),
        (NetworkInterfaceInfo(1, 1, bytes(127)), "sock_addr_storage"),
        (NetworkInterfaceInfo(1, 1, SockaddrIn(_WRONG)), "sock_addr_storage.ipv4_address"),
        (NetworkInterfaceInfo(1, 1, SockaddrIn6(IPv6Address("fe80::1%eth0"))), "sock_addr_storage.ipv6_address"),
        (NetworkInterfaceInfo(1, 1, SockaddrIn(V4, reserved=b"x")), "sock_addr_storage.reserved"),
        (NetworkInterfaceInfo(1, 1, SockaddrIn(V4), padding=_WRONG), "padding"),
    ],
)
def test_what_no_entry_can_say(value: NetworkInterfaceInfo, path: str) -> None:
    assert encode_path(value) == f"NetworkInterfaceInfo.{path}"
    assert encode_path(NetworkInterfaceInfos((value,))) == f"NetworkInterfaceInfos.interfaces[0].{path}"


def test_padding_that_the_list_could_not_tell() -> None:
    """None after the last entry; before another one, as much as keeps it aligned."""
    info = NetworkInterfaceInfo(1, 1, SockaddrIn(V4))
    last = NetworkInterfaceInfo(1, 1, SockaddrIn(V4), padding=bytes(8))
    odd = NetworkInterfaceInfo(1, 1, SockaddrIn(V4), padding=b"odd")
    assert encode_path(NetworkInterfaceInfos((info, last))).startswith("NetworkInterfaceInfos.interfaces[1]")
    assert encode_path(NetworkInterfaceInfos((odd, info))).startswith("NetworkInterfaceInfos.interfaces[0]")
    assert encode_path(NetworkInterfaceInfos((_WRONG,))) == "NetworkInterfaceInfos.interfaces[0]"
    assert encode_path(NetworkInterfaceInfos(_WRONG)) == "NetworkInterfaceInfos.interfaces"
