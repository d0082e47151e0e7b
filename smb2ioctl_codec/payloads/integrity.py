"""Integrity and storage: FSCTL_GET/SET_COMPRESSION, FSCTL_GET/SET_INTEGRITY_INFORMATION(_EX), FSCTL_SET_ENCRYPTION.

`trailing` is input past the structure, which servers do not look at: the document asks them for no less than the
structure, and smbd takes a FSCTL_SET_COMPRESSION of 16 bytes.
"""

from __future__ import annotations

from construct import Bytes, Int8ul, Int16ul, Int32ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.schema import Raw, Record, Reserved, Tag, record

#: Flags of all three integrity payloads: input and output go on where a checksum does not match.
CHECKSUM_ENFORCEMENT_OFF = 1


class CompressionFormat(OpenIntEnum, bits=16):
    """How a file is compressed ([MS-FSCC] 2.3.18, 2.3.67); DEFAULT is for requests only."""

    NONE = 0
    DEFAULT = 1
    LZNT1 = 2


class ChecksumAlgorithm(OpenIntEnum, bits=16):
    """How a file's integrity is checked ([MS-FSCC] 2.3.20, 2.3.73); UNCHANGED is for requests only."""

    NONE = 0
    CRC32 = 1
    CRC64 = 2
    UNCHANGED = 0xFFFF


class EncryptionOperation(OpenIntEnum):
    """What FSCTL_SET_ENCRYPTION is to do ([MS-FSCC] 2.3.71)."""

    FILE_SET_ENCRYPTION = 1
    FILE_CLEAR_ENCRYPTION = 2
    STREAM_SET_ENCRYPTION = 3
    STREAM_CLEAR_ENCRYPTION = 4


@record(
    "[MS-FSCC] 2.3.18, 2.3.67",
    Struct("compression_state" / Tag(Int16ul, CompressionFormat), "trailing" / Raw() * "what follows"),
)
class CompressionState(Record):
    """CompressionState: how a file is, or is to be, compressed. Output of FSCTL_GET_COMPRESSION, input of
    FSCTL_SET_COMPRESSION. [MS-FSCC] 2.3.18, 2.3.67; 2 bytes.
    """

    compression_state: CompressionFormat
    trailing: bytes = b""


@record(
    "[MS-FSCC] 2.3.20",
    Struct(
        "checksum_algorithm" / Tag(Int16ul, ChecksumAlgorithm),
        "reserved" / Reserved(Int16ul),
        "flags" / Int32ul * "1: CHECKSUM_ENFORCEMENT_OFF",
        "checksum_chunk_size_in_bytes" / Int32ul * "bytes that one checksum covers",
        "cluster_size_in_bytes" / Int32ul * "bytes of a cluster of the volume",
    ),
)
class GetIntegrityInformation(Record):
    """FSCTL_GET_INTEGRITY_INFORMATION_BUFFER: how a file's integrity is checked. Output of
    FSCTL_GET_INTEGRITY_INFORMATION. [MS-FSCC] 2.3.20; 16 bytes.
    """

    checksum_algorithm: ChecksumAlgorithm
    checksum_chunk_size_in_bytes: int
    cluster_size_in_bytes: int
    flags: int = 0
    reserved: int = 0


@record(
    "[MS-FSCC] 2.3.73",
    Struct(
        "checksum_algorithm" / Tag(Int16ul, ChecksumAlgorithm),
        "reserved" / Reserved(Int16ul),
        "flags" / Int32ul * "1: CHECKSUM_ENFORCEMENT_OFF",
        "trailing" / Raw() * "what follows",
    ),
)
class SetIntegrityInformation(Record):
    """FSCTL_SET_INTEGRITY_INFORMATION_BUFFER: how a file's integrity is to be checked. Input of
    FSCTL_SET_INTEGRITY_INFORMATION. [MS-FSCC] 2.3.73; 8 bytes.
    """

    checksum_algorithm: ChecksumAlgorithm
    flags: int = 0
    reserved: int = 0
    trailing: bytes = b""


@record(
    "[MS-FSCC] 2.3.75",
    Struct(
        "enable_integrity" / Int8ul * "0: off; 1: on, with the checksum that the file system chooses",
        "keep_integrity_state_unchanged" / Int8ul * "1: enable_integrity does not count",
        "reserved1" / Reserved(Int16ul),
        "flags" / Int32ul * "1: CHECKSUM_ENFORCEMENT_OFF",
        "version" / Int8ul * "1",
        "reserved2" / Reserved(Bytes(7)),
        "trailing" / Raw() * "what follows",
    ),
)
class SetIntegrityInformationEx(Record):
    """FSCTL_SET_INTEGRITY_INFORMATION_BUFFER_EX: whether a file's integrity is to be checked. Input of
    FSCTL_SET_INTEGRITY_INFORMATION_EX.

    `version` must be 1 by the document; another one is read, and is for the server to refuse. [MS-FSCC] 2.3.75; 16
    bytes.
    """

    enable_integrity: int
    keep_integrity_state_unchanged: int = 0
    flags: int = 0
    version: int = 1
    reserved1: int = 0
    reserved2: bytes = bytes(7)
    trailing: bytes = b""


@record(
    "[MS-FSCC] 2.3.71",
    Struct(
        "encryption_operation" / Tag(Int32ul, EncryptionOperation),
        "private" / Int8ul * "the document gives it no meaning",
        "padding" / Reserved(Bytes(3)),
        "trailing" / Raw() * "what follows",
    ),
)
class EncryptionBuffer(Record):
    """ENCRYPTION_BUFFER: encrypt or decrypt a file or a stream. Input of FSCTL_SET_ENCRYPTION.

    [MS-FSCC] 2.3.71; 8 bytes.
    """

    encryption_operation: EncryptionOperation
    private: int = 0
    padding: bytes = bytes(3)
    trailing: bytes = b""


@record(
    "[MS-FSCC] 2.3.72.1",
    Struct("no_encrypted_streams" / Int8ul * "not 0: the file's last encrypted stream was just decrypted"),
)
class DecryptionStatusBuffer(Record):
    """DECRYPTION_STATUS_BUFFER: output of FSCTL_SET_ENCRYPTION, where the client left room for it.

    [MS-FSCC] 2.3.72.1; 1 byte.
    """

    no_encrypted_streams: int


def request_facts(data: bytes) -> dict[str, int]:
    """What rules ask about the input of FSCTL_SET_COMPRESSION: its CompressionState; nothing if it is cut."""
    return {"compression_state": int.from_bytes(data[:2], "little")} if len(data) >= 2 else {}
