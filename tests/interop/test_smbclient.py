"""Samba's `smbclient` against our server side: a client that we did not write must understand every answer.

It lists the snapshots of a file, follows a DFS referral, and reads the list of shares through a pipe: the
three control codes that the server side knows.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import smb2ioctl_codec as s2

if TYPE_CHECKING:
    from .smb_server import World

SECONDS_TO_RUN = 30.0
CONFIGURATION = """\
[global]
workgroup = TEST
netbios name = CLIENT
disable netbios = yes
client min protocol = SMB2_02
client max protocol = SMB2_10
private dir = {folder}
lock directory = {folder}
state directory = {folder}
cache directory = {folder}
"""


@pytest.mark.parametrize("count", [0, 1, 3, 200])
def test_allinfo_lists_exactly_our_snapshots(tmp_path: Path, count: int) -> None:
    """smbclient asks for the sizes, then for the labels, and prints these one by one."""
    labels = [_label(number) for number in range(count)]
    output, world = _smbclient(tmp_path, "//127.0.0.1/FILES", "-c", "allinfo file.txt", snapshots=labels)

    assert re.findall(r"^@GMT-.*$", output, re.MULTILINE) == labels
    asked = [one for one in world.exchanges if one.ctl_code == s2.CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS]
    assert {one.status for one in asked} == {s2.NtStatus.SUCCESS}
    assert max(one.max_output_response for one in asked) > 16, "smbclient asked for the sizes only"


def test_a_dfs_referral_is_followed(tmp_path: Path) -> None:
    """The referral leads from a share that does not exist to one that does; smbclient asks about it, too.

    smbclient asks a server that announces DFS about every share that it is about to connect to. About a link
    inside a share it would ask over another connection, and would open that to port 445, whatever its -p.
    """
    referrals = {r"\127.0.0.1\OLD": r"\127.0.0.1\FILES"}
    output, world = _smbclient(tmp_path, "//127.0.0.1/OLD", "-c", "showconnect; ls", referrals=referrals)

    assert "//127.0.0.1/FILES" in output.splitlines()
    assert re.search(r"^  file\.txt +", output, re.MULTILINE)
    assert world.asked_referrals == [(r"\127.0.0.1\OLD", 3), (r"\127.0.0.1\FILES", 3)]
    assert [one.status for one in world.exchanges] == [s2.NtStatus.SUCCESS, s2.NtStatus.NOT_FOUND]


def test_the_shares_are_listed_through_a_pipe(tmp_path: Path) -> None:
    """smbclient binds to the pipe's interface and calls it: two times write and read in one."""
    output, world = _smbclient(tmp_path, "-g", "-L", "//127.0.0.1")

    assert sorted(re.findall(r"^Disk\|(.*)\|$", output, re.MULTILINE)) == ["FILES", "IPC$"]
    asked = [one for one in world.exchanges if one.ctl_code == s2.CtlCode.FSCTL_PIPE_TRANSCEIVE]
    assert [one.status for one in asked] == [s2.NtStatus.SUCCESS] * 2


def _smbclient(
    folder: Path, *arguments: str, snapshots: Sequence[str] = (), referrals: Mapping[str, str] | None = None
) -> tuple[str, World]:
    """Run smbclient on a server of one share, FILES, and return what it printed and what the server saw."""
    _need(shutil.which("smbclient"), "the Debian package smbclient")
    _need(importlib.util.find_spec("impacket"), "the Python package impacket")
    from .smb_server import World, serve

    files = folder / "files"
    files.mkdir()
    (files / "file.txt").write_text("content")
    configuration = folder / "smb.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder))
    world = World(snapshots, referrals or {})
    with serve(world, {"FILES": files}) as port:
        done = subprocess.run(
            ["smbclient", "-s", configuration, "-p", str(port), "-U", "%", *arguments],
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_RUN,
            check=False,
        )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{world.exchanges}"
    return done.stdout, world


def _need(found: object, package: str) -> None:
    """Skip where `package` is missing, but fail in CI, which promises that it is there."""
    if not found:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"needs {package}")


def _label(number: int) -> str:
    """Name a snapshot; the names of the first 600 are all different, and not in the order of time."""
    date = f"{2025 - number % 25}.{1 + number % 12:02}.{1 + number % 28:02}"
    return f"@GMT-{date}-{number % 24:02}.{number % 60:02}.59"
