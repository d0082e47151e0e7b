"""Writing the entries of a referral reply: the quick way, for layouts that have a name; all others go to `lay_out`."""

from __future__ import annotations

import struct
from codecs import utf_16_le_encode
from typing import Any

from smb2ioctl_codec.payloads.dfs.entries import (
    NIL,
    NameListReferral,
    ReferralEntryFlags,
    ReferralV1,
    ReferralV2,
    ReferralV3,
    ReferralV4,
    own_size,
)
from smb2ioctl_codec.payloads.dfs.lay_out import lay_out
from smb2ioctl_codec.payloads.dfs.strings import ENTRIES_START, StringLayout, tail_of
from smb2ioctl_codec.schema.runtime import Refused, as_bytes
from smb2ioctl_codec.schema.scalars import GUID

_HEAD = struct.Struct("<HHHH").pack
_V2 = struct.Struct("<HHHHIIHHH").pack
_V3 = struct.Struct("<HHHHIHHH16s").pack
_NAME_LIST = struct.Struct("<HHHHIHHH").pack

_NAMES: int = ReferralEntryFlags.NAME_LIST_REFERRAL.value
_NO_GUID = bytes(16)
_VERSIONS: dict[type[Any], int] = {ReferralV3: 3, ReferralV4: 4}
_SIZES: dict[type[Any], int] = {ReferralV2: 22, ReferralV3: 34, ReferralV4: 34}


def write(value: Any) -> bytes:
    """The bytes of a reply's entries and strings; whatever exception if they do not fit, as `lay_out` explains."""
    entries, layout, slack = value.referral_entries, value.string_layout, value.slack
    if value.path_consumed & 1:
        raise Refused
    if layout.__class__ is not StringLayout or entries.__class__ is not tuple:
        return lay_out(value)
    sizes = [_SIZES.get(each.__class__) or own_size(each) for each in entries]
    writer = _Writer(layout, ENTRIES_START + sum(sizes))
    if not writer.write(entries, sizes):
        return lay_out(value)
    parts = writer.fields
    parts += writer.strings
    if layout is StringLayout.SAMBA:
        parts.append(tail_of(layout, entries))
    parts.append(slack if slack.__class__ is bytes else as_bytes(slack))
    return b"".join(parts)


class _Writer:
    """Writes entries whose strings lie one after another."""

    __slots__ = ("apart", "columns", "cursor", "fields", "strings")

    def __init__(self, layout: StringLayout, start: int) -> None:
        #: where strings that are not shared would be remembered: nothing is ever put into it
        self.apart: dict[Any, int] = {}
        #: offset of the next string
        self.cursor = start
        self.fields: list[bytes] = []
        self.strings: list[bytes] = []
        #: offsets of the strings of the fields of one name: paths, alternate paths, targets, special names, lists
        self.columns: tuple[dict[Any, int], ...] = ({}, {}, {}, {}, {})
        if layout is StringLayout.SAMBA:
            self.columns = ({}, {}, self.apart, {}, {})
        elif layout is StringLayout.SEPARATE:
            self.columns = (self.apart,) * 5

    def write(self, entries: tuple[Any, ...], sizes: list[int]) -> bool:
        """Whether all entries could be written; not those that give a size of their own."""
        paths, alternates, targets, _, _ = self.columns
        put, new, add, versions = self.put, self.new, self.fields.append, _VERSIONS
        place = ENTRIES_START
        for each, size in zip(entries, sizes, strict=True):
            if each.size is not None:
                return False
            kind = each.__class__
            if kind in versions:
                flags, guid = each.referral_entry_flags, each.service_site_guid
                if flags & _NAMES:
                    raise Refused
                path, alternate, target = each.dfs_path, each.dfs_alternate_path, each.network_address
                add(
                    _V3(
                        versions[kind], 34, each.server_type, flags, each.time_to_live,
                        found - place if (found := paths.get(path)) else new(paths, path, place),
                        found - place if (found := alternates.get(alternate)) else new(alternates, alternate, place),
                        found - place if (found := targets.get(target)) else new(targets, target, place),
                        _NO_GUID if guid is NIL else GUID.to_bytes(guid),
                    )
                )  # fmt: skip
            elif kind is ReferralV2:
                texts = (each.dfs_path, each.dfs_alternate_path, each.network_address)
                offsets = [put(column, text, place) for column, text in zip(self.columns, texts, strict=False)]
                head = (2, 22, each.server_type, each.referral_entry_flags)
                add(_V2(*head, each.proximity, each.time_to_live, *offsets))
            elif kind is NameListReferral:
                add(self.name_list(each, place, size))
            elif kind is ReferralV1:
                add(_HEAD(1, size, each.server_type, each.referral_entry_flags) + terminated(each.share_name))
            else:
                raise Refused
            place += size
        return True

    def name_list(self, each: NameListReferral, place: int, size: int) -> bytes:
        _, _, _, specials, lists = self.columns
        version, flags, names = each.version_number, each.referral_entry_flags, each.expanded_names
        if version not in (3, 4) or not flags & _NAMES or size not in (18, 34):
            raise Refused
        special = self.put(specials, each.special_name, place)
        expanded = self.put_list(lists, names, place)
        head = (version, size, each.server_type, flags, each.time_to_live)
        return _NAME_LIST(*head, special, len(names), expanded) + each.padding

    def put(self, column: dict[Any, int], text: Any, place: int) -> int:
        """Bytes from the entry at `place` to a string, which is written if it is none that is shared; 0 if empty."""
        found = column.get(text)
        return found - place if found else self.new(column, text, place)

    def new(self, column: dict[Any, int], text: Any, place: int) -> int:
        """`put` for a string that is not shared."""
        if not text and isinstance(text, str):
            return 0
        if "\0" in text:
            raise Refused
        return self.append(column, text, utf_16_le_encode(text + "\0")[0]) - place

    def put_list(self, column: dict[Any, int], names: Any, place: int) -> int:
        """`put` for a list of strings."""
        if names.__class__ is not tuple:
            raise Refused
        found = column.get(names)
        if found or not names:
            return found - place if found else 0
        return self.append(column, names, b"".join([terminated(each) for each in names])) - place

    def append(self, column: dict[Any, int], key: Any, data: bytes) -> int:
        """Write a string or a list of them; its offset."""
        start = self.cursor
        self.cursor = start + len(data)
        self.strings.append(data)
        if column is not self.apart:
            column[key] = start
        return start


def terminated(text: Any) -> bytes:
    """UTF-16 and its U+0000."""
    if "\0" in text:
        raise Refused
    return utf_16_le_encode(text + "\0")[0]
