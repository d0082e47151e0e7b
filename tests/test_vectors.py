"""Vectors of the documents and of other projects' tests: messages and payloads; `test_vectors_dfs` has the referrals.

The values stand in [MS-SMB2] 4.4 and 4.8, [MS-DFSC] 4.5 and in the tests that ``data/vectors.json`` names. Where a
document prints the fixed part of a body only, the buffers are stand-ins of the stated size.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

import pytest
from facts import otherwise, vector_facts
from samples import frame, vectors

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import (
    copychunk,
    negotiate,
    network,
    offload,
    ranges,
    read_hash,
    registry,
    reparse,
    resiliency,
    snapshots,
)
from smb2ioctl_codec.rules import WIRE

NEGOTIATE, INTERFACES, PIPE, REFERRALS = 0x00140204, 0x001401FC, 0x0011C017, 0x00060194
NONE = s2.FileId.NONE
PIPE_ID = s2.FileId(0x0000000000000005, 0xFFFFFFFF00000005)
LSA_ID = s2.FileId(0x0000000C00000528, 0x0000000C00000085)


#: Bodies of requests and of replies, and packets, with what is in them.
REQUESTS = (
    "SMB2-4.8-vni-reqbody", "SMB2-4.8-nii-reqbody", "SMB2-4.4-pipe-reqbody", "SMBRS-ioctl-req",
    "SMBPROTO-ioctl-SMB2IOCTLRequest-test_create_message",
    "SMBPROTO-ioctl-SMB2IOCTLRequest-test_create_message_no_buffer",
)  # fmt: skip
REPLIES = (
    "SMB2-4.8-vni-rspbody", "SMB2-4.8-nii-rspbody", "SMB2-4.4-pipe-rspbody", "SMBRS-ioctl-rsp",
    "SMBPROTO-ioctl-SMB2IOCTLResponse-test_create_message",
)  # fmt: skip
PACKETS = {
    "SCAPY-vni-packet": "request",
    "SCAPY-dfs-v4-packet": "response",
    "SCAPY-dfs-namelist-packet": "response",
}

#: What makes a record's bytes of a vector that is only a part of it.
Wrap = Callable[[bytes], bytes]


def symlink(data: bytes) -> bytes:
    """The data of a symbolic link behind the header that all reparse data has."""
    return struct.pack("<IHH", 0xA000000C, len(data), 0) + data


def address(family: int) -> Wrap:
    """The data of an address behind its family, in all of SOCKADDR_STORAGE."""
    return lambda data: struct.pack("<H126s", family, data)


def described(value: object, names: dict[str, Any]) -> dict[str, Any]:
    """Give the value's attributes of these names."""
    return {name: getattr(value, name) for name in names}


@pytest.mark.parametrize(
    ("name", "buffer", "fields"),
    [
        ("SMB2-4.8-vni-reqbody", vectors()["SMB2-4.8-vni-req"],
         {"ctl_code": NEGOTIATE, "file_id": NONE, "output_offset": 120, "max_output_response": 24, "flags": 1}),
        ("SMB2-4.8-nii-reqbody", b"",
         {"ctl_code": INTERFACES, "file_id": NONE, "input_offset": None, "max_output_response": 1000, "flags": 1}),
        ("SMB2-4.4-pipe-reqbody", bytes(range(68)),
         {"ctl_code": PIPE, "file_id": PIPE_ID, "output_offset": 120, "max_output_response": 1024, "flags": 1}),
        ("SMBPROTO-ioctl-SMB2IOCTLRequest-test_create_message", b"",
         {"ctl_code": NEGOTIATE, "file_id": NONE, "input": b"\x12\x13\x14\x15", "max_input_response": 12,
          "output_offset": 120, "max_output_response": 12, "flags": 1}),
        ("SMBPROTO-ioctl-SMB2IOCTLRequest-test_create_message_no_buffer", b"",
         {"ctl_code": NEGOTIATE, "file_id": NONE, "input": b"", "input_offset": None, "output_offset": 0,
          "max_output_response": 0, "flags": 1}),
        ("SMBRS-ioctl-req", b"",
         {"ctl_code": PIPE, "file_id": LSA_ID, "input_offset": None, "max_input_response": 0, "output_offset": 0,
          "max_output_response": 1024, "flags": 1, "input": vectors()["SMBRS-ioctl-req"][56:]}),
    ],
)  # fmt: skip
def test_requests(name: str, buffer: bytes, fields: dict[str, Any]) -> None:
    body = vectors()[name] + buffer
    decoded = s2.IoctlRequest.decode(body)
    fields = ({"input": buffer} if buffer else {}) | {"output_count": 0, "reserved": 0, "reserved2": 0} | fields
    assert described(decoded, fields) == fields
    assert decoded.slack == b""
    assert decoded.encode() == body
    assert s2.IoctlRequest.decode(body, WIRE) == decoded


