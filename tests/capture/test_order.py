"""Messages come in the order of their packets, though bytes before some of them come late, or never."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from capture.making import DATA, SERVER_PORT, frame, message, packet, pcap, syn
from smb2ioctl_codec import capture
from smb2ioctl_codec.capture import order

LOSSY = DATA / "captures" / "smbt_ioctl_plain.pcap.gz"
OTHER = 50001


def numbers(data: bytes | Path) -> list[int]:
    source = io.BytesIO(data) if isinstance(data, bytes) else data
    return [one.frame_number for one in capture.read(source)]


def other(number: int, place: int) -> bytes:
    """A packet of another connection, with one message of 68 bytes and its frame."""
    return packet(frame(message(number)), place, ports=(OTHER, SERVER_PORT))


def one_waits(later: int) -> bytes:
    """A connection that loses its first message, its second, and `later` messages of another one."""
    waiting = packet(frame(message(2)), 73)
    return pcap([syn(), waiting, *(other(number, 1 + 72 * number) for number in range(later))])


def test_a_recorded_capture_with_losses() -> None:
    found = numbers(LOSSY)
    assert found == sorted(found)
    assert len(found) > 2000
    packets = [[one.frame_number for one in each] for each in capture.read(LOSSY).packets()]
    assert [each[0] for each in packets] == sorted({*found})
    assert all(len({*each}) == 1 for each in packets)


def test_nothing_is_given_twice_or_lost() -> None:
    assert numbers(one_waits(20)) == list(range(2, 23))


def test_bytes_that_do_not_come_are_taken_for_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "MOST_PACKETS", 5)
    given: list[int] = []
    reader = capture.read(io.BytesIO(one_waits(20)))
    for one in reader:
        given.append(one.frame_number)
        if one.frame_number == 3:
            break
    # the first is given as soon as it is clear that it has waited too long, and not at the end
    assert given == [2, 3]
    assert [finding.frame_number for finding in reader.findings] == [2]
    assert [one.frame_number for one in reader] == list(range(4, 23))


@pytest.mark.parametrize("limit", [("MOST_MESSAGES", 4), ("MOST_BYTES", 300)])
def test_not_too_many_are_kept_back(limit: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, *limit)
    found = numbers(one_waits(20))
    assert sorted(found) == list(range(2, 23))
    assert found != sorted(found)
    assert found[-1] == 22
