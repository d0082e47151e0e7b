"""The compiled encoder: source generated from a plan.

Like the decoder it only tests: where a value does not fit, `wire.to_wire` goes through it again and names the field.
"""

from __future__ import annotations

import struct
from codecs import utf_16_le_encode
from collections.abc import Callable
from itertools import groupby
from typing import Any

from smb2ioctl_codec.schema import expressions, runtime
from smb2ioctl_codec.schema.plan import Field, Plan
from smb2ioctl_codec.schema.record import Record
from smb2ioctl_codec.schema.source import Source, format_of, pasted, wire_names
from smb2ioctl_codec.schema.wire import explain

_compiled: dict[type[Record], Callable[[Any], bytes]] = {}


def encoder(cls: type[Record]) -> Callable[[Any], bytes]:
    """The record's compiled encoder, for classes whose own `encode` does more."""
    if cls not in _compiled:
        _compiled[cls] = compile_encoder(cls)
    return _compiled[cls]


def compile_encoder(cls: type[Record]) -> Callable[[Any], bytes]:
    """A function from a value of `cls` to bytes, which raises EncodeError for a value that does not fit."""
    encode: Callable[[Any], bytes] = _Encoder(cls.PLAN).source.compile("encode", f"{cls.__name__}.encode")
    encode.__module__, encode.__qualname__ = cls.__module__, f"{cls.__qualname__}.encode"
    return encode


