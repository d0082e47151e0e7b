"""Makes programs for syzkaller of the requests of a corpus: a call for each, with the frame as a blob.

    smb2ioctl corpus frames --format frame
    python syz_programs.py frames programs [--call syz_ksmbd_send_req] [--longest 15992]

The call takes the frame, its size, and a buffer for the reply with its size: none here.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="of smb2ioctl corpus, in the format frame")
    parser.add_argument("programs", type=Path, help="the directory to write; it must not be there")
    parser.add_argument("--call", default="syz_ksmbd_send_req")
    parser.add_argument("--longest", type=int, default=15992, help="bytes of the longest frame that the call takes")
    args = parser.parse_args()

    args.programs.mkdir()
    left_out = 0
    for line in (args.corpus / "manifest.jsonl").open(encoding="ascii"):
        case = json.loads(line)
        if case["direction"] != "request" or case["size"] > args.longest:
            left_out += 1
            continue
        blob = (args.corpus / case["name"]).read_bytes().hex()
        program = f'{args.call}(&(0x7f0000000000)=ANY=[@ANYBLOB="{blob}"], {case["size"]:#x}, 0x0, 0x0)\n'
        (args.programs / case["name"]).write_text(program, encoding="ascii")
    print(f"{len(list(args.programs.iterdir()))} programs, {left_out} cases left out")


if __name__ == "__main__":
    main()

# ruff: noqa: T201
