"""Broken and nearly broken messages: mutants of valid ones, made from a record's plan alone.

Whoever adds a record gets its mutants without a word. Everything is seeded: the same call gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from random import Random

from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.plan import Field, Plan
from smb2ioctl_codec.schema.spans import Span, read
from smb2ioctl_codec.schema.wire import to_wire

from .values import byte_order, limits, value

#: Bytes added after the end.
SLACK = (1, 2, 8, 64)
#: UTF-16 units that hurt: lone surrogates, a pair in the wrong order, U+0000, zeros that are no U+0000.
DAMAGE = (b"\x00\xd8", b"\x00\xdc", b"\x00\xdc\x00\xd8", b"\x3d\xd8\x00\xde", b"\0\0", b"\0\1", b"\1\0", b"\0\1\1\0")
#: The spans of a valid message, by name.
Places = Mapping[str, Span]
#: Of this many valid messages every mutant of the fixed families is made; of those after them, a sample.
WHOLE = 3
SAMPLE = 500


def mutants(cls: type[Record], wanted: int) -> Iterator[bytes]:
    """`wanted` mutants of the record's valid messages, all different."""
    random = Random(cls.__name__)
    seen: set[bytes] = set()
    number = 0
    while True:
        seed = encoded(cls, random)
        family = list(families(cls.PLAN, seed, encoded(cls, random), random))
        for mutant in family if number < WHOLE else random.choices(family, k=SAMPLE):
            if mutant not in seen:
                if len(seen) == wanted:
                    return
                seen.add(mutant)
                yield mutant
        number += 1


def encoded(cls: type[Record], random: Random) -> bytes:
    """A valid message, as construct writes it."""
    built: bytes = cls.SCHEMA.build(to_wire(value(cls, random)))
    return built


def families(plan: Plan, data: bytes, other: bytes, random: Random) -> Iterator[bytes]:
    """Every mutant of `data` of the families that can be listed, and some of those that cannot."""
    spans = list(leaves(read(plan, data).spans))
    places = {span.name: span for span in spans}
    return chain(
        (data,),
        edges(spans, data),
        slack(data, random),
        pairs(plan, places, data),
        all_pairs(plan, places, data, random),
        cuts(spans, data),
        utf16_damage(spans, data),
        flips(data, random),
        splices(data, other, random),
    )


