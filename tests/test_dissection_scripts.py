"""The page of dissection scripts: each command prints what stands there, and each script takes any capture."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "dissection-scripts.md").read_text(encoding="utf-8")
SCRIPTS = sorted((ROOT / "docs" / "scripts").glob("*.py"))
CAPTURES = sorted(path for path in (ROOT / "tests" / "data" / "captures").iterdir() if ".pcap" in path.name)
#: A command and all that it prints.
CALLS = re.findall(r"^```console\n\$ (.*)\n((?:.*\n)*?)```$", PAGE, re.MULTILINE)
#: What the page leaves out of a script.
LAST_LINE = "# ruff: noqa: T201\n"


@pytest.mark.parametrize(("line", "printed"), CALLS, ids=[line[:60] for line, _ in CALLS])
def test_the_commands_print_what_the_page_shows(line: str, printed: str) -> None:
    program, *arguments = shlex.split(line)
    start = {"smb2ioctl": ["-m", "smb2ioctl_codec"], "python": []}[program]
    done = subprocess.run(
        [sys.executable, *start, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.stdout + done.stderr, done.returncode) == (printed, 0)
    assert printed


def test_every_block_is_run() -> None:
    assert len(CALLS) == PAGE.count("```console") == len(re.findall(r"^\$ ", PAGE, re.MULTILINE))
    assert sum(line.startswith("smb2ioctl dissect ") for line, _ in CALLS) == 3


def test_the_page_shows_and_runs_every_script() -> None:
    """Whole, but for the last line, which is for the linter."""
    shown = re.findall(
        r'^```\{literalinclude\} (.*)\n:language: python\n:end-before: "# ruff"\n```$', PAGE, re.MULTILINE
    )
    names = {f"scripts/{path.name}" for path in SCRIPTS}
    assert len(shown) == len(names) == 5
    assert set(shown) == names
    assert {shlex.split(line)[1] for line, _ in CALLS if line.startswith("python ")} == {
        f"docs/{each}" for each in names
    }
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        assert text.endswith(f"\n{LAST_LINE}")
        assert text.count("# ruff") == 1


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.name)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_takes_any_capture(script: Path, capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(script), str(capture)])
    runpy.run_path(str(script), run_name="__main__")
