"""Fields and values of records that a decoder has taken, without a tree: `leaves` gives the same of one.

Captures have many messages, and most questions about them are about a few fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from struct import Struct
from typing import Any, NamedTuple
from uuid import UUID

from smb2ioctl_codec.dissect.kinds import kinds_of
from smb2ioctl_codec.dissect.leaves import FILLERS, PLACES, Leaf
from smb2ioctl_codec.dissect.printed import BOOLEANS, NARROW, Value
from smb2ioctl_codec.dissect.recipes import Reading, Run, recipe_of
from smb2ioctl_codec.dissect.wireshark import bits_of, has_variants, is_official, name_of
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.plan import Field, Plan
from smb2ioctl_codec.schema.runtime import Refused, strings

_UTF_16 = "utf-16-le"
_HANDLE_SIZE = 16

#: What makes a value of the number or the bytes that struct gives.
Way = Callable[[Any], Value]


class Column(NamedTuple):
    """One field: the number of its value in what struct gives, and what makes the value of it."""

    name: str
    place: int
    way: Way | None


def leaves_of(value: Record, data: bytes, *, is_request: bool) -> list[Leaf] | None:
    """The fields and values of a record, of which a decoder has taken all bytes; None if only a tree can tell.

    Args:
        value: what the decoder gave.
        data: all of its bytes.
        is_request: a client sent it.
    """
    plan = value.PLAN
    if has_variants(plan.name):
        return None
    one = _Record(plan, data, 0, len(data), is_request, [])
    one.record(value)
    return one.leaves


def leaves_of_cut(kind: type[Record], data: bytes) -> list[Leaf] | None:
    """As `leaves_of`, of a referral reply that was cut, which no decoder need have taken; None if it is not valid."""
    if len(data) < kind.PLAN.head or data[0] & 1:
        return None
    one = _Record(kind.PLAN, data, 0, len(data), False, [])
    try:
        one.record(kind)
    except Refused:
        return None
    return one.leaves


def columns_of(field: Field, name: str, owner: str, index: int) -> Iterator[Column]:
    """A field of fixed size and its bits, as struct gives it at `index`.

    Args:
        field: the field.
        name: its display filter name.
        owner: name of its record.
        index: the number of its value.
    """
    yield Column(name, index, way_of(field, name))
    for bit, mask in bits_of(owner, name).items():
        yield Column(bit, index, _bits(mask, bit in BOOLEANS))
    if name == "smb.dfs.flags":
        yield Column("smb.padding", index, lambda number: (number >> 16).to_bytes(2, "little"))


def way_of(field: Field, name: str) -> Way | None:
    """What makes the value of a field of what struct gives; None if that is the value."""
    size = field.size or 0
    if name in PLACES:
        return lambda _: None
    if name in NARROW:
        mask = NARROW[name]
        return lambda number: number & mask
    if name in BOOLEANS:
        return bool
    if name == "smb2.reserved" and field.kind == "integer":
        return lambda number: number.to_bytes(size, "little")
    if field.enum is not None:
        return field.enum.map().__getitem__  # type: ignore[no-any-return]
    if field.code[1:] in ("q", "i", "h", "b") and name != "smb2.fsctl.wait.timeout":
        mask = (1 << 8 * size) - 1
        return lambda number: number & mask
    if field.convert is None or name == "smb2.reserved":
        return None
    convert = field.convert.to_value
    return (lambda data: text_of(convert(data))) if field.type.startswith("UTF-16") else convert


def text_of(value: Value) -> Value:
    """A text up to its first U+0000, where Wireshark ends it."""
    return value.partition("\0")[0] if isinstance(value, str) else value


def handle_of(data: bytes) -> UUID:
    """A FileId as Wireshark shows it."""
    return UUID(bytes_le=data)


def _bits(mask: int, is_boolean: bool) -> Way:
    if is_boolean:
        return lambda number: number & mask != 0
    shift = (mask & -mask).bit_length() - 1
    return lambda number: (number & mask) >> shift


@cache
def _columns(run: Run) -> list[Column]:
    """The fields of a run but for those that only fill."""
    found: list[Column] = []
    for index, field in enumerate(run.fields):
        kind = run.parts[index][0]
        if is_official(kind.wireshark) or kind.role not in FILLERS:
            found += columns_of(field, kind.wireshark, kind.owner, index)
    return found


class _Record(Reading):
    """One record while its fields are read."""

    __slots__ = ("is_request", "leaves", "value")

    def __init__(self, plan: Plan, data: bytes, low: int, high: int, is_request: bool, leaves: list[Leaf]) -> None:
        super().__init__(plan, data, low, high)
        self.is_request = is_request
        self.leaves = leaves

    def record(self, value: Any = None) -> None:
        """Read all fields; `value` is the record, where that helps."""
        recipe = recipe_of(self.plan, self.is_request)
        if is_official(recipe.kinds.record.wireshark):
            self.leaves.append((recipe.kinds.record.wireshark, None))
        self.value = value
        self.follow(recipe)

    def run(self, run: Run) -> None:
        values = run.unpack(self.data, self.place)
        self.place += run.size
        self.wire.update(zip(run.names, values, strict=True))
        self.leaves += [
            (name, values[index] if way is None else way(values[index])) for name, index, way in _columns(run)
        ]

    def _add(self, field: Field, value: Value) -> None:
        kind = self._kinds().of(field)
        if is_official(kind.wireshark) or kind.role not in FILLERS:
            self.leaves.append((kind.wireshark, None if kind.wireshark in PLACES else value))

    def _kinds(self) -> Any:
        return recipe_of(self.plan, self.is_request).kinds

    def raw(self, field: Field) -> None:
        low, high = self.extent(field)
        self._add(field, self.data[low:high])

    def text(self, field: Field) -> None:
        low, high = self.extent(field)
        self._add(field, text_of(self.data[low:high].decode(_UTF_16)))

    def located(self, field: Field) -> None:
        low, high = self.location(field)
        if low < high:
            content = self.data[low:high]
            self._add(field, text_of(content.decode(_UTF_16)) if field.kind == "text" else content)

    def nested(self, field: Field) -> None:
        low, self.place = self.place, self.place + (field.size or 0)
        name = self._kinds().of(field).wireshark
        if field.size == _HANDLE_SIZE and is_official(name):
            self.leaves.append((name, handle_of(self.data[low : self.place])))
        else:
            self._part(field.record, low, self.place)

    def one(self, field: Field) -> None:
        low, high = self.extent(field)
        kind = field.alternatives.select(self.data[low:high])
        if kind is None:
            self._add(field, self.data[low:high])
        else:
            self._part(kind, low, high)

    def _part(self, kind: Any, low: int, high: int) -> None:
        _Record(kind.PLAN, self.data, low, high, self.is_request, self.leaves).record()

    def strings(self, field: Field) -> None:
        name = self._kinds().of(field).wireshark
        texts, self.place = strings(self.data[: self.high], self.place, self.wire[field.count_field or ""])
        self.leaves += [(name, text) for text in texts]

    def items(self, field: Field) -> None:
        _, rows = self.rows(field)
        if field.record is None:
            name = self._kinds().of(field).wireshark
            self.leaves += [(name, value) for (value,) in rows]
            return
        recipe: Any = recipe_of(field.record.PLAN, self.is_request)
        columns = _columns(recipe.steps[0])
        for values in rows:
            self.leaves += [
                (name, values[index] if way is None else way(values[index])) for name, index, way in columns
            ]

    def walk(self, field: Field) -> None:
        for low, high in self.elements(field):
            self._part(field.record, low, high)

    def own(self, field: Field) -> None:
        """The entries of a referral reply, and their strings."""
        value = self.value
        start, self.place = self.place, self.high
        if getattr(value, "truncated", False):
            for found in field.own.entries(self.data[self.low : self.high]):
                self._surveyed(found)
            return
        for entry in value.referral_entries:
            kind: Any = type(entry)
            form = _form_of(kind, self.is_request)
            values = form.unpack(self.data, start)
            self.leaves += [
                (name, values[index] if way is None else way(values[index])) for name, index, way in form.columns
            ]
            for index, attribute, name in form.texts:
                if index is None or values[index]:
                    text = getattr(entry, attribute)
                    self.leaves += [(name, text)] if isinstance(text, str) else [(name, each) for each in text]
            start += values[form.size]

    def _surveyed(self, entry: Any) -> None:
        """An entry of a reply that was cut, as far as it is there."""
        form = _form_of(entry.kind, self.is_request)
        for (field, columns), value in ((each, entry.wire.get(each[0])) for each in form.fields):
            if field in entry.wire:
                self.leaves += [(name, value if way is None else way(value)) for name, _, way in columns]
        for attribute, text in (*entry.texts.items(), *entry.cut_texts.items()):
            if text.end:
                name = form.names[attribute]
                values = (text.value,) if isinstance(text.value, str) else text.value
                self.leaves += [(name, value) for value in values]


class _Form:
    """How an entry of a referral reply is read."""

    def __init__(self, kind: Any, is_request: bool) -> None:
        plan: Plan = kind.PLAN
        kinds = kinds_of(plan, {}, is_request=is_request)
        fixed = [field for field in plan.fields if field.fixed and kinds.of(field).role not in FILLERS]
        unpacker = Struct("<" + "".join(field.code[1:] for field in fixed))
        self.unpack = unpacker.unpack_from
        places = {field.name: index for index, field in enumerate(fixed)}
        self.size = places["size"]
        self.columns: list[Column] = []
        #: the same for values that are known by name, converted already
        self.fields: list[tuple[str, list[Column]]] = []
        for index, field in enumerate(fixed):
            name = kinds.of(field).wireshark
            self.columns += columns_of(field, name, plan.name, index)
            plain = replace(field, convert=None)
            self.fields.append((field.name, list(columns_of(plain, name, plan.name, index))))
        self.names = {name: name_of(kinds.names, plan.name, name) for name in kind.__slots__}
        located = {field.target or "": places[field.name] for field in fixed if field.role == "offset-of"}
        #: for each string the index of its offset, its attribute, its name
        self.texts: list[tuple[int | None, str, str]] = [
            (located.get(attribute), attribute, self.names[attribute])
            for attribute in ("share_name", *located)
            if attribute in self.names
        ]


@cache
def _form_of(kind: Any, is_request: bool) -> _Form:
    return _Form(kind, is_request)
