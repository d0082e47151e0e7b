"""The promise of round trips: what is encoded decodes to the same value, what is decoded encodes to the same bytes."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, fields, replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from values import (
    CHAINS,
    DECODERS,
    EXAMPLES,
    MESSAGES,
    any_packet,
    any_referral_request,
    any_snapshot_array,
    any_value,
)

import smb2ioctl_codec as s2
from smb2ioctl_codec.rules import WIRE

#: Every class whose values encode, but `Reply`, which nothing decodes.
VALUES = [value for value in EXAMPLES if not isinstance(value, s2.server.Reply)]


def again(value: Any) -> Any:
    """Give what the value's bytes decode to."""
    data = value.encode()
    return s2.IoctlRequest.decode(data, WIRE) if isinstance(value, s2.IoctlRequest) else type(value).decode(data)


def is_encodable(value: Any) -> bool:
    """Whether the value gives bytes."""
    try:
        value.encode()
    except s2.EncodeError:
        return False
    return True


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_examples_come_back(value: Any) -> None:
    assert again(value) == value
    assert again(value).encode() == value.encode()


@settings(max_examples=1500)
@given(any_value)
def test_every_value_that_encodes_comes_back(value: Any) -> None:
    """What cannot be read again is never written."""
    assume(is_encodable(value))
    assert again(value) == value


@settings(max_examples=500)
@given(any_packet)
def test_every_packet_that_encodes_comes_back(packet: s2.Packet) -> None:
    assume(is_encodable(packet))
    assert again(packet) == packet
    assert s2.decode_chain(packet.encode()) == (packet,)


@pytest.mark.parametrize("name", DECODERS)
def test_valid_bytes_come_back(name: str) -> None:
    decode, seeds = DECODERS[name]
    for data in seeds:
        try:
            value = decode(data)
        except s2.DecodeError:
            continue
        assert value.encode() == data
        assert decode(value.encode()) == value


@pytest.mark.parametrize("data", CHAINS, ids=lambda data: data[:4].hex() + f"-{len(data)}")
def test_a_compound_comes_back(data: bytes) -> None:
    packets = s2.decode_chain(data)
    assert b"".join(packet.encode() for packet in packets) == data
    assert s2.encode_chain(packets) == data


@given(st.lists(st.sampled_from(MESSAGES), min_size=1, max_size=6), st.booleans())
def test_any_compound_comes_back(messages: list[bytes], pad_last: bool) -> None:
    """Every element after the first starts at a multiple of 8, and has the header and the content that it had."""
    packets = [packet for packet in map(s2.Packet.decode, messages) if isinstance(packet.header, s2.Header)]
    assume(packets)
    data = s2.encode_chain(packets, pad_last=pad_last)
    found = s2.decode_chain(data)
    assert s2.encode_chain(found) == data
    assert len(data) % 8 == 0 or not pad_last
    position = 0
    for packet, before in zip(found, packets, strict=True):
        assert position % 8 == 0
        assert isinstance(packet.header, s2.Header)
        assert isinstance(before.header, s2.Header)
        assert replace(packet.header, next_command=0) == replace(before.header, next_command=0)
        assert packet.encode()[64:].startswith(before.encode()[64:])
        position += len(packet.encode())


@given(any_referral_request, st.integers(0, 0xFFFFFFFF))
def test_a_request_carries_its_payload(payload: Any, room: int) -> None:
    assume(is_encodable(payload))
    asked = s2.IoctlRequest.of(payload, max_output_response=room)
    assert s2.IoctlRequest.decode(asked.encode()) == asked
    assert asked.payload() == payload


@given(any_snapshot_array)
def test_a_reply_carries_its_payload(payload: Any) -> None:
    assume(is_encodable(payload))
    answer = s2.IoctlResponse.of(payload)
    assert s2.IoctlResponse.decode(answer.encode()) == answer
    assert answer.payload() == payload


# -- values are values


@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_values_are_compared_hashed_copied_and_pickled_by_what_they_hold(value: Any) -> None:
    names = [field.name for field in fields(value)]
    twin = type(value)(**{name: getattr(value, name) for name in names})
    assert twin == value
    assert twin is not value
    assert hash(twin) == hash(value)
    assert replace(value) == copy.copy(value) == copy.deepcopy(value) == value
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        thawed = pickle.loads(pickle.dumps(value, protocol))
        assert thawed == value
        assert type(thawed) is type(value)
        assert thawed.encode() == value.encode()
    assert list(asdict(value)) == names
    assert value != "another type"
    assert not hasattr(value, "__dict__")


@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_values_do_not_change(value: Any) -> None:
    before = repr(value)
    for name in [*(field.name for field in fields(value)), "something_else"]:
        with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
            setattr(value, name, None)
        with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
            delattr(value, name)
    value.encode()
    assert repr(value) == before
