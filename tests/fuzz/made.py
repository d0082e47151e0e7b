"""Cases made by hand, and corpora as they are read again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from samples import (
    DFS_GET_REFERRALS,
    ENUMERATE_SNAPSHOTS,
    PENDING,
    RESUME_KEY,
    error,
    header,
    referral_request,
    request,
    response,
)

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.fuzz.case import Case, Place

FILE_ID: dict[str, Any] = {"persistent": 0x1111111111111111, "volatile": 0x1111111111111111}
ON_FILE = Place("disk", "file")


def case(data: bytes, direction: Any = "request", code: int | None = None, **fields: Any) -> Case:
    known = None if code is None else CtlCode(code)
    return Case(data, fields.pop("kind", "seed"), direction, known, fields.pop("what", "made by hand"), **fields)


def compound(*parts: bytes) -> bytes:
    """Messages in one, each but the last padded and with NextCommand."""
    padded = [part + bytes(-len(part) % 8) for part in parts[:-1]]
    linked = [part[:20] + len(part).to_bytes(4, "little") + part[24:] for part in padded]
    return b"".join((*linked, parts[-1]))


INPUT, OUTPUT = referral_request(r"\server\root"), bytes(range(32))
ASK = case(header() + request(DFS_GET_REFERRALS, INPUT), code=DFS_GET_REFERRALS)
KEY = case(header() + request(RESUME_KEY, **FILE_ID), code=RESUME_KEY, place=ON_FILE)
SHORT = case(
    header() + request(DFS_GET_REFERRALS, b"\4"), code=DFS_GET_REFERRALS, kind="broken", rule="input-short",
    rules="SAMBA_3_6", section="1.2.3", path="ReferralRequest.max_referral_level", also=("other",), parent=ASK.name,
)  # fmt: skip
ANSWER = case(header(flags=1) + response(RESUME_KEY, OUTPUT, **FILE_ID), "response", RESUME_KEY)
REFUSED = case(header(flags=1, status=0xC0000022) + error(), "response")
LINK = case(header(flags=1, status=0x8000002D) + error(b"link data"), "response")
INTERIM = case(header(flags=3, status=PENDING, async_id=8) + error(), "response")
TWO = case(
    compound(KEY.data, header(flags=4) + request(ENUMERATE_SNAPSHOTS, **FILE_ID)), code=RESUME_KEY, place=ON_FILE
)
ALL = (ASK, KEY, SHORT, ANSWER, REFUSED, LINK, INTERIM, TWO)


def manifest(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
