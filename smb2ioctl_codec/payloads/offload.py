"""Copies inside the storage, by token: FSCTL_OFFLOAD_READ and FSCTL_OFFLOAD_WRITE.

Offsets and lengths are unsigned bytes; that they lie on sector boundaries is for the server to ask. `trailing` is input
past the structure, which servers do not look at ([MS-FSCC] 2.3.42 and 2.3.44 ask for no less).
"""

from __future__ import annotations

from construct import Bytes, Int16ub, Int32ub, Int32ul, Int64ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.schema import Exactly, Fixed, One, Raw, Record, Reserved, Tag, record

#: Bytes of a token, and of its identifier.
TOKEN_SIZE = 512
TOKEN_ID_SIZE = 504
#: Flags of `OffloadReadOutput`: what lies behind the range is all zeros.
ALL_ZERO_BEYOND_CURRENT_RANGE = 1


class TokenType(OpenIntEnum):
    """TokenType of a token ([MS-FSCC] 2.1.11); all others below 0xFFFF0002 are a vendor's."""

    ZERO_DATA = 0xFFFF0001


@record(
    "[MS-FSCC] 2.1.11",
    Struct(
        "token_type" / Tag(Int32ub, TokenType),
        "reserved" / Reserved(Bytes(2)),
        "token_id_length" / Int16ub * "bytes of the identifier that count",
        "token_id" / Bytes(TOKEN_ID_SIZE) * "opaque",
    ),
)
class StorageOffloadToken(Record):
    """STORAGE_OFFLOAD_TOKEN: stands for data that the storage copies by itself. Part of the offload payloads.

    It is to be handed on as it came, so any 512 bytes are one: `token_id_length` (bytes) is not compared with anything.
    Type and length are big-endian; a token of Samba, which writes them little-endian, reads as another type and comes
    back the same. [MS-FSCC] 2.1.11; 512 bytes.
    """

    token_type: TokenType
    token_id: bytes = bytes(TOKEN_ID_SIZE)
    token_id_length: int = TOKEN_ID_SIZE
    reserved: bytes = bytes(2)


@record(
    "[MS-FSCC] 2.3.41",
    Struct(
        "size" / Fixed(Int32ul, 32) * "bytes of the structure",
        "flags" / Reserved(Int32ul),
        "token_time_to_live" / Int32ul * "wanted life of the token, in ms; 0: the usual one",
        "reserved" / Reserved(Int32ul),
        "file_offset" / Int64ul * "first byte that the token is to stand for",
        "copy_length" / Int64ul * "bytes that it is to stand for",
        "trailing" / Raw() * "what follows",
    ),
)
class OffloadReadInput(Record):
    """FSCTL_OFFLOAD_READ_INPUT: asks for a token for a range of the file. Input of FSCTL_OFFLOAD_READ.

    [MS-FSCC] 2.3.41; 32 bytes.
    """

    file_offset: int
    copy_length: int
    token_time_to_live: int = 0
    flags: int = 0
    reserved: int = 0
    trailing: bytes = b""


@record(
    "[MS-FSCC] 2.3.42",
    Struct(
        "size" / Fixed(Int32ul, 528) * "bytes of the structure",
        "flags" / Int32ul * "1: ALL_ZERO_BEYOND_CURRENT_RANGE",
        "transfer_length" / Int64ul * "bytes that the token stands for, from the offset that was asked for",
        "token" / Exactly(TOKEN_SIZE, One(StorageOffloadToken)),
    ),
)
class OffloadReadOutput(Record):
    """FSCTL_OFFLOAD_READ_OUTPUT: the token. Output of FSCTL_OFFLOAD_READ.

    Flag 1 says, by the document, that nothing but zeros follows the range; Samba's sources give that meaning to 2, and
    name 1 a file too small and 4 a range that cannot be offloaded: all bits are kept. [MS-FSCC] 2.3.42; 528 bytes.
    """

    token: StorageOffloadToken
    transfer_length: int
    flags: int = 0


@record(
    "[MS-FSCC] 2.3.43",
    Struct(
        "size" / Fixed(Int32ul, 544) * "bytes of the structure",
        "flags" / Reserved(Int32ul),
        "file_offset" / Int64ul * "where to write",
        "copy_length" / Int64ul * "bytes to write",
        "transfer_offset" / Int64ul * "first byte to write, in the data that the token stands for",
        "token" / Exactly(TOKEN_SIZE, One(StorageOffloadToken)),
        "trailing" / Raw() * "what follows",
    ),
)
class OffloadWriteInput(Record):
    """FSCTL_OFFLOAD_WRITE_INPUT: writes what a token stands for. Input of FSCTL_OFFLOAD_WRITE.

    [MS-FSCC] 2.3.43; 544 bytes.
    """

    token: StorageOffloadToken
    file_offset: int
    copy_length: int
    transfer_offset: int = 0
    flags: int = 0
    trailing: bytes = b""


@record(
    "[MS-FSCC] 2.3.44",
    Struct(
        "size" / Fixed(Int32ul, 16) * "bytes of the structure",
        "flags" / Reserved(Int32ul),
        "length_written" / Int64ul * "bytes that were written",
    ),
)
class OffloadWriteOutput(Record):
    """FSCTL_OFFLOAD_WRITE_OUTPUT: how much was written, maybe less than asked for. Output of FSCTL_OFFLOAD_WRITE.

    [MS-FSCC] 2.3.44; 16 bytes.
    """

    length_written: int
    flags: int = 0
