"""The mutator in AFL++, on a small decoder in C that has one mistake: an offset and a count that wrap together."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from samples import MESSAGES

from .fuzzers import PATIENCE, SECONDS, environment
from .need import need

TARGET = Path(__file__).with_name("fuzz_target.c")
#: Executions per second that even a busy machine makes, and inputs that reach more of the decoder.
LEAST_SPEED, LEAST_FOUND = 100, 5
SETTINGS = {
    "AFL_PYTHON_MODULE": "smb2ioctl_codec.fuzz.afl",
    "AFL_CUSTOM_MUTATOR_ONLY": "1",
    "AFL_NO_UI": "1",
    "AFL_NO_AFFINITY": "1",
    "AFL_SKIP_CPUFREQ": "1",
    "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
}


def test_afl_finds_the_mistake(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    need(shutil.which("afl-fuzz") and shutil.which("afl-cc"), "the Debian package afl++")
    env = environment(tmp_path / "modules", **SETTINGS)
    target, seeds, out = tmp_path / "target", tmp_path / "seeds", tmp_path / "out"
    subprocess.run(["afl-cc", "-O2", "-o", target, TARGET], env={**env, "AFL_QUIET": "1"}, check=True)
    seeds.mkdir()
    for number, message in enumerate(MESSAGES):
        (seeds / str(number)).write_bytes(message)

    done = subprocess.run(
        ["afl-fuzz", "-V", str(SECONDS), "-t", "1000", "-i", seeds, "-o", out, "--", target],
        env=env, capture_output=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:].decode(errors="replace")

    stats = dict(re.findall(r"^(\w+) +: (.*)$", (out / "default/fuzzer_stats").read_text(), re.MULTILINE))
    record_property("AFL++ executions per second, with the mutator alone", stats["execs_per_sec"])
    assert float(stats["execs_per_sec"]) > LEAST_SPEED
    found = [each.name for each in (out / "default/queue").glob("id:*,+cov")]
    described = [name for name in found if re.search(r",execs:\d+,\w[\w.+-]*,\+cov$", name)]
    assert len(described) == len(found) > LEAST_FOUND, found
    crashes = list((out / "default/crashes").glob("id:*"))
    assert any("offset_and_size" in each.name for each in crashes)
    assert all(_ends_with(target, each) == -signal.SIGABRT for each in crashes)


def _ends_with(target: Path, crash: Path) -> int:
    with crash.open("rb") as data:
        return subprocess.run([target], stdin=data, timeout=PATIENCE, check=False).returncode
