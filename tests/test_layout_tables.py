"""Layouts against the documents: each record has the fields of its structure's table, in that order and place.

``data/payload_tables.json`` holds the tables. What is otherwise on purpose stands in `DIFFERENCES` with the reason.
"""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from facts import IRREGULAR, attribute_name, snake_case

import smb2ioctl_codec as s2

STRUCTURES: dict[str, dict[str, Any]] = {
    each["name"]: each
    for each in json.loads((Path(__file__).parent / "data" / "payload_tables.json").read_text(encoding="utf-8"))[
        "structures"
    ]
}

#: The records of each structure; with @, the offset from which on the record has it.
RECORDS = {
    "SRV_COPYCHUNK_COPY": "copychunk:CopyChunkCopy",
    "SRV_COPYCHUNK": "copychunk:CopyChunk",
    "SRV_COPYCHUNK_RESPONSE": "copychunk:CopyChunkResponse copychunk:CopyChunkLimits",
    "SRV_REQUEST_RESUME_KEY response": "copychunk:ResumeKey",
    "SRV_SNAPSHOT_ARRAY": "snapshots:SnapshotArray",
    "NETWORK_RESILIENCY_REQUEST": "resiliency:NetworkResiliencyRequest",
    "VALIDATE_NEGOTIATE_INFO request": "negotiate:ValidateNegotiateInfoRequest",
    "VALIDATE_NEGOTIATE_INFO response": "negotiate:ValidateNegotiateInfoResponse negotiate:ValidateNegotiateInfo224",
    "NETWORK_INTERFACE_INFO": "network:NetworkInterfaceInfo",
    "SOCKADDR_STORAGE with SOCKADDR_IN": "network:SockaddrIn",
    "SOCKADDR_STORAGE with SOCKADDR_IN6": "network:SockaddrIn6",
    "SRV_READ_HASH request": "read_hash:ReadHashRequest",
    "SRV_HASH_RETRIEVE_HASH_BASED": "read_hash:HashRetrieveHashBased",
    "SRV_HASH_RETRIEVE_FILE_BASED": "read_hash:HashRetrieveFileBased",
    "HASH_HEADER": "read_hash:HashHeader",
    "SVHDX_SHARED_VIRTUAL_DISK_SUPPORT_RESPONSE": "shared_disk:SharedVirtualDiskSupportResponse",
    "SVHDX tunnel header": "shared_disk:SvhdxTunnelOperationHeader",
    "STORAGE_QOS_CONTROL_REQUEST": "qos:StorageQosControlRequest",
    "STORAGE_QOS_CONTROL_RESPONSE": "qos:StorageQosControlResponse",
    "REQ_GET_DFS_REFERRAL": "dfs:ReferralRequest",
    "REQ_GET_DFS_REFERRAL_EX": "dfs:ReferralRequestEx",
    "RequestData": "dfs:ReferralRequestEx@8",
    "RESP_GET_DFS_REFERRAL": "dfs:ReferralReply dfs:TruncatedReferralReply",
    "DFS_REFERRAL_V1": "dfs:ReferralV1",
    "DFS_REFERRAL_V2": "dfs:ReferralV2",
    "DFS_REFERRAL_V3 / V4, NameListReferral = 0": "dfs:ReferralV3 dfs:ReferralV4",
    "DFS_REFERRAL_V3 / V4, NameListReferral = 1": "dfs:NameListReferral",
    "FSCTL_PIPE_WAIT request": "pipes:PipeWaitRequest",
    "FSCTL_PIPE_PEEK reply": "pipes:PipePeekResponse",
    "REPARSE_DATA_BUFFER": "reparse:ReparseData",
    "REPARSE_GUID_DATA_BUFFER": "reparse:ReparseGuidData",
    "Symbolic link (tag 0xA000000C)": "reparse:SymbolicLink",
    "Mount point (tag 0xA0000003)": "reparse:MountPoint",
    "NFS special file (tag 0x80000014)": "reparse:NfsSymbolicLink reparse:NfsDevice reparse:NfsFile",
    "LX symlink (tag 0xA000001D)": "reparse:LxSymlink",
    "FILE_OBJECTID_BUFFER (type 1)": "object_ids:FileObjectIdBuffer",
    "FILE_OBJECTID_BUFFER (type 2)": "object_ids:FileObjectIdBufferType2",
    "SET_OBJECT_ID_EXTENDED request": "object_ids:SetObjectIdExtended",
    "FILE_ALLOCATED_RANGE_BUFFER": "ranges:FileAllocatedRange ranges:QueryAllocatedRanges",
    "FILE_ZERO_DATA_INFORMATION": "ranges:FileZeroDataInformation",
    "FILE_SET_SPARSE_BUFFER": "ranges:FileSetSparseBuffer",
    "FILE_LEVEL_TRIM": "ranges:FileLevelTrim",
    "FILE_LEVEL_TRIM_RANGE": "ranges:FileLevelTrimRange",
    "FILE_LEVEL_TRIM_OUTPUT": "ranges:FileLevelTrimOutput",
    "SMB2_DUPLICATE_EXTENTS_DATA": "clone:DuplicateExtents",
    "SMB2_DUPLICATE_EXTENTS_DATA_EX": "clone:DuplicateExtentsEx",
    "FILE_REGION_INPUT (optional)": "ranges:FileRegionInput",
    "FILE_REGION_OUTPUT": "ranges:FileRegionOutput",
    "FILE_REGION_INFO": "ranges:FileRegionInfo",
    "STORAGE_OFFLOAD_TOKEN": "offload:StorageOffloadToken",
    "FSCTL_OFFLOAD_READ_INPUT": "offload:OffloadReadInput",
    "FSCTL_OFFLOAD_READ_OUTPUT": "offload:OffloadReadOutput",
    "FSCTL_OFFLOAD_WRITE_INPUT": "offload:OffloadWriteInput",
    "FSCTL_OFFLOAD_WRITE_OUTPUT": "offload:OffloadWriteOutput",
    "CompressionState": "integrity:CompressionState",
    "FSCTL_GET_INTEGRITY_INFORMATION_BUFFER": "integrity:GetIntegrityInformation",
    "FSCTL_SET_INTEGRITY_INFORMATION_BUFFER": "integrity:SetIntegrityInformation",
    "FSCTL_SET_INTEGRITY_INFORMATION_BUFFER_EX": "integrity:SetIntegrityInformationEx",
    "ENCRYPTION_BUFFER": "integrity:EncryptionBuffer",
    "DECRYPTION_STATUS_BUFFER": "integrity:DecryptionStatusBuffer",
    "NTFS_VOLUME_DATA_BUFFER": "volumes:NtfsVolumeData",
    "REFS_VOLUME_DATA_BUFFER": "volumes:RefsVolumeData",
    "RETRIEVAL_POINTERS_BUFFER": "extents:RetrievalPointers",
    "EXTENTS": "extents:Extent",
    "RETRIEVAL_POINTERS_AND_REFCOUNT_BUFFER": "extents:RetrievalPointersAndRefcount",
    "EXTENT_AND_REFCOUNT, by the text": "extents:RefcountExtent",
    "RETRIEVAL_POINTER_COUNT": "extents:RetrievalPointerCount",
    "STARTING_VCN_INPUT_BUFFER": "extents:StartingVcn",
    "FILE_QUERY_ON_DISK_VOL_INFO": "volumes:OnDiskVolumeInfo",
    "FILE_QUERY_SPARING_BUFFER": "volumes:FileQuerySparing",
    "FILE_SET_DEFECT_MGMT_BUFFER": "volumes:SetDefectManagement",
    "FILESYSTEM_STATISTICS": "statistics:FilesystemStatistics",
    "NTFS_STATISTICS": "statistics:NtfsStatistics",
    "FAT_STATISTICS and EXFAT_STATISTICS": "statistics:FatStatistics",
    "FIND_BY_SID_DATA": "search:FindBySidData",
    "SID": "search:Sid",
    "FILE_NAME_INFORMATION": "search:FileNameInformation",
    "IS_PATHNAME_VALID request": "search:IsPathnameValid",
    "USN_RECORD_V2": "usn:UsnRecordV2",
    "USN_RECORD_V3": "usn:UsnRecordV3",
    "READ_FILE_USN_DATA": "usn:ReadFileUsnData",
    "WRITE_USN_CLOSE_RECORD reply": "usn:WriteUsnCloseRecord",
    "SMB2_REMOTE_LINK_TRACKING_INFORMATION": "links:LinkTracking",
    "Link tracking information, form 2": "links:LinkTrackingTarget",
    "MARK_HANDLE_INFO": "handles:MarkHandleInfo",
    "SI_COPYFILE": "links:SisCopyFile",
    "REFS_STREAM_SNAPSHOT_MANAGEMENT_INPUT_BUFFER": "refs_snapshots:RefsStreamSnapshotManagement",
    "QUERY_DELTAS input": "refs_snapshots:QueryDeltasInput",
    "REFS_STREAM_SNAPSHOT_LIST_OUTPUT_BUFFER": "refs_snapshots:StreamSnapshotList",
    "LIST entry, by the text (packed)": "refs_snapshots:StreamSnapshot",
    "QUERY_DELTAS output, by the text (packed)": "refs_snapshots:StreamDeltas",
    "REFS_STREAM_EXTENT, by the text": "refs_snapshots:StreamExtent",
    "IOCTL_STORAGE_QUERY_PROPERTY request": "storage:StoragePropertyQuery",
    "IOCTL_STORAGE_QUERY_PROPERTY reply": "storage:StorageAccessAlignment",
}

