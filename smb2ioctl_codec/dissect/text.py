"""Trees as text: one line for each node, its place before it, what is wrong after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from smb2ioctl_codec.dissect.display import printable
from smb2ioctl_codec.dissect.nodes import Node
from smb2ioctl_codec.dissect.tree import Tree
from smb2ioctl_codec.messages import Violation

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


def render(tree: Tree) -> Iterator[str]:
    """The lines of a tree: offset, size, name and value of every node, then defects and broken rules."""
    yield from _lines(tree.nodes, 0)
    for defect in tree.defects:
        yield f"  ! {one_line(str(defect))}"
    for violation in tree.violations:
        yield f"  ! {_broken_rule(violation)}"


def one_line(text: str) -> str:
    """The text as one line that does nothing to a terminal."""
    return printable(text.replace("\n", " "))


def _lines(nodes: Iterable[Node], depth: int) -> Iterator[str]:
    for node in nodes:
        name = " " * INDENT * depth + node.name
        yield f"{node.offset:{OFFSET_WIDTH}} {node.size:{SIZE_WIDTH}}  {name:<{NAME_WIDTH}} {node.display}".rstrip()
        yield from _lines(node.children, depth + 1)


def _broken_rule(violation: Violation) -> str:
    rule = violation.rule
    status = "connection dropped" if rule.status is None else str(rule.status)
    return f"{violation.path} at offset {violation.offset}: {rule.message} ({rule.id}; {rule.section}; {status})"


def _short(value: Any) -> str:
    text = one_line(value if isinstance(value, str) else str(value))
    return text if len(text) <= TITLE_SHOWN else f"{text[:TITLE_SHOWN]} ..."
