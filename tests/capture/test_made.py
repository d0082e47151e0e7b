"""Captures made by hand: containers, link layers, IP, TCP, frames and pairs, each alone."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from capture.making import (
    ACK,
    CLIENT_PORT,
    MICROSECONDS,
    SECONDS,
    SYN,
    block,
    enhanced,
    frame,
    interface,
    ipv4,
    ipv6,
    message,
    packet,
    pcap,
    read,
    read_until_error,
    section,
    syn,
    tcp,
)  # fmt: skip
from smb2ioctl_codec import Command, ForeignHeader, Protocol, capture
from smb2ioctl_codec.capture import Connection, Endpoint, FindingKind, findings, pairing, reader
from smb2ioctl_codec.capture import tcp as ordering

ECHO = message()
FRAME = frame(ECHO)
SEGMENT = tcp(FRAME)
IPV4 = ipv4(SEGMENT)
IPV6 = ipv6(SEGMENT)
MAC = bytes(12)


def kinds(of: capture.Capture) -> list[FindingKind]:
    return [one.kind for one in of.findings]


# -- files


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("magic", "fraction"), [(0xA1B2C3D4, MICROSECONDS * 1000), (0xA1B23C4D, MICROSECONDS * 1000 + 1)]
)
def test_classic_files(order: str, magic: int, fraction: int) -> None:
    (one,), found = read(pcap([IPV4], order=order, magic=magic))
    assert one.data == ECHO
    assert one.time_ns == SECONDS * 10**9 + fraction
    assert one.time == datetime(2023, 11, 14, 22, 13, 20, MICROSECONDS, UTC)
    client, server = Endpoint(ip_address("10.0.0.1"), 50000), Endpoint(ip_address("10.0.0.2"), 445)
    assert one.connection == Connection(0, client, server)
    assert str(one.connection) == "10.0.0.1:50000 to 10.0.0.2:445"
    assert (one.frame_number, one.direction, one.partner, one.error) == (1, "request", None, None)
    assert found.findings == []


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_sections_interfaces_and_blocks(order: str) -> None:
    other = ">" if order == "<" else "<"
    options = [(2, b"eth0"), (9, bytes([9])), (14, struct.pack(f"{other}q", 100)), (0, b"")]
    data = section(order, more=b"\1\0\2\0ab\0\0") + interface(order=order) + block(0xBAD0, b"12345", order)
    data += enhanced(IPV4, 1_500_000, order=order)
    data += block(3, struct.pack(f"{order}I", len(IPV4)) + packet(frame(message(2)), 1 + len(FRAME)), order)
    data += (
        section(other) + interface(1, other) + interface(101, other, options) + interface(101, other, [(9, b"\x8a")])
    )
    data += enhanced(packet(frame(message(3)), 1 + 2 * len(FRAME)), 5, 1, other)
    old = packet(frame(message(4)), 1 + 3 * len(FRAME))
    data += block(2, struct.pack(f"{other}HHIIII", 2, 0, 0, 1536, len(old), len(old)) + old, other)
    messages, found = read(data)
    assert [one.header.message_id for one in messages if one.header] == [1, 2, 3, 4]
    assert [one.time_ns for one in messages] == [1_500_000_000, None, 100 * 10**9 + 5, 1_500_000_000]
    assert [one.frame_number for one in messages] == [1, 2, 3, 4]
    assert messages[1].time is None
    assert found.findings == []


def test_blocks_that_tshark_counts_as_packets() -> None:
    second = enhanced(packet(frame(message(2)), 1 + len(FRAME)))
    for kind, number in ((5, 2), (4, 2), (10, 2), (9, 3), (0xBAD, 3), (0x40000BAD, 3), (0x204, 3)):
        messages, _ = read(HEAD + ENHANCED + block(kind, bytes(24)) + second)
        assert [one.frame_number for one in messages] == [1, number]


def test_a_time_beyond_all_calendars() -> None:
    (one,), _ = read(section() + interface(options=[(9, b"\0")]) + enhanced(IPV4, 1 << 62))
    assert one.time_ns == (1 << 62) * 10**9
    assert one.time is None


def test_a_simple_packet_is_cut_at_the_length_of_its_interface() -> None:
    cut = IPV4[: len(IPV4) - 8]
    data = section() + interface(snapshot=len(cut)) + block(3, struct.pack("<I", len(IPV4)) + cut)
    (one,), found = read(data)
    assert one.data == ECHO[:-8]
    assert one.packet is None
    assert str(one.error) == "Packet at offset 0: not all of it was captured (needed 68, available 60)"
    assert kinds(found) == [FindingKind.MISSING_BYTES, FindingKind.CUT_MESSAGE]
    assert list(one.findings) == found.findings


HEAD = section() + interface()
ENHANCED = enhanced(IPV4)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "neither a pcap nor a pcapng file: it is empty"),
        (b"\x7fELF", "neither a pcap nor a pcapng file: it starts with 7f454c46"),
        (b"\x1f", "it starts with 1f"),
        (b"\x1f\x8b\x08", "gzip"),
        (pcap([])[:23], "cut short in the file's header"),
        (pcap([])[:4] + b"\3" + pcap([])[5:], "version 3.4"),
        (pcap([]) + struct.pack("<IIII", 0, 0, 0x7FFFFFFF, 0), "packet 1 says that it has 2147483647 bytes"),
        (section(version=2), "version 2.0"),
        (section()[:8] + bytes(4), "does not say its byte order"),
        (section()[:4] + struct.pack("<I", 16) + section()[8:], "a section header of 16 bytes is too short"),
        (HEAD + ENHANCED[:4] + struct.pack("<I", 13), "a block says that it has 13 bytes"),
        (HEAD + ENHANCED[:-4] + bytes(4), "but 0 by its end"),
        (HEAD + struct.pack("<II", 6, 0x7FFFFFFC), "says that it has 2147483644 bytes"),
        (HEAD + struct.pack("<II", 0xBAD, 0x7FFFFFFC), "cut short in a block of type 0xbad"),
        (HEAD + enhanced(IPV4, index=1), "interface 1, which its section does not describe"),
        (HEAD + enhanced(IPV4, size=len(IPV4) + 9), "more than its block"),
        (HEAD + block(6, b"1234"), "the block of packet 1 is too short"),
        (section() + block(1, b"1234"), "an interface description is too short"),
        (section() + block(1, bytes(8) + b"\2\0\x09\0"), "option 2 of an interface goes past its block"),
    ],
)
def test_what_is_no_capture_is_one_error(data: bytes, text: str) -> None:
    messages, error = read_until_error(data)
    assert messages == []
    assert error is not None
    assert text in error


def test_too_many_interfaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("smb2ioctl_codec.capture.pcapng._MOST_INTERFACES", 2)
    assert read_until_error(HEAD + interface() + ENHANCED)[1] is None
    assert read_until_error(HEAD + interface() * 2)[1] == "a section has more than 2 interfaces"


def test_pcapng_cut_anywhere() -> None:
    data = HEAD + ENHANCED + block(5, b"statistics")
    ends = {len(section()), len(HEAD), len(HEAD + ENHANCED)}
    for size in range(1, len(data)):
        messages, error = read_until_error(data[:size])
        assert (error is None) == (size in ends)
        assert len(messages) == (size >= len(HEAD + ENHANCED))


def test_what_is_given_to_read(tmp_path: Path) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(1, size or 0))

    assert [one.data for one in capture.read(Slow(pcap([IPV4])))] == [ECHO]
    with pytest.raises(FileNotFoundError):
        next(capture.read(tmp_path / "none"))
    wrong: Any = io.StringIO("text")
    with pytest.raises(TypeError, match="binary mode"):
        next(capture.read(wrong))
    wrong = 5
    with pytest.raises(TypeError, match="expected a path or a file, not int"):
        next(capture.read(wrong))
    path = tmp_path / "two.pcap"
    path.write_bytes(pcap([IPV4, packet(FRAME, 1 + len(FRAME))]))
    with capture.read(path) as messages:
        assert next(messages).data == ECHO
    assert list(messages) == []


# -- link layers and IP


@pytest.mark.parametrize(
    ("link", "before"),
    [
        (1, MAC + b"\x08\x00"),
        (1, MAC + b"\x81\x00\x00\x05\x08\x00"),
        (1, MAC + b"\x88\xa8\x00\x05\x81\x00\x00\x06\x08\x00"),
        (113, bytes(14) + b"\x08\x00"),
        (113, bytes(14) + b"\x81\x00\x00\x05\x08\x00"),
        (276, b"\x08\x00" + bytes(18)),
        (276, b"\x81\x00" + bytes(18) + b"\x00\x05\x08\x00"),
        (101, b""), (12, b""), (14, b""), (228, b""),
        (0, b"\2\0\0\0"), (0, b"\0\0\0\2"), (108, b"\0\0\0\2"),
    ],
)  # fmt: skip
def test_link_layers(link: int, before: bytes) -> None:
    for inside in (IPV4, IPV6):
        head = before.replace(b"\x08\x00", b"\x86\xdd") if inside is IPV6 else before
        (one,), found = read(pcap([head + inside + b"trailer"], link))
        assert one.data == ECHO
        assert found.findings == []


def test_other_traffic_is_passed_over() -> None:
    arp = MAC + b"\x08\x06" + bytes(28)
    others = [arp, MAC, MAC + b"\x81\x00\x00", MAC + b"\x08\x00" + ipv4(b"12345678", protocol=17),
              MAC + b"\x08\x00" + packet(FRAME, ports=(CLIENT_PORT, 80))]  # fmt: skip
    messages, found = read(pcap([*others, MAC + b"\x08\x00" + IPV4], 1))
    assert [one.frame_number for one in messages] == [6]
    assert found.findings == []
    assert kinds(read(pcap([arp], 1))[1]) == [FindingKind.LINK_TYPE]
    assert kinds(read(pcap([b"\x63\0\0\0" + IPV4], 0))[1]) == [FindingKind.LINK_TYPE]


def test_a_link_type_that_is_not_read_is_a_finding_once() -> None:
    _, found = read(pcap([IPV4, IPV4], 147))
    assert [str(one) for one in found.findings] == ["frame 1: packets of link type 147 (interface 0) are not read"]


def test_ports() -> None:
    on_139 = packet(FRAME, ports=(CLIENT_PORT, 139))
    on_4450 = packet(FRAME, ports=(CLIENT_PORT, 4450))
    assert len(read(pcap([on_139, on_4450]))[0]) == 1
    (one,), _ = read(pcap([on_139, on_4450]), ports=[4450])
    assert one.connection.server.port == 4450


def test_options_and_lengths_of_ip() -> None:
    options = ipv4(tcp(FRAME, options=b"\1" * 12), options=b"\1" * 8)
    offloaded = ipv4(SEGMENT, total=0)
    for one in (options, offloaded, ipv6(SEGMENT, length=0)):
        messages, found = read(pcap([one]))
        assert [each.data for each in messages] == [ECHO]
        assert found.findings == []
    chain = b"\x33\0" + bytes(6) + b"\x2c\2" + bytes(14) + b"\x3c\0" + bytes(6) + b"\x06\1" + bytes(14)
    (through,), found = read(pcap([ipv6(SEGMENT, kind=0, extensions=chain)]))
    assert through.data == ECHO
    assert found.findings == []
    assert str(through.connection) == "[fe80::]:50000 to [fe81::]:445"
    assert read(pcap([ipv6(SEGMENT, kind=58)]))[0] == []


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (ipv4(SEGMENT, fragment=0x2000), FindingKind.IP_FRAGMENT),
        (ipv4(SEGMENT, fragment=0x0010), FindingKind.IP_FRAGMENT),
        (ipv6(SEGMENT, kind=44, extensions=b"\x06\0\0\1\0\0\0\1"), FindingKind.IP_FRAGMENT),
        (ipv6(SEGMENT, kind=44, extensions=b"\x06\0\0\x08\0\0\0\1"), FindingKind.IP_FRAGMENT),
        (b"", FindingKind.BROKEN_PACKET),
        (b"\x75" + IPV4[1:], FindingKind.BROKEN_PACKET),
        (IPV4[:19], FindingKind.BROKEN_PACKET),
        (b"\x44" + IPV4[1:], FindingKind.BROKEN_PACKET),
        (IPV4[:23], FindingKind.BROKEN_PACKET),
        (IPV4[:39], FindingKind.BROKEN_PACKET),
        (IPV6[:39], FindingKind.BROKEN_PACKET),
        (ipv6(b"", kind=0, extensions=b"\6\0\0\0"), FindingKind.BROKEN_PACKET),
        (ipv6(b"", kind=0, extensions=b"\6\x09" + bytes(6)), FindingKind.BROKEN_PACKET),
        (ipv4(SEGMENT[:12] + b"\x40" + SEGMENT[13:]), FindingKind.BROKEN_PACKET),
        (ipv4(SEGMENT[:12] + b"\xf0" + SEGMENT[13:40]), FindingKind.BROKEN_PACKET),
    ],
)
def test_packets_that_cannot_be_read_are_findings(broken: bytes, kind: FindingKind) -> None:
    messages, found = read(pcap([broken]))
    assert messages == []
    assert kinds(found) == [kind]
    assert found.findings[0].frame_number == 1


def test_a_fragment_of_something_else_is_other_traffic() -> None:
    _, found = read(pcap([ipv6(SEGMENT, kind=44, extensions=b"\x11\0\0\1\0\0\0\1")]))
    assert found.findings == []


# -- TCP and frames

MANY = b"".join(frame(message(number)) for number in range(1, 7))


def numbers(messages: list[capture.CapturedMessage]) -> list[int]:
    return [one.header.message_id for one in messages if one.header and one.error is None]


@pytest.mark.parametrize("start", [1, 0xFFFFFFF0])
@pytest.mark.parametrize("size", [1, 3, 7, 50, 72, 73, 200])
def test_frames_over_segments_of_any_size(size: int, start: int) -> None:
    parts = [packet(MANY[at : at + size], (start + at) & 0xFFFFFFFF) for at in range(0, len(MANY), size)]
    messages, found = read(pcap([syn(start - 1), *parts]))
    assert numbers(messages) == [1, 2, 3, 4, 5, 6]
    assert [one.frame_number for one in messages] == [2 + (72 * n - 1) // size for n in range(1, 7)]
    assert found.findings == []
    assert numbers(read(pcap([syn(start - 1), *reversed(parts)]))[0]) == [1, 2, 3, 4, 5, 6]


def test_overlapping_segments() -> None:
    spans = [(0, 100), (50, 150), (140, 300), (20, 60), (350, 432), (280, 360), (0, 432)]
    messages, found = read(pcap([syn(), *(packet(MANY[a:b], 1 + a) for a, b in spans)]))
    assert numbers(messages) == [1, 2, 3, 4, 5, 6]
    assert found.findings == []


def test_missing_bytes_within_a_message_cost_only_that() -> None:
    messages, found = read(pcap([syn(), packet(MANY[:100], 1), packet(MANY[120:], 121)]))
    assert numbers(messages) == [1, 3, 4, 5, 6]
    assert [one.error is not None for one in messages] == [False, True, False, False, False, False]
    assert messages[1].data == message(2)[:24]
    assert kinds(found) == [FindingKind.MISSING_BYTES, FindingKind.CUT_MESSAGE]
    assert messages[1].findings == tuple(found.findings)


def test_after_missing_bytes_the_next_frame_is_looked_for() -> None:
    messages, found = read(pcap([syn(), packet(MANY[:100], 1), packet(MANY[200:202], 201), packet(MANY[202:], 203)]))
    assert numbers(messages) == [1, 4, 5, 6]
    assert kinds(found) == [FindingKind.MISSING_BYTES, FindingKind.CUT_MESSAGE, FindingKind.SKIPPED_BYTES]
    assert found.findings[2].text == "16 bytes in which no message starts are passed over"
    assert messages[2].findings == (found.findings[2],)


def test_acknowledged_bytes_are_not_waited_for_any_longer() -> None:
    seen = [packet(b"", 1, reply=True, acknowledged=433)] * ordering.PATIENCE
    late = packet(MANY[:72], 1)
    for count, expected in ((len(seen) - 1, [1, 2, 3, 4, 5, 6]), (len(seen), [2, 3, 4, 5, 6])):
        messages, _ = read(pcap([syn(), packet(MANY[72:], 73), *seen[:count], late]))
        assert numbers(messages) == expected


@pytest.mark.parametrize("limit", ["MOST_WAITING_BYTES", "MOST_WAITING_SEGMENTS"])
def test_what_waits_is_limited(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, limit, 1)
    messages, found = read(pcap([syn(), packet(MANY[144:216], 145), packet(MANY[216:288], 217), packet(MANY[:72], 1)]))
    assert numbers(messages) == [3, 4]
    assert kinds(found) == [FindingKind.MISSING_BYTES]


def test_a_start_in_the_middle() -> None:
    messages, found = read(pcap([packet(MANY[30:], 31), packet(MANY[:72], 1), packet(b"\0", 30)]))
    assert numbers(messages) == [2, 3, 4, 5, 6]
    assert kinds(found) == [FindingKind.SKIPPED_BYTES, FindingKind.BEFORE_START]
    assert read(pcap([packet(MANY, 1), packet(b"\0", 0)]))[1].findings == []  # keeps the connection alive
    assert read(pcap([packet(b"", 5, flags=4), packet(MANY, 1)]))[1].findings == []  # a reset says nothing


def test_a_sequence_number_from_elsewhere() -> None:
    messages, found = read(pcap([syn(), packet(MANY[:80], 1), packet(MANY[144:], 0x40000000), packet(b"", 0x70000000)]))
    assert numbers(messages) == [1, 3, 4, 5, 6]
    assert kinds(found) == [FindingKind.SEQUENCE_JUMP, FindingKind.CUT_MESSAGE]


def test_the_same_ports_again_are_another_connection() -> None:
    messages, _ = read(pcap([syn(), syn(), packet(MANY[:80], 1), syn(1000), packet(MANY[:72], 1001)]))
    assert [one.connection.number for one in messages] == [0, 0, 1]
    assert numbers(messages) == [1, 1]


def test_bytes_with_the_syn() -> None:
    messages, _ = read(pcap([packet(MANY[:72], 0, flags=SYN), packet(MANY[72:], 73)]))
    assert numbers(messages) == [1, 2, 3, 4, 5, 6]


def test_frames_of_the_session_service_are_no_messages() -> None:
    request = b"\x81\0\0\x44" + bytes(68) + b"\x85\0\0\0"
    data = request + FRAME + b"\x85\0\0\0" + FRAME
    for size in (1, 5, 500):
        parts = [packet(data[at : at + size], 1 + at) for at in range(0, len(data), size)]
        messages, found = read(pcap([syn(), *parts]))
        assert len(messages) == 2
        assert found.findings == []


def test_frames_that_hold_something_else() -> None:
    smb1, strange = frame(b"\xffSMB" + bytes(40)), frame(b"abcdefgh")
    data = smb1 + FRAME + strange + FRAME + frame(b"") + frame(b"xy") + FRAME + b"GET / HTTP" + FRAME + b"GET"
    for size in (1, 9, 1000):
        parts = [packet(data[at : at + size], 1 + at) for at in range(0, len(data), size)]
        messages, found = read(pcap([syn(), *parts]))
        assert [one.data for one in messages] == [ECHO] * 4
        assert {FindingKind.NOT_SMB2, FindingKind.SKIPPED_BYTES} == set(kinds(found))
        assert found.findings[0].text == "a message of SMB1 with 44 bytes is passed over"
        assert found.findings[1].text == "a frame with 8 bytes that start with 61626364 is passed over"


def test_the_end_in_a_frame_is_a_finding() -> None:
    for size in range(1, len(FRAME)):
        messages, found = read(pcap([syn(), packet(FRAME[:size], 1)]))
        assert [one.data for one in messages] == ([ECHO[: size - 4]] if size >= 8 else [])
        assert kinds(found) == [FindingKind.CUT_MESSAGE if size >= 8 else FindingKind.SKIPPED_BYTES]


# -- messages and pairs


def talk(*steps: tuple[bytes, bool]) -> bytes:
    at = {False: 1, True: 1}
    packets = [syn(), syn(reply=True)]
    for content, reply in steps:
        packets.append(packet(frame(content), at[reply], reply=reply))
        at[reply] += 4 + len(content)
    return pcap(packets)


def test_a_compound_is_given_message_by_message() -> None:
    first, second = message(1, next_command=72, body=bytes(8)), message(2)
    messages, _ = read(talk((first + second, False)))
    assert [one.data for one in messages] == [first, second]
    wrong = message(1, next_command=71, body=bytes(8))
    ((one), (rest)), _ = read(talk((first + wrong + second, False)))
    assert one.data == first
    assert rest.data == wrong + second
    assert rest.packet is None
    assert rest.header is not None
    assert (rest.error.path, rest.error.offset) == ("Header.next_command", 20) if rest.error else None
    ((one), (rest)), _ = read(talk((first + b"abc", False)))
    assert (rest.data, rest.header, rest.error and rest.error.path) == (b"abc", None, "Header.protocol_id")


def test_encrypted_messages_and_bodies_that_do_not_decode() -> None:
    (one, two), _ = read(talk((b"\xfdSMB" + bytes(60), True), (message(command=11, body=b"\1\0"), False)))
    assert one.packet is not None
    assert one.packet.header == ForeignHeader(Protocol.TRANSFORM)
    assert (one.header, one.direction) == (None, "response")
    assert (two.packet, two.direction) == (None, "request")
    assert two.error is not None
    assert two.error.path == "IoctlRequest.structure_size"


PENDING = 0x103


def test_request_interim_reply_and_final_reply() -> None:
    data = talk((message(5), False), (message(6), False), (message(5, reply=True, status=PENDING, async_id=9), True),
                (message(6, reply=True), True), (message(5, command=12, async_id=9), False),
                (message(5, reply=True, async_id=9), True), (message(5, reply=True), True))  # fmt: skip
    streamed, found = read(data)
    assert [(one.partner, one.interim) for one in streamed] == [
        (None, None), (None, None), (3, None), (4, None), (None, None), (3, 5), (None, None),
    ]  # fmt: skip
    assert [one.is_interim for one in streamed] == [False, False, True, False, False, False, False]
    assert found.findings == []
    paired = capture.pair(streamed)
    assert [(one.partner, one.interim) for one in paired[:3]] == [(8, 5), (6, None), (3, None)]
    assert capture.read_all(io.BytesIO(data)) == paired


def test_a_reply_that_was_given_before_its_request() -> None:
    request, reply = packet(frame(message(3)), 73), packet(frame(message(3, reply=True)), 1, reply=True)
    messages = capture.read_all(io.BytesIO(pcap([syn(), syn(reply=True), request, reply])))
    assert [(one.frame_number, one.partner) for one in messages] == [(3, 4), (4, 3)]
    alone = capture.read_all(io.BytesIO(talk((message(3, reply=True), True), (message(3), False))))
    assert [one.partner for one in alone] == [None, None]


def test_what_contradicts_a_pair_is_a_finding() -> None:
    data = talk((message(5), False), (message(5, reply=True, status=PENDING, async_id=9), True),
                (message(5, reply=True, command=14, session=8, async_id=10), True))  # fmt: skip
    messages, found = read(data)
    assert messages[2].partner == 3
    assert kinds(found) == [FindingKind.MISMATCH] * 3
    assert [one.text for one in found.findings] == [
        f"{Command.QUERY_DIRECTORY!s} answers {Command.ECHO!s}", "the SessionId 0x8 answers 0x7",
        "the AsyncId 0xa follows 0x9",
    ]  # fmt: skip


def test_a_message_from_the_wrong_side() -> None:
    (one, two), found = read(talk((message(5, reply=True), False), (message(6), True)))
    assert (one.direction, two.direction) == ("response", "request")
    assert [each.text for each in found.findings] == ["the client sent a reply", "the server sent a request"]


def test_the_limit_of_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "MOST_REQUESTS", 2)
    asked = [(message(number), False) for number in range(5)]
    messages, found = read(talk(*asked, (message(1, reply=True), True), (message(4, reply=True), True)))
    assert [one.partner for one in messages[-2:]] == [None, 7]
    assert kinds(found) == [FindingKind.LIMIT]
    assert [one.partner for one in capture.pair(messages)] == [None, 8, None, None, 9, 4, 7]


def test_the_limits_of_connections_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    packets = [packet(FRAME[:20], ports=(port, 445)) for port in range(50000, 50010)]
    monkeypatch.setattr(reader, "MOST_CONNECTIONS", 4)
    messages, found = read(pcap(packets))
    assert kinds(found).count(FindingKind.LIMIT) == 6
    assert [one.frame_number for one in messages] == list(range(1, 11))
    monkeypatch.undo()
    monkeypatch.setattr(reader, "MOST_HELD", 100)
    assert kinds(read(pcap(packets))[1]).count(FindingKind.LIMIT) == 5
    monkeypatch.undo()
    monkeypatch.setattr(findings, "MOST_FINDINGS", 3)
    limited = read(pcap(packets))[1]
    assert (len(limited.findings), limited.findings_left_out) == (3, 7)


def test_a_client_on_a_port_of_servers() -> None:
    opened = [syn(), packet(b"", 0, reply=True, flags=SYN | ACK), packet(FRAME, 1)]
    assert read(pcap(opened[1:]))[0][0].connection.server.port == 445
    (one,), _ = read(pcap([packet(FRAME, ports=(139, 445))]))
    assert (one.connection.client.port, one.connection.server.port) == (139, 445)


def test_after_a_strange_frame_zeros_are_no_frames() -> None:
    messages, found = read(pcap([syn(), packet(frame(b"abcdefgh") + bytes(400) + FRAME)]))
    assert [one.data for one in messages] == [ECHO]
    assert kinds(found) == [FindingKind.NOT_SMB2, FindingKind.SKIPPED_BYTES]


def test_a_file_that_is_cut_still_gives_the_start_of_a_message() -> None:
    messages, error = read_until_error(pcap([syn(), packet(FRAME[:50])]) + b"cut")
    assert [one.data for one in messages] == [ECHO[:46]]
    assert error == "the capture is cut short in the header of packet 3"
