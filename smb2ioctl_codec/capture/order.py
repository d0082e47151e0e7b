"""Messages in the order of their packets, though those of some connections wait for bytes before them.

While a connection waits, later messages of others are kept back; but it must not wait for ever, nor may there be more
of these than a limit.
"""

from __future__ import annotations

from heapq import heappop, heappush

from smb2ioctl_codec.capture.message import CapturedMessage

#: Packets for which a connection waits. So far may a capture have packets of one connection out of order.
MOST_PACKETS = 2048
#: Messages, and bytes of these, that are kept back.
MOST_MESSAGES = 1 << 13
MOST_BYTES = 1 << 23


class Order:
    """Keeps messages back as long as earlier ones may still come.

    Attributes:
        is_idle: no connection waits, and nothing is kept back.
    """

    def __init__(self) -> None:
        self.is_idle = True
        self._late: list[tuple[int, int, CapturedMessage]] = []
        self._bytes = 0
        self._count = 0
        #: number of each connection that waits -> the first frame of what it waits with
        self._waiting: dict[int, int] = {}
        #: the same pairs by frame, outdated ones too
        self._frames: list[tuple[int, int]] = []

    def waits(self, connection: int, frame_number: int | None) -> None:
        """A connection waits, the earliest of what it has being in this frame; None: it does not wait."""
        if frame_number is None:
            self._waiting.pop(connection, None)
        elif self._waiting.get(connection) != frame_number:
            self._waiting[connection] = frame_number
            heappush(self._frames, (frame_number, connection))
        self._settle()

    def longest(self, frame_number: int) -> int | None:
        """The connection that has waited for longest, if that is too long by now: by that many packets."""
        earliest = self._earliest()
        if earliest is None or frame_number - earliest <= MOST_PACKETS:
            return None
        return self._frames[0][1]

    def passed(self, messages: list[CapturedMessage]) -> list[CapturedMessage]:
        """What may be given, now that these messages are there."""
        for message in messages:
            heappush(self._late, (message.frame_number, self._count, message))
            self._count += 1
            self._bytes += len(message.data)
        earliest = self._earliest()
        given: list[CapturedMessage] = []
        while self._late and (
            earliest is None
            or self._late[0][0] < earliest
            or len(self._late) > MOST_MESSAGES
            or self._bytes > MOST_BYTES
        ):
            _frame, _number, message = heappop(self._late)
            self._bytes -= len(message.data)
            given.append(message)
        self._settle()
        return given

    def _settle(self) -> None:
        self.is_idle = not self._waiting and not self._late

    def _earliest(self) -> int | None:
        while self._frames and self._waiting.get(self._frames[0][1]) != self._frames[0][0]:
            heappop(self._frames)
        return self._frames[0][0] if self._frames else None
