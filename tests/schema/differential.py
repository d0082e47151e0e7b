"""Compiled codec, span reader and construct on the same bytes: where they do not agree, one of them is at fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from smb2ioctl_codec import rules as rule_sets
from smb2ioctl_codec.errors import CodecError, DecodeError, EncodeError
from smb2ioctl_codec.schema import Record, Slack
from smb2ioctl_codec.schema.decoder import compile_decoder
from smb2ioctl_codec.schema.encoder import compile_encoder
from smb2ioctl_codec.schema.plan import Check, Field
from smb2ioctl_codec.schema.spans import Reading, Span, explain, read, uncovered
from smb2ioctl_codec.schema.wire import to_wire

from .judge import Judgement, broken_checks, content, judge
from .values import byte_order


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
    _same("construct and span reader", seen.judgement.sound, not seen.reading.defects, data)
    _compare_places(cls, seen)
    _compare_short_reading(cls, seen)
    if seen.judgement.wire is not None:
        for name, value in seen.reading.wire.items():
            _same(f"wire value of {name}", value, seen.judgement.wire[name], data)
        if seen.judgement.left == 0:
            _same("construct's build of its own parse", cls.SCHEMA.build(seen.judgement.wire), data, data)
    return seen


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
    _same("class", type(value), cls, data)
    for field in cls.PLAN.fields:
        for name in field.attributes:
            held = getattr(value, name)
            if held is not None and not isinstance(held, _types_of(field)):
                raise Disagreement(f"{name} is a {type(held).__name__} on {data.hex()}")
    written = to_wire(value)
    for subcon in cls.SCHEMA.subcons:
        given, found = written[subcon.name], wire[subcon.name]
        if isinstance(content(subcon), Slack) and given == b"" and not any(found):
            continue  # zeros that only align are not kept; that they come back is tested by the bytes below
        _same(f"wire value of {subcon.name}", given, found, data)
    _same("encode of decode", subject.encode(value), data, data)
    _same("construct's build of the value", cls.SCHEMA.build(written), data, data)
    again = subject.decode(data)
    _same("decode again", again, value, data)
    _same("hash", hash(again), hash(value), data)


def _types_of(field: Field) -> tuple[type, ...]:
    kinds: dict[str, type] = {"bytes": bytes, "raw": bytes, "slack": bytes, "text": str, "strings": tuple}
    return (field.enum or field.record or kinds.get(field.kind, int),)


def _compare_error(subject: Subject, error: DecodeError, seen: Seen) -> None:
    """The error tells the first rule that is known to be broken or else the first defect; all in it makes sense."""
    data, names = seen.data, names_of(subject.cls)
    _same("explanations", vars(error), vars(explain(subject.cls.PLAN, data, subject.checks)), data)
    name, _, path = error.path.partition(".")
    _same("record in the path", name, subject.cls.__name__, data)
    if path and path.partition(".")[0].partition("[")[0] not in names:
        raise Disagreement(f"{error.path} names no field, on {data.hex()}")
    if not isinstance(error.offset, int) or not 0 <= error.offset <= len(data):
        raise Disagreement(f"offset {error.offset} of {len(data)} bytes, on {data.hex()}")
    amounts = (error.needed, error.available)
    if amounts != (None, None) and not 0 <= (error.available or 0) < (error.needed or 0):
        raise Disagreement(f"needed {error.needed}, available {error.available}, on {data.hex()}")
    if error.limit is not None and error.limit.partition(".")[2] not in names:
        raise Disagreement(f"{error.limit} names no field, on {data.hex()}")
    if error.path not in str(error) or error.reason not in str(error):
        raise Disagreement(f"{error} says too little, on {data.hex()}")
    broken = broken_checks(subject.checks, seen.short.wire, len(data))
    if broken:
        _same("first broken rule", error.rule, broken[0].id, data)
    else:
        _same("first defect", vars(error), vars(seen.short.defects[0]), data)


def _compare_short_reading(cls: type[Record], seen: Seen) -> None:
    """Without spans, the reader stops at the first defect; up to there it says the same, but gives no lists."""
    short, reading, data = seen.short, seen.reading, seen.data
    _same("spans that nobody asked for", short.spans, [], data)
    _same("first defect of the short reading", [*map(vars, short.defects)], [*map(vars, reading.defects[:1])], data)
    lists = {field.name for field in cls.PLAN.fields if field.kind == "strings"}
    whole = {name: value for name, value in reading.wire.items() if name not in lists}
    shared = {name: whole.get(name) for name in short.wire}
    _same("wire of the short reading", short.wire, shared if short.defects else whole, data)


def _compare_places(cls: type[Record], seen: Seen) -> None:
    """Every span shows the bytes of its place, and spans and gaps together are the message."""
    covered = bytearray(len(seen.data))
    for span in seen.reading.spans:
        _compare_span(span, seen.data)
        for place in range(span.offset, span.offset + span.size):
            covered[place] += 1
    ranges = [(span.offset, span.offset + span.size) for span in seen.reading.spans]
    for low, high in uncovered(ranges, 0, len(seen.data)):
        _same("bytes in no span that lie in one", any(covered[low:high]), False, seen.data)
        covered[low:high] = b"\1" * (high - low)
    shared = sum(field.place == "at" for field in cls.PLAN.fields)
    if not all(1 <= times <= max(1, shared) for times in covered):
        raise Disagreement(f"spans {ranges} on {seen.data.hex()}")


def _compare_span(span: Span, data: bytes) -> None:
    found = data[span.offset : span.offset + span.size]
    _same(f"size of {span.path}", len(found), span.size, data)
    if span.children:
        _same(f"parts of {span.path}", sum(child.size for child in span.children), span.size, data)
        for child in span.children:
            _compare_span(child, data)
    elif span.field.kind == "integer":
        number = int.from_bytes(found, byte_order(span.field), signed=span.field.type.startswith("i"))
        _same(span.path, span.value, number, data)
    elif isinstance(span.value, str):
        text = found[:-2] if span.path.endswith("]") else found
        _same(span.path, span.value.encode("utf-16-le"), text, data)
    elif isinstance(span.value, bytes):
        _same(span.path, span.value, found, data)


# -- values


def compare_encoding(subject: Subject, value: Any) -> bool:
    """Whether encoder and `to_wire` both take the value; Disagreement where they differ in that, or in the bytes."""
    written, encoded = outcome(to_wire, value), outcome(subject.encode, value)
    if isinstance(written, EncodeError):
        if not isinstance(encoded, EncodeError):
            raise Disagreement(f"encoded as {encoded.hex()} in spite of {written}: {value!r}")
        _same_value("the reasons", vars(encoded), vars(written), value)
        if encoded.path.partition(".")[2].partition(".")[0].partition("[")[0] not in names_of(subject.cls):
            raise Disagreement(f"{encoded.path} names no field of {value!r}")
        return False
    if isinstance(encoded, EncodeError):
        raise Disagreement(f"{encoded}, though to_wire says nothing: {value!r}")
    _same_value("construct's build", subject.cls.SCHEMA.build(written), encoded, value)
    _same_value("decode of encode", outcome(subject.decode, encoded), value, value)
    return True


def names_of(cls: type[Record]) -> set[str]:
    """What may stand in a path: wire fields, and attributes."""
    return {subcon.name for subcon in cls.SCHEMA.subcons} | {field.name for field in fields(cls)}  # type: ignore[arg-type]


def _same_value(what: str, one: Any, other: Any, value: Any) -> None:
    if one != other:
        raise Disagreement(f"{what}: {one!r} and {other!r} of {value!r}")
