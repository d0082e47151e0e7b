"""Nodes of an inspection, with their findings, and no more of them than a limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from smb2ioctl_codec.dissect.kinds import container_kind
from smb2ioctl_codec.dissect.nodes import Finding, Kind, Node, Severity
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.rules import Rule
from smb2ioctl_codec.schema.spans import uncovered

#: Makes the parts inside a buffer: of where it starts and ends, and the wire fields before it.
Inside = Callable[[int, int, dict[str, Any]], list[Node]]

_FRAME_FIELDS = {"zero": None, "stream_protocol_length": "message"}


class Parts:
    """Makes nodes of one input and collects the findings.

    Args:
        data: the input; all places count from its first byte.
        limit: most nodes.
    """

    def __init__(self, data: bytes, limit: int) -> None:
        self.data = data
        self.room = self.limit = max(limit, 1)
        self.findings: list[Finding] = []
        #: of defects that reading finds
        self.severity: Severity = "error"
        #: findings whose nodes are still to be made, by path
        self.pending: dict[str, list[Finding]] = {}
        self._known: set[tuple[str, int]] = set()
        self._is_full = False

    def has_room(self) -> bool:
        """Whether there may be more nodes."""
        return self.room > 0

    # -- findings

    def note(self, error: DecodeError, base: int = 0) -> None:
        """Add what a decoder or reader says; `base` is what its offsets count from. It is told once."""
        place = base + (error.offset or 0)
        path = error.path or "Unknown"
        if (path, place) in self._known:
            return
        self._known.add((path, place))
        rules = "WIRE" if error.rule is None else "REPLY"
        self.add(
            Finding(self.severity, error.reason, path, place, error.needed, error.available, error.limit,
                    rules, error.rule, None, error.status)
        )  # fmt: skip

    def note_rule(self, rule: Rule, rules: str, path: str, offset: int) -> None:
        """Add that a rule of a rule set is broken."""
        self.add(
            Finding("warning", rule.message, path, offset, rules=rules, rule=rule.id, section=rule.section,
                    status=rule.status)
        )  # fmt: skip

    def add(self, finding: Finding) -> None:
        """Add a finding, to all and to the node of its path that is made next."""
        self.findings.append(finding)
        self.pending.setdefault(finding.path, []).append(finding)

    def full(self, path: str, offset: int) -> None:
        """Say, once, that there are more nodes than there may be."""
        if not self._is_full:
            self._is_full = True
            self.findings.append(Finding("note", f"left out from here on: more than {self.limit} nodes", path, offset))

    def taken(self, path: str) -> tuple[Finding, ...]:
        """The findings that wait for the node of this path."""
        return tuple(self.pending.pop(path, ())) if self.pending else ()

    def left_over(self, record: str) -> tuple[Finding, ...]:
        """Findings about fields of a record that have no node."""
        paths = [path for path in self.pending if path.startswith(f"{record}.")]
        return tuple(each for path in paths for each in self.pending.pop(path))

    # -- nodes

    def container(self, path: str, role: str, children: Sequence[Node], low: int, high: int) -> Node:
        """A node of records or messages; bytes in none of them are unread."""
        kept = list(children)
        for start, end in uncovered([(each.offset, each.offset + each.size) for each in kept], low, high):
            kept.append(self.bytes_part("unread", path, start, end, "unread"))
            if not self.has_room():
                self.full(path, start)
        kept.sort(key=_offset)
        self.room -= 1
        kind = container_kind(path, role)
        return Node(kind, path, "", low, high - low, None, self.data, tuple(kept), self.taken(path))

    def bytes_part(self, name: str, prefix: str, low: int, high: int, role: str = "data") -> Node:
        """The node of bytes that are not taken apart."""
        self.room -= 1
        path = f"{prefix}.{name}" if prefix else name
        kind = container_kind(path, role)
        return Node(kind, name, prefix, low, high - low, self.data[low:high], self.data, (), self.taken(path))

    def frame_field(self, name: str, offset: int, size: int, role: str) -> Node:
        """The node of a big-endian number in the head of a frame."""
        self.room -= 1
        value = int.from_bytes(self.data[offset : offset + size], "big")
        path = f"Frame.{name}"
        kind = Kind("Frame", None, role, container_kind(path, role).wireshark, _FRAME_FIELDS[name])
        return Node(kind, name, "Frame", offset, size, value, self.data, (), self.taken(path))


def _offset(node: Node) -> int:
    return node.offset
