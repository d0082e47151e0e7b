"""A file as scapy's SMB2 layers read it, and what its users do with what they get."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scapy.layers.smb2 import SMB2_Header
from scapy.packet import NoPayload, Packet

from .peer_limits import attempt

_MESSAGE: Any = SMB2_Header


def read(data: bytes) -> None:
    """Read a file: a message, or a compound, which scapy takes apart by itself; show it, and build it again."""
    packet = _MESSAGE(data)
    attempt(packet.show, True)  # as text, not printed
    attempt(packet.show2, True)
    attempt(packet.summary)
    attempt(_build, packet, False)
    attempt(_build, packet, True)


def _build(packet: Any, computed: bool) -> None:
    """Build a packet from its fields; where `computed`, without the numbers that scapy works out."""
    copy = packet.copy()
    for each in _packets(copy):
        each.raw_packet_cache = None
        for field in each.fields_desc if computed else ():
            if field.default is None and isinstance(each.getfieldval(field.name), int):
                each.delfieldval(field.name)
    bytes(copy)


def _packets(value: Any) -> Iterator[Any]:
    """A packet, and those inside it and behind it."""
    if isinstance(value, NoPayload):
        return
    if isinstance(value, Packet):
        yield value
        yield from _packets(list(value.fields.values()))
        yield from _packets(value.payload)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _packets(each)
