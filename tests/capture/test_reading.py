"""How reading is asked for: some commands only, packet by packet, with progress."""

from __future__ import annotations

import gc
import gzip
import io
from pathlib import Path

import pytest

from capture.making import ACK, DATA, frame, message, packet, pcap, recorded, records, syn
from capture.talking import (
    CLOSE,
    CREATE,
    ERROR,
    IOCTL,
    READ,
    compound,
    ioctl,
    ioctl_reply,
    opening,
    packets_of,
    say,
    talk,
)  # fmt: skip
from smb2ioctl_codec import Command, capture
from smb2ioctl_codec.capture import reader as reader_module
from smb2ioctl_codec.capture.conversation import Conversation
from smb2ioctl_codec.capture.tcp import FIN

NAMES = ("net_rpc_user.pcap", "smbt_compound.pcap", "smbt_set_sparse.pcap")


@pytest.mark.parametrize("commands", [[11], {Command.IOCTL, 5}, (1, 3), range(20), [], frozenset([13])])
@pytest.mark.parametrize("name", NAMES)
def test_messages_of_some_commands_are_the_same(name: str, commands: list[int]) -> None:
    path = DATA / "captures" / name
    every = [one for one in capture.read(path) if one.command in commands]
    some = list(capture.read(path, commands=commands))
    assert some == every
    assert capture.read_all(path, commands=commands) == [
        one for one in capture.read_all(path) if one.command in commands
    ]  # fmt: skip


def test_messages_without_a_header_have_no_command() -> None:
    data = talk((b"\xfdSMB" + bytes(60), False), (b"\xfeSMB" + bytes(70), False), (say(1, IOCTL, ioctl()), False))
    assert [one.command for one in capture.read(io.BytesIO(data))] == [None, None, Command.IOCTL]
    assert [one.command for one in capture.read(io.BytesIO(data), commands=[IOCTL])] == [Command.IOCTL]


def test_findings_of_messages_that_are_left_out_stay_with_the_capture() -> None:
    lost = [packet(frame(message(number)), 1 + 72 * number) for number in (0, 2, 4)]
    last = packet(frame(say(5, IOCTL, ioctl())), 1 + 72 * 5)
    reader = capture.read(io.BytesIO(pcap([syn(), *lost, last])), commands=[IOCTL])
    (one,) = reader
    assert one.findings == ()
    assert [each.kind for each in reader.findings] == [capture.FindingKind.MISSING_BYTES] * 2


@pytest.mark.parametrize("name", NAMES)
def test_packets_are_lists_of_the_messages_that_end_in_one(name: str) -> None:
    path = DATA / "captures" / name
    messages = list(capture.read(path))
    lists = list(capture.read(path).packets())
    assert [one for each in lists for one in each] == messages
    assert all(len({one.frame_number for one in each}) == 1 for each in lists)
    assert len({each[0].frame_number for each in lists}) == len(lists)
    with_ioctl = [each for each in lists if any(one.command == Command.IOCTL for one in each)]
    assert list(capture.read(path, commands=[IOCTL]).packets()) == with_ioctl


def test_a_compound_comes_whole() -> None:
    chain = compound(say(5, CREATE, b""), say(6, IOCTL, ioctl(), related=True), say(7, CLOSE, b"", related=True))
    data = talk((chain, False), (say(8, CLOSE, b""), False), (say(9, IOCTL, ioctl()), False))
    lists = list(capture.read(io.BytesIO(data), commands=[IOCTL]).packets())
    assert [[one.command for one in each] for each in lists] == [
        [Command.CREATE, Command.IOCTL, Command.CLOSE], [Command.IOCTL],
    ]  # fmt: skip


def test_messages_that_waited_for_one_packet_are_in_lists_of_their_own() -> None:
    parts = [packet(frame(message(number)), 1 + 72 * number) for number in range(4)]
    data = pcap([syn(), parts[2], parts[1] + b"", packet(frame(message(0)) + frame(message(1))[:9], 1), parts[3]])
    lists = list(capture.read(io.BytesIO(data)).packets())
    assert [[(one.frame_number, one.message_id) for one in each] for each in lists] == [
        [(4, 0)], [(3, 1)], [(2, 2)], [(5, 3)],
    ]  # fmt: skip


def test_messages_and_packets_in_turn() -> None:
    other = [(say(number, CLOSE, b""), False) for number in range(20, 23)]
    mine = [(say(number, IOCTL, ioctl()), False) for number in range(5)]
    data = talk(mine[0], other[0], mine[1], (compound(other[1][0], mine[2][0]), False), other[2], mine[3], mine[4])
    reader = capture.read(io.BytesIO(data), commands=[IOCTL])
    assert next(reader).message_id == 0
    packets = reader.packets()
    assert [one.message_id for one in next(packets)] == [1]
    assert next(reader).message_id == 2  # without the CLOSE of its compound
    assert next(iter(reader)).message_id == 3
    assert [one.message_id for one in next(packets)] == [4]
    assert list(packets) == list(reader) == []


