"""Make ``tshark_positions.jsonl.gz``: recorded IOCTL messages, and where tshark sees which field in them.

Usage::

    PYTHONPATH=tests python tests/data/make_tshark_positions.py FOLDER

FOLDER holds a ``NAME.tshark.json.gz`` for every capture of ``ioctl_pdus.jsonl.gz``, made by::

    tshark -r NAME.pcap -Y smb2.cmd==11 -T json -x | gzip -9 >NAME.tshark.json.gz

Of messages that differ only in what `MASKED` names, the first is kept.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from samples import DATA, Pdu, pdus
from tshark import output
from tshark.output import IOCTL, OURS, Pairs

#: Offset and size of what tells one message of a kind from another: credits, ids, session, tree, signature, FileId.
MASKED = ((6, 2), (14, 2), (24, 8), (32, 8), (40, 8), (48, 16), (72, 16))


def main(folder: Path) -> None:
    """Write the file: one line for every different message."""
    rows: dict[bytes, dict[str, Any]] = {}
    for capture in dict.fromkeys(pdu.pcap for pdu in pdus()):
        messages = {(pdu.frame, pdu.message_id, pdu.is_request): pdu for pdu in pdus() if pdu.pcap == capture}
        text = gzip.decompress((folder / f"{Path(capture).stem}.tshark.json.gz").read_bytes())
        for key, pairs in _messages(text):
            pdu = messages.pop(key)
            rows.setdefault(_masked(pdu), _row(pdu, pairs))
        assert not messages, capture
    lines = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows.values())
    # No time and no name in the header of the file: the same input gives the same bytes.
    (DATA / "tshark_positions.jsonl.gz").write_bytes(gzip.compress(lines.encode(), 9, mtime=0))


def _messages(text: bytes) -> Iterator[tuple[tuple[int, int, bool], Pairs]]:
    """Frame, MessageId and direction of every IOCTL message in tshark's output, and all that is shown of it."""
    for packet in json.loads(text.decode("utf-8", "replace"), object_pairs_hook=list):
        layers: Pairs = dict(dict(packet)["_source"])["layers"]
        frame = int(dict(dict(layers)["frame"])["frame.number"])
        for layer, beside in output.smb2_layers(layers):
            pairs = list(output.walk(layer))
            known = dict(pairs)
            if known.get("smb2.cmd") == IOCTL:
                in_a_pipe = any(name == "dcerpc" for name, _ in beside)
                key = (frame, int(known["smb2.msg_id"]), known["smb2.flags.response"] == "0")
                yield key, [*pairs, *([] if in_a_pipe else output.walk(beside))]


def _masked(pdu: Pdu) -> bytes:
    data = bytearray(pdu.message)
    for start, size in MASKED:
        data[start : start + size] = bytes(size)
    return bytes(data)


def _row(pdu: Pdu, pairs: Pairs) -> dict[str, Any]:
    start = next(raw[1] for name, raw in pairs if name == "smb2.protocol_id_raw")
    fields: dict[str, list[list[Any]]] = {}
    for (name, raw), (after, value) in zip(pairs, [*pairs[1:], ("", None)], strict=True):
        field = name.removesuffix("_raw")
        if name.startswith(OURS) and name != field:
            shown = value if after == field and isinstance(value, str) else None
            fields.setdefault(field, []).append([raw[1] - start, raw[2], shown])
    return {"capture": pdu.pcap, "frame": pdu.frame, "message_hex": pdu.message.hex(), "fields": fields}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
