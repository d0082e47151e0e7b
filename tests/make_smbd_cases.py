"""Makes ``data/smbd_cases.jsonl.gz``: what smbd answers where `bad_requests.jsonl.gz` tells nothing.

Thresholds: from which size on an input, or the room for an output, is answered otherwise. Contents: which values in
payloads are refused. Pairs: requests that break two rules, which tell the order of these. With smbd 4.17.12, as root:

    python tests/make_smbd_cases.py
"""

from __future__ import annotations

import gzip
import json
import struct
import tempfile
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path
from typing import Any

from interop.smbd_cases import Laboratory, obstacle, sessions

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz.case import Case, Place
from smb2ioctl_codec.fuzz.facts import USUAL, broken_by
from smb2ioctl_codec.fuzz.making import build
from smb2ioctl_codec.fuzz.making.payloads import payload_of
from smb2ioctl_codec.messages import HeaderFlags
from smb2ioctl_codec.payloads.dfs import ReferralRequest
from smb2ioctl_codec.rules import SAMBA_4
from smb2ioctl_codec.rules.samba_4 import NO_HANDLE
from smb2ioctl_codec.rules.samba_4_codes import COPYCHUNK, KNOWN, PIPE

Code = s2.CtlCode
OUT = Path(__file__).parent / "data" / "smbd_cases.jsonl.gz"
NOWHERE = Place("IPC$", "none")
ELSEWHERE = {Place("disk", "file"): Place("IPC$", "pipe"), Place("IPC$", "pipe"): Place("disk", "file"),
             NOWHERE: Place("disk", "none")}  # fmt: skip
CODES = (*KNOWN, *(code for code in NO_HANDLE if code not in KNOWN), Code.FSCTL_RECALL_FILE)
#: How long an answer is waited for that is put off, in seconds.
WAIT = 2.0
#: Bytes of what a pipe answers to a bind.
ACKNOWLEDGED = 68

#: What is changed to break a rule; two of these together break two, or more.
CHANGES: dict[str, dict[str, Any]] = {
    "StructureSize=0": {"structure_size": 0}, "StructureSize=1": {"structure_size": 1},
    "StructureSize=56": {"structure_size": 56}, "cut=1": {"cut": 1}, "cut=7": {"cut": 7}, "cut=55": {"cut": 55},
    "InputOffset=119": {"input_offset": 119}, "InputCount=0xffff": {"input_count": 0xFFFF},
    "OutputOffset=1": {"output_offset": 1}, "OutputCount=1": {"output_count": 1},
    "MaxInputResponse=0xffffffff": {"max_input_response": 0xFFFFFFFF},
    "MaxInputResponse=0x20000": {"max_input_response": 0x20000},
    "Flags=0": {"flags": 0}, "FileId=0": {"file_id": s2.FileId(0, 0)}, "FileId=ones": {"file_id": s2.FileId.NONE},
    "header.Flags=0x20000000": {"header_flags": 0x20000000}, "CreditCharge=0xffff": {"credit_charge": 0xFFFF},
    "SessionId": {"session_missing": True}, "TreeId": {"tree_missing": True}, "signature": {"signature_wrong": True},
    "no_dfs_host": {"dfs_enabled": False},
    "elsewhere": {"elsewhere": True}, "no_write_access": {"write_access_missing": True},
    "no_read_access": {"read_access_missing": True}, "no_input": {"data": b""}, "input_3": {"data": bytes(3)},
    "input_zeros": {"data": bytes(64)}, "input_ones": {"data": b"\xff" * 64},
    "range_1_to_0": {"data": struct.pack("<2Q", 1, 0)}, "range_1_to_ones": {"data": struct.pack("<2q", 1, -1)},
    "maxout=0": {"room": 0}, "maxout=1": {"room": 1}, "maxout=11": {"room": 11}, "maxout=31": {"room": 31},
    "maxout=0xffffffff": {"room": 0xFFFFFFFF},
}  # fmt: skip


