"""The Hypothesis strategies that users get: every value encodes and comes back, failures shrink, rules are broken."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from dataclasses import fields
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from schema.own import Tape
from schema.records import TOYS, package_records

import smb2ioctl_codec as s2
from smb2ioctl_codec import testing
from smb2ioctl_codec.payloads import copychunk, dfs, error_data, network, rows, search, snapshots, statistics
from smb2ioctl_codec.rules import MS_SMB2, REPLY, SAMBA_3_6, SAMBA_4, WIRE, Rule, RuleSet

ROOT = Path(__file__).parent.parent
FEW = settings(max_examples=25)
#: Explaining a failure draws other values and may end with another one that fails: nothing to judge shrinking by.
SHRUNK = settings(max_examples=500, phases=[Phase.generate, Phase.shrink])

#: All of the package, and those of the tests, which use the schema language in every way.
RECORDS: list[Any] = [*package_records(), s2.Packet, *(toy for toy in TOYS if toy is not Tape)]
CODES = list(rows.BY_CODE)


def each(strategy: st.SearchStrategy[Any], check: Callable[[Any], object], few: settings = FEW) -> None:
    """Hold some values of a strategy against a check."""

    @few
    @given(strategy)
    def run(value: Any) -> None:
        check(value)

    run()


def simplest(strategy: st.SearchStrategy[Any], condition: Callable[[Any], bool] = lambda _: True) -> Any:
    return find(strategy, condition, settings=SHRUNK)


def back(value: Any, rules: RuleSet = WIRE) -> Any:
    """The value that its own bytes hold; of a request by the rules of a server, or whatever server would refuse it."""
    data = value.encode()
    return s2.IoctlRequest.decode(data, rules) if type(value) is s2.IoctlRequest else type(value).decode(data)


# -- records


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_every_value_encodes_and_comes_back(kind: Any) -> None:
    def check(value: Any) -> None:
        assert type(value) is kind
        assert back(value) == value

    each(testing.records(kind), check)


def is_simple(held: Any, default: Any) -> bool:
    """It is the default, a named number, or nothing but zeros and empty lists, through all levels."""
    if hasattr(held, "PLAN"):
        return all(is_simple(getattr(held, f.name), f.default) for f in fields(held))
    if isinstance(held, Enum | bytes):
        return held == default or isinstance(held, Enum) or not any(held)
    return held in (default, None, 0, "", (), UUID(int=0), IPv4Address(0), IPv6Address(0))


@pytest.mark.parametrize("kind", package_records(), ids=lambda kind: kind.__name__)
def test_the_simplest_value_has_zeros_and_defaults(kind: Any) -> None:
    least = simplest(testing.records(kind))
    assert is_simple(least, None) or least == snapshots.SnapshotArray(), least
    assert len(least.encode()) <= 544


@pytest.mark.parametrize(
    ("kind", "condition", "expected"),
    [
        (
            snapshots.SnapshotArray,
            lambda value: len(value.snapshots) >= 2,
            snapshots.SnapshotArray(("", "")),
        ),
        (s2.FileId, lambda value: value.volatile > 1000, s2.FileId(0, 1001)),
        (
            dfs.ReferralRequest,
            lambda value: len(value.request_file_name) > 1 and not value.terminator,
            dfs.ReferralRequest(0, "00", ""),
        ),
        (
            dfs.ReferralReply,
            lambda value: any(type(entry) is dfs.ReferralV1 for entry in value.referral_entries),
            dfs.ReferralReply(0, (dfs.ReferralV1(""),)),
        ),
        (
            copychunk.CopyChunkCopy,
            lambda value: sum(chunk.length for chunk in value.chunks) >= 5,
            copychunk.CopyChunkCopy(bytes(24), (copychunk.CopyChunk(0, 0, 5),)),
        ),
        (s2.Header, lambda value: value.is_async, s2.Header(flags=2, async_id=0, tree_id=None, reserved=None)),
        (
            s2.IoctlResponse,
            lambda value: len(value.output) == 1 and value.output_offset is not None,
            None,
        ),
        (
            network.NetworkInterfaceInfos,
            lambda value: len(value.interfaces) == 2 and value.interfaces[0].link_speed > 9,
            network.NetworkInterfaceInfos(
                (network.NetworkInterfaceInfo(0, 10, bytes(128)), network.NetworkInterfaceInfo(0, 0, bytes(128)))
            ),
        ),
    ],
    ids=lambda case: getattr(case, "__name__", ""),
)
def test_failures_shrink(kind: Any, condition: Any, expected: Any) -> None:
    found = simplest(testing.records(kind), condition)
    if expected is None:
        expected = s2.IoctlResponse(found.ctl_code, s2.FileId(0, 0), b"\0", output_offset=0)
        assert found.output == b"\0"
        assert found.input == b""
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        (s2.FileId, lambda value: value.persistent > 1 << 63),
        (s2.IoctlRequest, lambda value: value.input_offset is not None and value.input),
        (s2.IoctlRequest, lambda value: value.slack and value.input),
        (s2.IoctlRequest, lambda value: value.ctl_code not in s2.CtlCode),
        (s2.IoctlResponse, lambda value: value.input and value.output and value.slack),
        (s2.ErrorResponse, lambda value: value.error_context_count == 2),
        (s2.ErrorResponse, lambda value: value.padding == b""),
        (s2.Packet, lambda value: type(value.body) is s2.ErrorResponse),
        (s2.Packet, lambda value: type(value.header) is s2.ForeignHeader),
        (s2.Packet, lambda value: type(value.body) is s2.IoctlResponse),
        (dfs.ReferralRequestEx, lambda value: value.site_name),
        (dfs.ReferralReply, lambda value: len({type(entry) for entry in value.referral_entries}) == 3),
        (dfs.TruncatedReferralReply, lambda value: value.number_of_referrals > len(value.referral_entries)),
        (statistics.AllFilesystemStatistics, lambda value: len({type(one.specific) for one in value.processors}) > 1),
        (search.FindFilesBySid, lambda value: len(value.files) == 3),
        (network.NetworkInterfaceInfo, lambda value: type(value.sock_addr_storage) is network.SockaddrIn6),
        (error_data.SymbolicLinkErrorResponse, lambda value: value.print_name_offset is not None and value.print_name),
        (snapshots.SnapshotArray, lambda value: value.number_of_snapshots != len(value.snapshots)),
    ],
    ids=lambda case: getattr(case, "__name__", ""),
)
def test_unusual_values_come_up(kind: Any, condition: Any) -> None:
    find(testing.records(kind), condition, settings=settings(SHRUNK, phases=[Phase.generate], max_examples=2000))


@pytest.mark.parametrize("wrong", [int, "FileId", None, s2.CtlCode, s2.FileId(1, 1), dfs.ReferralV1])
def test_what_is_no_record(wrong: Any) -> None:
    with pytest.raises(TypeError, match="is no record class"):
        testing.records(wrong)


def test_a_content_of_its_own_needs_a_strategy() -> None:
    with pytest.raises(TypeError, match="Runs is a content of its own that has no strategy"):
        simplest(testing.records(Tape))


# -- bodies and messages


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_bodies_carry_what_their_code_defines(code: s2.CtlCode) -> None:
    types: set[Any] = set()

    def check(body: Any) -> None:
        assert body.ctl_code == code
        assert type(body).decode(body.encode()) == body
        assert back(body, MS_SMB2) == body
        types.add(type(body.payload()))

    each(testing.requests(code), check)
    assert types & {*rows.BY_CODE[code].types("request"), bytes}
    types.clear()
    each(testing.responses(int(code)), check)
    assert types & {*rows.BY_CODE[code].types("response"), bytes}


@pytest.mark.parametrize("strategy", [testing.requests, testing.responses], ids=["requests", "responses"])
def test_bodies_of_any_code(strategy: Any) -> None:
    codes: set[s2.CtlCode] = set()

    def check(body: Any) -> None:
        codes.add(body.ctl_code)
        body.payload()

    each(strategy(), check, settings(max_examples=300))
    assert len(codes) > len(CODES) // 2
    each(strategy(0x12345678), lambda body: body.payload().hex())
    for wrong in (-1, 1 << 32, "x"):
        with pytest.raises(ValueError, match="must be an int of"):
            strategy(wrong)


def test_packets_decode_to_themselves() -> None:
    bodies: set[Any] = set()

    def check(packet: s2.Packet) -> None:
        assert s2.Packet.decode(packet.encode()) == packet
        bodies.add(type(packet.body))

    each(testing.packets(), check, settings(max_examples=200))
    assert bodies == {s2.IoctlRequest, s2.IoctlResponse, s2.ErrorResponse, bytes}


# -- rules

#: Rules that `check_request` cannot report, and what they ask for.
ASKS_THE_SERVER = {
    "SAMBA_3_6": {
        "memory": "out_of_memory", "open": "open_missing", "code-ipc": "share_is_ipc", "code": "share_is_ipc",
        "dfs-share": "share_is_ipc", "dfs-host": "dfs_enabled", "dfs-cut": "referral_size",
        "pipe-share": "share_is_ipc", "pipe-kind": "open_is_pipe", "pipe-written": "pipe_written",
        "pipe-more": "pipe_has_more", "snapshots-fit": "snapshots_size",
    },
    "MS_SMB2": {
        "session": "session_missing", "tree": "tree_missing", "open": "open_missing",
        "transact-size": "max_transact_size", "output-cut": "output_size", "credits": "credit_charge",
        "code-allowed": "code_refused", "code-known": "code_unknown", "rsvd": "rsvd_missing",
        "dfs-host": "dfs_enabled", "pipe-share": "share_is_ipc", "copychunk-key": "source_key_unknown",
        "copychunk-access": "copy_access_missing", "hash-support": "hash_unsupported", "hash-present": "hash_missing",
        "hash-disabled": "hash_disabled", "hash-end": "hash_offset_past_end",
        "resiliency-support": "resiliency_unsupported", "resiliency-timeout": "max_resiliency_timeout",
        "wait-name": "pipe_name_unknown", "wait-kind": "pipe_name_is_file", "wait-time": "pipe_wait_timed_out",
        "negotiate-match": "negotiate_differs", "reparse-access": "reparse_access_missing",
        "extents-source": "source_handle_unknown", "mark-values": "mark_unsupported",
    },
    "SAMBA_4": {
        "session": "session_missing", "session-signed": "session_missing", "header-flags": "header_flags",
        "signature": "signature_wrong", "tree": "tree_missing", "open": "open_missing", "charge": "most_credits",
        "credits": "credit_charge", "code-ipc": "share_is_ipc", "code": "share_is_ipc", "dfs-host": "dfs_enabled",
        "dfs-dots": "path_has_dots", "dfs-control": "path_has_controls", "dfs-root": "dfs_root_missing",
        "dfs-name": "dfs_link_unreadable", "dfs-link": "dfs_link_missing", "dfs-cut": "referral_size",
        "pipe-share": "share_is_ipc", "pipe-more": "pipe_has_more", "snapshots-ipc": "share_is_ipc",
        "snapshots-support": "snapshots_unsupported", "snapshots-fit": "snapshots_size",
        "copychunk-key": "source_key_unknown", "copychunk-access": "copy_access_missing",
        "copychunk-source": "source_too_short", "interfaces-room": "output_size",
        "negotiate-match": "negotiate_differs", "sparse-share": "share_is_read_only",
        "write-access": "write_access_missing", "read-access": "read_access_missing", "zero-pipe": "share_is_ipc",
        "zero-space": "largest_file", "ranges-pipe": "share_is_ipc", "ranges-sum": "file_size",
        "ranges-room": "file_size", "reparse-point": "is_reparse_point", "extents-support": "clone_unsupported",
    },
    "REPLY": {},
}  # fmt: skip
#: Rules that say that the connection is dropped: what breaks them breaks another one, which is for less. Of nearly all
#: bytes, a pipe waits for the rest, too.
NEVER_ALONE = {"start", "structure-zero", "structure-cut", "pipe-memory"}
RULES = [(rules, rule) for rules in (SAMBA_3_6, SAMBA_4, MS_SMB2, REPLY) for rule in rules]
BY_BYTES = [
    (rules, rule) for rules, rule in RULES if rule.force != "may" and rule.id not in ASKS_THE_SERVER[rules.name]
]


@pytest.mark.parametrize(("rules", "rule"), BY_BYTES, ids=lambda case: getattr(case, "id", None) or case.name)
def test_rules_are_broken(rules: RuleSet, rule: Rule) -> None:
    """Always this one, and in most cases no other."""
    alone: list[bool] = []

    def check(body: bytes) -> None:
        broken = [violation.rule for violation in s2.check_request(body, rules)]
        assert rule in broken
        alone.append(broken == [rule])

    each(testing.broken_requests(rule), check, settings(max_examples=15))
    assert alone.count(True) >= (0.7 * len(alone) if rule.id not in NEVER_ALONE else 0)


def test_rules_that_bytes_cannot_break_say_so() -> None:
    for rules, rule in RULES:
        if (rules, rule) not in BY_BYTES:
            reason = ASKS_THE_SERVER[rules.name].get(rule.id, "check_request does not apply it")
            with pytest.raises(ValueError, match=f"^{rule.id} .*{reason}$"):
                testing.broken_requests(rule)


def test_rules_of_a_set_of_ones_own() -> None:
    rule = Rule("no-flags", "mine", None, "IoctlRequest.flags", "flags == 7", "seven is bad luck")
    mine = RuleSet("MINE", "a test", (rule, SAMBA_3_6["structure-size"]))

    def check(body: bytes) -> None:
        assert [violation.rule for violation in s2.check_request(body, mine)] == [rule]

    each(testing.broken_requests(rule, mine), check)
    with pytest.raises(ValueError, match="no-flags is a rule of no rule set"):
        testing.broken_requests(rule)
    with pytest.raises(ValueError, match="WIRE has no rule no-flags"):
        testing.broken_requests(rule, WIRE)


def test_a_rule_that_nothing_breaks_gives_nothing() -> None:
    rule = Rule("never", "mine", None, "IoctlRequest.flags", "flags < 0", "cannot be")
    with pytest.raises(Exception, match=r"Unable to satisfy|filtering out"):
        each(testing.broken_requests(rule, RuleSet("MINE", "a test", (rule,))), lambda _: None)


def test_how_many_examples_a_second(record_property: Callable[[str, object], None]) -> None:
    """Of the strategies of all records, bodies and packets."""
    strategies = [testing.requests(), testing.responses(), *map(testing.records, [*package_records(), s2.Packet])]
    drawn: list[Any] = []
    start = time.perf_counter()
    for strategy in strategies:
        each(strategy, drawn.append, settings(max_examples=5))
    speed = len(drawn) / (time.perf_counter() - start)
    record_property("Hypothesis, examples per second of all strategies", round(speed))
    assert len(drawn) > 3 * len(strategies)


# -- what Hypothesis learns, and imports


def run(program: str, path: Path | None = None) -> str:
    """What a program prints, which has this package and what is in `path`."""
    places = [str(path or ROOT), str(ROOT), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


FROM_TYPE = """
import sys
import smb2ioctl_codec as s2
loaded = {name for name in sys.modules if name.startswith("smb2ioctl_codec.payloads.")}
assert loaded <= {"smb2ioctl_codec.payloads.registry"}, loaded
from construct import Int8ul, Struct
from hypothesis import strategies as st
from smb2ioctl_codec import testing
from smb2ioctl_codec.schema import Record, record
@record("mine", Struct("number" / Int8ul))
class Mine(Record):
    number: int
