"""What people read is true: the examples of README and docs run, and what they name exists."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import smb2ioctl_codec as s2

ROOT = Path(__file__).parent.parent
PACKAGE = Path(s2.__file__).parent
PAGES = sorted(str(page.relative_to(ROOT)) for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
RUNNABLE = [
    "README.md",
    "docs/tutorial.md",
    "docs/answering.md",
    "docs/testing.md",
    "docs/fuzzing.md",
    "docs/how-it-is-built.md",
    "docs/conformance.md",
]
GUIDE = "docs/adding-a-structure.md"
COMMANDS = "docs/command-line.md"

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
TEST_NAME = re.compile(r"\b(?:test_\w+)\b(?!\.py|/)")
TEST_PATH = re.compile(r"\btests/[\w./]*\w")


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> Iterator[tuple[str, int]]:
    """The fenced blocks of a page in one language, each with the number of the line before it."""
    text = text_of(page)
    for found in FENCE.finditer(text):
        if found[1] == language:
            yield found[2], text.count("\n", 0, found.start(2))


@pytest.mark.parametrize("page", RUNNABLE)
def test_the_examples_run(page: str) -> None:
    """Blocks with prompts print what stands there; the others run, and later blocks see what they define."""
    names: dict[str, Any] = {"__name__": "example"}
    runner = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF)
    for text, line in blocks(page, "python"):
        if ">>>" in text:
            test = doctest.DocTestParser().get_doctest(text, names, f"{page}:{line + 1}", page, line)
            runner.run(test, clear_globs=False)
            names = test.globs
        else:
            exec(compile("\n" * line + text, page, "exec", dont_inherit=True), names)  # noqa: S102 - our own page
    assert runner.summarize(verbose=False).failed == 0
    assert runner.tries > 0


def test_every_python_block_is_run() -> None:
    """A page that shows Python is one of those that run."""
    assert {page for page in PAGES if any(blocks(page, "python"))} == {*RUNNABLE, GUIDE}


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with the file and the row of the guide, and its examples beside it."""
    module, *examples = [text for text, _ in blocks(GUIDE, "python")]
    ((change, _),) = blocks(GUIDE, "diff")
    place, *row = re.findall(r"^[ +](.*\n)", change, re.MULTILINE)
    directory = tmp_path_factory.mktemp("guide")
    copy = directory / PACKAGE.name
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "payloads" / "notes.py").write_text(module, encoding="utf-8")
    rows = copy / "payloads" / "rows.py"
    before = rows.read_text(encoding="utf-8")
    assert before.count(place) == 1
    rows.write_text(before.replace(place, place + "".join(row)), encoding="utf-8")
    (directory / "examples.txt").write_text("\n".join(examples), encoding="utf-8")
    return directory


@pytest.mark.parametrize(
    "script",
    [
        "import doctest; failed, tried = doctest.testfile('examples.txt', False); exit(failed or not tried)",
        """
import families, matrix
page = families.pages()["notes.md"]
assert page.startswith("# Notes\\n\\nFSCTL_TAKE_NOTE.\\n"), page
assert "(layout-payloads-notes-takenote)=\\n\\n## TakeNote\\n" in page, page
assert "| `note_length` | 2 | 2 | u16 | size-of note | bytes of the note |" in page, page
types = [f"{{ref}}`{name} <layout-payloads-notes-{name.lower()}>`" for name in ("TakeNote", "NoteTaken", "NoteLimit")]
line = f"| `0x00098FFC` | `0x00098FFC` | {types[0]} | {types[1]}, {types[2]} | a handle | [NOTES] 2.1, 2.2 |  |"
assert line in matrix.payloads().splitlines(), matrix.payloads()
""",
    ],
    ids=["examples", "pages"],
)
def test_the_guide_to_adding_a_code_can_be_followed(followed: Path, script: str) -> None:
    """Its examples run, and the documentation has what it promises."""
    paths = [str(followed), str(ROOT / "docs" / "_ext")]
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=followed,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def commands() -> list[tuple[str, str]]:
    """The calls of the command line page: what follows each dollar sign, and what it prints."""
    calls = [
        call for text, _ in blocks(COMMANDS, "console") for call in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    ]
    return [(call.partition("\n")[0], call.partition("\n")[2]) for call in calls]


