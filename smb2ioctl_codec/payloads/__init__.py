"""What IOCTL messages carry: one module for each family of payloads, loaded when first asked for.

`registry` tells which control code carries which.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from smb2ioctl_codec.payloads import registry

if TYPE_CHECKING:
    from smb2ioctl_codec.payloads import dfs, snapshots

__all__ = ["dfs", "registry", "snapshots"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
