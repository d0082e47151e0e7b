"""One input of a corpus, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Literal

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.messages import Command, HeaderFlags, IoctlRequest
from smb2ioctl_codec.messages.compound import size_of_element
from smb2ioctl_codec.messages.header import HEADER_SIZE, HEADER_START, Header
from smb2ioctl_codec.payloads.row import Direction
from smb2ioctl_codec.schema import value_class

#: ``seed``: breaks no rule. ``broken``: breaks one on purpose. ``interaction``: numbers that meet at an edge.
#: ``mutated``: changed at random.
Kind = Literal["seed", "broken", "interaction", "mutated"]
KINDS: tuple[Kind, ...] = ("seed", "broken", "interaction", "mutated")
#: The tree connect that a request is made for, and the open that its FileId is to name; ``none``: no open's.
Share = Literal["disk", "IPC$"]
Handle = Literal["file", "pipe", "none"]
#: What a live client puts in place of what a message has: see `Case.offsets`.
Patched = Literal["file_id", "tree_id", "session_id", "message_id"]
PATCHED: tuple[Patched, ...] = ("file_id", "tree_id", "session_id", "message_id")


@value_class
class Place:
    """Where a request is to be sent, and what its labels take for granted there.

    Attributes:
        share: the tree connect: to a disk share, or to IPC$.
        handle: the open that its FileId stands for: a file, a pipe, or none, where the FileId has to stay as it is.
        kept: what a live client must leave as it is, too: a wrong SessionId, for one.
        given: facts in which the server differs from the usual one (`facts.USUAL`), by name.
    """

    share: Share = "disk"
    handle: Handle = "none"
    kept: tuple[Patched, ...] = ()
    given: tuple[tuple[str, Any], ...] = ()


@value_class
class Case:
    """One input of a corpus, and what is known of it.

    Attributes:
        data: a whole SMB2 message, or a compound.
        kind: why it is there.
        direction: who sends it.
        code: the control code; None where that is not known.
        what: what is special about it, in a few words.
        path: the field that it is about; empty for none.
        rule: the rule or check that it breaks.
        rules: the rule set, or the record, that has the rule.
        section: where the rule comes from.
        also: what it breaks beside, because nothing breaks the rule alone.
        place: where to send a request.
        parent: `name` of the case that it was made of; empty for none.
    """

    data: bytes
    kind: Kind
    direction: Direction
    code: CtlCode | None
    what: str
    path: str = ""
    rule: str = ""
    rules: str = ""
    section: str = ""
    also: tuple[str, ...] = ()
    place: Place = Place()
    parent: str = ""

    @property
    def name(self) -> str:
        """SHA-256 of the data, in hexadecimal digits."""
        return sha256(self.data).hexdigest()

    @property
    def offsets(self) -> dict[Patched, tuple[int, ...]]:
        """Where the ids stand that a live client replaces, in bytes from the first of the data; of each message of a
        compound. FileId: in IOCTL requests alone, and not where it is all ones, which is the id of no open. What the
        place says is to stay is not among them."""
        found: dict[Patched, list[int]] = {name: [] for name in PATCHED if name not in self.place.kept}
        if self.place.handle == "none":
            found.pop("file_id", None)
        for start, end in messages(self.data):
            flags = int.from_bytes(self.data[start + _FLAGS : start + _FLAGS + 4], "little")
            for name, places in found.items():
                place = start + OFFSETS[name]
                is_there = name != "tree_id" or not flags & HeaderFlags.ASYNC_COMMAND
                if name == "file_id":
                    is_there = _is_request(self.data, start, flags) and self.data[place : place + 16] != _NO_OPEN
                if is_there and place + SIZES[name] <= end:
                    places.append(place)
        return {name: tuple(places) for name, places in found.items()}


def header_offset(name: str) -> int:
    """Where a field of the header stands, in bytes from the start of a message."""
    return Header.PLAN.field(name).offset or 0


_FLAGS, _COMMAND = header_offset("flags"), header_offset("command")
#: Where each id stands in a message that starts with a header, and its bytes.
OFFSETS: dict[Patched, int] = {
    "file_id": HEADER_SIZE + (IoctlRequest.PLAN.field("file_id").offset or 0),
    "tree_id": header_offset("tree_id"),
    "session_id": header_offset("session_id"),
    "message_id": header_offset("message_id"),
}
SIZES: dict[Patched, int] = {"file_id": 16, "tree_id": 4, "session_id": 8, "message_id": 8}
_NO_OPEN = bytes([255]) * 16


def _is_request(data: bytes, start: int, flags: int) -> bool:
    command = int.from_bytes(data[start + _COMMAND : start + _COMMAND + 2], "little")
    return command == Command.IOCTL and not flags & HeaderFlags.SERVER_TO_REDIR


def messages(data: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each message with an SMB2 header, up to the first NextCommand that leads nowhere."""
    start = 0
    while data[start : start + len(HEADER_START)] == HEADER_START and start + HEADER_SIZE <= len(data):
        try:
            end = start + size_of_element(data, start)
        except DecodeError:
            end = len(data)
        yield start, end
        start = end