#: Last fields that no table has, and why records have them.
TAILS = {
    "trailing": "input past the structure, which servers do not look at",
    "slack": "bytes that no offset leads to",
    "padding": "bytes up to the next element, or behind the last string of a list",
}


class Shape(NamedTuple):
    """One field of a layout. Sizes and offsets are bytes, None where they depend on other fields."""

    name: str
    offset: int | None
    size: int | None
    type: str


_SITE = Shape("service_site_guid", 18, 16, "GUID")
#: (record, field of the document's table, "" for its end) -> why the record has something else there, and what.
DIFFERENCES: dict[tuple[str, str], tuple[str, tuple[Shape, ...]]] = {
    ("dfs:ReferralRequestEx", "RequestData"): (
        "the fields of the structure RequestData",
        (
            Shape("request_file_name_length", 8, 2, "u16"),
            Shape("request_file_name", 10, None, "text"),
            Shape("site_name_length", None, 2, "u16"),
            Shape("site_name", None, None, "text"),
        ),
    ),
    ("dfs:ReferralReply", "StringBuffer"): ("belongs to the entries, which say what lies where", ()),
    ("dfs:ReferralReply", "Padding"): ("belongs to the entries: bytes that no offset leads to", ()),
    ("dfs:TruncatedReferralReply", "ReferralEntries"): (
        "all that there is of entries and strings, whole or not",
        (Shape("content", 8, None, "list"),),
    ),
    ("dfs:TruncatedReferralReply", "StringBuffer"): ("part of the content", ()),
    ("dfs:TruncatedReferralReply", "Padding"): ("part of the content", ()),
    ("dfs:ReferralV3", "ServiceSiteGuid"): ("bytes in the table, a GUID by its name", (_SITE,)),
    ("dfs:ReferralV4", "ServiceSiteGuid"): ("bytes in the table, a GUID by its name", (_SITE,)),
    ("links:LinkTracking", "Buffer"): (
        "the name that [MS-FSCC] 2.3.37.2 has; the sheet shortens it",
        (Shape("target_link_tracking_information_buffer", 12, None, "bytes"),),
    ),
    ("links:LinkTrackingTarget", "NetBIOSName"): (
        "in the sender's code page, so bytes",
        (Shape("netbios_name", 36, None, "bytes"),),
    ),
    ("read_hash:HashHeader", ""): (
        "HashBlobOffset points behind the name: the Content Information",
        (Shape("content", None, None, "bytes"),),
    ),
    ("reparse:SymbolicLink", "PathBuffer"): (
        "two names, in any order",
        (Shape("substitute_name", None, None, "text"), Shape("print_name", None, None, "text")),
    ),
    ("reparse:MountPoint", "PathBuffer"): (
        "two names, in any order",
        (Shape("substitute_name", None, None, "text"), Shape("print_name", None, None, "text")),
    ),
    ("reparse:NfsSymbolicLink", "DataBuffer"): ("what type LNK makes of it", (Shape("target", 16, None, "text"),)),
    ("reparse:NfsDevice", "DataBuffer"): (
        "what types CHR and BLK make of it",
        (Shape("major", 16, 4, "u32"), Shape("minor", 20, 4, "u32")),
    ),
    ("reparse:NfsFile", "DataBuffer"): ("types FIFO and SOCK have none", ()),
    ("refs_snapshots:RefsStreamSnapshotManagement", "NameAndInputBuffer"): (
        "its parts",
        (
            Shape("snapshot_name", 24, None, "text"),
            Shape("alignment", None, None, "bytes"),
            Shape("operation_input_buffer", None, None, "bytes"),
            Shape("rest", None, None, "bytes"),
        ),
    ),
    ("statistics:FilesystemStatistics", ""): (
        "the whole block of a processor: filled up to 64 bytes, and what the type of file system adds",
        (Shape("padding", 56, 8, "bytes"), Shape("specific", 64, None, "bytes")),
    ),
    ("statistics:NtfsStatistics", ""): ("filled up to a multiple of 64", (Shape("padding", 212, 44, "bytes"),)),
    ("statistics:FatStatistics", ""): ("filled up to a multiple of 64", (Shape("padding", 36, 28, "bytes"),)),
    ("volumes:NtfsVolumeData", ""): ("Windows may append more", (Shape("extended", 96, None, "bytes"),)),
}


