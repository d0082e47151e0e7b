"""``smb2ioctl dissect``: every format, filter and option, on whole, damaged and missing captures, and how it ends."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
from capture.making import DATA, facts, frame, packet, pcap, records, syn
from samples import DFS_GET_REFERRALS, NOBODYS, header, mutants, request, response
from test_cli import ROOT, Ended, assert_one_line, call, run_cli

from smb2ioctl_codec import cli
from smb2ioctl_codec.cli import progress
from smb2ioctl_codec.dissect import view
from smb2ioctl_codec.dissect.select import Selection

SPARSE = DATA / "captures" / "smbt_set_sparse.pcap"
COMPOUND = DATA / "captures" / "smbt_compound.pcap"
PIPES = DATA / "captures" / "net_rpc_user.pcap"
FIELDS = ("-e", "frame.number", "-e", "smb2.cmd", "-e", "smb2.ioctl.function", "-e", "smb2.ioctl.in")
#: Every format with what it needs.
FORMATS: dict[str, tuple[str, ...]] = {
    "text": (), "json": ("-T", "json"), "ek": ("-T", "ek"), "fields": ("-T", "fields", *FIELDS), "csv": ("-T", "csv"),
    "html": ("-T", "html"),
}  # fmt: skip
NUMBERS = ("-T", "csv", "-e", "frame.number")

REPLY = 1  # SERVER_TO_REDIR


def asked(number: int) -> tuple[bytes, bool]:
    """A request with nothing wrong, and that it is no reply."""
    return header(reserved=0, message_id=number) + request(NOBODYS, b"ab", persistent=1, volatile=2), False


def answered(number: int) -> tuple[bytes, bool]:
    """Its reply."""
    return header(reserved=0, message_id=number, flags=REPLY) + response(NOBODYS, b"xyz"), True


#: A request with a payload that no reader takes, and one that breaks a rule of [MS-SMB2].
BROKEN = header(reserved=0, message_id=90) + request(DFS_GET_REFERRALS, b"\4\0\x00\xd8"), False
UNRULY = header(reserved=0, message_id=91) + request(NOBODYS, b"ab", flags=0, persistent=1), False


def talk(*steps: tuple[bytes, bool], lost: Sequence[int] = (), server: int = 445) -> bytes:
    """A capture of one connection, each message in a packet: from frame 3 on, unless some were `lost`."""
    ports = (50000, server)
    places = {False: 1, True: 1}
    packets = [packet(b"", 0, flags=2, ports=ports), packet(b"", 0, reply=True, flags=18, ports=ports)]
    for index, (message, reply) in enumerate(steps):
        content = frame(message)
        if index not in lost:
            packets.append(packet(content, places[reply], reply=reply, acknowledged=places[not reply], ports=ports))
        places[reply] += len(content)
    return pcap(packets)


def lines(ended: Ended) -> list[str]:
    """What was printed, line by line."""
    return ended.out.decode().splitlines()


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, in which no key may stand twice."""
    made = dict(pairs)
    assert len(made) == len(pairs), pairs
    return made


def parsed(ended: Ended) -> list[Any]:
    """Each line as JSON."""
    return [json.loads(line, object_pairs_hook=without_repeats) for line in lines(ended)]


def rows(page: bytes) -> list[list[Any]]:
    """The rows of a report, with their texts in place."""
    found = []
    for content in re.findall(rb'<script type="application/json" class="rows">(.*?)</script>', page):
        data = json.loads(content)
        for number, *texts, partner, errors, warnings, notes in data["rows"]:
            found.append([number, *(data["strings"][each] for each in texts), partner, errors, warnings, notes])
    return found


# -- formats


def test_text() -> None:
    ended = call("dissect", str(SPARSE))
    assert (ended.status, ended.err) == (0, "")
    first, second, end = ended.out.decode().split("\n\n")
    assert first.startswith(
        f"# {SPARSE}: frame 16, 2026-11-22T16:31:56.359218000Z, 127.0.0.1:33988 to 127.0.0.1:445, request, "
        "FSCTL_SET_SPARSE, \\\\127.0.0.1\\plain, big.bin"
    )
    assert first.splitlines()[-4:] == [
        "   120      1      input                            1 byte: ff",
        "   120      1        FileSetSparseBuffer",
        "   120      1          set_sparse                   255",
        "   121      0          trailing                     no bytes",
    ]
    assert end == ""
    assert second.splitlines() == [
        (
            f"# {SPARSE}: frame 17, 2026-11-22T16:31:56.359325000Z, 127.0.0.1:33988 to 127.0.0.1:445, response, "
            "FSCTL_SET_SPARSE, SUCCESS, \\\\127.0.0.1\\plain, big.bin, answers frame 16, after 0.000107000 s"
        ),
        "offset   size  name                                 value",
        "     0    112  Packet",
        "     0     64    Header",
        "     0      4      protocol_id                      SMB2 (0x424D53FE)",
        "     4      2      structure_size                   64",
        "     6      2      credit_charge                    1",
        "     8      4      status                           SUCCESS (0x00000000)",
        "    12      2      command                          IOCTL (0x000B)",
        "    14      2      credits                          1",
        "    16      4      flags                            SERVER_TO_REDIR | priority 1 (0x00000011)",
        "    20      4      next_command                     0 bytes",
        "    24      8      message_id                       5",
        "    32      4      reserved                         0",
        "    36      4      tree_id                          2247637873 (0x85F83B71)",
        "    40      8      session_id                       0x00000000B7457302",
        "    48     16      signature                        16 bytes: 00000000000000000000000000000000",
        "    64     48    IoctlResponse",
        "    64      2      structure_size                   49",
        "    66      2      reserved                         0",
        "    68      4      ctl_code                         FSCTL_SET_SPARSE (0x000900C4)",
        "    72     16      file_id",
        "    72      8        persistent                     0x00000000DC96060A",
        "    80      8        volatile                       0x0000000019BA8C77",
        "    88      4      input_offset                     112 bytes",
        "    92      4      input_count                      0 bytes",
        "    96      4      output_offset                    112 bytes",
        "   100      4      output_count                     0 bytes",
        "   104      4      flags                            0",
        "   108      4      reserved2                        0",
    ]


