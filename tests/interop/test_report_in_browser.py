"""The HTML report in headless Chromium: fast, quiet, usable by pointer and by keyboard alone, in light and dark."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from samples import DFS_GET_REFERRALS, header, referral_request, request

from smb2ioctl_codec.dissect.report import Shown, write_report

from .need import need
from .reports import VOLATILE, captured, made, many

SECONDS_TO_OPEN = 3.0
MOST_BYTES = 8_000_000
MESSAGES = 5000
ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1280,800",
)  # fmt: skip
ENTER, ESCAPE, TAB = "\ue007", "\ue00c", "\ue004"
LEFT, UP, RIGHT, DOWN, END, HOME, PAGE_DOWN = "\ue012", "\ue013", "\ue014", "\ue015", "\ue010", "\ue011", "\ue00f"


class Browser:
    """Chromium with one page, and what the tests ask of it."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, path: Path) -> None:
        """Open a report and wait until it can be used."""
        self.driver.get_log("performance")
        self.driver.get(path.as_uri())
        self.until("return 'ready' in document.documentElement.dataset")

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def until(self, script: str, *arguments: Any) -> None:
        """Wait until a script says true."""
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(self.driver, 20, 0.02).until(lambda _: self.run(script, *arguments))

    def keys(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()

    def click(self, selector: str, text: str = "") -> None:
        """Click the first element that a selector finds, or the first with this text."""
        elements = self.driver.find_elements("css selector", selector)
        next(each for each in elements if text in ("", each.text)).click()

    def emulate(self, scheme: str) -> None:
        """Let the page think that the user likes it light or dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def style(self, selector: str, name: str) -> str:
        """A computed style of the first element found."""
        script = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
        return str(self.run(script, selector, name))

    @property
    def focus(self) -> str:
        """Id of what has the focus."""
        return str(self.run("return document.activeElement.id"))

    @property
    def frame(self) -> str:
        """The frame of the selected message, as the list says and the fields say."""
        selected = "return document.querySelector('#list .row.selected .frame')?.textContent ?? ''"
        about = re.match(r"Frame (\d+):", self.run("return document.getElementById('about').textContent"))
        frame = str(self.run(selected))
        assert about is not None
        assert frame in ("", about[1])
        return about[1]

    @property
    def field(self) -> str:
        """Path of the field that is described, which is the one marked in the tree."""
        path = str(self.run("return document.querySelector('#detail .field dd')?.textContent ?? ''"))
        if path:
            title = self.run("return document.querySelector('#tree [aria-selected=true]').title")
            assert title.split("\n")[0] == path
        return path

    @property
    def marked(self) -> list[int]:
        """The bytes that are marked, in the hexadecimal column and in that of characters."""
        script = "return [...document.querySelectorAll(arguments[0])].map((each) => Number(each.dataset.at))"
        found = self.run(script, "#hex .b.marked")
        assert found == self.run(script, "#hex .a.marked") == self.run(script, "#hex .b[aria-selected=true]")
        return [int(each) for each in found]

    @property
    def listed(self) -> int:
        """How many messages are listed."""
        return int(self.run("return document.getElementById('list').getAttribute('aria-rowcount')")) - 1

    def filter(self, text: str, count: int) -> None:
        """Type a filter, and wait for as many messages."""
        self.keys(ESCAPE, ESCAPE, "/", text)
        script = """
            const count = document.getElementById("count");
            return !count.classList.contains("busy") && count.textContent.startsWith(arguments[0]);
        """
        self.until(script, f"{count:,} of {MESSAGES:,} messages" if count < MESSAGES else f"{MESSAGES:,} messages")
        assert self.listed == count


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    need(chromium and chromedriver, "chromium and chromium-driver")
    need(find_spec("selenium"), "selenium")
    webdriver = import_module("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    made = webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))
    try:
        yield made
    finally:
        made.quit()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Iterator[Shown]], Path]:
    """Writes reports, each once."""
    folder = tmp_path_factory.mktemp("reports")

    def write(name: str, messages: Iterator[Shown]) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            with path.open("w", encoding="ascii") as out:
                write_report(messages, out, title=f"{name} <messages>")
        return path

    return write


@pytest.fixture
def browser(driver: Any) -> Iterator[Browser]:
    """The browser; whatever a test does, nothing is complained of and nothing asked of the network."""
    made = Browser(driver)
    made.emulate("light")
    driver.get_log("browser")
    yield made
    assert driver.get_log("browser") == []
    asked = re.findall(r'"Network\.requestWillBeSent".*?"url":"([^"]*)"', "\n".join(
        str(each["message"]) for each in driver.get_log("performance")
    ))  # fmt: skip
    assert asked, "the page itself is asked for"
    assert [each for each in asked if not each.startswith("file:///")] == []


@pytest.fixture
def large(browser: Browser, reports: Callable[[str, Iterator[Shown]], Path]) -> Browser:
    """The browser with a report of 5,000 messages."""
    browser.open(reports("large", many(MESSAGES)))
    return browser


def select(browser: Browser, frame: int) -> None:
    """Select a message by its frame, through the filter."""
    browser.keys(ESCAPE, HOME)
    browser.run("document.getElementById('list').scrollTop = 22 * arguments[0]", frame - 1)
    browser.until("return document.getElementById(`m${arguments[0]}`)", frame - 1)
    browser.click(f"#m{frame - 1} .summary")
    assert browser.frame == str(frame)


def test_five_thousand_messages_open_in_time(large: Browser, reports: Callable[[str, Iterator[Shown]], Path]) -> None:
    path = reports("large", many(MESSAGES))
    nodes = sum(len(list(each.inspection)) for each in many(200)) / 200
    assert nodes > 55
    assert path.stat().st_size < MOST_BYTES
    ready = large.run("return performance.getEntriesByName('ready')[0].startTime")
    assert 0 < ready < 1000 * SECONDS_TO_OPEN
    assert large.listed == MESSAGES
    assert len(large.driver.find_elements("css selector", "#list .row")) < 100, "those that can be seen, and a few"
    large.keys(END)
    assert large.frame == str(MESSAGES)


def test_the_filter_looks_into_columns_fields_and_values(large: Browser) -> None:
    large.filter('"file 17.txt"', 2)  # of request and reply 17
    large.filter('"FOLDER 3\\" success', 25)  # both of them, in whatever case and column
    large.filter("chunks_written", MESSAGES // 2)  # a field of the replies
    large.filter("smb2.fsctl.cchunk.dst_offset", MESSAGES // 2)  # Wireshark's names of the requests
    large.filter(f"0x{VOLATILE + 4321:016x}", 1)  # a value
    large.filter("where only 0x39 is valid", MESSAGES // 100)  # a finding
    large.click("#deep")
    large.filter("where only 0x39 is valid", 0)
    large.filter("response", MESSAGES // 2)
    large.click("#deep")
    large.filter("no such thing anywhere", 0)
    assert large.run("return document.getElementById('nothing').hidden") is False
    large.keys(ESCAPE)
    large.until("return document.getElementById('count').textContent === '5,000 messages'")
    assert large.focus == "filter"


def test_a_field_marks_its_bytes_and_a_byte_its_field(large: Browser) -> None:
    message = list(many(3))[2]
    leaves = [each for each in message.inspection if each.size and not each.children]
    select(large, 3)
    for node in (leaves[0], leaves[7], message.inspection.root.children[1], leaves[-1]):
        large.run(
            "document.getElementById('tree').scrollTop = 20 * arguments[0]", list(message.inspection).index(node) - 3
        )
        large.until("return document.getElementById(`n${arguments[0]}`)", list(message.inspection).index(node))
        large.click(f"#n{list(message.inspection).index(node)} .value, #n{list(message.inspection).index(node)}")
        assert large.field == node.path
        assert set(large.marked) <= set(range(node.offset, node.offset + node.size))
        assert len(large.marked) == node.size or node.children
    for node in (leaves[3], leaves[9], leaves[-1], leaves[len(leaves) // 2]):
        place = node.offset + node.size - 1
        large.run("document.getElementById('hex').scrollTop = 20 * arguments[0]", place // 16 - 2)
        large.until("return document.getElementById(`b${arguments[0]}`)", place)
        large.click(f"#b{place}")
        assert large.field == node.path
        assert large.marked == list(range(node.offset, node.offset + node.size))
        assert large.run("return document.querySelectorAll('#tree [aria-selected=true]').length") == 1


def test_a_byte_opens_what_its_field_is_closed_in(large: Browser) -> None:
    large.click("#n1 .twisty")
    assert large.run("return document.getElementById('n3')") is None
    large.click("#b4")
    assert large.field == "Header.structure_size"
    assert large.run("return document.getElementById('n1').getAttribute('aria-expanded')") == "true"


def test_the_keyboard_is_enough(large: Browser) -> None:
    assert large.focus == "list"
    large.keys(DOWN, DOWN)
    assert large.frame == "3"
    large.keys(UP)
    assert large.frame == "2"
    large.keys(PAGE_DOWN)
    assert int(large.frame) > 8
    large.keys(HOME)
    assert large.frame == "1"
    large.keys(TAB)
    assert large.focus == "tree"
    large.keys(DOWN, DOWN)
    assert large.field == "Header"
    rows = large.run("return document.querySelectorAll('#tree [role=treeitem]').length")
    large.keys(LEFT)
    assert large.run("return document.querySelector('#tree .selected').getAttribute('aria-expanded')") == "false"
    large.keys(DOWN)
    assert large.field == "IoctlRequest"
    large.keys(UP, RIGHT, RIGHT)
    assert large.field == "Header.protocol_id"
    assert large.run("return document.querySelectorAll('#tree [role=treeitem]').length") == rows
    large.keys(LEFT)
    assert large.field == "Header"
    large.keys(RIGHT, ENTER)
    assert large.focus == "hex"
    large.keys(RIGHT, RIGHT, RIGHT, RIGHT)
    assert (large.field, large.marked) == ("Header.structure_size", [4, 5])
    large.keys(DOWN)
    assert (large.field, large.marked) == ("Header.next_command", [20, 21, 22, 23])
    large.keys(ESCAPE)
    assert large.focus == "list"
    for pane in ("tree", "findings", "hex", "split-tree", "split-list"):
        large.keys(TAB)
        assert large.focus == pane
    large.keys("/")
    assert large.focus == "filter"
    large.keys("p/n", ENTER)
    assert large.focus == "list"
    assert large.run("return document.getElementById('filter').value") == "p/n"
    large.keys("?")
    assert large.run("return document.getElementById('help').open") is True
    large.keys(ESCAPE)
    assert large.run("return document.getElementById('help').open") is False


def test_what_has_the_focus_shows_it(large: Browser) -> None:
    ring = "getComputedStyle(document.activeElement.parentElement, '::after').borderTopWidth"
    for pane in ("list", "tree", "findings", "hex"):
        assert large.focus == pane
        assert large.run(f"return {ring}") == "2px", pane
        large.keys(TAB)
    large.keys("/")
    assert large.run("return getComputedStyle(document.activeElement).outlineWidth") == "2px"


def test_what_is_active_in_a_pane_is_there_and_is_told(large: Browser) -> None:
    large.keys(END, TAB, END, TAB)
    for pane in ("list", "tree", "hex"):
        if pane == "hex":
            large.keys(END)
        script = """
            const view = document.getElementById(arguments[0]);
            const active = document.getElementById(view.getAttribute("aria-activedescendant"));
            const [inner, outer] = [active.getBoundingClientRect(), view.getBoundingClientRect()];
            return active.ariaSelected === "true" && inner.top >= outer.top && inner.bottom <= outer.bottom + 1;
        """
        assert large.run(script, pane) is True, pane
    assert large.run("return document.querySelector('#tree .selected').getAttribute('aria-level')") == "5"
    assert large.field == "CopyChunkResponse.total_bytes_written"


def test_the_same_field_stays_marked_from_message_to_message(large: Browser) -> None:
    select(large, 1)
    large.click("#tree .label", "message_id")
    large.keys(ESCAPE, DOWN, DOWN)
    assert (large.frame, large.field, large.marked) == ("3", "Header.message_id", list(range(24, 32)))


def test_partners_find_each_other(large: Browser) -> None:
    select(large, 7)
    large.keys("p")
    assert large.frame == "8"
    assert large.run("return document.querySelector('#list .related .frame').textContent") == "7"
    large.keys("p")
    assert large.frame == "7"
    large.click("#m6 .link")
    assert large.frame == "8"
    large.click("#partner")
    assert large.frame == "7"
    # the filter hides the partner: it is let go of
    large.filter("chunks_written", MESSAGES // 2)
    large.keys(ENTER, HOME)
    assert large.frame == "2"
    large.keys("p")
    large.until("return document.getElementById('about').textContent.startsWith('Frame 1:')")
    assert large.listed == MESSAGES


def test_messages_of_a_compound_find_their_own_partners(browser: Browser, reports: Any) -> None:
    messages = captured("smbt_compound.pcap")
    browser.open(reports("compound", iter(messages)))
    places = [at for at, each in enumerate(messages) if each.frame == 40]
    replies = [at for at, each in enumerate(messages) if each.frame == 41]
    assert len(places) == len(replies) > 1
    for place, reply in zip(places, replies, strict=True):
        browser.run("document.getElementById('list').scrollTop = 22 * arguments[0]", place - 2)
        browser.until("return document.getElementById(`m${arguments[0]}`)", place)
        browser.click(f"#m{place} .summary")
        browser.keys("p")
        assert browser.run("return document.querySelector('#list .selected').id") == f"m{reply}"
        browser.keys("p")
        assert browser.run("return document.querySelector('#list .selected').id") == f"m{place}"


def test_findings_are_coloured_listed_and_lead_to_their_fields(large: Browser) -> None:
    select(large, 1)
    error, note = (large.run(f"return getComputedStyle(document.documentElement).getPropertyValue('--{name}')")
                   for name in ("error", "note"))  # fmt: skip
    colours = {"error": f"rgb({', '.join(str(each) for each in bytes.fromhex(error.strip(' #')))})",
               "note": f"rgb({', '.join(str(each) for each in bytes.fromhex(note.strip(' #')))})"}  # fmt: skip
    for name, colour in colours.items():
        for place in (f"#m0 .badge.{name}", f"#findings .{name} b", f"#hex .b.{name}", f".chip.{name}"):
            assert large.style(place, "color") == colour, place
    assert large.run("return [...document.querySelectorAll('#hex .b.error')].map((each) => each.dataset.at)") == [
        "64",
        "65",
    ]
    assert large.run("return document.getElementById('findings-title').textContent") == "2 findings"
    large.click("#findings .error")
    assert (large.field, large.marked) == ("IoctlRequest.structure_size", [64, 65])
    assert large.style("#tree .row.error .label", "color") == colours["error"]
    large.keys(DOWN)
    assert (large.field, large.marked) == ("IoctlRequest.reserved2", [116, 117, 118, 119])
    select(large, 2)
    assert large.run("return document.getElementById('findings-pane').hidden") is True
    large.keys("n")
    assert large.frame == "11"
    large.keys("N")
    assert large.frame == "1"
    large.click(".chip.error")
    large.until("return document.getElementById('count').textContent === '50 of 5,000 messages'")


def luminance(colour: str) -> float:
    """Relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(each) / 255 for each in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_in_light_and_dark(large: Browser, scheme: str) -> None:
    large.emulate(scheme)
    select(large, 1)
    large.click("#findings .error")
    back = luminance(large.style(".pane", "backgroundColor"))
    assert (back > 0.5) == (scheme == "light")
    script = """
        const found = [];
        for (const element of document.querySelectorAll("header *, main *, dialog *")) {
          const isText = [...element.childNodes].some((each) => each.nodeType === 3 && each.data.trim());
          if (!isText || element.disabled || !element.checkVisibility()) continue;
          let holder = element;
          while (getComputedStyle(holder).backgroundColor === "rgba(0, 0, 0, 0)") holder = holder.parentElement;
          found.push([element.className || element.id || element.tagName, getComputedStyle(element).color,
                      getComputedStyle(holder).backgroundColor]);
        }
        return found;
    """
    found = {tuple(each) for each in large.run(script)}
    assert len(found) > 15
    for name, text, behind in found:
        darker, lighter = sorted((luminance(text), luminance(behind)))
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (name, text, behind)


@pytest.mark.parametrize("width", [360, 800, 1280])
def test_it_fits_narrow_and_wide_windows(large: Browser, width: int) -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    large.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        select(large, 1)
        assert large.run("return document.documentElement.scrollWidth") <= width
        for pane in ("list", "tree", "hex"):
            script = """
                const view = document.getElementById(arguments[0]);
                view.scrollIntoView();
                return view.getBoundingClientRect().toJSON();
            """
            box = large.run(script, pane)
            assert box["width"] >= 300
            assert box["height"] >= 120
            assert 0 <= box["top"] < box["bottom"] <= 800
            assert large.run("return document.querySelector('header').getBoundingClientRect().top") == 0
        across = large.run("return document.querySelectorAll('#hex .row:first-child .b').length")
        assert across == (8 if width == 360 else 16)
        assert large.run("const hex = document.getElementById('hex'); return hex.scrollWidth <= hex.clientWidth")
    finally:
        large.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_panes_change_their_size_by_keys_and_pointer(large: Browser) -> None:
    height = "return document.querySelector('.list-pane').offsetHeight"
    width = "return document.querySelector('.tree-pane').offsetWidth"
    before = large.run(height), large.run(width)
    large.run("document.getElementById('split-list').focus()")
    large.keys(DOWN)
    large.run("document.getElementById('split-tree').focus()")
    large.keys(LEFT)
    assert (large.run(height), large.run(width)) == (before[0] + 24, before[1] - 24)
    from selenium.webdriver.common.action_chains import ActionChains

    bar = large.driver.find_element("id", "split-list")
    ActionChains(large.driver).drag_and_drop_by_offset(bar, 0, -50).perform()
    assert abs(large.run(height) - (before[0] + 24 - 50)) <= 1


HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>\u202e\u2028\ud800\0\u05d0"


def test_hostile_texts_are_shown_as_text(browser: Browser, reports: Any) -> None:
    texts = dict.fromkeys(("time", "connection", "direction", "summary", "status", "about"), HOSTILE)
    payload = b"\4\0" + "<img src=x>\u202e\u2066\0".encode("utf-16-le")
    messages = [
        made(header() + request(DFS_GET_REFERRALS, payload), frame=1, **texts),
        made(header() + request(DFS_GET_REFERRALS, referral_request("</script><b>")), frame=2),
    ]
    browser.open(reports("hostile", iter(messages)))
    shown = HOSTILE
    for character in "\u202e\u2028\ud800\0":
        shown = shown.replace(character, f"U+{ord(character):04X}")
    for name in ("summary", "status", "about", "time", "connection", "direction"):
        assert browser.run("return document.querySelector(`#m0 .${arguments[0]}`).textContent", name) == shown
    assert browser.run("return document.querySelectorAll('#m0 .summary .code').length") == 4
    assert browser.run("return document.querySelectorAll('img, b:not([class] b), #list script').length") == 0
    browser.keys(TAB, END)
    values = browser.run("return [...document.querySelectorAll('#tree .value')].map((each) => each.textContent)")
    assert any("<img src=x>" in each for each in values)
    title = browser.run("return document.querySelector('#m0 .summary').title")
    assert not re.search("[\u202e\u2028\0]", title)


def test_a_report_without_messages_says_so(browser: Browser, reports: Any) -> None:
    browser.open(reports("empty", iter([])))
    assert (
        browser.run("return document.getElementById('nothing').textContent") == "There are no messages in this report."
    )
    assert browser.run("return document.getElementById('nothing').hidden") is False
    browser.keys(DOWN, "p", "n", "N", TAB, DOWN, ENTER, DOWN)
    assert browser.listed == 0


def test_a_message_of_many_fields_is_as_quick_as_another(browser: Browser, reports: Any) -> None:
    key = bytes(24) + (8_000).to_bytes(4, "little") + bytes(4)
    message = made(header(reserved=0) + request(0x001440F2, key + bytes(24 * 8_000)), frame=1)
    assert len(list(message.inspection)) > 30_000
    browser.open(reports("fields", iter([message])))
    assert browser.run("return performance.getEntriesByName('ready')[0].startTime") < 1000 * SECONDS_TO_OPEN
    assert len(browser.driver.find_elements("css selector", "#tree .row, #hex .row")) < 150
    browser.keys(TAB, END)
    assert browser.field.startswith("CopyChunkCopy.chunks[")
    assert browser.marked
