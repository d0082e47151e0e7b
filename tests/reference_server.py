"""The reference server's answer to an IOCTL request, written down a second time as plain code with `struct` alone.

It follows the table of Samba 3.6's tests row by row and knows nothing of the library, so that the two can be compared.
Beside it stands the backend that tests put under a server: it remembers what it was asked.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from samples import ALL_ONES, DFS_GET_REFERRALS, ENUMERATE_SNAPSHOTS, PIPE_TRANSCEIVE

import smb2ioctl_codec as s2
from smb2ioctl_codec.server import Open

SUCCESS = 0x00000000
BUFFER_OVERFLOW = 0x80000005
INVALID_PARAMETER = 0xC000000D
INVALID_DEVICE_REQUEST = 0xC0000010
BUFFER_TOO_SMALL = 0xC0000023
PIPE_NOT_AVAILABLE = 0xC00000AC
NOT_SUPPORTED = 0xC00000BB
FILE_CLOSED = 0xC0000128
ILLEGAL_CHARACTER = 0xC0000161
FS_DRIVER_REQUIRED = 0xC000019C

#: The 9 bytes of every refusal: StructureSize 9, no contexts, ByteCount 0, one zero byte.
REFUSAL = bytes.fromhex("0900 00 00 00000000 00")


@dataclass
class World:
    """A backend: the opens, what stands behind them, and a log of the questions.

    What is an exception is raised where it is asked for.
    """

    opens: dict[tuple[int, int], Open] = field(default_factory=dict)
    referral: bytes | BaseException = b"referral"
    #: bytes that the pipe takes; None: all
    taken: int | BaseException | None = None
    answer: bytes | BaseException = b"answer"
    more: bool = False
    tokens: Sequence[str] | BaseException = ()
    trouble: BaseException | None = None
    log: list[tuple[Any, ...]] = field(default_factory=list)

    def find_open(self, file_id: s2.FileId) -> Open | None:
        self.log.append(("find_open", file_id.persistent, file_id.volatile))
        if self.trouble is not None:
            raise self.trouble
        return self.opens.get((file_id.persistent, file_id.volatile))

    def referrals(self, path: str, max_level: int) -> bytes:
        self.log.append(("referrals", path, max_level))
        return cast("bytes", _given(self.referral))

    def pipe_write(self, opened: Open, data: bytes, /) -> int:
        self.log.append(("pipe_write", opened, data))
        return len(data) if self.taken is None else cast("int", _given(self.taken))

    def pipe_read(self, opened: Open, max_bytes: int, /) -> tuple[bytes, bool]:
        self.log.append(("pipe_read", opened, max_bytes))
        data = _given(self.answer)
        return data[:max_bytes], self.more or len(data) > max_bytes

    def snapshots(self, opened: Open, /) -> Sequence[str]:
        self.log.append(("snapshots", opened))
        return cast("Sequence[str]", _given(self.tokens))


def _given(value: Any) -> Any:
    if isinstance(value, BaseException):
        raise value
    return value


class _Refused(Exception):
    """The status that ends the request."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def answer(
    body: bytes, world: World, *, is_ipc: bool, dfs_enabled: bool = True, related: bool = False
) -> tuple[int, bytes]:
    """Status and body of the reply; `world` is asked what the server would ask."""
    try:
        status, output = _served(body, world, is_ipc, dfs_enabled, related)
    except _Refused as refusal:
        return refusal.status, REFUSAL
    except s2.StatusError as refusal:
        return int(refusal.status), REFUSAL
    code, persistent, volatile = struct.unpack_from("<4xIQQ", body)
    head = struct.pack("<HHIQQIIIIII", 49, 0, code, persistent, volatile, 112, 0, 112, len(output), 0, 0)
    return status, head + output


def _served(body: bytes, world: World, is_ipc: bool, dfs_enabled: bool, related: bool) -> tuple[int, bytes]:
    if len(body) < 56 or struct.unpack_from("<H", body)[0] != 57:
        raise _Refused(INVALID_PARAMETER)
    code, persistent, volatile, offset, count = struct.unpack_from("<4xIQQII", body)
    (most,) = struct.unpack_from("<I", body, 44)
    if count and offset != 120:
        raise _Refused(INVALID_PARAMETER)
    if count > len(body) - 56:
        raise _Refused(INVALID_PARAMETER)
    data = body[56 : 56 + count]
    if not related and persistent != volatile:
        raise _Refused(FILE_CLOSED)
    opened = None
    if volatile != ALL_ONES:
        opened = world.find_open(s2.FileId(persistent, volatile))
        if opened is None:
            raise _Refused(FILE_CLOSED)
    if code == DFS_GET_REFERRALS:
        return _referrals(data, most, world, is_ipc, dfs_enabled)
    if code == PIPE_TRANSCEIVE:
        return _transceive(data, most, world, is_ipc, opened)
    if code == ENUMERATE_SNAPSHOTS:
        return _snapshots(most, world, opened)
    raise _Refused(FS_DRIVER_REQUIRED if is_ipc else INVALID_DEVICE_REQUEST)


def _referrals(data: bytes, most: int, world: World, is_ipc: bool, dfs_enabled: bool) -> tuple[int, bytes]:
    if not is_ipc:
        raise _Refused(INVALID_DEVICE_REQUEST)
    if not dfs_enabled:
        raise _Refused(FS_DRIVER_REQUIRED)
    if len(data) < 4:
        raise _Refused(INVALID_PARAMETER)
    try:
        path = data[2:].decode("utf-16-le")
    except UnicodeDecodeError:
        raise _Refused(ILLEGAL_CHARACTER) from None
    referral = world.referrals(path.partition("\0")[0], data[0] + 256 * data[1])
    return (BUFFER_OVERFLOW if len(referral) > most else SUCCESS), referral[:most]


def _transceive(data: bytes, most: int, world: World, is_ipc: bool, opened: Open | None) -> tuple[int, bytes]:
    if not is_ipc:
        raise _Refused(NOT_SUPPORTED)
    if opened is None or not opened.is_pipe:
        raise _Refused(FILE_CLOSED)
    if world.pipe_write(opened, data) != len(data):
        raise _Refused(PIPE_NOT_AVAILABLE)
    output, more = world.pipe_read(opened, most)
    return (BUFFER_OVERFLOW if more else SUCCESS), output


def _snapshots(most: int, world: World, opened: Open | None) -> tuple[int, bytes]:
    if opened is None:
        raise _Refused(FILE_CLOSED)
    if most < 16:
        raise _Refused(INVALID_PARAMETER)
    tokens = world.snapshots(opened)
    size = 50 * len(tokens) + 6
    if most == 16:
        return SUCCESS, struct.pack("<IIII", len(tokens), 0, size, 0)
    if most < 12 + size:
        raise _Refused(BUFFER_TOO_SMALL)
    places = b"".join(one.encode("utf-16-le") + bytes(2) for one in tokens)
    return SUCCESS, struct.pack("<III", len(tokens), len(tokens), size) + places + bytes(6)