def test_json() -> None:
    ended = call("dissect", "-T", "json", str(SPARSE))
    assert (ended.status, ended.err) == (0, "")
    first, second = parsed(ended)
    known = {name: value for name, value in second.items() if name not in ("root", "file")}
    assert known == {
        "frame": 17, "time": "2026-11-22T16:31:56.359325000Z", "file_name": "big.bin",
        "client": "127.0.0.1:33988", "server": "127.0.0.1:445", "connection": 0, "direction": "response",
        "message_id": 5, "partner": 16, "time_since_request_ns": 107000, "share": r"\\127.0.0.1\plain",
        "user": r"LAB\root", "form": "message", "findings": [],
    }  # fmt: skip
    head, body = second["root"].pop("children")
    assert second["root"] == {
        "name": "Packet", "path": "Packet", "offset": 0, "size": 112, "role": "message", "wireshark": "smb2",
    }  # fmt: skip
    assert (head["name"], body["name"]) == ("Header", "IoctlResponse")
    assert body["children"][2] == {
        "name": "ctl_code", "path": "IoctlResponse.ctl_code", "offset": 68, "size": 4, "value": "FSCTL_SET_SPARSE",
        "display": "FSCTL_SET_SPARSE (0x000900C4)", "role": "data", "wireshark": "smb2.ioctl.function",
    }  # fmt: skip
    assert (first["frame"], first["direction"], "partner" in first) == (16, "request", False)


def test_json_names_the_capture() -> None:
    (document,) = parsed(call("dissect", "-T", "json", "-", given=talk(asked(1))))
    assert (document["file"], document["frame"], document["connection"]) == ("standard input", 3, 0)


def test_ek() -> None:
    ended = call("dissect", "-T", "ek", str(SPARSE))
    assert (ended.status, ended.err) == (0, "")
    index, first, other, second = lines(ended)
    assert index == other == '{"index":{"_index":"packets-2026-11-22","_type":"doc"}}'
    assert second.startswith(
        '{"timestamp":"1795365116359","layers":{"frame":{"frame_frame_number":"17",'
        '"frame_frame_time_epoch":"1795365116.359325000"},"ip":{"ip_ip_src":"127.0.0.1","ip_ip_dst":"127.0.0.1"},'
        '"tcp":{"tcp_tcp_srcport":"445","tcp_tcp_dstport":"33988"},"smb2":{"smb2_smb2_protocol_id":"0xfe534d42",'
    )
    fields = json.loads(second, object_pairs_hook=without_repeats)["layers"]["smb2"]
    expected = {
        "cmd": "11", "nt_status": "0x00000000", "flags_response": True, "msg_id": "5", "tid": "0x85f83b71",
        "ioctl_function": "0x000900c4", "ioctl_in": None, "olb_offset": ["0x00000070", "0x00000070"],
        "tree": r"\\127.0.0.1\plain", "acct": "root", "ioctl_filename": "big.bin", "response_to": "16",
        "time": "0.000107000",
    }  # fmt: skip
    assert {name: fields[f"smb2_smb2_{name}"] for name in expected} == expected
    asking = json.loads(first, object_pairs_hook=without_repeats)["layers"]["smb2"]
    assert asking["smb2_smb2_fsctl_set_sparse"] is True
    assert "smb2_smb2_response_to" not in asking


def test_ek_goes_packet_by_packet() -> None:
    made = parsed(call("dissect", "-T", "ek", "-Y", "frame.number == 92", str(COMPOUND)))
    assert len(made) == 2
    assert [each["smb2_smb2_cmd"] for each in made[1]["layers"]["smb2"]] == ["5", "11", "6", "17"]


def test_fields() -> None:
    ended = call("dissect", "-T", "fields", *FIELDS, "-e", "smb2.tree", str(SPARSE))
    assert ended == Ended(
        0,
        b"16\t11\t0x000900c4\t1\t\\\\127.0.0.1\\plain\n17\t11\t0x000900c4\t1\t\\\\127.0.0.1\\plain\n",
        "",
    )


def test_fields_go_packet_by_packet() -> None:
    """All messages of a compound in a line; what is below SMB2 stands there once."""
    names = ("-e", "frame.number", "-e", "ip.src", "-e", "smb2.cmd", "-e", "smb2.msg_id", "-e", "smb2.ioctl.function")
    ended = call("dissect", "-T", "fields", *names, str(COMPOUND))
    assert (ended.status, lines(ended)[2:5]) == (
        0,
        [
            "92\t127.0.0.1\t5,11,6,17\t7,8,9,10\t0x000900c0",
            "93\t127.0.0.1\t5,11,6,17\t7,8,9,10\t0x000900c0",
            "118\t127.0.0.1\t11,6\t4,5\t0x000900c0",
        ],
    )


