"""Display filters: what each operator and each kind of value means, and what is told about a text that is no filter.

The meanings were compared with tshark 4.0.17; where a case says so, it is what tshark does.
"""

from __future__ import annotations

import itertools
import pickle
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smb2ioctl_codec import Command, CtlCode, HeaderFlags, NtStatus
from smb2ioctl_codec.dissect.filter_syntax import MAX_LENGTH
from smb2ioctl_codec.dissect.filter_values import MAX_DIGITS
from smb2ioctl_codec.dissect.filters import MAX_DEPTH, Filter, FilterError, Value, compile_filter

GUID = UUID("98e5a4bb-6b2f-11ee-8c99-0242ac120002")

#: A message with a field of each type; `many` has several values, `gone` none and `none` one without a value.
MESSAGE: dict[str, Sequence[Value]] = {
    "smb2": [None],
    "smb2.cmd": [Command.IOCTL],
    "smb2.nt_status": [NtStatus.PENDING],
    "smb2.ioctl.function": [CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS],
    "smb2.flags": [HeaderFlags.SERVER_TO_REDIR | HeaderFlags.SIGNED],
    "number": [12],
    "negative": [-3],
    "many": [0, 5, 9],
    "same": [5, 5],
    "yes": [True],
    "no": [False],
    "text": ["Hello World"],
    "digits": ["00"],
    "bytes": [b"\xfeSMB\x00\xff"],
    "guid": [GUID],
    "ip4": [IPv4Address("10.0.0.2")],
    "ip6": [IPv6Address("fe80::1")],
    "none": [None],
    "mixed": [None, "x", 7],
    "empty": [],
}
KNOWN = frozenset(MESSAGE) | {"gone"}


def passes(text: str, values: Mapping[str, Sequence[Value]] = MESSAGE) -> bool:
    """Whether the message passes the filter."""
    result = compile_filter(text, KNOWN)(values)
    assert isinstance(result, bool)
    return result


def refusal(text: str) -> FilterError:
    """The error of a text that is no filter."""
    with pytest.raises(FilterError) as caught:
        compile_filter(text, KNOWN)
    assert "\n" not in str(caught.value)
    assert str(caught.value) == f"column {caught.value.column}: {caught.value.reason}"
    return caught.value


# -- operators

TRUE = [
    "", " \t\r\n",
    "number == 12", "number eq 12", "number any_eq 12", "number==12", "number\n==\n12",
    "number != 11", "number ne 11", "number all_ne 11",
    "number < 13", "number lt 13", "number > 11", "number gt 11",
    "number <= 12", "number le 12", "number >= 12", "number ge 12",
    "number in {1, 12}", "number in {12}", "number in {5..12}", "number in {1, 5 .. 20, 30}", "negative in {-5..-1}",
    "number not in {1, 11}", "number ! in {1}", "number !in {1}",
    "gone not in {1}",  # tshark: the opposite of `in`
    "number & 4", "number & 4 == 4", "number & 3 == 0", "number & 0xf == 12", "number & 6 & 12 == 4",
    "number & -1 == 12", "number bitwise_and 8", "number & 4 != 1", "number & 0xc > 11",
    "negative & -4", "smb2.ioctl.function & 0x100000", "smb2.ioctl.function & 0x140f00 == 0x140000",
    "many & 4", "many & 1 == 0", "smb2.flags & 8", "yes & 1", "smb2.cmd & IOCTL == 11", "number & 13 == number",
    "text contains World", 'text contains "lo W"', "bytes contains 53:4d", 'bytes contains "SMB"',
    'bytes contains "\\xfeSM"', "bytes contains SMB", "bytes contains fe", "bytes contains 0xFE", "bytes contains 00",
    "bytes contains 0", "text contains text", "text not in {FSCTL_DFS}", "(gone or text) and number",
    'text matches "hello"', 'text matches "^h.*D$"', 'text ~ "o w"', 'bytes matches "smb"', 'bytes matches "^\\xfe"',
    'bytes matches r"\\xfes.b"', 'text matches r"\\bworld\\b"', 'text matches "\\\\bworld"', 'text matches ""',
    "number", "smb2", "none", "!gone", "!empty", "not gone",
    "number == number", "number != many", "number > many", "many == same", "same === same",
    "number == 1 or number == 12", "number == 12 && !(number == 1)", "! ! number", "((number))", "not(gone)",
]  # fmt: skip
FALSE = [
    "number == 11", "number != 12", "number < 12", "number > 12", "number <= 11", "number >= 13",
    "number in {1, 11}", "number in {13..20}", "number in {20..1}", "number not in {12}", "gone in {1}",
    "number & 3", "number & 4 == 1", "gone & 1 != 1", "text & 1", "text & 1 != 1", "bytes & 0xff", "none & 1",
    "text contains world", "number contains 1", "guid contains aa", 'text contains ""', 'bytes contains ""',
    'text matches "^W"', 'number matches "1"', 'guid matches "9"', 'bytes matches r"\\N{LATIN SMALL LETTER S}"',
    "gone", "empty", "!number", "!smb2", "gone == gone", "gone != number", "number != gone", "number == text",
    "many != same", "many !== gone", "number == 12 and gone", "not (number == 12 or gone)", "! ! ! number",
]  # fmt: skip


