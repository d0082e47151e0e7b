"""Strategies of requests that break one rule of a server."""

from __future__ import annotations

from itertools import chain, combinations, product
from typing import TYPE_CHECKING, Any

from hypothesis import reject
from hypothesis import strategies as st

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.fuzz.making.changes import OF_BYTES, PROBES, Change, changed, changes, with_changes
from smb2ioctl_codec.messages import FileId, IoctlRequest
from smb2ioctl_codec.messages.check import RequestFacts, broken_rules
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.rules import ALL_ONES, MS_SMB2, REPLY, SAMBA_3_6, SAMBA_4, Rule, RuleSet
from smb2ioctl_codec.schema import expressions
from smb2ioctl_codec.testing.bodies import payloads, rows
from smb2ioctl_codec.testing.scalars import contents

if TYPE_CHECKING:
    from smb2ioctl_codec.payloads.row import Row

#: How often a request is drawn in the hope of one that breaks no rule yet.
_TRIES = 3
#: The most bytes behind the input.
_SLACK = 16
#: Room for every output.
_ROOM = 65536


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
    unknown = expressions.names(rule.violated) - OF_BYTES
    codes: tuple[CtlCode | None, ...] = rule.codes or (None,)
    able = tuple(code for code in codes if unknown <= _told(code))
    if not able:
        unknown -= {name for code in codes for name in _told(code)}
        raise ValueError(f"{rule.id} asks for what only a server knows: {', '.join(sorted(unknown))}")
    return _broken(rule, rules, able)


def _told(code: CtlCode | None) -> set[str]:
    """What the payload of a code tells rules, by name; of any code, nothing."""
    row = None if code is None else registry.lookup(code)
    return set() if row is None else {name for probe in PROBES for name in row.facts(probe)}


@st.composite
def _broken(draw: st.DrawFn, rule: Rule, rules: RuleSet, codes: tuple[CtlCode | None, ...]) -> bytes:
    for _ in range(_TRIES):
        request = draw(_polite(draw(rows(draw(st.sampled_from(codes))))))
        if not _broken_by(request, rules):
            break
    each = [list(changes(name, rule, request, [_drawn(draw, name, request)])) for name in changed(rule)]
    found: dict[int, list[bytes]] = {}
    together: list[list[tuple[list[Change], ...]]] = [[()], [(one,) for one in each]]  # some break it anyway
    together += [[pair] for pair in combinations(each, 2)]
    for some in together:
        for chosen in chain.from_iterable(product(*one) for one in some):
            body = with_changes(request, chosen)
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


def _drawn(draw: st.DrawFn, name: str, request: bytes) -> Any:
    """Any value of what is changed."""
    if name == "file_id":
        return draw(st.integers(0, ALL_ONES))
    if name == "input":
        return draw(contents)
    return draw(st.integers(0, len(request) if name == "size" else 0xFFFFFFFF))


def _broken_by(body: bytes, rules: RuleSet) -> list[Rule]:
    """What `check_request` reports, without its texts."""
    return broken_rules(RequestFacts(body, related=False), rules)