def test_csv() -> None:
    ended = call("dissect", "-T", "csv", str(SPARSE))
    assert (ended.status, ended.err) == (0, "")
    assert lines(ended) == [
        (
            "frame.number,frame.time_epoch,ip.src,ip.dst,smb2.msg_id,smb2.flags.response,smb2.nt_status,"
            "smb2.ioctl.function,smb2.tree,smb2.ioctl.filename,smb2.response_to,smb2.time"
        ),
        r"16,1795365116.359218000,127.0.0.1,127.0.0.1,5,0,,0x000900c4,\\127.0.0.1\plain,big.bin,,",
        r"17,1795365116.359325000,127.0.0.1,127.0.0.1,5,1,0x00000000,0x000900c4,\\127.0.0.1\plain,big.bin,16,0.000107000",
    ]


def test_csv_goes_message_by_message_and_quotes_where_it_must() -> None:
    names = ("-e", "frame.number", "-e", "smb2.cmd", "-e", "smb2.olb.length")
    ended = call("dissect", "-T", "csv", *names, "-Y", "smb2.cmd and frame.number == 92", str(COMPOUND))
    assert lines(ended) == ["frame.number,smb2.cmd,smb2.olb.length", "92,5,", '92,11,"0,0"', "92,6,", "92,17,"]


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_trees_go_message_by_message(form: str) -> None:
    ended = call("dissect", *FORMATS[form], "-Y", "smb2.cmd and frame.number == 92", str(COMPOUND))
    if form == "text":
        frames = [int(number) for number in re.findall(r"(?m)^# .*?: frame (\d+),", ended.out.decode())]
    elif form == "json":
        frames = [each["frame"] for each in parsed(ended)]
    else:
        frames = [row[0] for row in rows(ended.out)]
    assert frames == [92] * 4


def test_html() -> None:
    ended = call("dissect", "-T", "html", str(SPARSE))
    assert (ended.status, ended.err) == (0, "")
    page = ended.out.decode("ascii")
    assert page.startswith("<!DOCTYPE html>\n")
    assert page.rstrip().endswith("</html>")
    assert f"<title>{SPARSE}</title>" in page
    there = "127.0.0.1:33988 to 127.0.0.1:445"
    about = r"\\127.0.0.1\plain, big.bin"
    reply = "2026-11-22T16:31:56.359325000Z"
    assert [row[0] for row in rows(ended.out)] == [16, 17]
    assert rows(ended.out)[1] == [17, reply, there, "response", "FSCTL_SET_SPARSE", "SUCCESS", about, 16, 0, 0, 0]


def test_the_title_of_a_report_names_all_captures() -> None:
    ended = call("dissect", "-T", "html", str(SPARSE), "-", given=talk(asked(1)))
    assert f"<title>{SPARSE}, standard input</title>".encode() in ended.out
    assert [row[0] for row in rows(ended.out)] == [16, 17, 3]


@pytest.mark.parametrize("form", FORMATS)
def test_a_capture_without_messages(form: str) -> None:
    ended = call("dissect", *FORMATS[form], "-", given=pcap([syn()]))
    assert (ended.status, ended.err) == (0, "")
    assert rows(ended.out) == []
    if form not in ("html", "csv"):
        assert ended.out == b""


# -- inputs


def test_captures_one_after_the_other() -> None:
    ended = call("dissect", str(SPARSE), "-", str(SPARSE), given=talk(asked(1), answered(1)))
    assert (ended.status, ended.err) == (0, "")
    shown = re.findall(r"(?m)^# (.*?): frame (\d+),", ended.out.decode())
    assert shown == [
        (str(SPARSE), "16"), (str(SPARSE), "17"), ("standard input", "3"), ("standard input", "4"),
        (str(SPARSE), "16"), (str(SPARSE), "17"),
    ]  # fmt: skip


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("is_file", [True, False])
def test_files_and_standard_input_packed_or_not(
    packed: Callable[[bytes], bytes], is_file: bool, tmp_path: Path
) -> None:
    data = packed(SPARSE.read_bytes())
    (tmp_path / "capture").write_bytes(data)
    ended = call("dissect", *NUMBERS, str(tmp_path / "capture") if is_file else "-", given=data)
    assert ended == Ended(0, b"frame.number\n16\n17\n", "")


def test_the_program_reads_a_pipe() -> None:
    ended = run_cli("dissect", *NUMBERS, "-", given=gzip.compress(PIPES.read_bytes()))
    assert (ended.status, ended.err) == (0, "")
    expected = [number for number, command, *_ in facts("net_rpc_user.pcap") if command == 11]
    assert lines(ended)[1:] == [str(number) for number in expected]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "this is neither a pcap nor a pcapng file: it is empty"),
        (b"hello", "this is neither a pcap nor a pcapng file: it starts with 68656c6c"),
        (b"\xd4\xc3\xb2\xa1\2\0", "the capture is cut short in the file's header: 6 of 24 bytes"),
        (b"\x1f\x8b\x08", "the capture is cut short: the gzip data end too early"),
    ],
)
@pytest.mark.parametrize("form", FORMATS)
def test_what_is_no_capture(form: str, data: bytes, reason: str) -> None:
    ended = call("dissect", *FORMATS[form], "-", given=data)
    assert_one_line(ended)
    assert ended.err == f"smb2ioctl: standard input: {reason}\n"


