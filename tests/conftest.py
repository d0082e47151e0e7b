"""Settings of all tests."""

from __future__ import annotations

from hypothesis import settings

# The same examples at every run, and no limit on the time of one: a busy machine fails no test.
settings.register_profile("tests", derandomize=True, deadline=None, database=None, max_examples=200)
settings.load_profile("tests")