@pytest.mark.parametrize(("line", "printed"), commands())
def test_the_commands_print_what_the_page_shows(line: str, printed: str) -> None:
    """A line of three dots stands for any lines; a bar hands the output on."""
    output, errors = "", ""
    for command in line.split(" | "):
        program, *arguments = shlex.split(command)
        assert program == "smb2ioctl"
        done = subprocess.run(
            [sys.executable, "-m", "smb2ioctl_codec", *arguments],
            cwd=ROOT,
            input=output,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        output, errors = done.stdout, errors + done.stderr
    pattern = re.escape(printed).replace(re.escape("...\n"), r"(?:.*\n)+?")
    assert re.fullmatch(pattern, output + errors), output + errors


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    missing = [link for link in LINK.findall(text_of(page)) if not ((ROOT / page).parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_named_tests_exist(page: str) -> None:
    """Files and functions of the tests that a page names."""
    text = text_of(page)
    assert [path for path in TEST_PATH.findall(text) if not (ROOT / path).exists()] == []
    defined = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    assert [name for name in TEST_NAME.findall(text) if f"def {name}(" not in defined] == []


def test_every_promise_names_its_tests() -> None:
    text = text_of("README.md")
    listed = text[text.index("## Promises") : text.index("## Speed")]
    promises = re.split(r"^\d\. ", listed, flags=re.MULTILINE)[1:]
    assert len(promises) == 6
    assert [promise for promise in promises if not TEST_NAME.search(promise)] == []


def test_every_public_name_is_in_the_reference() -> None:
    page = text_of("docs/reference/api.md")
    documented = set(re.findall(r"^\.\. auto(?:class|function|exception|module):: (\S+)$", page, re.MULTILINE))
    modules = {f"{s2.__name__}.{name}" for name in ("payloads", "rules", "server")}
    names = [*s2.__all__, *(f"smb2ioctl_codec.schema.{name}" for name in ("Record", "record", "value_class"))]
    absent = [name for name in names if name not in documented and f"{s2.__name__}.{name}" not in documented | modules]
    assert absent == []


def test_the_version_is_the_same_everywhere() -> None:
    changes = re.findall(r"^## (\S+)$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert next(each for each in changes if each != "Unreleased") == s2.__version__
    assert f"| {s2.__version__.rpartition('.')[0]} | yes |" in text_of("SECURITY.md")


def test_the_reference_tables_hold_every_field_rule_and_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions behind the generated pages, without Sphinx."""
    monkeypatch.syspath_prepend(ROOT / "docs" / "_ext")
    import tables

    messages = tables.layouts("smb2ioctl_codec.messages")
    for record in (s2.Header, s2.IoctlRequest, s2.IoctlResponse, s2.ErrorResponse, s2.ErrorContext, s2.FileId):
        assert f"\n## {record.__name__}\n" in messages
        for row in s2.layout(record):
            assert f"| `{row.name}` | {'' if row.offset is None else row.offset} | " in messages
    for name in ("SAMBA_3_6", "SAMBA_4", "MS_SMB2", "REPLY"):
        lines = tables.rules(name).splitlines()[2:]
        assert [line.split("`")[1] for line in lines] == [rule.id for rule in getattr(s2.rules, name)]
    assert len(tables.codes().splitlines()) == 2 + len(s2.CtlCode)
    assert "| `0xC000000D` | `INVALID_PARAMETER` | error |" in tables.statuses()
    assert tables.decoder_source("FileId").startswith("```python\ndef decode(")


def test_every_record_is_on_the_page_of_its_family(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "docs" / "_ext")
    import families
    import tables

    pages = families.pages()
    records = list(tables.records("smb2ioctl_codec.payloads"))
    assert len(records) > 80
    for record in records:
        page = pages[f"{record.__module__.split('.')[2]}.md"]
        assert f"({tables.label(record)})=\n\n## {record.__name__}\n" in page
        assert tables.layout_table(record) in page
        for row in s2.layout(record):
            assert f"| `{row.name}` | {'' if row.offset is None else row.offset} | " in tables.layout_table(record)


def test_the_matrix_has_every_code_of_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside what other projects have of the same codes; each of them has something."""
    monkeypatch.syspath_prepend(ROOT / "docs" / "_ext")
    import matrix

    ours, theirs = matrix.payloads().splitlines()[2:], matrix.peers().splitlines()[2:]
    codes = [row.ctl_code for row in matrix.rows()]
    assert [line.split("`")[1] for line in ours] == [f"0x{code:08X}" for code in codes]
    assert [line.split("`")[1] for line in theirs] == [code.name.removeprefix("FSCTL_") for code in codes]
    assert matrix.PEERS["codes"].keys() <= {f"0x{code:08X}" for code in codes}
    cells = [[cell.strip(" ?") for cell in line.strip("|").split("|")[1:]] for line in theirs]
    for column, (_, peer, version) in enumerate(matrix.PEERS["peers"]):
        assert any(line[column] for line in cells), peer
        assert f"{peer} {version}" in matrix.versions()
