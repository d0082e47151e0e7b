"""Reading the entries of a referral reply: the quick way, which tests and does not explain; `walk` does that.

String offsets are compared with the place where the next string would lie: thus the layout of the strings is known when
the last entry is read, and bytes in no string are looked for only where the layout has no name.
"""

from __future__ import annotations

import struct
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
from smb2ioctl_codec.payloads.dfs.strings import StringLayout, Strings
from smb2ioctl_codec.payloads.dfs.survey import Survey
from smb2ioctl_codec.schema.runtime import Refused
from smb2ioctl_codec.schema.scalars import GUID

#: Zero bytes behind the strings of entries of version 2 in the reference server's layout.
SAMBA_TAIL = bytes(22)

_HEAD = struct.Struct("<HHHH").unpack_from
_V2 = struct.Struct("<IIHHH").unpack_from
_V3 = struct.Struct("<IHHH16s").unpack_from
_NAME_LIST = struct.Struct("<IHHH").unpack_from

_NAMES: int = ReferralEntryFlags.NAME_LIST_REFERRAL.value
_TYPES = ServerType.map()
_NO_GUID = bytes(16)
_TWINS: Any = (None, ReferralV1.TWIN, ReferralV2.TWIN, ReferralV3.TWIN, ReferralV4.TWIN)  # type: ignore[attr-defined]
_KINDS = (None, ReferralV1, ReferralV2, ReferralV3, ReferralV4)


def read(data: bytes, start: int, count: int) -> tuple[tuple[Referral, ...], StringLayout | tuple[int, ...], bytes]:
    """The entries from `start` on, the layout of their strings, and the bytes in no field and no string.

    Raises:
        Refused, struct.error, UnicodeDecodeError: the bytes are no such entries; `Survey` tells why.
    """
    reader = Reader(data)
    entries = reader.read(start, count)
    return entries, *reader.layout(start, entries)


def tail_of(entries: tuple[Referral, ...]) -> bytes:
    """What the reference server writes behind the strings."""
    return SAMBA_TAIL if entries and type(entries[0]) is ReferralV2 else b""


def told_layout(data: bytes, start: int, count: int) -> tuple[tuple[int, ...], bytes]:
    """All offsets of strings, where these lie in no layout that has a name, and the bytes in no field and no string."""
    survey = Survey(data, start, count, "", _refuse)
    gaps = list(survey.gaps(start))
    slack = b"".join(data[low:high] for low, high in gaps)
    is_filler = not slack.strip(b"\0") and (not gaps or gaps[-1][1] < len(data))
    return survey.offsets, b"" if is_filler else slack


def _refuse(*_: object, **__: object) -> None:
    raise Refused


class _Column(dict[Any, Any]):
    """The strings of the fields of one name, by the place that entries name; `empty` counts the entries without one."""

    __slots__ = ("empty",)

    def __init__(self) -> None:
        self.empty = 0

    @property
    def repeats(self) -> bool:
        """Equal strings lie in different places."""
        return len(set(self.values())) < len(self)

    def is_shared(self, uses: int) -> bool:
        """Entries name the same place."""
        return len(self) < uses - self.empty


