"""Cases of a corpus on a live smbd: what each takes for granted is set up, as far as that can be done."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz.case import Case, Place
from smb2ioctl_codec.messages import HeaderFlags

from . import smbd, smbd_shares
from .smbd_session import Name, Session

FILE, CHANGED, PIPE = Name("disk", "plain"), Name("disk", "changed"), Name("IPC$", "srvsvc")
#: Requests of these codes change the file that they are sent to.
CHANGES = (s2.CtlCode.FSCTL_SET_ZERO_DATA, s2.CtlCode.FSCTL_SET_SPARSE)
#: What is opened so that a fact holds.
READ_ONLY, NO_DATA = Name("disk", "plain", access=0x00120089), Name("disk", "plain", access=0x00120080)
OPENS = {
    ("write_access_missing", True): READ_ONLY,
    ("copy_access_missing", True): READ_ONLY,
    ("read_access_missing", True): NO_DATA,
    ("snapshots_unsupported", False): Name("snap0", "plain"),
}
#: Other facts that can be made to hold.
MADE = {
    ("session_missing", True), ("tree_missing", True), ("signature_wrong", True), ("source_key_unknown", False),
    ("dfs_enabled", False),
}  # fmt: skip
#: Bytes from the first of a message to its flags, its control code and, where it usually is, its input.
FLAGS, CODE, INPUT = 16, 68, 120
SECONDS_TO_START = 20.0


def obstacle(place: Place, asked: frozenset[str]) -> str | None:
    """Why a case cannot be sent as it is meant; None: it can be.

    Args:
        place: where it is to be sent.
        asked: the facts that its label depends on; others do not matter.
    """
    if (place.share, place.handle) in (("disk", "pipe"), ("IPC$", "file")):
        return "pipes are on IPC$, files are not"
    served = MADE | OPENS.keys() if place.handle == "file" else MADE
    others = {name for name, value in place.given if name in asked and (name, value) not in served}
    return f"cannot be set up: {', '.join(sorted(others))}" if others else None


class Laboratory:
    """Where cases are sent: a session with the usual server, and one with a server that is no DFS host."""

    def __init__(self, usual: Session, no_dfs_host: Session) -> None:
        self._sessions = {True: usual, False: no_dfs_host}

    def answer(self, case: Case, *, seconds: float = 0.05) -> s2.NtStatus | None:
        """What smbd answers to a case, or to the first message of one that is a compound: None if it drops the
        connection, PENDING if it has not answered in time.

        On each connection it is asked for a resume key first: smbd 4.17 has nothing to look for unknown keys in before,
        and crashes.

        Raises:
            TimeoutError: it answers nothing at all.
        """
        given = dict(case.place.given)
        session = self._sessions[given.get("dfs_enabled", True)]
        key = session.resume_key()
        code = int.from_bytes(case.data[CODE : CODE + 4], "little")
        name = _open(case.place, code)
        data = bytearray(case.data)
        if given.get("signature_wrong"):
            data[FLAGS] |= HeaderFlags.SIGNED.value
        if given.get("source_key_unknown") is False:
            data[INPUT : INPUT + len(key)] = key
        wrong = {f"{which}_id" for which in ("session", "tree") if given.get(f"{which}_missing")}
        offsets = {which: places for which, places in case.offsets.items() if which not in wrong}
        share = case.place.share if name is None else name.share
        statuses = session.send(bytes(data), offsets, share, name, seconds=seconds)
        if statuses is None:
            return None
        if code == s2.CtlCode.FSCTL_PIPE_TRANSCEIVE and statuses[0] != s2.NtStatus.INVALID_PARAMETER:
            session.close(PIPE)  # the next request shall find it as this one did
        return statuses[0]


def _open(place: Place, code: int) -> Name | None:
    """What the FileId of a request is to name."""
    if place.handle == "none":
        return None
    if place.handle == "pipe":
        return PIPE
    usual = CHANGED if code in CHANGES else FILE
    return next((OPENS[fact] for fact in place.given if fact in OPENS), usual)


@contextlib.contextmanager
def sessions(folder: Path) -> Iterator[tuple[Session, Session]]:
    """A session with a server that has the shares of `smbd_shares`, and one with such a server that is no DFS host."""
    with contextlib.ExitStack() as stack:
        found = []
        for is_dfs_host in (True, False):
            place = folder / ("usual" if is_dfs_host else "no_dfs_host")
            shares = smbd_shares.make(place / "shares")
            port = stack.enter_context(smbd.running(place, shares, msdfs=is_dfs_host))
            found.append(stack.enter_context(Session(port)))
        _wait_for_pipes(found[0])
        yield found[0], found[1]


def _wait_for_pipes(session: Session) -> None:
    """Wait until what serves pipes has started."""
    deadline = time.monotonic() + SECONDS_TO_START
    while not session.can_open(PIPE):
        assert time.monotonic() < deadline, "no pipe can be opened"
        time.sleep(0.02)
