"""Nodes: one for each field, buffer, record and gap of some bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from smb2ioctl_codec.dissect.display import display, shortened_bytes
from smb2ioctl_codec.schema import Record, value_class
from smb2ioctl_codec.schema.spans import Reading, Span, read, uncovered


@value_class
class Node:
    """One field, buffer, record or gap.

    Attributes:
        name, path: what it is, alone and from its record down.
        offset, size: its place in bytes, from the first byte given, and the bytes that it covers.
        value: an int or a member of an enum, bytes, a str, a list of values; None for a record, and for a text that
            is none.
        display: the value for people.
        role: that of its field (``data``, ``const``, ``reserved``, ``offset-of``, ``size-of``, ``count-of``), or
            ``record``, or ``slack`` for bytes in no buffer, or ``unread`` for those that a defect cut off.
        children: fields of a record, items of a list, the payload in a buffer.
    """

    name: str
    path: str
    offset: int
    size: int
    value: Any
    display: str
    role: str
    children: tuple[Node, ...] = ()

    def child(self, name: str) -> Node | None:
        """The first child of that name; None if there is none."""
        return next((each for each in self.children if each.name == name), None)

    def with_child(self, child: Node) -> Node:
        """The same node with `child` in the place of its namesake."""
        return replace(self, children=tuple(child if each.name == child.name else each for each in self.children))


def record_node(kind: type[Record], data: bytes, base: int) -> tuple[Node, Reading]:
    """The node of a record, and all that the span reader found.

    Args:
        kind: the record's type.
        data: all of its bytes, broken or not.
        base: what is added to every offset.
    """
    plan = kind.PLAN
    reading = read(plan, data, base=base)
    children = [_node(span, data, base) for span in reading.spans]
    role = "slack" if any(f.kind == "slack" and f.name in reading.wire for f in plan.fields) else "unread"
    ranges = [(span.offset - base, span.offset - base + span.size) for span in reading.spans]
    for low, high in uncovered(ranges, 0, len(data)):
        children.append(bytes_node(role, f"{plan.name}.{role}", data[low:high], base + low, role))
    children.sort(key=lambda node: node.offset)
    return Node(plan.name, plan.name, base, len(data), None, "", "record", tuple(children)), reading


def bytes_node(name: str, path: str, data: bytes, base: int, role: str = "data") -> Node:
    """The node of bytes that are not taken apart."""
    return Node(name, path, base, len(data), data, shortened_bytes(data), role)


def _node(span: Span, data: bytes, base: int) -> Node:
    field, value = span.field, span.value
    if field.enum is not None:
        value = field.enum(value)
    elif isinstance(value, dict):
        value = None
    text = display(span.path, value, span.size, field.role)
    if value is None and field.kind == "nested" and set(data[span.offset - base :][: span.size]) == {0xFF}:
        text = "all ones"
    elif value is None and not span.children and field.kind not in ("nested", "one", "walk", "items"):
        text = "no UTF-16, " + shortened_bytes(data[span.offset - base :][: span.size])
    children = tuple(_node(child, data, base) for child in span.children)
    return Node(span.name, span.path, span.offset, span.size, value, text, field.role, children)
