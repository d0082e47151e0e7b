"""``smb2ioctl code`` and ``smb2ioctl rules``: what is known of control codes, and what requests are held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smb2ioctl_codec.cli.say import DONE, Report, short

if TYPE_CHECKING:
    import argparse


def code(args: argparse.Namespace) -> int:
    """Run ``code``; gives the exit status."""
    import json

    from smb2ioctl_codec.dissect.tables import code_facts, code_lines, find_code

    report = Report()
    for value in args.values:
        try:
            found = find_code(value)
        except ValueError as error:
            report.bad(short(value), error)
            continue
        lines = [json.dumps(code_facts(found))] if args.json else code_lines(found)
        for line in lines:
            print(line)
    return report.status


def rules(args: argparse.Namespace) -> int:
    """Run ``rules``; gives the exit status."""
    from smb2ioctl_codec.dissect.tables import rule_sets, rules_table

    chosen = list(rule_sets().values()) if args.name is None else [args.name]
    for number, rule_set in enumerate(chosen):
        if number:
            print()
        for line in rules_table(rule_set):
            print(line)
    return DONE
