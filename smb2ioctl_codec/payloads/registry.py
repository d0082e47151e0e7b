"""Which payload a control code carries, in each direction.

To add a control code: write its records in a module of this package, and one `Row` below.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Literal

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.schema import Record, value_class

Direction = Literal["request", "response"]


@value_class
class Row:
    """What is known of one control code.

    Attributes:
        ctl_code: the code; `name` is its name.
        section: documents and sections of the payloads.
        needs_no_handle: the FileId must be all ones ([MS-SMB2] 3.3.5.15).
        remark: why a payload is raw bytes, where that is a decision.
    """

    ctl_code: CtlCode
    section: str = ""
    needs_no_handle: bool = False
    remark: str = ""
    #: ``module:name`` of the payload types and of the function that tells what rules ask; loaded when asked for
    _request: str = ""
    _response: str = ""
    _facts: str = ""

    @property
    def name(self) -> str:
        """The documented name; a hexadecimal number for an unknown code."""
        return self.ctl_code.name

    @property
    def request(self) -> type[Record] | None:
        """The type of the input; None if it is raw bytes, or there is none."""
        kind: type[Record] | None = _load(self._request)
        return kind

    @property
    def response(self) -> type[Record] | None:
        """The type of the output; None if it is raw bytes, or there is none."""
        kind: type[Record] | None = _load(self._response)
        return kind

    def facts(self, data: bytes) -> dict[str, Any]:
        """What rules ask about the input, by name."""
        tell: Callable[[bytes], dict[str, Any]] | None = _load(self._facts)
        return {} if tell is None else tell(data)


def _load(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(f"smb2ioctl_codec.payloads.{module}"), name) if place else None


_ROWS = (
    Row(
        CtlCode.FSCTL_DFS_GET_REFERRALS,
        "[MS-DFSC] 2.2.2",
        needs_no_handle=True,
        _request="dfs:ReferralRequest",
        _facts="dfs:request_facts",
    ),
    Row(CtlCode.FSCTL_DFS_GET_REFERRALS_EX, "[MS-DFSC] 2.2.3", needs_no_handle=True),
    Row(CtlCode.FSCTL_PIPE_WAIT, "[MS-FSCC] 2.3.49", needs_no_handle=True),
    Row(CtlCode.FSCTL_PIPE_TRANSCEIVE, "[MS-FSCC] 2.3.47, 2.3.48", remark="both are whatever the pipe's protocol says"),
    Row(CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO, "[MS-SMB2] 2.2.32.5", needs_no_handle=True),
    Row(CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO, "[MS-SMB2] 2.2.31.4, 2.2.32.6", needs_no_handle=True),
    Row(CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS, "[MS-SMB2] 2.2.32.2", _response="snapshots:SnapshotArray"),
)
_BY_CODE = {row.ctl_code: row for row in _ROWS}


def lookup(ctl_code: int) -> Row:
    """The row of a control code; for one without payload types, a row that says just that.

    Raises:
        ValueError: `ctl_code` is no unsigned 32-bit integer.
    """
    code = CtlCode(ctl_code)
    return _BY_CODE.get(code) or Row(code)


def code_of(kind: type[Any], direction: Direction) -> CtlCode | None:
    """The control code whose input (``request``) or output (``response``) is of this type; None if there is none."""
    for row in _ROWS:
        if kind is (row.request if direction == "request" else row.response):
            return row.ctl_code
    return None
