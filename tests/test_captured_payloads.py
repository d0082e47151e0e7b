"""Recorded payloads: each is read as the type of its control code, and is what Wireshark says that it is.

``data/captured_payloads.jsonl.gz`` has every payload of the recorded messages once, and what tshark shows of it, made
by ``make_captured_payloads.py``. What is broken is told here by hand, from the bytes.
"""

from __future__ import annotations

import functools
import gzip
import json
from collections import Counter
from typing import Any, NamedTuple

import pytest
from samples import BROKEN_ON_PURPOSE, DATA, pdus
from tshark.dfs import fields_of_cut
from tshark.fields import expected, parsed

import smb2ioctl_codec as s2
from smb2ioctl_codec import CtlCode
from smb2ioctl_codec.rules import WIRE


class Captured(NamedTuple):
    """A payload, where it was first seen and how often, and what tshark shows of it."""

    capture: str
    frame: int
    times: int
    is_request: bool
    ctl_code: CtlCode
    payload: bytes
    #: of a reply: its status, and the input of the request
    status: int
    request: bytes
    complaints: tuple[str, ...]
    fields: dict[str, list[str]]

    def __str__(self) -> str:
        return f"{self.capture}-{self.frame}-{'request' if self.is_request else 'response'}"

    def read(self) -> Any:
        """The value that the payload is."""
        request = s2.IoctlRequest(self.ctl_code, s2.FileId.NONE, self.payload if self.is_request else self.request)
        if self.is_request:
            return request.payload()
        return s2.IoctlResponse(self.ctl_code, s2.FileId.NONE, self.payload).payload(request, self.status)


@functools.cache
def captured() -> tuple[Captured, ...]:
    """All recorded payloads."""
    with gzip.open(DATA / "captured_payloads.jsonl.gz", "rt", encoding="utf-8") as lines:
        return tuple(_captured(json.loads(line)) for line in lines)


def _captured(row: dict[str, Any]) -> Captured:
    return Captured(
        row["capture"], row["frame"], row["times"], row["direction"] == "request", CtlCode(int(row["ctl_code"], 16)),
        bytes.fromhex(row["payload"]), int(row.get("status", "0"), 16), bytes.fromhex(row.get("request", "")),
        tuple(row["complaints"]), row["fields"],
    )  # fmt: skip


def is_broken(one: Captured) -> bool:
    """Whether no reader can take a request's payload: it is cut, counts more than is there, or has a text that is none.

    Structures of one size are in `SIZES`; their bytes mean nothing by themselves.
    """
    if not one.is_request:
        return False
    data, size = one.payload, len(one.payload)
    match one.ctl_code:
        case CtlCode.FSCTL_DFS_GET_REFERRALS:
            return size < 2 or not is_text(data[2:])
        case CtlCode.FSCTL_DFS_GET_REFERRALS_EX:
            return size < 10 or not 2 <= number(data, 4) <= size - 8
        case CtlCode.FSCTL_PIPE_WAIT:
            return size < 14 or number(data, 8) > size - 14 or not is_text(data[14:][: number(data, 8)])
        case CtlCode.FSCTL_SRV_COPYCHUNK | CtlCode.FSCTL_SRV_COPYCHUNK_WRITE:
            return size < 32 or size < 32 + 24 * number(data, 24)
        case CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO:
            return size < 24 or size < 24 + 2 * number(data, 22, 2)
        case CtlCode.FSCTL_SET_REPARSE_POINT | CtlCode.FSCTL_DELETE_REPARSE_POINT:
            return size < 24  # all are of tag 0, whose header has a GUID
        case CtlCode.FSCTL_SET_SPARSE | CtlCode.FSCTL_QUERY_FILE_REGIONS:
            return 0 < size < SIZES[one.ctl_code]  # nothing at all is fine
    return size < SIZES.get(one.ctl_code, 0)


#: Bytes of structures that are always of one size, or at least of this.
SIZES = {
    CtlCode.FSCTL_SET_COMPRESSION: 2, CtlCode.FSCTL_SET_OBJECT_ID: 64, CtlCode.FSCTL_SET_OBJECT_ID_EXTENDED: 48,
    CtlCode.FSCTL_SET_ZERO_DATA: 16, CtlCode.FSCTL_QUERY_ALLOCATED_RANGES: 16, CtlCode.FSCTL_SET_ENCRYPTION: 8,
    CtlCode.FSCTL_SET_SPARSE: 1, CtlCode.FSCTL_QUERY_FILE_REGIONS: 24, CtlCode.FSCTL_SVHDX_SYNC_TUNNEL_REQUEST: 16,
    CtlCode.FSCTL_SVHDX_ASYNC_TUNNEL_REQUEST: 16, CtlCode.FSCTL_STORAGE_QOS_CONTROL: 112,
    CtlCode.FSCTL_OFFLOAD_READ: 32, CtlCode.FSCTL_OFFLOAD_WRITE: 544, CtlCode.FSCTL_FILE_LEVEL_TRIM: 8,
    CtlCode.FSCTL_DUPLICATE_EXTENTS_TO_FILE: 40, CtlCode.FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX: 56,
    CtlCode.FSCTL_LMR_REQUEST_RESILIENCY: 8, CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO_224: 24,
    CtlCode.FSCTL_SRV_READ_HASH: 24, CtlCode.FSCTL_IS_PATHNAME_VALID: 4, CtlCode.FSCTL_FIND_FILES_BY_SID: 12,
    CtlCode.FSCTL_GET_RETRIEVAL_POINTERS: 8,
}  # fmt: skip


