"""`tshark` and `smb2ioctl dissect` on the same captures: columns and JSON lines, in the same forms."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from capture.making import DATA
from samples import BROKEN_ON_PURPOSE

from interop.need import need
from smb2ioctl_codec import cli

EVERY = sorted((DATA / "captures").glob("*.pcap*"))
#: In the others, where a message is broken, Wireshark gives up, or reads on where counts and offsets lead nowhere.
CAPTURES = [path for path in EVERY if path.name.removesuffix(".gz") not in BROKEN_ON_PURPOSE]
NAMES = [path.name for path in CAPTURES]
COLUMNS = (
    "frame.number", "frame.time_epoch", "ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "smb2.cmd", "smb2.msg_id",
    "smb2.flags", "smb2.flags.response", "smb2.nt_status", "smb2.signature", "smb2.ioctl.function", "smb2.tree",
    "smb2.share_type", "smb2.tcon_frame", "smb2.acct", "smb2.domain", "smb2.host", "smb2.auth_frame",
    "smb2.response_to", "smb2.time",
)  # fmt: skip
#: Of these, messages of other commands have values as well, which are not decoded here.
OF_IOCTL = ("smb2.fid", "smb2.olb.offset", "smb2.olb.length", "smb2.reserved", "smb2.buffer_code", "smb2.error.data",
            "smb2.ioctl.in", "smb2.ioctl.out", "smb.dfs.referral.ttl", "smb2.fsctl.cchunk.resume_key",
            "smb2.ioctl.enumerate_snapshots.snapshot", "smb2.unknown")  # fmt: skip


def tshark(path: Path, folder: Path, *arguments: str) -> str:
    need(shutil.which("tshark"), "tshark")
    done = subprocess.run(
        ["tshark", "-n", "-r", path, "-Y", "smb2.cmd==11", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


def dissect(path: Path, *arguments: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert cli.main(["dissect", str(path), *arguments]) == 0
    return out.getvalue()


@pytest.mark.parametrize("path", CAPTURES, ids=NAMES)
def test_columns(path: Path, tmp_path: Path) -> None:
    asked = ["-T", "fields", *(argument for name in COLUMNS for argument in ("-e", name))]
    theirs, ours = tshark(path, tmp_path, *asked), dissect(path, *asked)
    assert theirs.count("\n") > 1
    assert ours == theirs


@pytest.mark.parametrize("path", CAPTURES, ids=NAMES)
def test_columns_of_packets_with_one_message(path: Path, tmp_path: Path) -> None:
    asked = ["-T", "fields", *(argument for name in ("smb2.cmd", *OF_IOCTL) for argument in ("-e", name))]
    theirs, ours = (
        [line for line in text.splitlines() if line.startswith("11\t")]
        for text in (tshark(path, tmp_path, *asked), dissect(path, *asked))
    )
    assert ours == theirs


class Pairs(list[tuple[str, Any]]):
    """A JSON object, which in tshark's output may repeat a key."""


def messages(text: str) -> Iterator[dict[str, list[Any]]]:
    """Every IOCTL message with its fields, each with all of its values."""
    lines = [json.loads(line, object_pairs_hook=Pairs) for line in text.splitlines()]
    for index, document in zip(lines[::2], lines[1::2], strict=True):
        assert dict(dict(index)["index"]).keys() == {"_index", "_type"}
        smb2 = dict(dict(document)["layers"])["smb2"]
        for each in [smb2] if isinstance(smb2, Pairs) else smb2:
            found: dict[str, list[Any]] = {
                "index": [dict(dict(index)["index"])["_index"]], "timestamp": [dict(document)["timestamp"]],
            }  # fmt: skip
            for name, value in each:
                found.setdefault(name, []).extend(value if isinstance(value, list) else [value])
            if found.get("smb2_smb2_cmd") == ["11"]:
                yield found


#: What tshark shows and we do not: headings of its tree.
HEADINGS = "text"
#: Fields of messages that were broken on purpose, of which tshark has other values in some; in the C locale, texts are
#: printed in ASCII alone.
OTHERWISE = re.compile(r"smb_smb_.*|smb2_smb2_(olb_.*|reserved|dialect|reparse_guid|fsctl_cchunk_.*)|dcerpc_.*")


@pytest.mark.parametrize("path", EVERY, ids=[path.name for path in EVERY])
def test_json_lines(path: Path, tmp_path: Path) -> None:
    theirs = list(messages(tshark(path, tmp_path, "-T", "ek", "-J", "smb2")))
    text = dissect(path, "-T", "ek")
    for line in text.splitlines():
        json.loads(line, object_pairs_hook=_without_repeats)
    same, otherwise = 0, Counter[str]()
    ours = list(messages(text))
    if path not in CAPTURES:  # a compound that is broken is one message for us, and two for tshark
        there = {_number(each) for each in ours}
        theirs = [each for each in theirs if _number(each) in there]
    for one, other in zip(ours, theirs, strict=True):
        for name, values in other.items():
            if name == HEADINGS:
                continue
            if one.get(name) == values:
                same += 1
            else:
                otherwise[name] += 1
    assert same > 40 * len(theirs)
    if path in CAPTURES:
        assert not otherwise
    else:
        assert [name for name in otherwise if not OTHERWISE.fullmatch(name)] == []
        assert otherwise.total() < same // 100


def _number(message: dict[str, list[Any]]) -> tuple[Any, ...]:
    return message["timestamp"][0], message["smb2_smb2_msg_id"][0], message["smb2_smb2_flags_response"][0]


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)
