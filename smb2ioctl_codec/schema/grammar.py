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
    rules = (_names, _marks, _references, _expressions, _implied, _placements, _order, _byte_order, _conditions,
             _alternatives, _nesting, _elements)  # fmt: skip
    for rule in rules:
        for field, problem in rule(fields):
            raise TypeError(f"{record}.{field}: {problem}")
    known = {f.name for f in fields if f.kind == "integer"} - {"size"}  # which means all bytes
    for check in checks:
        if unknown := expressions.names(check.violated) - known:
            raise TypeError(f"{record}: check {check.id} names no integer: {', '.join(sorted(unknown))}")


Problems = Iterator[tuple[str, str]]

#: names that a record has or that its functions use
_TAKEN = {"self", "decode", "encode", "SCHEMA", "PLAN", "TWIN"}


def _names(fields: Fields) -> Problems:
    told = [e for f in fields for e in (f.canonical, f.condition, f.exact, f.implied) if e is not None]
    seen = {"size"} & {name for expression in told for name in expressions.names(expression)}  # there, all bytes
    for field in fields:
        parts = field.record.PLAN.fields if field.kind == "nested" else ()
        more = field.own.attributes[1:] if field.own is not None else ()
        for name in (field.name, field.terminator, *more, *(f"{field.name}_{part.name}" for part in parts)):
            if name is not None and (not name.isidentifier() or name in seen or name in _TAKEN or iskeyword(name)):
                yield field.name, f"the name {name!r} is taken, or is none"
            seen.add(name or "")


def _marks(fields: Fields) -> Problems:
    """Constants and names are of unsigned integers that can hold them."""
    for field in fields:
        number = field.kind == "integer" and not field.code[-1].islower()
        bits = 8 * (field.size or 0)
        if field.const is not None and (not number or not 0 <= field.const < 1 << bits):
            yield field.name, f"cannot be Fixed to {field.const:#x}"
        if field.enum is not None and (not number or field.enum.bits != bits):
            yield field.name, f"{field.enum.__name__} names no such number"


def _references(fields: Fields) -> Problems:
    """Offsets, lengths and counts are unsigned integers that stand before what they describe, each for one content."""
    earlier: dict[str, Field] = {}
    for field in fields:
        for source in (field.offset_field, field.length_field, field.count_field):
            if source is None:
                continue
            found = earlier.get(source)
            if found is None or found.kind != "integer" or found.code[-1].islower():
                yield field.name, f"{source!r} is no unsigned integer that stands before it"
            elif found.condition != field.condition or found.implied is not None or found.target != field.name:
                yield field.name, f"{source!r} is not there, not free, or describes another field"
            elif (found.canonical is not None) is not (source == field.offset_field):
                yield field.name, f"{source!r}: an offset needs a canonical value (Kept), a length or count has none"
        earlier[field.name] = field


def _expressions(fields: Fields) -> Problems:
    """Canonical values look at integers, of the Kept ones only at earlier; conditions at earlier, certain ones."""
    integers = {f.name for f in fields if f.kind == "integer" and f.condition is None} | {"size"}
    located = any(f.place == "at" for f in fields)
    kept_later = {f.name for f in fields if f.canonical is not None}
    certain: set[str] = set()
    for field in fields:
        if field.canonical is not None:
            if wrong := expressions.names(field.canonical) - integers | expressions.names(field.canonical) & kept_later:
                yield field.name, f"{field.canonical!r} cannot look at {', '.join(sorted(wrong))}"
            if "size" in expressions.names(field.canonical) and (located or any(f.condition for f in fields)):
                yield field.name, "the size depends on conditions, or on where located buffers lie"
            kept_later.remove(field.name)
        if field.condition is None:
            certain |= {field.name} & integers
        elif wrong := expressions.names(field.condition) - certain:
            yield field.name, f"{field.condition!r} cannot look at {', '.join(sorted(wrong))}"


def _implied(fields: Fields) -> Problems:
    """What the bytes determine is an unsigned integer, of the size and of earlier integers, in every message."""
    earlier = {"size"}
    for field in fields:
        if field.implied is not None:
            if wrong := expressions.names(field.implied) - earlier:
                yield field.name, f"{field.implied!r} cannot look at {', '.join(sorted(wrong))}"
            if field.kind != "integer" or field.code[-1].islower() or any(_is_unless(f) for f in fields):
                yield field.name, "only an unsigned integer of a record without alternatives can be Implied"
        if field.kind == "integer" and field.implied is None:
            earlier.add(field.name)


#: The contents that each placement can hold.
_PLACEABLE = {"at": ("raw", "text"), "sized": ("raw", "text", "one"), "exactly": ("raw", "one")}


