"""What the plan of a record says that its values can be, and which of it some values lack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from smb2ioctl_codec import EncodeError
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.plan import Field

#: An enum with more names is none of a few kinds.
MOST_NAMES = 48
LISTS = ("strings", "items", "walk", "own")
#: Bytes of a content of unknown kind that are tried.
SIZES = range(64)

#: Whether a value may stand where those stand that are looked at.
Valid = Callable[[Any], bool]


def records(value: Any) -> Iterator[Record]:
    """The record and all in it."""
    if isinstance(value, tuple):
        for each in value:
            yield from records(each)
    elif isinstance(value, Record):
        yield value
        for field in fields(value):  # type: ignore[arg-type]
            yield from records(getattr(value, field.name))


def kinds_in(kind: type[Record]) -> set[type[Record]]:
    """The type and those of all records that may be in it."""
    found = {kind}
    for field in kind.PLAN.fields:
        inside = (field.record, *(field.alternatives.records if field.alternatives is not None else ()))
        for each in inside:
            found |= kinds_in(each) if each is not None else set()
    return found


def lacking(kind: type[Record], values: Sequence[Any], valid: Valid | None = None) -> Iterator[str]:
    """What the values of a type lack; `valid` of what is a payload, None of what is in one."""
    if not values:
        yield f"{kind.__name__}"
        return
    for field in kind.PLAN.fields:
        if field.attributes:
            for what in _lacking(field, values, valid):
                yield f"{kind.__name__}.{field.name}: {what}"


def _lacking(field: Field, values: Sequence[Any], valid: Valid | None) -> Iterator[str]:
    name = field.attributes[0]
    held = [getattr(value, name) for value in values]
    if field.condition is not None:
        yield from (["left out"] if None not in held else [])
        yield from (["there"] if all(each is None for each in held) else [])
    there = [value for value in values if getattr(value, name) is not None]
    if isinstance(getattr(there[0], name, None) if there else None, tuple | str | bytes) and not field.fixed:
        yield from _lengths(field, name, there, valid)
    if field.kind == "one":
        yield from _alternatives(field, held)
    if field.enum is not None and len(list(field.enum)) <= MOST_NAMES:
        missing = [each for each in field.enum if each not in held]
        yield from (each.name for each in missing if _may_be(values, name, each, valid))
    if field.terminator is not None:
        ends = {getattr(value, field.terminator) for value in values}
        yield from (["none, one and more than a terminator"] if not ends > {"", "\0"} else [])


def _lengths(field: Field, name: str, values: Sequence[Any], valid: Valid | None) -> Iterator[str]:
    """0, 1, 2, many, and so many that one more makes it no valid payload."""
    lengths = {len(getattr(value, name)) for value in values}
    longest = max(values, key=lambda value: len(getattr(value, name)))
    if field.kind == "slack" or field.exact is not None or (valid is None and field.kind == "raw"):
        return  # as long as what lies around it lets it be
    if valid is not None:
        content = getattr(longest, name)
        for count in (0, 1, 2):
            if count not in lengths and valid(_with(longest, name, content[:count])):
                yield f"{count} of them"
        if valid(_with(longest, name, content[:1] + content)):
            yield f"more than {len(content)}"
    if len(lengths) < 3:
        yield "many"


def _alternatives(field: Field, held: Sequence[Any]) -> Iterator[str]:
    missing = set(field.alternatives.records) - {type(each) for each in held}
    yield from (each.__name__ for each in missing)
    sizes = SIZES if field.width is None else (field.width,)
    if any(field.alternatives.select(bytes(size)) is None for size in sizes):
        yield from (["bytes of no known kind"] if not any(isinstance(each, bytes) for each in held) else [])


def _may_be(values: Sequence[Any], name: str, content: Any, valid: Valid | None) -> bool:
    return any((valid or _can_be_written)(_with(value, name, content)) for value in values[:3])


def _with(value: Any, name: str, content: Any) -> Any:
    """The value with another content; None if that cannot be made."""
    try:
        return replace(value, **{name: content})
    except EncodeError:
        return None


def _can_be_written(value: Any) -> bool:
    try:
        return value is not None and value.encode() is not None
    except EncodeError:
        return False
