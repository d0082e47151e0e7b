"""A content that reads itself, as whoever needs the escape would write it: runs of bytes, each after its length."""

from __future__ import annotations

from random import Random
from typing import Any

from construct import Int8ul, Struct

from smb2ioctl_codec.errors import EncodeError
from smb2ioctl_codec.schema import Own, Record, record
from smb2ioctl_codec.schema.runtime import Refused
from smb2ioctl_codec.schema.spans import Stop

LONGEST = 255


class Runs(Own):
    """As many runs as are counted, and a trailer of even length."""

    type = "runs"
    attributes = ("runs", "trailer")
    count = "count"

    def read(self, data: bytes, start: int, count: int | None) -> tuple[tuple[bytes, ...], bytes]:
        found = []
        for _ in range(count or 0):
            size = data[start] if start < len(data) else LONGEST
            if start + 1 + size > len(data):
                raise Refused
            found.append(data[start + 1 : start + 1 + size])
            start += 1 + size
        if (len(data) - start) % 2:
            raise Refused
        return tuple(found), data[start:]

    def write(self, value: Any) -> bytes:
        if type(value.runs) is not tuple or len(value.trailer) % 2:
            raise Refused
        if not all(type(run) is bytes for run in (*value.runs, value.trailer)):
            raise Refused
        content: bytes = b"".join(bytes([len(run)]) + run for run in value.runs) + value.trailer
        return content

    def trace(self, reader: Any, field: Any, start: int, count: int | None) -> None:
        data, first, children = reader.data, start, []
        for index in range(count or 0):
            name, size = f"runs[{index}]", data[start] if start < len(data) else LONGEST
            left = len(data) - start - 1
            if size > left:
                reader.note_defect(name, "cut short", offset=start, needed=size, available=max(left, 0))
                raise Stop
            run = data[start + 1 : start + 1 + size]
            children.append(reader.note_span(field, name, start, 1 + size, run))
            start += 1 + size
        if (len(data) - start) % 2:
            reader.note_defect("trailer", "odd", offset=start)
        children.append(reader.note_span(field, "trailer", start, len(data) - start, data[start:]))
        reader.note_span(field, "runs", first, len(data) - first, [child.value for child in children], children)

    def normalise(self, value: Any) -> None:
        if value.trailer is None:
            object.__setattr__(value, "trailer", b"")

    def explain(self, value: Any) -> bytes:
        if type(value.runs) is not tuple:
            raise EncodeError("expected a tuple", path="Tape.runs")
        for index, run in enumerate(value.runs):
            if type(run) is not bytes or len(run) > LONGEST:
                raise EncodeError("expected at most 255 bytes", path=f"Tape.runs[{index}]")
        if type(value.trailer) is not bytes or len(value.trailer) % 2:
            raise EncodeError("expected bytes, an even number", path="Tape.trailer")
        return self.write(value)


@record("a content of its own", Struct("kind" / Int8ul, "count" / Int8ul, "runs" / Runs()))
class Tape(Record):
    """What no other word describes."""

    kind: int = 0
    runs: tuple[bytes, ...] = ()
    trailer: bytes = b""


def tape_attributes(random: Random) -> dict[str, Any]:
    """The runs and the trailer of some tape."""
    runs = tuple(random.randbytes(random.choice((0, 1, 3, 9))) for _ in range(random.randrange(4)))
    return {"runs": runs, "trailer": random.randbytes(2 * random.randrange(4))}
