"""What a schema may say: the mistakes of its author, found when the class is made and not when bytes arrive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from keyword import iskeyword
from typing import TYPE_CHECKING

from smb2ioctl_codec.schema import expressions

if TYPE_CHECKING:
    from smb2ioctl_codec.schema.plan import Check, Field

Fields = Sequence["Field"]


def check_schema(record: str, fields: Fields, checks: Sequence[Check]) -> None:
    """TypeError for the first thing that no reader could do, with the field that it is about."""
    for rule in (_names, _references, _expressions, _placements, _order, _byte_order, _alternatives, _nesting):
        for field, problem in rule(fields):
            raise TypeError(f"{record}.{field}: {problem}")
    known = {f.name for f in fields if f.kind == "integer"}
    for check in checks:
        if unknown := expressions.names(check.violated) - known:
            raise TypeError(f"{record}: check {check.id} names no integer: {', '.join(sorted(unknown))}")


Problems = Iterator[tuple[str, str]]

#: names that a record has or that its functions use
_TAKEN = {"self", "decode", "encode", "SCHEMA", "PLAN", "TWIN"}


def _names(fields: Fields) -> Problems:
    seen = {"size"}  # in expressions, the bytes of the whole structure
    for field in fields:
        parts = field.record.PLAN.fields if field.record is not None else ()
        for name in (field.name, field.terminator, *(f"{field.name}_{part.name}" for part in parts)):
            if name is not None and (not name.isidentifier() or name in seen or name in _TAKEN or iskeyword(name)):
                yield field.name, f"the name {name!r} is taken, or is none"
            seen.add(name or "")


def _references(fields: Fields) -> Problems:
    """Offsets, lengths and counts are unsigned integers that stand before what they describe, each for one content."""
    used: set[str] = set()
    earlier: dict[str, Field] = {}
    for field in fields:
        for source in (field.offset_field, field.length_field, field.count_field):
            if source is None:
                continue
            found = earlier.get(source)
            if found is None or found.kind != "integer" or found.code[-1].islower():
                yield field.name, f"{source!r} is no unsigned integer that stands before it"
            elif source in used:
                yield field.name, f"{source!r} describes another field already"
            elif found.condition is not None or found.const is not None:
                yield field.name, f"{source!r} is not there, or not free, in every message"
            elif (found.canonical is not None) is not (source == field.offset_field):
                yield field.name, f"{source!r}: an offset needs a canonical value (Kept), a length or count has none"
            used.add(source)
        earlier[field.name] = field


def _expressions(fields: Fields) -> Problems:
    """Canonical values look at integers, of the Kept ones only at earlier; conditions at earlier, certain ones."""
    integers = {f.name for f in fields if f.kind == "integer"} | {"size"}
    located = any(f.place == "at" for f in fields)
    kept_later = {f.name for f in fields if f.canonical is not None}
    certain: set[str] = set()
    for field in fields:
        if field.canonical is not None:
            if wrong := expressions.names(field.canonical) - integers | expressions.names(field.canonical) & kept_later:
                yield field.name, f"{field.canonical!r} cannot look at {', '.join(sorted(wrong))}"
            if located and "size" in expressions.names(field.canonical):
                yield field.name, "the size depends on where located buffers lie"
            kept_later.remove(field.name)
        if field.condition is None:
            certain |= {field.name} & integers
        elif wrong := expressions.names(field.condition) - certain:
            yield field.name, f"{field.condition!r} cannot look at {', '.join(sorted(wrong))}"


def _placements(fields: Fields) -> Problems:
    located = [f for f in fields if f.place == "at"]
    for field in fields:
        if field.place == "at" and field.kind != "raw":
            yield field.name, "only raw bytes can be located"
        if field.place == "sized" and field.kind not in ("raw", "text"):
            yield field.name, "only raw bytes and text can be sized"
        if field.canonical is not None and field.kind != "integer" and (field.kind, field.place) != ("raw", "here"):
            yield field.name, "only integers and trailing bytes can be Kept"
        if field.canonical is not None and field.enum is not None:
            yield field.name, "a Kept number has no names"
        if located and not field.fixed and field.place != "at" and field.kind != "slack":
            yield field.name, "a content in sequence beside located ones has no place of its own"
    if located and fields[-1].kind != "slack":
        yield fields[-1].name, "located buffers need a Slack after them, or the bytes around them would be lost"
    if any(f.kind == "slack" for f in fields) and not located:
        yield fields[-1].name, "Slack without located buffers"


def _order(fields: Fields) -> Problems:
    for field in fields[:-1]:
        if field.kind == "slack" or (field.kind in ("raw", "text") and field.place == "here"):
            yield field.name, "nothing can follow a content that takes the rest"


def _byte_order(fields: Fields) -> Problems:
    """One byte order in a run of fields side by side: they are one struct format."""
    first = ""
    for field in fields:
        order = "" if not field.fixed or field.kind == "bytes" or field.size == 1 else field.code[0]
        if not field.fixed:
            first = ""
        elif order and first and order != first:
            yield field.name, "byte orders cannot change between fields side by side"
        first = first or order


def _alternatives(fields: Fields) -> Problems:
    """A run of When and the run of Unless right after it, on one condition, of the same size, at a static offset."""
    conditional = [f for f in fields if f.condition is not None]
    conditions = list(dict.fromkeys(f.condition for f in conditional))
    runs = [[f for f in conditional if f.condition == condition] for condition in conditions]
    side_by_side = [f for run in runs for f in run]
    start = fields.index(conditional[0]) if conditional else 0
    if conditional and (len(conditions) != 2 or conditions[1] != f"not {conditions[0]}"):
        yield conditional[0].name, "needs one run of When and one of Unless after it, on the same condition"
    elif len({sum(f.size or 0 for f in run) for run in runs}) > 1:
        yield conditional[0].name, "alternatives must be of one size"
    elif list(fields[start : start + len(conditional)]) != side_by_side:
        yield conditional[0].name, "alternatives must stand side by side, one run after the other"
    for field in conditional:
        if field.offset is None or field.const is not None or field.canonical is not None or field.record is not None:
            yield field.name, "an alternative is a plain field of fixed size at a static offset"


def _nesting(fields: Fields) -> Problems:
    for field in fields:
        if field.record is None:
            continue
        for part in field.record.PLAN.fields:
            plain = part.kind in ("integer", "bytes") and part.role in ("data", "reserved")
            if not plain or part.enum or part.canonical or part.condition or part.code[0] == ">":
                yield field.name, f"{part.name} is no plain little-endian field, so the record cannot be nested"
