"""Which payload a control code carries, in each direction. `rows` holds the table, loaded when first asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smb2ioctl_codec.ctl_code import CtlCode

if TYPE_CHECKING:
    from smb2ioctl_codec.payloads.row import Direction, Row


def lookup(ctl_code: int) -> Row:
    """The row of a control code; for one without payload types, a row that says just that.

    Raises:
        ValueError: `ctl_code` is no unsigned 32-bit integer.
    """
    from smb2ioctl_codec.payloads.row import Row
    from smb2ioctl_codec.payloads.rows import BY_CODE

    code = CtlCode(ctl_code)
    return BY_CODE.get(code) or Row(code)


def code_of(kind: type[Any], direction: Direction) -> CtlCode | None:
    """The control code whose input (``request``) or output (``response``) is of this type, of several the first; None
    if there is none."""
    from smb2ioctl_codec.payloads.rows import BY_CODE

    return next((row.ctl_code for row in BY_CODE.values() if row.names(kind, direction)), None)