@pytest.mark.parametrize(
    ("name", "buffer", "fields"),
    [
        ("SMB2-4.8-vni-rspbody", bytes(range(24)),
         {"ctl_code": NEGOTIATE, "file_id": NONE, "output": bytes(range(24)), "input_offset": None,
          "output_offset": None, "flags": 0}),
        ("SMB2-4.8-nii-rspbody", b"x" * 912,
         {"ctl_code": INTERFACES, "file_id": NONE, "output": b"x" * 912, "input_offset": None,
          "output_offset": None, "flags": 0}),
        # the echo of Windows Vista and 2008: 4 bytes between the input's end, 180, and the output, 184
        ("SMB2-4.4-pipe-rspbody", bytes(range(68)) + bytes(4) + b"x" * 112,
         {"ctl_code": PIPE, "file_id": PIPE_ID, "input": bytes(range(68)), "output": b"x" * 112,
          "input_offset": None, "output_offset": None, "slack": b""}),
        ("SMB2-4.4-pipe-rspbody", bytes(range(68)) + b"gap!" + b"x" * 112,
         {"input": bytes(range(68)), "output": b"x" * 112, "slack": b"gap!"}),
        ("SMBPROTO-ioctl-SMB2IOCTLResponse-test_create_message", b"",
         {"ctl_code": NEGOTIATE, "file_id": NONE, "input": b"", "input_offset": 0, "output": b"\x20\x21\x22\x23",
          "output_offset": None, "flags": 1}),
        ("SMBRS-ioctl-rsp", b"",
         {"ctl_code": PIPE, "file_id": LSA_ID, "input_offset": None, "output_offset": None, "flags": 0,
          "output": vectors()["SMBRS-ioctl-rsp"][48:]}),
    ],
)  # fmt: skip
def test_responses(name: str, buffer: bytes, fields: dict[str, Any]) -> None:
    body = vectors()[name] + buffer
    decoded = s2.IoctlResponse.decode(body)
    assert described(decoded, fields) == fields
    assert decoded.encode() == body
    assert s2.decode_response(body, s2.NtStatus.SUCCESS, decoded.ctl_code) == decoded


@pytest.mark.parametrize(
    ("name", "size", "head", "body"),
    [
        ("SCAPY-vni-packet", 154,
         {"credits": 33, "flags": 8, "message_id": 4, "session_id": 0,
          "signature": bytes.fromhex("d8611cc8360fc4ec9824080338e68203")},
         {"ctl_code": NEGOTIATE, "file_id": NONE, "output_offset": 120, "max_output_response": 24, "flags": 1,
          "input": bytes.fromhex("7f0000009b9caa33f0e6ec118c125254000c47ab0100050002021002000302031103")}),
        ("SCAPY-dfs-v4-packet", 372,
         {"credits": 1, "flags": 0x39, "message_id": 5, "session_id": 0x440000000069,
          "signature": bytes.fromhex("93ef51d3f2c7c3f36dcf2eb4e916b72b")},
         {"ctl_code": REFERRALS, "file_id": NONE, "input": b"", "output_offset": None, "flags": 0,
          "output": vectors()["SCAPY-dfs-v4-packet"][-260:]}),
        ("SCAPY-dfs-namelist-packet", 200,
         {"credits": 1, "flags": 0x39, "message_id": 5, "session_id": 0x1F8001000007D,
          "signature": bytes.fromhex("d4556a5479efdd3219299a0d15a71f31")},
         {"ctl_code": REFERRALS, "file_id": NONE, "input": b"", "flags": 0,
          "output": vectors()["SCAPY-dfs-namelist-packet"][-88:]}),
    ],
)  # fmt: skip
def test_packets(name: str, size: int, head: dict[str, Any], body: dict[str, Any]) -> None:
    """Recorded on the wire, with the four bytes of direct TCP."""
    stream = vectors()[name]
    (message,) = s2.iter_frames(stream)
    assert len(message) == size
    packet = s2.Packet.decode(message)
    head = {"credit_charge": 1, "status": 0, "command": 11, "next_command": 0, "reserved": 0xFEFF, "tree_id": 1} | head
    assert described(packet.header, head) == head
    assert described(packet.body, body) == body
    assert s2.encode_frame(packet.encode()) == frame(message) == stream


