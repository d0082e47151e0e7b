"""From a value to its wire fields, slowly and with reasons: the encoder's explainer, and what construct can build.

`to_wire` does what the compiled encoder does, field by field, and says which field does not fit.
"""

from __future__ import annotations

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
            given = getattr(value, name)
            if field.enum is not None:
                _set(value, name, _member(field.enum, given))
            elif isinstance(given, (bytearray, memoryview)):
                _set(value, name, bytes(given))
            elif field.kind == "strings" and isinstance(given, list):
                _set(value, name, tuple(given))
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
        tail = bytes(writer.plan.head) + writer.tail
        _set(
            value, field.name, runtime.slack(tail, writer.plan.head, tuple((p, p + len(c)) for p, c in writer.located))
        )


def _set(value: Any, name: str, new: Any) -> None:
    object.__setattr__(value, name, new)


def _member(enum: Any, given: Any) -> Any:
    if isinstance(given, int) and not isinstance(given, enum) and 0 <= given < 1 << enum.bits:
        return enum(given)
    return given


class _Writer:
    def __init__(self, value: Any) -> None:
        self.value = value
        self.plan: Plan = value.PLAN
        self.wire: dict[str, Any] = {}
        self.located: list[tuple[int, bytes]] = []
        self.tail = b""
        for field in self.plan.fields:
            if not field.derived and field.canonical is None:
                self.wire[field.name] = getattr(self, f"_{field.kind}")(field)
        for field in self.plan.fields:
            if field.role in ("size-of", "count-of"):
                self.wire[field.name] = self._in_range(field, self._amount(field))
        for field in self.plan.fields:
            if field.canonical is not None:
                self.wire[field.name] = self._kept(field)
        self._check()

    def _check(self) -> None:
        for check in self.plan.checks:
            if expressions.evaluate(check.violated, self.wire):
                raise EncodeError(check.message, path=check.path, rule=check.id, status=check.status)
        for field in self.plan.fields:
            if field.condition is not None:
                present, given = bool(expressions.evaluate(field.condition, self.wire)), self.get(field) is not None
                if present is not given:
                    reason = (
                        f"must not be None where {field.condition}"
                        if present
                        else f"must be None unless {field.condition}"
                    )
                    raise self.error(field, reason)
            if field.kind == "slack":
                self._assemble(field)

    def error(self, field: Field, reason: str, name: str | None = None) -> EncodeError:
        return EncodeError(reason, path=f"{self.plan.name}.{name or field.name}")

    def get(self, field: Field) -> Any:
        return getattr(self.value, field.name)

    def _in_range(self, field: Field, number: Any) -> Any:
        if not isinstance(number, int):
            raise self.error(field, f"expected an int, not {type(number).__name__}")
        bits = 8 * (field.size or 0)
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if field.code[-1].islower() else (0, (1 << bits) - 1)
        if not low <= number <= high:
            raise self.error(field, f"{_shown(number)} is not in {low} to {high:#x}")
        return number

    def _integer(self, field: Field) -> Any:
        if field.const is not None:
            return field.const
        number = self.get(field)
        return number if number is None and field.condition is not None else self._in_range(field, number)

    def _bytes(self, field: Field) -> bytes:
        content = self._raw(field)
        if len(content) != field.size:
            raise self.error(field, f"{len(content)} bytes where {field.size} are needed")
        return content

    def _nested(self, field: Field) -> Any:
        part = self.get(field)
        if type(part) is not field.record:
            raise self.error(field, f"expected {field.record.__name__}, not {type(part).__name__}")
        try:
            return to_wire(part)
        except EncodeError as error:
            raise self.error(field, error.reason, f"{field.name}.{error.path.partition('.')[2]}") from None

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
        return len(self.wire[field.target or ""])

    def _size(self, field: Field) -> int:
        content = self.wire[field.name]
        return sum(len(item) + 2 for item in content) if field.kind == "strings" else len(content)

    def canonical(self, field: Field) -> Any:
        contents = sum(self._size(f) for f in self.plan.fields if f.name in self.wire and not f.fixed)
        known = {"size": self.plan.fixed_size + contents}
        return expressions.evaluate(field.canonical or "None", self.wire | known)

    def _kept(self, field: Field) -> Any:
        given = self.get(field)
        if not field.fixed:
            return self.canonical(field) if given is None else self._raw(field)
        return self._in_range(field, self.canonical(field) if given is None else given)

    def _assemble(self, slack: Field) -> None:
        located = [f for f in self.plan.fields if f.place == "at"]
        self.located = [(self.wire[f.offset_field or ""] - f.base, self.wire[f.name]) for f in located]
        try:
            self.tail = runtime.assemble(self.plan.head, tuple(self.located), self.wire[slack.name])
        except runtime.Refused:
            for field, (start, content) in zip(located, self.located, strict=True):
                if content and start < self.plan.head:
                    place = self.plan.field(field.offset_field or "")
                    reason = f"{start + field.base} lies before the data, which starts at {self.plan.head + field.base}"
                    raise self.error(place, reason) from None
            raise self.error(slack, "does not fill the gaps that the offsets leave, or buffers overlap") from None


def _shown(number: int) -> str:
    return hex(number) if number.bit_length() <= 128 else f"a number of {number.bit_length()} bits"
