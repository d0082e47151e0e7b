"""The corpus reaches every branch of the generated codecs, and both outcomes of every rule and comparison in it.

Seeds and broken cases alone reach all branches. Out of scope are the branches of encoders that only objects reach
which no bytes decode to: wrong ones, and bytearrays.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import Any

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz import Case, corpus
from smb2ioctl_codec.fuzz.facts import facts_of
from smb2ioctl_codec.payloads import __all__ as families
from smb2ioctl_codec.rules import MS_SMB2, REPLY, SAMBA_3_6, SAMBA_4, Rule
from smb2ioctl_codec.schema import expressions
from smb2ioctl_codec.schema.record import tell_of_records
from smb2ioctl_codec.schema.spans import read

#: Lines of encoders that refuse an object, or take one that is like bytes.
OF_OBJECTS = ("raise _refused", "= _bytes(")
#: Branches that no bytes reach, and why.
UNREACHABLE = {
    # the size of an element by its own fields is never less than its fixed part: 64 and something, and 4 to 11 more
    ("AllFilesystemStatistics.decode", "if _n < 64:", "raise _explain(data)"),
    ("FindFilesBySid.decode", "if _n < 4:", "raise _explain(data)"),
    # such a list goes on until it stands at the end, and never steps over it
    ("AllFilesystemStatistics.decode", "if _size != _p:", "raise _explain(data)"),
    ("FindFilesBySid.decode", "if _size != _p:", "raise _explain(data)"),
    # whatever the buffer holds is one of the two: less than 36 bytes, or more
    ("LinkTracking.decode", "if _k is not None:", "if _size != _e_target_link_tracking_information_buffer:"),
    (
        "LinkTracking.encode",
        "if _select(a_target_link_tracking_information_buffer) is not None:",
        "w_target_link_tracking_information_length = len(a_target_link_tracking_information_buffer)",
    ),
    # the same two bytes were just found to be that number
    ("NetworkInterfaceInfo.decode", "if i_family != 2:", "raise _explain(data)"),
    ("NetworkInterfaceInfo.decode", "if i_family != 23:", "raise _explain(data)"),
}
#: Refusals that only come of reading all bytes of a longer list, or of a record of another type, as one such record.
OF_LONG_LISTS = {
    ("ErrorContext.decode", "if _size != _e_error_context_data:", "raise _explain(data)"),
    ("NtfsStatistics.decode", "if _size != 256:", "raise _explain(data)"),
    ("OnDiskVolumeInfoAligned.decode", "if _size != 336:", "raise _explain(data)"),
}
SETS = (SAMBA_3_6, MS_SMB2, SAMBA_4, REPLY)
CASES = list(corpus(kinds=("seed", "broken")))


@cache
def measured(*kinds: str) -> dict[str, list[Any]]:
    """What cases of these kinds leave out, measured where no other measurement is at work."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, "-m", "fuzz.own_coverage", *kinds]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, list[Any]] = json.loads(done.stdout)
    return found


def branches(*kinds: str) -> set[tuple[str, str, str]]:
    """The branches left out, but for those of objects."""
    every = {(title, one, other) for title, one, other in measured(*kinds)["left_out"]}
    return {each for each in every if not (".encode" in each[0] and any(text in each[2] for text in OF_OBJECTS))}


def test_every_branch_of_the_generated_codecs_is_reached() -> None:
    assert branches("seed", "broken") == UNREACHABLE


def test_the_minimal_corpus_reaches_the_same() -> None:
    assert branches() == UNREACHABLE | OF_LONG_LISTS


def test_every_record_of_the_package_is_read_and_written() -> None:
    for family in families:
        getattr(s2.payloads, family)
    names: set[str] = set()
    tell_of_records(lambda kind: names.add(kind.__name__) if kind.__module__.startswith("smb2ioctl_codec.") else None)
    assert len(names) > 100
    compiled = set(measured("seed", "broken")["compiled"])
    assert compiled == {f"{name}.{function}" for name in names for function in ("decode", "encode")}


