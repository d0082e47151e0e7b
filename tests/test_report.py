"""The HTML report: what is embedded is what was inspected, no text gets out of its place, and memory is bounded."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import json
import re
import tracemalloc
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from interop.reports import captured, made, many
from samples import DFS_GET_REFERRALS, header, referral_request, request

from smb2ioctl_codec.dissect.report import Shown, write_report

SAMPLE = Path(__file__).parent / "data" / "sample.jsonl"
TEXTS = ("time", "connection", "direction", "summary", "status", "about")
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]><img src=x onerror=alert(1)>",
    "\" onfocus='alert(1)' x=\"",
    "&lt;b&gt;&amp;",
    "line\u2028paragraph\u2029",
    "half \ud800 of a pair \udfff",
    "nul \0 bell \a escape \x1b[31m",
    "right to left \u202egpj.exe\u202c \u2066isolated\u2069 \u200e\u200f\ufeff",
    "\u05d0\u05d1\u05d2 \U0001f600 e\u0301",
    "$title ${script} $$ %s {0}",
]


class Page(HTMLParser):
    """Elements of a page in order, with their attributes, and the texts of those that hold data."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.is_inside = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")
        self.is_inside = True

    def handle_endtag(self, tag: str) -> None:
        self.is_inside = False

    def handle_data(self, data: str) -> None:
        if self.is_inside:
            self.texts[-1] += data

    def all(self, tag: str, **wanted: str) -> list[str]:
        """The texts at the start of each of these elements."""
        names = {name.rstrip("_"): value for name, value in wanted.items()}
        return [
            text
            for (each, attributes), text in zip(self.elements, self.texts, strict=True)
            if each == tag and names.items() <= attributes.items()
        ]


def report(messages: list[Shown], title: str = "a report") -> str:
    """The page of some messages."""
    out = io.StringIO()
    assert write_report(iter(messages), out, title=title) == len(messages)
    return out.getvalue()


def samples() -> list[Shown]:
    """The recorded messages of ``data/sample.jsonl``."""
    lines = [json.loads(line) for line in SAMPLE.read_text(encoding="ascii").splitlines()]
    return [
        made(
            bytes.fromhex(each["message_hex"]),
            frame=each["frame"],
            direction=each["direction"],
            connection=each["pcap"],
        )
        for each in lines
    ]


def read_back(page: Page) -> Iterator[tuple[dict[str, Any], list[tuple[Any, ...]], list[tuple[Any, ...]], bytes]]:
    """Of each message in a page: its row, nodes, findings and bytes, as ``pack`` documents them."""
    for row_text, tree_text in zip(page.all("script", class_="rows"), page.all("script", class_="trees"), strict=True):
        rows, trees = json.loads(row_text), json.loads(tree_text)
        words, names = rows["strings"], trees["strings"]
        for row, (shape, displays, found, data) in zip(rows["rows"], trees["messages"], strict=True):
            frame, *texts, partner, errors, warnings, notes = row
            about = dict(zip(TEXTS, (words[each] for each in texts), strict=True))
            about |= {"frame": frame, "partner": partner, "counts": [errors, warnings, notes]}
            flat = trees["shapes"][shape]
            assert len(flat) == 4 * len(displays)
            nodes = []
            for at, display in enumerate(displays):
                kind, *place = flat[4 * at : 4 * at + 4]
                nodes.append((*(names[each] for each in trees["kinds"][kind]), *place, names[display]))
            findings = [
                (("error", "warning", "note")[found[at]], names[found[at + 1]], *found[at + 2 : at + 4])
                for at in range(0, len(found), 4)
            ]
            yield about, nodes, findings, base64.b64decode(data, validate=True)


def nodes_of(inspection: Any) -> list[tuple[Any, ...]]:
    """What a page has to say of the nodes of an inspection."""
    found = []

    def visit(node: Any, depth: int) -> None:
        names = (node.name, node.path, node.wireshark or "", node.role, node.target or "")
        found.append((*names, depth, node.offset, node.size, node.display))
        for child in node.children:
            visit(child, depth + 1)

    visit(inspection.root, 0)
    return found


def check(messages: list[Shown], page: Page) -> None:
    """All of the messages are in the page, as they are."""
    found = list(read_back(page))
    assert len(found) == len(messages)
    for message, (about, nodes, findings, data) in zip(messages, found, strict=True):
        inspection = message.inspection
        severities = [each.severity for each in inspection.findings]
        assert about == {
            **{name: getattr(message, name) for name in TEXTS},
            "frame": message.frame,
            "partner": message.partner,
            "counts": [severities.count(each) for each in ("error", "warning", "note")],
        }
        assert nodes == nodes_of(inspection)
        assert [each[:3] for each in findings] == [
            (each.severity, str(each), each.offset) for each in inspection.findings
        ]
        every = list(inspection)
        for finding, (*_, place) in zip(inspection.findings, findings, strict=True):
            owners = [at for at, node in enumerate(every) if any(each is finding for each in node.findings)]
            assert place == (owners[0] if owners else -1)
        assert data == message.data


