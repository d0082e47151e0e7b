"""A tree as fields and values: what filters, columns and the JSON of tshark's form look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from smb2ioctl_codec.dissect.nodes import Node
from smb2ioctl_codec.dissect.printed import BOOLEANS, NARROW, Value
from smb2ioctl_codec.dissect.wireshark import SILENT, bits_of, is_official

#: A field by its display filter name, and one of its values.
Leaf = tuple[str, Value]

#: Roles of nodes that have no value of their own.
_HOLDERS = frozenset(("record", "list", "message", "frame"))
#: Bytes that only fill.
FILLERS = frozenset(("padding", "gap", "tail", "unread"))


def leaves(node: Node) -> Iterator[Leaf]:
    """Every field below a node (itself included) with its value, in the order in which Wireshark shows them."""
    kind = node.kind
    name, official = kind.wireshark, is_official(kind.wireshark)
    if kind.role in _HOLDERS:
        if official and kind.role == "record":
            yield name, None
        if node.path in _BUFFERS:
            yield from _body(node, *_BUFFERS[node.path])
            return
        for each in node.children:
            yield from leaves(each)
        return
    is_handle = official and kind.field is not None and kind.field.kind == "nested"
    if official or (kind.role not in FILLERS and not node.children):
        yield from _field(node, name)
    if not is_handle:
        for each in node.children:
            yield from leaves(each)


#: IOCTL bodies -> the names of their buffers.
_BUFFERS = {"IoctlRequest": ("input", "output"), "IoctlResponse": ("input", "output")}


def _body(body: Node, *buffers: str) -> Iterator[Leaf]:
    """The fields of an IOCTL body: first those that stand alone, then each buffer behind its offset and count."""
    located: list[tuple[int, list[Leaf]]] = []
    apart: set[int] = set()
    for buffer in buffers:
        parts = [body.child(f"{buffer}_{which}") for which in ("offset", "count")]
        known = [part for part in (*parts, body.child(buffer)) if part is not None]
        apart |= {id(part) for part in known}
        found = [leaf for part in parts if part is not None for leaf in _field(part, part.wireshark)]
        place = f"smb2.ioctl.{'in' if buffer == 'input' else 'out'}"
        if len(found) == len(parts):
            found.append((place, None))
        content = body.child(buffer)
        if content is not None:
            code = body.child("ctl_code")
            for each in content.children:
                found += leaves(each)
            if code is not None:
                found += unknown(code.value, content.raw)
        located.append((parts[0].value if parts[0] is not None else 0, found))
    for each in body.children:
        if id(each) not in apart:
            yield from leaves(each)
    for _, found in sorted(located, key=lambda one: one[0]):
        yield from found


def unknown(ctl_code: int, payload: bytes) -> Iterable[Leaf]:
    """What Wireshark shows of a payload that it has no layout for."""
    return (("smb2.unknown", payload),) if payload and ctl_code not in SILENT else ()


def _field(node: Node, name: str) -> Iterator[Leaf]:
    value = value_of(node, name)
    if value is _NOTHING:
        return
    yield name, value
    if isinstance(node.value, int):
        for bit, mask in bits_of(node.kind.owner, name).items():
            part = (node.value & mask) // (mask & -mask)
            yield bit, bool(part) if bit in BOOLEANS else part
    if name == "smb.dfs.flags":
        yield "smb.padding", node.raw[2:]


_NOTHING: Any = object()
#: Names that Wireshark gives to mere places.
PLACES = frozenset(("smb2.ioctl.in", "smb2.ioctl.out", "smb2.reparse_guid", "smb2.error.share_redirect.ip_list"))


def value_of(node: Node, name: str) -> Value:
    """The value of a node, as the type that Wireshark's field of that name has."""
    value = node.value
    if name in PLACES:
        return None
    if name == "smb2.reserved":
        return node.raw
    if name == "smb2.error.data":  # empty or padded: Wireshark shows one byte of what fills
        return node.raw if node.name == "error_data" and node.size else node.raw[:1] or _NOTHING
    if name in NARROW:
        return int(value) & NARROW[name]
    if isinstance(value, str):
        return value.partition("\0")[0]
    if isinstance(value, int) and value < 0 and name != "smb2.fsctl.wait.timeout":
        return value & (1 << 8 * node.size) - 1
    if isinstance(value, list):
        return _NOTHING  # type: ignore[no-any-return]
    if value is None:
        if node.kind.field is not None and node.kind.field.kind == "nested":
            return UUID(bytes_le=node.raw) if node.size == 16 else _NOTHING
        raw = node.raw
        return raw[: len(raw) & ~1].decode("utf-16-le", "replace").partition("\0")[0]
    return bool(value) if name in BOOLEANS else value