@pytest.mark.parametrize("text", TRUE)
def test_operators_that_pass(text: str) -> None:
    assert passes(text)


@pytest.mark.parametrize("text", FALSE)
def test_operators_that_do_not(text: str) -> None:
    assert not passes(text)


# -- values

EQUAL = [
    "number == 0xc", "number == 0XC", "number == 014", "number == 0b1100", "number == +12", "negative == -3",
    "negative == -0x3", "no == 0", "yes == 1", "yes == true", "yes == True", "no == FALSE", "yes != 0", "yes > 0",
    "text == \"Hello World\"", r'text == "\x48ello\x20World"', r'text == "\110ello World"', 'text == r"Hello World"',
    "digits == 00", "digits == \"00\"", 'digits in {"0".."1"}', "text > Hello", 'text < "a"',
    "bytes == fe:53:4d:42:00:ff", "bytes == FE-53-4D-42-00-FF", "bytes == fe.53.4d.42.00.ff",
    "bytes == fe534d4200ff", "bytes == fe53:4d42:00ff", r'bytes == "\xfeSMB\x00\xff"', r'bytes == "\xfeSMB\0\377"',
    "bytes in {00, fe534d4200ff}", "bytes > ff:ff",  # tshark: more bytes are the greater
    "bytes < ff:00:00:00:00:00", "bytes in {00..00:00:00:00:00:00:00}",
    "guid == 98e5a4bb-6b2f-11ee-8c99-0242ac120002", "guid == 98E5A4BB-6B2F-11EE-8C99-0242AC120002",
    'guid == "98e5a4bb-6b2f-11ee-8c99-0242ac120002"', "guid > 00000000-0000-0000-0000-000000000000",
    "guid in {98e5a4bb-6b2f-11ee-8c99-0242ac120000..98e5a4bb-6b2f-11ee-8c99-0242ac120003}",
    "ip4 == 10.0.0.2", 'ip4 == "10.0.0.2"', "ip4 > 9.255.255.255", "ip4 in {10.0.0.0..10.0.0.255}", "ip4 != 10.0.0.3",
    "ip6 == fe80::1", "ip6 == FE80:0:0:0:0:0:0:1", "ip6 > ::1", "ip6 in {::1, fe80::..fe80::ff}",
    "smb2.cmd == IOCTL", "smb2.cmd == Ioctl", 'smb2.cmd == "Ioctl"', "smb2.cmd == 11", "smb2.cmd in {READ, IOCTL}",
    "smb2.cmd in {LOCK..CANCEL}", "smb2.cmd < CANCEL", "smb2.nt_status == STATUS_PENDING",
    "smb2.nt_status == PENDING", 'smb2.nt_status == "STATUS_PENDING"', "smb2.nt_status == 0x103",
    "smb2.nt_status != STATUS_SUCCESS", "smb2.ioctl.function == FSCTL_SRV_ENUMERATE_SNAPSHOTS",
    "smb2.ioctl.function == 0x00144064", "smb2.ioctl.function == fsctl_srv_enumerate_snapshots",
    "smb2.ioctl.function in {FSCTL_PIPE_WAIT, FSCTL_SRV_ENUMERATE_SNAPSHOTS}", "smb2.flags == 9",
]  # fmt: skip


@pytest.mark.parametrize("text", EQUAL)
def test_values_of_each_kind(text: str) -> None:
    assert passes(text)


