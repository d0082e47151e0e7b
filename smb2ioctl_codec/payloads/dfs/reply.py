"""What servers answer: RESP_GET_DFS_REFERRAL, whole and cut."""

from __future__ import annotations

from enum import IntFlag
from typing import Any, ClassVar

from construct import Int16ul, Int32ul, Struct

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.payloads.dfs.content import CutReferrals, Referrals
from smb2ioctl_codec.payloads.dfs.entries import Referral
from smb2ioctl_codec.payloads.dfs.request import ReferralRequest
from smb2ioctl_codec.payloads.dfs.request_ex import ReferralRequestEx
from smb2ioctl_codec.payloads.dfs.strings import StringLayout
from smb2ioctl_codec.schema import Buffer, Record, record


class ReferralHeaderFlags(IntFlag):
    """ReferralHeaderFlags ([MS-DFSC] 2.2.4)."""

    REFERRAL_SERVERS = 0x00000001
    STORAGE_SERVERS = 0x00000002
    TARGET_FAILBACK = 0x00000004


@record(
    "[MS-DFSC] 2.2.4",
    Struct(
        "path_consumed" / Int16ul * "bytes of the request's path that the entries stand for, without U+0000",
        "number_of_referrals" / Int16ul,
        "referral_header_flags" / Int32ul * "ReferralHeaderFlags",
        "referral_entries" / Referrals() * "entries one after another, then their strings",
    ),
)
class ReferralReply(Record):
    r"""RESP_GET_DFS_REFERRAL: where a DFS path leads. Output of FSCTL_DFS_GET_REFERRALS and
    FSCTL_DFS_GET_REFERRALS_EX.

    `path_consumed` is bytes of the path ``\server\root\link`` as the client sent it; an odd number is an error. There
    may be no entries at all. `string_layout` says how the strings lie: a `StringLayout`, or else the offset fields of
    all entries in wire order; of layouts that give the same bytes, a value has the first. Strings may overlap and lie
    anywhere but in the fields of entries. `slack` holds the bytes in no field and no string, and nothing if these are
    zeros in gaps alone. An entry's Size leads to the next entry; it may count strings, as 3.2.5.5 has it, though
    2.2.5 has all strings behind the last entry. A reply of Samba 3.6 with several targets of version 2 has no U+0000
    between them: each is read with those that follow it.

    [MS-DFSC] 2.2.4; at least 8 bytes. An output that was cut (BUFFER_OVERFLOW) is a `TruncatedReferralReply`.
    """

    path_consumed: int
    referral_entries: tuple[Referral, ...] = ()
    referral_header_flags: int = 0
    string_layout: StringLayout | tuple[int, ...] = StringLayout.SHARED
    slack: bytes = b""
    #: Whether the end is missing.
    truncated: ClassVar[bool] = False

    @property
    def number_of_referrals(self) -> int:
        """How many entries there are."""
        return len(self.referral_entries)

    def check_against(self, request: Record | bytes) -> None:
        """Hold the reply against the payload of the request that it answers.

        Raises:
            DecodeError: `path_consumed` is more than the bytes of the request's path.
        """
        _check_path(self, request)

    @staticmethod
    def decode_truncated(data: Buffer) -> TruncatedReferralReply:
        """What is left of a reply whose end is missing, as under BUFFER_OVERFLOW.

        Args:
            data: what there is, at least 8 bytes.

        Raises:
            DecodeError: what there is breaks the layout, or is less than 8 bytes.
            TypeError: `data` is no bytes-like object.
        """
        return TruncatedReferralReply.decode(data)


@record(
    "[MS-DFSC] 2.2.4",
    Struct(
        "path_consumed" / Int16ul * "bytes of the request's path that the entries stand for, without U+0000",
        "number_of_referrals" / Int16ul * "entries of the whole reply",
        "referral_header_flags" / Int32ul * "ReferralHeaderFlags",
        "content" / CutReferrals() * "as much of entries and strings as there was room for",
    ),
)
class TruncatedReferralReply(Record):
    """RESP_GET_DFS_REFERRAL whose end is missing. Output of FSCTL_DFS_GET_REFERRALS and FSCTL_DFS_GET_REFERRALS_EX
    under BUFFER_OVERFLOW.

    `content` is what there is after the first 8 bytes; `referral_entries` gives the entries in it that are whole,
    strings and all. `number_of_referrals` tells how many there were. What a cut cannot have made of a valid reply is
    an error. [MS-DFSC] 2.2.4, [MS-SMB2] 3.3.5.15.2; at least 8 bytes.
    """

    path_consumed: int
    number_of_referrals: int
    referral_header_flags: int = 0
    content: bytes = b""
    #: Whether the end is missing.
    truncated: ClassVar[bool] = True

    @property
    def referral_entries(self) -> tuple[Referral, ...]:
        """The entries that are whole, in order; made anew each time."""
        return CutReferrals.whole_entries(self.number_of_referrals, self.content)

    def check_against(self, request: Record | bytes) -> None:
        """As `ReferralReply.check_against`."""
        _check_path(self, request)


def _check_path(reply: ReferralReply | TruncatedReferralReply, request: Record | bytes) -> None:
    if not isinstance(request, (ReferralRequest, ReferralRequestEx)):
        return
    size = len(request.request_file_name.encode("utf-16-le", "surrogatepass"))
    if reply.path_consumed > size:
        raise DecodeError("more than the path of the request", path=f"{type(reply).__name__}.path_consumed", offset=0,
                          needed=reply.path_consumed, available=size)  # fmt: skip


def reply_type(data: bytes, _request: Any, status: int) -> type[Record] | None:
    """The type of an output under a status: none under an error, nor if the first 8 bytes are not there."""
    if status == NtStatus.BUFFER_OVERFLOW:
        return TruncatedReferralReply if len(data) >= TruncatedReferralReply.PLAN.head else None
    return None if NtStatus(status).is_error else ReferralReply
