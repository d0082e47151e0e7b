"""The coverage of control codes: what this package makes typed values of, and what other projects have.

As in `tables`, every function gives Markdown. What other projects have comes from ``peers.json``; ``make_peers.py``
says from where.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

from tables import code, label, table

from smb2ioctl_codec.payloads.row import Row
from smb2ioctl_codec.payloads.rows import BY_CODE
from smb2ioctl_codec.schema import Record

PEERS: dict[str, Any] = json.loads(Path(__file__).with_name("peers.json").read_text(encoding="utf-8"))
#: What stands for a payload that a peer has, has in part or wrongly, and that nobody is known to have or to lack.
MARKS = {"yes": "", "partly": "*"}


def rows() -> list[Row]:
    """The codes that the registry knows, by number."""
    return sorted(BY_CODE.values(), key=lambda row: row.ctl_code)


def payloads() -> str:
    """The codes, and what this package makes of their input and output."""
    return table(
        ["Code", "Name", "Input", "Output", "FileId", "Section", "Remark"],
        (
            [
                code(f"0x{row.ctl_code:08X}"),
                code(row.name),
                _types(row.request),
                _types(row.response),
                "all ones" if row.needs_no_handle else "a handle",
                row.section,
                row.remark,
            ]
            for row in rows()
        ),
    )


def _types(kinds: Any) -> str:
    """The types of a payload, each with a link to its layout; nothing for None."""
    types: tuple[type[Record], ...] = get_args(kinds) or ((kinds,) if kinds is not None else ())
    return ", ".join(f"{{ref}}`{each.__name__} <{label(each)}>`" for each in types)


def peers() -> str:
    """The same codes, and which other project has their payloads."""
    lines = []
    for row in rows():
        has = PEERS["codes"].get(f"0x{row.ctl_code:08X}", {})
        cells = [_mark(letter, has) for letter, _, _ in PEERS["peers"]]
        lines.append([code(row.name.removeprefix("FSCTL_")), *cells])
    return table(["Code", *(name for _, name, _ in PEERS["peers"])], lines)


def _mark(letter: str, has: dict[str, Any]) -> str:
    """``in``, ``out`` or both, with a star where it is wrong or not all; a question mark where nobody has looked.

    Wireshark (W) was looked at for every code.
    """
    cells = []
    for direction, name in (("request", "in"), ("response", "out")):
        marks = has.get(direction)
        if marks is None:
            continue
        if letter in marks:
            cells.append(name + MARKS[marks[letter]])
        elif "?" in marks and letter != "W":
            cells.append("?")
    return " ".join(dict.fromkeys(cells))


def versions() -> str:
    """The versions of the other projects that were looked at."""
    return ", ".join(f"{name} {version}" for _, name, version in PEERS["peers"]) + f" ({', '.join(PEERS['dates'])})."


def features() -> str:
    """What other projects do beside decoding and encoding."""
    head, *lines = PEERS["features"]
    return table(head, lines)
