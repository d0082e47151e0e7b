"""The page for fuzz engineers: what it says of commands and manifests holds, and its script for syzkaller works."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from smb2ioctl_codec.cli.parser import parser
from smb2ioctl_codec.fuzz import corpus
from smb2ioctl_codec.fuzz.sinks import write_directory
from smb2ioctl_codec.fuzz.sinks.forms import FORMS
from smb2ioctl_codec.fuzz.sinks.manifest import Entry, entries

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "fuzzing.md").read_text(encoding="utf-8")
FILES = ROOT / "docs" / "fuzz"
SYZ_PROGRAMS = FILES / "syz_programs.py"
#: A call of syzkaller's language: name, bytes in hexadecimal digits, their number.
PROGRAM = re.compile(r'(\w+)\(&\(0x7f0000000000\)=ANY=\[@ANYBLOB="((?:[0-9a-f]{2})+)"\], (0x[0-9a-f]+), 0x0, 0x0\)\n')
COMMANDS = sorted(set(re.findall(r"\bsmb2ioctl (corpus [^`|;&\n]*[^`|;&\n ])", PAGE)))


@pytest.mark.parametrize("command", [each for each in COMMANDS if "..." not in each])
def test_the_commands_are_taken(command: str) -> None:
    assert parser().parse_args(shlex.split(command)).out


def test_the_page_has_commands_of_every_form() -> None:
    forms = {parser().parse_args(shlex.split(each)).format for each in COMMANDS if "..." not in each}
    assert forms == {"message", "frame", "ndr", "pcap", "dict"}


def test_the_page_tells_every_option_and_format() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "smb2ioctl_codec", "corpus", "--help"], capture_output=True, text=True, timeout=60,
        check=True,
    ).stdout  # fmt: skip
    options = set(re.findall(r"--\w+", printed)) - {"--help"}
    assert len(options) == 7
    listed = PAGE[PAGE.index("## One command") : PAGE.index("## From Python")]
    (formats,) = set(re.findall(r"--format \{([a-z,]+)\}", printed))
    assert [each for each in options if f"`{each}" not in listed] == []
    assert [each for each in formats.split(",") if f"`{each}`" not in listed] == []


def test_the_page_tells_every_member_of_a_manifest() -> None:
    case = next(each for each in corpus(kinds=["broken"]) if each.direction == "request")
    (entry,) = entries([case], FORMS["message"])
    (ndr,) = entries([next(each for each in corpus() if FORMS["ndr"](each))], FORMS["ndr"])
    listed = PAGE[PAGE.index("## What a corpus is") : PAGE.index("## One command")]
    assert [each for each in (entry.facts | ndr.facts) if f"`{each}`" not in listed] == []
    assert [each for each in [*case.offsets, *entry.facts["statuses"]] if f"`{each}`" not in listed] == []


def test_the_page_shows_every_file() -> None:
    shown = re.findall(r"^```\{literalinclude\} fuzz/(\S+)$", PAGE, re.MULTILINE)
    assert sorted(shown) == sorted(path.name for path in FILES.iterdir() if path.is_file())


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Entry]]:
    """A small corpus of frames."""
    made = list(entries(corpus(count=300), FORMS["frame"]))
    path = tmp_path_factory.mktemp("frames") / "frames"
    write_directory(made, path)
    return path, made


def _syz_programs(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SYZ_PROGRAMS), *(str(each) for each in arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_programs_for_syzkaller_hold_the_requests(tmp_path: Path, frames: tuple[Path, list[Entry]]) -> None:
    path, made = frames
    requests = [each for each in made if each.facts["direction"] == "request"]
    longest = sorted(len(each.piece.data) for each in requests)[len(requests) // 2]
    done = _syz_programs(path, tmp_path / "programs", "--call", "syz_send", "--longest", longest)
    wanted = {each.name: each.piece.data for each in requests if len(each.piece.data) <= longest}
    left_out = sum(each.name not in wanted for each in made)
    assert (done.returncode, done.stdout) == (0, f"{len(wanted)} programs, {left_out} cases left out\n")
    assert 50 < len(wanted) < len(requests)
    found = {}
    for program in (tmp_path / "programs").iterdir():
        call = PROGRAM.fullmatch(program.read_text(encoding="ascii"))
        assert call is not None
        assert call[1] == "syz_send"
        found[program.name] = bytes.fromhex(call[2])
        assert int(call[3], 16) == len(found[program.name])
    assert found == wanted


def test_programs_for_syzkaller_replace_nothing(tmp_path: Path, frames: tuple[Path, list[Entry]]) -> None:
    done = _syz_programs(frames[0], tmp_path)
    assert done.returncode == 1
    assert "FileExistsError" in done.stderr
    assert list(tmp_path.iterdir()) == []
