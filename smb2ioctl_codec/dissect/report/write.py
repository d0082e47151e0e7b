"""`write_report`: a page with messages in it, written as they come."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from smb2ioctl_codec.dissect.report.pack import Pack
from smb2ioctl_codec.dissect.report.page import foot, head
from smb2ioctl_codec.dissect.report.shown import Shown

#: Most messages of a pack, and its most nodes and bytes, but for those of its last message.
_MOST_MESSAGES = 256
_MOST_WEIGHT = 1 << 18


def write_report(shown: Iterable[Shown], out: IO[str], *, title: str) -> int:
    """Write an HTML report of messages: a list of them, the fields and the bytes of each, and what is wrong with it.

    All that is written is ASCII. The memory that it takes does not depend on how many messages there are. If they end
    with an error, the page is completed with those before it, and the error is passed on.

    Args:
        shown: the messages, in the order in which they are listed.
        out: where to write; it stays open.
        title: of the page.

    Returns:
        How many messages were written.

    Raises:
        OSError: `out` could not be written.
    """
    out.write(head(title))
    count = 0
    pack = Pack()
    try:
        for each in shown:
            pack.add(each)
            count += 1
            if pack.count >= _MOST_MESSAGES or pack.weight >= _MOST_WEIGHT:
                full, pack = pack, Pack()
                _write(full, out)
    finally:
        if pack.count:
            _write(pack, out)
        out.write(foot())
    return count


def _write(pack: Pack, out: IO[str]) -> None:
    out.write(f'<script type="application/json" class="rows">{pack.rows()}</script>\n')
    out.write(f'<script type="application/json" class="trees">{pack.trees()}</script>\n')
