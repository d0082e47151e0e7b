"""Compiled codec, span reader and construct on the same bytes: where they do not agree, one of them is at fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

from smb2ioctl_codec import rules as rule_sets
from smb2ioctl_codec.errors import CodecError, DecodeError, EncodeError
from smb2ioctl_codec.schema import Next, Record, Slack
from smb2ioctl_codec.schema.decoder import compile_decoder
from smb2ioctl_codec.schema.encoder import compile_encoder
from smb2ioctl_codec.schema.plan import Check, Field
from smb2ioctl_codec.schema.spans import Reading, Span, explain, read, uncovered
from smb2ioctl_codec.schema.wire import to_wire

from .judge import Judgement, broken_checks, content, judge
from .mutants import is_integer, written
from .values import byte_order, limits


class Disagreement(AssertionError):
    """Two readers of one schema say different things about the same bytes."""


def outcome(action: Callable[..., Any], *arguments: Any) -> Any:
    """What the action gives, or the error of the codec that it raises; any other exception passes through."""
    try:
        return action(*arguments)
    except CodecError as error:
        return error


@dataclass(frozen=True)
class Subject:
    """A compiled codec under test, and what it is to keep."""

    cls: type[Record]
    checks: tuple[Check, ...]
    decode: Callable[[bytes], Any]
    encode: Callable[[Any], bytes]

    @classmethod
    def of(cls, record: type[Record], rules: Sequence[Check] = ()) -> Subject:
        """The record's codec as it is compiled, with the rules besides its own checks."""
        return cls(record, (*rules, *record.PLAN.checks), compile_decoder(record, rules), compile_encoder(record))


def subjects(cls: type[Record]) -> Iterator[Subject]:
    """The record's codec, alone and with every rule set that is about this record."""
    yield Subject.of(cls)
    for rule_set in vars(rule_sets).values():
        if isinstance(rule_set, rule_sets.RuleSet) and rule_set.layout != cls.PLAN.checks:
            layout = rule_set.layout
            if layout and all(rule.path.partition(".")[0] == cls.__name__ for rule in layout):
                yield Subject.of(cls, layout)


# -- bytes


@dataclass(frozen=True)
class Seen:
    """What construct and the span reader make of some bytes; `short` is the reading that stops at the first defect."""

    data: bytes
    judgement: Judgement
    reading: Reading
    short: Reading


def look(cls: type[Record], data: bytes) -> Seen:
    """What all but the codec say; Disagreement where they differ in acceptance, a value or a place."""
    seen = Seen(data, judge(cls, data), read(cls.PLAN, data), read(cls.PLAN, data, keep=False))
    if seen.judgement.sound is not None:
        _same("construct and span reader", seen.judgement.sound, not seen.reading.defects, data)
    _compare_places(cls, seen)
    _compare_short_reading(seen)
    if seen.judgement.wire is not None:
        _compare_wire(cls.__name__, seen.reading.wire, seen.judgement.wire, seen)
        if seen.judgement.left == 0:
            _same("construct's build of its own parse", cls.SCHEMA.build(seen.judgement.wire), data, data)
    return seen


def _compare_wire(path: str, found: Any, expected: Any, seen: Seen) -> None:
    """The span reader's wire values are construct's; after a defect there may be fewer of them, and a text that is none
    is None."""
    if isinstance(found, dict) and isinstance(expected, dict):
        if not seen.reading.defects:
            _same(f"wire fields of {path}", found.keys(), expected.keys(), seen.data)
        for name, value in found.items():
            _compare_wire(f"{path}.{name}", value, expected[name], seen)
    elif isinstance(found, list) and isinstance(expected, list):
        _same(f"number of {path}", len(found), len(expected), seen.data)
        for index, pair in enumerate(zip(found, expected, strict=True)):
            _compare_wire(f"{path}[{index}]", *pair, seen)
    else:
        _same(f"wire value of {path}", (type(found), found), (type(expected), expected), seen.data)


