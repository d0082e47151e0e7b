"""Every shorter cut of every published referral reply: refused where the bytes end, or read as far as it goes.

`missing` finds out with `struct` alone what a cut lacks; names and places of fields come from the layout, which
`test_layout_tables` holds against the documents.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import pytest
from test_cuts import Blame, in_fixed_part, judge
from test_vectors_dfs import PACKETS, REFERRALS, REPLIES, TOO_SHORT, data_of

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.payloads.dfs import (
    NameListReferral,
    ReferralReply,
    ReferralV1,
    ReferralV2,
    ReferralV3,
    ReferralV4,
    TruncatedReferralReply,
)

CLASSES = {1: ReferralV1, 2: ReferralV2, 3: ReferralV3, 4: ReferralV4}
#: Offset fields and the attributes whose strings they lead to.
STRINGS = {
    "dfs_path_offset": "dfs_path",
    "dfs_alternate_path_offset": "dfs_alternate_path",
    "network_address_offset": "network_address",
    "special_name_offset": "special_name",
    "expanded_name_offset": "expanded_names",
}


def kind_at(data: bytes, place: int) -> Any:
    version, _, _, flags = struct.unpack_from("<HHHH", data, place)
    return NameListReferral if version >= 3 and flags & 2 else CLASSES[version]


def entries_missing(data: bytes) -> Blame | None:
    """What the entries themselves lack: strings follow the last one, so these are whole if that is."""
    (count,) = struct.unpack_from("<H", data, 2)
    if len(data) - 8 < 10 * count:
        return Blame("referral_entries", 8, len(data) - 8)
    place = 8
    for index in range(count):
        left = len(data) - place
        if left < 8:
            return Blame(f"referral_entries[{index}]", place, left)
        (size,) = struct.unpack_from("<H", data, place + 2)
        if kind_at(data, place) in (ReferralV3, ReferralV4) and size < 34:
            return Blame(f"referral_entries[{index}].size", place + 2, size)
        if left < size:
            return Blame(f"referral_entries[{index}]", place, left)
        place += size
    return None


def places(data: bytes) -> Iterator[int]:
    """Where the entries start that are all there."""
    (count,) = struct.unpack_from("<H", data, 2)
    place = 8
    for _ in range(count):
        if len(data) - place < 8 or len(data) - place < (size := int.from_bytes(data[place + 2 :][:2], "little")):
            return
        yield place
        place += size


def strings_missing(data: bytes, index: int, place: int) -> Blame | None:
    """What the strings of an entry lack: the first one whose offset leads behind the end, or that does not end."""
    for row in s2.layout(kind_at(data, place)):
        if row.name not in STRINGS:
            continue
        assert row.offset is not None
        name, (offset,) = STRINGS[row.name], struct.unpack_from("<H", data, place + row.offset)
        wanted = int.from_bytes(data[place + 14 :][:2], "little") if name == "expanded_names" else 1
        start = place + offset
        if offset and wanted and start >= len(data):
            return Blame(f"referral_entries[{index}].{row.name}", place + row.offset, len(data) - place)
        if offset and ends(data[start:]) < wanted:
            return Blame(f"referral_entries[{index}].{name}", start, len(data) - start)
    return None


def ends(data: bytes) -> int:
    """How many strings end in these bytes."""
    return sum(data[place : place + 2] == b"\0\0" for place in range(0, len(data) - 1, 2))


def missing(data: bytes) -> Blame | None:
    """The first thing that a reply lacks; None if it is whole."""
    found = entries_missing(data)
    if found is None:
        lacks = (strings_missing(data, index, place) for index, place in enumerate(places(data)))
        found = next((each for each in lacks if each), None)
    return found and found._replace(path=f"ReferralReply.{found.path}")


NAMES = sorted({*REPLIES, *PACKETS})


@pytest.mark.parametrize("name", NAMES)
def test_a_cut_reply_is_refused(name: str) -> None:
    data = data_of(name)
    for size in range(len(data)):
        cut = data[:size]
        blame = in_fixed_part(ReferralReply, cut) or missing(cut)
        assert blame
        judge(ReferralReply.decode, cut, blame)


@pytest.mark.parametrize("name", sorted({*NAMES} - {TOO_SHORT}))
def test_under_buffer_overflow_what_is_whole_is_given(name: str) -> None:
    data = data_of(name)
    whole = ReferralReply.decode(data)
    row = registry.lookup(REFERRALS)
    for size in range(len(data)):
        cut = data[:size]
        found = row.decode_response(cut, None, s2.NtStatus.BUFFER_OVERFLOW)
        if size < 8:
            assert found == cut
            continue
        assert isinstance(found, TruncatedReferralReply)
        assert found.truncated
        assert (found.path_consumed, found.number_of_referrals) == (whole.path_consumed, whole.number_of_referrals)
        assert found.referral_header_flags == whole.referral_header_flags
        kept = [index for index, place in enumerate(places(cut)) if strings_missing(cut, index, place) is None]
        assert list(found.referral_entries) == [whole.referral_entries[index] for index in kept]
        assert found.encode() == cut


def test_a_broken_entry_is_refused_under_buffer_overflow_too() -> None:
    data = data_of(TOO_SHORT)
    for size in range(16, len(data)):
        blame = Blame("TruncatedReferralReply.referral_entries[0].size", 10, 18)
        judge(TruncatedReferralReply.decode, data[:size], blame)
