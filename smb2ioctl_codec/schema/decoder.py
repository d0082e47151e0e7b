"""The compiled decoder: source generated from a plan.

It tests and builds; it never explains. Where it refuses, the span reader reads the same bytes again and says why.
"""

from __future__ import annotations

import struct
from codecs import utf_16_le_decode
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.schema import expressions, runtime
from smb2ioctl_codec.schema.plan import Check, Field, Plan
from smb2ioctl_codec.schema.record import Record
from smb2ioctl_codec.schema.source import Source, pasted, wire_names
from smb2ioctl_codec.schema.spans import explain


def compile_decoder(
    cls: type[Record], rules: Sequence[Check] = (), *, default: Any = None, other: Any = None
) -> Callable[..., Any]:
    """A function from bytes to a value of `cls`, which raises DecodeError for bytes that break layout, checks or rules.

    Args:
        cls: the record.
        rules: what must hold besides the record's own checks.
        default, other: given both, the function takes a second argument; where that is not `default`, it hands over to
            `other(data, argument)`. So a choice costs the usual case one comparison.
    """
    source = _Decoder(cls, tuple(rules), default, other).source
    decode: Callable[..., Any] = source.compile("decode", f"{cls.__name__}.decode")
    decode.__module__, decode.__qualname__ = cls.__module__, f"{cls.__qualname__}.decode"
    return decode


