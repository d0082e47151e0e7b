"""``smb2ioctl corpus``: what it writes, what it refuses, and what it leaves where it fails."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import io
import json
import os
import resource
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from test_cli import Ended, assert_one_line, call, run_cli
from test_cli_dissect import AT_ONCE, Terminal, in_pty

from smb2ioctl_codec import capture
from smb2ioctl_codec.cli import corpus as command
from smb2ioctl_codec.cli import main, progress
from smb2ioctl_codec.fuzz import KINDS, Case, corpus
from smb2ioctl_codec.fuzz.sinks.samba import STRUCTURES

#: Formats of which each case is a file.
FILES = ("message", "frame", "body", "payload", "ndr")


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def content(path: Path) -> dict[str, bytes]:
    """Every file below a directory, by its path from there."""
    return {str(each.relative_to(path)): each.read_bytes() for each in sorted(path.rglob("*")) if each.is_file()}


_made: dict[str, list[Case]] = {}


@pytest.fixture(autouse=True)
def _made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within this process, make a corpus of the same options only once."""

    def once(**options: Any) -> Iterator[Case]:
        key = repr(options)
        if key not in _made:
            _made[key] = list(corpus(**options))
        return iter(_made[key])

    monkeypatch.setattr("smb2ioctl_codec.fuzz.corpus", once)


def assert_done(ended: Ended) -> None:
    assert (ended.status, ended.err) == (0, "")


# -- what is written


