"""What ERROR responses carry: symbolic links and moved shares."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest
from refusals import both_ways, encode_path, lengths, memory_of_refusal, place
from samples import error, error_context

import smb2ioctl_codec as s2
from smb2ioctl_codec.messages.error import ErrorContext, ErrorId
from smb2ioctl_codec.payloads.error_data import (
    MoveDstIpaddr,
    ShareRedirectErrorContext,
    SymbolicLinkErrorResponse,
)

LINK = "\\??\\D:\\DonHall\\MiscDocuments\\PDocs"
SHOWN = "D:\\DonHall\\MiscDocuments\\PDocs"
V4, V6 = IPv4Address("192.0.2.1"), IPv6Address("2001:db8::1")


def utf16(text: str) -> bytes:
    """UTF-16LE."""
    return text.encode("utf-16-le")


def link(
    path_buffer: bytes, substitute: tuple[int, int], shown: tuple[int, int] = (0, 0), *, length: int | None = None,
    tag: int = 0x4C4D5953, reparse_tag: int = 0xA000000C, reparse_length: int | None = None, flags: int = 0,
) -> bytes:  # fmt: skip
    """Pack a Symbolic Link Error Response ([MS-SMB2] 2.2.2.2.1); `substitute` and `shown`: offset and length."""
    size = len(path_buffer)
    return struct.pack(
        "<IIIHHHHHHI", 24 + size if length is None else length, tag, reparse_tag,
        12 + size if reparse_length is None else reparse_length, 0x2E, *substitute, *shown, flags,
    ) + path_buffer  # fmt: skip


def moved(
    addresses: bytes, rest: bytes, *, count: int, name: tuple[int, int], size: int = 48, kind: int = 3, target: int = 0
) -> bytes:
    """Pack a Share Redirect Error Context ([MS-SMB2] 2.2.2.2.2); `name`: offset and length."""
    return struct.pack("<IIIIHHI", size, kind, *name, 0, target, count) + addresses + rest


# -- symbolic links


def test_the_documents_absolute_link() -> None:
    """The example of [MS-SMB2] 2.2.2.2.1.1: 0x44 bytes of substitute name at 0, then the print name."""
    data = link(utf16(LINK + SHOWN), (0, 0x44), (0x44, len(utf16(SHOWN))))
    value = SymbolicLinkErrorResponse(LINK, SHOWN, 0x2E)
    assert both_ways(value, data)
    assert not value.is_relative


def test_the_documents_relative_link() -> None:
    name = "..\\DonHall\\Documents\\PDocs"
    data = link(utf16(name * 2), (0, 0x34), (0x34, 0x34), flags=1)
    value = SymbolicLinkErrorResponse(name, name, 0x2E, flags=1)
    assert both_ways(value, data)
    assert value.is_relative


def test_names_in_another_order_and_with_bytes_around_them() -> None:
    swapped = link(utf16("shown" + "link"), (10, 8), (0, 10))
    value = SymbolicLinkErrorResponse("link", "shown", 0x2E, substitute_name_offset=10, print_name_offset=0)
    assert both_ways(value, swapped)
    terminated = link(utf16("link\0shown\0"), (0, 8), (10, 10))
    value = SymbolicLinkErrorResponse("link", "shown", 0x2E, print_name_offset=10, slack=bytes(2))
    decoded = SymbolicLinkErrorResponse.decode(terminated)
    assert (decoded.substitute_name, decoded.print_name) == ("link", "shown")
    assert decoded.encode() == terminated
    same = link(utf16("link"), (0, 8), (0, 8))
    assert both_ways(SymbolicLinkErrorResponse("link", "link", 0x2E, print_name_offset=0), same)


def test_inside_an_error_response() -> None:
    """Before dialect 3.1.1 it is the error data, since then the data of a context."""
    data = link(utf16("link"), (0, 8), (8, 0))
    value = SymbolicLinkErrorResponse("link", "", 0x2E)
    assert SymbolicLinkErrorResponse.decode(s2.ErrorResponse.decode(error(data)).error_data) == value
    (context,) = s2.ErrorResponse.decode(error(error_context(data), count=1)).contexts()
    assert SymbolicLinkErrorResponse.decode(context.error_context_data) == value
    assert s2.ErrorResponse.of([ErrorContext(value.encode())]).encode() == error(error_context(data), count=1)


@pytest.mark.parametrize("length", [0xFFFFFFF8, 0xFFFFFFF0])
def test_h07_a_context_that_leads_back_to_a_link(length: int) -> None:
    """0xFFFFFFF8 would come back to itself, 0xFFFFFFF0 go back to the context before, in 32 bits."""
    data = link(utf16("link"), (0, 8), (8, 0))
    contexts = error_context(data) + bytes(-len(data) % 8) + struct.pack("<II", length, 0) + data
    with pytest.raises(s2.DecodeError) as caught:
        s2.ErrorResponse.decode(error(contexts, count=2))
    second = 8 + 8 + len(data) + -len(data) % 8
    assert (caught.value.path, caught.value.offset) == ("ErrorResponse.error_data[1]", second)
    assert (caught.value.needed, caught.value.limit) == (8 + length, "ErrorContext.error_data_length")


@pytest.mark.parametrize("length", [0, 23, 31, 33, 0x7FFFFFFF, 0xFFFFFFF0, 0xFFFFFFF8, 0xFFFFFFFF])
def test_h07_a_link_of_another_length(length: int) -> None:
    """Nothing else than the bytes that are there."""
    data = link(utf16("link"), (0, 8), length=length)
    assert place(SymbolicLinkErrorResponse, data) == ("SymbolicLinkErrorResponse.sym_link_length", 0)
    assert memory_of_refusal(SymbolicLinkErrorResponse, data) < 1 << 16


@pytest.mark.parametrize("length", [0, 12, 19, 21, 0xFFFF])
def test_a_reparse_length_that_is_another(length: int) -> None:
    data = link(utf16("link"), (0, 8), reparse_length=length)
    assert place(SymbolicLinkErrorResponse, data) == ("SymbolicLinkErrorResponse.reparse_data_length", 12)


@pytest.mark.parametrize(
    ("data", "field", "offset"),
    [
        (link(b"", (0, 0), tag=0x53594D4C), "sym_link_error_tag", 4),
        (link(b"", (0, 0), reparse_tag=0xA0000003), "reparse_tag", 8),
        (link(utf16("link"), (9, 8)), "substitute_name_offset", 16),
        (link(utf16("link"), (0xFFFF, 2)), "substitute_name_offset", 16),
        (link(utf16("link"), (0, 0), (10, 8)), "print_name_offset", 20),
        (link(utf16("link"), (0, 10)), "substitute_name", 28),
        (link(utf16("link"), (2, 8)), "substitute_name", 30),
        (link(utf16("link"), (0, 8), (4, 6)), "print_name", 32),
        (link(utf16("link"), (0, 8), (0, 0xFFFF)), "print_name", 28),
        (link(utf16("link"), (0, 7)), "substitute_name", 34),
        (link(b"a\0\0\xd8", (0, 4)), "substitute_name", 30),
    ],
)
def test_hostile_links(data: bytes, field: str, offset: int) -> None:
    assert place(SymbolicLinkErrorResponse, data) == (f"SymbolicLinkErrorResponse.{field}", offset)


@pytest.mark.parametrize(
    ("field", "offset", "size"),
    [("sym_link_length", 0, 4), ("sym_link_error_tag", 4, 4), ("reparse_tag", 8, 4), ("reparse_data_length", 12, 2),
     ("unparsed_path_length", 14, 2), ("substitute_name_offset", 16, 2), ("substitute_name_length", 18, 2),
     ("print_name_offset", 20, 2), ("print_name_length", 22, 2), ("flags", 24, 4)],
)  # fmt: skip
def test_a_link_that_is_cut(field: str, offset: int, size: int) -> None:
    """The first field that is not all there, whatever the lengths say."""
    for there in range(size):
        for length in (32, max(offset + there - 4, 0)):
            data = link(utf16("link"), (0, 8), length=length)[: offset + there]
            assert place(SymbolicLinkErrorResponse, data) == (f"SymbolicLinkErrorResponse.{field}", offset)
            assert lengths(SymbolicLinkErrorResponse, data)[:2] == (size, there)


# -- moved shares


ADDRESSES = struct.pack("<II4s12x", 1, 0, V4.packed) + struct.pack("<II16s", 2, 0, V6.packed)


def test_a_share_that_moved() -> None:
    data = moved(ADDRESSES, utf16("share"), count=2, name=(72, 10))
    value = ShareRedirectErrorContext("share", (MoveDstIpaddr.of(V4), MoveDstIpaddr.of(V6)))
    assert both_ways(value, data)
    assert value.addresses == (V4, V6)
    body = error(error_context(data, 0x72645253), count=1)
    (context,) = s2.ErrorResponse.decode(body).contexts()
    assert context.error_id is ErrorId.SHARE_REDIRECT
    assert ShareRedirectErrorContext.decode(context.error_context_data) == value


def test_a_share_that_moved_nowhere() -> None:
    assert both_ways(ShareRedirectErrorContext("share"), moved(b"", utf16("share"), count=0, name=(24, 10)))
    assert both_ways(ShareRedirectErrorContext(""), moved(b"", b"", count=0, name=(24, 0)))


def test_what_is_around_the_name() -> None:
    data = moved(ADDRESSES, b"gap!" + utf16("share") + b"rest", count=2, name=(76, 10), target=5)
    addresses = (MoveDstIpaddr.of(V4), MoveDstIpaddr.of(V6))
    value = ShareRedirectErrorContext("share", addresses, 5, resource_name_offset=76, slack=b"gap!rest")
    assert both_ways(value, data)


def test_addresses() -> None:
    """What is reserved is kept; of a type that nobody knows there is no address."""
    odd = MoveDstIpaddr(1, V4.packed + b"x" * 12, reserved=9)
    assert both_ways(odd, struct.pack("<II4s12s", 1, 9, V4.packed, b"x" * 12))
    assert (odd.ip_address, MoveDstIpaddr.of(V6).ip_address) == (V4, V6)
    unknown = MoveDstIpaddr(3, bytes(16))
    assert unknown.ip_address is None
    assert ShareRedirectErrorContext("", (unknown, odd)).addresses == (None, V4)


@pytest.mark.parametrize("address", [None, "192.0.2.1", b"\0\0\0\0", 1, IPv6Address("fe80::1%1")])
def test_what_is_no_address(address: Any) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        MoveDstIpaddr.of(address)
    assert caught.value.path == "MoveDstIpaddr.address"


@pytest.mark.parametrize("count", [3, 0x10000, 0x0AAAAAAB, 0xFFFFFFFF])
def test_more_addresses_than_bytes(count: int) -> None:
    """24 * 0x0AAAAAAB is 8 in 32 bits."""
    data = moved(ADDRESSES, utf16("share"), count=count, name=(72, 10))
    assert place(ShareRedirectErrorContext, data) == ("ShareRedirectErrorContext.ip_addr_move_list", 24)
    assert lengths(ShareRedirectErrorContext, data) == (24 * count, 58, "ShareRedirectErrorContext.ip_addr_count")
    assert memory_of_refusal(ShareRedirectErrorContext, data) < 1 << 16


@pytest.mark.parametrize(
    ("data", "field", "offset"),
    [
        (moved(ADDRESSES, b"", count=2, name=(72, 0), size=72), "structure_size", 0),
        (moved(ADDRESSES, b"", count=2, name=(72, 0), kind=2), "notification_type", 4),
        (moved(ADDRESSES, utf16("share"), count=2, name=(71, 10)), "resource_name_offset", 8),
        (moved(ADDRESSES, utf16("share"), count=2, name=(24, 10)), "resource_name_offset", 8),
        (moved(ADDRESSES, utf16("share"), count=2, name=(83, 10)), "resource_name_offset", 8),
        (moved(ADDRESSES, utf16("share"), count=2, name=(0xFFFFFFF8, 10)), "resource_name_offset", 8),
        (moved(ADDRESSES, utf16("share"), count=2, name=(72, 12)), "resource_name", 72),
        (moved(ADDRESSES, utf16("share"), count=2, name=(74, 0xFFFFFFF6)), "resource_name", 74),
        (moved(ADDRESSES, utf16("share"), count=2, name=(72, 9)), "resource_name", 80),
        (moved(b"", b"", count=0, name=(24, 0))[:23], "ip_addr_count", 20),
        (b"", "structure_size", 0),
    ],
)
def test_hostile_redirects(data: bytes, field: str, offset: int) -> None:
    assert place(ShareRedirectErrorContext, data) == (f"ShareRedirectErrorContext.{field}", offset)


_WRONG: Any = "wrong"


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (SymbolicLinkErrorResponse("\ud800"), "SymbolicLinkErrorResponse.substitute_name"),
        (SymbolicLinkErrorResponse("x" * 0x8000), "SymbolicLinkErrorResponse.substitute_name_length"),
        (SymbolicLinkErrorResponse("x" * 0x4000, "x" * 0x4000), "SymbolicLinkErrorResponse.reparse_data_length"),
        (SymbolicLinkErrorResponse("x", print_name_offset=-1), "SymbolicLinkErrorResponse.print_name_offset"),
        (SymbolicLinkErrorResponse("x", unparsed_path_length=0x10000),
         "SymbolicLinkErrorResponse.unparsed_path_length"),
        (MoveDstIpaddr(1, bytes(15)), "MoveDstIpaddr.address"),
        (ShareRedirectErrorContext("", (MoveDstIpaddr(1 << 32, bytes(16)),)),
         "ShareRedirectErrorContext.ip_addr_move_list[0].type"),
        (ShareRedirectErrorContext("", (_WRONG,)), "ShareRedirectErrorContext.ip_addr_move_list[0]"),
        (ShareRedirectErrorContext("", target_type=-1), "ShareRedirectErrorContext.target_type"),
        (ShareRedirectErrorContext("x", resource_name_offset=23), "ShareRedirectErrorContext.resource_name_offset"),
    ],
)  # fmt: skip
def test_what_cannot_be_said(value: Any, path: str) -> None:
    assert encode_path(value) == path
