"""Fields and values of messages, which are read without a tree: the same that the tree has, in tshark's forms."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from dissected import captured
from samples import BROKEN_ON_PURPOSE, DATA, MESSAGES, header, mutants, pdus
from schema.test_through_messages import TYPED, UNDER, message, name_of
from schema.values import value

from smb2ioctl_codec.dissect.captured import ABOUT, Captured
from smb2ioctl_codec.dissect.leaves import leaves
from smb2ioctl_codec.dissect.names import FIELD_NAMES
from smb2ioctl_codec.dissect.printed import column, printed
from smb2ioctl_codec.payloads.row import Direction, Row

Found = dict[str, list[tuple[type, Any]]]


def by_name(found: Any) -> Found:
    names: Found = {}
    for name, each in found:
        names.setdefault(name, []).append((type(each), each))
    return names


def assert_same(one: Captured) -> bool:
    """Whether the quick way was taken, which gives what the tree has."""
    of_tree = by_name(leaves(one.inspection.root))
    assert by_name(one.leaves) == of_tree
    for name, values in of_tree.items():
        assert [(type(each), each) for each in one.get(name)] == values
        assert name in FIELD_NAMES
    return one.parts() is not None


def test_recorded_messages() -> None:
    seen = {(pdu.message[64:72], len(pdu.message), pdu.is_request): pdu.message for pdu in pdus()}
    quick = sum(assert_same(one) for one in captured(seen.values()))
    assert 400 < quick < len(seen)


@pytest.mark.parametrize(("row", "direction", "kind"), TYPED, ids=name_of)
def test_random_values_of_every_payload(row: Row, direction: Direction, kind: Any) -> None:
    random = Random(kind.__name__)
    status = UNDER.get(kind.__name__, 0) if direction == "response" else 0
    start = header(flags=int(direction == "response"), status=status)
    sent = [start + message(row, direction, value(kind, random)).encode() for _ in range(8)]
    quick = [assert_same(one) for one in captured(sent)]
    assert any(quick) or kind.__name__ == "NfsDevice"


def test_mutants() -> None:
    """Broken ones too; where the fixed part is not whole, the tree tells."""
    made = [each for each in mutants(MESSAGES, 1500, seed=5) if each[:4] == b"\xfeSMB" and len(each) >= 64]
    quick = [assert_same(one) for one in captured(made)]
    assert 100 < sum(quick) < len(quick) - 100


def test_a_message_is_a_mapping() -> None:
    one = next(captured(MESSAGES))
    assert one["smb2.cmd"] == [11]
    assert one.get("smb2.nt_status") == ()
    with pytest.raises(KeyError):
        one["smb2.nt_status"]
    assert {"smb2.ioctl.function", "frame.number", "tcp.dstport"} <= {*one}
    assert len(one) == len([*one])
    assert all(one[name] for name in one)


# -- the forms in which tshark prints


#: Texts are printed in ASCII alone, up to 240 bytes, and what is no text otherwise.
TEXT = "texts that are no ASCII, or long"
BROKEN = "Wireshark gives up, or reads on where counts and offsets lead nowhere"
PARTS = "Wireshark gives up in the middle of the flags of a cut referral"


def reason(name: str, ours: list[str], theirs: list[str], row: dict[str, Any]) -> str:
    if row["capture"] in BROKEN_ON_PURPOSE and (not ours or len(ours) != len(theirs)):
        return PARTS if name.startswith("smb.dfs.flags") and not ours else BROKEN
    if name == "smb2.fsctl.wait.name" or name.startswith(("smb.file", "smb.dfs.referral.")):
        same = [_ascii(one).startswith(_ascii(other)) for one, other in zip(ours, theirs, strict=True)]
        return TEXT if all(same) else ""
    return ""


def _ascii(text: str) -> str:
    return "".join(one for one in text.removesuffix("...") if one.isascii() and one != "?")


def test_values_are_printed_as_tshark_prints_them() -> None:
    """Every value that it prints of 2,271 different messages, but for those that `reason` explains."""
    same, otherwise = 0, Counter[str]()
    with gzip.open(DATA / "tshark_positions.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row, one in zip(rows, captured(bytes.fromhex(row["message_hex"]) for row in rows), strict=True):
        for name, seen in row["fields"].items():
            theirs = [text for _, _, text in seen if text is not None]
            if name in ABOUT or not theirs:
                continue
            ours = [printed(name, each) for each in one.get(name)]
            if ours == theirs:
                same += len(theirs)
                continue
            why = reason(name, ours, theirs, row)
            assert why, (row["capture"], row["frame"], name, ours, theirs)
            otherwise[why] += 1
    assert same > 95_000
    assert otherwise == EXPECTED


EXPECTED = {TEXT: 52, BROKEN: 82, PARTS: 21}


@pytest.mark.parametrize(
    ("name", "given", "in_json", "in_columns"),
    [
        ("smb2.signature", b"\1\2", "01:02", "0102"),
        ("smb2.ioctl.in", None, "", "1"),
        ("smb2.flags.async", True, "1", "1"),
        ("smb2.flags.async", False, "0", "0"),
        ("smb2.protocol_id", 0x424D53FE, "0xfe534d42", "0xfe534d42"),
        ("smb2.tid", 5, "0x00000005", "0x00000005"),
        ("smb2.msg_id", 5, "5", "5"),
        ("smb.file", "a\\b", "a\\b", "a\\b"),
    ],
)
def test_forms(name: str, given: Any, in_json: str, in_columns: str) -> None:
    assert (printed(name, given), column(name, given)) == (in_json, in_columns)
