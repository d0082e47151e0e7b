"""The mutator in libFuzzer, with the C file of the documentation, on a small decoder in C."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from samples import MESSAGES

from .fuzzers import PATIENCE, environment
from .need import need

TARGET = Path(__file__).with_name("fuzz_target.c")
MUTATOR = Path(__file__).parents[2] / "docs" / "fuzz" / "libfuzzer_mutator.c"
#: How often the target without a mistake is run.
RUNS = 10_000
#: What libFuzzer ends with after a crash.
CRASHED = 77


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path / "modules")


def _built(folder: Path, *options: str) -> Path:
    """The target, built with the system's Python."""
    config = shutil.which("python3-config", path="/usr/bin")
    need(config and shutil.which("clang"), "the Debian packages clang, libclang-rt-14-dev and python3-dev")
    flags = subprocess.check_output([str(config), "--embed", "--cflags", "--ldflags"], text=True).split()
    made = folder / "target"
    subprocess.run(
        ["clang", "-O2", "-DLIBFUZZER", *options, "-fsanitize=fuzzer", TARGET, MUTATOR, *flags, "-o", made], check=True
    )
    return made


def _run(target: Path, env: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [target, *arguments], env=env, cwd=target.parent, stderr=subprocess.PIPE, text=True, errors="replace",
        timeout=PATIENCE, check=False,
    )  # fmt: skip


def test_libfuzzer_finds_the_mistake(tmp_path: Path, env: dict[str, str]) -> None:
    """From recorded messages; and the input that it found does it again."""
    target, corpus = _built(tmp_path), tmp_path / "corpus"
    corpus.mkdir()
    for number, message in enumerate(MESSAGES):
        (corpus / str(number)).write_bytes(message)
    done = _run(target, env, "-seed=1", "-max_total_time=60", corpus)
    assert done.returncode == CRASHED, done.stderr[-3000:]
    (found,) = tmp_path.glob("crash-*")
    assert "deadly signal" in _run(target, env, found).stderr


def test_libfuzzer_gets_in_from_nothing(
    tmp_path: Path, env: dict[str, str], record_property: Callable[[str, object], None]
) -> None:
    """With an empty corpus it comes to almost all of the decoder."""
    done = _run(_built(tmp_path, "-DSOUND"), env, "-seed=1", "-len_control=0", f"-runs={RUNS}")
    assert done.returncode == 0, done.stderr[-3000:]
    last = re.search(r"^#\d+\s+DONE\s+cov: (\d+) .* exec/s: (\d+)", done.stderr, re.MULTILINE)
    assert last, done.stderr[-3000:]
    covered, speed = map(int, last.groups())
    record_property("libFuzzer executions per second, with the mutator", speed)
    assert covered > 25
    assert speed > 100
