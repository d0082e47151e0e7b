"""What other programs make of a corpus: tshark of the capture, Samba's `ndrdump` of what its fuzzers take."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from fuzz.made import manifest

from smb2ioctl_codec.fuzz import Kind, corpus
from smb2ioctl_codec.fuzz.sinks import write_pcap
from smb2ioctl_codec.fuzz.sinks.forms import FORMS
from smb2ioctl_codec.fuzz.sinks.manifest import Entry, entries
from smb2ioctl_codec.fuzz.sinks.samba import STRUCTURES

from .ndrdump import dump
from .need import need

SEEDS: tuple[Kind, ...] = ("seed",)
#: Checksums are to be looked at, which is not tshark's habit.
_OPTIONS = ("-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE")
#: Seeds of a structure that are tried until ndrdump takes one: of a few, Samba's description differs from the document.
_TRIED = 60


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A capture of valid messages."""
    need(shutil.which("tshark"), "tshark")
    with (tmp_path / "seeds.pcap").open("wb") as file, (tmp_path / "seeds.jsonl").open("w") as lines:
        write_pcap(entries(corpus(kinds=SEEDS, count=600), FORMS["message"]), file, lines)
    return tmp_path / "seeds.pcap"


def tshark(path: Path, *options: str) -> list[list[str]]:
    """The columns that tshark prints."""
    done = subprocess.run(
        ["tshark", "-n", "-r", path, *_OPTIONS, "-T", "fields", "-E", "occurrence=f", *options],
        env={"PATH": os.environ["PATH"], "HOME": str(path.parent), "LC_ALL": "C"},
        stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.decode().splitlines()]


def test_tshark_finds_nothing_wrong_with_the_connections(seeds: Path) -> None:
    assert tshark(seeds, "-Y", "tcp.analysis.flags || _ws.malformed && !smb2", "-e", "frame.number") == []
    states = tshark(seeds, "-Y", "tcp", "-e", "tcp.checksum.status", "-e", "ip.checksum.status")
    assert states
    assert {tuple(each) for each in states} == {("1", "1")}


def test_tshark_finds_every_message_in_its_packet(seeds: Path) -> None:
    fields = ("frame.number", "smb2.cmd", "smb2.flags.response", "smb2.ioctl.function")
    shown = tshark(seeds, "-Y", "smb2", *(option for field in fields for option in ("-e", field)))
    found = {int(frame): rest for frame, *rest in shown}
    lines = manifest(seeds.with_suffix(".jsonl"))
    codes = 0
    for line in lines:
        command, is_reply, code = found[line["packet"]]
        assert (command != "", is_reply) == (True, str(int(line["direction"] == "response")))
        codes += code != ""
    assert len(lines) == 600
    assert codes > 500


def of_structures() -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries(corpus(kinds=SEEDS), FORMS["ndr"]):
        found.setdefault(entry.piece.structure, []).append(entry)
    return found


def test_samba_numbers_its_structures_so() -> None:
    """ndrdump lists the public structures of an interface in the order in which the fuzzers number them."""
    need(shutil.which("ndrdump"), "the Debian package samba-testsuite")
    for target, structures in STRUCTURES.items():
        done = subprocess.run(
            ["ndrdump", "--configfile=/dev/null", interface(target)],
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, capture_output=True, timeout=10, check=False,
        )  # fmt: skip
        _, _, listed = done.stdout.decode().partition(f"known public structures on '{interface(target)}' are:\n")
        assert tuple(re.findall(r"(?m)^\t(\w+)", listed)) == structures, done


def test_samba_takes_the_structure_that_the_header_names() -> None:
    """By its number; what is printed is the same as by its name."""
    need(shutil.which("ndrdump"), "the Debian package samba-testsuite")
    tried: Counter[str] = Counter()
    for structure, found in of_structures().items():
        for entry in found[:_TRIED]:
            flags, number, data = split(entry.piece.data)
            assert flags == 0
            dumped = dump(interface(entry.piece.target), str(number), data)
            tried[structure] += 1
            if dumped.is_read:
                assert dumped == dump(interface(entry.piece.target), structure, data)
                assert dumped.printed
                break
        else:
            pytest.fail(f"none of {tried[structure]} seeds is a {structure} to Samba")
    assert len(tried) > 12


def split(data: bytes) -> tuple[int, int, bytes]:
    """The two numbers of the header, and what follows."""
    return int.from_bytes(data[:2], "little"), int.from_bytes(data[2:4], "little"), data[4:]


def interface(target: str) -> str:
    return target.removeprefix("fuzz_ndr_").removesuffix("_TYPE_STRUCT")
