"""The corpus as a whole: the same again, ordered, chosen from, with labels that the rules give."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from itertools import islice

import pytest

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz import KINDS, Case, corpus, statuses
from smb2ioctl_codec.fuzz.case import PATCHED
from smb2ioctl_codec.fuzz.facts import SERVERS
from smb2ioctl_codec.fuzz.making.seeds import PLAIN
from smb2ioctl_codec.payloads.rows import BY_CODE

CORPUS = list(corpus())
SEEDS = [case for case in CORPUS if case.kind == "seed"]
SETS = ("SAMBA_3_6", "MS_SMB2", "SAMBA_4")


def hash_of(cases: list[Case]) -> str:
    """Of the bytes of all cases and of what is known of them, in order."""
    digest = sha256()
    for case in cases:
        digest.update(repr((case, case.offsets)).encode())
    return digest.hexdigest()


def test_the_same_bytes_on_every_machine() -> None:
    assert hash_of(CORPUS) == "8060f575632cecabfa8c9d02d5fee6ac9d8517be74654706b72423b09a5a6010"


def test_the_same_again_and_another_with_another_seed() -> None:
    assert list(corpus()) == CORPUS
    others = list(corpus(seed=1))
    assert len({case.data for case in others} - {case.data for case in CORPUS}) > len(CORPUS) // 10
    assert [case for case in others if case.rules in SETS] == [case for case in CORPUS if case.rules in SETS]


def test_no_case_twice() -> None:
    keys = Counter((case.data, case.place, case.rules, case.rule) for case in CORPUS)
    assert set(keys.values()) == {1}


def test_every_beginning_is_the_beginning() -> None:
    for count in (0, 1, PLAIN, 1100):
        assert list(corpus(count=count)) == CORPUS[:count]


def test_a_plain_message_of_every_code_comes_first() -> None:
    first = Counter((case.code, case.direction) for case in CORPUS[:PLAIN])
    assert first == Counter((code, direction) for code in BY_CODE for direction in ("request", "response"))


def test_a_beginning_has_something_of_everything() -> None:
    kinds = Counter(case.kind for case in CORPUS[:1100])
    assert min(kinds[kind] for kind in ("seed", "broken", "interaction")) > 150
    broken = {(case.rules, case.rule) for case in CORPUS[:1100] if case.rules in SETS}
    assert len(broken) == sum(len(rules) for rules in SERVERS)
    assert len({case.rules for case in CORPUS[:1100] if case.rule} - set(SETS)) > 50


def test_kinds_and_codes_choose() -> None:
    code = s2.CtlCode.FSCTL_SRV_COPYCHUNK
    chosen = list(corpus(kinds=["broken"], codes=(code,)))
    assert chosen == [case for case in CORPUS if case.kind == "broken" and case.code == code]
    assert chosen


def test_what_cannot_be_chosen_is_said() -> None:
    with pytest.raises(ValueError, match="'seeds' is none of seed, broken, interaction, mutated"):
        corpus(kinds=["seeds"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="no end"):
        corpus(kinds=["mutated"])


def test_parents_are_seeds_of_the_corpus() -> None:
    names = {case.name for case in SEEDS}
    for case in CORPUS:
        assert (case.parent in names) is (case.kind != "seed"), case


def test_seeds_have_no_label_of_a_rule_and_others_do() -> None:
    for case in CORPUS:
        assert bool(case.rule) is bool(case.rules) is (case.kind == "broken"), case
        assert bool(case.section) is (case.kind != "seed"), case


def test_ids_stand_where_it_is_said() -> None:
    ids = {"file_id": b"\x66" * 16, "tree_id": b"\x44" * 4, "session_id": b"\x55" * 8, "message_id": b"\x33" * 7}
    for case in islice(CORPUS, 3000):
        offsets = case.offsets
        assert offsets.keys() <= set(PATCHED)
        for name, places in offsets.items():
            for place in places:
                found = case.data[place : place + 16]
                if case.kind == "seed" and name in ("tree_id", "session_id"):
                    assert found.startswith(ids[name]), (case, name)
                if case.kind == "seed" and name == "message_id":
                    assert found[1:8] == ids[name], case  # the first byte counts the messages of a compound
                if case.kind == "seed" and name == "file_id":
                    assert found in (ids[name], b"\xff" * 16), (case, name)


def test_labels_are_those_of_requests() -> None:
    for case in CORPUS:
        found = statuses(case)
        assert found.keys() == ({"SAMBA_3_6", "MS_SMB2", "SAMBA_4"} if found else set())
        assert case.direction == "request" or not found
    told = sum(1 for case in SEEDS if case.direction == "request" and not statuses(case))
    assert told == 5, "the compounds"


def test_nothing_but_decode_errors_come_of_it() -> None:
    outcomes: Counter[str] = Counter()
    for case in CORPUS:
        try:
            s2.decode_chain(case.data)
            outcomes[case.kind, "decoded"] += 1  # type: ignore[index]
        except s2.DecodeError:
            outcomes[case.kind, "refused"] += 1  # type: ignore[index]
    assert outcomes["seed", "refused"] == 0  # type: ignore[index]
    assert KINDS[:3] == ("seed", "broken", "interaction")
    assert min(outcomes.values()) > 100
