"""Bytes from the offsets that a document prints: what tests hold records of payloads against."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

import smb2ioctl_codec as s2
from smb2ioctl_codec.schema import Record


class Column(NamedTuple):
    """A field: its name, its offset in bytes, its struct code."""

    name: str
    offset: int
    code: str

    @property
    def size(self) -> int:
        return struct.calcsize("<" + self.code)


def columns(text: str) -> tuple[Column, ...]:
    """The fields of a table with a line ``offset code name`` for each."""
    lines = [line.split() for line in text.strip().splitlines()]
    return tuple(Column(name, int(offset), code) for offset, code, name in lines)


def numbered(table: tuple[Column, ...]) -> dict[str, Any]:
    """A value for every field that no other has, negative where it can be, with a byte of its own at each end."""
    found: dict[str, Any] = {}
    for number, column in enumerate(table, 1):
        if column.code.endswith("s"):
            found[column.name] = bytes([number]) * column.size
        elif column.size == 1:
            found[column.name] = number
        else:
            high = 1 << 8 * column.size - (1 if column.code.islower() else 8)
            found[column.name] = number - high if column.code.islower() else number * high + number
    return found


def packed(table: tuple[Column, ...], values: dict[str, Any]) -> bytes:
    """The values at their offsets; zeros between them."""
    made = bytearray(max(column.offset + column.size for column in table))
    for column in table:
        struct.pack_into("<" + column.code, made, column.offset, values[column.name])
    return bytes(made)


def assert_laid_out(kind: type[Record], table: tuple[Column, ...]) -> None:
    """The record's fixed part is that table, row by row."""
    rows = [row[:3] for row in s2.layout(kind)[: len(table)]]
    assert rows == [(column.name, column.offset, column.size) for column in table]


def assert_both_ways(kind: type[Record], table: tuple[Column, ...], **other: Any) -> None:
    """The record is that table, and every field goes where the table says and comes from there."""
    assert_laid_out(kind, table)
    values = {**numbered(table), **other}
    data = packed(table, values)
    decoded = kind.decode(data)
    assert {name: getattr(decoded, name) for name in values} == values
    assert kind(**values).encode() == data
    assert decoded == kind(**values)


def assert_cut(kind: type[Record], table: tuple[Column, ...]) -> None:
    """Every cut names the field that it goes through; a byte too many is noticed, or kept where there is a place."""
    data = packed(table, numbered(table))
    for size in range(len(data)):
        through = next(column for column in table if column.offset + column.size > size)
        with pytest.raises(s2.DecodeError) as caught:
            kind.decode(data[:size])
        error = caught.value
        assert (error.path, error.offset) == (f"{kind.__name__}.{through.name}", through.offset)
        assert (error.needed, error.available) == (through.size, size - through.offset)
    if "trailing" in kind.__slots__:
        longer = kind.decode(data + b"\1")
        assert longer == replace(kind.decode(data), trailing=b"\1")  # type: ignore[type-var]
        assert longer.encode() == data + b"\1"
        return
    with pytest.raises(s2.DecodeError) as caught:
        kind.decode(data + b"\0")
    assert (caught.value.path, caught.value.offset) == (kind.__name__, len(data))
