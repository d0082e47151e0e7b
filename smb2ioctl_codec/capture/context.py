"""What other messages of a session tell about a message: its share, its user, and the file of an IOCTL.

Only SESSION_SETUP, TREE_CONNECT, CREATE, CLOSE and IOCTL are looked into. Their bytes may be anything: what does
not fit is not learned. Sessions, trees and handles are known within the realm of a server.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from struct import Struct
from typing import Generic, TypeVar

from smb2ioctl_codec.capture.conversation import Conversation, Side
from smb2ioctl_codec.capture.model import FileFacts, Place, ShareFacts, UserFacts
from smb2ioctl_codec.capture.ntlmssp import names_in
from smb2ioctl_codec.capture.pairing import Asked
from smb2ioctl_codec.capture.split import ASYNC, Glance
from smb2ioctl_codec.messages import Command
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.ntstatus import NtStatus

#: What each table may hold, in bytes of text; an entry counts as 256 besides its text. Those that were not asked
#: for longest make way for others: that is, no table has more than 2,048 entries.
MOST_TEXT = 1 << 19
_ENTRY = 256

_SESSION_SETUP, _TREE_CONNECT = int(Command.SESSION_SETUP), int(Command.TREE_CONNECT)
_CREATE, _CLOSE = int(Command.CREATE), int(Command.CLOSE)
_PENDING = int(NtStatus.PENDING)
_BINDING = 1  # SESSION_SETUP: the session, which another connection has opened, gets this one as well
_WHATEVER = b"\xff" * 16  # FileId: that of the operation before it in a compound

#: Where offset and length of the name stand in a message.
_NAME_IN_CREATE, _PATH_IN_TREE_CONNECT = HEADER_SIZE + 44, HEADER_SIZE + 4
_FILE_ID_IN_CLOSE = slice(HEADER_SIZE + 8, HEADER_SIZE + 24)
#: StructureSize of the replies that succeed.
_TREE_CONNECT_REPLY, _CREATE_REPLY = b"\x10\0", b"\x59\0"

_place = Struct("<HH").unpack_from

T = TypeVar("T")


class Remembered(Generic[T]):
    """Values by key, up to `MOST_TEXT`."""

    __slots__ = ("_values", "_weight")

    def __init__(self) -> None:
        self._values: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._weight = 0

    def get(self, key: Hashable) -> T | None:
        """The value; it will be kept for longer than those that nobody asks for."""
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, value: T, text: int) -> None:
        """Remember a value with so many bytes of text."""
        values = self._values
        if key in values:
            self.pop(key)
        weight = _ENTRY + text
        values[key] = value, weight
        self._weight += weight
        while self._weight > MOST_TEXT:
            _key, (_value, weight) = values.popitem(last=False)
            self._weight -= weight

    def pop(self, key: Hashable) -> T | None:
        """The value, which is forgotten."""
        found = self._values.pop(key, None)
        if found is None:
            return None
        self._weight -= found[1]
        return found[0]


class Context:
    """Shares, users and files that are known, in bounded memory."""

    def __init__(self) -> None:
        self._users: Remembered[UserFacts] = Remembered()
        self._realms: Remembered[bytes] = Remembered()
        self._shares: Remembered[ShareFacts] = Remembered()
        self._files: Remembered[FileFacts] = Remembered()
        self._pending: Remembered[bytes] = Remembered()  # path or name of requests without a reply
        self._learned = 0  # how often something about sessions and trees was learned

    def place(self, conversation: Conversation, session_id: int, tree_id: int | None) -> Place:
        """What SessionId and TreeId stand for on this connection."""
        place = conversation.place
        if place[0] != session_id or place[1] != tree_id or place[2] != self._learned:
            realm = conversation.realm
            user, share = self._users.get((realm, session_id)), self._shares.get((realm, session_id, tree_id))
            conversation.place = place = session_id, tree_id, self._learned, user, share
        return place

    def file(
        self, side: Side, related: int, session_id: int, tree_id: int | None, file_id: bytes
    ) -> FileFacts | None:  # fmt: skip
        """What the FileId of an IOCTL stands for."""
        if file_id == _WHATEVER:
            return side.file if related else None
        side.file = file = self._files.get((side.conversation.realm, session_id, tree_id, file_id))
        return file

    def request(self, side: Side, head: Glance, frame_number: int, message: bytes) -> None:
        """Learn from a request with one of `COMMANDS`."""
        _start, _status, command, _flags, _next, message_id, tree, session_id = head
        if command == _SESSION_SETUP:
            self._setup(side.conversation, session_id, frame_number, message)
            return
        if command == _CLOSE:
            self._files.pop((side.conversation.realm, session_id, tree >> 32, message[_FILE_ID_IN_CLOSE]))
            return
        at = _NAME_IN_CREATE if command == _CREATE else _PATH_IN_TREE_CONNECT
        key = side.conversation.connection.number, message_id
        if len(message) < at + 4:
            self._pending.pop(key)
            side.file = None
            return
        start, size = _place(message, at)
        name = message[start : start + size]
        self._pending.put(key, name, len(name))
        side.file = (name, None) if command == _CREATE else None

    def reply(self, side: Side, head: Glance, frame_number: int, message: bytes, asked: Asked | None) -> None:
        """Learn from a reply with one of `COMMANDS`."""
        _start, status, command, flags, _next, message_id, tree, session_id = head
        if status == _PENDING and flags & ASYNC:
            return
        if command == _CLOSE:
            return
        conversation = side.conversation
        realm = conversation.realm
        if command == _SESSION_SETUP:
            self._learned += 1
            if asked is not None and asked[4] == 0:
                self._users.pop((realm, session_id))  # the id is given anew
            if status == 0:
                self._opened(realm, session_id, frame_number)
            return
        name = self._pending.pop((conversation.connection.number, message_id))
        body = message[HEADER_SIZE : HEADER_SIZE + 80]
        if command == _TREE_CONNECT:
            if body[:2] == _TREE_CONNECT_REPLY and len(body) > 2:
                self._learned += 1
                key = realm, session_id, tree >> 32
                if name is None:
                    self._shares.pop(key)
                else:
                    self._shares.put(key, (name, body[2], frame_number), len(name))
            return
        side.file = None
        if body[:2] == _CREATE_REPLY and len(body) == 80:
            tree_id = tree >> 32 if not flags & ASYNC else asked[3] if asked is not None else None
            key_of_file = realm, session_id, tree_id, body[64:]
            if name is None:
                self._files.pop(key_of_file)
            else:
                side.file = name, frame_number
                self._files.put(key_of_file, side.file, len(name))

    def _setup(self, conversation: Conversation, session_id: int, frame_number: int, message: bytes) -> None:
        if len(message) < HEADER_SIZE + 16:
            return
        if message[HEADER_SIZE + 2] & _BINDING:
            conversation.realm = self._realms.get(session_id) or conversation.realm
        start, size = _place(message, HEADER_SIZE + 12)
        names = names_in(message[start : start + size])
        if names is not None:
            self._learned += 1
            self._users.put((conversation.realm, session_id), (*names, frame_number), sum(map(len, names[:3])))

    def _opened(self, realm: bytes, session_id: int, frame_number: int) -> None:
        """A session is set up with this reply."""
        self._realms.put(session_id, realm, 0)
        key = realm, session_id
        user = self._users.get(key)
        if user is not None:
            self._users.put(key, (*user[:4], frame_number), sum(map(len, user[:3])))


#: Commands whose messages tell something.
COMMANDS = frozenset((_SESSION_SETUP, _TREE_CONNECT, _CREATE, _CLOSE))
