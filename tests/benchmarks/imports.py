"""Import: what ``import smb2ioctl_codec`` costs, relative to ``import construct``, which it includes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import smb2ioctl_codec

from .results import Limit, Result
from .timing import CLOCK, in_turns

#: Times the import of construct.
MOST = Limit(1.5)

_ROUNDS = 31
_PROGRAM = "from time import {} as now; start = now(); import {}; print(now() - start)"


def measure(wanted: Callable[[str], bool]) -> Iterator[Result]:
    """The one result, each import in a process of its own; the bytecode caches are written first, to a place apart."""
    if not wanted("smb2ioctl_codec"):
        return
    with TemporaryDirectory() as caches:
        tasks = [_task(module, caches) for module in ("smb2ioctl_codec", "construct")]
        in_turns(tasks, 1)
        codec, construct = in_turns(tasks, _ROUNDS)
    figures = {"codec ms": codec * 1e3, "construct ms": construct * 1e3, "ratio": codec / construct}
    yield Result("smb2ioctl_codec", figures, {"ratio": MOST})


def _task(module: str, caches: str) -> Callable[[], float]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = caches
    root = str(Path(smb2ioctl_codec.__file__).parents[1])
    environment["PYTHONPATH"] = os.pathsep.join((root, *filter(None, [environment.get("PYTHONPATH")])))
    command = [sys.executable, "-c", _PROGRAM.format(CLOCK, module)]

    def seconds() -> float:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
        return float(done.stdout)

    return seconds
