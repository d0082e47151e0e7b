"""Strategies of requests that break one rule of a server."""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator
from itertools import chain, combinations, product
from typing import TYPE_CHECKING, Any

from hypothesis import reject
from hypothesis import strategies as st

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.messages import FileId, IoctlRequest
from smb2ioctl_codec.messages.check import RequestFacts, broken_rules
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.rules import ALL_ONES, MS_SMB2, REPLY, SAMBA_3_6, SAMBA_4, Rule, RuleSet
from smb2ioctl_codec.schema import expressions
from smb2ioctl_codec.schema.wire import limits
from smb2ioctl_codec.testing.bodies import payloads, rows
from smb2ioctl_codec.testing.scalars import contents

if TYPE_CHECKING:
    from smb2ioctl_codec.payloads.row import Row

_HEAD = IoctlRequest.PLAN.head
_NUMBERS = {
    field.name: field for field in IoctlRequest.PLAN.fields if field.kind == "integer" and field.offset is not None
}
_FILE_ID = IoctlRequest.PLAN.field("file_id").offset or 0
_FIELDS = {*_NUMBERS, "size", "persistent", "volatile", "related"}
#: Inputs of which payloads can tell what they tell rules at all: numbers that are all 0, and all 1.
_PROBES = (bytes(64), b"\1\0\0\0" * 16)
#: Other inputs that are tried.
_INPUTS = (*_PROBES, b"\xff" * 64)
#: How often a request is drawn in the hope of one that breaks no rule yet.
_TRIES = 3
#: The most bytes behind the input.
_SLACK = 16
#: Room for every output.
_ROOM = 65536
#: A surrogate without its other half: text that is no UTF-16.
_NO_TEXT = b"\0\xd8"

#: One change of a body: the name of what is changed, and the new value.
Change = tuple[str, Any]


def broken_requests(rule: Rule, rules: RuleSet | None = None) -> st.SearchStrategy[bytes]:
    """Bodies of IOCTL requests of which `check_request` says that they break this rule; if possible, no other.

    A valid request is drawn, and then up to two of the fields that the rule looks at are changed until it is broken.

    Args:
        rule: the rule.
        rules: the rule set whose other rules shall hold; by default the one of the package that has the rule.

    Raises:
        ValueError: `check_request` never reports the rule: it is only listed (``may``), or asks for what only a server
            knows; or `rules` does not have it, or, by default, no rule set of the package.
    """
    if rules is None:
        rules = next((each for each in (SAMBA_3_6, SAMBA_4, MS_SMB2, REPLY) if rule in each.rules), None)
    if rules is None or rule not in rules.rules:
        raise ValueError(
            f"{rule.id} is a rule of no rule set" if rules is None else f"{rules.name} has no rule {rule.id}"
        )
    if rule.force == "may":
        raise ValueError(f"{rule.id} is only listed: check_request does not apply it")
    unknown = expressions.names(rule.violated) - _FIELDS
    codes: tuple[CtlCode | None, ...] = rule.codes or (None,)
    able = tuple(code for code in codes if unknown <= _told(code))
    if not able:
        unknown -= {name for code in codes for name in _told(code)}
        raise ValueError(f"{rule.id} asks for what only a server knows: {', '.join(sorted(unknown))}")
    return _broken(rule, rules, able, bool(unknown))


def _told(code: CtlCode | None) -> set[str]:
    """What the payload of a code tells rules, by name; of any code, nothing."""
    row = None if code is None else registry.lookup(code)
    return set() if row is None else {name for probe in _PROBES for name in row.facts(probe)}


@st.composite
def _broken(draw: st.DrawFn, rule: Rule, rules: RuleSet, codes: tuple[CtlCode | None, ...], by_payload: bool) -> bytes:
    row = draw(rows(draw(st.sampled_from(codes))))
    for _ in range(_TRIES):
        request = draw(_polite(row))
        if not _broken_by(request, rules):
            break
    changes = [list(_changes(draw, name, rule, request)) for name in sorted(_changed(rule, by_payload))]
    found: dict[int, list[bytes]] = {}
    together: list[list[tuple[list[Change], ...]]] = [[()], [(each,) for each in changes]]  # some break it anyway
    together += [[pair] for pair in combinations(changes, 2)]
    for some in together:
        for chosen in chain.from_iterable(product(*each) for each in some):
            body = _with(request, chosen)
            broken = _broken_by(body, rules)
            if rule in broken:
                found.setdefault(len(broken), []).append(body)
        if 1 in found:
            break
    if not found:
        reject()
    return draw(st.sampled_from(found[min(found)]))


