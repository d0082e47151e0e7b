"""Open enums: named integers of a fixed width that keep the values which nobody named.

A control code, an NTSTATUS or a reparse tag is a number with many known names and an open end. `OpenIntEnum`
gives every number of its width a typed, printable instance. The known ones are ordinary enum members; an
unknown one is made for the caller and stored nowhere, so that hostile values cannot fill the memory. Two
unknown instances of one value are equal but not identical: compare with ``==``.
"""

from __future__ import annotations

from enum import EnumType, IntEnum

TYPE_CHECKING = False  # not imported: `typing` costs more time than the whole vocabulary
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Self

_MOST_BITS_SHOWN = 64  # of a number in an error message


class _OpenMap(dict[int, "Any"]):
    """Value -> instance of one open enum: an entry for a known value, a new instance for any other."""

    __slots__ = ("_enum", "_limit", "_name_format")

    def __init__(self, enum: type[OpenIntEnum]) -> None:
        super().__init__((int(member), member) for member in enum)
        self._enum = enum
        self._limit = (1 << enum.bits) - 1
        self._name_format = f"0x%0{(enum.bits + 3) // 4}X"

    def __missing__(self, value: object) -> OpenIntEnum:
        if isinstance(value, int) and 0 <= value <= self._limit:
            unknown = int.__new__(self._enum, value)
            unknown._value_ = int(value)
            unknown._name_ = self._name_format % value
            return unknown
        msg = f"{self._enum.__name__} must be an int of 0..0x{self._limit:X}, not {describe(value)}"
        raise ValueError(msg)


def describe(value: object) -> str:
    """Say in a few words what `value` is, however big it may be."""
    if not isinstance(value, int):
        return f"of type {type(value).__name__}"
    bits = value.bit_length()
    return hex(value) if bits <= _MOST_BITS_SHOWN else f"a number of {bits} bits"


class _OpenEnumType(EnumType):
    """Metaclass of the open enums: where other enums refuse a value, it asks the `_OpenMap` of the class."""

    bits: int
    """Width of the values."""
    _map: _OpenMap

    def __new__(metacls, *args: Any, bits: int | None = None, **kwds: Any) -> Any:
        cls = super().__new__(metacls, *args, **kwds)
        if bits is not None:
            cls.bits = bits
        cls._map = _OpenMap(cls)  # type: ignore[arg-type]
        return cls

    def __call__(cls, value: Any, *args: Any, **kwds: Any) -> Any:
        if args or kwds:  # the functional form, which makes a new enum
            return super().__call__(value, *args, **kwds)
        if isinstance(value, int):
            return cls._map[value]
        return cls._map.__missing__(value)  # not a look-up, which would find 1 for 1.0

    def __contains__(cls, value: object) -> bool:
        """Whether `value` has a name: the same answer for a member, an unknown instance and a plain int."""
        return isinstance(value, int) and value in cls._map


class OpenIntEnum(IntEnum, metaclass=_OpenEnumType, bits=32):
    """An `IntEnum` that is defined for every unsigned integer of its width.

    ``X(value)`` gives the member of that value, or an unknown instance: an `int` and an instance of X whose
    `name` is the number in hexadecimal. What is out of range, or no `int`, is a `ValueError`. Iteration,
    `len`, ``in`` and ``__members__`` cover the known values only. The width is 32 bits, or what the subclass
    says: ``class Tag(OpenIntEnum, bits=16)``. ``Tag.bits`` reads it.
    """

    @classmethod
    def map(cls) -> Mapping[int, Self]:
        """Give the decoders' table: ``map()[value]`` is ``X(value)`` for the price of a dict look-up.

        It is one object per class, the same at each call. ``in`` and `get` see the known values only.
        """
        return cls._map

    @property
    def is_known(self) -> bool:
        """Whether this value has a name in its enum."""
        return self in type(self)

    def __repr__(self) -> str:
        enum = type(self).__name__
        return f"{enum}.{self._name_}" if self.is_known else f"{enum}({self._name_})"

    def __str__(self) -> str:
        return self._name_

    def __reduce_ex__(self, proto: object) -> tuple[type[Self], tuple[int]]:
        """Pickle and copy by value: the name of an unknown instance cannot be looked up again."""
        return type(self), (int(self),)