for kind in (s2.IoctlRequest, s2.Packet, s2.payloads.dfs.ReferralRequest, Mine):
    print(st.from_type(kind))
"""
STRATEGIES = "filled(IoctlRequest)\n_packets()\nfilled(ReferralRequest)\nfilled(Mine)\n"


@pytest.mark.parametrize("first", ["hypothesis", "smb2ioctl_codec.testing"])
def test_from_type_gives_these_strategies(first: str, tmp_path: Path) -> None:
    """By the entry point, as installed; of records that are made later, too, and without loading payloads."""
    (group,) = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"].items()
    lines = [f"[{group[0]}]", *(f"{name} = {place}" for name, place in group[1].items())]
    installed = tmp_path / "installed-1.0.dist-info"
    installed.mkdir()
    (installed / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: installed\nVersion: 1.0\n", encoding="utf-8")
    assert run(f"import {first}{FROM_TYPE}", tmp_path) == STRATEGIES


def test_without_hypothesis_the_import_names_the_extra() -> None:
    printed = run("""
import sys
sys.modules["hypothesis"] = None
import smb2ioctl_codec
for name in ("testing", "testing.records", "testing.hook"):
    try:
        __import__(f"smb2ioctl_codec.{name}")
    except ImportError as error:
        print(error)
""")
    assert printed == "smb2ioctl_codec.testing needs Hypothesis: pip install 'smb2ioctl-codec[testing]'\n" * 3
