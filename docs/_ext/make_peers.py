"""Makes ``peers.json``, what other projects do: ``python make_peers.py LAYOUTS CODES PEERS > peers.json``.

The arguments are Markdown sheets of payload layouts, of control codes and of peers. It is run by hand when
these change; the documentation is built from ``peers.json``. What the sheets say in words of their own is written out
below by those words, so that the script stops where they have changed.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

#: Letter in the layout sheet, name, and how the codes sheet names the version that was looked at.
PEERS = (
    ("W", "Wireshark", r"tshark (4\.[\d.]+)"),
    ("S", "Samba", r"samba-team/samba (\w+)"),
    ("C", "Linux cifs", r"smbfsctl\.h \(stored copy (\w+)\)"),
    ("K", "ksmbd", r"cifsd-team/ksmbd (\w+)"),
    ("T", "Windows protocol test suites", r"microsoft/WindowsProtocolTestSuites (\w+)"),
    ("L", "libsmb2", r"sahlberg/libsmb2 (\w+)"),
    ("P", "smbprotocol", r"jborean93/smbprotocol (\w+)"),
    ("I", "impacket", r"fortra/impacket (\w+)"),
    ("Y", "scapy", r"secdev/scapy (\w+)"),
    ("J", "smbj", r"hierynomus/smbj (\w+)"),
    ("R", "smb-rs", r"AvivNaaman/smb-rs (\w+)"),
)
LETTERS = {letter for letter, _, _ in PEERS}

#: Lists of peers with remarks: the letters, those that do it wrongly or in part marked with a star.
IRREGULAR = {
    "W S I(V3,V4 strings) P Y(V1,V3,V4) J R T C": "W S I* P Y* J R T C",
    "W S I P Y J R(V3 only) T": "W S I P Y J R* T",
    "W P I R T, Samba by hand (S: no idl struct)": "W P I R T S",
    "W K T; Samba parses it by hand": "W K T S",
    "W (under 0x000980BC, not the [MS-FSCC] value) T": "W* T",
    "T; C only for the count and refcount forms": "T C*",
    "T (a different reserved size)": "T*",
    "P R T; J (wrong: character counts, writes the file name twice, default charset); I none seen": "P R T J*",
    "J R T; W: not decoded": "J R T",
    "I T C; W: reads a GUID only when the tag's high bit is 0": "I T C W*",
    "I T C; W shows raw bytes only": "I T C",
    "I P T; R has a request without Length/Offset (wrong)": "I P T R*",
    "I (length as 4 bytes: wrong), R (takes the whole reply to be this: wrong), T": "I* R* T",
    "C T; W field names exist for the shared prefix": "C T W*",
    "C (without StructureSize: 48 bytes) T": "C* T",
    "C (packed, 332) T": "C T",
}

#: Payloads of the codes sheet that the layout sheet calls otherwise, or that are several structures there.
HEADINGS = {
    "RESP_GET_DFS_REFERRAL": (
        "RESP_GET_DFS_REFERRAL", "DFS_REFERRAL_V1", "DFS_REFERRAL_V2", "DFS_REFERRAL_V3 / V4, NameListReferral = 0",
        "DFS_REFERRAL_V3 / V4, NameListReferral = 1",
    ),
    "CompressionState u16": ("CompressionState",),
    "FILE_OBJECTID_BUFFER": ("FILE_OBJECTID_BUFFER (type 1)",),
    "EXTENDED_INFO (48 bytes)": ("SET_OBJECT_ID_EXTENDED request",),
    "REPARSE_DATA_BUFFER or REPARSE_GUID_DATA_BUFFER": (
        "REPARSE_DATA_BUFFER", "REPARSE_GUID_DATA_BUFFER", "Symbolic link (tag 0xA000000C)",
        "Mount point (tag 0xA0000003)", "NFS special file (tag 0x80000014)", "LX symlink (tag 0xA000001D)",
    ),
    "REPARSE_(GUID_)DATA_BUFFER with length 0": ("REPARSE_DATA_BUFFER", "REPARSE_GUID_DATA_BUFFER"),
    "FILE_SET_SPARSE_BUFFER u8 (optional)": ("FILE_SET_SPARSE_BUFFER",),
    "FILESYSTEM_STATISTICS array": ("FILESYSTEM_STATISTICS", "NTFS_STATISTICS"),
    "USN_RECORD_V2 or V3": ("USN_RECORD_V2", "USN_RECORD_V3"),
    "FILE_QUERY_SPARING (16 bytes)": ("FILE_QUERY_SPARING_BUFFER",),
    "FILE_QUERY_ON_DISK_VOL_INFO (336 bytes)": ("FILE_QUERY_ON_DISK_VOL_INFO",),
    "SVHDX_TUNNEL_OPERATION_HEADER + body": ("SVHDX tunnel header",),
    "same header + body": ("SVHDX tunnel header",),
    "by Operation: LIST output / QUERY_DELTAS output / none": (
        "REFS_STREAM_SNAPSHOT_LIST_OUTPUT_BUFFER", "LIST entry, by the text (packed)",
        "QUERY_DELTAS output, by the text (packed)",
    ),
    "FILE_ALLOCATED_RANGE_BUFFER array": ("FILE_ALLOCATED_RANGE_BUFFER",),
    "FSCTL_PIPE_WAIT": ("FSCTL_PIPE_WAIT request",),
    "SRV_REQUEST_RESUME_KEY": ("SRV_REQUEST_RESUME_KEY response",),
    "SRV_COPYCHUNK_COPY": ("SRV_COPYCHUNK_COPY", "SRV_COPYCHUNK"),
    "SI_COPYFILE": ("SI_COPYFILE",),
    "NETWORK_INTERFACE_INFO chain": (
        "NETWORK_INTERFACE_INFO", "SOCKADDR_STORAGE with SOCKADDR_IN", "SOCKADDR_STORAGE with SOCKADDR_IN6",
    ),
    "VALIDATE_NEGOTIATE_INFO req": ("VALIDATE_NEGOTIATE_INFO request",),
    "VALIDATE_NEGOTIATE_INFO rsp": ("VALIDATE_NEGOTIATE_INFO response",),
    "SRV_READ_HASH": ("SRV_READ_HASH request",),
    "SRV_HASH_RETRIEVE_HASH_BASED / _FILE_BASED": ("SRV_HASH_RETRIEVE_HASH_BASED", "SRV_HASH_RETRIEVE_FILE_BASED"),
    "FILE_REGION_INPUT (optional)": ("FILE_REGION_INPUT (optional)",),
}  # fmt: skip

#: Payloads of which the layout sheet does not say who has them.
UNSAID = {
    "PathNameLength u32 + PathName", "first 0x24 bytes of sector 0", "STARTING_VCN_INPUT_BUFFER",
    "FILE_NAME_INFORMATION array", "DECRYPTION_STATUS_BUFFER u8 (optional)", "READ_FILE_USN_DATA (optional)",
    "Usn i64", "RETRIEVAL_POINTERS_AND_REFCOUNT_BUFFER", "RETRIEVAL_POINTER_COUNT", "FILE_SET_DEFECT_MGMT_BUFFER u8",
    "FILE_LEVEL_TRIM_OUTPUT (optional)", "Capabilities, Guid, SecurityMode, Dialect (24 bytes; beta)",
    "same shape",
}  # fmt: skip

Marks = dict[str, str]


def structures(text: str) -> dict[str, Marks]:
    """Who has a structure, by its heading: letter -> ``yes`` or ``partly``."""
    found: dict[str, Marks] = {}
    last: Marks = {}
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        peers = re.search(r"^Source: .*? Peers: (.*)\.$", part, re.MULTILINE)
        if peers is None:
            continue
        if peers[1] != "as above":
            last = _marks(IRREGULAR.get(peers[1], peers[1]))
        found[part.partition("\n")[0]] = last
    return found


def _marks(letters: str) -> Marks:
    marks = {each[0]: "partly" if each[1:] == "*" else "yes" for each in letters.split()}
    if not marks.keys() <= LETTERS or any(len(each.rstrip("*")) != 1 for each in letters.split()):
        raise SystemExit(f"not understood: Peers: {letters}")
    return marks


def codes(text: str, known: dict[str, Marks]) -> dict[str, dict[str, Any]]:
    """Who has the payloads of a control code: code -> direction -> letter -> ``yes`` or ``partly``."""
    found = {}
    section = text[text.index("\n## 3.") : text.index("\n## 4.")]
    for line in re.findall(r"^\| (0x.*) \|$", section, re.MULTILINE):
        cells = [cell.strip() for cell in line.split(" | ")]
        code, request, response, wireshark = cells[0], cells[7], cells[8], cells[10]
        found[code] = {
            "request": _peers(request, known, "q" in wireshark),
            "response": _peers(response, known, "s" in wireshark),
        }
    return found


def _peers(payload: str, known: dict[str, Marks], wireshark: bool) -> Marks | None:
    """Who has all structures of a payload; of Wireshark the codes sheet knows better. None: there is no structure."""
    if payload in ("none", "raw bytes"):
        return None
    if payload in UNSAID:
        return ({"W": "yes"} if wireshark else {}) | {"?": ""}
    all_marks = [known[heading] for heading in HEADINGS.get(payload, (payload,))]
    marks = {
        letter: "yes" if all(each.get(letter) == "yes" for each in all_marks) else "partly"
        for letter in LETTERS
        if any(letter in each for each in all_marks)
    }
    marks.pop("W", None)
    if wireshark:
        marks["W"] = "yes" if all(each.get("W") == "yes" for each in all_marks) else "partly"
    return dict(sorted(marks.items()))


def features(text: str) -> list[list[str]]:
    """The table of what peers do, as it stands in the peers sheet."""
    section = text[text.index("\n## Features\n") : text.index("\n## Speed")]
    rows = re.findall(r"^\|(.*)\|$", section, re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in (rows[0], *rows[2:])]


def main(layouts: str, code_sheet: str, peer_sheet: str) -> None:
    texts = [Path(each).read_text(encoding="utf-8") for each in (layouts, code_sheet, peer_sheet)]
    head = texts[1].partition("\n## 1.")[0]
    dates = re.findall(r"\b\d{4}-\d\d-\d\d\b", texts[0].partition("\n## ")[0] + texts[2].partition("\n## ")[0])
    versions = {letter: re.search(pattern, head) for letter, _, pattern in PEERS}
    data = {
        "dates": sorted(set(dates)),
        "peers": [[letter, name, found[1]] for letter, name, _ in PEERS if (found := versions[letter])],
        "codes": codes(texts[1], structures(texts[0])),
        "features": features(texts[2]),
    }
    text = json.dumps(data, indent=1, ensure_ascii=False)
    sys.stdout.write(re.sub(r"([{\[])\s+([^{}\[\]]*?)\s+([}\]])", _on_one_line, text) + "\n")


def _on_one_line(innermost: re.Match[str]) -> str:
    return innermost[1] + re.sub(r"\s*\n\s*", " ", innermost[2]) + innermost[3]


if __name__ == "__main__":
    main(*sys.argv[1:])
