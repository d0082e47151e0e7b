"""Trees as text: one line for each node, its place before it; then a line for each finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from smb2ioctl_codec.dissect.display import printable
from smb2ioctl_codec.dissect.nodes import Finding, Node

#: Columns of the offset, the size, and the name with its indentation.
OFFSET_WIDTH = 6
SIZE_WIDTH = 6
NAME_WIDTH = 36
#: Columns of one level of the tree.
INDENT = 2
#: Characters shown of each thing that a title says.
TITLE_SHOWN = 60

HEADING = f"{'offset':>{OFFSET_WIDTH}} {'size':>{SIZE_WIDTH}}  {'name':<{NAME_WIDTH}} value"


def title(about: Mapping[str, Any]) -> str:
    """What is told of a message besides its bytes, in one line; empty if nothing is."""
    return ", ".join(f"{printable(name)} {_short(value)}" for name, value in about.items())


def tree_lines(node: Node, base: int = 0) -> Iterator[str]:
    """The lines of a node and of all in it: offset, size, name and value.

    Args:
        node: the node.
        base: what is added to every offset.
    """
    for depth, each in walk(node):
        name = " " * INDENT * depth + each.name
        line = f"{base + each.offset:{OFFSET_WIDTH}} {each.size:{SIZE_WIDTH}}  {name:<{NAME_WIDTH}} {each.display}"
        yield line.rstrip()


def walk(node: Node) -> Iterator[tuple[int, Node]]:
    """A node and all in it, each with its depth, parents first."""
    waiting = [(0, node)]
    while waiting:
        depth, each = waiting.pop()
        yield depth, each
        waiting += [(depth + 1, child) for child in reversed(each.children)]


def finding_lines(findings: Iterable[Finding], base: int = 0) -> Iterator[str]:
    """A line for each finding; `base` is added to their offsets."""
    for each in findings:
        yield f"  ! {one_line(str(moved(each, base)))}"


def what_is_wrong(findings: Iterable[Finding], base: int = 0) -> str:
    """The first error, in one line; empty if there is none."""
    error = next((each for each in findings if each.severity == "error"), None)
    return "" if error is None else one_line(str(moved(error, base))).removeprefix("error: ")


def moved(finding: Finding, base: int) -> Finding:
    """The finding with its offset moved on by `base`."""
    return replace(finding, offset=base + finding.offset) if base else finding


def one_line(text: str) -> str:
    """The text as one line that does nothing to a terminal."""
    return printable(text.replace("\n", " "))


def _short(value: Any) -> str:
    text = one_line(value if isinstance(value, str) else str(value))
    return text if len(text) <= TITLE_SHOWN else f"{text[:TITLE_SHOWN]} ..."