def test_each_escape() -> None:
    text = r'text == "\\ \" \' \a \b \f \n \r \t \v \x41 \x4 \101 \0"'
    wanted = "\\ \" ' \a \b \f \n \r \t \v A \x04 A \0"
    assert passes(text, {"text": [wanted]})
    assert passes(text.replace("text", "bytes", 1), {"bytes": [wanted.encode()]})
    assert not passes(text, {"text": ["x" + wanted]})
    assert passes(r'text == r"a\n\"b"', {"text": [r"a\n\"b"]})


def test_text_that_is_not_ascii() -> None:
    assert passes('text == "é\\xe9€"', {"text": ["éé€"]})
    assert passes('bytes == "é\\xe9€"', {"bytes": ["é".encode() + b"\xe9" + "€".encode()]})
    assert not passes('text contains "\ud800"')


def test_the_name_of_a_field_in_quotes_is_text() -> None:
    assert passes('text == "number"', {"text": ["number"], "number": [5]})
    assert not passes("text == number", {"text": ["number"], "number": [5]})
    assert refusal('"number" == 5').column == 1


def test_names_stand_for_numbers_in_any_field_of_numbers_but_commands() -> None:
    assert passes("number == PENDING", {"number": [0x103]})
    assert passes("number == STATUS_PENDING", {"number": [0x103]})
    assert passes("number == FSCTL_PIPE_WAIT", {"number": [0x110018]})
    assert not passes("number == IOCTL", {"number": [11]})
    assert passes("text == PENDING", {"text": ["PENDING"]})
    assert passes('text == "FSCTL_NO_SUCH"', {"text": ["FSCTL_NO_SUCH"]})
    assert passes("text contains FSCTL_NO_SUCH", {"text": ["no FSCTL_NO_SUCH here"]})


@pytest.mark.parametrize("status", NtStatus)
def test_every_status_has_its_name_with_and_without_prefix(status: NtStatus) -> None:
    values = {"smb2.nt_status": [int(status)]}
    assert passes(f"smb2.nt_status == {status.name}", values)
    assert passes(f"smb2.nt_status == STATUS_{status.name}", values)


@pytest.mark.parametrize("code", list(CtlCode.__members__))
def test_every_control_code_has_all_its_names(code: str) -> None:
    assert passes(f"smb2.ioctl.function == {code}", {"smb2.ioctl.function": [int(CtlCode[code])]})


#: Fields, and values that mean nothing to their types.
OTHER_TYPE = [
    ("number", '"12"'), ("number", "twelve"), ("number", "fe:53"), ("number", "10.0.0.2"), ("negative", str(GUID)),
    ("yes", '"true"'), ("guid", "12"), ("guid", '"a"'), ("guid", "10.0.0.2"), ("ip4", "fe80::1"), ("ip4", "10"),
    ("ip4", "10.0.0"), ("ip6", "10.0.0.2"), ("ip6", "fe:80"), ("none", "0"), ("none", '""'), ("number", "08"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), OTHER_TYPE)
def test_a_value_of_another_type_is_neither_equal_nor_before_nor_after(name: str, value: str) -> None:
    for op in ("==", "<", ">", "<=", ">=", "==="):
        assert not passes(f"{name} {op} {value}"), op
    assert not passes(f"{name} in {{{value}, {value}..{value}}}")


def test_a_value_of_another_type_differs_and_none_is_no_value() -> None:
    assert passes('number != "12"')
    assert passes("guid != 5")
    assert not passes("none != 5")
    assert not passes("none == 5")
    assert not passes("none !== 5")
    assert not passes("none != number")
    assert not passes("number != none")
    assert not passes("none == none")
    assert passes("mixed == 7")
    assert passes("mixed == x")
    assert passes("mixed != 8")
    assert not passes("mixed != 7")


@pytest.mark.parametrize("literal", ["1", '"a"', "fe:53", "10.0.0.2", "fe80::1", str(GUID), "true", "PENDING", "a"])
@pytest.mark.parametrize("op", ["==", "!=", "===", "!==", "<", ">", "<=", ">=", "contains"])
def test_no_value_of_any_type_raises(literal: str, op: str) -> None:
    every = [value for values in MESSAGE.values() for value in values]
    one = compile_filter(f"mixed {op} {literal}", KNOWN)
    assert {one({"mixed": [value]}) for value in every} <= {True, False}
    pair = compile_filter(f"mixed {op} many", KNOWN)
    assert all(pair({"mixed": [a], "many": [b]}) in (True, False) for a, b in itertools.product(every, every))


