"""Requests that break one rule of a server, and no other of that server's.

A rule is an expression over fields of the request and facts of the server. A request that breaks none is changed: up
to two of the fields that the rule looks at, the place that it is sent to, or what is given of the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import chain, combinations, islice, product
from typing import Any

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.fuzz.case import Case, Patched, Place
from smb2ioctl_codec.fuzz.facts import SERVERS, USUAL, broken_by, facts_of
from smb2ioctl_codec.fuzz.making import build
from smb2ioctl_codec.fuzz.making.changes import Change, changed, changes, with_changes
from smb2ioctl_codec.fuzz.making.payloads import payload_of
from smb2ioctl_codec.fuzz.making.valid import request_case
from smb2ioctl_codec.messages import HeaderFlags
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.payloads.dfs import ReferralRequest
from smb2ioctl_codec.rules import ALL_ONES, Rule, RuleSet, is_broken
from smb2ioctl_codec.schema import expressions

#: Cases of a rule for each of its control codes.
MOST = 4
#: Codes that a rule of all codes is broken with.
_CODES = 3
#: Facts that the place tells: where else a request could be sent.
_OF_PLACE = frozenset({"share_is_ipc", "share_is_read_only", "open_missing", "open_is_pipe"})
#: Facts that the path of a referral request tells.
_OF_PATH = frozenset(
    {"path_has_dots", "path_has_controls", "dfs_root_missing", "dfs_link_unreadable", "dfs_link_missing"}
)
_PLACES = tuple(Place(share, handle) for share in ("disk", "IPC$") for handle in ("file", "pipe", "none"))
#: Numbers that a server may have for a fact.
_NUMBERS = (0, 1, 64, 164, 0x0202, 1 << 10, 1 << 24)
#: A header that says that the message is signed.
_SIGNED: dict[str, Any] = {"flags": HeaderFlags.SIGNED.value, "signature": b"\x77" * 16}
#: Facts that show in the header: what stands there, and what a live client must leave.
_IN_HEADER: dict[str, tuple[dict[str, Any], tuple[Patched, ...]]] = {
    "session_missing": ({"session_id": 0x7777777777777777}, ("session_id",)),
    "tree_missing": ({"tree_id": 0x77777777}, ("tree_id",)),
    "signature_wrong": (_SIGNED, ()),
}
#: Facts that the header itself tells.
_OF_HEADER = frozenset({"credit_charge", "most_credits", "header_flags"})
#: Fewer changes are tried of rules that nothing breaks alone.
_TRIES = 400
#: The halves of the FileId that names no open.
_NO_OPEN = (ALL_ONES, ALL_ONES)
#: Bytes behind an input, and credits of a request that asks for much.
_SLACK, _CREDITS = 16, 64


def broken(rule_sets: Iterable[RuleSet] = SERVERS) -> Iterator[Case]:
    """Cases of every rule of these rule sets, with each of its codes with which it can be broken alone."""
    for rules in rule_sets:
        for rule in rules:
            codes = rule.codes or _polite_codes(rules)
            found = [case for code in codes for case in islice(_cases(rules, rule, code), MOST)]
            yield from [case for case in found if not case.also] or found


@cache
def _polite_codes(rules: RuleSet) -> list[CtlCode]:
    """Codes of which the server serves the plain request, each sent to another place."""
    found: dict[Place, CtlCode] = {}
    for code in (*_FIRST, *CtlCode):
        case = _plain(code)
        if case.place not in found and not broken_by(case, rules):
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


def bases() -> Iterator[Case]:
    """The valid requests that are broken."""
    codes = {code for rules in SERVERS for rule in rules for code in rule.codes or _polite_codes(rules)}
    return map(_plain, sorted(codes))


@cache
def _plain(code: CtlCode) -> Case:
    """The plain request of a code, with a few bytes behind it, so that there is room to move the input."""
    return request_case(
        build.request(code, payload_of(code), slack=bytes(_SLACK)), "plain, with bytes behind the input"
    )


def _cases(rules: RuleSet, rule: Rule, code: CtlCode) -> Iterator[Case]:
    """Requests of a code that break the rule, alone if that can be; all different."""
    polite = _politely(_plain(code), rules, rule)
    applied = replace(rule, force="must") if rule.force == "may" else rule  # what is only listed is broken, too
    together: list[Case] = []
    seen: set[tuple[bytes, Place]] = set()
    for data, place, what in islice(_attempts(polite, rule), _TRIES):
        if len(what) > 1 and len(together) < len(seen):
            return  # one change is enough
        facts = facts_of(data, place)
        if facts is None or not is_broken(applied, facts, facts.keys()) or (data, place) in seen:
            continue
        seen.add((data, place))
        others = tuple(each.id for each in rules if each is not rule and is_broken(each, facts, facts.keys()))
        made = Case(
            data, "broken", "request", code, _said(what, place, polite), rule.path, rule.id, rules.name, rule.section,
            others, _with_file_id(place, what), polite.name,
        )  # fmt: skip
        if others:
            together.append(made)
        else:
            yield made
    if len(together) == len(seen):
        fewest = min((len(case.also) for case in together), default=0)
        yield from (case for case in together if len(case.also) == fewest)


def _with_file_id(place: Place, chosen: tuple[Change, ...]) -> Place:
    """The place, where a FileId that is wrong must stay as it is: half of it is taken to name the open."""
    if place.handle == "none" or not any(name == "file_id" and value != _NO_OPEN for name, value in chosen):
        return place
    return replace(place, kept=(*place.kept, "file_id"), given=(*place.given, ("open_missing", False)))


def _politely(case: Case, rules: RuleSet, rule: Rule) -> Case:
    """The request on a server that has nothing against it, as far as that is a matter of the server."""
    for _ in range(len(rules)):
        found = next((each for each in broken_by(case, rules) if each is not rule), None)
        places = () if found is None else _elsewhere(case.place, found)
        elsewhere = (replace(case, place=place) for place in places)
        better = next((other for other in elsewhere if found not in broken_by(other, rules)), None)
        if better is None:
            break
        case = better
    return case


def _elsewhere(place: Place, rule: Rule) -> Iterator[Place]:
    """Where the facts that a rule asks for are others: other places, other servers."""
    names = rule.names & (USUAL.keys() | _OF_PLACE | {"pipe_written"})
    if names & _OF_PLACE:
        yield from (replace(each, given=place.given) for each in _PLACES)
    free = sorted(names - _OF_PLACE - _OF_PATH - _IN_HEADER.keys() - _OF_HEADER)
    choices = [[not USUAL[name]] if isinstance(USUAL.get(name), bool) else _NUMBERS for name in free]
    for values in product(*choices):
        given = dict(place.given) | dict(zip(free, values, strict=True))
        yield replace(place, given=tuple(sorted(given.items())))


#: A message, where it is sent, and what was changed in it.
_Attempt = tuple[bytes, Place, tuple[Change, ...]]


def _attempts(case: Case, rule: Rule) -> Iterator[_Attempt]:
    """The request as it is, elsewhere, with one change, with two."""
    names = expressions.names(rule.violated)
    body = case.data[HEADER_SIZE:]
    for name in sorted(names & _IN_HEADER.keys()):
        fields, kept = _IN_HEADER[name]
        place = replace(case.place, kept=kept, given=((name, True),))
        yield build.request_message(body, **fields), place, ()
        if "header_flags" in names:
            yield build.request_message(body, **fields, **_SIGNED), place, ()
    heads = [case.data[:HEADER_SIZE]]
    if names & {"max_input_response", "max_output_response"}:
        heads.append(build.request_message(body, credit_charge=_CREDITS)[:HEADER_SIZE])
    if "header_flags" in names:
        heads.append(build.request_message(body, flags=HeaderFlags.REPLAY_OPERATION.value)[:HEADER_SIZE])
    if "most_credits" in names:
        heads.append(build.request_message(body, credit_charge=0xFFFF)[:HEADER_SIZE])
    servers = list(product(heads, [case.place, *_elsewhere(case.place, rule)]))
    each = [list(changes(name, rule, body, _MORE.get(name, ()))) for name in changed(rule)]
    together: list[Iterable[tuple[Change, ...]]] = [((),), ((one,) for one in chain(*each))]
    together += [product(*pair) for pair in combinations(each, 2)]
    for chosen in chain.from_iterable(together):
        changed_body = with_changes(body, chosen)
        yield from ((head + changed_body, place, chosen) for head, place in servers)


#: Values that are tried beside those at a rule's constants.
_MORE: dict[str, tuple[Any, ...]] = {
    "file_id": (build.FILE_ID.volatile,),
    "input_offset": (112, 121),
    "input": tuple(
        ReferralRequest(3, path).encode()
        for path in (
            r"\server\root\..",
            r"\server\other",
            r"\server\root\other",
            rf"\server\root\{'x' * 300}",
            "\\server\\root\\link\\\1",
        )
    ),
}


def _said(chosen: tuple[Change, ...], place: Place, usual: Case) -> str:
    """What was changed, and what is given of the place, in words."""
    said = [_shown(change) for change in chosen]
    said += [f"{name} {value}" for name, value in place.given if (name, value) not in usual.place.given]
    if (place.share, place.handle) != (usual.place.share, usual.place.handle):
        said.append(f"on {place.share}, {place.handle} as the handle")
    return ", ".join(said) or "plain"


def _shown(change: Change) -> str:
    name, value = change
    if name == "input":
        return f"{len(value)} bytes of input" if len(value) > 8 else f"input {value.hex() or 'empty'}"
    if name == "file_id":
        return f"file_id {value[0]:#x}, {value[1]:#x}"
    return f"cut to {value} bytes" if name == "size" else f"{name} {value:#x}"
