"""The compiled encoder: source generated from a plan.

Like the decoder it only tests: where a value does not fit, `wire.to_wire` goes through it again and names the field.
"""

from __future__ import annotations

import struct
from codecs import utf_16_le_encode
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from smb2ioctl_codec.schema import expressions, runtime
from smb2ioctl_codec.schema.plan import Field, Plan
from smb2ioctl_codec.schema.record import Record
from smb2ioctl_codec.schema.source import Source, format_of, pasted, wire_names
from smb2ioctl_codec.schema.wire import explain


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
        expressed += [f.exact for f in plan.fields] + [f.implied for f in plan.fields]
        expressed += [check.violated for check in plan.checks]
        #: the fields that an expression looks at, so that they need a local
        self.looked_at = {name for expression in expressed if expression for name in expressions.names(expression)}
        #: the text of the wire values of a fixed field, where they are not in locals
        self.inline: dict[str, list[str]] = {}
        #: condition -> the local that holds the bytes of the fields under it
        self.groups: dict[str, str] = {}
        s.globals |= {"_errors": Exception, "_explain": explain, "_bytes": runtime.as_bytes, "bytes": bytes, "len": len}
        s.globals["_refused"] = runtime.Refused
        self.at = 2
        s.add(1, "try:")
        for field in plan.fields:
            if self._given(field) and not plan.optional(field):
                getattr(self, f"_{field.kind}")(field)
        for field in plan.fields:
            if field.role in ("size-of", "count-of") and field.target and not plan.optional(field):
                s.add(2, f"w_{field.name} = {self._amount(field)}")
        for field in plan.fields:
            if field.canonical is not None:
                self._kept(field)
            if field.exact is not None and not self._fits(field):
                self._exact(field)
        self._refuse([check.violated for check in plan.checks])
        self._put_together()
        # An object of a stranger's class may raise anything when it is asked for its number or its length.
        s.add(1, "except _errors:", "    raise _explain(self) from None")

    @staticmethod
    def _given(field: Field) -> bool:
        """The class holds it, and no other value may stand for it."""
        return not field.derived and field.const is None and field.canonical is None

    def _refuse(self, conditions: list[str]) -> None:
        for condition in conditions:
            self.source.add(self.at, f"if {pasted(condition)}:", "    raise _refused")

    def _integer(self, field: Field) -> None:
        if field.condition is not None or field.name in self.looked_at:
            self.source.add(self.at, f"w_{field.name} = self.{field.name}")
        else:
            self.inline[field.name] = [f"self.{field.name}"]

    def _bytes(self, field: Field) -> None:
        s, n = self.source, field.name
        if field.convert is not None:
            s.add(self.at, f"w_{n} = {s.use('_wire', field.convert.to_bytes)}(self.{n})")
            return
        s.add(self.at, f"w_{n} = self.{n}", f"if len(w_{n}) != {field.size}:", "    raise _refused")

    def _nested(self, field: Field) -> None:
        part, whole = f"_n_{field.name}", self.source.use("_whole", field.record)
        self.source.add(self.at, f"{part} = self.{field.name}", f"if {part}.__class__ is not {whole}:")
        self.source.add(self.at + 1, "raise _refused")
        self.inline[field.name] = [f"{part}.{f.name}" for f in field.record.PLAN.fields]

    def _raw(self, field: Field) -> None:
        s, n = self.source, field.name
        s.add(self.at, f"a_{n} = self.{n}", f"if a_{n}.__class__ is not bytes:", f"    a_{n} = _bytes(a_{n})")

    _slack = _raw

    def _exact(self, field: Field) -> None:
        self.source.add(2, f"if len(a_{field.name}) != {pasted(field.exact or '')}:", "    raise _refused")

    def _text(self, field: Field) -> None:
        s, n, t = self.source, field.name, field.terminator
        s.add(self.at, f"a_{n} = self.{n}")
        if t is not None:
            s.add(self.at, f"a_{t} = self.{t}")
            s.add(self.at, f"if '\\0' in a_{n} or a_{t}[:1] not in ('', '\\0'):", "    raise _refused")
            s.add(self.at, f"a_{n} = a_{n} + a_{t}")
        s.add(self.at, f"a_{n}, _ = {s.use('_utf16', utf_16_le_encode)}(a_{n})")

    def _one(self, field: Field) -> None:
        """The bytes must be those of the record that they will be read as."""
        s, n, choice = self.source, field.name, field.alternatives
        s.add(self.at, f"_n = self.{n}", "_k = _n.__class__")
        select, branch = s.use("_select", choice.select), "if"
        for kind in choice.records:
            s.add(self.at, f"{branch} _k is {s.use('_whole', kind)}:")
            branch = "elif"
            if kind.PLAN.flat:
                s.add(self.at + 1, *self._flat(f"a_{n}", kind))
            else:
                s.add(self.at + 1, f"a_{n} = _n.encode()")
            if choice.tags is None and choice.only is None:
                s.add(self.at + 1, f"if {select}(a_{n}) is not _k:", "    raise _refused")
        s.add(self.at, "else:")
        if choice.only is not None:
            s.add(self.at + 1, "raise _refused")
            return
        s.add(self.at + 1, f"a_{n} = _bytes(_n)", f"if {select}(a_{n}) is not None:", "    raise _refused")
        if self._fits(field):
            s.add(self.at + 1, f"if len(a_{n}) != {field.width}:", "    raise _refused")

    @staticmethod
    def _fits(field: Field) -> bool:
        """Every record that the content may be has just as many bytes as it must have; bytes are tested apart."""
        kinds = field.alternatives.records if field.kind == "one" else ()
        return bool(kinds) and all(kind.PLAN.flat and kind.PLAN.head == field.width for kind in kinds)

    def _flat(self, name: str, kind: type[Record]) -> list[str]:
        """Lines that make the bytes of the record `_n`."""
        s, fields = self.source, kind.PLAN.fields
        wrong = _wrong_lengths(fields)
        lines = [f"if {' or '.join(wrong)}:", "    raise _refused"] if wrong else []
        values = []
        for f in fields:
            value = f"_n.{f.name}" if f.convert is None else f"{s.use('_wire', f.convert.to_bytes)}(_n.{f.name})"
            values.append(value if f.const is None else str(f.const))
        pack = s.use("_pack", struct.Struct(format_of(fields)).pack)
        return [*lines, f"{name} = {pack}({', '.join(values)})"]

    def _items(self, field: Field) -> None:
        s, n = self.source, field.name
        self._tuple(field)
        pack = s.use("_pack", struct.Struct(field.code).pack)
        if field.record is None:
            s.add(self.at, f"a_{n} = b''.join([{pack}(_n) for _n in _i_{n}])")
            return
        whole, parts = s.use("_whole", field.record), field.record.PLAN.fields
        tests = " or ".join([f"_n.__class__ is not {whole}", *_wrong_lengths(parts)])
        s.add(self.at, f"for _n in _i_{n}:", f"    if {tests}:")
        s.add(self.at + 2, "raise _refused")
        values = ", ".join(f"_n.{f.name}" for f in parts)
        s.add(self.at, f"a_{n} = b''.join([{pack}({values}) for _n in _i_{n}])")

    def _walk(self, field: Field) -> None:
        s, n, whole = self.source, field.name, self.source.use("_kinds", {field.record})
        self._tuple(field)
        s.globals |= {"map": map, "set": set, "type": type}
        s.add(self.at, f"if set(map(type, _i_{n})) - {whole}:", "    raise _refused")
        s.add(self.at, f"_l = [{s.use('_encode', field.record.encode)}(_n) for _n in _i_{n}]")
        if field.walk.next is None:
            self._check_sizes(field)
            s.add(self.at, f"a_{n} = b''.join(_l)")
        else:
            self._link(field)

    def _link(self, field: Field) -> None:
        """Each element but the last says how far it is to the next."""
        s, n, walk = self.source, field.name, field.walk
        place = field.record.PLAN.field(walk.next)
        pack = s.use("_pack_into", struct.Struct(place.code).pack_into)
        s.globals |= {"bytearray": bytearray}
        s.add(
            self.at, f"a_{n} = bytearray().join(_l)", f"_p = {place.offset}", "for _b in _l[:-1]:", "    _n = len(_b)"
        )
        if walk.align > 1:
            s.add(self.at + 1, f"if _n % {walk.align}:", "    raise _refused")
        s.add(self.at + 1, f"{pack}(a_{n}, _p, _n)", "_p += _n")
        if walk.last_size is not None:
            s.add(self.at, f"if _l and len(_l[-1]) != {walk.last_size}:", "    raise _refused")
        s.add(self.at, f"a_{n} = bytes(a_{n})")

    def _check_sizes(self, field: Field) -> None:
        """Each element ends where the reader of the list will look for the next; the last may be shorter."""
        s, walk, plan = self.source, field.walk, field.record.PLAN
        s.add(self.at, "_left = len(_l) - 1", "for _b in _l:")
        for name in sorted(expressions.names(walk.size)):
            part = plan.field(name)
            s.add(
                self.at + 1, f"(i_{name},) = {s.use('_step', struct.Struct(part.code).unpack_from)}(_b, {part.offset})"
            )
        s.add(self.at + 1, f"_n = {expressions.renamed(walk.size, lambda name: f'i_{name}')}")
        s.add(self.at + 1, "if len(_b) != _n and (len(_b) > _n or _left):", "    raise _refused", "_left -= 1")

    def _tuple(self, field: Field) -> None:
        s, n = self.source, field.name
        s.globals |= {"tuple": tuple, "list": list}
        s.add(self.at, f"_i_{n} = self.{n}", f"if _i_{n}.__class__ not in (tuple, list):", "    raise _refused")

    def _own(self, field: Field) -> None:
        s, n = self.source, field.name
        s.add(self.at, f"_i_{n} = self.{n}", f"a_{n} = {s.use('_own', field.own.write)}(self)")

    def _strings(self, field: Field) -> None:
        n = field.name
        self.source.add(self.at, f"_i_{n} = self.{n}", f"a_{n} = {self.source.use('_join', runtime.join)}(_i_{n})")

    def _amount(self, field: Field) -> str:
        prefix = "_i" if field.role == "count-of" else "a"
        return f"len({prefix}_{field.target})"

    def _kept(self, field: Field) -> None:
        s, n = self.source, field.name
        if field.resolved:
            s.add(2, f"w_{n} = self.{n}")
            return
        local = f"w_{n}" if field.fixed else f"a_{n}"
        if not field.fixed:  # a number that is out of range must not size anything
            for name in sorted(expressions.names(field.canonical or "") - {"size"}):
                bits = 8 * (self.plan.field(name).size or 0)
                s.add(2, f"if not {-1 << bits} < w_{name} < {1 << bits}:", "    raise _refused")
        if "size" in expressions.names(field.canonical or ""):
            s.add(2, f"_size = {self._size()}")
        s.add(2, f"{local} = self.{n}", f"if {local} is None:", f"    {local} = {pasted(field.canonical or '')}")
        if not field.fixed:
            s.add(2, f"elif {local}.__class__ is not bytes:", f"    {local} = _bytes({local})")

    def _size(self) -> str:
        """The text of the structure's bytes, once all contents are known."""
        contents = []
        for field in self.plan.fields:
            if field.kind == "slack":
                contents.append("_tail")
            elif self.plan.optional(field):
                contents.append(self.groups[field.condition or ""])
            elif not field.fixed and field.place != "at":
                contents.append(f"a_{field.name}")
        return " + ".join([str(self.plan.fixed_size), *(f"len({name})" for name in dict.fromkeys(contents))])

    def _put_together(self) -> None:
        parts: list[str] = []
        for condition, group in groupby(self.plan.fields, key=lambda f: f.condition if self.plan.optional(f) else None):
            if condition is None:
                parts += self._parts(list(group), parts)
            else:
                parts.append(self._optional(condition, list(group)))
        implied = [f for f in self.plan.fields if f.implied is not None]
        if implied:
            self.source.add(2, f"_size = {self._size()}")
            self.source.add(2, *(f"w_{f.name} = {pasted(f.implied or '')}" for f in implied))
        # Each + copies, but nothing that is empty; from four parts on, a join copies a large content less often.
        whole = " + ".join(parts) if len(parts) < 4 else f"b''.join(({', '.join(parts)}))"
        self.source.add(2, f"return {whole}")

    def _parts(self, fields: list[Field], before: list[str]) -> list[str]:
        """The texts of expressions for fields in sequence; located ones become one tail."""
        parts: list[str] = []
        for fixed, group in groupby(fields, key=lambda f: f.fixed):
            if fixed:
                parts.append(self._run(list(group), len(parts)))
                continue
            for field in group:
                if field.kind == "slack":
                    self._tail(field, [*before, *parts])
                    parts.append("_tail")
                elif field.place != "at":
                    parts.append(f"a_{field.name}")
        return parts

    def _optional(self, condition: str, fields: list[Field]) -> str:
        """The text of what holds the bytes of fields that are not in every message."""
        s, whole = self.source, f"_o_{fields[0].name}"
        self.groups[condition] = whole
        s.add(2, f"if {pasted(condition)}:")
        self.at = 3
        for field in fields:
            if self._given(field):
                getattr(self, f"_{field.kind}")(field)
        for field in fields:
            if field.target:
                s.add(3, f"w_{field.name} = {self._amount(field)}")
        s.add(3, f"{whole} = {' + '.join(self._parts(fields, []))}")
        self.at = 2
        ends = [f.terminator for f in fields]
        absent = {n: "!= ''" if n in ends else "is not None" for f in fields for n in f.attributes}
        given = " or ".join(f"self.{n} {test}" for n, test in absent.items())
        s.add(2, "else:", f"    if {given}:", "        raise _refused", f"    {whole} = b''")
        return whole

    def _run(self, run: list[Field], number: int) -> str:
        """The text of an expression that packs the run. What a condition rules out must be None, or it is lost."""
        conditions = list(dict.fromkeys(f.condition for f in run if f.condition))
        if len(conditions) < 2:
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
            if field.const is not None or field.role == "next":
                values.append(str(field.const or 0))
            else:
                values += self.inline.get(field.name, wire_names(field))
        return f"{pack}({', '.join(values)})"

    def _tail(self, slack: Field, before: list[str]) -> None:
        """Located buffers and slack; the usual case is one buffer right after what stands in sequence."""
        s, located = self.source, [f for f in self.plan.fields if f.place == "at"]
        last, head = located[-1], str(self.plan.head)
        if len(before) > 1:
            head = "_head"
            lengths = [f"len({part})" for part in before if part.startswith(("a_", "_o_"))]
            s.add(2, f"_head = {' + '.join([str(self.plan.fixed_size), *lengths])}")
        usual = [f"not a_{slack.name}", *(f"not a_{f.name}" for f in located[:-1])]
        start = str(self.plan.head + last.base) if head != "_head" else f"_head + {last.base}"
        usual.append(f"(not a_{last.name} or w_{last.offset_field} == {start})")
        buffers = "".join(f"(w_{f.offset_field} - {f.base}, a_{f.name}), " for f in located)
        s.add(2, f"if {' and '.join(usual)}:", f"    _tail = a_{last.name}")
        if len(located) == 2:
            one, two = self.plan.side_by_side
            beside = f"w_{one.offset_field} - {one.base} == {head} and "
            beside += f"w_{two.offset_field} - {two.base} == {head} + len(a_{one.name})"
            s.add(2, f"elif not a_{slack.name} and {beside}:", f"    _tail = a_{one.name} + a_{two.name}")
        s.add(2, "else:", f"    _tail = {s.use('_assemble', runtime.assemble)}({head}, ({buffers}), a_{slack.name})")


def _wrong_lengths(fields: Sequence[Field]) -> list[str]:
    """Tests of the record `_n`: struct would cut bytes that are too long, and fill up those that are too short."""
    return [f"len(_n.{f.name}) != {f.size}" for f in fields if f.kind == "bytes" and f.convert is None]
