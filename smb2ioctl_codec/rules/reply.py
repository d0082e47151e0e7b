"""The layout of replies, and the rule set of those who accept whatever can be read."""

from __future__ import annotations

from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules.model import Rule, RuleSet

WIRE = RuleSet("WIRE", "no server: only what any reader needs, that each buffer lies inside the message", ())

REPLY = RuleSet(
    "REPLY",
    "the reply layout: what a client checks in an IOCTL response",
    (
        Rule(
            id="output-place",
            section="[MS-SMB2] 2.2.32, 3.3.5.15",
            status=NtStatus.INVALID_NETWORK_RESPONSE,
            path="IoctlResponse.output_offset",
            violated="input_count > 0 and output_count > 0 and output_offset < input_offset + input_count",
            message="the output starts before the echoed input ends",
            layout=True,
        ),
    ),
)
