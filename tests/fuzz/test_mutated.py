"""Cases without an end: changed at random, with what is known of them kept true."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz import Case, corpus, statuses
from smb2ioctl_codec.fuzz.making.mutated import LONGEST, mutated
from smb2ioctl_codec.fuzz.making.seeds import seeds

SEEDS = list(seeds())
CASES = list(islice(mutated(SEEDS, 0), 6000))
BY_NAME = {case.name: case for case in SEEDS}


def test_they_come_after_all_others() -> None:
    whole = list(corpus())
    more = list(corpus(count=len(whole) + 50))
    assert more[: len(whole)] == whole
    assert [case.kind for case in more[len(whole) :]] == ["mutated"] * 50
    assert len({case.data for case in more[len(whole) :]} - {case.data for case in whole if not case.rule}) == 50


def test_alone_of_some_codes() -> None:
    code = s2.CtlCode.FSCTL_SRV_COPYCHUNK
    some = list(corpus(kinds=["mutated"], codes=[code], count=40))
    assert len(some) == 40
    valid = {case.name: case for case in corpus(kinds=["seed"])}
    assert {valid[case.parent].code for case in some} == {code}
    assert list(corpus(kinds=["mutated"], codes=[0x12345678], count=40)) == []
    assert list(corpus(kinds=["mutated"], minimal=True, count=40)) == []


def test_the_same_seed_gives_the_same() -> None:
    assert list(islice(mutated(SEEDS, 0), 500)) == CASES[:500]
    others = list(islice(mutated(SEEDS, 1), 500))
    assert sum(one.data != other.data for one, other in zip(CASES, others, strict=False)) > 400


def test_every_seed_that_is_no_giant_is_a_parent() -> None:
    parents = {case.parent for case in CASES}
    assert parents == {case.name for case in SEEDS if len(case.data) <= LONGEST}
    long = [case for case in SEEDS if len(case.data) > LONGEST][:1]
    assert {case.parent for case in islice(mutated(long, 0), 3)} == {long[0].name}


def test_they_differ_from_their_parents() -> None:
    assert all(case.data != BY_NAME[case.parent].data for case in CASES)
    kinds = Counter(case.kind for case in CASES)
    assert kinds == {"mutated": len(CASES)}


def test_the_code_is_the_one_in_the_bytes() -> None:
    changed = 0
    for case in CASES:
        parent = BY_NAME[case.parent]
        if case.code is not None:
            assert case.data[68:72] == case.code.to_bytes(4, "little")
            changed += case.code != parent.code
        else:
            size = 57 if case.direction == "request" else 49
            assert case.data[64:66] != size.to_bytes(2, "little") or len(case.data) < 72
    assert changed > 30


def first_ids(case: Case) -> tuple[bytes, bytes, bytes]:
    return case.data[72:88], case.data[36:40], case.data[40:48]


def test_ids_that_were_changed_stay_and_name_nothing() -> None:
    seen: Counter[str] = Counter()
    for case in CASES:
        parent = BY_NAME[case.parent]
        ids, before = first_ids(case), first_ids(parent)
        assert (case.place.handle == "none") is (ids[0] != before[0] or parent.place.handle == "none")
        for name, fact, one, other in (
            ("tree_id", "tree_missing", ids[1], before[1]), ("session_id", "session_missing", ids[2], before[2]),
        ):  # fmt: skip
            assert (name in case.place.kept) is ((fact, True) in case.place.given) is (one != other)
            assert (name in case.offsets) is (one == other)
            seen[name] += one != other
    assert min(seen.values()) > 5


def test_labels_follow_the_bytes() -> None:
    found = Counter(statuses(case).get("SAMBA_4") for case in CASES if statuses(case))
    assert len(found) > 6
    assert found[s2.NtStatus.NETWORK_NAME_DELETED] > 0
