"""A corpus as a directory: its files, and ``manifest.jsonl``."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from smb2ioctl_codec.fuzz.sinks.manifest import FILE_NAME, Entry

_HASH = re.compile(r"[0-9a-f]{64}")
_TARGET = re.compile(r"\w{0,100}")


def write_directory(entries: Iterable[Entry], path: Path, *, force: bool = False) -> int:
    """Write the files of a corpus, each under its SHA-256, and the manifest.

    What Samba's fuzzers take goes to a directory for each of them. Everything is written to a hidden directory inside
    and moved when it is complete, the manifest last, so that no file is ever seen in part, and nothing stays if it
    cannot be written.

    Args:
        entries: the cases.
        path: the directory; it is made if its parent is there.
        force: write to a directory that is not empty. What the manifest in it names and is still as it was written goes
            away; the manifest is replaced, and all else stays.

    Returns:
        The number of files.

    Raises:
        FileExistsError: the directory is not empty, or `path` is no directory.
        OSError: it cannot be written.
    """
    is_new = not path.exists()
    path.mkdir(exist_ok=True)
    if not force and any(path.iterdir()):
        raise FileExistsError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), str(path))
    draft = path / f".{os.getpid()}.part"
    try:
        draft.mkdir()
        written = _fill(draft, entries)
        _replace(draft, path, written)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        if is_new:
            with suppress(OSError):
                path.rmdir()
        raise
    shutil.rmtree(draft)
    return len(written)


def _fill(draft: Path, entries: Iterable[Entry]) -> set[Path]:
    written = set()
    with (draft / FILE_NAME).open("w", encoding="ascii", newline="\n") as manifest:
        for entry in entries:
            if entry.is_new:
                place = Path(entry.piece.target, entry.name)
                (draft / place).parent.mkdir(exist_ok=True)
                (draft / place).write_bytes(entry.piece.data)
                written.add(place)
            manifest.write(entry.line())
    return written


def _replace(draft: Path, path: Path, written: set[Path]) -> None:
    """Move the files of a draft to where they belong, and remove what an earlier corpus left there."""
    old = set(_files_of(path / FILE_NAME)) - written
    for place in written:
        (path / place).parent.mkdir(exist_ok=True)
        (draft / place).replace(path / place)
    for place in old:
        _remove(path, place)
    (draft / FILE_NAME).replace(path / FILE_NAME)


def _files_of(manifest: Path) -> Iterator[Path]:
    """The files that a manifest names; nothing outside its directory, whatever it says."""
    if not manifest.is_file():
        return
    with manifest.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            with suppress(ValueError, RecursionError):
                facts = json.loads(line)
                if isinstance(facts, dict):
                    target, name = str(facts.get("target", "")), str(facts.get("name"))
                    if _TARGET.fullmatch(target) and _HASH.fullmatch(name):
                        yield Path(target, name)


def _remove(path: Path, place: Path) -> None:
    """Remove a file that holds what its name says, and its directory if that is empty then."""
    file = path / place
    if not file.is_file() or sha256(file.read_bytes()).hexdigest() != place.name:
        return
    file.unlink()
    if file.parent != path:
        with suppress(OSError):
            file.parent.rmdir()
