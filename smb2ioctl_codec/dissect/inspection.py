"""What `inspect` gives: a tree of nodes and all findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smb2ioctl_codec.dissect import text
from smb2ioctl_codec.dissect.nodes import Finding, Node
from smb2ioctl_codec.schema import value_class


@value_class
class Inspection:
    """What some bytes are.

    Attributes:
        form: ``body``, ``message``, ``frame``, ``payload``, or ``unknown``.
        root: the node of all bytes.
        findings: all that is wrong, errors first.
    """

    form: str
    root: Node
    findings: tuple[Finding, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        """The parts of the root."""
        return self.root.children

    def __iter__(self) -> Iterator[Node]:
        """All nodes, each before its parts."""
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            if node.children:
                waiting += reversed(node.children)

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON takes it."""
        return {
            "form": self.form, "root": self.root.to_dict(), "findings": [each.to_dict() for each in self.findings],
        }  # fmt: skip

    def __str__(self) -> str:
        """A line for each node, with offset, size, name and value, then one for each finding."""
        return "\n".join([*text.tree_lines(self.root), *text.finding_lines(self.findings)])
