"""The requests of `bad_requests.jsonl.gz` once more, each where its name says that it was sent."""

from __future__ import annotations

import re
import struct
from dataclasses import replace

from samples import ALL_ONES
from test_samba_4 import Case, facts_of

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz.case import PATCHED, Patched

from .smbd_session import Name, Session

#: Where the ids stand, and what is no id of a live session in these cases.
PLACES: dict[Patched, int] = {"file_id": 72, "tree_id": 36, "session_id": 40, "message_id": 24}
KEPT: tuple[tuple[str, Patched], ...] = ((r"header\.TreeId_", "tree_id"), (r"header\.SessionId_", "session_id"))
#: Where the key of a copy stands.
KEY = slice(120, 144)
READ, READ_DIRECTORY, DIRECTORY = 0x00120089, 0x00100081, 1


def answer(session: Session, case: Case, *, seconds: float = 0.05) -> s2.NtStatus | None:
    """What is answered to a case now; PENDING if the answer is put off.

    Raises:
        TimeoutError: there is no answer.
    """
    share = _share(case)
    key = session.resume_key()
    data = bytearray(case.message)
    if len(data) >= PLACES["file_id"] + 16:
        data[PLACES["file_id"] : PLACES["file_id"] + 16] = _file_id(session, case, share)
    if re.match(r"copychunk(?!.*_key)", case.name) and len(data) >= KEY.stop:
        data[KEY] = key
    kept = {which for pattern, which in KEPT if re.match(pattern, case.name)}
    offsets: dict[Patched, tuple[int, ...]] = {
        which: (PLACES[which],) for which in PATCHED if which != "file_id" and which not in kept
    }
    statuses = session.send(bytes(data), offsets, share, seconds=seconds)
    return None if statuses is None else statuses[0]


def _share(case: Case) -> str:
    if case.name.startswith("snap."):
        named = case.name.split(".")[1]
        return {"noshadow_vfs": "disk", "broken_snapdir": "broken"}.get(named, named)
    if case.name.endswith(".on_dfs_tree"):
        return "dfs"
    return "IPC$" if facts_of(case)["share_is_ipc"] else "disk"


def _file_id(session: Session, case: Case, share: str) -> bytes:
    """The FileId that stands for the one that was sent: of an open of the same kind, and as wrong."""
    sent = case.message[PLACES["file_id"] : PLACES["file_id"] + 16]
    if sent == b"\xff" * 16:
        return sent
    how = case.name.rpartition(".")[2]
    name = _name(case, share)
    forged = _forged(how, *struct.unpack("<QQ", session.open(name)))
    if forged is None:
        name = replace(name, tag=sent.hex())
        forged = struct.unpack("<QQ", session.open(name))
    if how in ("closed", "closed_handle"):
        session.close(name)
    return struct.pack("<QQ", *forged)


def _name(case: Case, share: str) -> Name:
    if share == "IPC$":
        return Name(share, "srvsvc")
    if re.search(r"\.dir[._]|dest_is_dir", case.name):
        return Name(share, "", READ_DIRECTORY, DIRECTORY)
    if case.name.endswith("handle_of_other_tree"):
        return Name("snap0", "plain")
    return Name(share, "plain", READ) if case.name.endswith("no_write_access") else Name(share, "plain")


def _forged(how: str, persistent: int, volatile: int) -> tuple[int, int] | None:
    """The halves of a wrong FileId, made of those of a right one; None: it is not to be wrong."""
    return {
        "persistent+1": (persistent + 1, volatile),
        "volatile+1": (persistent, volatile + 1),
        "both+1": (persistent + 1, volatile + 1),
        "swapped": (volatile, persistent),
        "zero": (0, 0),
        "persistent_ff": (ALL_ONES, volatile),
        "volatile_ff": (persistent, ALL_ONES),
        "persistent_zero": (0, volatile),
        "volatile_zero": (persistent, 0),
        "both=volatile": (volatile, volatile),
        "both=persistent": (persistent, persistent),
    }.get(how)