@pytest.mark.parametrize("form", FORMATS)
def test_the_others_are_shown_where_a_file_is_missing(form: str, tmp_path: Path) -> None:
    nothing, folder = tmp_path / "nothing", tmp_path
    ended = call("dissect", *FORMATS[form], str(nothing), str(SPARSE), str(folder), "-", given=talk(asked(1)))
    assert ended.status == 1
    assert ended.err == f"smb2ioctl: {nothing}: No such file or directory\nsmb2ioctl: {folder}: Is a directory\n"
    alone = call("dissect", *FORMATS[form], str(SPARSE), "-", given=talk(asked(1)))
    assert rows(ended.out) == rows(alone.out)
    if form != "html":
        assert ended.out == alone.out


@pytest.mark.parametrize("form", FORMATS)
def test_what_stands_before_a_cut_is_written(form: str) -> None:
    """The first of the two messages is there; the second is not."""
    data = SPARSE.read_bytes()
    ended = call("dissect", *FORMATS[form], "-", given=data[: data.index(records(data)[16]) + 10])
    assert_one_line(ended)
    alone = call("dissect", *FORMATS[form], "-Y", "frame.number == 16", "-", given=SPARSE.read_bytes())
    assert alone.out != b""
    assert rows(ended.out) == rows(alone.out)
    if form != "html":
        assert ended.out == alone.out


def test_a_report_of_a_damaged_capture_is_whole() -> None:
    data = SPARSE.read_bytes()
    ended = call("dissect", "-T", "html", "-", str(SPARSE), given=data[: data.index(records(data)[16]) + 10])
    assert ended.status == 1
    assert [row[0] for row in rows(ended.out)] == [16, 16, 17]
    assert ended.out.count(b"</html>") == 1


@pytest.mark.parametrize("form", FORMATS)
def test_lost_packets_are_told_and_are_no_error(form: str) -> None:
    data = talk(asked(1), answered(1), asked(2), answered(2), asked(3), answered(3), lost=[2])
    ended = call("dissect", *FORMATS[form], "-", given=data)
    assert ended.status == 0
    assert ended.err == (
        "smb2ioctl: standard input: 1 finding while reading it, the first: frame 6 (10.0.0.1:50000 to 10.0.0.2:445): "
        "126 bytes are missing\n"
    )


def test_several_losses_are_counted() -> None:
    steps = [each for number in range(6) for each in (asked(number), answered(number))]
    ended = call("dissect", "-", given=talk(*steps, lost=[2, 6]))
    assert ended.status == 0
    assert "standard input: 2 findings while reading it, the first: frame 6 (" in ended.err
    told = [line for line in lines(ended) if line.startswith("  !")]
    assert told == [
        f"  ! captured: frame {number} (10.0.0.1:50000 to 10.0.0.2:445): 126 bytes are missing" for number in (6, 9)
    ]


@pytest.mark.parametrize(
    ("options", "frames"),
    [((), []), (("--port", "4450"), [3, 4]), (("--port", "445", "--port", "4450"), [3, 4]), (("--port", "445"), [])],
)
def test_ports(options: tuple[str, ...], frames: list[int]) -> None:
    ended = call("dissect", *NUMBERS, *options, "-", given=talk(asked(1), answered(1), server=4450))
    assert (ended.status, ended.err) == (0, "")
    assert lines(ended)[1:] == [str(number) for number in frames]


@pytest.mark.parametrize("port", ["0", "65536", "-1", "smb", "", "4 5", "\u0661", "123456"])
def test_what_is_no_port(port: str) -> None:
    ended = call("dissect", "--port", port, str(SPARSE))
    assert_one_line(ended, status=2)
    assert ended.out == b""


# -- filters


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", lambda frame, command, reply: command == 11),
        ("frame.number < 1000", lambda frame, command, reply: command == 11),
        ("smb2.flags.response == 1", lambda frame, command, reply: command == 11 and reply),
        ("smb2.cmd", lambda frame, command, reply: True),
        ("smb2.cmd == 11", lambda frame, command, reply: command == 11),
        ("smb2.cmd != 11", lambda frame, command, reply: command != 11),
        ("smb2.cmd == 5 && frame.number > 50", lambda frame, command, reply: command == 5 and frame > 50),
        ("frame.number in {14..15} or smb2.cmd == 4", lambda frame, command, reply: frame in (14, 15) or command == 4),
        ("smb2.ioctl.function == 0x144064", lambda frame, command, reply: False),
    ],
)
def test_only_ioctl_unless_the_filter_names_the_command(text: str, wanted: Callable[[int, int, int], bool]) -> None:
    """The messages are those that tshark finds."""
    ended = call("dissect", *NUMBERS, "-e", "smb2.cmd", "-Y", text, str(COMPOUND))
    assert (ended.status, ended.err) == (0, "")
    expected = [
        f"{frame},{command}" for frame, command, _, reply in facts(COMPOUND.name) if wanted(frame, command, reply)
    ]
    assert lines(ended)[1:] == expected


