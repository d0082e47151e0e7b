"""The command line: what it prints, what it says of bad input, and how it ends.

`run_cli` starts the real program; tests of many inputs call `main` in this process.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import re
import signal
import stat
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from samples import (
    DFS_GET_REFERRALS,
    ENUMERATE_SNAPSHOTS,
    NOBODYS,
    error,
    frame,
    header,
    mutants,
    referral_request,
    request,
    response,
    snapshot_array,
    token,
)

import smb2ioctl_codec as s2
from smb2ioctl_codec import cli
from smb2ioctl_codec.cli import files
from smb2ioctl_codec.dissect import tables

ROOT = Path(__file__).parents[1]
SAMPLE = Path(__file__).parent / "data" / "sample.jsonl"
LINES = SAMPLE.read_text(encoding="ascii").splitlines()
MESSAGES = [bytes.fromhex(json.loads(line)["message_hex"]) for line in LINES]
DFS = request(DFS_GET_REFERRALS, referral_request(r"\server\root"))
BAD_DFS = request(DFS_GET_REFERRALS, b"\4\0\x00\xd8")


class Ended(NamedTuple):
    """How a call ended."""

    status: int
    out: bytes
    err: str


def run_cli(*arguments: str, given: bytes = b"", **options: Any) -> Ended:
    """Run the program in a process of its own."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    done = subprocess.run(
        [sys.executable, "-m", "smb2ioctl_codec", *arguments], input=given, cwd=ROOT, timeout=60, check=False, **options
    )
    return Ended(done.returncode, done.stdout or b"", (done.stderr or b"").decode())


