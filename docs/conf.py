"""How the documentation is built: ``python -m sphinx -W -n -b html docs docs/_build/html``."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import smb2ioctl_codec

if TYPE_CHECKING:
    from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "smb2ioctl_codec"
author = "The smb2ioctl_codec authors"
copyright = "2026, The smb2ioctl_codec authors"  # noqa: A001 - Sphinx wants this name
version = release = smb2ioctl_codec.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "generated"]
exclude_patterns = ["_build", "_ext"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"smb2ioctl_codec {release}"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
default_role = "code"  # what stands in single backticks in a docstring
napoleon_custom_sections = [("Attributes", "params_style")]  # a plain list: one line may tell of several attributes

nitpicky = True
# The build uses no network, so names of Python itself lead nowhere.
nitpick_ignore = [("py:class", name) for name in dir(builtins)]
nitpick_ignore += [("py:exc", name) for name in dir(builtins)]
nitpick_ignore_regex = [
    ("py:class", r"(collections\.abc|datetime|enum|ipaddress|os|types|typing|typing_extensions|uuid)\..*"),
    # construct is an implementation detail: it has no place in the public names
    ("py:class", r"construct\..*"),
    # aliases, which the page of names spells out, and type variables
    ("py:class", r"Body|Buffer|Direction|Referral|IPv[46]Address|UUID|smb2ioctl_codec\..*\.[A-Z]"),
    # what strategies are of; Hypothesis's own names lead nowhere without a network
    ("py:class", r"hypothesis\..*|SearchStrategy"),
    # parts of other values, which explain themselves
    ("py:class", r"Node|Kind|Finding|Severity|smb2ioctl_codec\.(capture|dissect)\..*"),
]


def keep_colons(_app: Sphinx, what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    """Break a property's first line after a colon, or napoleon would take what precedes the colon for its type."""
    if what in ("attribute", "property") and lines:
        before, colon, after = lines[0].partition(": ")
        if colon:
            lines[:1] = [f"{before}:", after]


def setup(app: Sphinx) -> None:
    """Called by Sphinx; 400 is before napoleon."""
    app.connect("autodoc-process-docstring", keep_colons, priority=400)
