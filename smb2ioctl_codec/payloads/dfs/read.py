"""Reading the entries of a referral reply: the quick way, for strings that lie in a layout that has a name.

These follow one another in the order in which entries use them, so they cannot overlap, and each is read where the last
one ended. All that is otherwise, `Survey` reads; it also tells what is wrong with bytes that are refused here.
"""

from __future__ import annotations

import struct
from codecs import utf_16_le_decode
from typing import Any

from smb2ioctl_codec.payloads.dfs.entries import (
    NIL,
    NameListReferral,
    Referral,
    ReferralEntryFlags,
    ReferralV1,
    ReferralV2,
    ReferralV3,
    ReferralV4,
    ServerType,
)
from smb2ioctl_codec.payloads.dfs.strings import StringLayout, tail_of
from smb2ioctl_codec.payloads.dfs.survey import Survey
from smb2ioctl_codec.schema.runtime import Refused
from smb2ioctl_codec.schema.scalars import GUID

#: Entries, layout of their strings, bytes in no field and no string.
Contents = tuple[tuple[Referral, ...], StringLayout | tuple[int, ...], bytes]

_HEAD = struct.Struct("<HHHH").unpack_from
_V2 = struct.Struct("<IIHHH").unpack_from
_V3 = struct.Struct("<IHHH16s").unpack_from
_NAME_LIST = struct.Struct("<IHHH").unpack_from

_NAMES: int = ReferralEntryFlags.NAME_LIST_REFERRAL.value
_TYPES = ServerType.map()
_NO_GUID = bytes(16)
_KINDS: Any = (None, ReferralV1, ReferralV2, ReferralV3, ReferralV4)
_TWINS: Any = (None, *(kind.TWIN for kind in _KINDS[1:]))
_LIST_TWIN: Any = NameListReferral.TWIN  # type: ignore[attr-defined]


class _Unnamed(Exception):
    """The strings lie in no layout that has a name."""


def read(data: bytes, start: int, count: int) -> Contents:
    """The entries of a reply, the first at `start`.

    Raises:
        Refused, struct.error, UnicodeDecodeError: the bytes are no such entries.
    """
    reader = _Reader(data)
    try:
        entries = reader.read(start, count)
        return entries, *reader.layout(entries)
    except _Unnamed:
        survey = Survey(data, start, count, "", _refuse)
    gaps = list(survey.gaps(start))
    slack = b"".join(data[low:high] for low, high in gaps)
    is_filler = not slack.strip(b"\0") and (not gaps or gaps[-1][1] < len(data))
    return survey.whole, survey.offsets, b"" if is_filler else slack


def _refuse(*_: object, **__: object) -> None:
    raise Refused


