"""Captures made by hand, and real ones taken apart: nothing here knows the code that reads them."""

from __future__ import annotations

import gzip
import io
import json
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

from smb2ioctl_codec import capture

DATA = Path(__file__).parent.parent / "data"
CLIENT, SERVER = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])
CLIENT_PORT, SERVER_PORT = 50000, 445
SYN, ACK = 2, 16
#: A time with microseconds that no float holds exactly.
SECONDS, MICROSECONDS = 1_700_000_000, 123_457

Facts = list[tuple[int, int, int, int]]


def facts(name: str) -> Facts:
    every = json.loads(gzip.decompress((DATA / "capture_facts.json.gz").read_bytes()))
    return [(frame, command, number, reply) for frame, command, number, reply in every[name]]


def facts_of(messages: Iterable[capture.CapturedMessage]) -> Facts:
    """What tshark says of messages, of those that were read."""
    return [
        (one.frame_number, int(one.header.command), one.header.message_id, int(one.direction == "response"))
        for one in messages
        if one.header is not None
    ]


def records(data: bytes) -> list[bytes]:
    """The packets of a classic, little-endian capture."""
    place, found = 24, []
    while place < len(data):
        (size,) = struct.unpack_from("<I", data, place + 8)
        found.append(data[place + 16 : place + 16 + size])
        place += 16 + size
    return found


def recorded(name: str) -> bytes:
    return (DATA / "captures" / name).read_bytes()


def pcap(packets: Iterable[bytes], link: int = 101, order: str = "<", magic: int = 0xA1B2C3D4) -> bytes:
    fraction = MICROSECONDS if magic == 0xA1B2C3D4 else MICROSECONDS * 1000 + 1
    head = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 1 << 18, link)
    return head + b"".join(struct.pack(f"{order}IIII", SECONDS, fraction, len(one), len(one)) + one for one in packets)


def message(
    number: int = 1,
    *,
    reply: bool = False,
    command: int = 13,
    status: int = 0,
    async_id: int | None = None,
    session: int = 7,
    next_command: int = 0,
    body: bytes = b"\4\0\0\0",
) -> bytes:
    """An SMB2 message; without more, ECHO."""
    flags = reply | (2 if async_id is not None else 0)
    where = struct.pack("<Q", async_id) if async_id is not None else struct.pack("<II", 0, 5)
    head = struct.pack("<4sHHIHHIIQ", b"\xfeSMB", 64, 0, status, command, 1, flags, next_command, number)
    return head + where + struct.pack("<Q16s", session, bytes(16)) + body


def frame(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def tcp(payload: bytes = b"", sequence: int = 1, *, reply: bool = False, flags: int = ACK, acknowledged: int = 1,
        ports: tuple[int, int] = (CLIENT_PORT, SERVER_PORT), options: bytes = b"") -> bytes:  # fmt: skip
    source, target = reversed(ports) if reply else ports
    size = (20 + len(options)) // 4 << 4
    return struct.pack(">HHIIBBHHH", source, target, sequence, acknowledged, size, flags, 512, 0, 0) + options + payload


def ipv4(segment: bytes, *, reply: bool = False, options: bytes = b"", fragment: int = 0, total: int | None = None,
         protocol: int = 6) -> bytes:  # fmt: skip
    source, target = (SERVER, CLIENT) if reply else (CLIENT, SERVER)
    size = 20 + len(options)
    total = size + len(segment) if total is None else total
    return struct.pack(">BBHHHBBH4s4s", 0x40 | size // 4, 0, total, 0, fragment, 64, protocol, 0, source, target) + (
        options + segment
    )


def ipv6(segment: bytes, *, kind: int = 6, extensions: bytes = b"", length: int | None = None) -> bytes:
    size = len(extensions) + len(segment) if length is None else length
    return struct.pack(">IHBB16s16s", 6 << 28, size, kind, 64, b"\xfe\x80" + bytes(14), b"\xfe\x81" + bytes(14)) + (
        extensions + segment
    )


def packet(payload: bytes = b"", sequence: int = 1, *, reply: bool = False, flags: int = ACK, acknowledged: int = 1,
           ports: tuple[int, int] = (CLIENT_PORT, SERVER_PORT)) -> bytes:  # fmt: skip
    segment = tcp(payload, sequence, reply=reply, flags=flags, acknowledged=acknowledged, ports=ports)
    return ipv4(segment, reply=reply)


def syn(sequence: int = 0, *, reply: bool = False) -> bytes:
    return packet(b"", sequence, reply=reply, flags=SYN | (ACK if reply else 0))


def block(kind: int, inside: bytes, order: str = "<") -> bytes:
    inside += bytes(-len(inside) % 4)
    size = struct.pack(f"{order}I", len(inside) + 12)
    return struct.pack(f"{order}I", kind) + size + inside + size


def section(order: str = "<", version: int = 1, more: bytes = b"") -> bytes:
    return block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, version, 0, -1) + more, order)


def interface(link: int = 101, order: str = "<", options: Sequence[tuple[int, bytes]] = (), snapshot: int = 0) -> bytes:
    text = b"".join(
        struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4) for code, value in options
    )
    return block(1, struct.pack(f"{order}HHI", link, 0, snapshot) + text, order)


def enhanced(data: bytes, ticks: int = 0, index: int = 0, order: str = "<", size: int | None = None) -> bytes:
    size = len(data) if size is None else size
    head = struct.pack(f"{order}IIIII", index, ticks >> 32, ticks & 0xFFFFFFFF, size, size)
    return block(6, head + data, order)


def read(data: bytes, ports: Iterable[int] = (445, 139)) -> tuple[list[capture.CapturedMessage], capture.Capture]:
    reader = capture.read(io.BytesIO(data), ports=ports)
    return list(reader), reader


def read_until_error(data: bytes) -> tuple[list[capture.CapturedMessage], str | None]:
    """The messages, and the text of the CaptureError that ended them, or of the first finding about all of it."""
    messages = []
    reader = capture.read(io.BytesIO(data))
    try:
        for one in reader:
            messages.append(one)  # noqa: PERF402 - what came before the error counts
    except capture.CaptureError as error:
        return messages, str(error)
    return messages, None if messages or not reader.findings else str(reader.findings[0])
