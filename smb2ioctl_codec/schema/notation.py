"""The words of the schema language that construct lacks: marks on scalars, and placements.

Every class here is a real `construct.Construct`, so a schema parses and builds by itself: `parse` gives the wire
fields, `build` writes whatever it is given, broken values included. What is parsed lies wherever the fields say, but
never outside the bytes that are there: a buffer that would is given as None. Lowering (`plan.py`) reads the attributes
of these classes; no other module looks at them.

A variable field is a placement and a content (`contents.py`). A content alone stands in sequence. `Sized` limits one to
a length field and `Exactly` to an expression, `At` puts one where an offset field points.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from construct import Adapter, Bytes, Construct, Container, Int64ul, StreamError, Subconstruct

from smb2ioctl_codec.schema.contents import Content
from smb2ioctl_codec.schema.expressions import evaluate

#: A gap that `build` fills with zeros is at most this many bytes, so that a broken offset allocates nothing large.
LARGEST_BUILT_GAP = 1 << 16


class Fixed(Subconstruct):
    """A scalar that must have one value. Parsing gives what is there; building without a value writes the right one."""

    def __init__(self, subcon: Construct, value: int) -> None:
        super().__init__(subcon)
        self.value = int(value)
        self.flagbuildnone = True

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        return self.subcon._build(self.value if obj is None else obj, stream, context, path)


class Reserved(Subconstruct):
    """A scalar that senders are told to zero and receivers to ignore; the class keeps it."""


class Tag(Subconstruct):
    """A scalar or a reserved one that an open enum names: the class holds a member, the wire its number."""

    def __init__(self, subcon: Construct, enum: type) -> None:
        super().__init__(subcon)
        self.enum = enum


class Converted(Adapter):
    """Bytes of fixed size that stand for a value.

    In construct it is an adapter, so a schema's `parse` gives the value and its `build` takes it.

    Args:
        size: bytes.
        type: what the layout table calls it.
        to_value: from the bytes; may raise UnicodeDecodeError.
        to_bytes: from the value; TypeError or ValueError, with a text for people, if it does not fit.
    """

    def __init__(
        self, size: int, type: str, to_value: Callable[[bytes], Any], to_bytes: Callable[[Any], bytes]
    ) -> None:
        super().__init__(Bytes(size))
        self.size = size
        self.type = type
        self.to_value = to_value
        self.to_bytes = to_bytes

    def _decode(self, obj: Any, context: Any, path: str) -> Any:
        return self.to_value(obj)

    def _encode(self, obj: Any, context: Any, path: str) -> Any:
        return obj if isinstance(obj, bytes) else self.to_bytes(obj)


class Ticks(Subconstruct):
    """A FILETIME: 100 ns since 1601-01-01 UTC, exact in the class as an int; `moment` makes a datetime of it."""

    def __init__(self) -> None:
        super().__init__(Int64ul)


class Kept(Subconstruct):
    """A derived scalar, or trailing bytes, with a canonical value that need not be given.

    The class holds None where the wire has the canonical value, so that it follows when other fields are replaced; or,
    if `resolved`, always the number, and None in a constructor stands for the canonical one.
    """

    def __init__(self, subcon: Construct, canonical: str, *, resolved: bool = False) -> None:
        super().__init__(subcon)
        self.canonical = canonical
        self.resolved = resolved


class Implied(Subconstruct):
    """An integer that the bytes themselves determine: `value` says what it is of `size`, the bytes of the structure.

    Any other number is refused; the class does not hold it.
    """

    def __init__(self, subcon: Construct, value: str) -> None:
        super().__init__(subcon)
        self.value = value


class Next(Subconstruct):
    """An integer in an element of a list: bytes from this element to the next, 0 in the last.

    The list that the element stands in reads and writes it. In an element alone it is 0, or all its bytes.
    """


class When(Subconstruct):
    """A field that is there only if the condition on earlier fields holds; the class holds None where it is not.

    A run of `When` on one condition may be followed by a run of `Unless` on the same condition: then all of them are of
    fixed size, both runs of the same, and share their place.
    """

    negated = False

    def __init__(self, condition: str, subcon: Construct) -> None:
        super().__init__(subcon)
        self.condition = condition

    def _absent(self, context: Any) -> bool:
        return bool(evaluate(self.condition, context)) is self.negated

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        return None if self._absent(context) else self.subcon._parse(stream, context, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        return None if self._absent(context) else self.subcon._build(obj, stream, context, path)


class Unless(When):
    """The opposite of `When`."""

    negated = True


class Nested(Construct):
    """A record of fixed size inside another."""

    def __init__(self, record: Any) -> None:
        super().__init__()
        self.record = record

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        return self.record.SCHEMA._parse(stream, context, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        return self.record.SCHEMA._build(obj, stream, context, path)

    def _sizeof(self, context: Any, path: str) -> int:
        return int(self.record.SCHEMA._sizeof(context, path))


class Sized(Construct):
    """A content in sequence, of as many bytes as the length field says."""

    def __init__(self, length: str, content: Content) -> None:
        super().__init__()
        self.length = length
        self.content = content

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        return self.content.of_bytes(Bytes(context[self.length])._parse(stream, context, path), context)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        return self.content._build(obj, stream, context, path)


class Exactly(Construct):
    """A content in sequence, of as many bytes as an expression over earlier fields says."""

    def __init__(self, size: int | str, content: Content) -> None:
        super().__init__()
        self.size = str(size)
        self.content = content

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        size = evaluate(self.size, context)
        if size < 0:
            raise StreamError("a negative size")
        return self.content.of_bytes(Bytes(size)._parse(stream, context, path), context)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        return self.content._build(obj, stream, context, path)


class At(Construct):
    """A content at an offset, of as many bytes as the length field says; absent if that is 0.

    Args:
        offset, length: the fields that say where.
        content: what lies there.
        base: the offset that means the record's first byte.
    """

    def __init__(self, offset: str, length: str, content: Content, *, base: int = 0) -> None:
        super().__init__()
        self.offset = offset
        self.length = length
        self.content = content
        self.base = base

    def _range(self, context: Any) -> tuple[int, int]:
        start = context[self.offset] - self.base
        return start, start + context[self.length]

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        if not context[self.length]:
            return b""
        back = stream.tell()
        start, end = self._range(context)
        size = stream.seek(0, io.SEEK_END)
        stream.seek(start if back <= start and end <= size else back)
        found = stream.read(end - start) if back <= start and end <= size else None
        stream.seek(back)
        if found is not None:
            context.setdefault("_located", []).append((start, end))
        return found

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        if not obj:
            return obj
        back = stream.tell()
        start, _ = self._range(context)
        end = stream.seek(0, io.SEEK_END)
        if not back <= start <= end + LARGEST_BUILT_GAP:
            start = end
        stream.seek(start)
        stream.write(obj)
        stream.seek(back)
        context.setdefault("_located", []).append((start, start + len(obj)))
        return obj


class Slack(Construct):
    """The bytes after the fixed part that lie in no located buffer, in order: gaps, padding, trailing bytes."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        start = stream.tell()
        tail = stream.read()
        covered = _covered(context, start, len(tail))
        return bytes(byte for place, byte in enumerate(tail) if place not in covered)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        start = stream.tell()
        end = stream.seek(0, io.SEEK_END)
        covered = _covered(context, start, end - start)
        free = [place for place in range(end - start) if place not in covered]
        for place, byte in zip(free, obj, strict=False):
            stream.seek(start + place)
            stream.write(bytes([byte]))
        stream.seek(0, io.SEEK_END)
        stream.write(obj[len(free) :])
        return obj


def _covered(context: Container, start: int, size: int) -> set[int]:
    ranges = context.get("_located", [])
    return {place for low, high in ranges for place in range(max(0, low - start), min(size, high - start))}
