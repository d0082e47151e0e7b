"""`CapturedMessage`: decoded on demand, and otherwise a value like any other."""

from __future__ import annotations

import copy
import io
import pickle
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from capture.making import message, read
from capture.talking import ERROR, IOCTL, ioctl, ioctl_reply, opening, say, talk
from smb2ioctl_codec import Command, CtlCode, Packet, capture
from smb2ioctl_codec.capture import message as module

BROKEN = say(6, IOCTL, b"\1\0" + ioctl()[2:])
STEPS = [*opening(), (say(5, IOCTL, ioctl()), False), (say(5, IOCTL, ioctl_reply(), reply=True), True), (BROKEN, False),
         (b"\xfdSMB" + bytes(60), True), (b"\xfeSMB" + bytes(70), False)]  # fmt: skip


def messages() -> list[capture.CapturedMessage]:
    return read(talk(*STEPS))[0]


def test_nothing_is_decoded_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[bytes] = []

    class Counting:
        @staticmethod
        def decode(data: bytes) -> Packet:
            decoded.append(data)
            return Packet.decode(data)

    monkeypatch.setattr(module, "Packet", Counting)
    read_ones = capture.read_all(io.BytesIO(talk(*STEPS)))
    for one in read_ones:
        assert (one.command is None) == (one.message_id is None)
        assert one.share is None or one.user is not None
        assert one.is_interim is False
        assert one.ctl_code in (None, CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY)
    assert decoded == []
    one = read_ones[8]
    assert one.packet is one.packet
    assert one.header is one.packet.header if one.packet else False
    assert one.error is None
    assert decoded == [one.data]


def test_what_is_seen_at_a_glance_is_what_decoding_gives() -> None:
    for one in messages():
        header = one.header
        assert one.command == (header.command if header else None)
        assert one.message_id == (header.message_id if header else None)
        if one.packet is not None and hasattr(one.packet.body, "ctl_code"):
            assert one.ctl_code == one.packet.body.ctl_code
    assert [one.ctl_code is not None for one in messages()[8:]] == [True, True, False, False, False]


def test_the_code_of_a_request_whose_rest_does_not_decode() -> None:
    short = say(5, IOCTL, ioctl()[:8])
    none = say(6, IOCTL, ioctl()[:7])
    error = say(5, IOCTL, ERROR, reply=True, status=0xC0000010)
    reply = say(6, IOCTL, ioctl(), reply=True)  # has the size of a request
    given, _ = read(talk((short, False), (none, False), (error, True), (reply, True)))
    assert [one.ctl_code for one in given] == [CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY, None, None, None]
    assert [one.error is None for one in given] == [False, False, True, False]


def test_the_error_stays_the_same() -> None:
    one = messages()[10]
    assert one.error is one.error
    assert str(one.error) == "IoctlRequest.structure_size at offset 64: 0x1 where only 0x39 is valid"


def test_messages_are_equal_by_what_they_say() -> None:
    ones, others = messages(), messages()
    assert ones == others
    assert ones[8].packet is not None
    assert ones == others
    assert [hash(one) for one in ones] == [hash(one) for one in others]
    assert len({*ones, *others}) == len(ones)
    assert ones[8] != ones[9]
    assert ones[8] != 5
    paired = capture.pair(ones)
    assert [one == two for one, two in zip(ones, paired, strict=True)] == [
        one.direction == "response" or one.message_id is None or one.data == BROKEN for one in ones
    ]  # fmt: skip
    assert paired[8].packet is ones[8].packet


def test_a_message_does_not_change() -> None:
    one: Any = messages()[0]
    for name in ("frame_number", "data", "_contents", "other"):
        with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
            setattr(one, name, 5)
        with pytest.raises(FrozenInstanceError, match=f"cannot delete field '{name}'"):
            delattr(one, name)
    with pytest.raises(AttributeError):
        one.packet = None
    assert one.packet is not None


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_and_copy(protocol: int) -> None:
    for one in messages():
        for again in (pickle.loads(pickle.dumps(one, protocol)), copy.copy(one), copy.deepcopy(one)):
            assert again == one
            assert (again.command, again.message_id, again.packet) == (one.command, one.message_id, one.packet)
            assert str(again.error) == str(one.error)


def test_the_representation_says_all_but_the_bytes() -> None:
    (one,), _ = read(talk((message(5), False)))
    text = repr(one)
    assert text.startswith("CapturedMessage(frame_number=3, time_ns=1700000000123457000, connection=Connection(")
    assert "direction='request', partner=None, interim=None, time_since_request=None, findings=()" in text
    assert "share=None, user=None, file=None, header=Header(command=Command.ECHO" in text
    assert text.endswith("error=None)")
    assert one.command is Command.ECHO
