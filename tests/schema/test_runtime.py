"""What generated code calls, by itself."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest

from smb2ioctl_codec.schema.runtime import LARGEST_PAD, Refused, as_bytes, assemble, join, next_nul, slack, strings

from .values import CHARACTERS


def test_as_bytes_copies_bytes_like_objects_alone() -> None:
    given = bytearray(b"abc")
    found = as_bytes(given)
    given[0] = 0
    assert found == b"abc"
    assert type(found) is bytes
    assert as_bytes(memoryview(b"abcdef")[::2]) == b"ace"
    assert as_bytes(memoryview(b"abcd").cast("I")) == b"abcd"
    for other in (3, "abc", [1], None, range(3)):
        with pytest.raises(TypeError, match=type(other).__name__):
            as_bytes(other)
    view = memoryview(b"abc")
    view.release()
    with pytest.raises(TypeError, match="released"):
        as_bytes(view)


@pytest.mark.parametrize(
    ("data", "start", "expected"),
    [
        (b"", 0, -1), (b"\0", 0, -1), (b"\0\0", 0, 0), (b"a\0\0\0", 0, 2), (b"\1\0\0\1\0\0", 0, 4),
        (b"\1\0\0\1", 0, -1), (b"\0\0\0\0", 1, 1), (b"\0\0\0", 2, -1), (b"xa\0\0\0", 1, 3),
    ],
)  # fmt: skip
def test_next_nul_looks_at_whole_units(data: bytes, start: int, expected: int) -> None:
    assert next_nul(data, start) == expected


def test_strings_are_those_of_a_reader_that_goes_unit_by_unit() -> None:
    random = Random(1)
    for _ in range(5_000):
        items = ["".join(random.choices(CHARACTERS + "\0", k=random.randrange(5))) for _ in range(random.randrange(4))]
        data = b"xy" + "".join(f"{item}\0" for item in items).encode("utf-16-le")
        data += random.choice((b"", b"\0", b"\0\0", b"\x00\xd8", b"\x00\xdc\0\0", b"a\0\0", random.randbytes(6)))
        if random.random() < 0.2:
            place = random.randrange(len(data))
            data = data[:place] + random.choice((b"\0", b"\xd8", b"\0\0")) + data[place:]
        count = random.randrange(6)
        try:
            expected: object = _slow_strings(data, 2, count)
        except (Refused, UnicodeDecodeError) as error:
            expected = type(error)
        try:
            found: object = strings(data, 2, count)
        except (Refused, UnicodeDecodeError) as error:
            found = type(error)
        assert found == expected, (data, count)


def _slow_strings(data: bytes, start: int, count: int) -> tuple[tuple[str, ...], int]:
    found = []
    for _ in range(count):
        units = b""
        while (unit := data[start : start + 2]) != b"\0\0":
            if len(unit) < 2:
                raise Refused
            units += unit
            start += 2
        start += 2
        found.append(units)
    return tuple(units.decode("utf-16-le") for units in found), start


def test_join_writes_what_strings_reads() -> None:
    for items in ((), ("",), ("", ""), ("a", "", "b"), ("\U0001f600",), ["a", "b"]):
        data = join(items)
        assert strings(data, 0, len(items)) == (tuple(items), len(data))


@pytest.mark.parametrize(
    "items", [("a\0",), ("\0",), ("a", "b\0c"), "ab", {"a": 1}, {"a"}, iter(["a"]), None, 3, b"ab"]
)
def test_join_refuses_what_is_no_list_of_strings(items: object) -> None:
    with pytest.raises((Refused, TypeError)):
        join(items)


@pytest.mark.parametrize("items", [(1,), ("a", None), (b"a",)])
def test_join_refuses_items_that_are_no_strings(items: object) -> None:
    with pytest.raises(TypeError):
        join(items)


@pytest.mark.parametrize(
    ("data", "ranges", "expected"),
    [
        (b"..abcd", ((2, 6),), b""),
        (b"..abcd", (), b"abcd"),
        (b"..abcd", ((2, 2),), b"abcd"),
        (b"..abcd", ((3, 5),), b"ad"),
        (b"..abcd", ((4, 5), (2, 3)), b"bd"),
        (b"..abcd", ((2, 5), (3, 6)), b""),
        (b"..abcd", ((2, 6), (3, 4)), b""),
        # zeros that align are not worth a mention, others are
        (b".." + bytes(LARGEST_PAD) + b"x", ((2 + LARGEST_PAD, 3 + LARGEST_PAD),), b""),
        (b".." + bytes(LARGEST_PAD + 1) + b"x", ((3 + LARGEST_PAD, 4 + LARGEST_PAD),), bytes(LARGEST_PAD + 1)),
        (b"..\0\1x", ((4, 5),), b"\0\1"),
        (b"..x\0", ((2, 3),), b"\0"),
        (b"..\0x\0\0y", ((3, 4), (6, 7)), b""),
        (b"..\0x\0\1y", ((3, 4), (6, 7)), b"\0\0\1"),
    ],
)
def test_slack(data: bytes, ranges: tuple[tuple[int, int], ...], expected: bytes) -> None:
    assert slack(data, 2, ranges) == expected


@pytest.mark.parametrize(
    ("located", "left", "expected"),
    [
        ((), b"", b""),
        ((), b"abc", b"abc"),
        (((2, b"ab"),), b"", b"ab"),
        (((2, b"ab"),), b"cd", b"abcd"),
        (((4, b"ab"),), b"", b"\0\0ab"),
        (((4, b"ab"),), b"xyz", b"xyabz"),
        (((2 + LARGEST_PAD, b"a"),), b"", bytes(LARGEST_PAD) + b"a"),
        (((4, b"cd"), (2, b"ab")), b"", b"abcd"),
        (((2, b"abcd"), (3, b"bc")), b"", b"abcd"),
        (((2, b"abc"), (3, b"bcd")), b"e", b"abcde"),
        (((9, b""), (2, b"ab")), b"", b"ab"),
        (((0, b""), (1 << 40, b"")), b"", b""),
        (((3, b"a"), (6, b"b")), b"xyz!", b"xayzb!"),
    ],
)
def test_assemble(located: tuple[tuple[int, bytes], ...], left: bytes, expected: bytes) -> None:
    for order in permutations(located):
        assert assemble(2, order, left) == expected


@pytest.mark.parametrize(
    ("located", "left"),
    [
        (((1, b"a"),), b""),
        (((-5, b"a"),), b"xx"),
        (((3 + LARGEST_PAD, b"a"),), b""),
        (((4, b"a"),), b"x"),
        (((2, b"abc"), (3, b"xc")), b""),
        (((2, b"abc"), (4, b"xy")), b""),
        (((1 << 40, b"a"),), b"x" * 50),
        (((3, b"a"), (9, b"b")), b"xyz"),
    ],
)
def test_assemble_refuses_what_would_not_read_back(located: tuple[tuple[int, bytes], ...], left: bytes) -> None:
    with pytest.raises(Refused):
        assemble(2, located, left)


def test_assemble_is_the_opposite_of_slack() -> None:
    random = Random(2)
    for _ in range(5_000):
        data = b".." + bytes(random.choices(b"\0\0ab", k=random.randrange(24)))
        ranges = []
        for _ in range(random.randrange(4)):
            low, high = sorted((random.randint(2, len(data)), random.randint(2, len(data))))
            ranges.append((low, high))
        located = tuple((low, data[low:high]) for low, high in ranges)
        assert assemble(2, located, slack(data, 2, tuple(ranges))) == data[2:]
