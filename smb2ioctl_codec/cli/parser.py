"""The commands and their options."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any, NoReturn

from smb2ioctl_codec.cli import corpus
from smb2ioctl_codec.cli.decode import decode
from smb2ioctl_codec.cli.dissect import FORMATS, dissect
from smb2ioctl_codec.cli.encode import encode
from smb2ioctl_codec.cli.lookup import code, rules
from smb2ioctl_codec.cli.say import BAD_USAGE, say, short

if TYPE_CHECKING:
    from smb2ioctl_codec.ctl_code import CtlCode
    from smb2ioctl_codec.ntstatus import NtStatus
    from smb2ioctl_codec.rules import RuleSet

_MOST_PORT = 0xFFFF


class Parser(argparse.ArgumentParser):
    """One that says in one line what is wrong."""

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print help without argparse's silence where that fails."""
        print(message, end="", file=file)

    def error(self, message: str) -> NoReturn:
        say(f"{message} (see {self.prog} --help)")
        self.exit(BAD_USAGE)


def parser() -> Parser:
    """The parser of the whole command line; what it gives has the function to run as ``command``."""
    from smb2ioctl_codec import __version__

    made = Parser(
        prog="smb2ioctl",
        description="The bytes of SMB2 IOCTL messages: dissected in captures, decoded, encoded, made for fuzzers.",
        epilog="Exit status: 0 done, 1 bad input, 2 bad usage.",
        allow_abbrev=False,
    )
    made.add_argument("--version", action="version", version=f"smb2ioctl {__version__}")
    commands = made.add_subparsers(metavar="COMMAND", required=True)
    _add_dissect(commands)

    each = commands.add_parser("decode", help="show messages field by field, or as JSON", allow_abbrev=False)
    each.add_argument(
        "inputs", nargs="*", metavar="INPUT",
        help="a file, or hexadecimal text, or - for standard input (default). Each holds a body, a message, a "
        "compound or frames: raw bytes, hexadecimal text, or JSON lines with a key message_hex",
    )  # fmt: skip
    each.add_argument("--json", action="store_true", help="one JSON document in a line, for encode")
    each.add_argument("--as", dest="form", choices=("body", "message", "frame"), help="what the bytes are")
    each.add_argument("--status", type=_status, help="the status that a bare reply body stands under")
    each.add_argument("--rules", type=_request_rules, help="name the rules of this set that requests break")
    each.set_defaults(command=decode)

    each = commands.add_parser("encode", help="turn documents of decode --json back to bytes", allow_abbrev=False)
    each.add_argument("file", nargs="?", default="-", metavar="FILE", help="JSON; - is standard input (default)")
    each.add_argument("--raw", action="store_true", help="bytes in place of hexadecimal lines")
    each.add_argument("-o", "--output", metavar="FILE", help="write here, all or nothing")
    each.set_defaults(command=encode)

    each = commands.add_parser("code", help="tell what is known of control codes", allow_abbrev=False)
    each.add_argument("values", nargs="+", metavar="VALUE", help="a number like 0x144064, or a name")
    each.add_argument("--json", action="store_true", help="one JSON object in a line")
    each.set_defaults(command=code)

    each = commands.add_parser("rules", help="print the rules that requests are held against", allow_abbrev=False)
    each.add_argument("name", nargs="?", type=_rules, metavar="NAME", help="one rule set (default: all)")
    each.set_defaults(command=rules)

    _add_corpus(commands)
    return made


def _add_dissect(commands: Any) -> None:
    each = commands.add_parser(
        "dissect", help="show the IOCTL messages of captures", allow_abbrev=False,
        description="Shows the IOCTL messages of capture files: pcap and pcapng, also packed with gzip.",
    )  # fmt: skip
    each.add_argument("files", nargs="+", metavar="FILE", help="a capture; - is standard input")
    each.add_argument(
        "-Y", "--filter", metavar="FILTER",
        help="only messages that match, like 'smb2.ioctl.function == 0x144064'; with smb2.cmd in it, of all commands",
    )  # fmt: skip
    each.add_argument(
        "-T", "--format", choices=FORMATS, default="text",
        help="text (default): trees; json: a tree in each line; ek: lines as of tshark -T ek; fields: columns as of "
        "tshark -T fields; csv; html: a report to open in a browser",
    )  # fmt: skip
    each.add_argument(
        "-e", dest="fields", action="append", default=[], metavar="FIELD", help="a column of fields or csv"
    )  # fmt: skip
    each.add_argument(
        "-E", dest="style", action="append", default=[], metavar="OPTION",
        help="for fields and csv: separator=, aggregator= (a character, /t or /s), occurrence=a|f|l, quote=d|s|n, "
        "header=y|n",
    )  # fmt: skip
    each.add_argument("-o", "--output", metavar="OUT", help="write here, all or nothing")
    each.add_argument(
        "--findings-only", action="store_true", help="only messages with errors, broken rules or lost packets"
    )
    each.add_argument("--rules", type=_request_rules, help="rules of this set that requests break are findings too")
    each.add_argument(
        "--port", dest="ports", action="append", type=_port, metavar="PORT",
        help="a TCP port of servers, in place of 445 and 139; may be repeated",
    )  # fmt: skip
    each.set_defaults(command=dissect)


