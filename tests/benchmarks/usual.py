"""A usual value of any record, made from its plan: texts are names, contents 64 bytes, lists have four entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

from smb2ioctl_codec.payloads.dfs import ReferralReply, ReferralRequestEx, TruncatedReferralReply
from smb2ioctl_codec.payloads.links import LinkTracking, LinkTrackingTarget, TargetFileSystem
from smb2ioctl_codec.payloads.statistics import FilesystemStatistics, FileSystemType, NtfsStatistics
from smb2ioctl_codec.schema import Record
from smb2ioctl_codec.schema.plan import Field

from .referrals import usual_targets

#: Entries of a list.
_ENTRIES = 4
_SMALL = 3
_NUMBER = 4096
_NAME = r"reports\2026\summary.docx"
_LABEL = "@GMT-2026.11.22-17.47.43"
_CONTENT = bytes(range(64))
_CONVERTED = {
    "GUID": UUID("4a8c8d2e-61f7-4c1b-9d0a-35a1c0e2b7f4"),
    "IPv4": IPv4Address("192.0.2.17"),
    "IPv6": IPv6Address("2001:db8::17"),
    "u48 big-endian": 5,
}
#: Attributes for bytes that are there in unusual messages only: they keep their default.
_LEFT_OVER = {"trailing", "padding", "rest", "extended", "context", "alignment"}
_REFERRALS = usual_targets(3)
_LINK_TARGET = LinkTrackingTarget(TargetFileSystem.NTFS, UUID(int=1), UUID(int=2), b"FILESERVER\0")
#: What a plan does not tell.
_CHOSEN: dict[type[Record], dict[str, Any]] = {
    FilesystemStatistics: {"file_system_type": FileSystemType.NTFS, "specific": NtfsStatistics()},
    ReferralReply: {"referral_entries": _REFERRALS.referral_entries},
    ReferralRequestEx: {"request_flags": 1},
    TruncatedReferralReply: {"number_of_referrals": 3, "content": _REFERRALS.encode()[8:]},
    LinkTracking: {"target_link_tracking_information_buffer": _LINK_TARGET},
}


def usual(cls: type[Record]) -> Any:
    """The value; the same at every call."""
    make: Any = cls
    return make(**(dict(_attributes(cls)) | _CHOSEN.get(cls, {})))


def entry(field: Field) -> Any:
    """A usual entry of a list."""
    if field.record is not None:
        return usual(field.record)
    return _LABEL if field.kind == "strings" else _NUMBER


def _attributes(cls: type[Record]) -> Iterator[tuple[str, Any]]:
    defaults = {f.name: f.default for f in fields(cls)}  # type: ignore[arg-type]
    for field in cls.PLAN.fields:
        if field.name not in field.attributes or field.own is not None:
            continue
        plain = field.kind in ("integer", "bytes", "slack") or field.name in _LEFT_OVER
        if defaults[field.name] is MISSING or not plain:
            yield field.name, _content(field)


def _content(field: Field) -> Any:
    match field.kind:
        case "integer":
            return next(iter(field.enum)) if field.enum is not None else _SMALL if field.size == 1 else _NUMBER
        case "bytes":
            return bytes(field.size or 0) if field.convert is None else _CONVERTED.get(field.type, "UDF")
        case "text":
            return _NAME
        case "items" | "walk" | "strings":
            return (entry(field),) * _ENTRIES
        case "nested":
            return usual(field.record)
        case "one":
            return usual(field.alternatives.records[0])
    return _CONTENT