# -- several values


@pytest.mark.parametrize(
    ("text", "none", "one", "several"),
    [  # of a field with no value, with 5, and with 0, 5, 9; as tshark has it
        ("many == 5", False, True, True),
        ("many != 5", False, False, False),
        ("many === 5", False, True, False),
        ("many all_eq 5", False, True, False),
        ("many !== 5", False, False, True),
        ("many any_ne 5", False, False, True),
        ("many ~= 5", False, False, True),
        ("many == 7", False, False, False),
        ("many != 7", False, True, True),
        ("many < 1", False, False, True),
        ("many > 8", False, False, True),
        ("many in {9}", False, False, True),
        ("many in {6..20}", False, False, True),
        ("many in {6..8}", False, False, False),
        ("many not in {9}", True, True, False),
        ("not many == 9", True, True, False),
        ("many & 8", False, False, True),
        ("many & 1 != 1", False, False, False),
        ("many & 2 != 1", False, True, True),
        ("many & 1 === 1", False, True, False),
        ("many", False, True, True),
        ("many == many", False, True, True),
        ("many != many", False, False, False),
        ("many === many", False, True, False),
        ("many !== many", False, False, True),
    ],
)
def test_several_values(text: str, none: bool, one: bool, several: bool) -> None:
    made = compile_filter(text, KNOWN)
    assert [made({}), made({"many": []}), made({"many": [5]}), made({"many": [0, 5, 9]})] == [none, none, one, several]


# -- precedence


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("number or text and bytes", "number or (text and bytes)"),
        ("number and text or bytes", "(number and text) or bytes"),
        ("not number and text", "(not number) and text"),
        ("not number or text", "(not number) or text"),
        ("not number == 1 and text", "(not (number == 1)) and text"),
        ("number || text && bytes || guid", "number || (text && bytes) || guid"),
        ("number and not text or bytes", "(number and (not text)) or bytes"),
        ("number & 1 == 1 and text", "(number & 1 == 1) and text"),
        ("!number & 1", "!(number & 1)"),
    ],
)
def test_precedence(text: str, grouped: str) -> None:
    first, second = compile_filter(text, KNOWN), compile_filter(grouped, KNOWN)
    results = set()
    for there in itertools.product((False, True), repeat=4):
        values: dict[str, list[Value]] = {
            name: [1] for name, is_there in zip(("number", "text", "bytes", "guid"), there, strict=True) if is_there
        }
        assert first(values) == second(values)
        results.add(first(values))
    assert results == {False, True}


# -- the filter itself


