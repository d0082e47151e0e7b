"""The dictionary that AFL and libFuzzer take beside a corpus: bytes that mean something in these messages."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from itertools import chain
from typing import Any

from smb2ioctl_codec.fuzz.dfs_facts import DFS_PATH
from smb2ioctl_codec.messages import (
    ErrorContext,
    ErrorResponse,
    FileId,
    ForeignHeader,
    Header,
    IoctlRequest,
    IoctlResponse,
)
from smb2ioctl_codec.payloads.dfs.entries import NameListReferral, ReferralV1, ReferralV2, ReferralV3, ReferralV4
from smb2ioctl_codec.payloads.error_data import ShareRedirectErrorContext, SymbolicLinkErrorResponse
from smb2ioctl_codec.payloads.rows import BY_CODE

#: Bytes of the longest entry: libFuzzer leaves out longer ones without a word.
LONGEST = 64

_NOT_IN_NAMES = re.compile("[^A-Za-z0-9_]")
_MESSAGES = (
    Header, ForeignHeader, IoctlRequest, IoctlResponse, ErrorResponse, ErrorContext, SymbolicLinkErrorResponse,
    ShareRedirectErrorContext,
)  # fmt: skip
_REFERRALS = (ReferralV1, ReferralV2, ReferralV3, ReferralV4, NameListReferral)

#: Texts that servers and clients look for, in UTF-16: labels of snapshots, the starts of paths, and what paths lead to.
_TEXTS = {
    "snapshot": "@GMT-2026.11.22-17.47.43",
    "snapshot_end": "@GMT-2026.11.22-17.47.43\0",
    "snapshot_start": "@GMT-",
    "path_unc": "\\\\",
    "path_nt": "\\??\\",
    "path_nt_unc": "\\??\\UNC\\",
    "path_volume": "\\??\\Volume{",
    "path_up": "..\\",
    "path_link": DFS_PATH,
    "share_ipc": "IPC$",
    "pipe_name": "srvsvc",
    "stream_data": "::$DATA",
}
#: Numbers that stand in no layout, with their struct formats: where buffers start, and what limits count from.
_NUMBERS = {
    "request_input_offset": ("<I", 120),
    "response_output_offset": ("<I", 112),
    "one_credit": ("<I", 1 << 16),
    "flag_response": ("<I", 1),
    "flag_async": ("<I", 2),
    "flag_related": ("<I", 4),
    "half_a_surrogate": ("<H", 0xD800),
}


def dictionary_lines() -> Iterator[str]:
    """The lines of a dictionary: ``name="\\xNN..."``, each value once; without their ends."""
    yield "# Bytes that mean something in SMB2 IOCTL messages, for afl-fuzz -x and for -dict of libFuzzer"
    seen = set()
    for name, value in chain(_of_layouts(), _numbers(), _texts()):
        if value not in seen and len(value) <= LONGEST:
            seen.add(value)
            yield f'{_NOT_IN_NAMES.sub("_", name)}="{_escaped(value)}"'


def _escaped(value: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in value)


def _of_layouts() -> Iterator[tuple[str, bytes]]:
    """What has a name in a layout, and what a layout fixes."""
    fields = [(kind.__name__, field) for kind in _records() for field in kind.PLAN.fields]
    for _, field in fields:
        if field.enum is not None:
            yield from ((f"{field.enum.__name__}_{each.name}", struct.pack(field.code, each)) for each in field.enum)
    for record, field in fields:
        if field.const is not None:
            yield f"{record}_{field.name}", struct.pack(field.code, field.const)


def _records() -> list[Any]:
    """Every record, those of messages first; what stands in another one behind it."""
    types = (row.types(direction) for row in BY_CODE.values() for direction in ("request", "response"))
    found: dict[Any, None] = {}
    waiting: list[Any] = [*_MESSAGES, *_REFERRALS, *chain.from_iterable(types)]
    while waiting:
        kind = waiting.pop(0)
        if kind not in found:
            found[kind] = None
            for field in kind.PLAN.fields:
                waiting += [] if field.record is None else [field.record]
                waiting += [] if field.alternatives is None else field.alternatives.records
    return list(found)


def _numbers() -> Iterator[tuple[str, bytes]]:
    yield "FileId_NONE", FileId.NONE.encode()
    yield "GUID_NIL", bytes(16)
    yield from ((name, struct.pack(*packed)) for name, packed in _NUMBERS.items())


def _texts() -> Iterator[tuple[str, bytes]]:
    yield from ((name, text.encode("utf-16-le")) for name, text in _TEXTS.items())
