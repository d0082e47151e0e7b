"""`inspect`: any bytes as a tree, held against the places and values that tshark shows, and against broken bytes.

``data/tshark_positions.jsonl.gz`` has recorded messages and where tshark sees which field, made by
``data/make_tshark_positions.py``.
"""

from __future__ import annotations

import functools
import gzip
import ipaddress
import json
import pkgutil
import struct
import uuid
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import pytest
from samples import (
    BROKEN_ON_PURPOSE,
    BUFFER_OVERFLOW,
    DATA,
    DFS_GET_REFERRALS,
    ENUMERATE_SNAPSHOTS,
    MESSAGES,
    NOBODYS,
    error,
    error_context,
    frame,
    header,
    mutants,
    referral_request,
    request,
    response,
    snapshot_array,
    token,
    vectors,
)
from schema.test_through_messages import TYPED, UNDER, message, name_of
from schema.values import value
from tshark.fields import FIELDS
from tshark.fscc import REPARSE_POINTS

import smb2ioctl_codec as s2
from smb2ioctl_codec.dissect import display, wireshark
from smb2ioctl_codec.dissect.inspect import inspect
from smb2ioctl_codec.dissect.inspection import Inspection
from smb2ioctl_codec.dissect.nodes import Finding, Node
from smb2ioctl_codec.payloads import error_data, negotiate, read_hash, refs_snapshots, registry, reparse, snapshots
from smb2ioctl_codec.payloads.row import Direction, Row
from smb2ioctl_codec.schema.plan import Field

REPLY = 1  # SERVER_TO_REDIR
DFS = request(DFS_GET_REFERRALS, referral_request(r"\server\root"))


def found(inspection: Inspection, path: str) -> Node:
    """The one node of that path."""
    (part,) = [each for each in inspection if each.path == path]
    return part


# -- what tshark shows


@functools.cache
def shown() -> tuple[dict[str, Any], ...]:
    """The recorded messages and what tshark shows of each."""
    with gzip.open(DATA / "tshark_positions.jsonl.gz", "rt", encoding="utf-8") as lines:
        return tuple(json.loads(line) for line in lines)


#: Fields of tshark's that we show otherwise, and why.
ELSEWHERE = {
    "smb2.tree": "the name of the share, which the tree connect had; TreeId itself has a node",
    "smb.padding": "the upper half of ReferralHeaderFlags, of which Wireshark reads 2 bytes",
}
#: Fields of which Wireshark reads fewer bytes than there are; ours starts there too and has this many.
NARROW = {"smb.dfs.flags": 4, "smb2.sec_mode": 2}
FEWER = "Wireshark reads fewer bytes than there are"
BROKEN = "broken on purpose: Wireshark reads on where counts and offsets lead nowhere"
UNKNOWN = "Wireshark has no layout for the payload, all of which has a node by its other name"
LONG = "padding behind an ERROR response, of which Wireshark reads one byte"
OUTPUT = "a request has no output: Wireshark looks for one where OutputOffset and OutputCount lead"
LATER = "a path that goes on behind its first U+0000, where Wireshark ends it"
SHORT = "flags that were cut: Wireshark reads 2 of their 4 bytes, which are there"
HALF = "Wireshark shows the first half of a GUID"


def places(inspection: Inspection) -> dict[tuple[str, int, int], list[Any]]:
    """The value of every node, and of its bits, by name and place."""
    found: dict[tuple[str, int, int], list[Any]] = {}
    for part in inspection:
        found.setdefault((part.wireshark, part.offset, part.size), []).append(part)
        for bit in part.bits:
            found.setdefault((bit.wireshark, part.offset, part.size), []).append(bit)
    return found


def reason(name: str, offset: int, size: int, row: dict[str, Any], inspection: Inspection) -> str:
    """Why no node of ours has a name and place of tshark's; empty if nothing says so."""
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    for known, wide in NARROW.items():
        if name.startswith(known) and (name, offset, wide) in places(inspection):
            return FEWER
    if name == "smb2.unknown":
        ours = places(inspection)
        return UNKNOWN if any((f"smb2.ioctl.{which}", offset, size) in ours for which in ("in", "out")) else ""
    if name == "smb2.error.data" and (row["fields"]["smb2.error.byte_count"][0][2], size) == ("0", 1):
        return LONG
    if name == "smb2.reparse_guid" and size == 8:
        return HALF
    outputs = [each for each in inspection if each.path == "IoctlResponse.output"]
    if name.startswith("smb.dfs.flags") and outputs and outputs[0].size < 8:
        return SHORT
    if name == "smb.file":
        paths = [each for each in inspection if each.wireshark == name and each.offset == offset and each.size > size]
        if paths and "\0" in (paths[0].value or "")[:-1]:
            return LATER
    count = [each for each in inspection if each.path == "IoctlRequest.output_count"]
    if count and count[0].value and name.startswith(("smb2.ioctl.out", "smb.dfs.")):
        return OUTPUT
    errors = any(each.severity == "error" for each in inspection.findings)
    return BROKEN if errors and row["capture"] in BROKEN_ON_PURPOSE else ""


