"""Recorded traffic: every IOCTL message of ``data/ioctl_pdus.jsonl.gz`` is read right and comes back as it was.

What must come out is worked out here by hand from the bytes, and from what the recorder noted beside them.
"""

from __future__ import annotations

import struct
from collections import Counter
from typing import Any

import pytest
from samples import BROKEN_ON_PURPOSE, REQUEST_FIELDS, REQUEST_FORMAT, RESPONSE_FIELDS, RESPONSE_FORMAT, Pdu, pdus

import smb2ioctl_codec as s2
from smb2ioctl_codec.rules import SAMBA_3_6

SOUND = [pdu for pdu in pdus() if pdu.pcap not in BROKEN_ON_PURPOSE]
BROKEN = [pdu for pdu in pdus() if pdu.pcap in BROKEN_ON_PURPOSE]


def unreadable(message: bytes) -> str | None:
    """The field for which no reader can take a request; None if there is none."""
    body = message[64:]
    if struct.unpack_from("<20xI", message)[0] not in (0, len(message)):
        return "Header.next_command"
    if len(body) < 2 or body[:2] != b"\x39\0":
        return "IoctlRequest.structure_size"
    ends = (2, 4, 8, 24, 28, 32, 36, 40, 44, 48, 52, 56)
    names = ("structure_size", "reserved", "ctl_code", "file_id", *REQUEST_FIELDS[5:])
    for name, end in zip(names, ends, strict=True):
        if len(body) < end:
            return f"IoctlRequest.{name}"
    offset, count = struct.unpack_from("<24xII", body)
    if not count:
        return None
    if not 120 <= offset <= len(message):
        return "IoctlRequest.input_offset"
    return "IoctlRequest.input" if offset + count > len(message) else None


def refused(body: bytes) -> str | None:
    """The rule by which the reference server refuses a request's offsets and lengths; None if it does not."""
    if len(body) < 56:
        return "body-size"
    size, offset, count = struct.unpack_from("<H22xII", body)
    if size != 57:
        return "structure-size"
    if count and offset != 120:
        return "input-offset"
    return "input-length" if count > len(body) - 56 else None


def by_hand(body: bytes, layout: str, names: tuple[str, ...]) -> dict[str, Any]:
    """The fields of a body by name, its buffers by their offsets."""
    fields = dict(zip(names, struct.unpack_from(layout, body), strict=True))
    for name in ("input", "output"):
        start, size = fields[f"{name}_offset"] - 64, fields[f"{name}_count"]
        fields[name] = body[start : start + size] if size else b""
    return fields


def test_how_much_was_recorded() -> None:
    assert Counter(pdu.pcap in BROKEN_ON_PURPOSE for pdu in pdus()) == {True: 3052, False: 1777}
    assert len({pdu.pcap for pdu in SOUND}) == 32


@pytest.mark.parametrize("pdu", SOUND, ids=lambda pdu: f"{pdu.pcap}-{pdu.frame}")
def test_a_message_is_read_right_and_kept(pdu: Pdu) -> None:
    packet = s2.Packet.decode(pdu.message)
    assert packet.encode() == pdu.message
    head = packet.header
    assert isinstance(head, s2.Header)
    assert head.command is s2.Command.IOCTL
    assert (head.status, head.message_id) == (pdu.status, pdu.message_id)
    assert (head.is_response, head.is_async, head.is_signed) == (not pdu.is_request, pdu.is_async, pdu.is_signed)

    body = packet.body
    if pdu.ctl_code is None:
        assert isinstance(body, s2.ErrorResponse)
        count = struct.unpack_from("<4xI", pdu.body)[0]
        assert body.error_data == pdu.body[8 : 8 + count]
        return
    assert isinstance(body, s2.IoctlRequest if pdu.is_request else s2.IoctlResponse)
    names, layout = (REQUEST_FIELDS, REQUEST_FORMAT) if pdu.is_request else (RESPONSE_FIELDS, RESPONSE_FORMAT)
    fields = by_hand(pdu.body, layout, names)
    assert body.ctl_code == fields["ctl_code"] == pdu.ctl_code
    assert body.file_id == s2.FileId(fields["persistent"], fields["volatile"])
    kept = ["reserved", "flags", "reserved2", "input"]
    kept += (
        ["max_input_response", "max_output_response", "output_offset", "output_count"] if pdu.is_request else ["output"]
    )
    assert {name: getattr(body, name) for name in kept} == {name: fields[name] for name in kept}


