"""Dissection: what is found in inputs, trees of broken bytes and of compounds, values for people, the JSON form."""

from __future__ import annotations

import json
import struct
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from samples import (
    BUFFER_OVERFLOW,
    COPYCHUNK,
    DFS_GET_REFERRALS,
    ENUMERATE_SNAPSHOTS,
    INVALID_PARAMETER,
    NOBODYS,
    PENDING,
    RESUME_KEY,
    error,
    error_context,
    frame,
    header,
    mutants,
    pdus,
    referral_request,
    request,
    response,
    snapshot_array,
    token,
)

import smb2ioctl_codec as s2
from smb2ioctl_codec.dissect.bodies import decode_body
from smb2ioctl_codec.dissect.display import display, flag_names, printable, quoted, shortened_bytes
from smb2ioctl_codec.dissect.forms import Form, form_of, pieces
from smb2ioctl_codec.dissect.inputs import Item, documents, from_hex, items
from smb2ioctl_codec.dissect.inspect import inspect
from smb2ioctl_codec.dissect.inspection import Inspection
from smb2ioctl_codec.dissect.json_form import from_json, payload_errors, to_json
from smb2ioctl_codec.dissect.json_values import plain
from smb2ioctl_codec.dissect.nodes import Finding, Node
from smb2ioctl_codec.payloads import registry

SAMPLE = Path(__file__).parent / "data" / "sample.jsonl"
MESSAGES = [bytes.fromhex(json.loads(line)["message_hex"]) for line in SAMPLE.read_text(encoding="ascii").splitlines()]
REPLY = 1  # SERVER_TO_REDIR
ROWS = [registry.lookup(code) for code in s2.CtlCode]
PAYLOADS = {kind.__name__ for row in ROWS for kind in (*row.types("request"), *row.types("response"))}
DFS = request(DFS_GET_REFERRALS, referral_request(r"\server\root"))


# -- forms


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (header() + DFS, "message"),
        (b"\xfeSMB", "message"),
        (b"\xfdSMB", "message"),
        (b"\xfcSMB", "message"),
        (b"\xffSMB", "message"),
        (frame(header() + DFS), "frame"),
        (b"\0\xff\xff\xff\xfeSMB", "frame"),
        (DFS, "body"),
        (response(), "body"),
        (error(), "body"),
        (b"\x39\0", "body"),
    ],
)
def test_form_is_told_by_the_first_bytes(data: bytes, form: str) -> None:
    assert form_of(data) == form


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xfe",
        b"\xfbSMB",
        b"\0\0\0\x04\xfbSMB",
        b"\x85\0\0\x04\xfeSMB",
        b"\0\0\0\0",
        b"\x38\0",
        b"\x39",
        b"\x39\1",
        b"hello",
    ],
)
def test_no_form(data: bytes) -> None:
    with pytest.raises(s2.DecodeError, match="StructureSize of 57, 49 or 9"):
        form_of(data)


def test_frames_are_pieces() -> None:
    first, second = frame(header() + DFS), frame(b"")
    assert list(pieces(first + second, "frame")) == [(0, first), (len(first), second)]
    assert list(pieces(first, "message")) == [(0, first)]
    assert list(pieces(b"", "frame")) == [(0, b"")]


def test_frames_before_a_broken_one_are_given() -> None:
    first = frame(header() + DFS)
    given = pieces(first + b"\0\0\0\x05abcd", "frame")
    assert next(given) == (0, first)
    with pytest.raises(s2.DecodeError) as caught:
        next(given)
    assert (caught.value.path, caught.value.offset, caught.value.needed, caught.value.available) == (
        "Frame.message", len(first) + 4, 5, 4,
    )  # fmt: skip


@pytest.mark.parametrize("status", [None, 0, INVALID_PARAMETER])
def test_a_bare_request_needs_no_status(status: int | None) -> None:
    assert decode_body(DFS, status) == s2.IoctlRequest.decode(DFS)


def test_the_status_of_a_bare_reply_counts_if_it_is_given() -> None:
    plain_error, reply = error(), response(NOBODYS, b"x")
    assert decode_body(plain_error) == s2.ErrorResponse.decode(plain_error)
    assert decode_body(reply) == s2.IoctlResponse.decode(reply)
    with pytest.raises(s2.DecodeError, match="ERROR body under SUCCESS"):
        decode_body(plain_error, 0)
    with pytest.raises(s2.DecodeError, match="INVALID_PARAMETER"):
        decode_body(reply, INVALID_PARAMETER)


@pytest.mark.parametrize(("data", "reason"), [(b"\x38\0", "56 where 57"), (b"", "cut short"), (b"\x39", "cut short")])
def test_no_body(data: bytes, reason: str) -> None:
    with pytest.raises(s2.DecodeError, match=reason) as caught:
        decode_body(data)
    assert (caught.value.path, caught.value.offset) == ("Body.structure_size", 0)


# -- inputs