def test_a_corpus_in_a_directory(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = run_cli("corpus", str(out), "--count", "3000")
    assert_done(ended)
    found, lines = content(out), lines_of(out / "manifest.jsonl")
    del found["manifest.jsonl"]
    assert ended.out == f"{len(found)} files\n".encode()
    cases = [each for each in corpus(count=3000) if each.data]
    assert found == {each.name: each.data for each in cases}
    assert [line["name"] for line in lines] == [each.name for each in cases]


@pytest.mark.parametrize("form", FILES)
def test_every_form_in_a_directory_and_as_an_archive(form: str, tmp_path: Path) -> None:
    """The same files in both; Samba's fuzzers have an archive each."""
    assert_done(call("corpus", str(tmp_path / "out"), "--format", form, "--count", "300"))
    files = content(tmp_path / "out")
    lines = lines_of(tmp_path / "out" / "manifest.jsonl")
    del files["manifest.jsonl"]
    assert len(files) == len({(line.get("target"), line["name"]) for line in lines}) > 10
    for path, data in files.items():
        assert hashlib.sha256(data).hexdigest() == path.rpartition("/")[2]
    for target in {line.get("target", "") for line in lines}:
        name = target or "any"
        assert_done(call("corpus", str(tmp_path / f"{name}_seed_corpus.zip"), "--format", form, "--count", "300"))
        archive = zipfile.ZipFile(tmp_path / f"{name}_seed_corpus.zip")
        folder = f"{target}/" if target else ""
        assert {folder + each: archive.read(each) for each in archive.namelist()} == {
            path: data for path, data in files.items() if path.startswith(folder)
        }
        beside = lines_of(tmp_path / f"{name}_seed_corpus.manifest.jsonl")
        assert beside == [line for line in lines if line.get("target", "") == target]


def test_a_capture(tmp_path: Path) -> None:
    out = tmp_path / "corpus.pcap"
    ended = call("corpus", str(out), "--format", "pcap", "--kind", "seed", "--count", "300")
    assert_done(ended)
    assert ended.out == b"300 messages\n"
    lines = lines_of(tmp_path / "corpus.manifest.jsonl")
    found: dict[int, bytes] = {}
    for one in capture.read(io.BytesIO(out.read_bytes())):  # of a compound, each message
        found[one.frame_number] = found.get(one.frame_number, b"") + one.data
    assert [found[line["packet"]] for line in lines] == [each.data for each in corpus(kinds=["seed"], count=300)]
    assert_done(call("dissect", str(out), "-T", "fields", "-e", "smb2.ioctl.function"))


def test_a_dictionary(tmp_path: Path) -> None:
    out = tmp_path / "corpus.dict"
    assert call("corpus", str(out), "--format", "dict") == Ended(0, b"", "")
    assert b'\nCtlCode_FSCTL_SRV_ENUMERATE_SNAPSHOTS="\\x64\\x40\\x14\\x00"\n' in out.read_bytes()


def test_a_dictionary_goes_to_a_pipe(tmp_path: Path) -> None:
    ended = run_cli("corpus", "/dev/stdout", "--format", "dict")
    assert_done(ended)
    call("corpus", str(tmp_path / "dict"), "--format", "dict")
    assert ended.out == (tmp_path / "dict").read_bytes()


@pytest.mark.parametrize(
    "options", [("--minimal",), ("--seed", "7", "--count", "100"), ("--format", "ndr", "--count", "500")]
)
def test_the_same_options_give_the_same_bytes(options: tuple[str, ...], tmp_path: Path) -> None:
    """In another process, with other hashes."""
    for name, seed in (("a", "1"), ("b", "2")):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        assert_done(run_cli("corpus", str(tmp_path / name), *options, env=environment))
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    for name, options in (("a", ()), ("b", ("--seed", "0")), ("c", ("--seed", "1"))):
        assert_done(call("corpus", str(tmp_path / name), "--count", "50", *options))
    assert content(tmp_path / "a") == content(tmp_path / "b")
    assert content(tmp_path / "a") != content(tmp_path / "c")


# -- which cases


@pytest.mark.parametrize("code", ["0x144064", "1327204", "srv_enumerate_snapshots", "FSCTL_SRV_ENUMERATE_SNAPSHOTS"])
def test_only_one_code(code: str, tmp_path: Path) -> None:
    assert_done(call("corpus", str(tmp_path / "out"), "--code", code, "--count", "20"))
    lines = lines_of(tmp_path / "out" / "manifest.jsonl")
    assert {line["code"] for line in lines} == {"FSCTL_SRV_ENUMERATE_SNAPSHOTS"}
    assert {line["direction"] for line in lines} == {"request", "response"}


def test_several_codes_and_kinds(tmp_path: Path) -> None:
    codes = ("--code", "FSCTL_DFS_GET_REFERRALS", "--code", "0x144064")
    assert_done(call("corpus", str(tmp_path / "out"), *codes, "--kind", "seed", "--kind", "broken", "--minimal"))
    lines = lines_of(tmp_path / "out" / "manifest.jsonl")
    assert {line["code"] for line in lines} == {"FSCTL_DFS_GET_REFERRALS", "FSCTL_SRV_ENUMERATE_SNAPSHOTS"}
    assert {line["kind"] for line in lines} == {"seed", "broken"}
    wanted = corpus(kinds=("seed", "broken"), codes=(0x00060194, 0x00144064), minimal=True)
    assert [line["name"] for line in lines] == [each.name for each in wanted]


def test_so_many_cases(tmp_path: Path) -> None:
    assert call("corpus", str(tmp_path / "out"), "--count", "7").out == b"7 files\n"
    lines = lines_of(tmp_path / "out" / "manifest.jsonl")
    assert [line["name"] for line in lines] == [each.name for each in corpus(count=7)]


def test_help_names_every_kind_and_format() -> None:
    text = call("corpus", "--help").out.decode()
    for each in (*KINDS, *command.FORMATS):
        assert each in text


# -- what is refused


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--kind", "sed"), "argument --kind: 'sed' is none of seed, broken, interaction, mutated"),
        (("--code", "snapshots"), "argument --code: 'snapshots': neither the name of a control code nor a number"),
        (("--code", "0x1FFFFFFFF"), "argument --code: '0x1FFFFFFFF': more than 32 bits"),
        (("--code", "-1"), "argument --code: '-1': neither"),
        (("--seed", "x"), "argument --seed: 'x' is no number of at most 18 digits"),
        (("--seed=-1",), "argument --seed: '-1' is no number"),
        (("--seed", "9" * 19), "argument --seed: '9999999999999999999' is no number of at most 18 digits"),
        (("--count", "0"), "argument --count: 0 cases are no corpus; expected 1 or more"),
        (("--count", "1e3"), "argument --count: '1e3' is no number"),
        (("--count", "٣"), "argument --count: '"),
        (("--format", "xml"), "argument --format: invalid choice: 'xml'"),
        (("--form", "pcap"), "unrecognized arguments: --form pcap"),
        (("more",), "unrecognized arguments: more"),
        (("--kind", "mutated"), "--kind mutated needs --count"),
        (("--format", "dict", "--count", "5"), "--count is about cases, and --format dict has none"),
        (("--format", "dict", "--seed", "0"), "--seed is about cases, and --format dict has none"),
        (("--format", "dict", "--minimal"), "--minimal is about cases"),
        (("--format", "dict", "--kind", "seed"), "--kind is about cases"),
        (("--format", "dict", "--code", "1"), "--code is about cases"),
    ],
)  # fmt: skip
def test_bad_usage(options: tuple[str, ...], reason: str, tmp_path: Path) -> None:
    ended = call("corpus", str(tmp_path / "out"), *options)
    assert_one_line(ended, status=2)
    assert reason in ended.err
    assert list(tmp_path.iterdir()) == []


