"""`tshark` on captures, recorded and rewritten: it lists the messages that are read here, and knows the same of them.

Where it differs, the test says so: in the order of messages that waited, in the number of one that came out of order,
and in what it takes for repeated (`test_neighbours_swapped`); and it does not say of a message what only its request or
its compound tells (`said`).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from capture.making import DATA, facts_of, pcap, recorded, records
from capture.rewriting import acknowledged_before, cut_up, encapsulated, swapped

from interop.need import need
from smb2ioctl_codec import capture
from smb2ioctl_codec.capture import CapturedMessage

CAPTURES = sorted((DATA / "captures").glob("*.pcap*"))
NAMES = ("net_rpc_user.pcap", "smbt_compound.pcap", "smbt_set_sparse.pcap")
FIELDS = ("frame.number", "smb2.cmd", "smb2.msg_id", "smb2.flags.response")
ETHERNET = 1
SEEDS = range(4)

Rows = list[tuple[int, ...]]


def tshark(folder: Path, *arguments: str | Path) -> str:
    need(shutil.which("tshark"), "tshark")
    done = subprocess.run(
        ["tshark", "-n", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C"},
        stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace", timeout=120, check=True,
    )  # fmt: skip
    return done.stdout


def listed(path: Path, folder: Path, *options: str) -> Rows:
    """Frame number, command, MessageId and direction of each message."""
    asked = [argument for name in FIELDS for argument in ("-e", name)]
    rows: Rows = []
    for line in tshark(folder, *options, "-r", path, "-Y", "smb2", "-T", "fields", *asked).splitlines():
        frame, *columns = line.split("\t")
        rows += [(int(frame), *map(int, row)) for row in zip(*(each.split(",") for each in columns), strict=True)]
    assert rows
    return rows


def both(data: bytes, folder: Path, *options: str) -> tuple[Rows, Rows]:
    """What tshark lists of a capture, and what is read here."""
    path = folder / "capture"
    path.write_bytes(data)
    return listed(path, folder, *options), list(facts_of(capture.read(path)))


def by_frame(rows: Iterable[tuple[int, ...]]) -> Rows:
    """In the order of tshark: what waits for lost bytes is given later here, while it keeps to the packets."""
    return sorted(rows, key=lambda row: row[0])


def by_old_numbers(rows: Rows, old: dict[int, int]) -> Rows:
    return sorted((old[number], *row) for number, *row in rows)


@pytest.mark.parametrize("path", CAPTURES, ids=[path.name for path in CAPTURES])
def test_tshark_lists_the_same_messages(path: Path, tmp_path: Path) -> None:
    assert by_frame(facts_of(capture.read(path))) == listed(path, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_other_link_layers_and_files(name: str, tmp_path: Path) -> None:
    for kind, data in encapsulated(records(recorded(name))).items():
        theirs, ours = both(data, tmp_path)
        assert ours == theirs, kind


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_segments_cut_and_out_of_order(name: str, seed: int, tmp_path: Path) -> None:
    packets = records(recorded(name))
    mixed, old = cut_up(packets, random.Random(seed))
    theirs, ours = both(pcap(mixed, ETHERNET), tmp_path, "-o", "tcp.reassemble_out_of_order:TRUE")
    # By the packets before the cut: the number of a message is here that of the packet with its last byte, and with
    # tshark that of the packet which came last.
    assert by_old_numbers(ours, old) == by_old_numbers(theirs, old)
    assert len(mixed) > len(packets)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_packets_doubled(name: str, seed: int, tmp_path: Path) -> None:
    packets = records(recorded(name))
    rng = random.Random(seed)
    for _ in range(6):
        place = rng.randrange(len(packets) - 3)
        packets.insert(place + rng.randrange(1, 3), packets[place])
    theirs, ours = both(pcap(packets, ETHERNET), tmp_path)
    assert ours == theirs


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_packets_lost(name: str, seed: int, tmp_path: Path) -> None:
    packets = records(recorded(name))
    rng = random.Random(seed)
    for _ in range(3):
        del packets[rng.randrange(3, len(packets))]
    theirs, ours = both(pcap(packets, ETHERNET), tmp_path)
    assert by_frame(ours) == theirs


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_neighbours_swapped(name: str, seed: int, tmp_path: Path) -> None:
    mixed, _old = swapped(records(recorded(name)), random.Random(seed))
    theirs, ours = both(pcap(mixed, ETHERNET), tmp_path)
    # What the other side has acknowledged before it comes is a needless repetition to tshark, which passes over it.
    late = acknowledged_before(mixed)
    assert by_frame(row for row in ours if row[0] not in late) == theirs
    assert len(ours) == len(facts_of(capture.read(DATA / "captures" / name)))


# -- what is known of the messages

KNOWN: dict[str, Callable[[str], object]] = {
    "smb2.tree": str, "smb2.share_type": lambda text: int(text, 16), "smb2.tcon_frame": int, "smb2.acct": str,
    "smb2.domain": str, "smb2.host": str, "smb2.auth_frame": int, "smb2.response_to": int,
    "smb2.time": lambda text: round(float(text) * 10**9), "dcerpc.nt.open_frame": int,
}  # fmt: skip
HANDLE = "GUID handle File: "
FILE_ID = slice(72, 88)


def known(path: Path, folder: Path) -> Iterator[dict[str, Any]]:
    """What tshark says of each IOCTL message besides its own bytes; keys of its JSON come more than once."""
    text = tshark(folder, "-r", path, "-Y", "smb2.cmd==11", "-T", "json")
    for packet in json.loads(text, object_pairs_hook=list):
        layers = dict(dict(packet)["_source"])["layers"]
        frame = int(dict(dict(layers)["frame"])["frame.number"])
        for name, layer in layers:
            if name != "smb2":
                continue
            found: dict[str, Any] = {}
            for key, part in layer:
                if key == "SMB2 Header":
                    if found.get("command") == "11":
                        yield found
                    found = {"frame": frame, "command": dict(part)["smb2.cmd"]}
                _collect(key, part, found)
            if found.get("command") == "11":
                yield found


def _collect(key: str, value: Any, found: dict[str, Any]) -> None:
    if key in KNOWN:
        found[key] = KNOWN[key](value)
    elif key.startswith(HANDLE):
        found["name"] = key.removeprefix(HANDLE).split("@")[0]  # behind that: the time of the snapshot that it is in
    if isinstance(value, list):
        for inner, part in value:
            _collect(inner, part, found)


def names_its_file(message: CapturedMessage) -> bool:
    """It has a FileId: an ERROR reply has none, and all ones only say that it is that of the compound."""
    has_body = message.direction == "request" or message.ctl_code is not None
    return has_body and message.data[FILE_ID] != b"\xff" * 16


def said(message: CapturedMessage) -> dict[str, Any]:
    """What is known here, as far as tshark would say it."""
    header, share, user, file = message.header, message.share, message.user, message.file
    assert header is not None
    row: dict[str, Any] = {"frame": message.frame_number, "command": "11"}
    if share is not None and not header.is_async:  # it does not look for the TreeId in the request
        row |= {
            "smb2.tree": share.path, "smb2.share_type": share.share_type, "smb2.tcon_frame": share.frame_number,
        }  # fmt: skip
    if user is not None:
        row |= {
            "smb2.acct": user.account, "smb2.domain": user.domain, "smb2.host": user.host,
            "smb2.auth_frame": user.frame_number,
        }  # fmt: skip
    if message.direction == "response" and message.partner is not None:
        row |= {"smb2.response_to": message.partner, "smb2.time": message.time_since_request}
    if file is not None and names_its_file(message):
        row["dcerpc.nt.open_frame"] = file.frame_number
        if not header.is_async:
            row["name"] = file.name
    return row


@pytest.mark.parametrize("path", CAPTURES, ids=[path.name for path in CAPTURES])
def test_tshark_knows_the_same_of_ioctl_messages(path: Path, tmp_path: Path) -> None:
    theirs = list(known(path, tmp_path))
    ours = sorted(capture.read(path, commands=[11]), key=lambda one: one.frame_number)
    assert len(theirs) == len(ours)
    for their, message in zip(theirs, ours, strict=True):
        if message.file is None:  # it keeps to the frame, but not to the name, where the TreeId is not that of the file
            their.pop("dcerpc.nt.open_frame", None)
        assert said(message) == their