def test_fields_are_all_that_is_asked_for() -> None:
    class Asked(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            names.append(key)
            assert default == ()
            return default

    names: list[str] = []
    made = compile_filter("number == 1 or not many in {1} and text == digits or bytes & 1 == no", KNOWN)
    assert made.fields == {"number", "many", "text", "digits", "bytes", "no"}
    assert not made(Asked())
    assert names
    assert set(names) <= made.fields
    assert compile_filter("", KNOWN).fields == frozenset()


def test_repr_makes_the_same_filter() -> None:
    assert repr(compile_filter('text == "a"', KNOWN)) == "compile_filter('text == \"a\"')"


# -- errors

ERRORS = [
    ("numbr == 1", 1, "unknown field 'numbr'; the nearest known one is number"),
    ("number == 1 and zzzzzz", 17, "unknown field 'zzzzzz'"),
    ("NUMBER == 1", 1, "unknown field 'NUMBER'"),
    ("5", 1, "expected a field name, 'not' or '(', not '5'"),
    ("12 == number", 1, "expected a field name, 'not' or '(', not '12'"),
    ('"abc"', 1, "expected a field name, 'not' or '(', not '\"abc\"'"),
    ("== 5", 1, "expected a field name, 'not' or '(', not '=='"),
    ("()", 2, "expected a field name, 'not' or '(', not ')'"),
    ("not", 4, "expected a field name, 'not' or '(', not the end"),
    ("number and", 11, "expected a field name, 'not' or '(', not the end"),
    ("number and and text", 12, "expected a field name, 'not' or '(', not 'and'"),
    ("number &&  || text", 12, "expected a field name, 'not' or '(', not '||'"),
    ("number text", 8, "expected an operator, not 'text'"),
    ("number EQ 5", 8, "expected an operator, not 'EQ'"),
    ('number "a"', 8, "expected an operator, not '\"a\"'"),
    ("number == 5 6", 13, "expected 'and', 'or' or the end, not '6'"),
    ("number == 5 == 5", 13, "expected 'and', 'or' or the end, not '=='"),
    ("number {1}", 8, "expected 'and', 'or' or the end, not '{'"),
    ("(number) == 5", 10, "expected 'and', 'or' or the end, not '=='"),
    ("(number and text", 1, "this '(' is never closed"),
    ("number and (text or (bytes)", 12, "this '(' is never closed"),
    ("number)", 7, "this ')' closes nothing"),
    ("number ==", 10, "expected a value after '==', not the end"),
    ("number ge )", 11, "expected a value after 'ge', not ')'"),
    ("text == contains", 9, "expected a value after '==', not 'contains'; a text has quotes"),
    ("number == (1)", 11, "expected a value after '==', not '('"),
    ("number in 1", 11, "expected '{' and the values of a set, not '1'"),
    ("number in {}", 12, "expected a value of a set, not '}'"),
    ("number in {1 2}", 14, "expected ',' or '}' after a value of a set, not '2'"),
    ("number in {1,}", 14, "expected a value of a set, not '}'"),
    ("number in {1", 13, "expected ',' or '}' after a value of a set, not the end"),
    ("number in {1..}", 15, "expected a value of a set, not '}'"),
    ("number in {..1}", 12, "expected a value of a set, not '..'"),
    ("number in {1, many}", 15, "expected a value of a set, not the field 'many'"),
    ("number not == 1", 8, "expected 'and', 'or' or the end, not 'not'"),
    ("number & foo", 10, "expected a number, not 'foo'"),
    ('number & "a"', 10, "expected a number, not '\"a\"'"),
    ("number &", 9, "expected a number, not the end"),
    ("number & 1 == foo", 15, "expected a number, not 'foo'"),
    ("number & 1 ==", 14, "expected a value after '==', not the end"),
    ("number & 1 in {1}", 12, "expected a comparison of numbers after a mask, not 'in'"),
    ("number & 1 contains 1", 12, "expected a comparison of numbers after a mask, not 'contains'"),
    ("text matches foo", 14, "expected a regular expression in double quotes, not 'foo'"),
    ('text matches "["', 14, "no regular expression: unterminated character set"),
    ('text matches "a{99999999999999999999}"', 14, "no regular expression: "),
    ('text matches "(?u)(?a)"', 14, "no regular expression: "),
    (f'text matches "{"(" * 20_000}"', 14, "a regular expression with too many brackets inside each other"),
    ("smb2.cmd contains 1", 10, "expected a comparison of numbers, which smb2.cmd has, not 'contains'"),
    ('smb2.cmd matches "1"', 10, "expected a comparison of numbers, which smb2.cmd has, not 'matches'"),
    ("smb2.cmd == IOCTLL", 13, "'IOCTLL' is no number and no name of a command; the nearest known one is IOCTL"),
    ('smb2.cmd == "11"', 13, "'\"11\"' is no number and no name of a command"),
    ("smb2.cmd == 08", 13, "'08' is no number and no name of a command"),
    ("smb2.nt_status == STATUS_PENDIN", 19, "the nearest known one is STATUS_PENDING"),
    ("smb2.ioctl.function in {1, FSCTL_PIPE_WAITT}", 28, "the nearest known one is FSCTL_PIPE_WAIT"),
    ("number == FSCTL_NO_SUCH_THING_AT_ALL", 11, "'FSCTL_NO_SUCH_THING_AT_ALL' is no number and no name of a contr"),
    ("number == STATUS_NO_SUCH_THING_AT_ALL", 11, "is no number and no name of a status"),
    ("number == " + "9" * (MAX_DIGITS + 1), 11, f"a number has at most {MAX_DIGITS} characters"),
    ('text == "a', 9, "the string that starts here has no closing quote"),
    ('text == "a\\"', 9, "the string that starts here has no closing quote"),
    ('text == r"a', 9, "the string that starts here has no closing quote"),
    (r'text == "ab\q"', 12, r"unknown escape '\q'"),
    (r'text == "\xg"', 10, r"unknown escape '\x'"),
    ('text == "\\\n"', 10, r"unknown escape '\<U+000A>'"),
    ("number = 5", 8, "unexpected character '='; equality is '=='"),
    ("number | text", 8, "unexpected character '|'; the operator is '||'"),
    ("text == 'a'", 9, "unexpected character '''; strings have double quotes"),
    ("number @ 5", 8, "unexpected character '@'"),
    ("text == é", 9, "unexpected character 'é'"),
    ("\x1b", 1, "unexpected character '<U+001B>'"),
    ("number == 1..2", 12, "expected 'and', 'or' or the end, not '..'"),
    ("number" + " " * MAX_LENGTH, MAX_LENGTH + 1, f"a filter has at most {MAX_LENGTH} characters"),
    ("x" * 1000, 1, "unknown field '" + "x" * 40 + "...'"),
]


@pytest.mark.parametrize(("text", "column", "reason"), ERRORS, ids=[text[:30] for text, _, _ in ERRORS])
def test_errors(text: str, column: int, reason: str) -> None:
    error = refusal(text)
    assert error.column == column
    assert reason in error.reason


def test_an_unknown_field_where_the_known_ones_cannot_be_listed() -> None:
    class Known:
        def __contains__(self, name: object) -> bool:
            return name == "number"

    assert compile_filter("number", Known())({"number": [1]})
    with pytest.raises(FilterError, match=r"^column 1: unknown field 'numbr'$"):
        compile_filter("numbr", Known())


def test_errors_are_value_errors_and_can_be_pickled() -> None:
    error = refusal("number ==")
    assert isinstance(error, ValueError)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.column) == (str(error), error.column)


