"""What reads captures, as it is called from outside."""

from __future__ import annotations

import os
from collections.abc import Collection, Generator, Iterable, Iterator
from itertools import chain
from types import TracebackType
from typing import Self

from smb2ioctl_codec.capture import pcap, pcapng
from smb2ioctl_codec.capture.files import BinaryFile, Source, opened
from smb2ioctl_codec.capture.message import CapturedMessage
from smb2ioctl_codec.capture.model import CaptureError, Finding
from smb2ioctl_codec.capture.pairing import pair
from smb2ioctl_codec.capture.reader import Reader


def read(
    source: str | os.PathLike[str] | BinaryFile,
    *,
    ports: Iterable[int] = (445, 139),
    commands: Collection[int] | None = None,
    context: bool = True,
) -> Capture:
    """The SMB2 messages of a capture file, in the order of the packets in which they end.

    Messages that had to wait for earlier bytes come in their order, too, unless too many others would have to wait with
    them: more than 8,192, or 8 MiB. Bytes that do not come within 2,048 packets are taken for lost.

    Nothing is opened before the first message is asked for. The memory that it takes does not depend on how large the
    file is.

    Args:
        source: a path, or a file opened in binary mode, which stays open. Classic pcap or pcapng,
            also packed with gzip.
        ports: TCP ports of the servers. Other traffic is passed over.
        commands: give only messages of these commands, which is faster. They are the same as without, and request and
            reply are looked for among them alone.
        context: find out about `share`, `user` and `file`; without, reading is faster.
    """
    return Capture(source, ports, commands, context=context)


def read_all(
    source: str | os.PathLike[str] | BinaryFile,
    *,
    ports: Iterable[int] = (445, 139),
    commands: Collection[int] | None = None,
) -> list[CapturedMessage]:
    """All messages of a capture, as `read` gives them, with `partner` of requests filled in too.

    Raises:
        CaptureError: as in `Capture`; its `messages` are those that could be read before, paired.
    """
    messages: list[CapturedMessage] = []
    try:
        messages.extend(read(source, ports=ports, commands=commands))
    except CaptureError as error:
        # what extend had taken is in the list
        error.messages = pair(messages)
        raise
    return pair(messages)


class Capture(Iterator[CapturedMessage]):
    """The messages of a capture, one after the other; `read` makes it. It can be used in a `with` statement.

    Iterating raises CaptureError where the file is no capture, or cannot be read any further; OSError where the path
    cannot be opened or read; TypeError where there is neither a path nor a binary file.
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | BinaryFile,
        ports: Iterable[int],
        commands: Collection[int] | None = None,
        *,
        context: bool = True,
    ) -> None:
        self._reader = Reader(ports, commands, context=context)
        self._source: Source | None = None
        self._lists = self._run(source)
        self._messages = chain.from_iterable(self._lists)

    @property
    def findings(self) -> list[Finding]:
        """What was found so far, of all connections; no more than 1,000."""
        return self._reader.findings.kept

    @property
    def findings_left_out(self) -> int:
        """How many more findings there were."""
        return self._reader.findings.left_out

    @property
    def position(self) -> int:
        """Bytes of the file that were read so far, as it is on the disk; it goes on in steps of up to 128 KiB."""
        return self._source.position if self._source is not None else 0

    def __iter__(self) -> Iterator[CapturedMessage]:
        """The messages that are left; it is not this object, which is slower, but goes on together with it."""
        return self._messages

    def __next__(self) -> CapturedMessage:
        return next(self._messages)

    def packets(self) -> Iterator[list[CapturedMessage]]:
        """The messages that are left, in lists: those that end in one captured packet, in their order.

        With `commands`, a list is given if one of its messages has one of these, and then with all its messages. Those
        of other commands have a partner only if that was not alone in its packet either. Of a message that is cut short
        one learns later: it may come in a list of its own.
        """
        while True:
            self._reader.group(True)
            try:
                messages = next(self._lists, None)
            finally:
                self._reader.group(False)
            if messages is None:
                return
            yield messages

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop reading, and close the file if it was given as a path."""
        self._lists.close()

    def _run(self, source: str | os.PathLike[str] | BinaryFile) -> Generator[list[CapturedMessage]]:
        with opened(source) as file:
            self._source = file
            start = file.after(b"", 4)
            magic = start[:4]
            if magic == pcapng.MAGIC:
                packets = pcapng.packets(file, start)
            elif magic in pcap.MAGICS:
                packets = pcap.packets(file, start)
            else:
                text = f"it starts with {magic.hex()}" if magic else "it is empty"
                raise CaptureError(f"this is neither a pcap nor a pcapng file: {text}")
            yield from self._reader.messages(packets)
