"""Writing the entries of a referral reply slowly: with reasons for what does not fit, strings wherever they are told to
lie, and entries that are larger than their fields.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from smb2ioctl_codec.errors import EncodeError
from smb2ioctl_codec.payloads.dfs.entries import (
    NameListReferral,
    ReferralEntryFlags,
    ReferralV1,
    ReferralV2,
    ReferralV3,
    ReferralV4,
    own_size,
)
from smb2ioctl_codec.payloads.dfs.strings import ENTRIES_START, StringLayout, tail_of
from smb2ioctl_codec.payloads.dfs.survey import PADDED, Survey
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.runtime import as_bytes
from smb2ioctl_codec.schema.spans import uncovered

_KINDS = (ReferralV1, ReferralV2, ReferralV3, ReferralV4, NameListReferral)
_NAMES: int = ReferralEntryFlags.NAME_LIST_REFERRAL.value


def lay_out(value: Any) -> bytes:
    """The bytes of a reply's entries and strings.

    Raises:
        EncodeError: they do not fit; path and reason say what and why.
    """
    consumed = value.path_consumed
    if isinstance(consumed, int) and consumed & 1:
        _refuse("path_consumed", odd(consumed))
    entries, slack = _entries(value.referral_entries), _bytes("slack", value.slack)
    start = ENTRIES_START
    for each in entries:
        each.start = start
        start += each.size
    strings = _Strings(value.string_layout, start)
    for each in entries:
        for source, attribute in each.references():
            each.wire[source.name] = strings.offset(each, source, attribute)
    strings.check_count()
    data = _image(entries, strings, start, slack, tail_of(value.string_layout, value.referral_entries))
    _check_return(data, value.referral_entries)
    return data[ENTRIES_START:]


def odd(path_consumed: int) -> str:
    """What is wrong with an odd PathConsumed."""
    return f"{path_consumed} is odd, so no number of UTF-16 units"


@dataclass(slots=True)
class _Entry:
    """An entry on its way to bytes."""

    name: str
    value: Any
    size: int
    own_size: int
    wire: dict[str, Any]
    start: int = 0

    def references(self) -> Iterator[tuple[Field, str]]:
        """The offset fields, and the attributes that they lead to."""
        for field in self.value.PLAN.fields:
            if field.role == "offset-of":
                yield field, field.target

    def fields(self) -> bytes:
        """The entry's own fields."""
        plan = self.value.PLAN.fields
        return b"".join(
            struct.pack(field.code, self.wire[field.name]) if field.fixed else self.wire[field.name]
            for field in plan
            if field.name in self.wire
        )


class _Strings:
    """The strings of all entries, each where the layout has it."""

    def __init__(self, layout: Any, start: int) -> None:
        self.layout = layout
        self.cursor = start
        #: offsets of strings that are shared, by attribute and text
        self.known: dict[tuple[str, Any], int] = {}
        #: bytes by place
        self.placed: dict[tuple[int, Any], bytes] = {}
        #: how many offsets have been asked for
        self.used = 0
        if not isinstance(layout, StringLayout):
            if not isinstance(layout, (tuple, list)):
                _refuse("string_layout", f"expected a StringLayout or a tuple of int, not {type(layout).__name__}")
            for index, offset in enumerate(layout):
                _in_range(f"string_layout[{index}]", offset, 2)

    def offset(self, each: _Entry, source: Field, attribute: str) -> int:
        """Bytes from the entry's start to a string, or a list of them."""
        text = getattr(each.value, attribute)
        data = _list(f"{each.name}.{attribute}", text) if attribute == "expanded_names" else _text(each, attribute)
        self.used += 1
        if not isinstance(self.layout, StringLayout):
            return self._told(each, attribute, text, data)
        if not text:
            return 0
        is_shared = self.layout is StringLayout.SHARED or (
            self.layout is StringLayout.SAMBA and attribute != "network_address"
        )
        start = self.known.get((attribute, text)) if is_shared else None
        if start is None:
            start = self.known[attribute, text] = self.cursor
            self.placed[start, text] = data
            self.cursor += len(data)
        return _in_range(f"{each.name}.{source.name}", start - each.start, source.size or 0)

    def _told(self, each: _Entry, attribute: str, text: Any, data: bytes) -> int:
        if self.used > len(self.layout):
            self.check_count()
        offset: int = self.layout[self.used - 1]
        if text and not offset:
            _refuse(f"string_layout[{self.used - 1}]", f"0, but {each.name}.{attribute} is not empty")
        if data and offset:
            self.placed[each.start + offset, text] = data
        return offset

    def check_count(self) -> None:
        """Whether there is an offset for every string, and no other."""
        if not isinstance(self.layout, StringLayout) and len(self.layout) != self.used:
            _refuse("string_layout", f"{len(self.layout)} offsets do not go with the strings of the entries")


def _entries(entries: Any) -> list[_Entry]:
    if not isinstance(entries, (tuple, list)):
        _refuse("referral_entries", f"expected a tuple of referral entries, not {type(entries).__name__}")
    return [_entry(f"referral_entries[{index}]", each) for index, each in enumerate(entries)]


