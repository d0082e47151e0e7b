"""Messages for the tests, packed by hand with `struct`, and the recorded ones of ``data/``.

Nothing here uses the library: what it makes is what the library is held against.
"""

from __future__ import annotations

import functools
import gzip
import json
import random
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

DATA = Path(__file__).parent / "data"

ALL_ONES = 0xFFFFFFFFFFFFFFFF
DFS_GET_REFERRALS = 0x00060194
PIPE_TRANSCEIVE = 0x0011C017
ENUMERATE_SNAPSHOTS = 0x00144064
COPYCHUNK = 0x001440F2
COPYCHUNK_WRITE = 0x001480F2
RESUME_KEY = 0x00140078
NOBODYS = 0x8384ABCC  # a control code that nobody lists
SMBTORTURES = 0x83848003  # one that only a test program sends

SUCCESS = 0x00000000
PENDING = 0x00000103
BUFFER_OVERFLOW = 0x80000005
INVALID_PARAMETER = 0xC000000D

REQUEST_FORMAT = "<HHIQQIIIIIIII"
REQUEST_FIELDS = (
    "structure_size", "reserved", "ctl_code", "persistent", "volatile", "input_offset", "input_count",
    "max_input_response", "output_offset", "output_count", "max_output_response", "flags", "reserved2",
)  # fmt: skip
RESPONSE_FORMAT = "<HHIQQIIIIII"
RESPONSE_FIELDS = (
    "structure_size", "reserved", "ctl_code", "persistent", "volatile", "input_offset", "input_count",
    "output_offset", "output_count", "flags", "reserved2",
)  # fmt: skip


def header(
    *, protocol_id: bytes = b"\xfeSMB", structure_size: int = 64, credit_charge: int = 1, status: int = 0,
    command: int = 11, granted: int = 31, flags: int = 0, next_command: int = 0, message_id: int = 8,
    reserved: int = 0xFEFF, tree_id: int = 5, async_id: int | None = None, session_id: int = 0x0123456789ABCDEF,
    signature: bytes = bytes(16),
) -> bytes:  # fmt: skip
    """Pack an SMB2 header ([MS-SMB2] 2.2.1); with `async_id` in the async form. `granted`: the credits."""
    start = struct.pack(
        "<4sHHIHHIIQ", protocol_id, structure_size, credit_charge, status, command, granted, flags, next_command,
        message_id,
    )  # fmt: skip
    ids = struct.pack("<II", reserved, tree_id) if async_id is None else struct.pack("<Q", async_id)
    return start + ids + struct.pack("<Q16s", session_id, signature)


def request(ctl_code: int = NOBODYS, buffer: bytes = b"", **fields: int) -> bytes:
    """Pack an IOCTL request body ([MS-SMB2] 2.2.31): all of `buffer` is input at 120 unless `fields` say otherwise."""
    values = dict.fromkeys(REQUEST_FIELDS, 0)
    values |= {"structure_size": 57, "ctl_code": ctl_code, "persistent": ALL_ONES, "volatile": ALL_ONES, "flags": 1}
    values |= {"input_offset": 120 if buffer else 0, "input_count": len(buffer), "max_output_response": 4096}
    values |= fields
    return struct.pack(REQUEST_FORMAT, *(values[name] for name in REQUEST_FIELDS)) + buffer


def response(ctl_code: int = NOBODYS, buffer: bytes = b"", **fields: int) -> bytes:
    """Pack an IOCTL response body ([MS-SMB2] 2.2.32): all of `buffer` is output at 112 unless `fields` say else."""
    values = dict.fromkeys(RESPONSE_FIELDS, 0)
    values |= {"structure_size": 49, "ctl_code": ctl_code, "persistent": ALL_ONES, "volatile": ALL_ONES}
    values |= {"input_offset": 112, "output_offset": 112, "output_count": len(buffer)}
    values |= fields
    return struct.pack(RESPONSE_FORMAT, *(values[name] for name in RESPONSE_FIELDS)) + buffer


def error(data: bytes = b"", *, padding: bytes | None = None, count: int = 0, reserved: int = 0) -> bytes:
    """Pack an ERROR response body ([MS-SMB2] 2.2.2), with one zero byte where there is no data."""
    filler = padding if padding is not None else b"" if data else b"\0"
    return struct.pack("<HBBI", 9, count, reserved, len(data)) + data + filler


def error_context(data: bytes, error_id: int = 0) -> bytes:
    """Pack an error context ([MS-SMB2] 2.2.2.1)."""
    return struct.pack("<II", len(data), error_id) + data


