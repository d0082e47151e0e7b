"""Defects of referral replies, whose entries and strings no plan describes."""

from __future__ import annotations

from collections.abc import Iterator
from struct import pack
from typing import Any

from smb2ioctl_codec.fuzz.making.defects.shape import Flaw, Shape, part_named, put
from smb2ioctl_codec.fuzz.making.defects.sizes import FAR_MORE, ONE_MORE
from smb2ioctl_codec.fuzz.making.defects.texts import damaged
from smb2ioctl_codec.payloads.dfs import NameListReferral, ReferralV1, TruncatedReferralReply
from smb2ioctl_codec.payloads.dfs.strings import SHARING
from smb2ioctl_codec.payloads.dfs.survey import LEAST, SMALLEST
from smb2ioctl_codec.schema.spans import Span

_COUNT = "number_of_referrals"
_MOST = 0xFFFF
#: Bytes of a string that many entries enter at different places.
_LONG = 1000
#: Offsets of strings, and what they lead to.
_STRINGS = {
    "dfs_path_offset": "dfs_path",
    "dfs_alternate_path_offset": "dfs_alternate_path",
    "network_address_offset": "network_address",
    "special_name_offset": "special_name",
    "expanded_name_offset": "expanded_names",
}


def referrals(shape: Shape) -> Iterator[Flaw]:
    """Those of a whole reply, or of a cut one, in which what lies behind the end is no defect."""
    if not any(field.own for field in shape.plan.fields):
        return
    is_cut = shape.kind is TruncatedReferralReply
    consumed = shape.wire["path_consumed"]
    yield Flaw("odd", "path_consumed", "odd", shape.put("path_consumed", consumed | 1))
    yield Flaw("odd", "path_consumed", "the largest, which is odd", shape.put("path_consumed", _MOST))
    found = next((span for name, span in shape.places.items() if name in ("referral_entries", "content")), None)
    entries = [part for part in found.children if part.name.startswith("referral_entries")] if found else []
    for index in range(len(entries)):
        part = _Entry(shape, entries, index, is_cut)
        if part.is_whole:
            yield from part.flaws()
    if entries and not is_cut:
        yield from _count(shape, entries)
    yield from _overlapping(shape, entries)


def _count(shape: Shape, entries: list[Span]) -> Iterator[Flaw]:
    if len(shape.data) < _MOST * SMALLEST:
        yield Flaw("count", "referral_entries", f"{_COUNT} {FAR_MORE}", shape.put(_COUNT, _MOST))
    count, end = len(entries) + 1, entries[-1].offset + entries[-1].size
    data = shape.put(_COUNT, count)
    if count * SMALLEST > len(data) - entries[0].offset:
        yield Flaw("count", "referral_entries", f"{_COUNT} {ONE_MORE}", data)
    elif len(data) - end < LEAST_HEAD:
        yield Flaw("count", f"referral_entries[{count - 1}]", f"{_COUNT} {ONE_MORE}", data)
    elif data[end : end + 2] not in VERSIONS:
        yield Flaw("count", f"referral_entries[{count - 1}].version_number", f"{_COUNT} {ONE_MORE}", data)


#: Bytes that every entry starts with, and what the first two of them may be.
LEAST_HEAD, VERSIONS = 8, [pack("<H", version) for version in range(1, 5)]


