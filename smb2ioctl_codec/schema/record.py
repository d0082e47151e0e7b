"""`record` binds a schema to the frozen dataclass that users see, and gives it `decode` and `encode`.

The codec is compiled when it is first looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from dataclasses import fields
from types import MethodType
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
    #: the mutable class that decoders fill; see `value`
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
        raise NotImplementedError

    def encode(self) -> bytes:
        """The wire form; offsets, counts, sizes and padding are computed.

        Raises:
            EncodeError: a field has the wrong type or is out of range; it says which.
        """
        raise NotImplementedError


class OnAccess:
    """Stands for a method of a class until the method is looked up; then makes it and gives it its place.

    So compiling waits until it is needed, and nobody ever holds anything but the compiled function.
    """

    def __init__(self, stub: Any, make: Callable[[Any], Callable[..., Any]]) -> None:
        self.stub = stub
        self.make = make

    def __get__(self, instance: Any, owner: type[Any]) -> Any:
        made = self.make(owner)
        name = self.stub.__name__
        made.__doc__ = self.stub.__doc__
        made.__annotations__ = dict(self.stub.__annotations__)
        made.__module__, made.__name__, made.__qualname__ = owner.__module__, name, f"{owner.__qualname__}.{name}"
        type.__setattr__(owner, name, staticmethod(made) if isinstance(self.stub, MethodType) else made)
        return getattr(owner if instance is None else instance, name)


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
        frozen = make_value_class(cls, *_normalisation(plan, vars(cls).keys()))
        held = {name for field in plan.fields for name in field.attributes}
        if held != {f.name for f in fields(frozen)}:  # type: ignore[arg-type]
            raise TypeError(f"{cls.__name__}: class and schema differ in {held ^ {f.name for f in fields(frozen)}}")  # type: ignore[arg-type]
        frozen.PLAN = plan
        frozen.SCHEMA = schema
        if "decode" not in vars(cls):
            type.__setattr__(frozen, "decode", OnAccess(Record.decode, _decoder))
        if "encode" not in vars(cls):
            type.__setattr__(frozen, "encode", OnAccess(Record.encode, _encoder))
        for listener in _listeners:
            listener(frozen)
        return frozen

    return decorate


_listeners: list[Callable[[type[Record]], object]] = []


def tell_of_records(listener: Callable[[type[Record]], object]) -> None:
    """Call `listener` with every record class: with those that there are, and with each new one as it is made."""
    _listeners.append(listener)
    for kind in Record.__subclasses__():
        if "PLAN" in vars(kind):
            listener(kind)


def _normalisation(plan: Plan, defaults: Set[str]) -> tuple[Any, ...]:
    """Globals and lines that call `_normalise` where a new value may not have the form that decoding gives."""
    names: dict[str, Any] = {"_normalise": _normalise, "_type": type, "_bytes": bytes, "_tuple": tuple}
    names |= {"_loose": (bytearray, memoryview), "_own": (tuple, bytes)}
    tests = []
    for field in plan.fields:
        if field.canonical is not None:
            tests.append(f"{field.name} is {'' if field.resolved else 'not '}None")
        elif field.enum is not None and field.attributes:
            tests.append(f"_type({field.name}) is not _enum_{field.name}")
            names[f"_enum_{field.name}"] = field.enum
        elif field.kind == "slack":
            tests.append(f"_type({field.name}) is not _bytes or {field.name}")
        elif field.kind == "raw" or (field.kind == "bytes" and field.convert is None):
            absent = "" if field.condition is None else f"{field.name} is not None and "
            tests.append(f"{absent}_type({field.name}) is not _bytes")
        elif field.kind == "one" and field.alternatives.only is None:
            tests.append(f"_type({field.name}) in _loose")
        elif field.kind in ("strings", "items", "walk"):
            tests.append(f"_type({field.name}) is not _tuple")
        elif field.own is not None:
            tests.append(f"_type({field.name}) not in _own")
            more = field.attributes[1:]
            tests += [f"{name} is not _default_{name}" if name in defaults else "_own" for name in more]
    return (names, f"if {' or '.join(tests)}:", "    _normalise(self)") if tests else ({},)


def _decoder(cls: type[Record]) -> Callable[..., Any]:
    from smb2ioctl_codec.schema.decoder import compile_decoder

    return compile_decoder(cls)


def _encoder(cls: type[Record]) -> Callable[..., Any]:
    from smb2ioctl_codec.schema.encoder import compile_encoder

    return compile_encoder(cls)


def _normalise(value: Record) -> None:
    from smb2ioctl_codec.schema.wire import normalise

    with suppress(Exception):  # an object of a stranger's class may raise anything; encoding will say that it is wrong
        normalise(value)
