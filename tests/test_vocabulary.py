"""The open enums: every known value by name, every other value kept, printed and stored nowhere.

`data/ctl_codes.json` says where its rows come from.
"""

from __future__ import annotations

import copy
import gc
import json
import pickle
import random
from pathlib import Path
from typing import Any

import pytest

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.ctl_code import Access, CtlCode, DeviceType, Method
from smb2ioctl_codec.ntstatus import NtStatus

ROWS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "ctl_codes.json").read_text(encoding="utf-8")
)["codes"]

# [MS-ERREF] 2.3.1
STATUSES = """
    SUCCESS 00000000  PENDING 00000103  NOTIFY_ENUM_DIR 0000010C  NO_QUOTAS_FOR_ACCOUNT 0000010D
    BUFFER_OVERFLOW 80000005  STOPPED_ON_SYMLINK 8000002D
    UNSUCCESSFUL C0000001  INVALID_HANDLE C0000008  INVALID_PARAMETER C000000D  NO_SUCH_DEVICE C000000E
    INVALID_DEVICE_REQUEST C0000010  END_OF_FILE C0000011  MORE_PROCESSING_REQUIRED C0000016
    NO_MEMORY C0000017  INVALID_VIEW_SIZE C000001F  ACCESS_DENIED C0000022  BUFFER_TOO_SMALL C0000023
    OBJECT_NAME_INVALID C0000033  OBJECT_NAME_NOT_FOUND C0000034  OBJECT_PATH_NOT_FOUND C000003A
    OBJECT_PATH_SYNTAX_BAD C000003B  FILE_LOCK_CONFLICT C0000054  DISK_FULL C000007F
    INSUFFICIENT_RESOURCES C000009A
    MEDIA_WRITE_PROTECTED C00000A2  PIPE_NOT_AVAILABLE C00000AC  INVALID_PIPE_STATE C00000AD
    PIPE_BUSY C00000AE  PIPE_DISCONNECTED C00000B0  IO_TIMEOUT C00000B5  NOT_SUPPORTED C00000BB
    INVALID_NETWORK_RESPONSE C00000C3  NETWORK_NAME_DELETED C00000C9  BAD_NETWORK_NAME C00000CC
    INTERNAL_ERROR C00000E5  INVALID_USER_BUFFER C00000E8
    CANCELLED C0000120  FILE_CLOSED C0000128  INVALID_LEVEL C0000148
    PIPE_BROKEN C000014B  ILLEGAL_CHARACTER C0000161  FS_DRIVER_REQUIRED C000019C
    USER_SESSION_DELETED C0000203  CONNECTION_DISCONNECTED C000020C
    NOT_FOUND C0000225  PATH_NOT_COVERED C0000257  DFS_UNAVAILABLE C000026D
    NOT_A_REPARSE_POINT C0000275  IO_REPARSE_DATA_INVALID C0000278  NETWORK_SESSION_EXPIRED C000035C
    NO_RANGES_PROCESSED C0000460  SERVER_UNAVAILABLE C0000466  FILE_NOT_AVAILABLE C0000467
    SHARE_UNAVAILABLE C0000480  HASH_NOT_SUPPORTED C000A100  HASH_NOT_PRESENT C000A101
"""

UNKNOWN = 0xDEADBEEF


class Tag(OpenIntEnum, bits=16):
    """An open enum of another width."""

    ONE = 1
    ANOTHER_ONE = ONE


def member_name(row: dict[str, Any]) -> str:
    """Give the name of a row's code: with the suffix of its source where that differs from the others."""
    suffix = f"_{row['differs_at'].upper()}" if "differs_at" in row else ""
    return f"{row['name']}{suffix}"


# -- every known value


@pytest.mark.parametrize("row", ROWS, ids=member_name)
def test_ctl_code_of_each_row(row: dict[str, Any]) -> None:
    value = int(row["code"], 16)
    code = CtlCode(value)
    assert code is CtlCode[member_name(row)]
    assert type(code) is CtlCode
    assert code == value
    assert code.name == member_name(row)
    assert all(CtlCode[alias] is code for alias in row["also"])

    assert code.access is Access[row["access"]]
    assert code.method is Method[row["method"]]
    if "device" in row:
        assert code.device is DeviceType[row["device"]]
        assert code.function == int(row["function"], 16)
    assert CtlCode.from_parts(code.device, code.function, code.access, code.method) is code


def test_ctl_code_has_the_names_of_the_rows_and_no_other() -> None:
    names = [name for row in ROWS for name in (member_name(row), *row["also"])]
    assert len(names) == len(set(names))
    assert set(CtlCode.__members__) == set(names)


def test_ctl_codes_are_in_the_order_of_their_values() -> None:
    assert list(CtlCode) == sorted(CtlCode)


