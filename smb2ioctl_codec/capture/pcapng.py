"""pcapng files: sections of blocks, each block with its length before and after it (draft-ietf-opsawg-pcapng).

A section has a byte order of its own and any number of interfaces, each with its own link layer and clock.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from smb2ioctl_codec.capture.files import exactly, pass_over
from smb2ioctl_codec.capture.model import CaptureError
from smb2ioctl_codec.capture.pcap import LARGEST_PACKET, RawPacket

#: The first four bytes of a file, the same in both byte orders.
MAGIC = b"\x0a\x0d\x0d\x0a"

_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _ENHANCED_PACKET = 0x0A0D0D0A, 1, 2, 3, 6
#: Blocks of other contents that tshark counts as packets too: journal entries, custom blocks, system calls.
_COUNTED = frozenset((0x9, 0xBAD, 0x40000BAD, 0x204))
_READ = frozenset((_INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _ENHANCED_PACKET))
_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_VERSION = 1
#: Bytes of the largest block that is held as a whole: a packet and its options.
_LARGEST_BLOCK = 2 * LARGEST_PACKET
#: Interfaces of a section; more are no capture, but an attempt to fill the memory.
_MOST_INTERFACES = 1 << 16
_END_OF_OPTIONS, _TIME_RESOLUTION, _TIME_OFFSET = 0, 9, 14
_SECOND = 1_000_000_000


class _Interface(NamedTuple):
    """What an interface description block says that matters here."""

    link: int
    snapshot: int
    ticks_in_second: int
    offset_ns: int

    def time_ns(self, ticks: int) -> int:
        return ticks * _SECOND // self.ticks_in_second + self.offset_ns


class _Section:
    """Byte order and interfaces of a section."""

    def __init__(self, order: str) -> None:
        self.order = order
        self.length = Struct(f"{order}I")
        self.enhanced = Struct(f"{order}IIIII")
        self.old = Struct(f"{order}HHIIII")
        self.description = Struct(f"{order}HHI")
        self.option = Struct(f"{order}HH")
        self.interfaces: list[_Interface] = []


def packets(file: io.BufferedReader) -> Iterator[RawPacket]:
    """The packets of a pcapng file, of which the first four bytes have been read.

    Blocks that hold no packet of a network are passed over.

    Raises:
        CaptureError: the file is cut short, or a number in it cannot be right.
    """
    section = _read_section(file)
    number = 0
    while head := file.read(4):
        if head == MAGIC:
            section = _read_section(file)
            continue
        head += exactly(file, 8 - len(head), "the head of a block")
        kind, size = section.length.unpack_from(head)[0], section.length.unpack_from(head, 4)[0]
        inside = _size_inside(size)
        if kind not in _READ:
            number += kind in _COUNTED
            pass_over(file, inside, f"a block of type {kind:#x}")
            _check_end(file, section, size)
            continue
        if size > _LARGEST_BLOCK:
            raise CaptureError(f"a block of type {kind:#x} says that it has {size} bytes, more than {_LARGEST_BLOCK}")
        data = exactly(file, inside, f"a block of type {kind:#x}")
        _check_end(file, section, size)
        if kind == _INTERFACE:
            _add_interface(section, data)
        else:
            number += 1
            yield _READERS[kind](section, number, data)


def _read_section(file: io.BufferedReader) -> _Section:
    """The section whose header block starts at the four bytes before."""
    head = exactly(file, 8, "a section header")
    order = _ORDERS.get(head[4:])
    if order is None:
        raise CaptureError("a section header does not say its byte order")
    section = _Section(order)
    size = section.length.unpack_from(head)[0]
    inside = _size_inside(size) - 4
    version = Struct(f"{order}HHq").unpack(exactly(file, 16 - 4, "a section header")) if inside >= 12 else None
    if version is None:
        raise CaptureError(f"a section header of {size} bytes is too short")
    if version[0] != _VERSION:
        raise CaptureError(f"version {version[0]}.{version[1]} of the file format is not known")
    pass_over(file, inside - 12, "a section header")
    _check_end(file, section, size)
    return section


def _size_inside(size: int) -> int:
    """Bytes of a block of `size` bytes between type and length at its start and length at its end."""
    if size < 12 or size % 4:
        raise CaptureError(f"a block says that it has {size} bytes, which no block has")
    return size - 12


def _check_end(file: io.BufferedReader, section: _Section, size: int) -> None:
    (again,) = section.length.unpack(exactly(file, 4, "the end of a block"))
    if again != size:
        raise CaptureError(f"a block has {size} bytes by its start, but {again} by its end")


def _add_interface(section: _Section, data: bytes) -> None:
    if len(data) < 8:
        raise CaptureError("an interface description is too short")
    if len(section.interfaces) == _MOST_INTERFACES:
        raise CaptureError(f"a section has more than {_MOST_INTERFACES} interfaces")
    link, _reserved, snapshot = section.description.unpack_from(data)
    ticks, offset = 1_000_000, 0
    for code, value in _options(section, data, 8):
        if code == _TIME_RESOLUTION and len(value) == 1:
            ticks = 2 ** (value[0] & 0x7F) if value[0] & 0x80 else 10 ** value[0]
        elif code == _TIME_OFFSET and len(value) == 8:
            (offset,) = Struct(f"{section.order}q").unpack(value)
    section.interfaces.append(_Interface(link, snapshot, ticks, offset * _SECOND))


def _options(section: _Section, data: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    while len(data) - position >= 4:
        code, size = section.option.unpack_from(data, position)
        if code == _END_OF_OPTIONS:
            return
        position += 4
        if size > len(data) - position:
            raise CaptureError(f"option {code} of an interface goes past its block")
        yield code, data[position : position + size]
        position += size + -size % 4


def _enhanced(section: _Section, number: int, data: bytes) -> RawPacket:
    _require(number, data, 20)
    index, high, low, size, _original = section.enhanced.unpack_from(data)
    interface = _interface(section, number, index)
    return RawPacket(number, interface.time_ns(high << 32 | low), interface.link, index, _cut(number, data, 20, size))


def _old(section: _Section, number: int, data: bytes) -> RawPacket:
    _require(number, data, 20)
    index, _drops, high, low, size, _original = section.old.unpack_from(data)
    interface = _interface(section, number, index)
    return RawPacket(number, interface.time_ns(high << 32 | low), interface.link, index, _cut(number, data, 20, size))


def _simple(section: _Section, number: int, data: bytes) -> RawPacket:
    """It has no time, is of the first interface, and its size has to be worked out."""
    _require(number, data, 4)
    interface = _interface(section, number, 0)
    (size,) = section.length.unpack_from(data)
    if interface.snapshot:
        size = min(size, interface.snapshot)
    return RawPacket(number, None, interface.link, 0, _cut(number, data, 4, size))


_READERS = {_ENHANCED_PACKET: _enhanced, _OLD_PACKET: _old, _SIMPLE_PACKET: _simple}


def _require(number: int, data: bytes, size: int) -> None:
    if len(data) < size:
        raise CaptureError(f"the block of packet {number} is too short")


def _interface(section: _Section, number: int, index: int) -> _Interface:
    if index >= len(section.interfaces):
        raise CaptureError(f"packet {number} is of interface {index}, which its section does not describe")
    return section.interfaces[index]


def _cut(number: int, data: bytes, start: int, size: int) -> bytes:
    """The packet's bytes, without padding and options."""
    if size > len(data) - start or size > LARGEST_PACKET:
        raise CaptureError(f"packet {number} says that it has {size} bytes, more than its block")
    return data[start : start + size]