class _Encoder:
    """Writes the function: first every attribute becomes wire values and bytes, then these are put together."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.source = s = Source("def encode(self):")
        expressed = [f.condition for f in plan.fields] + [f.canonical for f in plan.fields]
        expressed += [check.violated for check in plan.checks]
        #: the fields that an expression looks at, so that they need a local
        self.looked_at = {name for expression in expressed if expression for name in expressions.names(expression)}
        #: the text of the wire values of a fixed field, where they are not in locals
        self.inline: dict[str, list[str]] = {}
        s.globals |= {"_errors": Exception, "_explain": explain, "_bytes": runtime.as_bytes, "bytes": bytes, "len": len}
        s.globals["_refused"] = runtime.Refused
        s.add(1, "try:")
        for field in plan.fields:
            if not field.derived and field.const is None and field.canonical is None:
                getattr(self, f"_{field.kind}")(field)
        for field in plan.fields:
            if field.role in ("size-of", "count-of"):
                s.add(2, f"w_{field.name} = {self._amount(field)}")
        for field in plan.fields:
            if field.canonical is not None:
                self._kept(field)
        self._refuse([check.violated for check in plan.checks])
        self._put_together()
        # An object of a stranger's class may raise anything when it is asked for its number or its length.
        s.add(1, "except _errors:", "    raise _explain(self) from None")

    def _refuse(self, conditions: list[str]) -> None:
        for condition in conditions:
            self.source.add(2, f"if {pasted(condition)}:", "    raise _refused")

    def _integer(self, field: Field) -> None:
        if field.condition is not None or field.name in self.looked_at:
            self.source.add(2, f"w_{field.name} = self.{field.name}")
        else:
            self.inline[field.name] = [f"self.{field.name}"]

    def _bytes(self, field: Field) -> None:
        n = field.name
        self.source.add(2, f"w_{n} = self.{n}", f"if len(w_{n}) != {field.size}:", "    raise _refused")

    def _nested(self, field: Field) -> None:
        part, whole = f"_n_{field.name}", self.source.use("_whole", field.record)
        self.source.add(2, f"{part} = self.{field.name}", f"if {part}.__class__ is not {whole}:")
        self.source.add(3, "raise _refused")
        self.inline[field.name] = [f"{part}.{f.name}" for f in field.record.PLAN.fields]

    def _raw(self, field: Field) -> None:
        n = field.name
        self.source.add(2, f"a_{n} = self.{n}", f"if a_{n}.__class__ is not bytes:", f"    a_{n} = _bytes(a_{n})")

    _slack = _raw

    def _text(self, field: Field) -> None:
        s, n, t = self.source, field.name, field.terminator
        s.add(2, f"a_{n} = self.{n}")
        if t is not None:
            s.add(2, f"a_{t} = self.{t}")
            s.add(2, f"if '\\0' in a_{n} or a_{t}[:1] not in ('', '\\0'):", "    raise _refused")
            s.add(2, f"a_{n} = a_{n} + a_{t}")
        s.add(2, f"a_{n}, _ = {s.use('_utf16', utf_16_le_encode)}(a_{n})")

    def _strings(self, field: Field) -> None:
        n = field.name
        self.source.add(2, f"_i_{n} = self.{n}", f"a_{n} = {self.source.use('_join', runtime.join)}(_i_{n})")

    def _amount(self, field: Field) -> str:
        prefix = "_i" if field.role == "count-of" else "a"
        return f"len({prefix}_{field.target})"

    def _kept(self, field: Field) -> None:
        s, n = self.source, field.name
        if field.resolved:
            s.add(2, f"w_{n} = self.{n}")
            return
        local = f"w_{n}" if field.fixed else f"a_{n}"
        if "size" in expressions.names(field.canonical or ""):
            contents = [f.name for f in self.plan.fields if not f.fixed]
            s.add(2, "_size = " + " + ".join([str(self.plan.fixed_size), *(f"len(a_{name})" for name in contents)]))
        s.add(2, f"{local} = self.{n}", f"if {local} is None:", f"    {local} = {pasted(field.canonical or '')}")
        if not field.fixed:
            s.add(2, f"elif {local}.__class__ is not bytes:", f"    {local} = _bytes({local})")

    def _put_together(self) -> None:
        parts: list[str] = []
        for fixed, group in groupby(self.plan.fields, key=lambda f: f.fixed):
            if fixed:
                parts.append(self._run(list(group), len(parts)))
                continue
            for field in group:
                if field.kind == "slack":
                    parts.append("_tail")
                    self._tail(field)
                elif field.place != "at":
                    parts.append(f"a_{field.name}")
        # Each + copies; from three parts on, a join copies a large content once less.
        whole = " + ".join(parts) if len(parts) < 3 else f"b''.join(({', '.join(parts)}))"
        self.source.add(2, f"return {whole}")

    def _run(self, run: list[Field], number: int) -> str:
        """The text of an expression that packs the run. What a condition rules out must be None, or it is lost."""
        conditions = list(dict.fromkeys(f.condition for f in run if f.condition))
        if not conditions:
            return self._packed(run)
        for place, condition in enumerate(conditions):
            variant = [f for f in run if f.condition in (None, condition)]
            absent = [f"w_{f.name} is not None" for f in run if f.condition not in (None, condition)]
            self.source.add(2, f"if {pasted(condition)}:" if place == 0 else "else:")
            self.source.add(3, f"if {' or '.join(absent)}:", "    raise _refused")
            self.source.add(3, f"_r{number} = {self._packed(variant)}")
        return f"_r{number}"

    def _packed(self, run: list[Field]) -> str:
        pack = self.source.use("_pack", struct.Struct(format_of(run)).pack)
        values: list[str] = []
        for field in run:
            values += [str(field.const)] if field.const is not None else self.inline.get(field.name, wire_names(field))
        return f"{pack}({', '.join(values)})"

    def _tail(self, slack: Field) -> None:
        """Located buffers and slack; the usual case is one buffer right after the fixed part."""
        s, head = self.source, self.plan.head
        located = [f for f in self.plan.fields if f.place == "at"]
        last = located[-1]
        usual = [f"not a_{slack.name}", *(f"not a_{f.name}" for f in located[:-1])]
        usual.append(f"(not a_{last.name} or w_{last.offset_field} == {head + last.base})")
        buffers = "".join(f"(w_{f.offset_field} - {f.base}, a_{f.name}), " for f in located)
        s.add(2, f"if {' and '.join(usual)}:", f"    _tail = a_{last.name}")
        s.add(2, "else:", f"    _tail = {s.use('_assemble', runtime.assemble)}({head}, ({buffers}), a_{slack.name})")
