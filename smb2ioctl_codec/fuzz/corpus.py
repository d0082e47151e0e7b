"""The whole corpus, in an order of which every beginning is a good corpus."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from smb2ioctl_codec.fuzz.case import KINDS, Case, Kind
from smb2ioctl_codec.fuzz.seeds import seeds


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
        ValueError: a kind is none of `KINDS`, or a number is negative.
    """
    wanted = KINDS if kinds is None else kinds
    made = (case for case in seeds(seed) if case.kind in wanted and (codes is None or case.code in codes))
    return islice(_different(made), count)


def _different(cases: Iterable[Case]) -> Iterator[Case]:
    seen: set[bytes] = set()
    for case in cases:
        if case.data not in seen:
            seen.add(case.data)
            yield case
