"""What IOCTL messages carry: one module for each family of payloads, loaded when first asked for.

`registry` tells which control code carries which.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from smb2ioctl_codec.payloads import registry

if TYPE_CHECKING:
    import smb2ioctl_codec.payloads.clone as clone
    import smb2ioctl_codec.payloads.copychunk as copychunk
    import smb2ioctl_codec.payloads.dfs as dfs
    import smb2ioctl_codec.payloads.error_data as error_data
    import smb2ioctl_codec.payloads.extents as extents
    import smb2ioctl_codec.payloads.handles as handles
    import smb2ioctl_codec.payloads.integrity as integrity
    import smb2ioctl_codec.payloads.links as links
    import smb2ioctl_codec.payloads.negotiate as negotiate
    import smb2ioctl_codec.payloads.network as network
    import smb2ioctl_codec.payloads.object_ids as object_ids
    import smb2ioctl_codec.payloads.offload as offload
    import smb2ioctl_codec.payloads.pipes as pipes
    import smb2ioctl_codec.payloads.qos as qos
    import smb2ioctl_codec.payloads.ranges as ranges
    import smb2ioctl_codec.payloads.read_hash as read_hash
    import smb2ioctl_codec.payloads.refs_snapshots as refs_snapshots
    import smb2ioctl_codec.payloads.reparse as reparse
    import smb2ioctl_codec.payloads.resiliency as resiliency
    import smb2ioctl_codec.payloads.search as search
    import smb2ioctl_codec.payloads.shared_disk as shared_disk
    import smb2ioctl_codec.payloads.snapshots as snapshots
    import smb2ioctl_codec.payloads.statistics as statistics
    import smb2ioctl_codec.payloads.storage as storage
    import smb2ioctl_codec.payloads.usn as usn
    import smb2ioctl_codec.payloads.volumes as volumes

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
