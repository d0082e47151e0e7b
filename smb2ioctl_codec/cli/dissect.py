"""``smb2ioctl dissect``: the IOCTL messages of captures, in the form that is asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
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
_TREES = ("text", "json", "html")
_COMMAND = "smb2.cmd"
#: Bytes of a file that is a capture without packets.
_SMALLEST = 24
#: Packets that are read, and lines that are written, at once: what is done again and again stays in the processor.
_AT_ONCE = 64
T = TypeVar("T")


class _Usage(Exception):
    """An option cannot be; the text says why."""


class _NothingRead(Exception):
    """No input could be read."""


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
            if not job.read:
                raise _NothingRead
    except _NothingRead:
        pass  # an old output stays as it is
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
        #: inputs of which something could be read
        self.read = 0
        if args.output == "":
            raise _Usage("-o needs the name of a file")
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
        if self._is_live:
            return self._of_all(lambda selection: selection.packets())
        return self._of_all(lambda selection: _ahead(selection.packets()))

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
                with Progress(argument, selection.position, partial(files.size_of, argument)) as progress:
                    for each in take(selection):
                        yield each
                        progress.step()
            except OSError as error:
                self.report.bad(self.place, error.strerror)
            except files.Unreadable as error:
                self.report.bad(self.place, error)
            except CaptureError as error:
                found = _findings(selection)
                self.report.bad(self.place, f"{error}; {found}" if found else error)
                self.read += selection.position() > _SMALLEST
            else:
                self.read += 1
                found = _findings(selection)
                if found:  # lost bytes are no error, but nobody should miss them
                    say(f"{self.place}: {found}")

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
            context=self._needs_context(),
            trees=self.args.format in _TREES or self.args.findings_only,
        )

    def _needs_context(self) -> bool:
        """Whether anything that is asked for has to do with shares, users and files."""
        from smb2ioctl_codec.dissect.captured import OF_CONTEXT

        fields = set(self.names) if self.args.format in _TABLES else set(OF_CONTEXT)
        return bool(OF_CONTEXT & (fields | (self.wanted.fields if self.wanted is not None else frozenset())))

    def _has_findings(self, captured: Any) -> bool:
        if self.wanted is not None and not self.wanted(captured):
            return False
        found = captured.inspection.findings
        return bool(captured.message.findings or any(each.severity != "note" for each in found))

    @property
    def _is_live(self) -> bool:
        """Somebody may be waiting for each message."""
        return "-" in self.args.files

    def _write(self, out: IO[str], lines: Iterable[str]) -> None:
        """Write many lines; several at once, which is faster, unless somebody waits for them."""
        if self._is_live or out.isatty():
            for line in lines:
                out.write(f"{line}\n")
                out.flush()
            return
        waiting = iter(lines)
        while some := list(islice(waiting, _AT_ONCE)):
            some.append("")
            out.write("\n".join(some))

    # -- the forms

    def _text(self, out: IO[str]) -> None:
        from smb2ioctl_codec.dissect.about import heading
        from smb2ioctl_codec.dissect.display import printable
        from smb2ioctl_codec.dissect.text import HEADING, finding_lines, one_line, tree_lines
        from smb2ioctl_codec.dissect.view import terminal_view

        view = terminal_view(out)
        for captured in self._messages():
            print(f"# {printable(self.place)}: {heading(captured)}", file=out)
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

        self._write(out, map(ek_lines, self._packets()))

    def _columns(self, out: IO[str]) -> None:
        from smb2ioctl_codec.dissect.tabular import csv_lines, fields_lines

        if self.args.format == "csv":
            lines = csv_lines(self._messages(), self.names, self.style)
        else:
            lines = fields_lines(self._packets(), self.names, self.style)
        self._write(out, lines)

    def _html(self, out: IO[str]) -> None:
        from smb2ioctl_codec.dissect.about import shown
        from smb2ioctl_codec.dissect.report import write_report

        title = ", ".join(name(each) for each in self.args.files)
        several = len(self.args.files) > 1
        messages = (shown(each, self.place if several else "") for each in self._messages())
        write_report(messages, out, title=title)


def _findings(selection: Selection) -> str:
    """That a capture is not whole, in a clause; empty if nothing was found."""
    found = selection.capture.findings
    count = len(found) + selection.capture.findings_left_out
    if not count:
        return ""
    return f"{count} finding{'' if count == 1 else 's'} while reading it, the first: {found[0]}"


def _ahead(items: Iterable[T]) -> Iterator[T]:
    """The same, some of them made before they are asked for; an error comes after those that were made before it."""
    from smb2ioctl_codec.capture import CaptureError

    made: list[T] = []
    try:
        for item in items:
            made.append(item)
            if len(made) == _AT_ONCE:
                yield from made
                made.clear()
    except (CaptureError, OSError):
        yield from made
        raise
    yield from made


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
        style = style_of(args.style)
    except ValueError as error:
        raise _Usage(f"-E: {error}") from None
    given = [each for each in args.style if not each.startswith(("aggregator=", "occurrence="))]
    if given and args.format == "csv":
        raise _Usage(f"-E: {short(given[0])}: only aggregator= and occurrence= go with -T csv")
    return style
