"""From a value to its wire fields, slowly and with reasons: the encoder's explainer, and what construct can build.

`to_wire` does what the compiled encoder does, field by field, and says which field does not fit.
"""

from __future__ import annotations

import struct
from typing import Any

from smb2ioctl_codec.errors import EncodeError
from smb2ioctl_codec.schema import expressions, runtime
from smb2ioctl_codec.schema.plan import Field, Plan


def to_wire(value: Any) -> dict[str, Any]:
    """The wire fields of a record's value: what its schema's `build` takes.

    Raises:
        EncodeError: a field has the wrong type, is out of range or contradicts another; path and reason say which.
    """
    return _Writer(value).wire


def explain(value: Any) -> EncodeError:
    """The error for a value that the compiled encoder refused."""
    reason = "cannot be written"
    try:
        to_wire(value)
    except EncodeError as error:
        return error
    except Exception as error:  # noqa: BLE001 - what an object of a stranger's class raises is no error of the codec's
        reason += f": {type(error).__name__}"
    return EncodeError(reason, path=type(value).__name__)


def normalise(value: Any) -> None:
    """Give a value that a caller made the form that decoding gives.

    Numbers become members of their open enum, bytearrays bytes, lists tuples; what is spelled out but canonical
    becomes None, or None the number where the class holds that. A value of a wrong type is left as it is: encoding
    will say so.
    """
    for field in value.PLAN.fields:
        for name in field.attributes:
            _set(value, name, _usual_form(field, getattr(value, name)))
        if field.own is not None:
            field.own.normalise(value)
    kept = [f for f in value.PLAN.fields if f.canonical is not None]
    loose = [f for f in kept if (getattr(value, f.name) is None) is f.resolved]
    slack = [f for f in value.PLAN.fields if f.kind == "slack" and getattr(value, f.name)]
    if not loose and not slack:
        return
    try:
        writer = _Writer(value)
    except EncodeError:
        return
    for field in loose:
        number = writer.wire[field.name]
        if field.resolved:
            _set(value, field.name, number)
        elif number == writer.canonical(field):
            _set(value, field.name, None)
    for field in slack:
        ranges = tuple((place, place + len(content)) for place, content in writer.located)
        _set(value, field.name, runtime.slack(bytes(writer.head) + writer.tail, writer.head, ranges))


#: Kinds of fields whose value is a tuple.
_LISTS = ("strings", "items", "walk", "own")


def _set(value: Any, name: str, new: Any) -> None:
    object.__setattr__(value, name, new)


def _usual_form(field: Field, given: Any) -> Any:
    if field.enum is not None:
        return _member(field.enum, given)
    if isinstance(given, (bytearray, memoryview)):
        return bytes(given)
    return tuple(given) if field.kind in _LISTS and isinstance(given, list) else given


def _member(enum: Any, given: Any) -> Any:
    if isinstance(given, int) and not isinstance(given, enum) and 0 <= given < 1 << enum.bits:
        return enum(given)
    return given


