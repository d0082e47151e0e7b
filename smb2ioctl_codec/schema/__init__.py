"""The engine: a structure's layout is written once as a construct schema, and everything else is made from it.

`notation` holds the words of the schema language, `plan` lowers a schema, `record` binds it to a class. Readers of the
plan: `decoder` and `encoder` (compiled codec), `spans` (every field with its place, on broken bytes too), `wire` (what
is wrong with a value), `layout` (tables). Nothing here knows SMB.
"""

from smb2ioctl_codec.schema.layout import Row, layout
from smb2ioctl_codec.schema.notation import (
    At,
    Fixed,
    Kept,
    Nested,
    Raw,
    Reserved,
    Sized,
    Slack,
    Strings,
    Tag,
    Text,
    Unless,
    When,
)
from smb2ioctl_codec.schema.record import Buffer, Record, record
from smb2ioctl_codec.schema.value import value_class

__all__ = [
    "At", "Buffer", "Fixed", "Kept", "Nested", "Raw", "Record", "Reserved", "Row", "Sized", "Slack", "Strings", "Tag",
    "Text", "Unless", "When", "layout", "record", "value_class",
]  # fmt: skip
