"""Every check that a record's layout makes, as its plan tells it: what kind of defect breaks it, and at which path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smb2ioctl_codec.schema.plan import Field, Plan

#: Kind of the defect, path from the record down with ``[]`` for any index.
Check = tuple[str, str]
#: Stands for any field of the fixed part.
HEAD = "the fixed part"


def checks_of(plan: Plan, path: str = "") -> Iterator[Check]:
    """The checks of a record, and of those in it."""
    if plan.head and not path:
        yield "cut-short", HEAD
    if not _takes_all(plan) and not path:
        yield "left-over", ""
    yield from ((check.id, check.path.partition(".")[2]) for check in plan.checks)
    for field in plan.fields:
        for rule, name in (*_of_number(field), *_of_content(field), *_of_list(field)):
            yield rule, _below(path, name)
        yield from _inside(field, path)


def _of_number(field: Field) -> Iterator[Check]:
    if field.const is not None:
        yield "constant", field.name
    if field.implied is not None:
        yield "size", field.name


def _of_content(field: Field) -> Iterator[Check]:
    if field.kind == "text" or field.type.startswith("UTF-16 in"):
        yield "utf-16", field.name
    if field.length_field is not None:
        yield "length", field.name
    if field.offset_field is not None:
        yield "offset", field.offset_field
        yield "offset", field.name
    if field.exact is not None and field.width is None:
        yield "cut-short", field.name


def _of_list(field: Field) -> Iterator[Check]:
    if field.count_field is not None and field.own is None:
        yield "count", field.name
    elif field.kind == "items":
        yield "left-over", field.name
    if field.kind == "strings":
        yield "unterminated", f"{field.name}[]"
        yield "utf-16", f"{field.name}[]"
    if field.walk is not None and field.walk.next is not None:
        yield "next", f"{field.name}[].{field.walk.next}"


def _inside(field: Field, path: str) -> Iterator[Check]:
    """The checks of the records that a field may hold."""
    kinds: Any = field.alternatives.records if field.kind == "one" else (field.record,) if field.kind == "walk" else ()
    name = f"{field.name}[]" if field.kind == "walk" else field.name
    for kind in kinds:
        yield from checks_of(kind.PLAN, _below(path, name))


def _takes_all(plan: Plan) -> bool:
    """Whether whatever follows belongs to the last field, as bytes, text, a record, or the start of one more item."""
    last = plan.fields[-1]
    if last.walk is not None:
        return last.walk.next is None or last.walk.last_size is None
    return last.own is not None or (
        last.kind in ("raw", "text", "slack", "one", "items") and last.place == "here" and last.count_field is None
    )


def _below(path: str, name: str) -> str:
    return ".".join(filter(None, (path, name)))
