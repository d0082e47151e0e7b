"""`inspect`: any bytes as a tree of nodes, each with place, value, meaning and Wireshark's name, and all that is wrong.

What the bytes are is told by their start, or by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.dissect.forms import form_of
from smb2ioctl_codec.dissect.inspection import Inspection
from smb2ioctl_codec.dissect.inspector import Inspector
from smb2ioctl_codec.dissect.nodes import Node
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.messages import IoctlRequest
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads.row import Direction
from smb2ioctl_codec.rules import RuleSet
from smb2ioctl_codec.schema import Buffer
from smb2ioctl_codec.schema.runtime import as_bytes

#: Nodes of a tree, if nobody says otherwise.
MOST_NODES = 100_000
_RANK = {"error": 0, "warning": 1, "note": 2}


def inspect(
    data: Buffer,
    *,
    form: str | None = None,
    status: int | None = None,
    ctl_code: int | None = None,
    direction: Direction | None = None,
    request: IoctlRequest | None = None,
    rules: RuleSet | Iterable[RuleSet] | None = None,
    limit: int = MOST_NODES,
) -> Inspection:
    """What the bytes are, field by field, however broken they are.

    Args:
        data: a body, a message or compound, direct-TCP frames; or a payload, if the control code is given.
        form: ``body``, ``message`` or ``frame``, if their start is not to tell.
        ctl_code, direction: the control code of a payload, and whether a ``request`` or a ``response`` carries it.
        status: status of the reply that a bare body or a payload is of.
        request: the request that is answered, for outputs that only it explains.
        rules: rule sets that requests, and the replies that they speak of, are held against.
        limit: most nodes, but for a few that hold others or what is left over. Where they end, a finding says so.

    Raises:
        TypeError: `data` is no bytes-like object, or only one of `ctl_code` and `direction` is given.
        ValueError: `ctl_code` or `status` is no unsigned 32-bit number, or `direction` or `form` is none of those.
    """
    if (ctl_code is None) != (direction is None):
        raise TypeError("ctl_code and direction go together")
    if direction not in (None, "request", "response"):
        raise ValueError(f"direction must be 'request' or 'response', not {direction!r}")
    sets = () if rules is None else (rules,) if isinstance(rules, RuleSet) else tuple(rules)
    status = None if status is None else NtStatus(status)
    made = Inspector(as_bytes(data), status, request, sets, limit)
    if ctl_code is not None:
        form = "payload"
        root = made.bare_payload(CtlCode(ctl_code), is_request=direction == "request")
    else:
        if form is None:
            form = _form(made)
        step = _STEPS.get(form)
        if step is None:
            raise ValueError(f"form must be 'body', 'message' or 'frame', not {form!r}")
        root = step(made, 0, len(made.parts.data))
    found = made.parts.findings
    found.sort(key=lambda each: _RANK[each.severity])
    return Inspection(form, root, tuple(found))


def _form(made: Inspector) -> str:
    try:
        return form_of(made.parts.data)
    except DecodeError as error:
        made.parts.note(error)
        return "unknown"


_STEPS: dict[str, Callable[[Inspector, int, int], Node]] = {
    "body": Inspector.bare_body,
    "message": Inspector.compound,
    "frame": Inspector.stream,
    "unknown": Inspector.unknown,
}
