"""Fuzz corpora, made of what the schemas know of every field and the rules of every server's answer.

`corpus` gives the cases, `statuses` what servers answer to each, `mutate` and `crossover` make more of any bytes. What
values and messages are made of stands in `values` and `making`, the mutator in `mutating`, what is written in `sinks`.
"""

from smb2ioctl_codec.fuzz.case import KINDS, Case, Kind, Place
from smb2ioctl_codec.fuzz.corpus import corpus
from smb2ioctl_codec.fuzz.facts import statuses
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
