"""Network interfaces, by hand."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from .parts import UNFIT, Buffer, as_bytes
from .values import Bad

ENTRY_SIZE = 152

_HEAD = struct.Struct("<IIIIQH")
_REST = 26
_V4 = struct.Struct("<H4s8s112s")
_V6 = struct.Struct("<HI16sI100s")
_IN = struct.Struct("<IIIIQHH4s8s112s")
_IN6 = struct.Struct("<IIIIQHHI16sI100s")
_OTHER = struct.Struct("<IIIIQ128s")


@dataclass(slots=True)
class SockaddrIn:
    ipv4_address: IPv4Address
    port: int
    reserved: bytes
    reserved2: bytes


@dataclass(slots=True)
class SockaddrIn6:
    ipv6_address: IPv6Address
    port: int
    flow_info: int
    scope_id: int
    reserved: bytes


@dataclass(slots=True)
class Interface:
    if_index: int
    link_speed: int
    sock_addr_storage: SockaddrIn | SockaddrIn6 | bytes
    capability: int
    reserved: int
    padding: bytes


@dataclass(slots=True)
class Interfaces:
    interfaces: tuple[Interface, ...]


def decode(data: Buffer) -> Interfaces:
    """Every entry in one pass; the last has no padding, and nothing follows it."""
    if type(data) is not bytes:
        data = as_bytes(data)
    size = len(data)
    found = []
    position = 0
    while position < size:
        if size - position < ENTRY_SIZE:
            raise Bad("short")
        step, index, capability, reserved, speed, family = _HEAD.unpack_from(data, position)
        storage: SockaddrIn | SockaddrIn6 | bytes
        if family == 2:
            port, address, zero, zero2 = _V4.unpack_from(data, position + _REST)
            storage = SockaddrIn(IPv4Address(address), port, zero, zero2)
        elif family == 0x17:
            port, flow, address, scope, zero = _V6.unpack_from(data, position + _REST)
            storage = SockaddrIn6(IPv6Address(address), port, flow, scope, zero)
        else:
            storage = data[position + 24 : position + ENTRY_SIZE]
        end = position + step
        if not step:
            if position + ENTRY_SIZE != size:
                raise Bad("bytes after the last entry")
            end = size
        elif step % 8 or step < ENTRY_SIZE or end >= size:
            raise Bad("Next")
        padding = data[position + ENTRY_SIZE : end]
        found.append(Interface(index, speed, storage, capability, reserved, padding))
        position = end
    return Interfaces(tuple(found))


def encode(value: Interfaces) -> bytes:
    try:
        entries = value.interfaces
        if type(entries) is not tuple:
            raise Bad("type")
        found = []
        last = len(entries) - 1
        for place, entry in enumerate(entries):
            if type(entry) is not Interface:
                raise Bad("type")
            padding = entry.padding
            if type(padding) is not bytes:
                raise Bad("type")
            step = ENTRY_SIZE + len(padding)
            if place == last:
                if padding:
                    raise Bad("bytes after the last entry")
                step = 0
            elif step % 8:
                raise Bad("Next")
            found.append(_entry(step, entry))
            found.append(padding)
        return b"".join(found)
    except UNFIT as error:
        raise Bad(error) from None


def _entry(step: int, entry: Interface) -> bytes:
    storage = entry.sock_addr_storage
    if type(storage) is SockaddrIn:
        address, zero, zero2 = storage.ipv4_address, storage.reserved, storage.reserved2
        if not isinstance(address, IPv4Address) or len(zero) != 8 or len(zero2) != 112:
            raise Bad("type")
        return _IN.pack(
            step, entry.if_index, entry.capability, entry.reserved, entry.link_speed, 2, storage.port, address.packed,
            zero, zero2,
        )  # fmt: skip
    if type(storage) is SockaddrIn6:
        address6, zero = storage.ipv6_address, storage.reserved
        if not isinstance(address6, IPv6Address) or address6.scope_id is not None or len(zero) != 100:
            raise Bad("type")
        return _IN6.pack(
            step, entry.if_index, entry.capability, entry.reserved, entry.link_speed, 0x17, storage.port,
            storage.flow_info, address6.packed, storage.scope_id, zero,
        )  # fmt: skip
    if type(storage) is not bytes or len(storage) != 128 or storage[:2] in (b"\2\0", b"\x17\0"):
        raise Bad("type")
    return _OTHER.pack(step, entry.if_index, entry.capability, entry.reserved, entry.link_speed, storage)
