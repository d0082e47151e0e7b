"""What a mutation gives."""

from __future__ import annotations

from typing import NamedTuple


class Change(NamedTuple):
    """Bytes that were changed.

    Attributes:
        data: all of them.
        what: how, in a few words.
        path: the field that it is about; empty for none.
    """

    data: bytes | bytearray
    what: str
    path: str = ""
