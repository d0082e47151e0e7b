"""The fast lane gives what the general way gives: everything once with it and once without."""

from __future__ import annotations

import io
import random
import struct

import pytest

from capture.making import (
    ACK,
    CLIENT_PORT,
    SERVER_PORT,
    SYN,
    enhanced,
    frame,
    interface,
    ipv4,
    ipv6,
    message,
    packet,
    pcap,
    recorded,
    records,
    section,
    syn,
    tcp,
)  # fmt: skip
from capture.talking import ERROR, IOCTL, READ, WHATEVER, compound, ioctl, ioctl_reply, opening, packets_of, say
from smb2ioctl_codec import capture
from smb2ioctl_codec.capture import fast
from smb2ioctl_codec.capture.conversation import Side
from smb2ioctl_codec.capture.delivery import Delivery
from smb2ioctl_codec.capture.pcap import RawPacket

NAMES = ("net_rpc_user.pcap", "smbt_compound.pcap", "smbt_set_sparse.pcap")
ETHERNET = 1

Seen = tuple[list[capture.CapturedMessage], list[str], list[capture.Finding], int, str | None]


def seen(data: bytes, commands: tuple[int, ...] | None = None) -> Seen:
    """All that reading gives: messages, findings, and what it says at the end."""
    messages = []
    reader = capture.read(io.BytesIO(data), commands=commands)
    error = None
    try:
        for one in reader:
            messages.append(one)  # noqa: PERF402 - what came before the error counts
    except capture.CaptureError as wrong:
        error = str(wrong)
    errors = [str(one.error) for one in messages]
    return messages, errors, reader.findings, reader.findings_left_out, error


