"""The findings of a whole capture, kept up to a limit."""

from __future__ import annotations

from smb2ioctl_codec.capture.conversation import Side
from smb2ioctl_codec.capture.model import Connection, Finding, FindingKind

#: Findings that are kept of a capture, and those of one message.
MOST_FINDINGS = 1000
MOST_FINDINGS_OF_MESSAGE = 16


class Findings:
    """What was found so far.

    Attributes:
        kept: the first ones.
        left_out: how many more there were.
    """

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.left_out = 0

    def note(
        self,
        kind: FindingKind,
        text: str,
        frame_number: int,
        connection: Connection | None = None,
        side: Side | None = None,
    ) -> None:
        """Note one; where it has a side, it is also the next message's from there."""
        finding = Finding(kind, text, frame_number, connection)
        if len(self.kept) < MOST_FINDINGS:
            self.kept.append(finding)
        else:
            self.left_out += 1
        if side is not None and len(side.findings) < MOST_FINDINGS_OF_MESSAGE:
            side.findings.append(finding)
