"""Sends the requests of a corpus to an SMB server, and compares its answers with those that the manifest expects.

    SMB_PASSWORD=... python replay_corpus.py CORPUS --user USER [--share tmp] [--host 127.0.0.1] [--port 445]

Needs impacket, for the session. The server must take dialect 2.1 and unsigned requests.
"""

from __future__ import annotations

import argparse
import json
import os
import struct
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from impacket import nmb, smb3structs
from impacket.smbconnection import SessionError, SMBConnection

from smb2ioctl_codec import NtStatus

#: Seconds for an answer, and for one that the server has put off.
PATIENCE, PUT_OFF = 10, 0.3
SIZES = {"file_id": 16, "tree_id": 4, "session_id": 8, "message_id": 8}
FILE, CONTENTS, PIPE = "replayed.tmp", b"contents", "srvsvc"
DROPPED = "a dropped connection"
#: Opens that there are none of.
NOWHERE = (("disk", "pipe"), ("IPC$", "file"))


class Session:
    """A session; it opens anew what each request is about."""

    def __init__(self, args: argparse.Namespace) -> None:
        dialect = smb3structs.SMB2_DIALECT_21
        self.client = SMBConnection(
            args.host, args.host, sess_port=args.port, timeout=PATIENCE, preferredDialect=dialect
        )
        self.client.login(args.user, os.environ.get("SMB_PASSWORD", ""))
        self.raw = self.client.getSMBServer()
        self.trees = {"disk": self.client.connectTree(args.share), "IPC$": self.client.connectTree("IPC$")}

    def answer(self, message: bytearray, case: dict[str, Any]) -> str | None:
        """The status that a message is answered with, by name; None: the connection was dropped."""
        self.raw.echo()  # brings credits
        tree = self.trees[case["share"]]
        file_id = self.open(case["handle"], tree)
        first = self.raw._Connection["SequenceWindow"]
        self.raw._Connection["SequenceWindow"] += patch(message, case["offsets"], first, tree, file_id, self.id)
        try:
            self.raw._NetBIOSSession.send_packet(bytes(message))
            status = self.status(PATIENCE)
            while status == NtStatus.PENDING:
                status = self.status(PUT_OFF)
        except nmb.NetBIOSTimeout:
            return "PENDING"
        except (nmb.NetBIOSError, OSError):
            return None
        if file_id:
            with suppress(SessionError):  # the message may have closed it
                self.client.closeFile(tree, file_id)
        return str(status)

    @property
    def id(self) -> int:
        return int(self.raw._Session["SessionID"])

    def open(self, handle: str, tree: int) -> bytes:
        if handle == "none":
            return b""
        if handle == "pipe":
            return bytes(self.client.openFile(tree, PIPE))
        opened = self.client.createFile(tree, FILE)
        self.client.writeFile(tree, opened, CONTENTS)
        return bytes(opened)

    def status(self, seconds: float) -> NtStatus:
        reply = self.raw._NetBIOSSession.recv_packet(seconds).get_trailer()
        return NtStatus(struct.unpack_from("<I", reply, 8)[0])


def patch(
    message: bytearray, offsets: dict[str, list[int]], first: int, tree: int, file_id: bytes, session: int
) -> int:
    """Put ids where the manifest says; gives how many message ids that takes."""
    ids = {"file_id": file_id, "tree_id": struct.pack("<I", tree), "session_id": struct.pack("<Q", session)}
    taken = 0
    for name, places in offsets.items():
        for place in places:
            message[place : place + SIZES[name]] = ids.get(name) or struct.pack("<Q", first + taken)
            if name == "message_id":  # a message takes as many as it costs credits: CreditCharge, 18 bytes before
                taken += max(1, struct.unpack_from("<H", message, place - 18)[0])
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="of smb2ioctl corpus, in the format message")
    parser.add_argument("--user", required=True)
    parser.add_argument("--share", default="tmp")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=445)
    parser.add_argument("--rules", default="SAMBA_4", help="whose statuses are expected")
    args = parser.parse_args()

    session: Session | None = None
    counts: Counter[str] = Counter()
    differences: Counter[tuple[str, ...]] = Counter()
    examples: dict[tuple[str, ...], str] = {}
    for line in (args.corpus / "manifest.jsonl").open(encoding="ascii"):
        case = json.loads(line)
        if case["direction"] != "request":
            continue
        if case["given"] or (case["share"], case["handle"]) in NOWHERE:
            counts["left out"] += 1
            continue
        session = session or Session(args)
        found = session.answer(bytearray((args.corpus / case["name"]).read_bytes()), case)
        counts["sent"] += 1
        if found in (None, "PENDING") or not case["statuses"]:  # what is yet to come would stand between later answers
            session = None
        if args.rules not in case["statuses"]:
            continue
        expected = case["statuses"][args.rules]
        counts["compared"] += 1
        counts["as expected"] += found == expected
        if found != expected:
            key: tuple[str, ...] = (str(case["code"]), case["rule"], expected or DROPPED, found or DROPPED)
            differences[key] += 1
            examples.setdefault(key, case["name"])
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    for key, count in sorted(differences.items()):
        print("{} {}: expected {}, got {},".format(*key), f"{count} times, first {examples[key]}")


if __name__ == "__main__":
    main()

# ruff: noqa: T201
