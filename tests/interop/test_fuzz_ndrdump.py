"""Samba's `ndrdump` on the payloads of the valid messages of a corpus: it reads every byte of those that it knows, to
our values, and writes the same bytes for them.

`REASONS` has the exceptions.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest

from smb2ioctl_codec import IoctlRequest, IoctlResponse, decode_chain
from smb2ioctl_codec.fuzz import corpus
from smb2ioctl_codec.messages import Header
from smb2ioctl_codec.payloads.copychunk import ResumeKey
from smb2ioctl_codec.payloads.dfs import ReferralReply, ReferralRequest, ReferralV1, StringLayout
from smb2ioctl_codec.payloads.network import NetworkInterfaceInfos
from smb2ioctl_codec.payloads.offload import OffloadReadOutput, OffloadWriteInput

from .ndr_structures import KNOWN, Known
from .ndrdump import Dump, dump
from .need import need

#: The structures by our types.
BY_TYPE: dict[type[Any], Known] = {known.record: known for known in reversed(KNOWN)}


class Payload(NamedTuple):
    """A payload of a seed, and the structure that ndrdump knows."""

    known: Known
    value: Any
    data: bytes

    @property
    def what_follows(self) -> bytes:
        """Bytes behind what ndrdump knows."""
        if isinstance(self.value, ReferralRequest):
            return self.value.terminator.encode("utf-16-le")[2:]
        if isinstance(self.value, ResumeKey):
            return self.value.context[4:]
        if isinstance(self.value, ReferralReply):
            return self.value.slack
        return bytes(getattr(self.value, "trailing", b""))


class Reason(NamedTuple):
    """Why ndrdump does not do with some payloads as it does: which they are, what it does, and how many they are."""

    why: str
    is_it: Callable[[Payload], bool]
    #: of what ndrdump did with one
    does: Callable[[Payload, Dump], bool]
    number: int


def _has_same_values(payload: Payload, found: Dump) -> bool:
    return found.is_read and found.printed == payload.known.printed(payload.value)


def _is_refused(_: Payload, found: Dump) -> bool:
    return not found.is_read


def _ends_elsewhere(_: Payload, found: Dump) -> bool:
    return not found.is_read or found.unread > 0


def _leaves_the_rest(payload: Payload, found: Dump) -> bool:
    return _has_same_values(payload, found) and found.unread == len(payload.what_follows)


def _is_written_otherwise(payload: Payload, found: Dump) -> bool:
    return _has_same_values(payload, found) and not found.unread and not found.is_same


def _is_read_otherwise(payload: Payload, found: Dump) -> bool:
    return not _has_same_values(payload, found)


def _is_ours_alone(payload: Payload) -> bool:
    difference = payload.known.ours_alone
    return len(payload.data) > 0 and difference is not None and difference.has(payload.data)


def _has_token(payload: Payload) -> bool:
    return isinstance(payload.value, OffloadReadOutput | OffloadWriteInput)


def _has_no_interface(payload: Payload) -> bool:
    return isinstance(payload.value, NetworkInterfaceInfos) and not payload.value.interfaces


def _has_version_1(payload: Payload) -> bool:
    value = payload.value
    return isinstance(value, ReferralReply) and any(isinstance(one, ReferralV1) for one in value.referral_entries)


def _shares_strings(payload: Payload) -> bool:
    value = payload.value
    return isinstance(value, ReferralReply) and value.string_layout != StringLayout.SEPARATE


def _has_no_terminator(payload: Payload) -> bool:
    return isinstance(payload.value, ReferralRequest) and not payload.value.terminator


def _has_what_means_nothing(payload: Payload) -> bool:
    value = payload.value
    return isinstance(value, NetworkInterfaceInfos) and any(_reserved(one) for one in value.interfaces)


def _reserved(interface: Any) -> bool:
    """Whether an interface has anything where nothing is meant."""
    address = interface.sock_addr_storage
    names = ("port", "flow_info", "scope_id")
    return bool(interface.reserved or interface.padding or any(getattr(address, name, 0) for name in names))


REASONS = (
    Reason("it takes the length of a token for little-endian, and lets it end there", _has_token, _ends_elsewhere, 49),
    Reason("see `KNOWN`: what we alone take", _is_ours_alone, _is_refused, 4),
    Reason("there must be an interface", _has_no_interface, _is_refused, 1),
    Reason("it takes the string of version 1 for an offset", _has_version_1, _is_read_otherwise, 5),
    Reason("it leaves what follows", lambda payload: len(payload.what_follows) > 0, _leaves_the_rest, 21),
    Reason("it writes every string where it is used", _shares_strings, _is_written_otherwise, 14),
    Reason("it writes a terminator", _has_no_terminator, _is_written_otherwise, 1),
    Reason("of an interface, it writes 0 for what is no part of the address, and nothing between two",
           _has_what_means_nothing, _is_written_otherwise, 16),
)  # fmt: skip


def _payloads() -> Iterator[Payload]:
    """All payloads of seeds that ndrdump knows; all different."""
    seen: set[tuple[str, bytes]] = set()
    for case in corpus(kinds=["seed"]):
        for packet in decode_chain(case.data):
            value, data = _carried(packet.header, packet.body)
            known = BY_TYPE.get(type(value))
            if known is not None and (known.structure, data) not in seen:
                seen.add((known.structure, data))
                yield Payload(known, value, data)


def _carried(header: Any, body: Any) -> tuple[Any, bytes]:
    if isinstance(body, IoctlRequest):
        return body.payload(), body.input
    if isinstance(body, IoctlResponse) and isinstance(header, Header):
        return body.payload(None, header.status), body.output
    return None, b""


@pytest.fixture(scope="module")
def dumps() -> list[tuple[Payload, Dump]]:
    """What ndrdump does with each payload."""
    need(shutil.which("ndrdump"), "the Debian package samba-testsuite")
    payloads = list(_payloads())
    with ThreadPoolExecutor() as pool:
        found = pool.map(lambda one: dump(one.known.interface, one.known.structure, one.data), payloads)
        return list(zip(payloads, found, strict=True))


def test_every_payload_is_read_and_written_as_ours(dumps: list[tuple[Payload, Dump]]) -> None:
    """Or there is a reason, of which each holds."""
    otherwise = [
        (payload, found)
        for payload, found in dumps
        if not (_has_same_values(payload, found) and found.is_same and not found.unread)
    ]
    why = [
        next((each.why for each in REASONS if each.is_it(payload) and each.does(payload, found)), payload.value)
        for payload, found in otherwise
    ]
    known = {each.why: each.number for each in REASONS}
    assert [one for one in why if one not in known] == []
    assert Counter(why) == known


def test_every_structure_is_tried(dumps: list[tuple[Payload, Dump]]) -> None:
    """But for the token by itself, which is no payload."""
    assert {payload.known.structure for payload, _ in dumps} == {
        each.structure for each in KNOWN if each.structure != "storage_offload_token"
    }
