"""Compiled codec, span reader and construct agree on every input: mutants of every record of the package.

`differential.compare` says what "agree" means, `mutants` where the inputs come from.
"""

from __future__ import annotations

from random import Random

import pytest

from smb2ioctl_codec.messages import IoctlRequest
from smb2ioctl_codec.rules import MS_SMB2, SAMBA_3_6
from smb2ioctl_codec.schema import Record

from .differential import compare, compare_encoding, look, subjects
from .mutants import mutants
from .records import RECORDS, TOYS, package_records
from .values import broken_values, value

MUTANTS = 100_000
LEAST = 1_000
TOY_MUTANTS = 1_500


def shares(total: int) -> dict[type[Record], int]:
    """How many mutants each record of the package gets: by its fields, variable ones above all. Together at least
    `total`, and each at least `LEAST`."""
    weights = {cls: 1 + sum(0.2 if f.fixed else 1 for f in cls.PLAN.fields) for cls in package_records()}
    return {cls: max(LEAST, int(total * weight / sum(weights.values())) + 1) for cls, weight in weights.items()}


def agreed(cls: type[Record], wanted: int) -> int:
    """Mutants of the record on which all readers agreed, under every rule set there is for it."""
    under_test = list(subjects(cls))
    accepted = count = 0
    for mutant in mutants(cls, wanted):
        seen = look(cls, mutant)
        verdicts = [compare(subject, seen) for subject in under_test]
        assert verdicts[0] or not any(verdicts), f"rules let pass what the layout forbids: {mutant.hex()}"
        accepted += verdicts[0]
        count += 1
    most = wanted * 0.98 if can_refuse(cls) else wanted
    assert wanted * 0.02 < accepted <= most, "nearly all mutants end the same way, so they test little"
    return count


def can_refuse(cls: type[Record]) -> bool:
    """Whether more is refused than what is too short: some records end in bytes, and have but numbers before these."""
    fields = cls.PLAN.fields
    loose = all(f.kind in ("integer", "bytes", "raw") and f.role in ("data", "reserved") for f in fields)
    return not loose or all(f.fixed for f in fields) or any(f.place != "here" for f in fields)


def test_there_are_enough_mutants_of_every_record() -> None:
    assert sum(shares(MUTANTS).values()) >= MUTANTS
    assert min(shares(MUTANTS).values()) >= LEAST


@pytest.mark.parametrize(("cls", "share"), shares(MUTANTS).items(), ids=lambda item: getattr(item, "__name__", ""))
def test_all_readers_agree(cls: type[Record], share: int) -> None:
    assert agreed(cls, share) == share


@pytest.mark.parametrize("cls", TOYS)
def test_all_readers_agree_on_what_no_message_uses_yet(cls: type[Record]) -> None:
    assert agreed(cls, TOY_MUTANTS) == TOY_MUTANTS


def test_requests_are_held_against_every_rule_set_of_requests() -> None:
    checked = [subject.checks for subject in subjects(IoctlRequest)]
    assert checked[0] == ()
    assert {SAMBA_3_6.layout, MS_SMB2.layout} <= set(checked[1:])


@pytest.mark.parametrize("cls", RECORDS)
def test_encoder_and_to_wire_agree_on_values_with_one_wrong_field(cls: type[Record]) -> None:
    subject = next(subjects(cls))
    random = Random(cls.__name__)
    verdicts = [compare_encoding(subject, broken) for _ in range(5) for broken in broken_values(cls, random)]
    assert True in verdicts
    assert False in verdicts


@pytest.mark.parametrize("cls", RECORDS)
def test_encoder_and_to_wire_agree_on_valid_values(cls: type[Record]) -> None:
    subject = next(subjects(cls))
    random = Random(cls.__name__)
    assert all(compare_encoding(subject, value(cls, random)) for _ in range(150))
