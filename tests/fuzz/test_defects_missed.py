"""A check taken out of a decoder is missed: some case goes through, or is refused for no reason that can be told.

So each case breaks its check and nothing that another check would find as well, but where two checks are one.
"""

from __future__ import annotations

import re
from typing import Any
from unittest.mock import patch

import pytest

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz.making.defects import defects
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.decoder import compile_decoder
from smb2ioctl_codec.schema.source import Source

from .carried import is_of_contexts, is_of_message, kind_of, record_in

CASES: dict[type[Record], list[bytes]] = {}
for _case in defects():
    if not is_of_message(_case) and not is_of_contexts(_case):
        CASES.setdefault(kind_of(_case), []).append(record_in(_case))

#: What the bytes that a reader knows the record by are held against once more.
TAGS = {
    "ErrorResponse": ["w_structure_size != 9"],
    "LxSymlink": ["w_reparse_tag != 2684354589", "w_version != 2"],
    "MountPoint": ["w_reparse_tag != 2684354563"],
    "NfsDevice": ["w_reparse_tag != 2147483668"],
    "NfsFile": ["w_reparse_tag != 2147483668"],
    "NfsSymbolicLink": ["w_reparse_tag != 2147483668", "w_type != 21712460"],
    "OnDiskVolumeInfoAligned": ["_size != 336"],
    "SymbolicLink": ["w_reparse_tag != 2684354572"],
    "UsnRecordV2": ["w_major_version != 2"],
    "UsnRecordV3": ["w_major_version != 3"],
}
#: What no bytes can be: elements are never shorter than their fixed part by their own sizes, a list by size ends with
#: the bytes, numbers have no remainder by 1, offsets that count from the end of the fixed part are not negative; and
#: nothing but 64 bytes is given to be read as a header.
NEVER = {
    "AllFilesystemStatistics": ["_n < 64", "_size != _p"],
    "FindFilesBySid": ["_n < 4", "_size != _p"],
    "Header": ["_size != 64"],
    "MountPoint": ["_s_substitute_name < 16", "_s_print_name < 16"],
    "StreamSnapshotList": ["_n % 1"],
    "StreamSnapshotListAligned": ["_n % 1"],
    "SymbolicLink": ["_s_substitute_name < 20", "_s_print_name < 20"],
    "SymbolicLinkErrorResponse": ["_s_substitute_name < 28", "_s_print_name < 28"],
}
#: What is found without the check, too: by what reads what is too short, or by the end that lies elsewhere.
TWICE = {
    "CopyChunkCopy": ["_e_chunks > _size"],
    "FileAllocatedRanges": ["(_size - 0) % 16"],
    "FileRegionOutput": ["_e_region > _size"],
    "HashRetrieveFileBased": ["_e_buffer > _size"],
    "HashRetrieveHashBased": ["_e_buffer > _size"],
    "LinkTracking": ["_e_target_link_tracking_information_buffer > _size"],
    "NetworkInterfaceInfos": ["_n < 152"],
    "OffloadReadOutput": ["528 > _size"],
    "OffloadWriteInput": ["544 > _size"],
    "ReferralRequestEx": ["_e_request_file_name > _size", "_e_site_name > _size"],
    "RefsStreamSnapshotManagement": [
        "_e_snapshot_name > _size",
        "not _e_snapshot_name <= _e_alignment <= _size",
    ],
    "RetrievalPointers": ["_e_extents > _size"],
    "RetrievalPointersAndRefcount": ["_e_extents > _size"],
    "ShareRedirectErrorContext": ["_e_ip_addr_move_list > _size"],
    "SisCopyFile": ["_e_source_file_name > _size", "_e_destination_file_name > _size"],
    "StreamDeltas": ["_e_extents > _size"],
    "StreamSnapshotList": ["_n < 46"],
    "StreamSnapshotListAligned": ["_n < 48"],
}


def compiled(kind: type[Record], lines: list[str], number: int = 0, instead: str = "") -> Any:
    """The decoder of a record, with another text in one line of it; its lines are added to `lines`."""
    honest = Source.compile

    def doctored(self: Source, name: str, title: str) -> Any:
        if title == f"{kind.__name__}.decode":
            if instead:
                self.lines[number] = instead
            lines.extend(self.lines)
        return honest(self, name, title)

    with patch.object(Source, "compile", doctored):
        return compile_decoder(kind)


def without_one(lines: list[str]) -> list[tuple[str, int, str]]:
    """Each condition under which a decoder refuses; the line that it stands in, and what that is without it."""
    found = []
    for number, line in enumerate(lines[:-1]):
        indent, test = re.match(r"( *)(?:if (.*):)?", line).groups()  # type: ignore[union-attr]
        if test and "raise _explain" in lines[number + 1]:
            conditions = test.split(" or ")
            for index, condition in enumerate(conditions):
                others = " or ".join(conditions[:index] + conditions[index + 1 :]) or "0"
                found.append((condition, number, f"{indent}if {others}:"))
    return found


def is_missed(decode: Any, cases: list[bytes]) -> bool:
    """Whether not all cases are refused."""
    for data in cases:
        try:
            decode(data)
        except s2.DecodeError:
            continue
        except IndexError:  # the decoder refuses, and the reader finds nothing to tell
            return True
        return True
    return False


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
def test_a_check_that_is_gone_is_missed(kind: type[Record]) -> None:
    lines: list[str] = []
    assert not is_missed(compiled(kind, lines), CASES[kind])
    found = [
        condition
        for condition, number, instead in without_one(lines)
        if not is_missed(compiled(kind, [], number, instead), CASES[kind])
    ]
    name = kind.__name__
    assert sorted(found) == sorted(TAGS.get(name, []) + NEVER.get(name, []) + TWICE.get(name, []))


def test_most_checks_are_missed() -> None:
    total = 0
    for kind in CASES:
        lines: list[str] = []
        compiled(kind, lines)
        total += len(without_one(lines))
    known = sum(len(some) for table in (TAGS, NEVER, TWICE) for some in table.values())
    assert (total - known, known) == (102, 46)
