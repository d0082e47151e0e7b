"""Real captures: what tshark lists of them, and the same after all that a network, a disk or an attacker may do."""

from __future__ import annotations

import gzip
import io
import random
from pathlib import Path

import pytest

from capture.making import DATA, facts, facts_of, pcap, read, read_until_error, recorded, records
from smb2ioctl_codec import Command, IoctlRequest, IoctlResponse, Packet, capture

NAMES = ("net_rpc_user.pcap", "smbt_compound.pcap", "smbt_set_sparse.pcap")
SMALL = "smbt_set_sparse.pcap"
ETHERNET = 1


@pytest.mark.parametrize("name", NAMES)
def test_the_messages_are_those_that_tshark_lists(name: str) -> None:
    messages, reader = read(recorded(name))
    assert facts_of(messages) == facts(name)
    assert reader.findings == []
    assert all(one.findings == () and one.error is None and isinstance(one.packet, Packet) for one in messages)


def test_a_path_and_gzip_give_the_same(tmp_path: Path) -> None:
    plain = capture.read_all(DATA / "captures" / SMALL)
    packed = tmp_path / "packed.pcap.gz"
    packed.write_bytes(gzip.compress(recorded(SMALL)))
    assert capture.read_all(str(packed)) == plain
    assert facts_of(plain) == facts(SMALL)


def test_every_reply_has_its_request_and_the_other_way_round() -> None:
    messages = capture.read_all(io.BytesIO(recorded("smbt_compound.pcap")))
    for one in messages:
        assert one.header is not None
        if one.header.command == Command.CANCEL or one.header.message_id == (1 << 64) - 1 or one.partner is None:
            continue
        partners = [
            other for other in messages
            if other.frame_number == one.partner and other.connection == one.connection
            and other.header is not None and other.header.message_id == one.header.message_id
        ]  # fmt: skip
        assert len(partners) == 1
        assert partners[0].direction != one.direction
        assert partners[0].is_interim is False
    alone = [
        one.header.message_id for one in messages if one.header and one.direction == "response" and not one.partner
    ]
    assert alone == [(1 << 64) - 1]  # the break of an oplock


def test_ioctl_messages_are_decoded() -> None:
    messages, _ = read(recorded(SMALL))
    bodies = [one.packet.body for one in messages if one.packet is not None]
    assert [type(body) for body in bodies if not isinstance(body, bytes)] == [IoctlRequest, IoctlResponse]


def test_order_repetition_and_overlap_change_no_message() -> None:
    packets = records(recorded("net_rpc_user.pcap"))
    expected = [one.data for one in read(pcap(packets, ETHERNET))[0]]
    rng = random.Random(1)
    for _ in range(20):
        mixed = list(packets)
        for place in range(2, len(mixed) - 3, 3):
            if rng.random() < 0.5:
                mixed[place : place + 3] = rng.sample(mixed[place : place + 3], 3)
            if rng.random() < 0.3:
                mixed.insert(place + 2, mixed[place])
        got = [one.data for one in read(pcap(mixed, ETHERNET))[0]]
        assert sorted(got) == sorted(expected)


@pytest.mark.parametrize("name", NAMES)
def test_a_packet_that_is_missing_costs_only_its_own_messages(name: str) -> None:
    packets = records(recorded(name))
    expected = facts(name)
    rng = random.Random(2)
    for lost in rng.sample(range(len(packets)), 20):
        messages, reader = read(pcap(packets[:lost] + packets[lost + 1 :], ETHERNET))
        left = [(n if n <= lost else n - 1, *rest) for n, *rest in expected if n != lost + 1]
        assert sorted(facts_of(one for one in messages if one.error is None)) == sorted(left)
        kinds = {one.kind for one in reader.findings}
        assert kinds <= {capture.FindingKind.MISSING_BYTES}


def test_a_file_cut_anywhere_gives_what_came_before() -> None:
    data = recorded(SMALL)
    expected = facts(SMALL)
    ends = {24}
    for one in records(data):
        ends.add(max(ends) + 16 + len(one))
    for size in range(len(data)):
        messages, error = read_until_error(data[:size])
        assert facts_of(messages) == expected[: len(messages)]
        whole = sum(end <= size for end in ends) - 1
        assert len(messages) == sum(frame <= whole for frame, *_ in expected)
        assert (error is None) == (size in ends)
    with pytest.raises(capture.CaptureError, match="cut short in packet") as caught:
        capture.read_all(io.BytesIO(data[:-1]))
    assert facts_of(caught.value.messages) == expected
    assert caught.value.messages[0].partner is not None


def test_gzip_cut_or_damaged_anywhere_is_one_error() -> None:
    data = gzip.compress(recorded(SMALL), mtime=0)
    for size in range(2, len(data)):
        _messages, error = read_until_error(data[:size])
        assert error is not None
    for place in range(len(data)):
        read_until_error(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])


def test_every_byte_changed_once_gives_messages_or_one_error() -> None:
    data = recorded(SMALL)
    for place in range(len(data)):
        for mask in (0xFF, 0x01):
            changed = bytearray(data)
            changed[place] ^= mask
            messages, error = read_until_error(bytes(changed))
            assert messages or error
