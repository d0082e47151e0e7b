"""A small pcapng file that is cut, or in which a byte is another: messages, or one error."""

from __future__ import annotations

import io

from capture.making import block, enhanced, interface, read_until_error, section
from capture.talking import IOCTL, ioctl, opening, packets_of, say
from smb2ioctl_codec import capture

PACKETS = packets_of([*opening()[4:], (say(5, IOCTL, ioctl()), False)])


def blocks(order: str) -> list[bytes]:
    """Every kind of block that is read, and one that is not."""
    options = [(2, b"eth0"), (9, b"\x09"), (14, bytes(8)), (0, b"")]
    first, *rest = [enhanced(one, 10**18 + n, order=order) for n, one in enumerate(PACKETS)]
    return [section(order, more=b"\2\0\4\0host"), interface(order=order, options=options), first,
            block(5, b"statistics", order), *rest]  # fmt: skip


def test_cut_at_every_length() -> None:
    for order in "<>":
        whole = blocks(order)
        data = b"".join(whole)
        expected = capture.read_all(io.BytesIO(data))
        assert len(expected) == 5
        ends = {sum(map(len, whole[:n])) for n in range(len(whole) + 1)}
        for size in range(1, len(data)):
            messages, error = read_until_error(data[:size])
            assert [one.data for one in messages] == [one.data for one in expected[: len(messages)]]
            complete = sum(end <= size for end in ends) - 1
            assert len(messages) == max(0, complete - 5)  # section, interface, two SYN, statistics come before
            assert (error is None) == (size in ends)


def test_every_byte_changed_once() -> None:
    for order in "<>":
        data = b"".join(blocks(order))
        errors = set()
        for place in range(len(data)):
            for mask in (0x01, 0x80, 0xFF):
                changed = bytearray(data)
                changed[place] ^= mask
                messages, error = read_until_error(bytes(changed))
                assert messages or error
                assert len(messages) <= 6  # another NextCommand may make two of one
                errors.add(error is not None)
        assert errors == {True, False}


def test_no_length_of_a_block_takes_memory() -> None:
    data = b"".join(blocks("<"))
    places = [0]
    for one in blocks("<"):
        places.append(places[-1] + len(one))
    for place in places[:-1]:
        for size in (0, 4, 8, 12, 16, 20, 28, 32, 0x7FFFFFFC, 0xFFFFFFFC, 0xFFFFFFFF):
            changed = data[: place + 4] + size.to_bytes(4, "little") + data[place + 8 :]
            messages, error = read_until_error(changed)
            assert error is not None or changed == data
            assert len(messages) < 5
