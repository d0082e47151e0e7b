"""Few cases that keep what all of them show: every rule and check once, every record, branch and role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.fuzz.case import Case, Place
from smb2ioctl_codec.fuzz.making.order import grouped
from smb2ioctl_codec.fuzz.making.valid import Made
from smb2ioctl_codec.messages import (
    ErrorResponse,
    Header,
    IoctlRequest,
    IoctlResponse,
    Packet,
    decode_chain,
    encode_chain,
)
from smb2ioctl_codec.payloads.row import Row
from smb2ioctl_codec.payloads.rows import BY_CODE
from smb2ioctl_codec.schema import Record

#: Bytes of the longest message that is looked at, and messages of a compound.
_LONGEST, _TOGETHER = 4096, 8
#: Lists that are longer show nothing more.
_MANY = 2


def smallest(valid: Iterable[Made]) -> Iterator[Case]:
    """Few valid messages that show what all of them show, in compounds: always the one that shows most of what is left,
    of several the shortest."""
    shown = [(each.case, features(each)) for each in valid if len(each.case.data) <= _LONGEST]
    left = set().union(*(found for _, found in shown))
    chosen: list[Case] = []
    while left:
        case, found = max(shown, key=lambda pair: (len(pair[1] & left), -len(pair[0].data)))
        chosen.append(case)
        left -= found
    for some in grouped(chosen, lambda case: (case.direction, case.place)):
        yield from _together(some)


def one_of_each_check(cases: Iterable[Case]) -> Iterator[Case]:
    """The first case of each rule, and of each check of each field of a record."""
    return (some[0] for some in grouped(cases, lambda case: (case.rules, case.rule, case.path)))


def features(made: Made) -> frozenset[Any]:
    """What a valid message shows: records, which of several a content is, what is absent, how long lists are."""
    found: set[Any] = set()
    _add(made.value, found)  # of some, only what was asked tells what they are
    for packet in decode_chain(made.case.data):
        if isinstance(packet.header, Header):
            found.add(("async", packet.header.is_async))
        _add(packet.body, found)
        for payload in _payloads(packet):
            _add(payload, found)
    return frozenset(found)


def _payloads(packet: Packet) -> Iterator[Any]:
    body = packet.body
    if isinstance(body, IoctlRequest):
        yield body.payload()
    elif isinstance(body, IoctlResponse):
        row = BY_CODE.get(body.ctl_code)
        yield from () if row is None else _answers(row, body)
    elif isinstance(body, ErrorResponse):
        yield from body.contexts()
        yield body.payload(getattr(packet.header, "status", 0))


def _answers(row: Row, body: IoctlResponse) -> Iterator[Any]:
    """The output as every type that it may be read as: which one, only the request tells."""
    for kind in row.types("response"):
        try:
            yield kind.decode(body.output)
        except DecodeError:
            continue


def _add(value: Any, found: set[Any]) -> None:
    """What a record shows, and those in it."""
    if not isinstance(value, Record):
        return
    kind: Any = type(value)
    found.add(kind.__name__)
    for field in kind.PLAN.fields:
        for name in field.attributes:
            held = getattr(value, name)
            if isinstance(held, tuple):
                found.add((kind.__name__, name, min(len(held), _MANY)))
            elif field.condition is not None or field.canonical is not None or field.kind == "slack":
                found.add((kind.__name__, name, held is None or held == b""))
            elif field.kind in ("raw", "text"):
                found.add((kind.__name__, name, bool(held)))
            elif field.kind == "one":
                found.add((kind.__name__, name, type(held).__name__))
            for each in held if isinstance(held, tuple) else (held,):
                found.add((kind.__name__, name, type(each).__name__))
                _add(each, found)


def _together(cases: list[Case]) -> Iterator[Case]:
    """The messages of these cases, of one direction and place, as compounds."""
    alone = [case for case in cases if len(decode_chain(case.data)) > 1]
    yield from alone
    single = [case for case in cases if case not in alone]
    for start in range(0, len(single), _TOGETHER):
        some = single[start : start + _TOGETHER]
        first = some[0]
        packets = [packet for case in some for packet in decode_chain(case.data)]
        place = Place(first.place.share, first.place.handle)
        what = f"compound: {'; '.join(case.what for case in some)}"
        code = first.code if {case.code for case in some} == {first.code} else None
        yield Case(encode_chain(packets), "seed", first.direction, code, what, place=place)
