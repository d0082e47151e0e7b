"""What Hypothesis calls when it is imported (entry point group ``hypothesis``): `from_type` learns of the records.

`from_type` asks for the very class, and for none that it inherits from, so every record class is registered, each as
it is made. That loads no payload.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from smb2ioctl_codec.messages import Packet
from smb2ioctl_codec.schema.record import tell_of_records
from smb2ioctl_codec.testing.records import records


def register() -> None:
    """Make ``st.from_type(X)`` the same as ``records(X)``, for every record class X."""
    _register(Packet)
    tell_of_records(_register)


def _register(kind: type[Any]) -> None:
    st.register_type_strategy(kind, records)
