"""The command line ``smb2ioctl``: dissect, decode, encode, code, rules, corpus.

Exit status: 0 done, 1 bad input, 2 bad usage, 130 interrupted, 141 whoever read the output went away. What is wrong is
told in one line on standard error, with its place.

`parser` has the options; each command is a module, and imports what it needs when it runs. `say` tells what is wrong,
`files` reads inputs and writes whole files.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NoReturn

from smb2ioctl_codec.cli.say import BAD_INPUT, BROKEN, DONE, INTERRUPTED, PIPE_CLOSED, abandon, say

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence


def run() -> NoReturn:
    """Run the command line of this process and end it; no exception gets out as a traceback."""
    status = BROKEN
    try:
        status = _run(sys.argv[1:])
    except BrokenPipeError:
        abandon(sys.stdout)
        status = PIPE_CLOSED
    except KeyboardInterrupt:
        abandon(sys.stdout)
        status = INTERRUPTED
    except OSError as error:
        abandon(sys.stdout)
        say(f"standard output: {error.strerror}")
        status = BAD_INPUT
    except MemoryError:
        say("the input is too large for the memory of this machine")
        status = BAD_INPUT
    except Exception as error:  # noqa: BLE001 - the last resort: one line in place of a traceback
        say(f"this program is broken, please report it: {type(error).__name__}: {error}")
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
    from smb2ioctl_codec.cli.parser import parser

    args = parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = args.command
    return command(args)


def _run(argv: Sequence[str]) -> int:
    if sys.stdout is None:
        say("standard output is closed")
        return BAD_INPUT
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = main(argv)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else DONE
    sys.stdout.flush()
    return status
