"""The plain payload of a control code."""

from __future__ import annotations

from functools import cache
from random import Random

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.fuzz.making.compounds import RPC_BIND
from smb2ioctl_codec.fuzz.values.plain import make
from smb2ioctl_codec.payloads import registry


@cache
def payload_of(code: CtlCode) -> bytes:
    """A plain input of a code; nothing, of a code that has none."""
    if code == CtlCode.FSCTL_PIPE_TRANSCEIVE:
        return RPC_BIND
    kinds = registry.lookup(code).types("request")
    return make(kinds[0], Random(0)).encode() if kinds else b""  # noqa: S311