def test_a_regular_expression_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert passes('text matches "[[h]"')


# -- long and deep


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(" * 10_000 + "number" + ")" * 10_000, True),
        ("not " * 10_001 + "number", False),
        ("!" * 10_000 + "number", True),
        ("!(" * 10_001 + "number" + ")" * 10_001, False),
        (" and ".join(["number"] * 5_000), True),
        (" or ".join(["gone"] * 5_000 + ["number"]), True),
        ("number and (" * 5_000 + "gone" + ")" * 5_000, False),
        ("(" * 5_000 + "gone" + " or number)" * 5_000, True),
        ("!(gone or " * 49 + "number" + ")" * 49, False),
        ("gone or (number and (" * (MAX_DEPTH // 2 - 1) + "number or gone" + "))" * (MAX_DEPTH // 2 - 1), True),
    ],
    ids=["brackets", "not", "!", "!(", "and", "or", "and (", "or (", "deep not", "deep"],
)
def test_long_and_deep_filters(text: str, expected: bool) -> None:
    assert passes(text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "gone or (number and (" * 2_000 + "number" + "))" * 2_000,
        "!(gone or " * 5_000 + "number" + ")" * 5_000,
        "!(gone or " * 50 + "number" + ")" * 50,
    ],
    ids=["and or", "not or", "one more"],
)
def test_conditions_that_are_too_deep(text: str) -> None:
    error = refusal(text)
    assert error.reason == f"more than {MAX_DEPTH} conditions inside each other"
    assert text[error.column - 1 :].startswith(("or", "and", "!"))


# -- any filter


@dataclass(frozen=True)
class Tree:
    """A condition as it is meant: `op` over other trees, or a comparison of field `name`."""

    op: str
    parts: tuple[Tree, ...] = ()
    name: str = ""
    values: tuple[Any, ...] = ()


NAMES = {"a": int, "b": int, "s": str, "d": bytes}
CONTENT: dict[type, st.SearchStrategy[Any]] = {
    int: st.integers(-3, 6), str: st.text("ab\"\\\n\x00é", max_size=3), bytes: st.binary(max_size=2),
}  # fmt: skip
RELATIONS = ("==", "!=", "===", "!==", "<", ">", "<=", ">=")


@st.composite
def relations(draw: st.DrawFn) -> Tree:
    name = draw(st.sampled_from(sorted(NAMES)))
    kind = NAMES[name]
    ops = [*RELATIONS, "there", "in", "range", "not in", *(["&", "& =="] if kind is int else ["contains"])]
    return Tree(draw(st.sampled_from(ops)), (), name, (draw(CONTENT[kind]), draw(CONTENT[kind])))


@st.composite
def trees(draw: st.DrawFn, depth: int = 4) -> Tree:
    op = draw(st.sampled_from(["and", "or", "not", "leaf"])) if depth else "leaf"
    if op == "leaf":
        return draw(relations())
    return Tree(op, tuple(draw(trees(depth - 1)) for _ in range(1 if op == "not" else 2)))


