"""What the manifest tells of each file."""

from __future__ import annotations

import dataclasses
import json

from samples import frame, header, request, response

import smb2ioctl_codec as s2
from fuzz.made import ALL, ANSWER, ASK, KEY, REFUSED, SHORT, TWO, case, sha256
from smb2ioctl_codec.fuzz import Place, corpus, statuses
from smb2ioctl_codec.fuzz.sinks import forms
from smb2ioctl_codec.fuzz.sinks.forms import FORMS
from smb2ioctl_codec.fuzz.sinks.manifest import entries


def test_a_line_for_each_file() -> None:
    lines = [json.loads(entry.line()) for entry in entries(ALL, forms.message)]
    assert [line["name"] for line in lines] == [each.name for each in ALL]
    assert [line["size"] for line in lines] == [len(each.data) for each in ALL]


def test_all_that_is_known_of_a_case() -> None:
    _, entry = entries([ASK, SHORT], forms.frame)
    assert json.loads(entry.line(more=1)) == {
        "name": sha256(frame(SHORT.data)),
        "size": len(SHORT.data) + 4,
        "kind": "broken",
        "code": "FSCTL_DFS_GET_REFERRALS",
        "direction": "request",
        "what": "made by hand",
        "rule": "input-short",
        "rules": "SAMBA_3_6",
        "section": "1.2.3",
        "path": "ReferralRequest.max_referral_level",
        "also": ["other"],
        "share": "disk",
        "handle": "none",
        "kept": [],
        "given": {},
        "statuses": {name: status.name for name, status in statuses(SHORT).items() if status is not None},
        "parent": sha256(frame(ASK.data)),
        "offsets": {"tree_id": [40], "session_id": [44], "message_id": [28]},
        "more": 1,
    }


def test_what_holds_in_the_place() -> None:
    place = Place("IPC$", "pipe", kept=("tree_id", "session_id"), given=(("dialect", 0x0311), ("tree_missing", True)))
    (entry,) = entries([dataclasses.replace(KEY, place=place)], forms.message)
    line = json.loads(entry.line())
    assert (line["share"], line["handle"], line["kept"]) == ("IPC$", "pipe", ["tree_id", "session_id"])
    assert line["given"] == {"dialect": 0x0311, "tree_missing": True}
    assert set(line["offsets"]) == {"file_id", "message_id"}


def test_a_reply_has_no_place_and_no_status() -> None:
    for entry in entries([ANSWER, REFUSED], forms.message):
        assert (entry.facts["share"], entry.facts["handle"], entry.facts["statuses"]) == (None, None, {})
    assert entry.facts["code"] is None


def test_a_code_without_a_name_is_a_number() -> None:
    (entry,) = entries([case(ASK.data, code=0x83849999)], forms.message)
    assert entry.facts["code"] == "0x83849999"


def test_a_dropped_connection_is_null() -> None:
    """[MS-SMB2] 3.3.5.15.12: so it is where a client has room for less than the 24 bytes of an answer."""
    small = case(header() + request(0x00140204, bytes(26), max_output_response=23), code=0x00140204)
    (entry,) = entries([small], forms.message)
    assert json.loads(entry.line())["statuses"]["MS_SMB2"] is None
    (entry,) = entries([ASK], forms.message)
    assert entry.facts["statuses"]["MS_SMB2"] == "SUCCESS"


def test_the_same_bytes_are_one_file_and_a_line_for_each_case() -> None:
    again = dataclasses.replace(KEY, what="again", place=Place("IPC$", "pipe"))
    header_only = dataclasses.replace(
        ASK, data=header(message_id=99) + ASK.data[64:], what="another id", parent=KEY.name
    )
    first, second = entries([KEY, again], forms.message)
    assert (first.name, first.is_new, second.is_new) == (second.name, True, False)
    assert (first.facts["handle"], second.facts["handle"]) == ("file", "pipe")
    assert [entry.is_new for entry in entries([ASK, header_only], forms.message)] == [True, True]
    assert [entry.is_new for entry in entries([ASK, header_only], forms.body)] == [True, False]


def test_a_parent_is_named_as_its_file_is() -> None:
    """In whatever form; one that came to the bytes of another goes by their name, one that is not there by none."""
    twin = dataclasses.replace(ASK, data=header(message_id=99) + ASK.data[64:])
    child = dataclasses.replace(SHORT, parent=twin.name)
    for name, form in FORMS.items():
        _, parent, made = entries([ASK, twin, child], form)
        assert made.facts["parent"] == parent.name, name
        (alone,) = entries([child], form)
        assert alone.facts["parent"] == ""


def test_the_same_bytes_for_two_targets_are_two_files() -> None:
    state = case(header(flags=1) + response(0x0009003C, b"\2\0"), "response", 0x0009003C)
    key = case(header(flags=1) + response(0x00140078, b"\2\0"), "response", 0x00140078)
    first, second = entries([state, key], forms.ndr)
    assert first.name == second.name
    assert first.is_new
    assert second.is_new
    assert (first.facts["target"], second.facts["target"]) == ("fuzz_ndr_compression", "fuzz_ndr_copychunk")
    assert (first.facts["structure"], second.facts["structure"]) == ("compression_state", "req_resume_key_rsp")


def test_names_are_the_hashes_of_the_bytes() -> None:
    for form in FORMS.values():
        made = list(entries(ALL, form))
        assert made
        assert [entry.name for entry in made] == [sha256(entry.piece.data) for entry in made]


def test_compounds_are_files_too() -> None:
    (entry,) = entries([TWO], forms.message)
    assert len(entry.facts["offsets"]["file_id"]) == 2


def test_a_valid_compound_is_taken_apart_where_a_file_holds_one_body() -> None:
    first, second = s2.decode_chain(TWO.data)
    made = list(entries([TWO], forms.body))
    assert [entry.piece.data for entry in made] == [
        each.body.encode() for each in (first, second) if isinstance(each.body, s2.IoctlRequest)
    ]  # fmt: skip
    assert [entry.facts["code"] for entry in made] == [
        str(each.body.ctl_code) for each in (first, second) if isinstance(each.body, s2.IoctlRequest)
    ]  # fmt: skip
    assert list(entries([dataclasses.replace(TWO, kind="interaction")], forms.body)) == []


def test_the_minimal_corpus_has_payloads() -> None:
    valid = list(entries(corpus(minimal=True, kinds=["seed"]), forms.payload))
    assert len({entry.facts["code"] for entry in valid}) > 40
