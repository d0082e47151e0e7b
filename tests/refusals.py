"""How a decoder or an encoder refuses: what its error says, as plain tuples that tests compare."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

import smb2ioctl_codec as s2
from smb2ioctl_codec.schema import Record


def refusal(kind: type[Record], data: bytes) -> s2.DecodeError:
    """The error with which `kind` refuses the bytes."""
    with pytest.raises(s2.DecodeError) as caught:
        kind.decode(data)
    return caught.value


def place(kind: type[Record], data: bytes) -> tuple[str, int | None]:
    """Path and offset of the error with which `kind` refuses the bytes."""
    error = refusal(kind, data)
    return error.path, error.offset


def lengths(kind: type[Record], data: bytes) -> tuple[int | None, int | None, str | None]:
    """Bytes needed and available, and the field that asked for them, of the error."""
    error = refusal(kind, data)
    return error.needed, error.available, error.limit


def encode_path(value: Record) -> str:
    """Path of the error with which a value refuses to be encoded."""
    with pytest.raises(s2.EncodeError) as caught:
        value.encode()
    return caught.value.path


def memory_of_refusal(kind: type[Record], data: bytes) -> int:
    """Bytes that refusing takes at most: a decoder that believes a hostile count would take gigabytes."""
    refusal(kind, data)  # compiles the decoder
    tracemalloc.start()
    try:
        refusal(kind, data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def both_ways(value: Record, data: bytes) -> bool:
    """Whether bytes decode to the value and the value encodes to the bytes."""
    kind: Any = type(value)
    assert kind.decode(data) == value
    assert value.encode() == data
    return True
