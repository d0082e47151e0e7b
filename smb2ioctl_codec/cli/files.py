"""Inputs, and files that are written as a whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

#: Bytes of the largest input that is read at once.
LARGEST_INPUT = 1 << 28

#: What opening says of an argument that cannot be the name of a file.
_NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EINVAL)


class Unreadable(Exception):
    """An input cannot be read; the text says why."""


def read(name: str) -> bytes:
    """All of a file, or of standard input if its name is ``-``."""
    try:
        if name != "-":
            with Path(name).open("rb") as file:
                content = file.read(LARGEST_INPUT + 1)
        elif sys.stdin is None:
            raise Unreadable("closed")
        else:
            content = sys.stdin.buffer.read(LARGEST_INPUT + 1)
    except OSError as error:
        raise Unreadable(error.strerror) from error
    if len(content) > LARGEST_INPUT:
        raise Unreadable(f"more than {LARGEST_INPUT} bytes; hand it over in parts")
    return content


def size_of(name: str) -> int | None:
    """Bytes of a file; None for standard input."""
    return None if name == "-" else Path(name).stat().st_size


def content_of(argument: str) -> tuple[bytes, bool]:
    """What an argument of decode means, and whether it is itself the text of a message: it is where no file is."""
    from smb2ioctl_codec.dissect.inputs import from_hex
    from smb2ioctl_codec.errors import DecodeError

    if not argument:
        raise Unreadable("empty; expected a file, hexadecimal text, or - for standard input")
    try:
        return read(argument), False
    except Unreadable as error:
        cause = error.__cause__
        if not isinstance(cause, OSError) or cause.errno not in _NO_FILE:
            raise
        try:
            return from_hex(argument), True
        except DecodeError as why:
            raise Unreadable(f"neither a file ({error}) nor hexadecimal text ({why})") from None


@contextmanager
def whole(path: Path, mode: str = "b", **options: Any) -> Iterator[IO[Any]]:
    """A file to write such that no reader ever sees a part of it, and an old one stays if anything fails.

    Args:
        path: where it is to stand.
        mode: ``b`` for bytes, ``t`` for text.
        options: for `open`.

    Raises:
        OSError: it cannot be written there.
    """
    if path.exists() and not path.is_file():
        with path.open(f"w{mode}", **options) as file:  # a device or a pipe: nothing could take its place
            yield file
        return
    target = path.resolve()
    draft = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
    try:
        with draft.open(f"x{mode}", **options) as file:
            yield file
        if target.exists():
            draft.chmod(target.stat().st_mode & 0o777)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
