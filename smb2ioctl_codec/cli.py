"""The command line ``smb2ioctl``: decode, encode, code, rules.

Exit status: 0 done, 1 bad input, 2 bad usage, 130 interrupted, 141 whoever read the output went away. What is wrong is
told in one line on standard error, with its place.
"""

from __future__ import annotations

import argparse
import errno
import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from smb2ioctl_codec.dissect.forms import Form
    from smb2ioctl_codec.dissect.inputs import Item
    from smb2ioctl_codec.ntstatus import NtStatus
    from smb2ioctl_codec.rules import RuleSet

DONE, BAD_INPUT, BAD_USAGE, BROKEN, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 70, 130, 141

#: Bytes of the largest input that is read.
LARGEST_INPUT = 1 << 28

_STDIN = "standard input"
#: Characters shown of the name of an input.
_NAME_SHOWN = 200
#: What opening says of an argument that cannot be the name of a file.
_NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EINVAL)


def run() -> NoReturn:
    """Run the command line of this process and end it; no exception gets out as a traceback."""
    status = BROKEN
    try:
        status = _run(sys.argv[1:])
    except BrokenPipeError:
        _abandon(sys.stdout)
        status = PIPE_CLOSED
    except KeyboardInterrupt:
        _abandon(sys.stdout)
        status = INTERRUPTED
    except OSError as error:
        _abandon(sys.stdout)
        _say(f"standard output: {error.strerror}")
        status = BAD_INPUT
    except MemoryError:
        _say("the input is too large for the memory of this machine")
        status = BAD_INPUT
    except Exception as error:  # noqa: BLE001 - the last resort: one line in place of a traceback
        _say(f"this program is broken, please report it: {type(error).__name__}: {error}")
    sys.exit(status)


def main(argv: Sequence[str]) -> int:
    """Run one command.

    Args:
        argv: the arguments after the program's name.

    Returns:
        The exit status.

    Raises:
        SystemExit: bad usage, or the user asked for help.
        OSError: the output cannot be written; BrokenPipeError if nobody reads it any more.
    """
    args = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = args.command
    return command(args)


def _run(argv: Sequence[str]) -> int:
    if sys.stdout is None:
        _say("standard output is closed")
        return BAD_INPUT
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = main(argv)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else DONE
    sys.stdout.flush()
    return status


def _say(text: str) -> None:
    """Write one line to standard error, as far as there is one."""
    from smb2ioctl_codec.dissect.display import printable

    if sys.stderr is None:
        return
    try:
        print(f"smb2ioctl: {printable(text)}", file=sys.stderr, flush=True)
    except OSError:
        _abandon(sys.stderr)


def _abandon(stream: Any) -> None:
    """Let what is left in a stream's buffer go nowhere, or the interpreter would stumble over it at its end."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class _Parser(argparse.ArgumentParser):
    def _print_message(self, message: str, file: Any = None) -> None:
        """Print help without argparse's silence where that fails."""
        print(message, end="", file=file)

    def error(self, message: str) -> NoReturn:
        _say(f"{message} (see {self.prog} --help)")
        self.exit(BAD_USAGE)


class _Report:
    """Tells what is wrong, and keeps the exit status."""

    status = DONE

    def bad(self, place: str, reason: object) -> None:
        sys.stdout.flush()
        _say(f"{place}: {reason}")
        self.status = BAD_INPUT


class _Unreadable(Exception):
    """An input cannot be read; the text says why."""


def _read(name: str) -> bytes:
    """All of a file, or of standard input if its name is ``-``."""
    try:
        if name != "-":
            with Path(name).open("rb") as file:
                content = file.read(LARGEST_INPUT + 1)
        elif sys.stdin is None:
            raise _Unreadable("closed")
        else:
            content = sys.stdin.buffer.read(LARGEST_INPUT + 1)
    except OSError as error:
        raise _Unreadable(error.strerror) from error
    if len(content) > LARGEST_INPUT:
        raise _Unreadable(f"more than {LARGEST_INPUT} bytes; hand it over in parts")
    return content


