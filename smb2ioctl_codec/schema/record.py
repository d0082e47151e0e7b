"""`record` binds a schema to the frozen dataclass that users see, and gives it `decode` and `encode`.

The codec is compiled at the first call of each and then stands in the class itself, so that a later call costs no
look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, ClassVar, Self, TypeVar, dataclass_transform

from construct import Struct

from smb2ioctl_codec.schema.plan import Check, Plan, lower
from smb2ioctl_codec.schema.value import make_value_class

Buffer = bytes | bytearray | memoryview
R = TypeVar("R", bound="Record")


class Record:
    """A value with a wire form. Two records are equal if they are of one class and all their fields are."""

    __slots__ = ()
    #: the construct schema: the wire's fields, broken values included
    SCHEMA: ClassVar[Any]
    #: the same, lowered
    PLAN: ClassVar[Plan]
    #: mutable class of the same slots; see `thawed`
    TWIN: ClassVar[type]

    @classmethod
    def decode(cls, data: Buffer) -> Self:
        """The value that the bytes hold.

        Args:
            data: all bytes of the structure. They are copied; changing them later changes nothing.

        Raises:
            DecodeError: the bytes break the layout; it says what, where and what was expected.
            TypeError: `data` is no bytes-like object.
        """
        from smb2ioctl_codec.schema.decoder import install_decoder

        decoded: Self = install_decoder(cls)(data)
        return decoded

    def encode(self) -> bytes:
        """The wire form; offsets, counts, sizes and padding are computed.

        Raises:
            EncodeError: a field has the wrong type or is out of range; it says which.
        """
        from smb2ioctl_codec.schema.encoder import install_encoder

        return install_encoder(type(self))(self)


@dataclass_transform(frozen_default=True)
def record(section: str, schema: Struct, *, checks: Sequence[Check] = ()) -> Callable[[type[R]], type[R]]:
    """Class decorator: a frozen, slotted dataclass whose wire form is `schema`.

    Args:
        section: the document and section that the layout comes from.
        schema: the layout, in wire order.
        checks: what must hold between fields, beyond what the layout says itself.

    Raises:
        TypeError: schema and class do not name the same fields, or the schema says what no reader can do.
    """

    def decorate(cls: type[R]) -> type[R]:
        plan = lower(cls.__name__, section, schema, checks)
        frozen = make_value_class(cls, *_normalisation(plan))
        held = {name for field in plan.fields for name in field.attributes}
        if held != {f.name for f in fields(frozen)}:  # type: ignore[arg-type]
            raise TypeError(f"{cls.__name__}: class and schema differ in {held ^ {f.name for f in fields(frozen)}}")  # type: ignore[arg-type]
        frozen.PLAN = plan
        frozen.SCHEMA = schema
        return frozen

    return decorate


def _normalisation(plan: Plan) -> tuple[Any, ...]:
    """Globals and lines that call `_normalise` where a new value may not have the form that decoding gives."""
    names: dict[str, Any] = {"_normalise": _normalise}
    tests = []
    for field in plan.fields:
        if field.canonical is not None and field.attributes:
            tests.append(f"{field.name} is {'' if field.resolved else 'not '}None")
        elif field.enum is not None and field.attributes:
            tests.append(f"type({field.name}) is not _enum_{field.name}")
            names[f"_enum_{field.name}"] = field.enum
        elif field.kind == "slack":
            tests.append(f"type({field.name}) is not bytes or {field.name}")
        elif field.kind in ("raw", "bytes"):
            tests.append(f"type({field.name}) is not bytes")
        elif field.kind == "strings":
            tests.append(f"type({field.name}) is not tuple")
    return (names, f"if {' or '.join(tests)}:", "    _normalise(self)") if tests else ({},)


def _normalise(value: Record) -> None:
    from smb2ioctl_codec.schema.wire import normalise

    normalise(value)
