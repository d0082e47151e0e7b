"""Payloads that end too early: each cut must name the field that it falls into."""

from __future__ import annotations

import pytest

import smb2ioctl_codec as s2
from smb2ioctl_codec.schema import Record


def assert_every_cut(kind: type[Record], data: bytes, sizes: dict[str, int]) -> None:
    """Hold every cut of `data` inside the fields of fixed size that it starts with against their sizes in bytes."""
    start = 0
    for name, size in sizes.items():
        for left in range(size):
            with pytest.raises(s2.DecodeError) as caught:
                kind.decode(data[: start + left])
            error = caught.value
            assert (error.path, error.offset) == (f"{kind.__name__}.{name}", start)
            assert (error.needed, error.available) == (size, left)
        start += size
    assert kind.decode(data).encode() == data
