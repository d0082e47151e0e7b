"""Samba's smbd on loopback, with directories of its own: started for a test, and stopped with all its children."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from .need import need

HOST = "127.0.0.1"
#: The user that is known to it.
USER, PASSWORD = "root", "labpass"
SECONDS_TO_START = 20.0
SECONDS_TO_STOP = 5.0
#: No server outlives this, whatever becomes of the test that started it.
SECONDS_TO_LIVE = 900
#: Where the programs are, beside the path.
PROGRAMS = ":".join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/libexec/samba", "/usr/lib/x86_64-linux-gnu/samba"])
CONFIGURATION = """\
[global]
workgroup = LAB
netbios name = LABHOST
server role = standalone server
smb ports = {port}
interfaces = "127.0.0.1;speed=2500000000,capability=RSS"
bind interfaces only = yes
disable netbios = yes
load printers = no
printcap name = /dev/null
server multi channel support = yes
server min protocol = SMB2_02
host msdfs = {msdfs}
unix extensions = no
log level = 0
rpc start on demand helpers = no
log file = {folder}/log.%m
private dir = {folder}
lock directory = {folder}
state directory = {folder}
cache directory = {folder}
pid directory = {folder}
ncalrpc dir = {folder}/ncalrpc
passdb backend = tdbsam:{folder}/passdb.tdb
"""


@contextlib.contextmanager
def running(folder: Path, shares: Mapping[str, Sequence[str]], *, msdfs: bool = True) -> Iterator[int]:
    """Serve shares and IPC$ on a free port, and yield the port.

    Args:
        folder: what the server keeps is in it.
        shares: lines of the configuration, by the name of the share.
        msdfs: it is a DFS host.
    """
    need(os.geteuid() == 0, "root, as smbd does")
    port = _free_port()
    configuration = _configure(folder, port, shares, msdfs)
    _add_user(configuration)
    with contextlib.ExitStack() as stack:
        log = stack.enter_context((folder / "programs.log").open("wb"))
        for name, options in (("samba-dcerpcd", ["--libexec-rpcds"]), ("smbd", [])):
            command = [_program("timeout"), str(SECONDS_TO_LIVE), _program(name), "--foreground", "--no-process-group",
                       "--debug-stdout", f"--configfile={configuration}", *options]  # fmt: skip
            server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
            stack.callback(_stop, server)
        _wait_until_it_answers(server, port, folder)
        yield port


def version() -> str:
    """What smbd calls itself, "4.17.12-Debian" for one."""
    printed = subprocess.run([_program("smbd"), "--version"], capture_output=True, text=True, check=True, timeout=20)
    return printed.stdout.split()[-1]


def _program(name: str) -> str:
    found = shutil.which(name, path=PROGRAMS)
    need(found, f"{name}, of the package samba")
    return str(found)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _configure(folder: Path, port: int, shares: Mapping[str, Sequence[str]], msdfs: bool) -> Path:
    text = CONFIGURATION.format(port=port, folder=folder, msdfs="yes" if msdfs else "no")
    for name, lines in shares.items():
        text += "".join(f"{line}\n" for line in (f"[{name}]", *lines))
    configuration = folder / "smb.conf"
    configuration.write_text(text)
    return configuration


def _add_user(configuration: Path) -> None:
    subprocess.run(
        [_program("pdbedit"), f"--configfile={configuration}", "--create", f"--user={USER}", "--password-from-stdin"],
        input=f"{PASSWORD}\n{PASSWORD}\n", capture_output=True, text=True, check=True, timeout=20,
    )  # fmt: skip


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except ConnectionRefusedError:
            log = (folder / "programs.log").read_text(errors="replace")
            assert server.poll() is None, f"smbd has ended: {log}"
            assert time.monotonic() < deadline, f"smbd does not answer: {log}"
            time.sleep(0.02)
        else:
            return


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the process group: the server, and what it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(SECONDS_TO_STOP)
