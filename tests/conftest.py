"""Settings of all tests."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

# The same examples at every run, and no limit on the time of one: a busy machine fails no test.
settings.register_profile("tests", derandomize=True, deadline=None, database=None, max_examples=200)
settings.load_profile("tests")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What tests have measured, with `record_property`, is shown."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")
