"""Messages that break one check of one record: exactly that one, of every check that there is."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz import Case
from smb2ioctl_codec.fuzz.making.defects import RULES, defects, defects_of
from smb2ioctl_codec.fuzz.making.seeds import UNNUMBERED
from smb2ioctl_codec.messages.ioctl import request_decoder
from smb2ioctl_codec.payloads.row import Direction
from smb2ioctl_codec.payloads.rows import BY_CODE
from smb2ioctl_codec.rules import WIRE
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.spans import read
from smb2ioctl_codec.schema.violations import violation

from .carried import HEADER_SIZE, SEEDS, is_of_contexts, is_of_message, kind_of, read_whole, record_in
from .checks import HEAD, Check, checks_of

CASES = list(defects())
#: Records that messages of any code have.
OF_BODIES = ("Header", "IoctlRequest", "IoctlResponse", "ErrorResponse", "Packet")
DIRECTIONS: tuple[Direction, ...] = ("request", "response")
#: Records that no message says it has.
UNTOLD = {*(kind.__name__ for kind in UNNUMBERED), "HashHeader"}
BY_RECORD: dict[str, list[Case]] = {}
MESSAGES: list[Case] = []
for _case in CASES:
    (MESSAGES if is_of_message(_case) else BY_RECORD.setdefault(_case.rules, [])).append(_case)

#: Constants that a reader knows the record by: with another number it is another record.
TAGS = {
    "ErrorResponse": ("structure_size",),
    "LxSymlink": ("reparse_tag", "version"),
    "MountPoint": ("reparse_tag",),
    "NetworkInterfaceInfos": ("interfaces[].sock_addr_storage.family",),
    "NfsDevice": ("reparse_tag",),
    "NfsFile": ("reparse_tag",),
    "NfsSymbolicLink": ("reparse_tag", "type"),
    "SymbolicLink": ("reparse_tag",),
    "UsnRecordV2": ("major_version",),
    "UsnRecordV3": ("major_version",),
}
#: Records that their size tells from others: with another size they are one of these.
SIZES: dict[str, tuple[Check, ...]] = {
    "FileObjectIdBufferType2": (("cut-short", HEAD), ("left-over", "")),
    "OnDiskVolumeInfoAligned": (("cut-short", HEAD), ("left-over", "")),
    "RetrievalPointersAndRefcountAligned": (("cut-short", HEAD), ("left-over", ""), ("count", "extents")),
    "StreamDeltasAligned": (("cut-short", HEAD), ("left-over", ""), ("count", "extents")),
    "LxSymlink": (("cut-short", HEAD),),
    "NfsFile": (("cut-short", HEAD),),
    "NfsSymbolicLink": (("cut-short", HEAD),),
    "StreamSnapshotListAligned": (("cut-short", HEAD),),
    "TruncatedReferralReply": (("cut-short", HEAD),),
}
#: One byte, and as good without.
OPTIONAL: dict[str, tuple[Check, ...]] = {
    "DecryptionStatusBuffer": (("cut-short", HEAD),),
    "FileSetSparseBuffer": (("cut-short", HEAD),),
}
#: A header is what the first 64 bytes are.
ENDLESS: dict[str, tuple[Check, ...]] = {"Header": (("left-over", ""),)}
NEVER = {
    (name, check)
    for some in ({k: tuple(("constant", n) for n in v) for k, v in TAGS.items()}, SIZES, OPTIONAL, ENDLESS)
    for name, checks in some.items()
    for check in checks
}
KINDS = {kind_of(some[0]) for some in BY_RECORD.values()} | {
    kind for row in BY_CODE.values() for direction in DIRECTIONS for kind in row.types(direction)
}  # fmt: skip


def check_of(case: Case) -> Check:
    """The check that a case is about, as the plan tells it."""
    name = re.sub(r"\[\d+\]", "[]", case.path.partition(".")[2])
    head = [field.name for field in kind_of(case).PLAN.fields if field.offset is not None]
    return case.rule, HEAD if case.rule == "cut-short" and name in head else name


def reported(case: Case) -> list[str]:
    """The paths of all that the validator has to say of the record: broken checks, and defects."""
    plan, data = kind_of(case).PLAN, record_in(case)
    reading = read(plan, data)
    known = {**reading.wire, "size": len(data)}
    broken = [found for check in plan.checks if (found := violation(check, plan, known)) is not None]
    return [error.path for error in (*broken, *reading.defects)]


def refused_by(decode: Any, data: bytes) -> str | None:
    """The path of the error with which a decoder refuses; None if it does not."""
    try:
        decode(data)
    except s2.DecodeError as error:
        return error.path
    return None


def decoder_of(kind: type[Record]) -> Any:
    """The decoder that knows no server's rules."""
    return request_decoder(WIRE) if kind is s2.IoctlRequest else kind.decode