@st.composite
def _polite(draw: st.DrawFn, row: Row) -> bytes:
    """Requests that break few rules: handle and payload are those of the code, and there is room for the output.

    Zeros behind the input leave room to move it.
    """
    handle = ALL_ONES if row.needs_no_handle else draw(st.integers(0, ALL_ONES - 1))
    data, slack = draw(payloads(row, "request")), bytes(draw(st.integers(0, _SLACK)))
    return IoctlRequest(row.ctl_code, FileId(handle, handle), data, _ROOM, slack=slack).encode()


def _changed(rule: Rule, by_payload: bool) -> set[str]:
    """What is changed to break a rule: the fields that it looks at, and the input if it asks the payload."""
    names = expressions.names(rule.violated)
    halves = {"file_id"} if names & {"persistent", "volatile"} else set()
    input_too = {"input"} if by_payload or "input_count" in names else set()
    return halves | input_too | (names & {*_NUMBERS, "size"})


def _changes(draw: st.DrawFn, name: str, rule: Rule, request: bytes) -> Iterator[Change]:
    """Values of a field that may break the rule: those at the constants in it, the smallest, the largest, any."""
    if name == "file_id":
        halves = (0, 1, ALL_ONES, draw(st.integers(0, ALL_ONES)))
        yield from ((name, pair) for pair in product(halves, repeat=2))
        return
    if name == "input":
        data = request[_HEAD : _HEAD + _get(request, "input_count")]
        others = {*_INPUTS, data[:3], data + _NO_TEXT, draw(contents)}
        yield from ((name, other) for other in sorted(others))
        return
    near = {constant + step for constant in _constants(rule.violated) for step in (-1, 0, 1)}
    if name == "size":
        sizes = {0, len(request) - 1, draw(st.integers(0, len(request))), *near}
        yield from ((name, size) for size in sorted(sizes) if 0 <= size <= len(request))
        return
    low, high = limits(_NUMBERS[name].code)
    given = _get(request, name)
    past = HEADER_SIZE + len(request)
    numbers = {low, 1, high, given - 8, given + 1, past, past + -past % 8 + 8, draw(st.integers(low, high)), *near}
    yield from ((name, number) for number in sorted(numbers) if low <= number <= high)


def _constants(expression: str) -> set[int]:
    nodes = ast.walk(ast.parse(expression, mode="eval"))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, int)}


def _with(request: bytes, changes: tuple[Change, ...]) -> bytes:
    """The request with some of its bytes changed: another input first, then single fields; last it is cut."""
    body = bytearray(request)
    for name, value in sorted(changes, key=lambda change: {"input": 0, "size": 2}.get(change[0], 1)):
        if name == "file_id":
            struct.pack_into("<2Q", body, _FILE_ID, *value)
        elif name == "input":
            body[_HEAD : _HEAD + _get(body, "input_count")] = value
            _put(body, "input_count", len(value))
            _put(body, "input_offset", HEADER_SIZE + _HEAD)
        elif name == "size":
            del body[value:]
        else:
            _put(body, name, value)
    return bytes(body)


def _get(body: bytes | bytearray, name: str) -> int:
    field = _NUMBERS[name]
    return int(struct.unpack_from(field.code, body, field.offset or 0)[0])


def _put(body: bytearray, name: str, number: int) -> None:
    field = _NUMBERS[name]
    struct.pack_into(field.code, body, field.offset or 0, number)


def _broken_by(body: bytes, rules: RuleSet) -> list[Rule]:
    """What `check_request` reports, without its texts."""
    return broken_rules(RequestFacts(body, related=False), rules)
