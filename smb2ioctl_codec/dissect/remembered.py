"""Texts of values that are worked out once: most fields of captured messages have few different values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Values of which the text is kept; more, and all are worked out anew.
MOST = 1024


class Remembered(dict[Any, str]):
    """Values -> their texts, which `text` makes."""

    def __init__(self, text: Callable[[Any], str]) -> None:
        super().__init__()
        self.text = text

    def __missing__(self, value: Any) -> str:
        if len(self) >= MOST:
            self.clear()
        text = self[value] = self.text(value)
        return text
