"""The pages of the payload families: one for each module of ``payloads/``, made of that module alone.

As in `tables`, every function gives Markdown.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from types import FunctionType, ModuleType, UnionType
from typing import Any, get_args

from tables import code, label, layout_table, table

import smb2ioctl_codec as s2


def families() -> list[ModuleType]:
    """The modules and packages that define payloads, by name."""
    package = s2.payloads
    modules = [import_module(f"{package.__name__}.{each.name}") for each in pkgutil.iter_modules(package.__path__)]
    return [each for each in modules if any(_structures(dict(public_members(each))))]


def pages() -> dict[str, str]:
    """File name -> page, of every family."""
    return {f"{_short(family)}.md": page(family) for family in families()}


def page(family: ModuleType) -> str:
    """What a family is, its records with their layouts, its numbers and words with names, its functions."""
    first, _, rest = (inspect.getdoc(family) or "").partition("\n")
    title, _, subject = first.partition(": ")
    members = dict(public_members(family))
    parts = [f"# {title.rstrip('.')}", subject, rest.strip(), f"Module `{family.__name__}`."]
    for name, kind in _structures(members):
        parts += [f"({label(kind)})=\n\n## {name}", _described("class", family, name, kind), layout_table(kind)]
    for name, value in members.items():
        if inspect.isclass(value) and issubclass(value, Enum):
            parts += [f"## {name}", _described("class", family, name, value), _values(value)]
    unions = [(name, get_args(value)) for name, value in members.items() if isinstance(value, UnionType)]
    for name, kinds in unions:
        parts += [f"## {name}", f"Any of {', '.join(f'{{ref}}`{each.__name__} <{label(each)}>`' for each in kinds)}."]
    functions = [(name, value) for name, value in members.items() if inspect.isfunction(value)]
    if functions:
        parts += ["## Functions", *(_described("function", family, name, value) for name, value in functions)]
    return "\n\n".join(filter(None, parts)) + "\n"


def public_members(family: ModuleType) -> Iterator[tuple[str, Any]]:
    """Name and value of what a module defines for all; of a package, what it offers."""
    if hasattr(family, "__all__"):
        yield from ((name, getattr(family, name)) for name in family.__all__)
        return
    for name, value in vars(family).items():
        if name[0] != "_" and getattr(value, "__module__", None) == family.__name__:
            yield name, value


def _structures(members: dict[str, Any]) -> Iterator[tuple[str, type[Any]]]:
    """The classes that have a layout: records, and parts of records."""
    return ((name, value) for name, value in members.items() if inspect.isclass(value) and "PLAN" in vars(value))


def _described(what: str, family: ModuleType, name: str, value: Any) -> str:
    """The documentation of a class or function, by the name by which users import it."""
    members = ", ".join(_own_members(value)) if "PLAN" in vars(value) else ""
    options = f"\n   :members: {members}" if members else ""
    return f"```{{eval-rst}}\n.. auto{what}:: {family.__name__}.{name}{options}\n```"


def _own_members(kind: type[Any]) -> list[str]:
    """What a record's class body defines beside its fields."""
    known = ("decode", "encode")
    return [
        name
        for name, value in vars(kind).items()
        if name[0] != "_"
        and name not in known
        and isinstance(value, property | classmethod | staticmethod | FunctionType)
    ]


def _values(enum: type[Enum]) -> str:
    """The values of an enum and their names; numbers in as many digits as the largest needs."""
    numbers = [each.value for each in enum if isinstance(each.value, int)]
    digits = (max(numbers, default=0).bit_length() + 3) // 4
    shown = {each.name: f"0x{each.value:0{digits}X}" if numbers else each.value for each in enum}
    return table(["Value", "Name"], ([code(value), code(name)] for name, value in shown.items()))


def _short(family: ModuleType) -> str:
    return family.__name__.rpartition(".")[2]
