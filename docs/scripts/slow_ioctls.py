"""How long the server took for which control code, which requests it put off, and which it never answered."""

import sys
from collections import defaultdict
from statistics import median

from smb2ioctl_codec import Command, capture

messages = sorted(capture.read_all(sys.argv[1], commands=[Command.IOCTL]), key=lambda m: m.frame_number)
codes = {
    (m.connection, m.message_id): "?" if m.ctl_code is None else str(m.ctl_code)
    for m in messages
    if m.direction == "request"
}
times: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
put_off: defaultdict[str, list[int]] = defaultdict(list)

for reply in messages:
    if reply.time_since_request is not None and not reply.is_interim:
        code = codes[reply.connection, reply.message_id]
        times[code].append((reply.time_since_request, reply.frame_number))
        if reply.interim is not None:
            put_off[code].append(reply.frame_number)

print(f"{'control code':36} {'count':>5} {'median ms':>10} {'worst ms':>10}  in frame")
for code, found in sorted(times.items(), key=lambda item: max(item[1]), reverse=True)[:12]:
    worst, frame = max(found)
    print(f"{code:36} {len(found):5} {median(time for time, _ in found) / 1e6:10.3f} {worst / 1e6:10.3f}  {frame}")

for code, frames in put_off.items():
    print(f"{code}: {len(frames)} put off with PENDING, final replies in frames {frames}")
for request in messages:
    if request.direction == "request" and request.partner is None:
        pending = f" after PENDING in frame {request.interim}" if request.interim else ""
        print(f"frame {request.frame_number}: {codes[request.connection, request.message_id]}, never answered{pending}")
# ruff: noqa: T201
