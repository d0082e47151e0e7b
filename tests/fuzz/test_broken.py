"""Requests that break one rule: exactly that one, of every rule of every server."""

from __future__ import annotations

from collections import Counter

import pytest

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz import Case, statuses
from smb2ioctl_codec.fuzz.facts import SERVERS, USUAL, broken_by, facts_of
from smb2ioctl_codec.fuzz.making.broken import MOST, broken
from smb2ioctl_codec.rules import Rule, RuleSet
from smb2ioctl_codec.schema import expressions

CASES = list(broken())
SETS = {rules.name: rules for rules in SERVERS}
RULES = [(rules, rule) for rules in SERVERS for rule in rules]
#: Rules that nothing breaks alone, and what is broken with them: bodies of less than 2 bytes have less than 56, as cut
#: ones have, a StructureSize of 0 is not 57, and no signature is right without a session.
NEVER_ALONE = {
    ("SAMBA_4", "start"): ("body-size",), ("SAMBA_4", "structure-zero"): ("structure-size",),
    ("SAMBA_4", "structure-cut"): ("body-size",), ("SAMBA_4", "session-signed"): ("signature",),
}  # fmt: skip

#: Codes that this server does not serve, so that they break another rule, too.
NEVER_SERVED = {
    s2.CtlCode.FSCTL_DFS_GET_REFERRALS_EX, s2.CtlCode.FSCTL_PIPE_WAIT, s2.CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO_224,
    s2.CtlCode.FSCTL_SMBTORTURE_FORCE_UNACKED_TIMEOUT, s2.CtlCode.FSCTL_SMBTORTURE_IOCTL_RESPONSE_BODY_PADDING8,
    s2.CtlCode.FSCTL_SMBTORTURE_GLOBAL_READ_RESPONSE_BODY_PADDING8,
}  # fmt: skip


def cases_of(rules: RuleSet, rule: Rule) -> list[Case]:
    return [case for case in CASES if (case.rules, case.rule) == (rules.name, rule.id)]


@pytest.mark.parametrize(("rules", "rule"), RULES, ids=lambda each: getattr(each, "name", None) or each.id)
def test_every_rule_is_broken_and_no_other(rules: RuleSet, rule: Rule) -> None:
    found = cases_of(rules, rule)
    assert found
    for case in found:
        assert (case.path, case.section, case.direction) == (rule.path, rule.section, "request")
        facts = facts_of(case.data, case.place)
        assert facts is not None
        assert expressions.evaluate(rule.test, facts)
        assert case.also == NEVER_ALONE.get((rules.name, rule.id), ())
        reported = [each.id for each in broken_by(case, rules)]
        assert sorted(reported) == sorted([*case.also, *([] if rule.force == "may" else [rule.id])])


@pytest.mark.parametrize(("rules", "rule"), RULES, ids=lambda each: getattr(each, "name", None) or each.id)
def test_its_status_is_the_label(rules: RuleSet, rule: Rule) -> None:
    expected = s2.NtStatus.SUCCESS if rule.force == "may" else rule.status
    assert {statuses(case)[rules.name] for case in cases_of(rules, rule)} == {expected}


def test_every_code_of_a_rule_is_tried() -> None:
    tried = Counter((case.rules, case.rule, case.code) for case in CASES)
    assert max(tried.values()) <= MOST
    for rules, rule in RULES:
        codes = {case.code for case in cases_of(rules, rule)}
        unserved = NEVER_SERVED if (rules.name, rule.id) == ("SAMBA_4", "no-handle") else set()
        assert codes == set(rule.codes) - unserved if rule.codes else len(codes) >= 1, (rules, rule.id)


def test_check_request_reports_just_that_rule() -> None:
    """As far as the bytes alone tell: of facts about a server it knows nothing."""
    told = 0
    for case in CASES:
        rule = SETS[case.rules][case.rule]
        found = [each.rule for each in s2.check_request(case.data[64:], SETS[case.rules])]
        if found:
            told += 1
            assert rule in found
            assert len(found) == 1 + len(case.also), case
        else:
            names = expressions.names(rule.violated)
            assert rule.force == "may" or names & (USUAL.keys() | {"share_is_ipc", "open_missing", "open_is_pipe",
                "share_is_read_only", "credit_charge", "header_flags", "pipe_written"}), case  # fmt: skip
    assert told > 400


def test_facts_are_known_of_every_rule() -> None:
    facts = facts_of(CASES[-1].data, CASES[-1].place)
    assert facts is not None
    of_payloads = {"path_is_text", "trim_key", "resiliency_timeout", "dialect_count", "chunks_exceed_limits",
                   "hash_reply_size", "hash_values_wrong", "chunk_count", "chunks_misfit", "compression_state",
                   "fragment_size", "range_start", "range_end", "range_size", "sid_fits"}  # fmt: skip
    for rules, rule in RULES:
        assert expressions.names(rule.violated) <= facts.keys() | of_payloads, (rules, rule.id)


def test_what_no_rule_is_about_has_no_facts() -> None:
    case = CASES[0]
    header = s2.Header.decode(case.data[:64])
    assert facts_of(case.data, case.place) is not None
    for other in (
        s2.Header(s2.Command.CREATE), s2.Header(flags=1), s2.Header(flags=2, tree_id=None, reserved=None, async_id=1),
        s2.Header(flags=4), s2.Header(next_command=64),
    ):  # fmt: skip
        assert facts_of(other.encode() + case.data[64:], case.place) is None
    assert facts_of(header.encode()[:63], case.place) is None
