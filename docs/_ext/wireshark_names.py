"""The page of display filter names, made of the package itself: every field of every record, and what it is called.

As in `tables`, every function gives Markdown.
"""

from __future__ import annotations

from tables import code, records, table

from smb2ioctl_codec.dissect import wireshark


def rows() -> list[list[str]]:
    """Record, field, name, and whether Wireshark has it; a field with two names by direction has two rows."""
    found = []
    for record in (*records("smb2ioctl_codec.messages"), *records("smb2ioctl_codec.payloads")):
        name = record.PLAN.name
        for field in record.PLAN.fields:
            every = {
                wireshark.name_of(wireshark.field_names(name, is_request=is_request), name, field.name)
                for is_request in (True, False)
            }
            found += [[code(name), code(field.name), code(each), _origin(each, name, field.name)] for each in every]
    return sorted(found)


def names() -> str:
    """The table of all fields."""
    return table(["Record", "Field", "Name", "Wireshark has it"], rows())


def bits() -> str:
    """The table of the bits that have names of their own."""
    lines = [
        [code(field), code(name), code(f"0x{mask:08X}")]
        for field, masks in sorted(wireshark.BITS.items())
        for name, mask in masks.items()
    ]
    return table(["Field", "Bits", "Mask"], lines)


def _origin(name: str, record: str, field: str) -> str:
    return "" if name == wireshark.derived(record, field) else "yes"
