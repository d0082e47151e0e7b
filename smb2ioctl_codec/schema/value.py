"""`value_class`: frozen, slotted dataclasses that are cheap to make, both the class and its objects.

The methods that `dataclass` would generate for every class are the same few functions for all; only `__init__` is
generated. An object is filled as one of a mutable twin class with the same slots and then changes its class: a quarter
of the time that `object.__setattr__` takes for each field.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, fields
from types import MethodType
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def value_class(cls: type[T]) -> type[T]:
    """Class decorator: a frozen, slotted dataclass. Its `TWIN` is the mutable class of the same slots."""
    return make_value_class(cls, {})


def make_value_class(cls: type[T], names: dict[str, Any], *last: str) -> type[T]:
    """`value_class` with lines that end `__init__`, and the globals that these use."""
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    slots = tuple(field.name for field in fields(made))
    made.TWIN = type(f"_{cls.__name__}", made.__bases__, {"__slots__": slots, "__module__": cls.__module__})
    made.__init__ = _Initialiser(made, names, last)
    made.__init_subclass__ = classmethod(_refuse_subclass)
    for method_name, method in _METHODS.items():
        if method_name not in cls.__dict__:
            setattr(made, method_name, method)
    return made  # type: ignore[no-any-return]


class _Initialiser:
    """Stands for `__init__` until it is looked up: many classes are imported of which no object is ever made."""

    def __init__(self, cls: type[Any], names: dict[str, Any], last: tuple[str, ...]) -> None:
        self.cls = cls  # `owner` may be the metaclass: inspect asks so
        self.names = names
        self.last = last

    def __get__(self, instance: Any, _owner: type[Any]) -> Any:
        made = _initialiser(self.cls, self.names, self.last)
        type.__setattr__(self.cls, "__init__", made)
        return made if instance is None else MethodType(made, instance)


def _initialiser(cls: Any, names: dict[str, Any], last: tuple[str, ...]) -> Any:
    defaults: dict[str, Any] = {"_twin": cls.TWIN, "_class": cls, "_set": object.__setattr__, **names}
    parameters = []
    for field in fields(cls):
        if field.default is MISSING:
            parameters.append(field.name)
        else:
            defaults[f"_default_{field.name}"] = field.default
            parameters.append(f"{field.name}=_default_{field.name}")
    lines = [f"def __init__(self, {', '.join(parameters)}):", "    _set(self, '__class__', _twin)"]
    lines += [f"    self.{field.name} = {field.name}" for field in fields(cls)]
    lines += ["    self.__class__ = _class", *(f"    {line}" for line in last)]
    exec("\n".join(lines), defaults)  # noqa: S102 - names and their order come from the class body alone
    made = defaults["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__annotations__ = {name: cls.__annotations__[name] for name in cls.__slots__}
    return made


class _Methods:
    """What `dataclass(frozen=True, slots=True)` would generate anew for each class."""

    __slots__: tuple[str, ...] = ()

    def __repr__(self) -> str:
        parts = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{type(self).__qualname__}({parts})"

    def __eq__(self, other: object) -> bool:
        return _contents(self) == _contents(other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(_contents(self))

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign {value!r} to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __getstate__(self) -> tuple[Any, ...]:
        return _contents(self)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        for name, value in zip(self.__slots__, state, strict=True):
            object.__setattr__(self, name, value)


_METHODS = {name: method for name, method in vars(_Methods).items() if callable(method)}


def _refuse_subclass(cls: type[Any], /, **_: object) -> None:
    raise TypeError(f"{cls.__bases__[0].__name__} cannot be subclassed: its objects are filled without its __init__")


def _contents(value: Any) -> tuple[Any, ...]:
    return tuple(getattr(value, name) for name in value.__slots__)
