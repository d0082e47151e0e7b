"""Trees and findings as text: plain lines, and the view of a terminal in colour."""

from __future__ import annotations

import io
import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text
from samples import DFS_GET_REFERRALS, MESSAGES, header, mutants, referral_request, request

import smb2ioctl_codec as s2
from smb2ioctl_codec.dissect import view
from smb2ioctl_codec.dissect.display import printable
from smb2ioctl_codec.dissect.inspect import inspect
from smb2ioctl_codec.dissect.nodes import Finding
from smb2ioctl_codec.dissect.text import HEADING, finding_lines, one_line, title, tree_lines, what_is_wrong

DFS = request(DFS_GET_REFERRALS, referral_request(r"\server\root"))
#: A body with errors, warnings and notes.
WRONG = inspect(
    request(DFS_GET_REFERRALS, b"\4\0\x00\xd8", persistent=2, volatile=1, flags=0, reserved2=0x70000),
    rules=s2.rules.MS_SMB2,
)


def test_text_of_a_tree() -> None:
    assert str(WRONG).splitlines() == [
        "     0     60  IoctlRequest",
        "     0      2    structure_size                     57",
        "     2      2    reserved                           0",
        "     4      4    ctl_code                           FSCTL_DFS_GET_REFERRALS (0x00060194)",
        "     8     16    file_id",
        "     8      8      persistent                       2",
        "    16      8      volatile                         1",
        "    24      4    input_offset                       120 bytes",
        "    28      4    input_count                        4 bytes",
        "    32      4    max_input_response                 0 bytes",
        "    36      4    output_offset                      0",
        "    40      4    output_count                       0",
        "    44      4    max_output_response                4096 bytes",
        "    48      4    flags                              IOCTL (0x00000000)",
        "    52      4    reserved2                          0x00070000",
        "    56      4    input                              4 bytes: 040000d8",
        "    56      4      ReferralRequest",
        "    56      2        max_referral_level             4",
        "    58      2        request_file_name              no UTF-16, 2 bytes: 00d8",
        (
            "  ! error: ReferralRequest.request_file_name at offset 58: no UTF-16: unexpected end of data "
            "(ILLEGAL_CHARACTER)"
        ),
        (
            "  ! warning: IoctlRequest.flags at offset 48: Flags is not SMB2_0_IOCTL_IS_FSCTL (MS_SMB2 flags [MS-SMB2] "
            "3.3.5.15; NOT_SUPPORTED)"
        ),
        (
            "  ! warning: IoctlRequest.file_id at offset 8: the control code wants a FileId of all ones (MS_SMB2 "
            "no-handle [MS-SMB2] 3.3.5.15; INVALID_PARAMETER)"
        ),
        "  ! note: IoctlRequest.reserved2 at offset 52: zero is expected",
    ]


def test_the_heading_stands_over_the_columns() -> None:
    line = list(tree_lines(WRONG.root))[3]
    for word, text in (("name", "ctl_code"), ("value", "FSCTL_DFS_GET_REFERRALS")):
        assert HEADING.index(word) == line.index(text) - (2 if word == "name" else 0)
    for word, text in (("offset", "4"), ("size", "4")):
        end = HEADING.index(word) + len(word)
        assert line[:end].endswith(text)


def test_all_offsets_can_count_from_elsewhere() -> None:
    def numbers(lines: list[str], pattern: str) -> list[int]:
        return [int(found[1]) for line in lines if (found := re.search(pattern, line))]

    for lines, pattern in ((tree_lines, r"^ *(\d+)"), (finding_lines, r" at offset (\d+): ")):
        given: Any = WRONG.root if lines is tree_lines else WRONG.findings
        near, far = numbers(list(lines(given)), pattern), numbers(list(lines(given, 1000)), pattern)
        assert len(near) > 3
        assert [each + 1000 for each in near] == far


def test_what_is_wrong_is_the_first_error_and_no_warning() -> None:
    said = what_is_wrong(WRONG.findings)
    assert said == (
        "ReferralRequest.request_file_name at offset 58: no UTF-16: unexpected end of data (ILLEGAL_CHARACTER)"
    )
    assert what_is_wrong(WRONG.findings, 1000) == said.replace("58", "1058")
    assert what_is_wrong(WRONG.findings[1:]) == ""
    assert what_is_wrong(()) == ""
    assert what_is_wrong([Finding("error", "a\nb\x1b", "X.y", 7)]) == "X.y at offset 7: a b<U+001B>"


def test_title() -> None:
    assert title({}) == ""
    assert title({"pcap": "a\x1b", "frame": 7, "x": [1], "long": "y" * 61}) == (
        f"pcap a<U+001B>, frame 7, x [1], long {'y' * 60} ..."
    )


def test_one_line() -> None:
    assert one_line("a\nb\tc\u2028d") == "a b<U+0009>c<U+2028>d"


