"""STORAGE_QOS_CONTROL: both versions of request and response, and the places of the names."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from refusals import both_ways, encode_path, lengths, place, refusal

from smb2ioctl_codec.payloads.qos import (
    LogicalFlowStatus,
    QosOptions,
    StorageQosControlRequest,
    StorageQosControlResponse,
)

FLOW, POLICY, INITIATOR = (UUID(int=n) for n in (1, 2, 3))
OLD: dict[str, Any] = {"protocol_version": 0x0100, "bandwidth_limit": None, "kilobyte_count_increment": None}
NAME, NODE = "vm-é".encode("utf-16-le"), "node".encode("utf-16-le")


def request(
    tail: bytes = b"", *, version: int = 0x0101, name: tuple[int, int] = (0, 0), node: tuple[int, int] = (0, 0)
) -> bytes:
    """Pack a STORAGE_QOS_CONTROL_REQUEST ([MS-SQOS] 2.2.2.2); `name` and `node`: offset and length."""
    data = struct.pack("<HHI", version, 0, 8) + FLOW.bytes_le + POLICY.bytes_le + INITIATOR.bytes_le
    data += struct.pack("<QQHHHHQQQQ", 10, 11, *name, *node, 12, 13, 14, 15)
    return data + (struct.pack("<QQ", 16, 17) if version >= 0x0101 else b"") + tail


def value(name: str = "", node: str = "", **fields: Any) -> StorageQosControlRequest:
    """The value of `request`'s bytes."""
    made = StorageQosControlRequest(QosOptions.GET_STATUS, FLOW, name, node, POLICY, INITIATOR, 10, 11, 12, 13, 14, 15,
                                    16, 17)  # fmt: skip
    return replace(made, **fields)


@pytest.mark.parametrize(("version", "start", "fields"), [(0x0101, 128, {}), (0x0100, 112, OLD)])
def test_names_behind_each_other(version: int, start: int, fields: dict[str, Any]) -> None:
    """Where encoding puts them if nobody says otherwise."""
    data = request(NAME + NODE, version=version, name=(start, 8), node=(start + 8, 8))
    assert both_ways(value("vm-é", "node", **fields), data)
    assert both_ways(value("vm-é", **fields), request(NAME, version=version, name=(start, 8)))
    assert both_ways(value("", "node", **fields), request(NODE, version=version, node=(start, 8)))
    assert both_ways(value(**fields), request(version=version))
    assert len(data) == start + 16


def test_names_elsewhere() -> None:
    """In the other order, apart, shared, with bytes around them: all of it is kept."""
    swapped = request(NODE + NAME, name=(136, 8), node=(128, 8))
    assert both_ways(value("vm-é", "node", initiator_name_offset=136, initiator_node_name_offset=128), swapped)
    shared = request(NODE, name=(128, 8), node=(128, 8))
    assert both_ways(value("node", "node", initiator_node_name_offset=128), shared)
    apart = request(b"gap!" + NAME + b"rest", name=(132, 8))
    assert both_ways(value("vm-é", initiator_name_offset=132, slack=b"gap!rest"), apart)
    unused = request(name=(128, 0), node=(0xFFFF, 0))
    assert both_ways(value(initiator_name_offset=128, initiator_node_name_offset=0xFFFF), unused)


@pytest.mark.parametrize("version", [0, 0x00FF, 0x0100])
def test_before_1_1_two_fields_are_not_there(version: int) -> None:
    decoded = StorageQosControlRequest.decode(request(version=version))
    assert (decoded.bandwidth_limit, decoded.kilobyte_count_increment) == (None, None)
    assert len(decoded.encode()) == 112


@pytest.mark.parametrize("version", [0x0101, 0x0102, 0xFFFF])
def test_from_1_1_on_they_are(version: int) -> None:
    decoded = StorageQosControlRequest.decode(request(version=version))
    assert (decoded.bandwidth_limit, decoded.kilobyte_count_increment) == (16, 17)
    assert len(decoded.encode()) == 128


@pytest.mark.parametrize("status", [LogicalFlowStatus.OK, 5, 3, 0xFFFFFFFF])
def test_both_responses(status: Any) -> None:
    head = FLOW.bytes_le + POLICY.bytes_le + INITIATOR.bytes_le
    data = head + struct.pack("<IIQQII", 1000, status, 20, 21, 8192, 0)
    new = StorageQosControlResponse(FLOW, POLICY, INITIATOR, 1000, status, 20, 21, 8192, 22)
    assert both_ways(new, struct.pack("<HHI", 0x0101, 0, 0) + data + struct.pack("<Q", 22))
    old = replace(new, protocol_version=0x0100, maximum_bandwidth=None)
    assert both_ways(old, struct.pack("<HHI", 0x0100, 0, 0) + data)
    assert (len(new.encode()), len(old.encode())) == (96, 88)