def test_nt_status_values() -> None:
    words = STATUSES.split()
    expected = {name: int(value, 16) for name, value in zip(words[::2], words[1::2], strict=True)}
    assert {name: int(status) for name, status in NtStatus.__members__.items()} == expected
    assert list(NtStatus) == sorted(NtStatus)


@pytest.mark.parametrize(
    ("value", "severity", "kind"),
    [
        (0, 0, "is_success"),
        (NtStatus.PENDING, 0, "is_success"),
        (0x3FFFFFFF, 0, "is_success"),
        (0x40000000, 1, "is_success"),
        (0x7FFFFFFF, 1, "is_success"),
        (NtStatus.BUFFER_OVERFLOW, 2, "is_warning"),
        (0xBFFFFFFF, 2, "is_warning"),
        (0xC0000000, 3, "is_error"),
        (NtStatus.INVALID_PARAMETER, 3, "is_error"),
        (0xFFFFFFFF, 3, "is_error"),
    ],
)
def test_nt_status_severity(value: int, severity: int, kind: str) -> None:
    status = NtStatus(value)
    assert status.severity == severity
    assert [k for k in ("is_success", "is_warning", "is_error") if getattr(status, k)] == [kind]


# -- the parts of any control code


def test_parts_of_any_value_put_together_are_the_value() -> None:
    source = random.Random(1)
    values = [0, 0xFFFFFFFF, *(1 << bit for bit in range(32)), *(source.getrandbits(32) for _ in range(2000))]
    for value in values:
        code = CtlCode(value)
        assert code.device == value // 0x10000
        assert code.access == value // 0x4000 % 4
        assert code.function == value // 4 % 0x1000
        assert code.method == value % 4
        assert (type(code.device), type(code.access), type(code.method)) == (DeviceType, Access, Method)
        assert CtlCode.from_parts(code.device, code.function, code.access, code.method) == value


def test_from_parts_takes_plain_ints_and_names() -> None:
    snapshots = CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS
    assert CtlCode.from_parts(0x14, 0x19, 1, 0) is snapshots
    parts = {
        "device": DeviceType.NETWORK_FILE_SYSTEM,
        "function": 0x19,
        "access": Access.READ,
        "method": Method.BUFFERED,
    }
    assert CtlCode.from_parts(**parts) is snapshots
    vendor = CtlCode.from_parts(0x8384, 0x7FF, Access.WRITE, Method.NEITHER)
    assert vendor == 0x83849FFF
    assert str(vendor.device) == "0x8384"


@pytest.mark.parametrize(("part", "limit"), [("device", 0xFFFF), ("function", 0xFFF), ("access", 3), ("method", 3)])
def test_from_parts_refuses_a_part_that_does_not_fit(part: str, limit: int) -> None:
    fitting = {"device": 9, "function": 1, "access": 0, "method": 0, part: limit}
    assert getattr(CtlCode.from_parts(**fitting), part) == limit
    for value, shown in [(limit + 1, hex(limit + 1)), (-1, "-0x1"), (1 << 80, "of 81 bits")]:
        with pytest.raises(ValueError, match=rf"^{part} .*0\.\.0x{limit:X}\b.*{shown}$"):
            CtlCode.from_parts(**{**fitting, part: value})
    with pytest.raises(ValueError, match=rf"^{part} .*type str$"):
        CtlCode.from_parts(**{**fitting, part: "x"})  # type: ignore[arg-type]


# -- open enums: unknown values


@pytest.mark.parametrize(
    ("value", "shown", "pasted"),
    [
        (CtlCode.FSCTL_PIPE_WAIT, "FSCTL_PIPE_WAIT", "CtlCode.FSCTL_PIPE_WAIT"),
        (CtlCode.FSCTL_GET_SHADOW_COPY_DATA, "FSCTL_SRV_ENUMERATE_SNAPSHOTS", None),
        (CtlCode(UNKNOWN), "0xDEADBEEF", "CtlCode(0xDEADBEEF)"),
        (CtlCode(2), "0x00000002", "CtlCode(0x00000002)"),
        (NtStatus.FILE_CLOSED, "FILE_CLOSED", "NtStatus.FILE_CLOSED"),
        (NtStatus(0xC0FFEE00), "0xC0FFEE00", "NtStatus(0xC0FFEE00)"),
        (Access.READ, "READ", "Access.READ"),
        (DeviceType(0x8384), "0x8384", "DeviceType(0x8384)"),
        (Tag(0xAB), "0x00AB", "Tag(0x00AB)"),
    ],
)
def test_text_forms(value: OpenIntEnum, shown: str, pasted: str | None) -> None:
    assert value.name == str(value) == f"{value}" == shown
    assert repr(value) == (pasted or f"CtlCode.{shown}")
    again = eval(repr(value))
    assert again == value
    assert type(again) is type(value)
    assert f"{value:#010x}" == f"{int(value):#010x}"
    assert f"{value:d}" == str(int(value))


