"""``smb2ioctl decode``: messages field by field, or as JSON documents."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from smb2ioctl_codec.cli import files
from smb2ioctl_codec.cli.say import Report, name

if TYPE_CHECKING:
    import argparse

    from smb2ioctl_codec.dissect.forms import Form
    from smb2ioctl_codec.dissect.inputs import Item


def decode(args: argparse.Namespace) -> int:
    """Run the command; gives the exit status."""
    from smb2ioctl_codec.dissect.inputs import Item, items

    report = Report()
    for number, argument in enumerate(args.inputs or ["-"], 1):
        try:
            content, is_text = files.content_of(argument)
        except files.Unreadable as error:
            report.bad(name(argument), error)
            continue
        place = f"argument {number}" if is_text else name(argument)
        for item in [Item(None, {}, content)] if is_text else items(content):
            _decode_item(item, place if item.line is None else f"{place}:{item.line}", args, report)
    return report.status


def _decode_item(item: Item, place: str, args: argparse.Namespace, report: Report) -> None:
    from smb2ioctl_codec.dissect.forms import form_of, pieces
    from smb2ioctl_codec.errors import DecodeError

    try:
        if isinstance(item.data, DecodeError):
            raise item.data
        form = args.form or form_of(item.data)
        show = _show_json if args.json else _show_text
        for offset, piece in pieces(item.data, form):
            show(item, piece, form, offset, place, args, report)
    except DecodeError as error:
        report.bad(place, error)


def _show_text(
    item: Item, piece: bytes, form: Form, offset: int, place: str, args: argparse.Namespace, report: Report
) -> None:
    from smb2ioctl_codec.dissect.display import printable
    from smb2ioctl_codec.dissect.inspect import inspect
    from smb2ioctl_codec.dissect.text import HEADING, finding_lines, title, tree_lines, what_is_wrong
    from smb2ioctl_codec.dissect.view import terminal_view

    about = title(item.about)
    inspection = inspect(piece, form=form, status=args.status, rules=args.rules)
    print(printable(f"# {place}: {about}" if about else f"# {place}"))
    view = terminal_view(sys.stdout)
    if view is not None:
        view.show(inspection, offset)
    else:
        print(HEADING)
        for line in (*tree_lines(inspection.root, offset), *finding_lines(inspection.findings, offset)):
            print(line)
    wrong = what_is_wrong(inspection.findings, offset)
    if wrong:
        report.bad(place, wrong)
    print()


def _show_json(
    item: Item, piece: bytes, form: Form, offset: int, place: str, args: argparse.Namespace, report: Report
) -> None:
    import json

    from smb2ioctl_codec.dissect.json_form import payload_errors, to_json

    document = to_json(piece, form, base=offset, status=args.status, rules=args.rules)
    print(json.dumps({"about": item.about} | document if item.about else document))
    for error in payload_errors(document):
        report.bad(place, error)
