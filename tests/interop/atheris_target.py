"""What Atheris runs: every decoder, on what our mutator makes. The decoders that no import brings count as covered too.

    python atheris_target.py [options of libFuzzer] FOLDER

Ends with a traceback if anything but a DecodeError is raised.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

import atheris

with atheris.instrument_imports(include=["smb2ioctl_codec"], enable_loader_override=False):
    import smb2ioctl_codec as s2
    from smb2ioctl_codec.payloads.rows import BY_CODE

from smb2ioctl_codec.fuzz.mutating.mutator import custom_crossover, custom_mutator


def instrument_decoders() -> None:
    """Let the compiled decoders count as covered."""
    kinds: set[Any] = {kind for row in BY_CODE.values() for kind in (*row.types("request"), *row.types("response"))}
    kinds |= {s2.Header, s2.IoctlRequest, s2.IoctlResponse, s2.ErrorResponse}
    for kind in kinds:
        atheris.instrument_func(kind.decode)


def decode_all(data: bytes) -> None:
    """Frames, messages, bodies and what they carry."""
    messages = [data]
    if data[:1] == b"\0":
        messages = []
        with suppress(s2.DecodeError):
            messages.extend(s2.iter_frames(data))
    for message in messages:
        with suppress(s2.DecodeError):
            for packet in s2.decode_chain(message):
                _decode_payload(packet)


def _decode_payload(packet: s2.Packet) -> None:
    body, header = packet.body, packet.header
    if isinstance(body, s2.IoctlRequest):
        body.payload()
    elif isinstance(body, s2.IoctlResponse) and isinstance(header, s2.Header):
        body.payload(status=header.status)
    elif isinstance(body, s2.ErrorResponse) and isinstance(header, s2.Header):
        body.payload(header.status)


if __name__ == "__main__":
    instrument_decoders()
    atheris.Setup(sys.argv, decode_all, custom_mutator=custom_mutator, custom_crossover=custom_crossover)
    atheris.Fuzz()
