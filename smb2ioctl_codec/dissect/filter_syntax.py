"""The text of a display filter cut into tokens, and the error that tells what is wrong with one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Literal, NamedTuple

from smb2ioctl_codec.dissect.display import printable

#: Characters of the longest filter.
MAX_LENGTH = 1 << 16
#: Characters that an error message shows of what stands in a filter.
_SHOWN = 40

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
    | (?P<string>[rR]?"[^"\\]*(?:\\.[^"\\]*)*")
    | (?P<open>[rR]?")
    | (?P<word>[+]?(?:[A-Za-z0-9_:-]|\.(?!\.))+)
    | (?P<sign>!==|===|==|!=|~=|<=|>=|&&|\|\||\.\.|[<>!~&(){},])
    """,
    re.DOTALL | re.VERBOSE,
)
_SIGNS = {"~=": "!==", "&&": "and", "||": "or", "!": "not", "~": "matches"}
_WORDS = {
    "eq": "==", "any_eq": "==", "ne": "!=", "all_ne": "!=", "all_eq": "===", "any_ne": "!==", "gt": ">", "lt": "<",
    "ge": ">=", "le": "<=", "bitwise_and": "&", "contains": "contains", "matches": "matches", "in": "in",
    "and": "and", "or": "or", "not": "not",
}  # fmt: skip

_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|([0-3]?[0-7]{1,2})|(.))", re.DOTALL)
_ESCAPED = {
    "\\": "\\", '"': '"', "'": "'", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip


class FilterError(ValueError):
    """The text is no display filter.

    Attributes:
        reason: what is wrong and what was expected, in one line.
        column: where, in characters; the first one is 1.
    """

    def __init__(self, reason: str, column: int) -> None:
        super().__init__(reason, column)
        self.reason = reason
        self.column = column

    def __str__(self) -> str:
        return f"column {self.column}: {self.reason}"


class Token(NamedTuple):
    """A piece of a filter.

    Attributes:
        kind: what it is.
        op: of an operator or a bracket, its one spelling (``==`` also for ``eq``); else empty.
        text: a word as it stands, or a string without quotes and escapes.
        data: the bytes of a string, in which ``\\xHH`` is one byte whatever stands around it.
        column: where it starts, from 1.
        source: how it is written.
    """

    kind: Literal["word", "string", "op", "end"]
    op: str
    text: str
    data: bytes
    column: int
    source: str

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else shown(self.source)


def shown(source: str) -> str:
    """A piece of a filter as an error message shows it: in quotes, on one line, and not all of a long one."""
    short = source if len(source) <= _SHOWN else f"{source[:_SHOWN]}..."
    return f"'{printable(short)}'"


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of an error message that names what was probably meant; empty if nothing is like it."""
    close = get_close_matches(name, known, 1)
    return f"; the nearest known one is {close[0]}" if close else ""


def tokens(text: str) -> Iterator[Token]:
    """The pieces of a filter, and one at the end that stands for the end.

    Raises:
        FilterError: a character that stands for nothing, a string without an end, a wrong escape, or too long a text.
    """
    if len(text) > MAX_LENGTH:
        raise FilterError(f"a filter has at most {MAX_LENGTH} characters, not {len(text)}", MAX_LENGTH + 1)
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        column = place + 1
        if match is None:
            raise _stray(text[place], column)
        source = match[0]
        place = match.end()
        if match.lastgroup == "open":
            raise FilterError("the string that starts here has no closing quote", column)
        if match.lastgroup == "sign":
            yield Token("op", _SIGNS.get(source, source), "", b"", column, source)
        elif match.lastgroup == "string":
            yield _string(source, column)
        elif match.lastgroup == "word":
            op = _WORDS.get(source, "")
            yield Token("op" if op else "word", op, source, b"", column, source)
    yield Token("end", "", "", b"", len(text) + 1, "")


def _stray(character: str, column: int) -> FilterError:
    hints = {"=": "; equality is '=='", "|": "; the operator is '||'", "'": "; strings have double quotes"}
    return FilterError(f"unexpected character {shown(character)}{hints.get(character, '')}", column)


def _string(source: str, column: int) -> Token:
    """The token of a string in quotes; a raw one, which starts with r, has no escapes."""
    if source[0] != '"':
        body = source[2:-1]
        return Token("string", "", body, encoded(body), column, source)
    body, place = source[1:-1], 0
    text, data = [], []
    for match in _ESCAPE.finditer(body):
        plain = body[place : match.start()]
        place = match.end()
        hexadecimal, octal, letter = match.groups()
        if letter is None:
            number = int(hexadecimal, 16) if hexadecimal else int(octal, 8)
            text += [plain, chr(number)]
            data += [encoded(plain), bytes([number])]
        elif letter in _ESCAPED:
            text += [plain, _ESCAPED[letter]]
            data += [encoded(plain), encoded(_ESCAPED[letter])]
        else:
            reason = f'unknown escape {shown(match[0])}; a raw string r"..." has none'
            raise FilterError(reason, column + 1 + match.start())
    text.append(body[place:])
    data.append(encoded(body[place:]))
    return Token("string", "", "".join(text), b"".join(data), column, source)


def encoded(text: str) -> bytes:
    """The bytes of a text, whatever characters it has."""
    return text.encode("utf-8", "surrogatepass")