VALUES = st.fixed_dictionaries({}, optional={name: st.lists(CONTENT[kind], max_size=3) for name, kind in NAMES.items()})


def written(value: Any, style: int) -> str:
    """A value as a filter has it, in one of its spellings."""
    if isinstance(value, int):
        return [str(value), hex(value), ("-" if value < 0 else "") + f"0{abs(value):o}"][style % 3]
    if isinstance(value, str):
        return '"' + "".join(f"\\{c}" if c in '"\\' else "\\x00" if c == "\0" else c for c in value) + '"'
    if value and style % 2:
        return ":".join(f"{each:02x}" for each in value)
    return '"' + "".join(f"\\x{each:02x}" for each in value) + '"'


RANK = {"or": 1, "and": 2, "not": 3}


def text_of(tree: Tree, style: int, rank: int = 0) -> str:
    """The filter of a tree, with no more brackets than it needs unless the style has some more."""
    if tree.op in RANK:
        own = RANK[tree.op]
        parts = [text_of(part, style + place, own + place) for place, part in enumerate(tree.parts)]
        word = {"and": ["and", "&&"], "or": ["or", "||"], "not": ["not ", "!"]}[tree.op][style % 2]
        text = word + parts[0] if tree.op == "not" else f"{parts[0]} {word} {parts[1]}"
        return f"({text})" if own < rank or style % 5 == 0 else text
    first, second = (written(value, style) for value in tree.values)
    return tree.name + {
        "there": "", "in": f" in {{{first}, {second}}}", "not in": f" not in {{{first}, {second}}}",
        "range": f" in {{{first}..{second}}}", "&": f" & {first}", "& ==": f" & {first} == {second}",
    }.get(tree.op, f" {tree.op} {first}")  # fmt: skip


def order(value: Any) -> Any:
    """What a value is put in order by."""
    return (len(value), value) if isinstance(value, bytes) else value


def meaning(tree: Tree, values: Mapping[str, Sequence[Any]]) -> bool:
    """What a tree means, evaluated as it stands."""
    if tree.op == "not":
        return not meaning(tree.parts[0], values)
    if tree.op in ("and", "or"):
        results = [meaning(part, values) for part in tree.parts]
        return all(results) if tree.op == "and" else any(results)
    found = values.get(tree.name, [])
    first, second = tree.values
    low = order(first)
    return {
        "there": lambda: found != [],
        "==": lambda: first in found,
        "!=": lambda: found != [] and first not in found,
        "===": lambda: found != [] and set(found) == {first},
        "!==": lambda: bool(set(found) - {first}),
        "<": lambda: any(order(value) < low for value in found),
        ">": lambda: any(order(value) > low for value in found),
        "<=": lambda: any(order(value) <= low for value in found),
        ">=": lambda: any(order(value) >= low for value in found),
        "in": lambda: bool({first, second} & set(found)),
        "not in": lambda: not {first, second} & set(found),
        "range": lambda: any(low <= order(value) <= order(second) for value in found),
        "&": lambda: any(value & first for value in found),
        "& ==": lambda: any(value & first == second for value in found),
        "contains": lambda: bool(first) and any(first in value for value in found),
    }[tree.op]()


@given(trees(), st.integers(0, 29), st.lists(VALUES, min_size=1, max_size=4))
def test_a_filter_means_what_its_tree_does(tree: Tree, style: int, messages: list[dict[str, list[Any]]]) -> None:
    made = compile_filter(text_of(tree, style), NAMES)
    assert [made(values) for values in messages] == [meaning(tree, values) for values in messages]


PIECES = [
    *sorted(KNOWN), "==", "!=", "<", ">=", "in", "contains", "matches", "and", "or", "not", "!", "&&", "||", "&", "(",
    ")", "{", "}", ",", "..", "5", "0x", "08", "-1", '"a"', '"', 'r"\\d"', "\\", "'", "fe:53", "10.0.0.1", "::", "true",
    "FSCTL_X", "é", "\0", "\ud800", "eq", "~", "=",
]  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)))
def test_any_text_is_a_filter_or_an_error(text: str) -> None:
    try:
        made = compile_filter(text, KNOWN)
    except FilterError:
        error = refusal(text)
        assert 1 <= error.column <= len(text) + 1
        assert str(error).isprintable()
    else:
        assert isinstance(made, Filter)
        assert made(MESSAGE) in (True, False)