def frame(message: bytes) -> bytes:
    """Put the four bytes of direct TCP before a message ([MS-SMB2] 2.1)."""
    return struct.pack(">I", len(message)) + message


def referral_request(path: str, level: int = 4, end: str = "\0") -> bytes:
    """Pack a REQ_GET_DFS_REFERRAL ([MS-DFSC] 2.2.2)."""
    return struct.pack("<H", level) + (path + end).encode("utf-16-le")


def token(number: int) -> str:
    """Give one of many snapshot tokens, all different below 60,000,000."""
    seconds = number % 60
    minutes, hours = number // 60 % 60, number // 3600 % 24
    return f"@GMT-20{number // 86400 % 100:02}.02.03-{hours:02}.{minutes:02}.{seconds:02}"


def snapshot_array(tokens: tuple[str, ...], *, total: int | None = None, size: int | None = None,
                   padding: bytes = b"\0\0") -> bytes:  # fmt: skip
    """Pack an SRV_SNAPSHOT_ARRAY ([MS-SMB2] 2.2.32.2)."""
    array = b"".join(one.encode("utf-16-le") + b"\0\0" for one in tokens) + padding
    count = len(tokens)
    head = struct.pack("<III", count if total is None else total, count, len(array) if size is None else size)
    return head + array


class Pdu(NamedTuple):
    """One recorded message: where it was seen, and its bytes from the header on."""

    pcap: str
    frame: int
    is_request: bool
    #: of a request: ChannelSequence and Reserved
    status: int
    message_id: int
    is_signed: bool
    is_async: bool
    #: None for an ERROR response
    ctl_code: int | None
    message: bytes

    @property
    def body(self) -> bytes:
        """Everything after the header."""
        return self.message[64:]


#: The bundled messages of all kinds.
SAMPLE = DATA / "sample.jsonl"
MESSAGES = [bytes.fromhex(json.loads(line)["message_hex"]) for line in SAMPLE.read_text(encoding="ascii").splitlines()]

#: Captures of requests that were broken on purpose.
BROKEN_ON_PURPOSE = frozenset({"bad_0210.pcap", "nomsdfs_raw.pcap"})


@functools.cache
def pdus() -> tuple[Pdu, ...]:
    """Every IOCTL message that was recorded."""
    with gzip.open(DATA / "ioctl_pdus.jsonl.gz", "rt", encoding="utf-8") as lines:
        return tuple(_pdu(json.loads(line)) for line in lines)


def _pdu(row: dict[str, Any]) -> Pdu:
    code = None if row["ctl_code"] is None else int(row["ctl_code"], 16)
    return Pdu(
        row["pcap"], row["frame"], row["direction"] == "request", row["status"], row["message_id"], row["signed"],
        row["async"], code, bytes.fromhex(row["message_hex"]),
    )  # fmt: skip


@functools.cache
def vectors() -> dict[str, bytes]:
    """The vectors of documents and of other projects' tests, by id."""
    rows = json.loads((DATA / "vectors.json").read_text(encoding="utf-8"))
    return {row["id"]: bytes.fromhex(row["hex"]) for row in rows}


#: Numbers that stand at the edge of what fields, signs, alignments and messages allow.
EDGES = (0, 1, 2, 7, 8, 48, 56, 57, 63, 64, 112, 119, 120, 121, 0x7FFFFFFF, 0x80000000, 0xFFFFFF00, 0xFFFFFFFF)


def mutants(seeds: list[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Give `count` byte strings, the same at every run: random ones, and `seeds` cut, grown and overwritten."""
    generator = random.Random(seed)
    for _ in range(count):
        if generator.random() < 0.05:
            yield generator.randbytes(generator.randrange(160))
            continue
        data = bytearray(generator.choice(seeds))
        for _ in range(generator.randrange(4)):
            _mutate(data, generator)
        yield bytes(data)


def _mutate(data: bytearray, generator: random.Random) -> None:
    place = generator.randrange(len(data) + 1)
    match generator.randrange(5):
        case 0:
            del data[place:]
        case 1:
            data += generator.randbytes(generator.randrange(1, 20))
        case 2:
            data[place : place + 1] = generator.randbytes(1)
        case 3:
            data[place : place + 4] = struct.pack("<I", generator.choice(EDGES))
        case 4:
            data[place : place + 2] = struct.pack("<H", generator.choice(EDGES) & 0xFFFF)
