"""`tshark` on recorded captures: it lists the messages that are read here."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from capture.making import DATA, facts_of

from interop.need import need
from smb2ioctl_codec import capture

CAPTURES = sorted((DATA / "captures").glob("*.pcap"))
FIELDS = ("frame.number", "smb2.cmd", "smb2.msg_id", "smb2.flags.response")


@pytest.mark.parametrize("path", CAPTURES, ids=[path.stem for path in CAPTURES])
def test_tshark_lists_the_same_messages(path: Path, tmp_path: Path) -> None:
    need(shutil.which("tshark"), "tshark")
    asked = [argument for name in FIELDS for argument in ("-e", name)]
    done = subprocess.run(
        ["tshark", "-n", "-r", path, "-Y", "smb2", "-T", "fields", *asked],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    listed = []
    for line in done.stdout.splitlines():
        frame, *columns = line.split("\t")
        listed += [(int(frame), *map(int, row)) for row in zip(*(each.split(",") for each in columns), strict=True)]
    assert listed
    assert facts_of(capture.read(path)) == listed
