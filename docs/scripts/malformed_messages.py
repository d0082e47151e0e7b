"""Everything that breaks a layout or a rule of a server: rule set, field, place in the message, and frames."""

import sys
from collections import defaultdict

from smb2ioctl_codec import Command, IoctlRequest, capture, inspect, rules

MOST_FRAMES = 8

messages = sorted(capture.read_all(sys.argv[1], commands=[Command.IOCTL]), key=lambda m: m.frame_number)
requests = {(m.connection, m.message_id): m for m in messages if m.direction == "request"}
groups: defaultdict[tuple[str, str, int, str], list[int]] = defaultdict(list)

for message in messages:
    request = requests.get((message.connection, message.message_id)) if message.direction == "response" else None
    asked = request.packet.body if request is not None and request.packet is not None else None
    question = asked if isinstance(asked, IoctlRequest) else None
    found = inspect(message.data, request=question, rules=[rules.MS_SMB2, rules.SAMBA_3_6]).findings
    wrong = {
        (f"{each.rules} {each.rule or 'layout'}", each.path, each.offset, each.reason)
        for each in found
        if each.severity != "note"
    }
    if message.error is not None and not wrong:  # the frame is broken, not what is in it
        wrong = {("capture", message.error.path, message.error.offset or 0, message.error.reason)}
    for each in wrong:
        groups[each].append(message.frame_number)

for (rule, path, offset, reason), frames in sorted(groups.items()):
    more = f" and {len(frames) - MOST_FRAMES} more" if len(frames) > MOST_FRAMES else ""
    print(f"{rule}: {path} at offset {offset}: {reason}")
    print(f"    frames {', '.join(map(str, frames[:MOST_FRAMES]))}{more}")
# ruff: noqa: T201
