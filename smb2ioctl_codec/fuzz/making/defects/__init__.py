"""Messages that break exactly one check of one record.

`RULES` lists what `Case.rule` says of them. The rules of the rule sets are not among them: these are broken elsewhere.

What tells records apart cannot be broken: a symbolic link with another reparse tag is another reparse point. So no
case breaks the constant that a reader knows the record by, nor cuts what it would then take for something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from smb2ioctl_codec.fuzz.case import Case
from smb2ioctl_codec.fuzz.making.defects.chains import chains
from smb2ioctl_codec.fuzz.making.defects.contexts import contexts
from smb2ioctl_codec.fuzz.making.defects.numbers import checks, constants, implied
from smb2ioctl_codec.fuzz.making.defects.parts import parts
from smb2ioctl_codec.fuzz.making.defects.referrals import referrals
from smb2ioctl_codec.fuzz.making.defects.shape import Flaw, Shape, inside
from smb2ioctl_codec.fuzz.making.defects.sizes import contents, fixed_parts, items, left_over, located
from smb2ioctl_codec.fuzz.making.defects.subjects import Subject, features, subjects
from smb2ioctl_codec.fuzz.making.defects.texts import strings, texts
from smb2ioctl_codec.fuzz.making.defects.whole import form_of, whole
from smb2ioctl_codec.fuzz.making.order import in_turn
from smb2ioctl_codec.fuzz.making.seeds import made
from smb2ioctl_codec.fuzz.making.valid import Made
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.violations import first_violation

#: Kinds of defects. A check of the record's own is named by its id.
RULES = {
    "cut-short": "the bytes end before the field does",
    "left-over": "bytes lie behind the end of the record, or of the last whole item",
    "constant": "the field has one valid value, or a few, and this is none",
    "size": "the number is not what the bytes make it",
    "length": "a length in bytes is more than there are, or less than there must be",
    "count": "there are fewer elements than the number says",
    "offset": "an offset leads to where the content cannot lie",
    "next": "a step leads to no element",
    "utf-16": "the text is none",
    "unterminated": "the string has no U+0000",
    "odd": "bytes of UTF-16 text are an odd number",
    "overlap": "the strings overlap too much",
    "status": "the body does not go with the status",
}
_FAMILIES = (fixed_parts, constants, implied, checks, contents, items, left_over, located, texts, strings, chains,
             contexts, referrals)  # fmt: skip
_INDEX = re.compile(r"\[\d+\]")


def defects(seed: int = 0) -> Iterator[Case]:
    """Messages that break one check of one record each: of headers, bodies and payloads, and of records inside them.

    Args:
        seed: of the valid messages that they are made of; see `seeds`.
    """
    return defects_of(made(seed))


def defects_of(valid: Iterable[Made]) -> Iterator[Case]:
    """Those that can be made of some valid messages, each once: first one of every record, then another of each."""
    known: set[object] = set()
    return in_turn(chain.from_iterable(_sources(each, known) for each in valid))


def _sources(each: Made, known: set[object]) -> Iterator[Iterator[Case]]:
    """What gives the defects of a message that is worth breaking, because it has what none before it had."""
    case = each.case
    for subject in subjects(each):
        place = case.direction, case.code if each.value is not None else None, subject.kind
        new = {(*place, feature) for feature in features(subject.value)} - known
        if new:
            known |= new
            yield _cases(subject, place, known)
    form = form_of(case)
    if form not in known:
        known.add(form)
        yield whole(case)


def _cases(subject: Subject, place: tuple[object, ...], known: set[object]) -> Iterator[Case]:
    case, kind, parent = subject.case, subject.kind, subject.case.name
    for flaw in flaws(kind, subject.data):
        key = *place, flaw.rule, _INDEX.sub("", flaw.name), flaw.what
        data = None if key in known else subject.wrap(flaw.data)
        if data is not None:
            known.add(key)
            path = inside(kind.__name__, flaw.name)
            yield Case(
                data, "broken", case.direction, case.code, f"{path}: {flaw.what}", path, flaw.rule, kind.__name__,
                kind.PLAN.section, place=case.place, parent=parent,
            )  # fmt: skip


def flaws(kind: type[Record], data: bytes) -> Iterator[Flaw]:
    """Every defect that can be made of the bytes of a valid record."""
    shape = Shape(kind, data)
    own = {check.id for check in kind.PLAN.checks}
    for flaw in chain(chain.from_iterable(family(shape) for family in _FAMILIES), parts(shape, flaws)):
        if not own or flaw.rule in own or not _breaks_check(shape, flaw):
            yield flaw


def _breaks_check(shape: Shape, flaw: Flaw) -> bool:
    """Whether a defect of the layout breaks a check between fields, too."""
    wire = Shape(shape.kind, flaw.data).wire
    return first_violation(shape.plan.checks, shape.plan, wire, len(flaw.data)) is not None
