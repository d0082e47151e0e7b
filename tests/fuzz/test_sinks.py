"""Corpora as directories, archives and captures; dictionaries."""

from __future__ import annotations

import dataclasses
import errno
import io
import json
import os
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from samples import header, request

from fuzz.made import ALL, ANSWER, ASK, KEY, REFUSED, TWO, case, manifest, sha256
from smb2ioctl_codec import capture
from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.fuzz import Case, Place, corpus
from smb2ioctl_codec.fuzz.sinks import dictionary_lines, write_directory, write_pcap, write_zip
from smb2ioctl_codec.fuzz.sinks.forms import FORMS
from smb2ioctl_codec.fuzz.sinks.manifest import Entry, entries
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads.reparse import ReparseTag


def made(*cases: Case, form: str = "message") -> Iterator[Entry]:
    return entries(cases, FORMS[form])


def names(path: Path) -> set[str]:
    """Every file below a directory, by its path from there."""
    return {str(each.relative_to(path)) for each in path.rglob("*") if not each.is_dir()}


# -- directories


def test_files_are_named_by_their_hashes(tmp_path: Path) -> None:
    for form in ("message", "frame", "body", "payload"):
        out = tmp_path / form
        count = write_directory(made(*ALL, form=form), out)
        lines = manifest(out / "manifest.jsonl")
        assert len({line["name"] for line in lines}) == count > 3
        assert names(out) == {"manifest.jsonl", *(line["name"] for line in lines)}
        for line in lines:
            data = (out / line["name"]).read_bytes()
            assert (sha256(data), len(data)) == (line["name"], line["size"])


def test_a_case_more_is_a_line_more(tmp_path: Path) -> None:
    """The same message in another place: one file, in whatever sink; in a capture, a connection for each."""
    again = dataclasses.replace(KEY, place=Place("IPC$", "pipe"))
    assert write_directory(made(KEY, again), tmp_path) == 1
    assert names(tmp_path) == {"manifest.jsonl", KEY.name}
    assert [line["share"] for line in manifest(tmp_path / "manifest.jsonl")] == ["disk", "IPC$"]
    data, lines = zipped(KEY, again)
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == [KEY.name]
    assert len(lines.splitlines()) == 2
    data, told = captured(KEY, again)
    assert [one.frame_number for one in read(data)] == [line["packet"] for line in told]


def test_what_the_files_hold(tmp_path: Path) -> None:
    assert write_directory(made(*ALL), tmp_path) == len(ALL)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path) - {"manifest.jsonl"}} == {
        each.name: each.data for each in ALL
    }


def test_a_directory_for_each_fuzzer_of_samba(tmp_path: Path) -> None:
    count = write_directory(made(*ALL, form="ndr"), tmp_path / "out")
    lines = manifest(tmp_path / "out" / "manifest.jsonl")
    assert names(tmp_path / "out") == {"manifest.jsonl", *(f"{line['target']}/{line['name']}" for line in lines)}
    assert len(lines) == count == 3
    assert {line["target"] for line in lines} == {"fuzz_ndr_dfsblobs_TYPE_STRUCT", "fuzz_ndr_copychunk"}


def test_an_empty_directory_will_do(tmp_path: Path) -> None:
    write_directory(made(KEY), tmp_path)
    assert names(tmp_path) == {"manifest.jsonl", KEY.name}


@pytest.mark.parametrize("name", ["file", ".hidden", "manifest.jsonl", KEY.name])
def test_a_directory_that_is_not_empty_is_left_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        write_directory(made(KEY, ANSWER), tmp_path)
    assert names(tmp_path) == {name}
    assert (tmp_path / name).read_bytes() == b"mine"


def test_force_replaces_a_corpus_and_nothing_else(tmp_path: Path) -> None:
    write_directory(made(*ALL, form="ndr"), tmp_path)
    write_directory(made(KEY, ANSWER, REFUSED), tmp_path, force=True)
    (tmp_path / "found").mkdir()
    for name in ("crash-1", sha256(b"a finding"), f"found/{KEY.name}"):
        (tmp_path / name).write_bytes(b"a finding")
    (tmp_path / REFUSED.name).write_bytes(b"changed since")
    count = write_directory(made(KEY, ASK), tmp_path, force=True)
    assert count == 2
    assert names(tmp_path) == {
        "manifest.jsonl", KEY.name, ASK.name, "crash-1", sha256(b"a finding"), f"found/{KEY.name}", REFUSED.name,
    }  # fmt: skip
    assert [line["name"] for line in manifest(tmp_path / "manifest.jsonl")] == [KEY.name, ASK.name]
    assert (tmp_path / REFUSED.name).read_bytes() == b"changed since"
    assert not (tmp_path / "fuzz_ndr_copychunk").exists()


