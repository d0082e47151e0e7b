"""Makes ``payload_tables.json`` of a sheet of layouts: ``python make_payload_tables.py SHEET > payload_tables.json``.

The sheet is Markdown. A structure is a heading, a line with its source, and a table of which the first columns are
offset, size, type and name; a line may state its size. Structures that a sentence or a shared table describes are
written out below, with the words that the sheet must contain: were they to change, the script would stop.

It is run by hand when the sheet changes; no test runs it.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ORIGIN = (
    "Layouts of [MS-SMB2] 84.0, [MS-DFSC] 31.0, [MS-FSCC] 60.0, [MS-RSVD] 17.0, [MS-SQOS] 8.0 and [MS-DTYP], as a "
    "sheet of this project lists them, made into JSON by make_payload_tables.py. `offset` and `size` are bytes; null: "
    "they depend on other fields. `fixed_size`: what the sheet states for the whole structure."
)

COLUMNS = "| Off | Size | Type | Name | Units / constraints |"
SOURCE = re.compile(r"^Source: (\[MS-\w+\])(.*)")
SECTION = re.compile(r"\b\d+(?:\.\d+)+\b")
FIXED = re.compile(r"^Fixed size (\d+) ")

#: What stands in sentences: structure, document, the words of the sheet, and fields as ``type name``.
IN_SENTENCES = (
    ("FILE_LEVEL_TRIM_RANGE", "[MS-FSCC]", "Offset u64, Length u64 (16 each)", "u64 Offset, u64 Length"),
    ("FILE_LEVEL_TRIM_OUTPUT", "[MS-FSCC]", "NumRangesProcessed u32 at 0", "u32 NumRangesProcessed"),
    ("FILE_REGION_INFO", "[MS-FSCC]", "24 each: FileOffset i64, Length i64, DesiredUsage u32, Reserved u32",
     "i64 FileOffset, i64 Length, u32 DesiredUsage, u32 Reserved"),
    ("FILE_OBJECTID_BUFFER (type 2)", "[MS-FSCC]", "Type 2 (2.1.3.2): ObjectId 16, ExtendedInfo 48 bytes",
     "guid ObjectId, 48 ExtendedInfo"),
    ("DECRYPTION_STATUS_BUFFER", "[MS-FSCC]", "NoEncryptedStreams u8", "u8 NoEncryptedStreams"),
    ("FILE_SET_DEFECT_MGMT_BUFFER", "[MS-FSCC]", "SET_DEFECT_MANAGEMENT 0x00098134 | request | Disable u8",
     "u8 Disable"),
    ("WRITE_USN_CLOSE_RECORD reply", "[MS-FSCC]", "WRITE_USN_CLOSE_RECORD 0x000900EF | reply | Usn i64",
     "i64 Usn"),
    ("STARTING_VCN_INPUT_BUFFER", "[MS-FSCC]", "request | StartingVcn i64", "i64 StartingVcn"),
    ("RETRIEVAL_POINTER_COUNT", "[MS-FSCC]", "GET_RETRIEVAL_POINTER_COUNT | reply | ExtentCount u32",
     "u32 ExtentCount"),
    ("IS_PATHNAME_VALID request", "[MS-FSCC]", "PathNameLength u32, PathName UTF-16",
     "u32 PathNameLength, utf16 PathName"),
    ("READ_FILE_USN_DATA", "[MS-FSCC]", "MinMajorVersion u16, MaxMajorVersion u16",
     "u16 MinMajorVersion, u16 MaxMajorVersion"),
    ("EXTENTS", "[MS-FSCC]", "16 each: NextVcn i64, Lcn i64", "i64 NextVcn, i64 Lcn"),
    ("EXTENT_AND_REFCOUNT, by the text", "[MS-FSCC]",
     "entry NextVcn i64, Lcn i64, ReferenceCount u32 = 20 bytes",
     "i64 NextVcn, i64 Lcn, u32 ReferenceCount"),
    ("RETRIEVAL_POINTERS_AND_REFCOUNT_BUFFER", "[MS-FSCC]", "AND_REFCOUNT (2.3.34): same head",
     "u32 ExtentCount, u32 Unused, i64 StartingVcn, entry[] Extents"),
    ("FAT_STATISTICS and EXFAT_STATISTICS", "[MS-FSCC]",
     ("nine u32: CreateHits, SuccessfulCreates, FailedCreates, NonCachedReads, NonCachedReadBytes, NonCachedWrites, "
      "NonCachedWriteBytes, NonCachedDiskReads, NonCachedDiskWrites"),
     ("u32 CreateHits, u32 SuccessfulCreates, u32 FailedCreates, u32 NonCachedReads, u32 NonCachedReadBytes, "
      "u32 NonCachedWrites, u32 NonCachedWriteBytes, u32 NonCachedDiskReads, u32 NonCachedDiskWrites")),
    ("SID", "[MS-DTYP]",
     "Revision u8=1, SubAuthorityCount u8, IdentifierAuthority 6 bytes big-endian, SubAuthority u32[]",
     "u8 Revision, u8 SubAuthorityCount, 6 IdentifierAuthority, u32[SubAuthorityCount] SubAuthority"),
    ("FILE_NAME_INFORMATION", "[MS-FSCC]", "FileNameLength u32, FileName UTF-16",
     "u32 FileNameLength, utf16 FileName"),
    ("Link tracking information, form 2", "[MS-FSCC]",
     "Form 2: Type u32 @0 (0 NTFS, 1 DFS), VolumeId guid @4, ObjectId guid @20, NetBIOSName ASCII @36",
     "u32 Type, guid VolumeId, guid ObjectId, ascii NetBIOSName"),
    ("QUERY_DELTAS input", "[MS-FSCC]", "StartingVcn i64 @0, Flags u32 @8 (0), Reserved u32 @12",
     "i64 StartingVcn, u32 Flags, u32 Reserved"),
    ("REFS_STREAM_EXTENT, by the text", "[MS-FSCC]",
     "REFS_STREAM_EXTENT by the text: Vcn i64, Lcn i64, Length i64, Properties u32 = 28 bytes",
     "i64 Vcn, i64 Lcn, i64 Length, u32 Properties"),
    ("IOCTL_STORAGE_QUERY_PROPERTY request", "[MS-FSCC]", "PropertyId u32 (6 = access alignment), QueryType u32",
     "u32 PropertyId, u32 QueryType"),
    ("IOCTL_STORAGE_QUERY_PROPERTY reply", "[MS-FSCC]",
     ("Version u32, Size u32, BytesPerCacheLine u32, BytesOffsetForCacheAlignment u32, BytesPerLogicalSector u32, "
      "BytesPerPhysicalSector u32, BytesOffsetForSectorAlignment u32"),
     ("u32 Version, u32 Size, u32 BytesPerCacheLine, u32 BytesOffsetForCacheAlignment, u32 BytesPerLogicalSector, "
      "u32 BytesPerPhysicalSector, u32 BytesOffsetForSectorAlignment")),
)  # fmt: skip

SIZES = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "i64": 8, "guid": 16}


def of_tables(text: str) -> list[dict[str, Any]]:
    """The structures that have a table of their own."""
    found = []
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        lines = part.split("\n")
        if COLUMNS not in lines:
            continue
        first = lines.index(COLUMNS) + 2
        rows = [row for line in lines[first : lines.index("", first)] for row in _rows(line)]
        ((document, text),) = (match.groups() for line in lines if (match := SOURCE.match(line)))
        size = next((int(match[1]) for line in lines if (match := FIXED.match(line))), None)
        sections = SECTION.findall(text.partition("Peers:")[0])
        found.append(_structure(lines[0], document, sections, size, rows))
    return found


def _structure(name: str, document: str, sections: list[str], size: int | None, fields: list[Any]) -> dict[str, Any]:
    return {"name": name, "document": document, "sections": sections, "fixed_size": size, "fields": fields}


def _rows(line: str) -> list[dict[str, Any]]:
    """The fields of one line of a table: several where it names several."""
    offset, size, kind, names = (cell.strip() for cell in line.strip("|").split("|")[:4])
    length = None if size == "n" else int(size)
    start = None if offset == "after" else int(offset)
    first, *others = names.split(", ")
    rows: list[dict[str, Any]] = [{"name": first, "offset": start, "size": length, "type": kind}]
    return rows + [{"name": name, "offset": None, "size": length, "type": kind} for name in others]


def of_sentences(text: str) -> list[dict[str, Any]]:
    """The structures that stand in `IN_SENTENCES`."""
    found = []
    for name, document, words, fields in IN_SENTENCES:
        if words not in text:
            raise SystemExit(f"the sheet no longer says {words!r}")
        position: int | None = 0
        rows = []
        for field in fields.split(", "):
            kind, label = field.split(" ")
            size = int(kind) if kind.isdigit() else SIZES.get(kind)
            kind = "bytes" if kind.isdigit() else kind
            rows.append({"name": label, "offset": position, "size": size, "type": kind})
            position = None if position is None or size is None else position + size
        found.append(_structure(name, document, [], position, rows))
    return found


def main(sheet: str) -> None:
    text = Path(sheet).read_text(encoding="utf-8")
    structures = of_tables(text) + of_sentences(text)
    texts = ",\n".join(_text(each) for each in structures)
    sys.stdout.write(f'{{"origin": {json.dumps(ORIGIN)},\n"structures": [\n{texts}\n]}}\n')


def _text(structure: dict[str, Any]) -> str:
    """JSON with a line for each field."""
    head = json.dumps({name: value for name, value in structure.items() if name != "fields"})
    lines = ",\n".join(f"  {json.dumps(field)}" for field in structure["fields"])
    return f' {head[:-1]}, "fields": [\n{lines}]}}'


if __name__ == "__main__":
    main(*sys.argv[1:])
