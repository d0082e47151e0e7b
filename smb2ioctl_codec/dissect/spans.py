"""Nodes made of what the span reader finds, in any bytes: broken ones, and those of which not all can be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from smb2ioctl_codec.dissect.kinds import Kinds, kinds_of
from smb2ioctl_codec.dissect.nodes import Finding, Kind, Node
from smb2ioctl_codec.dissect.parts import Inside, Parts
from smb2ioctl_codec.schema.plan import Field, Plan
from smb2ioctl_codec.schema.spans import Span, read, uncovered
from smb2ioctl_codec.schema.violations import first_violation

#: Contents of any number of parts, and the bytes that one part takes at least.
MANY = ("items", "strings", "walk", "own")
SMALLEST_PART = 2
#: Bytes of a record that is read however few nodes there may still be, and shown as far as they go.
_READ_ANYWAY = 1 << 16
#: Zeros between buffers that are fewer only align.
_ALIGNMENT = 8


def record(
    parts: Parts, plan: Plan, low: int, high: int, inside: Mapping[str, Inside], *, is_request: bool
) -> tuple[Node, dict[str, Any]]:
    """The node of a record, and its wire fields as far as they could be read; arguments as of `record_node`."""
    end = high
    many = any(field.kind in MANY for field in plan.fields)
    if many and high - low > max(SMALLEST_PART * parts.room, _READ_ANYWAY):
        end = low + plan.head
        parts.full(plan.name, end)
    reading = read(plan, parts.data[low:end], base=low)
    if end == high:
        broken = first_violation(plan.checks, plan, reading.wire, high - low)
        if broken is not None:
            parts.note(broken, low)
        for defect in reading.defects:
            parts.note(defect)
    maker = _Fields(parts, is_request, inside, reading.wire)
    parts.room -= 1
    kinds = kinds_of(plan, reading.wire, is_request=is_request)
    children = maker.fields(plan, kinds, reading.spans, low, high, reading.wire)
    found = parts.taken(plan.name) + parts.left_over(plan.name)
    return Node(kinds.record, plan.name, "", low, high - low, None, parts.data, children, found), reading.wire


def of_own(parts: Parts, plan: Plan, kinds: Kinds, found: Sequence[Span], *, is_request: bool) -> list[Node]:
    """The nodes of the spans that a content which reads itself has noted."""
    return _Fields(parts, is_request, {}, {}).each(plan, kinds, found)


def gap(parts: Parts, kind: Kind, prefix: str, low: int, high: int) -> Node:
    """Bytes in no field; a finding, if they are not zero though a reader would pass over them."""
    content = parts.data[low:high]
    if kind.role != "unread" and content.strip(b"\0"):
        parts.add(Finding("note", f"{len(content)} bytes in no field are not zero", f"{prefix}.{kind.role}", low))
    parts.room -= 1
    found = parts.taken(f"{prefix}.{kind.role}")
    return Node(kind, kind.role, prefix, low, high - low, content, parts.data, (), found)


def role_of_gap(data: bytes, low: int, high: int, end: int) -> str:
    """What bytes between buffers are; those up to the record's end are its tail."""
    if high == end:
        return "tail"
    return "padding" if high - low < _ALIGNMENT and not data[low:high].strip(b"\0") else "gap"