class _Entry:
    """Defects of one entry."""

    def __init__(self, shape: Shape, entries: list[Span], index: int, is_cut: bool) -> None:
        self.shape, self.is_cut = shape, is_cut
        self.entry = entry = entries[index]
        self.before, self.after = entries[:index], entries[index + 1 :]
        self.name, self.wire, self.total = entry.name, entry.value, len(shape.data)
        version = self.wire["version_number"]
        is_list = "special_name_offset" in self.wire
        self.kind = next(
            kind for kind in LEAST if (kind is NameListReferral) is is_list
            and (is_list or kind.__name__ == f"ReferralV{version}")
        )  # fmt: skip
        names = {each for offset, each in _STRINGS.items() if self.wire.get(offset)} | {"share_name"}
        self.strings = [part for part in entry.children if part.name in names]

    @property
    def is_whole(self) -> bool:
        """Its fields are all there, and all its strings; no other entry shares them."""
        others = [part for other in (*self.before, *self.after) for part in other.children]
        ours = {(part.offset, part.size) for part in self.strings}
        wanted = sum(bool(self.wire.get(offset)) for offset in _STRINGS) + (self.kind is ReferralV1)
        if self.wire.get("number_of_expanded_names") == 0 and self.wire.get("expanded_name_offset"):
            wanted -= 1
        return len(ours) == wanted and not ours & {(part.offset, part.size) for part in others}

    def flaw(self, rule: str, name: str, what: str, data: bytes) -> Flaw:
        return Flaw(rule, f"{self.name}.{name}" if name else self.name, f"{self.kind.__name__}, {what}", data)

    def put(self, name: str, number: int) -> bytes:
        place: Any = part_named(self.entry, name)
        return put(self.shape.data, place, number)

    def flaws(self) -> Iterator[Flaw]:
        for number in (0, 5, _MOST):
            yield self.flaw("constant", "version_number", f"version {number}", self.put("version_number", number))
        yield from self._size()
        for offset, attribute in _STRINGS.items():
            if self.wire.get(offset) and self.wire.get("number_of_expanded_names", 1):
                yield from self._offset(offset, attribute)
        for part in self.strings:
            end = part.offset + part.size - 2
            for what, data in damaged(self.shape.data, part.offset, end):
                yield self.flaw("utf-16", part.name, f"{part.name}: {what}", data)
        if self.is_cut or self.after:
            return
        yield from self._ends()
        if self.wire.get("number_of_expanded_names"):
            count = "number_of_expanded_names"
            for number, what in ((self.wire[count] + 1, ONE_MORE), (_MOST, FAR_MORE)):
                yield self.flaw("count", "expanded_names", f"{count} {what}", self.put(count, number))

    def _size(self) -> Iterator[Flaw]:
        least, left = LEAST[self.kind], self.total - self.entry.offset
        for size, what in ((0, "no bytes"), (least - 1, "a byte too few")):
            yield self.flaw("length", "size", f"size: {what}", self.put("size", size))
        for size, what in ((left + 1, ONE_MORE), (_MOST, FAR_MORE)):
            if not self.is_cut:
                yield self.flaw("length", "", f"size {what}", self.put("size", size))
        if self.kind is ReferralV1 and not self.after and self.entry.size - 2 >= least:
            yield self.flaw("unterminated", "share_name", "size too small", self.put("size", self.entry.size - 2))

    def _offset(self, offset: str, attribute: str) -> Iterator[Flaw]:
        """Into the entry's own fields, into those of the next one, behind the end, to the last byte."""
        for number, what in ((1, "into the entry"), (LEAST[self.kind] - 1, "to the entry's last byte")):
            yield self.flaw("offset", offset, f"{offset} {what}", self.put(offset, number))
        if self.after:
            step = self.after[0].offset - self.entry.offset
            yield self.flaw("offset", offset, f"{offset} to the next entry", self.put(offset, step))
        if self.is_cut:
            return
        left = self.total - self.entry.offset
        for number, what in ((left, "to the end"), (_MOST, "far behind the end")):
            yield self.flaw("offset", offset, f"{offset} {what}", self.put(offset, number))
        if attribute != "expanded_names":
            yield self.flaw("unterminated", attribute, f"{offset} to the last byte", self.put(offset, left - 1))

    def _ends(self) -> Iterator[Flaw]:
        """The last byte missing: of the last string, or of an entry that has its string inside."""
        data = self.shape.data
        last = max(self.strings, key=lambda part: part.offset, default=None)
        if last is None or last.offset + last.size != self.total:
            return
        for missing in (1, 2):
            what = f"{missing} of the last bytes missing"
            if self.kind is not ReferralV1:
                yield self.flaw("unterminated", last.name, what, data[:-missing])
            elif self.entry.size - missing >= SMALLEST:
                yield self.flaw("cut-short", "", what, data[:-missing])


def _overlapping(shape: Shape, entries: list[Span]) -> Iterator[Flaw]:
    """Strings that overlap so much that no reader reads them: all entries enter a long one at different places."""
    places = [(entry, part_named(entry, offset)) for entry in entries for offset in list(_STRINGS)[:3]]
    if len(places) <= SHARING * 2 or any(place is None for _, place in places):
        return
    start, data = len(shape.data), shape.data + b"A\0" * _LONG + b"\0\0"
    room, name = SHARING * len(data), ""
    for index, (entry, place) in enumerate(places):
        string = start + 2 * index
        data = put(data, place, string - entry.offset)
        room -= len(data) - string
        if room < 0 and not name:
            name = entry.name
    if name:
        yield Flaw("overlap", name, "strings that overlap", data)
