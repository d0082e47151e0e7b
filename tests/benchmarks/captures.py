"""`smb2ioctl dissect` beside `tshark` on the same large captures: messages per second, memory, growth.

    python -m tests.benchmarks.captures [FOLDER]

FOLDER holds captures (``*.pcap``, Ethernet and IPv4; default: the bundled ones), of which one of 50 MB and one of
500 MB are made: copies of all, each copy with addresses of its own, so that no connection is repeated. Both programs
run in processes of their own, in turns; the figures are medians of seconds on the wall. Exit status: 0 if every limit
is kept, 1 if one is missed, 2 without tshark.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from .results import Limit, Result, table

#: Times as many messages per second as tshark.
LEAST = Limit(3, least=True)
#: MiB of memory, and how much more of it ten times the file may take.
MEMORY, MORE_MEMORY = Limit(100), Limit(1.1)
#: Times the time for ten times the file.
GROWTH = Limit(11)

_ROUNDS = 5
_SMALL, _LARGE = 50_000_000, 500_000_000
_BUNDLED = Path(__file__).parents[1] / "data" / "captures"
_OURS = (sys.executable, "-m", "smb2ioctl_codec", "dissect")
_FILTER = "smb2.cmd==11"
_IPV4 = b"\x08\x00"

_JOBS = {
    "fields": (("-T", "fields", "-e", "smb2.ioctl.function"), ("-T", "fields", "-e", "smb2.ioctl.function")),
    "ek": (("-T", "ek"), ("-T", "ek", "-J", "smb2")),
}


def main() -> int:
    """Run it all, print it, and give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.captures", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=_BUNDLED)
    folder = parser.parse_args().folder
    if shutil.which("tshark") is None:
        parser.error("needs tshark")
    found: dict[str, list[Result]] = {"50 MB": [], "500 MB": []}
    with TemporaryDirectory() as temporary:
        small, large = Path(temporary) / "small.pcap", Path(temporary) / "large.pcap"
        for path, size in ((small, _SMALL), (large, _LARGE)):
            make(sorted(folder.glob("*.pcap*")), path, size)
        for name, (ours, theirs) in _JOBS.items():
            for title, result in _measure(name, ours, theirs, small, large, Path(temporary) / "out"):
                found[title].append(result)
    for title, results in found.items():
        print(table(title, results), end="\n\n")
    return 0 if all(result.kept for results in found.values() for result in results) else 1


def _measure(
    name: str, ours: Sequence[str], theirs: Sequence[str], small: Path, large: Path, out: Path
) -> Iterator[tuple[str, Result]]:
    mine, other = (*_OURS, str(small), *ours), ("tshark", "-r", str(small), "-Y", _FILTER, *theirs)
    times: dict[int, list[float]] = {0: [], 1: []}
    memory = messages = 0.0
    for _ in range(_ROUNDS):
        for index, command in enumerate((mine, other)):
            seconds, used = _run(command, out)
            times[index].append(seconds)
            if index == 0:
                memory = max(memory, used)
                messages = _lines(out) / (2 if name == "ek" else 1)
    fast, slow = median(times[0]), median(times[1])
    figures = {"packets/s": messages / fast, "tshark/s": messages / slow, "ratio": slow / fast}
    yield "50 MB", Result(name, figures, {"ratio": LEAST})
    seconds, used = _run((*_OURS, str(large), *ours), out)
    growth = seconds / fast * 10 * small.stat().st_size / large.stat().st_size
    figures = {"growth": growth, "MiB": used, "to 50 MB": used / memory}
    yield "500 MB", Result(name, figures, {"growth": GROWTH, "MiB": MEMORY, "to 50 MB": MORE_MEMORY})


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _run(command: Sequence[str], out: Path) -> tuple[float, float]:
    """Seconds, and MiB of memory at most, of one run."""
    with out.open("wb") as target:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=target, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def make(sources: Sequence[Path], target: Path, size: int) -> None:
    """A capture of about `size` bytes: copies of all sources, each with addresses of its own."""
    contents = [gzip.decompress(each.read_bytes()) if each.suffix == ".gz" else each.read_bytes() for each in sources]
    written = copy = 0
    with target.open("wb") as file:
        file.write(contents[0][:24])
        while written < size:
            for number, content in enumerate(contents):
                for head, packet in _records(content):
                    written += file.write(head + _moved(packet, copy, number))
            copy += 1


def _records(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 24
    while place < len(content):
        (size,) = struct.unpack_from("<I", content, place + 8)
        yield content[place : place + 16], content[place + 16 : place + 16 + size]
        place += 16 + size


def _moved(packet: bytes, copy: int, number: int) -> bytes:
    """The packet between other addresses: 10.COPY.COPY.NUMBER, both ends, as they were the same before."""
    if packet[12:14] != _IPV4:
        return packet
    address = bytes((10, copy >> 8 & 255, copy & 255, number))
    return packet[:26] + address + address + packet[34:]


if __name__ == "__main__":
    sys.exit(main())
