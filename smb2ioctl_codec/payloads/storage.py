"""Properties of storage: IOCTL_STORAGE_QUERY_PROPERTY, IOCTL_VOLUME_GET_GPT_ATTRIBUTES and
FSCTL_VIRTUAL_STORAGE_QUERY_PROPERTY.

The documents print no number for these codes, so no row of the registry leads here: give the code yourself.
"""

from __future__ import annotations

from construct import Int32ul, Int64ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.schema import Record, Tag, record


class StorageQueryType(OpenIntEnum, bits=32):
    """What to do about a property ([MS-FSCC] 2.8.1)."""

    STANDARD = 0
    EXISTS = 1


@record(
    "[MS-FSCC] 2.8.1",
    Struct(
        "property_id" / Int32ul * "6: access alignment; 4 in FSCTL_VIRTUAL_STORAGE_QUERY_PROPERTY",
        "query_type" / Tag(Int32ul, StorageQueryType) * "give it, or tell whether it is there",
    ),
)
class StoragePropertyQuery(Record):
    """Asks for a property of a storage device. Input of IOCTL_STORAGE_QUERY_PROPERTY, and of
    FSCTL_VIRTUAL_STORAGE_QUERY_PROPERTY with `property_id` 4. [MS-FSCC] 2.8.1, 2.3.91; 8 bytes.
    """

    property_id: int = 6
    query_type: StorageQueryType = StorageQueryType.STANDARD


@record(
    "[MS-FSCC] 2.8.2",
    Struct(
        "version" / Int32ul * "28",
        "size" / Int32ul * "28: bytes of this structure",
        "bytes_per_cache_line" / Int32ul,
        "bytes_offset_for_cache_alignment" / Int32ul,
        "bytes_per_logical_sector" / Int32ul,
        "bytes_per_physical_sector" / Int32ul,
        "bytes_offset_for_sector_alignment" / Int32ul * "of the first logical sector in the first physical one",
    ),
)
class StorageAccessAlignment(Record):
    """How accesses to a storage device should be aligned, in bytes. Output of IOCTL_STORAGE_QUERY_PROPERTY.

    [MS-FSCC] 2.8.2; 28 bytes.
    """

    bytes_per_cache_line: int
    bytes_offset_for_cache_alignment: int
    bytes_per_logical_sector: int
    bytes_per_physical_sector: int
    bytes_offset_for_sector_alignment: int
    version: int = 28
    size: int = 28


@record(
    "[MS-FSCC] 2.8.4",
    Struct("gpt_attributes" / Int64ul * "bit 60: read-only; 61: shadow copy; 62: hidden; 63: no drive letter"),
)
class VolumeGptAttributes(Record):
    """Attributes of the partition of a volume. Output of IOCTL_VOLUME_GET_GPT_ATTRIBUTES.

    The document says 4 bytes, and lists values that need 8, as the Windows SDK has it: 8 here. [MS-FSCC] 2.8.4;
    8 bytes.
    """

    gpt_attributes: int
