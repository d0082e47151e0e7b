"""Which payload a control code carries, in each direction. `rows` holds the table."""

from __future__ import annotations

from typing import Any

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.payloads.row import Direction, Row
from smb2ioctl_codec.payloads.rows import ROWS

__all__ = ["Direction", "Row", "code_of", "lookup"]

_BY_CODE = {row.ctl_code: row for row in ROWS}


def lookup(ctl_code: int) -> Row:
    """The row of a control code; for one without payload types, a row that says just that.

    Raises:
        ValueError: `ctl_code` is no unsigned 32-bit integer.
    """
    code = CtlCode(ctl_code)
    return _BY_CODE.get(code) or Row(code)


def code_of(kind: type[Any], direction: Direction) -> CtlCode | None:
    """The control code whose input (``request``) or output (``response``) is of this type, of several the first; None
    if there is none."""
    return next((row.ctl_code for row in ROWS if row.names(kind, direction)), None)
