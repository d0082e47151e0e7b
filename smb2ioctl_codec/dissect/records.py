"""Nodes of records, made in one of two ways that give the same where both can.

Of records that a decoder has taken `quick` makes the nodes, of all others `spans`, which reads broken bytes too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from smb2ioctl_codec.dissect import quick, spans
from smb2ioctl_codec.dissect.nodes import Node
from smb2ioctl_codec.dissect.parts import Inside, Parts
from smb2ioctl_codec.schema import Record

_NOTHING: Mapping[str, Inside] = {}


def record_node(
    parts: Parts,
    kind: type[Record],
    low: int,
    high: int,
    *,
    is_request: bool,
    sound: bool,
    inside: Mapping[str, Inside] = _NOTHING,
) -> tuple[Node, dict[str, Any]]:
    """The node of a record, and its wire fields as far as they could be read.

    Args:
        parts: what collects nodes and findings.
        kind: the record's type.
        low, high: where its bytes start and end, broken or not.
        is_request: a client sent it.
        sound: a decoder has taken just these bytes.
        inside: of buffers that hold more than bytes, what makes their parts.
    """
    way: Any = quick if sound and not parts.pending and quick.fits(kind.PLAN, high - low, parts.room) else spans
    made: tuple[Node, dict[str, Any]] = way.record(parts, kind.PLAN, low, high, inside, is_request=is_request)
    return made
