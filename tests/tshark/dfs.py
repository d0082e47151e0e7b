"""Wireshark's fields of DFS referrals. See `smb2`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from smb2ioctl_codec.payloads.dfs import (
    NameListReferral,
    ReferralV1,
    ReferralV2,
    ReferralV3,
    ReferralV4,
    TruncatedReferralReply,
)
from smb2ioctl_codec.schema import spans

from .words import Field, Fields, of

Entry = Callable[[Any, bytes], Any]

REFERRAL = "smb.dfs.referral"


def entries(value: Any) -> Iterator[tuple[Any, bytes]]:
    """Each whole entry, and its bytes, for what our value has only if it is unusual: Size and the places of strings."""
    data = value.encode()
    start = 8
    for entry in value.referral_entries:
        size = _number(data, start + 2)
        yield entry, data[start : start + size]
        start += size


def each(field: Entry, *kinds: type) -> Field:
    """A field of all entries of some kinds: the values that are not None."""

    def found(value: Any) -> list[Any]:
        every = [field(entry, raw) for entry, raw in entries(value) if not kinds or isinstance(entry, kinds)]
        return [one for one in every if one is not None]

    return found


def _number(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 2], "little")


def _version(entry: Any, _raw: bytes) -> int:
    versions = {ReferralV1: 1, ReferralV2: 2, ReferralV3: 3, ReferralV4: 4}
    return versions.get(type(entry)) or entry.version_number


def _flag(mask: int) -> Entry:
    return lambda entry, _: int(bool(entry.referral_entry_flags & mask))


def _offset(place: int) -> Entry:
    """The number at a place of a V3 or V4, which is 4 bytes further in a V2."""
    return lambda entry, raw: _number(raw, place + 4 * isinstance(entry, ReferralV2))


def _text(name: str, place: int) -> Entry:
    """A string; one without an offset is not shown."""
    return lambda entry, raw: getattr(entry, name) if _offset(place)(entry, raw) else None


def _target(entry: Any, raw: bytes) -> str | None:
    return entry.share_name if isinstance(entry, ReferralV1) else _text("network_address", 16)(entry, raw)


TARGETS = (ReferralV2, ReferralV3, ReferralV4)

REQUEST: Fields = {
    "smb.max_referral_level": of("max_referral_level"),
    "smb.file": lambda value: value.request_file_name if len(value.encode()) > 2 else None,
}
REPLY: Fields = {
    "smb.dfs.path_consumed": lambda value: value.path_consumed,
    "smb.dfs.num_referrals": lambda value: value.number_of_referrals,
    # Wireshark takes the first two bytes for the flags, so that the third bit has a field with neither name.
    "smb.dfs.flags": lambda value: value.referral_header_flags & 0xFFFF,
    "smb.dfs.flags.fielding": lambda value: value.referral_header_flags & 1,
    "smb.dfs.flags.server_hold_storage": lambda value: value.referral_header_flags >> 1 & 1,
    "smb.padding": lambda value: (value.referral_header_flags >> 16).to_bytes(2, "little"),
    f"{REFERRAL}.version": each(_version),
    f"{REFERRAL}.size": each(lambda _, raw: _number(raw, 2)),
    f"{REFERRAL}.server.type": each(lambda entry, _: entry.server_type),
    f"{REFERRAL}.flags": each(lambda entry, _: entry.referral_entry_flags),
    f"{REFERRAL}.flags.name_list_referral": each(_flag(2)),
    f"{REFERRAL}.flags.target_set_boundary": each(_flag(4)),
    f"{REFERRAL}.proximity": each(lambda entry, _: entry.proximity, ReferralV2),
    f"{REFERRAL}.ttl": each(lambda entry, _: entry.time_to_live, *TARGETS, NameListReferral),
    f"{REFERRAL}.path_offset": each(_offset(12), *TARGETS),
    f"{REFERRAL}.path": each(_text("dfs_path", 12), *TARGETS),
    f"{REFERRAL}.alt_path_offset": each(_offset(14), *TARGETS),
    f"{REFERRAL}.alt_path": each(_text("dfs_alternate_path", 14), *TARGETS),
    f"{REFERRAL}.node_offset": each(_offset(16), *TARGETS),
    f"{REFERRAL}.node": each(_target, ReferralV1, *TARGETS),
    f"{REFERRAL}.server_guid": each(lambda entry, _: entry.service_site_guid, ReferralV3, ReferralV4),
    f"{REFERRAL}.domain_offset": each(_offset(12), NameListReferral),
    f"{REFERRAL}.domain_name": each(_text("special_name", 12), NameListReferral),
    f"{REFERRAL}.number_of_expnames": each(lambda entry, _: len(entry.expanded_names), NameListReferral),
    f"{REFERRAL}.expnames_offset": each(_offset(16), NameListReferral),
    f"{REFERRAL}.expname": lambda value: [
        name for entry in value.referral_entries if isinstance(entry, NameListReferral) for name in entry.expanded_names
    ],
    # the padding of a name list, to which Wireshark gives no name
    "smb.unknown_data": each(lambda entry, _: entry.padding or None, NameListReferral),
}

#: Fields of entries by the names that we have for them. Those of an entry that was cut stand in no value of ours.
_NAMES = {
    "version": "version_number", "size": "size", "server.type": "server_type", "flags": "referral_entry_flags",
    "ttl": "time_to_live", "path_offset": "dfs_path_offset", "path": "dfs_path",
    "alt_path_offset": "dfs_alternate_path_offset", "alt_path": "dfs_alternate_path",
    "node_offset": "network_address_offset", "node": "network_address", "server_guid": "service_site_guid",
}  # fmt: skip


def fields_of_cut(data: bytes) -> dict[str, list[Any]]:
    """What the span reader sees in a reply that was cut: fields of entries that are there, strings that are whole."""
    reading = spans.read(TruncatedReferralReply.PLAN, data)
    found = [leaf for span in reading.spans for leaf in _leaves(span)]
    fields = {name: [leaf.value for leaf in found if leaf.name == ours] for name, ours in _NAMES.items()}
    fields["flags.name_list_referral"] = [flags >> 1 & 1 for flags in fields["flags"]]
    fields["flags.target_set_boundary"] = [flags >> 2 & 1 for flags in fields["flags"]]
    return {f"{REFERRAL}.{name}": values for name, values in fields.items() if values}


def _leaves(span: spans.Span) -> Iterator[spans.Span]:
    for child in span.children:
        yield from _leaves(child)
    if not span.children:
        yield span
