"""Nodes of records that a decoder has taken: read again without a question, in a tenth of the time of `spans`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smb2ioctl_codec.dissect import spans
from smb2ioctl_codec.dissect.kinds import Kinds
from smb2ioctl_codec.dissect.nodes import Finding, Kind, Node
from smb2ioctl_codec.dissect.parts import Inside, Parts
from smb2ioctl_codec.dissect.recipes import Reading, Run, recipe_of
from smb2ioctl_codec.dissect.wireshark import has_variants
from smb2ioctl_codec.schema.plan import Field, Plan
from smb2ioctl_codec.schema.runtime import strings
from smb2ioctl_codec.schema.spans import read_own, uncovered

#: Nodes of a record without lists, at most, with all that it holds.
_FEW = 200
_UTF_16 = "utf-16-le"
#: `_new(Node, (...))` is `Node(...)` in a third of the time; most of a tree is made by it.
_new = tuple.__new__


def fits(plan: Plan, size: int, room: int) -> bool:
    """Whether the nodes of a record of `size` bytes are sure to be no more than `room`, and are known beforehand."""
    most = _FEW + (spans.SMALLEST_PART * size if _has_many(plan) else 0)
    return room > most and not has_variants(plan.name)


def record(
    parts: Parts, plan: Plan, low: int, high: int, inside: Mapping[str, Inside], *, is_request: bool
) -> tuple[Node, dict[str, Any]]:
    """The node of a record, and its wire fields; arguments as of `record_node`."""
    children, wire, kinds = _Reader(parts, inside, is_request).fields(plan, low, high, plan.name)
    parts.room -= 1
    return Node(kinds.record, plan.name, "", low, high - low, None, parts.data, children), wire


_many: dict[str, bool] = {}


def _has_many(plan: Plan) -> bool:
    """Whether the record has lists, or parts that do."""
    found = _many.get(plan.name)
    if found is None:
        inner = [field.record for field in plan.fields if field.record is not None]
        inner += [each for field in plan.fields if field.alternatives for each in field.alternatives.records]
        lists = any(field.kind in spans.MANY for field in plan.fields)
        found = _many[plan.name] = lists or any(_has_many(each.PLAN) for each in inner)
    return found


class _Reader:
    """Makes the nodes of a record and of those in it."""

    def __init__(self, parts: Parts, inside: Mapping[str, Inside], is_request: bool) -> None:
        self.parts = parts
        self.inside = inside
        self.is_request = is_request

    def fields(self, plan: Plan, low: int, high: int, path: str) -> tuple[tuple[Node, ...], dict[str, Any], Kinds]:
        """The nodes of the fields of a record that lies from `low` to `high`, its wire fields, and its kinds."""
        recipe = recipe_of(plan, self.is_request)
        one = _Record(self, plan, recipe.kinds, low, high, path)
        one.follow(recipe)
        if recipe.is_loose:
            one.gaps(recipe.has_slack)
        self.parts.room -= len(one.nodes)
        return tuple(one.nodes), one.wire, recipe.kinds


class _Record(Reading):
    """One record while its nodes are made."""

    __slots__ = ("kinds", "nodes", "path", "reader")

    def __init__(self, reader: _Reader, plan: Plan, kinds: Kinds, low: int, high: int, path: str) -> None:
        super().__init__(plan, reader.parts.data, low, high)
        self.reader = reader
        self.kinds = kinds
        self.path = path
        self.nodes: list[Node] = []

    def run(self, run: Run) -> None:
        data, path, low = self.data, self.path, self.place
        values = run.unpack(data, low)
        self.place = low + run.size
        self.wire.update(zip(run.names, values, strict=True))
        first = len(self.nodes)
        self.nodes += [
            _new(Node, (kind, name, path, low + place, size, value if way is None else way(value), data, (), ()))
            for (kind, name, place, size, way), value in zip(run.parts, values, strict=True)
        ]
        for index, place in run.reserved:
            if values[index] if type(values[index]) is int else values[index].strip(b"\0"):
                self.expect_zero(first + index, low + place)
        if run.status is not None:
            place = low + run.parts[run.status][2]
            self._change(first + run.status, spans.channel(self.reader.parts, self.kinds, place), ())

    def expect_zero(self, index: int, place: int) -> None:
        """Note that a reserved field, of which the node has been made, is set."""
        finding = Finding("note", "zero is expected", self.nodes[index].path, place)
        self.reader.parts.findings.append(finding)
        self._change(index, (), (finding,))

    def _change(self, index: int, children: tuple[Node, ...], findings: tuple[Finding, ...]) -> None:
        self.nodes[index] = self.nodes[index]._replace(children=children, findings=findings)

    def _add(self, field: Field, low: int, high: int, value: Any) -> None:
        """Add the node of a content, and what lies in it if it is a buffer with parts."""
        inside = self.reader.inside.get(field.name)
        if inside is None:
            self.nodes.append(Node(self.kinds.of(field), field.name, self.path, low, high - low, value, self.data))
            return
        children = tuple(inside(low, high, self.wire))
        kind = self.kinds.buffer(field)
        self.nodes.append(Node(kind, field.name, self.path, low, high - low, value, self.data, children))

    # -- contents in sequence

    def raw(self, field: Field) -> None:
        low, high = self.extent(field)
        self._add(field, low, high, self.data[low:high])

    def text(self, field: Field) -> None:
        low, high = self.extent(field)
        self._add(field, low, high, self.data[low:high].decode(_UTF_16))

    def nested(self, field: Field) -> None:
        low, self.place = self.place, self.place + (field.size or 0)
        self._part(field, field.record, low, self.place, self.kinds.of(field))

    def one(self, field: Field) -> None:
        low, high = self.extent(field)
        kind = field.alternatives.select(self.data[low:high])
        if kind is None:
            self._add(field, low, high, self.data[low:high])
        else:
            self._part(field, kind, low, high, self.kinds.part(field, kind.PLAN.name))

    def _part(self, field: Field, kind: Any, low: int, high: int, node_kind: Kind) -> None:
        """Add a record that a field holds."""
        children = self.reader.fields(kind.PLAN, low, high, f"{self.path}.{field.name}")[0]
        self.nodes.append(Node(node_kind, field.name, self.path, low, high - low, None, self.data, children))

    def _list(self, field: Field, low: int, children: list[Node], value: Any) -> None:
        """Add a list whose items have been read."""
        kind = self.kinds.whole(field)
        self.reader.parts.room -= len(children)
        size = self.place - low
        self.nodes.append(Node(kind, field.name, self.path, low, size, value, self.data, tuple(children)))

    def strings(self, field: Field) -> None:
        data, path, kind, first = self.data, self.path, self.kinds.of(field), self.place
        texts, self.place = strings(data[: self.high], first, self.wire[field.count_field or ""])
        made = []
        low, start = first, f"{field.name}["
        for index, text in enumerate(texts):
            size = 2 + (2 * len(text) if text.isascii() else len(text.encode(_UTF_16)))
            made.append(_new(Node, (kind, f"{start}{index}]", path, low, size, text, data, (), ())))
            low += size
        self._list(field, first, made, list(texts))

    def items(self, field: Field) -> None:
        low = self.place
        size, rows = self.rows(field)
        if field.record is not None:
            made = self._records(field, low, size, rows)
            self._list(field, low, made, None if made else [])
            return
        kind, path, data, name = self.kinds.of(field), self.path, self.data, field.name
        values = [value for (value,) in rows]
        made = [
            _new(Node, (kind, f"{name}[{index}]", path, low + index * size, size, value, data, (), ()))
            for index, value in enumerate(values)
        ]
        self._list(field, low, made, values)

    def _records(self, field: Field, low: int, size: int, rows: Any) -> list[Node]:
        """The items of a list of records that consist of numbers and bytes alone, which one run reads."""
        plan, data = field.record.PLAN, self.data
        kind = self.kinds.part(field, plan.name)
        recipe = recipe_of(plan, self.reader.is_request)
        run: Any = recipe.steps[0]
        made = []
        start, name = f"{self.path}.", f"{field.name}["
        reserved = [number for number, _ in run.reserved]
        for index, values in enumerate(rows):
            item = f"{name}{index}]"
            path = start + item
            children = tuple([
                _new(Node, (each, part, path, low + place, width, value if way is None else way(value), data, (), ()))
                for (each, part, place, width, way), value in zip(run.parts, values, strict=True)
            ])  # fmt: skip
            if any(values[number] for number in reserved):
                children = self.reader.fields(plan, low, low + size, path)[0]
            made.append(_new(Node, (kind, item, self.path, low, size, None, data, children, ())))
            low += size
        self.reader.parts.room -= len(made) * len(run.parts)
        return made

    def walk(self, field: Field) -> None:
        plan, first = field.record.PLAN, self.place
        kind = self.kinds.part(field, plan.name)
        made: list[Node] = []
        for low, high in self.elements(field):
            name = f"{field.name}[{len(made)}]"
            children = self.reader.fields(plan, low, high, f"{self.path}.{name}")[0]
            made.append(Node(kind, name, self.path, low, high - low, None, self.data, children))
        self._list(field, first, made, None if made else [])

    def own(self, field: Field) -> None:
        found = read_own(self.plan, field, self.data[self.low : self.high], self.place - self.low, self.wire, self.low)
        self.place = self.high
        self.nodes += spans.of_own(self.reader.parts, self.plan, self.kinds, found, is_request=self.reader.is_request)

    # -- located contents, and what lies between them

    def located(self, field: Field) -> None:
        low, high = self.location(field)
        if low < high:
            content = self.data[low:high]
            self._add(field, low, high, content.decode(_UTF_16) if field.kind == "text" else content)

    def gaps(self, has_slack: bool) -> None:
        """Add what lies between the buffers, and put all in wire order."""
        ranges = [(node.offset, node.offset + node.size) for node in self.nodes if node.size]
        for low, high in uncovered(ranges, self.low, self.high):
            role = spans.role_of_gap(self.data, low, high, self.high) if has_slack else "unread"
            self.nodes.append(spans.gap(self.reader.parts, self.kinds.gap(role), self.path, low, high))
        self.nodes.sort(key=lambda node: node.offset)
