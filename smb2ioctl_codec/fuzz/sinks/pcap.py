"""A corpus as a capture: every message in a TCP connection of its own, to port 445 or from it."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from typing import IO

from smb2ioctl_codec.fuzz.case import messages
from smb2ioctl_codec.fuzz.sinks.manifest import Entry
from smb2ioctl_codec.messages import Command, FileId, Header, IoctlRequest, encode_frame
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.schema import value_class

#: Link type of the capture, and the longest packet that it may hold, in bytes.
_ETHERNET, _LONGEST = 1, 1 << 16
#: Bytes of TCP payload in a packet, as Ethernet has it.
_SEGMENT = 1460
#: The first packet's time, in seconds since 1970, and microseconds between packets.
_START, _STEP = 946_684_800, 1000
_FIN, _SYN, _PUSH, _ACK = 1, 2, 8, 16
#: StructureSize of an IOCTL reply, and the bytes at its start up to those that repeat control code and FileId.
_REPLY, _ECHOED = 49, 24

#: Addresses that no network has: those of documents, and those of benchmarks.
_SERVER = IPv4Address("192.0.2.1").packed
_CLIENTS = int(IPv4Address("198.18.0.0"))
_SERVER_PORT, _FIRST_PORT, _PORTS = 445, 49152, 16384
_TO_SERVER = b"\x02\0\0\0\0\2" + b"\x02\0\0\0\0\1" + b"\x08\0"
_TO_CLIENT = b"\x02\0\0\0\0\1" + b"\x02\0\0\0\0\2" + b"\x08\0"


def write_pcap(entries: Iterable[Entry], file: IO[bytes], manifest: IO[str]) -> int:
    """Write messages as a classic pcap file, and what they are to a manifest beside it.

    Each case has a connection of its own, with an opening, an end and right checksums, so that programs that follow
    connections take it. Before a reply goes a request of the same ids and control code, because many programs show
    nothing of a reply to what they have not seen. Times and addresses are made up, the same at every run.

    Args:
        entries: the cases, in the form of messages.
        file: where to write the capture.
        manifest: where to write a line for each; ``packet`` is the packet in which it ends, the first being 1.

    Returns:
        The number of messages.

    Raises:
        EncodeError: a message is too long for a frame.
        OSError: it cannot be written.
    """
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, _LONGEST, _ETHERNET))
    count = packets = 0
    for entry in entries:
        last = 0
        for packet, is_message in _connection(count, entry):
            packets += 1
            last = packets if is_message else last
            seconds, microseconds = divmod(packets * _STEP, 1_000_000)
            file.write(struct.pack("<IIII", _START + seconds, microseconds, len(packet), len(packet)) + packet)
        manifest.write(entry.line(packet=last))
        count += 1
    return count


@value_class
class _Peers:
    """Both ends of a connection: the client's address and port; the server's are always the same."""

    address: bytes
    port: int


def _connection(number: int, entry: Entry) -> Iterator[tuple[bytes, bool]]:
    """The packets of a connection that is about one message, and which of them hold it."""
    address, port = divmod(number, _PORTS)
    peers = _Peers(struct.pack(">I", _CLIENTS + address), _FIRST_PORT + port)
    data, is_reply = entry.piece.data, entry.facts["direction"] == "response"
    steps = [(encode_frame(data), is_reply, True)]
    asked = _asked(data) if is_reply else None
    if asked is not None:
        steps.insert(0, (encode_frame(asked), False, False))
    at = [1, 1]  # next sequence number of the client, and of the server
    yield _packet(peers, False, 0, 0, _SYN), False
    yield _packet(peers, True, 0, 1, _SYN | _ACK), False
    yield _packet(peers, False, 1, 1, _ACK), False
    for stream, from_server, is_message in steps:
        for start in range(0, len(stream), _SEGMENT):
            part = stream[start : start + _SEGMENT]
            yield _packet(peers, from_server, at[from_server], at[not from_server], _PUSH | _ACK, part), is_message
            at[from_server] += len(part)
    yield _packet(peers, False, at[0], at[1], _FIN | _ACK), False
    yield _packet(peers, True, at[1], at[0] + 1, _FIN | _ACK), False
    yield _packet(peers, False, at[0] + 1, at[1] + 1, _ACK), False


def _asked(data: bytes) -> bytes | None:
    """A request that a reply can be the answer to; None where it has no header of IOCTL to take the ids from."""
    _, end = next(messages(data), (0, 0))
    ids = Header.decode(data[:HEADER_SIZE]) if end else None
    if ids is None or ids.command != Command.IOCTL:
        return None
    code, file_id = 0, FileId.NONE
    if end >= HEADER_SIZE + _ECHOED and data[HEADER_SIZE] == _REPLY:
        code, *halves = struct.unpack_from("<I2Q", data, HEADER_SIZE + 4)
        file_id = FileId(*halves)
    head = Header(message_id=ids.message_id, session_id=ids.session_id, tree_id=ids.tree_id or 0)
    return head.encode() + IoctlRequest.of(b"", ctl_code=code, file_id=file_id, max_output_response=1 << 16).encode()


def _packet(
    peers: _Peers, from_server: bool, sequence: int, acknowledged: int, flags: int, payload: bytes = b""
) -> bytes:
    """An Ethernet frame with a segment of TCP over IPv4."""
    ends = ((peers.address, peers.port), (_SERVER, _SERVER_PORT))
    (source, source_port), (target, target_port) = ends[::-1] if from_server else ends
    ports = struct.pack(">HHII", source_port, target_port, sequence, acknowledged)
    rest = struct.pack(">BBH", 5 << 4, flags, 0xFFFF)
    size = 20 + len(payload)
    pseudo = source + target + struct.pack(">BBH", 0, 6, size)
    segment = ports + rest + struct.pack(">HH", _checksum(pseudo + ports + rest + bytes(4) + payload), 0) + payload
    head = struct.pack(">BBHHHBB", 0x45, 0, 20 + size, 0, 0x4000, 64, 6)
    checked = head + struct.pack(">H", _checksum(head + bytes(2) + source + target)) + source + target
    return (_TO_CLIENT if from_server else _TO_SERVER) + checked + segment


def _checksum(data: bytes) -> int:
    """The checksum of IP and TCP: the complement of the sum of all 16-bit words, with end-around carry."""
    total: int = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
