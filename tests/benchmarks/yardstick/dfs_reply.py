"""Replies with DFS referrals of version 4, by hand: entries, shared strings, how these lie, and what is left over."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from smb2ioctl_codec.payloads.dfs import ServerType, StringLayout
from smb2ioctl_codec.payloads.dfs.entries import NIL

from .parts import UNFIT, Buffer, as_bytes
from .values import Bad

_REPLY = struct.Struct("<HHI")
_ENTRY = struct.Struct("<HHHHIHHH16s")
_TYPES = ServerType.map()
_NO_GUID = bytes(16)
_NAMES = 2
_START = 8
_SIZE = 34


@dataclass(slots=True)
class ReferralV4:
    dfs_path: str
    dfs_alternate_path: str
    network_address: str
    time_to_live: int
    server_type: ServerType
    referral_entry_flags: int
    service_site_guid: UUID
    size: int | None


@dataclass(slots=True)
class ReferralReply:
    path_consumed: int
    referral_entries: tuple[Any, ...]
    referral_header_flags: int
    string_layout: StringLayout | tuple[int, ...]
    slack: bytes


def decode(data: Buffer) -> ReferralReply:
    """Entries of version 4 only, whose strings lie in a layout that has a name."""
    if type(data) is not bytes:
        data = as_bytes(data)
    size = len(data)
    if size < _START:
        raise Bad("short")
    consumed, count, header_flags = _REPLY.unpack_from(data)
    if consumed & 1:
        raise Bad("PathConsumed")
    end = _START + _SIZE * count
    if end > size:
        raise Bad("NumberOfReferrals")
    strings = _Strings(data, end)
    paths, alternates, targets = strings.columns
    entries = []
    place = _START
    for version, entry_size, server_type, flags, ttl, path, alternate, target, guid in _ENTRY.iter_unpack(
        data[_START:end]
    ):
        if version != 4 or entry_size != _SIZE or flags & _NAMES:
            raise Bad("entry")
        entries.append(
            ReferralV4(
                paths.get(place + path) or strings.new(paths, place, path),
                alternates.get(place + alternate) or strings.new(alternates, place, alternate),
                targets.get(place + target) or strings.new(targets, place, target), ttl,
                _TYPES[server_type], flags, NIL if guid == _NO_GUID else UUID(bytes_le=guid), None,
            )
        )  # fmt: skip
        place += _SIZE
    return ReferralReply(consumed, tuple(entries), header_flags, strings.layout(entries), data[strings.cursor :])


class _Strings:
    """Strings by column and place, and whether each new one lies where the last one ended."""

    def __init__(self, data: bytes, start: int) -> None:
        self.data = data
        self.start = self.cursor = start
        self.columns: tuple[dict[int, str], ...] = ({}, {}, {})

    def new(self, column: dict[int, str], place: int, offset: int) -> str:
        if not offset:
            return ""
        start = place + offset
        if start != self.cursor:
            raise Bad("a layout without a name")
        end = self.data.find(b"\0\0", start)
        while end >= 0 and (end - start) & 1:
            end = self.data.find(b"\0\0", end + 1)
        if end <= start:
            raise Bad("no U+0000, or nothing before it")
        try:
            text = self.data[start:end].decode("utf-16-le")
        except UnicodeDecodeError:
            raise Bad("no UTF-16") from None
        column[start] = text
        self.cursor = end + 2
        return text

    def layout(self, entries: list[ReferralV4]) -> StringLayout:
        repeated = [len(set(column.values())) < len(column) for column in self.columns]
        if not any(repeated):
            return StringLayout.SHARED
        used = [
            sum(entry.dfs_path != "" for entry in entries),
            sum(entry.dfs_alternate_path != "" for entry in entries),
            sum(entry.network_address != "" for entry in entries),
        ]
        shared = [len(column) < uses for column, uses in zip(self.columns, used, strict=True)]
        if not repeated[0] and not repeated[1] and not shared[2]:
            return StringLayout.SAMBA
        if any(shared):
            raise Bad("a layout without a name")
        return StringLayout.SEPARATE


def encode(value: ReferralReply) -> bytes:
    """Entries of version 4 only, whose strings lie in a layout that has a name."""
    try:
        entries, layout, slack = value.referral_entries, value.string_layout, value.slack
        if type(entries) is not tuple or type(layout) is not StringLayout or type(slack) is not bytes:
            raise Bad("type")
        consumed = value.path_consumed
        if consumed & 1:
            raise Bad("PathConsumed")
        place = _START
        parts = [_REPLY.pack(consumed, len(entries), value.referral_header_flags)]
        strings = _Writer(layout, _START + _SIZE * len(entries))
        paths, alternates, targets = strings.columns
        for entry in entries:
            if type(entry) is not ReferralV4 or entry.size is not None:
                raise Bad("entry")
            flags, guid = entry.referral_entry_flags, entry.service_site_guid
            if flags & _NAMES:
                raise Bad("a list of names")
            if type(guid) is not UUID:
                raise Bad("type")
            path, other, target = entry.dfs_path, entry.dfs_alternate_path, entry.network_address
            parts.append(
                _ENTRY.pack(
                    4, _SIZE, entry.server_type, flags, entry.time_to_live,
                    paths[path] - place if path in paths else strings.new(paths, path, place),
                    alternates[other] - place if other in alternates else strings.new(alternates, other, place),
                    targets[target] - place if target in targets else strings.new(targets, target, place),
                    _NO_GUID if guid is NIL else guid.bytes_le,
                )
            )  # fmt: skip
            place += _SIZE
        return b"".join([*parts, *strings.parts, slack])
    except UNFIT as error:
        raise Bad(error) from None


class _Writer:
    """Writes strings one after another, equal ones of a column once where the layout shares them."""

    def __init__(self, layout: StringLayout, start: int) -> None:
        self.cursor = start
        self.parts: list[bytes] = []
        shared = layout is not StringLayout.SEPARATE
        #: where strings that are not shared would be remembered: nothing is ever put into it
        self.apart: dict[str, int] = {}
        paths, alternates = ({}, {}) if shared else (self.apart, self.apart)
        self.columns: tuple[dict[str, int], ...] = (
            paths, alternates, {} if layout is StringLayout.SHARED else self.apart,
        )  # fmt: skip

    def new(self, column: dict[str, int], text: str, place: int) -> int:
        if type(text) is not str or "\0" in text:
            raise Bad("text")
        if not text:
            return 0
        start = self.cursor
        data = (text + "\0").encode("utf-16-le")
        self.parts.append(data)
        self.cursor = start + len(data)
        if column is not self.apart:
            column[text] = start
        return start - place
