"""What a report has to know of a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smb2ioctl_codec.dissect.inspection import Inspection


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message of a report. Its texts may hold anything: what would not show as it is, shows as its code point.

    Attributes:
        frame: number of the captured packet; None if there is none.
        time: when it was captured, as it is to be shown.
        connection: the connection that carried it; messages of different ones are never each other's partner.
        direction: ``request`` or ``response``.
        summary: its control code, or its command.
        status: what a reply's status says; empty for a request.
        about: the share and file that it is about, as far as known.
        partner: the frame of the reply to a request, or of the request of a reply; None if there is none.
        inspection: what `inspect` says of `data`.
        data: all of its bytes.
    """

    frame: int | None
    time: str
    connection: str
    direction: str
    summary: str
    status: str
    about: str
    partner: int | None
    inspection: Inspection
    data: bytes
