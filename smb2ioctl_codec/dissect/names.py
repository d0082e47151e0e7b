"""All display filter names that fields can have."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module

from smb2ioctl_codec import payloads
from smb2ioctl_codec.dissect.captured import ABOUT
from smb2ioctl_codec.dissect.kinds import FILLING
from smb2ioctl_codec.dissect.wireshark import BITS, EXTRA, NAMES, derived
from smb2ioctl_codec.schema.plan import Field, Plan


class FieldNames:
    """The names that there are: Wireshark's, and those of the same style that other fields have.

    The latter need every module of payloads; they are loaded only when a name is none of Wireshark's.
    """

    @cached_property
    def _official(self) -> frozenset[str]:
        names = {name for fields in NAMES.values() for name in fields.values()} - {"smb2"}
        return frozenset({*names, *EXTRA, *ABOUT, *(name for bits in BITS.values() for name in bits)})

    @cached_property
    def _derived(self) -> frozenset[str]:
        known = {(key.rstrip("<>").removesuffix(" of blocks"), field) for key in NAMES for field in NAMES[key]}
        return frozenset(
            derived(plan.name, field.name)
            for plan in _plans()
            for field in plan.fields
            if (plan.name, field.name) not in known and _has_values(field)
        )

    def __contains__(self, name: object) -> bool:
        return name in self._official or name in self._derived

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._official | self._derived))


def _has_values(field: Field) -> bool:
    """Whether the field itself has values, not only what is in it."""
    return field.name not in FILLING and field.kind not in _HOLDERS and not (field.kind == "items" and field.record)


_HOLDERS = ("walk", "own", "nested", "slack")


def _plans() -> Iterator[Plan]:
    modules = [import_module("smb2ioctl_codec.messages")]
    modules += [import_module(each.name) for each in pkgutil.walk_packages(payloads.__path__, f"{payloads.__name__}.")]
    for module in modules:
        for value in vars(module).values():
            plan = getattr(value, "PLAN", None)
            if isinstance(plan, Plan):
                yield plan


FIELD_NAMES = FieldNames()
