"""Requests that break one rule of a server, and no other of that server's.

A rule is an expression over fields of the request and facts of the server. A request that breaks none is changed: up
to two of the fields that the rule looks at, the place that it is sent to, or what is given of the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, combinations, islice, product
from typing import Any

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.fuzz import build
from smb2ioctl_codec.fuzz.case import Case, Patched, Place
from smb2ioctl_codec.fuzz.changes import Change, changed, changes, with_changes
from smb2ioctl_codec.fuzz.facts import SERVERS, USUAL, facts_of
from smb2ioctl_codec.fuzz.plain import payload_of
from smb2ioctl_codec.fuzz.seeds import request_case
from smb2ioctl_codec.messages import HeaderFlags
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.payloads.dfs import ReferralRequest
from smb2ioctl_codec.rules import Rule, RuleSet, is_broken
from smb2ioctl_codec.schema import expressions

#: Cases of a rule for each of its control codes.
MOST = 4
#: Codes that a rule of all codes is broken with.
_CODES = 3
#: Facts that the place tells: where else a request could be sent.
_OF_PLACE = frozenset({"share_is_ipc", "share_is_read_only", "open_missing", "open_is_pipe"})
#: Facts that the path of a referral request tells.
_OF_PATH = frozenset({"path_has_dots", "dfs_root_missing", "dfs_link_unreadable", "dfs_link_missing"})
_PLACES = tuple(Place(share, handle) for share in ("disk", "IPC$") for handle in ("file", "pipe", "none"))  # type: ignore[arg-type]
#: Numbers that a server may have for a fact.
_NUMBERS = (0, 1, 64, 164, 0x0202, 1 << 10, 1 << 24)
#: Facts that show in the header: what stands there, and what a live client must leave.
_IN_HEADER: dict[str, tuple[dict[str, Any], Patched]] = {
    "session_missing": ({"session_id": 0x7777777777777777}, "session_id"),
    "tree_missing": ({"tree_id": 0x77777777}, "tree_id"),
    "signature_wrong": ({"flags": HeaderFlags.SIGNED.value, "signature": b"\x77" * 16}, "message_id"),
}
#: Fewer changes are tried of rules that nothing breaks alone.
_TRIES = 4000
#: Bytes behind an input, and credits of a request that asks for much.
_SLACK, _CREDITS = 16, 64


def broken(rule_sets: Iterable[RuleSet] = SERVERS) -> Iterator[Case]:
    """Cases of every rule of these rule sets that looks at a request."""
    for rules in rule_sets:
        for rule in rules:
            for code in rule.codes or _polite_codes(rules):
                yield from islice(_cases(rules, rule, code), MOST)


def _polite_codes(rules: RuleSet) -> list[CtlCode]:
    """Codes of which the server serves the plain request, each sent to another place."""
    found: dict[Place, CtlCode] = {}
    for code in (*_FIRST, *CtlCode):
        case = _plain(code)
        if case.place not in found and not _broken(case, rules):
            found[case.place] = code
            if len(found) == _CODES:
                break
    return list(found.values())


#: Those with an input first.
_FIRST = (
    CtlCode.FSCTL_QUERY_ALLOCATED_RANGES,
    CtlCode.FSCTL_PIPE_TRANSCEIVE,
    CtlCode.FSCTL_DFS_GET_REFERRALS,
    CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS,
)


def _plain(code: CtlCode) -> Case:
    """The plain request of a code, with a few bytes behind it, so that there is room to move the input."""
    return request_case(build.request(code, payload_of(code), slack=bytes(_SLACK)), "plain")


def _cases(rules: RuleSet, rule: Rule, code: CtlCode) -> Iterator[Case]:
    """Requests of a code that break the rule, alone if that can be; all different."""
    polite = _politely(_plain(code), rules, rule)
    second: list[Case] = []
    seen: set[tuple[bytes, Place]] = set()
    for case in islice(_attempts(polite, rule), _TRIES):
        if (case.data, case.place) in seen or not _breaks(case, rule):
            continue
        seen.add((case.data, case.place))
        others = tuple(each.id for each in _broken(case, rules) if each is not rule)
        made = replace(
            case, kind="broken", path=rule.path, rule=rule.id, rules=rules.name, section=rule.section, also=others
        )
        if others:
            second.append(made)
        else:
            yield made
    if len(second) == len(seen):
        fewest = min((len(case.also) for case in second), default=0)
        yield from (case for case in second if len(case.also) == fewest)


def _breaks(case: Case, rule: Rule) -> bool:
    facts = facts_of(case)
    return facts is not None and _holds_for(rule, facts)


def _holds_for(rule: Rule, facts: dict[str, Any]) -> bool:
    """Whether the facts break the rule, also one that is only listed."""
    return is_broken(replace(rule, force="must"), facts, facts.keys()) if rule.force == "may" else is_broken(
        rule, facts, facts.keys()
    )  # fmt: skip


def _broken(case: Case, rules: RuleSet) -> list[Rule]:
    facts = facts_of(case)
    return [] if facts is None else [rule for rule in rules if is_broken(rule, facts, facts.keys())]


def _politely(case: Case, rules: RuleSet, rule: Rule) -> Case:
    """The request on a server that has nothing against it, as far as that is a matter of the server."""
    for _ in range(len(rules)):
        found = next((each for each in _broken(case, rules) if each is not rule), None)
        others = (
            [] if found is None else [other for other in _elsewhere(case, found) if found not in _broken(other, rules)]
        )
        if not others:
            return case
        case = others[0]
    return case


def _elsewhere(case: Case, rule: Rule) -> Iterator[Case]:
    """The request where the facts that a rule asks for are others: in other places, on other servers."""
    names = rule.names & (USUAL.keys() | _OF_PLACE | {"pipe_written"})
    if names & _OF_PLACE:
        yield from (replace(case, place=replace(place, given=case.place.given)) for place in _PLACES)
    free = sorted(names - _OF_PLACE - _OF_PATH)
    choices = [[not USUAL[name]] if isinstance(USUAL.get(name), bool) else _NUMBERS for name in free]
    for values in product(*choices):
        given = dict(case.place.given) | dict(zip(free, values, strict=True))
        yield replace(case, place=replace(case.place, given=tuple(sorted(given.items()))))


def _attempts(case: Case, rule: Rule) -> Iterator[Case]:
    """The request as it is, elsewhere, with one change, with two."""
    names = expressions.names(rule.violated)
    for name in sorted(names & _IN_HEADER.keys()):
        fields, kept = _IN_HEADER[name]
        message = build.request_message(case.data[HEADER_SIZE:], **fields)
        yield replace(
            case, data=message, what=f"{name}", place=replace(case.place, kept=(kept,), given=((name, True),))
        )
    places = [case, *_elsewhere(case, rule)]
    yield from (replace(place, what=_said(place, case)) for place in places)
    if names & {"max_input_response", "max_output_response"}:
        rich = build.request_message(case.data[HEADER_SIZE:], credit_charge=_CREDITS)
        places += [replace(place, data=rich) for place in places]
    body = case.data[HEADER_SIZE:]
    each = [list(changes(name, rule, body, _MORE.get(name, ()))) for name in changed(rule)]
    together: list[Iterable[tuple[Change, ...]]] = [((one,) for one in chain(*each))]
    together += [product(*pair) for pair in combinations(each, 2)]
    for chosen in chain.from_iterable(together):
        changed_body = with_changes(body, chosen)
        for place in places:
            yield replace(place, data=place.data[:HEADER_SIZE] + changed_body, what=", ".join(map(_shown, chosen)))


#: Values that are tried beside those at a rule's constants.
_MORE: dict[str, tuple[Any, ...]] = {
    "file_id": (build.FILE_ID.volatile,),
    "input_offset": (112, 121),
    "input": tuple(
        ReferralRequest(3, path).encode()
        for path in (r"\server\root\..\link", r"\server\other", r"\server\root\other", rf"\server\root\{'x' * 300}")
    ),
}


def _shown(change: Change) -> str:
    name, value = change
    if name == "input":
        return f"{len(value)} bytes of input" if len(value) > 8 else f"input {value.hex() or 'empty'}"
    if name == "file_id":
        return f"file_id {value[0]:#x}, {value[1]:#x}"
    return f"cut to {value} bytes" if name == "size" else f"{name} {value:#x}"


def _said(case: Case, usual: Case) -> str:
    """What is given of the place, in words."""
    given = [f"{name} {value}" for name, value in case.place.given if (name, value) not in usual.place.given]
    if case.place.share != usual.place.share or case.place.handle != usual.place.handle:
        given.append(f"on {case.place.share}, with {case.place.handle}")
    return ", ".join(given) or case.what
