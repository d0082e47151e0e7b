"""``smb2ioctl encode``: documents of ``decode --json`` back to bytes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from smb2ioctl_codec.cli import files
from smb2ioctl_codec.cli.say import Report, name

if TYPE_CHECKING:
    import argparse


def encode(args: argparse.Namespace) -> int:
    """Run the command; gives the exit status."""
    from smb2ioctl_codec.dissect.inputs import documents
    from smb2ioctl_codec.dissect.json_form import from_json
    from smb2ioctl_codec.errors import CodecError

    report = Report()
    source = place = name(args.file)
    encoded: list[bytes] = []
    try:
        for line, document in documents(files.read(args.file)):
            place = f"{source}:{line}"
            encoded.append(from_json(document))
            place = source
    except (files.Unreadable, CodecError) as error:
        report.bad(place, error)
        return report.status
    data = b"".join(encoded) if args.raw else b"".join(each.hex().encode() + b"\n" for each in encoded)
    if args.output is None:
        sys.stdout.buffer.write(data)
        return report.status
    try:
        with files.whole(Path(args.output)) as file:
            file.write(data)
    except OSError as error:
        report.bad(args.output, error.strerror)
    return report.status