def agrees(part: Any, text: str) -> bool:
    """Whether a node, or a bit, has the value that tshark prints."""
    value = part.value
    if value is None and part.display.startswith("no UTF-16"):
        value = part.raw.decode("utf-16-le", "replace")
    if part.wireshark == "smb2.protocol_id":  # printed as four bytes
        return f"0x{part.raw.hex()}" == text
    if part.wireshark == "smb2.fsctl.set_sparse":  # printed as a boolean
        return bool(value) == (text == "1")
    match value:
        case int():
            return int(text, 0) in (value, value & (1 << 8 * getattr(part, "size", 8)) - 1)
        case str():
            ours, theirs = ("".join(one for one in each if one.isascii() and one != "?") for each in (value, text))
            theirs = theirs.removesuffix("...")
            return ours.partition("\0")[0].startswith(theirs)
        case uuid.UUID() | ipaddress.IPv4Address() | ipaddress.IPv6Address():
            return str(value) == text
    raw: bytes = part.raw
    if part.wireshark == "smb2.fid":
        return uuid.UUID(bytes_le=raw) == uuid.UUID(text)
    return raw.hex() == text.replace(":", "")


def test_names_places_and_values_are_those_of_tshark() -> None:
    """Of every field that it shows of 2,271 different messages, but for those that `reason` explains."""
    same, otherwise = 0, Counter[str]()
    for row in shown():
        inspection = inspect(bytes.fromhex(row["message_hex"]))
        ours = places(inspection)
        for name, seen in row["fields"].items():
            for offset, size, text in seen:
                parts = ours.get((name, offset, size))
                if parts is None and size == 0:
                    continue
                if parts is None:
                    why = reason(name, offset, size, row, inspection)
                    assert why, (row["capture"], row["frame"], name, offset, size, text)
                    otherwise[why] += 1
                    continue
                # reserved bytes are printed as bytes, or as a number
                fits = [agrees(each, text) for each in parts] if text and name != "smb2.reserved" else [True]
                assert any(fits), (row["capture"], row["frame"], name, offset, text, parts)
                same += 1
    assert same > 100_000
    assert otherwise == EXPECTED


#: How often a reason explains what is shown otherwise.
EXPECTED = {
    ELSEWHERE["smb2.tree"]: 2157, ELSEWHERE["smb.padding"]: 165, UNKNOWN: 72, FEWER: 555, HALF: 1, LATER: 7,
    BROKEN: 34, LONG: 6, SHORT: 18, OUTPUT: 18,
}  # fmt: skip


def test_the_page_of_names_holds_every_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent.parent / "docs" / "_ext")
    page = import_module("wireshark_names")
    lines = page.names().splitlines()[2:]
    plans = record_plans()
    assert {tuple(line.split(" | ")[:2]) for line in lines} >= {
        (f"| `{record}`", f"`{field.name}`") for record, plan in plans.items() for field in plan.fields
    }
    assert "| `SnapshotArray` | `snapshots` | `smb2.ioctl.enumerate_snapshots.snapshot` | yes |" in lines
    assert "| `Header` | `credits` | `smb2.credits.granted` | yes |" in lines
    assert "| `Sid` | `revision` | `smb2.ioctl.sid.revision` |  |" in lines
    assert "| `smb2.ioctl.flags` | `smb2.ioctl.is_fsctl` | `0x00000001` |" in page.bits().splitlines()


# -- names


def record_plans() -> dict[str, Any]:
    """The plan of every class with a layout in the package."""
    plans = {}
    for module in pkgutil.walk_packages(s2.__path__, "smb2ioctl_codec."):
        if module.name.rpartition(".")[2] != "__main__":
            for value in vars(import_module(module.name)).values():
                if isinstance(value, type) and "PLAN" in vars(value):
                    plans[value.__name__] = vars(value)["PLAN"]
    return plans


#: Names that Wireshark itself gives to several fields of one record.
SHARED = {"smb2.reserved", "smb2.olb.offset", "smb2.olb.length", "smb2.fsctl.range_length", "smb2.error.data"}


@pytest.mark.parametrize("record", sorted(record_plans()))
@pytest.mark.parametrize("is_request", [True, False])
def test_every_field_has_a_name_of_its_own(record: str, is_request: bool) -> None:
    names = wireshark.field_names(record, is_request=is_request)
    every = Counter(wireshark.name_of(names, record, field.name) for field in record_plans()[record].fields)
    assert {name for name, times in every.items() if times > 1} <= SHARED
    assert all(name.startswith(("smb2.", "smb.", "rsvd.")) for name in every)


