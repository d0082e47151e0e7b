"""Numbers that meet at an edge: offset and count together, two such pairs, chains, counts against the bytes.

One broken field is found by most decoders; sums that wrap, and two fields that only together lead astray, are not.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise, product
from random import Random
from typing import Any, NamedTuple

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.fuzz.case import Case, header_offset
from smb2ioctl_codec.fuzz.making import build
from smb2ioctl_codec.fuzz.making.bodies import DATA_OF_ERRORS, kind_of_context
from smb2ioctl_codec.fuzz.making.compounds import compounds
from smb2ioctl_codec.fuzz.making.order import in_turn
from smb2ioctl_codec.fuzz.making.payloads import payload_of
from smb2ioctl_codec.fuzz.making.spots import Measure, Spot, measure_of, spots
from smb2ioctl_codec.fuzz.making.valid import reply_case, request_case
from smb2ioctl_codec.fuzz.values.plain import with_two
from smb2ioctl_codec.messages import Command, ErrorContext, ErrorResponse, Header, IoctlRequest, IoctlResponse
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.messages.packet import NEXT_COMMAND
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads.rows import BY_CODE
from smb2ioctl_codec.schema.plan import Plan

#: Where sums wrap, or signs change.
EDGES = (1 << 16, 1 << 31, 1 << 32)
#: Bytes behind everything else.
TRAILING = (0, 1, 8, 64, 512)
#: How far from an edge.
_STEPS = (-8, -1, 0, 1, 7)
#: What offsets are aligned to.
_ALIGNMENT = 8
#: Codes that the measures of the bodies themselves are broken with.
_CODES = (
    CtlCode.FSCTL_DFS_GET_REFERRALS, CtlCode.FSCTL_PIPE_TRANSCEIVE, CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS,
    CtlCode.FSCTL_SRV_COPYCHUNK, CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO, CtlCode.FSCTL_QUERY_ALLOCATED_RANGES,
    CtlCode.FSCTL_SET_REPARSE_POINT, CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO,
)  # fmt: skip


#: The code whose messages stand under other commands.
_OF_COMMANDS = CtlCode.FSCTL_QUERY_ALLOCATED_RANGES
#: What a base is among the seeds.
_WHAT = "two items in each list"
#: The number of no command.
_NO_COMMAND = 0x77
#: Bytes of a payload without a type, and where payloads start in a message.
_OPAQUE = 24
_INPUT, _OUTPUT, _ERROR_DATA = (HEADER_SIZE + body.PLAN.head for body in (IoctlRequest, IoctlResponse, ErrorResponse))


class Base(NamedTuple):
    """A valid message, and where in it the numbers are that are made to meet."""

    case: Case
    #: name of the case
    name: str
    #: where the record starts whose numbers are broken
    start: int
    plan: Plan
    #: counts the bytes from `start` on, if trailing bytes are to be part of them
    counted: Spot | None


def interactions(seed: int = 0) -> Iterator[Case]:
    """All of them: those under other commands, then of every message in turn."""
    yield from _commands(seed)
    yield from in_turn([*map(_compounds, compounds()), *map(_family, bases(seed))])


def bases(seed: int) -> Iterator[Base]:
    """Messages of which the bodies are broken, and one for each type of payload."""
    for code in _CODES:
        asked, answered = _exchange(code, seed)
        yield _base(asked, IoctlRequest.PLAN, HEADER_SIZE)
        yield _base(answered, IoctlResponse.PLAN, HEADER_SIZE)
    for row in BY_CODE.values():
        code = row.ctl_code
        for kind in row.types("request"):
            yield _base(_request(code, _rich(kind, seed)), kind.PLAN, _INPUT, _place(IoctlRequest, "input_count"))
        for kind in row.types("response"):
            status = NtStatus.BUFFER_OVERFLOW if getattr(kind, "truncated", False) else NtStatus.SUCCESS
            answer = build.reply(code, _rich(kind, seed), status)
            yield _base(_reply(code, answer), kind.PLAN, _OUTPUT, _place(IoctlResponse, "output_count"))
    for kind, status in DATA_OF_ERRORS.items():
        answer = build.error(status, ErrorResponse(_rich(kind, seed)))
        yield _base(_reply(None, answer), kind.PLAN, _ERROR_DATA, _place(ErrorResponse, "byte_count"))
    contexts = [ErrorContext(_rich(kind, seed), kind_of_context(kind)) for kind in DATA_OF_ERRORS]
    answer = build.error(NtStatus.STOPPED_ON_SYMLINK, ErrorResponse.of(contexts))
    yield _base(_reply(None, answer), ErrorResponse.PLAN, HEADER_SIZE)
    yield _base(_reply(None, answer), ErrorContext.PLAN, _ERROR_DATA, _place(ErrorResponse, "byte_count"))


def _exchange(code: CtlCode, seed: int) -> tuple[Case, Case]:
    """A request, and a reply that sends its input back."""
    data = payload_of(code) or bytes(_OPAQUE)
    output = next((_rich(kind, seed) for kind in BY_CODE[code].types("response")), bytes(_OPAQUE))
    return _request(code, data), _reply(code, build.reply(code, output, input=data))


def _rich(kind: Any, seed: int) -> bytes:
    """The bytes of a plain value with two items in each list."""
    made: bytes = with_two(kind, Random(seed)).encode()  # noqa: S311 - bytes that are the same again are wanted
    return made


def _request(code: CtlCode, data: bytes) -> Case:
    return request_case(build.request(code, data), _WHAT)


def _reply(code: CtlCode | None, message: bytes) -> Case:
    return reply_case(message, code, _WHAT)


def _base(case: Case, plan: Plan, start: int, counted: int | None = None) -> Base:
    spot = None
    if counted is not None:
        spot = Spot("", counted, "<L", int.from_bytes(case.data[counted : counted + 4], "little"))
    return Base(case, case.name, start, plan, spot)


def _place(body: Any, name: str) -> int:
    """Where a number of a body stands in a message."""
    return HEADER_SIZE + int(body.PLAN.field(name).offset)


def _family(base: Base) -> Iterator[Case]:
    measures, chains, offsets = spots(base.plan, base.case.data, base.start)
    if base.plan is IoctlRequest.PLAN:
        measures.append(
            measure_of(base.plan, base.case.data, base.start, "output_offset", "output_count", HEADER_SIZE)
        )  # fmt: skip
    parts = [_chain(base, each) for each in chains] + [_offsets(base, offsets)]
    parts += [_counts(base, each) for each in measures]
    parts += [_measure(base, each) for each in measures if each.offset is not None]
    located = [each for each in measures if each.offset is not None]
    parts += [_pairs(base, one, other) for index, one in enumerate(located) for other in located[index + 1 :]]
    return in_turn(parts)


def _measure(base: Base, measure: Measure) -> Iterator[Case]:
    """Offset and count such that their sum, padded or not, comes to an edge."""
    low, high = measure.low, measure.high
    for offset, count in _meeting(measure, (low, low + 1, high - _ALIGNMENT, high, 0), _STEPS):
        yield from _with_trailing(base, ((measure.offset, offset), (measure.amount, count)))


def _pairs(base: Base, one: Measure, other: Measure) -> Iterator[Case]:
    """Two measures that are wrong at once."""
    both = [_meeting(each, (each.low, each.high), (0,)) for each in (one, other)]
    for (offset, count), (offset2, count2) in product(*both):
        numbers = ((one.offset, offset), (one.amount, count), (other.offset, offset2), (other.amount, count2))
        yield from _with_trailing(base, numbers)


def _meeting(measure: Measure, offsets: Iterable[int], steps: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Offsets, of these and of those just before an edge, and counts that lead to the edge, or so far from it."""
    given = measure.offset
    for edge in (measure.high, *EDGES):
        for offset, step in product(dict.fromkeys((*offsets, edge - _ALIGNMENT)), steps):
            count = edge - offset + step
            if given is not None and given.fits(offset) and measure.amount.fits(count):
                yield offset, count
    for count in _padded_to_nothing(measure):
        yield measure.low, count


