"""Values in a display filter: what one may mean, and whether those of a message compare with it.

A filter does not know the types of fields, so a value has several meanings at once, one for each type of field:
``00`` is a number, a text and a byte. `forms_of` gives them all; a field takes the one of its own type.
"""

from __future__ import annotations

import operator
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.dissect.display import printable
from smb2ioctl_codec.dissect.filter_syntax import FilterError, Token, nearest, shown
from smb2ioctl_codec.messages import Command
from smb2ioctl_codec.ntstatus import NtStatus

#: A value of a field; None if the field is there and has no value of its own.
Value = int | bool | str | bytes | UUID | IPv4Address | IPv6Address | None
#: The values of a message's fields, by name.
Values = Mapping[str, Sequence[Value]]
#: What a value means to a field, by the type of the field's value.
Forms = dict[type, Any]
#: Whether a message passes.
Predicate = Callable[[Values], bool]
#: Whether one value of a field does.
Test = Callable[[Value], bool]
#: Finds two values of one type equal, or in order.
Compare = Callable[[Any, Any], bool]

#: Characters of the longest number.
MAX_DIGITS = 600

_NUMBER = re.compile(r"[+-]?(?:0[xX][0-9A-Fa-f]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)")
_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_BYTES = re.compile(r"(?:[0-9A-Fa-f]{2})+(?:([:.-])(?:[0-9A-Fa-f]{2})+(?:\1(?:[0-9A-Fa-f]{2})+)*)?")
_ONE_BYTE = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{1,2})")
_SEPARATORS = str.maketrans("", "", ":.-")
#: Characters of the longest address.
_ADDRESS = 45
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

#: Fields of which the possible names are known, and what they are names of.
NAMED: dict[str, tuple[type[OpenIntEnum], str]] = {
    "smb2.cmd": (Command, "command"),
    "smb2.nt_status": (NtStatus, "status"),
    "smb2.ioctl.function": (CtlCode, "control code"),
}
_PREFIXES = {"FSCTL_": "smb2.ioctl.function", "STATUS_": "smb2.nt_status"}


def forms_of(token: Token, field: str) -> Forms:
    """What a value means to a field of each type; a type that is not there can never have it.

    Args:
        token: a word or a string.
        field: the field that it is compared with, which may have names of its own for numbers.

    Raises:
        FilterError: a name that the field does not have, or a number that is too long.
    """
    forms = content_of(token)
    number = number_of(token, field)
    if number is not None:
        forms[int] = number
    if _GUID.fullmatch(token.text):
        forms[UUID] = UUID(token.text)
    forms.update(_address(token.text))
    return forms


def content_of(token: Token) -> Forms:
    """What a value means to fields that can contain it: to one of text and to one of bytes."""
    return {str: token.text, bytes: token.data if token.kind == "string" else _bytes_of(token.text)}


def number_of(token: Token, field: str) -> int | None:
    """The number that a value stands for, None if it stands for none.

    Raises:
        FilterError: a name that the field does not have, or a number that is too long.
    """
    if token.kind == "word":
        if _NUMBER.fullmatch(token.text):
            return _number(token)
        if token.text in _TRUTH:
            return int(_TRUTH[token.text])
    elif field not in NAMED:
        return None
    name = token.text.upper()
    prefixed = next((owner for prefix, owner in _PREFIXES.items() if name.startswith(prefix)), None)
    number = _names(field).get(name)
    if number is None and (field in NAMED or prefixed is not None):
        owner = field if field in NAMED else str(prefixed)
        known, what = _names(owner), NAMED[owner][1]
        raise FilterError(f"{shown(token.source)} is no number and no name of a {what}{nearest(name, known)}",
                          token.column)  # fmt: skip
    return number


@cache
def _names_of(field: str) -> dict[str, int]:
    """Numbers by their names in capitals."""
    names = {name: int(value) for name, value in NAMED[field][0].__members__.items()}
    if field == "smb2.nt_status":
        names |= {f"STATUS_{name}": number for name, number in names.items()}
    return names


@cache
def _all_names() -> dict[str, int]:
    """Names that any field of numbers may have; those of commands, which are plain words, only have their own."""
    return _names_of("smb2.ioctl.function") | _names_of("smb2.nt_status")


def _names(field: str) -> dict[str, int]:
    return _names_of(field) if field in NAMED else _all_names()


def _number(token: Token) -> int:
    text = token.text.lower()
    if len(text) > MAX_DIGITS:
        raise FilterError(f"a number has at most {MAX_DIGITS} characters; text has quotes", token.column)
    digits = text.lstrip("+-")
    base = 16 if digits.startswith("0x") else 2 if digits.startswith("0b") else 8 if digits.startswith("0") else 10
    return int(text, base)


def _bytes_of(word: str) -> bytes:
    """The bytes that a word stands for: in hexadecimal, or else those of its characters."""
    one = _ONE_BYTE.fullmatch(word)
    if one is not None:
        return bytes([int(one[1], 16)])
    if _BYTES.fullmatch(word):
        return bytes.fromhex(word.translate(_SEPARATORS))
    return word.encode("ascii")