def _placements(fields: Fields) -> Problems:
    located = [f for f in fields if f.place == "at"]
    behind = False
    for field in fields:
        if field.place in _PLACEABLE and field.kind not in _PLACEABLE[field.place]:
            yield field.name, f"{field.kind} cannot be placed so"
        if field.place == "at" and field.terminator is not None:
            yield field.name, "a located text has no terminator"
        if field.exact is not None and (wrong := expressions.names(field.exact) - _integers_before(fields, field)):
            yield field.name, f"{field.exact!r} cannot look at {', '.join(sorted(wrong))}"
        if field.canonical is not None and field.kind != "integer" and field.kind != "raw":
            yield field.name, "only integers and bytes can be Kept"
        if field.canonical is not None and field.kind == "raw" and field.place not in ("here", "exactly"):
            yield field.name, "of bytes, only those at the end or of a computed size can be Kept"
        if field.canonical is not None and field.enum is not None:
            yield field.name, "a Kept number has no names"
        behind = behind or field.place == "at"
        if behind and field.place != "at" and field.kind != "slack":
            yield field.name, "nothing in sequence can follow what is located"
    if located and fields[-1].kind != "slack":
        yield fields[-1].name, "located buffers need a Slack after them, or the bytes around them would be lost"
    if any(f.kind == "slack" for f in fields) and not located:
        yield fields[-1].name, "Slack without located buffers"


def _integers_before(fields: Fields, field: Field) -> set[str]:
    return {f.name for f in fields[: list(fields).index(field)] if f.kind == "integer" and f.condition is None}


def _order(fields: Fields) -> Problems:
    for field in fields[:-1]:
        greedy = ("slack", "walk", "own", *(("raw", "text", "one") if field.place == "here" else ()))
        if field.kind in greedy or (field.kind == "items" and field.count_field is None):
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


def _conditions(fields: Fields) -> Problems:
    """The fields on one condition stand side by side; each is a plain one."""
    seen: set[str | None] = set()
    last: str | None = None
    for field in fields:
        if field.condition is not None and field.condition != last and field.condition in seen:
            yield field.name, "the fields on one condition must stand side by side"
        seen.add(field.condition)
        last = field.condition
        fixed = field.kind in ("integer", "bytes") and field.convert is None and field.role not in ("const", "next")
        plain = fixed or (field.kind in ("raw", "text") and field.place == "sized")
        if field.condition is not None and (not plain or field.canonical is not None or field.implied is not None):
            yield field.name, "what stands under a condition is a plain number, bytes, or sized bytes or text"
        if field.condition is not None and field.enum is not None:
            yield field.name, "what stands under a condition has no names"


def _alternatives(fields: Fields) -> Problems:
    """At most one run of When with the run of Unless right after it, of the same size, at a static offset."""
    stated = {f.condition for f in fields}
    paired = [f for f in fields if f.condition and expressions.opposite(f.condition) in stated]
    conditions = list(dict.fromkeys(f.condition for f in paired))
    runs = [[f for f in paired if f.condition == condition] for condition in conditions]
    if not paired:
        yield from ((f.name, "Unless stands after When") for f in fields if _is_unless(f))
        return
    if len(conditions) != 2 or not (conditions[1] or "").startswith("not "):
        yield paired[0].name, "needs one run of When and one of Unless after it, on the same condition"
    elif len({sum(f.size or 0 for f in run) for run in runs}) > 1 or any(None in (f.offset, f.size) for f in paired):
        yield paired[0].name, "alternatives must be of one size, and of a fixed one"
    elif list(fields).index(paired[-1]) - list(fields).index(paired[0]) != len(paired) - 1:
        yield paired[0].name, "alternatives must stand side by side, one run after the other"


def _is_unless(field: Field) -> bool:
    return (field.condition or "").startswith("not ")


def _nesting(fields: Fields) -> Problems:
    """What is unpacked together with its surroundings must be as plain as one struct format."""
    for field in fields:
        if field.record is None or field.walk is not None:
            continue
        if field.record.PLAN.head == 0:
            yield field.name, "a record without fields has no place"
        kinds = ("integer",) if field.kind == "nested" else ("integer", "bytes")
        for part in field.record.PLAN.fields:
            plain = part.kind in kinds and part.role in ("data", "reserved")
            if not plain or part.enum or part.convert or part.canonical or part.condition or part.code[0] == ">":
                yield field.name, f"{part.name} is no plain little-endian field, so the record cannot stand here"


def _elements(fields: Fields) -> Problems:
    """A chain needs what says where its elements end, in the part of them that is always there."""
    for field in fields:
        if field.walk is None:
            continue
        certain = [f for f in field.record.PLAN.fields if f.condition is None and f.offset is not None]
        head = {f.name: f for f in certain if f.kind == "integer"}
        if field.walk.next is not None:
            found = head.get(field.walk.next)
            if found is None or found.role != "next" or found.code[-1].islower():
                yield field.name, f"{field.walk.next!r} is no Next at the start of the elements"
        elif wrong := expressions.names(field.walk.size) - head.keys():
            yield field.name, f"{field.walk.size!r} cannot look at {', '.join(sorted(wrong))}"
        if field.record.PLAN.head == 0:
            yield field.name, "an element may be empty, so the list may never end"