def compare(subject: Subject, seen: Seen) -> bool:
    """Whether all accept the bytes; Disagreement where they differ in that, in a value or a reason."""
    broken = broken_checks(subject.checks, seen.reading.wire, len(seen.data))
    refused = bool(seen.reading.defects or broken)
    value = outcome(subject.decode, seen.data)
    if isinstance(value, DecodeError):
        _same("span reader's and decoder's refusal", refused, True, seen.data)
        _compare_error(subject, value, seen)
    else:
        _same("span reader's and decoder's refusal", refused, False, seen.data)
        _compare_value(subject, value, seen.judgement.wire or {}, seen.data)
    return not refused


def _same(what: str, one: Any, other: Any, data: bytes) -> None:
    if one != other:
        raise Disagreement(f"{what}: {one!r} and {other!r} on {data.hex()}")


def _compare_value(subject: Subject, value: Any, wire: dict[str, Any], data: bytes) -> None:
    cls = subject.cls
    _compare_types(cls, value, data)
    wired, expected = to_wire(value), data
    for subcon in cls.SCHEMA.subcons:
        given, found = wired[subcon.name], wire[subcon.name]
        if isinstance(content(subcon), Next):
            expected = alone(cls, data)  # the list that an element stands in writes its Next
        elif isinstance(content(subcon), Slack) and given == b"" and not any(found):
            continue  # zeros that only align are not kept; that they come back is tested by the bytes below
        else:
            _same_written(f"wire value of {subcon.name}", given, found, data)
    _same("encode of decode", subject.encode(value), expected, data)
    _same("construct's build of the value", cls.SCHEMA.build(wired), expected, data)
    again = subject.decode(data)
    _same("decode again", again, value, data)
    _same("hash", hash(again), hash(value), data)


def alone(cls: type[Record], data: bytes) -> bytes:
    """The bytes of an element that stands in no list: with 0 for its Next."""
    for field in cls.PLAN.fields:
        if field.role == "next":
            data = written(data, field.offset or 0, field, 0)
    return data


def _same_written(what: str, given: Any, found: Any, data: bytes) -> None:
    """Equal wire values; but zeros that only align are not kept in the slack of a record in another either."""
    if isinstance(given, dict):
        _same(f"fields of {what}", given.keys(), found.keys(), data)
        for name, value in given.items():
            kind = given.get("_record")
            slack = kind is not None and any(f.name == name and f.kind == "slack" for f in kind.PLAN.fields)
            if not (slack and value == b"" and not any(found[name])):
                _same_written(f"{what}.{name}", value, found[name], data)
    elif isinstance(given, list):
        _same(f"number of {what}", len(given), len(found), data)
        for one, other in zip(given, found, strict=True):
            _same_written(what, one, other, data)
    else:
        _same(what, given, found, data)


def _compare_types(cls: type[Record], value: Any, data: bytes) -> None:
    """Every attribute, of the records in the record too, has the type that its field says."""
    _same("class", type(value), cls, data)
    for field in cls.PLAN.fields:
        for name in field.attributes if field.own is None else ():
            held = getattr(value, name)
            if held is None:
                absent = field.condition is not None or field.canonical is not None
                _same(f"whether {name} may be None", absent, True, data)
            elif field.kind == "one" and type(held) in field.alternatives.records:
                _compare_types(type(held), held, data)
            elif not isinstance(held, _types_of(field)):
                raise Disagreement(f"{name} is a {type(held).__name__} on {data.hex()}")
            elif isinstance(held, tuple):
                for item in held:
                    if field.record is not None:
                        _compare_types(field.record, item, data)
                    else:
                        _same(f"type of an item of {name}", type(item), int if field.kind == "items" else str, data)


#: Types of the class's attributes by kind of field, and by type of what is converted.
_HELD: dict[str, type] = {
    "integer": int, "bytes": bytes, "raw": bytes, "slack": bytes, "one": bytes, "text": str, "strings": tuple,
    "items": tuple, "walk": tuple, "GUID": UUID, "IPv4": IPv4Address, "IPv6": IPv6Address, "UTF-16 in 10 bytes": str,
}  # fmt: skip


def _types_of(field: Field) -> type:
    if field.kind == "nested":
        found: type = field.record
    elif field.enum is not None:
        found = field.enum
    else:
        found = _HELD[field.kind] if field.convert is None else _HELD.get(field.type, object)
    return found


