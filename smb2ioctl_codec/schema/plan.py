"""Lowering: a schema becomes a flat tuple of `Field`, once; every reader but construct works from that tuple.

Roles come from references: a field that another one names as its offset, length or count has that role, is derived on
encode, and does not stand in the class unless it is `Kept`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from construct import Bytes, Construct, FormatField, Renamed, Struct

from smb2ioctl_codec.schema import notation
from smb2ioctl_codec.schema.grammar import check_schema
from smb2ioctl_codec.schema.value import value_class

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["integer", "bytes", "nested", "raw", "text", "strings", "slack"]
Place = Literal["here", "sized", "at"]
Role = Literal["data", "const", "reserved", "tag", "offset-of", "size-of", "count-of"]


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
    #: the field is there only if this holds
    condition: str | None = None
    canonical: str | None = None
    #: the class holds the canonical value too, not None
    resolved: bool = False
    place: Place = "here"
    offset_field: str | None = None
    length_field: str | None = None
    count_field: str | None = None
    base: int = 0
    terminator: str | None = None
    status: Any = None

    @property
    def fixed(self) -> bool:
        return self.size is not None

    @property
    def derived(self) -> bool:
        """Encoding computes it from other fields."""
        return self.role in ("offset-of", "size-of", "count-of")

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes of the class that hold this field."""
        if self.role == "const" or (self.derived and self.canonical is None):
            return ()
        return (self.name,) if self.terminator is None else (self.name, self.terminator)


@value_class
class Plan:
    """A lowered schema."""

    name: str
    section: str
    schema: Any
    fields: tuple[Field, ...]
    checks: tuple[Check, ...]

    @property
    def head(self) -> int:
        """Bytes of the fixed part at the start: the least a record can have."""
        return max((f.offset + f.size for f in self.fields if f.offset is not None and f.size is not None), default=0)

    @property
    def fixed_size(self) -> int:
        """Bytes of all fields of fixed size; of alternatives, of one."""
        return sum(f.size or 0 for f in self.fields if f.condition is None or not f.condition.startswith("not "))

    def field(self, name: str) -> Field:
        return next(f for f in self.fields if f.name == name)


def lower(name: str, section: str, schema: Struct, checks: Sequence[Check]) -> Plan:
    """The plan of a schema; TypeError where the schema says what no reader can do."""
    fields = _with_roles(_with_offsets([_field(subcon) for subcon in schema.subcons]))
    check_schema(name, fields, checks)
    return Plan(name, section, schema, tuple(fields), tuple(checks))


def _field(subcon: Construct) -> Field:
    name, doc = "", ""
    while isinstance(subcon, Renamed):
        name, doc = name or subcon.name, doc or subcon.docs
        subcon = subcon.subcon
    return Field(name=name, doc=doc, **_describe(subcon))


def _describe(subcon: Construct) -> dict[str, Any]:  # noqa: C901 - one case for each word of the language
    """What a construct says, as arguments of `Field`."""
    match subcon:
        case notation.Fixed():
            return _describe(subcon.subcon) | {"role": "const", "const": subcon.value}
        case notation.Reserved():
            return _describe(subcon.subcon) | {"role": "reserved"}
        case notation.Tag():
            return _describe(subcon.subcon) | {"enum": subcon.enum, "type": subcon.enum.__name__}
        case notation.Kept():
            return _describe(subcon.subcon) | {"canonical": subcon.canonical, "resolved": subcon.resolved}
        case notation.When():
            negation = "not " if subcon.negated else ""
            return _describe(subcon.subcon) | {"condition": f"{negation}({subcon.condition})"}
        case notation.Nested():
            plan = subcon.record.PLAN
            codes = "".join(f.code[1:] for f in plan.fields)
            return {
                "kind": "nested",
                "record": subcon.record,
                "type": plan.name,
                "size": plan.head,
                "code": f"<{codes}",
            }
        case notation.Sized():
            return _describe(subcon.content) | {"place": "sized", "length_field": subcon.length}
        case notation.At():
            at = {"place": "at", "length_field": subcon.length, "offset_field": subcon.offset, "base": subcon.base}
            return _describe(subcon.content) | at
        case notation.Text():
            return {"kind": "text", "type": "UTF-16", "terminator": subcon.terminator, "status": subcon.status}
        case notation.Raw():
            return {"kind": "raw", "type": "bytes"}
        case notation.Strings():
            return {"kind": "strings", "type": "UTF-16 strings", "count_field": subcon.count}
        case notation.Slack():
            return {"kind": "slack", "type": "bytes"}
        case FormatField() if subcon.fmtstr[0] in "<>" and subcon.fmtstr[1] in "BHLQbhlq":
            sign = "i" if subcon.fmtstr[1].islower() else "u"
            order = " big-endian" if subcon.fmtstr[0] == ">" and subcon.length > 1 else ""
            kind = {"kind": "integer", "type": f"{sign}{8 * subcon.length}{order}"}
            return kind | {"code": subcon.fmtstr, "size": subcon.length}
        case Bytes() if isinstance(subcon.length, int):
            return {"kind": "bytes", "type": "bytes", "code": f"<{subcon.length}s", "size": subcon.length}
    raise TypeError(f"the schema language has no {subcon!r}")


def _with_offsets(fields: list[Field]) -> list[Field]:
    """Static offsets up to the first variable field; alternatives on one condition share their place."""
    placed: list[Field] = []
    position: int | None = 0
    starts: dict[str, int | None] = {}
    for field in fields:
        if field.condition:
            alternative = f"not {field.condition}" if not field.condition.startswith("not ") else field.condition[4:]
            if field.condition not in starts:
                starts[field.condition] = position = starts.get(alternative, position)
        placed.append(replace(field, offset=position if field.fixed else None))
        position = None if position is None or field.size is None else position + field.size
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
        replace(f, role=roles[f.name][0], target=roles[f.name][1]) if f.name in roles else f
        for f in fields
    ]  # fmt: skip
