"""The mutator in Atheris, on our decoders: nothing but a DecodeError comes out of them (promise 1)."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from samples import MESSAGES

from .fuzzers import PATIENCE, SECONDS, environment
from .need import need

TARGET = Path(__file__).with_name("atheris_target.py")
#: Executions per second that even a busy machine makes, and edges of the decoders that it comes to see.
LEAST_SPEED, LEAST_COVERED = 100, 500
_LAST = re.compile(r"^#\d+\s+DONE\s+cov: (\d+) .* exec/s: (\d+)", re.MULTILINE)


def test_atheris_finds_nothing(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    need(importlib.util.find_spec("atheris"), "the package atheris")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, message in enumerate(MESSAGES):
        (corpus / str(number)).write_bytes(message)

    options = [f"-max_total_time={SECONDS}", "-len_control=0", f"-artifact_prefix={tmp_path}/", "-seed=1"]
    done = subprocess.run(
        [sys.executable, TARGET, *options, corpus],
        env=environment(tmp_path / "modules"), cwd=tmp_path, stderr=subprocess.PIPE, text=True, timeout=PATIENCE,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    last = _LAST.search(done.stderr)
    assert last, done.stderr[-3000:]
    covered, speed = map(int, last.groups())
    record_property("Atheris executions per second, with the mutator", speed)
    record_property("edges of our decoders that Atheris covered", covered)
    assert speed > LEAST_SPEED
    assert covered > LEAST_COVERED
    assert "Custom" in done.stderr, "the mutator was not called"
    assert len(list(corpus.iterdir())) > len(MESSAGES)