def test_a_manifest_that_lies_removes_nothing_elsewhere(tmp_path: Path) -> None:
    """A name that leads out of the directory, and lines that are none."""
    out, other = tmp_path / "out", tmp_path / "other"
    out.mkdir()
    other.mkdir()
    victims = [tmp_path / ASK.name, other / ASK.name]
    for victim in victims:
        victim.write_bytes(ASK.data)
    lies = [
        {"name": f"../{ASK.name}"}, {"name": ASK.name, "target": ".."}, {"name": ASK.name, "target": "../other"},
        {"name": str(victims[0])}, {"name": 7}, {}, [], {"name": None, "target": None}, {"name": "manifest.jsonl"},
    ]  # fmt: skip
    text = "\n".join([*map(json.dumps, lies), "{", "[" * 100_000, '"', "\0"]).encode() + b"\n\xff\xfe\n"
    (out / "manifest.jsonl").write_bytes(text)
    assert write_directory(made(KEY), out, force=True) == 1
    assert names(out) == {"manifest.jsonl", KEY.name}
    assert all(victim.read_bytes() == ASK.data for victim in victims)


class Full:
    """Entries of which the last finds the disk full."""

    def __init__(self, *cases: Case) -> None:
        self.entries = made(*cases)

    def __iter__(self) -> Iterator[Entry]:
        yield from self.entries
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("is_there", [True, False])
def test_a_full_disk_leaves_nothing(is_there: bool, tmp_path: Path) -> None:
    out = tmp_path / "out"
    if is_there:
        out.mkdir()
    with pytest.raises(OSError, match="No space left"):
        write_directory(Full(*ALL), out)
    assert list(tmp_path.rglob("*")) == [out] * is_there