def test_no_line_of_a_mutant_moves_the_cursor() -> None:
    for data in mutants(MESSAGES, 1000, seed=42):
        inspection = inspect(data, rules=s2.rules.MS_SMB2)
        for line in (*tree_lines(inspection.root), *finding_lines(inspection.findings)):
            assert line == printable(line)


# -- the view of a terminal


def shown(inspection: Any, base: int = 0, width: int = 160) -> list[str]:
    """What the view prints, with its colours."""
    out = io.StringIO()
    console = Console(
        file=out, force_terminal=True, color_system="standard", width=width, no_color=False, legacy_windows=False
    )
    view.View(console).show(inspection, base)
    return out.getvalue().splitlines()


def plain(lines: list[str]) -> list[str]:
    return [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in lines]


RED, YELLOW = 1, 3


def colours(line: str) -> list[tuple[str, int | None]]:
    """The pieces of a line, each with the number of its colour; None for that of all text."""
    text = Text.from_ansi(line)
    found = []
    for span in text.spans:
        colour = getattr(span.style, "color", None)
        found.append((text.plain[span.start : span.end], None if colour is None else colour.number))
    return found


def test_bytes_stand_beside_the_tree() -> None:
    lines = plain(shown(WRONG))
    assert lines[:5] == [
        "000000  39 00 00 00 94 01 06 00 02 00 00 00 00 00 00 00  9...............       0    60  IoctlRequest",
        "000010  01 00 00 00 00 00 00 00 78 00 00 00 04 00 00 00  ........x.......       0     2    structure_size  57",
        "000020  00 00 00 00 00 00 00 00 00 00 00 00 00 10 00 00  ................       2     2    reserved  0",
        (
            "000030  00 00 00 00 00 00 07 00 04 00 00 d8              ............           4     4    ctl_code  "
            "FSCTL_DFS_GET_REFERRALS (0x00060194)"
        ),
        f"{'':75}     8    16    file_id",
    ]  # fmt: skip
    assert lines[-4:] == list(finding_lines(WRONG.findings))


def test_a_narrow_terminal_has_eight_bytes_in_a_row() -> None:
    lines = plain(shown(WRONG, width=139))
    assert lines[0].startswith("000000  39 00 00 00 94 01 06 00  9.......       0    60  IoctlRequest")
    assert lines[7].startswith("000038  04 00 00 d8              ....          24     4    input_offset  120 bytes")


def test_places_in_the_view_can_count_from_elsewhere() -> None:
    lines = plain(shown(WRONG, base=0x1000))
    assert lines[0].startswith("001000  39 00 ")
    assert lines[1].startswith("001010  01 00 ")
    assert lines[1].endswith("  4096     2    structure_size  57")
    assert lines[-4:] == list(finding_lines(WRONG.findings, 0x1000))


def test_fields_have_the_colour_of_their_bytes() -> None:
    """Neighbours have different ones; what is wrong is red."""
    lines = shown(WRONG)
    pieces = [each for line in lines[:-4] for each in colours(line)]
    names = {piece: colour for piece, colour in pieces if re.fullmatch("[a-z_0-9]{3,}", piece)}
    fields = ["structure_size", "reserved", "ctl_code", "persistent", "volatile", "input_offset", "input_count"]
    used = [names[each] for each in fields]
    assert all(used)
    assert all(one != other for one, other in itertools.pairwise(used))
    size = [2, 2, 4, 8, 8, 4, 4]
    expected = [colour for colour, times in zip(used, size, strict=True) for _ in range(times)]
    drawn = [
        colour for line in lines[:2] for piece, colour in colours(line) if re.fullmatch("[0-9a-f]{2}", piece)
    ]  # fmt: skip
    assert drawn == expected
    assert [piece for piece, colour in pieces if colour == RED] == ["00", "d8", ".", ".", "request_file_name"]
    assert colours(lines[-4]) == [(plain(lines)[-4], RED)]
    assert colours(lines[-3]) == [(plain(lines)[-3], YELLOW)]


def test_a_view_of_no_bytes() -> None:
    tree, *findings = plain(shown(inspect(b"")))
    assert tree == "       0     0  Unknown  no bytes"
    assert findings[0].startswith("  ! error: Unknown at offset 0: ")


def test_the_view_prints_no_markup_and_no_control_characters() -> None:
    name = "[red]\x1b[2J[/]:smile:"
    inspection = inspect(header(reserved=0) + request(DFS_GET_REFERRALS, referral_request(name)))
    assert any(
        line.endswith('request_file_name  "[red]<U+001B>[2J[/]:smile:<U+0000>"') for line in plain(shown(inspection))
    )


class Stream(io.StringIO):
    """A stream that may be a terminal."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


def test_only_a_terminal_gets_a_view_and_only_with_rich(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert view.terminal_view(Stream(True)) is not None
    assert view.terminal_view(Stream(False)) is None
    with (tmp_path / "out").open("w") as file:
        assert view.terminal_view(file) is None
    monkeypatch.setattr(view, "find_spec", lambda _: None)
    assert view.terminal_view(Stream(True)) is None
