"""Quality of service of a flow of I/O: FSCTL_STORAGE_QOS_CONTROL."""

from __future__ import annotations

from enum import IntFlag
from uuid import UUID

from construct import Int16ul, Int32ul, Int64ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.schema import At, Kept, Record, Reserved, Slack, Tag, Text, When, record
from smb2ioctl_codec.schema.scalars import GUID

#: The two versions; fields of the later are None in values of the earlier.
VERSION_1_0 = 0x0100
VERSION_1_1 = 0x0101
#: Most bytes of either name of a request.
MAX_NAME_SIZE = 0x200

_NO_ID = UUID(int=0)
_SINCE_1_1 = "protocol_version >= 0x0101"
_NAMES_START = "(128 if protocol_version >= 0x0101 else 112)"


class QosOptions(IntFlag):
    """Bits of a request's Options ([MS-SQOS] 2.2.2.2): what it asks for."""

    SET_LOGICAL_FLOW_ID = 0x00000001
    SET_POLICY = 0x00000002
    PROBE_POLICY = 0x00000004
    GET_STATUS = 0x00000008
    UPDATE_COUNTERS = 0x00000010


class LogicalFlowStatus(OpenIntEnum):
    """How a flow fares ([MS-SQOS] 2.2.2.1)."""

    OK = 0
    INSUFFICIENT_THROUGHPUT = 1
    UNKNOWN_POLICY_ID = 2
    CONFIGURATION_MISMATCH = 4
    NOT_AVAILABLE = 5


@record(
    "[MS-SQOS] 2.2.2.2",
    Struct(
        "protocol_version" / Int16ul * "0x0100 or 0x0101",
        "reserved" / Reserved(Int16ul),
        "options" / Int32ul * "bits of QosOptions",
        "logical_flow_id" / GUID * "the flow that is meant",
        "policy_id" / GUID * "the policy that is to apply; zero: none",
        "initiator_id" / GUID * "who started the flow",
        "limit" / Int64ul * "most throughput: normalized operations per second; 0: none",
        "reservation" / Int64ul * "least throughput: normalized operations per second",
        "initiator_name_offset"
        / Kept(Int16ul, f"{_NAMES_START} if initiator_name_length else 0")
        * "bytes from the start of the structure",
        "initiator_name_length" / Int16ul * "bytes",
        "initiator_node_name_offset"
        / Kept(Int16ul, f"{_NAMES_START} + initiator_name_length if initiator_node_name_length else 0")
        * "bytes from the start of the structure",
        "initiator_node_name_length" / Int16ul * "bytes",
        "io_count_increment" / Int64ul * "operations",
        "normalized_io_count_increment" / Int64ul * "operations, counted in units of 8 KiB",
        "latency_increment" / Int64ul * "100 ns of all operations, the wait in the initiator's queues included",
        "lower_latency_increment" / Int64ul * "100 ns of all operations without that wait",
        "bandwidth_limit" / When(_SINCE_1_1, Int64ul) * "most kilobytes per second; 0: no limit",
        "kilobyte_count_increment" / When(_SINCE_1_1, Int64ul) * "kilobytes of all operations",
        "initiator_name"
        / At("initiator_name_offset", "initiator_name_length", Text())
        * "who started the flow; no U+0000",
        "initiator_node_name"
        / At("initiator_node_name_offset", "initiator_node_name_length", Text())
        * "the node that it runs on; no U+0000",
        "slack" / Slack() * "bytes in neither name",
    ),
)
class StorageQosControlRequest(Record):
    """STORAGE_QOS_CONTROL_REQUEST: what is wanted of a flow, and what it did. Input of FSCTL_STORAGE_QOS_CONTROL.

    `bandwidth_limit` (kilobytes per second) and `kilobyte_count_increment` are there from version 0x0101 on, and None
    before. Latencies count 100 ns. Offsets are None where they are what encoding makes them: the name right after the
    fixed part, the node name after the name, 0 where there is none. [MS-SQOS] 2.2.2.2; at least 112 bytes, 128 from
    version 0x0101 on.
    """

    options: int
    logical_flow_id: UUID
    initiator_name: str = ""
    initiator_node_name: str = ""
    policy_id: UUID = _NO_ID
    initiator_id: UUID = _NO_ID
    limit: int = 0
    reservation: int = 0
    io_count_increment: int = 0
    normalized_io_count_increment: int = 0
    latency_increment: int = 0
    lower_latency_increment: int = 0
    bandwidth_limit: int | None = 0
    kilobyte_count_increment: int | None = 0
    protocol_version: int = VERSION_1_1
    initiator_name_offset: int | None = None
    initiator_node_name_offset: int | None = None
    reserved: int = 0
    slack: bytes = b""


@record(
    "[MS-SQOS] 2.2.2.3",
    Struct(
        "protocol_version" / Int16ul * "of the request",
        "reserved" / Reserved(Int16ul),
        "options" / Reserved(Int32ul),
        "logical_flow_id" / GUID * "the flow of the open",
        "policy_id" / GUID * "the policy that applies to it",
        "initiator_id" / GUID * "who started it",
        "time_to_live" / Int32ul * "milliseconds for which status and rates hold",
        "status" / Tag(Int32ul, LogicalFlowStatus) * "how the flow fares",
        "maximum_io_rate" / Int64ul * "normalized operations per second",
        "minimum_io_rate" / Int64ul * "normalized operations per second",
        "base_io_size" / Int32ul * "bytes of one normalized operation",
        "reserved2" / Reserved(Int32ul),
        "maximum_bandwidth" / When(_SINCE_1_1, Int64ul) * "kilobytes per second",
    ),
)
class StorageQosControlResponse(Record):
    """STORAGE_QOS_CONTROL_RESPONSE: what a flow may do, and how it fares. Output of FSCTL_STORAGE_QOS_CONTROL.

    `maximum_bandwidth` (kilobytes per second) is there from version 0x0101 on, and None before. `time_to_live` is
    milliseconds. [MS-SQOS] 2.2.2.3; 88 bytes, 96 from version 0x0101 on.
    """

    logical_flow_id: UUID
    policy_id: UUID = _NO_ID
    initiator_id: UUID = _NO_ID
    time_to_live: int = 0
    status: LogicalFlowStatus = LogicalFlowStatus.OK
    maximum_io_rate: int = 0
    minimum_io_rate: int = 0
    base_io_size: int = 8192
    maximum_bandwidth: int | None = 0
    protocol_version: int = VERSION_1_1
    options: int = 0
    reserved: int = 0
    reserved2: int = 0
