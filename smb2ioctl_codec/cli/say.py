"""Telling what is wrong: one line on standard error, and the exit status."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any

DONE, BAD_INPUT, BAD_USAGE, BROKEN, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 70, 130, 141

STDIN = "standard input"
#: Characters shown of the name of an input.
_NAME_SHOWN = 200
#: Characters shown of an argument.
_ARGUMENT_SHOWN = 40


def say(text: str) -> None:
    """Write one line to standard error, as far as there is one."""
    from smb2ioctl_codec.dissect.display import printable

    if sys.stderr is None:
        return
    try:
        print(f"smb2ioctl: {printable(text)}", file=sys.stderr, flush=True)
    except OSError:
        abandon(sys.stderr)


def abandon(stream: Any) -> None:
    """Let what is left in a stream's buffer go nowhere, or the interpreter would stumble over it at its end."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class Report:
    """Tells what is wrong, and keeps the exit status."""

    def __init__(self) -> None:
        self.status = DONE

    def bad(self, place: str, reason: object) -> None:
        """An input is wrong there."""
        sys.stdout.flush()
        say(f"{place}: {reason}")
        self.status = BAD_INPUT


def name(argument: str) -> str:
    """How messages name an input."""
    if argument == "-":
        return STDIN
    return argument if 0 < len(argument) <= _NAME_SHOWN else repr(argument[:_NAME_SHOWN])


def short(text: str) -> str:
    """The start of an argument, quoted."""
    return repr(text if len(text) <= _ARGUMENT_SHOWN else f"{text[:_ARGUMENT_SHOWN]}...")
