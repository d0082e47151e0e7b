"""From the codec's values to the yardstick's."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import copychunk, dfs, negotiate, network, reparse, snapshots

from . import yardstick

_BY_HAND: dict[type, Any] = {
    s2.FileId: yardstick.values.FileId,
    s2.ForeignHeader: yardstick.values.ForeignHeader,
    s2.Header: yardstick.values.Header,
    s2.IoctlRequest: yardstick.values.Request,
    s2.IoctlResponse: yardstick.values.Reply,
    s2.Packet: yardstick.values.Packet,
    dfs.ReferralReply: yardstick.dfs_reply.ReferralReply,
    dfs.ReferralV4: yardstick.dfs_reply.ReferralV4,
    dfs.ReferralRequest: yardstick.values.ReferralRequest,
    snapshots.SnapshotArray: yardstick.values.SnapshotArray,
    copychunk.CopyChunk: yardstick.copychunk.Chunk,
    copychunk.CopyChunkCopy: yardstick.copychunk.Copy,
    negotiate.ValidateNegotiateInfoRequest: yardstick.negotiate.NegotiateRequest,
    negotiate.ValidateNegotiateInfoResponse: yardstick.negotiate.NegotiateReply,
    network.NetworkInterfaceInfo: yardstick.network.Interface,
    network.NetworkInterfaceInfos: yardstick.network.Interfaces,
    network.SockaddrIn: yardstick.network.SockaddrIn,
    network.SockaddrIn6: yardstick.network.SockaddrIn6,
    reparse.SymbolicLink: yardstick.symbolic_link.SymbolicLink,
}


def as_by_hand(value: Any) -> Any:
    """A value of the codec as the yardstick's value of the same fields, in tuples too; anything else as it is."""
    if type(value) is tuple:
        return tuple(map(as_by_hand, value))
    kind = _BY_HAND.get(type(value))
    return value if kind is None else kind(*(as_by_hand(getattr(value, field.name)) for field in fields(kind)))