def _address(text: str) -> Forms:
    if len(text) > _ADDRESS:
        return {}
    kind: type[IPv4Address | IPv6Address] = IPv6Address if ":" in text else IPv4Address
    try:
        return {kind: kind(text)}
    except ValueError:
        return {}


# -- comparing


_KINDS = (int, str, bytes, UUID, IPv4Address, IPv6Address)
_KIND: dict[type, type | None] = {**{kind: kind for kind in _KINDS}, bool: int, type(None): None}


def kind_of(value: Value) -> type | None:
    """The type that a value is compared as; None if it is compared with nothing."""
    try:
        return _KIND[type(value)]
    except KeyError:  # a control code, for one, which is an int
        return next((kind for kind in _KINDS if isinstance(value, kind)), None)


def _ordered(compare: Compare) -> Compare:
    """The order of two values of one type. Of bytes, the fewer come first, as in Wireshark."""

    def ordered(left: Any, right: Any) -> bool:
        if isinstance(left, bytes):
            return compare((len(left), left), (len(right), right))
        return compare(left, right)

    return ordered


def _contains(left: Any, right: Any) -> bool:
    """Whether a text or bytes contain others; nothing contains an empty one, as in Wireshark."""
    return isinstance(left, (str, bytes)) and len(right) > 0 and right in left


#: Comparisons of two values of one type.
COMPARE: dict[str, Compare] = {
    "==": operator.eq, "!=": operator.eq, "===": operator.eq, "!==": operator.eq, "contains": _contains,
    "<": _ordered(operator.lt), ">": _ordered(operator.gt), "<=": _ordered(operator.le), ">=": _ordered(operator.ge),
}  # fmt: skip


def _none(results: Sequence[bool]) -> bool:
    return bool(results) and not any(results)


def _all(results: Sequence[bool]) -> bool:
    return bool(results) and all(results)


def _not_all(results: Sequence[bool]) -> bool:
    return not all(results)


#: How many of a field's values must compare, where not one of them is enough.
QUANTIFIERS: dict[str, Callable[[Sequence[bool]], bool]] = {"!=": _none, "===": _all, "!==": _not_all}


def tester(compare: Compare, forms: Forms) -> Test:
    """The test of one value against what stands in a filter."""

    def test(value: Value) -> bool:
        kind = kind_of(value)
        return kind in forms and compare(value, forms[kind])

    return test


def member_test(single: Sequence[Forms], ranges: Sequence[tuple[Forms, Forms]] = ()) -> Test:
    """The test whether a value is one of several, or in one of several ranges."""
    known: dict[type | None, set[Any]] = {}
    for forms in single:
        for kind, form in forms.items():
            known.setdefault(kind, set()).add(form)
    numbers = known.get(int, set())
    ends = [(tester(COMPARE[">="], low), tester(COMPARE["<="], high)) for low, high in ranges]

    def test(value: Value) -> bool:
        return value in numbers if isinstance(value, int) else value in known.get(kind_of(value), ())

    def test_all(value: Value) -> bool:
        if test(value):
            return True
        for above, below in ends:  # noqa: SIM110  # the loop is twice as fast as any()
            if above(value) and below(value):
                return True
        return False

    return test_all if ends else test


def match_test(token: Token) -> Test:
    """The test whether a regular expression is found in a text or in bytes; case does not count.

    Raises:
        FilterError: it is none.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what another version of Python may read otherwise
            text = re.compile(token.text, re.IGNORECASE)
            try:
                data = re.compile(token.data, re.IGNORECASE)
            except (re.error, ValueError):  # an escape that only a text can have
                data = None
    except RecursionError as error:
        raise FilterError("a regular expression with too many brackets inside each other", token.column) from error
    except (re.error, ValueError, OverflowError) as error:
        raise FilterError(f"no regular expression: {printable(str(error))}", token.column) from error

    def test(value: Value) -> bool:
        if isinstance(value, str):
            return text.search(value) is not None
        return data is not None and isinstance(value, bytes) and data.search(value) is not None

    return test


def any_value(name: str, test: Test) -> Predicate:
    """One value of the field passes the test."""

    def passes(values: Values) -> bool:
        for value in values.get(name, ()):  # noqa: SIM110  # the loop is twice as fast as any()
            if test(value):
                return True
        return False

    return passes


def quantified(op: str, read: Callable[[Values], Iterable[Value]], test: Test) -> Predicate:
    """As many values as the operator asks for pass the test."""
    quantifier = QUANTIFIERS.get(op, any)
    return lambda values: quantifier([test(value) for value in read(values) if value is not None])


def between(op: str, read: Callable[[Values], Iterable[Value]], name: str) -> Predicate:
    """As many pairs of a field's values and those of another field as the operator asks for compare."""
    quantifier, compare = QUANTIFIERS.get(op, any), COMPARE[op]

    def passes(values: Values) -> bool:
        tests = [tester(compare, {kind: other}) for other in values.get(name, ()) if (kind := kind_of(other))]
        return quantifier([test(value) for value in read(values) if value is not None for test in tests])

    return passes