def _padded_to_nothing(measure: Measure) -> tuple[int, int]:
    """Counts that are 0 once they are padded to 8, if they have but so many bits; the last and the first."""
    return measure.amount.highest, measure.amount.highest - _ALIGNMENT + 2


def _counts(base: Base, measure: Measure) -> Iterator[Case]:
    """Counts that are not those of the bytes, alone and times what one of them takes."""
    value, high = measure.amount.value, measure.high
    numbers = {0, value - 1, value + 1, value + 2, 2 * value + 1, high, high + 1, measure.amount.highest}
    numbers |= {edge // measure.unit + step for edge in EDGES for step in (-1, 0, 1)}
    # with the bytes before it, the count comes to 0, or to less
    numbers |= {measure.amount.highest + 1 - back for back in (_ALIGNMENT, 2 * _ALIGNMENT)}
    for number in sorted(numbers - {value}):
        if measure.amount.fits(number):
            yield from _with_trailing(base, ((measure.amount, number),))


def _chain(base: Base, steps: list[Spot]) -> Iterator[Case]:
    """Next fields that lead nowhere, short, back, to themselves; one after another, and two at once."""
    if not steps:
        return
    first, total = steps[0], len(base.case.data) - base.start
    size = first.value or total
    numbers = (0, 1, 4, 8, size - 8, size - 1, size + 1, size + 8, 2 * size, total - 8, total, total + 8,
               0x7FFFFFF8, 0x80000000, 0xFFFFFFF8, 0x100000000 - size)  # fmt: skip
    for step in steps:
        for number in dict.fromkeys(numbers):
            if step.fits(number) and number != step.value:
                yield from _with_trailing(base, ((step, number),), (0, 64))
    for one, other in pairwise(steps):
        for number, second in product((0, 8, size, 0xFFFFFFF8), repeat=2):
            if one.fits(number) and other.fits(second):
                yield from _with_trailing(base, ((one, number), (other, second)), (0,))


def _offsets(base: Base, offsets: list[Spot]) -> Iterator[Case]:
    """Offsets of what ends by itself: to the start, into the midst, before, at and past the end; two at once."""
    total = len(base.case.data) - base.start
    numbers = (0, 1, 2, total // 2, total - 2, total - 1, total, total + 1, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF)
    for spot, number in product(offsets, numbers):
        yield from _with_trailing(base, ((spot, number),), (0, 1, 64))
    for one, other in pairwise(offsets):
        for number, second in product((0, total - 2, 0xFFFF), repeat=2):
            yield from _with_trailing(base, ((one, number), (other, second)), (0,))


def _commands(seed: int) -> Iterator[Case]:
    """A body of IOCTL under every other command, one without a name too."""
    place = header_offset("command")
    for command in (*(each for each in Command if each != Command.IOCTL), _NO_COMMAND):
        for case in _exchange(_OF_COMMANDS, seed):
            data = case.data[:place] + command.to_bytes(2, "little") + case.data[place + 2 :]
            what = f"the body of an IOCTL under {Command(command)!s}"
            yield replace(case, data=data, kind="interaction", what=what, path="Header.command",
                          section=Header.PLAN.section, parent=case.name)  # fmt: skip


def _compounds(case: Case) -> Iterator[Case]:
    """NextCommand of every message of a compound, one at a time and all at once."""
    code = Header.PLAN.field("next_command").code
    base = Base(case, case.name, 0, Header.PLAN, None)
    places, start = [], 0
    while True:
        (step,) = struct.unpack_from(code, case.data, start + NEXT_COMMAND)
        places.append(Spot("Header.next_command", start + NEXT_COMMAND, code, step))
        if not step:
            break
        start += step
    total = len(case.data)
    for place in places:
        here = place.offset - NEXT_COMMAND
        for number in (0, 1, 8, 63, 64, 65, 72, place.value + 8, place.value - 8, total - here, total - here + 8,
                       total - here - 64, 0x7FFFFFF8, 0x80000000, 0xFFFFFFC0, 0x100000000 - here - 8):  # fmt: skip
            if place.fits(number) and number != place.value:
                yield from _with_trailing(base, ((place, number),), (0, 64))
    for number in (0, 8, 64, 0xFFFFFFF8):
        yield from _with_trailing(base, [(place, number) for place in places], (0,))


def _with_trailing(
    base: Base, numbers: Iterable[tuple[Spot | None, int]], trailing: Iterable[int] = TRAILING
) -> Iterator[Case]:
    """The base with these numbers in it, and so many bytes more."""
    case = base.case
    message = bytearray(case.data)
    said = []
    path = ""
    for spot, number in numbers:
        if spot is not None:
            spot.put(message, number)
            said.append(f"{spot.path} {number:#x}")
            path = path or spot.path
    what = ", ".join(said)
    counted = base.counted
    for more in trailing:
        if more:
            longer = message + bytes(more)
            if counted is not None and counted.fits(counted.value + more):
                counted.put(longer, counted.value + more)
            data, text = bytes(longer), f"{what}, {more} bytes more"
        else:
            data, text = bytes(message), what
        of_base = (base.plan.section, (), case.place, base.name)
        yield Case(data, "interaction", case.direction, case.code, text, path, "", "", *of_base)
