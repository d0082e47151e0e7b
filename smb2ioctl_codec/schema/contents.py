"""What a variable field holds: bytes, text, lists, other records.

Like all words of the schema language these are real constructs. Where construct alone cannot read a content, because
the bytes are no such thing, it raises a `ConstructError`.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from construct import Array, Construct, Container, GreedyBytes, NullTerminated, StreamError, Struct, Subconstruct

from smb2ioctl_codec.schema.expressions import evaluate


class Content(Subconstruct):
    """The base of all contents."""

    def of_bytes(self, data: bytes, context: Any) -> Any:
        """What construct makes of a content that is all of `data`."""
        stream = io.BytesIO(data)
        found = self._parse(stream, context, "")
        if stream.read(1):
            raise StreamError("bytes are left over")
        return found


class Raw(Content):
    """Bytes: as many as the placement gives, or all that are left."""

    def __init__(self) -> None:
        super().__init__(GreedyBytes)


class Text(Raw):
    """UTF-16LE, on the wire as bytes.

    Args:
        terminator: attribute that holds what follows the text from its first U+0000 on; None: the text is everything.
        status: what an error of the text carries as its status.
    """

    def __init__(self, terminator: str | None = None, status: Any = None) -> None:
        super().__init__()
        self.terminator = terminator
        self.status = status


class Strings(Content):
    """UTF-16LE strings one after another, each followed by U+0000, as many as the count field says."""

    def __init__(self, count: str) -> None:
        super().__init__(NullTerminated(GreedyBytes, term=b"\0\0"))
        self.count = count

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        return [self.subcon._parse(stream, context, path) for _ in range(context[self.count])]

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        for item in obj:
            self.subcon._build(item, stream, context, path)
        return obj


class Items(Content):
    """Elements of fixed size, one after another: as many as the count field says, or to the end.

    Args:
        element: an integer, or a record of integers and bytes.
        count: the field that counts them.
    """

    def __init__(self, element: Any, count: str | None = None) -> None:
        super().__init__(element if isinstance(element, Construct) else element.SCHEMA)
        self.record = None if isinstance(element, Construct) else element
        self.count = count

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        size, left = self.subcon.sizeof(), _left(stream)
        number = left // size if self.count is None else context[self.count]
        if number * size > left or (self.count is None and left % size):
            raise StreamError("the elements do not fit")
        return list(Array(number, self.subcon)._parse(stream, context, path))

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        for item in obj:
            self.subcon._build(item, stream, context, path)
        return obj


class Tags(NamedTuple):
    """What tells records apart: bytes from `start` to `end`, and the record that they stand for."""

    start: int
    end: int
    records: dict[bytes, Any]


class Alternatives:
    """Records of which the bytes themselves tell the right one.

    Args:
        records: all of them.
        select: given all bytes, the right one; None where it is none of them, and the bytes stay bytes.
    """

    def __init__(self, *records: Any, select: Callable[[bytes], Any]) -> None:
        self.records = records
        self.select = select
        #: `Tags`, if every record has one; then what a record encodes to is always read as that record
        self.tags: Any = None

    @property
    def only(self) -> Any:
        """The one record, if there is but one and no bytes are anything else."""
        return self.records[0] if isinstance(self.select, _Always) else None

    @classmethod
    def by(cls, name: str, *records: Any) -> Alternatives:
        """Told apart by the field `name`, which every record fixes to another value at the same place."""
        fields = [record.PLAN.field(name) for record in records]
        start, size = fields[0].offset, fields[0].size
        if len({(field.offset, field.code) for field in fields}) != 1 or len({f.const for f in fields}) != len(records):
            raise TypeError(f"{name} does not tell these records apart")
        tags = [struct.pack(field.code, field.const) for field in fields]
        known, end = dict(zip(tags, records, strict=True)), start + size
        made = cls(*records, select=lambda data: known.get(data[start:end]))
        made.tags = Tags(start, end, known)
        return made

    def decode(self, data: bytes) -> Any:
        """The record that the bytes hold, or the bytes."""
        kind = self.select(data)
        return data if kind is None else kind.decode(data)


class _Always:
    """Selects the same record whatever the bytes."""

    def __init__(self, record: Any) -> None:
        self.record = record

    def __call__(self, _: bytes) -> Any:
        return self.record


class One(Content):
    """Another record, or one of several; bytes where it is none of these. It takes all bytes of its place.

    What construct gives of it, and builds, is a container whose ``_record`` is the record's type.
    """

    def __init__(self, alternatives: Any) -> None:
        super().__init__(GreedyBytes)
        if not isinstance(alternatives, Alternatives):
            alternatives = Alternatives(alternatives, select=_Always(alternatives))
        self.alternatives = alternatives

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        data = stream.read()
        kind = self.alternatives.select(data)
        return data if kind is None else parsed_record(kind, data)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        stream.write(obj if isinstance(obj, bytes) else obj["_record"].SCHEMA.build(obj))
        return obj


class Walk(Content):
    """Records of various size one after another, to the end. Exactly one of `next` and `size` says where each ends.

    Args:
        record: type of the elements.
        next: the element's `Next` field; an element reaches to where it points, the last one to the end. If the
            elements have but fixed fields and trailing bytes, the last has none of these.
        size: expression over the element's integers at its start that gives its bytes; the last may have fewer.
        align: `next` must be a multiple of this.
        count: the field that counts the elements.
    """

    def __init__(
        self, record: Any, *, next: str | None = None, size: str | None = None, align: int = 1, count: str | None = None
    ) -> None:
        super().__init__(record.SCHEMA)
        if (next is None) is (size is None):
            raise TypeError("a Walk needs next or size")
        self.record = record
        self.next = next
        self.size = size
        self.align = align
        self.count = count

    @property
    def last_size(self) -> int | None:
        """Bytes of the last element of a chain where that is known."""
        plan = self.record.PLAN
        variable = [f for f in plan.fields if f.width is None or f.condition is not None]
        return plan.head if self.next and len(variable) == 1 and variable[0].kind == "raw" else None

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        data, position = stream.read(), 0
        found: list[Container] = []
        expected = None if self.count is None else context[self.count]
        while position < len(data) if expected is None else len(found) < expected:
            wire = _head(self.record, data[position : position + self.record.PLAN.head])
            step = wire[self.next] if self.next else evaluate(self.size or "", wire)
            last = not step if self.next else position + step >= len(data)
            if self.size and step < self.record.PLAN.head:
                raise StreamError("the element is too short")
            end = position + step
            if last:
                end = len(data) if self.last_size is None else position + self.last_size
            elif step % self.align or step < self.record.PLAN.head or end >= len(data):
                raise StreamError("the next element lies nowhere")
            found.append(parsed_record(self.record, data[position:end]))
            position = end
            if last:
                break
        if position != len(data) or (expected is not None and expected != len(found)):
            raise StreamError("bytes are left over, or elements are missing")
        return found

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        for item in obj:
            stream.write(self.subcon.build(item))
        return obj


class Own(Content):
    """The escape: a content of its own kind, which takes all bytes to the end and reads and writes itself.

    For what no other word describes; whoever writes one writes every reader of it. On the wire it is bytes.

    Attributes:
        type: what the layout table says.
        attributes: those of the class that hold it; the first has the field's name.
        count: the field that counts the first attribute's items, or None.
    """

    type = "bytes"
    attributes: tuple[str, ...] = ()
    count: str | None = None

    def __init__(self) -> None:
        super().__init__(GreedyBytes)

    def read(self, data: bytes, start: int, count: int | None) -> tuple[Any, ...]:
        """The attributes' values; `Refused`, `struct.error` or `UnicodeDecodeError` if the bytes are not valid."""
        raise NotImplementedError

    def write(self, value: Any) -> bytes:
        """The bytes of a record's attributes; whatever exception if they do not fit."""
        raise NotImplementedError

    def trace(self, reader: Any, field: Any, start: int, count: int | None) -> Any:
        """Note every span and defect with the span reader's `note_span` and `note_defect`; gives nothing."""
        raise NotImplementedError

    def normalise(self, value: Any) -> None:
        """Give attributes other than the first, where they are not their defaults, the form that decoding gives."""

    def explain(self, value: Any) -> bytes:
        """What `write` does; EncodeError with path and reason if the attributes do not fit."""
        raise NotImplementedError


def parsed_record(kind: Any, data: bytes) -> Container:
    """All of `data` as the wire fields of a record."""
    stream = io.BytesIO(data)
    found = kind.SCHEMA.parse_stream(stream)
    if stream.read(1):
        raise StreamError("bytes are left over")
    found["_record"] = kind
    return found


def _head(kind: Any, data: bytes) -> Container:
    """The fields of fixed size at the start of a record."""
    plan = kind.PLAN
    names = [f.name for f in plan.fields if f.offset is not None and f.fixed and f.condition is None]
    return Struct(*(subcon for subcon in kind.SCHEMA.subcons if subcon.name in names)).parse(data)


def _left(stream: Any) -> int:
    back = stream.tell()
    end = stream.seek(0, io.SEEK_END)
    stream.seek(back)
    left: int = end - back
    return left
