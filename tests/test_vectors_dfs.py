"""Published vectors of DFS referrals: what is known of them is what decoding gives, and encoding gives the bytes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from facts import otherwise, vector_facts
from samples import vectors

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.payloads.dfs import (
    NameListReferral,
    ReferralReply,
    ReferralRequest,
    ReferralRequestEx,
    ReferralV1,
    ReferralV2,
    ReferralV3,
    ReferralV4,
    StringLayout,
)

REFERRALS, REFERRALS_EX = 0x00060194, 0x000601B0
FACTS: dict[str, list[str]] = vector_facts()["published"]

#: Replies that stand alone, and those in packets: where they start.
REPLIES = {name: 0 for name, (head, *_) in FACTS.items() if head.startswith("PathConsumed")}
PACKETS = {"SCAPY-dfs-v4-packet": 4 + 64 + 48, "SCAPY-dfs-namelist-packet": 4 + 64 + 48}
#: Its first entry has 18 bytes, and no flag that says so little were enough.
TOO_SHORT = "SMBPROTO-dfs-DOMAIN_REFERRAL"

CLASSES = {1: ReferralV1, 2: ReferralV2, 3: ReferralV3, 4: ReferralV4}
ENTRY = re.compile(r"entry \d+ @(\d+): V(\d) Size (\d+) ServerType (\d+) Flags (0x\w+); (.*)")
#: How the sentences call a string, and its attribute in an entry; in the order of `STRING`'s alternatives.
STRINGS = {
    "DFSPath": "dfs_path", "Alt": "dfs_alternate_path", "Target": "network_address", "SpecialName": "special_name",
}  # fmt: skip
STRING = re.compile(r'(DFSPath|Alt|Target|SpecialName) \+(\d+) "([^"]*)"')
NUMBER = re.compile(r"\b(Proximity|TTL) (\d+)")
NAMES = re.compile(r"(\d+) expanded name\(s\) at \+(\d+): (.*)")


def data_of(name: str) -> bytes:
    return vectors()[name][PACKETS.get(name, 0) :]


def facts_of(name: str) -> list[str]:
    """The sentences about the reply."""
    return [fact for fact in FACTS[name] if fact.startswith(("PathConsumed", "entry"))]


def test_there_are_as_many_as_were_published() -> None:
    assert len(REPLIES) == 17
    assert sum(fact.startswith("entry") for name in {*REPLIES, *PACKETS} for fact in FACTS[name]) == 31


@pytest.mark.parametrize("name", sorted({*REPLIES, *PACKETS} - {TOO_SHORT}))
def test_replies(name: str) -> None:
    data = data_of(name)
    reply = ReferralReply.decode(data)
    head, *entries = facts_of(name)
    known = {name: getattr(reply, name) for name in ("path_consumed", "number_of_referrals", "referral_header_flags")}
    assert otherwise(head, known) == []
    assert len(entries) == len(reply.referral_entries)
    for fact, entry in zip(entries, reply.referral_entries, strict=True):
        check_entry(fact, entry, data)
    # Windows writes equal strings once; a builder does not
    assert reply.string_layout is (StringLayout.SEPARATE if name == "SCAPY-dfs-v4-built" else StringLayout.SHARED)
    assert reply.encode() == data


def check_entry(fact: str, entry: Any, data: bytes) -> None:
    """Hold an entry, and the numbers of the wire that it does not keep, against its sentence."""
    found = ENTRY.fullmatch(fact)
    assert found
    start, version, size, server_type = map(int, found.groups()[:4])
    flags, rest = int(found[5], 16), found[6]
    is_list = version >= 3 and flags & 2
    kind: Any = NameListReferral if is_list else CLASSES[version]
    assert isinstance(entry, kind)
    wire = {
        row.name: int.from_bytes(data[start + row.offset :][: row.size], "little")
        for row in s2.layout(kind)
        if row.offset is not None and row.size in (2, 4)
    }
    said = {"version_number": version, "size": size, "server_type": server_type, "referral_entry_flags": flags}
    said |= {
        {"TTL": "time_to_live", "Proximity": "proximity"}[word]: int(number) for word, number in NUMBER.findall(rest)
    }
    assert {name: wire[name] for name in said} == said
    held = said.keys() & set(kind.__slots__) - {"size"}
    assert {name: getattr(entry, name) for name in held} == {name: said[name] for name in held}
    if version == 1:
        assert rest == f'ShareName "{entry.share_name}"'
        return
    strings = STRING.findall(rest)
    assert len(strings) == (1 if is_list else 3)
    for word, offset, text in strings:
        # what the sentence has at an offset of 0 is the entry itself; it means that there is no string
        assert wire[f"{STRINGS[word]}_offset"] == int(offset)
        assert getattr(entry, STRINGS[word]) == (text if int(offset) else "")
    if is_list:
        names = NAMES.search(rest)
        assert names
        assert (wire["number_of_expanded_names"], wire["expanded_name_offset"]) == (int(names[1]), int(names[2]))
        assert entry.expanded_names == tuple(re.findall(r'"([^"]*)"', names[3]))


def test_the_reply_with_an_entry_that_is_too_short() -> None:
    """An entry of 18 bytes that does not say that it is a list of names has no room for its offsets."""
    data = data_of(TOO_SHORT)
    with pytest.raises(s2.DecodeError, match="18 bytes are too few") as caught:
        ReferralReply.decode(data)
    error = caught.value
    assert (error.path, error.offset) == ("ReferralReply.referral_entries[0].size", 10)
    assert (error.needed, error.available) == (34, 18)
    mended = data[:14] + b"\2" + data[15:]
    special, other = ReferralReply.decode(mended).referral_entries
    assert (special.special_name, other.special_name) == (r"\DOMAIN", r"\domain.test")  # type: ignore[union-attr]
    assert ReferralReply.decode(mended).encode() == mended


@pytest.mark.parametrize("name", ["SMBJ-dfs-0", "SMBJ-dfs-1"])
def test_replies_that_consume_more_than_the_path(name: str) -> None:
    """PathConsumed is 38, and the path that the entry repeats has 32 bytes: no answer to a request for that path."""
    data = data_of(name)
    row = registry.lookup(REFERRALS)
    (entry,) = ReferralReply.decode(data).referral_entries
    asked = ReferralRequest(4, entry.dfs_path)  # type: ignore[union-attr]
    assert len(asked.request_file_name) == 16
    with pytest.raises(s2.DecodeError) as caught:
        row.decode_response(data, asked)
    error = caught.value
    assert (error.path, error.offset) == ("ReferralReply.path_consumed", 0)
    assert (error.needed, error.available) == (38, 32)
    assert row.decode_response(data, ReferralRequest(4, entry.dfs_path + r"\xy")) == ReferralReply.decode(data)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", sorted({*REPLIES, *PACKETS} - {TOO_SHORT}))
@pytest.mark.parametrize("code", [REFERRALS, REFERRALS_EX], ids=hex)
def test_both_codes_have_this_output(name: str, code: int) -> None:
    assert registry.lookup(code).decode_response(data_of(name)) == ReferralReply.decode(data_of(name))


@pytest.mark.parametrize(
    ("name", "level", "path"),
    [
        ("DFSC-4.5-req", 3, r"\dfsn-dev\testroot1"),
        ("SMBRS-dfs-req", 4, r"\ADC.aviv.local\dfs\Docs"),
        ("SAMBA-dfs_get_ref_in", 3, r"\W2K3"),
        # two leading backslashes, where [MS-DFSC] 2.2.1 wants one: kept
        ("SMBPROTO-dfs-DFSReferralRequest-test_create_message", 4, "\\\\server\\shares\\U\u0308se\u04dc\U0001d11e"),
    ],
)
def test_requests(name: str, level: int, path: str) -> None:
    data = vectors()[name]
    decoded = registry.lookup(REFERRALS).decode_request(data)
    assert decoded == ReferralRequest(level, path, "\0")
    assert ReferralRequest(level, path).encode() == data
    (fact,) = FACTS[name]
    known = {"max_referral_level": level, "request_file_name": path}
    assert otherwise(fact.removesuffix("; ends in 00 00"), known) == []
    assert data.endswith(b"\0\0")


def test_a_request_with_a_site() -> None:
    """Both names have a U+0000 that their lengths count."""
    name = "SMBPROTO-dfs-DFSReferralRequestEx-test_create_message"
    data = vectors()[name]
    decoded = registry.lookup(REFERRALS_EX).decode_request(data)
    assert isinstance(decoded, ReferralRequestEx)
    path, site = "\\\\server\\shares\\U\u0308se\u04dc\U0001d11e", "U\u0308se\u04dc\U0001d11e"
    assert decoded == ReferralRequestEx(4, path, site, request_flags=1, terminator="\0", site_terminator="\0")
    assert decoded.encode() == data
    known = dict(ReferralRequestEx.SCHEMA.parse(data)) | {"request_file_name": f"{path}\0", "site_name": f"{site}\0"}
    assert [otherwise(fact, known) for fact in FACTS[name]] == [[]]


@pytest.mark.parametrize(
    ("offset_field", "attribute"),
    [(14 + 6, "dfs_path"), (14 + 8, "dfs_alternate_path"), (14 + 10, "network_address")],
)
def test_each_string_is_the_one_that_its_offset_leads_to(offset_field: int, attribute: str) -> None:
    """In all vectors the path and the alternate path are equal; here one letter of one of them is another."""
    data = bytearray(data_of("SMBPROTO-dfs-ROOT_REFERRAL"))
    (before,) = ReferralReply.decode(data).referral_entries
    place = 8 + int.from_bytes(data[offset_field : offset_field + 2], "little")
    assert data[place : place + 2] == b"\\\0"
    data[place] = ord("/")
    (after,) = ReferralReply.decode(data).referral_entries
    changed = {name for name in STRINGS.values() if getattr(before, name, "") != getattr(after, name, "")}
    assert changed == {attribute}
