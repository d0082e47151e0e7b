"""Messages made small: what they repeat is kept once, and referred to by its number.

A pack is two JSON texts. ``rows`` is what the list shows of its messages and is read when the report is opened;
``trees`` is their fields and bytes and is read when one of them is looked at. Each has a table of its own strings:

- rows: ``{"strings": [...], "rows": [[frame, time, connection, direction, summary, status, about, partner, errors,
  warnings, notes], ...]}``
- trees: ``{"strings": [...], "kinds": [[name, path, wireshark, role, target], ...], "shapes": [[kind, depth, offset,
  size, ...], ...], "messages": [[shape, [display, ...], [severity, text, offset, node, ...], base64], ...]}``

Texts are numbers of strings. A shape has four numbers for each node, a node before its children; most messages share
theirs with others. ``node`` of a finding is the place of its node in the tree, or -1.
"""

from __future__ import annotations

import json
from binascii import b2a_base64
from typing import Any

from smb2ioctl_codec.dissect.report.shown import Shown

SEVERITIES = ("error", "warning", "note")


class _Numbers(dict[Any, int]):
    """Numbers of things, in the order in which they were first asked for."""

    def __missing__(self, thing: Any) -> int:
        number = self[thing] = len(self)
        return number


class Pack:
    """Some messages, made small.

    Attributes:
        count: how many messages there are.
        weight: roughly, how much memory they take in here: nodes and bytes.
    """

    def __init__(self) -> None:
        self.count = 0
        self.weight = 0
        self._row_strings = _Numbers()
        self._rows: list[list[int | None]] = []
        self._strings = _Numbers()
        self._kinds = _Numbers()
        self._shapes = _Numbers()
        self._messages: list[list[Any]] = []
        # of nodes with the same kind, prefix and name: number of theirs, the kind, and displays of numbers
        self._known: dict[tuple[int, str, str], tuple[int, Any, dict[tuple[Any, ...], int]]] = {}

    def add(self, shown: Shown) -> None:
        """Add a message."""
        shape, displays, findings = self._tree(shown)
        named = self._row_strings
        counts = [findings[::4].count(severity) for severity in range(len(SEVERITIES))]
        self._rows.append([
            shown.frame, named[shown.time], named[shown.connection], named[shown.direction], named[shown.summary],
            named[shown.status], named[shown.about], shown.partner, *counts,
        ])  # fmt: skip
        data = b2a_base64(shown.data, newline=False).decode("ascii")
        self._messages.append([self._shapes[shape], displays, findings, data])
        self.count += 1
        self.weight += len(displays) + len(shown.data)

    def rows(self) -> str:
        """The JSON text of the list; it can stand in any HTML."""
        return _json({"strings": list(self._row_strings), "rows": self._rows})

    def trees(self) -> str:
        """The JSON text of the fields and bytes; it can stand in any HTML."""
        return _json({
            "strings": list(self._strings), "kinds": list(self._kinds), "shapes": list(self._shapes),
            "messages": self._messages,
        })  # fmt: skip

    def _tree(self, shown: Shown) -> tuple[tuple[int, ...], list[int], list[int]]:
        """Shape, numbers of the displays, and findings of a message."""
        strings, known = self._strings, self._known
        shape: list[int] = []
        displays: list[int] = []
        places: dict[int, int] = {}
        # what is left to go through of the children of each open node: its length is the depth
        left = [iter((shown.inspection.root,))]
        while left:
            node = next(left[-1], None)
            if node is None:
                left.pop()
                continue
            key = id(node.kind), node.prefix, node.name
            found = known.get(key)
            if found is None:
                names = node.name, node.path, node.wireshark, node.role, node.target or ""
                # the kind is kept, so that its id is nobody else's
                found = known[key] = self._kinds[tuple(map(strings.__getitem__, names))], node.kind, {}
            number, _, texts = found
            shape += (number, len(left) - 1, node.offset, node.size)
            if node.findings:
                places |= {id(each): len(displays) for each in node.findings}
            value = node.value
            if isinstance(value, int):
                # what is shown of a number is told by its field and itself, and takes more than to look it up
                shows = node.size, value.__class__, value
                display = texts.get(shows)
                if display is None:
                    display = texts[shows] = strings.setdefault(node.display, len(strings))
            else:
                display = strings.setdefault(node.display, len(strings))
            displays.append(display)
            if node.children:
                left.append(iter(node.children))
        findings: list[int] = []
        for each in shown.inspection.findings:
            severity = SEVERITIES.index(each.severity)
            findings += (severity, strings[str(each)], each.offset, places.get(id(each), -1))
        return tuple(shape), displays, findings


def _json(value: Any) -> str:
    """JSON in ASCII and without ``<``, so that no text in it ends the element that holds it or starts a comment."""
    return json.dumps(value, separators=(",", ":"), check_circular=False).replace("<", "\\u003c")
