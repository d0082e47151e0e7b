"""The engine: a structure's layout is written once as a construct schema, and everything else is made from it.

`notation` (marks and placements), `contents` and `scalars` hold the words of the schema language, `plan` lowers a
schema, `record` binds it to a class. Readers of the plan: `decoder` and `encoder` (compiled codec), `spans` (every
field with its place, on broken bytes too), `wire` (what is wrong with a value), `layout` (tables). Nothing here knows
SMB.
"""

from smb2ioctl_codec.schema.contents import Alternatives, Items, One, Own, Raw, Strings, Text, Walk
from smb2ioctl_codec.schema.layout import Row, layout
from smb2ioctl_codec.schema.notation import (
    At,
    Exactly,
    Fixed,
    Implied,
    Kept,
    Nested,
    Next,
    Reserved,
    Sized,
    Slack,
    Tag,
    Unless,
    When,
)
from smb2ioctl_codec.schema.record import Buffer, Record, record
from smb2ioctl_codec.schema.value import value_class

__all__ = [
    "Alternatives", "At", "Buffer", "Exactly", "Fixed", "Implied", "Items", "Kept", "Nested", "Next", "One", "Own",
    "Raw", "Record", "Reserved", "Row", "Sized", "Slack", "Strings", "Tag", "Text", "Unless", "Walk", "When", "layout",
    "record", "value_class",
]  # fmt: skip
