"""Numbers that are what they may not be: constants, sizes that the bytes tell, checks between fields."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

from smb2ioctl_codec.fuzz.making.defects.shape import Flaw, Shape
from smb2ioctl_codec.schema import expressions
from smb2ioctl_codec.schema.plan import Check
from smb2ioctl_codec.schema.spans import read


def constants(shape: Shape) -> Iterator[Flaw]:
    """Each constant, wrong by one, and in its highest bit."""
    for field, _ in shape.present:
        if field.const is not None:
            _, high = shape.range_of(field.name)
            for number, what in ((field.const + 1, "one more"), (field.const ^ (high // 2 + 1), "another highest bit")):
                yield Flaw("constant", field.name, what, shape.put(field.name, number))


def implied(shape: Shape) -> Iterator[Flaw]:
    """Each size that the bytes make what it is, one more, one less, and as large as it can be."""
    for field, span in shape.present:
        if field.implied is not None:
            numbers = {"one too many": span.value + 1, "one too few": span.value - 1}
            numbers["far too many"] = shape.range_of(field.name)[1]
            for what, number in numbers.items():
                if shape.fits(field.name, number):
                    yield Flaw("size", field.name, what, shape.put(field.name, number))


def checks(shape: Shape) -> Iterator[Flaw]:
    """Each check between fields, broken by one number: the smallest and the largest that break nothing else."""
    for check in shape.plan.checks:
        for name in sorted(expressions.names(check.violated) & shape.places.keys()):
            numbers = [number for number in _near(shape, name) if _breaks(shape, check, name, number)]
            for what, some in (("smallest", numbers), ("largest", numbers[::-1])):
                number = next((each for each in some if _is_whole(shape, name, each)), None)
                if number is not None:
                    path = check.path.partition(".")[2]
                    yield Flaw(check.id, path, f"the {what} {name} that breaks it", shape.put(name, number))


def _near(shape: Shape, name: str) -> list[int]:
    """Numbers of a field next to other numbers, and to the sums of two."""
    values = [value for value in shape.wire.values() if isinstance(value, int)]
    sums = {one + other for one, other in combinations_with_replacement(values, 2)}
    near = {number + step for number in (*values, *sums) for step in (-1, 0, 1)}
    return sorted(number for number in near if shape.fits(name, number))


def _breaks(shape: Shape, check: Check, name: str, number: int) -> bool:
    """Whether a number breaks this check."""
    return bool(expressions.evaluate(check.violated, {**shape.wire, name: number, "size": len(shape.data)}))


def _is_whole(shape: Shape, name: str, number: int) -> bool:
    """Whether a number leaves the layout as it must be."""
    return not read(shape.plan, shape.put(name, number), keep=False).defects
