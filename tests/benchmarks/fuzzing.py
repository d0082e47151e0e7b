"""Benchmarks of what makes fuzz inputs. Exit status: 0 if every limit is kept, 1 if one is missed, 2 for a wrong
NAME."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable, Iterator

from . import corpora, mutator
from .results import Result, table
from .timing import settle_allocator

_GROUPS: dict[str, Callable[[Callable[[str], bool]], Iterator[Result]]] = {
    "corpus": corpora.measure,
    "mutator": mutator.measure,
}


def main() -> int:
    """Run what is asked for, print it, and give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fuzzing", description=__doc__)
    parser.add_argument("--only", default="", metavar="NAME", help="only what has NAME in it: 'corpus', 'mutator'")
    options = parser.parse_args()
    settle_allocator()
    found = []
    for group, measure in _GROUPS.items():
        results = list(measure(lambda name: options.only in name))
        if results:
            print(table(group, results), end="\n\n", flush=True)
            found += results
    if not found:
        parser.error(f"nothing has {options.only!r} in its name")
    print(f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}")
    return 0 if all(result.kept for result in found) else 1


if __name__ == "__main__":
    sys.exit(main())
