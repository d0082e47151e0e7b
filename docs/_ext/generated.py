"""The directive ``generated``: puts a table of `tables` into a page.

Its argument is a function of that module, and what the function is to be called with: ``rules SAMBA_3_6``.
"""

from __future__ import annotations

from typing import Any

import tables
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Generated(SphinxDirective):
    """Parses the Markdown that a function of `tables` gives, headings included."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[Any]:
        function, *arguments = self.arguments
        text: str = getattr(tables, function)(*arguments)
        return list(self.parse_text_to_nodes(text, allow_section_headings=True))


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("generated", Generated)
    return {"parallel_read_safe": True}
