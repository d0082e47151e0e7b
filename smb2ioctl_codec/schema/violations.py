"""Checks over wire fields: which of them some wire values break, and what that error says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.schema import expressions
from smb2ioctl_codec.schema.plan import Check, Plan


def first_violation(checks: Sequence[Check], plan: Plan, wire: dict[str, Any], size: int) -> DecodeError | None:
    """The error of the first check that is known to be broken."""
    known = {**wire, "size": size}
    return next((found for check in checks if (found := violation(check, plan, known)) is not None), None)


def violation(check: Check, plan: Plan, wire: dict[str, Any]) -> DecodeError | None:
    """The error of a check that the wire values break; None if they do not, or are too few to tell."""
    if not wire.keys() >= expressions.names(check.violated) or not expressions.evaluate(check.violated, wire):
        return None
    return error_of(check, plan, wire)


def error_of(check: Check, plan: Plan, wire: dict[str, Any]) -> DecodeError:
    """The error of a check that is known to be broken, with the place and the amounts that the wire values give."""
    name = check.path.partition(".")[2]
    amounts = [None if e is None else int(expressions.evaluate(e, wire)) for e in (check.needed, check.available)]
    return DecodeError(
        check.message,
        path=check.path,
        offset=start_of(plan, name, wire),
        needed=amounts[0],
        available=amounts[1],
        limit=check.limit,
        rule=check.id,
        status=check.status,
    )


def start_of(plan: Plan, name: str, wire: dict[str, Any]) -> int:
    """Offset of the field `name`; 0 for the record itself, or where the field has no place."""
    for candidate in plan.fields:
        if candidate.name == name:
            if candidate.offset is not None:
                return candidate.offset
            if candidate.offset_field is not None:
                start = int(wire[candidate.offset_field]) - candidate.base
                return start if plan.head <= start <= wire["size"] else plan.head
            return plan.head
    return 0
