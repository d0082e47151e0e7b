"""Every record of the package: times of the codec and of construct, on the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from smb2ioctl_codec.schema import Record

from .by_construct import by_construct
from .records import package_records
from .results import Limit, Result
from .timing import Way, medians
from .usual import usual

#: Times faster than construct.
LEAST = Limit(15, least=True)

_ROUNDS = 15
#: What is left of the codec's time without the conversions is at least this much of it, or else too little to be seen.
_NOISE = 0.05


class Wrong(AssertionError):
    """The value that is timed does not survive, or construct writes other bytes."""


def measure(wanted: Callable[[str], bool]) -> Iterator[Result]:
    """A result for each direction of every record that is wanted.

    Raises:
        Wrong: codec and construct do not agree on a value.
    """
    for kind in package_records():
        names = [f"{direction} {kind.__name__}" for direction in ("decode", "encode")]
        if any(map(wanted, names)):
            for name, ways in zip(names, _directions(kind), strict=True):
                if wanted(name):
                    yield _result(name, *medians(ways, _ROUNDS))


def _result(name: str, codec: float, construct: float, values: float = 0.0) -> Result:
    figures = {
        "codec us": codec * 1e6,
        "construct us": construct * 1e6,
        "times faster": construct / codec,
        "values us": values * 1e6,
        "without values": (construct - values) / max(codec - values, codec * _NOISE),
    }
    return Result(name, figures, {"times faster": LEAST})


def _directions(kind: type[Record]) -> Iterator[tuple[Way, ...]]:
    """Codec, construct, and what both call to convert values, if there is any to convert."""
    value: Any = usual(kind)
    data, (parse, build, wire) = value.encode(), by_construct(value)
    if kind.decode(data) != value or build(wire) != data or build(parse(data)) != data:
        raise Wrong(f"{value}\n  {data.hex()}")
    from_bytes, to_bytes = [], []
    for convert, held in _conversions(value):
        from_bytes.append((convert.to_value, convert.to_bytes(held)))
        to_bytes.append((convert.to_bytes, held))
    yield Way(kind.decode, data), Way(parse, data), *_calls(from_bytes)
    yield Way(kind.encode, value), Way(build, wire), *_calls(to_bytes)


def _conversions(value: Any) -> Iterator[tuple[Any, Any]]:
    """The conversions in a value, and what each converts."""
    for field in value.PLAN.fields:
        for name in field.attributes if field.own is None else ():
            held = getattr(value, name)
            if field.convert is not None:
                yield field.convert, held
            for part in held if isinstance(held, tuple) else (held,):
                if isinstance(part, Record):
                    yield from _conversions(part)


def _calls(calls: list[tuple[Callable[[Any], Any], Any]]) -> Iterator[Way]:
    """All of these calls, one after another."""
    names = {f"f{place}": function for place, (function, _) in enumerate(calls)}
    names |= {f"x{place}": argument for place, (_, argument) in enumerate(calls)}
    if calls:
        yield Way(eval(f"lambda _: ({''.join(f'f{place}(x{place}), ' for place in range(len(calls)))})", names), None)
