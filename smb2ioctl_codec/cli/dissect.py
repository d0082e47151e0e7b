"""``smb2ioctl dissect``: the IOCTL messages of captures, in the form that is asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from smb2ioctl_codec.cli import files
from smb2ioctl_codec.cli.progress import Progress
from smb2ioctl_codec.cli.say import BAD_USAGE, Report, name, say, short

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from smb2ioctl_codec.dissect.captured import Captured
    from smb2ioctl_codec.dissect.filters import Filter
    from smb2ioctl_codec.dissect.select import Selection
    from smb2ioctl_codec.dissect.tabular import Style

FORMATS = ("text", "json", "ek", "fields", "csv", "html")
_TABLES = ("fields", "csv")
_COMMAND = "smb2.cmd"
T = TypeVar("T")


class _Usage(Exception):
    """An option cannot be; the text says why."""


def dissect(args: argparse.Namespace) -> int:
    """Run the command; gives the exit status."""
    try:
        job = _Job(args)
    except _Usage as error:
        say(f"{error} (see smb2ioctl dissect --help)")
        return BAD_USAGE
    try:
        with _output(args.output) as out:
            job.run(out)
    except OSError as error:
        if args.output is None or isinstance(error, BrokenPipeError):
            raise
        job.report.bad(args.output, error.strerror)
    return job.report.status


@contextmanager
def _output(path: str | None) -> Iterator[IO[str]]:
    if path is None:
        yield sys.stdout
        return
    with files.whole(Path(path), "t", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        yield file


class _Job:
    """One call of the command: its options, understood, and what has been said of its inputs."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.report = Report()
        self.place = ""
        self.wanted = _filter(args.filter)
        self.names = _fields(args)
        self.style = _style(args)
        self.writers: dict[str, Callable[[IO[str]], None]] = {
            "text": self._text, "json": self._json, "ek": self._ek, "fields": self._columns, "csv": self._columns,
            "html": self._html,
        }  # fmt: skip

    def run(self, out: IO[str]) -> None:
        """Write all inputs in the form that is asked for."""
        self.writers[self.args.format](out)

    # -- the inputs

    def _packets(self) -> Iterator[list[Captured]]:
        """The packets of all inputs, one after the other."""
        return self._of_all(lambda selection: selection.packets())

    def _messages(self) -> Iterator[Captured]:
        """The messages of all inputs."""
        return self._of_all(lambda selection: selection.messages())

    def _of_all(self, take: Callable[[Selection], Iterable[T]]) -> Iterator[T]:
        """What is taken of each input. What is wrong with one is told, and the next is read."""
        from smb2ioctl_codec.capture import CaptureError

        for argument in self.args.files:
            self.place = name(argument)
            try:
                selection = self._select(argument)
                with Progress(argument, selection.position) as progress:
                    for each in take(selection):
                        yield each
                        progress.step()
            except OSError as error:
                self.report.bad(self.place, error.strerror)
            except (CaptureError, files.Unreadable) as error:
                self.report.bad(self.place, error)
            else:
                self._tell_findings(selection)

    def _select(self, argument: str) -> Selection:
        from smb2ioctl_codec.dissect.select import Selection

        if argument == "-" and sys.stdin is None:
            raise files.Unreadable("closed")
        source: Any = sys.stdin.buffer if argument == "-" else argument
        return Selection(
            source,
            ports=self.args.ports or (445, 139),
            wanted=self._has_findings if self.args.findings_only else self.wanted,
            every_command=self.wanted is not None and _COMMAND in self.wanted.fields,
            rules=() if self.args.rules is None else (self.args.rules,),
        )

    def _has_findings(self, captured: Any) -> bool:
        if self.wanted is not None and not self.wanted(captured):
            return False
        found = captured.inspection.findings
        return bool(captured.message.findings or any(each.severity != "note" for each in found))

    def _tell_findings(self, selection: Selection) -> None:
        """Say that the capture is not whole: lost bytes are no error, but nobody should miss them."""
        found = selection.capture.findings
        if found:
            count = len(found) + selection.capture.findings_left_out
            say(f"{self.place}: {count} finding{'' if count == 1 else 's'} while reading it, the first: {found[0]}")

    # -- the forms

    def _text(self, out: IO[str]) -> None:
        from smb2ioctl_codec.dissect.about import heading
        from smb2ioctl_codec.dissect.text import HEADING, finding_lines, one_line, tree_lines
        from smb2ioctl_codec.dissect.view import terminal_view

        view = terminal_view(out)
        for captured in self._messages():
            print(f"# {self.place}: {heading(captured)}", file=out)
            for finding in captured.message.findings:
                print(f"  ! captured: {one_line(str(finding))}", file=out)
            inspection = captured.inspection
            if self.args.findings_only:
                lines = finding_lines(inspection.findings)
            elif view is not None:
                view.show(inspection)
                lines = iter(())
            else:
                lines = chain((HEADING,), tree_lines(inspection.root), finding_lines(inspection.findings))
            for line in lines:
                print(line, file=out)
            print(file=out)

    def _json(self, out: IO[str]) -> None:
        import json

        from smb2ioctl_codec.dissect.about import to_dict

        for captured in self._messages():
            out.write(json.dumps({"file": self.place} | to_dict(captured)) + "\n")

    def _ek(self, out: IO[str]) -> None:
        from smb2ioctl_codec.dissect.ek import ek_lines

        for packet in self._packets():
            out.write("\n".join(ek_lines(packet)) + "\n")

    def _columns(self, out: IO[str]) -> None:
        from smb2ioctl_codec.dissect.tabular import csv_lines, fields_lines

        if self.args.format == "csv":
            lines = csv_lines(self._messages(), self.names, self.style)
        else:
            lines = fields_lines(self._packets(), self.names, self.style)
        for line in lines:
            out.write(line + "\n")

    def _html(self, out: IO[str]) -> None:
        from smb2ioctl_codec.dissect.about import shown
        from smb2ioctl_codec.dissect.report import write_report

        title = ", ".join(name(each) for each in self.args.files)
        write_report(map(shown, self._messages()), out, title=title)


