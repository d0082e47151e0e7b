"""Lowering: a schema becomes a flat tuple of `Field`, once; every reader but construct works from that tuple.

Roles come from references: a field that another one names as its offset, length or count has that role, is derived on
encode, and does not stand in the class unless it is `Kept`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from construct import Bytes, Construct, FormatField, Renamed, Struct

from smb2ioctl_codec.schema import contents, notation
from smb2ioctl_codec.schema.expressions import opposite
from smb2ioctl_codec.schema.grammar import check_schema
from smb2ioctl_codec.schema.value import value_class

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["integer", "bytes", "nested", "raw", "text", "strings", "items", "one", "walk", "own", "slack"]
Place = Literal["here", "sized", "exactly", "at"]
Role = Literal["data", "const", "reserved", "offset-of", "size-of", "count-of", "next"]


class Check(Protocol):
    """A test over wire fields; `rules.Rule` is one."""

    @property
    def id(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def violated(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def status(self) -> Any: ...
    @property
    def needed(self) -> str | None: ...
    @property
    def available(self) -> str | None: ...
    @property
    def limit(self) -> str | None: ...


@value_class
class Field:
    """One named field of a schema, as every reader sees it. Sizes and offsets are bytes."""

    name: str
    doc: str
    kind: Kind
    type: str
    #: struct format of an integer or of bytes of fixed size, byte order first
    code: str = ""
    size: int | None = None
    #: from the record's first byte; None where it depends on other fields
    offset: int | None = None
    role: Role = "data"
    target: str | None = None
    const: int | None = None
    enum: Any = None
    record: Any = None
    #: a scalar's way from and to bytes
    convert: Any = None
    #: records of which the content is one
    alternatives: Any = None
    #: how the elements of a chain follow one another: the `Walk`
    walk: Any = None
    #: the content that reads itself
    own: Any = None
    #: what the bytes make of the number
    implied: str | None = None
    #: the field is there only if this holds
    condition: str | None = None
    canonical: str | None = None
    #: the class holds the canonical value too, not None
    resolved: bool = False
    place: Place = "here"
    offset_field: str | None = None
    length_field: str | None = None
    #: bytes of the content, as an expression
    exact: str | None = None
    count_field: str | None = None
    base: int = 0
    terminator: str | None = None
    status: Any = None

    @property
    def fixed(self) -> bool:
        return self.size is not None

    @property
    def width(self) -> int | None:
        """Bytes, where they depend on no other field."""
        return int(self.exact) if self.exact is not None and self.exact.isdigit() else self.size

    @property
    def derived(self) -> bool:
        """Encoding computes it from other fields."""
        return self.role in ("offset-of", "size-of", "count-of", "next")

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes of the class that hold this field."""
        if self.role == "const" or (self.derived and self.canonical is None):
            return ()
        if self.own is not None:
            return tuple(self.own.attributes)
        return (self.name,) if self.terminator is None else (self.name, self.terminator)


@value_class
class Plan:
    """A lowered schema."""

    name: str
    section: str
    schema: Any
    fields: tuple[Field, ...]
    checks: tuple[Check, ...]
    #: bytes of the fixed part at the start: the least a record can have
    head: int

    @property
    def fixed_size(self) -> int:
        """Bytes of all fields of fixed size that are in every message; of alternatives, of one."""
        certain = (f for f in self.fields if not self.optional(f))
        return sum(f.size or 0 for f in certain if f.condition is None or not f.condition.startswith("not "))

    @property
    def side_by_side(self) -> list[Field]:
        """The located fields in the order in which their canonical offsets have them: what starts at a number first."""
        located = [f for f in self.fields if f.place == "at"]
        return sorted(located, key=lambda f: not (self.field(f.offset_field or "").canonical or "").isdigit())

    @property
    def flat(self) -> bool:
        """One struct format says all: it can be read and written in the midst of another record."""
        return all(
            f.kind in ("integer", "bytes") and f.role in ("data", "reserved", "const")
            and not (f.enum or f.canonical or f.condition)
            for f in self.fields
        ) and not self.checks  # fmt: skip

    def optional(self, field: Field) -> bool:
        """Not in every message, and no alternative takes its place."""
        return _is_optional(field, self.fields)

    def field(self, name: str) -> Field:
        return next(f for f in self.fields if f.name == name)


def lower(name: str, section: str, schema: Struct, checks: Sequence[Check]) -> Plan:
    """The plan of a schema; TypeError where the schema says what no reader can do."""
    fields = _with_roles(_with_offsets([_field(subcon) for subcon in schema.subcons]))
    check_schema(name, fields, checks)
    return Plan(name, section, schema, tuple(fields), tuple(checks), _head(fields))


def _is_optional(field: Field, fields: Sequence[Field]) -> bool:
    return field.condition is not None and opposite(field.condition) not in {f.condition for f in fields}


def _head(fields: list[Field]) -> int:
    certain = [f for f in fields if f.offset is not None and f.width is not None and not _is_optional(f, fields)]
    return max(((f.offset or 0) + (f.width or 0) for f in certain), default=0)


def _field(subcon: Construct) -> Field:
    name, doc = "", ""
    while isinstance(subcon, Renamed):
        name, doc = name or subcon.name, doc or subcon.docs
        subcon = subcon.subcon
    return Field(name=name, doc=doc, **_describe(subcon))


def _describe(subcon: Construct) -> dict[str, Any]:
    """What a construct says, as arguments of `Field`."""
    for describe in (_mark, _placement, _content, _scalar):
        found = describe(subcon)
        if found is not None:
            return found
    raise TypeError(f"the schema language has no {subcon!r}")


