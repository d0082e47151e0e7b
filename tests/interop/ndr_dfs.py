"""DFS referral requests and replies, for `ndr_structures`."""

from __future__ import annotations

import itertools
import struct
from typing import Any

from smb2ioctl_codec.payloads.dfs import (
    NameListReferral,
    ReferralReply,
    ReferralV1,
    ReferralV2,
    ReferralV3,
    ReferralV4,
    ServerType,
    StringLayout,
)

from .ndrdump import Printed

ENTRIES_START = 8
#: Bytes of an entry's fields, and where the offsets of its strings stand, by version.
FIELDS = {2: (22, (16, 18, 20)), 3: (34, (12, 14, 16)), 4: (34, (12, 14, 16))}


def _target(kind: type[Any], number: int, **fields: Any) -> Any:
    path = rf"\server\root\link{number}"
    return kind(path, path, rf"\target{number}\share", 300 + number, **fields)


#: Samba writes each string where it is used.
SEPARATE: Any = {"string_layout": StringLayout.SEPARATE}
TARGETS = [
    ReferralReply(28, (_target(ReferralV2, 1, server_type=ServerType.ROOT), _target(ReferralV2, 2)), 2, **SEPARATE),
    ReferralReply(28, (_target(ReferralV3, 1), _target(ReferralV3, 2, server_type=ServerType.ROOT)), 3, **SEPARATE),
    ReferralReply(
        28,
        (_target(ReferralV4, 1, referral_entry_flags=4), *(_target(ReferralV4, one) for one in (2, 3))),
        7,
        **SEPARATE,
    ),
    ReferralReply(0),
]
NAME_LISTS = [
    ReferralReply(0, (NameListReferral(r"\DOMAIN", 600), NameListReferral(r"\domain.test", 600))),
    ReferralReply(0, (NameListReferral(r"\domain.test", 600, (r"\dc1", r"\dc2"), padding=bytes(16)),)),
]


def request(value: Any) -> Printed:
    """What is printed of a request."""
    return [("max_referral_level", value.max_referral_level), ("servername", value.request_file_name)]


def reply(value: Any) -> Printed:
    """What is printed of a reply."""
    flags = value.referral_header_flags
    printed: Printed = [
        ("path_consumed", value.path_consumed), ("nb_referrals", len(value.referral_entries)), ("header_flags", flags),
        ("DFS_HEADER_FLAG_REFERAL_SVR", flags & 1), ("DFS_HEADER_FLAG_STORAGE_SVR", flags >> 1 & 1),
        ("DFS_HEADER_FLAG_TARGET_BCK", flags >> 2 & 1),
    ]  # fmt: skip
    data = value.encode()
    start = ENTRIES_START
    for entry in value.referral_entries:
        version, size = (int.from_bytes(data[start + at : start + at + 2], "little") for at in (0, 2))
        printed += [("version", version), ("size", size), ("server_type", int(entry.server_type))]
        printed += [("entry_flags", entry.referral_entry_flags)]
        printed += _rest(entry, data[start : start + 34])
        start += size
    return printed


def _rest(entry: Any, fields: bytes) -> Printed:
    """What differs from version to version; a text whose offset is 0 is a null pointer."""

    def text(name: str, value: Any, place: int) -> Printed:
        return [(name, value if fields[place : place + 2] != b"\0\0" else None)]

    match entry:
        case ReferralV1():
            return [("share_name", entry.share_name)]
        case ReferralV2():
            return [
                ("proximity", entry.proximity), ("ttl", entry.time_to_live), *text("DFS_path", entry.dfs_path, 16),
                *text("DFS_alt_path", entry.dfs_alternate_path, 18), *text("netw_address", entry.network_address, 20),
            ]  # fmt: skip
        case ReferralV3() | ReferralV4():
            return [
                ("ttl", entry.time_to_live), *text("DFS_path", entry.dfs_path, 12),
                *text("DFS_alt_path", entry.dfs_alternate_path, 14), *text("netw_address", entry.network_address, 16),
                ("value", entry.service_site_guid.bytes_le),
            ]  # fmt: skip
        case NameListReferral():
            names: Printed = [("expanded_names", name) for name in entry.expanded_names]
            return [
                ("ttl", entry.time_to_live), *text("special_name", entry.special_name, 12),
                ("nb_expanded_names", len(names)), *(names or [("expanded_names", None)]),
                *([("value", entry.padding)] if entry.padding else []),
            ]  # fmt: skip
    raise AssertionError(entry)


def is_loose(data: bytes) -> bool:
    """Whether a reply of versions 2 to 4 breaks what Samba does not ask for.

    It walks by the versions and not by Size, passes over entries of other versions, follows offsets into fields, and
    takes the end of the bytes for the end of a string.
    """
    consumed, count = struct.unpack_from("<HH", data)
    places: list[tuple[int, int, tuple[int, ...]]] = []
    start = ENTRIES_START
    for _ in range(count):
        version, size = struct.unpack_from("<HH", data.ljust(start + 4, b"\0"), start)
        fields, offsets = FIELDS.get(version, (0, ()))
        if not fields or size < fields or start + size > len(data):
            return True
        places.append((start, fields, offsets))
        start += size
    strings = [one + off for one, _, offsets in places for at in offsets if (off := _number(data, one + at))]
    covered = set(itertools.chain(range(ENTRIES_START), *(range(one, one + fields) for one, fields, _ in places)))
    return consumed % 2 > 0 or any(start in covered or not _ends(data[start:]) for start in strings)


def _number(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 2], "little")


def _ends(text: bytes) -> bool:
    return any(text[place : place + 2] == b"\0\0" for place in range(0, len(text) - 1, 2))
