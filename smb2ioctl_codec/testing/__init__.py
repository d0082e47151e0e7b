"""Hypothesis strategies for tests of code that uses this package.

Needs the extra ``testing``; no other part of the package imports this one. Every value that a strategy gives can be
encoded, small ones come first, and what fails shrinks towards zeros, empty lists and defaults.
"""

from __future__ import annotations

try:
    import hypothesis  # noqa: F401
except ModuleNotFoundError:
    raise ImportError(
        "smb2ioctl_codec.testing needs Hypothesis: pip install 'smb2ioctl-codec[testing]'", name="hypothesis"
    ) from None

from smb2ioctl_codec.testing.bodies import requests, responses
from smb2ioctl_codec.testing.broken import broken_requests
from smb2ioctl_codec.testing.packets import packets
from smb2ioctl_codec.testing.records import records

__all__ = ["broken_requests", "packets", "records", "requests", "responses"]
