"""A progress bar on standard error while much is read or written: on a terminal, and where rich is installed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Self

from smb2ioctl_codec.dissect.display import printable

#: Seconds before the bar is shown, and between its changes.
_PATIENCE = 1.0
_PAUSE = 0.1
#: Steps between looks at the clock.
_STEPS = 256


class Progress:
    """Shows how much of something has been done.

    Args:
        label: its name.
        position: gives how much has been done; None: the steps.
        total: gives how much there is, or None where nobody knows.
        prints: standard output is written meanwhile, so there must be no bar where it is a terminal.
    """

    def __init__(
        self, label: str, position: Callable[[], int] | None = None, total: Callable[[], int | None] | None = None,
        *, prints: bool = True,
    ) -> None:  # fmt: skip
        self._label = label
        self._position = position
        self._total = total
        self._bar: Any = None
        self._task: Any = None
        self._count = 0
        stream = sys.stderr
        is_apart = not prints or sys.stdout is None or not sys.stdout.isatty()  # else it would be drawn into the output
        self._is_wanted = is_apart and stream is not None and stream.isatty() and find_spec("rich") is not None
        self._next = time.monotonic() + _PATIENCE

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self) -> None:
        """Something more has been done."""
        self._count += 1
        if not self._is_wanted or self._count % _STEPS:
            return
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PAUSE
            self._show()

    def _show(self) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.markup import escape
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._bar.start()
            total = None if self._total is None else self._total()
            self._task = self._bar.add_task(escape(printable(self._label)), total=total or None)
        self._bar.update(self._task, completed=self._count if self._position is None else self._position())
