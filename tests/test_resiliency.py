"""NETWORK_RESILIENCY_REQUEST."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from refusals import both_ways, encode_path, place
from samples import vectors

from smb2ioctl_codec.payloads.resiliency import NetworkResiliencyRequest, request_facts


def test_vectors() -> None:
    data = vectors()["SMBPROTO-ioctl-SMB2SrvNetworkResiliencyRequest-test_create_message"]
    assert both_ways(NetworkResiliencyRequest(100), data)
    assert both_ways(NetworkResiliencyRequest(0xFFFFFFFF, reserved=7), struct.pack("<II", 0xFFFFFFFF, 7))
    assert both_ways(NetworkResiliencyRequest(100, trailing=b"more"), data + b"more")


@pytest.mark.parametrize(("size", "path", "offset"), [(0, ".timeout", 0), (3, ".timeout", 0), (4, ".reserved", 4),
                                                      (7, ".reserved", 4)])  # fmt: skip
def test_less_than_the_structure(size: int, path: str, offset: int) -> None:
    assert place(NetworkResiliencyRequest, bytes(size)) == (f"NetworkResiliencyRequest{path}", offset)


@pytest.mark.parametrize(("timeout", "seconds"), [(0, 0), (999, 0), (1000, 1), (300_999, 300), (0xFFFFFFFF, 4294967)])
def test_servers_compare_whole_seconds(timeout: int, seconds: int) -> None:
    assert request_facts(struct.pack("<II", timeout, 0)) == {"resiliency_timeout": seconds}
    assert request_facts(struct.pack("<II", timeout, 0) + b"more") == {"resiliency_timeout": seconds}


def test_nothing_is_known_of_less() -> None:
    assert request_facts(bytes(7)) == {}


@pytest.mark.parametrize("timeout", [-1, 1 << 32, None, "1"])
def test_what_no_request_can_say(timeout: Any) -> None:
    assert encode_path(NetworkResiliencyRequest(timeout)) == "NetworkResiliencyRequest.timeout"
