"""Proof that nobody changed the negotiation: FSCTL_VALIDATE_NEGOTIATE_INFO, FSCTL_VALIDATE_NEGOTIATE_INFO_224."""

from __future__ import annotations

from enum import IntFlag
from uuid import UUID

from construct import Int16ul, Int32ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.schema import Items, Raw, Record, Tag, record
from smb2ioctl_codec.schema.scalars import GUID


class Dialect(OpenIntEnum, bits=16):
    """A dialect of SMB2 ([MS-SMB2] 2.2.3)."""

    SMB_2_0_2 = 0x0202
    SMB_2_1 = 0x0210
    SMB_3_0 = 0x0300
    SMB_3_0_2 = 0x0302
    SMB_3_1_1 = 0x0311


class Capabilities(IntFlag):
    """Bits of Capabilities ([MS-SMB2] 2.2.3)."""

    DFS = 0x00000001
    LEASING = 0x00000002
    LARGE_MTU = 0x00000004
    MULTI_CHANNEL = 0x00000008
    PERSISTENT_HANDLES = 0x00000010
    DIRECTORY_LEASING = 0x00000020
    ENCRYPTION = 0x00000040
    NOTIFICATIONS = 0x00000080


class SecurityMode(IntFlag):
    """Bits of SecurityMode ([MS-SMB2] 2.2.3)."""

    SIGNING_ENABLED = 0x0001
    SIGNING_REQUIRED = 0x0002


@record(
    "[MS-SMB2] 2.2.31.4",
    Struct(
        "capabilities" / Int32ul * "of the client: bits of Capabilities",
        "guid" / GUID * "ClientGuid",
        "security_mode" / Int16ul * "of the client: bits of SecurityMode",
        "dialect_count" / Int16ul * "dialects that follow",
        "dialects" / Items(Int16ul, "dialect_count") * "dialects that the client offered, in its order",
        "padding" / Raw() * "what clients of fixed size send after the dialects",
    ),
)
class ValidateNegotiateInfoRequest(Record):
    """VALIDATE_NEGOTIATE_INFO request: what the client sent in its NEGOTIATE. Input of FSCTL_VALIDATE_NEGOTIATE_INFO.

    `dialects` compare equal to members of `Dialect`. `padding` is kept: some clients always send room for four
    dialects, whatever DialectCount says. [MS-SMB2] 2.2.31.4; 24 bytes and 2 for each dialect.
    """

    capabilities: int
    guid: UUID
    security_mode: int
    dialects: tuple[int, ...] = ()
    padding: bytes = b""


@record(
    "[MS-SMB2] 2.2.32.6",
    Struct(
        "capabilities" / Int32ul * "of the server: bits of Capabilities",
        "guid" / GUID * "ServerGuid",
        "security_mode" / Int16ul * "of the server: bits of SecurityMode",
        "dialect" / Tag(Int16ul, Dialect) * "that the server chose",
    ),
)
class ValidateNegotiateInfoResponse(Record):
    """VALIDATE_NEGOTIATE_INFO response: what the server answered to the NEGOTIATE. Output of
    FSCTL_VALIDATE_NEGOTIATE_INFO. [MS-SMB2] 2.2.32.6; 24 bytes.
    """

    capabilities: int
    guid: UUID
    security_mode: int
    dialect: Dialect


@record(
    "[MS-SMB2] 2.2.32.6",
    Struct(
        "capabilities" / Int32ul * "of the sender: bits of Capabilities",
        "guid" / GUID * "of the sender",
        "security_mode" / Int16ul * "of the sender: bits of SecurityMode",
        "dialect" / Tag(Int16ul, Dialect) * "that was chosen",
    ),
)
class ValidateNegotiateInfo224(Record):
    """The form of Windows 8 beta: input and output of FSCTL_VALIDATE_NEGOTIATE_INFO_224, each with the sender's own
    values and one dialect.

    No document has it; the layout is that of the VALIDATE_NEGOTIATE_INFO response ([MS-SMB2] 2.2.32.6), which is how
    Wireshark reads both directions. 24 bytes.
    """

    capabilities: int
    guid: UUID
    security_mode: int
    dialect: Dialect


def request_facts(data: bytes) -> dict[str, int]:
    """What rules ask about a VALIDATE_NEGOTIATE_INFO request: its DialectCount, however many dialects follow; nothing
    if it is cut before them.
    """
    return {"dialect_count": int.from_bytes(data[22:24], "little")} if len(data) >= 24 else {}