def number(data: bytes, start: int, size: int = 4) -> int:
    """An unsigned little-endian number."""
    return int.from_bytes(data[start : start + size], "little")


def is_text(data: bytes) -> bool:
    """Whether bytes are UTF-16."""
    try:
        data.decode("utf-16-le")
    except UnicodeDecodeError:
        return False
    return True


SOUND = [one for one in captured() if not is_broken(one)]
BROKEN = [one for one in captured() if is_broken(one)]


def is_cut(one: Captured) -> bool:
    """Whether the end of a reply is missing: of what is cut, tshark shows the parts, and our value has none."""
    return one.ctl_code == CtlCode.FSCTL_DFS_GET_REFERRALS and one.status == s2.NtStatus.BUFFER_OVERFLOW


@pytest.mark.parametrize("one", [one for one in SOUND if not is_cut(one)], ids=str)
def test_a_payload_is_what_wireshark_says(one: Captured) -> None:
    """Every field that tshark shows has our value, and it shows all that it knows; no byte is lost."""
    value = one.read()
    assert (value if isinstance(value, bytes) else value.encode()) == one.payload
    ours = expected(one.ctl_code, value, is_request=one.is_request)
    assert parsed(one.fields, ours) == ours


@pytest.mark.parametrize("one", [one for one in SOUND if is_cut(one)], ids=str)
def test_a_cut_reply_starts_as_wireshark_says(one: Captured) -> None:
    """With the head, and the entries that are whole; the span reader has those, too, whose strings are cut."""
    value = one.read()
    if len(one.payload) < 8:
        assert value == one.payload
        return
    assert value.encode() == one.payload
    assert len(value.referral_entries) == whole_entries(one)
    for ours in (expected(one.ctl_code, value, is_request=False), fields_of_cut(one.payload)):
        theirs = parsed(one.fields, ours)
        assert {name: [*map(_even, theirs[name][: len(values)])] for name, values in ours.items()} == ours


def _even(value: Any) -> Any:
    """Without what Wireshark makes of the first byte of a character that was cut in two."""
    return value.removesuffix("\ufffd") if isinstance(value, str) else value


def whole_entries(one: Captured) -> int:
    """Entries of version 3 whose strings all end inside the bytes that there are."""
    names = ("path", "alt_path", "node")
    offsets = zip(*(one.fields.get(f"smb.dfs.referral.{name}_offset", []) for name in names), strict=False)
    starts = [[8 + 34 * place + int(offset) for offset in each] for place, each in enumerate(offsets)]
    return sum(all(start < len(one.payload) and ends(one.payload[start:]) for start in each) for each in starts)


def ends(data: bytes) -> bool:
    """Whether a text has its U+0000."""
    return any(data[place : place + 2] == b"\0\0" for place in range(0, len(data) - 1, 2))


@pytest.mark.parametrize("one", BROKEN, ids=str)
def test_a_broken_payload_is_refused(one: Captured) -> None:
    """Where Wireshark shows what is there, or nothing; it complains of few."""
    assert one.capture in BROKEN_ON_PURPOSE
    with pytest.raises(s2.DecodeError):
        one.read()


def test_how_much_is_compared() -> None:
    """Of the values that tshark shows, all but those of broken payloads and of fields and strings that were cut."""
    cut = [one for one in SOUND if is_cut(one)]
    whole = [one for one in SOUND if not is_cut(one)]
    compared = 0
    for one in cut:
        if len(one.payload) >= 8:
            fields = expected(one.ctl_code, one.read(), is_request=False) | fields_of_cut(one.payload)
            compared += sum(len(values) for values in fields.values())
    assert sum(one.times for one in captured()) == 3544
    assert (len(whole), shown(whole)) == (1548, 6667)
    assert (len(cut), compared, shown(cut) - compared) == (152, 9458, 50)
    assert (len(BROKEN), shown(BROKEN)) == (87, 159)
    # Of what we read, tshark complains of the one request that has more output than there are bytes.
    assert [str(one) for one in SOUND if one.complaints] == ["bad_0210.pcap-173-request"]


def shown(some: list[Captured]) -> int:
    """How many values tshark shows."""
    return sum(len(texts) for one in some for texts in one.fields.values())


def test_every_recorded_payload_is_there() -> None:
    """Each message of ``ioctl_pdus.jsonl.gz`` that can be read has its payload here."""
    here = {(one.is_request, one.ctl_code, one.payload) for one in captured()}
    seen: Counter[bool] = Counter()
    for pdu in pdus():
        if pdu.ctl_code is None:
            continue
        try:
            body = s2.IoctlRequest.decode(pdu.body, WIRE) if pdu.is_request else s2.IoctlResponse.decode(pdu.body)
        except s2.DecodeError:
            continue
        payload = body.input if isinstance(body, s2.IoctlRequest) else body.output
        assert (pdu.is_request, body.ctl_code, payload) in here
        seen[pdu.is_request] += 1
    assert seen == {True: 2322, False: 1210}
