"""Records made on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from construct import Construct, Struct

from smb2ioctl_codec.schema import Record, record
from smb2ioctl_codec.schema.plan import Check, Plan, lower


def declared(*subcons: Construct, checks: Sequence[Check] = (), **attributes: Any) -> Any:
    """A record of these fields whose class holds `attributes`, each with its type."""
    cls: type[Record] = type("Declared", (Record,), {"__annotations__": attributes, "__module__": __name__})
    return record("a document, a section", Struct(*subcons), checks=checks)(cls)


def lowered(*subcons: Construct, checks: Sequence[Check] = ()) -> Plan:
    """The plan of these fields."""
    return lower("Declared", "a document, a section", Struct(*subcons), checks)
