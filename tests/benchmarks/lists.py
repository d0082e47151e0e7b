"""Every list of the package, with any number of entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import smb2ioctl_codec as s2
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.plan import Field

from .records import package_records
from .referrals import REFERRALS
from .timing import Way
from .usual import entry, usual

#: How many: so that what is done once does not show, and the larger list does not fill the processor's caches.
_RECORDS, _SCALARS, _FEW = (100, 1000), (500, 5000), (25, 250)


@dataclass(frozen=True)
class Growing:
    """A list of any length.

    Attributes:
        name: what the table calls it.
        sizes: entries, of which the second number is ten times the first.
        ways: for so many entries, what is timed, by direction.
    """

    name: str
    sizes: tuple[int, int]
    ways: Callable[[int], Mapping[str, Way]]


def lists() -> Iterator[Growing]:
    """Those of records, found by themselves, those of DFS referrals, and compounds."""
    for kind in package_records():
        for field in kind.PLAN.fields:
            if field.kind in ("items", "walk", "strings"):
                yield _of_record(kind, field)
    for name, ways in REFERRALS.items():
        yield Growing(name, _RECORDS, ways)
    yield Growing("bare headers", (200, 2000), _compound)


def _of_record(kind: type[Record], field: Field) -> Growing:
    def ways(count: int) -> Mapping[str, Way]:
        value: Any = replace(usual(kind), **{field.name: (entry(field),) * count})
        data = value.encode()
        apart = kind.decode(data)  # so that no two entries are one object
        return {"decode": Way(kind.decode, data), "encode": Way(kind.encode, apart)}

    sizes = _SCALARS if field.record is None else _RECORDS
    if field.count_field is not None and kind.PLAN.field(field.count_field).size == 1:
        sizes = _FEW
    return Growing(f"{kind.__name__}.{field.name}", sizes, ways)


def _compound(count: int) -> Mapping[str, Way]:
    echo: Any = s2.Packet(s2.Header(command=s2.Command.ECHO), b"")
    data = s2.encode_chain([echo] * count)
    return {"decode": Way(s2.decode_chain, data), "encode": Way(s2.encode_chain, s2.decode_chain(data))}
