"""Properties of storage."""

from __future__ import annotations

from typing import Any

import pytest
from by_offset import assert_both_ways, assert_cut, columns

from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.payloads.storage import (
    StorageAccessAlignment,
    StoragePropertyQuery,
    StorageQueryType,
    VolumeGptAttributes,
)

QUERY = columns("0 I property_id\n4 I query_type")
ALIGNMENT = columns("""
    0 I version
    4 I size
    8 I bytes_per_cache_line
    12 I bytes_offset_for_cache_alignment
    16 I bytes_per_logical_sector
    20 I bytes_per_physical_sector
    24 I bytes_offset_for_sector_alignment
""")
GPT = columns("0 Q gpt_attributes")


@pytest.mark.parametrize(
    ("kind", "table"), [(StoragePropertyQuery, QUERY), (StorageAccessAlignment, ALIGNMENT), (VolumeGptAttributes, GPT)]
)
def test_tables(kind: Any, table: Any) -> None:
    assert_both_ways(kind, table)
    assert_cut(kind, table)


def test_what_is_not_given() -> None:
    assert StoragePropertyQuery().encode() == b"\6\0\0\0\0\0\0\0"
    assert StorageAccessAlignment(64, 0, 512, 4096, 0).encode()[:12] == b"\x1c\0\0\0\x1c\0\0\0\x40\0\0\0"


def test_queries() -> None:
    assert StoragePropertyQuery.decode(b"\4\0\0\0\1\0\0\0") == StoragePropertyQuery(4, StorageQueryType.EXISTS)
    assert StoragePropertyQuery.decode(bytes(4) + b"\xff" * 4).query_type.name == "0xFFFFFFFF"


def test_attributes_are_bits_60_to_63() -> None:
    assert VolumeGptAttributes(1 << 60 | 1 << 63).encode() == bytes(7) + b"\x90"


def test_no_code_leads_here() -> None:
    """The documents print no numbers for these codes."""
    kinds: tuple[type[Any], ...] = (StoragePropertyQuery, StorageAccessAlignment, VolumeGptAttributes)
    assert [registry.code_of(kind, side) for kind in kinds for side in ("request", "response")] == [None] * 6
