"""What a benchmark gives: figures, limits for some of them, and a table of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limit:
    """The most, or the least, that a figure may be."""

    value: float
    least: bool = False

    def holds(self, figure: float) -> bool:
        """Whether the figure keeps the limit."""
        return figure >= self.value if self.least else figure <= self.value

    def __str__(self) -> str:
        return f"{'>=' if self.least else '<='} {self.value:g}"


@dataclass(frozen=True)
class Result:
    """One line of a table.

    Attributes:
        name: what was measured.
        figures: by column, in the order of the columns.
        limits: by column.
    """

    name: str
    figures: Mapping[str, float]
    limits: Mapping[str, Limit] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Whether all limits are kept."""
        return all(limit.holds(self.figures[column]) for column, limit in self.limits.items())

    def as_json(self) -> dict[str, object]:
        """The same for `json.dumps`."""
        limits = {column: str(limit) for column, limit in self.limits.items()}
        return {"name": self.name, "figures": dict(self.figures), "limits": limits, "kept": self.kept}


def table(title: str, results: Iterable[Result]) -> str:
    """The results as text in columns; the limit of a column stands beside its figures."""
    rows: list[list[str]] = []
    for result in results:
        if not rows:
            rows.append([title, *_cells(result, heading=True), "verdict"])
        rows.append([result.name, *_cells(result, heading=False), "kept" if result.kept else "MISSED"])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join((row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:]))) for row in rows)


def _cells(result: Result, *, heading: bool) -> list[str]:
    cells = []
    for column, figure in result.figures.items():
        cells.append(column if heading else f"{figure:.2f}" if figure < 100 else f"{figure:.0f}")
        if column in result.limits:
            cells.append("limit" if heading else str(result.limits[column]))
    return cells
