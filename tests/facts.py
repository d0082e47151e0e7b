"""Reads what ``data/vector_facts.json`` says of a vector, and names what decoding gives otherwise.

A fact is a sentence of items that semicolons separate: ``ChunkCount 2``, ``Timeout, Reserved = (100, 0)``. An item
names a field as the documents do. Numbers stand in decimal or with 0x, bytes in hexadecimal, text in quotation marks.
"""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

from samples import DATA

#: Names of the documents that are not what snake case makes of them.
IRREGULAR = {
    "IPv4Address": "ipv4_address",
    "IPv6Address": "ipv6_address",
    "NetBIOSName": "netbios_name",
    "NumberOfSnapShots": "number_of_snapshots",
    "NumberOfSnapShotsReturned": "number_of_snapshots_returned",
    "SnapShotArraySize": "snapshot_array_size",
    "SnapShots": "snapshots",
}

#: Words of the sentences that are no names of fields.
SHORT = {
    "data": "data_buffer",
    "name": "request_file_name",
    "print": "print_name",
    "site": "site_name",
    "substitute": "substitute_name",
}

_LIST = re.compile(r"([\w, ]+) = (\(.*\))")
_PLACE = re.compile(r"(\w+)Offset (\d+) Length (\d+)")
_SIZE = re.compile(r"(\d+) (\w+) bytes")
_ITEM = re.compile(r"(\w+) (\S.*)")


@functools.cache
def vector_facts() -> dict[str, dict[str, Any]]:
    """``published``: sentences by vector; ``derived``: bytes in hexadecimal by vector."""
    facts: dict[str, dict[str, Any]] = json.loads((DATA / "vector_facts.json").read_text(encoding="utf-8"))
    return facts


def snake_case(name: str) -> str:
    """A word begins with a capital after a small letter or a digit, or with the last capital of several."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def attribute_name(name: str) -> str:
    """What a field of a document is called in the package."""
    return IRREGULAR.get(name) or SHORT.get(name) or snake_case(name)


def items(fact: str) -> Iterator[tuple[str, str]]:
    """Name and value of each item of a sentence, as they stand there; an item of another form is an error."""
    for part in fact.split("; "):
        if found := _LIST.fullmatch(part):
            yield from zip(found[1].split(", "), map(str, ast.literal_eval(found[2])), strict=True)
        elif found := _PLACE.fullmatch(part):
            yield from ((f"{found[1]}Offset", found[2]), (f"{found[1]}Length", found[3]))
        elif found := _SIZE.fullmatch(part):
            yield f"size of {found[2]}", found[1]
        elif found := _ITEM.fullmatch(part):
            yield found[1], found[2]
        else:
            raise ValueError(f"not understood: {part}")


def otherwise(fact: str, known: Mapping[str, Any]) -> list[str]:
    """The items of a sentence that are not so; a KeyError for one of which nothing is known."""
    wrong = []
    for name, said in items(fact):
        plain = name.removeprefix("size of ")
        value = known[attribute_name(plain)]
        value = value if plain == name else len(value)
        if not is_so(said, value):
            wrong.append(f"{name} {said}: {value!r}")
    return wrong


def is_so(said: str, value: Any) -> bool:
    """Whether the words of a sentence mean this value."""
    match value:
        case str():
            return said == f'"{value}"'.replace("\0", "<NUL>")
        case UUID():
            return said == str(value)
        case IPv4Address() | IPv6Address():
            return said in (value.exploded, value.packed.hex())
        case bytes():
            return bytes.fromhex(said) == value
        case list() | tuple():
            return [int(word, 0) for word in said.split()] == list(value)
    return int(said, 0) == int(value)