def call(*arguments: str, given: bytes = b"") -> Ended:
    """Call `main` in this process, with streams of its own."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    old = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(given))
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status: Any = None
            try:
                status = cli.main(arguments)
            except SystemExit as ended:
                status = ended.code
    finally:
        sys.stdin = old
    out.flush()
    err.flush()
    return Ended(status, out.buffer.getvalue(), err.buffer.getvalue().decode())


def assert_one_line(ended: Ended, status: int = 1) -> None:
    """Bad input, or bad usage: that status, one line that says so, no traceback."""
    assert ended.status == status, ended
    assert re.fullmatch(r"smb2ioctl: [^\n]+\n", ended.err), ended
    assert "Traceback" not in ended.err
    assert len(ended.err) < 1000


# -- the sample


def test_sample_is_decoded_by_the_first_command_of_the_readme() -> None:
    ended = run_cli("decode", "tests/data/sample.jsonl")
    assert (ended.status, ended.err) == (0, "")
    text = ended.out.decode()
    assert text.count("\n# tests/data/sample.jsonl:") + 1 == len(LINES) == 19
    for line in (
        "# tests/data/sample.jsonl:7: pcap snap_allinfo_3.pcap, frame 43, direction response",
        '   122     30          request_file_name            "\\127.0.0.1\\dfs<U+0000>"',
        '   124     50            snapshots[0]               "@GMT-2008.03.04-02.00.01"',
        "     8      4      status                           PENDING (0x00000103)",
        "    68      4      ctl_code                         FSCTL_SRV_COPYCHUNK (0x001440F2)",
        "    20      4      next_command                     128 bytes",
    ):
        assert f"{line}\n" in text


@pytest.mark.parametrize("form", ["message", "frame", "body"])
def test_sample_survives_decode_and_encode(form: str) -> None:
    forms = [{"message": m, "frame": frame(m), "body": m[64:]}[form] for m in MESSAGES]
    given = b"".join(each.hex().encode() + b"\n" for each in forms)
    documents = run_cli("decode", "--json", given=given)
    assert (documents.status, documents.err) == (0, "")
    back = run_cli("encode", given=documents.out)
    assert back == Ended(0, given, "")


def test_json_lines_survive_too_and_keep_what_they_tell() -> None:
    documents = call("decode", "--json", str(SAMPLE))
    told = [json.loads(line)["about"] for line in documents.out.splitlines()]
    assert told == [{k: v for k, v in json.loads(line).items() if k != "message_hex"} for line in LINES]
    assert call("encode", "--raw", given=documents.out) == Ended(0, b"".join(MESSAGES), "")


def test_each_message_survives_as_raw_bytes() -> None:
    for message in MESSAGES:
        for data in (message, frame(message), message[64:]):
            documents = call("decode", "--json", given=data)
            assert call("encode", "--raw", given=documents.out) == Ended(0, data, "")


def test_frames_in_a_row_come_back_as_one_stream() -> None:
    stream = b"".join(frame(message) for message in MESSAGES)
    documents = call("decode", "--json", given=stream)
    assert len(documents.out.splitlines()) == len(MESSAGES)
    assert call("encode", "--raw", given=documents.out).out == stream


# -- decode


@pytest.mark.parametrize("text", [DFS.hex(), DFS.hex(" "), DFS.hex(":").upper()])
def test_hexadecimal_text_on_the_command_line(text: str) -> None:
    ended = call("decode", text)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(b"# argument 1\noffset   size  name")
    assert b"FSCTL_DFS_GET_REFERRALS" in ended.out


def test_a_file_goes_before_hexadecimal_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fe534d42").write_bytes(error())
    monkeypatch.chdir(tmp_path)
    ended = call("decode", "fe534d42")
    assert ended.out.startswith(b"# fe534d42\n")
    assert b"ErrorResponse" in ended.out


@pytest.mark.parametrize("arguments", [(), ("-",)])
@pytest.mark.parametrize("given", [DFS, DFS.hex().encode(), json.dumps({"message_hex": DFS.hex()}).encode()])
def test_standard_input(arguments: tuple[str, ...], given: bytes) -> None:
    ended = call("decode", *arguments, given=given)
    assert (ended.status, ended.err) == (0, "")
    assert re.match(rb"# standard input(:1)?\n", ended.out)
    assert b'"\\server\\root<U+0000>"' in ended.out


def test_offsets_in_a_stream_count_from_its_first_byte() -> None:
    first = frame(header() + DFS)
    ended = call("decode", given=first + frame(header() + DFS))
    assert f"{len(first):6} {len(first):6}  Frame\n".encode() in ended.out
    assert f"{len(first) + 4:6}     64      Header\n".encode() in ended.out
    assert f"  ! note: Header.reserved at offset {len(first) + 4 + 32}: zero is expected\n".encode() in ended.out


@pytest.mark.parametrize(
    ("form", "data", "path"),
    [
        ("body", header() + DFS, "Body.structure_size"),
        ("message", DFS, "Header.protocol_id"),
        ("frame", header() + DFS, "Frame.zero"),
        ("body", b"", "nothing there"),
    ],
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_form_can_be_demanded(form: str, data: bytes, path: str, options: tuple[str, ...]) -> None:
    ended = call("decode", "--as", form, *options, given=data)
    assert_one_line(ended)
    assert path in ended.err


@pytest.mark.parametrize("options", [(), ("--json",)])
@pytest.mark.parametrize(
    ("status", "body", "result"),
    [
        ("INVALID_PARAMETER", error(), 0),
        ("status_invalid_parameter", error(), 0),
        ("c000000d", error(), 0),
        ("0xC000000D", error(), 0),
        ("0", error(), 1),
        ("SUCCESS", response(), 0),
        ("0xC000000D", response(NOBODYS, b"x"), 1),
        ("0x80000005", response(ENUMERATE_SNAPSHOTS, snapshot_array((token(1),))[:20]), 0),
        ("0x00000000", response(ENUMERATE_SNAPSHOTS, snapshot_array((token(1),))[:20]), 1),
    ],
)
def test_status_of_a_bare_body(options: tuple[str, ...], status: str, body: bytes, result: int) -> None:
    assert call("decode", "--status", status, *options, given=body).status == result


def test_rules_are_findings_and_no_errors() -> None:
    body = request(DFS_GET_REFERRALS, referral_request(r"\a"), flags=0)
    message = header(reserved=0) + body
    ended = call("decode", "--rules", "ms_smb2", given=message)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.endswith(
        b"  ! warning: IoctlRequest.flags at offset 112: Flags is not SMB2_0_IOCTL_IS_FSCTL (MS_SMB2 flags [MS-SMB2] "
        b"3.3.5.15; NOT_SUPPORTED)\n\n"
    )
    assert b"!" not in call("decode", given=message).out
    assert b"!" not in call("decode", "--rules", "WIRE", given=message).out
    document = json.loads(call("decode", "--json", "--rules", "MS_SMB2", given=message).out)
    assert [found["rule"] for found in document["packets"][0]["body"]["violations"]] == ["flags"]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_good_messages_are_printed_and_bad_ones_named(options: tuple[str, ...], tmp_path: Path) -> None:
    good = json.dumps({"message_hex": (header() + DFS).hex()})
    cut = json.dumps({"message_hex": (header() + DFS[:-1]).hex()})
    file = tmp_path / "mixed.jsonl"
    file.write_text("\n".join([good, cut, "{", good, '{"message_hex": "00"}']))
    ended = call("decode", *options, str(file), "nofile", error().hex())
    assert ended.status == 1
    lines = ended.err.splitlines()
    assert lines[0].startswith(f"smb2ioctl: {file}:2: IoctlRequest.input at offset 120: cut short")
    assert lines[1].startswith(f"smb2ioctl: {file}:3: no JSON in line 1, character 2")
    assert lines[2].startswith(f"smb2ioctl: {file}:5: starts with 00; expected 0xFE 'SMB'")
    assert lines[3].startswith("smb2ioctl: nofile: neither a file (No such file")
    assert len(lines) == 4
    if options:
        assert len(ended.out.splitlines()) == 3
    else:
        titles = [line for line in ended.out.decode().splitlines() if line.startswith("#")]
        assert titles == [f"# {file}:1", f"# {file}:2", f"# {file}:4", "# argument 3"]


def test_broken_bytes_are_shown_as_far_as_they_go() -> None:
    ended = call("decode", given=header() + DFS[:40])
    assert_one_line(ended)
    assert b"max_input_response" in ended.out
    assert b"  ! error: IoctlRequest.output_count at offset 104: cut short (needed 4, available 0)\n" in ended.out
    assert (
        ended.err
        == "smb2ioctl: standard input: IoctlRequest.output_count at offset 104: cut short (needed 4, available 0)\n"
    )


def test_notes_are_no_errors() -> None:
    ended = call("decode", given=request(NOBODYS, reserved=7))
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.endswith(b"\n  ! note: IoctlRequest.reserved at offset 2: zero is expected\n\n")


def test_the_first_error_is_told_with_its_place_in_the_stream() -> None:
    """Findings are errors first: the note about Header.reserved, which stands before, is not on standard error."""
    first = frame(header() + DFS)
    ended = call("decode", given=first + frame(header() + BAD_DFS))
    assert_one_line(ended)
    place = f"ReferralRequest.request_file_name at offset {len(first) + 4 + 122}: no UTF-16"
    assert ended.err.startswith(f"smb2ioctl: standard input: {place}")
    assert f"  ! error: {place}" in ended.out.decode()


def test_a_payload_with_too_many_parts_is_shown_in_part() -> None:
    count = 1 << 18
    body = response(ENUMERATE_SNAPSHOTS, struct.pack("<III", count, count, 0) + bytes(2 * count))
    ended = call("decode", given=body)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.endswith(
        b"  ! note: SnapshotArray at offset 60: left out from here on: more than 100000 nodes\n\n"
    )
    assert len(ended.out) < 4000


def test_frames_before_a_broken_one_are_printed() -> None:
    ended = call("decode", given=frame(header() + DFS) + b"\0\0\0\x05ab")
    assert_one_line(ended)
    assert ended.out.count(b"IoctlRequest") == 1
    assert "Frame.message" in ended.err


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_broken_payload_is_an_error_beside_a_whole_message(options: tuple[str, ...]) -> None:
    ended = call("decode", *options, given=header() + BAD_DFS)
    assert_one_line(ended)
    assert "ReferralRequest.request_file_name at offset 122: no UTF-16" in ended.err
    if options:
        assert call("encode", "--raw", given=ended.out).out == header() + BAD_DFS


def test_text_and_json_say_the_same_of_bad_input() -> None:
    content = b"\n".join(data.hex().encode() for data in mutants(MESSAGES, 400, seed=5) if len(data) > 64)
    content = b"\n".join(json.dumps({"message_hex": line.decode()}).encode() for line in content.split(b"\n"))
    text, documents = call("decode", given=content), call("decode", "--json", given=content)
    first = {line.split(": ")[1]: line for line in reversed(text.err.splitlines())}
    told = documents.err.replace("(rule output-place; status ", "(REPLY output-place; ")
    assert first == {line.split(": ")[1]: line for line in reversed(told.splitlines())}
    assert 100 < len(first) < 400


def test_nothing_in_a_title_moves_the_cursor(tmp_path: Path) -> None:
    file = tmp_path / "evil\n\x1b[2J.jsonl"
    file.write_text(json.dumps({"message_hex": error().hex(), "\x1b[1m": "\x07"}))
    ended = call("decode", str(file))
    assert ended.out.decode().splitlines()[0].endswith("evil<U+000A><U+001B>[2J.jsonl:1: <U+001B>[1m <U+0007>")
    file.write_text("{")
    assert_one_line(call("decode", str(file)))


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("", "'': empty; expected a file, hexadecimal text, or -"),
        ("nofile", "nofile: neither a file (No such file or directory) nor hexadecimal text ('n' at character 1"),
        ("fe534", "neither a file (No such file or directory) nor hexadecimal text (an odd number"),
        ("sample.jsonl/x", "neither a file (No such file or directory) nor hexadecimal text"),
        (f"{SAMPLE}/x", "neither a file (Not a directory) nor hexadecimal text"),
        ("g" * 5000, "neither a file (File name too long) nor hexadecimal text"),
        (str(ROOT), "Is a directory"),
        ("00", "argument 1: starts with 00; expected"),
        ("00" * 3000, "argument 1: starts with 00 00 00 00 00 00 00 00; expected"),
    ],
)
def test_arguments_that_are_no_input(argument: str, reason: str) -> None:
    ended = call("decode", argument)
    assert_one_line(ended)
    assert reason in ended.err


@pytest.mark.parametrize("command", ["decode", "encode"])
def test_a_file_that_may_not_be_read(command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "secret").write_bytes(b"")
    monkeypatch.setattr(Path, "open", refuse)
    ended = call(command, str(tmp_path / "secret"))
    assert_one_line(ended)
    assert ended.err == f"smb2ioctl: {tmp_path / 'secret'}: Permission denied\n"


@pytest.mark.parametrize("command", ["decode", "encode"])
def test_an_input_without_end_is_refused(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_INPUT", 1000)
    ended = call(command, "/dev/zero")
    assert_one_line(ended)
    assert "more than 1000 bytes" in ended.err


# -- encode


def test_pretty_documents_are_encoded() -> None:
    document = json.loads(call("decode", "--json", given=DFS).out)
    pretty = json.dumps(document, indent=4).encode()
    assert call("encode", given=pretty + b"\n" + pretty).out == (DFS.hex() + "\n").encode() * 2


def test_encode_reads_a_file_and_writes_one(tmp_path: Path) -> None:
    source, target = tmp_path / "in.json", tmp_path / "out"
    source.write_bytes(call("decode", "--json", given=DFS).out)
    assert call("encode", "--raw", "-o", str(target), str(source)) == Ended(0, b"", "")
    assert target.read_bytes() == DFS
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.json", "out"]


def test_a_file_in_the_way_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target, link = tmp_path / "out", tmp_path / "link"
    target.write_bytes(b"old" * 10_000)
    target.chmod(0o640)
    link.symlink_to(target)
    document = call("decode", "--json", given=DFS).out
    assert call("encode", "--output", str(link), given=document) == Ended(0, b"", "")
    assert target.read_text() == DFS.hex() + "\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert link.is_symlink()


@pytest.mark.parametrize("tail", [b"{", b"{}", b"[]", b"\xff", b'{"form": "body", "form": 1}'])
def test_nothing_is_written_if_one_document_is_bad(tail: bytes, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    documents = call("decode", "--json", given=DFS).out + tail
    for options in ((), ("--raw",), ("-o", str(target))):
        ended = call("encode", *options, given=documents)
        assert_one_line(ended)
        assert ended.out == b""
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("out", b"old")]


def test_nothing_is_left_if_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    ended = call("encode", "-o", str(target), given=call("decode", "--json", given=DFS).out)
    assert_one_line(ended)
    assert ended.err == f"smb2ioctl: {target}: No space left on device\n"
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("out", b"old")]


@pytest.mark.parametrize("place", ["missing/out", "."])
def test_places_that_cannot_be_written(place: str, tmp_path: Path) -> None:
    ended = call("encode", "-o", str(tmp_path / place), given=call("decode", "--json", given=DFS).out)
    assert_one_line(ended)
    assert list(tmp_path.iterdir()) == []


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    document = call("decode", "--json", given=DFS).out
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert call("encode", "--raw", "-o", str(pipe), given=document) == Ended(0, b"", "")
        assert os.read(reader, 1000) == DFS
    finally:
        os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (b"", "standard input: nothing there; expected JSON documents"),
        (b"\n\n7", "standard input:3: expected an object, not a number"),
        (b'{"form": "body"}\n', "standard input:1: body: missing"),
        (b"{}\n\n{", "standard input:1: form: expected body or message or frame"),
        (b"\n{,", "standard input: no JSON in line 2, character 2: "),
        (b"fe534d42", "standard input: no JSON in line 1, character 1: "),
        (LINES[0].encode(), "standard input:1: form: expected body or message or frame"),
    ],
)
def test_documents_that_are_refused(given: bytes, reason: str) -> None:
    ended = call("encode", given=given)
    assert_one_line(ended)
    assert reason in ended.err


def test_a_document_that_cannot_be_parsed_is_named_by_its_own_line() -> None:
    ended = call("encode", given=call("decode", "--json", given=DFS).out + b"\n{,")
    assert ended.err.startswith("smb2ioctl: standard input: no JSON in line 3, character 2: ")


def test_encode_wants_a_file_that_is_there() -> None:
    ended = call("encode", "nofile")
    assert ended == Ended(1, b"", "smb2ioctl: nofile: No such file or directory\n")


# -- code and rules


@pytest.mark.parametrize(
    "value",
    [
        "0x144064", "0X00144064", "1327204", "FSCTL_SRV_ENUMERATE_SNAPSHOTS", "fsctl_srv_enumerate_snapshots",
        "srv_enum_snaps", "FSCTL_GET_SHADOW_COPY_DATA",
    ],
)  # fmt: skip
def test_code(value: str) -> None:
    ended = call("code", value)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.decode().splitlines() == [
        "FSCTL_SRV_ENUMERATE_SNAPSHOTS",
        "  value     0x00144064",
        "  aliases   FSCTL_GET_SHADOW_COPY_DATA, FSCTL_SRV_ENUM_SNAPS",
        "  device    0x0014 NETWORK_FILE_SYSTEM",
        "  access    0x1 READ",
        "  function  0x019",
        "  method    0x0 BUFFERED",
        "  request   raw bytes, or none",
        "  response  SnapshotArray",
        "  section   [MS-SMB2] 2.2.32.2",
        "  handle    FileId names an open",
    ]


def test_code_without_a_name_or_a_handle() -> None:
    first, second = call("code", "0x83849999").out, call("code", "0x60194").out
    assert first.startswith(b"a control code without a known name\n  value     0x83849999\n  device    0x8384\n")
    assert b"  handle    none: FileId must be all ones\n" in second
    assert b"  request   ReferralRequest\n" in second


def test_code_as_json() -> None:
    ended = call("code", "--json", "0x60194", "0x83849999")
    first, second = (json.loads(line) for line in ended.out.splitlines())
    assert first["name"] == "FSCTL_DFS_GET_REFERRALS"
    assert (first["needs_no_handle"], first["request"], first["value"]) == (True, "ReferralRequest", "0x00060194")
    assert second["needs_no_handle"] is False
    assert "name" not in second


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("nope", "'nope': neither the name of a control code nor a number like 0x144064\n"),
        ("FSCTL_SRV_COPYCHUNKS", "the nearest is FSCTL_SRV_COPYCHUNK\n"),
        ("0x100000000", "more than 32 bits"),
        ("9" * 32, "more than 32 bits"),
        ("0x", "neither the name"),
        ("\u0661", "neither the name"),
        ("", "neither the name"),
        ("x" * 5000, f"'{'x' * 40}...': neither the name"),
    ],
)
def test_no_code(value: str, reason: str) -> None:
    ended = call("code", value)
    assert_one_line(ended)
    assert reason in ended.err


def test_good_codes_are_told_beside_bad_ones() -> None:
    ended = call("code", "nope", "0x144064", "alsonot")
    assert (ended.status, len(ended.err.splitlines())) == (1, 2)
    assert ended.out.startswith(b"FSCTL_SRV_ENUMERATE_SNAPSHOTS\n")


def test_a_code_with_a_remark() -> None:
    assert b"  remark    both are whatever the pipe's protocol says\n" in call("code", "pipe_transceive").out


def test_rules_of_one_set() -> None:
    ended = call("rules", "samba_3_6")
    title, heading, *rows = ended.out.decode().splitlines()
    assert (ended.status, title) == (0, f"SAMBA_3_6: Samba 3.6, the reference server ({len(s2.rules.SAMBA_3_6)} rules)")
    assert heading.split() == ["id", "status", "force", "path", "section", "message", "test"]
    assert len(rows) == len(s2.rules.SAMBA_3_6)
    columns = [heading.index(name) for name in heading.split()]
    for row, rule in zip(rows, s2.rules.SAMBA_3_6, strict=True):
        cells = [row[start:end].strip() for start, end in zip(columns, [*columns[1:], None], strict=True)]
        assert cells == [
            rule.id, str(rule.status), rule.force, rule.path, rule.section, rule.message, rule.test,
        ]  # fmt: skip
        assert all(row[start - 2 : start] == "  " for start in columns)


def test_rules_of_all_sets() -> None:
    blocks = call("rules").out.decode().split("\n\n")
    assert [block.partition(":")[0] for block in blocks] == list(tables.rule_sets())
    assert {"SAMBA_3_6", "SAMBA_4", "MS_SMB2", "REPLY", "WIRE"} <= set(tables.rule_sets())
    assert [len(block.splitlines()) for block in blocks] == [
        len(rules) + 2 if len(rules) else 1 for rules in tables.rule_sets().values()
    ]


def test_a_rule_that_drops_the_connection() -> None:
    rule = s2.rules.Rule("x", "here", None, "IoctlRequest.flags", "flags", "no flags")
    lines = list(tables.rules_table(s2.rules.RuleSet("X", "one", (rule,))))
    assert lines[0] == "X: one (1 rule)"
    assert "  (connection dropped)  must   IoctlRequest.flags  here" in lines[2]


def test_requests_are_held_against_rules_for_requests() -> None:
    assert set(tables.rule_sets()) - set(tables.request_rule_sets()) == {"REPLY"}


# -- usage


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("nope",), ("--nope",), ("decode", "--nope"), ("decode", "--as", "packet"), ("decode", "--as"),
        ("decode", "--status", "OKAY"), ("decode", "--status", "0x1FFFFFFFF"), ("decode", "--status", "-1"),
        ("decode", "--status", " 1_0"),
        ("decode", "--rules", "SAMBA"), ("decode", "--rules", "REPLY"), ("decode", "--jso"), ("encode", "a", "b"),
        ("encode", "-o"), ("code",), ("code", "--raw", "1"), ("rules", "SAMBA"), ("rules", "WIRE", "WIRE"),
        ("decode", "--rules", "x\ny" * 300),
    ],
)  # fmt: skip
def test_bad_usage(arguments: tuple[str, ...]) -> None:
    ended = call(*arguments)
    assert_one_line(ended, status=2)
    assert ended.out == b""
    assert "--help" in ended.err


@pytest.mark.parametrize(
    "arguments", [("--help",), ("dissect", "-h"), ("decode", "-h"), ("encode", "-h"), ("code", "-h"), ("rules", "-h")]
)
def test_help(arguments: tuple[str, ...]) -> None:
    ended = call(*arguments)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(b"usage: smb2ioctl")


def test_version() -> None:
    assert run_cli("--version") == Ended(0, f"smb2ioctl {s2.__version__}\n".encode(), "")


# -- hostile input


def hostile_lines() -> Iterator[bytes]:
    """Several hundred inputs of which none is a message: each gives one line and status 1."""
    generator = random.Random(11)
    for size in (1, 2, 3, 4, 63, 64, 65, 500):
        for _ in range(20):
            yield b"\x01" + generator.randbytes(size)
    for message in MESSAGES:
        for size in (4, 16, 63, 65, 64 + 20):
            yield message[: min(size, len(message) - 2)]
        yield frame(message)[:-1]
        yield message.hex().encode()[:-1]
        yield message.hex().encode() + b" zz"
        yield json.dumps({"message_hex": message.hex()[:-1]}).encode()
        yield json.dumps({"message_hex": message.hex()}).encode()[:-1]
        yield json.dumps({"message": message.hex()}).encode()
    yield from (b"", b" ", b"\n", b"{", b"{}", b"[]", b"hello", b"\x1f\x8b\x08\0", b"\xff" * 100_000, bytes(100_000))


def test_hostile_bytes_give_one_line() -> None:
    count = 0
    for data in hostile_lines():
        count += 1
        for options in ((), ("--json",)):
            assert_one_line(call("decode", *options, given=data))
    assert count > 350


def broken_documents() -> Iterator[bytes]:
    """Several hundred documents in which one thing is wrong."""
    strange: tuple[Any, ...] = (None, True, -1, 1.5, "zz", "0xZ", [], {}, [[]], 1 << 70)
    for message in MESSAGES[::6]:
        text = call("decode", "--json", given=message).out.decode()
        for path in places(json.loads(text)):
            for value in strange:
                document = json.loads(text)
                place = document
                for key in path[:-1]:
                    place = place[key]
                if place[path[-1]] != value and not harmless(path, value):
                    place[path[-1]] = value
                    yield json.dumps(document).encode()
        for end in range(1, len(text) - 2, 40):
            yield text[:end].encode()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document that is read."""
    if path:
        yield path
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        if key != "payload":
            yield from places(part, (*path, key))


