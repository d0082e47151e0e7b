"""The messages of a capture that a filter lets through, each ready to be asked for its fields or its tree."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from smb2ioctl_codec import capture
from smb2ioctl_codec.capture import Capture, CapturedMessage
from smb2ioctl_codec.capture.files import BinaryFile
from smb2ioctl_codec.dissect.captured import Captured
from smb2ioctl_codec.dissect.carried import EXPLAINED
from smb2ioctl_codec.dissect.printed import Value
from smb2ioctl_codec.messages import Command
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.rules import RuleSet

#: What says of a message's fields whether it is wanted; `filters.compile_filter` makes it.
Wanted = Callable[[Mapping[str, Sequence[Value]]], bool]

#: Requests that are remembered until their reply comes, over all connections, and bytes of these.
_MOST_REQUESTS, _MOST_BYTES = 4096, 1 << 24
_IOCTL = int(Command.IOCTL)
_CTL_CODE = slice(HEADER_SIZE + 4, HEADER_SIZE + 8)
_EXPLAINED = frozenset(code.to_bytes(4, "little") for code in EXPLAINED)


class Selection:
    """Some messages of a capture: those of IOCTL, or of all commands, for which `wanted` holds.

    Args:
        source: a path, or a file opened in binary mode.
        ports: TCP ports of the servers.
        wanted: says whether a message is wanted; None: all are.
        every_command: other commands than IOCTL too.
        rules: rule sets that the trees of requests are held against.
        context: find out about shares, users and files.
        trees: trees will be asked for: hold all replies against their requests, not only those that need one to be
            read.

    Attributes:
        capture: what reads the file, with its findings and its position.
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | BinaryFile,
        *,
        ports: Iterable[int] = (445, 139),
        wanted: Wanted | None = None,
        every_command: bool = False,
        rules: tuple[RuleSet, ...] = (),
        context: bool = True,
        trees: bool = True,
    ) -> None:
        commands = None if every_command else (_IOCTL,)
        self.capture: Capture = capture.read(source, ports=ports, commands=commands, context=context)
        self._wanted = wanted
        self._every_command = every_command
        self._rules = rules
        self._trees = trees
        self._requests: OrderedDict[tuple[int, int | None], CapturedMessage] = OrderedDict()
        self._held = 0

    def position(self) -> int:
        """Bytes of the file that were read so far."""
        return self.capture.position

    def packets(self) -> Iterator[list[Captured]]:
        """All messages of each captured packet in which at least one is wanted.

        Raises:
            CaptureError: the file is no capture, or cannot be read any further.
            OSError: it cannot be opened or read.
        """
        make = self._captured
        is_wanted = None if self._wanted is None else self._is_wanted  # without a filter one is wanted for sure
        for messages in self.capture.packets():
            packet = [make(message) for message in messages]
            if is_wanted is None or any(map(is_wanted, packet)):
                yield packet

    def messages(self) -> Iterator[Captured]:
        """The messages that are wanted, one by one; errors as of `packets`."""
        for message in self.capture:
            captured = self._captured(message)
            if self._is_wanted(captured):
                yield captured

    def _is_wanted(self, captured: Captured) -> bool:
        if not self._every_command and not captured.message.is_ioctl:
            return False
        return self._wanted is None or self._wanted(captured)

    def _captured(self, message: CapturedMessage) -> Captured:
        """The message, with the request that it answers."""
        asked = None
        if message.direction == "response":
            if self._requests:
                asked = self._request_of(message)
        elif self._trees or message.data[_CTL_CODE] in _EXPLAINED:
            self._remember(message)
        return Captured(message, asked, self._rules)

    def _request_of(self, message: CapturedMessage) -> CapturedMessage | None:
        key = message.connection.number, message.message_id
        return self._requests.get(key) if message.is_interim else self._forget(key)

    def _remember(self, message: CapturedMessage) -> None:
        if message.is_ioctl:
            key = message.connection.number, message.message_id
            self._forget(key)
            self._requests[key] = message
            self._held += len(message.data)
            while len(self._requests) > _MOST_REQUESTS or self._held > _MOST_BYTES:
                self._forget(next(iter(self._requests)))

    def _forget(self, key: tuple[int, int | None]) -> CapturedMessage | None:
        """The request, which is remembered no longer."""
        found = self._requests.pop(key, None)
        if found is not None:
            self._held -= len(found.data)
        return found
