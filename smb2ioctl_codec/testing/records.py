"""Strategies of whole records, made of the description that every reader of a record works from: its plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, TypeVar

from hypothesis import reject
from hypothesis import strategies as st

from smb2ioctl_codec.errors import DecodeError, EncodeError
from smb2ioctl_codec.fuzz.values.fit import chained, exact_size, read_as
from smb2ioctl_codec.messages import ErrorContext, ErrorResponse, Packet
from smb2ioctl_codec.schema import Record, expressions
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.wire import limits, to_wire
from smb2ioctl_codec.testing import scalars

T = TypeVar("T")


def records(kind: type[T]) -> st.SearchStrategy[T]:
    """Values of a record, every one of which can be encoded.

    Texts, contents and lists are short, all numbers come up, and so do layouts that are valid but unusual: buffers at
    other offsets, bytes between them, numbers without a name. The simplest value has zeros and defaults.

    Args:
        kind: a record class: of a message, a payload or a part of one, a `Packet`, or one made with `schema.record`.

    Raises:
        TypeError: `kind` is no such class.
    """
    if not isinstance(kind, type) or (kind is not Packet and not (issubclass(kind, Record) and "PLAN" in vars(kind))):
        raise TypeError(f"{kind!r} is no record class")
    made: Callable[[Any], st.SearchStrategy[T]] = _strategy
    return made(kind)


@cache
def _strategy(kind: Any) -> st.SearchStrategy[Any]:
    if kind is Packet:
        from smb2ioctl_codec.testing.packets import packets

        return packets()
    return _error_responses() if kind is ErrorResponse else filled(kind)


@st.composite
def filled(draw: st.DrawFn, kind: type[T], /, **given: Any) -> T:
    """Values of a record of which some attributes are given."""
    return fill(draw, kind, **given)


def fill(draw: st.DrawFn, kind: type[T], /, **given: Any) -> T:
    """A value of a record of which some attributes are given, and the others drawn.

    What may be computed is chosen last, because it must fit the rest; where it does not, it is computed after all.
    """
    make: Any = kind
    plan = make.PLAN
    plain = dict(given)
    for field in plan.fields:
        if field.canonical is None and field.kind != "slack" and not plain.keys() >= set(field.attributes):
            plain |= _attributes(draw, make, field, plain) | given
    try:
        usual = make(**plain)
        wire = to_wire(usual)
        usual.encode()
    except EncodeError:
        reject()
    free = [f for f in plan.fields if (f.canonical is not None or f.kind == "slack") and f.name not in given]
    chosen = {field.name: draw(_choices(field, wire[field.name])) for field in free}
    for unusual in (chosen, chosen | {field.name: b"" for field in free if field.kind == "slack"}):
        try:
            value: T = make(**plain, **unusual)
            value.encode()  # type: ignore[attr-defined]
        except EncodeError:
            continue
        return value
    return usual  # type: ignore[no-any-return]


def _choices(field: Field, canonical: Any) -> st.SearchStrategy[Any]:
    """What may stand in place of what encoding computes; None, or no slack, is that."""
    if field.kind == "slack":
        return st.one_of(st.just(b""), scalars.contents)
    if field.kind == "raw":
        size = len(canonical)
        exact = st.binary(min_size=size, max_size=size)
        return st.one_of(st.none(), scalars.contents if field.exact is None else exact)
    if field.role == "offset-of":
        _, high = limits(field.code)
        return st.one_of(st.none(), st.integers(canonical, min(canonical + scalars.LONGEST, high)), st.just(0))
    return st.one_of(st.none(), scalars.integers(field.code))


def _attributes(draw: st.DrawFn, kind: Any, field: Field, made: dict[str, Any]) -> dict[str, Any]:
    """The attributes that hold a field, where those of earlier fields are made."""
    if field.own is not None:
        return draw(own(type(field.own)))
    if field.condition is not None and not expressions.evaluate(field.condition, made):
        return dict.fromkeys(field.attributes, "") | {field.name: None}
    usual = _defaults(kind)
    values = _values(kind, field, made)
    found = {field.name: draw(values if field.name not in usual else _usually(usual[field.name], values))}
    if field.terminator is not None:
        found[field.terminator] = draw(_usually(usual.get(field.terminator, ""), scalars.endings))
    return found


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    return {field.name: field.default for field in fields(kind) if field.default is not MISSING}


def _usually(default: Any, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The default is the simplest value, and a frequent one; None is none, but stands for a field that is absent."""
    return values if default is None else st.one_of(st.just(default), values)


def own(kind: type[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The attributes of a content that reads itself."""
    from smb2ioctl_codec.testing import referrals

    try:
        return referrals.OWN[kind]
    except KeyError:
        raise TypeError(f"{kind.__name__} is a content of its own that has no strategy") from None


def _values(kind: Any, field: Field, made: dict[str, Any]) -> st.SearchStrategy[Any]:
    match field.kind:
        case "integer":
            sizes = any(f.exact is not None and field.name in expressions.names(f.exact) for f in kind.PLAN.fields)
            return st.integers(0, scalars.LONGEST) if sizes and field.enum is None else scalars.numbers(field)
        case "bytes":
            return scalars.fixed_bytes(field)
        case "nested":
            return records(field.record)
        case "text":
            return scalars.texts
        case "strings":
            return _tuples(scalars.texts)
        case "items":
            return _tuples(scalars.integers(field.code) if field.record is None else records(field.record))
        case "walk":
            return st.lists(records(field.record), max_size=scalars.MOST_ITEMS).map(lambda each: chained(field, each))
        case "one":
            return _one_of(field, exact_size(kind, field, made))
    size = exact_size(kind, field, made)
    return scalars.contents if size is None else st.binary(min_size=size, max_size=size)


def _tuples(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=scalars.MOST_ITEMS).map(tuple)


@st.composite
def _one_of(draw: st.DrawFn, field: Field, size: int | None) -> Any:
    """One of several records as their bytes tell it, or bytes that are none of them; of so many bytes."""
    kinds = field.alternatives
    choices = [scalars.contents] if kinds.only is None else []
    made: Any = draw(st.one_of(choices + [records(kind) for kind in kinds.records]))
    try:
        return read_as(kinds, made, size)
    except DecodeError:
        reject()


@st.composite
def _error_responses(draw: st.DrawFn) -> ErrorResponse:
    contexts = draw(st.lists(records(ErrorContext), max_size=2))
    data = ErrorResponse.of(contexts).error_data if contexts else draw(scalars.contents)
    return fill(draw, ErrorResponse, error_data=data, error_context_count=len(contexts))