class _Reader:
    """Reads entries, and where their strings lie."""

    __slots__ = ("columns", "cursor", "data", "first", "gaps")

    def __init__(self, data: bytes) -> None:
        self.data = data
        #: strings by offset: paths, alternate paths, targets, special names, lists of names
        self.columns: tuple[dict[Any, Any], ...] = ({}, {}, {}, {}, {})
        #: offset of the first string, and of the byte behind the last; 0 before there is one
        self.first = self.cursor = 0
        #: bytes in entries that belong to none of their fields
        self.gaps: list[bytes] = []

    def read(self, place: int, count: int) -> tuple[Referral, ...]:
        """The `count` entries from `place` on."""
        data, twins, kinds, types = self.data, _TWINS, _KINDS, _TYPES
        paths, alternates, targets, _, _ = self.columns
        string = self.string
        entries: list[Any] = []
        for _ in range(count):
            version, size, server_type, flags = _HEAD(data, place)
            if (version == 4 or version == 3) and not flags & _NAMES:
                time_to_live, path, alternate, target, guid = _V3(data, place + 8)
                each = twins[version]()
                each.dfs_path = paths.get(place + path) or string(paths, place, path)
                each.dfs_alternate_path = alternates.get(place + alternate) or string(alternates, place, alternate)
                each.network_address = targets.get(place + target) or string(targets, place, target)
                each.time_to_live = time_to_live
                each.server_type = types[server_type]
                each.referral_entry_flags = flags
                each.service_site_guid = NIL if guid == _NO_GUID else GUID.to_value(guid)
                each.size = None if size == 34 else self.given_size(place, size, 34)
                each.__class__ = kinds[version]
            else:
                each = self.other(place, version, size)
                each.server_type = types[server_type]
                each.referral_entry_flags = flags
                each.__class__ = kinds[version] if version < 3 else NameListReferral
            entries.append(each)
            place += size
        if place > len(data):
            raise Refused
        if not self.cursor:
            self.cursor = place
        elif self.first != place:
            raise _Unnamed
        return tuple(entries)

    def other(self, place: int, version: int, size: int) -> Any:
        """What forms have that are rarer, but for version, server type and flags."""
        paths, alternates, targets, specials, lists = self.columns
        if version == 1:
            each = _TWINS[1]()
            end = self.end_of(place + 8)
            each.share_name, _ = utf_16_le_decode(self.data[place + 8 : end], "strict", True)
            own_size = end + 2 - place
        elif version == 2:
            each = _TWINS[2]()
            each.proximity, each.time_to_live, path, alternate, target = _V2(self.data, place + 8)
            each.dfs_path = paths.get(place + path) or self.string(paths, place, path)
            each.dfs_alternate_path = alternates.get(place + alternate) or self.string(alternates, place, alternate)
            each.network_address = targets.get(place + target) or self.string(targets, place, target)
            own_size = 22
        elif version < 5 and version:
            each = _LIST_TWIN()
            each.version_number = version
            each.time_to_live, special, count, expanded = _NAME_LIST(self.data, place + 8)
            each.special_name = specials.get(place + special) or self.string(specials, place, special)
            each.expanded_names = lists.get((place + expanded, count)) or self.list_of_strings(
                lists, place, expanded, count
            )
            own_size = 34 if size >= 34 else 18
            each.padding = self.data[place + 18 : place + own_size]
        else:
            raise Refused
        each.size = None if size == own_size else self.given_size(place, size, own_size)
        return each

    def given_size(self, place: int, size: int, own_size: int) -> int:
        """The Size of an entry that is larger than its fields."""
        if size < own_size:
            raise Refused
        self.gaps.append(self.data[place + own_size : place + size])
        return size

    def string(self, column: dict[Any, Any], place: int, offset: int) -> str:
        """A string that is empty, or that no entry used before: it must lie where the last one ended."""
        if not offset:
            return ""
        start = place + offset
        if start != self.cursor:
            if self.cursor:
                raise _Unnamed
            self.first = start
        end = self.end_of(start)
        if end == start:
            raise _Unnamed
        text, _ = utf_16_le_decode(self.data[start:end], "strict", True)
        column[start] = text
        self.cursor = end + 2
        return text

    def list_of_strings(self, column: dict[Any, Any], place: int, offset: int, count: int) -> tuple[str, ...]:
        """`string` for a list of strings, back to back."""
        start = place + offset
        if not count and not offset:
            return ()
        if not count or (self.cursor and start != self.cursor):
            raise _Unnamed
        if count * 2 > len(self.data) - start:
            raise Refused
        self.first = self.first or start
        end = start - 2
        for _ in range(count):
            end = self.end_of(end + 2)
        text, _ = utf_16_le_decode(self.data[start:end], "strict", True)
        names = column[start, count] = tuple(text.split("\0"))
        self.cursor = end + 2
        return names

    def end_of(self, start: int) -> int:
        """Offset of the next U+0000."""
        data = self.data
        end = data.find(b"\0\0", start)
        while end >= 0 and (end - start) & 1:  # two zeros of different characters
            end = end + 1 if data[end + 2 : end + 3] == b"\0" else data.find(b"\0\0", end + 1)
        if end < 0:
            raise Refused
        return end

    def layout(self, entries: tuple[Referral, ...]) -> tuple[StringLayout, bytes]:
        """How the strings lie, and the bytes in no field and no string."""
        layout = self.named_layout(entries)
        gaps, tail = b"".join(self.gaps), self.data[self.cursor :]
        if layout is StringLayout.SAMBA:
            tail = tail[len(tail_of(layout, entries)) :]
        return layout, gaps + tail if tail or gaps.strip(b"\0") else b""

    def named_layout(self, entries: tuple[Referral, ...]) -> StringLayout:
        """The first layout that has the strings where they are."""
        repeated = [len(column) > 1 and len(set(column.values())) < len(column) for column in self.columns]
        tail = tail_of(StringLayout.SAMBA, entries)
        if not tail and True not in repeated:
            return StringLayout.SHARED
        is_samba = True not in repeated[:2] + repeated[3:] and _uses(entries, "network_address") == len(self.columns[2])
        if is_samba and self.data.startswith(tail, self.cursor):
            return StringLayout.SAMBA
        if True not in repeated:
            return StringLayout.SHARED
        names = ("dfs_path", "dfs_alternate_path", "network_address", "special_name", "expanded_names")
        if _uses(entries, *names) > sum(map(len, self.columns)):
            raise _Unnamed
        return StringLayout.SEPARATE


def _uses(entries: tuple[Referral, ...], *names: str) -> int:
    """How many strings of these names the entries have."""
    return sum(bool(getattr(each, name, None)) for each in entries for name in names)
