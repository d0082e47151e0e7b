"""Changes of a request that may break a rule: of the fields that the rule looks at, to values at its constants."""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product
from typing import Any

from smb2ioctl_codec.messages import IoctlRequest
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.rules import ALL_ONES, Rule
from smb2ioctl_codec.schema import expressions
from smb2ioctl_codec.schema.wire import limits

#: One change of a body: the name of what is changed, and the new value.
Change = tuple[str, Any]

_HEAD = IoctlRequest.PLAN.head
_NUMBERS = {
    field.name: field for field in IoctlRequest.PLAN.fields if field.kind == "integer" and field.offset is not None
}
_FILE_ID = IoctlRequest.PLAN.field("file_id").offset or 0
#: What rules can ask of the bytes of any request.
OF_BYTES = frozenset({*_NUMBERS, "size", "persistent", "volatile", "related", "declared_size", "asked_code"})
#: What rules call numbers of bodies that may be cut, by what they call them otherwise.
_OF_CUT = {"structure_size": "declared_size", "ctl_code": "asked_code"}
#: Inputs of which payloads can tell what they tell rules at all: numbers that are all 0, and all 1.
PROBES = (bytes(64), b"\1\0\0\0" * 16)
#: Other inputs that are tried; some begin with the two numbers of a range.
_RANGES = ((1, 0), (1, ALL_ONES), (0, 1 << 63), (0, (1 << 63) - 1))
_INPUTS = (*PROBES, b"\xff" * 64, *(struct.pack("<2Q", *numbers) for numbers in _RANGES))
#: A surrogate without its other half: text that is no UTF-16.
_NO_TEXT = b"\0\xd8"


def changed(rule: Rule) -> list[str]:
    """What is changed to break a rule: the fields that it looks at, and the input if it asks what only that tells."""
    names = expressions.names(rule.violated)
    found = names & {*_NUMBERS, "size"} | {name for name, other in _OF_CUT.items() if other in names}
    if names & {"persistent", "volatile"}:
        found |= {"file_id"}
    if names - OF_BYTES or "input_count" in names:
        found |= {"input"}
    return sorted(found)


def changes(name: str, rule: Rule, request: bytes, more: Iterable[Any] = ()) -> Iterator[Change]:
    """Values of a field that may break the rule: those at the constants in it, the smallest, the largest.

    Args:
        name: one of `changed(rule)`.
        rule: the rule.
        request: the body that is to be changed.
        more: other values to try: numbers, of ``input`` bytes, of ``file_id`` numbers of either half.
    """
    if name == "file_id":
        yield from ((name, pair) for pair in product((0, 1, ALL_ONES, *more), repeat=2))
        return
    if name == "input":
        data = request[_HEAD : _HEAD + get(request, "input_count")]
        others = {*_INPUTS, data[:3], data + _NO_TEXT, b"", *more}
        yield from ((name, other) for other in sorted(others))
        return
    near = {constant + step for constant in _constants(rule.violated) for step in (-1, 0, 1)}
    if name == "size":
        sizes = {0, len(request) - 1, *more, *near}
        yield from ((name, size) for size in sorted(sizes) if 0 <= size <= len(request))
        return
    low, high = limits(_NUMBERS[name].code)
    given = get(request, name)
    past = HEADER_SIZE + len(request)
    numbers = {low, 1, high, given - 8, given + 1, past, past + -past % 8 + 8, *more, *near}
    yield from ((name, number) for number in sorted(numbers) if low <= number <= high)


@cache
def _constants(expression: str) -> frozenset[int]:
    nodes = ast.walk(ast.parse(expression, mode="eval"))
    return frozenset(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, int))


def with_changes(request: bytes, made: Iterable[Change]) -> bytes:
    """The request with some of its bytes changed: another input first, then single fields; last it is cut."""
    body = bytearray(request)
    for name, value in sorted(made, key=lambda change: {"input": 0, "size": 2}.get(change[0], 1)):
        if name == "file_id":
            struct.pack_into("<2Q", body, _FILE_ID, *value)
        elif name == "input":
            body[_HEAD : _HEAD + get(body, "input_count")] = value
            _put(body, "input_count", len(value))
            _put(body, "input_offset", HEADER_SIZE + _HEAD)
        elif name == "size":
            del body[value:]
        else:
            _put(body, name, value)
    return bytes(body)


def get(body: bytes | bytearray, name: str) -> int:
    """A number in the fixed part of a body."""
    field = _NUMBERS[name]
    return int(struct.unpack_from(field.code, body, field.offset or 0)[0])


def _put(body: bytearray, name: str, number: int) -> None:
    field = _NUMBERS[name]
    struct.pack_into(field.code, body, field.offset or 0, number)