def test_a_packet_is_wanted_if_one_of_its_messages_is() -> None:
    names = ("-e", "frame.number", "-e", "smb2.cmd")
    ended = call("dissect", "-T", "fields", *names, "-Y", "smb2.cmd == 17", str(COMPOUND))
    assert "92\t5,11,6,17" in lines(ended)
    assert all("17" in line.partition("\t")[2].split(",") for line in lines(ended))


@pytest.mark.parametrize("form", ["fields", "ek"])
def test_a_packet_is_wanted_for_its_ioctl_messages_alone(form: str) -> None:
    """The message 7 of frame 92 is a CREATE, beside the IOCTL message 8."""
    options = ("dissect", *FORMATS[form], str(COMPOUND), "-Y")
    assert call(*options, "smb2.msg_id == 7 and frame.number == 92").out == b""
    other = call(*options, "smb2.msg_id == 8 and frame.number == 92").out
    assert call(*options, "smb2.cmd and smb2.msg_id == 7 and frame.number == 92").out == other != b""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("smb2.foo == 1", "-Y: column 1: unknown field 'smb2.foo'; the nearest known one is smb2.fid"),
        ("smb2.cmd = 1", "-Y: column 10: unexpected character '='; equality is '=='"),
        ("smb2.cmd == ", "-Y: column "),
        ("(smb2.cmd", "-Y: column "),
        ("smb2.cmd == 1 smb2.cmd", "-Y: column 15"),
        ("smb2.cmd ==\x1b[2J", "-Y: column 12"),
        ("x" * 5000, "-Y: column 1"),
    ],
)
def test_filters_that_are_none(text: str, reason: str) -> None:
    """They are told before any file is opened."""
    ended = call("dissect", "-Y", text, "nofile")
    assert_one_line(ended, status=2)
    assert ended.out == b""
    assert ended.err.startswith(f"smb2ioctl: {reason}")
    assert ended.err.endswith(" (see smb2ioctl dissect --help)\n")


# -- findings and rules


def findings_only(*options: str) -> list[str]:
    """What is printed of a capture with whole, broken and unruly messages."""
    ended = call("dissect", *options, "--findings-only", "-", given=talk(asked(1), answered(1), BROKEN, UNRULY))
    assert (ended.status, ended.err) == (0, "")
    return lines(ended)


HEAD = "2023-11-14T22:13:20.123457000Z, 10.0.0.1:50000 to 10.0.0.2:445, request"


def test_findings_alone() -> None:
    broken = [
        f"# standard input: frame 5, {HEAD}, FSCTL_DFS_GET_REFERRALS",
        (
            "  ! error: ReferralRequest.request_file_name at offset 122: no UTF-16: unexpected end of data "
            "(ILLEGAL_CHARACTER)"
        ),
        "",
    ]
    assert findings_only() == broken
    assert findings_only("--rules", "MS_SMB2") == [
        *broken,
        f"# standard input: frame 6, {HEAD}, 0x8384ABCC",
        (
            "  ! warning: IoctlRequest.flags at offset 112: Flags is not SMB2_0_IOCTL_IS_FSCTL (MS_SMB2 flags "
            "[MS-SMB2] 3.3.5.15; NOT_SUPPORTED)"
        ),
        "",
    ]


@pytest.mark.parametrize(
    ("options", "frames"),
    [
        ((), ["5"]),
        (("--rules", "ms_smb2"), ["5", "6"]),
        (("--rules", "MS_SMB2", "-Y", "smb2.msg_id == 91"), ["6"]),
        (("-Y", "smb2.msg_id == 91"), []),
        (("-Y", "smb2.cmd"), ["5"]),
    ],
)
def test_only_messages_with_findings(options: tuple[str, ...], frames: list[str]) -> None:
    assert findings_only(*NUMBERS, *options)[1:] == frames


def test_notes_alone_are_no_findings() -> None:
    """They are shown below a tree, and beside what is wrong."""
    noted = header(message_id=1) + request(NOBODYS), False  # something in a reserved field
    assert call("dissect", "--findings-only", "-", given=talk(noted)) == Ended(0, b"", "")
    note = "  ! note: Header.reserved at offset 32: zero is expected"
    assert note in lines(call("dissect", "-", given=talk(noted)))
    both = header() + request(DFS_GET_REFERRALS, b"\4\0\x00\xd8"), False
    assert lines(call("dissect", "--findings-only", "-", given=talk(both)))[2] == note


def test_a_message_behind_a_loss_has_a_finding() -> None:
    data = talk(asked(1), answered(1), asked(2), answered(2), asked(3), answered(3), lost=[2])
    assert lines(call("dissect", "--findings-only", "-", given=data)) == [
        f"# standard input: frame 6, {HEAD}, 0x8384ABCC",
        "  ! captured: frame 6 (10.0.0.1:50000 to 10.0.0.2:445): 126 bytes are missing",
        "",
    ]


def test_rules_stand_below_the_tree() -> None:
    ended = call("dissect", "--rules", "MS_SMB2", "-", given=talk(UNRULY))
    assert ended.status == 0
    assert lines(ended)[1] == "offset   size  name                                 value"
    assert lines(ended)[-2].startswith("  ! warning: IoctlRequest.flags at offset 112: ")
    (document,) = parsed(call("dissect", "-T", "json", "--rules", "MS_SMB2", "-", given=talk(UNRULY)))
    assert [(each["severity"], each["rules"], each["rule"]) for each in document["findings"]] == [
        ("warning", "MS_SMB2", "flags")
    ]


