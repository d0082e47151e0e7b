"""Handles that outlive their connection: FSCTL_LMR_REQUEST_RESILIENCY."""

from __future__ import annotations

from construct import Int32ul, Struct

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.schema import Raw, Record, Reserved, record


@record(
    "[MS-SMB2] 2.2.31.3",
    Struct(
        "timeout" / Int32ul * "milliseconds that the server keeps the open; 0: as long as it likes",
        "reserved" / Reserved(Int32ul),
        "trailing" / Raw() * "bytes beyond the structure, which servers pass over",
    ),
)
class NetworkResiliencyRequest(Record):
    """NETWORK_RESILIENCY_REQUEST: asks the server to keep an open when the connection breaks. Input of
    FSCTL_LMR_REQUEST_RESILIENCY, whose output is empty. `timeout` is milliseconds.

    [MS-SMB2] 2.2.31.3; at least 8 bytes, and 3.3.5.15.9 refuses no more.
    """

    timeout: int
    reserved: int = 0
    trailing: bytes = b""


def request_facts(data: bytes) -> dict[str, int]:
    """What rules ask about a request: its timeout in whole seconds, which is how servers compare it ([MS-SMB2]
    3.3.5.15.9). Nothing is known of less than 8 bytes.
    """
    try:
        return {"resiliency_timeout": NetworkResiliencyRequest.decode(data).timeout // 1000}
    except DecodeError:
        return {}
