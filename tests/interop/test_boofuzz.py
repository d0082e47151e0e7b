"""The blocks of the documentation in boofuzz: they are rendered to what we encode, and lengths follow contents."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from samples import frame

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz.making.seeds import seeds

from .fuzzers import PATIENCE, environment
from .need import need

PROGRAM = Path(__file__).with_name("boofuzz_renderings.py")
HEADER = s2.Header().encode()


@pytest.fixture(scope="module")
def bodies() -> list[bytes]:
    """The first request of every code that has an input at the usual place."""
    found: dict[int, bytes] = {}
    for case in seeds():
        if case.direction == "request":
            body = s2.decode_chain(case.data)[0].body
            if isinstance(body, s2.IoctlRequest) and body.input and not body.slack and body.input_offset is None:
                found.setdefault(body.ctl_code, body.encode())
    return list(found.values())


def test_the_blocks_of_the_documentation(tmp_path: Path, bodies: list[bytes]) -> None:
    need(importlib.util.find_spec("boofuzz"), "the package boofuzz")
    done = subprocess.run(
        [sys.executable, PROGRAM], input="\n".join(body.hex() for body in bodies), cwd=tmp_path,
        env=environment(tmp_path / "modules"), capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [bytes.fromhex(line[1]) for line in lines] == [frame(HEADER + body) for body in bodies]
    assert all(int(line[0]) > 1000 for line in lines)
    changed = [bytes.fromhex(more) for line in lines for more in line[2:]]
    assert len(changed) > 20
    for data in changed:
        (message,) = s2.iter_frames(data)
        request = s2.Packet.decode(message).body
        assert isinstance(request, s2.IoctlRequest)
        assert request.input.endswith(b"A" * 100)
