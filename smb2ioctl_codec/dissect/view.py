"""A tree on a terminal: its bytes beside it, every field in the colour of its bytes. It needs rich (extra ``cli``)."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from itertools import zip_longest
from typing import IO, Any

from smb2ioctl_codec.dissect.display import printable
from smb2ioctl_codec.dissect.inspection import Inspection
from smb2ioctl_codec.dissect.nodes import Node
from smb2ioctl_codec.dissect.text import INDENT, moved, one_line, walk

#: Colours of fields, in turns; both light and dark terminals show them.
_COLOURS = ("cyan", "green", "magenta", "blue", "yellow")
_FINDINGS = {"error": "bold red", "warning": "yellow", "note": "dim"}
#: Columns of a terminal from which on 16 bytes stand in a row, not 8.
_WIDE = 140
#: Columns of a row of bytes besides four for each byte.
_HEAD_WIDTH = 9


def terminal_view(stream: IO[str]) -> View | None:
    """What shows trees on a terminal; None if `stream` is none, or rich is not installed."""
    if not stream.isatty() or find_spec("rich") is None:
        return None
    from rich.console import Console

    return View(Console(file=stream, highlight=False))


class View:
    """Shows trees in colour.

    Args:
        console: a console of rich.
    """

    def __init__(self, console: Any) -> None:
        self.console = console

    def show(self, inspection: Inspection, base: int = 0) -> None:
        """Print the bytes and the tree side by side, then the findings; `base` is added to every offset."""
        from rich.table import Table
        from rich.text import Text

        colours = _colours(inspection.root)
        per_row = 16 if self.console.width >= _WIDE else 8
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True, min_width=_HEAD_WIDTH + 4 * per_row if inspection.root.size else 0)
        grid.add_column(no_wrap=True, overflow="ellipsis")
        rows = zip_longest(
            _hex_rows(inspection.root, colours, per_row, base), _tree_rows(inspection.root, colours, base)
        )
        for left, right in rows:
            grid.add_row(left or Text(""), right or Text(""))
        self.console.print(grid)
        for finding in inspection.findings:
            self.console.print(Text(f"  ! {one_line(str(moved(finding, base)))}", style=_FINDINGS[finding.severity]))


def _colours(root: Node) -> dict[int, str]:
    """The colour of every node without parts, by identity."""
    leaves = [node for _, node in walk(root) if not node.children and node.size]
    return {
        id(node): "bold red" if any(each.severity == "error" for each in node.findings) else _COLOURS[index % 5]
        for index, node in enumerate(leaves)
    }  # fmt: skip


def _hex_rows(root: Node, colours: dict[int, str], per_row: int, base: int) -> Iterator[Any]:
    from rich.text import Text

    styles = [""] * root.size
    for _, node in walk(root):
        if id(node) in colours:
            low = node.offset - root.offset
            styles[low : low + node.size] = [colours[id(node)]] * node.size
    data = root.raw
    for start in range(0, len(data), per_row):
        row = Text()
        row.append(f"{base + root.offset + start:06x}  ", style="dim")
        part = data[start : start + per_row]
        for index, byte in enumerate(part):
            row.append(f"{byte:02x}", style=styles[start + index] or "default")
            row.append(" ")
        row.append("   " * (per_row - len(part)) + " ")
        for index, byte in enumerate(part):
            row.append(chr(byte) if 32 <= byte < 127 else ".", style=styles[start + index] or "default")
        yield row


def _tree_rows(root: Node, colours: dict[int, str], base: int) -> Iterator[Any]:
    from rich.text import Text

    for depth, node in walk(root):
        row = Text()
        row.append(f"{base + node.offset:6} {node.size:5}  ", style="dim")
        row.append(" " * INDENT * depth)
        row.append(node.name, style=colours.get(id(node), "bold"))
        row.append(f"  {printable(node.display)}", style="default")
        yield row