class _Writer:
    def __init__(self, value: Any) -> None:
        self.value = value
        self.plan: Plan = value.PLAN
        self.wire: dict[str, Any] = {}
        #: bytes of the contents whose wire value is no bytes
        self.sizes: dict[str, int] = {}
        self.located: list[tuple[int, bytes]] = []
        self.tail = b""
        fields = self.plan.fields
        for field in fields:
            if field.const is not None or field.role == "next":
                self.wire[field.name] = field.const or 0
            elif not field.derived and field.canonical is None:
                self.wire[field.name] = self._content(field)
        for field in fields:
            if field.role in ("size-of", "count-of") and field.target:
                absent = self._absent(field)
                self.wire[field.name] = None if absent else self._in_range(field, self._amount(field))
        for field in fields:
            if field.canonical is not None:
                self.wire[field.name] = self._kept(field)
            if field.exact is not None:
                self._exact(field)
        self._check()

    def _content(self, field: Field) -> Any:
        """The wire value of what the class holds; None where a condition rules it out."""
        if field.condition is None:
            return getattr(self, f"_{field.kind}")(field)
        absent = self._absent(field)
        if absent and field.terminator is not None and getattr(self.value, field.terminator) != "":
            raise self.error(field, f"must be empty unless {field.condition}", field.terminator)
        if absent is (self.get(field) is not None):
            reason = f"must be None unless {field.condition}" if absent else f"must not be None where {field.condition}"
            raise self.error(field, reason)
        return None if absent else getattr(self, f"_{field.kind}")(field)

    def _absent(self, field: Field) -> bool:
        return field.condition is not None and not expressions.evaluate(field.condition, self.wire)

    def _check(self) -> None:
        for check in self.plan.checks:
            if expressions.evaluate(check.violated, self.wire):
                raise EncodeError(check.message, path=check.path, rule=check.id, status=check.status)
        for field in self.plan.fields:
            if field.kind == "slack":
                self._assemble(field)
        for field in self.plan.fields:
            if field.implied is not None:
                number = expressions.evaluate(field.implied, {**self.wire, "size": self._total()})
                self.wire[field.name] = self._in_range(field, number)

    def error(self, field: Field, reason: str, name: str | None = None) -> EncodeError:
        return EncodeError(reason, path=f"{self.plan.name}.{name or field.name}")

    def get(self, field: Field) -> Any:
        return getattr(self.value, field.name)

    def _in_range(self, field: Field, number: Any, name: str | None = None) -> Any:
        if not isinstance(number, int):
            raise self.error(field, f"expected an int, not {type(number).__name__}", name)
        low, high = limits(field.code)
        if not low <= number <= high:
            raise self.error(field, f"{_shown(number)} is not in {low} to {high:#x}", name)
        return number

    def _integer(self, field: Field) -> Any:
        return self._in_range(field, self.get(field))

    def _bytes(self, field: Field) -> Any:
        if field.convert is not None:
            return self._converted(field)
        content = self._raw(field)
        if len(content) != field.size:
            raise self.error(field, f"{len(content)} bytes where {field.size} are needed")
        return content

    def _converted(self, field: Field) -> Any:
        value = self.get(field)
        try:
            field.convert.to_bytes(value)
        except UnicodeEncodeError as error:
            raise self.error(field, f"no UTF-16 at character {error.start}: {error.reason}") from None
        except (TypeError, ValueError) as error:
            raise self.error(field, str(error)) from None
        return value

    def _nested(self, field: Field) -> Any:
        return self._part(field, self.get(field), field.record, field.name)

    def _part(self, field: Field, part: Any, kind: Any, name: str) -> dict[str, Any]:
        """The wire fields of a record that stands in this one."""
        if type(part) is not kind:
            raise self.error(field, f"expected {kind.__name__}, not {type(part).__name__}", name)
        try:
            return to_wire(part)
        except EncodeError as error:
            error.path = ".".join(filter(None, (self.plan.name, name, error.path.partition(".")[2])))
            raise

    def _items(self, field: Field) -> list[Any]:
        found = []
        for index, item in enumerate(self._tuple(field)):
            name = f"{field.name}[{index}]"
            if field.record is None:
                found.append(self._in_range(field, item, name))
            else:
                found.append(self._part(field, item, field.record, name))
        self.sizes[field.name] = len(found) * struct.calcsize(field.code)
        return found

    def _tuple(self, field: Field) -> Any:
        items = self.get(field)
        if type(items) not in (tuple, list):
            raise self.error(field, f"expected a tuple, not {type(items).__name__}")
        return items

    def _one(self, field: Field) -> Any:
        """The wire fields of the record, or the bytes, and that they will be read as just that."""
        part, kinds = self.get(field), field.alternatives.records
        if type(part) not in kinds:
            if field.alternatives.only is not None:
                raise self.error(field, f"expected {kinds[0].__name__}, not {type(part).__name__}")
            content: Any = self._raw(field)
            data = content
        else:
            content = {**self._part(field, part, type(part), field.name), "_record": type(part)}
            data = part.encode()
        kind = field.alternatives.select(data)
        if kind is not (type(part) if type(part) in kinds else None):
            read_as = "bytes" if kind is None else kind.__name__
            raise self.error(field, f"these bytes would be read as {read_as}, not {type(part).__name__}")
        self.sizes[field.name] = len(data)
        return content

    def _walk(self, field: Field) -> list[dict[str, Any]]:
        found, encoded = [], []
        for index, item in enumerate(self._tuple(field)):
            found.append({**self._part(field, item, field.record, f"{field.name}[{index}]"), "_record": field.record})
            encoded.append(item.encode())
        for index, wire in enumerate(found):
            if fault := _fault_of_element(field, len(encoded[index]), wire, index == len(found) - 1):
                raise self.error(field, fault, f"{field.name}[{index}]")
            if field.walk.next is not None and index < len(found) - 1:
                place = field.record.PLAN.field(field.walk.next)
                wire[place.name] = self._in_range(place, len(encoded[index]), f"{field.name}[{index}].{place.name}")
        self.sizes[field.name] = sum(map(len, encoded))
        return found

    def _own(self, field: Field) -> bytes:
        content: bytes = field.own.explain(self.value)
        return content

    def _raw(self, field: Field) -> bytes:
        content = self.get(field)
        try:
            return runtime.as_bytes(content)
        except TypeError:
            raise self.error(field, f"expected bytes, not {type(content).__name__}") from None

    _slack = _raw

    def _utf16(self, field: Field, text: Any, name: str) -> bytes:
        if not isinstance(text, str):
            raise self.error(field, f"expected str, not {type(text).__name__}", name)
        try:
            return text.encode("utf-16-le")
        except UnicodeEncodeError as error:
            raise self.error(field, f"no UTF-16 at character {error.start}: {error.reason}", name) from None

    def _text(self, field: Field) -> bytes:
        text = self.get(field)
        content = self._utf16(field, text, field.name)
        if field.terminator is None:
            return content
        end = getattr(self.value, field.terminator)
        ended = self._utf16(field, end, field.terminator)
        if "\0" in text:
            raise self.error(field, f"U+0000 at character {text.index(chr(0))}")
        if end and end[0] != "\0":
            raise self.error(field, "must be empty or start with U+0000", field.terminator)
        return content + ended

    def _strings(self, field: Field) -> list[bytes]:
        items = self.get(field)
        if not isinstance(items, (tuple, list)):
            raise self.error(field, f"expected a tuple of str, not {type(items).__name__}")
        found = []
        for index, item in enumerate(items):
            name = f"{field.name}[{index}]"
            found.append(self._utf16(field, item, name))
            if "\0" in item:
                raise self.error(field, f"U+0000 at character {item.index(chr(0))}", name)
        return found

    def _amount(self, field: Field) -> int:
        target = self.plan.field(field.target or "")
        if target.own is not None:
            return len(self.get(target))
        return self._size(target) if field.role == "size-of" else len(self.wire[target.name])

    def _total(self) -> int:
        """Bytes of the structure, once all contents are known."""
        return self.head + len(self.tail)

    def _size(self, field: Field) -> int:
        content = self.wire[field.name]
        if field.kind == "strings":
            return sum(len(item) + 2 for item in content)
        return self.sizes[field.name] if field.name in self.sizes else len(content)

    def canonical(self, field: Field) -> Any:
        return expressions.evaluate(field.canonical or "None", {**self.wire, "size": self._total()})

    def _kept(self, field: Field) -> Any:
        given = self.get(field)
        if not field.fixed:
            return self.canonical(field) if given is None else self._raw(field)
        return self._in_range(field, self.canonical(field) if given is None else given)

    def _exact(self, field: Field) -> None:
        size, needed = self._size(field), expressions.evaluate(field.exact or "", self.wire)
        if size != needed:
            raise self.error(field, f"{size} bytes where {needed} are needed")

    @property
    def head(self) -> int:
        """Bytes of what stands in sequence, as far as it is known: located buffers come after it."""
        sequential = [f for f in self.plan.fields if f.place != "at" and f.kind != "slack"]
        varying = [f for f in sequential if not f.fixed or self.plan.optional(f)]
        varying = [f for f in varying if self.wire.get(f.name) is not None]
        return self.plan.fixed_size + sum(f.size or self._size(f) for f in varying)

    def _assemble(self, slack: Field) -> None:
        located = [f for f in self.plan.fields if f.place == "at"]
        self.located = [(self.wire[f.offset_field or ""] - f.base, self.wire[f.name]) for f in located]
        try:
            self.tail = runtime.assemble(self.head, tuple(self.located), self.wire[slack.name])
        except runtime.Refused:
            for field, (start, content) in zip(located, self.located, strict=True):
                if content and start < self.head:
                    place = self.plan.field(field.offset_field or "")
                    reason = f"{start + field.base} lies before the data, which starts at {self.head + field.base}"
                    raise self.error(place, reason) from None
            raise self.error(slack, "does not fill the gaps that the offsets leave, or buffers overlap") from None


def _fault_of_element(field: Field, size: int, wire: dict[str, Any], last: bool) -> str:
    """Why an element cannot stand where it does in its list; empty if it can."""
    walk = field.walk
    if walk.next is None:
        needed = expressions.evaluate(walk.size, wire)
        return "" if size == needed or (last and size < needed) else f"{size} bytes where the list has {needed}"
    if last and walk.last_size not in (None, size):
        return f"{size} bytes where the last element has {walk.last_size}"
    return "" if last or size % walk.align == 0 else f"{size} bytes, no multiple of {walk.align}"


def _shown(number: int) -> str:
    return hex(number) if number.bit_length() <= 128 else f"a number of {number.bit_length()} bits"


def limits(code: str) -> tuple[int, int]:
    """The smallest and the largest number of a struct format, byte order first."""
    bits = 8 * struct.calcsize(code)
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if code[-1].islower() else (0, (1 << bits) - 1)