def _content(argument: str) -> tuple[bytes, bool]:
    """What an argument of decode means, and whether it is itself the text of a message: it is where no file is."""
    from smb2ioctl_codec.dissect.inputs import from_hex
    from smb2ioctl_codec.errors import DecodeError

    if not argument:
        raise _Unreadable("empty; expected a file, hexadecimal text, or - for standard input")
    try:
        return _read(argument), False
    except _Unreadable as error:
        cause = error.__cause__
        if not isinstance(cause, OSError) or cause.errno not in _NO_FILE:
            raise
        try:
            return from_hex(argument), True
        except DecodeError as why:
            raise _Unreadable(f"neither a file ({error}) nor hexadecimal text ({why})") from None


def _parser() -> _Parser:
    from smb2ioctl_codec import __version__

    parser = _Parser(
        prog="smb2ioctl",
        description="The bytes of SMB2 IOCTL messages: decoded, encoded, looked up.",
        epilog="Exit status: 0 done, 1 bad input, 2 bad usage.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"smb2ioctl {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    decode = commands.add_parser("decode", help="show messages field by field, or as JSON", allow_abbrev=False)
    decode.add_argument(
        "inputs", nargs="*", metavar="INPUT",
        help="a file, or hexadecimal text, or - for standard input (default). Each holds a body, a message, a "
        "compound or frames: raw bytes, hexadecimal text, or JSON lines with a key message_hex",
    )  # fmt: skip
    decode.add_argument("--json", action="store_true", help="one JSON document in a line, for encode")
    decode.add_argument("--as", dest="form", choices=("body", "message", "frame"), help="what the bytes are")
    decode.add_argument("--status", type=_status, help="the status that a bare reply body stands under")
    decode.add_argument("--rules", type=_request_rules, help="name the rules of this set that requests break")
    decode.set_defaults(command=_decode)

    encode = commands.add_parser("encode", help="turn documents of decode --json back to bytes", allow_abbrev=False)
    encode.add_argument("file", nargs="?", default="-", metavar="FILE", help="JSON; - is standard input (default)")
    encode.add_argument("--raw", action="store_true", help="bytes in place of hexadecimal lines")
    encode.add_argument("-o", "--output", metavar="FILE", help="write here, all or nothing")
    encode.set_defaults(command=_encode)

    code = commands.add_parser("code", help="tell what is known of control codes", allow_abbrev=False)
    code.add_argument("values", nargs="+", metavar="VALUE", help="a number like 0x144064, or a name")
    code.add_argument("--json", action="store_true", help="one JSON object in a line")
    code.set_defaults(command=_code)

    rules = commands.add_parser("rules", help="print the rules that requests are held against", allow_abbrev=False)
    rules.add_argument("name", nargs="?", type=_rules, metavar="NAME", help="one rule set (default: all)")
    rules.set_defaults(command=_print_rules)
    return parser


def _decode(args: argparse.Namespace) -> int:
    from smb2ioctl_codec.dissect.inputs import Item, items

    report = _Report()
    for number, argument in enumerate(args.inputs or ["-"], 1):
        try:
            content, is_text = _content(argument)
        except _Unreadable as error:
            report.bad(_name(argument), error)
            continue
        place = f"argument {number}" if is_text else _name(argument)
        for item in [Item(None, {}, content)] if is_text else items(content):
            _decode_item(item, place if item.line is None else f"{place}:{item.line}", args, report)
    return report.status


def _decode_item(item: Item, place: str, args: argparse.Namespace, report: _Report) -> None:
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
    item: Item, piece: bytes, form: Form, offset: int, place: str, args: argparse.Namespace, report: _Report
) -> None:
    from smb2ioctl_codec.dissect.display import printable
    from smb2ioctl_codec.dissect.text import HEADING, render, title
    from smb2ioctl_codec.dissect.tree import trees

    about = title(item.about)
    print(printable(f"# {place}: {about}" if about else f"# {place}"))
    print(HEADING)
    for tree in trees(piece, form, base=offset, status=args.status, rules=args.rules):
        for line in render(tree):
            print(line)
        if tree.defects:
            report.bad(place, tree.defects[0])
    print()


def _show_json(
    item: Item, piece: bytes, form: Form, offset: int, place: str, args: argparse.Namespace, report: _Report
) -> None:
    import json

    from smb2ioctl_codec.dissect.json_form import payload_errors, to_json

    document = to_json(piece, form, base=offset, status=args.status, rules=args.rules)
    print(json.dumps({"about": item.about} | document if item.about else document))
    for error in payload_errors(document):
        report.bad(place, error)


def _encode(args: argparse.Namespace) -> int:
    from smb2ioctl_codec.dissect.inputs import documents
    from smb2ioctl_codec.dissect.json_form import from_json
    from smb2ioctl_codec.errors import CodecError

    report = _Report()
    name = place = _name(args.file)
    encoded: list[bytes] = []
    try:
        for line, document in documents(_read(args.file)):
            place = f"{name}:{line}"
            encoded.append(from_json(document))
            place = name
    except (_Unreadable, CodecError) as error:
        report.bad(place, error)
        return report.status
    data = b"".join(encoded) if args.raw else b"".join(each.hex().encode() + b"\n" for each in encoded)
    if args.output is None:
        sys.stdout.buffer.write(data)
        return report.status
    try:
        _write_whole(Path(args.output), data)
    except OSError as error:
        report.bad(args.output, error.strerror)
    return report.status


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file such that no reader ever sees a part of it, and an old one stays if anything fails."""
    target = path.resolve()
    if target.exists() and not target.is_file():
        target.write_bytes(data)  # a device or a pipe: nothing could take its place
        return
    draft = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
    try:
        with draft.open("xb") as file:
            file.write(data)
        if target.exists():
            draft.chmod(target.stat().st_mode & 0o777)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _code(args: argparse.Namespace) -> int:
    import json

    from smb2ioctl_codec.dissect.tables import code_facts, code_lines, find_code

    report = _Report()
    for value in args.values:
        try:
            code = find_code(value)
        except ValueError as error:
            report.bad(_short(value), error)
            continue
        lines = [json.dumps(code_facts(code))] if args.json else code_lines(code)
        for line in lines:
            print(line)
    return report.status


def _print_rules(args: argparse.Namespace) -> int:
    from smb2ioctl_codec.dissect.tables import rule_sets, rules_table

    chosen = list(rule_sets().values()) if args.name is None else [args.name]
    for number, rule_set in enumerate(chosen):
        if number:
            print()
        for line in rules_table(rule_set):
            print(line)
    return DONE


def _status(text: str) -> NtStatus:
    from smb2ioctl_codec.ntstatus import NtStatus

    name = text.upper().removeprefix("STATUS_")
    if name in NtStatus.__members__:
        return NtStatus[name]
    if re.fullmatch(r"(0[xX])?[0-9A-Fa-f]{1,8}", text):
        return NtStatus(int(text, 16))
    raise argparse.ArgumentTypeError(f"{_short(text)} is neither a hexadecimal number of 32 bits nor a known status")


def _request_rules(text: str) -> RuleSet:
    from smb2ioctl_codec.dissect.tables import request_rule_sets

    return _chosen(text, request_rule_sets())


def _rules(text: str) -> RuleSet:
    from smb2ioctl_codec.dissect.tables import rule_sets

    return _chosen(text, rule_sets())


def _chosen(text: str, choices: dict[str, RuleSet]) -> RuleSet:
    if text.upper() in choices:
        return choices[text.upper()]
    raise argparse.ArgumentTypeError(f"{_short(text)} is none of {', '.join(choices)}")


def _name(argument: str) -> str:
    """How messages name an input."""
    if argument == "-":
        return _STDIN
    return argument if 0 < len(argument) <= _NAME_SHOWN else repr(argument[:_NAME_SHOWN])


def _short(text: str) -> str:
    """The start of an argument, quoted."""
    return repr(text if len(text) <= 40 else f"{text[:40]}...")