def test_a_full_disk_leaves_an_old_corpus(tmp_path: Path) -> None:
    write_directory(made(KEY, ANSWER), tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    with pytest.raises(OSError, match="No space left"):
        write_directory(Full(*ALL), tmp_path, force=True)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


def test_a_directory_needs_its_parent(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_directory(made(KEY), tmp_path / "a" / "b")


# -- archives


def zipped(*cases: Case, form: str = "message") -> tuple[bytes, str]:
    file, lines = io.BytesIO(), io.StringIO()
    count = write_zip(made(*cases, form=form), file, lines)
    assert count == len({json.loads(line)["name"] for line in lines.getvalue().splitlines()})
    return file.getvalue(), lines.getvalue()


def test_an_archive_has_the_files_alone() -> None:
    data, lines = zipped(*ALL)
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    assert {name: archive.read(name) for name in archive.namelist()} == {each.name: each.data for each in ALL}
    assert [json.loads(line)["name"] for line in lines.splitlines()] == archive.namelist()


def test_the_same_corpus_is_the_same_archive() -> None:
    assert zipped(*corpus(count=200)) == zipped(*corpus(count=200))
    archive = zipfile.ZipFile(io.BytesIO(zipped(KEY)[0]))
    (member,) = archive.infolist()
    assert (member.date_time, member.compress_type) == ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED)
    assert member.external_attr >> 16 == 0o100644


# -- captures


def captured(*cases: Case) -> tuple[bytes, list[dict[str, object]]]:
    file, lines = io.BytesIO(), io.StringIO()
    assert write_pcap(made(*cases), file, lines) == len(lines.getvalue().splitlines())
    return file.getvalue(), [json.loads(line) for line in lines.getvalue().splitlines()]


def read(data: bytes) -> list[capture.CapturedMessage]:
    return list(capture.read(io.BytesIO(data)))


def test_every_message_comes_back() -> None:
    """Compounds as their messages; before a reply, there is a request more. All that is SMB2, however broken."""
    cases = [each for each in corpus(count=1500) if each.data.startswith(b"\xfeSMB")]
    assert len(cases) > 1450
    data, lines = captured(*cases)
    assert [line["name"] for line in lines] == [each.name for each in cases]
    talks: dict[object, list[capture.CapturedMessage]] = {}
    for one in read(data):
        talks.setdefault(one.connection, []).append(one)
    assert len(talks) == len(cases)
    for each, line, messages in zip(cases, lines, talks.values(), strict=True):
        sent = [one for one in messages if one.frame_number == line["packet"]]
        assert b"".join(one.data for one in sent) == each.data
        assert {one.direction for one in sent} == {each.direction}
        assert len(messages) - len(sent) <= (each.direction == "response")
        assert not any(one.findings for one in messages)


def test_a_reply_answers_a_request() -> None:
    asked, answer = read(captured(ANSWER)[0])
    assert (asked.direction, answer.direction, answer.data) == ("request", "response", ANSWER.data)
    assert answer.partner == asked.frame_number
    assert (asked.ctl_code, asked.data[72:88]) == (CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY, ANSWER.data[72:88])
    asked, refused = read(captured(REFUSED)[0])
    assert refused.partner == asked.frame_number


def test_no_request_is_made_up_for_what_answers_none() -> None:
    """A reply without a header, and one to another command."""
    for data in (b"\xfeSMB", header(flags=1, command=5) + bytes(88)):
        assert [one.data for one in read(captured(case(data, "response"))[0])] == [data]


def packets_of(data: bytes) -> list[bytes]:
    place, found = 24, []
    while place < len(data):
        size, whole = struct.unpack_from("<II", data, place + 8)
        assert size == whole
        found.append(data[place + 16 : place + 16 + size])
        place += 16 + size
    return found


def ones_sum(data: bytes) -> int:
    """The 16-bit sum with end-around carry: all ones where the checksum in it is right."""
    total = 0
    for place in range(0, len(data) + len(data) % 2, 2):
        total += int.from_bytes(data[place : place + 2].ljust(2, b"\0"), "big")
        total = (total & 0xFFFF) + (total >> 16)
    return total


def test_packets_are_whole_and_their_checksums_right() -> None:
    large = case(header() + request(buffer=bytes(range(256)) * 40 + b"\xff"))
    for packet in packets_of(captured(large, ANSWER, TWO)[0]):
        ip, tcp = packet[14:34], packet[34:]
        assert len(packet) <= 1514
        assert packet[12:14] == b"\x08\0"
        assert int.from_bytes(ip[2:4], "big") == len(packet) - 14
        assert ones_sum(ip) == 0xFFFF
        assert ones_sum(ip[12:20] + b"\0\6" + struct.pack(">H", len(tcp)) + tcp) == 0xFFFF


def test_every_connection_has_ends_of_its_own() -> None:
    cases = [case(header(message_id=number) + request()) for number in range(20_000)]
    openings = [packet for packet in packets_of(captured(*cases)[0]) if packet[47] == 2]
    assert len({packet[26:38] for packet in openings}) == len(cases)


def test_the_same_corpus_is_the_same_capture() -> None:
    assert captured(*ALL) == captured(*ALL)


# -- dictionaries

#: A line of a dictionary as both AFL and libFuzzer read it: a name, and printable characters with escapes in quotes.
_LINE = re.compile(r'([A-Za-z0-9_]+)="((?:[ !#-\[\]-~]|\\\\|\\"|\\x[0-9a-fA-F]{2})+)"')
_ESCAPE = re.compile(r'\\(x([0-9a-fA-F]{2})|\\|")')


def parsed() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for line in dictionary_lines():
        if not line.startswith("#"):
            match = _LINE.fullmatch(line)
            assert match, line
            assert match[1] not in found
            text = _ESCAPE.sub(lambda escape: chr(int(escape[2], 16)) if escape[2] else escape[1], match[2])
            found[match[1]] = text.encode("latin-1")
    return found


def test_the_dictionary_can_be_read() -> None:
    """Nothing twice, and nothing that either program would leave out: libFuzzer takes 64 bytes, AFL 128."""
    values = list(parsed().values())
    assert len(values) == len(set(values)) > 300
    assert all(1 <= len(value) <= 64 for value in values)


def test_what_the_dictionary_has() -> None:
    values = set(parsed().values())
    for number in (*CtlCode, *NtStatus, *ReparseTag):
        assert struct.pack("<I", number) in values
    texts = [text.encode("utf-16-le") for text in ("@GMT-2026.11.22-17.47.43", "@GMT-", "\\??\\UNC\\", "IPC$")]
    for value in (
        *texts, b"\xfeSMB", b"\xffSMB", b"\xfdSMB", b"\xfcSMB", b"\x40\0", b"\x39\0", b"\x31\0", b"\x09\0", b"SYML",
        b"SRdr", b"\xff" * 16, b"\x11\x03", b"\xff\xff\0\1", b"LNK\1\0\0\0\0", struct.pack("<I", 120),
    ):  # fmt: skip
        assert value in values, value


def test_names_say_what_a_value_is() -> None:
    named = parsed()
    assert named["CtlCode_FSCTL_SRV_ENUMERATE_SNAPSHOTS"] == struct.pack("<I", 0x00144064)
    assert named["NtStatus_INVALID_PARAMETER"] == struct.pack("<I", 0xC000000D)
    assert named["ReparseTag_SYMLINK"] == struct.pack("<I", 0xA000000C)
    assert named["ErrorId_SHARE_REDIRECT"] == b"SRdr"