FACTS: dict[str, list[str]] = vector_facts()["published"]
PROTO = "SMBPROTO-ioctl-"
REPARSE = "SMBPROTO-reparse-"
#: Vectors of one record each: name, what it is read as, what stands around it in the record.
PAYLOADS: list[tuple[str, Any, Wrap]] = [
    ("SMB2-4.8-vni-req", negotiate.ValidateNegotiateInfoRequest, bytes),
    (f"{PROTO}SMB2SrvCopyChunkCopy-test_create_message", copychunk.CopyChunkCopy, bytes),
    (f"{PROTO}SMB2SrvCopyChunk-test_create_message", copychunk.CopyChunk, bytes),
    (f"{PROTO}SMB2SrcReadHashRequest-test_create_message", read_hash.ReadHashRequest, bytes),
    (f"{PROTO}SMB2SrvNetworkResiliencyRequest-test_create_message", resiliency.NetworkResiliencyRequest, bytes),
    (f"{PROTO}SMB2ValidateNegotiateInfoRequest-test_create_message", negotiate.ValidateNegotiateInfoRequest, bytes),
    (f"{PROTO}SMB2SrvCopyChunkResponse-test_create_message", copychunk.CopyChunkResponse, bytes),
    (f"{PROTO}SMB2SrvSnapshotArray-test_create_message", snapshots.SnapshotArray, bytes),
    (f"{PROTO}SMB2SrvRequestResumeKey-test_create_message", copychunk.ResumeKey, bytes),
    (f"{PROTO}SMB2ValidateNegotiateInfoResponse-test_create_message", negotiate.ValidateNegotiateInfoResponse, bytes),
    (f"{PROTO}SockAddrStorage-test_create_message_ipv4", network.SockaddrIn, bytes),
    (f"{PROTO}SockAddrStorage-test_create_message_ipv6", network.SockaddrIn6, bytes),
    (f"{PROTO}SockAddrIn-test_create_message", network.SockaddrIn, address(2)),
    (
        f"{PROTO}SockAddrIn-test_create_message_subnet",
        network.SockaddrIn,
        address(2),
    ),
    (f"{PROTO}SockAddrIn6-test_create_message", network.SockaddrIn6, address(23)),
    (f"{REPARSE}ReparseDataBuffer-DATA", reparse.ReparseData, bytes),
    (f"{REPARSE}SymbolicLinkReparseDataBuffer-DATA", reparse.SymbolicLink, symlink),
    (f"{REPARSE}SymbolicLinkReparseDataBuffer-test_create_message_with_set_name", reparse.SymbolicLink, symlink),
    ("SMBRS-fsctl-0", offload.OffloadReadInput, bytes),
    ("SMBRS-fsctl-1", copychunk.ResumeKey, bytes),
    ("SMBRS-fsctl-2", copychunk.CopyChunkCopy, bytes),
    ("SMBRS-fsctl-3", copychunk.CopyChunkResponse, bytes),
    ("SMBRS-fsctl-4", ranges.FileAllocatedRanges, bytes),
    (f"{PROTO}SMB2NetworkInterfaceInfo-test_create_message", network.NetworkInterfaceInfos, bytes),
    ("SMBRS-fsctl-5", network.NetworkInterfaceInfos, bytes),
]


@pytest.mark.parametrize(("name", "kind", "wrap"), PAYLOADS)
def test_payloads(name: str, kind: Any, wrap: Wrap) -> None:
    """Everything that is known of the bytes is what decoding gives, and encoding gives the bytes."""
    data = wrap(vectors()[name])
    decoded = kind.decode(data)
    for fact in FACTS[name]:
        assert deviations(fact, decoded, data) == []
    assert decoded.encode() == data


