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

from .mutants import encoded, families, inner, leaves, mutants, sizes, steps
from .records import RECORDS, TOYS, package_records
from .toys_lists import Chain, Chunks, Link
from .toys_parts import Album, Circle, Drawing, Gapped, Interval, Page, Square
from .values import byte_order, limits, value

HEADER = 64


@cache
def of(cls: Any) -> tuple[bytes, ...]:
    return tuple(mutants(cls, 6_000))


def numbers(cls: Any, name: str) -> set[int]:
    """What the mutants have in the field `name`, where they have it."""
    field = cls.PLAN.field(name)
    start, size = field.offset or 0, field.size or 0
    signed = limits(field)[0] < 0
    whole = [m for m in of(cls) if len(m) >= start + size]
    return {int.from_bytes(m[start : start + size], byte_order(field), signed=signed) for m in whole}


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
            low, high = limits(field)
            half = high // 2 + 1
            edges = {0, 1, high - 1, high} | ({half - 1, half} if low == 0 else {low, low + 1, -1})
            assert numbers(cls, field.name) >= edges, field.name


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


def test_a_next_is_put_wherever_it_hurts() -> None:
    """Of the second of three elements: nothing, too short, unaligned, to itself, its neighbours, the end, past it."""
    seed = Chain((Link(1, padding=b"1"), Link(2, padding=b"22222"), Link(3))).encode()
    assert len(seed) == 2 + 8 + 12 + 7
    made = set(steps(read(Chain.PLAN, seed).spans, seed))
    alone = {m for m in made if m[:10] + m[14:] == seed[:10] + seed[14:]}
    found = {int.from_bytes(m[10:14], "little") for m in alone}
    assert found >= {0, 1, 4, 6, 7, 8, 11, 13, 16, 18, 19, 20, 21, (1 << 31) - 1, 1 << 31, (1 << 32) - 8, (1 << 32) - 1}
    assert {(-8) % (1 << 32), (-10) % (1 << 32)} <= found, "backward, to the first element and to the message's start"
    assert any(m[2:6] == m[10:14] == m[22:26] for m in made), "all at once"
    assert seed[:22] + b"\0" + seed[22:] in made, "an element with a byte more"
    assert patched(seed[:22] + b"\0" + seed[22:], 10, 13) in made, "and its Next with it"
    assert seed[:10] + seed[22:] in made, "an element less"
    assert seed + seed[22:] in made, "an element twice"


def test_counts_meet_the_bytes_that_are_there() -> None:
    counts = numbers(Chunks, "count")
    sizes = {len(m) for m in of(Chunks)}
    assert {(size - 4) // 15 + step for size in sizes for step in (-1, 0, 1) if 34 <= size <= 64} <= counts


def test_records_in_records_are_mutated_in_their_place() -> None:
    seed = Drawing(Square(1, tail=b"abc"), Circle(2, "n"), b"").encode()
    made = list(inner(read(Drawing.PLAN, seed).spans, seed, Random(1)))
    assert {len(m) for m in made} == {len(seed)}
    assert any(m[1:9] != seed[1:9] and m[9:] == seed[9:] for m in made)
    assert any(m[1:9] == seed[1:9] and m[9:] != seed[9:] for m in made)
    chain = Album((Page(Circle(3, "ab"), Interval(1, 2), b"x"), Page(b"", Interval(1, 2)))).encode()
    assert any(m[5:15] != chain[5:15] for m in inner(read(Album.PLAN, chain).spans, chain, Random(1)))


def test_computed_sizes_change_with_their_contents() -> None:
    seed = Gapped(b"abc", 1, b"xyz", start=6).encode()
    made = set(sizes(Gapped.PLAN, {span.name: span for span in read(Gapped.PLAN, seed).spans}, seed))
    assert b"\5" + seed[1:4] + seed[5:] in made
    assert b"\3" + seed[1:4] + seed[7:] in made


def patched(data: bytes, offset: int, number: int) -> bytes:
    return data[:offset] + number.to_bytes(4, "little") + data[offset + 4 :]


@pytest.mark.parametrize("cls", RECORDS)
def test_values_come_in_many_forms(cls: Any) -> None:
    random = Random(1)
    made = [value(cls, random) for _ in range(60)]
    assert len({repr(one) for one in made}) >= min(25, 2 ** len(cls.__slots__))
