"""Values that no referral reply can hold: the error and the field."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from referrals import reply, v1, v34
from refusals import encode_path

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.dfs import (
    NameListReferral,
    ReferralReply,
    ReferralV1,
    ReferralV2,
    ReferralV3,
    ReferralV4,
    StringLayout,
    TruncatedReferralReply,
)

SECOND = "ReferralReply.referral_entries[1]"


def entry(kind: Any, **fields: Any) -> Any:
    """An entry with these fields, and usual others."""
    usual: dict[str, Any] = {"share_name": "s"}
    if kind is NameListReferral:
        usual = {"special_name": "s", "time_to_live": 1}
    elif kind is not ReferralV1:
        usual = {"dfs_path": "p", "dfs_alternate_path": "a", "network_address": "n", "time_to_live": 1}
    return kind(**usual | fields)


@pytest.mark.parametrize(
    ("kind", "fields", "path"),
    [
        (ReferralV1, {"share_name": None}, "share_name"),
        (ReferralV1, {"share_name": "a\0"}, "share_name"),
        (ReferralV1, {"share_name": "\ud800"}, "share_name"),
        (ReferralV1, {"share_name": "x" * 0x8000}, "size"),
        (ReferralV1, {"size": 11}, "size"),
        (ReferralV1, {"server_type": 0x10000}, "server_type"),
        (ReferralV2, {"proximity": -1}, "proximity"),
        (ReferralV2, {"dfs_path": b"p"}, "dfs_path"),
        (ReferralV2, {"size": 21}, "size"),
        (ReferralV3, {"dfs_path": ("p",)}, "dfs_path"),
        (ReferralV3, {"dfs_path": ()}, "dfs_path"),
        (ReferralV3, {"dfs_alternate_path": None}, "dfs_alternate_path"),
        (ReferralV3, {"network_address": "a\0b"}, "network_address"),
        (ReferralV3, {"network_address": "\udc00"}, "network_address"),
        (ReferralV3, {"dfs_path": "x" * 0x7FFF, "dfs_alternate_path": "b"}, "dfs_alternate_path_offset"),
        (ReferralV3, {"time_to_live": 1 << 32}, "time_to_live"),
        (ReferralV3, {"time_to_live": 1.0}, "time_to_live"),
        (ReferralV3, {"referral_entry_flags": 2}, "referral_entry_flags"),
        (ReferralV3, {"referral_entry_flags": 1 << 16}, "referral_entry_flags"),
        (ReferralV3, {"service_site_guid": bytes(16)}, "service_site_guid"),
        (ReferralV3, {"size": 33}, "size"),
        (ReferralV3, {"size": "34"}, "size"),
        (ReferralV3, {"size": 0x10000}, "size"),
        (ReferralV4, {"referral_entry_flags": 6}, "referral_entry_flags"),
        (ReferralV4, {"server_type": None}, "server_type"),
        (NameListReferral, {"version_number": 2}, "version_number"),
        (NameListReferral, {"version_number": 5}, "version_number"),
        (NameListReferral, {"referral_entry_flags": 4}, "referral_entry_flags"),
        (NameListReferral, {"special_name": 1}, "special_name"),
        (NameListReferral, {"expanded_names": "ab"}, "expanded_names"),
        (NameListReferral, {"expanded_names": ("a", None)}, "expanded_names[1]"),
        (NameListReferral, {"expanded_names": ("a\0",)}, "expanded_names[0]"),
        (NameListReferral, {"expanded_names": ("",) * 0x10000}, "number_of_expanded_names"),
        (NameListReferral, {"padding": bytes(15)}, "padding"),
        (NameListReferral, {"padding": "x" * 16}, "padding"),
        (NameListReferral, {"size": 34}, "padding"),
        (NameListReferral, {"size": 33, "padding": bytes(16)}, "size"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_entries_that_no_reply_can_hold(kind: Any, fields: dict[str, Any], path: str) -> None:
    usual, wrong = entry(ReferralV3), entry(kind, **fields)
    for layout in StringLayout:
        assert encode_path(ReferralReply(0, (usual, wrong), string_layout=layout)) == f"{SECOND}.{path}"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"path_consumed": 7}, "path_consumed"),
        ({"path_consumed": -2}, "path_consumed"),
        ({"path_consumed": None}, "path_consumed"),
        ({"referral_header_flags": 1 << 32}, "referral_header_flags"),
        ({"referral_entries": None}, "referral_entries"),
        ({"referral_entries": "ab"}, "referral_entries"),
        ({"referral_entries": ("ab",)}, "referral_entries[0]"),
        ({"referral_entries": (None,)}, "referral_entries[0]"),
        ({"referral_entries": (ReferralReply(0),)}, "referral_entries[0]"),
        ({"referral_entries": (SimpleNamespace(size=None, share_name="s"),)}, "referral_entries[0]"),
        ({"referral_entries": (entry(ReferralV1),) * 0x10000}, "number_of_referrals"),
        ({"slack": "x"}, "slack"),
        ({"slack": None}, "slack"),
        ({"string_layout": None}, "string_layout"),
        ({"string_layout": "shared"}, "string_layout"),
        ({"string_layout": (34, 38)}, "string_layout"),
        ({"string_layout": (34, 38, 42, 46)}, "string_layout"),
        ({"string_layout": (34, 38, -1)}, "string_layout[2]"),
        ({"string_layout": (34, 38, 0x10000)}, "string_layout[2]"),
        ({"string_layout": (34, 0, 42)}, "string_layout[1]"),
        ({"string_layout": (34, 36, 42)}, "string_layout"),
        ({"string_layout": (34, 38, 20)}, "referral_entries[0].network_address_offset"),
        ({"string_layout": (38, 42, 46), "slack": b"abc"}, "slack"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_replies_that_cannot_be(fields: dict[str, Any], path: str) -> None:
    usual: dict[str, Any] = {"path_consumed": 0, "referral_entries": (entry(ReferralV3),)}
    assert encode_path(ReferralReply(**usual | fields)) == f"ReferralReply.{path}"


def test_a_string_over_the_fields_of_another_entry() -> None:
    entries = (entry(ReferralV1), ReferralV3("", "", "xx", 1), entry(ReferralV1))
    assert ReferralReply.decode(ReferralReply(0, entries).encode()).referral_entries == entries
    told = ReferralReply(0, entries, string_layout=(0, 0, 36))
    with pytest.raises(s2.EncodeError) as caught:
        told.encode()
    assert caught.value.path == f"{SECOND}.network_address_offset"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"path_consumed": 1}, "path_consumed"),
        ({"number_of_referrals": 0x10000}, "number_of_referrals"),
        ({"number_of_referrals": None}, "number_of_referrals"),
        ({"content": "x"}, "content"),
        ({"content": v34(1, 2, 3)}, "referral_entries[0].dfs_path_offset"),
        ({"content": v34(0, 0, 0, size=17)}, "referral_entries[0].size"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_cut_replies_that_cannot_be(fields: dict[str, Any], path: str) -> None:
    usual: dict[str, Any] = {"path_consumed": 0, "number_of_referrals": 2}
    assert encode_path(TruncatedReferralReply(**usual | fields)) == f"TruncatedReferralReply.{path}"


def test_what_no_cut_can_have_made() -> None:
    """The same errors as in a whole reply, but those of missing bytes."""
    for data, path, offset in (
        (reply(v34(34, 38, 42, size=17), count=9), "referral_entries[0].size", 10),
        (reply(v34(34, 38, 42, version=9), count=9), "referral_entries[0].version_number", 8),
        (reply(v34(34, 38, 3), count=9), "referral_entries[0].network_address_offset", 24),
        (reply(v1("a"), v1("a", size=10), count=9), "referral_entries[1].share_name", 28),
    ):
        with pytest.raises(s2.DecodeError) as caught:
            ReferralReply.decode_truncated(data)
        assert (caught.value.path, caught.value.offset) == (f"TruncatedReferralReply.{path}", offset)
