"""Where contents that offsets lead to may lie: behind a gap, in either order, on the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from smb2ioctl_codec.fuzz.values.fit import size_of
from smb2ioctl_codec.fuzz.values.plain import make
from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.spans import read

#: Bytes of a gap.
_GAP = 8
#: Attributes, what is special about them, and the field that it is about.
Placed = tuple[dict[str, Any], str, str]


def placed(kind: Any, random: Random) -> Iterator[Placed]:
    """Attributes with which the located contents of a record lie elsewhere than encoding puts them."""
    located = [field for field in kind.PLAN.fields if field.place == "at"]
    plain = make(kind, random)
    if not located or plain is None:
        return
    spans = read(kind.PLAN, plain.encode()).spans
    head = max(span.offset + span.size for span in spans if span.field.place != "at")
    slack = next(field.name for field in kind.PLAN.fields if field.kind == "slack")
    contents = {field.name: getattr(plain, field.name) for field in located}
    empty = {name: content[:0] for name, content in contents.items()}
    gap = random.randbytes(_GAP)
    for field in located:
        alone = empty | {field.name: contents[field.name]}
        for before in (b"", gap):
            place = _offset(field, head + len(before))
            yield alone | place | {slack: before}, f"{field.name} alone behind {len(before)} bytes", field.name
    if len(located) == 2:
        yield from _both(located, contents, head, slack, gap)


def _both(located: list[Field], contents: dict[str, Any], head: int, slack: str, gap: bytes) -> Iterator[Placed]:
    for one, two in (located, located[::-1]):
        end = head + size_of(contents[one.name])
        for between in (b"", gap):
            places = _offset(one, head) | _offset(two, end + len(between))
            what = f"{two.name} {len(between)} bytes behind {one.name}"
            yield contents | places | {slack: between}, what, two.name
    one, two = located
    same = {one.name: contents[one.name], two.name: contents[one.name]}
    yield same | _offset(one, head) | _offset(two, head) | {slack: b""}, f"{two.name} is {one.name}", two.name


def _offset(field: Field, start: int) -> dict[str, int]:
    return {field.offset_field or "": start + field.base}
