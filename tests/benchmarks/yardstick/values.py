"""The values of the yardstick: mutable slotted dataclasses, the cheapest that one writes by hand.

They have the fields of the codec's values, in the same order and with the same meaning.
"""

from __future__ import annotations

from dataclasses import dataclass

from smb2ioctl_codec import CtlCode, NtStatus
from smb2ioctl_codec.messages import Command, Protocol


class Bad(ValueError):
    """The bytes or the value are wrong."""


@dataclass(slots=True)
class FileId:
    persistent: int
    volatile: int


@dataclass(slots=True)
class Request:
    ctl_code: CtlCode
    file_id: FileId
    input: bytes
    max_output_response: int
    max_input_response: int
    flags: int
    input_offset: int | None
    output_offset: int
    output_count: int
    reserved: int
    reserved2: int
    slack: bytes


@dataclass(slots=True)
class Reply:
    ctl_code: CtlCode
    file_id: FileId
    output: bytes
    input: bytes
    flags: int
    input_offset: int | None
    output_offset: int | None
    reserved: int
    reserved2: int
    slack: bytes


@dataclass(slots=True)
class Header:
    command: Command
    status: NtStatus
    flags: int
    message_id: int
    tree_id: int | None
    session_id: int
    credit_charge: int
    credits: int
    next_command: int
    async_id: int | None
    reserved: int | None
    signature: bytes


@dataclass(slots=True)
class ForeignHeader:
    protocol_id: Protocol


@dataclass(slots=True)
class Packet:
    header: Header | ForeignHeader
    body: Request | Reply | bytes


@dataclass(slots=True)
class ReferralRequest:
    max_referral_level: int
    request_file_name: str
    terminator: str


@dataclass(slots=True)
class SnapshotArray:
    snapshots: tuple[str, ...]
    number_of_snapshots: int
    snapshot_array_size: int
    padding: bytes
