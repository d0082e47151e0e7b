"""Generated functions: visible in tracebacks and debuggers, readable, and closed to what the schema does not name."""

from __future__ import annotations

import ast
import gc
import inspect
import linecache
import sys
import traceback
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

import pytest
from construct import Int8ul, Int16ub, Int16ul, Int32ul

from smb2ioctl_codec.errors import DecodeError, EncodeError
from smb2ioctl_codec.rules import MS_SMB2, SAMBA_3_6
from smb2ioctl_codec.schema import Record, Strings, Text
from smb2ioctl_codec.schema.decoder import compile_decoder
from smb2ioctl_codec.schema.encoder import compile_encoder
from smb2ioctl_codec.schema.source import Source, format_of, pasted, wire_names

from .declaring import declared
from .differential import outcome
from .records import RECORDS
from .untyped import FileId, Holder, IoctlRequest, Ordered


def last_line(error: BaseException) -> str:
    """The source line that a traceback shows for its innermost frame."""
    return traceback.extract_tb(error.__traceback__)[-1].line or ""


def text_of(function: Callable[..., Any]) -> str:
    return "".join(linecache.getlines(function.__code__.co_filename))


def test_a_traceback_shows_the_line_of_the_generated_function() -> None:
    with pytest.raises(DecodeError) as caught:
        FileId.decode(b"")
    assert last_line(caught.value).startswith("raise _explain(data)")
    shown = "".join(traceback.format_exception(caught.value))
    assert "FileId.decode" in shown
    assert "    raise _explain(data)" in shown


def test_it_is_the_line_that_ran_with_several_versions_of_one_function() -> None:
    """Each version has the tests of its own rules, so the lines differ; all stay visible."""
    body = IoctlRequest(0, FileId.NONE, b"x", input_offset=128, slack=bytes(8)).encode()
    versions = [compile_decoder(IoctlRequest, rules.layout) for rules in (SAMBA_3_6, MS_SMB2, SAMBA_3_6)]
    versions.insert(0, compile_decoder(IoctlRequest))
    for decode in versions:
        for data in (b"", bytes(56), body, body[:-1]):
            error = outcome(decode, data)
            if isinstance(error, DecodeError):
                frame = traceback.extract_tb(error.__traceback__)[-1]
                assert (frame.line or "").startswith("raise _explain(data)")
                assert frame.filename == decode.__code__.co_filename
                assert text_of(decode).splitlines()[(frame.lineno or 0) - 1].strip() == frame.line
    assert "w_input_offset != 120" in text_of(versions[1])
    assert "w_input_offset != 120" not in text_of(versions[0])
    assert len({decode.__code__.co_filename for decode in versions}) == len(versions)


def test_the_source_survives_a_check_of_the_cache() -> None:
    decode = compile_decoder(FileId)
    linecache.checkcache()
    assert text_of(decode).startswith("def decode(data):\n")
    assert inspect.getsource(decode).startswith("def decode(data):\n")


@pytest.mark.parametrize("cls", RECORDS)
def test_generated_functions_are_plain_python_and_reach_nothing_but_their_globals(cls: type[Record]) -> None:
    for make in (compile_decoder, compile_encoder):
        function = make(cls)
        assert isinstance(function, FunctionType)
        assert function.__globals__["__builtins__"] == {}
        names = _names(function.__code__)
        known = set(function.__globals__) | {
            attribute for owner in (cls, *_parts(cls))
            for attribute in (*owner.__slots__, "__class__", "join", "partition", "append", "encode", "decode")
        }  # fmt: skip
        assert names <= known, names - known
        tree = ast.parse(text_of(function))
        numbers = sum(len(wire_names(field)) for field in cls.PLAN.fields)
        assert max(len(line) for line in text_of(function).splitlines()) < 200 + 60 * numbers
        assert not [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.Lambda))]


def _parts(cls: type[Record]) -> list[Any]:
    """The records that stand in a record."""
    fields = cls.PLAN.fields
    return [
        *(field.record for field in fields if field.record is not None),
        *(part for field in fields if field.alternatives is not None for part in field.alternatives.records),
    ]


def _names(code: CodeType) -> set[str]:
    """Globals and attributes that the code asks for."""
    return set(code.co_names)


def test_fields_may_have_the_names_of_what_generated_code_uses() -> None:
    names = (
        "data",
        "len",
        "bytes",
        "type",
        "str",
        "None_",
        "unpack",
        "pack",
        "explain",
        "o",
        "n",
        "nul",
        "rules",
        "cls",
    )
    types: dict[str, Any] = dict.fromkeys(names, int)
    cls = declared(*(name / Int8ul for name in names), **types)
    values = range(1, len(names) + 1)
    assert bytes(values) == compile_encoder(cls)(cls(*values))
    one = compile_decoder(cls)(bytes(values))
    assert [getattr(one, name) for name in names] == list(values)
    texts = declared(
        "count" / Int8ul, "strings" / Strings("count"), "utf16" / Text("nul"), strings=tuple, utf16=str, nul=str
    )
    made = texts(("a", "b"), "c", "\0")
    assert texts.decode(made.encode()) == made


def test_a_global_that_two_want_is_given_twice() -> None:
    source = Source("def f():")
    one, other = object(), object()
    assert [source.use("_x", thing) for thing in (one, other, one, other)] == ["_x", "_x_", "_x", "_x_"]
    source.add(1, f"return {source.use('_x', other)}")
    assert source.compile("f", "a title")() is other


def test_formats_names_and_pasted_expressions() -> None:
    assert format_of(Ordered.PLAN.fields) == ">LhqB3s"
    assert format_of(declared("a" / Int16ul, "b" / Int8ul, "c" / Int32ul, a=int, b=int, c=int).PLAN.fields) == "<HBL"
    assert format_of(declared("a" / Int8ul, "b" / Int16ub, a=int, b=int).PLAN.fields) == ">BH"
    assert wire_names(Holder.PLAN.field("pair")) == ["w_pair_left", "w_pair_right"]
    assert wire_names(Holder.PLAN.field("check")) == ["w_check"]
    assert pasted("size - 12 if length else data") == "(_size - 12 if w_length else w_data)"


def test_an_error_holds_no_frame_of_a_large_message_alive() -> None:
    """The error is the caller's; that of the explainer is not chained to it."""
    with pytest.raises(EncodeError) as caught:
        FileId(-1, 0).encode()
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    gc.collect()
    assert sys.getrefcount(caught.value) < 10
