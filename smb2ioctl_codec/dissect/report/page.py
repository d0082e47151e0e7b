"""The page around the messages: what stands before them, and the scripts behind them."""

from __future__ import annotations

import html
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from string import Template

from smb2ioctl_codec.dissect.display import printable

#: The scripts in the order in which they stand in the page, where they are one.
_SCRIPTS = ("text", "store", "filter", "rows", "list", "tree", "hex", "findings", "split", "main")
_MESSAGES = "<!-- messages -->\n"


def head(title: str) -> str:
    """What stands before the messages, in ASCII.

    Args:
        title: of the page; any text.
    """
    before, _, _ = _template().partition(_MESSAGES)
    shown = html.escape(printable(title)).encode("ascii", "xmlcharrefreplace").decode("ascii")
    policy = (
        f"default-src 'none'; script-src {_hash(_script())}; style-src {_hash(_style())}; base-uri 'none'; "
        "form-action 'none'"
    )
    return Template(before).substitute(title=shown, policy=policy, style=_style())


def foot() -> str:
    """What stands behind the messages, in ASCII."""
    _, _, after = _template().partition(_MESSAGES)
    return Template(after).substitute(script=_script())


def _hash(text: str) -> str:
    """The source by which a Content-Security-Policy lets an element with this text in, and no other."""
    return f"'sha256-{b64encode(sha256(text.encode('ascii')).digest()).decode('ascii')}'"


@cache
def _read(name: str) -> str:
    return (files(__package__ or "") / name).read_text("ascii")


def _template() -> str:
    return _read("page.html")


def _style() -> str:
    return _read("style.css")


@cache
def _script() -> str:
    return "\n".join(_read(f"{name}.js") for name in _SCRIPTS)
