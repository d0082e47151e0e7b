"""Which branches of the generated codecs a corpus leaves out: run in a process of its own, it prints them as JSON."""

from __future__ import annotations

import json
import sys
import tempfile
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import coverage

from smb2ioctl_codec.schema.source import Source


class Folder:
    """Where the text of each generated function is written before it is compiled."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp())
        self.titles: dict[str, str] = {}
        self.numbers = count()

    def compile(self, source: Source, name: str, title: str) -> Any:
        file = self.path / f"{next(self.numbers)}.py"
        text = "\n".join(source.lines) + "\n"
        file.write_text(text)
        self.titles[file.name] = title
        exec(compile(text, str(file), "exec"), source.globals)  # noqa: S102 - what the package would do itself
        return source.globals[name]


def left_out(kinds: list[Any]) -> dict[str, list[Any]]:
    """What cases of these kinds leave out: title of the function, line, and the line that never comes after it."""
    folder = Folder()

    def written(source: Source, name: str, title: str) -> Any:
        return folder.compile(source, name, title)

    measure = coverage.Coverage(branch=True, include=[f"{folder.path}/*"], data_file=None, config_file=False)
    with patch.object(Source, "compile", written), measure.collect():
        from .all_readers import Readers  # what it imports compiles some codecs

        Readers().corpus(kinds)
    report = folder.path / "report.json"
    measure.json_report(outfile=str(report))
    found: list[Any] = []
    for path, file in json.loads(report.read_text())["files"].items():
        name = Path(path).name
        lines = [line.strip() for line in (folder.path / name).read_text().splitlines()]
        found += [
            (folder.titles[name], lines[one - 1], lines[other - 1] if other > 0 else "")
            for one, other in file["missing_branches"]
        ]
    return {"left_out": sorted(found), "compiled": sorted(set(folder.titles.values()))}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(left_out(sys.argv[1:])))