def made(code: Code, what: str, **changes: Any) -> Case:
    """A request: the plain one of a code, with other fields of the body, another place, another header."""
    place, data = build.place_of(code), changes.pop("data", payload_of(code))
    file_id = s2.FileId.NONE if code in NO_HANDLE else build.FILE_ID
    if code in NO_HANDLE:
        place = NOWHERE
    if changes.pop("elsewhere", False):
        place = ELSEWHERE[place]
    flags = changes.pop("header_flags", 0) | (HeaderFlags.SIGNED.value if changes.get("signature_wrong") else 0)
    head = {"credit_charge": changes.pop("credit_charge", 1), "flags": flags}
    given = tuple((name, changes.pop(name)) for name in sorted(changes.keys() & USUAL.keys()))
    cut, room = changes.pop("cut", None), changes.pop("room", build.ROOM)
    file_id = changes.pop("file_id", file_id)
    body = bytearray(s2.IoctlRequest(code, file_id, data, room).encode())
    for name, value in changes.items():
        part = s2.IoctlRequest.PLAN.field(name)
        struct.pack_into(part.code, body, part.offset or 0, value)
    handle = place.handle if file_id == build.FILE_ID else "none"
    message = build.request_message(bytes(body[:cut]), **head)
    return Case(message, "broken", "request", code, what, place=Place(place.share, handle, given=given))


def pairs() -> Iterator[Case]:
    """Requests with one or two changes, which break rules that no other request breaks together."""
    seen: set[tuple[str, ...]] = set()
    for code in CODES:
        for some in (*combinations(CHANGES, 1), *combinations(CHANGES, 2)):
            merged = {name: value for one in some for name, value in CHANGES[one].items()}
            if len(merged) < sum(len(CHANGES[one]) for one in some):
                continue
            case = made(code, f"pairs.{code.name}." + "_".join(some), **merged)
            broken = broken_by(case, SAMBA_4)
            together = tuple(rule.id for rule in broken)
            telling = len({rule.status for rule in broken}) > 1 and together not in seen
            if telling and obstacle(case.place, frozenset(USUAL)) is None:
                seen.add(together)
                yield case


def contents() -> Iterator[Case]:
    """Values that decide, most of them in payloads."""
    yield from _headers()
    for count, offset, output in product((0, 8), (0, 1, 119, 120, 121, 127, 128, 129, 160, 161), (0, 1, 32, 40)):
        what = f"output.input_{count}.OutputOffset={offset}_OutputCount={output}"
        numbers = {"input_count": count, "output_offset": offset, "output_count": output}
        yield made(Code.FSCTL_RECALL_FILE, what, data=bytes(40), **numbers)
    for state in range(4):
        yield made(Code.FSCTL_SET_COMPRESSION, f"compression.state={state}", data=struct.pack("<H", state))
    for count, more in product((0, 1, 14, 15, 16, 255), (-1, 0, 1, 5)):
        data = (bytes(4) + bytes([1, count]) + bytes(6 + 4 * count + 5))[: 12 + 4 * count + more]
        yield made(Code.FSCTL_FIND_FILES_BY_SID, f"sid.{count}_sub_authorities{more:+d}", data=data)
    yield from _ranges()
    yield from _chunks()
    yield from _fragments()
    for name, path in PATHS.items():
        yield made(Code.FSCTL_DFS_GET_REFERRALS, f"dfs.{name}", data=ReferralRequest(3, path).encode())
    for level, room in product(range(5), (119, 120, 131, 132)):
        data = ReferralRequest(level, r"\127.0.0.1\root").encode()
        yield made(Code.FSCTL_DFS_GET_REFERRALS, f"dfs.level={level}.maxout={room}", data=data, room=room)


def _headers() -> Iterator[Case]:
    yield made(Code.FSCTL_RECALL_FILE, "CreditCharge=0xffff", credit_charge=0xFFFF)
    for bit in range(3, 32):
        yield made(
            Code.FSCTL_RECALL_FILE, f"header.Flags={1 << bit:#x}", header_flags=1 << bit, signature_wrong=bit == 3
        )
    for code in (Code.FSCTL_SRV_REQUEST_RESUME_KEY, *NO_HANDLE):
        for wrong in ("session", "tree"):
            fact = {f"{wrong}_missing": True}
            yield made(code, f"header.{wrong}.{code.name}", **fact)
            yield made(code, f"header.signed_{wrong}.{code.name}", signature_wrong=True, **fact)
            for cut in (7, 8, 55):
                yield made(code, f"header.{wrong}.{code.name}.cut={cut}", cut=cut, **fact)
        yield made(code, f"header.on_disk.{code.name}", elsewhere=True)
    for number in (2, 7, 8, 9, 56):
        what = f"header.session.StructureSize={number}"
        yield made(Code.FSCTL_RECALL_FILE, what, session_missing=True, structure_size=number)
    for cut, number in product((2, 7, 8, 55), (0, 1, 2, 56, 57)):
        yield made(Code.FSCTL_RECALL_FILE, f"cut={cut}.StructureSize={number:#x}", structure_size=number, cut=cut)


