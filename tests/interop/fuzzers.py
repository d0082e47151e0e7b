"""What the tests with fuzzers share: the environment of their processes, and how long they run."""

from __future__ import annotations

import os
from pathlib import Path

import construct

import smb2ioctl_codec

#: Seconds that a fuzzer runs.
SECONDS = 20
#: Seconds after which one hangs.
PATIENCE = 120
_OTHERS = ("AFL_", "COV", "PYTHON")


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a fuzzer, of whichever Python: it finds this package and construct, and nothing else measures
    or sets up what it runs.

    Args:
        folder: where the two are linked to.
        more: further variables.
    """
    folder.mkdir()
    for package in (smb2ioctl_codec, construct):
        source = Path(package.__file__ or "").parent
        (folder / source.name).symlink_to(source)
    usual = {name: value for name, value in os.environ.items() if not name.startswith(_OTHERS)}
    return {**usual, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **more}