def _compare_error(subject: Subject, error: DecodeError, seen: Seen) -> None:
    """The error tells the first rule that is known to be broken or else the first defect; all in it makes sense."""
    data = seen.data
    _same("explanations", vars(error), vars(explain(subject.cls.PLAN, data, subject.checks)), data)
    if not names_a_field(subject.cls, error.path):
        raise Disagreement(f"{error.path} names no field, on {data.hex()}")
    if not isinstance(error.offset, int) or not 0 <= error.offset <= len(data):
        raise Disagreement(f"offset {error.offset} of {len(data)} bytes, on {data.hex()}")
    amounts = (error.needed, error.available)
    if amounts != (None, None) and not 0 <= (error.available or 0) < (error.needed or 0):
        raise Disagreement(f"needed {error.needed}, available {error.available}, on {data.hex()}")
    if error.limit is not None and ("." not in error.limit or not names_a_field(subject.cls, error.limit)):
        raise Disagreement(f"{error.limit} names no field, on {data.hex()}")
    if error.path not in str(error) or error.reason not in str(error):
        raise Disagreement(f"{error} says too little, on {data.hex()}")
    broken = broken_checks(subject.checks, seen.short.wire, len(data))
    if broken:
        _same("first broken rule", error.rule, broken[0].id, data)
    else:
        _same("first defect", vars(error), vars(seen.short.defects[0]), data)


def _compare_short_reading(seen: Seen) -> None:
    """Without spans, the reader stops at the first defect; up to there it says the same, but gives no lists."""
    short, reading, data = seen.short, seen.reading, seen.data
    _same("spans that nobody asked for", short.spans, [], data)
    _same("first defect of the short reading", [*map(vars, short.defects)], [*map(vars, reading.defects[:1])], data)
    _same("wire of the short reading", short.wire, _without_lists(reading.wire, short.wire), data)
    if not short.defects:
        missing = {name for name, value in reading.wire.items() if name not in short.wire}
        _same("lists left out", all(isinstance(reading.wire[name], list) for name in missing), True, data)


def _without_lists(whole: dict[str, Any], short: dict[str, Any]) -> dict[str, Any]:
    """Of the wire values, those that a shorter reading has."""
    return {
        name: _without_lists(whole[name], value) if isinstance(value, dict) and isinstance(whole.get(name), dict)
        else whole.get(name)
        for name, value in short.items()
    }  # fmt: skip


def _compare_places(cls: type[Record], seen: Seen) -> None:
    """Every span shows the bytes of its place, and spans and gaps together are the message."""
    _compare_cover(cls.__name__, seen.reading.spans, (0, len(seen.data)), cls.PLAN.fields, seen)
    for span in seen.reading.spans:
        _compare_span(span, seen)


def _compare_cover(
    path: str, spans: Sequence[Span], whole: tuple[int, int], fields: Sequence[Field], seen: Seen
) -> None:
    """Spans side by side lie in their place and share bytes only if they are located; all of it is covered if there is
    no slack and no defect."""
    _compare_bounds(path, spans, whole, seen)
    covered = bytearray(whole[1] - whole[0])
    for span in spans:
        for place in range(span.offset - whole[0], span.offset - whole[0] + span.size):
            covered[place] += 1
    shared = max(1, sum(field.place == "at" for field in fields))
    ranges = [(span.offset, span.offset + span.size) for span in spans]
    if max(covered, default=0) > shared:
        raise Disagreement(f"spans {ranges} of {path} overlap on {seen.data.hex()}")
    gaps = list(uncovered(ranges, *whole))
    _same(f"bytes in gaps of {path}", sum(high - low for low, high in gaps), covered.count(0), seen.data)
    if gaps and not seen.reading.defects and not any(field.kind == "slack" for field in fields):
        raise Disagreement(f"spans {ranges} leave out some of {whole} of {path} on {seen.data.hex()}")


def _compare_bounds(path: str, spans: Sequence[Span], whole: tuple[int, int], seen: Seen) -> None:
    for span in spans:
        inside = whole[0] <= span.offset <= span.offset + span.size <= whole[1]
        _same(f"whether {span.path} lies in {path}", inside, True, seen.data)