def _entry(name: str, value: Any) -> _Entry:
    kind = type(value)
    if kind not in _KINDS:
        _refuse(name, f"expected a referral entry, not {kind.__name__}")
    wire: dict[str, Any] = {}
    entry = _Entry(name, value, 0, 0, wire)
    for field in kind.PLAN.fields:
        place = f"{name}.{field.name}"
        if field.const is not None:
            wire[field.name] = field.const
        elif field.role == "count-of":
            wire[field.name] = _in_range(place, len(_names(f"{name}.{field.target}", value.expanded_names)), 2)
        elif field.role == "offset-of" or field.name == "size":
            wire[field.name] = 0
        elif field.name == "share_name":
            wire[field.name] = _text(entry, "share_name")
        elif field.name == "padding":
            if padding := _padding(place, value.padding):
                wire[field.name] = padding
        elif field.convert is not None:
            wire[field.name] = _converted(place, field, getattr(value, field.name))
        else:
            wire[field.name] = _in_range(place, getattr(value, field.name), field.size or 0)
    _check_form(entry, wire)
    entry.own_size = own_size(value)
    entry.size = _in_range(f"{name}.size", entry.own_size if value.size is None else value.size, 2)
    if entry.size < entry.own_size:
        _refuse(f"{name}.size", f"{entry.size} bytes are too few for fields of {entry.own_size}")
    wire["size"] = entry.size
    return entry


def _check_form(entry: _Entry, wire: dict[str, Any]) -> None:
    """What tells lists of names from targets."""
    if wire["version_number"] > 2 or isinstance(entry.value, NameListReferral):
        is_list = isinstance(entry.value, NameListReferral)
        if is_list and wire["version_number"] not in (3, 4):
            _refuse(f"{entry.name}.version_number", f"{wire['version_number']} where 3 or 4 is valid")
        if bool(wire["referral_entry_flags"] & _NAMES) is not is_list:
            state = "must" if is_list else "must not"
            _refuse(f"{entry.name}.referral_entry_flags", f"{state} have NAME_LIST_REFERRAL")


def _image(entries: list[_Entry], strings: _Strings, end: int, slack: bytes, tail: bytes) -> bytes:
    """The reply from its first byte on; the header is zero."""
    ranges = []
    pieces = [(start, data) for (start, _), data in strings.placed.items()]
    pieces += [(each.start, each.fields()) for each in entries]
    image = bytearray(max([end, *(start + len(data) for start, data in pieces)]))
    for start, data in pieces:
        image[start : start + len(data)] = data
        ranges.append((start, start + len(data)))
    gaps = list(uncovered(ranges, ENTRIES_START, len(image)))
    size = sum(high - low for low, high in gaps)
    if slack and len(slack) < size:
        _refuse("slack", f"{len(slack)} bytes do not fill the {size} that lie in no field and no string")
    position = 0
    for low, high in gaps if slack else ():
        image[low:high] = slack[position : position + high - low]
        position += high - low
    return bytes(image) + tail + slack[position:]


def _check_return(data: bytes, entries: Any) -> None:
    """Whether the bytes will be read as the same entries."""

    def note(name: str, reason: str, **_: Any) -> NoReturn:
        _refuse(name, reason)

    survey = Survey(data, ENTRIES_START, len(entries), "ReferralReply", note)
    for found, each, again in zip(survey.entries, entries, survey.whole, strict=True):
        if again == each:
            continue
        if isinstance(each, NameListReferral) and len(each.padding) != found.own_size - 18:
            _refuse(f"{found.name}.padding", f"16 bytes are needed in an entry of {PADDED} bytes or more")
        _refuse("string_layout", f"strings of {found.name} overlap others and differ from them")


def _text(entry: _Entry, attribute: str) -> bytes:
    return _utf16(f"{entry.name}.{attribute}", getattr(entry.value, attribute))


def _names(name: str, names: Any) -> Any:
    if not isinstance(names, (tuple, list)):
        _refuse(name, f"expected a tuple of str, not {type(names).__name__}")
    return names


def _list(name: str, names: Any) -> bytes:
    return b"".join(_utf16(f"{name}[{index}]", each) for index, each in enumerate(_names(name, names)))


def _utf16(name: str, text: Any) -> bytes:
    """UTF-16 and its U+0000."""
    if not isinstance(text, str):
        _refuse(name, f"expected str, not {type(text).__name__}")
    if "\0" in text:
        _refuse(name, f"U+0000 at character {text.index(chr(0))}")
    try:
        return text.encode("utf-16-le") + b"\0\0"
    except UnicodeEncodeError as error:
        _refuse(name, f"no UTF-16 at character {error.start}: {error.reason}")


def _bytes(name: str, content: Any) -> bytes:
    try:
        return as_bytes(content)
    except TypeError:
        _refuse(name, f"expected bytes, not {type(content).__name__}")


def _padding(name: str, content: Any) -> bytes:
    padding = _bytes(name, content)
    if len(padding) not in (0, 16):
        _refuse(name, f"{len(padding)} bytes where none or 16 are valid")
    return padding


def _converted(name: str, field: Field, content: Any) -> bytes:
    try:
        data: bytes = field.convert.to_bytes(content)
    except (TypeError, ValueError) as error:
        _refuse(name, str(error))
    return data


def _in_range(name: str, number: Any, size: int) -> int:
    if not isinstance(number, int):
        _refuse(name, f"expected an int, not {type(number).__name__}")
    if not 0 <= number < 1 << 8 * size:
        shown = hex(number) if number.bit_length() <= 128 else f"a number of {number.bit_length()} bits"
        _refuse(name, f"{shown} is not in 0 to {(1 << 8 * size) - 1:#x}")
    return number


def _refuse(name: str, reason: str) -> NoReturn:
    raise EncodeError(reason, path=f"ReferralReply.{name}")
