"""Broken and nearly broken messages: mutants of valid ones, made from a record's plan alone.

Whoever adds a record gets its mutants without a word. Everything is seeded: the same call gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, product
from random import Random
from struct import calcsize

from smb2ioctl_codec.schema import Record, expressions
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
#: Of a record in another, so many mutants that stay in its place.
INNER = 150


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
    tree = read(plan, data).spans
    spans = list(leaves(tree))
    places = {span.name: span for span in tree}
    return chain(
        (data,),
        edges(spans, data),
        steps(tree, data),
        sizes(plan, places, data),
        inner(tree, data, random),
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
        if is_integer(span):
            low, high = limits(span.field)
            half = (high - low) // 2 + 1
            numbers = {-1, 0, 1, 2, high - 1, high, half - 1, half, half + 1, low, low + 1, 0x7FFF, 0x8000, 0xFFFF}
            numbers |= {span.value + step for step in (-8, -2, -1, 1, 2, 8)}
            numbers |= {size + step for size in (len(data), len(data) // 2) for step in (-2, -1, 0, 1)}
            for number in sorted(number for number in numbers if low <= number <= high):
                yield written(data, span.offset, span.field, number)
        elif span.field.kind == "bytes" or span.field.convert is not None:
            for byte in (b"\x00", b"\xff"):
                yield data[: span.offset] + byte * span.size + data[span.offset + span.size :]


def is_integer(span: Span) -> bool:
    """Whether the span is one number: a field, or an item of a list."""
    return span.field.kind == "integer" or (span.field.kind == "items" and isinstance(span.value, int))


def steps(tree: Iterable[Span], data: bytes) -> Iterator[bytes]:
    """Every Next, of an element in a list and of one alone: 0, short, unaligned, backward, to itself, to any other
    element, to the end and past it, huge; and two or more at once."""
    for span in tree:
        yield from steps(span.children, data)
        elements = span.children if span.field.walk is not None else ()
        starts = [element.offset for element in elements]
        yield from _grown(elements, data)
        places = [next((part for part in element.children if part.field.role == "next"), None) for element in elements]
        for place, start in zip(places, starts, strict=True):
            if place is not None:
                near = {other - start for other in (*starts, span.offset, span.offset + span.size, len(data), 0)}
                near.add(span.field.record.PLAN.head)
                yield from _stepped(place, near, data)
        if len(elements) > 1 and None not in places:
            for number in (0, 1, 8, 1 << 16):
                mutant = data
                for place in places:
                    assert place is not None
                    mutant = written(mutant, place.offset, place.field, number)
                yield mutant
        if span.field.role == "next":
            yield from _stepped(span, {len(data), len(data) - span.offset}, data)


def _grown(elements: Sequence[Span], data: bytes) -> Iterator[bytes]:
    """An element with bytes more at its end, and its Next with them; twice; and not there."""
    for element in elements:
        end = element.offset + element.size
        yield data[:end] + data[element.offset :]
        yield data[: element.offset] + data[end:]
        for more in (1, 2, 3, 4):
            mutant = data[:end] + bytes(more) + data[end:]
            yield mutant
            for part in element.children:
                if part.field.role == "next":
                    yield written(mutant, part.offset, part.field, part.value + more)


def sizes(plan: Plan, places: Places, data: bytes) -> Iterator[bytes]:
    """A content of computed size, and each number that its size looks at: as much more or less of both."""
    for field in plan.fields:
        content = places.get(field.name)
        for name in expressions.names(field.exact) if field.exact is not None and content is not None else ():
            assert content is not None
            for step in (-5, -4, -3, -2, -1, 1, 2, 3):
                mutant = written(data, places[name].offset, places[name].field, places[name].value + step)
                for change in (step, 2 * step, 3 * step):
                    start = content.offset
                    yield mutant[:start] + bytes(max(change, 0)) + mutant[start + max(-change, 0) :]


def _stepped(place: Span, near: set[int], data: bytes) -> Iterator[bytes]:
    _, high = limits(place.field)
    numbers = {number + step for number in (*near, place.value) for step in (-8, -4, -2, -1, 0, 1, 2, 4, 8)}
    numbers |= {0, 1, 2, 4, 7, 8, high, high - 3, high - 7, high // 2, high // 2 + 1}
    for number in sorted({number & high for number in numbers}):
        yield written(data, place.offset, place.field, number)


def inner(tree: Iterable[Span], data: bytes, random: Random) -> Iterator[bytes]:
    """A record in another, mutated in its place: as large as it was, so that what is around it stays right."""
    for span in tree:
        kind = span.value.get("_record") if isinstance(span.value, dict) else None
        if kind is not None:
            part = data[span.offset : span.offset + span.size]
            made = (m for m in families(kind.PLAN, part, part, random) if len(m) == len(part))
            several = list(dict.fromkeys(made))
            for mutant in random.sample(several, min(INNER, len(several))):
                yield data[: span.offset] + mutant + data[span.offset + span.size :]
        elif span.field.kind == "walk":
            yield from islice(inner(span.children, data, random), 4 * INNER)


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
    for before, between, after in product((0, 1, 8), (0, 1), (0, 1, 8)) if located else ():
        yield _side_by_side(plan, places, data + random.randbytes(16), before, between, after)


def _side_by_side(plan: Plan, places: Places, data: bytes, before: int, between: int, after: int) -> bytes:
    """Located contents one after another, of about the same even size, with so many bytes around them."""
    located = [field for field in plan.fields if field.place == "at"]
    room = len(data) - plan.head - before - between * (len(located) - 1) - after
    size = room // len(located) // 2 * 2
    start = plan.head + before
    for field in located:
        data = _aimed(places, data, field, start + field.base, size)
        start += size + between
    return data[: start - between + after]


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
        if target.kind == "items":
            sizes |= {(length - plan.head) // calcsize(target.code) + step for step in (-1, 0, 1)}
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
        if span.field.kind in ("text", "strings") or isinstance(span.value, str):
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
        if name is not None and name in places:
            data = written(data, places[name].offset, places[name].field, number)
    return data