@pytest.mark.parametrize("name", ["REPLY", "SAMBA", ""])
def test_rules_that_there_are_not(name: str) -> None:
    assert_one_line(call("dissect", "--rules", name, str(SPARSE)), status=2)


# -- columns


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ((), "92\t5,11,6,17\t0,0"),
        (("separator=;",), "92;5,11,6,17;0,0"),
        (("separator=/s",), "92 5,11,6,17 0,0"),
        (("separator=/t",), "92\t5,11,6,17\t0,0"),
        (("aggregator=/s",), "92\t5 11 6 17\t0 0"),
        (("aggregator=|", "separator=|"), "92|5|11|6|17|0|0"),
        (("occurrence=a",), "92\t5,11,6,17\t0,0"),
        (("occurrence=f",), "92\t5\t0"),
        (("occurrence=l",), "92\t17\t0"),
        (("quote=d",), '"92"\t"5,11,6,17"\t"0,0"'),
        (("quote=s",), "'92'\t'5,11,6,17'\t'0,0'"),
        (("quote=n",), "92\t5,11,6,17\t0,0"),
        (("header=n",), "92\t5,11,6,17\t0,0"),
        (("header=y", "header=n"), "92\t5,11,6,17\t0,0"),
        (("header=y",), "frame.number\tsmb2.cmd\tsmb2.olb.length\n92\t5,11,6,17\t0,0"),
        (("header=y", "separator=;", "quote=d"), 'frame.number;smb2.cmd;smb2.olb.length\n"92";"5,11,6,17";"0,0"'),
    ],
)
def test_styles_of_columns(options: tuple[str, ...], line: str) -> None:
    style = [each for option in options for each in ("-E", option)]
    names = ("-e", "frame.number", "-e", "smb2.cmd", "-e", "smb2.olb.length")
    ended = call("dissect", "-T", "fields", *names, *style, "-Y", "frame.number == 92", str(COMPOUND))
    assert ended == Ended(0, f"{line}\n".encode(), "")


@pytest.mark.parametrize(
    ("options", "row"),
    [
        ((), '92,11,"0,0"'),
        (("aggregator=;",), "92,11,0;0"),
        (("aggregator=/s",), "92,11,0 0"),
        (("occurrence=f",), "92,11,0"),
        (("occurrence=l",), "92,11,0"),
    ],
)
def test_styles_of_csv(options: tuple[str, ...], row: str) -> None:
    style = [each for option in options for each in ("-E", option)]
    names = ("-e", "frame.number", "-e", "smb2.cmd", "-e", "smb2.olb.length")
    ended = call("dissect", "-T", "csv", *names, *style, "-Y", "frame.number == 92", str(COMPOUND))
    assert ended == Ended(0, f"frame.number,smb2.cmd,smb2.olb.length\n{row}\n".encode(), "")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("-T", "csv", "-e", "smb2.msg_idd"), "-e: 'smb2.msg_idd' is no field; the nearest is smb2.msg_id"),
        (("-T", "fields", "-e", "smb2.cmd", "-e", "?"), "-e: '?' is no field"),
        (("-T", "csv", "-e", "x\n\x1b" * 100), "-e: 'x\\n\\x1b"),
        (("-e", "smb2.cmd"), "-e goes with -T fields or csv, not text"),
        (("-T", "json", "-e", "smb2.cmd"), "-e goes with -T fields or csv, not json"),
        (("-T", "html", "-e", "nope"), "-e goes with -T fields or csv, not html"),
        (("-T", "fields"), "-T fields needs at least one -e FIELD"),
        (("-E", "header=y"), "-E goes with -T fields or csv, not text"),
        (("-T", "ek", "-E", "header=y"), "-E goes with -T fields or csv, not ek"),
        (("-T", "csv", "-E", "header"), "-E: 'header' is none of separator=..., aggregator=..., occurrence=..., "),
        (("-T", "csv", "-E", "colour=y"), "-E: 'colour=y' is none of "),
        (("-T", "csv", "-E", ""), "-E: '' is none of "),
        (("-T", "csv", "-E", "separator="), "-E: separator='': expected one character, /t or /s"),
        (("-T", "csv", "-E", "separator=ab"), "-E: separator='ab': expected one character, /t or /s"),
        (("-T", "csv", "-E", "aggregator=/n"), "-E: aggregator='/n': expected one character, /t or /s"),
        (("-T", "csv", "-E", "occurrence=b"), "-E: occurrence='b': expected one of a, f, l"),
        (("-T", "csv", "-E", "quote="), "-E: quote='': expected one of d, s, n"),
        (("-T", "csv", "-E", "header=yes"), "-E: header='yes': expected one of y, n"),
        (("-T", "xml"), "argument -T/--format: invalid choice: 'xml'"),
        (("--format",), "argument -T/--format: expected one argument"),
    ],
)
def test_options_that_cannot_be(options: tuple[str, ...], reason: str) -> None:
    """They are told before any file is opened."""
    ended = call("dissect", "nofile", *options)
    assert_one_line(ended, status=2)
    assert ended.out == b""
    assert ended.err.startswith(f"smb2ioctl: {reason}")


