"""The minimal corpus: few files that show what all of them show."""

from __future__ import annotations

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz import corpus
from smb2ioctl_codec.fuzz.making.minimal import features, smallest
from smb2ioctl_codec.fuzz.making.seeds import made
from smb2ioctl_codec.fuzz.making.valid import Made

MINIMAL = list(corpus(minimal=True))
SEEDS = [case for case in MINIMAL if case.kind == "seed"]
#: What the longest messages alone could show is left out.
LONGEST = 4096


def test_few_seeds_show_all() -> None:
    assert len(SEEDS) <= 60
    shown = set().union(*(features(Made(each.case)) for each in made() if len(each.case.data) <= LONGEST))
    assert set().union(*(features(Made(case)) for case in SEEDS)) == shown
    assert len(shown) > 500


def test_no_seed_is_more_than_it_needs() -> None:
    """Leaving any of the files out loses something."""
    shown = [features(Made(case)) for case in SEEDS]
    for index in range(len(shown)):
        others = set().union(*shown[:index], *shown[index + 1 :])
        assert not shown[index] <= others, SEEDS[index].what


def test_every_rule_and_check_is_broken_once() -> None:
    everything = {(case.rules, case.rule, case.path) for case in corpus() if case.kind == "broken"}
    broken = [(case.rules, case.rule, case.path) for case in MINIMAL if case.kind == "broken"]
    assert sorted(broken) == sorted(everything)


def test_what_is_chosen_depends_on_what_there_is() -> None:
    few = [each for each in made() if each.case.code == s2.CtlCode.FSCTL_SRV_COPYCHUNK]
    chosen = list(smallest(few))
    assert set().union(*(features(Made(case)) for case in chosen)) >= set().union(*map(features, few))
    assert {case.code for case in chosen} == {s2.CtlCode.FSCTL_SRV_COPYCHUNK}
