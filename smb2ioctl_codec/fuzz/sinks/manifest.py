"""The manifest of a corpus: a line of JSON for each case, which names the file that holds it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from smb2ioctl_codec.fuzz.case import Case
from smb2ioctl_codec.fuzz.facts import statuses
from smb2ioctl_codec.fuzz.sinks.forms import Form, Piece, pieces
from smb2ioctl_codec.schema import value_class

#: The name of a manifest that stands in a directory with its files.
FILE_NAME = "manifest.jsonl"


@value_class
class Entry:
    """A case as it stands in a corpus: its file, and its line in the manifest.

    Attributes:
        piece: what the file holds.
        facts: the members of the line.
        is_new: no earlier case came to the same file.
    """

    piece: Piece
    facts: dict[str, Any]
    is_new: bool

    @property
    def name(self) -> str:
        """SHA-256 of the file, in hexadecimal digits."""
        return str(self.facts["name"])

    def line(self, **more: Any) -> str:
        """The line of the manifest, with its end."""
        return json.dumps(self.facts | more) + "\n"


def entries(cases: Iterable[Case], form: Form) -> Iterator[Entry]:
    """What a corpus holds of its cases, in their order. Where some come to the same bytes, as they do if the same
    message means something else in another place, they have one file and a line each.

    Args:
        cases: the cases.
        form: what a file holds of each.
    """
    files: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    for case, piece in (found for each in cases for found in pieces(each, form)):
        name = sha256(piece.data).hexdigest()
        files[case.name] = name
        is_new = (piece.target, name) not in seen
        seen.add((piece.target, name))
        yield Entry(piece, _facts(case, piece, name, files.get(case.parent, "")), is_new)


def _facts(case: Case, piece: Piece, name: str, parent: str) -> dict[str, Any]:
    is_request = case.direction == "request"
    facts: dict[str, Any] = {
        "name": name,
        "size": len(piece.data),
        "kind": case.kind,
        "code": None if case.code is None else str(case.code),
        "direction": case.direction,
        "what": case.what,
        "rule": case.rule,
        "rules": case.rules,
        "section": case.section,
        "path": case.path,
        "also": case.also,
        "share": case.place.share if is_request else None,
        "handle": case.place.handle if is_request else None,
        "kept": case.place.kept,
        "given": dict(case.place.given),
        "statuses": {rules: None if status is None else str(status) for rules, status in statuses(case).items()},
        "parent": parent,
        "offsets": piece.offsets,
    }
    if piece.target:
        facts |= {"target": piece.target, "structure": piece.structure}
    return facts