def test_messages_in_the_middle_of_a_packet_that_others_waited_for() -> None:
    parts = [frame(compound(say(2 * n, CLOSE, b""), say(2 * n + 1, IOCTL, ioctl()))) for n in range(3)]
    at = [1 + sum(map(len, parts[:n])) for n in range(3)]
    data = pcap([syn(), packet(parts[2], at[2]), packet(parts[1], at[1]), packet(parts[0], at[0])])
    reader = capture.read(io.BytesIO(data), commands=[IOCTL])
    packets = reader.packets()
    assert [one.message_id for one in next(packets)] == [0, 1]
    assert next(reader).message_id == 3
    assert [one.message_id for one in next(packets)] == [4, 5]


def test_an_error_comes_after_all_packets_before_it() -> None:
    packets = capture.read(io.BytesIO(talk(*opening())[:-1])).packets()
    assert [len(next(packets)) for _ in range(7)] == [1] * 7
    with pytest.raises(capture.CaptureError, match="cut short"):
        next(packets)


@pytest.mark.parametrize("packed", [False, True])
def test_the_position_in_the_file(packed: bool, tmp_path: Path) -> None:
    data = talk(*((say(number, IOCTL, ioctl()), False) for number in range(3000)))
    if packed:
        data = gzip.compress(data, 1)
    path = tmp_path / "capture"
    path.write_bytes(data)
    with capture.read(path) as reader:
        assert reader.position == 0
        positions = [reader.position for _ in reader]
    assert positions == sorted(positions)
    assert len(set(positions)) > 1 or packed
    assert positions[-1] == reader.position == len(data)


def test_closing_ends_messages_and_packets() -> None:
    reader = capture.read(DATA / "captures" / NAMES[0])
    packets = reader.packets()
    assert len(next(packets)) == 1
    reader.close()
    assert list(packets) == list(reader) == []


def test_an_empty_collection_gives_nothing_but_findings() -> None:
    packets = [one[:80] for one in records(recorded(NAMES[2]))]
    reader = capture.read(io.BytesIO(pcap(packets, 1)), commands=[])
    assert list(reader.packets()) == []
    assert reader.findings
    assert len(ERROR) == 9


def test_connections_that_made_way_are_gone_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "MOST_CONNECTIONS", 4)
    packets = [one for port in range(50001, 50101) for one in packets_of(opening(), port=port)]
    reader = capture.read(io.BytesIO(pcap(packets)))
    gc.collect()
    gc.disable()
    try:
        messages = list(reader)
        alive = sum(type(one) is Conversation for one in gc.get_objects())
    finally:
        gc.enable()
    assert len(messages) == 100 * len(opening())
    assert alive <= 4 + 1
    assert [one.text for one in reader.findings] == [
        "more than 4 connections: what the oldest of them go on with counts as new ones"
    ]


def test_connections_that_are_closed_make_way_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "MOST_CONNECTIONS", 4)
    packets = []
    for port in range(50001, 50011):
        packets += [*packets_of([(message(1), False)], port=port), packet(b"", 73, flags=FIN | ACK, ports=(port, 445))]
    reader = capture.read(io.BytesIO(pcap(packets)))
    assert len(list(reader)) == 10
    assert reader.findings == []


def test_messages_of_a_list_have_their_requests() -> None:
    replies = compound(say(1, READ, bytes(16), reply=True), say(2, IOCTL, ioctl_reply(), reply=True))
    data = talk((say(1, READ, bytes(48)), False), (say(2, IOCTL, ioctl()), False), (replies, True))
    (_asked, answers) = capture.read(io.BytesIO(data), commands=[IOCTL]).packets()
    # the request of the other command was alone in its packet, and nobody looks at those
    assert [(one.command, one.partner) for one in answers] == [(Command.READ, None), (Command.IOCTL, 4)]
    both = compound(say(1, READ, bytes(48)), say(2, IOCTL, ioctl()))
    (_asked, answers) = capture.read(io.BytesIO(talk((both, False), (replies, True))), commands=[IOCTL]).packets()
    assert [(one.command, one.partner) for one in answers] == [(Command.READ, 3), (Command.IOCTL, 3)]


def test_context_can_be_left_out() -> None:
    path = DATA / "captures" / "net_rpc_user.pcap"
    known, unknown = (list(capture.read(path, commands=[IOCTL], context=each)) for each in (True, False))
    assert [one.data for one in known] == [one.data for one in unknown]
    assert all(one.share and one.user and one.file for one in known)
    assert not any(one.share or one.user or one.file for one in unknown)
    assert [one.partner for one in known] == [one.partner for one in unknown]


def test_what_waits_on_both_sides_for_one_loss_is_given_in_the_order_of_the_capture() -> None:
    steps = []
    for number in range(40):
        steps += [(say(number, IOCTL, ioctl()), False), (say(number, IOCTL, ioctl_reply(), reply=True), True)]
    packets = packets_of(steps)
    messages = list(capture.read(io.BytesIO(pcap(packets[:6] + packets[8:]))))
    frames = [one.frame_number for one in messages]
    assert frames == sorted(frames)
    assert len(frames) == 78
    assert [one.partner for one in messages[1::2]] == frames[::2]
