"""A corpus as a zip archive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from smb2ioctl_codec.fuzz.sinks.manifest import Entry

#: The first moment that a zip archive can tell; a time of ours would make two runs differ.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX, _READABLE = 3, 0o100644 << 16


def write_zip(entries: Iterable[Entry], file: IO[bytes], manifest: IO[str]) -> int:
    """Write the files of a corpus as the members of an archive, and what they are to a manifest beside it.

    A fuzzer takes every member for a seed, so the manifest is none. Nothing is compressed: what deflate makes of the
    same bytes differs between machines, and the same corpus is to be the same archive.

    Args:
        entries: the cases; the targets of Samba's fuzzers become no directories.
        file: where to write the archive.
        manifest: where to write a line for each case.

    Returns:
        The number of files.

    Raises:
        OSError: it cannot be written.
    """
    count = 0
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for entry in entries:
            if entry.is_new:
                member = ZipInfo(entry.name, _NO_TIME)
                member.create_system, member.external_attr = _UNIX, _READABLE
                archive.writestr(member, entry.piece.data)
                count += 1
            manifest.write(entry.line())
    return count
