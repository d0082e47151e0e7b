"""Layout rows: the table of a structure, from the same plan."""

from __future__ import annotations

from random import Random

import pytest

from smb2ioctl_codec import layout
from smb2ioctl_codec.schema import Record, Row
from smb2ioctl_codec.schema.spans import read

from .mutants import encoded
from .records import RECORDS
from .untyped import Choice, Header, IoctlRequest, Sentence


def test_rows_of_the_request() -> None:
    rows = [(row.name, row.offset, row.size, row.type, row.role) for row in layout(IoctlRequest)]
    assert rows == [
        ("structure_size", 0, 2, "u16", "const"),
        ("reserved", 2, 2, "u16", "reserved"),
        ("ctl_code", 4, 4, "CtlCode", "data"),
        ("file_id", 8, 16, "FileId", "data"),
        ("input_offset", 24, 4, "u32", "offset-of input"),
        ("input_count", 28, 4, "u32", "size-of input"),
        ("max_input_response", 32, 4, "u32", "data"),
        ("output_offset", 36, 4, "u32", "data"),
        ("output_count", 40, 4, "u32", "data"),
        ("max_output_response", 44, 4, "u32", "data"),
        ("flags", 48, 4, "u32", "data"),
        ("reserved2", 52, 4, "u32", "reserved"),
        ("input", None, None, "bytes", "data"),
        ("slack", None, None, "bytes", "data"),
    ]


def test_documentation_of_a_constant_says_its_value() -> None:
    rows = {row.name: row for row in (*layout(Header), *layout(IoctlRequest))}
    assert rows["protocol_id"].doc == "1112364030; 0xFE 'SMB'"
    assert rows["structure_size"].doc == "57"
    assert rows["message_id"].doc == ""
    assert rows["credits"].doc.startswith("CreditRequest")


def test_rows_of_alternatives_and_counts() -> None:
    assert [(row.name, row.offset, row.size) for row in layout(Choice)] == [
        ("kind", 0, 1), ("wide", 1, 4), ("low", 1, 2), ("high", 3, 2), ("colour", 5, 1),
    ]  # fmt: skip
    roles = {row.name: row.role for row in layout(Sentence)}
    assert (roles["count"], roles["blob_length"], roles["words"]) == ("count-of words", "size-of blob", "data")


@pytest.mark.parametrize("cls", RECORDS)
def test_rows_are_where_the_span_reader_finds_the_fields(cls: type[Record]) -> None:
    rows = {row.name: row for row in layout(cls)}
    assert all(isinstance(row, Row) for row in rows.values())
    assert list(rows) == [subcon.name for subcon in cls.SCHEMA.subcons]
    for number in range(20):
        for span in read(cls.PLAN, encoded(cls, Random(number))).spans:
            assert rows[span.name].offset in (None, span.offset)
            assert rows[span.name].size in (None, span.size)