#: Paths of which most are answered for another reason.
PATHS = {
    "empty": "",
    "backslash": "\\",
    "dots": "..",
    "dots_as_server": r"\..",
    "dots_as_share": r"\server\..",
    "dots_as_link": r"\server\root\..",
    "dots_in_no_share": r"\server\nosuch\..",
    "dots_behind_link": r"\server\root\link\..",
    "dots_twice": r"\server\root\link\..\..",
    "dots_to_link": r"\server\root\nosuch\..\link",
    "dots_to_root": r"\server\root\nosuch\..",
    "control_behind_link": "\\server\\root\\link\\\1",
    "control_in_no_share": "\\server\\nosuch\\\1",
    "control_in_server": "\\server\1\\root\\link",
    "control_without_share": "\\server\1",
    "bar_in_no_share": r"\server\nosuch\|",
    "colon_in_no_share": r"\server\nosuch\:",
    "colon_inside_no_share": r"\server\nosuch\a:b",
    "star_behind_link": r"\server\root\link\*",
    "star_in_no_share": r"\server\nosuch\*",
    "colon": r"\server\root\link:x",
    "quote": r"\server\root\"",
    "backslashes": r"\\\server\root\\link",
    "no_backslash": r"server\root",
    "slashes": "/server/root/link",
    "backslash_at_end": "\\server\\root\\",
    "255_bytes": rf"\server\root\{'x' * 255}",
    "256_bytes": rf"\server\root\{'x' * 256}",
    "254_bytes_of_UTF-8": rf"\server\root\{'é' * 127}",
    "256_bytes_of_UTF-8": rf"\server\root\{'é' * 128}",
    "256_bytes_behind_link": rf"\server\root\link\{'x' * 256}",
    "256_bytes_behind_no_link": rf"\server\root\nosuch\{'x' * 256}",
    "4094_bytes_before_name": r"\server\root\link" + r"\x" * 2046,
    "4096_bytes_before_name": r"\server\root\link" + r"\x" * 2047,
    "4200_bytes_of_name": rf"\server\root\link\{'x' * 4200}",
    "300_bytes_of_share": rf"\server\{'x' * 300}\link",
}


def _ranges() -> Iterator[Case]:
    zero, allocated = Code.FSCTL_SET_ZERO_DATA, Code.FSCTL_QUERY_ALLOCATED_RANGES
    large, ones = (1 << 63) - 1, (1 << 64) - 1
    for start in (0, 1, 99_999, 100_000, large, large + 1, ones - 4, ones):
        for end in (0, 1, 100_000, 0xFFFFFFFF000, 0xFFFFFFFF001, large, large + 1, ones - 4, ones):
            data = struct.pack("<2Q", start, end)
            yield made(zero, f"zero.{start:#x}_to_{end:#x}", data=data)
            yield made(zero, f"zero.pipe_{start:#x}_to_{end:#x}", data=data, elsewhere=True)
            yield made(allocated, f"ranges.{start:#x}_and_{end:#x}", data=data)
            yield made(allocated, f"ranges.{start:#x}_and_{end:#x}.maxout=0", data=data, room=0)
    yield made(allocated, "ranges.pipe", elsewhere=True)
    yield made(allocated, "ranges.no_read_access", read_access_missing=True)