def _compare_span(span: Span, seen: Seen, own: Span | None = None) -> None:
    """The span's value is that of its bytes; its children lie in it. Those of a content that reads itself lie anywhere
    in that one, as strings do that several entries share."""
    data = seen.data
    found = data[span.offset : span.offset + span.size]
    _same(f"size of {span.path}", len(found), span.size, data)
    own = span if span.field.own is not None and own is None else own
    if own is not None:
        _compare_bounds(own.path, span.children, (own.offset, own.offset + own.size), seen)
    elif span.children:
        kind = span.value.get("_record", span.field.record) if isinstance(span.value, dict) else None
        fields = kind.PLAN.fields if kind is not None else ()
        _compare_cover(span.path, span.children, (span.offset, span.offset + span.size), fields, seen)
    for child in span.children:
        _same(
            "path of a part", child.path.startswith((f"{span.path}.", f"{span.path}[")) or own is not None, True, data
        )
        _compare_span(child, seen, own)
    if not span.children and (own is None or span is not own):
        _compare_leaf(span, found, own is not None, data)


def _compare_leaf(span: Span, found: bytes, terminated: bool, data: bytes) -> None:
    if is_integer(span):
        number = int.from_bytes(found, byte_order(span.field), signed=limits(span.field)[0] < 0)
        _same(span.path, span.value, number, data)
    elif span.field.convert is not None:
        expected = None if span.value is None else span.field.convert.to_bytes(span.value)
        _same(span.path, expected, None if span.value is None else found, data)
    elif isinstance(span.value, str):
        value = span.value.encode("utf-16-le")
        if span.path.endswith("]") or (terminated and found[len(found) - 2 & ~1 :] == b"\0\0"):
            found = found[:-2]
        elif terminated:  # it was cut, in the middle of a character perhaps
            _same(f"end of {span.path}", span.offset + span.size, len(data), data)
            found = found[: len(value)]
        _same(span.path, value, found, data)
    elif isinstance(span.value, bytes):
        _same(span.path, span.value, found[-len(span.value) or len(found) :] if terminated else found, data)


# -- values


def compare_encoding(subject: Subject, value: Any) -> bool:
    """Whether encoder and `to_wire` both take the value; Disagreement where they differ in that, or in the bytes."""
    written, encoded = outcome(to_wire, value), outcome(subject.encode, value)
    if isinstance(written, EncodeError):
        if not isinstance(encoded, EncodeError):
            raise Disagreement(f"encoded as {encoded.hex()} in spite of {written}: {value!r}")
        _same_value("the reasons", vars(encoded), vars(written), value)
        if not names_a_field(subject.cls, encoded.path):
            raise Disagreement(f"{encoded.path} names no field of {value!r}")
        return False
    if isinstance(encoded, EncodeError):
        raise Disagreement(f"{encoded}, though to_wire says nothing: {value!r}")
    _same_value("construct's build", subject.cls.SCHEMA.build(written), encoded, value)
    _same_value("decode of encode", outcome(subject.decode, encoded), value, value)
    return True


def names_a_field(cls: type[Record], path: str) -> bool:
    """Whether a path leads from the record to one of its wire fields or attributes, or to one of a record in it."""
    name, _, rest = path.partition(".")
    return name == cls.__name__ and (not rest or _leads_on(cls, rest))


def _leads_on(cls: type[Record], path: str) -> bool:
    step, _, rest = path.partition(".")
    name, bracket, index = step.partition("[")
    field = next((f for f in cls.PLAN.fields if name in (f.name, *f.attributes)), None)
    if bracket and not (index.endswith("]") and index[:-1].isdigit()):
        return False
    if field is None:  # a content that reads itself may tell of what the class gives but does not hold
        return hasattr(cls, name) and any(f.own is not None for f in cls.PLAN.fields)
    if bracket and field.kind not in ("strings", "items", "walk", "own"):
        return False
    kinds = field.alternatives.records if field.kind == "one" else (field.record,) if field.record is not None else ()
    return not rest or field.own is not None or any(_leads_on(kind, rest) for kind in kinds)


def _same_value(what: str, one: Any, other: Any, value: Any) -> None:
    if one != other:
        raise Disagreement(f"{what}: {one!r} and {other!r} of {value!r}")
