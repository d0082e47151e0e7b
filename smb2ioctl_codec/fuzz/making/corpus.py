"""The whole corpus, in an order of which every beginning is a good corpus."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice
from typing import Any

from smb2ioctl_codec.fuzz.case import KINDS, Case, Kind
from smb2ioctl_codec.fuzz.making import interactions
from smb2ioctl_codec.fuzz.making.broken import bases, broken
from smb2ioctl_codec.fuzz.making.defects import defects_of
from smb2ioctl_codec.fuzz.making.minimal import one_of_each_check, smallest
from smb2ioctl_codec.fuzz.making.mutated import mutated
from smb2ioctl_codec.fuzz.making.order import grouped, in_turn, mixed
from smb2ioctl_codec.fuzz.making.seeds import PLAIN, made
from smb2ioctl_codec.fuzz.making.valid import Made

#: How many of each kind come in each round, once the plain seeds are out.
_SHARES: tuple[tuple[Kind, int], ...] = (("seed", 3), ("broken", 2), ("interaction", 1))


def corpus(
    *,
    kinds: Collection[Kind] | None = None,
    codes: Collection[int] | None = None,
    seed: int = 0,
    count: int | None = None,
    minimal: bool = False,
) -> Iterator[Case]:
    """The cases of a corpus, all different; the same for the same arguments, on every machine.

    Args:
        kinds: only cases of these kinds; None: of all.
        codes: only cases of these control codes; None: of all, and those that have none.
        seed: of the bytes that mean nothing, and of what is changed at random.
        count: how many cases; None: all that are made on purpose. Beyond these come mutated ones, without an end.
        minimal: only as many as keep every rule, branch and role.

    Raises:
        ValueError: a kind is none of `KINDS`, or mutated cases alone are wanted, and not how many.
    """
    wanted = KINDS if kinds is None else kinds
    if unknown := set(wanted) - set(KINDS):
        raise ValueError(f"{min(unknown)!r} is none of {', '.join(KINDS)}")
    if count is None and set(wanted) == {"mutated"}:
        raise ValueError("mutated cases have no end: say how many")

    def is_wanted(case: Case) -> bool:
        return case.kind in wanted and (codes is None or case.code in codes)

    cases: Iterator[Case] = filter(is_wanted, _minimal(seed, codes) if minimal else _whole(seed))
    if count is not None and not minimal and "mutated" in wanted:
        cases = chain(cases, _mutated(seed, codes))
    return islice(_different(cases), count)


def _mutated(seed: int, codes: Collection[int] | None) -> Iterator[Case]:
    """Mutations of all valid messages of these codes; none if there is none."""
    parents = [case for case in _valid(made(seed), seed) if codes is None or case.code in codes]
    return mutated(parents, seed) if parents else iter(())


def _whole(seed: int) -> Iterator[Case]:
    """All that are made on purpose."""
    seeds = [*made(seed)]
    valid = _valid(seeds, seed)
    known = {case.data for case in valid}
    parts: dict[Kind, Iterable[Case]] = {
        "seed": valid[PLAIN:],
        "broken": mixed(((_broken(), 3), (defects_of(seeds), 1))),
        "interaction": (case for case in interactions.interactions(seed) if case.data not in known),
    }
    yield from valid[:PLAIN]
    yield from mixed((parts[kind], share) for kind, share in _SHARES)


def _valid(seeds: Iterable[Made], seed: int) -> list[Case]:
    """The seeds, and the valid messages that interactions and broken requests are made of."""
    return [*(each.case for each in seeds), *bases(), *(base.case for base in interactions.bases(seed))]


def _broken() -> Iterator[Case]:
    """Those of each rule in turn, and of a rule those of each code."""
    of_rules = grouped(broken(), lambda case: (case.rules, case.rule))
    return in_turn(in_turn(grouped(some, lambda case: case.code)) for some in of_rules)


def _minimal(seed: int, codes: Collection[int] | None) -> Iterator[Case]:
    """What keeps every rule, branch and role of these codes."""
    seeds = [each for each in made(seed) if codes is None or each.case.code in codes]
    yield from smallest(seeds)
    yield from one_of_each_check(chain(_broken(), defects_of(seeds)))


def _different(cases: Iterable[Case]) -> Iterator[Case]:
    seen: set[Any] = set()
    for case in cases:
        key = (case.data, case.place, case.rules, case.rule) if case.rule else case.data
        if key not in seen:
            seen.add(key)
            yield case