def _filter(text: str | None) -> Filter | None:
    from smb2ioctl_codec.dissect.filters import FilterError, compile_filter
    from smb2ioctl_codec.dissect.names import FIELD_NAMES

    if text is None:
        return None
    try:
        return compile_filter(text, FIELD_NAMES)
    except FilterError as error:
        raise _Usage(f"-Y: {error}") from None


def _fields(args: argparse.Namespace) -> tuple[str, ...]:
    from smb2ioctl_codec.dissect.tabular import USUAL

    given: list[str] = args.fields
    if given and args.format not in _TABLES:
        raise _Usage(f"-e goes with -T {' or '.join(_TABLES)}, not {args.format}")
    if given:
        _check_names(given)
    elif args.format == "fields":
        raise _Usage("-T fields needs at least one -e FIELD")
    return tuple(given) or USUAL


def _check_names(given: Iterable[str]) -> None:
    from difflib import get_close_matches

    from smb2ioctl_codec.dissect.names import FIELD_NAMES

    for each in given:
        if each not in FIELD_NAMES:
            near = get_close_matches(each, FIELD_NAMES, 1)
            raise _Usage(f"-e: {short(each)} is no field{f'; the nearest is {near[0]}' if near else ''}")


def _style(args: argparse.Namespace) -> Style:
    from smb2ioctl_codec.dissect.tabular import style_of

    if args.style and args.format not in _TABLES:
        raise _Usage(f"-E goes with -T {' or '.join(_TABLES)}, not {args.format}")
    try:
        return style_of(args.style)
    except ValueError as error:
        raise _Usage(f"-E: {error}") from None