def leaves(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans that have no parts."""
    for span in spans:
        yield from leaves(span.children) if span.children else (span,)


def edges(spans: Iterable[Span], data: bytes) -> Iterator[bytes]:
    """One number at one edge: of its width, of the message's size, next to what it is."""
    for span in spans:
        if span.field.kind == "integer":
            low, high = limits(span.field)
            half = (high - low) // 2 + 1
            numbers = {0, 1, 2, high - 1, high, half - 1, half, half + 1, low, low + 1, 0x7FFF, 0x8000, 0xFFFF}
            numbers |= {span.value + step for step in (-8, -2, -1, 1, 2, 8)}
            numbers |= {size + step for size in (len(data), len(data) // 2) for step in (-2, -1, 0, 1)}
            for number in sorted(number for number in numbers if low <= number <= high):
                yield written(data, span.offset, span.field, number)
        elif span.field.kind == "bytes":
            for byte in (b"\x00", b"\xff"):
                yield data[: span.offset] + byte * span.size + data[span.offset + span.size :]


def slack(data: bytes, random: Random) -> Iterator[bytes]:
    """Bytes after the end: zeros, ones, anything."""
    for length in SLACK:
        for more in (bytes(length), b"\xff" * length, random.randbytes(length)):
            yield data + more


def pairs(plan: Plan, places: Places, data: bytes) -> Iterator[bytes]:
    """Offset and size of one target together, or a size or count alone, over messages with and without slack."""
    for target in plan.fields:
        for longer in (data, data + bytes(8), data + bytes(64)):
            for offset, size in _extents(plan, target, len(longer)):
                yield _aimed(places, longer, target, offset, size)


def all_pairs(plan: Plan, places: Places, data: bytes, random: Random) -> Iterator[bytes]:
    """All offsets and sizes at once, each somewhere on the message."""
    located = [field for field in plan.fields if field.place == "at"]
    for _ in range(40 if located else 0):
        mutant = data + random.randbytes(random.choice((0, 8, 64)))
        for field in located:
            start = random.randint(plan.head, len(mutant))
            mutant = _aimed(places, mutant, field, start + field.base, random.randint(0, len(mutant) - start))
        yield mutant


def _extents(plan: Plan, target: Field, length: int) -> Iterator[tuple[int, int]]:
    first, last = plan.head + target.base, length + target.base
    if target.offset_field is not None:
        offsets = {0, 1, target.base - 1, target.base, 1 << 16, (1 << 31) - 1, 1 << 31, (1 << 32) - 8, (1 << 32) - 1}
        offsets |= {edge + step for edge in (first, last) for step in (-8, -1, 0, 1, 8)}
    elif target.length_field or target.count_field:
        offsets = {first}
    else:
        return
    for offset in sorted(offset for offset in offsets if offset >= 0):
        sizes = {0, 1, 2, 8, length - plan.head, (length - plan.head) // 2, length, (1 << 31) - 1, 1 << 31}
        sizes |= {
            edge - offset + step for edge in (last, target.base, 1 << 16, 1 << 31, 1 << 32) for step in (-1, 0, 1)
        }
        yield from ((offset, size) for size in sorted(size for size in sizes if size >= 0))


def cuts(spans: Iterable[Span], data: bytes) -> Iterator[bytes]:
    """The message cut before, at and after every boundary and inside every span, and with that inside cut out."""
    places = set()
    for span in spans:
        end = span.offset + span.size
        places |= {span.offset + step for step in (-1, 0, 1)} | {end + step for step in (-1, 0, 1)}
        places |= set(range(span.offset, end, max(1, span.size // 8)))
        yield data[: span.offset] + data[end:]
    for place in sorted(place for place in places if 0 <= place <= len(data)):
        yield data[:place]
        yield data[place:]


def utf16_damage(spans: Iterable[Span], data: bytes) -> Iterator[bytes]:
    """Damaged units in every place of every text, even and odd; a byte more, a byte less."""
    for span in spans:
        if span.field.kind in ("text", "strings"):
            for place in range(span.offset, span.offset + span.size):
                for bad in DAMAGE:
                    yield (data[:place] + bad + data[place + len(bad) :])[: max(len(data), place + len(bad))]
                yield data[:place] + data[place + 1 :]
                yield data[:place] + b"\0" + data[place:]
                yield data[:place] + b"\0\0" + data[place:]


def flips(data: bytes, random: Random) -> Iterator[bytes]:
    """A few bits or bytes changed anywhere."""
    for _ in range(60 if data else 0):
        mutant = bytearray(data)
        for _ in range(random.choice((1, 1, 2, 4))):
            place = random.randrange(len(mutant))
            mutant[place] = random.choice((mutant[place] ^ 1 << random.randrange(8), random.randrange(256)))
        yield bytes(mutant)


def splices(data: bytes, other: bytes, random: Random) -> Iterator[bytes]:
    """Pieces cut out, doubled, moved, or taken from another message; and bytes that are no message at all."""
    for _ in range(40):
        low, high = sorted((random.randint(0, len(data)), random.randint(0, len(data))))
        start = random.randint(0, len(other))
        yield data[:low] + data[high:]
        yield data[:high] + data[low:]
        yield data[:low] + other[start:]
        yield data[:low] + random.randbytes(random.randint(0, 16)) + data[high:]
    for _ in range(10):
        yield random.randbytes(random.randint(0, 96))


def written(data: bytes, offset: int, field: Field, number: int) -> bytes:
    """`data` with the number in an integer field's place."""
    size = field.size or 0
    content = (number % (1 << 8 * size)).to_bytes(size, byte_order(field))
    return data[:offset] + content + data[offset + size :]


def _aimed(places: Places, data: bytes, target: Field, offset: int, size: int) -> bytes:
    """`data` with these numbers in the fields that say where the target lies and how much it is."""
    for name, number in ((target.offset_field, offset), (target.length_field or target.count_field, size)):
        if name is not None:
            data = written(data, places[name].offset, places[name].field, number)
    return data
