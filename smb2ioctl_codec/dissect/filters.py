"""Display filters, in the language of Wireshark's: ``smb2.cmd == IOCTL && smb2.flags.response == 1``.

`compile_filter` makes a `Filter` of a text once; calling it with the fields of a message says whether they pass.

A field may have several values in one message. A comparison is true if one of them makes it true; ``!=`` is true if
there is a value and all of them differ. ``===`` asks that all are equal, ``!==`` that one differs. Values of different
types are never equal, and none is before the other.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from typing import Literal

from smb2ioctl_codec.dissect.filter_syntax import FilterError, Token, nearest, tokens
from smb2ioctl_codec.dissect.filter_values import (
    COMPARE,
    NAMED,
    QUANTIFIERS,
    Forms,
    Predicate,
    Test,
    Value,
    Values,
    any_value,
    between,
    content_of,
    forms_of,
    match_test,
    member_test,
    number_of,
    quantified,
    tester,
)

__all__ = ["Filter", "FilterError", "Value", "compile_filter"]

#: Conditions that may stand inside each other, where ``and`` and ``or`` take turns.
MAX_DEPTH = 100


class Filter:
    """A display filter, ready for any number of messages.

    Attributes:
        fields: names of all fields that it looks at.
    """

    __slots__ = ("_passes", "fields", "text")

    def __init__(self, text: str, fields: frozenset[str], passes: Predicate) -> None:
        self.text = text
        self.fields = fields
        self._passes = passes

    def __call__(self, values: Values) -> bool:
        """Whether a message passes.

        Args:
            values: all that is asked of it is ``values.get(name, ())``, for names in `fields`.
        """
        return self._passes(values)

    def __repr__(self) -> str:
        return f"compile_filter({self.text!r})"


def compile_filter(text: str, known: Container[str]) -> Filter:
    """Make a filter of its text. An empty text lets everything pass.

    Args:
        text: the filter.
        known: names of the fields that there are.

    Raises:
        FilterError: the text is no filter, names an unknown field, is too long or too deep.
    """
    parser = _Parser(text, known)
    passes = parser.parse()
    return Filter(text, frozenset(parser.fields), passes)


# -- parsing


@dataclass(slots=True)
class _Node:
    """A condition, how many stand inside each other in it, and what to build it into a greater one with."""

    passes: Predicate
    depth: int = 1
    kind: Literal["test", "not", "and", "or"] = "test"
    #: of `and` and `or`: the list that `passes` goes through
    parts: list[Predicate] = field(default_factory=list)
    #: of `not`: what it negates
    inner: _Node | None = None


_RANK = {"or": 1, "and": 2, "not": 3}
_EQUAL = ("==", "!=", "===", "!==")
_ORDER = (*_EQUAL, "<", ">", "<=", ">=")
_START = "a field name, 'not' or '('"


class _Parser:
    """Reads one filter, with stacks of its own: brackets and negations may be as deep as the text is long."""

    def __init__(self, text: str, known: Container[str]) -> None:
        self.known = known
        self.fields: set[str] = set()
        self._tokens = list(tokens(text))
        self._place = 0
        self._done: list[_Node] = []
        self._open: list[Token] = []

    def parse(self) -> Predicate:
        if self._next.kind == "end":
            return lambda _: True
        while True:
            while self._next.op in ("not", "("):
                self._open.append(self._take())
            self._done.append(self._relation())
            while self._next.op == ")":
                self._close(self._take())
            token = self._take()
            if token.kind == "end":
                break
            if token.op not in ("and", "or"):
                raise FilterError(f"expected 'and', 'or' or the end, not {token}", token.column)
            self._reduce(_RANK[token.op])
            self._open.append(token)
        self._reduce(0)
        if self._open:
            raise FilterError("this '(' is never closed", self._open[-1].column)
        return self._done.pop().passes

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._tokens[self._place]
        if token.kind != "end":
            self._place += 1
        return token

    def _close(self, token: Token) -> None:
        self._reduce(0)
        if not self._open:
            raise FilterError("this ')' closes nothing", token.column)
        self._open.pop()

    def _reduce(self, rank: int) -> None:
        """Build what waits and binds at least as `rank`, back to the last open bracket."""
        while self._open and self._open[-1].op != "(" and _RANK[self._open[-1].op] >= rank:
            token = self._open.pop()
            last = self._done.pop()
            node = _negated(last) if token.op == "not" else _joined(token.op, self._done.pop(), last)
            if node.depth > MAX_DEPTH:
                raise FilterError(f"more than {MAX_DEPTH} conditions inside each other", token.column)
            self._done.append(node)

    # -- one comparison

    def _relation(self) -> _Node:
        name = self._field(self._take())
        token = self._next
        if token.op in ("contains", "matches") and name in NAMED:
            raise FilterError(f"expected a comparison of numbers, which {name} has, not {token}", token.column)
        if token.op == "&":
            return _Node(self._masked(name))
        if token.op in COMPARE:
            return _Node(self._comparison(name, None))
        if token.op == "matches":
            self._take()
            return _Node(any_value(name, self._pattern()))
        if token.op == "in":
            self._take()
            return _Node(any_value(name, self._set(name)))
        if token.op == "not" and self._tokens[self._place + 1].op == "in":
            self._place += 2
            return _negated(_Node(any_value(name, self._set(name))))
        if token.kind in ("word", "string"):
            raise FilterError(f"expected an operator, not {token}", token.column)
        return _Node(lambda values: len(values.get(name, ())) > 0)

    def _field(self, token: Token) -> str:
        if self._is_field(token):
            self.fields.add(token.text)
            return token.text
        if token.kind != "word" or not token.text[0].isalpha():
            raise FilterError(f"expected {_START}, not {token}", token.column)
        hint = nearest(token.text, self.known) if isinstance(self.known, Iterable) else ""
        raise FilterError(f"unknown field {token}{hint}", token.column)

    def _is_field(self, token: Token) -> bool:
        return token.kind == "word" and token.text in self.known

    def _value(self, what: str) -> Token:
        token = self._take()
        if token.kind in ("word", "string"):
            return token
        hint = "; a text has quotes" if token.text else ""  # a word that is an operator
        raise FilterError(f"expected {what}, not {token}{hint}", token.column)

    def _masked(self, name: str) -> Predicate:
        mask = -1
        while self._next.op == "&":
            self._take()
            mask &= self._number(self._value("a number"), name)
        if self._next.op in _ORDER:
            return self._comparison(name, mask)
        if self._next.op in ("contains", "matches", "in"):
            raise FilterError(f"expected a comparison of numbers after a mask, not {self._next}", self._next.column)
        return any_value(name, lambda value: isinstance(value, int) and int(value) & mask != 0)

    def _number(self, token: Token, name: str) -> int:
        number = number_of(token, name)
        if number is None:
            raise FilterError(f"expected a number, not {token}", token.column)
        return number

    def _comparison(self, name: str, mask: int | None) -> Predicate:
        op = self._take()
        token = self._value(f"a value after {op}")

        def read(values: Values) -> Iterable[Value]:
            found = values.get(name, ())
            return found if mask is None else [int(value) & mask for value in found if isinstance(value, int)]

        if self._is_field(token):
            self.fields.add(token.text)
            return between(op.op, read, token.text)
        if mask is not None:
            forms: Forms = {int: self._number(token, name)}
        else:
            forms = content_of(token) if op.op == "contains" else forms_of(token, name)
        test = member_test([forms]) if op.op in _EQUAL else tester(COMPARE[op.op], forms)
        if mask is None and op.op not in QUANTIFIERS:
            return any_value(name, test)
        return quantified(op.op, read, test)

    def _pattern(self) -> Test:
        token = self._take()
        if token.kind != "string":
            raise FilterError(f"expected a regular expression in double quotes, not {token}", token.column)
        return match_test(token)

    def _set(self, name: str) -> Test:
        """Values and ranges in braces."""
        token = self._take()
        if token.op != "{":
            raise FilterError(f"expected '{{' and the values of a set, not {token}", token.column)
        single: list[Forms] = []
        ranges: list[tuple[Forms, Forms]] = []
        while token.op != "}":
            low = self._member(name)
            if self._next.op == "..":
                self._take()
                ranges.append((low, self._member(name)))
            else:
                single.append(low)
            token = self._take()
            if token.op not in (",", "}"):
                raise FilterError(f"expected ',' or '}}' after a value of a set, not {token}", token.column)
        return member_test(single, ranges)

    def _member(self, name: str) -> Forms:
        token = self._value("a value of a set")
        if self._is_field(token):
            raise FilterError(f"expected a value of a set, not the field {token}", token.column)
        return forms_of(token, name)


def _negated(node: _Node) -> _Node:
    """The opposite; twice is not at all, however often `not` is written."""
    if node.inner is not None:
        return node.inner
    passes = node.passes
    return _Node(lambda values: not passes(values), node.depth + 1, "not", inner=node)


def _joined(op: str, left: _Node, right: _Node) -> _Node:
    """Two conditions with `and` or `or`; a chain of one operator is one condition of many parts."""
    kind: Literal["and", "or"] = "and" if op == "and" else "or"
    depth = max(node.depth if node.kind == kind else node.depth + 1 for node in (left, right))
    parts = left.parts if left.kind == kind else [left.passes]
    parts += right.parts if right.kind == kind else [right.passes]
    return _Node(_every(parts) if kind == "and" else _some(parts), depth, kind, parts)


def _every(parts: list[Predicate]) -> Predicate:
    def passes(values: Values) -> bool:
        for part in parts:  # noqa: SIM110  # the loop is twice as fast as all()
            if not part(values):
                return False
        return True

    return passes


def _some(parts: list[Predicate]) -> Predicate:
    def passes(values: Values) -> bool:
        for part in parts:  # noqa: SIM110
            if part(values):
                return True
        return False

    return passes