def deviations(fact: str, value: Any, data: bytes) -> list[str]:
    """What of a fact decoding gives otherwise."""
    wire = known(value, data)
    if "(source, target, length, reserved): " in fact:
        fact, _, listed = fact.partition("; chunks ")
        chunks = [(each.source_offset, each.target_offset, each.length, each.reserved) for each in value.chunks]
        return otherwise(fact, wire) + unlike(numbers(listed), chunks)
    if fact.startswith("ranges "):
        return unlike(numbers(fact), [(each.file_offset, each.length) for each in value.ranges])
    if fact.startswith("entry @"):
        place, _, rest = fact.removeprefix("entry @").partition(": ")
        entry = value.interfaces[int(place) // 152]
        within = data[int(place) :][:152]
        return otherwise(rest, known(entry.sock_addr_storage, within[24:]) | known(entry, within))
    if found := re.fullmatch(r"(Family \d+); then (\w+) \(rest zero: True\)", fact):
        start = bytes.fromhex(found[2])
        zeros = [] if value.encode()[2:] == start.ljust(126, b"\0") else [fact]
        return otherwise(found[1], wire) + zeros
    fact = fact.removeprefix("payload part only, without the 8-byte tag header: ")
    fact = fact.replace("source, target, length, reserved", "SourceOffset, TargetOffset, Length, Reserved")
    return otherwise(re.sub(r"\d+ more bytes: ", "Padding ", fact), wire)


def known(value: Any, data: bytes) -> dict[str, Any]:
    """Fields of the wire, and for those that the class holds what it holds."""
    wire = dict(type(value).SCHEMA.parse(data))
    held = {name: getattr(value, name) for name in value.__slots__}
    return (
        wire
        | {name: each for name, each in held.items() if each is not None}
        | {"address": getattr(value, "address", None)}
    )


def numbers(listed: str) -> list[tuple[int, ...]]:
    """The lists of numbers in round brackets."""
    return [tuple(map(int, each.split(","))) for each in re.findall(r"\(([\d, ]+)\)", listed)]


def unlike(said: Any, found: Any) -> list[str]:
    return [] if said == found else [f"{said}: {found}"]


def test_the_first_of_six_interfaces() -> None:
    """[MS-SMB2] 4.8 prints one entry of a reply of 912 bytes: alone it leads to an entry that is not there."""
    name = "SMB2-4.8-nii-entry0"
    data = vectors()[name]
    with pytest.raises(s2.DecodeError, match="the next element would start 152 bytes on") as caught:
        network.NetworkInterfaceInfos.decode(data)
    assert (caught.value.path, caught.value.offset) == ("NetworkInterfaceInfos.interfaces[0].next", 0)
    six = data * 5 + bytes(4) + data[4:]
    assert len(six) == 912
    decoded = network.NetworkInterfaceInfos.decode(six)
    assert len(decoded.interfaces) == 6
    (fact,) = FACTS[name]
    assert deviations(fact, decoded, six) == []
    assert decoded.encode() == six


@pytest.mark.parametrize("name", sorted({*REQUESTS, *REPLIES, *PACKETS}))
def test_facts_of_messages(name: str) -> None:
    """The numbers of the wire, the ones that a class does not hold too."""
    data = vectors()[name]
    head, body = (data[4:68], data[68:]) if name in PACKETS else (b"", data)
    kind: Any = s2.IoctlRequest if name in REQUESTS or PACKETS.get(name) == "request" else s2.IoctlResponse
    for fact in FACTS[name]:
        if found := re.fullmatch(r"direct-TCP length (\d+)", fact):
            assert data[:4] == struct.pack(">I", int(found[1]))
        elif fact.startswith("header: "):
            assert otherwise(fact.removeprefix("header: "), dict(s2.Header.SCHEMA.parse(head))) == []
        elif fact.startswith("StructureSize"):
            assert otherwise(fact, dict(kind.SCHEMA.parse(body)) | {"file_id": body[8:24]}) == []
        elif found := re.fullmatch(r"trailing (\d+) buffer bytes", fact):
            assert len(body) - kind.PLAN.head == int(found[1])
        elif fact.startswith("input "):
            assert kind.decode(body).input == bytes.fromhex(fact.removeprefix("input "))
        else:
            assert fact.startswith(("PathConsumed", "entry ")), fact  # test_vectors_dfs has these


def test_a_request_that_leaves_no_room_for_the_reply() -> None:
    """Its numbers are arbitrary, says its publisher; the reply of 24 bytes does not fit into 12."""
    name = f"{PROTO}SMB2IOCTLRequest-test_create_message"
    (violation,) = s2.check_request(vectors()[name], s2.rules.MS_SMB2)
    assert (violation.rule.id, violation.path) == ("negotiate-room", "IoctlRequest.max_output_response")
    assert violation.offset == 44
    assert "needed 24, available 12" in violation.message


def test_reparse_data_that_is_too_short_for_its_tag() -> None:
    """Four bytes of data under the tag of a symbolic link: what carries it wants to know the link."""
    data = vectors()[f"{REPARSE}ReparseDataBuffer-DATA"]
    for decode in (registry.lookup(0x000900A4).decode_request, registry.lookup(0x000900A8).decode_response):
        with pytest.raises(s2.DecodeError) as caught:
            decode(data)
        error = caught.value
        assert (error.path, error.offset) == ("SymbolicLink.print_name_offset", 12)
        assert (error.needed, error.available) == (2, 0)


def test_a_copy_and_its_reply() -> None:
    """The two belong together: as many chunks and bytes as were asked for."""
    asked = copychunk.CopyChunkCopy.decode(vectors()["SMBRS-fsctl-2"])
    done = copychunk.CopyChunkResponse.decode(vectors()["SMBRS-fsctl-3"])
    assert (len(asked.chunks), sum(chunk.length for chunk in asked.chunks)) == (10, 10417096)
    assert (done.chunks_written, done.chunk_bytes_written, done.total_bytes_written) == (10, 0, 10417096)


def test_every_vector_is_somewhere() -> None:
    here = {name for name, _, _ in PAYLOADS} | {*REQUESTS, *REPLIES, *PACKETS} | {"SMB2-4.8-nii-entry0"}
    referrals = {name for name, (fact, *_) in FACTS.items() if fact.startswith(("PathConsumed", "MaxReferralLevel"))}
    assert here | referrals == vectors().keys() == FACTS.keys()
    assert here & referrals == set()
