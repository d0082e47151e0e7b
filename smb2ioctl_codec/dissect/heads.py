"""The fixed part of messages as fields and values, at once: one struct format for header and body.

The trees say the same (`leaves`), whole and for any bytes, but take many times as long; captures have many messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from operator import itemgetter
from struct import Struct, calcsize
from typing import Any

from smb2ioctl_codec.dissect.flat import Column, Way, columns_of, handle_of
from smb2ioctl_codec.dissect.kinds import kinds_of
from smb2ioctl_codec.dissect.leaves import Leaf
from smb2ioctl_codec.dissect.printed import Value
from smb2ioctl_codec.dissect.wireshark import NAMES
from smb2ioctl_codec.messages import Command, ErrorResponse, Header, HeaderFlags, IoctlRequest, IoctlResponse
from smb2ioctl_codec.messages.header import HEADER_SIZE, HEADER_START
from smb2ioctl_codec.schema import Record, expressions

_FROM_SERVER = HeaderFlags.SERVER_TO_REDIR.value
_ASYNC = HeaderFlags.ASYNC_COMMAND.value
_IOCTL = int(Command.IOCTL)
_KIND = _FROM_SERVER | _ASYNC
_start = Struct("<6s6xH2xI").unpack_from
#: StructureSize of an ERROR body.
_ERROR_SIZE = b"\x09\x00"


class Head:
    """The fields of fixed size of one kind of message.

    Attributes:
        kind: class of its body; None if it is of a command of which only the header is known.
        size: bytes of header and fixed body.
        unpack: gives the raw values of a message's bytes.
        columns: all fields, in wire order, bits behind their number.
        located: for each buffer, its field (``smb2.ioctl.in``) and the indexes of its offset and count.
        body_start: index of the first value of the body.
        ctl_code, status: indexes of the control code, if it has one, and of the status of a reply.
    """

    def __init__(self, flags: int, kind: type[Record] | None) -> None:
        self.kind = kind
        self.is_request = not flags & _FROM_SERVER
        self.columns: list[Column] = []
        self.located: list[tuple[str, int, int]] = []
        self._codes: list[str] = []
        self._add_record(Header, {"flags": flags})
        self.body_start = len(self._codes)
        if kind is not None:
            self._add_record(kind, {})
        places = {column.name: column.place for column in reversed(self.columns)}
        self.status = places.get("smb2.nt_status", -1)
        if self.located:
            self.ctl_code = places["smb2.ioctl.function"]
            self._places = itemgetter(*(index for _, *place in self.located for index in place))
        unpacker = Struct(f"<{''.join(self._codes)}")
        self.unpack, self.size = unpacker.unpack_from, unpacker.size
        self._getters: dict[str, list[tuple[Any, int, Way | None]]] = {}
        for name, index, way in self.columns:
            place = calcsize(f"<{''.join(self._codes[:index])}")
            getter = Struct(f"<{self._codes[index]}").unpack_from, place, way
            self._getters.setdefault(name, []).append(getter)
        #: names that this head alone can answer
        self.names = frozenset(self._getters) - _shared()

    def buffers(self, raw: tuple[Any, ...], message: bytes) -> tuple[bytes, bytes]:
        """Input and output, as far as they are there; a request has no output.

        Args:
            raw: what `unpack` gave.
            message: all of the message.
        """
        start, count, other_start, other_count = self._places(raw)
        lowest = self.size
        first = message[start : start + count] if start >= lowest else b""
        if self.is_request or other_start < lowest:
            return first, b""
        return first, message[other_start : other_start + other_count]

    def values(self, message: bytes, name: str) -> list[Value]:
        """The values of a field of a message."""
        getters = self._getters[name]
        if len(getters) == 1:
            ((unpack, place, way),) = getters
            (raw,) = unpack(message, place)
            return [raw if way is None else way(raw)]
        return [
            raw if way is None else way(raw) for unpack, place, way in getters for (raw,) in (unpack(message, place),)
        ]

    def leaves(self, raw: tuple[Any, ...]) -> list[Leaf]:
        """All fields but the places of buffers, of what `unpack` gave."""
        return [(name, raw[index] if way is None else way(raw[index])) for name, index, way in self.columns]

    def _add_record(self, kind: type[Record], wire: Mapping[str, Any]) -> None:
        kinds = kinds_of(kind.PLAN, wire, is_request=self.is_request)
        places: dict[str, int] = {}
        for field in kind.PLAN.fields:
            if not field.fixed or (field.condition and not expressions.evaluate(field.condition, wire)):
                continue
            name = kinds.of(field).wireshark
            if kind is Header and field.name == "status" and self.is_request:
                self._add("smb2.channel_sequence", "H", None)
                self._add("smb2.reserved", "2s", None)
            elif field.kind == "nested":
                self._add(name, f"{field.size}s", handle_of)
            elif name.startswith("smb2.olb."):
                places[field.name] = len(self._codes)
                self._codes.append(field.code[1:])
            else:
                plain = replace(field, enum=None) if name == "smb2.protocol_id" else field
                self.columns += columns_of(plain, name, kind.PLAN.name, len(self._codes))
                self._codes.append(field.code[1:])
        for buffer, place in (("input", "smb2.ioctl.in"), ("output", "smb2.ioctl.out")):
            if f"{buffer}_offset" in places:
                self.located.append((place, places[f"{buffer}_offset"], places[f"{buffer}_count"]))

    def _add(self, name: str, code: str, way: Way | None) -> None:
        self.columns.append(Column(name, len(self._codes), way))
        self._codes.append(code)


@cache
def _shared() -> frozenset[str]:
    """Names in the fixed part that payloads and other parts of a message have as well."""
    ours = ("Header", "Header<", "Header>", "IoctlRequest", "IoctlResponse", "ErrorResponse")
    others = {name for key, names in NAMES.items() if key not in ours for name in names.values()}
    return frozenset(others | {"smb2.error.data"})


@cache
def fixed_names() -> frozenset[str]:
    """All fields that messages have besides their payloads."""
    heads = [Head(flags, IoctlRequest) for flags in (0, _ASYNC)]
    heads += [Head(flags | _FROM_SERVER, kind) for flags in (0, _ASYNC) for kind in (IoctlResponse, ErrorResponse)]
    names = {column.name for head in heads for column in head.columns}
    return frozenset(names | {"smb2.olb.offset", "smb2.olb.length", "smb2.error.data"})


@cache
def only_fixed() -> frozenset[str]:
    """Those that are nowhere else."""
    return fixed_names() - _shared()


_heads: dict[tuple[int, type[Record] | None], Head] = {}


def head_of(message: bytes) -> Head | None:
    """The head of a message; None if it does not have all of its fixed part, or has no SMB2 header."""
    if len(message) < HEADER_SIZE:
        return None
    start, command, flags = _start(message)
    if start != HEADER_START:
        return None
    kind: type[Record] | None = None
    if command == _IOCTL:
        kind = IoctlRequest
        if flags & _FROM_SERVER:
            kind = ErrorResponse if message[HEADER_SIZE : HEADER_SIZE + 2] == _ERROR_SIZE else IoctlResponse
    key = flags & _KIND, kind
    head = _heads.get(key)
    if head is None:
        head = _heads[key] = Head(flags, kind)
    return head if len(message) >= head.size else None
