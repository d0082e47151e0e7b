"""The functions that AFL++ looks for, called as it calls them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from samples import MESSAGES

from smb2ioctl_codec.fuzz import afl

#: What AFL++ calls if it finds it; of these only the first four are there.
KNOWN_TO_AFL = (
    "init", "fuzz", "describe", "deinit", "fuzz_count", "post_process", "init_trim", "post_trim", "trim",
    "havoc_mutation", "havoc_mutation_probability", "queue_get", "fuzz_send", "post_run", "splice_optout",
    "queue_new_entry", "introspection",
)  # fmt: skip
LARGEST = 1 << 20


@pytest.fixture(autouse=True)
def _run() -> Iterator[None]:
    afl.init(1234)
    yield
    afl.deinit()


def _results(count: int, data: bytes = MESSAGES[0], other: bytes | None = None) -> list[bytes]:
    return [
        bytes(afl.fuzz(bytearray(data), None if other is None else bytearray(other), LARGEST)) for _ in range(count)
    ]


def test_nothing_else_is_found() -> None:
    assert [name for name in KNOWN_TO_AFL if hasattr(afl, name)] == ["init", "fuzz", "describe", "deinit"]


def test_results_are_bytearrays() -> None:
    """Some versions take the memory of what they get without asking what it is."""
    assert type(afl.fuzz(bytearray(MESSAGES[0]), None, LARGEST)) is bytearray


def test_a_run_can_be_repeated() -> None:
    """The same seed gives the same results in the same order, another seed others."""
    first = _results(300, other=MESSAGES[1])
    afl.init(1234)
    assert _results(300, other=MESSAGES[1]) == first
    afl.init(1235)
    again = _results(300, other=MESSAGES[1])
    assert len(set(again) & set(first)) < 100
    assert len(set(first)) > 200


@pytest.mark.parametrize("data", [b"", b"\0", b"ab", MESSAGES[0]])
def test_no_result_is_empty(data: bytes) -> None:
    """AFL++ ends when it gets nothing."""
    assert all(_results(3000, data))
    assert all(1 <= len(afl.fuzz(bytearray(data), bytearray(data), size)) <= size for size in range(1, 300))


def test_the_other_input_is_used() -> None:
    other = b"something that is in no message"
    assert any(other[:8] in made or other[-8:] in made for made in _results(200, other=other))
    assert not any(other[:8] in made or other[-8:] in made for made in _results(200))


@pytest.mark.parametrize("size", [0, 1, 20, 247])
def test_descriptions_fit_in_the_name_of_a_file(size: int) -> None:
    """They are bytes, shorter than what is said, and without what separates the parts of that name."""
    assert afl.describe(size) == b""
    found = set()
    for _ in range(500):
        afl.fuzz(bytearray(MESSAGES[0]), bytearray(MESSAGES[1]), LARGEST)
        text = afl.describe(size)
        assert type(text) is bytes
        assert len(text) < max(size, 1)
        assert re.fullmatch(rb"[\w.+-]*", text)
        found.add(text)
    assert len(found) > 100 or size < 247


def test_descriptions_say_what_was_done() -> None:
    found = set()
    for _ in range(2000):
        afl.fuzz(bytearray(MESSAGES[0]), bytearray(MESSAGES[1]), LARGEST)
        found.add(afl.describe(247))
    assert {b"offset_and_size_IoctlRequest.input_offset", b"no_UTF-16_ReferralRequest.request_file_name"} <= found
    assert any(text.count(b"+") == 1 for text in found)
