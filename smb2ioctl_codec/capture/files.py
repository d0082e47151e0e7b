"""Opening captures: a path or a file, packed with gzip or not, read in large pieces."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from smb2ioctl_codec.capture.model import CaptureError

#: Bytes that are read at once.
AT_ONCE = 1 << 17
_GZIP_MAGIC = b"\x1f\x8b"


class BinaryFile(Protocol):
    """What is asked of a file: an object whose `read` gives bytes, and none at the end."""

    def read(self, size: int, /) -> bytes: ...


class Source:
    """The bytes of a capture, unpacked.

    Attributes:
        position: bytes of the file, as it is on the disk, that were read.
    """

    def __init__(self, file: Any) -> None:
        self._raw = _Bytes(file)
        raw: Any = self._raw
        self._file: io.BufferedReader = io.BufferedReader(raw, AT_ONCE)
        if self._file.peek(2)[:2] == _GZIP_MAGIC:
            unzipped: Any = _Unzipped(self._file)
            self._file = io.BufferedReader(unzipped, AT_ONCE)

    @property
    def position(self) -> int:
        return self._raw.position

    def after(self, rest: bytes, size: int) -> bytes:
        """`rest` and what follows it: `size` bytes at least, unless the file ends, and more if more are there."""
        pieces, missing = [rest], size - len(rest)
        while missing > 0:
            piece = self._file.read1(AT_ONCE)
            if not piece:
                break
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)


class Window:
    """A source to look at and to go on in: `data` from `at` on is what comes next."""

    def __init__(self, source: Source, data: bytes) -> None:
        self._source = source
        self.data = data
        self.at = 0

    def needs(self, size: int) -> bool:
        """Have so many bytes in `data` from `at` on; False if the file ends before."""
        if self.at + size > len(self.data):
            self.data, self.at = self._source.after(self.data[self.at :], size), 0
        return self.at + size <= len(self.data)

    def passes(self, size: int) -> bool:
        """Go so many bytes on, without holding them all; False if the file ends before."""
        while size and self.needs(1):
            step = min(size, len(self.data) - self.at)
            self.at += step
            size -= step
        return not size


@contextmanager
def opened(source: str | os.PathLike[str] | BinaryFile) -> Iterator[Source]:
    """The bytes of a capture. A file that was given stays open.

    Raises:
        OSError: the path cannot be opened or read.
        TypeError: `source` is neither a path nor a file of bytes.
    """
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb", buffering=0) as file:  # noqa: PTH123 - any path-like object, not only pathlib's
            yield Source(file)
    elif hasattr(source, "read"):
        yield Source(source)
    else:
        raise TypeError(f"expected a path or a file, not {type(source).__name__}")


class _Bytes(io.RawIOBase):
    """Any object with `read` as a raw file. It does not close the object."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"the file gives {type(data).__name__}, not bytes: it must be opened in binary mode")
        if len(data) == 1 and len(buffer) > 1:  # enough to see what the file is
            data = bytes(data) + self._file.read(1)
        buffer[: len(data)] = data
        self.position += len(data)
        return len(data)


class _Unzipped(io.RawIOBase):
    """What a file packed with gzip holds; whatever is wrong with the packing is a CaptureError."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = gzip.GzipFile(fileobj=file)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._file.read1(len(buffer))  # what there is before the end, even if the end is missing
        except EOFError:
            raise CaptureError("the capture is cut short: the gzip data end too early") from None
        except (gzip.BadGzipFile, zlib.error) as error:
            raise CaptureError(f"the gzip data are damaged: {error}") from None
        buffer[: len(data)] = data
        return len(data)
