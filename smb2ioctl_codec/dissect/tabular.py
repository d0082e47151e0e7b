"""Chosen fields as columns: a line for each packet as of ``tshark -T fields``, or CSV with a row for each message.

Options are those of tshark's ``-E``, with the same meanings.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from smb2ioctl_codec.dissect.captured import Captured
from smb2ioctl_codec.dissect.printed import Value, column
from smb2ioctl_codec.dissect.remembered import Remembered
from smb2ioctl_codec.schema import value_class

#: What CSV shows if nobody says otherwise.
USUAL = (
    "frame.number", "frame.time_epoch", "ip.src", "ip.dst", "smb2.msg_id", "smb2.flags.response", "smb2.nt_status",
    "smb2.ioctl.function", "smb2.tree", "smb2.ioctl.filename", "smb2.response_to", "smb2.time",
)  # fmt: skip
_CHARACTERS = {"/t": "\t", "/s": " "}
_QUOTES = {"d": '"', "s": "'", "n": ""}
#: Layers below SMB2: the same for all messages of a packet.
_BELOW = ("frame.", "ip.", "ipv6.", "tcp.")


@value_class
class Style:
    """How columns are written.

    Attributes:
        separator: between columns.
        aggregator: between several values of a field.
        occurrence: which of these: ``a`` all, ``f`` the first, ``l`` the last.
        quote: around every column.
        header: whether the first line names the columns.
    """

    separator: str = "\t"
    aggregator: str = ","
    occurrence: str = "a"
    quote: str = ""
    header: bool = False


def style_of(options: Iterable[str]) -> Style:
    """The style that options such as ``separator=;`` make; ``/t`` is a tab and ``/s`` a space.

    Raises:
        ValueError: an option is none of these, or has a value that it cannot have.
    """
    chosen: dict[str, object] = {}
    for option in options:
        name, sign, value = option.partition("=")
        way = _OPTIONS.get(name)
        if way is None or not sign:
            raise ValueError(f"{option!r} is none of {', '.join(f'{each}=...' for each in _OPTIONS)}")
        chosen[name] = way(name, value)
    return Style(**chosen)  # type: ignore[arg-type]


def _character(name: str, value: str) -> str:
    if value not in _CHARACTERS and len(value) != 1:
        raise ValueError(f"{name}={value!r}: expected one character, /t or /s")
    return _CHARACTERS.get(value, value)


def _one_of(choices: dict[str, object]) -> Callable[[str, str], object]:
    def way(name: str, value: str) -> object:
        if value not in choices:
            raise ValueError(f"{name}={value!r}: expected one of {', '.join(choices)}")
        return choices[value]

    return way


_OPTIONS: dict[str, Callable[[str, str], object]] = {
    "separator": _character,
    "aggregator": _character,
    "occurrence": _one_of({each: each for each in "afl"}),
    "quote": _one_of({**_QUOTES}),
    "header": _one_of({"y": True, "n": False}),
}


def fields_lines(packets: Iterable[Sequence[Captured]], names: Sequence[str], style: Style) -> Iterator[str]:
    """A line for each packet: of each field the values of all its messages."""
    separator = style.separator
    columns = [(name, name.startswith(_BELOW), _Cell(name, style)) for name in names]
    if style.header:
        yield separator.join(names)
    for packet in packets:
        first = packet[0].get
        if len(packet) == 1:
            yield separator.join([cell.of(first(name)) for name, _, cell in columns])
        else:
            yield separator.join([
                cell.of(first(name) if is_below else [value for each in packet for value in each.get(name)])
                for name, is_below, cell in columns
            ])  # fmt: skip


def csv_lines(messages: Iterable[Captured], names: Sequence[str], style: Style) -> Iterator[str]:
    """A row of names, then one for each message; cells are quoted where they need it (RFC 4180)."""
    cells = [(name, _Cell(name, style)) for name in names]
    yield _csv_row(names)
    for message in messages:
        yield _csv_row([cell.of(message.get(name)) for name, cell in cells])


def _csv_row(cells: Sequence[str]) -> str:
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow(cells)
    return row.getvalue()


class _Cell:
    """Makes the text of a field's values."""

    def __init__(self, name: str, style: Style) -> None:
        self.style = style
        self.texts = Remembered(lambda value: _text(name, value))

    def of(self, values: Sequence[Value]) -> str:
        """The text of some values."""
        style = self.style
        if len(values) == 1:
            text = self.texts[values[0]]
        else:
            if style.occurrence != "a":
                values = values[:1] if style.occurrence == "f" else values[-1:]
            text = style.aggregator.join([self.texts[value] for value in values])
        return f"{style.quote}{text}{style.quote}" if style.quote else text


def _text(name: str, value: Value) -> str:
    text = column(name, value)
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    """A character that would break the line, or not show, as a backslash sequence."""
    return character if character.isprintable() else repr(character)[1:-1]
