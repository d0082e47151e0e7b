"""All benchmarks, as tables or JSON. Exit status: 0 if every limit is kept, 1 if one is missed, 2 for a wrong NAME."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Iterator

from . import every, imports, scaling, speed, trees
from .results import Result, table
from .timing import settle_allocator

_GROUPS: dict[str, Callable[[Callable[[str], bool]], Iterator[Result]]] = {
    "speed": speed.measure,
    "records": every.measure,
    "growth": scaling.measure,
    "trees": trees.measure,
    "import": imports.measure,
}


def main() -> int:
    """Run what is asked for, print it, and give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.run", description=__doc__)
    parser.add_argument("--only", default="", metavar="NAME", help="only what has NAME in it: 'growth', 'decode DFS'")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of tables")
    options = parser.parse_args()
    python = f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}"
    settle_allocator()
    found: dict[str, list[Result]] = {}
    for group, measure in _GROUPS.items():
        results = list(measure(lambda name, group=group: options.only in f"{group} {name}"))  # type: ignore[misc]
        if results:
            found[group] = results
            if not options.json:
                print(table(group, results), end="\n\n", flush=True)
    if not found:
        parser.error(f"nothing has {options.only!r} in its name")
    if options.json:
        groups = {group: [result.as_json() for result in results] for group, results in found.items()}
        print(json.dumps({"python": python} | groups, indent=1))
    else:
        print(python)
    return 0 if all(result.kept for results in found.values() for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