class _Decoder:
    """Writes the function from the plan, field by field in wire order."""

    def __init__(self, cls: type[Record], rules: tuple[Check, ...], default: Any, other: Any) -> None:
        self.cls = cls
        self.plan: Plan = cls.PLAN
        self.located = [f for f in self.plan.fields if f.place == "at"]
        self.source = s = Source("def decode(data):" if other is None else "def decode(data, rules=_default):")
        s.globals |= {"_default": default, "_other": other, "_bytes": runtime.as_bytes, "bytes": bytes, "len": len}
        s.globals |= {"tuple": tuple, "type": type, "_twin": cls.TWIN, "_class": cls, "None": None}
        s.globals["_refusals"] = (struct.error, UnicodeDecodeError, runtime.Refused, DecodeError)
        s.globals["_explain"] = lambda data: explain(self.plan, data, rules)
        if other is not None:
            s.add(1, "if rules is not _default:", "    return _other(data, rules)")
        s.add(1, "if type(data) is not bytes:", "    data = _bytes(data)")
        after_head = len(s.lines)
        self.tests = [check.violated for check in (*self.plan.checks, *rules)]
        self.at = 2
        #: text of the offset after what has been read, a number as long as it is known
        self.position = "0"
        s.add(1, "try:")
        self._fields()
        self._build()
        s.add(1, "except _refusals:", "    raise _explain(data) from None")
        if any("_size" in line for line in s.lines):
            s.lines.insert(after_head, "    _size = len(data)")

    def refuse_if(self, condition: str) -> None:
        self.source.add(self.at, f"if {condition}:", "    raise _explain(data)")

    def _fields(self) -> None:
        for condition, group in groupby(self.plan.fields, key=lambda f: f.condition if self.plan.optional(f) else None):
            if condition is None:
                self._sequence(list(group))
            else:
                self._optional(condition, list(group))
        tests = " or ".join(map(pasted, self.tests))
        if tests:
            self.refuse_if(tests)
        if self.position != "_size":
            self.refuse_if(f"_size != {self.position}")

    def _sequence(self, fields: list[Field]) -> None:
        for fixed, group in groupby(fields, key=lambda f: f.fixed):
            if fixed:
                self._run(list(group))
            else:
                for field in group:
                    getattr(self, "_located" if field.place == "at" else f"_{field.kind}")(field)

    def _optional(self, condition: str, fields: list[Field]) -> None:
        """Fields that are not in every message; what follows them has no fixed place."""
        s, start, end = self.source, self.position, f"_p_{fields[0].name}"
        s.add(self.at, f"if {pasted(condition)}:")
        self.at += 1
        self._sequence(fields)
        s.add(self.at, f"{end} = {self.position}")
        self.at -= 1
        absent = " = ".join(f"w_{f.name}" if f.fixed else f"a_{f.name}" for f in fields)
        s.add(self.at, "else:", f"    {end} = {start}", f"    {absent} = None")
        s.add(self.at + 1, *(f"a_{f.terminator} = ''" for f in fields if f.terminator is not None))
        self.position = end

    def _run(self, run: list[Field]) -> None:
        """Fields of fixed size side by side: one unpack, which refuses what is too short; of alternatives, the last is
        read first."""
        s, start = self.source, self.position
        conditions = list(dict.fromkeys(f.condition for f in run if f.condition))
        plain = [f for f in run if f.condition in (None, *conditions[-1:])]
        size = sum(f.size or 0 for f in plain)
        if start.isdigit():
            self.position = str(int(start) + size)
        else:
            self.position = f"_e_{run[-1].name}"
            s.add(self.at, f"{self.position} = {start} + {size}")
        targets = ", ".join(name for f in plain for name in wire_names(f))
        s.add(self.at, f"({targets},) = {s.unpacker(plain)}({'data' if start == '0' else f'data, {start}'})")
        for condition in conditions[:-1]:
            mine = [f for f in run if f.condition == condition]
            theirs = [f for f in run if f.condition == conditions[-1]]
            names, others = [", ".join(n for f in fs for n in wire_names(f)) for fs in (mine, theirs)]
            s.add(self.at, f"if {pasted(condition)}:")
            s.add(self.at + 1, f"({names},) = {s.unpacker(mine)}(data, {mine[0].offset})")
            s.add(self.at + 1, f"{others.replace(', ', ' = ')} = None")
            s.add(self.at, "else:", f"    {names.replace(', ', ' = ')} = None")
        tests = [f"w_{f.name} != {f.const}" for f in run if f.const is not None]
        tests += [f"w_{f.name} != {pasted(f.implied)}" for f in run if f.implied is not None]
        tests += [f"w_{f.name} and w_{f.name} != _size" for f in run if f.role == "next"]
        if tests:
            self.refuse_if(" or ".join(tests))

    def _extent(self, field: Field) -> str:
        """Emits what finds the end of a content in sequence; gives the text of a slice from its first byte to there."""
        start = self.position
        if field.place == "here":
            self.position = "_size"
            return f"data[{start}:]"
        if start.isdigit() and field.width is not None:
            self.position = str(int(start) + field.width)
            self.refuse_if(f"{self.position} > _size")
            return f"data[{start}:{self.position}]"
        end = f"_e_{field.name}"
        size = f"w_{field.length_field}" if field.exact is None else pasted(field.exact)
        self.source.add(self.at, f"{end} = {start} + {size}")
        self.refuse_if(f"{end} > _size" if field.exact is None else f"not {start} <= {end} <= _size")
        self.position = end
        return f"data[{start}:{end}]"

    def _raw(self, field: Field) -> None:
        self.source.add(self.at, f"a_{field.name} = {self._extent(field)}")

    def _located(self, field: Field) -> None:
        s, n, head = self.source, field.name, self.position
        s.add(self.at, f"if w_{field.length_field}:")
        s.add(self.at + 1, f"_s_{n} = w_{field.offset_field} - {field.base}")
        s.add(self.at + 1, f"_e_{n} = _s_{n} + w_{field.length_field}")
        s.add(self.at + 1, f"if _s_{n} < {head} or _e_{n} > _size:", "    raise _explain(data)")
        content, empty = f"data[_s_{n}:_e_{n}]", "b''"
        if field.kind == "text":
            content, empty = f"{s.use('_utf16', utf_16_le_decode)}({content}, 'strict', True)[0]", "''"
        s.add(self.at + 1, f"a_{n} = {content}")
        s.add(self.at, "else:", f"    _s_{n} = _e_{n} = {head}", f"    a_{n} = {empty}")

    def _text(self, field: Field) -> None:
        s, n, t = self.source, field.name, field.terminator
        utf16 = s.use("_utf16", utf_16_le_decode)
        s.add(self.at, f"a_{n}, _ = {utf16}({self._extent(field)}, 'strict', True)")
        if t is not None:
            s.add(self.at, f"a_{n}, _nul, a_{t} = a_{n}.partition('\\0')", f"a_{t} = _nul + a_{t} if a_{t} else _nul")

    def _one(self, field: Field) -> None:
        s, n, only = self.source, field.name, field.alternatives.only
        content = self._extent(field)
        if only is not None:
            s.add(self.at, f"a_{n} = {s.use('_one', only.decode)}({content})")
            return
        tags = field.alternatives.tags
        if tags is None:
            s.add(self.at, f"a_{n} = {content}", f"_k = {s.use('_select', field.alternatives.select)}(a_{n})")
            s.add(self.at, "if _k is not None:", f"    a_{n} = _k.decode(a_{n})")
            return
        s.add(self.at, f"a_{n} = {content}", f"_tag = a_{n}[{tags.start}:{tags.end}]")
        branch = "if"
        for tag, kind in tags.records.items():
            s.add(self.at, f"{branch} _tag == {tag!r}:")
            branch = "elif"
            if kind.PLAN.flat and kind.PLAN.head == field.width:
                self._flat(f"a_{n}", kind)
            else:
                s.add(self.at + 1, f"a_{n} = {s.use('_one', kind.decode)}(a_{n})")

    def _flat(self, name: str, kind: type[Record]) -> None:
        """The record in the bytes that `name` holds, whose tag is known to be right, takes their place."""
        s, fields = self.source, kind.PLAN.fields
        s.add(self.at + 1, f"({''.join(f'i_{f.name}, ' for f in fields)}) = {s.unpacker(fields)}({name})")
        s.add(self.at + 1, f"{name} = {s.use('_part', kind.TWIN)}()")
        consts = [f"i_{f.name} != {f.const}" for f in fields if f.const is not None]
        s.add(self.at + 1, f"if {' or '.join(consts)}:", "    raise _explain(data)")
        for f in fields:
            value = f"i_{f.name}" if f.convert is None else f"{s.use('_value', f.convert.to_value)}(i_{f.name})"
            if f.const is None:
                s.add(self.at + 1, f"{name}.{f.name} = {value}")
        s.add(self.at + 1, f"{name}.__class__ = {s.use('_whole', kind)}")

    def _items(self, field: Field) -> None:
        s, n, start = self.source, field.name, self.position
        unpacker = struct.Struct(field.code)
        if field.count_field is None:
            self.position, content = "_size", f"data[{start}:]"
            self.refuse_if(f"(_size - {start}) % {unpacker.size}")
        else:
            self.position, content = f"_e_{n}", f"data[{start}:_e_{n}]"
            s.add(self.at, f"_e_{n} = {start} + {unpacker.size} * w_{field.count_field}")
            self.refuse_if(f"_e_{n} > _size")
        unpack = s.use("_items", unpacker.iter_unpack)
        if field.record is None:
            s.add(self.at, f"a_{n} = tuple([_i for (_i,) in {unpack}({content})])")
            return
        twin, frozen = s.use("_part", field.record.TWIN), s.use("_whole", field.record)
        parts = [f.name for f in field.record.PLAN.fields]
        s.add(self.at, f"a_{n} = []", f"_add = a_{n}.append")
        s.add(self.at, f"for ({''.join(f'i_{name}, ' for name in parts)}) in {unpack}({content}):")
        s.add(self.at + 1, f"_n = {twin}()", *(f"_n.{name} = i_{name}" for name in parts))
        s.add(self.at + 1, f"_n.__class__ = {frozen}", "_add(_n)")
        s.add(self.at, f"a_{n} = tuple(a_{n})")

    def _walk(self, field: Field) -> None:
        """Each element is cut out and given to the decoder of its record."""
        s, n, walk, plan = self.source, field.name, field.walk, field.record.PLAN
        s.add(self.at, f"a_{n} = []", f"_add = a_{n}.append", f"_p = {self.position}")
        if field.count_field is None:
            s.add(self.at, "while _p < _size:")
        else:
            s.add(self.at, f"_left = w_{field.count_field}", "while _left:", "    _left -= 1")
        s.add(self.at + 1, *self._step(walk, plan))
        s.add(self.at + 1, f"_add({s.use('_element', field.record.decode)}(data[_p:_q]))", "_p = _q")
        if walk.next is not None:
            s.add(self.at + 1, "if not _n:", "    break")
        s.add(self.at, f"a_{n} = tuple(a_{n})")
        if field.count_field is not None:
            self.refuse_if(f"len(a_{n}) != w_{field.count_field}")
        self.position = "_p"

    def _step(self, walk: Any, plan: Plan) -> list[str]:
        """Lines that find the end of the element at `_p`."""
        names = [walk.next] if walk.next is not None else sorted(expressions.names(walk.size))
        lines = []
        for name in names:
            part = plan.field(name)
            unpack = self.source.use("_step", struct.Struct(part.code).unpack_from)
            place = f"_p + {part.offset}" if part.offset else "_p"
            lines.append(f"({'_n' if walk.next is not None else f'i_{name}'},) = {unpack}(data, {place})")
        if walk.next is None:
            return [*lines, f"_n = {expressions.renamed(walk.size, lambda name: f'i_{name}')}", f"if _n < {plan.head}:",
                    "    raise _explain(data)", "_q = _p + _n", "if _q > _size:", "    _q = _size"]  # fmt: skip
        last = "_size" if walk.last_size is None else f"_p + {walk.last_size}"
        return [*lines, "if _n:", "    _q = _p + _n",
                f"    if _n % {walk.align} or _n < {plan.head} or _q >= _size:", "        raise _explain(data)",
                "else:", f"    _q = {last}"]  # fmt: skip

    def _own(self, field: Field) -> None:
        read, targets = self.source.use("_own", field.own.read), ", ".join(f"a_{name}" for name in field.attributes)
        count = "None" if field.count_field is None else f"w_{field.count_field}"
        self.source.add(self.at, f"({targets},) = {read}(data, {self.position}, {count})")
        self.position = "_size"

    def _strings(self, field: Field) -> None:
        helper, end = self.source.use("_strings", runtime.strings), f"_e_{field.name}"
        self.source.add(self.at, f"a_{field.name}, {end} = {helper}(data, {self.position}, w_{field.count_field})")
        self.position = end

    def _slack(self, field: Field) -> None:
        """The usual case is one buffer that starts at the fixed part's end and fills the rest, or two side by side."""
        s, head, names = self.source, self.position, [f.name for f in self.located]
        ranges = "".join(f"(_s_{n}, _e_{n}), " for n in names)
        helper = s.use("_slack", runtime.slack)
        s.add(self.at, f"if _s_{names[-1]} == {head} and _e_{names[-1]} == _size:", f"    a_{field.name} = b''")
        if len(names) == 2:
            one, two = (f.name for f in self.plan.side_by_side)
            beside = f"_s_{one} == {head} and _s_{two} == _e_{one} and _e_{two} == _size"
            s.add(self.at, f"elif {beside}:", f"    a_{field.name} = b''")
        s.add(self.at, "else:", f"    a_{field.name} = {helper}(data, {head}, ({ranges}))")
        self.position = "_size"

    def _build(self) -> None:
        s = self.source
        s.add(self.at, "_o = _twin()")
        for field in self.plan.fields:
            for attribute in field.attributes:
                s.add(self.at, *self._attribute(field, attribute))
        s.add(self.at, "_o.__class__ = _class", "return _o")

    def _attribute(self, field: Field, attribute: str) -> list[str]:
        name = f"w_{attribute}" if field.fixed else f"a_{attribute}"
        if field.kind == "nested":
            twin, frozen = self.source.use("_part", field.record.TWIN), self.source.use("_whole", field.record)
            parts = [f"_n.{f.name} = {n}" for f, n in zip(field.record.PLAN.fields, wire_names(field), strict=True)]
            return [f"_n = {twin}()", *parts, f"_n.__class__ = {frozen}", f"_o.{attribute} = _n"]
        if field.enum is not None:
            return [f"_o.{attribute} = {self.source.use('_enum', field.enum.map())}[{name}]"]
        if field.convert is not None:
            return [f"_o.{attribute} = {self.source.use('_value', field.convert.to_value)}({name})"]
        if field.canonical is not None and not field.resolved:
            return [f"_o.{attribute} = None if {name} == {pasted(field.canonical)} else {name}"]
        return [f"_o.{attribute} = {name}"]
