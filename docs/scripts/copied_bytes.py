"""Server-side copies: bytes from which file into which, what failed, and the limits that servers answered with."""

import sys
from collections import Counter, defaultdict

from smb2ioctl_codec import Command, DecodeError, IoctlRequest, IoctlResponse, NtStatus, capture
from smb2ioctl_codec.payloads.copychunk import CopyChunkCopy, CopyChunkLimits, ResumeKey

messages = sorted(capture.read_all(sys.argv[1], commands=[Command.IOCTL]), key=lambda m: m.frame_number)
requests = {(m.connection, m.message_id): m.packet.body for m in messages if m.packet and m.direction == "request"}
sources: dict[bytes, str] = {}
copied: Counter[tuple[str, str]] = Counter()
failed: defaultdict[str, list[int]] = defaultdict(list)

for reply in messages:
    question = requests.get((reply.connection, reply.message_id)) if reply.direction == "response" else None
    if not isinstance(question, IoctlRequest) or reply.packet is None or reply.header is None:
        continue
    answer, status = reply.packet.body, reply.header.status
    file = f"{reply.share.path if reply.share else '?'}\\{reply.file.name if reply.file else '?'}"
    try:
        asked = question.payload()
        given = answer.payload(status=status) if isinstance(answer, IoctlResponse) else None
    except DecodeError as error:
        if "COPYCHUNK" in str(question.ctl_code):
            failed[f"{file}: {error}"].append(reply.frame_number)
        continue
    if isinstance(given, ResumeKey):
        sources[given.resume_key] = file
    if not isinstance(asked, CopyChunkCopy):
        continue
    if isinstance(given, CopyChunkLimits):
        limits = f"{given.max_chunks} chunks, {given.max_chunk_size} bytes in one, {given.max_total_size} in all"
        failed[f"{file}: {status}, the server allows {limits}"].append(reply.frame_number)
        continue
    if given is not None and given.total_bytes_written:
        copied[sources.get(asked.source_key, "unknown file"), file] += given.total_bytes_written
    if status != NtStatus.SUCCESS:
        failed[f"{file}: {status}"].append(reply.frame_number)

for (source, target), size in copied.most_common():
    print(f"{size:9} bytes from {source} to {target}")
for text, frames in failed.items():
    print(f"{text}: frames {frames}")
# ruff: noqa: T201
