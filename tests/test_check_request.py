"""`check_request`: everything that is wrong with a request, in the server's order, and never an exception."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import (
    COPYCHUNK,
    COPYCHUNK_WRITE,
    DFS_GET_REFERRALS,
    ENUMERATE_SNAPSHOTS,
    NOBODYS,
    PIPE_TRANSCEIVE,
    RESUME_KEY,
    mutants,
    pdus,
    referral_request,
    request,
)

import smb2ioctl_codec as s2
from smb2ioctl_codec.messages import RequestFacts
from smb2ioctl_codec.rules import MS_SMB2, SAMBA_3_6, SAMBA_4, WIRE, Rule, RuleSet

VALIDATE_NEGOTIATE, PIPE_WAIT, DFS_EX, INTERFACES = 0x00140204, 0x00110018, 0x000601B0, 0x001401FC
READ_HASH, RESILIENCY, MARK_HANDLE = 0x001441BB, 0x001401D4, 0x000900FC
EXTENTS, EXTENTS_EX = 0x00098344, 0x000983E8
PATH = referral_request(r"\server\root")
HANDLE: dict[str, Any] = {"persistent": 7, "volatile": 7}

#: rule -> a body that breaks it and no other, and the place of what is broken
SAMBA_BREAKERS: dict[str, tuple[bytes, int]] = {
    "body-size": (request()[:55], 0),
    "structure-size": (request(structure_size=0x3900), 0),
    "input-offset": (request(NOBODYS, b"12345678", input_offset=128), 24),
    "input-length": (request(NOBODYS, b"12345678", input_count=9), 56),
    "file-id-halves": (request(persistent=1, volatile=2), 8),
    "dfs-input": (request(DFS_GET_REFERRALS, b"\4\0"), 28),
    "dfs-path": (request(DFS_GET_REFERRALS, b"\4\0\0\xd8"), 56),
    "pipe-handle": (request(PIPE_TRANSCEIVE, b"question"), 8),
    "snapshots-handle": (request(ENUMERATE_SNAPSHOTS), 8),
    "snapshots-room": (request(ENUMERATE_SNAPSHOTS, max_output_response=15, **HANDLE), 44),
}
#: What the body alone cannot tell: memory, opens, shares, what pipe and backend answer.
SAMBA_UNTOLD = {
    "memory", "open", "code-ipc", "code", "dfs-share", "dfs-host", "dfs-cut", "pipe-share", "pipe-kind",
    "pipe-written", "pipe-more", "snapshots-fit",
}  # fmt: skip

DOCUMENT_BREAKERS: dict[str, tuple[bytes, int]] = {
    "body-size": (request()[:55], 0),
    "structure-size": (request(structure_size=0, **HANDLE), 0),
    "flags": (request(flags=0, **HANDLE), 48),
    "no-handle": (request(DFS_GET_REFERRALS, PATH, **HANDLE), 8),
    "handle": (request(RESUME_KEY), 8),
    "input-low": (request(NOBODYS, b"12345678", input_offset=112, input_count=2, **HANDLE), 24),
    "input-alignment": (request(NOBODYS, b"12345678", input_offset=124, input_count=2, **HANDLE), 24),
    "input-offset": (request(NOBODYS, b"12345678", input_offset=136, input_count=1, **HANDLE), 24),
    "input-length": (request(NOBODYS, b"12345678", input_count=9, **HANDLE), 56),
    "snapshots-room": (request(ENUMERATE_SNAPSHOTS, max_output_response=15, **HANDLE), 44),
    "resume-key-room": (request(RESUME_KEY, max_output_response=31, **HANDLE), 44),
    "copychunk-room": (request(COPYCHUNK, bytes(32), max_output_response=11, **HANDLE), 44),
    "copychunk-input": (request(COPYCHUNK_WRITE, bytes(31), **HANDLE), 28),
    "hash-input": (request(READ_HASH, bytes(23), **HANDLE), 28),
    "resiliency-input": (request(RESILIENCY, bytes(7), **HANDLE), 28),
    "negotiate-room": (request(VALIDATE_NEGOTIATE, bytes(24), max_output_response=23), 44),
    "extents-input": (request(EXTENTS, bytes(39), **HANDLE), 28),
    "extents-ex-input": (request(EXTENTS_EX, bytes(55), **HANDLE), 28),
    "mark-input": (request(MARK_HANDLE, bytes(23), **HANDLE), 28),
}
DOCUMENT_UNTOLD = {
    "session", "tree", "open", "transact-size", "output-cut", "credits", "code-allowed", "code-known", "rsvd",
    "dfs-host", "pipe-share", "copychunk-key", "copychunk-limits", "copychunk-access", "hash-support", "hash-present",
    "hash-room", "hash-values", "hash-disabled", "hash-end", "resiliency-support", "resiliency-timeout", "wait-name",
    "wait-kind", "wait-time", "negotiate-match", "reparse-access", "trim-key", "extents-source", "mark-values",
}  # fmt: skip


def ids(body: bytes, rules: RuleSet = SAMBA_3_6, *, related: bool = False) -> list[str]:
    """The ids of what the body breaks."""
    return [one.rule.id for one in s2.check_request(body, rules, related=related)]


@pytest.mark.parametrize(
    ("rules", "name", "body", "offset"),
    [
        pytest.param(rules, name, *case, id=f"{rules.name} {name}")
        for rules, cases in ((SAMBA_3_6, SAMBA_BREAKERS), (MS_SMB2, DOCUMENT_BREAKERS))
        for name, case in cases.items()
    ],
)
def test_breaking_exactly_one_rule(rules: RuleSet, name: str, body: bytes, offset: int) -> None:
    (violation,) = s2.check_request(body, rules)
    assert violation.rule is rules[name]
    assert (violation.path, violation.offset) == (rules[name].path, offset)
    assert violation.rule.message in violation.message
    assert violation.path in violation.message
    assert "\n" not in violation.message
    assert str(violation) == violation.message


def test_every_rule_is_told_or_known_to_be_untold() -> None:
    may = {rule.id for rule in MS_SMB2 if rule.force == "may"}
    for rules, told, untold in (
        (SAMBA_3_6, SAMBA_BREAKERS, SAMBA_UNTOLD),
        (MS_SMB2, DOCUMENT_BREAKERS, DOCUMENT_UNTOLD | may),
    ):
        assert told.keys() | untold == {rule.id for rule in rules}
        assert not told.keys() & untold


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        (request(NOBODYS, b"input"), SAMBA_3_6),
        (request(NOBODYS, b"input", **HANDLE), MS_SMB2),
        (request(NOBODYS, b"12345678input", input_offset=128, input_count=5, **HANDLE), MS_SMB2),
        (request(DFS_GET_REFERRALS, PATH), SAMBA_3_6),
        (request(DFS_GET_REFERRALS, PATH), MS_SMB2),
        (request(DFS_EX), MS_SMB2),
        (request(PIPE_WAIT), MS_SMB2),
        (request(INTERFACES), MS_SMB2),
        (request(VALIDATE_NEGOTIATE, bytes(24)), MS_SMB2),
        (request(PIPE_TRANSCEIVE, max_output_response=0, **HANDLE), SAMBA_3_6),
        (request(ENUMERATE_SNAPSHOTS, max_output_response=16, **HANDLE), SAMBA_3_6),
        (request(NOBODYS, b"x", flags=0, output_offset=1, output_count=9, reserved=7, reserved2=7), SAMBA_3_6),
        (request(input_offset=0xFFFFFFFF, **HANDLE), MS_SMB2),
        (request(output_offset=1, output_count=0xFFFFFFFF, **HANDLE), MS_SMB2),
        (b"", WIRE),
        (bytes(200), WIRE),
    ],
)
def test_nothing_is_wrong(body: bytes, rules: RuleSet) -> None:
    """What only some versions of a server refuse (force ``may``) is not applied."""
    assert s2.check_request(body, rules) == ()


def test_all_that_is_wrong_in_the_servers_order() -> None:
    body = request(DFS_GET_REFERRALS, b"abc", structure_size=1, input_offset=121, input_count=3, persistent=0, flags=0)
    assert ids(body) == ["structure-size", "input-offset", "file-id-halves", "dfs-input"]
    body = request(ENUMERATE_SNAPSHOTS, structure_size=1, input_count=1, max_output_response=1)
    assert ids(body) == ["structure-size", "input-offset", "input-length", "snapshots-handle", "snapshots-room"]
    body = request(ENUMERATE_SNAPSHOTS, b"x", structure_size=1, input_offset=3, flags=0, max_output_response=1)
    assert ids(body, MS_SMB2) == ["structure-size", "flags", "handle", "input-low", "input-alignment", "snapshots-room"]


@pytest.mark.parametrize("size", range(56))
def test_of_a_body_that_is_cut_nothing_else_is_said(size: int) -> None:
    """The server looks at nothing else."""
    for filler in (b"\0", b"\xff", b"\x39"):
        assert ids(filler * size) == ids(filler * size, MS_SMB2) == ["body-size"]


@pytest.mark.parametrize(
    ("body", "told"),
    [(b"", {}), (b"\x39", {}), (b"\x39\0", {"declared_size": 57}), (b"\x39\0" + bytes(5), {"declared_size": 57}),
     (b"\x39\0\0\0\4\3\2\1", {"declared_size": 57, "asked_code": 0x01020304}),
     (b"\7\0" + bytes(6), {"declared_size": 7}), (b"\x08\0" + bytes(6), {"declared_size": 8, "asked_code": 0})],
)  # fmt: skip
def test_what_is_known_of_a_body_that_is_cut(body: bytes, told: dict[str, int]) -> None:
    assert RequestFacts(body, related=False).values == {"size": len(body), "related": False, **told}


def test_a_chained_handle() -> None:
    """The halves may differ then, and all ones stands for the handle of the operation before."""
    assert ids(request(persistent=1, volatile=2)) == ["file-id-halves"]
    assert ids(request(persistent=1, volatile=2), related=True) == []
    assert ids(request(RESUME_KEY), MS_SMB2) == ["handle"]
    assert ids(request(RESUME_KEY), MS_SMB2, related=True) == []
    assert ids(request(PIPE_TRANSCEIVE), related=True) == ["pipe-handle"]


@pytest.mark.parametrize("rules", [SAMBA_3_6, SAMBA_4, MS_SMB2], ids=repr)
def test_offsets_and_lengths_are_not_wrapped(rules: RuleSet) -> None:
    for offset, count in ((120, 0xFFFFFF90), (120, 0xFFFFFFFF), (0xFFFFFFF8, 16), (0xFFFFFFF8, 0xFFFFFFF8)):
        found = ids(request(NOBODYS, b"12345678", input_offset=offset, input_count=count, **HANDLE), rules)
        assert found
        assert set(found) <= {"input-offset", "input-length"}


@pytest.mark.parametrize("offset", [0, 1, 64, 119, 120, 121, 128, 129, 0x7FFFFFFF, 0xFFFFFFFF])
@pytest.mark.parametrize("count", [1, 8, 9, 1000, 0xFFFFFFFF])
def test_the_place_is_in_the_body(offset: int, count: int) -> None:
    """Wherever InputOffset points, the place of a violation lies in the bytes that were given, or at their end."""
    body = request(DFS_GET_REFERRALS, b"12345678", input_offset=offset, input_count=count)
    for rules in (SAMBA_3_6, SAMBA_4, MS_SMB2):
        for violation in s2.check_request(body, rules):
            assert 0 <= violation.offset <= len(body)


def test_a_length_that_is_wrong_is_said_exactly() -> None:
    (violation,) = s2.check_request(request(NOBODYS, b"12345678", input_count=9))
    assert "needed 9, available 8" in violation.message
    assert "IoctlRequest.input_count" in violation.message
    assert "INVALID_PARAMETER" in violation.message


def test_a_rule_that_drops_the_connection_has_no_status() -> None:
    (violation,) = s2.check_request(request(VALIDATE_NEGOTIATE, bytes(24), max_output_response=0), MS_SMB2)
    assert violation.rule.status is None
    assert "status" not in violation.message


def test_rules_of_the_caller() -> None:
    """A test may stop before it has looked at everything, and a rule may ask for what no message tells."""
    rules = RuleSet(
        "MINE",
        "made up",
        (
            Rule(
                "short", "", None, "IoctlRequest", "size < 60 or flags != 1", "too short", needed="60", available="size"
            ),
            Rule("either", "", None, "IoctlRequest.flags", "flags == 0 or moon_is_full", "no flags"),
            Rule("zeros", "", None, "IoctlRequest.reserved2", "reserved != 0 or reserved2 != 0", "reserved fields"),
        ),
    )
    assert ids(b"", rules) == []
    assert ids(request(), rules) == ["short"]
    assert ids(request(flags=0, reserved2=1), rules) == ["short", "zeros"]
    assert ids(request(NOBODYS, b"1234", reserved=1), rules) == ["zeros"]


def test_a_violation_is_a_value() -> None:
    (violation,) = s2.check_request(b"")
    assert violation == s2.Violation(SAMBA_3_6["body-size"], "IoctlRequest", 0, violation.message)
    assert hash(violation) == hash(s2.check_request(b"")[0])


@pytest.mark.parametrize("rules", [SAMBA_3_6, SAMBA_4, MS_SMB2, WIRE], ids=repr)
@given(body=st.binary(max_size=200) | st.binary(max_size=150).map(lambda rest: b"\x39\0" + rest), related=st.booleans())
def test_it_never_raises(rules: RuleSet, body: bytes, related: bool) -> None:
    order = [rule.id for rule in rules]
    found = s2.check_request(body, rules, related=related)
    places = [order.index(one.rule.id) for one in found]
    assert places == sorted(set(places))
    assert all(0 <= one.offset <= max(len(body), 56) for one in found)


def test_the_first_layout_violation_is_what_decode_raises() -> None:
    """For 20,000 requests: `decode` refuses those that break a rule on offsets or lengths, and names the first."""
    seeds = [breaker for breaker, _ in SAMBA_BREAKERS.values()] + [request(NOBODYS, b"input"), request()]
    refused = 0
    for rules in (SAMBA_3_6, SAMBA_4, MS_SMB2):
        layout = {rule.id for rule in rules.layout}
        for body in mutants(seeds, 10_000, seed=3):
            broken = [one for one in s2.check_request(body, rules) if one.rule.id in layout]
            if not broken:
                continue
            refused += 1
            with pytest.raises(s2.DecodeError) as caught:
                s2.IoctlRequest.decode(body, rules)
            assert (caught.value.rule, caught.value.path) == (broken[0].rule.id, broken[0].path)
            assert str(caught.value) == broken[0].message
    assert refused > 5_000


def test_a_sound_request_breaks_no_layout_rule() -> None:
    """Everything that `decode` takes under the reference server's rules passes its checks of offsets and lengths."""
    layout = {rule.id for rule in SAMBA_3_6.layout}
    taken = 0
    for body in mutants([pdu.body for pdu in pdus() if pdu.is_request], 10_000, seed=4):
        if layout.isdisjoint(ids(body)):
            taken += 1
            count = struct.unpack_from("<28xI", body)[0]
            assert s2.IoctlRequest.decode(body).input == body[56 : 56 + count]
    assert taken > 3_000
