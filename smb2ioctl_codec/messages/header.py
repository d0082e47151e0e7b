"""The 64 bytes before every SMB2 message, and the names of what stands there instead of them."""

from __future__ import annotations

from enum import IntFlag

from construct import Bytes, Int16ul, Int32ul, Int64ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Fixed, Record, Reserved, Tag, Unless, When, record

#: Bytes of an SMB2 header, and what each starts with: ProtocolId and StructureSize.
HEADER_SIZE, HEADER_START = 64, b"\xfeSMB\x40\x00"


class Protocol(OpenIntEnum):
    """ProtocolId: the first four bytes of a message, as a little-endian number ([MS-SMB2] 2.2.1, 2.2.41, 2.2.42)."""

    SMB1 = 0x424D53FF
    SMB2 = 0x424D53FE
    TRANSFORM = 0x424D53FD
    COMPRESSION = 0x424D53FC


#: Bytes of the smallest message of each protocol but SMB2 that is kept as it is.
SMALLEST = {Protocol.SMB1: 32, Protocol.TRANSFORM: 52, Protocol.COMPRESSION: 16}


class Command(OpenIntEnum, bits=16):
    """Command of an SMB2 header ([MS-SMB2] 2.2.1.2)."""

    NEGOTIATE = 0
    SESSION_SETUP = 1
    LOGOFF = 2
    TREE_CONNECT = 3
    TREE_DISCONNECT = 4
    CREATE = 5
    CLOSE = 6
    FLUSH = 7
    READ = 8
    WRITE = 9
    LOCK = 10
    IOCTL = 11
    CANCEL = 12
    ECHO = 13
    QUERY_DIRECTORY = 14
    CHANGE_NOTIFY = 15
    QUERY_INFO = 16
    SET_INFO = 17
    OPLOCK_BREAK = 18
    SERVER_TO_CLIENT_NOTIFICATION = 19


class HeaderFlags(IntFlag):
    """Flags of an SMB2 header ([MS-SMB2] 2.2.1.2)."""

    SERVER_TO_REDIR = 0x00000001
    ASYNC_COMMAND = 0x00000002
    RELATED_OPERATIONS = 0x00000004
    SIGNED = 0x00000008
    PRIORITY_MASK = 0x00000070
    DFS_OPERATIONS = 0x10000000
    REPLAY_OPERATION = 0x20000000


@record(
    "[MS-SMB2] 2.2.1",
    Struct(
        "protocol_id" / Fixed(Int32ul, Protocol.SMB2) * "0xFE 'SMB'",
        "structure_size" / Fixed(Int16ul, HEADER_SIZE),
        "credit_charge" / Int16ul * "credits that the request costs; 0 in dialect 2.0.2",
        "status" / Tag(Int32ul, NtStatus) * "replies: NTSTATUS; requests: ChannelSequence and Reserved in dialects 3.x",
        "command" / Tag(Int16ul, Command),
        "credits" / Int16ul * "CreditRequest of a request, CreditResponse of a reply",
        "flags" / Int32ul * "HeaderFlags",
        "next_command" / Int32ul * "bytes from this header to the next of the compound, 0 in the last",
        "message_id" / Int64ul,
        "async_id" / When("flags & 2", Int64ul) * "in place of reserved and tree_id if ASYNC_COMMAND is set",
        "reserved" / Unless("flags & 2", Reserved(Int32ul)) * "Windows clients send 0xFEFF",
        "tree_id" / Unless("flags & 2", Int32ul),
        "session_id" / Int64ul,
        "signature" / Bytes(16) * "zero if the message is not signed, or encrypted",
    ),
)
class Header(Record):
    """SMB2 packet header, sync and async form.

    The async form (ASYNC_COMMAND in `flags`) has an `async_id`, and `tree_id` and `reserved` are None; the sync form
    the other way round. [MS-SMB2] 2.2.1.1, 2.2.1.2; 64 bytes.
    """

    command: Command = Command.IOCTL
    status: NtStatus = NtStatus.SUCCESS
    flags: int = 0
    message_id: int = 0
    tree_id: int | None = 0
    session_id: int = 0
    credit_charge: int = 0
    credits: int = 0
    next_command: int = 0
    async_id: int | None = None
    reserved: int | None = 0
    signature: bytes = bytes(16)

    @property
    def is_response(self) -> bool:
        """The server sent it (SERVER_TO_REDIR)."""
        return bool(self.flags & HeaderFlags.SERVER_TO_REDIR.value)

    @property
    def is_async(self) -> bool:
        """It has the async form."""
        return bool(self.flags & HeaderFlags.ASYNC_COMMAND.value)

    @property
    def is_related(self) -> bool:
        """It is part of a related compound, and not its first message."""
        return bool(self.flags & HeaderFlags.RELATED_OPERATIONS.value)

    @property
    def is_signed(self) -> bool:
        """The signature counts."""
        return bool(self.flags & HeaderFlags.SIGNED.value)


@record(
    "[MS-SMB2] 2.2.41, 2.2.42, [MS-CIFS] 2.2.3.1",
    Struct("protocol_id" / Tag(Int32ul, Protocol) * "0xFD, 0xFC or 0xFF 'SMB'"),
)
class ForeignHeader(Record):
    """The ProtocolId of a message that is no plain SMB2: encrypted, compressed or of SMB1. 4 bytes."""

    protocol_id: Protocol


__all__ = ["HEADER_SIZE", "SMALLEST", "Command", "ForeignHeader", "Header", "HeaderFlags", "Protocol"]
