"""Strategies of IOCTL bodies that carry what their control code defines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.messages import IoctlRequest, IoctlResponse
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.testing.records import fill, records
from smb2ioctl_codec.testing.scalars import contents

if TYPE_CHECKING:
    from smb2ioctl_codec.payloads.row import Direction, Row


def requests(ctl_code: int | None = None) -> st.SearchStrategy[IoctlRequest]:
    """IOCTL requests that carry a payload of their code; `payload()` reads every one of them.

    Their input lies where clients put it, so that they decode under every rule set's rules on offsets and lengths; all
    other fields are drawn. `records(IoctlRequest)` gives other layouts, and any bytes as the input.

    Args:
        ctl_code: the control code; None: any that the registry has a row for. The input of a code that has no type is
            bytes.

    Raises:
        ValueError: `ctl_code` is no unsigned 32-bit integer.
    """
    return _requests(_checked(ctl_code))


def responses(ctl_code: int | None = None) -> st.SearchStrategy[IoctlResponse]:
    """IOCTL responses that carry a payload of their code; `payload()` reads every one of them under SUCCESS.

    Arguments and errors as for `requests`. No input is sent back; `records(IoctlResponse)` gives such, too.
    """
    return _responses(_checked(ctl_code))


def rows(ctl_code: int | None) -> st.SearchStrategy[Row]:
    """The row of a control code, or any of the registry."""
    from smb2ioctl_codec.payloads.rows import BY_CODE

    return st.sampled_from(list(BY_CODE.values())) if ctl_code is None else st.just(registry.lookup(ctl_code))


def _checked(ctl_code: int | None) -> CtlCode | None:
    return None if ctl_code is None else CtlCode(ctl_code)


@st.composite
def _requests(draw: st.DrawFn, ctl_code: CtlCode | None) -> IoctlRequest:
    row = draw(rows(ctl_code))
    given = {"ctl_code": row.ctl_code, "input": draw(payloads(row, "request"))}
    return fill(draw, IoctlRequest, **given, input_offset=None, slack=b"")


@st.composite
def _responses(draw: st.DrawFn, ctl_code: CtlCode | None) -> IoctlResponse:
    row = draw(rows(ctl_code))
    given = {"ctl_code": row.ctl_code, "output": draw(payloads(row, "response"))}
    return fill(draw, IoctlResponse, **given, input=b"", input_offset=None, output_offset=None, slack=b"")


def payloads(row: Row, direction: Direction) -> st.SearchStrategy[bytes]:
    """The bytes of a payload of a control code that are read as one of its types, or as bytes if it has none."""
    kinds: tuple[type[Any], ...] = row.types(direction)
    if not kinds:
        return contents
    encoded = st.one_of([records(kind) for kind in kinds]).map(lambda payload: payload.encode())
    return encoded.filter(lambda data: _reads(row, direction, data))


def _reads(row: Row, direction: Direction, data: bytes) -> bool:
    try:
        if direction == "request":
            row.decode_request(data)
        else:
            row.decode_response(data)
    except DecodeError:
        return False
    return True