class _Fields:
    """Makes the nodes of one record's fields."""

    def __init__(self, parts: Parts, is_request: bool, inside: Mapping[str, Inside], wire: dict[str, Any]) -> None:
        self.parts = parts
        self.is_request = is_request
        self.inside = inside
        self.wire = wire

    def fields(
        self, plan: Plan, kinds: Kinds, spans: Sequence[Span], low: int, high: int, wire: Mapping[str, Any],
        path: str = "",
    ) -> tuple[Node, ...]:  # fmt: skip
        """The fields of a record, and the bytes in none of them."""
        made = self.each(plan, kinds, spans)
        ranges = [(max(span.offset, low), min(span.offset + span.size, high)) for span in spans if span.size]
        slack = any(field.kind == "slack" and field.name in wire for field in plan.fields)
        for start, end in uncovered([each for each in ranges if each[0] < each[1]], low, high):
            if self.parts.room > 0:
                role = role_of_gap(self.parts.data, start, end, high) if slack else "unread"
                made.append(gap(self.parts, kinds.gap(role), path or plan.name, start, end))
        made.sort(key=lambda part: part.offset)
        return tuple(made)

    def each(self, plan: Plan, kinds: Kinds, spans: Sequence[Span]) -> list[Node]:
        made = []
        for span in spans:
            if self.parts.room <= 0:
                self.parts.full(span.path, span.offset)
                break
            made.append(self._part(plan, kinds, span))
        return made

    def _part(self, plan: Plan, kinds: Kinds, span: Span) -> Node:
        parts, field, value = self.parts, span.field, span.value
        parts.room -= 1
        kind = kinds.of(field)
        children: tuple[Node, ...] = ()
        if field.enum is not None and isinstance(value, int):
            value = field.enum(value)
            if plan.name == "Header" and field.name == "status" and self.is_request:
                value = int(value)
                children = channel(parts, kinds, span.offset)
        elif isinstance(value, dict):
            inner = _plan_of(span)
            inner_kinds = kinds_of(inner, value, is_request=self.is_request)
            if field.kind == "own":
                children = tuple(self.each(inner, inner_kinds, span.children))
            else:
                low, high = span.offset, span.offset + span.size
                children = self.fields(inner, inner_kinds, span.children, low, high, value, span.path)
            kind = kind if field.kind == "nested" else kinds.part(field, inner.name)
            value = None
        elif isinstance(value, list):
            kind = kinds.whole(field)
            children = tuple(self.each(plan, kinds, span.children))
            value = None if any(isinstance(each, dict) for each in value) else value
        if span.name in self.inside:
            kind = kinds.buffer(field)
            children = tuple(self.inside[span.name](span.offset, span.offset + span.size, self.wire))
        if field.role == "reserved" and _is_set(value):
            parts.add(Finding("note", "zero is expected", span.path, span.offset))
        prefix = span.path.rpartition(".")[0]
        return Node(kind, span.name, prefix, span.offset, span.size, value, parts.data, children,
                    parts.taken(span.path))  # fmt: skip


def channel(parts: Parts, kinds: Kinds, place: int) -> tuple[Node, ...]:
    """The two halves of a request's Status."""
    parts.room -= 2
    found = []
    for start, name, role in ((place, "channel_sequence", "data"), (place + 2, "channel_reserved", "reserved")):
        value = int.from_bytes(parts.data[start : start + 2], "little")
        found.append(Node(kinds.bare(name, role), name, "Header.status", start, 2, value, parts.data))
    return tuple(found)


def _is_set(value: Any) -> bool:
    """Whether anything but zeros stands in a reserved field."""
    if isinstance(value, UUID):
        return value.int != 0
    return any(value) if isinstance(value, bytes) else bool(value)


def _plan_of(span: Span) -> Plan:
    """The plan of the record that a span is."""
    field: Field = span.field
    if field.kind == "own":
        return _entries()[id(span.children[0].field)]
    kind = span.value.get("_record") if field.record is None else field.record
    plan: Plan = kind.PLAN
    return plan


@cache
def _entries() -> dict[int, Plan]:
    """Plans of a reply's entries, which are no records, by the fields that they start with."""
    from smb2ioctl_codec.payloads.dfs import NameListReferral, ReferralV1, ReferralV2, ReferralV3, ReferralV4

    plans = [kind.PLAN for kind in (ReferralV1, ReferralV2, ReferralV3, ReferralV4, NameListReferral)]
    return {id(plan.fields[0]): plan for plan in plans}
