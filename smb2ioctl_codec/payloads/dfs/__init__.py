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
from smb2ioctl_codec.payloads.dfs.request import ReferralRequest, request_facts

__all__ = [
    "NameListReferral",
    "Referral",
    "ReferralEntryFlags",
    "ReferralRequest",
    "ReferralV1",
    "ReferralV2",
    "ReferralV3",
    "ReferralV4",
    "ServerType",
    "request_facts",
]
