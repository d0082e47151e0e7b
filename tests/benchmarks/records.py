"""Every record of the package, found by itself."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import smb2ioctl_codec
from smb2ioctl_codec.schema import Record


def package_records() -> list[type[Record]]:
    """All of them, by name, whichever module defines them."""
    for module in pkgutil.walk_packages(smb2ioctl_codec.__path__, f"{smb2ioctl_codec.__name__}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    ours = (kind for kind in Record.__subclasses__() if kind.__module__.startswith(smb2ioctl_codec.__name__))
    return sorted((kind for kind in ours if hasattr(kind, "PLAN")), key=lambda kind: kind.__name__)
