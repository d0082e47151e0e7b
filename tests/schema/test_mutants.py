"""The mutants are what they are said to be: without these, the differential test could agree on nothing much."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import islice
from random import Random
from typing import Any

import pytest

from smb2ioctl_codec.messages import IoctlRequest, IoctlResponse
from smb2ioctl_codec.payloads.dfs import ReferralRequest
from smb2ioctl_codec.payloads.snapshots import SnapshotArray
from smb2ioctl_codec.schema.spans import read

from .mutants import encoded, families, leaves, mutants
from .records import RECORDS, TOYS, package_records
from .values import limits

HEADER = 64


@cache
def of(cls: Any) -> tuple[bytes, ...]:
    return tuple(mutants(cls, 6_000))


def numbers(cls: Any, name: str) -> set[int]:
    """What the mutants have in the field `name`, where they have it."""
    field = cls.PLAN.field(name)
    start, size = field.offset or 0, field.size or 0
    return {int.from_bytes(m[start : start + size], "little") for m in of(cls) if len(m) >= start + size}


def test_every_record_of_the_package_is_found() -> None:
    names = {cls.__name__ for cls in package_records()}
    assert names >= {
        "ErrorContext", "ErrorResponse", "FileId", "ForeignHeader", "Header", "IoctlRequest", "IoctlResponse",
        "ReferralRequest", "SnapshotArray",
    }  # fmt: skip
    assert not names & {cls.__name__ for cls in TOYS}


@pytest.mark.parametrize("cls", RECORDS)
def test_mutants_are_the_same_at_every_run_and_all_different(cls: Any) -> None:
    first, again = list(mutants(cls, 2_000)), list(mutants(cls, 2_000))
    assert first == again
    assert len(set(first)) == 2_000
    assert list(islice(mutants(cls, 2_500), 2_000)) == first


@pytest.mark.parametrize("cls", package_records())
def test_every_number_is_put_on_its_edges(cls: Any) -> None:
    for field in cls.PLAN.fields:
        if field.kind == "integer" and field.condition is None and field.offset is not None:
            _, high = limits(field)
            half = high // 2 + 1
            assert numbers(cls, field.name) >= {0, 1, high - 1, high, half - 1, half}, field.name


@pytest.mark.parametrize("cls", package_records())
def test_messages_are_cut_at_every_boundary_and_inside_every_span_and_get_slack(cls: Any) -> None:
    random = Random(1)
    data = encoded(cls, random)
    made = set(families(cls.PLAN, data, data, random))
    for span in leaves(read(cls.PLAN, data).spans):
        inside = range(span.offset + 1, span.offset + span.size)
        assert {data[: span.offset], data[: span.offset + span.size]} <= made
        assert not inside or any(data[:place] in made for place in inside)
    assert {data + bytes(length) for length in (1, 2, 8, 64)} <= made


@pytest.mark.parametrize(
    ("cls", "name", "base"),
    [(IoctlRequest, "input", HEADER), (IoctlResponse, "input", HEADER), (IoctlResponse, "output", HEADER)],
)
def test_offsets_and_sizes_meet_at_the_end_of_the_message_and_of_their_width(cls: Any, name: str, base: int) -> None:
    plan = cls.PLAN
    offset_at, size_at = plan.field(f"{name}_offset").offset or 0, plan.field(f"{name}_count").offset or 0

    def some(test: Callable[[int, int, int], bool]) -> bool:
        whole = [m for m in of(cls) if len(m) >= plan.head]
        at = [(int.from_bytes(m[offset_at : offset_at + 4], "little"),
               int.from_bytes(m[size_at : size_at + 4], "little"), len(m)) for m in whole]  # fmt: skip
        return any(size > 0 and test(offset, size, length + base) for offset, size, length in at)

    for width in (16, 31, 32):
        assert some(lambda offset, size, _, edge=1 << width: offset + size == edge)  # type: ignore[misc]
        assert some(lambda offset, size, _, edge=1 << width: offset + size == edge - 1)  # type: ignore[misc]
        assert some(lambda offset, size, _, edge=1 << width: offset < edge < offset + size)  # type: ignore[misc]
    first = base + plan.head
    for step in (-1, 0, 1):
        assert some(lambda offset, size, end, step=step: offset + size == end + step and offset > first)  # type: ignore[misc]
        assert some(lambda offset, size, end, step=step: offset == first + step and offset + size <= end)  # type: ignore[misc]


@pytest.mark.parametrize(("cls", "start"), [(ReferralRequest, 2), (SnapshotArray, 12)])
def test_text_is_damaged_in_every_way(cls: Any, start: int) -> None:
    texts = [m[start:] for m in of(cls)]
    units = [{text[place : place + 2] for place in range(0, len(text) - 1, 2)} for text in texts]
    assert any(b"\x00\xd8" in some for some in units), "no lone surrogate"
    assert any(text.find(b"\0\0") % 2 for text in texts), "no zeros across two units"
    assert any(len(text) % 2 for text in texts), "no odd length"
    assert any(b"\x00\xdc\x00\xd8" in text for text in texts), "no surrogates in the wrong order"
