"""Strategies of single fields: numbers, enums, bytes, texts, and what bytes stand for."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from smb2ioctl_codec.schema.plan import Field
from smb2ioctl_codec.schema.wire import limits

#: The most bytes of a content, the most characters of a text and the most items of a list.
LONGEST = 16
LONGEST_TEXT = 8
MOST_ITEMS = 3

#: What UTF-16 can say, without U+0000, which ends texts.
_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")

texts = st.text(_CHARACTERS, max_size=LONGEST_TEXT)
contents = st.binary(max_size=LONGEST)
guids = st.integers(0, (1 << 128) - 1).map(lambda number: UUID(int=number))
#: What follows a text.
endings = st.one_of(st.just("\0"), st.just(""), texts.map(lambda text: "\0" + text), st.just("\0\0"))


def integers(code: str) -> st.SearchStrategy[int]:
    """All numbers of a struct format."""
    return st.integers(*limits(code))


def numbers(field: Field) -> st.SearchStrategy[Any]:
    """The values of an integer field: members of its open enum, the named ones first, if it has one."""
    if field.enum is None:
        return integers(field.code)
    unnamed = integers(field.code).map(field.enum)
    named: Sequence[Any] = list(field.enum)
    return st.one_of(st.sampled_from(named), unnamed) if named else unnamed


def fixed_bytes(field: Field) -> st.SearchStrategy[Any]:
    """The values of a field of fixed size: bytes, or what they stand for."""
    size = field.size or 0
    data = st.binary(min_size=size, max_size=size)
    if field.convert is None:
        return data
    match field.type:
        case "GUID":
            return guids
        case "IPv4":
            return st.integers(0, (1 << 32) - 1).map(IPv4Address)
        case "IPv6":
            return st.integers(0, (1 << 128) - 1).map(IPv6Address)
    if field.type.startswith("UTF-16"):
        return st.text(_CHARACTERS, max_size=min(size // 4, LONGEST_TEXT))  # a character has at most four bytes
    return data.map(field.convert.to_value)
