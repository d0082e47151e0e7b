"""What of a case a file holds, and where the ids stand in it."""

from __future__ import annotations

import dataclasses
import struct

import pytest
from samples import ENUMERATE_SNAPSHOTS, RESUME_KEY, frame, header, request, response

from fuzz.made import ALL, ANSWER, ASK, FILE_ID, INPUT, INTERIM, KEY, LINK, OUTPUT, REFUSED, SHORT, TWO, case
from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.fuzz import Case, Place, corpus
from smb2ioctl_codec.fuzz.sinks import forms, samba
from smb2ioctl_codec.fuzz.sinks.forms import FORMS, Form, Piece

REPLACED = {"file_id": b"F" * 16, "tree_id": b"T" * 4, "session_id": b"S" * 8, "message_id": b"M" * 8}


def data_of(form: Form, each: Case) -> bytes | None:
    piece = form(each)
    return None if piece is None else piece.data


def test_a_message_is_the_case() -> None:
    for each in ALL:
        assert forms.message(each) == Piece(each.data, {k: v for k, v in each.offsets.items() if v})


def test_a_frame_says_its_length() -> None:
    for each in ALL:
        assert data_of(forms.frame, each) == frame(each.data)


def test_a_body_is_what_follows_the_header() -> None:
    for each in (ASK, KEY, SHORT, ANSWER, REFUSED, INTERIM):
        assert data_of(forms.body, each) == each.data[64:]


def test_a_payload_is_what_the_body_carries() -> None:
    assert data_of(forms.payload, ASK) == INPUT
    assert data_of(forms.payload, SHORT) == b"\4"
    assert data_of(forms.payload, ANSWER) == OUTPUT
    assert data_of(forms.payload, LINK) == b"link data"


@pytest.mark.parametrize("form", [forms.body, forms.payload, forms.ndr])
def test_a_compound_has_no_one_body(form: Form) -> None:
    assert form(TWO) is None


@pytest.mark.parametrize("form", FORMS.values())
def test_no_file_is_empty(form: Form) -> None:
    empty = (b"", header(), header() + request(RESUME_KEY), header(flags=1) + response(RESUME_KEY))
    for data in empty:
        piece = form(case(data, "response" if data[16:17] == b"\1" else "request", RESUME_KEY))
        assert piece is None or piece.data


def test_what_is_longer_than_a_frame_is_left_out() -> None:
    assert forms.frame(case(header() + bytes(0xFFFFFF - 64))) is not None
    assert forms.frame(case(header() + bytes(0xFFFFFF - 63))) is None


@pytest.mark.parametrize(
    ("path", "in_body", "in_payload"),
    [
        ("", True, True), ("Header.command", False, False), ("Packet.body", False, False),
        ("IoctlRequest.flags", True, False), ("IoctlRequest.input", True, True), ("IoctlRequest", True, False),
        ("ReferralRequest.max_referral_level", True, True), ("CopyChunkCopy.chunks[1].length", True, True),
    ],
)  # fmt: skip
def test_what_a_case_is_about_must_be_in_the_file(path: str, in_body: bool, in_payload: bool) -> None:
    about = dataclasses.replace(ASK, path=path)
    assert (forms.body(about) is not None) == in_body
    assert (forms.payload(about) is not None) == in_payload
    assert (forms.ndr(about) is not None) == in_payload


def test_a_payload_that_cannot_be_found_is_left_out() -> None:
    past_end = case(header() + request(ENUMERATE_SNAPSHOTS, b"abcd", input_count=5))
    assert forms.payload(past_end) is None
    assert data_of(forms.body, past_end) == past_end.data[64:]


# -- ids


def test_the_places_of_the_ids_move_with_the_message() -> None:
    places = {"file_id": (72,), "tree_id": (36,), "session_id": (40,), "message_id": (24,)}
    piece = forms.message(KEY)
    assert piece is not None
    assert piece.offsets == places
    piece = forms.frame(KEY)
    assert piece is not None
    assert piece.offsets == {name: (at + 4,) for name, (at,) in places.items()}
    piece = forms.body(KEY)
    assert piece is not None
    assert piece.offsets == {"file_id": (8,)}
    piece = forms.body(ASK)
    assert piece is not None
    assert piece.offsets == {}


def test_every_message_of_a_compound_has_ids() -> None:
    piece = forms.frame(TWO)
    assert piece is not None
    second = 4 + len(KEY.data) + -len(KEY.data) % 8
    assert piece.offsets["file_id"] == (4 + 72, second + 72)
    assert piece.offsets["message_id"] == (4 + 24, second + 24)


def test_what_stands_at_the_places_is_the_ids() -> None:
    """Whatever the corpus is: patched in the file, the same ids are patched in the message."""
    tried = 0
    for each in corpus(count=400):
        patched = bytearray(each.data)
        for name, places in each.offsets.items():
            for at in places:
                patched[at : at + len(REPLACED[name])] = REPLACED[name]
        for form, skipped in ((forms.message, 0), (forms.frame, 0), (forms.body, 64)):
            piece = form(each)
            if piece is None:
                continue
            inside = bytearray(piece.data)
            for name, places in piece.offsets.items():
                for at in places:
                    inside[at : at + len(REPLACED[name])] = REPLACED[name]
            wanted = frame(bytes(patched)) if form is forms.frame else bytes(patched[skipped:])
            assert inside == wanted
            tried += 1
    assert tried > 1000


def test_ids_that_have_to_stay_are_not_told() -> None:
    kept = dataclasses.replace(KEY, place=Place("disk", "file", kept=("session_id",)))
    piece = forms.frame(kept)
    assert piece is not None
    assert set(piece.offsets) == {"file_id", "tree_id", "message_id"}


# -- Samba's fuzzers


def test_the_header_of_a_structure() -> None:
    chunks = case(
        header() + request(CtlCode.FSCTL_SRV_COPYCHUNK, bytes(32), **FILE_ID), code=CtlCode.FSCTL_SRV_COPYCHUNK
    )
    piece = forms.ndr(chunks)
    assert piece == Piece(struct.pack("<HH", 0, 1) + bytes(32), {}, "fuzz_ndr_copychunk", "srv_copychunk_copy")
    piece = forms.ndr(ANSWER)
    assert piece == Piece(bytes(4) + OUTPUT, {}, "fuzz_ndr_copychunk", "req_resume_key_rsp")
    piece = forms.ndr(ASK)
    assert piece == Piece(b"\0\0\1\0" + INPUT, {}, "fuzz_ndr_dfsblobs_TYPE_STRUCT", "dfs_GetDFSReferral_in")


def test_no_structure_no_file() -> None:
    for each in (KEY, LINK, REFUSED, dataclasses.replace(ASK, code=None)):
        assert forms.ndr(each) is None


def test_error_data_is_not_the_structure_of_the_code() -> None:
    assert forms.payload(LINK) is not None
    assert forms.ndr(dataclasses.replace(LINK, code=CtlCode(RESUME_KEY))) is None


def test_every_payload_that_samba_has_is_in_the_corpus() -> None:
    pieces = [piece for each in corpus() if (piece := forms.ndr(each)) is not None]
    found = {(piece.target, piece.structure, piece.data[:4]) for piece in pieces}
    never_alone = {"device_copy_offload_descriptor", "storage_offload_token", "file_alloced_range_buf",
                   "file_zero_data_info", "file_level_trim_range", "fscc_FileNetworkOpenInformation"}  # fmt: skip
    assert found == {
        (target, name, struct.pack("<HH", 0, number))
        for target, names in samba.STRUCTURES.items()
        for number, name in enumerate(names)
        if name not in never_alone
    }
