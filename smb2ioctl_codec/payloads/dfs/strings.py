"""Where the strings of a referral reply lie, and reading them."""

from __future__ import annotations

from codecs import utf_16_le_decode
from collections.abc import Sequence
from enum import Enum
from typing import Any

from smb2ioctl_codec.payloads.dfs.entries import ReferralV2
from smb2ioctl_codec.schema.runtime import Refused

#: Offset of the first entry of a reply.
ENTRIES_START = 8
#: Zero bytes behind the strings of entries of version 2 in the reference server's layout.
SAMBA_TAIL = bytes(22)

#: Strings may overlap; together they may have this many times the bytes of the reply. So a long one that every entry
#: enters at another place costs no more than reading it a few times.
SHARING = 16


class StringLayout(Enum):
    """How the strings of a reply's entries lie behind the last entry, in the order in which entries use them.

    An empty string is nowhere; its offset is 0. Strings are shared between fields of one name only: a path and an equal
    alternate path are two strings.
    """

    #: Equal strings are written once, as Windows does.
    SHARED = "shared"
    #: Equal strings are written once, but every entry has a target of its own; entries of version 2 are followed by 22
    #: zero bytes. So does Samba 3.6, but that it lets targets of version 2 run into one another.
    SAMBA = "samba"
    #: Every entry has all its strings to itself, as with Samba 4.
    SEPARATE = "separate"

    def __repr__(self) -> str:
        return str(self)


def tail_of(layout: Any, entries: Sequence[Any]) -> bytes:
    """What the layout has behind the last string."""
    is_old = layout is StringLayout.SAMBA and bool(entries) and type(entries[0]) is ReferralV2
    return SAMBA_TAIL if is_old else b""


class Endless(Refused):
    """A string has no U+0000."""


class Overlapping(Refused):
    """Strings overlap so much that they would take more than `SHARING` times the bytes that there are."""


class Strings:
    """The strings in some bytes by their offset, each up to its U+0000. What was read once is not read again."""

    __slots__ = ("_data", "_ends", "_known", "_lists", "_room")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._known: dict[int, tuple[str, int]] = {}
        self._lists: dict[tuple[int, int], tuple[tuple[str, ...], int]] = {}
        #: bytes that further strings may have
        self._room = SHARING * len(data)
        #: for even and odd offsets, where the bytes begin in which no string ends
        self._ends = [len(data), len(data)]

    def at(self, start: int) -> tuple[str, int]:
        """The string at `start`, and the offset behind its U+0000; Refused or UnicodeDecodeError if there is none."""
        found = self._known.get(start)
        if found is None:
            end = self._end(start)
            text, _ = utf_16_le_decode(self._data[start : end - 2], "strict", True)
            found = self._known[start] = text, end
        return found

    def list_at(self, start: int, count: int) -> tuple[tuple[str, ...], int]:
        """`count` strings, at least one and no more than there can be, back to back from `start` on, and the offset
        behind the last."""
        found = self._lists.get((start, count))
        if found is None:
            end = start
            for _ in range(count):
                end = self._end(end)
            text, _ = utf_16_le_decode(self._data[start : end - 2], "strict", True)
            found = self._lists[start, count] = tuple(text.split("\0")), end
        return found

    def _end(self, start: int) -> int:
        """Offset behind the U+0000 of the string at `start`."""
        data, parity = self._data, start & 1
        limit = self._ends[parity]
        end = data.find(b"\0\0", start, limit)
        while end >= 0 and (end - start) & 1:  # two zeros of different characters
            end = end + 1 if data[end + 2 : end + 3] == b"\0" else data.find(b"\0\0", end + 1, limit)
        if end < 0:
            self._ends[parity] = start
            raise Endless
        self._room -= end + 2 - start
        if self._room < 0:
            raise Overlapping
        return end + 2
