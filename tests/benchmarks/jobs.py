"""The jobs that have a yardstick."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import copychunk, dfs, negotiate, network, reparse
from smb2ioctl_codec.payloads.snapshots import SnapshotArray, time_token

from . import yardstick
from .cases import Job
from .referrals import usual_targets

_GUID = UUID("4a8c8d2e-61f7-4c1b-9d0a-35a1c0e2b7f4")


def jobs() -> tuple[Job, ...]:
    """All of them, in the order of the table."""
    decode, encode = yardstick.decode, yardstick.encode
    path = dfs.ReferralRequest(4, r"\server.example.com\share\folder")
    request = s2.IoctlRequest.of(path, max_output_response=4096)
    reply = s2.IoctlResponse(s2.CtlCode.FSCTL_PIPE_TRANSCEIVE, s2.FileId(0x11, 0x22), bytes(range(200)))
    header = s2.Header(message_id=7, tree_id=3, session_id=0x1122334455667788, credit_charge=1, credits=31)
    return (
        Job("request", request, decode.decode_request, encode.encode_request),
        Job("reply", reply, decode.decode_reply, encode.encode_reply),
        Job("header + request", s2.Packet(header, request), decode.decode_packet, encode.encode_packet),
        Job("DFS request", path, decode.decode_referral_request, encode.encode_referral_request),
        *(
            Job(f"snapshots {count}", snapshots(count), decode.decode_snapshots, encode.encode_snapshots)
            for count in (1, 100, 1000)
        ),
        Job("copychunk 256", chunks(256), yardstick.copychunk.decode, yardstick.copychunk.encode, (chunks(2),)),
        _network_job(),
        *_negotiate_jobs(),
        _link_job(),
        *_referral_jobs(),
    )


def snapshots(count: int) -> SnapshotArray:
    """An array of `count` labels, an hour apart."""
    newest = datetime(2026, 11, 22, 17, 47, 43, tzinfo=UTC)
    return SnapshotArray(tuple(time_token(newest - timedelta(hours=hour)) for hour in range(count)))


def chunks(count: int) -> copychunk.CopyChunkCopy:
    """A copy of `count` chunks of 1 MiB, side by side."""
    size = copychunk.MAX_CHUNK_SIZE
    ranges = (copychunk.CopyChunk(size * place, size * (place + 3), size) for place in range(count))
    return copychunk.CopyChunkCopy(bytes(range(24)), tuple(ranges))


def interfaces(count: int) -> network.NetworkInterfaceInfos:
    """A list of `count` entries: each interface has an IPv4 and an IPv6 address."""
    found = []
    for place in range(count):
        four: Any = network.SockaddrIn(IPv4Address(0xC0000200 + place // 2))
        six: Any = network.SockaddrIn6(IPv6Address(0x20010DB8 << 96 | place // 2))
        found.append(network.NetworkInterfaceInfo(place // 2, 10**10, six if place % 2 else four, capability=1))
    return network.NetworkInterfaceInfos(tuple(found))


def dialects(count: int) -> negotiate.ValidateNegotiateInfoRequest:
    """A client's list of `count` dialects, over and over the five that there are."""
    known = tuple(map(int, negotiate.Dialect))
    return negotiate.ValidateNegotiateInfoRequest(0x7F, _GUID, 1, tuple(known[i % len(known)] for i in range(count)))


def _network_job() -> Job:
    four, six = interfaces(2).interfaces
    # The padding holds a number where the next entry would be if `next` were less by 4.
    strange = network.NetworkInterfaceInfo(3, 10**9, b"\x1e\0" + bytes(126), padding=bytes(12) + b"\x9c\0\0\0")
    padded, disguised = replace(six, padding=bytes(3)), replace(six, sock_addr_storage=b"\2\0" + bytes(126))
    scoped = replace(six, sock_addr_storage=network.SockaddrIn6(IPv6Address("fe80::1%1")))
    make = network.NetworkInterfaceInfos
    more = (interfaces(1), make((strange, six)), make((strange, six, four)))
    lists = ((padded, four), (replace(six, padding=bytes(8)),), (disguised, four), (scoped, four))
    unfit = tuple(map(make, lists))
    return Job("interfaces 64", interfaces(64), yardstick.network.decode, yardstick.network.encode, more, unfit)


def _negotiate_jobs() -> tuple[Job, ...]:
    by_hand = yardstick.negotiate
    reply = negotiate.ValidateNegotiateInfoResponse(0x7F, _GUID, 1, negotiate.Dialect.SMB_3_1_1)
    return (
        Job("negotiate request", dialects(5), by_hand.decode_request, by_hand.encode_request, (dialects(0),)),
        Job("negotiate reply", reply, by_hand.decode_reply, by_hand.encode_reply),
    )


def _link_job() -> Job:
    link = reparse.SymbolicLink(r"\??\C:\target\folder", r"C:\target\folder")
    other = reparse.SymbolicLink(
        r"..\folder", "folder", flags=1, substitute_name_offset=2, print_name_offset=22, slack=b"\1\0\2\0\3\0"
    )
    shared = reparse.SymbolicLink(r"\??\C:\a", r"C:\a", substitute_name_offset=0, print_name_offset=8)
    more = (other, shared, reparse.SymbolicLink("a"), reparse.SymbolicLink(""))
    return Job("symbolic link", link, yardstick.symbolic_link.decode, yardstick.symbolic_link.encode, more)


def _referral_jobs() -> tuple[Job, ...]:
    decode, encode = yardstick.dfs_reply.decode, yardstick.dfs_reply.encode
    layouts = tuple(usual_targets(2, layout) for layout in dfs.StringLayout)
    return (
        Job("DFS reply 3", usual_targets(3), decode, encode, layouts, covers=_is_covered),
        Job("DFS reply 100", usual_targets(100), decode, encode, layouts[:1], covers=_is_covered),
    )


def _is_covered(value: Any) -> bool:
    """The yardstick has entries of version 4 without strings inside, in a layout that has a name."""
    named = isinstance(value.string_layout, dfs.StringLayout) and isinstance(value.referral_entries, tuple)
    return named and all(type(each) is dfs.ReferralV4 and each.size is None for each in value.referral_entries)
