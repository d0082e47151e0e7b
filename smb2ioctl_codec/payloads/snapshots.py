"""Previous versions of a file: FSCTL_SRV_ENUMERATE_SNAPSHOTS, and the tokens that name them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from construct import Int32ul, Struct

from smb2ioctl_codec.errors import DecodeError, EncodeError, encoding
from smb2ioctl_codec.schema import Kept, Raw, Record, Strings, record

#: Bytes before the tokens.
HEAD_SIZE = 12
#: Bytes of one token and its U+0000: 24 characters and one more, of two bytes each.
TOKEN_SIZE = 50
#: MaxOutputResponse of the first of two calls: it asks for the sizes alone.
PROBE_SIZE = 16

#: A number that the constructor works out.
_COMPUTED: Any = None
_FORMAT = "@GMT-%Y.%m.%d-%H.%M.%S"
_EXAMPLE = "@GMT-2026.11.22-17.47.43"


@record(
    "[MS-SMB2] 2.2.32.2",
    Struct(
        "number_of_snapshots" / Kept(Int32ul, "number_of_snapshots_returned", resolved=True) * "snapshots that exist",
        "number_of_snapshots_returned" / Int32ul * "snapshots in this reply; 0 if they do not all fit",
        "snapshot_array_size" / Kept(Int32ul, "size - 12", resolved=True) * "bytes of the array, or that it would need",
        "snapshots" / Strings("number_of_snapshots_returned") * "tokens, each followed by U+0000",
        "padding" / Raw() * "what follows the tokens: one more U+0000, and what the server adds",
    ),
)
class SnapshotArray(Record):
    """SRV_SNAPSHOT_ARRAY: the snapshots of a file, newest first as servers send them. Output of
    FSCTL_SRV_ENUMERATE_SNAPSHOTS.

    `number_of_snapshots` and `snapshot_array_size` (bytes) need not be given: they are then what `snapshots` and
    `padding` make them. A reply to a probe gives them without any token; 12, 14 and 16 bytes are all in use for it, and
    differ in `padding`. By the document two zero bytes follow the tokens (50n + 2 bytes of array); Samba 3.6 sends six
    (50n + 6). Tokens are read by their count; `snapshot_array_size` is kept, never believed. [MS-SMB2] 2.2.32.2.
    """

    snapshots: tuple[str, ...] = ()
    number_of_snapshots: int = _COMPUTED
    snapshot_array_size: int = _COMPUTED
    padding: bytes = b"\0\0"

    @property
    def number_of_snapshots_returned(self) -> int:
        """Snapshots in this reply."""
        return len(self.snapshots)

    @property
    def next_max_output_response(self) -> int:
        """MaxOutputResponse, in bytes, of the call that brings all tokens, after a call that brought the sizes.

        It is what the server said that it needs, or what that many tokens take where the server said less.
        """
        needed = HEAD_SIZE + max(self.snapshot_array_size, TOKEN_SIZE * self.number_of_snapshots + 2)
        return min(max(needed, PROBE_SIZE), 0xFFFFFFFF)


def token_time(token: str) -> datetime:
    """The moment, in UTC, that an ``@GMT-YYYY.MM.DD-HH.MM.SS`` token names.

    Raises:
        DecodeError: it is no such token, or names no such moment.
    """
    try:
        moment: datetime | None = datetime.strptime(token, _FORMAT).replace(tzinfo=UTC)
    except (ValueError, TypeError):
        moment = None
    if moment is None or time_token(moment) != token:
        raise DecodeError(f"no token like {_EXAMPLE}", path="SnapshotArray.snapshots")
    return moment


@encoding("SnapshotArray.snapshots")
def time_token(moment: datetime) -> str:
    """The ``@GMT-`` token of a moment, to the second; 24 characters.

    Raises:
        EncodeError: `moment` is no aware datetime, so what it is in UTC is unknown.
    """
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise EncodeError(f"expected an aware datetime, not {type(moment).__name__}", path="SnapshotArray.snapshots")
    try:
        at = moment.astimezone(UTC)
    except OverflowError:
        raise EncodeError(f"{moment!r} is in UTC no date at all", path="SnapshotArray.snapshots") from None
    date = f"{at.year:04}.{at.month:02}.{at.day:02}"
    return f"@GMT-{date}-{at.hour:02}.{at.minute:02}.{at.second:02}"
