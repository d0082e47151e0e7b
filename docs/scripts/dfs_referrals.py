"""Which servers DFS paths lead to, for how many seconds a client may keep that, and which client was told how often."""

import sys
from collections import Counter, defaultdict

from smb2ioctl_codec import Command, CtlCode, DecodeError, IoctlRequest, IoctlResponse, capture
from smb2ioctl_codec.payloads import dfs

CODES = (CtlCode.FSCTL_DFS_GET_REFERRALS, CtlCode.FSCTL_DFS_GET_REFERRALS_EX)

messages = sorted(capture.read_all(sys.argv[1], commands=[Command.IOCTL]), key=lambda m: m.frame_number)
requests = {(m.connection, m.message_id): m.packet.body for m in messages if m.packet and m.direction == "request"}
told: Counter[tuple[str, str, int | str, str]] = Counter()
remarks: defaultdict[str, list[int]] = defaultdict(list)

for reply in messages:
    asked = requests.get((reply.connection, reply.message_id))
    if not isinstance(asked, IoctlRequest) or asked.ctl_code not in CODES:
        continue
    if reply.direction == "request" or reply.packet is None or reply.header is None:
        continue
    given, path = reply.packet.body, "?"
    try:
        path = asked.payload().request_file_name
        answer = given.payload(asked, reply.header.status) if isinstance(given, IoctlResponse) else None
    except DecodeError as error:
        remarks[f"{path}: {error}"].append(reply.frame_number)
        continue
    if not isinstance(answer, dfs.ReferralReply | dfs.TruncatedReferralReply):
        remarks[f"{path}: {reply.header.status}"].append(reply.frame_number)
        continue
    if answer.truncated:
        whole = f"{len(answer.referral_entries)} of {answer.number_of_referrals} targets are whole"
        remarks[f"{path}: the reply was cut, {whole}"].append(reply.frame_number)
    client = f"{reply.user.account if reply.user else '?'} at {reply.connection.client.address}"
    for entry in answer.referral_entries:
        if isinstance(entry, dfs.ReferralV1):
            told[entry.share_name, path, "-", client] += 1
        elif isinstance(entry, dfs.NameListReferral):
            told[", ".join(entry.expanded_names), entry.special_name, entry.time_to_live, client] += 1
        else:
            told[entry.network_address, entry.dfs_path, entry.time_to_live, client] += 1

print(f"{'target':18} {'path':22} {'ttl':>5}  {'client':22} {'times':>5}")
for (target, path, ttl, client), times in told.items():
    print(f"{target:18} {path:22} {ttl:>5}  {client:22} {times:5}")
for text, frames in remarks.items():
    print(f"{text}: frames {frames}")
# ruff: noqa: T201