def _chunks() -> Iterator[Case]:
    large, ones = 1 << 63, (1 << 64) - 1
    fine = (0, 0, 1)
    edges = (large - 101, large - 100, large, ones)
    rows: dict[str, tuple[int, tuple[tuple[int, int, int], ...]]] = {
        "no_chunks": (0, ()), "count=1_of_2": (1, (fine, fine)), "count=3_of_2": (3, (fine, fine)),
        "count=256": (256, (fine,) * 256), "count=257": (257, (fine,) * 257),
        "16_MiB": (16, ((0, 0, 1 << 20),) * 16), "17_MiB": (17, ((0, 0, 1 << 20),) * 17),
    }  # fmt: skip
    for number, before in ((1, ()), (2, (fine,))):
        rows |= {f"source_{number}={edge:#x}": (number, (*before, (edge, 0, 100))) for edge in edges}
        rows |= {f"target_{number}={edge:#x}": (number, (*before, (0, edge, 100))) for edge in edges}
        rows |= {f"length_{number}={size:#x}": (number, (*before, (0, 0, size))) for size in (0, 1, 1 << 20, 0x100001)}
    for code, (name, (count, chunks)) in product(COPYCHUNK, rows.items()):
        data = bytes(24) + struct.pack("<II", count, 0) + b"".join(struct.pack("<QQII", *chunk, 0) for chunk in chunks)
        yield made(code, f"copychunk.{code.name}.{name}", data=data)
        if name in ("no_chunks", "count=1_of_2", "count=3_of_2"):
            yield made(code, f"copychunk.{code.name}.known_key.{name}", data=data, source_key_unknown=False)


def _fragments() -> Iterator[Case]:
    transceive = Code.FSCTL_PIPE_TRANSCEIVE
    bind = payload_of(transceive)
    for room in (0, 1, 16, 0xFFFF0001, 0xFFFFFFFF):
        for what, data in (
            ("empty", b""),
            ("15_zeros", bytes(15)),
            ("16_zeros", bytes(16)),
            ("letters", b"A" * 32),
            ("cut_bind", bind[:-1]),
        ):
            yield made(transceive, f"pipe.{what}.maxout={room:#x}", data=data, room=room)
    for order in (0, 0x10, 0x20, 0x30):
        for size in (0, 15, len(bind), len(bind) + 1, 0x4800):
            data = bind[:4] + bytes([order]) + bind[5:8] + struct.pack("<H", size) + bind[10:]
            yield made(transceive, f"pipe.order={order:#x}.size={size:#x}", data=data)


def thresholds(laboratory: Laboratory) -> Iterator[tuple[Case, s2.NtStatus | None]]:
    """Of each row of sizes, those at which the answer changes, and the ones before them."""
    for code in CODES:
        for elsewhere in (False, True):
            where = f"{code.name}{'.elsewhere' if elsewhere else ''}"
            # Whether a pipe answers, and what, is for its own protocol.
            for filler in (b"\0", b"\xff") if code not in PIPE or elsewhere else ():
                yield from _turns(laboratory, [
                    made(code, f"sizes.{where}.{size}_of_{filler.hex()}", data=filler * size, elsewhere=elsewhere)
                    for size in range(41)
                ])  # fmt: skip
            yield from _turns(laboratory, [
                made(code, f"rooms.{where}.maxout={room}", room=room, elsewhere=elsewhere,
                     pipe_has_more=room < ACKNOWLEDGED)
                for room in (*range(41), 63, 64, 67, 68, 151, 152)
            ])  # fmt: skip


def _turns(laboratory: Laboratory, cases: list[Case]) -> Iterator[tuple[Case, s2.NtStatus | None]]:
    answers = [laboratory.answer(case, seconds=WAIT) for case in cases]
    for index, (case, answer) in enumerate(zip(cases, answers, strict=True)):
        if answers[index - 1 : index] != [answer] or [answer] != answers[index + 1 : index + 2]:
            yield case, answer


def main() -> None:
    """Write the file."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, sessions(Path(folder)) as found:
        laboratory = Laboratory(*found)
        asked = [(case, laboratory.answer(case, seconds=WAIT)) for case in (*contents(), *pairs())]
        for case, answer in (*asked, *thresholds(laboratory)):
            rows.append({
                "case": f"smbd.{case.what}", "status": None if answer is None else answer.name,
                "share": case.place.share, "handle": case.place.handle, "given": dict(case.place.given),
                "message_hex": case.data.hex(),
            })  # fmt: skip
    text = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    OUT.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