def _add_corpus(commands: Any) -> None:
    each = commands.add_parser(
        "corpus", help="write a fuzz corpus", allow_abbrev=False,
        description="Writes a fuzz corpus: files named by their SHA-256, and a manifest that tells what each is.",
    )  # fmt: skip
    each.add_argument(
        "out", metavar="OUT",
        help="a directory; an archive if it ends in .zip (OSS-Fuzz: TARGET_seed_corpus.zip); a file for pcap and dict",
    )  # fmt: skip
    each.add_argument(
        "--kind", action="append", type=_kind, metavar="KIND",
        help="only cases of this kind: seed, broken, interaction or mutated; may be repeated",
    )  # fmt: skip
    each.add_argument(
        "--code", action="append", type=_code, metavar="CODE",
        help="only cases of this control code, a number like 0x144064 or a name; may be repeated",
    )  # fmt: skip
    each.add_argument("--seed", type=_number, metavar="N", help="of what is made at random (default: 0)")
    each.add_argument(
        "--count", type=_count, metavar="N",
        help="how many cases, mutated ones where no others are left (default: all that are made on purpose)",
    )  # fmt: skip
    each.add_argument(
        "--minimal", action="store_true", default=None, help="only as many as keep every rule, branch and field's role"
    )  # fmt: skip
    each.add_argument(
        "--format", choices=corpus.FORMATS, default="message",
        help="what a file holds: message (default), frame: with the four bytes of direct TCP, body: what follows the "
        "header, payload: input, output or error data, ndr: for Samba's fuzz_ndr programs; or pcap: a capture of all; "
        "or dict: a dictionary for AFL and libFuzzer",
    )  # fmt: skip
    each.add_argument("--force", action="store_true", help="write where something is, and replace an earlier corpus")
    each.set_defaults(command=corpus.corpus)


def _kind(text: str) -> str:
    from smb2ioctl_codec.fuzz import KINDS

    if text in KINDS:
        return text
    raise argparse.ArgumentTypeError(f"{short(text)} is none of {', '.join(KINDS)}")


def _code(text: str) -> CtlCode:
    from smb2ioctl_codec.dissect.tables import find_code

    try:
        return find_code(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{short(text)}: {error}") from None


def _number(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,18}", text):
        return int(text)
    raise argparse.ArgumentTypeError(f"{short(text)} is no number of at most 18 digits")


def _count(text: str) -> int:
    number = _number(text)
    if number:
        return number
    raise argparse.ArgumentTypeError("0 cases are no corpus; expected 1 or more")


def _port(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,5}", text) and 0 < int(text) <= _MOST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"{short(text)} is no port: a number of 1 to {_MOST_PORT}")


def _status(text: str) -> NtStatus:
    from smb2ioctl_codec.ntstatus import NtStatus

    name = text.upper().removeprefix("STATUS_")
    if name in NtStatus.__members__:
        return NtStatus[name]
    if re.fullmatch(r"(0[xX])?[0-9A-Fa-f]{1,8}", text):
        return NtStatus(int(text, 16))
    raise argparse.ArgumentTypeError(f"{short(text)} is neither a hexadecimal number of 32 bits nor a known status")


def _request_rules(text: str) -> RuleSet:
    from smb2ioctl_codec.dissect.tables import request_rule_sets

    return _chosen(text, request_rule_sets())


def _rules(text: str) -> RuleSet:
    from smb2ioctl_codec.dissect.tables import rule_sets

    return _chosen(text, rule_sets())


def _chosen(text: str, choices: dict[str, RuleSet]) -> RuleSet:
    if text.upper() in choices:
        return choices[text.upper()]
    raise argparse.ArgumentTypeError(f"{short(text)} is none of {', '.join(choices)}")
