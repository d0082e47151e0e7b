"""Makes ``bad_requests.jsonl.gz`` of the log of the recording: ``python make_bad_requests.py LOG``.

The log has a JSON object a line, gzip'd: ``case`` says what is wrong with a request, ``request_hex`` is all of it,
``nt_status`` what the server answered: a name, null where it dropped the connection, a list where it answered more than
once. Compounds are left out, and all but the last answer, which is the one after the interim replies. It is run by hand
when the log changes.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path


def main(log: str) -> None:
    lines = []
    for line in gzip.decompress(Path(log).read_bytes()).splitlines():
        case = json.loads(line)
        if not case["case"].startswith("compound."):
            answers = case["nt_status"] if isinstance(case["nt_status"], list) else [case["nt_status"]]
            status = answers[-1] and answers[-1].removeprefix("STATUS_")
            row = {"case": case["case"], "status": status, "message_hex": case["request_hex"]}
            lines.append(json.dumps(row, separators=(",", ":")) + "\n")
    # No time and no name in the header of the file: the same input gives the same bytes.
    target = Path(__file__).with_name("bad_requests.jsonl.gz")
    target.write_bytes(gzip.compress("".join(lines).encode(), 9, mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:])
