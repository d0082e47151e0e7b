"""What a content must be like to stand where it does: so many bytes, each element where the next is looked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from smb2ioctl_codec.schema import Record, expressions
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.wire import to_wire

#: Bytes of the largest payload: what one credit pays for.
LARGEST = 1 << 16


def exact_size(kind: Any, field: Field, made: dict[str, Any]) -> int | None:
    """The bytes that a content must have; what it depends on and is not made yet is taken to be 0. None: any."""
    if field.exact is None:
        return None
    known = dict.fromkeys(expressions.names(field.exact), 0) | made
    for other in kind.PLAN.fields:
        if other.role == "size-of" and other.target in made:
            known[other.name] = size_of(made[other.target])
    return max(0, int(expressions.evaluate(field.exact, known)))


def size_of(content: Any) -> int:
    """Bytes of a text, of bytes or of a record's value."""
    if isinstance(content, str):
        return len(content.encode("utf-16-le"))
    return len(content.encode() if isinstance(content, Record) else content)


def chained(field: Field, elements: Sequence[Any]) -> tuple[Any, ...]:
    """The elements of a chain, each as long as it must be for the next to be found."""
    made: dict[tuple[int, bool], Any] = {}  # the same element again and again is a frequent list
    keys = [(id(element), index == len(elements) - 1) for index, element in enumerate(elements)]
    for element, key in zip(elements, keys, strict=True):
        if key not in made:
            made[key] = resized(element, _step(field, element, last=key[1]))
    return tuple(made[key] for key in keys)


def _step(field: Field, element: Any, *, last: bool) -> int:
    """Bytes from an element of a chain to the next, or to the end."""
    walk, size = field.walk, len(element.encode())
    if walk.size is not None:
        return int(expressions.evaluate(walk.size, to_wire(element)))
    if last:
        return size if walk.last_size is None else int(walk.last_size)
    return -(-size // int(walk.align)) * int(walk.align)


def resized(value: Any, size: int) -> Any:
    """The value with so many bytes at its end that it has `size` bytes; itself if that cannot be."""
    last, missing = value.PLAN.fields[-1], size - len(value.encode())
    if not missing or last.kind not in ("raw", "slack") or last.length_field is not None:
        return value
    held = getattr(value, last.name) or b""
    return replace(value, **{last.name: (held + bytes(max(0, missing)))[: max(0, len(held) + missing)]})


def read_as(kinds: Any, made: Any, size: int | None) -> Any:
    """What the bytes of a value are read as among alternatives, in so many bytes.

    Raises:
        DecodeError: they are none of these.
    """
    if isinstance(made, Record):
        made = made.encode() if size is None else resized(made, size).encode()
    return kinds.decode(made if size is None else made[:size].ljust(size, b"\0"))
