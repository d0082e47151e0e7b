"""What a corpus covers in two programs that read the same messages: smbprotocol and scapy.

    python -m tests.benchmarks.peers [--missed] [FOLDER ...]

Counts the branches of their decoders that each corpus reaches, at most 1,100 files each; with FOLDER, the files there
instead. Exit status: 0 if the limits are kept, 1 if one is missed, 2 if a peer is not installed.
"""

from __future__ import annotations

import argparse
import json
import linecache
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .peer_corpora import CORPORA, COUNT, corpus
from .peer_worker import MODULES

#: Branches that the corpus `_LIMITED` has to reach.
LEAST = {"smbprotocol": 200, "scapy": 100}
_LIMITED = "fuzz.corpus(count=1100)"


def main() -> int:
    """Measure it all, print it, and give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.peers", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--missed", action="store_true", help="show the branches that the last corpus misses")
    options = parser.parse_args()
    if missing := [peer for peer in MODULES if find_spec(peer) is None]:
        parser.error(f"not installed: {', '.join(missing)}")
    kept, found = True, {}
    print("| Corpus | Files |", " | ".join(f"{peer} {version(peer)}" for peer in MODULES), "|")
    print("|---|---|---|---|")
    for name, files in _corpora(options.folders):
        found = {peer: measure(peer, files) for peer in MODULES}
        print(f"| {name} | {len(files)} |", " | ".join(map(_cell, found.values())), "|", flush=True)
        kept &= name != _LIMITED or all(_reached(each) >= LEAST[peer] for peer, each in found.items())
    if options.missed:
        print(*(line for each in found.values() for line in _missed(each)), sep="\n")
    return 0 if kept else 1


def measure(peer: str, files: list[bytes]) -> dict[str, Any]:
    """What `peer_worker` finds for these files."""
    with TemporaryDirectory() as folder:
        for number, data in enumerate(files):
            Path(folder, f"{number:06}").write_bytes(data)
        command = (sys.executable, "-m", f"{__package__}.peer_worker", peer, folder)
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def _corpora(folders: list[Path]) -> Iterator[tuple[str, list[bytes]]]:
    for folder in folders:
        yield folder.name, [path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()][:COUNT]
    for name in () if folders else CORPORA:
        yield name, corpus(name)


def _reached(found: dict[str, Any]) -> int:
    return sum(module["reached"] for module in found["modules"].values())


def _cell(found: dict[str, Any]) -> str:
    every = sum(module["all"] for module in found["modules"].values())
    late = f", {found['late']} too long" if found["late"] else ""
    return f"{_reached(found)} of {every}{late}"


def _missed(found: dict[str, Any]) -> Iterator[str]:
    for name, module in found["modules"].items():
        for line, to in module["missed"]:
            yield f"{Path(name).name}:{line} to {to}: {linecache.getline(name, line).strip()}"


if __name__ == "__main__":
    sys.exit(main())