def _mark(subcon: Construct) -> dict[str, Any] | None:
    match subcon:
        case notation.Fixed():
            return _describe(subcon.subcon) | {"role": "const", "const": subcon.value}
        case notation.Reserved():
            return _describe(subcon.subcon) | {"role": "reserved"}
        case notation.Tag():
            return _describe(subcon.subcon) | {"enum": subcon.enum, "type": subcon.enum.__name__}
        case notation.Kept():
            return _describe(subcon.subcon) | {"canonical": subcon.canonical, "resolved": subcon.resolved}
        case notation.Implied():
            return _describe(subcon.subcon) | {"implied": subcon.value, "role": "size-of"}
        case notation.Next():
            return _describe(subcon.subcon) | {"role": "next"}
        case notation.When():
            negation = "not " if subcon.negated else ""
            return _describe(subcon.subcon) | {"condition": f"{negation}({subcon.condition})"}
    return None


def _placement(subcon: Construct) -> dict[str, Any] | None:
    match subcon:
        case notation.Sized():
            return _describe(subcon.content) | {"place": "sized", "length_field": subcon.length}
        case notation.Exactly():
            return _describe(subcon.content) | {"place": "exactly", "exact": subcon.size}
        case notation.At():
            at = {"place": "at", "length_field": subcon.length, "offset_field": subcon.offset, "base": subcon.base}
            return _describe(subcon.content) | at
    return None


def _content(subcon: Construct) -> dict[str, Any] | None:
    match subcon:
        case contents.Text():
            return {"kind": "text", "type": "UTF-16", "terminator": subcon.terminator, "status": subcon.status}
        case contents.Raw():
            return {"kind": "raw", "type": "bytes"}
        case contents.Strings():
            return {"kind": "strings", "type": "UTF-16 strings", "count_field": subcon.count}
        case contents.Items(record=None) if isinstance(subcon.subcon, FormatField):
            element = _describe(subcon.subcon)
            return {"kind": "items", "type": f"{element['type']}[]", "code": element["code"],
                    "count_field": subcon.count}  # fmt: skip
        case contents.Items() if subcon.record is not None:
            plan = subcon.record.PLAN
            return {"kind": "items", "type": f"{plan.name}[]", "code": _code_of(plan), "record": subcon.record,
                    "count_field": subcon.count}  # fmt: skip
        case contents.One():
            names = " or ".join(each.PLAN.name for each in subcon.alternatives.records)
            return {"kind": "one", "type": names, "alternatives": subcon.alternatives}
        case contents.Walk():
            return {"kind": "walk", "type": f"{subcon.record.PLAN.name}[]", "record": subcon.record, "walk": subcon,
                    "count_field": subcon.count}  # fmt: skip
        case contents.Own():
            return {"kind": "own", "type": subcon.type, "own": subcon, "count_field": subcon.count}
        case notation.Slack():
            return {"kind": "slack", "type": "bytes"}
    return None


def _scalar(subcon: Construct) -> dict[str, Any] | None:
    match subcon:
        case notation.Nested():
            plan = subcon.record.PLAN
            parts = {"record": subcon.record, "type": plan.name, "size": plan.head, "code": _code_of(plan)}
            return {"kind": "nested", **parts}
        case notation.Ticks():
            return _describe(subcon.subcon) | {"type": "FILETIME"}
        case notation.Converted():
            size = {"code": f"<{subcon.size}s", "size": subcon.size}
            return {"kind": "bytes", "type": subcon.type, "convert": subcon, **size}
        case FormatField() if subcon.fmtstr[0] in "<>" and subcon.fmtstr[1] in "BHLQbhlq":
            sign = "i" if subcon.fmtstr[1].islower() else "u"
            order = " big-endian" if subcon.fmtstr[0] == ">" and subcon.length > 1 else ""
            kind = {"kind": "integer", "type": f"{sign}{8 * subcon.length}{order}"}
            return kind | {"code": subcon.fmtstr, "size": subcon.length}
        case Bytes() if isinstance(subcon.length, int):
            return {"kind": "bytes", "type": "bytes", "code": f"<{subcon.length}s", "size": subcon.length}
    return None


def _code_of(plan: Plan) -> str:
    return "<" + "".join(f.code[1:] for f in plan.fields)


def _with_offsets(fields: list[Field]) -> list[Field]:
    """Static offsets up to the first variable field; alternatives on one condition share their place."""
    placed: list[Field] = []
    position: int | None = 0
    starts: dict[str, int | None] = {}
    conditions = {field.condition for field in fields}
    condition: str | None = None
    for field in fields:
        if condition and field.condition != condition and opposite(condition) not in conditions:
            position = None
        condition = field.condition
        if condition and condition not in starts:
            starts[condition] = position = starts.get(opposite(condition), position)
        placed.append(replace(field, offset=None if field.place == "at" or field.kind == "slack" else position))
        position = None if position is None or field.width is None else position + field.width
    return placed


def _with_roles(fields: list[Field]) -> list[Field]:
    roles: dict[str, tuple[Role, str]] = {}
    for field in fields:
        for role, source in (
            ("offset-of", field.offset_field),
            ("size-of", field.length_field),
            ("count-of", field.count_field),
        ):
            if source is not None:
                roles[source] = (role, field.name)  # type: ignore[assignment]
    return [
        replace(f, role=roles[f.name][0], target=roles[f.name][1]) if f.name in roles and f.role == "data" else f
        for f in fields
    ]  # fmt: skip
