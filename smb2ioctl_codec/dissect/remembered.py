"""Texts of values that are worked out once: most fields of captured messages have few different values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Values of which the text is kept; more, and all are worked out anew.
MOST = 1024
#: Characters of the longest text that is kept.
LONGEST = 4096


class Remembered(dict[Any, str]):
    """Values -> their texts, which `text` makes."""

    def __init__(self, text: Callable[[Any], str]) -> None:
        super().__init__()
        self.text = text

    def __missing__(self, value: Any) -> str:
        text = self.text(value)
        if len(text) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[value] = text
        return text
