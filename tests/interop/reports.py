"""Messages for reports: recorded ones, and as many as wanted of our own."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from samples import COPYCHUNK, header, request, response

from smb2ioctl_codec.capture import CapturedMessage, read_all
from smb2ioctl_codec.dissect.inspect import inspect
from smb2ioctl_codec.dissect.report import Shown

CAPTURES = Path(__file__).parent.parent / "data" / "captures"
CHUNKS = 10
VOLATILE = 1 << 40
REPLY = 1  # the flag SERVER_TO_REDIR


def made(data: bytes, **about: Any) -> Shown:
    """A message with these bytes; what `about` does not say is empty."""
    texts = dict.fromkeys(("time", "connection", "direction", "summary", "status", "about"), "")
    values: dict[str, Any] = {"frame": None, "partner": None, **texts, **about}
    return Shown(inspection=inspect(data), data=data, **values)


def shown(message: CapturedMessage) -> Shown:
    """A captured message."""
    header = message.header
    return made(
        message.data,
        frame=message.frame_number,
        time=str(message.time),
        connection=str(message.connection),
        direction=message.direction,
        summary=header.command.name if header else "",
        status=header.status.name if header and message.direction == "response" else "",
        partner=message.partner,
    )


def captured(name: str) -> list[Shown]:
    """All messages of a capture."""
    return [shown(each) for each in read_all(CAPTURES / name)]


def many(count: int) -> Iterator[Shown]:
    """Requests to copy chunks and their replies, in turn, of some 60 nodes each, and all different.

    The structure size of every hundredth is wrong, an error; the reserved field of every tenth is not zero, a note.
    """
    for number in range(count):
        is_request = number % 2 == 0
        fields = {"persistent": number, "volatile": VOLATILE + number, "reserved2": int(number % 10 == 0)}
        if number % 100 == 0:
            fields["structure_size"] = 56
        if is_request:
            chunks = [
                struct.pack("<QQII", number * each, number + 4096 * each, number + each, 0) for each in range(CHUNKS)
            ]
            key = struct.pack("<24sII", number.to_bytes(24, "big"), CHUNKS, 0)
            body = request(COPYCHUNK, key + b"".join(chunks), **fields)
        else:
            body = response(COPYCHUNK, struct.pack("<III", number % CHUNKS, 0, number), **fields)
        yield made(
            header(message_id=number // 2, flags=0 if is_request else REPLY, reserved=0) + body,
            frame=number + 1,
            time=f"{number / 1000:.3f}",
            connection=f"10.0.0.1:{50000 + number % 40 // 2} to 10.0.0.2:445",
            direction="request" if is_request else "response",
            summary="FSCTL_SRV_COPYCHUNK",
            status="" if is_request else "SUCCESS",
            about=rf"\\server\share\folder {number // 50}\file {number // 2}.txt",
            partner=number + 2 if is_request else number,
        )
