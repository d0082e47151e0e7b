"""How records that a decoder has taken are read again: what is worked out once for each, and where contents lie.

`quick` makes nodes this way, `flat` fields and values. Nothing is asked of the bytes that the decoder has not asked.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any

from smb2ioctl_codec.dissect.kinds import Kinds, kinds_of
from smb2ioctl_codec.dissect.nodes import Kind
from smb2ioctl_codec.schema import expressions
from smb2ioctl_codec.schema.plan import Field, Plan


class Run:
    """Fields of fixed size that follow one another."""

    def __init__(self, fields: list[Field], kinds: Kinds, is_request: bool) -> None:
        self.condition = fields[0].condition
        self.fields = fields
        self.names = tuple(field.name for field in fields)
        unpacker = Struct(fields[0].code[0] + "".join(field.code[1:] for field in fields))
        self.unpack, self.size = unpacker.unpack_from, unpacker.size
        #: kind, name, place, size of each field, and what makes its value
        self.parts: list[tuple[Kind, str, int, int, Callable[[Any], Any] | None]] = []
        #: reserved ones: index and place
        self.reserved: list[tuple[int, int]] = []
        #: index of a request's Status, which is two numbers
        self.status: int | None = None
        place = 0
        for index, field in enumerate(fields):
            size = field.size or 0
            way = _conversion(field)
            if kinds.name == "Header" and field.name == "status" and is_request:
                self.status, way = index, None
            if field.role == "reserved":
                self.reserved.append((index, place))
            self.parts.append((kinds.of(field), field.name, place, size, way))
            place += size


def _conversion(field: Field) -> Callable[[Any], Any] | None:
    """What makes the value of the number or the bytes that struct gives."""
    if field.enum is not None:
        return field.enum.map().__getitem__  # type: ignore[no-any-return]
    return None if field.convert is None else field.convert.to_value


class Recipe:
    """How a record is read: runs and contents in wire order, and whether bytes may lie in none of them."""

    def __init__(self, plan: Plan, kinds: Kinds, is_request: bool) -> None:
        self.kinds = kinds
        self.steps: list[Run | Field] = []
        run: list[Field] = []
        for field in (*plan.fields, None):
            if run and (field is None or not _joins(run[-1], field)):
                self.steps.append(Run(run, kinds, is_request))
                run = []
            if field is not None and field.kind in ("integer", "bytes"):
                run.append(field)
            elif field is not None and field.kind != "slack":
                self.steps.append(field)
        self.has_slack = any(field.kind == "slack" for field in plan.fields)
        self.is_loose = self.has_slack or any(field.place == "at" for field in plan.fields)


def _joins(before: Field, field: Field) -> bool:
    """Whether one struct format reads both."""
    return (
        field.kind in ("integer", "bytes")
        and field.condition == before.condition
        and field.code[0] == before.code[0]
    )  # fmt: skip


_recipes: dict[tuple[str, bool], Recipe] = {}


def recipe_of(plan: Plan, is_request: bool) -> Recipe:
    """The recipe of a record; the same each time."""
    key = plan.name, is_request
    found = _recipes.get(key)
    if found is None:
        found = _recipes[key] = Recipe(plan, kinds_of(plan, {}, is_request=is_request), is_request)
    return found


class Reading:
    """One record while it is read; places are absolute.

    Attributes:
        place: where the next content in sequence starts.
        wire: the wire fields that were read so far.
    """

    __slots__ = ("data", "high", "low", "place", "plan", "wire")

    def __init__(self, plan: Plan, data: bytes, low: int, high: int) -> None:
        self.plan = plan
        self.data = data
        self.low = self.place = low
        self.high = high
        self.wire: dict[str, Any] = {}

    def follow(self, recipe: Recipe) -> None:
        """Read all fields: runs and located contents with `run` and `located`, others with the method of their kind."""
        for step in recipe.steps:
            if step.condition is not None and not expressions.evaluate(step.condition, self.wire):
                continue
            if isinstance(step, Run):
                self.run(step)
            elif step.place == "at":
                self.located(step)
            else:
                getattr(self, step.kind)(step)

    def run(self, run: Run) -> None:
        """Read fields of fixed size; moves on."""
        raise NotImplementedError

    def located(self, field: Field) -> None:
        """Read a located content."""
        raise NotImplementedError

    def extent(self, field: Field) -> tuple[int, int]:
        """Where a content in sequence starts and ends; moves on."""
        low, high = self.place, self.high
        if field.length_field is not None:
            high = low + self.wire[field.length_field]
        elif field.exact is not None:
            high = low + expressions.evaluate(field.exact, self.wire)
        self.place = high
        return low, high

    def location(self, field: Field) -> tuple[int, int]:
        """Where a located content starts and ends; nowhere, if it is empty."""
        size = self.wire[field.length_field or ""]
        low: int = self.low + self.wire[field.offset_field or ""] - field.base if size else 0
        return low, low + size

    def rows(self, field: Field) -> tuple[int, Any]:
        """Bytes of each item of a list, and what struct gives of all; moves on."""
        unpacker, low = Struct(field.code), self.place
        size = unpacker.size
        count = (self.high - low) // size if field.count_field is None else self.wire[field.count_field]
        self.place = low + count * size
        return size, unpacker.iter_unpack(self.data[low : self.place])

    def element(self, walk: Any, plan: Plan) -> tuple[int, bool]:
        """Where the element of a chain that starts here ends, and whether it is the last."""
        low, numbers = self.place, _Numbers(plan, self.data, self.place)
        if walk.next is None:
            return min(self.high, low + expressions.evaluate(walk.size, numbers)), False
        step = numbers[walk.next]
        if step:
            return low + step, False
        return self.high if walk.last_size is None else min(self.high, low + walk.last_size), True

    def elements(self, field: Field) -> Any:
        """Where each element of a chain starts and ends; moves on."""
        count = None if field.count_field is None else self.wire[field.count_field]
        done = 0
        while self.place < self.high if count is None else done < count:
            low = self.place
            self.place, is_last = self.element(field.walk, field.record.PLAN)
            yield low, self.place
            done += 1
            if is_last:
                return


class _Numbers(dict[str, int]):
    """The numbers at the start of a record, read when they are asked for."""

    def __init__(self, plan: Plan, data: bytes, low: int) -> None:
        super().__init__()
        self.plan = plan
        self.data = data
        self.low = low

    def __missing__(self, name: str) -> int:
        field = self.plan.field(name)
        (value,) = Struct(field.code).unpack_from(self.data, self.low + (field.offset or 0))
        return int(value)
