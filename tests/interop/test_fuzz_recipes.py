"""The script that replays a corpus, from the page for fuzz engineers, on a live smbd."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

from smb2ioctl_codec.fuzz import corpus
from smb2ioctl_codec.fuzz.sinks import write_directory
from smb2ioctl_codec.fuzz.sinks.forms import FORMS
from smb2ioctl_codec.fuzz.sinks.manifest import entries

from . import smbd, smbd_shares
from .need import need
from .smbd_cases import PIPE
from .smbd_session import Session

SCRIPT = Path(__file__).parents[2] / "docs" / "fuzz" / "replay_corpus.py"
REQUESTS = 400
SECONDS_TO_START, SECONDS_TO_REPLAY = 20, 300
#: Answers that differ from what the manifest says: smbd before 4.20.2 crashes at a copy if no resume key was asked for
#: (bug 15664); an answer that is put off is not waited for.
DIFFERENCES = re.compile(r"FSCTL_SRV_COPYCHUNK.*got a dropped connection,.*|FSCTL_PIPE_TRANSCEIVE .*got PENDING,.*")


def test_smbd_answers_a_replayed_corpus_as_the_manifest_says(tmp_path: Path) -> None:
    need(importlib.util.find_spec("impacket"), "the package impacket")
    found = entries(corpus(), FORMS["message"])
    sent = list(islice((each for each in found if each.facts["direction"] == "request"), REQUESTS))
    write_directory(sent, tmp_path / "corpus")
    server = tmp_path / "server"
    server.mkdir()
    with smbd.running(server, smbd_shares.make(tmp_path / "shares")) as port:
        _wait_for_pipes(port)
        summary, *lines = _replay(tmp_path / "corpus", port)
    counts = {name: int(count) for count, name in re.findall(r"(\d+) ([a-z ]+)", summary)}
    assert counts["sent"] + counts["left out"] == len(sent)
    assert counts["compared"] > 0.9 * counts["sent"] > 100
    assert [line for line in lines if not DIFFERENCES.fullmatch(line)] == []
    differences = sum(int(times) for line in lines for times in re.findall(r"(\d+) times", line))
    assert counts["as expected"] + differences == counts["compared"]


def _wait_for_pipes(port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    with Session(port) as session:
        while not session.can_open(PIPE):
            assert time.monotonic() < deadline, "no pipe can be opened"
            time.sleep(0.02)


def _replay(folder: Path, port: int) -> list[str]:
    command = [sys.executable, str(SCRIPT), str(folder), "--user", smbd.USER, "--share", "disk", "--port", str(port)]
    done = subprocess.run(
        command, env={**os.environ, "SMB_PASSWORD": smbd.PASSWORD}, capture_output=True, text=True,
        timeout=SECONDS_TO_REPLAY, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