def test_every_name_belongs_to_a_field() -> None:
    """No record or field of the table is misspelt."""
    plans = record_plans()
    for key, names in wireshark.NAMES.items():
        fields = {field.name for field in plans[key.rstrip("<>").removesuffix(" of blocks")].fields}
        if key == "Header<":
            fields |= {"channel_sequence", "channel_reserved"}
        extra = names.keys() - fields - {""}
        assert not extra or key.rstrip("<>") in SHARING, (key, extra)


#: Records whose tables are shared, so that they name fields which some of them do not have.
SHARING = {
    "IoctlRequest", "ReferralV1", "ReferralV2", "ReferralV3", "ReferralV4", "NameListReferral", "OffloadReadInput",
    "OffloadReadOutput", "OffloadWriteInput", "OffloadWriteOutput", "StorageQosControlRequest",
    "StorageQosControlResponse", "ValidateNegotiateInfoRequest", "ValidateNegotiateInfoResponse", "FileRegionInput",
    "FileRegionInfo",
}  # fmt: skip


def test_official_names_are_known_to_tshark() -> None:
    """They stand in its output, or in the table that its output of our own messages was held against."""
    official = {name for row in shown() for name in row["fields"]}
    official |= {name for fields in (*FIELDS.values(), *REPARSE_POINTS.values()) for name in fields}
    listed = {name for names in wireshark.NAMES.values() for name in names.values()}
    listed |= {name for names in wireshark.BITS.values() for name in names}
    rest = {name for name in listed - official if not name.startswith(("smb2.error.", "smb2.symlink."))}
    assert rest == {"smb2"}
    plans = record_plans()
    derived = {wireshark.derived(record, field.name) for record, plan in plans.items() for field in plan.fields}
    assert not derived & (official | listed)


def test_derived_names_say_whose_they_are() -> None:
    assert wireshark.derived("NtfsVolumeData", "total_clusters") == "smb2.ioctl.ntfs_volume_data.total_clusters"
    assert wireshark.derived("Mft2Part") == "smb2.ioctl.mft2_part"
    assert wireshark.record_name("FileObjectIdBuffer") == "smb2.FILE_OBJECTID_BUFFER"
    key = wireshark.variant("NfsDevice", {"type": reparse.NfsType.BLK})
    names = wireshark.field_names(key, is_request=False)
    assert names["major"] == "smb2.nfs.block.major"


# -- trees


def test_tree_of_a_request() -> None:
    inspection = inspect(header(message_id=9) + DFS)
    assert (inspection.form, inspection.root.path) == ("message", "Packet")
    assert [(n.path, n.offset, n.size, n.value, n.role, n.target, n.wireshark) for n in inspection][17:] == [
        ("IoctlRequest", 64, 84, None, "record", None, "smb2.ioctl.ioctl_request"),
        ("IoctlRequest.structure_size", 64, 2, 57, "const", None, "smb2.buffer_code"),
        ("IoctlRequest.reserved", 66, 2, 0, "reserved", None, "smb2.reserved"),
        ("IoctlRequest.ctl_code", 68, 4, DFS_GET_REFERRALS, "data", None, "smb2.ioctl.function"),
        ("IoctlRequest.file_id", 72, 16, None, "data", None, "smb2.fid"),
        ("IoctlRequest.file_id.persistent", 72, 8, (1 << 64) - 1, "data", None, "smb2.ioctl.file_id.persistent"),
        ("IoctlRequest.file_id.volatile", 80, 8, (1 << 64) - 1, "data", None, "smb2.ioctl.file_id.volatile"),
        ("IoctlRequest.input_offset", 88, 4, 120, "offset-of", "IoctlRequest.input", "smb2.olb.offset"),
        ("IoctlRequest.input_count", 92, 4, 28, "size-of", "IoctlRequest.input", "smb2.olb.length"),
        ("IoctlRequest.max_input_response", 96, 4, 0, "data", None, "smb2.max_ioctl_in_size"),
        ("IoctlRequest.output_offset", 100, 4, 0, "data", None, "smb2.olb.offset"),
        ("IoctlRequest.output_count", 104, 4, 0, "data", None, "smb2.olb.length"),
        ("IoctlRequest.max_output_response", 108, 4, 4096, "data", None, "smb2.max_ioctl_out_size"),
        ("IoctlRequest.flags", 112, 4, 1, "data", None, "smb2.ioctl.flags"),
        ("IoctlRequest.reserved2", 116, 4, 0, "reserved", None, "smb2.reserved"),
        ("IoctlRequest.input", 120, 28, DFS[56:], "data", None, "smb2.ioctl.in"),
        ("ReferralRequest", 120, 28, None, "record", None, "smb2.ioctl.referral_request"),
        ("ReferralRequest.max_referral_level", 120, 2, 4, "data", None, "smb.max_referral_level"),
        ("ReferralRequest.request_file_name", 122, 26, "\\server\\root\0", "data", None, "smb.file"),
    ]
    assert [(each.path, each.severity) for each in inspection.findings] == [("Header.reserved", "note")]