def test_nothing_in_a_column_breaks_the_line() -> None:
    """The name of a file may hold anything; here that of the recorded one is written over in UTF-16."""
    data = SPARSE.read_bytes().replace("big.bin".encode("utf-16-le"), "b\n\t\x1b\x00\u202e.".encode("utf-16-le"))
    ended = call("dissect", "-T", "fields", "-e", "frame.number", "-e", "smb2.ioctl.filename", "-", given=data)
    assert ended.status == 0
    name = r"b\n\t\x1b\x00\u202e."
    assert lines(ended) == [f"16\t{name}", f"17\t{name}"]
    text = call("dissect", "-", given=data)
    assert all(line.isprintable() for line in text.out.decode().split("\n"))


# -- output files


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_gets_what_would_be_printed(form: str, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    assert call("dissect", *FORMATS[form], "-o", str(target), str(COMPOUND)) == Ended(0, b"", "")
    assert target.read_bytes() == call("dissect", *FORMATS[form], str(COMPOUND)).out
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_a_file_gets_what_could_be_read(tmp_path: Path) -> None:
    target = tmp_path / "out"
    ended = call("dissect", *NUMBERS, "-o", str(target), "-", str(SPARSE), given=SPARSE.read_bytes()[:-1])
    assert_one_line(ended)
    assert target.read_bytes() == b"frame.number\n16\n17\n16\n17\n"


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_is_left_if_writing_fails(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")

    def fail(*_: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    ended = call("dissect", *FORMATS[form], "-o", str(target), str(SPARSE))
    assert_one_line(ended)
    assert ended.err == f"smb2ioctl: {target}: No space left on device\n"
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("out", b"old")]


@pytest.mark.parametrize("raised", [KeyboardInterrupt, MemoryError])
def test_an_old_file_stays_if_the_program_is_stopped(
    raised: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")

    def stop(_: Selection) -> NoReturn:
        assert len(list(tmp_path.iterdir())) == 2
        raise raised

    monkeypatch.setattr(Selection, "messages", stop)
    with pytest.raises(raised):
        call("dissect", "-o", str(target), str(SPARSE))
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("out", b"old")]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    ended = call("dissect", "-o", str(tmp_path / "missing" / "out"), str(SPARSE))
    assert ended == Ended(1, b"", f"smb2ioctl: {tmp_path / 'missing' / 'out'}: No such file or directory\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", FORMATS)
def test_bad_usage_touches_no_file(form: str, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"old")
    assert_one_line(call("dissect", *FORMATS[form], "-Y", "=", "-o", str(target), str(SPARSE)), status=2)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("out", b"old")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("form", FORMATS)
def test_a_full_disk(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file takes the device's place; were it tried, this would stop it, since root could do it."""

    def refuse(*_: object) -> NoReturn:
        pytest.fail("a device was about to be replaced")

    for name in ("replace", "rename", "unlink"):
        monkeypatch.setattr(Path, name, refuse)
    ended = call("dissect", *FORMATS[form], "-o", "/dev/full", str(SPARSE))
    assert ended == Ended(1, b"", "smb2ioctl: /dev/full: No space left on device\n")


@pytest.mark.parametrize("form", FORMATS)
def test_an_old_file_stays_if_the_disk_fills_up(form: str, tmp_path: Path) -> None:
    """The system takes one block of a file and no more."""
    target = tmp_path / "out"
    target.write_bytes(b"old")
    command = [sys.executable, "-m", "smb2ioctl_codec", "dissect", *FORMATS[form], "-o", str(target)]
    limited = ["sh", "-c", 'ulimit -f 1 && exec "$@"', "sh", *command, *[str(COMPOUND)] * 12]
    # what measures coverage would not get its own files written
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(limited, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode() == f"smb2ioctl: {target}: File too large\n"
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("out", b"old")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_standard_output_on_a_full_disk() -> None:
    with Path("/dev/full").open("wb") as full:
        ended = run_cli("dissect", str(COMPOUND), stdout=full)
    assert ended == Ended(1, b"", "smb2ioctl: standard output: No space left on device\n")


@pytest.mark.parametrize("form", FORMATS)
def test_a_reader_that_goes_away_ends_the_program_quietly(form: str) -> None:
    command = [sys.executable, "-m", "smb2ioctl_codec", "dissect", *FORMATS[form], *[str(COMPOUND)] * 40]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() != b""
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141


# -- hostile input


@pytest.mark.parametrize("form", FORMATS)
def test_mutants_of_captures_give_no_traceback(form: str) -> None:
    """Whole lines of output, at most one line of what is wrong, and with it status 1 unless only packets are lost."""
    seeds = [SPARSE.read_bytes(), PIPES.read_bytes(), COMPOUND.read_bytes()[:20_000]]
    worst = 0
    for data in mutants(seeds, 120, seed=61):
        ended = call(
            "dissect", *FORMATS[form], "--rules", "SAMBA_3_6", "-Y", "smb2.cmd or tcp.srcport", "-", given=data
        )
        assert ended.status in (0, 1), ended
        assert re.fullmatch(r"(smb2ioctl: standard input: [^\n]+\n)?", ended.err), ended
        assert ended.err or ended.status == 0
        assert ended.out.endswith(b"\n") or ended.out == b""
        if form in ("json", "ek"):
            assert all(isinstance(each, dict) for each in parsed(ended))
        worst += ended.status
    assert 20 < worst < 120


# -- terminals


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def on_terminal(*arguments: str) -> str:
    """What `main` writes to standard output if it takes that for a terminal."""
    out = Terminal(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out):
        assert cli.main(arguments) == 0
    out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    return out.buffer.getvalue().decode()


def without_rich(_: str) -> None:
    """Takes the place of `importlib.util.find_spec`."""


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal with colours and many columns."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize("command", ["dissect", "decode"])
def test_without_rich_a_terminal_gets_plain_text(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "find_spec", without_rich)
    argument = str(SPARSE) if command == "dissect" else str(DATA / "sample.jsonl")
    assert on_terminal(command, argument) == call(command, argument).out.decode()


COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.usefixtures("wide")
def test_a_terminal_gets_bytes_and_fields_in_colour() -> None:
    shown = on_terminal("dissect", "-Y", "frame.number == 17", str(SPARSE))
    assert len(COLOUR.findall(shown)) > 100
    plain = [line.rstrip() for line in COLOUR.sub("", shown).splitlines()]
    assert plain[0].startswith(f"# {SPARSE}: frame 17, ")
    assert plain[1:4] == [
        "000000  fe 53 4d 42 40 00 01 00 00 00 00 00 0b 00 01 00  .SMB@...........       0   112  Packet",
        "000010  11 00 00 00 00 00 00 00 05 00 00 00 00 00 00 00  ................       0    64    Header",
        (
            "000020  00 00 00 00 71 3b f8 85 02 73 45 b7 00 00 00 00  ....q;...sE.....       0     4      "
            "protocol_id  SMB2 (0x424D53FE)"
        ),
    ]
    assert plain[-1] == ""


@pytest.mark.usefixtures("wide")
def test_files_get_no_colours_where_standard_output_is_a_terminal(tmp_path: Path) -> None:
    target = tmp_path / "out"
    assert on_terminal("dissect", "-o", str(target), str(SPARSE)) == ""
    assert target.read_bytes() == call("dissect", str(SPARSE)).out


@pytest.mark.usefixtures("wide")
def test_findings_alone_look_the_same_on_a_terminal() -> None:
    options = ("dissect", "--findings-only", "--rules", "MS_SMB2", str(COMPOUND))
    shown = on_terminal(*options)
    assert shown == call(*options).out.decode()
    assert "  ! warning: IoctlRequest.file_id at offset 72: " in shown


def in_pty(command: list[str], *, stream: str, **variables: str) -> tuple[int, str]:
    """Run a command with one of its streams on a pseudo-terminal; its status, and what was written there."""
    terminal, end = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    environment |= {"TERM": "xterm-256color", "COLUMNS": "100"} | variables
    streams: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | {stream: end}
    written = b""
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, **streams) as process:
        os.close(end)
        with contextlib.suppress(OSError):  # the last of those who could write is gone
            while piece := os.read(terminal, 1 << 16):
                written += piece
        os.close(terminal)
        return process.wait(60), written.decode().replace("\r\n", "\n")


def test_the_program_shows_colours_on_a_terminal() -> None:
    status, shown = in_pty([sys.executable, "-m", "smb2ioctl_codec", "dissect", str(SPARSE)], stream="stdout")
    assert status == 0
    assert len(COLOUR.findall(shown)) > 100
    plain = COLOUR.sub("", shown)
    assert re.search(r"(?m)^000000  fe 53 4d 42 40 00 01 00  .* 0   121  Packet *$", plain)
    assert max(map(len, (line for line in plain.splitlines() if not line.startswith("#")))) <= 100


#: The program, with a progress bar at once in place of after a second.
AT_ONCE = (
    "from smb2ioctl_codec import cli; from smb2ioctl_codec.cli import progress; "
    "progress._PATIENCE = progress._PAUSE = 0; progress._STEPS = 1; cli.run()"
)


def test_a_progress_bar_on_a_terminal() -> None:
    command = [sys.executable, "-c", AT_ONCE, "dissect", *NUMBERS, str(SPARSE)]
    status, shown = in_pty(command, stream="stderr", COLUMNS="200")
    assert status == 0
    assert SPARSE.name in shown
    assert "100%" in shown


def test_no_progress_bar_in_a_moment(tmp_path: Path) -> None:
    for options in ((), ("-o", str(tmp_path / "out"))):
        command = [sys.executable, "-m", "smb2ioctl_codec", "dissect", *NUMBERS, *options, str(SPARSE)]
        assert in_pty(command, stream="stderr") == (0, "")


def test_no_progress_bar_where_standard_error_is_no_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_ONCE, "dissect", *NUMBERS, str(SPARSE)], cwd=ROOT, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"frame.number\n16\n17\n", b"")


class Clock:
    """`time.monotonic`, in which every look takes as long as it is told."""

    def __init__(self) -> None:
        self.now, self.step = 0.0, 0.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize(("is_rich", "is_slow"), [(True, True), (True, False), (False, True)])
def test_a_progress_bar_needs_patience_and_rich(is_rich: bool, is_slow: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    err = Terminal(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(time, "monotonic", clock)
    monkeypatch.setattr(sys, "stderr", err)
    if not is_rich:
        monkeypatch.setattr(progress, "find_spec", without_rich)
    with progress.Progress("-", lambda: 5) as shown:
        clock.step = 0.6 if is_slow else 0.0001
        for _ in range(1024):
            shown.step()
    err.flush()
    assert isinstance(err.buffer, io.BytesIO)
    assert (err.buffer.getvalue() != b"") is (is_rich and is_slow)
