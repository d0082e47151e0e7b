"""Samba's `ndrdump` on our bytes, and we on what it takes: two descriptions of the same structures.

ndrdump reads a structure by Samba's own description of it, prints the values, writes them again and compares. Where it
leaves bytes behind a structure unread, what it took is the bytes before them.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from samples import mutants

from smb2ioctl_codec import DecodeError
from smb2ioctl_codec.payloads.dfs import ReferralReply, ReferralV1

from . import ndr_dfs
from .ndr_structures import KNOWN, Difference, Known
from .ndrdump import dump
from .need import need

structures = pytest.mark.parametrize("known", KNOWN, ids=str)


@pytest.fixture(autouse=True)
def _ndrdump() -> None:
    need(shutil.which("ndrdump"), "the Debian package samba-testsuite")


@structures
def test_what_we_write_is_read(known: Known) -> None:
    """All of it, to the same values; and what it writes for these values are the same bytes."""
    for value in known.examples:
        found = dump(known.interface, known.structure, value.encode())
        assert found.printed == known.printed(value)
        assert found.is_same


@structures
def test_what_is_read_we_read(known: Known) -> None:
    """To the same values, whatever was changed; and what is refused we refuse. `Known` has the exceptions."""
    tried = list(mutants([value.encode() for value in known.examples], known.mutants, seed=7))
    with ThreadPoolExecutor() as pool:
        dumps = list(pool.map(lambda data: dump(known.interface, known.structure, data), tried))
    for data, found in zip(tried, dumps, strict=True):
        taken = data[: len(data) - found.unread]
        value = _read(known, taken)
        if found.is_read and value is not None:
            assert found.printed == known.printed(value), data.hex()
        elif found.is_read:
            assert known.sambas_alone, data.hex()
            assert known.sambas_alone.has(taken), data.hex()
        elif value is not None:
            assert known.ours_alone, (data.hex(), value)
            assert known.ours_alone.has(taken), (data.hex(), value)


def _read(known: Known, data: bytes) -> Any:
    """Our value of the bytes; None if we refuse them."""
    try:
        return known.record.decode(data)
    except DecodeError:
        return None


@pytest.mark.parametrize(
    ("known", "difference", "is_sambas"),
    [(one, difference, is_sambas) for one in KNOWN
     for difference, is_sambas in ((one.ours_alone, False), (one.sambas_alone, True)) if difference],
    ids=str,
)  # fmt: skip
def test_where_we_differ(known: Known, difference: Difference, is_sambas: bool) -> None:
    """Each difference is one: an example of it is taken by one side alone."""
    assert difference.has(difference.example)
    assert dump(known.interface, known.structure, difference.example).is_read == is_sambas
    assert (_read(known, difference.example) is None) == is_sambas


def test_version_1_is_misread() -> None:
    """Samba's description has an offset where a referral of version 1 has its string ([MS-DFSC] 2.2.5.1)."""
    value = ReferralReply(4, (ReferralV1(r"\server\share"),), 3)
    printed = dump("dfsblobs", "dfs_referral_resp", value.encode()).printed
    assert printed[:-1] == ndr_dfs.reply(value)[:-1]
    assert printed[-1] != ("share_name", r"\server\share")
