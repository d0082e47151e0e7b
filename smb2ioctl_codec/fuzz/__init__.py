"""Fuzz corpora, made of what the schemas know of every field and the rules of every server's answer.

`corpus` gives the cases, `statuses` what servers answer to each, `mutate` and `crossover` make more of any bytes. What
values and messages are made of stands in `values` and `making`, the mutator in `mutating`, what is written in `sinks`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smb2ioctl_codec.fuzz.case import KINDS, Case, Kind, Place
    from smb2ioctl_codec.fuzz.facts import statuses
    from smb2ioctl_codec.fuzz.making.corpus import corpus
    from smb2ioctl_codec.fuzz.mutating.mutator import (
        Mutation,
        crossed,
        crossover,
        custom_crossover,
        custom_mutator,
        mutate,
        mutation,
    )

__all__ = [
    "KINDS", "Case", "Kind", "Mutation", "Place", "corpus", "crossed", "crossover", "custom_crossover",
    "custom_mutator", "mutate", "mutation", "statuses",
]  # fmt: skip

#: Where each name stands; loaded when it is asked for, because the strategies of `testing` need a part of this alone.
_PLACES = {
    "case": ("KINDS", "Case", "Kind", "Place"),
    "facts": ("statuses",),
    "making.corpus": ("corpus",),
    "mutating.mutator": (
        "Mutation", "crossed", "crossover", "custom_crossover", "custom_mutator", "mutate", "mutation",
    ),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    for place, names in _PLACES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{place}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
