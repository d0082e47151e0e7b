"""Faults planted into the compiled codecs are found: what the differential test can see.

Each fault changes the text of a generated function before it is compiled; everything else stays as it is. That the
same mutants find nothing wrong with an honest codec is tested beside it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from smb2ioctl_codec.errors import CodecError
from smb2ioctl_codec.schema.source import Source

from . import faults, faults_of_contents
from .differential import Disagreement, Seen, Subject, compare, compare_encoding, look
from .faults import Fault
from .mutants import mutants
from .records import TOYS, package_records
from .values import broken_values

MUTANTS = 2_500
FAULTS = (*faults.FAULTS, *faults_of_contents.FAULTS)
RECORDS = {cls.__name__: cls for cls in (*package_records(), *TOYS)}
#: How a fault shows: the readers differ, or the codec raises what it may not (IndexError: nothing to explain).
FOUND = (Disagreement, CodecError, IndexError, struct.error, UnicodeError)


@contextmanager
def planted(fault: Fault) -> Iterator[None]:
    """While it lasts, the fault stands in the function that it is for, whenever that is compiled."""
    honest = Source.compile

    def doctored(self: Source, name: str, title: str) -> Any:
        if title == f"{fault.record}.{fault.function}":
            text = "\n".join(self.lines) + "\n"
            assert fault.old in text, f"{fault.old!r} is not in\n{text}"
            self.lines = text.replace(fault.old, fault.new).splitlines()
            assert "\n".join(self.lines) + "\n" != text
        return honest(self, name, title)

    with patch.object(Source, "compile", doctored):
        yield


def examine(subject: Subject, seen: Iterable[Seen], wrong: Iterable[Any]) -> None:
    """The differential test on few mutants and few values."""
    for one in seen:
        compare(subject, one)
    for value in wrong:
        compare_encoding(subject, value)


def is_found(fault: Fault, honest: Subject, seen: Iterable[Seen], wrong: Iterable[Any]) -> bool:
    """Whether the readers differ where the fault is planted."""
    with planted(fault):
        broken = Subject.of(honest.cls)
    try:
        examine(replace(honest, **{fault.function: getattr(broken, fault.function)}), seen, wrong)
    except FOUND:
        return True
    return False


@pytest.mark.parametrize("record", sorted({fault.record for fault in FAULTS}))
def test_every_planted_fault_is_found_and_nothing_is_wrong_with_an_honest_codec(record: str) -> None:
    cls: Any = RECORDS[record]
    honest, random = Subject.of(cls), Random(record)
    seen = [look(cls, mutant) for mutant in mutants(cls, MUTANTS)]
    wrong = [value for _ in range(6) for value in broken_values(cls, random)]
    examine(honest, seen, wrong)
    assert [fault for fault in FAULTS if fault.record == record and not is_found(fault, honest, seen, wrong)] == []


def test_the_faults_are_many_and_different() -> None:
    assert len({(fault.record, fault.function, fault.old, fault.new) for fault in FAULTS}) >= 120