@pytest.mark.parametrize("pdu", [pdu for pdu in SOUND if pdu.is_request], ids=lambda pdu: f"{pdu.pcap}-{pdu.frame}")
def test_a_request_alone(pdu: Pdu) -> None:
    """Nine of ten requests have an OutputOffset and no output; all have the input where the reference wants it."""
    request = s2.IoctlRequest.decode(pdu.body)
    assert request.encode() == pdu.body
    assert request == s2.IoctlRequest.decode(pdu.body, s2.rules.WIRE)
    layout = {rule.id for rule in SAMBA_3_6.layout}
    assert not [one for one in s2.check_request(pdu.body) if one.rule.id in layout]


@pytest.mark.parametrize("pdu", BROKEN, ids=lambda pdu: f"{pdu.pcap}-{pdu.frame}")
def test_a_broken_message_is_kept_or_refused(pdu: Pdu) -> None:
    """The replies are sound; a request is refused for the first field that does not hold."""
    path = unreadable(pdu.message) if pdu.is_request else None
    if path is None:
        assert s2.Packet.decode(pdu.message).encode() == pdu.message
        return
    with pytest.raises(s2.DecodeError) as caught:
        s2.Packet.decode(pdu.message)
    assert caught.value.path == path


@pytest.mark.parametrize("pdu", [pdu for pdu in BROKEN if pdu.is_request], ids=lambda pdu: f"{pdu.pcap}-{pdu.frame}")
def test_a_broken_request_alone(pdu: Pdu) -> None:
    """By the rules of the reference server, which are stricter about the place of the input."""
    rule = refused(pdu.body)
    if rule is None:
        assert s2.IoctlRequest.decode(pdu.body).encode() == pdu.body
        return
    with pytest.raises(s2.DecodeError) as caught:
        s2.IoctlRequest.decode(pdu.body)
    assert (caught.value.rule, caught.value.status) == (rule, s2.NtStatus.INVALID_PARAMETER)
    assert s2.check_request(pdu.body)[0].rule.id == rule


def test_how_many_are_broken_how() -> None:
    requests = [pdu for pdu in BROKEN if pdu.is_request]
    assert Counter(unreadable(pdu.message) for pdu in requests) == {
        None: 1484, "IoctlRequest.input": 19, "IoctlRequest.input_offset": 11, "IoctlRequest.structure_size": 7,
        "Header.next_command": 2, "IoctlRequest.reserved": 1, "IoctlRequest.max_input_response": 1,
        "IoctlRequest.flags": 1, "IoctlRequest.reserved2": 1,
    }  # fmt: skip
    assert Counter(refused(pdu.body) for pdu in requests) == {
        None: 1483, "input-offset": 20, "input-length": 13, "body-size": 6, "structure-size": 5,
    }  # fmt: skip


@pytest.mark.parametrize("pcap", sorted({pdu.pcap for pdu in SOUND}))
def test_a_compound_of_everything(pcap: str) -> None:
    """All requests of a capture as one compound: linked, padded, and still the same messages."""
    packets = [s2.Packet.decode(pdu.message) for pdu in SOUND if pdu.pcap == pcap and pdu.is_request]
    again = s2.decode_chain(s2.encode_chain(packets))
    assert len(again) == len(packets)
    for before, after in zip(packets, again, strict=True):
        assert isinstance(before.body, s2.IoctlRequest)
        assert isinstance(after.body, s2.IoctlRequest)
        assert after.body.input == before.body.input
        assert after.body.slack.removeprefix(before.body.slack).strip(b"\0") == b""