class Both:
    """Reads in both ways. `taken` counts the packets of the fast lane, `all` those that it was offered."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.taken = self.all = 0
        self._patch = patch
        self._take = fast.take

    def read(self, data: bytes, commands: tuple[int, ...] | None = None) -> Seen:
        self._patch.setattr(fast, "take", self._counted)
        quick = seen(data, commands)
        self._patch.setattr(fast, "take", lambda *_: None)
        assert quick == seen(data, commands)
        return quick

    def _counted(self, packet: RawPacket, flows: dict[bytes, Side], delivery: Delivery) -> Side | None:
        side = self._take(packet, flows, delivery)
        self.all += 1
        self.taken += side is not None
        return side


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Both:
    return Both(monkeypatch)


@pytest.mark.parametrize("commands", [None, (11,), (5, 6), ()])
@pytest.mark.parametrize("name", NAMES)
def test_recorded_captures(name: str, commands: tuple[int, ...] | None, both: Both) -> None:
    messages, *_ = both.read(recorded(name), commands)
    assert bool(messages) == (commands != ())
    assert both.taken > both.all * 0.7


MESSAGES = [message(number, reply=number % 5 == 0, command=number % 12) for number in range(1, 12)]


@pytest.mark.parametrize(
    ("link", "before", "taken"),
    [
        (1, bytes(12) + b"\x08\x00", True), (1, bytes(12) + b"\x81\x00\x00\x05\x08\x00", False),
        (113, bytes(14) + b"\x08\x00", True), (276, b"\x08\x00" + bytes(18), True), (101, b"", True), (12, b"", True),
        (14, b"", True), (228, b"", True), (0, b"\2\0\0\0", False), (147, b"", False), (1, bytes(14), False),
    ],
)  # fmt: skip
def test_link_layers(link: int, before: bytes, taken: bool, both: Both) -> None:
    for over in (ipv4, ipv6):
        head = before.replace(b"\x08\x00", b"\x86\xdd") if over is ipv6 else before
        data, at = [], 1
        for one in MESSAGES:
            data.append(head + over(tcp(frame(one), at)) + b"trailer")
            at += 4 + len(one)
        messages, *_ = both.read(pcap(data, link))
        assert len(messages) == (len(MESSAGES) if link != 147 and any(before or b"\1") else 0)
        assert (both.taken > 0) == taken
        cut = [one[: len(one) - 9] for one in data]
        both.read(pcap(cut, link))


ECHO = frame(message(3))


@pytest.mark.parametrize(
    "odd",
    [
        ipv4(tcp(ECHO, 73), options=b"\1" * 4), ipv4(tcp(ECHO, 73, options=b"\1" * 12)), ipv4(tcp(ECHO, 73), total=0),
        ipv4(tcp(ECHO, 73), fragment=0x2000), ipv4(tcp(ECHO, 73), fragment=0x4000), ipv4(tcp(ECHO, 73), protocol=17),
        ipv4(tcp(ECHO, 73)[:12] + b"\x40" + tcp(ECHO, 73)[13:]),
        ipv4(tcp(ECHO, 73)[:12] + b"\xf0" + tcp(ECHO, 73)[13:]),
        ipv4(tcp(ECHO, 73), total=41), ipv4(tcp(ECHO, 73), total=39), ipv4(tcp(ECHO, 73), total=500),
        ipv4(tcp(ECHO, 73))[:60], ipv4(tcp(ECHO, 73))[:39], ipv4(b""), b"\x46" + ipv4(tcp(ECHO, 73))[1:],
        packet(ECHO, 73, flags=SYN | ACK), packet(ECHO, 73, flags=1), packet(ECHO, 73, flags=4), packet(b"", 73),
        packet(ECHO, 1), packet(ECHO, 74), packet(ECHO, 40), packet(ECHO, 72 + (1 << 28)),
        packet(ECHO, 73, ports=(SERVER_PORT, CLIENT_PORT)), packet(ECHO, 73, ports=(CLIENT_PORT, 80)),
        packet(ECHO + ECHO, 73), packet(ECHO[:-1], 73), packet(ECHO + b"\0", 73), packet(ECHO + b"GET", 73),
        packet(frame(b""), 73), packet(b"\x85\0\0\0", 73), packet(frame(message(3)[:63]), 73), packet(b"\0\0\0", 73),
        packet(frame(b"\xfdSMB" + bytes(70)), 73), packet(frame(b"\xfeSMB\x41" + bytes(70)), 73),
        packet(frame(b"\xffSMB" + bytes(70)), 73), packet(b"\1" + ECHO[1:], 73), packet(b"\0\1" + ECHO[2:], 73),
        packet(frame(message(3, next_command=68)), 73), packet(frame(message(3, next_command=64)), 73),
        packet(frame(message(3, next_command=9)), 73), packet(frame(message(3, reply=True)), 73),
        packet(frame(say(3, IOCTL, ioctl(WHATEVER), related=True)), 73), packet(frame(say(3, IOCTL, b"")), 73),
        packet(frame(compound(say(3, IOCTL, ioctl()), say(4, READ, b""))), 73),
    ],
)  # fmt: skip
def test_packets_that_are_like_those_of_the_fast_lane(odd: bytes, both: Both) -> None:
    before = [syn(), syn(reply=True), packet(frame(message(2)), 1)]
    after = [packet(frame(message(2, reply=True)), 1, reply=True, acknowledged=145), packet(frame(message(4)), 145)]
    for commands in (None, (11,)):
        both.read(pcap([*before, odd, *after]), commands)
        both.read(pcap([odd, *before, odd, odd, *after]), commands)
        both.read(pcap([*before, odd, *after] + after * 20), commands)


def test_connections_of_which_the_start_is_missing(both: Both) -> None:
    many = b"".join(frame(one) for one in MESSAGES)
    for cut in (0, 1, 4, 30, 72, 80):
        for size in (60, 72, 144, 150):
            parts = [packet(many[at : at + size], at) for at in range(cut, len(many), size)]
            both.read(pcap(parts))
            both.read(pcap(parts[1:]))
            both.read(pcap([syn(), *parts]))
    assert both.taken


def test_sequence_numbers_that_start_again_at_zero(both: Both) -> None:
    start = (1 << 32) - 100
    parts = [packet(frame(one), (start + 72 * at) & 0xFFFFFFFF) for at, one in enumerate(MESSAGES)]
    messages, _errors, findings, *_ = both.read(pcap([syn(start - 1), *parts]))
    assert [one.data for one in messages] == MESSAGES
    assert {one.kind for one in findings} == {capture.FindingKind.WRONG_SIDE}
    assert both.taken == len(MESSAGES)


def test_context_pairs_and_sides(both: Both) -> None:
    steps = [*opening(), (say(5, IOCTL, ioctl()), False), (say(6, IOCTL, ioctl()), False),
             (say(6, IOCTL, ERROR, reply=True, status=0x103, async_id=9), True),
             (say(5, IOCTL, ioctl_reply(), reply=True), True), (say(6, READ, ERROR, reply=True, async_id=8), True),
             (say(7, IOCTL, ioctl_reply(), reply=True), False), (say(7, IOCTL, ioctl()), True)]  # fmt: skip
    messages, _errors, findings, *_ = both.read(pcap(packets_of(steps)))
    assert len(messages) == len(steps)
    assert {one.kind for one in findings} == {capture.FindingKind.MISMATCH, capture.FindingKind.WRONG_SIDE}
    assert both.taken == len(steps)


@pytest.mark.parametrize("name", NAMES)
def test_packets_lost_doubled_moved_and_cut(name: str, both: Both) -> None:
    packets = records(recorded(name))
    rng = random.Random(name)
    for round_ in range(15):
        mixed = list(packets)
        for _ in range(round_):
            place = rng.randrange(len(mixed) - 3)
            done = rng.randrange(5)
            if done == 0:
                del mixed[place]
            elif done == 1:
                mixed.insert(rng.randrange(len(mixed)), mixed[place])
            elif done == 2:
                mixed[place : place + 3] = rng.sample(mixed[place : place + 3], 3)
            elif done == 3:
                mixed[place] = mixed[place][: rng.randrange(len(mixed[place]))]
            else:
                wrong = bytearray(mixed[place])
                wrong[rng.randrange(len(wrong))] ^= 1 << rng.randrange(8)
                mixed[place] = bytes(wrong)
        for commands in (None, (11,)):
            both.read(pcap(mixed, ETHERNET), commands)
    assert both.taken > both.all / 4


def test_every_byte_of_the_headers_changed_once(both: Both) -> None:
    packets = packets_of(
        [*opening(), (say(5, IOCTL, ioctl()), False), (say(5, IOCTL, ioctl_reply(), reply=True), True)]
    )
    for place in (1, 4, 8, 10, 11):
        for at in range(min(len(packets[place]), 130)):
            for mask in (1, 4, 0x40, 0xFF):
                wrong = bytearray(packets[place])
                wrong[at] ^= mask
                both.read(pcap([*packets[:place], bytes(wrong), *packets[place + 1 :]]))


def test_pcapng_without_times(both: Both) -> None:
    packets = packets_of(opening())
    blocks = [struct.pack("<IIII", 3, 16 + len(one) + -len(one) % 4, len(one), 0)[:12] + one + bytes(-len(one) % 4)
              + struct.pack("<I", 16 + len(one) + -len(one) % 4) for one in packets]  # fmt: skip
    messages, *_ = both.read(section() + interface() + b"".join(blocks))
    assert [one.time_since_request for one in messages] == [None] * 8
    assert [one.partner for one in messages] == [None, 3, None, 5, None, 7, None, 9]
    messages, *_ = both.read(section() + interface() + b"".join(enhanced(one, 7) for one in packets))
    assert [one.time_since_request for one in messages] == [None, 0] * 4
