"""Samba's `ndrdump`: what it takes for a structure of its own description, and the values that it prints."""

from __future__ import annotations

import os
import re
import subprocess
from typing import NamedTuple

SECONDS_TO_RUN = 10.0

#: A printed value: a number, a text, the bytes of an array of numbers; None for a pointer that is null.
Value = int | str | bytes | None
Printed = list[tuple[str, Value]]

_STRUCTURE = re.compile(r" +\w+: struct \w+")
_ARRAY = re.compile(r" +(\w+): ARRAY\(\d+\)")
_ITEM = re.compile(r" +\[\d+\] +: (.+)")
_FLAG = re.compile(r" +([01]): (\w+)")
_LEAF = re.compile(r" +(\w+) +: (.+)")
_NO_VALUE = re.compile(r" +\w+ +: (\*|union .*)|skipping zero buffer bytes|")
_BLOB_ROW = re.compile(r"\[([0-9A-F]+)\] ([0-9A-F ]{50}).*")
_UNREAD = re.compile(r"^WARNING! (\d+) unread bytes$", re.MULTILINE)


class Dump(NamedTuple):
    """What ndrdump made of bytes."""

    #: it has read a structure
    is_read: bool
    #: bytes behind the structure
    unread: int
    #: it has read all bytes, and wrote the same ones for the values
    is_same: bool
    #: names and values, in order, without the structures that hold them
    printed: Printed


def dump(interface: str, structure: str, data: bytes) -> Dump:
    """Let ndrdump read `data` as `structure`, write it again, and compare."""
    done = subprocess.run(
        ["ndrdump", "--configfile=/dev/null", "--option=panic action=/bin/true", "--debug-stdout", "--validate",
         interface, structure, "struct", *([] if data else ["/dev/null"])],  # an empty stdin is no file to ndrdump
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        input=data, capture_output=True, timeout=SECONDS_TO_RUN, check=False,
    )  # fmt: skip
    output = done.stdout.decode(errors="replace")
    is_written = not output.rstrip().endswith("validate push FAILED")
    if done.returncode and is_written:
        assert re.match("pull returned (?!Success)", output), (done, data.hex())
        return Dump(False, 0, False, [])
    assert output.rstrip().endswith("dump OK") or not is_written, (done, data.hex())
    head, _, _ = output.partition("\npush returned")
    unread = _UNREAD.search(head)
    return Dump(True, int(unread[1]) if unread else 0, is_written and "WARNING!" not in output, parse(head))


def parse(text: str) -> Printed:
    """The names and values in what ndrdump prints of a structure; an item of an array goes by the array's name."""
    lines = iter(text.splitlines())
    while not _STRUCTURE.fullmatch(next(lines)):
        pass  # bytes that were left over are printed before
    printed: Printed = []
    array = ""
    for line in lines:
        if found := _ARRAY.fullmatch(line):
            array = found[1]
        elif found := _ITEM.fullmatch(line):
            _append(printed, array, _value(found[1]))
        elif found := _BLOB_ROW.fullmatch(line):
            _fill(printed, int(found[1], 16), bytes.fromhex(found[2]))
        elif found := _FLAG.fullmatch(line):
            printed.append((found[2], int(found[1])))
        elif not _STRUCTURE.fullmatch(line) and not _NO_VALUE.fullmatch(line):
            found = _LEAF.fullmatch(line)
            assert found, line
            printed.append((found[1], _value(found[2])))
    return printed


def _append(printed: Printed, array: str, item: Value) -> None:
    """Put one item of an array at the end: numbers, which are bytes everywhere, together."""
    if not isinstance(item, int):
        printed.append((array, item))
        return
    before = printed.pop()[1] if printed and printed[-1][0] == array else b""
    assert isinstance(before, bytes)
    printed.append((array, before + bytes([item])))


def _fill(printed: Printed, start: int, row: bytes) -> None:
    """Put a row of a blob into its place; rows of zeros are not printed."""
    name, blob = printed.pop()
    assert isinstance(blob, bytes)
    printed.append((name, blob[:start] + row + blob[start + len(row) :]))


def _value(text: str) -> Value:
    if text == "NULL":
        return None
    if found := re.fullmatch(r"0x([0-9a-f]+) \(-?\d+\)|\w+ \((\d+)\)", text):
        return int(found[1], 16) if found[1] else int(found[2])
    if found := re.fullmatch(r"DATA_BLOB length=(\d+)", text):
        return bytes(int(found[1]))
    return text[1:-1] if text.startswith("'") else text
