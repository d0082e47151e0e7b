"""What is easily forgotten of dissecting: names and times of any kind, cut files, outputs that are no files."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from capture.making import enhanced, frame, interface, packet, section, syn
from rich.console import Console
from samples import INVALID_PARAMETER, NOBODYS, error, error_context, header, request
from test_cli import call
from test_cli_dissect import AT_ONCE, FORMATS, NUMBERS, SPARSE, asked, in_pty, lines, talk

from smb2ioctl_codec.dissect import view
from smb2ioctl_codec.dissect.ek import ek_lines
from smb2ioctl_codec.dissect.inspect import inspect
from smb2ioctl_codec.dissect.select import Selection


def test_json_names_the_capture_of_a_message_about_a_file() -> None:
    for line in lines(call("dissect", "-T", "json", str(SPARSE))):
        assert json.loads(line)["file"] == str(SPARSE)


def test_nothing_in_the_name_of_a_capture_moves_the_cursor(tmp_path: Path) -> None:
    file = tmp_path / "evil\n\x1b[2J.pcap"
    shutil.copy(SPARSE, file)
    ended = call("dissect", str(file))
    assert all(line.isprintable() for line in ended.out.decode().split("\n"))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("resolution", [0, 6, 0x81])
def test_times_beyond_the_calendar(form: str, resolution: int) -> None:
    late = (1 << 64) - 1
    data = section() + interface(options=[(9, bytes([resolution]))]) + enhanced(syn(), late)
    data += enhanced(packet(frame(asked(1)[0])), late)
    ended = call("dissect", *FORMATS[form], "-", given=data)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out != b""


@pytest.mark.parametrize("name", ["[/x].pcap", "[red]x.pcap"])
def test_a_progress_bar_shows_names_as_they_are(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    shutil.copy(SPARSE, file)
    command = [sys.executable, "-c", AT_ONCE, "dissect", *NUMBERS, str(file)]
    status, shown = in_pty(command, stream="stderr", COLUMNS="300")
    assert status == 0
    assert name in shown


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("missing", [1, 8, 9, 200])
def test_what_stands_before_the_end_of_a_cut_gzip_file_is_written(form: str, missing: int) -> None:
    data = gzip.compress(SPARSE.read_bytes(), 0)[:-missing]
    whole = call("dissect", *FORMATS[form], "-", given=SPARSE.read_bytes())
    ended = call("dissect", *FORMATS[form], "-", given=data)
    assert ended.status == 1
    assert len(ended.out) == len(whole.out)


@pytest.mark.parametrize("between", [bytes(5), b"12345"])
def test_bytes_between_error_contexts_have_nodes(between: bytes) -> None:
    data = error_context(b"abc", 5) + between + error_context(b"")
    inspection = inspect(header(flags=1, status=INVALID_PARAMETER) + error(data, count=2))
    covered = {place for n in inspection if not n.children for place in range(n.offset, n.offset + n.size)}
    assert covered == set(range(inspection.root.size))


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_byte_is_left_out_on_a_narrow_terminal(width: int) -> None:
    out = io.StringIO()
    inspection = inspect(header(reserved=0) + request(NOBODYS, bytes(range(16))))
    view.View(Console(file=out, width=width)).show(inspection)
    found = re.findall(r"(?m)^[0-9a-f]{6}  ((?:[0-9a-f]{2} ){1,8})", out.getvalue())
    assert bytes.fromhex("".join(found)) == inspection.root.raw


def test_values_on_a_terminal_are_not_dim() -> None:
    out = io.StringIO()
    view.View(Console(file=out, width=160, force_terminal=True, color_system="standard")).show(inspect(request()))
    (line,) = [each for each in out.getvalue().splitlines() if "structure_size" in each]
    before, _, _ = line.partition("structure_size")
    assert "\x1b[2;" not in before[-8:] + before.rpartition("\x1b[")[1]


@pytest.mark.parametrize("option", ["separator=;", "header=n", "quote=d"])
def test_styles_that_csv_does_not_have(option: str) -> None:
    ended = call("dissect", "-T", "csv", "-e", "frame.number", "-E", option, str(SPARSE))
    assert ended.status == 2
    assert "only aggregator= and occurrence= go with -T csv" in ended.err


def test_losses_are_told_also_where_the_capture_is_cut() -> None:
    data = talk(*[asked(number) for number in range(6)], lost=[2])[:-1]
    ended = call("dissect", "-", given=data)
    assert ended.status == 1
    assert "while reading it" in ended.err


def test_standard_output_by_its_name_is_written() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "smb2ioctl_codec", "dissect", *NUMBERS, "-o", "/dev/stdout", str(SPARSE)],
        capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, b"frame.number\n16\n17\n"), done.stderr


def test_an_empty_name_of_an_output_is_named() -> None:
    ended = call("dissect", "-o", "", str(SPARSE))
    assert not ended.err.startswith("smb2ioctl: : ")


def test_an_old_file_stays_if_no_input_can_be_read(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    assert call("dissect", "-o", str(target), os.devnull + "x").status == 1
    assert target.read_bytes() == b"old"


def test_large_requests_without_replies_do_not_fill_the_memory() -> None:
    """36 MB of them, of which 16 MiB are remembered."""
    large = [(header(message_id=number) + request(NOBODYS, bytes(60_000)), False) for number in range(600)]
    selection = Selection(io.BytesIO(talk(*large)))
    tracemalloc.start()
    try:
        assert sum(1 for _ in selection.messages()) == len(large)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 1 << 24 < peak < 20 << 20


def test_large_values_are_not_kept() -> None:
    """36 MB of payloads that nobody knows, each different, in lines that are three times as long."""
    large = [
        (header(message_id=number) + request(NOBODYS, number.to_bytes(2, "big") + bytes(60_000)), False)
        for number in range(600)
    ]
    selection = Selection(io.BytesIO(talk(*large)), trees=False)
    tracemalloc.start()
    try:
        assert sum(map(len, map(ek_lines, selection.packets()))) > 600 * 120_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20