# -- hostile input


@pytest.mark.parametrize("offset", [0, 1, 127, 137, 0xFFFF])
def test_a_name_outside_the_names(offset: int) -> None:
    """Before them (into fixed fields, of which version 1.1 has two more), or past the end."""
    data = request(NAME, name=(offset, 8))
    assert place(StorageQosControlRequest, data) == ("StorageQosControlRequest.initiator_name_offset", 72)
    assert lengths(StorageQosControlRequest, data) == (8, 0, "StorageQosControlRequest.initiator_name_length")
    data = request(NAME, node=(offset, 8))
    assert place(StorageQosControlRequest, data) == ("StorageQosControlRequest.initiator_node_name_offset", 76)


@pytest.mark.parametrize("length", [10, 0x200, 0xFFFF])
def test_a_name_longer_than_the_bytes(length: int) -> None:
    data = request(NAME, name=(128, length))
    assert place(StorageQosControlRequest, data) == ("StorageQosControlRequest.initiator_name", 128)
    assert lengths(StorageQosControlRequest, data)[:2] == (length, 8)
    shifted = request(b"ab" + NAME, node=(130, length))
    assert place(StorageQosControlRequest, shifted) == ("StorageQosControlRequest.initiator_node_name", 130)


@pytest.mark.parametrize(("units", "offset"), [(b"abc", 130), (b"\0\xd8", 128), (b"a\0\0\xdc", 130)])
def test_a_name_that_is_no_utf_16(units: bytes, offset: int) -> None:
    data = request(units, name=(128, len(units)))
    assert place(StorageQosControlRequest, data) == ("StorageQosControlRequest.initiator_name", offset)


@pytest.mark.parametrize(
    ("version", "size", "field", "offset"),
    [(0x0100, 111, "lower_latency_increment", 104), (0x0101, 112, "bandwidth_limit", 112),
     (0x0101, 119, "bandwidth_limit", 112), (0x0101, 127, "kilobyte_count_increment", 120),
     (0x0101, 1, "protocol_version", 0), (0x0101, 39, "policy_id", 24), (0x0101, 75, "initiator_name_length", 74)],
)  # fmt: skip
def test_a_request_that_is_cut(version: int, size: int, field: str, offset: int) -> None:
    error = refusal(StorageQosControlRequest, request(version=version)[:size])
    assert (error.path, error.offset) == (f"StorageQosControlRequest.{field}", offset)
    assert error.available == size - offset


@pytest.mark.parametrize(
    ("version", "size", "path", "offset"),
    [(0x0100, 87, ".reserved2", 84), (0x0100, 89, "", 88), (0x0100, 96, "", 88), (0x0101, 88, ".maximum_bandwidth", 88),
     (0x0101, 97, "", 96)],
)  # fmt: skip
def test_a_response_of_another_size(version: int, size: int, path: str, offset: int) -> None:
    data = struct.pack("<H", version) + bytes(size - 2)
    assert place(StorageQosControlResponse, data) == (f"StorageQosControlResponse{path}", offset)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"bandwidth_limit": None}, "bandwidth_limit"),
        ({"protocol_version": 0x0100}, "bandwidth_limit"),
        ({**OLD, "kilobyte_count_increment": 5}, "kilobyte_count_increment"),
        ({"policy_id": "wrong"}, "policy_id"),
        ({"initiator_name": "\ud800"}, "initiator_name"),
        ({"initiator_name": "x" * 0x8000}, "initiator_name_length"),
        ({"initiator_name": "x", "initiator_name_offset": 127}, "initiator_name_offset"),
        ({"initiator_name": "x", "initiator_name_offset": 0x10000}, "initiator_name_offset"),
        ({"initiator_name": "x", "initiator_name_offset": 150}, "slack"),
        ({"slack": None}, "slack"),
    ],
)
def test_what_no_request_can_say(fields: dict[str, Any], path: str) -> None:
    assert encode_path(value(**fields)) == f"StorageQosControlRequest.{path}"


@pytest.mark.parametrize(("version", "bandwidth"), [(0x0101, None), (0x0100, 1), (0x0101, 1 << 64)])
def test_what_no_response_can_say(version: int, bandwidth: int | None) -> None:
    made = StorageQosControlResponse(FLOW, maximum_bandwidth=bandwidth, protocol_version=version)
    assert encode_path(made) == "StorageQosControlResponse.maximum_bandwidth"