def test_recorded_messages_are_embedded_as_they_are() -> None:
    messages = [*samples(), *captured("net_rpc_user.pcap"), *captured("smbt_compound.pcap")]
    page = Page(report(messages))
    assert len(page.all("script", class_="rows")) > 1, "more than one pack is needed to see that each stands alone"
    check(messages, page)


def test_findings_and_broken_messages_are_embedded() -> None:
    messages = list(many(120))
    messages += [made(message.data[:length]) for message in messages[:2] for length in range(len(message.data))]
    messages.append(made(b""))
    assert any(each.severity == "error" for message in messages for each in message.inspection.findings)
    check(messages, Page(report(messages)))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_stay_texts(text: str) -> None:
    plain = made(b"\xfeSMB", **dict.fromkeys(TEXTS, "x"))
    name = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    field = made(header() + request(DFS_GET_REFERRALS, referral_request(name)))
    broken = made(header() + request(DFS_GET_REFERRALS, b"\4\0" + text.encode("utf-16-le", "surrogatepass") + b"\0\0"))
    messages = [made(b"\xfeSMB", **dict.fromkeys(TEXTS, text)), field, broken]
    whole = report(messages, title=text)
    assert whole.isascii()
    assert "\0" not in whole
    page = Page(whole)
    benign = Page(report([plain, field, broken]))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in benign.elements]
    attributes = [[*names] for _, names in page.elements]
    assert attributes == [[*names] for _, names in benign.elements]
    check(messages, page)


def test_the_title_shows_what_would_not_show() -> None:
    (title,) = Page(report([], title="a </title> & \u202e b \ud800 \0")).all("title")
    assert title == "a </title> & <U+202E> b <U+D800> <U+0000>"


def test_it_is_complete_without_messages() -> None:
    page = Page(report([]))
    assert page.all("script", class_="rows") == page.all("script", class_="trees") == []
    assert page.elements[0][0] == "html"
    roles = {attributes["role"] for _, attributes in page.elements if "role" in attributes}
    assert {"grid", "tree", "listbox"} <= roles


def test_it_needs_nothing_but_itself() -> None:
    whole = report(list(many(4)))
    page = Page(whole)
    loading = {"src", "srcset", "href", "action", "data", "poster", "background", "formaction", "ping", "xlink:href"}
    assert [attributes for _, attributes in page.elements if loading & attributes.keys()] == []
    assert {tag for tag, _ in page.elements}.isdisjoint({"link", "iframe", "object", "embed", "base", "img"})
    (style,) = page.all("style")
    assert re.search(r"url\(|@import|//", style) is None
    script = page.all("script")[-1]
    forbidden = r"https?:|fetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import\(|Worker|innerHTML|eval\("
    assert re.search(forbidden, script) is None


def test_its_policy_lets_in_its_own_script_and_style_and_nothing_else() -> None:
    page = Page(report(list(many(2))))
    (policy,) = [
        attributes["content"] or ""
        for tag, attributes in page.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    sources = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    (style,) = page.all("style")
    script = page.all("script")[-1]
    own = {
        name: f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for name, text in (("script-src", script), ("style-src", style))
    }
    assert sources == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", **own}


def test_messages_are_written_as_they_come() -> None:
    out = io.StringIO()
    sizes = []

    def watched() -> Iterator[Shown]:
        for message in many(1200):
            sizes.append(len(out.getvalue()))
            yield message

    assert write_report(watched(), out, title="") == 1200
    steps = [after - before for before, after in itertools.pairwise(sizes) if after > before]
    assert len(steps) == 4, "of packs before the last message"
    assert sizes[0] > 0
    assert sizes[-1] > 0.8 * len(out.getvalue()) - sizes[0]


class Sink(io.TextIOBase):
    """Forgets what is written."""

    def write(self, text: str) -> int:
        return len(text)


def peak(count: int) -> int:
    """Most bytes that it takes to write so many messages."""
    tracemalloc.start()
    try:
        write_report(many(count), Sink(), title="")  # type: ignore[arg-type] # it is written to and no more
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_messages() -> None:
    peak(2)  # what is loaded once
    few, lots = peak(512), peak(1280)
    assert lots < 1.2 * few


def test_a_large_message_does_not_wait_for_others() -> None:
    out = io.StringIO()
    large = made(bytes(300_000))

    def two() -> Iterator[Shown]:
        yield large
        assert len(out.getvalue()) > 400_000, "base64 of the first is written by now"
        yield large

    assert write_report(two(), out, title="") == 2


def test_where_the_messages_end_with_an_error_the_page_has_those_before_it() -> None:
    out = io.StringIO()
    messages = list(many(3))

    def failing() -> Iterator[Shown]:
        yield from messages
        raise OSError("the capture cannot be read any further")

    with pytest.raises(OSError, match="any further"):
        write_report(failing(), out, title="")
    assert out.getvalue() == report(messages, title="")
