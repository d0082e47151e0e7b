"""Referral replies packed by hand with `struct` ([MS-DFSC] 2.2.4, 2.2.5)."""

from __future__ import annotations

import struct

PATH = r"\domain\dfs"
TARGETS = (r"\one\share", r"\two\share", r"\three\share")


def text(*strings: str) -> bytes:
    """Strings one after another, each with its U+0000."""
    return b"".join(each.encode("utf-16-le") + b"\0\0" for each in strings)


def reply(*parts: bytes, count: int, consumed: int = 0, flags: int = 0) -> bytes:
    """A reply: its first 8 bytes, and what follows them."""
    return struct.pack("<HHI", consumed, count, flags) + b"".join(parts)


def v1(share: str, *, size: int | None = None, server_type: int = 0, flags: int = 0) -> bytes:
    """An entry of version 1."""
    content = text(share)
    return struct.pack("<HHHH", 1, 8 + len(content) if size is None else size, server_type, flags) + content


def v2(path: int, alternate: int, target: int, *, size: int = 22, ttl: int = 600, proximity: int = 0) -> bytes:
    """An entry of version 2 with these offsets."""
    return struct.pack("<HHHHIIHHH", 2, size, 0, 0, proximity, ttl, path, alternate, target)


def v34(
    path: int, alternate: int, target: int, *, version: int = 3, size: int = 34, server_type: int = 0, flags: int = 0,
    ttl: int = 300, guid: bytes = bytes(16),
) -> bytes:  # fmt: skip
    """An entry of version 3 or 4 with these offsets."""
    return struct.pack("<HHHHIHHH16s", version, size, server_type, flags, ttl, path, alternate, target, guid)


def names(
    special: int, count: int = 0, expanded: int = 0, *, version: int = 3, size: int = 18, flags: int = 2,
    ttl: int = 600, padding: bytes = b"",
) -> bytes:  # fmt: skip
    """A list of names with these offsets."""
    return struct.pack("<HHHHIHHH", version, size, 0, flags, ttl, special, count, expanded) + padding


def windows(targets: tuple[str, ...] = TARGETS, version: int = 4) -> bytes:
    """Targets as Windows writes them: the path, the path again, each different target once."""
    return _shared(targets, version, list(dict.fromkeys(targets)))


def samba_3(targets: tuple[str, ...] = TARGETS, version: int = 3) -> bytes:
    """Targets as the reference server writes them: the path, the path again, one target for each entry."""
    return _shared(targets, version, list(targets))


def _shared(targets: tuple[str, ...], version: int, written: list[str]) -> bytes:
    strings = 8 + 34 * len(targets)
    alternate = strings + len(text(PATH))
    entries = b""
    position, places = alternate + len(text(PATH)), []
    for each in written:
        places.append(position)
        position += len(text(each))
    for index, each in enumerate(targets):
        start = 8 + len(entries)
        place = places[index] if len(written) == len(targets) else places[written.index(each)]
        entries += v34(strings - start, alternate - start, place - start, version=version)
    return reply(entries, text(PATH, PATH, *written), count=len(targets), consumed=2 * len(PATH), flags=2)


def samba_4(targets: tuple[str, ...] = TARGETS, version: int = 3) -> bytes:
    """Targets as Samba 4 writes them: every entry has its strings to itself."""
    position = 8 + 34 * len(targets)
    entries = strings = b""
    for each in targets:
        start = 8 + len(entries)
        offsets = (position - start, position + len(text(PATH)) - start, position + len(text(PATH, PATH)) - start)
        entries += v34(*offsets, version=version)
        strings += text(PATH, PATH, each)
        position += len(text(PATH, PATH, each))
    return reply(entries, strings, count=len(targets), consumed=2 * len(PATH), flags=2)


def crowded(count: int, spread: int, *, width: int = 6) -> bytes:
    """`count` lists of names whose special names start at `spread` different characters of one long string."""
    entries = [names(18 * (count - index) + 2 * (index % spread)) for index in range(count)]
    return reply(*entries, text("x" * (count * width)), count=count)


def crowded_lists(count: int) -> bytes:
    """`count` entries that all have half of the same empty strings, each from another one on."""
    size = 4 * count
    entries = [names(0, size // 2, 18 * (count - index) + 2 * (index % (size // 2))) for index in range(count)]
    return reply(*entries, bytes(2 * size), count=count)
