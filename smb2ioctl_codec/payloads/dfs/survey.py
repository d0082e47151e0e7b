"""Reading the entries of a referral reply slowly, with reasons: every field, string and defect with its place.

Also for replies that were cut: there, what lies behind the end is no defect, and its entry is not whole.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from smb2ioctl_codec.payloads.dfs.entries import (
    NameListReferral,
    Referral,
    ReferralEntryFlags,
    ReferralV1,
    ReferralV2,
    ReferralV3,
    ReferralV4,
)
from smb2ioctl_codec.payloads.dfs.strings import SHARING, Endless, Overlapping, Strings
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.spans import uncovered

#: Notes a defect: field and reason, and `offset` and what else a DecodeError has by keyword. May raise.
Note = Callable[..., None]

#: Bytes of the part that all entries start with, and of the smallest entry.
HEAD_SIZE = 8
SMALLEST = 10
#: Bytes of an entry at least; of a list of names, with padding.
LEAST = {ReferralV1: SMALLEST, ReferralV2: 22, ReferralV3: 34, ReferralV4: 34, NameListReferral: 18}
PADDED = 34

_HEAD = struct.Struct("<HHHH")
_KINDS: dict[int, Any] = {1: ReferralV1, 2: ReferralV2, 3: ReferralV3, 4: ReferralV4}


class Text(NamedTuple):
    """A string of an entry, or a list of them: from `start` up to `end`, behind its U+0000; both 0 if it is nowhere."""

    start: int
    end: int
    value: Any


@dataclass(slots=True)
class Found:
    """One entry.

    Attributes:
        name: ``referral_entries[0]``.
        kind: its class.
        start, size: its place in bytes; the strings that `size` may count are included.
        own_size: bytes of its fields.
        wire: values of its fields by name.
        texts: its strings by attribute, those that could be read.
        whole: all of them could.
        cut_texts: strings of which only the start is there, up to the end of the reply.
    """

    name: str
    kind: type[Any]
    start: int
    size: int
    own_size: int
    wire: dict[str, Any]
    texts: dict[str, Text] = field(default_factory=dict)
    whole: bool = True
    cut_texts: dict[str, Text] = field(default_factory=dict)

    def references(self) -> Iterator[tuple[Field, str]]:
        """The fields that say where strings lie, and the attributes that hold these, in wire order."""
        for each in self.kind.PLAN.fields:
            if each.role == "offset-of":
                yield each, each.target

    def entry(self) -> Referral:
        """The entry as a value, if it is whole."""
        names = [name for name in self.kind.__slots__ if name in self.wire and name not in self.texts]
        texts = {name: text.value for name, text in self.texts.items()}
        made: Referral = self.kind(**{name: self.wire[name] for name in names}, **texts)
        return made


def _start_of_text(data: bytes) -> str:
    """What can be read of a string whose end is missing, in the middle of a character perhaps."""
    try:
        return data.decode("utf-16-le")
    except UnicodeDecodeError as error:
        return data[: error.start].decode("utf-16-le")


class _Whole:
    """The fields of fixed size of an entry, if it has all of them."""

    def __init__(self, kind: type[Any]) -> None:
        self.fields = [each for each in kind.PLAN.fields if each.fixed]
        self.names = tuple(each.name for each in self.fields)
        unpacker = struct.Struct("<" + "".join(each.code[1:] for each in self.fields))
        self.unpack, self.size = unpacker.unpack_from, unpacker.size
        self.converts = [(each.name, each.convert.to_value) for each in self.fields if each.convert is not None]


_WHOLE = {kind: _Whole(kind) for kind in (*_KINDS.values(), NameListReferral)}


class Survey:
    """All entries of a reply.

    Args:
        data: all bytes of the reply.
        start: offset of the first entry.
        count: how many there are said to be.
        record: name of the reply's class, for what errors name as limits.
        note: takes the defects; a survey goes on after those that leave it a way to go on.
        cut: the end may be missing.
    """

    def __init__(self, data: bytes, start: int, count: int, record: str, note: Note, *, cut: bool = False) -> None:
        self.data = data
        self.record = record
        self.note = note
        self.cut = cut
        self.entries: list[Found] = []
        #: the start of an entry whose end is missing: those of its fields that are there
        self.cut_entry: Found | None = None
        self._entries(start, count)
        strings = Strings(data)
        if all(self._texts(each, strings) for each in self.entries):
            self._covered_fields()

    @property
    def whole(self) -> tuple[Referral, ...]:
        """The entries that are whole."""
        return tuple(each.entry() for each in self.entries if each.whole)

    @property
    def offsets(self) -> tuple[int, ...]:
        """Every string offset of every entry, in wire order."""
        return tuple(each.wire[source.name] for each in self.entries for source, _ in each.references())

    def gaps(self, start: int) -> Iterator[tuple[int, int]]:
        """The ranges of bytes from `start` on that lie in no field and no string."""
        entries = [*self.entries, self.cut_entry] if self.cut_entry else self.entries
        ranges = [(each.start, each.start + each.own_size) for each in entries]
        ranges += [text[:2] for each in entries for text in (*each.texts.values(), *each.cut_texts.values())]
        return uncovered(ranges, start, len(self.data))

    def _entries(self, start: int, count: int) -> None:
        left = len(self.data) - start
        if count * SMALLEST > left and not self.cut:
            self.note("referral_entries", f"{count} entries cannot fit", offset=start, needed=count * SMALLEST,
                      available=left, limit=f"{self.record}.number_of_referrals")  # fmt: skip
            return
        for index in range(count):
            found = self._entry(f"referral_entries[{index}]", start)
            if found is None:
                self.cut_entry = self._cut_entry(f"referral_entries[{index}]", start) if self.cut else None
                return
            self.entries.append(found)
            start += found.size

    def _entry(self, name: str, start: int) -> Found | None:
        """The entry at `start`, without its strings; None if that is not where one is."""
        left = len(self.data) - start
        if left < HEAD_SIZE:
            self._missing(name, start, HEAD_SIZE, f"{self.record}.number_of_referrals")
            return None
        version, size, _, flags = _HEAD.unpack_from(self.data, start)
        kind = _KINDS.get(version)
        if kind is None:
            self.note(f"{name}.version_number", f"{version} where 1 to 4 are valid", offset=start)
            return None
        if version > 2 and flags & ReferralEntryFlags.NAME_LIST_REFERRAL.value:
            kind = NameListReferral
        if size < LEAST[kind]:
            reason = f"{size} bytes are too few for {kind.__name__}"
            self.note(f"{name}.size", reason, offset=start + 2, needed=LEAST[kind], available=size)
            return None
        if size > left:
            self._missing(name, start, size, f"{self.record}.{name}.size")
            return None
        return self._found(name, kind, start, size)

    def _cut_entry(self, name: str, start: int) -> Found | None:
        """What is there of the entry at `start`, whose end is not; None if its version is not there either."""
        head = self.data[start : start + HEAD_SIZE].ljust(HEAD_SIZE, b"\0")
        version, size, _, flags = _HEAD.unpack(head)
        left = len(self.data) - start
        if left < 2 or version not in _KINDS or (left >= HEAD_SIZE and size <= left):
            return None
        is_list = version > 2 and flags & ReferralEntryFlags.NAME_LIST_REFERRAL.value
        found = self._found(name, NameListReferral if is_list else _KINDS[version], start, left)
        ends = [each.offset + each.size for each in found.kind.PLAN.fields if each.name in found.wire]
        found.size = found.own_size = max(ends)
        found.whole = False
        return found

    def _missing(self, name: str, start: int, needed: int, limit: str) -> None:
        if not self.cut:
            left = len(self.data) - start
            self.note(name, "cut short", offset=start, needed=needed, available=left, limit=limit)

    def _found(self, name: str, kind: type[Any], start: int, size: int) -> Found:
        whole = _WHOLE[kind]
        if size >= whole.size:
            wire = dict(zip(whole.names, whole.unpack(self.data, start), strict=True))
        else:
            wire = {
                each.name: struct.unpack_from(each.code, self.data, start + each.offset)[0]
                for each in whole.fields
                if each.offset + each.size <= size
            }
        for field_name, convert in whole.converts:
            if field_name in wire:
                wire[field_name] = convert(wire[field_name])
        own_size = LEAST[kind]
        if kind is NameListReferral and size >= PADDED and "padding" in wire:
            offsets = [wire["special_name_offset"]]
            offsets += [wire["expanded_name_offset"]] if wire["number_of_expanded_names"] else []
            if any(own_size <= offset < PADDED for offset in offsets):
                del wire["padding"]
            else:
                own_size = PADDED
        return Found(name, kind, start, size, own_size, wire)

    def _texts(self, found: Found, strings: Strings) -> bool:
        """Read the strings of an entry; False if no others can be read."""
        try:
            if found.kind is ReferralV1:
                self._share_name(found, strings)
            for source, attribute in found.references():
                count = found.wire["number_of_expanded_names"] if attribute == "expanded_names" else None
                text = self._text(found, source, attribute, count, strings)
                found.whole = found.whole and text is not None
                if text is not None:
                    found.texts[attribute] = text
        except Overlapping:
            reason = f"strings overlap so much that they would have more than {SHARING} times the bytes of the reply"
            self.note(found.name, reason, offset=found.start)
            found.whole = False
            return False
        return True

    def _share_name(self, found: Found, strings: Strings) -> None:
        """The string of version 1, which ends inside its entry."""
        start, room = found.start + HEAD_SIZE, found.size - HEAD_SIZE
        name, limit = f"{found.name}.share_name", f"{self.record}.{found.name}.size"
        found.whole = False
        try:
            text, end = strings.at(start)
        except UnicodeDecodeError as error:
            self.note(name, f"no UTF-16: {error.reason}", offset=start + error.start)
            return
        except Endless:
            end = len(self.data) + 1
        if end > start + room:
            self.note(name, "no U+0000", offset=start, needed=room + 2 - room % 2, available=room, limit=limit)
            return
        found.texts["share_name"] = Text(start, end, text)
        found.own_size = end - found.start
        found.whole = True

    def _text(self, found: Found, source: Field, attribute: str, count: int | None, strings: Strings) -> Text | None:
        """The string or the list of strings that an offset field leads to."""
        offset, name = found.wire[source.name], f"{found.name}.{attribute}"
        if count == 0:
            return Text(0, 0, ())
        if offset == 0 and count is None:
            return Text(0, 0, "")
        start, left = found.start + offset, len(self.data) - found.start - offset
        if offset < found.own_size or left <= 0:
            self._misplaced(found, source, left)
        elif count is not None and count * 2 > left:
            if not self.cut:
                self.note(name, f"{count} strings cannot fit", offset=start, needed=count * 2, available=left,
                          limit=f"{self.record}.{found.name}.number_of_expanded_names")  # fmt: skip
        else:
            try:
                text, end = strings.at(start) if count is None else strings.list_at(start, count)
                return Text(start, end, text)
            except UnicodeDecodeError as error:
                self.note(name, f"no UTF-16: {error.reason}", offset=start + error.start)
            except Endless:
                if not self.cut:
                    self.note(name, "no U+0000", offset=start, needed=left + 2 - left % 2, available=left)
                elif count is None:
                    found.cut_texts[attribute] = Text(start, len(self.data), _start_of_text(self.data[start:]))
        return None

    def _misplaced(self, found: Found, source: Field, left: int) -> None:
        """Note an offset into the entry's own fields, or behind the end."""
        name, place = f"{found.name}.{source.name}", found.start + (source.offset or 0)
        offset = found.wire[source.name]
        if offset < found.own_size:
            self.note(name, f"{offset} points into the entry, whose fields take {found.own_size} bytes", offset=place)
        elif not self.cut:
            self.note(name, f"{offset} points behind the end", offset=place, needed=offset + 2, available=offset + left)

    def _covered_fields(self) -> None:
        """Note the first string that would be made of entries' fields."""
        starts = [each.start for each in self.entries]
        for each in self.entries:
            for source, attribute in each.references():
                start, end = each.texts.get(attribute, (0, 0))[:2]
                other = self.entries[bisect_left(starts, end) - 1]
                if start < end and other.start + other.own_size > start:
                    place = each.start + (source.offset or 0)
                    reason = f"{each.wire[source.name]} leads to a string that covers fields of {other.name}"
                    self.note(f"{each.name}.{source.name}", reason, offset=place)
                    each.whole = False
