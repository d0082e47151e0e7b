"""What IOCTL messages carry: one module for each family of payloads, loaded when first asked for.

`registry` tells which control code carries which.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from smb2ioctl_codec.payloads import registry

if TYPE_CHECKING:
    from smb2ioctl_codec.payloads import (
        clone,
        copychunk,
        dfs,
        error_data,
        extents,
        handles,
        integrity,
        links,
        negotiate,
        network,
        object_ids,
        offload,
        pipes,
        qos,
        ranges,
        read_hash,
        refs_snapshots,
        reparse,
        resiliency,
        search,
        shared_disk,
        snapshots,
        statistics,
        storage,
        usn,
        volumes,
    )

__all__ = [
    "clone",
    "copychunk",
    "dfs",
    "error_data",
    "extents",
    "handles",
    "integrity",
    "links",
    "negotiate",
    "network",
    "object_ids",
    "offload",
    "pipes",
    "qos",
    "ranges",
    "read_hash",
    "refs_snapshots",
    "registry",
    "reparse",
    "resiliency",
    "search",
    "shared_disk",
    "snapshots",
    "statistics",
    "storage",
    "usn",
    "volumes",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
