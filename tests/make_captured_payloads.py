"""Make ``data/captured_payloads.jsonl.gz``: payloads of recorded IOCTL messages, and what tshark reads in them.

Usage::

    python tests/make_captured_payloads.py FOLDER

FOLDER holds a ``NAME.tshark.json.gz`` for every capture of ``data/ioctl_pdus.jsonl.gz``, made by::

    tshark -r NAME.pcap -Y smb2.cmd==11 -T json -x | gzip -9 >NAME.tshark.json.gz

A payload is the input of a request or the output of a reply. Its bytes are cut out of the message by the offset and the
count that stand in it, and must be what tshark shows as its blob.
"""

from __future__ import annotations

import gzip
import json
import struct
import sys
from pathlib import Path
from typing import Any

from samples import DATA, Pdu, pdus
from tshark.output import Shown, read

Key = tuple[int, int, bool]  # frame, message id, whether it is a request
ERROR = b"\x09\0"  # StructureSize of an ERROR response


def main(folder: Path) -> None:
    """Write the file: one line per different payload, with the place of the first message that has it."""
    rows: dict[str, dict[str, Any]] = {}
    for capture in dict.fromkeys(pdu.pcap for pdu in pdus()):
        messages = {(pdu.frame, pdu.message_id, pdu.is_request): pdu for pdu in pdus() if pdu.pcap == capture}
        output = gzip.decompress((folder / f"{Path(capture).stem}.tshark.json.gz").read_bytes())
        shown = {(one.frame, one.message_id, one.is_request): one for one in read(output)}
        assert shown.keys() == messages.keys(), capture
        for key, message in messages.items():
            row = _row(message, shown[key], messages)
            if row is not None:
                same = json.dumps({**row, "capture": "", "frame": 0})
                rows.setdefault(same, {**row, "times": 0})["times"] += 1
    lines = "".join(json.dumps(row) + "\n" for row in rows.values())
    # No time and no name in the header of the file: the same input gives the same bytes.
    (DATA / "captured_payloads.jsonl.gz").write_bytes(gzip.compress(lines.encode(), 9, mtime=0))


def _row(message: Pdu, shown: Shown, messages: dict[Key, Pdu]) -> dict[str, Any] | None:
    """The line of one message; None if it has no payload: an ERROR response, or a request whose input is nowhere."""
    payload = _payload(message)
    if payload is None:
        return None
    assert payload == shown.blob, (message.pcap, message.frame)
    code = struct.unpack_from("<4xI", message.body)[0]
    row: dict[str, Any] = {"capture": message.pcap, "frame": message.frame, "ctl_code": f"0x{code:08x}"}
    if message.is_request:
        row["direction"] = "request"
    else:
        request = _payload(messages[shown.response_to, message.message_id, True])
        assert request is not None, (message.pcap, message.frame)
        row |= {"direction": "response", "status": f"0x{message.status:08x}", "request": request.hex()}
    return row | {"payload": payload.hex(), "complaints": shown.complaints, "fields": shown.fields}


def _payload(message: Pdu) -> bytes | None:
    """Input of a request, output of a reply ([MS-SMB2] 2.2.31, 2.2.32), whatever StructureSize says, as tshark does."""
    place = 64 + (24 if message.is_request else 32)
    if len(message.message) < place + 8 or message.body.startswith(ERROR):
        return None
    start, count = struct.unpack_from("<II", message.message, place)
    if count and not 64 <= start <= start + count <= len(message.message):
        return None
    return message.message[start : start + count]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