@pytest.mark.parametrize("data", ["", None, 5, [1], object()])
def test_what_is_no_bytes_is_a_type_error(data: Any) -> None:
    with pytest.raises(TypeError):
        inspect(data)


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"ctl_code": 5}, TypeError),
        ({"direction": "request"}, TypeError),
        ({"ctl_code": 5, "direction": "up"}, ValueError),
        ({"ctl_code": -1, "direction": "request"}, ValueError),
        ({"status": 1 << 32}, ValueError),
    ],
)
def test_arguments_that_mean_nothing(options: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        inspect(b"", **options)


def test_any_bytes_like_object() -> None:
    assert inspect(bytearray(DFS)).to_dict() == inspect(memoryview(DFS)).to_dict() == inspect(DFS).to_dict()


@pytest.mark.parametrize("data", [b"", b"hello", b"\x38\0", bytes(70)])
def test_bytes_of_no_known_form(data: bytes) -> None:
    inspection = inspect(data)
    assert (inspection.form, inspection.root.role, inspection.root.raw) == ("unknown", "unread", data)
    assert [each.severity for each in inspection.findings] == ["error"]
    assert inspection.root.findings == inspection.findings


def leaves(part: Node) -> Iterator[Node]:
    if not part.children:
        yield part
    for each in part.children:
        yield from leaves(each)


def check_cover(inspection: Inspection, size: int) -> None:
    """Every byte lies in a node without parts, and every node inside the input."""
    covered: set[int] = set()
    for leaf in leaves(inspection.root):
        covered.update(range(leaf.offset, leaf.offset + leaf.size))
    assert covered == set(range(size))
    assert all(0 <= part.offset <= part.offset + part.size <= size for part in inspection)


def test_every_byte_of_a_mutant_is_in_a_node() -> None:
    """Nothing is raised either, also by what makes text of the tree; 3,000 mutants."""
    seeds = [*MESSAGES, *(frame(each) for each in MESSAGES), *(each[64:] for each in MESSAGES)]
    broken = 0
    for data in mutants(seeds, 3000, seed=77):
        inspection = inspect(data, rules=[s2.rules.SAMBA_3_6, s2.rules.MS_SMB2, s2.rules.REPLY])
        check_cover(inspection, len(data))
        assert json.loads(json.dumps(inspection.to_dict()))["form"] == inspection.form
        assert str(inspection).isprintable() or "\n" in str(inspection)
        broken += any(each.severity == "error" for each in inspection.findings)
    assert 1000 < broken < 3000


def test_every_byte_of_a_mutant_of_a_payload_is_in_a_node() -> None:
    seeds = [each for each in vectors().values() if each]
    codes = [row.ctl_code for row in map(registry.lookup, s2.CtlCode) if row.request or row.response]
    for place, data in enumerate(mutants(seeds, 3000, seed=78)):
        code = codes[place % len(codes)]
        for direction in ("request", "response"):
            inspection = inspect(data, ctl_code=code, direction=direction)
            check_cover(inspection, len(data))
            assert inspection.form == "payload"


def test_the_error_of_decoding_is_found() -> None:
    """Of 1,000 mutants: what the decoder says stands among the findings, with its place."""
    refused = 0
    for data in mutants(MESSAGES, 1000, seed=79):
        inspection = inspect(data)
        said = refusal(data)
        if inspection.form == "message" and said is not None:
            errors = [(each.path, each.offset) for each in inspection.findings if each.severity == "error"]
            assert (said.path, said.offset) in errors, data.hex()
            refused += 1
    assert refused > 200


def refusal(data: bytes) -> s2.DecodeError | None:
    """What decoding says; None if it takes the bytes."""
    try:
        s2.decode_chain(data)
    except s2.DecodeError as error:
        return error
    return None


@pytest.mark.parametrize("size", range(0, len(DFS), 3))
def test_what_stands_before_a_cut_is_there(size: int) -> None:
    whole = {each.path: each for each in inspect(header() + DFS)}
    cut = inspect(header() + DFS[:size])
    kept = [each for each in cut if each.owner == "IoctlRequest" and each.role not in ("unread", "record")]
    names = [field.name for field in s2.IoctlRequest.PLAN.fields if field.fixed]
    ends = [
        offset + width for offset, width in ((f.offset or 0, f.size or 0) for f in s2.IoctlRequest.PLAN.fields[:12])
    ]
    assert [each.name for each in kept][: len(names)] == [
        name for name, end in zip(names, ends, strict=True) if end <= size
    ]
    assert all(each.value == whole[each.path].value for each in kept if each.name != "input")
    assert any(each.severity == "error" for each in cut.findings)


def test_a_finding_has_its_amounts_and_its_node() -> None:
    inspection = inspect(request(NOBODYS, b"abc", input_count=10))
    (finding,) = inspection.findings
    assert finding == Finding("error", "cut short", "IoctlRequest.input", 56, 10, 3, "IoctlRequest.input_count", "WIRE")
    assert found(inspection, "IoctlRequest.input").findings == (finding,)
    assert str(finding) == (
        "error: IoctlRequest.input at offset 56: cut short (needed 10, available 3; limit set by "
        "IoctlRequest.input_count)"
    )


def test_rule_sets_name_themselves() -> None:
    body = request(DFS_GET_REFERRALS, b"\4\0\0\0", flags=0, persistent=1)
    sets = [s2.rules.MS_SMB2, s2.rules.SAMBA_3_6]
    warnings = [each for each in inspect(header() + body, rules=sets).findings if each.severity == "warning"]
    assert [(each.rules, each.rule, each.offset) for each in warnings] == [
        ("MS_SMB2", "flags", 112), ("MS_SMB2", "no-handle", 72), ("SAMBA_3_6", "file-id-halves", 72),
    ]  # fmt: skip
    assert "MS_SMB2 flags [MS-SMB2] 3.3.5.15; NOT_SUPPORTED" in str(warnings[0])
    related = inspect(header(flags=4) + body, rules=s2.rules.SAMBA_3_6).findings
    assert [each.rule for each in related if each.severity == "warning"] == []


def test_rules_of_replies() -> None:
    body = response(NOBODYS, b"abcdefgh", input_count=8, output_offset=116, output_count=4)
    plain = [each for each in inspect(body).findings if each.severity == "error"]
    assert [(each.rules, each.rule) for each in plain] == [("REPLY", "output-place")]
    asked = inspect(body, rules=s2.rules.REPLY).findings
    assert [(each.severity, each.rules) for each in asked] == [("error", "REPLY"), ("warning", "REPLY")]


def test_bytes_in_no_field_have_roles() -> None:
    buffer = b"AAAABB\0\0DDDDDDDDE"
    body = response(NOBODYS, buffer, input_offset=116, input_count=2, output_offset=120, output_count=8)
    inspection = inspect(body)
    tail = [(each.role, each.offset, each.size, each.value) for each in inspection.root.children[-5:]]
    assert tail == [
        ("gap", 48, 4, b"AAAA"), ("data", 52, 2, b"BB"), ("padding", 54, 2, bytes(2)), ("data", 56, 8, b"D" * 8),
        ("tail", 64, 1, b"E"),
    ]  # fmt: skip
    assert [(each.severity, each.offset) for each in inspection.findings] == [("note", 48), ("note", 64)]


def test_reserved_fields_that_are_not_zero() -> None:
    inspection = inspect(request(NOBODYS, reserved=7, reserved2=1))
    notes = [(each.path, each.severity, each.reason) for each in inspection.findings]
    assert notes == [
        ("IoctlRequest.reserved", "note", "zero is expected"), ("IoctlRequest.reserved2", "note", "zero is expected"),
    ]  # fmt: skip


# -- payloads


def payload(value: Any, code: int, direction: Any = "response", **options: Any) -> Inspection:
    data = value if isinstance(value, bytes) else value.encode()
    return inspect(data, ctl_code=code, direction=direction, **options)


def test_a_payload_alone() -> None:
    inspection = payload(snapshot_array((token(1), token(2))), ENUMERATE_SNAPSHOTS)
    assert [(n.path, n.offset, n.size, n.role, n.wireshark) for n in inspection][4:] == [
        ("SnapshotArray.snapshots", 12, 100, "list", "smb2.ioctl.snapshot_array.snapshots"),
        ("SnapshotArray.snapshots[0]", 12, 50, "data", "smb2.ioctl.enumerate_snapshots.snapshot"),
        ("SnapshotArray.snapshots[1]", 62, 50, "data", "smb2.ioctl.enumerate_snapshots.snapshot"),
        ("SnapshotArray.padding", 112, 2, "padding", "smb2.ioctl.snapshot_array.padding"),
    ]
    count = found(inspection, "SnapshotArray.number_of_snapshots_returned")
    assert (count.role, count.target) == ("count-of", "SnapshotArray.snapshots")


def test_a_payload_of_an_unknown_code_is_bytes() -> None:
    assert [(each.path, each.value) for each in payload(b"xyz", NOBODYS)] == [("Payload", b"xyz")]


def test_a_payload_that_a_status_cut_is_shown_without_errors() -> None:
    data = snapshot_array((token(1),))[:30]
    cut = payload(data, ENUMERATE_SNAPSHOTS, status=BUFFER_OVERFLOW)
    assert {each.severity for each in cut.findings} == {"note"}
    assert found(cut, "SnapshotArray.number_of_snapshots").value == 1
    whole = payload(data, ENUMERATE_SNAPSHOTS)
    assert [each.severity for each in whole.findings] == ["error"]


def test_a_request_explains_its_reply() -> None:
    code = s2.CtlCode.FSCTL_DFS_GET_REFERRALS
    asked = s2.IoctlRequest.of(s2.payloads.dfs.ReferralRequest(4, r"\a"))
    reply = response(DFS_GET_REFERRALS, struct.pack("<HHI", 100, 0, 0))
    assert inspect(reply).findings == ()
    (finding,) = inspect(reply, request=asked).findings
    assert (finding.path, finding.needed) == ("ReferralReply.path_consumed", 100)
    other = s2.IoctlRequest.of(b"", ctl_code=s2.CtlCode(NOBODYS))
    assert inspect(reply, request=other).findings == ()
    assert payload(reply[48:], code, request=asked).findings[0].offset == 0


#: All but those of which random values are taken for another form.
TOLD_APART = [
    (row, direction, kind)
    for row, direction, kind in TYPED
    if kind.__name__ != "FileObjectIdBufferType2"
    and (row.ctl_code, direction) != (s2.CtlCode.FSCTL_REFS_STREAM_SNAPSHOT_MANAGEMENT, "response")
]


@pytest.mark.parametrize(("row", "direction", "kind"), TOLD_APART, ids=name_of)
def test_every_payload_is_shown_field_by_field(row: Row, direction: Direction, kind: Any) -> None:
    """Those too that Wireshark leaves raw: every field is a node, where its value is not empty."""
    random, seen = Random(kind.__name__), set()
    form = read_hash.HashRetrievalType(2 if kind is read_hash.HashRetrieveFileBased else 1)
    asked = s2.IoctlRequest.of(read_hash.ReadHashRequest(64, 0, hash_retrieval_type=form))
    for _ in range(20):
        sent = message(row, direction, value(kind, random))
        start = header(flags=int(direction == "response"), status=UNDER.get(kind.__name__, 0))
        explains = row.ctl_code == asked.ctl_code and direction == "response"
        tree = inspect(start + sent.encode(), request=asked if explains else None)
        seen |= {node.path for node in tree if node.path.startswith(f"{kind.__name__}.")}
    expected = {f"{kind.__name__}.{field.name}" for field in kind.PLAN.fields if field.kind != "slack"}
    assert expected <= seen


def test_a_missing_payload() -> None:
    (finding,) = inspect(request(DFS_GET_REFERRALS)).findings
    assert (finding.severity, finding.path, finding.offset) == ("error", "ReferralRequest.max_referral_level", 56)


# -- frames, compounds, errors, other messages


def test_frames() -> None:
    one = frame(header() + DFS)
    single = inspect(one)
    assert (single.form, [each.path for each in single.root.children]) == (
        "frame", ["Frame.zero", "Frame.stream_protocol_length", "Packet"],
    )  # fmt: skip
    both = inspect(one + one)
    assert [(each.path, each.offset, each.size) for each in both.root.children] == [
        ("Frame", 0, len(one)), ("Frame", len(one), len(one)),
    ]  # fmt: skip
    for tail, path in ((b"\0\0", "Frame"), (b"\5abc", "Frame.zero"), (b"\0\0\0\x05ab", "Frame.message")):
        broken = inspect(one + tail)
        check_cover(broken, len(one + tail))
        assert path in [each.path for each in broken.findings if each.severity == "error"]


def test_compounds() -> None:
    first = header(next_command=152) + DFS + bytes(4)
    chain = inspect(first + header(command=5) + b"create")
    assert [(each.path, each.offset, each.size) for each in chain.root.children] == [
        ("Packet", 0, 152), ("Packet", 152, 70),
    ]  # fmt: skip
    assert found(chain, "Packet.body").value == b"create"
    broken = inspect(header(next_command=9) + DFS)
    assert [each.path for each in broken.findings if each.severity == "error"] == ["Header.next_command"]
    assert found(broken, "ReferralRequest.max_referral_level").value == 4


def test_other_protocols() -> None:
    inspection = inspect(b"\xfdSMB".ljust(52, b"\7"))
    assert [(each.path, each.size) for each in inspection.root.children] == [("ForeignHeader", 4), ("Packet.body", 48)]


def test_error_responses() -> None:
    link = error_data.SymbolicLinkErrorResponse("target", "print", 1).encode()
    stopped = int(s2.NtStatus.STOPPED_ON_SYMLINK)
    bare = inspect(error(link), status=stopped)
    assert found(bare, "SymbolicLinkErrorResponse.substitute_name").wireshark == "smb2.symlink.substitute_name"
    data = error_context(b"abc", 5) + bytes(5) + error_context(link)
    inspection = inspect(header(flags=REPLY, status=stopped) + error(data, count=2))
    buffer = found(inspection, "ErrorResponse.error_data")
    assert [(each.path, each.offset, each.size) for each in buffer.children] == [
        ("ErrorContext", 72, 11), ("ErrorResponse.error_data.padding", 83, 5), ("ErrorContext", 88, 8 + len(link)),
    ]  # fmt: skip
    assert found(inspection, "SymbolicLinkErrorResponse.print_name").value == "print"
    broken = inspect(error(link[:20]), status=stopped)
    assert [each.severity for each in broken.findings][:1] == ["error"]
    assert inspect(error(b"", count=1)).findings[0].path == "ErrorResponse.error_data[0]"


def test_a_reply_of_no_known_body() -> None:
    inspection = inspect(header(flags=REPLY, reserved=0) + struct.pack("<H", 57) + bytes(60))
    assert inspection.findings[0].path == "IoctlResponse.structure_size"
    check_cover(inspection, 126)


def test_status_of_a_request_is_two_numbers() -> None:
    inspection = inspect(header(status=0x00070003) + DFS)
    status = found(inspection, "Header.status")
    assert (type(status.value), status.value, status.wireshark) == (int, 0x70003, "smb2.ioctl.header.status")
    assert [(each.offset, each.size, each.value, each.wireshark) for each in status.children] == [
        (8, 2, 3, "smb2.channel_sequence"), (10, 2, 7, "smb2.reserved"),
    ]  # fmt: skip


# -- the limit


@pytest.mark.parametrize("limit", [1, 2, 5, 17, 33, 60, 100])
def test_a_limit_of_nodes_is_kept(limit: int) -> None:
    tokens = tuple(token(number) for number in range(50))
    data = frame(header(flags=REPLY) + response(ENUMERATE_SNAPSHOTS, snapshot_array(tokens)))
    inspection = inspect(data, limit=limit)
    assert len(list(inspection)) <= limit + 8  # the nodes that hold others, and what is left over
    assert any(each.reason.endswith(f"more than {limit} nodes") for each in inspection.findings) is (limit < 95)


def test_a_huge_payload_costs_no_more_than_the_limit() -> None:
    count = 1 << 20
    data = response(ENUMERATE_SNAPSHOTS, struct.pack("<III", count, count, 0) + bytes(2 * count))
    inspection = inspect(data, limit=1000)
    assert len(list(inspection)) < 50
    assert found(inspection, "SnapshotArray.number_of_snapshots").value == count
    assert [(each.severity, each.path) for each in inspection.findings] == [("note", "SnapshotArray")]
    check_cover(inspection, len(data))


def test_a_huge_buffer_of_raw_bytes_is_one_node() -> None:
    assert inspect(response(NOBODYS, bytes(1 << 20)), limit=100).findings == ()


# -- values for people


def test_display() -> None:
    shown = {each.path: each.display for each in inspect(header(flags=0x31) + response(NOBODYS, b"ab"))}
    assert shown["Header.flags"] == "SERVER_TO_REDIR | priority 3 (0x00000031)"
    assert shown["Header.status"] == "SUCCESS (0x00000000)"
    assert shown["Header.reserved"] == "0x0000FEFF"
    assert shown["IoctlResponse.output_offset"] == "112 bytes"
    assert shown["IoctlResponse.file_id"] == "all ones"
    assert shown["IoctlResponse.output"] == "2 bytes: 6162"
    asked = inspect(request(NOBODYS))
    assert found(asked, "IoctlRequest.flags").display == "FSCTL (0x00000001)"
    name = struct.pack("<H", 4) + b"\x00\xd8"
    assert payload(name, DFS_GET_REFERRALS, "request").root.children[1].display == "no UTF-16, 2 bytes: 00d8"


def test_display_of_payloads() -> None:
    info = negotiate.ValidateNegotiateInfoRequest(0x81000001, uuid.UUID(int=1), 3, (0x0311, 0x0999))
    seen = {each.path: each for each in payload(info, s2.CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO, "request")}
    name = "ValidateNegotiateInfoRequest"
    assert seen[f"{name}.capabilities"].display == "DFS | 0x81000000 (0x81000001)"
    assert seen[f"{name}.security_mode"].display == "SIGNING_ENABLED | SIGNING_REQUIRED (0x0003)"
    assert seen[f"{name}.guid"].display == str(uuid.UUID(int=1))
    assert seen[f"{name}.dialects[0]"].display == "SMB_3_1_1 (0x0311)"
    assert seen[f"{name}.dialects[1]"].display == "2457"
    assert seen[f"{name}.dialects"].display == "2 items"
    assert [(bit.wireshark, bit.value) for bit in seen[f"{name}.security_mode"].bits] == [
        ("smb2.sec_mode.sign_enabled", 1), ("smb2.sec_mode.sign_required", 1),
    ]  # fmt: skip
    assert seen[name].bits == ()


@pytest.mark.parametrize(
    ("ticks", "text"),
    [
        (0, "0 x 100 ns"),
        (1, "1601-01-01T00:00:00.0000001Z (1 x 100 ns)"),
        (133_485_408_000_000_007, "2024-01-01T00:00:00.0000007Z (133485408000000007 x 100 ns)"),
        ((1 << 64) - 1, "18446744073709551615 x 100 ns"),
    ],
)
def test_times(ticks: int, text: str) -> None:
    assert display.filetime(ticks) == text
    data = struct.pack("<IHQQQ16s", 0, 0, ticks, 0, 0, bytes(16))
    shown = {each.name: each.display for each in _listed(data)}
    assert shown["snapshot_creation_time"] == text


def _listed(entry: bytes) -> Inspection:
    """The list of one stream snapshot."""
    asked = s2.IoctlRequest.of(
        refs_snapshots.RefsStreamSnapshotManagement(refs_snapshots.SnapshotOperation.LIST, "*"),
        ctl_code=s2.CtlCode.FSCTL_REFS_STREAM_SNAPSHOT_MANAGEMENT,
    )
    data = struct.pack("<IIQ", 1, 0, 0) + entry + bytes(2)
    return payload(data, s2.CtlCode.FSCTL_REFS_STREAM_SNAPSHOT_MANAGEMENT, request=asked)


UNITS = {
    ("ReferralV4", "time_to_live"): "s", ("NetworkInterfaceInfo", "link_speed"): "bit/s",
    ("StorageQosControlRequest", "latency_increment"): "100 ns", ("PipeWaitRequest", "timeout"): "units of 100 ms",
    ("StorageQosControlResponse", "time_to_live"): "ms", ("IoctlRequest", "max_output_response"): "bytes",
    ("CopyChunk", "length"): "bytes", ("NtfsVolumeData", "total_reserved"): "", ("Header", "message_id"): "",
    ("StorageQosControlRequest", "bandwidth_limit"): "kilobytes per second",
    ("StorageQosControlResponse", "maximum_io_rate"): "normalized operations per second",
    ("IoctlRequest", "ctl_code"): "", ("NetworkResiliencyRequest", "timeout"): "ms",
    ("OffloadReadInput", "token_time_to_live"): "ms", ("SnapshotArray", "number_of_snapshots_returned"): "",
}  # fmt: skip


@pytest.mark.parametrize(("record", "field"), UNITS)
def test_units(record: str, field: str) -> None:
    found: Field = record_plans()[record].field(field)
    assert display.unit_of(record, found) == UNITS[record, field]


@pytest.mark.parametrize("table", [display._FLAGS, display._VALUES, display._UNITS], ids=["flags", "values", "units"])
def test_tables_of_meanings_name_fields(table: dict[str, Any]) -> None:
    plans = record_plans()
    for path in table:
        record, _, field = path.partition(".")
        assert field in {each.name for each in plans[record].fields}, path
        if table is not display._UNITS:
            assert display._table(table, path)


# -- text and dicts


def test_text_and_dict() -> None:
    inspection = inspect(request(NOBODYS, b"ab", reserved=1))
    lines = str(inspection).splitlines()
    assert lines[0] == "     0     58  IoctlRequest"
    assert lines[3] == "     4      4    ctl_code                           0x8384ABCC"
    assert lines[-1] == "  ! note: IoctlRequest.reserved at offset 2: zero is expected"
    tree = inspection.to_dict()
    assert tree["form"] == "body"
    assert tree["findings"] == [
        {"severity": "note", "reason": "zero is expected", "path": "IoctlRequest.reserved", "offset": 2}
    ]
    root = tree["root"]
    assert root["children"][1] == {
        "name": "reserved", "path": "IoctlRequest.reserved", "offset": 2, "size": 2, "value": 1, "display": "0x0001",
        "role": "reserved", "wireshark": "smb2.reserved", "findings": tree["findings"],
    }  # fmt: skip
    assert root["children"][-1]["value"] == "6162"
    assert json.loads(json.dumps(tree)) == tree
    assert repr(inspection.root.children[-1]) == "<IoctlRequest.input at 56, 2 bytes: 2 bytes: 6162>"


def test_own_values_decode_without_findings() -> None:
    array = snapshots.SnapshotArray((token(1),))
    assert payload(array, ENUMERATE_SNAPSHOTS).findings == ()


def test_the_parts_of_the_whole() -> None:
    made = inspect(header() + request())
    assert made.children is made.root.children
    assert [each.name for each in made.children] == ["Header", "IoctlRequest"]
