"""Referral replies of every kind: what the two contents of the package that read themselves need to be tested."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID

from smb2ioctl_codec.payloads.dfs import NameListReferral, ReferralV1, ReferralV2, ReferralV3, ReferralV4
from smb2ioctl_codec.payloads.dfs.reply import ReferralReply
from smb2ioctl_codec.payloads.dfs.strings import StringLayout
from smb2ioctl_codec.schema.wire import to_wire

#: Few, so that entries share them.
STRINGS = ("", "\\", "\\server\\root", "\\srv\\share\\\U0001f600", "\u0100", "domain.example", "\\server\\root")


def referrals(random: Random) -> dict[str, Any]:
    """Entries, the layout of their strings and what else there is."""
    entries = tuple(_entry(random) for _ in range(random.randrange(4)))
    slack = random.choice((b"", b"", b"", bytes(3), random.randbytes(5)))
    return {"referral_entries": entries, "string_layout": random.choice(list(StringLayout)), "slack": slack}


def cut_referrals(random: Random) -> dict[str, Any]:
    """What a cut has left of the entries, and how many there were."""
    whole = ReferralReply(0, **referrals(random))
    content = ReferralReply.SCHEMA.build(to_wire(whole))[8:]
    place = random.choice((len(content), random.randint(0, len(content))))
    return {"number_of_referrals": len(whole.referral_entries), "content": content[:place]}


def _entry(random: Random) -> Any:
    path, other, target = (random.choice(STRINGS) for _ in range(3))
    kind: Any = random.choice((ReferralV1, ReferralV2, ReferralV3, ReferralV4, NameListReferral))
    marks: dict[str, Any] = {"server_type": random.choice((0, 1, 7))}
    if kind is ReferralV1:
        return ReferralV1(target, **marks)
    marks["time_to_live"] = random.choice((0, 300, (1 << 32) - 1))
    if kind is NameListReferral:
        names = tuple(random.choices(STRINGS[1:], k=random.randrange(3)))
        padding = random.choice((b"", bytes(16), random.randbytes(16)))
        return NameListReferral(
            path, expanded_names=names, padding=padding, version_number=random.choice((3, 4)), **marks
        )
    if kind is not ReferralV2:
        marks["service_site_guid"] = random.choice((UUID(int=0), UUID(int=random.getrandbits(128))))
    return kind(path, other, target, **marks)
