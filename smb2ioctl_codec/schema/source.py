"""Generated functions: collecting lines, compiling them, keeping them visible to tracebacks and debuggers."""

from __future__ import annotations

import linecache
import struct
from collections.abc import Iterable
from itertools import count
from typing import Any

from smb2ioctl_codec.schema import expressions
from smb2ioctl_codec.schema.plan import Field

_numbers = count(1)


class Source:
    """The text of one generated function and the globals that it needs.

    Names of our own start with an underscore, wire values with ``w_`` and attributes with ``a_``, so that no field's
    name can shadow one.
    """

    def __init__(self, head: str) -> None:
        self.lines = [head]
        self.globals: dict[str, Any] = {"__builtins__": {}}

    def add(self, indent: int, *lines: str) -> None:
        self.lines += ["    " * indent + line for line in lines]

    def use(self, name: str, value: Any) -> str:
        """A global of the function: `name`, made unique if another value has it."""
        while self.globals.setdefault(name, value) is not value:
            name += "_"
        return name

    def unpacker(self, fields: Iterable[Field]) -> str:
        return self.use("_unpack", struct.Struct(format_of(fields)).unpack_from)

    def compile(self, name: str, title: str) -> Any:
        text = "\n".join(self.lines) + "\n"
        filename = f"<smb2ioctl_codec {title} {next(_numbers)}>"
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        exec(compile(text, filename, "exec"), self.globals)  # noqa: S102 - the text comes from schemas alone, never from input
        return self.globals[name]


def format_of(fields: Iterable[Field]) -> str:
    """The struct format of fields of fixed size that share a byte order."""
    codes = [f.code for f in fields]
    order = ">" if any(code[0] == ">" and code[1] not in "bBs" for code in codes) else "<"
    return order + "".join(code[1:] for code in codes)


def wire_names(field: Field) -> list[str]:
    """The locals that hold a fixed field's wire values: one, or one for each part of a nested record."""
    if field.kind == "nested":
        return [f"w_{field.name}_{part.name}" for part in field.record.PLAN.fields]
    return [f"w_{field.name}"]


def pasted(expression: str) -> str:
    """An expression over fields as source text over locals."""
    return expressions.renamed(expression, lambda name: "_size" if name == "size" else f"w_{name}")