def harmless(path: tuple[Any, ...], value: Any) -> bool:
    """Whether the value may stand there: null for what is computed."""
    return value is None and path[-1] in ("input_offset", "output_offset", "padding")


def test_broken_documents_give_one_line() -> None:
    count = 0
    for data in broken_documents():
        ended = call("encode", given=data)
        assert_one_line(ended)
        assert ended.out == b""
        count += 1
    assert count > 500


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        (("decode",), bytes(range(256)) * 4000),
        (("decode",), b"["),
        (("decode",), b"{" * 100_000),
        (("decode",), b'{"message_hex":' + b"[" * 100_000),
        (("decode",), b"\xfeSMB" + bytes(5)),
        (("decode", "--as", "frame"), b"\0\0\0\1"),
        (("encode",), b"[" * 100_000),
        (("encode",), b'{"form": ' + b"9" * 10_000),
        (("encode",), bytes(1000)),
        (("code", "\udcff"), b""),
        (("decode", "\udcff"), b""),
    ],
)
def test_the_program_shows_no_traceback(arguments: tuple[str, ...], given: bytes) -> None:
    assert_one_line(run_cli(*arguments, given=given))


# -- how the process ends


def test_a_reader_that_goes_away_ends_the_program_quietly() -> None:
    command = [sys.executable, "-m", "smb2ioctl_codec", "decode", *[str(SAMPLE)] * 50]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"# ")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("decode", str(SAMPLE)), ("rules",), ("--help",), ("--version",), ("code", "1")])
