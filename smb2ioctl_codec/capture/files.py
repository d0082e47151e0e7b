"""Opening captures: a path or a file, packed with gzip or not."""

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
_AT_ONCE = 1 << 18
_GZIP_MAGIC = b"\x1f\x8b"


class BinaryFile(Protocol):
    """What is asked of a file: an object whose `read` gives bytes, and none at the end."""

    def read(self, size: int, /) -> bytes: ...


@contextmanager
def opened(source: str | os.PathLike[str] | BinaryFile) -> Iterator[io.BufferedReader]:
    """The bytes of a capture, unpacked. A file that was given stays open.

    Raises:
        OSError: the path cannot be opened or read.
        TypeError: `source` is neither a path nor a file of bytes.
    """
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb", buffering=0) as file:  # noqa: PTH123 - any path-like object, not only pathlib's
            yield _unpacked(file)
    elif hasattr(source, "read"):
        yield _unpacked(source)
    else:
        raise TypeError(f"expected a path or a file, not {type(source).__name__}")


def exactly(file: io.BufferedReader, size: int, what: str) -> bytes:
    """The next `size` bytes.

    Raises:
        CaptureError: the file ends before; the text says that it did so in `what`.
    """
    data = file.read(size)
    if len(data) < size:
        raise CaptureError(f"the capture is cut short in {what}: {size} bytes are needed, {len(data)} are left")
    return data


def pass_over(file: io.BufferedReader, size: int, what: str) -> None:
    """Go `size` bytes on without holding them all; errors as in `exactly`."""
    while size:
        size -= len(exactly(file, min(size, _AT_ONCE), what))


def _unpacked(file: Any) -> io.BufferedReader:
    raw: Any = _Bytes(file)
    plain: io.BufferedReader = io.BufferedReader(raw, _AT_ONCE)
    if plain.peek(2)[:2] != _GZIP_MAGIC:
        return plain
    unzipped: Any = _Unzipped(plain)
    return io.BufferedReader(unzipped, _AT_ONCE)


class _Bytes(io.RawIOBase):
    """Any object with `read` as a raw file. It does not close the object."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"the file gives {type(data).__name__}, not bytes: it must be opened in binary mode")
        if len(data) == 1 and len(buffer) > 1:  # enough to see what the file is
            data = bytes(data) + self._file.read(1)
        buffer[: len(data)] = data
        return len(data)


class _Unzipped(io.RawIOBase):
    """What a file packed with gzip holds; whatever is wrong with the packing is a CaptureError."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = gzip.GzipFile(fileobj=file)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            return self._file.readinto(buffer)
        except EOFError:
            raise CaptureError("the capture is cut short: the gzip data end too early") from None
        except (gzip.BadGzipFile, zlib.error) as error:
            raise CaptureError(f"the gzip data are damaged: {error}") from None