def attribute_names(names: list[str]) -> list[str]:
    """What the fields of a table are called in the package; a name that comes again gets a number."""
    found: list[str] = []
    for name in names:
        plain = attribute_name(name)
        found.append(f"{plain}{found.count(plain) + 1}" if plain in found else plain)
    return found


def kind_of(type: str) -> str:
    """What a table's type is, roughly."""
    word = type.split(" ")[0]
    if re.fullmatch(r"[ui]\d+", word):
        return type
    if word.startswith(("utf16", "ascii")):
        return "strings" if word == "utf16 strings" else "text"
    if word.endswith("]"):
        return "list"
    return {"guid": "GUID", "filetime": "FILETIME", "multi-string": "strings"}.get(word, "bytes")


def kind_in(record: Any, row: s2.schema.Row) -> str:
    """The same of a layout's row. Numbers with names are numbers; addresses and other records are bytes."""
    if row.type in ("GUID", "FILETIME"):
        return row.type
    field = record.PLAN.field(row.name)
    if field.kind == "integer":
        sign = "i" if field.code[-1].islower() else "u"
        order = " big-endian" if field.code[0] == ">" and field.size != 1 else ""
        return f"{sign}{8 * (field.size or 0)}{order}"
    if row.type == "UTF-16 strings":
        return "strings"
    return "list" if row.type.endswith("[]") else "text" if row.type.startswith("UTF-16") else "bytes"