def test_without_broken_cases_refusals_are_left_out() -> None:
    left_out = branches("seed")
    assert left_out > UNREACHABLE
    assert ("CopyChunkCopy.decode", "if _e_chunks > _size:", "raise _explain(data)") in left_out
    assert sum(other.startswith("raise _explain") for _, _, other in left_out) > 60


# -- rules


def parts_of(node: ast.AST) -> Iterator[ast.AST]:
    """All in an expression that is true or false by itself: comparisons, each of a chain, and names."""
    match node:
        case ast.BoolOp():
            for each in node.values:
                yield from parts_of(each)
        case ast.UnaryOp(op=ast.Not()):
            yield from parts_of(node.operand)
        case ast.IfExp():
            for each in (node.test, node.body, node.orelse):
                yield from parts_of(each)
        case ast.Compare():
            operands = [node.left, *node.comparators]
            for left, operator, right in zip(operands, node.ops, operands[1:], strict=False):
                yield ast.Compare(left, [operator], [right])
                yield from parts_of(left)
                yield from parts_of(right)
        case ast.BinOp():
            yield from parts_of(node.left)
            yield from parts_of(node.right)
        case ast.Name():
            yield node


def in_rule(rule: Rule) -> set[str]:
    """The rule's test, and every comparison in it."""
    parts = parts_of(ast.parse(rule.test, mode="eval").body)
    return {rule.test, *(ast.unparse(part) for part in parts if isinstance(part, ast.Compare))}


def facts_of_reply(case: Case) -> dict[str, Any] | None:
    """What the rules of replies ask."""
    body = case.data[64:]
    if case.direction == "request" or body[:2] != b"1\0" or len(body) < s2.IoctlResponse.PLAN.head:
        return None
    return {**read(s2.IoctlResponse.PLAN, body).wire, "size": len(body)}


def never(cases: Iterable[Case]) -> set[tuple[str, str, str, bool]]:
    """What never comes of any rule: rule set, rule, test in it, outcome."""
    tests = {rules: {test for rule in rules for test in in_rule(rule)} for rules in SETS}
    missing = {(rules, test, outcome) for rules in SETS for test in tests[rules] for outcome in (True, False)}
    for case in cases:
        if not missing:
            break
        facts = (facts_of(case.data, case.place) if case.direction == "request" else facts_of_reply(case)) or {}
        sets = (REPLY,) if case.direction == "response" else SETS[:-1]
        for rules, test, outcome in list(missing) if facts else ():
            is_known = rules in sets and expressions.names(test) <= facts.keys()
            if is_known and bool(expressions.evaluate(test, facts)) is outcome:
                missing.discard((rules, test, outcome))
    return {
        (rules.name, rule.id, test, outcome)
        for rules, test, outcome in missing
        for rule in rules
        if test in in_rule(rule)
    }


def test_every_rule_and_comparison_has_both_outcomes() -> None:
    assert sum(len(in_rule(rule)) for rules in SETS for rule in rules) > 300
    assert never(chain(CASES, corpus(kinds=["interaction"]))) == set()


def test_without_broken_cases_rules_are_never_broken() -> None:
    seeds = [case for case in CASES if case.kind == "seed"]
    found = never(seeds)
    assert ("SAMBA_3_6", "structure-size", "structure_size != 57", True) in found
    assert ("MS_SMB2", "transact-sum", "output_count > max_output_response", True) in found
    assert len(found) > 100


def test_a_comparison_that_is_always_true_would_be_seen() -> None:
    parts = [
        ast.unparse(part)
        for part in parts_of(ast.parse("a and 0 < b < 120 or not (c if d else e % 2)", mode="eval").body)
    ]
    assert parts == ["a", "0 < b", "b", "b < 120", "b", "d", "c", "e"]