def test_there_must_be_a_name() -> None:
    assert_one_line(call("corpus"), status=2)
    assert call("corpus", "") == Ended(
        2, b"", "smb2ioctl: OUT is empty; expected the name of a directory or of a file\n"
    )


@pytest.mark.parametrize("name", ["x_seed_corpus.zip", "fuzz_ndr_copychunk.tar.zip"])
def test_an_archive_for_samba_names_its_target(name: str, tmp_path: Path) -> None:
    ended = call("corpus", str(tmp_path / name), "--format", "ndr")
    assert_one_line(ended, status=2)
    assert all(target in ended.err for target in STRUCTURES)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_that_oss_fuzz_would_not_find(tmp_path: Path) -> None:
    ended = call("corpus", str(tmp_path / "seeds.ZIP"), "--count", "7")
    assert_done(ended)
    assert ended.out == b"7 files\nOSS-Fuzz takes an archive only if it is named TARGET_seed_corpus.zip\n"
    assert len(zipfile.ZipFile(tmp_path / "seeds.ZIP").namelist()) == 7


@pytest.mark.parametrize("options", [("--code", "0x83849998"), ("--code", "0x144064", "--format", "ndr")])
def test_nothing_to_write(options: tuple[str, ...], tmp_path: Path) -> None:
    for name in ("out", "fuzz_ndr_trim_seed_corpus.zip"):
        ended = call("corpus", str(tmp_path / name), "--minimal", *options)
        assert_one_line(ended)
        assert f"{name}: nothing to write; no case of these options has the form" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    ended = call("corpus", str(tmp_path))
    assert_one_line(ended)
    assert ended.err.endswith(
        ": the directory is not empty; --force replaces an earlier corpus in it, and leaves all else\n"
    )
    assert content(tmp_path) == {"mine": b"mine"}
    assert_done(call("corpus", str(tmp_path), "--force", "--count", "300"))
    assert_done(call("corpus", str(tmp_path), "--force", "--count", "7", "--format", "frame"))
    assert len(content(tmp_path)) == 9
    assert content(tmp_path)["mine"] == b"mine"


@pytest.mark.parametrize(
    ("name", "form"), [("x_seed_corpus.zip", "message"), ("x.pcap", "pcap"), ("x.dict", "dict"), ("x", "message")]
)
def test_what_is_there_is_left_alone(name: str, form: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"mine")
    options = () if form == "dict" else ("--count", "7")
    ended = call("corpus", str(tmp_path / name), "--format", form, *options)
    assert_one_line(ended)
    assert content(tmp_path) == {name: b"mine"}
    if name != "x":
        assert ended.err.endswith(f"{name}: it exists; --force replaces it\n")
        assert_done(call("corpus", str(tmp_path / name), "--format", form, *options, "--force"))
        assert (tmp_path / name).read_bytes() != b"mine"


def test_a_manifest_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x.manifest.jsonl").write_bytes(b"mine")
    ended = call("corpus", str(tmp_path / "x.pcap"), "--format", "pcap", "--count", "7")
    assert_one_line(ended)
    assert content(tmp_path) == {"x.manifest.jsonl": b"mine"}


