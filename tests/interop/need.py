"""What is to happen where a program or a package is missing that a test runs against."""

from __future__ import annotations

import os

import pytest


def need(found: object, package: str) -> None:
    """Skip where `package` is missing, but fail in CI, which promises that it is there."""
    if not found:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"needs {package}")