@pytest.mark.parametrize(
    "text", ["fe534d42", "FE534D42", " fe 53 4d 42 ", "fe:53:4d:42", "fe53\n4d42\n", "fe53\r\n4d\t42", "f e534d4 2"]
)
def test_hexadecimal_text(text: str) -> None:
    assert from_hex(text) == b"\xfeSMB"
    assert list(items(text.encode())) == [Item(None, {}, b"\xfeSMB")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing there"),
        (" : ", "nothing there"),
        ("abc", "an odd number of hexadecimal digits: 3"),
        ("ab cd eg", "'g' at character 8 is no hexadecimal digit"),
        ("ab cd\nef 0x", "'x' at line 2, character 5 is no hexadecimal digit"),
        ("\u0660\u0661", "'\u0660' at character 1 is no hexadecimal digit"),
    ],
)
def test_no_hexadecimal_text(text: str, reason: str) -> None:
    with pytest.raises(s2.DecodeError, match=reason):
        from_hex(text)


def test_hexadecimal_lines_that_each_start_a_message_are_messages() -> None:
    lines = [header().hex() + DFS.hex(), error().hex(), frame(header() + DFS).hex()]
    content = f"{lines[0]}\n\n{lines[1]}\n{lines[2]}\n".encode()
    assert list(items(content)) == [Item(n, {}, bytes.fromhex(x)) for n, x in zip((1, 3, 4), lines, strict=True)]


@pytest.mark.parametrize("width", [4, 16, 32])
def test_a_hexadecimal_dump_in_lines_is_one_message(width: int) -> None:
    """Also where a line happens to start with the next header of a compound, or with a StructureSize."""
    first = header(next_command=128) + request()
    chain = first + bytes(128 - len(first)) + header() + request()
    text = "\n".join(chain[at : at + width].hex(" ") for at in range(0, len(chain), width))
    assert list(items(text.encode())) == [Item(None, {}, chain)]


def test_lines_that_are_too_short_for_messages_are_one() -> None:
    """As two lines of a dump may be that both start with a ProtocolId."""
    text = "fe534d42 40000000 00000000 00000000\n" * 2
    assert list(items(text.encode())) == [Item(None, {}, bytes.fromhex(text))]


def test_lines_of_another_kind_among_messages_make_them_one_text() -> None:
    message = (header() + DFS).hex()
    for other in ("fe5", "xyz", "39000000", "aa" * 64):
        (item,) = items(f"{message}\n{other}\n".encode())
        assert item.line is None


@pytest.mark.parametrize("content", [header() + DFS, frame(header() + DFS), DFS, error(), b"\xfeSMB", b"\x80\n", b"\0"])
def test_raw_bytes_stay_as_they_are(content: bytes) -> None:
    assert list(items(content)) == [Item(None, {}, content)]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n \n"])
def test_json_lines(start: bytes) -> None:
    lines = [b'{"pcap": "a", "message_hex": "fe53", "frame": 7}', b"", b'{"message_hex": "4d 42"}\r']
    given = list(items(start + b"\n".join(lines)))
    below = start.count(b"\n")
    assert given == [
        Item(1 + below, {"pcap": "a", "frame": 7}, b"\xfe\x53"),
        Item(3 + below, {}, b"\x4d\x42"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"frame": 1}', "key 'message_hex'"),
        (b'{"message_hex": 5}', "message_hex: expected a hexadecimal text, not int"),
        (b'{"message_hex": null}', "not NoneType"),
        (b'{"message_hex": "f"}', "odd number"),
        (b'{"message_hex": ""}', "nothing there"),
        (b'{"message_hex": "fe"', "no JSON in line 1, character 21"),
        (b'{"message_hex": "fe"} {}', "more than one JSON value"),
        (b"[1]", "expected a JSON object, not list"),
        (b'{"a": 1, "b": 2, "a": 3, "message_hex": "fe"}', "the key 'a' stands there twice"),
        (b'{"a": NaN, "message_hex": "fe"}', "NaN is no JSON number"),
        (b'{"a": "\xff", "message_hex": "fe"}', "no UTF-8 at byte 8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b', "message_hex": "fe"}', "no JSON: "),
    ],
)
def test_a_bad_json_line_spoils_no_other(line: bytes, reason: str) -> None:
    good = b'{"message_hex": "fe534d42"}'
    before, bad, after = items(b"\n".join([good, line, good]))
    assert (before, after) == (Item(1, {}, b"\xfeSMB"), Item(3, {}, b"\xfeSMB"))
    assert bad.line == 2
    assert isinstance(bad.data, s2.DecodeError)
    assert reason in str(bad.data)