def record_of(place: str) -> Any:
    """The class: a record, or a part of one that has a layout."""
    module, _, name = place.partition("@")[0].partition(":")
    return getattr(import_module(f"smb2ioctl_codec.payloads.{module}"), name)


def table_of(structure: str) -> list[tuple[str, Shape]]:
    """The fields of a document's table, each with the document's name."""
    fields = STRUCTURES[structure]["fields"]
    names = attribute_names([each["name"] for each in fields])
    return [
        (each["name"], Shape(name, each["offset"], each["size"], kind_of(each["type"])))
        for each, name in zip(fields, names, strict=True)
    ]


def expected(structure: str, place: str) -> list[Shape]:
    """The table as the record has it: with the differences that are listed."""
    shapes: list[Shape] = []
    for name, shape in table_of(structure):
        shapes += DIFFERENCES[place, name][1] if (place, name) in DIFFERENCES else (shape,)
    return shapes + list(DIFFERENCES.get((place, ""), ("", ()))[1])


def actual(place: str) -> list[Shape]:
    """The layout of a record, or its part from an offset on."""
    record, start = record_of(place), int(place.partition("@")[2] or 0)
    rows = s2.layout(record)
    skipped = sum(row.offset is not None and row.offset < start for row in rows)
    shapes = (Shape(row.name, row.offset, row.size, kind_in(record, row)) for row in rows[skipped:])
    return [shape._replace(offset=None if shape.offset is None else shape.offset - start) for shape in shapes]


