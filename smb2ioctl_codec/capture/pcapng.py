"""pcapng files: sections of blocks, each block with its length before and after it (draft-ietf-opsawg-pcapng).

A section has a byte order of its own and any number of interfaces, each with its own link layer and clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from smb2ioctl_codec.capture.files import Source, Window
from smb2ioctl_codec.capture.model import CaptureError
from smb2ioctl_codec.capture.pcap import LARGEST_PACKET, RawPacket

#: The first four bytes of a file, the same in both byte orders.
MAGIC = b"\x0a\x0d\x0d\x0a"

_INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _ENHANCED_PACKET = 1, 2, 3, 6
_SMALLEST_SECTION = 28
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
        self.head = Struct(f"{order}II").unpack_from
        self.length = Struct(f"{order}I").unpack_from
        self.version = Struct(f"{order}HH").unpack_from
        self.enhanced = Struct(f"{order}IIII4x").unpack_from
        self.old = Struct(f"{order}H2xIII4x").unpack_from
        self.description = Struct(f"{order}H2xI").unpack_from
        self.option = Struct(f"{order}HH").unpack_from
        self.interfaces: list[_Interface] = []


def packets(source: Source, start: bytes) -> Iterator[RawPacket]:
    """The packets of a pcapng file, of which `start` is the start: its first four bytes, and maybe more.

    Blocks that hold no packet of a network are passed over.

    Raises:
        CaptureError: the file is cut short, or a number in it cannot be right.
    """
    window = Window(source, start)
    section = _Section("<")
    number = 0
    while window.needs(1):
        if not window.needs(8):
            raise CaptureError("the capture is cut short in the head of a block")
        if window.data.startswith(MAGIC, window.at):
            section = _read_section(window)
            continue
        kind, size = section.head(window.data, window.at)
        _check_size(size)
        if kind not in _READ:
            number += kind in _COUNTED
            _pass_over(window, section, size, f"a block of type {kind:#x}")
            continue
        if size > _LARGEST_BLOCK:
            raise CaptureError(f"a block of type {kind:#x} says that it has {size} bytes, more than {_LARGEST_BLOCK}")
        if not window.needs(size):
            raise CaptureError(f"the capture is cut short in a block of type {kind:#x}")
        data, at, end = window.data, window.at + 8, window.at + size - 4
        (again,) = section.length(data, end)
        if again != size:
            raise _two_sizes(size, again)
        window.at = end + 4
        if kind == _INTERFACE:
            _add_interface(section, data[at:end])
        else:
            number += 1
            yield _READERS[kind](section, number, data, at, end)


def _read_section(window: Window) -> _Section:
    """The section whose header block comes next, and which has been passed over then."""
    what = "a section header"
    if not window.needs(12):
        raise CaptureError(f"the capture is cut short in {what}")
    order = _ORDERS.get(window.data[window.at + 8 : window.at + 12])
    if order is None:
        raise CaptureError("a section header does not say its byte order")
    section = _Section(order)
    _kind, size = section.head(window.data, window.at)
    _check_size(size)
    if size < _SMALLEST_SECTION:
        raise CaptureError(f"a section header of {size} bytes is too short")
    if not window.needs(16):
        raise CaptureError(f"the capture is cut short in {what}")
    major, minor = section.version(window.data, window.at + 12)
    if major != _VERSION:
        raise CaptureError(f"version {major}.{minor} of the file format is not known")
    _pass_over(window, section, size, what)
    return section


def _check_size(size: int) -> None:
    if size < 12 or size % 4:
        raise CaptureError(f"a block says that it has {size} bytes, which no block has")


def _pass_over(window: Window, section: _Section, size: int, what: str) -> None:
    """Go past the block of `size` bytes that comes next."""
    if not window.passes(size - 4) or not window.needs(4):
        raise CaptureError(f"the capture is cut short in {what}")
    (again,) = section.length(window.data, window.at)
    if again != size:
        raise _two_sizes(size, again)
    window.at += 4


def _two_sizes(size: int, again: int) -> CaptureError:
    return CaptureError(f"a block has {size} bytes by its start, but {again} by its end")


def _add_interface(section: _Section, data: bytes) -> None:
    if len(data) < 8:
        raise CaptureError("an interface description is too short")
    if len(section.interfaces) == _MOST_INTERFACES:
        raise CaptureError(f"a section has more than {_MOST_INTERFACES} interfaces")
    link, snapshot = section.description(data)
    ticks, offset = 1_000_000, 0
    for code, value in _options(section, data, 8):
        if code == _TIME_RESOLUTION and len(value) == 1:
            ticks = 2 ** (value[0] & 0x7F) if value[0] & 0x80 else 10 ** value[0]
        elif code == _TIME_OFFSET and len(value) == 8:
            (offset,) = Struct(f"{section.order}q").unpack(value)
    section.interfaces.append(_Interface(link, snapshot, ticks, offset * _SECOND))


def _options(section: _Section, data: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    while len(data) - position >= 4:
        code, size = section.option(data, position)
        if code == _END_OF_OPTIONS:
            return
        position += 4
        if size > len(data) - position:
            raise CaptureError(f"option {code} of an interface goes past its block")
        yield code, data[position : position + size]
        position += size + -size % 4


def _enhanced(section: _Section, number: int, block: bytes, start: int, end: int) -> RawPacket:
    _require(number, start, end, 20)
    index, high, low, size = section.enhanced(block, start)
    interface = _interface(section, number, index)
    data = _cut(number, block, start + 20, end, size)
    return number, interface.time_ns(high << 32 | low), interface.link, index, data


def _old(section: _Section, number: int, block: bytes, start: int, end: int) -> RawPacket:
    _require(number, start, end, 20)
    index, high, low, size = section.old(block, start)
    interface = _interface(section, number, index)
    data = _cut(number, block, start + 20, end, size)
    return number, interface.time_ns(high << 32 | low), interface.link, index, data


def _simple(section: _Section, number: int, block: bytes, start: int, end: int) -> RawPacket:
    """It has no time, is of the first interface, and its size has to be worked out."""
    _require(number, start, end, 4)
    interface = _interface(section, number, 0)
    (size,) = section.length(block, start)
    if interface.snapshot:
        size = min(size, interface.snapshot)
    return number, None, interface.link, 0, _cut(number, block, start + 4, end, size)


_READERS = {_ENHANCED_PACKET: _enhanced, _OLD_PACKET: _old, _SIMPLE_PACKET: _simple}


def _require(number: int, start: int, end: int, size: int) -> None:
    if end - start < size:
        raise CaptureError(f"the block of packet {number} is too short")


def _interface(section: _Section, number: int, index: int) -> _Interface:
    if index >= len(section.interfaces):
        raise CaptureError(f"packet {number} is of interface {index}, which its section does not describe")
    return section.interfaces[index]


def _cut(number: int, block: bytes, start: int, end: int, size: int) -> bytes:
    """The packet's bytes, without padding and options."""
    if size > end - start or size > LARGEST_PACKET:
        raise CaptureError(f"packet {number} says that it has {size} bytes, more than its block")
    return block[start : start + size]
