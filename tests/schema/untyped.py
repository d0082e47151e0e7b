"""The records as `Any`: tests give them plain numbers for members of enums, and what their types forbid."""

from __future__ import annotations

from typing import Any

from smb2ioctl_codec import messages
from smb2ioctl_codec.payloads import dfs, snapshots

from . import records

ErrorResponse: Any = messages.ErrorResponse
FileId: Any = messages.FileId
Header: Any = messages.Header
IoctlRequest: Any = messages.IoctlRequest
IoctlResponse: Any = messages.IoctlResponse
ReferralRequest: Any = dfs.ReferralRequest
SnapshotArray: Any = snapshots.SnapshotArray

Choice: Any = records.Choice
Holder: Any = records.Holder
Ordered: Any = records.Ordered
Overlapping: Any = records.Overlapping
Pair: Any = records.Pair
Sentence: Any = records.Sentence
Whole: Any = records.Whole