@pytest.mark.parametrize("value", [CtlCode.FSCTL_PIPE_WAIT, CtlCode(UNKNOWN), Tag(7), NtStatus(5)], ids=repr)
def test_an_instance_is_an_int_and_survives_copies(value: OpenIntEnum) -> None:
    number = int(value)
    assert type(number) is type(value.value) is int
    assert value == value.value == number
    assert hash(value) == hash(number)
    assert {number: "x"}[value] == "x"
    assert json.dumps([value, {value: value}]) == json.dumps([number, {number: number}])
    assert value.__reduce_ex__(pickle.HIGHEST_PROTOCOL) == (type(value), (number,))
    copies = [copy.copy(value), copy.deepcopy(value)]
    copies += [pickle.loads(pickle.dumps(value, p)) for p in range(pickle.HIGHEST_PROTOCOL + 1)]
    for again in copies:
        assert type(again) is type(value)
        assert (again, again.name, again.value) == (value, value.name, number)
        assert again is value or not value.is_known


def test_an_unknown_value_of_another_enum_becomes_a_plain_one() -> None:
    code = CtlCode(NtStatus(UNKNOWN))
    assert type(code) is CtlCode
    assert type(code.value) is int
    assert CtlCode(True) is CtlCode.FSCTL_INTEGRITY_FLAG_CHECKSUM_ENFORCEMENT_OFF
    assert type(NtStatus(True).value) is int


def test_unknown_values_are_stored_nowhere() -> None:
    def sizes() -> tuple[int, ...]:
        gc.collect()
        alive = sum(type(obj) is CtlCode for obj in gc.get_objects())
        tables = (CtlCode.__members__, CtlCode._value2member_map_, CtlCode.map(), vars(CtlCode))
        return (alive, *map(len, tables), len(list(CtlCode)))

    before = sizes()
    for value in range(0x40000000, 0x40002000):
        assert not CtlCode(value).is_known
        assert CtlCode.map()[value] == value
        assert CtlCode.from_parts(value >> 16, value >> 2 & 0xFFF, 0, value & 3) not in CtlCode
    assert sizes() == before


def test_the_map_gives_what_the_class_gives() -> None:
    table = CtlCode.map()
    assert table is CtlCode.map()
    assert type(NtStatus.map()[UNKNOWN]) is NtStatus
    assert all(table[value] is CtlCode(value) for value in map(int, CtlCode))
    assert len(table) == len(ROWS)
    unknown = table[UNKNOWN]
    assert type(unknown) is CtlCode
    assert repr(unknown) == "CtlCode(0xDEADBEEF)"
    with pytest.raises(ValueError, match="must be an int"):
        table[1 << 32]


def test_membership_means_known() -> None:
    assert CtlCode.FSCTL_PIPE_WAIT in CtlCode
    assert 0x00110018 in CtlCode
    assert CtlCode.FSCTL_PIPE_WAIT.is_known
    strangers: list[object] = [
        UNKNOWN,
        CtlCode(UNKNOWN),
        1 << 40,
        float(0x00110018),
        "FSCTL_PIPE_WAIT",
        None,
        [],
    ]
    for stranger in strangers:
        assert stranger not in CtlCode
    assert not CtlCode(UNKNOWN).is_known


@pytest.mark.parametrize(("enum", "limit"), [(CtlCode, 0xFFFFFFFF), (NtStatus, 0xFFFFFFFF), (Tag, 0xFFFF), (Access, 3)])
def test_values_that_are_none(enum: type[OpenIntEnum], limit: int) -> None:
    assert enum(0) == 0
    assert enum(limit) == limit
    assert (1 << enum.bits) - 1 == limit
    wrong: list[tuple[Any, str]] = [
        (-1, "-0x1"),
        (limit + 1, hex(limit + 1)),
        (10**5000, "a number of 16610 bits"),
        (1.0, "of type float"),
        ("FSCTL_PIPE_WAIT", "of type str"),
        (b"\1", "of type bytes"),
        (None, "of type NoneType"),
        ([], "of type list"),
    ]
    must = rf"^{enum.__name__} must be an int of 0\.\.0x{limit:X}, not "
    for value, shown in wrong:
        with pytest.raises(ValueError, match=f"{must}{shown}$") as caught:
            enum(value)
        assert caught.value.__context__ is None


def test_an_open_enum_can_be_made_in_the_functional_form() -> None:
    base: Any = OpenIntEnum
    made = base("made", {"THREE": 3})
    assert made(3) is made.THREE
    assert repr(made(4)) == "made(0x00000004)"
