"""DFS referrals: FSCTL_DFS_GET_REFERRALS and FSCTL_DFS_GET_REFERRALS_EX."""

from smb2ioctl_codec.payloads.dfs.entries import (
    NameListReferral,
    Referral,
    ReferralEntryFlags,
    ReferralV1,
    ReferralV2,
    ReferralV3,
    ReferralV4,
    ServerType,
)
from smb2ioctl_codec.payloads.dfs.reply import ReferralHeaderFlags, ReferralReply, TruncatedReferralReply, reply_type
from smb2ioctl_codec.payloads.dfs.request import ReferralRequest, request_facts
from smb2ioctl_codec.payloads.dfs.request_ex import ReferralRequestEx
from smb2ioctl_codec.payloads.dfs.strings import StringLayout

__all__ = [
    "NameListReferral",
    "Referral",
    "ReferralEntryFlags",
    "ReferralHeaderFlags",
    "ReferralReply",
    "ReferralRequest",
    "ReferralRequestEx",
    "ReferralV1",
    "ReferralV2",
    "ReferralV3",
    "ReferralV4",
    "ServerType",
    "StringLayout",
    "TruncatedReferralReply",
    "reply_type",
    "request_facts",
]