@pytest.mark.parametrize(("name", "form"), [("x.zip", "message"), ("x", "pcap"), ("x", "dict")])
def test_a_directory_is_no_file(name: str, form: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    ended = call("corpus", str(tmp_path / name), "--format", form, "--force")
    assert_one_line(ended)
    assert ended.err.endswith(f"{name}: a directory; expected the name of a file\n")


def test_a_pipe_has_no_place_for_a_manifest() -> None:
    ended = call("corpus", "/dev/null", "--format", "pcap", "--count", "7")
    assert_one_line(ended)
    assert not Path("/dev/null.manifest.jsonl").exists()


@pytest.mark.parametrize("form", command.FORMATS)
def test_a_place_that_is_not_there(form: str, tmp_path: Path) -> None:
    options = () if form == "dict" else ("--count", "300")
    ended = call("corpus", str(tmp_path / "no" / "out"), "--format", form, *options)
    assert_one_line(ended)
    assert ended.err == f"smb2ioctl: {tmp_path}/no/out: No such file or directory\n"
    assert list(tmp_path.iterdir()) == []


# -- what fails


@contextmanager
def limited(size: int) -> Iterator[None]:
    """No file can have more bytes than that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("name", "form", "size"),
    [
        ("out", "message", 50_000), ("out", "message", 20), ("out", "ndr", 10_000),
        ("x_seed_corpus.zip", "body", 50_000), ("x_seed_corpus.zip", "message", 10),
        ("x.pcap", "pcap", 50_000), ("x.pcap", "pcap", 10), ("x.dict", "dict", 5000),
    ],
)  # fmt: skip
def test_no_room_leaves_no_half(name: str, form: str, size: int, tmp_path: Path) -> None:
    """A limit on the size of files stands for a disk that is full; neither a first corpus nor an old one is half."""
    options = ("corpus", str(tmp_path / name), "--format", form, *(() if form == "dict" else ("--count", "300")))
    with limited(size):
        ended = call(*options)
    assert_one_line(ended)
    assert ended.err == f"smb2ioctl: {tmp_path}/{name}: File too large\n"
    assert list(tmp_path.iterdir()) == []
    assert_done(call(*options))
    before = content(tmp_path)
    with limited(size):
        again = call(*options, "--force")
    assert_one_line(again)
    assert content(tmp_path) == before


@pytest.mark.parametrize(("name", "form", "rest"), [("x_seed_corpus.zip", "message", 132), ("x.pcap", "pcap", 54 + 16)])
def test_no_room_for_the_end_alone(
    name: str, form: str, rest: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is still in a buffer when all has been written: an old manifest stays with the old corpus."""
    (case,) = corpus(count=1)
    monkeypatch.setattr(
        "smb2ioctl_codec.fuzz.corpus", lambda **_: iter([dataclasses.replace(case, data=case.data + bytes(20_000))])
    )
    options = ("corpus", str(tmp_path / name), "--format", form)
    assert_done(call(*options))
    (tmp_path / "x_seed_corpus.manifest.jsonl").write_bytes(b"old")
    (tmp_path / "x.manifest.jsonl").write_bytes(b"old")
    before = content(tmp_path)
    with limited(len(before[name]) - rest):
        ended = call(*options, "--force")
    assert ended.err == f"smb2ioctl: {tmp_path}/{name}: File too large\n"
    assert content(tmp_path) == before


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    ended = call("corpus", str(tmp_path / "out"), "--count", "7")
    assert ended == Ended(1, b"", f"smb2ioctl: {tmp_path}/out: No space left on device\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_device_that_is_full() -> None:
    ended = call("corpus", "/dev/full", "--format", "dict")
    assert ended == Ended(1, b"", "smb2ioctl: /dev/full: No space left on device\n")


@pytest.mark.parametrize("name", ["out", "x_seed_corpus.zip"])
def test_an_interruption_leaves_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: object) -> Any:
        yield from corpus(count=5)
        raise KeyboardInterrupt

    monkeypatch.setattr("smb2ioctl_codec.fuzz.corpus", interrupted)
    with pytest.raises(KeyboardInterrupt):
        call("corpus", str(tmp_path / name))
    assert list(tmp_path.iterdir()) == []


# -- the progress bar


def test_a_progress_bar_on_a_terminal(tmp_path: Path) -> None:
    """Standard output is not needed for more than a line at the end, so it may be the terminal, too."""
    run = [sys.executable, "-c", AT_ONCE, "corpus", str(tmp_path / "out"), "--count", "20"]
    status, shown = in_pty(run, stream="stderr", COLUMNS="200")
    assert status == 0
    assert "out" in shown
    assert "100%" in shown


def test_a_progress_bar_on_a_terminal_that_shows_the_output_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, err = (Terminal(io.BytesIO(), encoding="utf-8") for _ in range(2))
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    for name, number in (("_PATIENCE", 0), ("_PAUSE", 0), ("_STEPS", 1)):
        monkeypatch.setattr(progress, name, number)
    assert main(["corpus", str(tmp_path / "out"), "--count", "7"]) == 0
    for stream in (out, err):
        stream.flush()
    assert (out.buffer.getvalue(), err.buffer.getvalue() != b"") == (b"7 files\n", True)  # type: ignore[attr-defined]


def test_no_progress_bar_elsewhere(tmp_path: Path) -> None:
    assert_done(run_cli("corpus", str(tmp_path / "out"), "--count", "20"))