def test_documents_may_be_lines_or_pretty() -> None:
    content = b'\xef\xbb\xbf\n{"a": 1}\n[\n2\n]{}\n\n 3 \n'
    assert list(documents(content)) == [(2, {"a": 1}), (3, [2]), (5, {}), (7, 3)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b" \n ", "nothing there"),
        (b"{}\n{,}", "no JSON in line 2, character 2"),
        (b"\xff", "no UTF-8 at byte 1"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_no_documents(content: bytes, reason: str) -> None:
    with pytest.raises(s2.DecodeError, match=reason):
        list(documents(content))


# -- values


@pytest.mark.parametrize(
    ("path", "value", "size", "role", "shown"),
    [
        ("X.a", 0, 4, "reserved", "0"),
        ("X.a", 0x1F, 4, "reserved", "0x0000001F"),
        ("X.a", 65535, 4, "data", "65535"),
        ("X.a", 65536, 4, "data", "65536 (0x00010000)"),
        ("X.a", -5, 4, "data", "-5"),
        ("X.a", 7, 8, "data", "7"),
        ("X.a", 0x123456789, 8, "data", "0x0000000123456789"),
        ("X.a", s2.NtStatus.PENDING, 4, "data", "PENDING (0x00000103)"),
        ("X.a", s2.CtlCode(0x1234), 4, "data", "0x00001234"),
        ("Header.protocol_id", 0x424D53FE, 4, "const", "SMB2 (0x424D53FE)"),
        ("IoctlRequest.flags", 1, 4, "data", "FSCTL (0x00000001)"),
        ("IoctlRequest.flags", 2, 4, "data", "2"),
        ("X.a", "t\x1b", 4, "data", '"t<U+001B>"'),
        ("X.a", b"\x01\x02", 2, "data", "2 bytes: 0102"),
        ("X.a", ["x"], 2, "data", "1 item"),
        ("X.a", [], 2, "data", "0 items"),
        ("X.a", None, 2, "data", ""),
    ],
)
def test_display(path: str, value: Any, size: int, role: str, shown: str) -> None:
    assert display(path, value, size, role) == shown


def test_flags_by_name() -> None:
    assert flag_names(0) == ""
    assert flag_names(0x33) == "SERVER_TO_REDIR | ASYNC_COMMAND | priority 3"
    assert flag_names(0x8000000C) == "RELATED_OPERATIONS | SIGNED | 0x80000000"


def test_long_values_are_shortened() -> None:
    assert shortened_bytes(b"") == "no bytes"
    assert shortened_bytes(b"\xab") == "1 byte: ab"
    assert shortened_bytes(b"\xab" * 33) == f"33 bytes: {'ab' * 32} ..."
    assert quoted("a" * 200) == f'"{"a" * 200}"'
    assert quoted("a" * 201) == f'"{"a" * 200}" ... (201 characters)'


def test_nothing_that_moves_the_cursor_is_printed() -> None:
    assert (
        printable("a\tb\r\n\x1b[0m\u202e\ud800\x9b é")
        == "a<U+0009>b<U+000D><U+000A><U+001B>[0m<U+202E><U+D800><U+009B> é"
    )


# -- trees


def errors(inspection: Inspection) -> list[tuple[str, int]]:
    """Path and offset of each error."""
    return [(each.path, each.offset) for each in inspection.findings if each.severity == "error"]


def found(inspection: Inspection, path: str) -> Node:
    """The one node of that path."""
    (node,) = [each for each in inspection if each.path == path]
    return node


def test_values_are_members_of_their_enums() -> None:
    inspection = inspect(header(flags=REPLY, status=PENDING) + error())
    assert found(inspection, "Header.status").value is s2.NtStatus.PENDING
    assert found(inspection, "Header.command").value is s2.Command.IOCTL


def test_the_parts_of_a_node_cover_it() -> None:
    """Of recorded messages and of mutants: no byte is left out, none is outside, and they stand in their order.

    Only DFS referrals have their texts elsewhere: behind all entries, and some share one.
    """
    for data in (*(pdu.message for pdu in pdus()[::7]), *mutants(MESSAGES, 1000, seed=40)):
        for node in inspect(data):
            offsets = [each.offset for each in node.children]
            assert offsets == sorted(offsets)
            if node.children and "ReferralReply." not in node.path:
                covered = {place for each in node.children for place in range(each.offset, each.offset + each.size)}
                assert covered == set(range(node.offset, node.offset + node.size)), (data.hex(), node)
            elif isinstance(node.value, bytes):
                assert node.value == data[node.offset : node.offset + node.size] == node.raw


SNAPSHOTS = snapshot_array((token(1),))


@pytest.mark.parametrize(
    ("message", "path", "offset"),
    [
        (
            header() + request(DFS_GET_REFERRALS, struct.pack("<H", 4) + b"\\\0\0\xd8a\0"),
            "ReferralRequest.request_file_name", 124,
        ),
        (
            header() + request(DFS_GET_REFERRALS, bytes(8) + b"\4\0\x00\xd8", input_offset=128, input_count=4),
            "ReferralRequest.request_file_name", 130,
        ),
        (header() + request(DFS_GET_REFERRALS), "ReferralRequest.max_referral_level", 120),
        (
            header(flags=REPLY)
            + response(ENUMERATE_SNAPSHOTS, b"INPUT\0\0\0" + SNAPSHOTS[:20], input_count=5, output_offset=120,
                       output_count=20),
            "SnapshotArray.snapshots[0]", 132,
        ),
        (
            header(flags=REPLY)
            + response(ENUMERATE_SNAPSHOTS, b"INPUT".ljust(16, b"\0") + SNAPSHOTS[:20], input_count=5,
                       output_offset=128, output_count=20),
            "SnapshotArray.snapshots[0]", 140,
        ),
    ],
    ids=["usual place", "unusual place", "missing", "after an echoed input", "after a gap"],
)  # fmt: skip
def test_what_is_wrong_with_a_payload_has_its_place_in_the_message(message: bytes, path: str, offset: int) -> None:
    assert errors(inspect(message)) == [(path, offset)]
    assert errors(inspect(frame(message))) == [(path, offset + 4)]


def test_all_that_is_wrong_with_a_payload_is_told() -> None:
    lone = b"\x00\xd8\0\0"
    body = response(ENUMERATE_SNAPSHOTS, struct.pack("<III", 3, 3, 14) + lone * 3 + b"\0\0")
    assert errors(inspect(header(flags=REPLY) + body)) == [
        (f"SnapshotArray.snapshots[{index}]", 124 + 4 * index) for index in range(3)
    ]


def test_fields_of_error_contexts() -> None:
    data = error_context(b"abc", 5) + bytes(5) + error_context(b"")
    inspection = inspect(header(flags=REPLY, status=INVALID_PARAMETER) + error(data, count=2))
    first, second = (each for each in found(inspection, "ErrorResponse.error_data").children if each.role == "record")
    assert [(n.name, n.offset, n.size, n.value) for n in first.children] == [
        ("error_data_length", 72, 4, 3),
        ("error_id", 76, 4, 5),
        ("error_context_data", 80, 3, b"abc"),
    ]
    assert (second.offset, second.size) == (88, 8)


def test_error_data_without_contexts_stays_bytes() -> None:
    inspection = inspect(header(flags=REPLY, status=INVALID_PARAMETER) + error(b"abc"))
    assert (found(inspection, "ErrorResponse.error_data").children, errors(inspection)) == ((), [])


@pytest.mark.parametrize("data", [b"", b"abc"])
def test_contexts_that_do_not_fit(data: bytes) -> None:
    (finding,) = inspect(error(data, count=1)).findings
    assert (finding.path, finding.offset, finding.needed, finding.available) == (
        "ErrorResponse.error_data[0]", 8, 8, len(data),
    )  # fmt: skip


@pytest.mark.parametrize(("protocol", "size"), [(b"\xfdSMB", 52), (b"\xfcSMB", 16), (b"\xffSMB", 32)])
def test_other_protocols_keep_their_bytes(protocol: bytes, size: int) -> None:
    inspection = inspect(protocol.ljust(size, b"\x07"))
    assert [(n.path, n.offset, n.size) for n in inspection] == [
        ("Packet", 0, size), ("ForeignHeader", 0, 4), ("ForeignHeader.protocol_id", 0, 4),
        ("Packet.body", 4, size - 4),
    ]  # fmt: skip
    assert inspection.findings == ()
    assert errors(inspect(protocol.ljust(size - 1, b"\x07"))) == [("Packet.body", 4)]


def test_other_commands_keep_their_body() -> None:
    inspection = inspect(header(command=5, reserved=0) + b"create")
    assert (inspection.children[1].path, inspection.children[1].value) == ("Packet.body", b"create")
    assert inspection.findings == ()
    assert [each.path for each in inspect(header(command=13)).children] == ["Header"]


@pytest.mark.parametrize("size", range(64))
def test_a_header_that_is_cut_short(size: int) -> None:
    inspection = inspect(header()[:size], form="message")
    finding = inspection.findings[0]
    assert errors(inspection) == [(finding.path, finding.offset)]
    assert (finding.needed or 0) > (finding.available or 0)
    (head,) = inspection.children
    assert (head.path, sum(each.size for each in head.children)) == ("Header", size)


@pytest.mark.parametrize("size", range(len(DFS)))
def test_a_body_that_is_cut_short(size: int) -> None:
    """What was read stays, the rest is one node, and the decoder's error comes first."""
    inspection = inspect(header() + DFS[:size])
    assert_same_error(inspection.findings[0], refusal(header() + DFS[:size]))
    body = inspection.children[1]
    assert sum(each.size for each in body.children) == body.size == size
    whole = {each.name: each for each in inspect(header() + DFS).children[1].children}
    kept = [each for each in body.children if each.role != "unread"]
    assert all(
        (each.offset, each.size, each.value) == (whole[each.name].offset, whole[each.name].size, whole[each.name].value)
        for each in kept
        if each.name != "input"
    )
    assert len(body.children) - len(kept) <= 1


def test_neighbours_of_a_broken_buffer_are_still_read() -> None:
    buffer = b"OUTPUT"
    inspection = inspect(response(NOBODYS, buffer, input_offset=7, input_count=1, output_count=100))
    assert errors(inspection) == [("IoctlResponse.input_offset", 24), ("IoctlResponse.output", 48)]
    assert found(inspection, "IoctlResponse.output").value == buffer


@pytest.mark.parametrize("data", [b"\x38\0abc", b""])
def test_no_body_at_all(data: bytes) -> None:
    inspection = inspect(data, form="body")
    assert errors(inspection)[0] == ("Body.structure_size", 0)
    assert b"".join(each.raw for each in inspection if not each.children) == data


def compound(*messages: bytes) -> bytes:
    """Chain whole messages, each with the NextCommand that it has to have."""
    chain = b""
    for place, message in enumerate(messages):
        is_last = place == len(messages) - 1
        padded = message if is_last else message + bytes(-len(message) % 8)
        chain += padded[:20] + struct.pack("<I", 0 if is_last else len(padded)) + padded[24:]
    return chain


def test_each_message_of_a_compound_is_a_node() -> None:
    messages = [header() + DFS, header(command=13), header(command=5) + b"1234567", header() + request(RESUME_KEY)]
    inspection = inspect(compound(*messages))
    sizes = [len(m) + -len(m) % 8 for m in messages[:3]] + [len(messages[3])]
    places = [(sum(sizes[:index]), size) for index, size in enumerate(sizes)]
    assert [(each.path, (each.offset, each.size)) for each in inspection.children] == [("Packet", p) for p in places]
    names = [["Header", "IoctlRequest"], ["Header"], ["Header", "body"], ["Header", "IoctlRequest"]]
    assert [[node.name for node in each.children] for each in inspection.children] == names
    assert errors(inspection) == []


@pytest.mark.parametrize("step", [8, 63, 100, 122, 0x7FFFFFFF])
def test_a_compound_is_followed_up_to_a_broken_next_command(step: int) -> None:
    chain = compound(header() + DFS, header(next_command=0) + request())
    second = chain.rindex(b"\xfeSMB")
    broken = chain[: second + 20] + struct.pack("<I", step) + chain[second + 24 :]
    inspection = inspect(broken)
    assert [each.offset for each in inspection.children] == [0, second]
    assert errors(inspection) == [("Header.next_command", second + 20)]
    assert_same_error(inspection.findings[0], refusal(broken))


@pytest.mark.parametrize("other", [b"\xfdSMB" + bytes(60), b"\xffSMB" + bytes(40), bytes(70), b"\xfe"])
def test_only_plain_messages_follow_in_a_compound(other: bytes) -> None:
    chain = compound(header() + DFS, header())[:-64] + other
    inspection = inspect(chain)
    first, second = inspection.children
    assert (first.findings, second.raw) == ((), other)
    assert_same_error(inspection.findings[0], refusal(chain))


@pytest.mark.parametrize(
    ("data", "path", "offset"),
    [(b"\0\0", "Frame", 0), (b"\1\0\0\0", "Frame.zero", 0), (b"\0\0\0\x05ab", "Frame.message", 4)],
)
def test_a_broken_frame(data: bytes, path: str, offset: int) -> None:
    assert errors(inspect(data, form="frame"))[0] == (path, offset)


def test_rules_for_requests_say_nothing_of_other_messages() -> None:
    rules = s2.rules.SAMBA_3_6
    for data in (
        header(flags=REPLY) + response(NOBODYS, b"x"), header(command=5) + request(), response(NOBODYS),
    ):  # fmt: skip
        assert [each for each in inspect(data, rules=rules).findings if each.severity == "warning"] == []


def refusal(data: bytes, form: Form = "message") -> s2.DecodeError | None:
    """What decoding says; None if it takes the bytes."""
    try:
        _ = decode_body(data) if form == "body" else s2.decode_chain(data)
    except s2.DecodeError as error:
        return error
    return None


def assert_same_error(finding: Finding | None, error: s2.DecodeError | None) -> None:
    """They say the same of the same field; or there is neither."""
    said = ("path", "offset", "reason", "needed", "available", "limit", "rule", "status")
    assert [getattr(finding, name, None) for name in said] == [getattr(error, name, None) for name in said]
    assert (finding is None) is (error is None)


def test_trees_and_decoders_agree_on_what_is_broken() -> None:
    """3,000 mutants: decoding refuses a message if and only if it has an error beside its payload's, and says it."""
    refused = 0
    for data in mutants(MESSAGES, 3000, seed=41):
        wrong = [each for each in inspect(data, form="message").findings if each.severity == "error"]
        told = refusal(data)
        assert_same_error(next((each for each in wrong if each.path.partition(".")[0] not in PAYLOADS), None), told)
        refused += told is not None
    assert 500 < refused < 2500


# -- JSON


def through_json(document: dict[str, Any]) -> Any:
    return json.loads(json.dumps(document))


def test_document_of_a_message() -> None:
    body = request(DFS_GET_REFERRALS, referral_request(r"\a"), persistent=1, volatile=2)
    document = to_json(header(command=11, session_id=0x1F) + body, "message")
    assert through_json(document) == {
        "form": "message",
        "packets": [
            {
                "header": {
                    "type": "Header", "credit_charge": 1, "status": "SUCCESS", "command": "IOCTL", "credits": 31,
                    "flags": 0, "next_command": 0, "message_id": "0x0000000000000008", "async_id": None,
                    "reserved": 0xFEFF, "tree_id": 5, "session_id": "0x000000000000001F", "signature": "00" * 16,
                },
                "body": {
                    "type": "IoctlRequest", "reserved": 0, "ctl_code": "FSCTL_DFS_GET_REFERRALS",
                    "file_id": {"persistent": "0x0000000000000001", "volatile": "0x0000000000000002"},
                    "input_offset": None, "max_input_response": 0, "output_offset": 0, "output_count": 0,
                    "max_output_response": 4096, "flags": 1, "reserved2": 0, "input": "04005c0061000000", "slack": "",
                    "payload": {
                        "type": "ReferralRequest", "max_referral_level": 4, "request_file_name": r"\a",
                        "terminator": "\0",
                    },
                },
            }
        ],
    }  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("form", ["message", "frame", "body"])
def test_sample_comes_back_from_json(message: bytes, form: Form) -> None:
    data = {"message": message, "frame": frame(message), "body": message[64:]}[form]
    assert from_json(through_json(to_json(data, form))) == data


@pytest.mark.parametrize("form", ["message", "body"])
def test_recorded_messages_come_back_from_json(form: Form) -> None:
    """All of them, and where decoding refuses one, so does this, and says the same."""
    refused = 0
    for pdu in pdus():
        data = pdu.message if form == "message" else pdu.body
        told = refusal(data, form)
        if told is None:
            assert from_json(through_json(to_json(data, form))) == data
            continue
        refused += 1
        with pytest.raises(s2.DecodeError) as caught:
            to_json(data, form)
        assert str(caught.value) == str(told)
    assert 0 < refused < 60


def test_mutants_come_back_from_json() -> None:
    """3,000 mutants: what decodes comes back byte for byte."""
    back = 0
    for data in mutants(MESSAGES, 3000, seed=43):
        try:
            document = to_json(data, "message")
        except s2.DecodeError:
            continue
        back += 1
        assert from_json(through_json(document)) == data
    assert back > 500


@pytest.mark.parametrize(
    "chain",
    [
        compound(header() + DFS, header(command=5) + b"1234567", header(flags=REPLY, status=PENDING) + error()),
        compound(header() + DFS, header() + DFS + bytes(7)),
        header(next_command=72, command=13) + b"last one",
        b"\xfdSMB" + bytes(48),
        header(flags=3, async_id=2**64 - 1, status=0xC1234567) + error(),
        header(flags=REPLY, status=INVALID_PARAMETER) + response(COPYCHUNK, bytes(12), reserved2=9),
    ],
)
def test_compounds_and_foreign_messages_come_back(chain: bytes) -> None:
    assert from_json(through_json(to_json(chain, "message"))) == chain
    assert from_json(through_json(to_json(frame(chain), "frame"))) == frame(chain)


def test_errors_count_from_the_first_byte_given() -> None:
    with pytest.raises(s2.DecodeError) as caught:
        to_json(frame(header() + DFS[:-1]), "frame", base=1000)
    assert (caught.value.path, caught.value.offset) == ("IoctlRequest.input", 1000 + 4 + 64 + 56)
    with pytest.raises(s2.DecodeError) as caught:
        to_json(DFS[:-1], "body", base=1000)
    assert caught.value.offset == 1000 + 56


def test_a_payload_that_is_broken_is_told_and_comes_back_all_the_same() -> None:
    first, second = header() + DFS, header() + request(DFS_GET_REFERRALS, b"\4\0\x00\xd8")
    chain = compound(first, second)
    document = to_json(chain, "message", base=10)
    (told,) = payload_errors(document)
    assert told.startswith(f"ReferralRequest.request_file_name at offset {10 + len(chain) - 2}: no UTF-16")
    assert "payload" not in document["packets"][1]["body"]
    assert from_json(through_json(document)) == chain
    assert list(payload_errors(to_json(second[64:], "body"))) == [told.replace(f"{10 + len(chain) - 2}", "58")]
    assert list(payload_errors(to_json(first, "message"))) == []


def test_the_status_says_whether_there_is_a_payload() -> None:
    body = response(ENUMERATE_SNAPSHOTS, snapshot_array((token(1),))[:30])
    whole, cut = [to_json(header(flags=REPLY, status=s) + body, "message") for s in (0, BUFFER_OVERFLOW)]
    assert len(list(payload_errors(whole))) == 1
    assert not {"payload", "payload_error"} & cut["packets"][0]["body"].keys()


def test_raw_payloads_are_not_repeated() -> None:
    document = to_json(request(NOBODYS, b"abc"), "body")
    assert not {"payload", "payload_error", "violations"} & document["body"].keys()


def test_violations_in_a_document() -> None:
    chain = compound(header() + DFS, header(flags=4) + request(DFS_GET_REFERRALS, b"\4\0", persistent=1))
    document = to_json(chain, "message", rules=s2.rules.SAMBA_3_6)
    second = chain.rindex(b"\xfeSMB")
    assert [packet["body"]["violations"] for packet in document["packets"]] == [
        [],
        [
            {
                "rule": "dfs-input", "section": "smb2_ioctl.c 298-301", "status": "INVALID_PARAMETER",
                "path": "IoctlRequest.input_count", "offset": second + 64 + 28,
                "message": "the referral request is shorter than 4 bytes",
            }
        ],
    ]  # fmt: skip
    assert from_json(through_json(document)) == chain


def test_the_status_of_a_bare_body_is_told() -> None:
    document = to_json(error(), "body", status=PENDING)
    assert document["status"] == "PENDING"
    assert from_json(through_json(document)) == error()


def test_a_changed_document_is_encoded_as_it_says() -> None:
    document = to_json(compound(header() + DFS, header() + request()), "message")
    document["packets"][0]["body"]["input"] = "0400" + "5c00" * 20
    document["packets"][1]["body"]["ctl_code"] = "FSCTL_COPYCHUNK"  # an alias
    document["packets"][1]["header"]["message_id"] = 77
    first, second = s2.decode_chain(from_json(document))
    assert isinstance(first.body, s2.IoctlRequest)
    assert isinstance(first.header, s2.Header)
    assert isinstance(second.body, s2.IoctlRequest)
    assert isinstance(second.header, s2.Header)
    assert (len(first.body.input), first.header.next_command) == (42, 168)
    assert (second.body.ctl_code, second.header.message_id) == (COPYCHUNK, 77)


MESSAGE = to_json(header() + DFS, "message")
BODY = to_json(request(NOBODYS, b"abc"), "body")


def changed(document: dict[str, Any], *keys: Any, to: Any) -> Any:
    """A copy of the document with another value at the place that the keys lead to; ... takes it away."""
    copy = through_json(document)
    place = copy
    for key in keys[:-1]:
        place = place[key]
    if to is ...:
        del place[keys[-1]]
    else:
        place[keys[-1]] = to
    return copy


@pytest.mark.parametrize(
    ("document", "path", "reason"),
    [
        (None, "", "expected an object, not null"),
        (True, "", "expected an object, not true"),
        (5, "", "expected an object, not a number"),
        (0.5, "", "expected an object, not a fraction"),
        ([], "", "expected an object, not an array"),
        ("x", "", "expected an object, not a text"),
        ({}, "form", "expected body or message or frame"),
        (changed(MESSAGE, "form", to="packet"), "form", "expected body or message or frame"),
        (changed(MESSAGE, "form", to=[]), "form", "expected body or message or frame"),
        (changed(MESSAGE, "form", to="body"), "body", "missing"),
        (changed(MESSAGE, "packets", to=...), "packets", "missing"),
        (changed(MESSAGE, "packets", to={}), "packets", "expected an array, not an object"),
        (changed(MESSAGE, "packets", to=[]), "Packet", "at least one message"),
        (changed(MESSAGE, "extra", to=1), "extra", "unknown key; expected form, packets"),
        (changed(MESSAGE, "status", to="SUCCESS"), "status", "unknown key"),
        (changed(MESSAGE, "packets", 0, to=7), "packets[0]", "expected an object, not a number"),
        (changed(MESSAGE, "packets", 0, "header", to=...), "packets[0].header", "missing"),
        (changed(MESSAGE, "packets", 0, "header", to="00"), "packets[0].header", "expected an object, not a text"),
        (changed(MESSAGE, "packets", 0, "header", "type", to="Heder"), "packets[0].header.type", "Header or Foreign"),
        (changed(MESSAGE, "packets", 0, "header", "type", to=...), "packets[0].header.type", "Header or Foreign"),
        (changed(MESSAGE, "packets", 0, "header", "payload", to=0), "packets[0].header.payload", "unknown key"),
        (changed(MESSAGE, "packets", 0, "header", "flags", to=...), "packets[0].header.flags", "missing"),
        (changed(MESSAGE, "packets", 0, "header", "flags", to=None), "packets[0].header.flags", "not null"),
        (changed(MESSAGE, "packets", 0, "header", "flags", to=True), "packets[0].header.flags", "not true"),
        (changed(MESSAGE, "packets", 0, "header", "flags", to=1.0), "packets[0].header.flags", "not a fraction"),
        (changed(MESSAGE, "packets", 0, "header", "flags", to="1"), "packets[0].header.flags", "not '1'"),
        (changed(MESSAGE, "packets", 0, "header", "flags", to=2), "Header.async_id", "must not be None"),
        (changed(MESSAGE, "packets", 0, "header", "flags", to=1), "Packet.body", "not IoctlRequest"),
        (changed(MESSAGE, "packets", 0, "header", "flags", to=1 << 32), "Header.flags", "0x100000000 is not in"),
        (changed(MESSAGE, "packets", 0, "header", "flags", to="0x100000000"), "Header.flags", "is not in"),
        (changed(MESSAGE, "packets", 0, "header", "status", to="OK"), "packets[0].header.status", "'OK' is no name"),
        (changed(MESSAGE, "packets", 0, "header", "command", to=1 << 16), "packets[0].header.command", "0..0xFFFF"),
        (changed(MESSAGE, "packets", 0, "header", "command", to=[]), "packets[0].header.command", "not an array"),
        (changed(MESSAGE, "packets", 0, "header", "signature", to="00"), "Header.signature", "1 bytes where 16"),
        (changed(MESSAGE, "packets", 0, "body", to=None), "packets[0].body", "expected an object, not null"),
        (changed(MESSAGE, "packets", 0, "body", to="0"), "packets[0].body", "'0' is no hexadecimal text"),
        (changed(MESSAGE, "packets", 0, "body", to="00"), "Packet.body", "expected IoctlRequest"),
        (changed(MESSAGE, "packets", 0, "body", "type", to="Header"), "packets[0].body.type", "IoctlRequest or"),
        (changed(BODY, "packets", to=[]), "packets", "unknown key; expected form, body"),
        (changed(BODY, "body", to=[]), "body", "expected an object, not an array"),
        (changed(BODY, "body", "type", to=["IoctlRequest"]), "body.type", "expected IoctlRequest or IoctlResponse"),
        (changed(BODY, "body", "typ", to=1), "body.typ", "unknown key; expected reserved, ctl_code"),
        (changed(BODY, "body", "file_id", to="0x1"), "body.file_id", "expected an object, not a text"),
        (changed(BODY, "body", "file_id", "volatile", to=...), "body.file_id.volatile", "missing"),
        (changed(BODY, "body", "file_id", "other", to=1), "body.file_id.other", "unknown key"),
        (changed(BODY, "body", "file_id", "volatile", to=1 << 64), "IoctlRequest.file_id.volatile", "is not in"),
        (changed(BODY, "body", "file_id", "volatile", to=-1), "IoctlRequest.file_id.volatile", "is not in"),
        (changed(BODY, "body", "input", to="abc"), "body.input", "'abc' is no hexadecimal text"),
        (changed(BODY, "body", "input", to="a" * 41), "body.input", f"'{'a' * 40}...' is no hexadecimal text"),
        (changed(BODY, "body", "input", to=0), "body.input", "expected hexadecimal text, not a number"),
        (changed(BODY, "body", "input", to=None), "body.input", "expected hexadecimal text, not null"),
        (changed(BODY, "body", "input_offset", to=3), "IoctlRequest.input_offset", "lies before the data"),
        (changed(BODY, "body", "ctl_code", to=None), "body.ctl_code", "not null"),
        (changed(BODY, "body", "ctl_code", to="FSCTL"), "body.ctl_code", "no name of CtlCode"),
        (changed(BODY, "body", "ctl_code", to="0x1FFFFFFFF"), "body.ctl_code", "CtlCode must be"),
    ],
)  # fmt: skip
def test_documents_that_are_refused(document: Any, path: str, reason: str) -> None:
    with pytest.raises(s2.EncodeError) as caught:
        from_json(document)
    assert caught.value.path == path
    assert reason in caught.value.reason


@pytest.mark.parametrize("key", ["about", "status"])
def test_what_is_for_reading_may_say_anything(key: str) -> None:
    assert from_json(changed(BODY, key, to=[None])) == request(NOBODYS, b"abc")


@pytest.mark.parametrize("key", ["payload", "payload_error", "violations"])
def test_what_is_for_reading_in_a_body_may_say_anything(key: str) -> None:
    assert from_json(changed(BODY, "body", key, to=[None])) == request(NOBODYS, b"abc")


def test_any_value_of_a_payload_is_plain() -> None:
    moment = datetime(2026, 11, 22, 17, 47, 43, tzinfo=UTC)
    name = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
    given = [None, True, 5, 2**53, -(2**53), b"\x01", "t", s2.NtStatus.PENDING, s2.CtlCode(7), moment, name]
    assert plain(given) == [
        None, True, 5, "0x20000000000000", "-0x20000000000000", "01", "t", "PENDING", "0x00000007",
        "2026-11-22T17:47:43+00:00", str(name),
    ]  # fmt: skip
    assert plain((s2.FileId(1, 2),)) == [{"type": "FileId", "persistent": 1, "volatile": 2}]
