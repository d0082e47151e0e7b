"""Which branches of a peer a folder of files reaches, in a process of its own, as JSON.

    python -m tests.benchmarks.peer_worker PEER FOLDER

Those that run when the modules are imported count too.
"""

from __future__ import annotations

import importlib
import json
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import coverage

from .peer_limits import TooLong, attempt, limit_memory, limited

#: The modules that are measured.
MODULES = {
    "smbprotocol": ("ioctl.py", "dfs.py", "reparse_point.py", "structure.py"),
    "scapy": ("layers/smb2.py",),
}


def main(peer: str, corpus: Path) -> None:
    """Let the peer read every file, in the order of their names, and print what was found."""
    modules = [str(Path(folder, name)) for folder in _folders(peer) for name in MODULES[peer]]
    measured = coverage.Coverage(branch=True, include=modules, data_file=None, config_file=False)
    limit_memory()
    late = 0
    measured.start()
    read = importlib.import_module(f"{__package__}.peer_{peer}").read
    for path in sorted(corpus.iterdir()):
        try:
            with limited():
                attempt(read, path.read_bytes())
        except TooLong:
            late += 1
    measured.stop()
    print(json.dumps({"late": late, "modules": _branches(measured)}))


def _folders(package: str) -> list[str]:
    """Where a package is, which is not imported for that."""
    spec = find_spec(package)
    return [] if spec is None else list(spec.submodule_search_locations or ())


def _branches(measured: coverage.Coverage) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        measured.json_report(outfile=str(report))
        files = json.loads(report.read_text(encoding="utf-8"))["files"]
    return {
        name: {
            "reached": each["summary"]["covered_branches"],
            "all": each["summary"]["num_branches"],
            "missed": each["missing_branches"],
        }
        for name, each in files.items()
    }


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
