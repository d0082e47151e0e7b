"""Rules and rule sets: every row of the two servers' tables is a value, in the tables' order."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from samples import REQUEST_FIELDS

import smb2ioctl_codec as s2
from smb2ioctl_codec.rules import ALL_ONES, MS_SMB2, REPLY, SAMBA_3_6, SAMBA_4, WIRE, Rule, RuleSet, is_broken

STATUS = s2.NtStatus
INVALID = "INVALID_PARAMETER"

#: The reference server, in the order of its tests: lines of its source, status, field.
SAMBA_ROWS = [
    ("57-60", INVALID, "IoctlRequest"),
    ("57-60", INVALID, "IoctlRequest.structure_size"),
    ("79-82", INVALID, "IoctlRequest.input_offset"),
    ("84-86", INVALID, "IoctlRequest.input"),
    ("91-98", "FILE_CLOSED", "IoctlRequest.file_id"),
    ("108-110", "NO_MEMORY", "IoctlRequest"),
    ("258-273", "FILE_CLOSED", "IoctlRequest.file_id"),
    ("508-511", "FS_DRIVER_REQUIRED", "IoctlRequest.ctl_code"),
    ("512-513", "INVALID_DEVICE_REQUEST", "IoctlRequest.ctl_code"),
    # FSCTL_DFS_GET_REFERRALS
    ("288-291", "INVALID_DEVICE_REQUEST", "IoctlRequest.ctl_code"),
    ("293-296", "FS_DRIVER_REQUIRED", "IoctlRequest.ctl_code"),
    ("298-301", INVALID, "IoctlRequest.input_count"),
    ("307-315", "ILLEGAL_CHARACTER", "IoctlRequest.input"),
    ("326-332, 343-344", "BUFFER_OVERFLOW", "IoctlRequest.max_output_response"),
    # FSCTL_PIPE_TRANSCEIVE
    ("352-355", "NOT_SUPPORTED", "IoctlRequest.ctl_code"),
    ("357-360", "FILE_CLOSED", "IoctlRequest.file_id"),
    ("362-365", "FILE_CLOSED", "IoctlRequest.file_id"),
    ("540-543", "PIPE_NOT_AVAILABLE", "IoctlRequest.input"),
    ("591-596", "BUFFER_OVERFLOW", "IoctlRequest.max_output_response"),
    # FSCTL_SRV_ENUMERATE_SNAPSHOTS
    ("402-405", "FILE_CLOSED", "IoctlRequest.file_id"),
    ("407-413", INVALID, "IoctlRequest.max_output_response"),
    ("457-464", "BUFFER_TOO_SMALL", "IoctlRequest.max_output_response"),
]

#: [MS-SMB2] 3.3.5.15 and what stands before it, in document order: end of the section's number, status, force.
DOCUMENT_ROWS = [
    ("3.3.5.2.6", INVALID, "must"),
    ("3.3.5.2.6", INVALID, "must"),
    ("3.3.5.15", "USER_SESSION_DELETED", "must"),
    ("3.3.5.15", "NETWORK_NAME_DELETED", "must"),
    ("3.3.5.15", "NOT_SUPPORTED", "should"),
    ("3.3.5.15", INVALID, "must"),
    ("3.3.5.15", "FILE_CLOSED", "must"),
    ("3.3.5.15", "FILE_CLOSED", "must"),
    ("3.3.5.15", INVALID, "should"),
    ("<376>", INVALID, "may"),
    *[("3.3.5.15", INVALID, "must")] * 4,
    ("<377>", INVALID, "may"),
    *[("<378>", INVALID, "may")] * 6,
    ("3.3.5.15", "BUFFER_OVERFLOW", "must"),
    ("3.3.5.2.5", INVALID, "must"),
    ("3.3.5.15", "NOT_SUPPORTED", "should"),
    ("3.3.5.15", "INVALID_DEVICE_REQUEST", "should"),
    ("3.3.5.15", "INVALID_DEVICE_REQUEST", "must"),
    ("3.3.5.15.1", INVALID, "must"),
    ("3.3.5.15.2", "FS_DRIVER_REQUIRED", "must"),
    ("3.3.5.15.4", "NOT_SUPPORTED", "should"),
    ("3.3.5.15.5", INVALID, "must"),
    ("3.3.5.15.6", "OBJECT_NAME_NOT_FOUND", "must"),
    ("3.3.5.15.6", INVALID, "must"),
    ("3.3.5.15.6", INVALID, "must"),
    ("3.3.5.15.6.2", INVALID, "must"),
    ("3.3.5.15.6", "ACCESS_DENIED", "must"),
    ("3.3.5.15.7", "NOT_SUPPORTED", "must"),
    ("3.3.5.15.7", "HASH_NOT_PRESENT", "must"),
    ("3.3.5.15.7", "BUFFER_TOO_SMALL", "must"),
    ("3.3.5.15.7", "BUFFER_TOO_SMALL", "must"),
    ("3.3.5.15.7", INVALID, "must"),
    ("3.3.5.15.7", "HASH_NOT_SUPPORTED", "must"),
    ("3.3.5.15.7", "END_OF_FILE", "must"),
    ("3.3.5.15.9", "INVALID_DEVICE_REQUEST", "may"),
    ("3.3.5.15.9", "NOT_SUPPORTED", "must"),
    ("3.3.5.15.9", INVALID, "must"),
    ("3.3.5.15.9", INVALID, "must"),
    ("3.3.5.15.10", "OBJECT_NAME_NOT_FOUND", "must"),
    ("3.3.5.15.10", "INVALID_DEVICE_REQUEST", "must"),
    ("3.3.5.15.10", "IO_TIMEOUT", "must"),
    ("3.3.5.15.11", "ACCESS_DENIED", "may"),
    ("3.3.5.15.11", "NOT_SUPPORTED", "may"),
    ("3.3.5.15.12", None, "must"),
    ("3.3.5.15.12", None, "must"),
    ("3.3.5.15.13", "ACCESS_DENIED", "must"),
    ("3.3.5.15.14", INVALID, "must"),
    ("3.3.5.15.17", INVALID, "must"),
    ("3.3.5.15.18", INVALID, "must"),
    ("3.3.5.15.18", "INVALID_HANDLE", "must"),
    ("3.3.5.15.19", INVALID, "must"),
    ("3.3.5.15.19", "NOT_SUPPORTED", "must"),
]

FACTS = {"size": 60, "related": False, "flags": 1}


def test_the_rows_of_the_reference_server() -> None:
    rows = [
        (rule.section.removeprefix("smb2_ioctl.c "), rule.status and rule.status.name, rule.path) for rule in SAMBA_3_6
    ]
    assert rows == SAMBA_ROWS
    assert all(rule.force == "must" for rule in SAMBA_3_6)


def test_the_rows_of_the_document() -> None:
    rows = [(rule.section.split()[-1], rule.status and rule.status.name, rule.force) for rule in MS_SMB2]
    assert rows == DOCUMENT_ROWS
    assert all(rule.section.startswith("[MS-SMB2] ") for rule in MS_SMB2)


def test_the_codes_that_a_rule_applies_to() -> None:
    by_code: dict[str, set[int]] = {}
    for rule in SAMBA_3_6:
        by_code.setdefault(rule.id.partition("-")[0], set()).update(rule.codes)
    assert by_code["dfs"] == {0x00060194}
    assert by_code["pipe"] == {0x0011C017}
    assert by_code["snapshots"] == {0x00144064}
    assert not any(codes for kind, codes in by_code.items() if kind not in ("dfs", "pipe", "snapshots"))
    assert set(MS_SMB2["no-handle"].codes) == {0x00060194, 0x000601B0, 0x00110018, 0x001401FC, 0x00140204}
    assert set(MS_SMB2["pipe-share"].codes) == {0x0011C017, 0x0011400C}
    assert set(MS_SMB2["copychunk-input"].codes) == {0x001440F2, 0x001480F2}


@pytest.mark.parametrize("rules", [SAMBA_3_6, SAMBA_4, MS_SMB2, REPLY, WIRE], ids=repr)
def test_every_rule_is_a_whole_value(rules: RuleSet) -> None:
    assert len({rule.id for rule in rules}) == len(rules)
    assert rules.doc
    for rule in rules:
        assert rule.id
        assert rule.section
        assert rule.message
        owner, _, name = rule.path.partition(".")
        record: Any = getattr(s2, owner)
        assert not name or name in {field.name for field in record.PLAN.fields}
        assert (rule.needed is None) is (rule.available is None)
        assert rule.names
        again = eval(repr(rule), {**vars(s2), "Rule": Rule})
        assert again == rule
        assert hash(again) == hash(rule)


def test_a_layout_rule_looks_at_the_message_alone() -> None:
    wire = {*REQUEST_FIELDS, "size"}
    assert {rule.id for rule in SAMBA_3_6.layout} == {"body-size", "structure-size", "input-offset", "input-length"}
    for rules in (SAMBA_3_6, SAMBA_4, MS_SMB2):
        assert all(rule.names <= wire and not rule.codes for rule in rules.layout)
        assert [rule for rule in rules if rule.layout] == list(rules.layout)
    assert WIRE.layout == ()


def test_a_rule_set_is_a_sequence_of_named_rules() -> None:
    assert [rule.id for rule in SAMBA_3_6][:3] == ["body-size", "structure-size", "input-offset"]
    assert SAMBA_3_6["dfs-path"].status is STATUS.ILLEGAL_CHARACTER
    assert (len(SAMBA_3_6), len(WIRE)) == (len(SAMBA_ROWS), 0)
    with pytest.raises(KeyError, match="no-such-rule"):
        SAMBA_3_6["no-such-rule"]
    assert repr(SAMBA_3_6) == "rules.SAMBA_3_6"
    assert eval(repr(MS_SMB2), vars(s2)) is MS_SMB2
    twin = RuleSet("SAMBA_3_6", SAMBA_3_6.doc, SAMBA_3_6.rules)
    assert twin != SAMBA_3_6
    assert {twin: 1}.get(SAMBA_3_6) is None
    with pytest.raises(FrozenInstanceError):
        SAMBA_3_6.rules = ()  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        SAMBA_3_6["dfs-path"].status = STATUS.SUCCESS  # type: ignore[misc]


def test_holding_a_rule_against_facts() -> None:
    rule = Rule("id", "section", None, "IoctlRequest.flags", "flags != 1 and not related", "message")
    assert rule.names == {"flags", "related"}
    assert is_broken(rule, {"flags": 0, "related": False}, {"flags", "related"}) is True
    assert is_broken(rule, {"flags": 1, "related": False}, {"flags", "related"}) is False
    assert is_broken(rule, {"flags": 0, "related": False}, {"flags"}) is False, "not known, so not broken"
    assert is_broken(replace(rule, force="may"), {"flags": 0, "related": False}, {"flags", "related"}) is False
    assert is_broken(replace(rule, force="should"), {"flags": 0, "related": False}, {"flags", "related"}) is True


def test_a_rule_of_some_codes() -> None:
    codes = (s2.CtlCode.FSCTL_PIPE_WAIT, s2.CtlCode(5))
    rule = Rule("id", "section", None, "IoctlRequest.flags", "flags != 1 or flags != 1", "message", codes)
    assert rule.names == {"flags", "ctl_code"}
    known = {"flags", "ctl_code"}
    assert [is_broken(rule, {"flags": 0, "ctl_code": code}, known) for code in (*codes, 6)] == [True, True, False]


@pytest.mark.parametrize("trouble", [KeyError, StopIteration, AttributeError, ZeroDivisionError])
def test_what_asking_raises_passes_through(trouble: type[Exception]) -> None:
    class Facts:
        """Facts that cannot be had."""

        def __getitem__(self, name: str) -> Any:
            raise trouble(name)

    with pytest.raises(trouble) as caught:
        is_broken(SAMBA_3_6["body-size"], Facts(), {"size"})
    assert caught.value.args == ("size",)


@pytest.mark.parametrize(
    "expression", ["len(size)", "size.real", "size[0]", "[size]", "lambda: 1", "__import__('os')", "f'{size}'"]
)
def test_an_expression_holds_names_and_operators_alone(expression: str) -> None:
    rule = Rule("id", "section", None, "IoctlRequest", expression, "message")
    with pytest.raises(ValueError, match="is not allowed in an expression"):
        is_broken(rule, FACTS, FACTS.keys())


def test_all_ones() -> None:
    assert ALL_ONES == (1 << 64) - 1
