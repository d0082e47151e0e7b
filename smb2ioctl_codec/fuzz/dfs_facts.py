"""What the one DFS root of the usual server answers about a path: how it fails, or how long the referral is.

The names are those of the facts that rules ask for. Names are compared as Samba does, without regard to case; the bytes
of the referral are those of its entries of version 2 and 3, for the link's one target.
"""

from __future__ import annotations

import re
from typing import Any

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.payloads.dfs import ReferralReply, ReferralRequest, ReferralV2, ReferralV3

#: The one DFS root, its link, and the link's one target; a path that leads there.
DFS_ROOT, DFS_LINK, DFS_TARGET = "root", "link", r"\server\share"
DFS_PATH = rf"\server\{DFS_ROOT}\{DFS_LINK}"
#: Host and share, and what follows; of several backslashes before the host, one counts.
_PATH = re.compile(r"(\\?+)\\*+([^\\]*\\([^\\]*))(?:(\\)(.*))?", re.DOTALL)
#: Bytes of UTF-8 of the longest name, and of the longest path before a name.
_LONGEST_NAME, _LONGEST_PATH = 255, 4095
#: What no name has: what is refused before the share is looked for, and what is refused behind a DFS root.
_CONTROLS, _NO_NAME = re.compile(r"[\x01-\x1f|]|(^|\\):"), re.compile(r'[*?<>":]')
#: Bytes of a referral's head, and of an entry of version 2 and of version 3.
_HEAD = ReferralReply.PLAN.head
_VERSION_2, _VERSION_3 = ReferralV2.PLAN.head, ReferralV3.PLAN.head


def path_facts(data: bytes) -> dict[str, Any]:
    """What is known of the place that a referral request names; nothing of what is none."""
    try:
        request = ReferralRequest.decode(data)
    except DecodeError:
        return {}
    path = request.request_file_name.replace("/", "\\")
    found = _PATH.match(path)
    slash, start, root, behind, below = found.groups("") if found else ("", "", "", "", path)
    names = _resolved(below)
    link = names[0] if names else ""
    consumed = slash + start + behind + below[: below.find(link) + len(link)]
    size = _VERSION_3 if request.max_referral_level >= 3 else _VERSION_2
    unreadable = len(link.encode()) > _LONGEST_NAME or bool(_NO_NAME.search(below))
    missing = link.lower() not in (DFS_LINK, "") or len("\\".join((names or [])[:-1]).encode()) > _LONGEST_PATH
    return {
        "path_has_dots": names is None,
        "path_has_controls": bool(_CONTROLS.search(below)),
        "dfs_root_missing": root.lower() != DFS_ROOT,
        "dfs_link_unreadable": unreadable,
        "dfs_link_missing": missing and not unreadable,
        "referral_size": _HEAD + size + 2 * _text_size(consumed) + _text_size(DFS_TARGET if link else consumed),
    }


def _resolved(path: str) -> list[str] | None:
    """The names in a path, without those that a name of two dots leads back from; None: it leads above the start."""
    names: list[str] = []
    for name in path.split("\\"):
        if name == ".." and not names:
            return None
        if name == "..":
            names.pop()
        elif name:
            names.append(name)
    return names


def _text_size(text: str) -> int:
    return len(text.encode("utf-16-le")) + 2
