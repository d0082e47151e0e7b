"""``smb2ioctl corpus``: a fuzz corpus as a directory, a zip archive or a capture; or the dictionary beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING

from smb2ioctl_codec.cli import files
from smb2ioctl_codec.cli.progress import Progress
from smb2ioctl_codec.cli.say import BAD_INPUT, BAD_USAGE, DONE, name, say

if TYPE_CHECKING:
    import argparse

    from smb2ioctl_codec.fuzz import Case
    from smb2ioctl_codec.fuzz.sinks.manifest import Entry

#: What each file holds; or the one file that is written.
FORMATS = ("message", "frame", "body", "payload", "ndr", "pcap", "dict")
#: How a zip archive is named that OSS-Fuzz finds beside its target.
_SEEDS = "_seed_corpus"
#: Options that choose among cases.
_CHOICES = ("kind", "code", "seed", "count", "minimal")


class _Refused(Exception):
    """It cannot be done; the text says why."""

    def __init__(self, text: str, status: int = BAD_INPUT) -> None:
        super().__init__(text)
        self.status = status


def corpus(args: argparse.Namespace) -> int:
    """Run the command; gives the exit status."""
    try:
        with Progress(args.out, total=lambda: args.count, prints=False) as progress:
            done = _Job(args, progress).run()
    except _Refused as error:
        say(str(error))
        return error.status
    except OSError as error:
        say(f"{name(args.out)}: {error.strerror or error}")
        return BAD_INPUT
    for line in done:
        print(line)
    return DONE


class _Job:
    """One call of the command: what is to be written, and where."""

    def __init__(self, args: argparse.Namespace, progress: Progress) -> None:
        self.args = args
        self.progress = progress
        self.out = Path(args.out)
        self.place = name(args.out)

    def run(self) -> list[str]:
        """Write all; gives lines that say what was written."""
        if not self.args.out:
            raise _Refused("OUT is empty; expected the name of a directory or of a file", BAD_USAGE)
        if self.args.format == "dict":
            return self._dictionary()
        if self.args.kind == ["mutated"] and self.args.count is None:
            raise _Refused("--kind mutated needs --count: there is no end of these", BAD_USAGE)
        if self.args.format == "pcap" or self.out.suffix.lower() == ".zip":
            return self._file()
        return self._directory()

    def _dictionary(self) -> list[str]:
        from smb2ioctl_codec.fuzz.sinks import dictionary_lines

        given = [each for each in _CHOICES if getattr(self.args, each) is not None]
        if given:
            raise _Refused(f"--{given[0]} is about cases, and --format dict has none", BAD_USAGE)
        self._check_free(self.out)
        with files.whole(self.out, "t", encoding="ascii", newline="\n") as file:
            file.writelines(f"{line}\n" for line in dictionary_lines())
        return []

    def _directory(self) -> list[str]:
        from smb2ioctl_codec.fuzz.sinks import write_directory

        if self.out.exists() and not self.out.is_dir():
            raise _Refused(f"{self.place}: no directory; expected one, or a name that ends in .zip")
        try:
            count = write_directory(self._entries(self.args.format), self.out, force=self.args.force)
        except FileExistsError:
            hint = "--force replaces an earlier corpus in it, and leaves all else"
            raise _Refused(f"{self.place}: the directory is not empty; {hint}") from None
        return [f"{count} files"]

    def _file(self) -> list[str]:
        """Write one file, and the manifest beside it."""
        from smb2ioctl_codec.fuzz.sinks import write_pcap, write_zip

        is_pcap = self.args.format == "pcap"
        manifest = self.out.with_name(f"{self.out.stem}.manifest.jsonl")
        target = self._target() if self.args.format == "ndr" else ""
        for each in (self.out, manifest):
            self._check_free(each)
            if each.exists() and not each.is_file():
                raise _Refused(f"{name(str(each))}: no file; expected one, because a manifest is to stand beside it")
        entries = self._entries("message" if is_pcap else self.args.format, target)
        with ExitStack() as stack:
            file: IO[bytes] = stack.enter_context(files.whole(self.out))
            lines: IO[str] = stack.enter_context(files.whole(manifest, "t", encoding="ascii", newline="\n"))
            count = (write_pcap if is_pcap else write_zip)(entries, file, lines)
            file.flush()  # if the disk is full, it is before the manifest takes its place
        if is_pcap or self.out.stem.endswith(_SEEDS):
            return [f"{count} {'messages' if is_pcap else 'files'}"]
        return [f"{count} files", f"OSS-Fuzz takes an archive only if it is named TARGET{_SEEDS}.zip"]

    def _target(self) -> str:
        """The fuzz target of Samba that an archive is named for."""
        from smb2ioctl_codec.fuzz.sinks.samba import STRUCTURES

        target = self.out.stem.removesuffix(_SEEDS)
        if target not in STRUCTURES:
            known = ", ".join(STRUCTURES)
            expected = f"expected TARGET{_SEEDS}.zip, with one of {known}"
            raise _Refused(f"{self.place}: an archive of ndr is for one target; {expected}", BAD_USAGE)
        return target

    def _check_free(self, out: Path) -> None:
        if out.is_dir():
            raise _Refused(f"{name(str(out))}: a directory; expected the name of a file")
        if out.is_file() and not self.args.force:
            raise _Refused(f"{name(str(out))}: it exists; --force replaces it")

    def _entries(self, form: str, target: str = "") -> Iterator[Entry]:
        """The files of the corpus that is asked for; there is at least one."""
        from smb2ioctl_codec.fuzz.sinks.forms import FORMS
        from smb2ioctl_codec.fuzz.sinks.manifest import entries

        found = (each for each in entries(self._cases(), FORMS[form]) if target in ("", each.piece.target))
        first = next(found, None)
        if first is None:
            raise _Refused(f"{self.place}: nothing to write; no case of these options has the form {self.args.format}")
        return chain([first], found)

    def _cases(self) -> Iterator[Case]:
        from smb2ioctl_codec.fuzz import corpus as cases

        args = self.args
        for case in cases(
            kinds=args.kind, codes=args.code, seed=args.seed or 0, count=args.count, minimal=bool(args.minimal)
        ):
            self.progress.step()
            yield case