PAIRS = [(structure, place) for structure, places in RECORDS.items() for place in places.split()]


def test_every_structure_has_a_record() -> None:
    assert STRUCTURES.keys() - RECORDS.keys() == set()
    assert RECORDS.keys() - STRUCTURES.keys() == set()


@pytest.mark.parametrize(("structure", "place"), PAIRS)
def test_fields_are_those_of_the_document(structure: str, place: str) -> None:
    rows = actual(place)
    wanted = expected(structure, place)
    if len(rows) == len(wanted) + 1 and rows[-1].name in TAILS and rows[-1].size is None:
        del rows[-1]
    # a table gives the usual place of what an offset field locates
    located = {field.name for field in record_of(place).PLAN.fields if field.place == "at"}
    assert rows == [shape._replace(offset=None) if shape.name in located else shape for shape in wanted]


@pytest.mark.parametrize(("structure", "place"), PAIRS)
def test_sections_are_those_of_the_document(structure: str, place: str) -> None:
    record = record_of(place)
    sections = STRUCTURES[structure]["sections"]
    assert STRUCTURES[structure]["document"] in record.PLAN.section
    assert not sections or any(re.search(rf"\b{re.escape(each)}", record.PLAN.section) for each in sections)


def test_every_listed_difference_is_one() -> None:
    """What is no longer otherwise, or no longer there, is to be taken out of the lists."""
    tables = {place: dict(table_of(structure)) for structure, place in PAIRS}
    for place, name in DIFFERENCES:
        reason, shapes = DIFFERENCES[place, name]
        assert reason
        assert not name or (tables[place][name],) != shapes, (place, name)
        assert name or shapes, (place, name)
    last = {s2.layout(record_of(place))[-1].name for _, place in PAIRS}
    assert TAILS.keys() <= last
    names = {each["name"] for structure in STRUCTURES.values() for each in structure["fields"]}
    assert IRREGULAR.keys() <= names
    assert [name for name, plain in IRREGULAR.items() if plain == snake_case(name)] == []


def test_the_tables_are_whole() -> None:
    """The data file itself: fields follow one another, and end where the document says that the structure ends."""
    for structure in STRUCTURES.values():
        position: int | None = 0
        for field in structure["fields"]:
            if position is not None and field["offset"] is not None:
                assert field["offset"] == position, (structure["name"], field)
            size = field["size"]
            position = None if size is None or field["offset"] is None else field["offset"] + size
        assert structure["fixed_size"] in (None, position), structure["name"]