@pytest.mark.parametrize("name", sorted(BY_RECORD))
def test_a_case_breaks_its_check_and_no_other(name: str) -> None:
    for case in BY_RECORD[name]:
        assert reported(case) == ([] if is_of_contexts(case) else [case.path]), case
        assert refused_by(decoder_of(kind_of(case)), record_in(case)) == case.path, case


def test_a_receiver_of_the_message_refuses_it_for_that() -> None:
    for case in CASES:
        if case.rules not in UNTOLD:
            with pytest.raises(s2.DecodeError) as caught:
                read_whole(case)
            assert caught.value.path == case.path, case


@pytest.mark.parametrize("kind", sorted(KINDS, key=str))
def test_every_check_of_a_record_is_broken(kind: type[Record]) -> None:
    broken = {check_of(case) for case in BY_RECORD.get(kind.__name__, [])}
    missing = {(kind.__name__, check) for check in checks_of(kind.PLAN) if check not in broken}
    assert missing == {(name, check) for name, check in NEVER if name == kind.__name__}


def test_every_code_and_direction_that_has_a_type_has_broken_ones() -> None:
    broken = {(case.code, case.direction) for case in CASES if case.rules not in OF_BODIES}
    for code, row in BY_CODE.items():
        for direction in DIRECTIONS:
            kinds = {kind.__name__ for kind in row.types(direction)} - {"FileSetSparseBuffer"}
            assert ((code, direction) in broken) is bool(kinds), (code, direction)


def test_with_another_tag_it_is_another_record() -> None:
    """So nothing breaks a tag: whatever stands there, the row of the code has another type for it."""
    tried = 0
    for made in SEEDS:
        name = type(made.value).__name__
        for tag in TAGS.get(name, ()) if made.case.direction == "request" else ():
            field, row = made.value.PLAN.field(tag), BY_CODE[made.case.code or s2.CtlCode(0)]
            data, place = made.value.encode(), field.offset
            for number in (0, 1, field.const + 1, field.const - 1, (1 << 8 * field.size) - 1) if field.const else ():
                other = data[:place] + number.to_bytes(field.size, "little") + data[place + field.size :]
                assert row.request_kind(other) is not type(made.value)
                tried += 1
    assert tried > 100


def test_labels_say_what_is_broken() -> None:
    seeds = {each.case.name: each.case for each in SEEDS}
    ids = {check.id for kind in KINDS for check in kind.PLAN.checks}
    assert {case.rule for case in CASES} == RULES.keys() | ids
    for case in CASES:
        parent = seeds[case.parent]
        assert case.kind == "broken"
        assert (case.direction, case.code, case.place) == (parent.direction, parent.code, parent.place)
        assert case.data != parent.data
        assert case.path.partition(".")[0] == case.rules
        assert case.what.startswith(f"{case.path}: ")
        assert case.section.startswith("[MS-")
        assert case.also == ()
    for some in BY_RECORD.values():
        assert {case.section for case in some} == {kind_of(some[0]).PLAN.section}


def test_each_is_made_once() -> None:
    keys = Counter(
        (case.direction, case.code, case.rules, case.rule, re.sub(r"\d+", "", case.path), case.what)
        for case in CASES
        if case.rules not in OF_BODIES
    )
    assert set(keys.values()) == {1}
    assert 1100 < len(CASES) < 3000


def test_the_same_again_and_others_with_another_seed() -> None:
    assert list(defects()) == CASES
    others = list(defects(1))
    assert {(case.rules, case.rule, case.path) for case in others} == {
        (case.rules, case.rule, case.path) for case in CASES
    }
    assert {case.data for case in others} != {case.data for case in CASES}


def test_nothing_is_made_of_nothing() -> None:
    assert list(defects_of([])) == []


def test_every_beginning_has_many_records() -> None:
    assert len({case.rules for case in CASES[:200]}) > 40


def test_compounds_step_into_a_header_past_the_end_back_and_off_the_alignment() -> None:
    steps = {(case.data[20:24], case.direction) for case in MESSAGES if case.rule == "next"}
    for direction in ("request", "response"):
        found = {int.from_bytes(step, "little") for step, sender in steps if sender == direction}
        assert found >= {8, 56, 0xFFFFFFF8}
        assert any(step % 8 for step in found)
    protocols = {case.data[:4] for case in MESSAGES if len(case.data) < HEADER_SIZE}
    assert protocols == {b"\xffSMB", b"\xfdSMB", b"\xfcSMB"}
    assert {case.rule for case in MESSAGES} == {"next", "constant", "cut-short", "status"}