class Reader:
    """Reads entries, and finds out how their strings lie."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.strings = Strings(data)
        self.columns = tuple(_Column() for _ in range(5))
        #: how many entries are lists of names, and of version 1
        self.lists = self.shares = 0
        #: bytes in entries that belong to none of their fields
        self.gaps: list[bytes] = []
        #: offset of the first string, and of the byte behind the last
        self.first = self.cursor = 0
        #: all strings so far lie back to back in the order of their first use
        self.in_order = True

    def read(self, start: int, count: int) -> tuple[Referral, ...]:
        """The `count` entries from `start` on."""
        data, twins, kinds, types = self.data, _TWINS, _KINDS, _TYPES
        paths, alternates, targets, _, _ = self.columns
        first_use = self.first_use
        entries: list[Any] = []
        place = start
        for _ in range(count):
            version, size, server_type, flags = _HEAD(data, place)
            if (version == 4 or version == 3) and not flags & _NAMES:
                time_to_live, path, alternate, target, guid = _V3(data, place + 8)
                each = twins[version]()
                each.dfs_path = paths.get(place + path) or first_use(paths, place, path, 34)
                each.dfs_alternate_path = alternates.get(place + alternate) or first_use(
                    alternates, place, alternate, 34
                )
                each.network_address = targets.get(place + target) or first_use(targets, place, target, 34)
                each.time_to_live = time_to_live
                each.server_type = types[server_type]
                each.referral_entry_flags = flags
                each.service_site_guid = NIL if guid == _NO_GUID else GUID.to_value(guid)
                if size == 34:
                    each.size = None
                else:
                    each.size = self.given_size(place, size, 34)
                each.__class__ = kinds[version]
            else:
                each = self.other(place, version, size, flags)
                each.server_type = types[server_type]
                each.referral_entry_flags = flags
                each.__class__ = NameListReferral if version > 2 else kinds[version]
            entries.append(each)
            place += size
        if place > len(data):
            raise Refused
        if self.first not in (0, place):
            self.in_order = False
        self.cursor = self.cursor or place
        return tuple(entries)

    def layout(self, start: int, entries: tuple[Referral, ...]) -> tuple[StringLayout | tuple[int, ...], bytes]:
        """How the strings of the entries lie, and the bytes in no field and no string."""
        name = self._name(entries)
        if name is None:
            return told_layout(self.data, start, len(entries))
        tail = self.data[self.cursor :]
        if name is StringLayout.SAMBA:
            tail = tail[len(tail_of(entries)) :]
        gaps = b"".join(self.gaps)
        return name, gaps + tail if tail or gaps.strip(b"\0") else b""

    def _name(self, entries: tuple[Referral, ...]) -> StringLayout | None:
        """The first layout that has the strings where they are."""
        if not self.in_order:
            return None
        targets = len(entries) - self.lists - self.shares
        uses = (targets, targets, targets, self.lists, self.lists)
        shared = [column.is_shared(number) for column, number in zip(self.columns, uses, strict=True)]
        repeated = [column.repeats for column in self.columns]
        own_targets = not shared[2] and not any(repeated[:2] + repeated[3:])
        tail = tail_of(entries)
        if own_targets and tail and self.data.startswith(tail, self.cursor):
            return StringLayout.SAMBA
        if not any(repeated):
            return StringLayout.SHARED
        if own_targets and not tail:
            return StringLayout.SAMBA
        return None if any(shared) else StringLayout.SEPARATE

    def other(self, place: int, version: int, size: int, flags: int) -> Any:
        """What the forms have that are rarer: all but version, server type and flags."""
        if version == 1:
            return self.version_1(place, size)
        if version == 2:
            return self.version_2(place, size)
        if version in (3, 4) and flags & _NAMES:
            return self.name_list(place, version, size)
        raise Refused

    def version_1(self, place: int, size: int) -> Any:
        self.shares += 1
        each: Any = _TWINS[1]()
        each.share_name, end = self.strings.at(place + 8)
        each.size = None if end == place + size else self.given_size(place, size, end - place)
        return each

    def version_2(self, place: int, size: int) -> Any:
        paths, alternates, targets, _, _ = self.columns
        each: Any = _TWINS[2]()
        each.proximity, each.time_to_live, path, alternate, target = _V2(self.data, place + 8)
        each.dfs_path = paths.get(place + path) or self.first_use(paths, place, path, 22)
        each.dfs_alternate_path = alternates.get(place + alternate) or self.first_use(alternates, place, alternate, 22)
        each.network_address = targets.get(place + target) or self.first_use(targets, place, target, 22)
        each.size = None if size == 22 else self.given_size(place, size, 22)
        return each

    def name_list(self, place: int, version: int, size: int) -> Any:
        self.lists += 1
        _, _, _, specials, expansions = self.columns
        each: Any = NameListReferral.TWIN()  # type: ignore[attr-defined]
        each.version_number = version
        each.time_to_live, special, count, expanded = _NAME_LIST(self.data, place + 8)
        # Strings that the size counts may follow at once; else 34 bytes are 16 of padding.
        is_padded = size >= 34 and not 18 <= special < 34 and not (count and 18 <= expanded < 34)
        own_size = 34 if is_padded else 18
        each.padding = self.data[place + 18 : place + own_size]
        each.special_name = specials.get(place + special) or self.first_use(specials, place, special, own_size)
        each.expanded_names = self.expanded_names(expansions, place, expanded, count, own_size)
        each.size = None if size == own_size else self.given_size(place, size, own_size)
        return each

    def given_size(self, place: int, size: int, own_size: int) -> int:
        """The Size of an entry that is larger than its fields."""
        if size < own_size:
            raise Refused
        self.gaps.append(self.data[place + own_size : place + size])
        return size

    def first_use(self, column: _Column, place: int, offset: int, own_size: int) -> str:
        """A string that is empty, or whose place no entry before named."""
        if not offset:
            column.empty += 1
            return ""
        if offset < own_size:
            raise Refused
        text, end = self.strings.at(place + offset)
        self.follow(column, place + offset, place + offset, text, end)
        if not text:
            self.in_order = False
        return text

    def expanded_names(self, column: _Column, place: int, offset: int, count: int, own_size: int) -> tuple[str, ...]:
        """The list of names of an entry."""
        if not count:
            column.empty += 1
            self.in_order = self.in_order and not offset
            return ()
        if offset < own_size:
            raise Refused
        start = place + offset
        names, end = self.strings.list_at(start, count)
        self.follow(column, (start, count), start, names, end)
        return names

    def follow(self, column: _Column, key: Any, start: int, text: Any, end: int) -> None:
        """Take note of where a string lies."""
        if key in column:
            return
        column[key] = text
        if start == self.cursor:
            self.cursor = end
        elif not self.cursor:
            self.first, self.cursor = start, end
        else:
            self.in_order = False
