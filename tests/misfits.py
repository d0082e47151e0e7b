"""Things that belong into no field of any value, or hardly."""

from __future__ import annotations

import array
import datetime
import decimal
import fractions
import uuid
from collections.abc import Iterator
from typing import Any

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.dfs import ReferralRequest

#: values of the library that cannot be encoded themselves
_wrong: Any = None
_BROKEN_VALUES = [
    s2.FileId(-1, _wrong), s2.ErrorResponse(error_context_count=3), s2.Header(flags=_wrong),
    s2.Packet(_wrong, _wrong), [s2.Packet(_wrong, _wrong)],
]  # fmt: skip


class _Bytes(bytes):
    """Bytes that claim to be longer."""

    def __len__(self) -> int:
        return 1 << 40


class _Text(str):
    """Text that encodes as it likes."""

    __slots__ = ()

    def encode(self, *_: Any) -> bytes:
        return b"\0\xd8"


class _Number(int):
    """A number that is another when asked for."""

    def __index__(self) -> int:
        return 1 << 70


def _traps() -> Iterator[Any]:
    """Objects that raise when something is done with them."""
    for trouble in (ZeroDivisionError, KeyError, RecursionError, MemoryError, StopIteration, UnicodeError):
        for name in (
            "index",
            "len",
            "iter",
            "eq",
            "ne",
            "bytes",
            "bool",
            "hash",
            "and",
            "lt",
            "rshift",
            "getitem",
            "contains",
        ):

            def trap(*_: Any, _trouble: type[Exception] = trouble) -> Any:
                raise _trouble

            yield type("Trap", (), {f"__{name}__": trap})()
        yield type("Trap", (), {"__getattr__": trap})()
        yield type("Trap", (), {"__class__": property(trap)})()


def objects() -> list[Any]:
    """Make one of each kind: each call makes new ones."""
    released = memoryview(b"abc")
    released.release()
    numbers: list[Any] = [
        True,
        0,
        -1,
        1 << 16,
        1 << 32,
        1 << 64,
        10**5000,
        -(10**5000),
        1.5,
        float("nan"),
        float("inf"),
        1j,
    ]
    numbers += [decimal.Decimal(1), fractions.Fraction(1), s2.CtlCode(5), s2.NtStatus.SUCCESS, _Number(5)]
    texts = ["", "text", "\0", "\ud800", "\udc00x", _Text("x")]
    buffers: list[Any] = [b"", b"x", b"x" * 16, bytearray(b"xy"), memoryview(b"abc"), memoryview(b"abcdef")[::2]]
    buffers += [memoryview(array.array("I", [1, 2])), released, array.array("B", b"abc"), _Bytes(b"x")]
    containers: list[Any] = [
        [],
        [1],
        ["a"],
        ["\ud800"],
        [None],
        (),
        (None,),
        ("a", b"b"),
        {},
        {"a": 1},
        {"a"},
        set(),
        frozenset(),
    ]
    containers += [range(3), iter([1]), (x for x in "ab")]
    others: list[Any] = [
        None,
        object(),
        object,
        type,
        len,
        lambda: 1,
        ...,
        NotImplemented,
        Exception("x"),
        uuid.UUID(int=1),
    ]
    others += [datetime.datetime(1, 1, 1), s2.FileId.NONE, ReferralRequest(1, "")]
    return [*numbers, *texts, *buffers, *containers, *others, *_BROKEN_VALUES, *_traps()]
