"""From values to wire fields: every reason to refuse, with the path of the field, and no other exception."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from construct import Int8ul, Int16ul

from smb2ioctl_codec.errors import EncodeError
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Raw, Record, Sized
from smb2ioctl_codec.schema.wire import explain, to_wire

from .declaring import declared
from .differential import outcome
from .records import RECORDS
from .untyped import (
    Choice,
    FileId,
    Header,
    Holder,
    IoctlRequest,
    IoctlResponse,
    Ordered,
    Overlapping,
    Pair,
    ReferralRequest,
    Sentence,
    SnapshotArray,
)
from .values import value

KEY = FileId(1, 2)
#: Longer than a length of 8 bits can say.
LONG = b"x" * 256


class Rude:
    """An object that answers every question with an exception of its own."""

    def refuse(self, *_: object, **__: object) -> Any:
        raise ZeroDivisionError("rude")

    __index__ = __int__ = __len__ = __iter__ = __getitem__ = __eq__ = __lt__ = __gt__ = __le__ = __ge__ = refuse
    __and__ = __rand__ = __add__ = __radd__ = __sub__ = __contains__ = __hash__ = __buffer__ = refuse


class RudeNumber(int):
    """A number that compares with nothing."""

    def __eq__(self, other: object) -> bool:
        raise TypeError("rude")

    __hash__ = int.__hash__


class Numbered:
    """No int, but what `struct` takes for one."""

    def __index__(self) -> int:
        return 5


@pytest.mark.parametrize(
    ("broken", "path", "reason"),
    [
        (FileId(-1, 0), "FileId.persistent", "-0x1 is not in 0 to 0xffffffffffffffff"),
        (FileId(0, 1 << 64), "FileId.volatile", "0x10000000000000000 is not in 0 to 0xffffffffffffffff"),
        (FileId(0, 1 << 4000), "FileId.volatile", "a number of 4001 bits is not in 0 to 0xffffffffffffffff"),
        (FileId("1", 0), "FileId.persistent", "expected an int, not str"),
        (FileId(1.0, 0), "FileId.persistent", "expected an int, not float"),
        (FileId(0, None), "FileId.volatile", "expected an int, not NoneType"),
        (Ordered(0, 1 << 15, 0, 0), "Ordered.narrow", "0x8000 is not in -32768 to 0x7fff"),
        (Ordered(0, -(1 << 15) - 1, 0, 0), "Ordered.narrow", "-0x8001 is not in -32768 to 0x7fff"),
        (Ordered(0, 0, 1 << 63, 0),
         "Ordered.deep", "0x8000000000000000 is not in -9223372036854775808 to 0x7fffffffffffffff"),
        (Ordered(0, 0, 0, 0, b"ab"), "Ordered.three", "2 bytes where 3 are needed"),
        (Ordered(0, 0, 0, 0, b"abcd"), "Ordered.three", "4 bytes where 3 are needed"),
        (Ordered(0, 0, 0, 0, "abc"), "Ordered.three", "expected bytes, not str"),
        (IoctlRequest(0, KEY, None), "IoctlRequest.input", "expected bytes, not NoneType"),
        (IoctlRequest(0, KEY, slack="x"), "IoctlRequest.slack", "expected bytes, not str"),
        (IoctlRequest(0, (1, 2)), "IoctlRequest.file_id", "expected FileId, not tuple"),
        (IoctlRequest(0, Pair(1, 2)), "IoctlRequest.file_id", "expected FileId, not Pair"),
        (IoctlRequest(0, FileId(0, -1)), "IoctlRequest.file_id.volatile", "-0x1 is not in 0 to 0xffffffffffffffff"),
        (IoctlRequest(1 << 32, KEY), "IoctlRequest.ctl_code", "0x100000000 is not in 0 to 0xffffffff"),
        (IoctlRequest("DFS", KEY), "IoctlRequest.ctl_code", "expected an int, not str"),
        (IoctlRequest(0, KEY, b"x", input_offset=1 << 32),
         "IoctlRequest.input_offset", "0x100000000 is not in 0 to 0xffffffff"),
        (IoctlRequest(0, KEY, b"x", input_offset=-1), "IoctlRequest.input_offset", "-0x1 is not in 0 to 0xffffffff"),
        (IoctlRequest(0, KEY, b"x", input_offset=119), "IoctlRequest.input_offset",
         "119 lies before the data, which starts at 120"),
        (IoctlRequest(0, KEY, b"x", input_offset=0), "IoctlRequest.input_offset",
         "0 lies before the data, which starts at 120"),
        (IoctlRequest(0, KEY, b"x", input_offset=128), "IoctlRequest.slack",
         "does not fill the gaps that the offsets leave, or buffers overlap"),
        (IoctlRequest(0, KEY, b"x", input_offset=122, slack=b"x"), "IoctlRequest.slack",
         "does not fill the gaps that the offsets leave, or buffers overlap"),
        (Overlapping(b"abcd", b"xxxx", 16, 18), "Overlapping.remains",
         "does not fill the gaps that the offsets leave, or buffers overlap"),
        (Overlapping(b"abcd", b"xxxx", 16, 15),
         "Overlapping.second_offset", "15 lies before the data, which starts at 16"),
        (ReferralRequest(4, b"path"), "ReferralRequest.request_file_name", "expected str, not bytes"),
        (ReferralRequest(4, "a\0b"), "ReferralRequest.request_file_name", "U+0000 at character 1"),
        (ReferralRequest(4, "ab\ud800"), "ReferralRequest.request_file_name",
         "no UTF-16 at character 2: surrogates not allowed"),
        (ReferralRequest(4, "a", "b"), "ReferralRequest.terminator", "must be empty or start with U+0000"),
        (ReferralRequest(4, "a", "\0\udc00"), "ReferralRequest.terminator",
         "no UTF-16 at character 1: surrogates not allowed"),
        (ReferralRequest(4, "a", None), "ReferralRequest.terminator", "expected str, not NoneType"),
        (SnapshotArray("ab"), "SnapshotArray.snapshots", "expected a tuple of str, not str"),
        (SnapshotArray({"a": 1}), "SnapshotArray.snapshots", "expected a tuple of str, not dict"),
        (SnapshotArray(("a", 1)), "SnapshotArray.snapshots[1]", "expected str, not int"),
        (SnapshotArray(("a", "b\0")), "SnapshotArray.snapshots[1]", "U+0000 at character 1"),
        (SnapshotArray(("\ud800",)), "SnapshotArray.snapshots[0]", "no UTF-16 at character 0: surrogates not allowed"),
        (SnapshotArray((), -1), "SnapshotArray.number_of_snapshots", "-0x1 is not in 0 to 0xffffffff"),
        (Sentence("t", blob=LONG), "Sentence.blob_length", "0x100 is not in 0 to 0xff"),
        (Sentence("t" * 32768), "Sentence.title_length", "0x10000 is not in 0 to 0xffff"),
        (Sentence("t", ("w",) * 256), "Sentence.count", "0x100 is not in 0 to 0xff"),
        (Sentence("t", number=1 << 31), "Sentence.number", "0x80000000 is not in -2147483648 to 0x7fffffff"),
        (Sentence("t\ud800"), "Sentence.title", "no UTF-16 at character 1: surrogates not allowed"),
        (Holder(Pair(1, 2), LONG), "Holder.length", "0x100 is not in 0 to 0xff"),
        (Holder(Pair(1, 1 << 16)), "Holder.pair.right", "0x10000 is not in 0 to 0xffff"),
        (Holder(Pair(1, 2), check=1 << 16), "Holder.check", "0x10000 is not in 0 to 0xffff"),
        (Holder(Pair(1, 2), check="3"), "Holder.check", "expected an int, not str"),
        (Holder(Pair(1, 2), remark=3), "Holder.remark", "expected bytes, not int"),
        (Choice(1), "Choice.wide", "must not be None where (kind & 1)"),
        (Choice(1, 2, 3, 4), "Choice.low", "must be None unless not (kind & 1)"),
        (Choice(0, 2, 3, 4), "Choice.wide", "must be None unless (kind & 1)"),
        (Choice(0, None, 3), "Choice.high", "must not be None where not (kind & 1)"),
        (Choice(0, None, 3, 1 << 16), "Choice.high", "0x10000 is not in 0 to 0xffff"),
        (Choice(0, None, 3, "4"), "Choice.high", "expected an int, not str"),
        (Choice(None, 1), "Choice.kind", "expected an int, not NoneType"),
        (Header(flags=2), "Header.async_id", "must not be None where (flags & 2)"),
        (Header(async_id=1), "Header.async_id", "must be None unless (flags & 2)"),
        (Header(signature=bytes(15)), "Header.signature", "15 bytes where 16 are needed"),
        (Header(command="IOCTL"), "Header.command", "expected an int, not str"),
    ],
)  # fmt: skip
def test_reasons(broken: Record, path: str, reason: str) -> None:
    for refuse in (to_wire, type(broken).encode):
        with pytest.raises(EncodeError) as caught:
            refuse(broken)
        error = caught.value
        assert (error.path, error.reason) == (path, reason)
        assert str(error) == f"{path}: {reason}"
        assert (error.offset, error.needed, error.available, error.limit, error.rule) == (None,) * 5


def test_a_check_of_the_record_is_refused_with_its_rule() -> None:
    for broken, rule, path in (
        (Holder(Pair(1, 2), bytes(7)), "no-sevens", "Holder.data"),
        (IoctlResponse(0, KEY, b"x", b"y", output_offset=112), "output-place", "IoctlResponse.output_offset"),
    ):
        for refuse in (to_wire, type(broken).encode):
            with pytest.raises(EncodeError) as caught:
                refuse(broken)
            assert (caught.value.rule, caught.value.path) == (rule, path)
    assert caught.value.status is NtStatus.INVALID_NETWORK_RESPONSE


def test_wire_fields_are_all_that_the_schema_names() -> None:
    assert to_wire(IoctlRequest(0x60194, KEY, b"abc")) == {
        "structure_size": 57, "reserved": 0, "ctl_code": 0x60194, "file_id": {"persistent": 1, "volatile": 2},
        "input_offset": 120, "input_count": 3, "max_input_response": 0, "output_offset": 0, "output_count": 0,
        "max_output_response": 0, "flags": 1, "reserved2": 0, "input": b"abc", "slack": b"",
    }  # fmt: skip
    assert to_wire(Choice(1, 2)) == {"kind": 1, "wide": 2, "low": None, "high": None, "colour": 1}
    array = to_wire(SnapshotArray(("a", "bc")))
    assert (array["snapshots"], array["snapshot_array_size"]) == ([b"a\0", b"b\0c\0"], 12)


# -- strangers


@pytest.mark.parametrize("cls", RECORDS)
@pytest.mark.parametrize(
    "stranger",
    [Rude(), RudeNumber(121), object(), released := memoryview(bytearray(16))],
    ids=lambda each: type(each).__name__,
)
def test_an_object_that_raises_whatever_it_likes_is_refused_or_written(cls: Any, stranger: Any) -> None:
    released.release()
    whole = value(cls, Random(1))
    for name in cls.__slots__:
        broken: Any = object.__new__(cls)
        for other in cls.__slots__:
            object.__setattr__(broken, other, stranger if other == name else getattr(whole, other))
        written = outcome(broken.encode)
        if isinstance(written, EncodeError):
            assert written.path.partition(".")[0] == cls.__name__
        else:
            assert type(written) is bytes


@pytest.mark.parametrize("cls", RECORDS)
def test_such_an_object_can_be_given_to_a_constructor(cls: Any) -> None:
    whole: Any = value(cls, Random(1))
    for name in cls.__slots__:
        for stranger in (Rude(), object()):
            with pytest.raises(EncodeError):
                replace(whole, **{name: stranger}).encode()


def test_an_object_that_only_counts_as_a_number_is_written_as_it_or_refused() -> None:
    written = outcome(FileId(Numbered(), 1).encode)
    assert written == FileId(5, 1).encode() or written.path == "FileId.persistent"


def test_what_nobody_can_explain_is_an_error_all_the_same() -> None:
    assert str(explain(KEY)) == "FileId: cannot be written"
    request = IoctlRequest(0, KEY, b"x")
    object.__setattr__(request, "input_offset", RudeNumber(120))
    with pytest.raises(EncodeError, match=r"^IoctlRequest"):
        request.encode()
    hostile: Any = object.__new__(Choice)
    for name, content in {"kind": 1, "wide": 2, "low": None, "high": None, "colour": 1}.items():
        object.__setattr__(hostile, name, content)
    object.__setattr__(hostile, "kind", type("Bad", (int,), {"__and__": Rude.refuse})(1))
    with pytest.raises(EncodeError, match=r"^Choice: cannot be written: ZeroDivisionError"):
        hostile.encode()


def test_to_wire_of_a_released_view_names_the_field() -> None:
    view = memoryview(bytearray(3))
    view.release()
    cls = declared("n" / Int8ul, "b" / Sized("n", Raw()), "m" / Int16ul, b=bytes, m=int)
    with pytest.raises(EncodeError, match=r"^Declared\.b: "):
        to_wire(cls(view, 1))


def test_lists_and_texts_of_the_caller_are_left_alone() -> None:
    words, name = ["a", "b"], ["x"]
    array = SnapshotArray(words)
    array.encode()
    words.append("c")
    assert array.snapshots == ("a", "b")
    with pytest.raises(EncodeError):
        ReferralRequest(4, name).encode()
    assert name == ["x"]
