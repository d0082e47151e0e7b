"""Entries of a referral reply: one class for each form.

An entry is a value, and no record that decodes by itself: its strings lie outside it, where other entries share them.
Its `PLAN` has the layout of what stands in the entry; offsets of strings count from the entry's first byte.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from enum import IntFlag
from typing import Any, ClassVar, TypeVar, dataclass_transform
from uuid import UUID

from construct import Bytes, Int16ul, Int32ul, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.schema import Fixed, Reserved, Tag, Text
from smb2ioctl_codec.schema.plan import Plan, lower
from smb2ioctl_codec.schema.scalars import GUID
from smb2ioctl_codec.schema.value import make_value_class

T = TypeVar("T")

#: ServiceSiteGuid as it is by the document.
NIL = UUID(int=0)


class ServerType(OpenIntEnum, bits=16):
    """ServerType: what the target of a referral is ([MS-DFSC] 2.2.5.1)."""

    NON_ROOT = 0
    ROOT = 1


class ReferralEntryFlags(IntFlag):
    """ReferralEntryFlags of versions 3 and 4 ([MS-DFSC] 2.2.5.3, 2.2.5.4)."""

    NAME_LIST_REFERRAL = 0x0002
    TARGET_SET_BOUNDARY = 0x0004


def _normalise(each: Any) -> None:
    """Give a new entry the form that decoding gives: None for its own size, members of enums, tuples, bytes."""
    with suppress(Exception):  # an object of a stranger's class may raise anything; encoding will say that it is wrong
        if isinstance(each.server_type, int):
            object.__setattr__(each, "server_type", ServerType(each.server_type))
        if isinstance(each, NameListReferral):
            if isinstance(each.expanded_names, (list, tuple)):
                object.__setattr__(each, "expanded_names", tuple(each.expanded_names))
            if isinstance(each.padding, (bytearray, memoryview)):
                object.__setattr__(each, "padding", bytes(each.padding))
        if each.size == own_size(each):
            object.__setattr__(each, "size", None)


@dataclass_transform(frozen_default=True)
def entry(section: str, schema: Struct, **leads_to: str) -> Callable[[type[T]], type[T]]:
    """Class decorator: a frozen, slotted dataclass with the plan of `schema`.

    Args:
        section: the document and section that the layout comes from.
        schema: what stands in the entry, in wire order.
        leads_to: of offset and count fields, the attribute that they lead to.
    """

    def decorate(cls: type[T]) -> type[T]:
        made: Any = make_value_class(cls, {"_normalise": _normalise}, "_normalise(self)")
        plan = lower(cls.__name__, section, schema, ())
        fields = [
            replace(f, role=_role(f.name), target=leads_to[f.name]) if f.name in leads_to else f for f in plan.fields
        ]
        made.PLAN = replace(plan, fields=tuple(fields))
        made.SCHEMA = schema
        return made  # type: ignore[no-any-return]

    return decorate


def _role(name: str) -> Any:
    return "offset-of" if name.endswith("offset") else "count-of"


@entry(
    "[MS-DFSC] 2.2.5.1",
    Struct(
        "version_number" / Fixed(Int16ul, 1),
        "size" / Int16ul * "bytes of the entry, its string included",
        "server_type" / Tag(Int16ul, ServerType),
        "referral_entry_flags" / Reserved(Int16ul) * "0",
        "share_name" / Text() * "target, followed by U+0000; inside the entry",
    ),
)
class ReferralV1:
    """DFS_REFERRAL_V1: one target, by its share. `size` (bytes) is None where the entry ends with its string.

    [MS-DFSC] 2.2.5.1; at least 10 bytes.
    """

    share_name: str
    server_type: ServerType = ServerType.NON_ROOT
    referral_entry_flags: int = 0
    size: int | None = None
    PLAN: ClassVar[Plan]


@entry(
    "[MS-DFSC] 2.2.5.2",
    Struct(
        "version_number" / Fixed(Int16ul, 2),
        "size" / Int16ul * "bytes of the entry: 22, or more if strings that follow it are counted",
        "server_type" / Tag(Int16ul, ServerType),
        "referral_entry_flags" / Reserved(Int16ul) * "0",
        "proximity" / Reserved(Int32ul) * "0",
        "time_to_live" / Int32ul * "seconds for which a client may keep the entry",
        "dfs_path_offset" / Int16ul * "bytes from the entry's start",
        "dfs_alternate_path_offset" / Int16ul * "bytes from the entry's start",
        "network_address_offset" / Int16ul * "bytes from the entry's start",
    ),
    dfs_path_offset="dfs_path",
    dfs_alternate_path_offset="dfs_alternate_path",
    network_address_offset="network_address",
)
class ReferralV2:
    """DFS_REFERRAL_V2: one target, and the path that it stands for.

    A string is empty where its offset is 0. `time_to_live` is seconds; `size` (bytes) is None where it is 22.
    [MS-DFSC] 2.2.5.2; 22 bytes.
    """

    dfs_path: str
    dfs_alternate_path: str
    network_address: str
    time_to_live: int
    server_type: ServerType = ServerType.NON_ROOT
    referral_entry_flags: int = 0
    proximity: int = 0
    size: int | None = None
    PLAN: ClassVar[Plan]


def _target(version: int) -> Struct:
    """The layout of versions 3 and 4, which differ in nothing but their number."""
    return Struct(
        "version_number" / Fixed(Int16ul, version),
        "size" / Int16ul * "bytes of the entry: 34, or more if strings that follow it are counted",
        "server_type" / Tag(Int16ul, ServerType),
        "referral_entry_flags" / Int16ul * "ReferralEntryFlags, without NAME_LIST_REFERRAL",
        "time_to_live" / Int32ul * "seconds for which a client may keep the entry",
        "dfs_path_offset" / Int16ul * "bytes from the entry's start",
        "dfs_alternate_path_offset" / Int16ul * "bytes from the entry's start",
        "network_address_offset" / Int16ul * "bytes from the entry's start",
        "service_site_guid" / Reserved(GUID) * "0",
    )


_STRINGS = {
    "dfs_path_offset": "dfs_path",
    "dfs_alternate_path_offset": "dfs_alternate_path",
    "network_address_offset": "network_address",
}


@entry("[MS-DFSC] 2.2.5.3, 2.2.5.3.1", _target(3), **_STRINGS)
class ReferralV3:
    """DFS_REFERRAL_V3 with NameListReferral 0: one target, and the path that it stands for.

    A string is empty where its offset is 0. `time_to_live` is seconds; `size` (bytes) is None where it is 34.
    [MS-DFSC] 2.2.5.3, 2.2.5.3.1; 34 bytes.
    """

    dfs_path: str
    dfs_alternate_path: str
    network_address: str
    time_to_live: int
    server_type: ServerType = ServerType.NON_ROOT
    referral_entry_flags: int = 0
    service_site_guid: UUID = NIL
    size: int | None = None
    PLAN: ClassVar[Plan]


@entry("[MS-DFSC] 2.2.5.4", _target(4), **_STRINGS)
class ReferralV4:
    """DFS_REFERRAL_V4 with NameListReferral 0: one target, and the path that it stands for.

    `referral_entry_flags` has TARGET_SET_BOUNDARY in the first entry of each set of targets. A string is empty where
    its offset is 0. `time_to_live` is seconds; `size` (bytes) is None where it is 34. [MS-DFSC] 2.2.5.4; 34 bytes.
    """

    dfs_path: str
    dfs_alternate_path: str
    network_address: str
    time_to_live: int
    server_type: ServerType = ServerType.NON_ROOT
    referral_entry_flags: int = 0
    service_site_guid: UUID = NIL
    size: int | None = None
    PLAN: ClassVar[Plan]

    @property
    def target_set_boundary(self) -> bool:
        """A set of targets of equal cost starts with this one."""
        return bool(self.referral_entry_flags & ReferralEntryFlags.TARGET_SET_BOUNDARY.value)


@entry(
    "[MS-DFSC] 2.2.5.3.2",
    Struct(
        "version_number" / Int16ul * "3 or 4",
        "size" / Int16ul * "bytes of the entry: 18 or 34, or more if strings that follow it are counted",
        "server_type" / Tag(Int16ul, ServerType) * "0",
        "referral_entry_flags" / Int16ul * "ReferralEntryFlags, with NAME_LIST_REFERRAL",
        "time_to_live" / Int32ul * "seconds for which a client may keep the entry",
        "special_name_offset" / Int16ul * "bytes from the entry's start",
        "number_of_expanded_names" / Int16ul * "0 in a domain referral",
        "expanded_name_offset" / Int16ul * "bytes from the entry's start to the first; 0 if there is none",
        "padding" / Reserved(Bytes(16)) * "0; not there if Size is 18",
    ),
    special_name_offset="special_name",
    number_of_expanded_names="expanded_names",
    expanded_name_offset="expanded_names",
)
class NameListReferral:
    """DFS_REFERRAL_V3 or DFS_REFERRAL_V4 with NameListReferral 1: a domain, and its domain controllers if these were
    asked for.

    `special_name` is the domain. `padding` is nothing, or 16 bytes that should be zero: Windows 2000 and 2003 send it
    always, later ones in DC referrals or not at all. `time_to_live` is seconds; `size` (bytes) is None where it is 18,
    or 34 with padding. [MS-DFSC] 2.2.5.3.2; 18 or 34 bytes.
    """

    special_name: str
    time_to_live: int
    expanded_names: tuple[str, ...] = ()
    version_number: int = 3
    server_type: ServerType = ServerType.NON_ROOT
    referral_entry_flags: int = ReferralEntryFlags.NAME_LIST_REFERRAL.value
    padding: bytes = b""
    size: int | None = None
    PLAN: ClassVar[Plan]


Referral = ReferralV1 | ReferralV2 | ReferralV3 | ReferralV4 | NameListReferral


def own_size(each: Referral) -> int:
    """Bytes that an entry takes by itself, without the strings that follow it: its Size where that is None."""
    if isinstance(each, ReferralV1):
        return 10 + len(each.share_name.encode("utf-16-le"))
    if isinstance(each, NameListReferral):
        return 18 + len(each.padding)
    return 22 if isinstance(each, ReferralV2) else 34
