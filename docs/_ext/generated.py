"""What the documentation makes of the package itself: tables in pages, and the pages of the payload families.

The directive ``generated`` puts Markdown into a page. Its argument is a function of `tables`, or ``module.function`` of
another module beside it, and what the function is to be called with: ``rules SAMBA_3_6``.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import families
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

#: Where the pages of the families stand, from the directory of the documentation. They are no part of the sources.
DIRECTORY = "reference/payloads"


class Generated(SphinxDirective):
    """Parses the Markdown that a function gives, headings included."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[Any]:
        place, *arguments = self.arguments
        module, _, function = place.rpartition(".")
        text: str = getattr(import_module(module or "tables"), function)(*arguments)
        return list(self.parse_text_to_nodes(text, allow_section_headings=True))


def write_pages(app: Sphinx) -> None:
    """Bring the families' pages up to date before Sphinx looks for pages; one whose module has gone goes too."""
    directory = Path(app.srcdir) / DIRECTORY
    directory.mkdir(exist_ok=True)
    pages = families.pages()
    for old in directory.glob("*.md"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        path = directory / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("generated", Generated)
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