def test_a_pipe_that_nobody_reads(arguments: tuple[str, ...], unbuffered: str) -> None:
    """Also where all output fits into the buffer, so that only the last flush finds out."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ended = run_cli(*arguments, stdout=writer, env=os.environ | {"PYTHONUNBUFFERED": unbuffered})
    finally:
        os.close(writer)
    assert ended == Ended(141, b"", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("decode", str(SAMPLE)), ("code", "1"), ("rules", "-h")])
def test_a_full_disk(arguments: tuple[str, ...], unbuffered: str) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = run_cli(*arguments, stdout=full, env=os.environ | {"PYTHONUNBUFFERED": unbuffered})
    assert_one_line(ended)
    assert "standard output: No space left" in ended.err


def in_shell(command: str) -> Ended:
    """Run the program by a shell, which can close its streams."""
    line = f"{sys.executable} -m smb2ioctl_codec {command}"
    done = subprocess.run(["sh", "-c", line], cwd=ROOT, input=b"", capture_output=True, timeout=60, check=False)
    return Ended(done.returncode, done.stdout, done.stderr.decode())


@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_closed_streams(closed: str) -> None:
    ended = in_shell(f"decode {closed}")
    assert_one_line(ended)
    assert "closed" in ended.err


@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full"])
def test_errors_that_nobody_can_be_told(where: str) -> None:
    assert in_shell(f"decode zz {where}") == Ended(1, b"", "")


def test_output_in_a_small_character_set() -> None:
    body = request(DFS_GET_REFERRALS, referral_request("\\\u65e5"))
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    ended = run_cli("decode", given=body, env=environment)
    assert (ended.status, ended.err) == (0, "")
    assert rb'"\\u65e5<U+0000>"' in ended.out


def test_an_interrupt_ends_the_program_quietly() -> None:
    """It is sent when the program has begun to read its input."""
    starter = """
