"""Parts of an inspection: nodes made of what the span reader found, with their findings, and no more than a limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from smb2ioctl_codec.dissect.nodes import Finding, Part, Severity
from smb2ioctl_codec.dissect.wireshark import derived, field_names, name_of, record_name
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.rules import Rule
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.plan import Field, Plan
from smb2ioctl_codec.schema.spans import Span, read, uncovered
from smb2ioctl_codec.schema.violations import first_violation

#: Makes the parts inside a buffer, of its span and the wire fields before it.
Inside = Callable[[Span, dict[str, Any]], list[Part]]

#: Contents of any number of parts, and the bytes that one part takes at least.
_MANY = ("items", "strings", "walk", "own")
_SMALLEST_PART = 2
#: Bytes of a record that is read however few nodes there may still be, and shown as far as they go.
_READ_ANYWAY = 1 << 16
#: Zeros between buffers that are fewer only align.
_ALIGNMENT = 8
_PADDING = ("padding", "alignment")
_TAIL = ("trailing", "rest")


class Parts:
    """Makes nodes of one input and collects the findings.

    Args:
        data: the input; all places count from its first byte.
        limit: most nodes.
    """

    def __init__(self, data: bytes, limit: int) -> None:
        self.data = data
        self.room = self.limit = max(limit, 1)
        self.findings: list[Finding] = []
        #: of defects that reading finds
        self.severity: Severity = "error"
        self._known: set[tuple[str, int]] = set()
        self._pending: dict[str, list[Finding]] = {}
        self._is_full = False

    def has_room(self) -> bool:
        """Whether there may be more nodes."""
        return self.room > 0

    # -- findings

    def note(self, error: DecodeError, base: int = 0) -> None:
        """Add what a decoder or reader says; `base` is what its offsets count from. It is told once."""
        place = base + (error.offset or 0)
        path = error.path or "Unknown"
        if (path, place) in self._known:
            return
        self._known.add((path, place))
        rules = "WIRE" if error.rule is None else "REPLY"
        self.add(
            Finding(self.severity, error.reason, path, place, error.needed, error.available, error.limit,
                    rules, error.rule, None, error.status)
        )  # fmt: skip

    def note_rule(self, rule: Rule, rules: str, path: str, offset: int) -> None:
        """Add that a rule of a rule set is broken."""
        self.add(
            Finding("warning", rule.message, path, offset, rules=rules, rule=rule.id, section=rule.section,
                    status=rule.status)
        )  # fmt: skip

    def add(self, finding: Finding) -> None:
        """Add a finding, to all and to the node of its path that is made next."""
        self.findings.append(finding)
        self._pending.setdefault(finding.path, []).append(finding)

    def full(self, path: str, offset: int) -> None:
        """Say, once, that there are more nodes than there may be."""
        if not self._is_full:
            self._is_full = True
            self.findings.append(Finding("note", f"left out from here on: more than {self.limit} nodes", path, offset))

    # -- nodes

    def container(
        self, name: str, path: str, role: str, children: Sequence[Part], low: int, high: int
    ) -> Part:  # fmt: skip
        """A node of records or messages; bytes in none of them are unread."""
        kept = list(children)
        for start, end in uncovered([(each.offset, each.offset + each.size) for each in kept], low, high):
            kept.append(self.bytes_part("unread", f"{path}.unread", start, end, "unread"))
            if not self.has_room():
                self.full(path, start)
        kept.sort(key=lambda part: part.offset)
        known = self.taken(path)
        wireshark = "smb2" if role == "message" else derived(path)
        self.room -= 1
        return Part(name, path, low, high - low, None, role, None, wireshark, known, tuple(kept), "", None, self.data)

    def bytes_part(self, name: str, path: str, low: int, high: int, role: str = "data") -> Part:
        """The node of bytes that are not taken apart."""
        self.room -= 1
        owner, _, field = path.partition(".")
        found, wireshark = self.taken(path), derived(owner, field)
        return Part(name, path, low, high - low, self.data[low:high], role, None, wireshark, found, (), owner, None,
                    self.data)  # fmt: skip

    def scalar(self, name: str, path: str, offset: int, size: int, role: str) -> Part:
        """The node of a big-endian number in the head of a frame."""
        self.room -= 1
        value = int.from_bytes(self.data[offset : offset + size], "big")
        target = "Frame.message" if role == "size-of" else None
        found, wireshark = self.taken(path), derived("Frame", name)
        return Part(name, path, offset, size, value, role, target, wireshark, found, (), "Frame", None, self.data)

    def record(
        self, kind: type[Record], low: int, high: int, *, is_request: bool, inside: Mapping[str, Inside] | None = None
    ) -> tuple[Part, dict[str, Any]]:
        """The node of a record, and its wire fields as far as they could be read.

        Args:
            kind: the record's type.
            low, high: where its bytes start and end, broken or not.
            is_request: a client sent it.
            inside: of buffers that hold more than bytes, what makes their parts.
        """
        plan, end = kind.PLAN, high
        many = any(field.kind in _MANY for field in plan.fields)
        if many and high - low > max(_SMALLEST_PART * self.room, _READ_ANYWAY):
            end = low + plan.head
            self.full(plan.name, end)
        reading = read(plan, self.data[low:end], base=low)
        if end == high:
            broken = first_violation(plan.checks, plan, reading.wire, high - low)
            if broken is not None:
                self.note(broken, low)
            for defect in reading.defects:
                self.note(defect)
        maker = _Fields(self, is_request, inside or {}, reading.wire)
        self.room -= 1
        children = maker.fields(plan, reading.spans, low, high, reading.wire)
        found = self.taken(plan.name) + self._left_over(plan.name)
        name, wireshark = plan.name, record_name(plan.name)
        part = Part(name, name, low, high - low, None, "record", None, wireshark, found, children, name, None,
                    self.data)  # fmt: skip
        return part, reading.wire

    def taken(self, path: str) -> tuple[Finding, ...]:
        """The findings that wait for the node of this path."""
        return tuple(self._pending.pop(path, ())) if self._pending else ()

    def _left_over(self, record: str) -> tuple[Finding, ...]:
        """Findings about fields of a record that have no node."""
        paths = [path for path in self._pending if path.startswith(f"{record}.")]
        return tuple(each for path in paths for each in self._pending.pop(path))


class _Fields:
    """Makes the nodes of one record's fields."""

    def __init__(self, parts: Parts, is_request: bool, inside: Mapping[str, Inside], wire: dict[str, Any]) -> None:
        self.parts = parts
        self.is_request = is_request
        self.inside = inside
        self.wire = wire

    def fields(
        self, plan: Plan, spans: Sequence[Span], low: int, high: int, wire: Mapping[str, Any], path: str = ""
    ) -> tuple[Part, ...]:
        """The fields of a record, and the bytes in none of them."""
        names = field_names(plan.name, wire, is_request=self.is_request)
        made = self._each(plan, spans, names)
        ranges = [(max(span.offset, low), min(span.offset + span.size, high)) for span in spans if span.size]
        slack = any(field.kind == "slack" and field.name in wire for field in plan.fields)
        for start, end in uncovered([each for each in ranges if each[0] < each[1]], low, high):
            if self.parts.room > 0:
                role = "unread" if not slack else "tail" if end == high else "gap"
                made.append(self._gap(plan.name, path or plan.name, role, start, end))
        made.sort(key=lambda part: part.offset)
        return tuple(made)

    def _each(self, plan: Plan, spans: Sequence[Span], names: Mapping[str, str]) -> list[Part]:
        made = []
        for span in spans:
            if self.parts.room <= 0:
                self.parts.full(span.path, span.offset)
                break
            made.append(self._part(plan, span, names))
        return made

    def _part(self, plan: Plan, span: Span, names: Mapping[str, str]) -> Part:
        parts, field, value = self.parts, span.field, span.value
        parts.room -= 1
        role: str = field.role
        target = None
        wireshark = name_of(names, plan.name, field.name)
        children: tuple[Part, ...] = ()
        if field.enum is not None and isinstance(value, int):
            value = field.enum(value)
            if plan.name == "Header" and field.name == "status" and self.is_request:
                value, children = int(value), self._channel(span, names)
        elif isinstance(value, dict):
            inner = _plan_of(span)
            if field.kind == "own":
                inner_names = field_names(inner.name, value, is_request=self.is_request)
                children = tuple(self._each(inner, span.children, inner_names))
            else:
                low, high = span.offset, span.offset + span.size
                children = self.fields(inner, span.children, low, high, value, span.path)
            wireshark = wireshark if field.kind == "nested" else record_name(inner.name)
            value = None
            role = "record" if field.kind != "nested" else role
        elif isinstance(value, list):
            wireshark, role = derived(plan.name, field.name), "list"
            children = tuple(self._each(plan, span.children, names))
            value = None if any(isinstance(each, dict) for each in value) else value
        if field.target is not None:
            target = f"{span.path.removesuffix(span.name)}{field.target}"
        if span.name in self.inside:
            children = tuple(self.inside[span.name](span, self.wire))
        elif field.name in _PADDING:
            role = "padding"
        elif field.name in _TAIL:
            role = "tail"
        elif field.name == "slack":
            role = "gap"
        if field.role == "reserved" and _is_set(value):
            parts.add(Finding("note", "zero is expected", span.path, span.offset))
        return Part(span.name, span.path, span.offset, span.size, value, role, target, wireshark,
                    parts.taken(span.path), children, plan.name, field, parts.data)  # fmt: skip

    def _channel(self, span: Span, names: Mapping[str, str]) -> tuple[Part, ...]:
        """The two halves of a request's Status."""
        parts = self.parts
        found = []
        for place, name, role in ((0, "channel_sequence", "data"), (2, "channel_reserved", "reserved")):
            start = span.offset + place
            value = int.from_bytes(parts.data[start : start + 2], "little")
            parts.room -= 1
            found.append(Part(name, f"{span.path}.{name}", start, 2, value, role, None, names[name], (), (), "Header",
                              None, parts.data))  # fmt: skip
        return tuple(found)

    def _gap(self, record: str, path: str, role: str, low: int, high: int) -> Part:
        """Bytes in no field; zeros that only align are padding."""
        content = self.parts.data[low:high]
        zeros = not content.strip(b"\0")
        if role == "gap" and zeros and len(content) < _ALIGNMENT:
            role = "padding"
        path = f"{path}.{role}"
        if role != "unread" and not zeros:
            self.parts.add(Finding("note", f"{len(content)} bytes in no field are not zero", path, low))
        self.parts.room -= 1
        return Part(role, path, low, high - low, content, role, None, derived(record, role), self.parts.taken(path),
                    (), record, None, self.parts.data)  # fmt: skip


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
