"""Cases without an end: valid messages, changed at random."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.fuzz.case import OFFSETS, SIZES, Case, Patched, Place
from smb2ioctl_codec.fuzz.mutating.mutator import mutation
from smb2ioctl_codec.messages import IoctlRequest, IoctlResponse
from smb2ioctl_codec.messages.header import HEADER_SIZE

#: Bytes of the longest message that is changed: in longer ones most changes are to what means nothing.
LONGEST = 4096
#: Mutations of one seed number are never those of the next.
_SEED_BITS = 32
_CODE = HEADER_SIZE + (IoctlRequest.PLAN.field("ctl_code").offset or 0)
_WITH_CODE = {
    "request": IoctlRequest.PLAN.field("structure_size").const,
    "response": IoctlResponse.PLAN.field("structure_size").const,
}
#: What is given of the server where an id is a wrong one.
_MISSING: dict[Patched, str] = {"tree_id": "tree_missing", "session_id": "session_missing"}


def mutated(parents: Sequence[Case], seed: int) -> Iterator[Case]:
    """Mutations of these valid messages, of each in turn.

    Args:
        parents: at least one.
        seed: which of the mutations.
    """
    named = [(case, case.name) for case in parents if len(case.data) <= LONGEST] or [(parents[0], parents[0].name)]
    for number in count():
        case, name = named[number % len(named)]
        found = mutation(case.data, (seed << _SEED_BITS) + number)
        made = replace(case, data=found.data, kind="mutated", what=found.what, path=found.path, parent=name)
        yield replace(made, code=_code(made), place=_place(made, case))


def _code(case: Case) -> CtlCode | None:
    """The control code that the changed bytes have."""
    size = case.data[HEADER_SIZE : HEADER_SIZE + 2]
    if len(case.data) < _CODE + 4 or int.from_bytes(size, "little") != _WITH_CODE[case.direction]:
        return None
    return CtlCode(int.from_bytes(case.data[_CODE : _CODE + 4], "little"))


def _place(case: Case, parent: Case) -> Place:
    """The parent's place; ids that were changed stay what they are, and name nothing."""
    place = parent.place
    kept = tuple(name for name in _MISSING if _at(case, name) != _at(parent, name))
    given = tuple((_MISSING[name], True) for name in kept)
    handle = place.handle if _at(case, "file_id") == _at(parent, "file_id") else "none"
    return replace(place, handle=handle, kept=(*place.kept, *kept), given=(*place.given, *given))


def _at(case: Case, name: Patched) -> bytes:
    """The id in the first message, wherever the case has one."""
    start = OFFSETS[name]
    return case.data[start : start + SIZES[name]]
