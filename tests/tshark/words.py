"""How a field of Wireshark's is read out of a value of ours."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

#: A function of our value: it gives one value, or a list where the field stands in every element of a list; None or
#: nothing at all where the field is not shown.
Field = Callable[[Any], Any]
#: every field that tshark shows of a payload
Fields = dict[str, Field]

U64 = (1 << 64) - 1


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def of(path: str) -> Field:
    """An attribute; a list of them where the path goes through a tuple: ``chunks.length``."""
    head, _, rest = path.partition(".")
    if not rest:
        return attrgetter(head)

    def read(value: Any) -> list[Any]:
        return [one for item in getattr(value, head) for one in listed(of(rest)(item))]

    return read


def unsigned(path: str) -> Field:
    """A signed 64-bit number, which Wireshark shows without sign."""
    return lambda value: [one & U64 for one in listed(of(path)(value))]


def filler(path: str, size: int = 4) -> Field:
    """A reserved number, which Wireshark shows as bytes."""
    return lambda value: [one.to_bytes(size, "little") for one in listed(of(path)(value))]


def whole(value: Any) -> bytes | None:
    """All bytes of a payload that Wireshark does not know."""
    return (value if isinstance(value, bytes) else value.encode()) or None


def bits(prefix: str, path: str, masks: dict[str, int]) -> Fields:
    """A number and its bits, each with a field of its own."""

    def bit(mask: int) -> Field:
        return lambda value: [int(bool(one & mask)) for one in listed(of(path)(value))]

    return {prefix: of(path), **{f"{prefix}.{name}": bit(mask) for name, mask in masks.items()}}