import signal, sys
from types import SimpleNamespace
from smb2ioctl_codec import cli
signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests may run in the background, which ignores it
read = sys.stdin.buffer.read
sys.stdin = SimpleNamespace(buffer=SimpleNamespace(read=lambda *size: print("on", flush=True) or read(*size)))
cli.run()
"""
    with subprocess.Popen(
        [sys.executable, "-c", starter, "decode"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == b"on\n"
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.1)  # there is one more step from saying so to doing it
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"")


class Streams:
    """Standard streams of `run` in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        monkeypatch.setattr(sys, "argv", ["smb2ioctl", *arguments])
        monkeypatch.setattr(sys, "stdout", self.out)
        monkeypatch.setattr(sys, "stderr", self.err)

    def run(self) -> Ended:
        with pytest.raises(SystemExit) as caught:
            cli.run()
        assert isinstance(caught.value.code, int)
        return Ended(caught.value.code, self.out.getvalue().encode(), self.err.getvalue())


@pytest.mark.parametrize(
    ("raised", "status", "line"),
    [
        (BrokenPipeError(), 141, ""),
        (KeyboardInterrupt(), 130, ""),
        (OSError(28, "No space left on device"), 1, "smb2ioctl: standard output: No space left on device\n"),
        (MemoryError(), 1, "smb2ioctl: the input is too large for the memory of this machine\n"),
        (KeyError("x"), 70, "smb2ioctl: this program is broken, please report it: KeyError: 'x'\n"),
    ],
)
def test_nothing_gets_out_of_run(
    raised: BaseException, status: int, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def main(_: object) -> int:
        raise raised

    monkeypatch.setattr(cli, "main", main)
    assert Streams(monkeypatch).run() == Ended(status, b"", line)


@pytest.mark.parametrize(("arguments", "status"), [(("code", "1"), 0), (("code", "x"), 1), (("x",), 2), (("-h",), 0)])
def test_run_ends_with_the_status_of_main(
    arguments: tuple[str, ...], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Streams(monkeypatch, *arguments).run().status == status


def test_streams_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    streams = Streams(monkeypatch, "decode")
    monkeypatch.setattr(sys, "stdin", None)
    first = "smb2ioctl: standard input: closed\n"
    assert streams.run() == Ended(1, b"", first)
    monkeypatch.setattr(sys, "stdout", None)
    assert streams.run() == Ended(1, b"", f"{first}smb2ioctl: standard output is closed\n")
    monkeypatch.setattr(sys, "stderr", None)
    assert streams.run().status == 1


def test_standard_error_that_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise BrokenPipeError

    streams = Streams(monkeypatch, "code", "x")
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(write=refuse, flush=lambda: None))
    assert streams.run().status == 1


def test_the_module_is_the_program() -> None:
    assert run_cli("code", "x") == Ended(1, b"", call("code", "x").err)
