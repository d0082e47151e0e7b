"""Numbers that meet at edges."""

from __future__ import annotations

import struct
from collections import Counter

import pytest

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz import Case
from smb2ioctl_codec.fuzz.making.interactions import EDGES, TRAILING, bases, interactions
from smb2ioctl_codec.fuzz.making.spots import spots
from smb2ioctl_codec.messages import IoctlRequest, IoctlResponse
from smb2ioctl_codec.payloads.network import NetworkInterfaceInfos
from smb2ioctl_codec.payloads.reparse import SymbolicLink

CASES = list(interactions())
BASES = {base.name: base for base in bases(0)}


def pairs(kind: type, offset: str, count: str) -> list[tuple[Case, int, int]]:
    """The cases that are about these two numbers of a body, and the numbers."""
    places = [64 + (kind.PLAN.field(name).offset or 0) for name in (offset, count)]  # type: ignore[attr-defined]
    name = f"{kind.__name__}.{offset} "
    return [
        (case, *(struct.unpack_from("<L", case.data, place)[0] for place in places))
        for case in CASES if name in case.what
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [IoctlRequest, IoctlResponse])
@pytest.mark.parametrize("name", ["input", "output"])
def test_offset_and_count_meet_at_every_edge(kind: type, name: str) -> None:
    found = pairs(kind, f"{name}_offset", f"{name}_count")
    for edge in EDGES:
        sums = {offset + count - edge for _, offset, count in found}
        assert sums >= {-8, -1, 0, 1, 7}, edge
    ends = {offset + count - len(BASES[case.parent].case.data) for case, offset, count in found}
    assert ends >= {-8, -1, 0, 1, 7}
    assert {len(case.data) - len(BASES[case.parent].case.data) for case, _, _ in found} == set(TRAILING)


def test_two_pairs_are_wrong_at_once() -> None:
    both = [case for case in CASES if "IoctlRequest.input_offset" in case.what and ".output_count" in case.what]
    both += [
        case for case in CASES if "SymbolicLink.substitute_name_offset" in case.what and "print_name_l" in case.what
    ]
    assert Counter(case.path for case in both).keys() == {
        "IoctlRequest.input_offset", "SymbolicLink.substitute_name_offset",
    }  # fmt: skip
    assert len(both) > 1000
    assert {len(case.data) - len(BASES[case.parent].case.data) for case in both} == set(TRAILING)


def test_chains_step_nowhere_short_back_and_to_themselves() -> None:
    base = next(base for base in BASES.values() if base.plan is NetworkInterfaceInfos.PLAN)
    _, ((first, second),), _ = spots(base.plan, base.case.data, base.start)
    assert (first.value, second.value) == (152, 0)
    found = [case for case in CASES if case.parent == base.name]
    steps = {struct.unpack_from("<L", case.data, first.offset)[0] for case in found}
    assert steps >= {0, 1, 8, 144, 151, 153, 160, 304, 0x80000000, 0xFFFFFFF8, (1 << 32) - 152}
    last = {struct.unpack_from("<L", case.data, second.offset)[0] for case in found}
    assert last >= {1, 8, 0xFFFFFFF8}


def test_next_command_leads_nowhere_short_and_back() -> None:
    steps = {case.data[20:24] for case in CASES if case.path == "Header.next_command"}
    assert steps >= {struct.pack("<L", step) for step in (1, 8, 63, 65, 72, 0x80000000, 0xFFFFFFC0, 0xFFFFFFF8)}


def test_counts_are_held_against_the_bytes() -> None:
    base = next(
        base for base in BASES.values() if base.case.code == s2.CtlCode.FSCTL_SRV_COPYCHUNK and base.start == 120
    )
    counts = {struct.unpack_from("<L", case.data, 144)[0] for case in CASES if case.parent == base.name}
    assert counts >= {0, 1, 3, 4, 5, (1 << 32) // 24, (1 << 32) // 24 + 1, 0xFFFFFFFF}


def test_a_context_leads_to_itself_and_back() -> None:
    found = [case for case in CASES if case.path == "ErrorContext.error_data_length"]
    assert {case.data[72:76] for case in found} >= {struct.pack("<L", step) for step in (0, 0xFFFFFFF8, 0xFFFFFFF0)}


def test_trailing_bytes_belong_to_the_payload_where_it_is_what_is_broken() -> None:
    found = [case for case in CASES if case.path.startswith("SymbolicLink.") and case.direction == "request"]
    assert found
    for case in found:
        (count,) = struct.unpack_from("<L", case.data, 64 + 28)
        assert count == len(case.data) - 120


def test_every_command_has_the_body_of_an_ioctl() -> None:
    found = {(case.data[12:14], case.data[16] & 1) for case in CASES if case.path == "Header.command"}
    commands = [*(each for each in s2.Command if each != s2.Command.IOCTL), 0x77]
    assert found == {(each.to_bytes(2, "little"), sender) for each in commands for sender in (0, 1)}


def test_measures_are_found_in_records_in_records() -> None:
    base = next(base for base in BASES.values() if base.plan is SymbolicLink.PLAN)
    measures, chains, offsets = spots(base.plan, base.case.data, base.start)
    assert [each.amount.path for each in measures] == [
        "SymbolicLink.substitute_name_length", "SymbolicLink.print_name_length",
    ]  # fmt: skip
    assert (chains, offsets) == ([], [])
    assert {(each.low, each.high) for each in measures} == {(0, len(base.case.data) - base.start - 20)}
