"""Who asked for the snapshots of which file, how many there were, and which of them the server named."""

import sys

from smb2ioctl_codec import Command, CtlCode, DecodeError, IoctlResponse, capture
from smb2ioctl_codec.payloads.snapshots import SnapshotArray

messages = sorted(capture.read_all(sys.argv[1], commands=[Command.IOCTL]), key=lambda m: m.frame_number)
replies = {(m.connection, m.message_id): m for m in messages if m.direction == "response" and not m.is_interim}

for request in messages:
    if request.direction != "request" or request.ctl_code != CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS:
        continue
    time = f"{request.time:%Y-%m-%d %H:%M:%S.%f}" if request.time else "unknown time"
    user = f"{request.user.domain}\\{request.user.account} on {request.user.host}" if request.user else "unknown user"
    share = request.share.path if request.share else "unknown share"
    file = request.file.name or "(root)" if request.file else "unknown file"
    print(f"frame {request.frame_number}, {time}: {user}, share {share}, file {file}")

    reply = replies.get((request.connection, request.message_id))
    if reply is None or reply.header is None:
        print("    no reply")
    elif reply.packet is None or not isinstance(reply.packet.body, IoctlResponse):
        print(f"    {reply.error or reply.header.status}")
    else:
        try:
            found = reply.packet.body.payload(status=reply.header.status, kind=SnapshotArray)
        except DecodeError as error:
            print(f"    {error}")
        else:
            print(f"    {found.number_of_snapshots} snapshots, {len(found.snapshots)} in this reply")
            print(*(f"        {token}\n" for token in found.snapshots), sep="", end="")
# ruff: noqa: T201
