"""Messages of captures as filters, columns and reports see them: fields by display filter name, a tree if wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from ipaddress import IPv4Address
from typing import Any, NamedTuple

from smb2ioctl_codec.capture import CapturedMessage, Connection, Endpoint, Share
from smb2ioctl_codec.dissect.carried import EXPLAINED, Payload, leaves_of_payload
from smb2ioctl_codec.dissect.heads import Head, head_of, only_fixed
from smb2ioctl_codec.dissect.inspect import inspect
from smb2ioctl_codec.dissect.inspection import Inspection
from smb2ioctl_codec.dissect.leaves import Leaf, leaves, unknown
from smb2ioctl_codec.dissect.printed import Value
from smb2ioctl_codec.messages import ErrorResponse, HeaderFlags, IoctlRequest
from smb2ioctl_codec.rules import RuleSet

_SECOND = 1_000_000_000
_ASYNC = HeaderFlags.ASYNC_COMMAND.value
#: Where the lowest byte of the header's flags stands.
_FLAGS_PLACE = 16


class Captured(Mapping[str, Sequence[Value]]):
    """A message of a capture as a mapping of its fields to their values.

    Args:
        message: the message.
        asked: the request that it answers, for outputs that only it explains; None if it is not known.
        rules: rule sets that its tree is held against.
    """

    __slots__ = ("__dict__", "asked", "head", "message", "rules")

    def __init__(
        self, message: CapturedMessage, asked: CapturedMessage | None = None, rules: tuple[RuleSet, ...] = ()
    ) -> None:
        self.message = message
        self.asked = asked
        self.rules = rules
        self.head: Head | None = head_of(message.data)

    def get(self, name: str, default: Any = ()) -> Any:
        """The values of a field, in the order in which Wireshark shows them."""
        head = self.head
        if head is not None:
            if name in head.names:
                return head.values(self.message.data, name)
            if name in only_fixed():
                return default
        about = ABOUT.get(name)
        if about is not None:
            value = about(self.message)
            return default if value is None else (value,)
        return self.fields.get(name, default)

    def __getitem__(self, name: str) -> Sequence[Value]:
        values: Sequence[Value] = self.get(name)
        if not values:
            raise KeyError(name)
        return values

    def __iter__(self) -> Iterator[str]:
        yield from self.fields
        yield from (name for name, tell in ABOUT.items() if tell(self.message) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def request(self) -> IoctlRequest | None:
        """The body of the request that it answers, if that is known and decodes."""
        packet = self.asked.packet if self.asked is not None else None
        return packet.body if packet is not None and isinstance(packet.body, IoctlRequest) else None

    @cached_property
    def inspection(self) -> Inspection:
        """Its tree and findings."""
        return inspect(self.message.data, form="message", request=self.request, rules=self.rules)

    @cached_property
    def fields(self) -> Mapping[str, Sequence[Value]]:
        """All fields in its bytes, each with its values in the order in which Wireshark shows them."""
        found: dict[str, list[Value]] = {}
        for name, value in self.leaves:
            found.setdefault(name, []).append(value)
        return found

    @property
    def leaves(self) -> list[Leaf]:
        """All fields and values in its bytes."""
        parts = self.parts()
        if parts is None:
            return list(leaves(self.inspection.root))
        return [*parts.fixed, *parts.places, *self.leaves_of(parts)]

    def parts(self) -> Parts | None:
        """Its parts, if they can be read without a tree."""
        head, message = self.head, self.message
        if head is None:
            return None
        data = message.data
        raw = head.unpack(data)
        if head.kind is None:
            return Parts(head, raw, data[head.size :], None, b"")
        if head.kind is ErrorResponse:
            body: Any = message.body
            if body is None or body.error_data:
                return None
            return Parts(head, raw, b"\0" if body.padding is None else body.padding[:1], None, b"")
        given, answer = head.buffers(raw, data)
        code = raw[head.ctl_code]
        if head.is_request:
            return Parts(head, raw, b"", Payload(code, given, 0, True) if given else None, b"")
        return Parts(head, raw, b"", Payload(code, answer, raw[head.status], False) if answer else None, given)

    def leaves_of(self, parts: Parts) -> list[Leaf]:
        """The fields and values of what its buffers carry."""
        payload = parts.payload
        echo = unknown(parts.raw[parts.head.ctl_code], parts.echo) if parts.echo else ()
        return [*echo, *(leaves_of_payload(payload, self.request_of(payload)) if payload is not None else ())]

    def request_of(self, payload: Payload) -> IoctlRequest | None:
        """The request, if the payload is one that only it explains."""
        return self.request if payload.ctl_code in EXPLAINED and not payload.is_request else None


class Parts(NamedTuple):
    """The parts of a message that can be read without a tree.

    Attributes:
        head: how the fixed part is read.
        raw: what struct gives of it.
        tail: the byte behind an ERROR response, if there is one; all that follows the header of other commands.
        payload: what it carries; None if there is nothing.
        echo: the input that a reply repeats.
    """

    head: Head
    raw: tuple[Any, ...]
    tail: bytes
    payload: Payload | None
    echo: bytes

    @property
    def fixed(self) -> list[Leaf]:
        """The fields of the fixed part."""
        return self.head.leaves(self.raw)

    @property
    def places(self) -> list[Leaf]:
        """The buffers, and where they are: what starts first comes first."""
        raw = self.raw
        found = [(raw[offset], raw[count], name) for name, offset, count in self.head.located]
        places: list[Leaf] = []
        if self.tail:
            places.append(("smb2.error.data" if self.head.kind else "smb2.ioctl.packet.body", self.tail))
        for offset, count, name in sorted(found, key=lambda one: one[0]):
            places += [("smb2.olb.offset", offset), ("smb2.olb.length", count), (name, None)]
        return places


def _address(version: int, side: str) -> Callable[[CapturedMessage], Value]:
    def tell(message: CapturedMessage) -> Value:
        address = ends(message.connection, message.direction)[side == "dst"].address
        return address if isinstance(address, IPv4Address) == (version == 4) else None

    return tell


def ends(connection: Connection, direction: str) -> tuple[Endpoint, Endpoint]:
    """Sender and receiver."""
    client, server = connection.client, connection.server
    return (client, server) if direction == "request" else (server, client)


def seconds(nanoseconds: int | None) -> str | None:
    """Nanoseconds as seconds with nine digits."""
    if nanoseconds is None:
        return None
    whole, rest = divmod(nanoseconds, _SECOND)
    return f"{whole}.{rest:09}"


def tree_of(message: CapturedMessage) -> Share | None:
    """The share, where the header names it: that of an asynchronous message has no TreeId."""
    share = message.share
    return None if share is None or message.data[_FLAGS_PLACE] & _ASYNC else share


#: Fields that only what other messages said can tell.
OF_CONTEXT = frozenset((
    "smb2.tree", "smb2.share_type", "smb2.tcon_frame", "smb2.ioctl.share", "smb2.acct", "smb2.domain", "smb2.host",
    "smb2.auth_frame", "smb2.ioctl.filename", "dcerpc.nt.open_frame",
))  # fmt: skip
#: Fields that are not in a message's bytes -> what tells them; None where nothing is known.
ABOUT: dict[str, Callable[[CapturedMessage], Value]] = {
    "frame.number": lambda message: message.frame_number,
    "frame.time_epoch": lambda message: seconds(message.time_ns),
    "ip.src": _address(4, "src"),
    "ip.dst": _address(4, "dst"),
    "ipv6.src": _address(6, "src"),
    "ipv6.dst": _address(6, "dst"),
    "tcp.srcport": lambda message: ends(message.connection, message.direction)[0].port,
    "tcp.dstport": lambda message: ends(message.connection, message.direction)[1].port,
    "smb2.tree": lambda message: (share := tree_of(message)) and share.path,
    "smb2.share_type": lambda message: (share := tree_of(message)) and share.share_type,
    "smb2.tcon_frame": lambda message: (share := tree_of(message)) and share.frame_number,
    "smb2.ioctl.share": lambda message: message.share and message.share.path,
    "smb2.acct": lambda message: message.user and message.user.account,
    "smb2.domain": lambda message: message.user and message.user.domain,
    "smb2.host": lambda message: message.user and message.user.host,
    "smb2.auth_frame": lambda message: message.user and message.user.frame_number,
    "smb2.ioctl.filename": lambda message: message.file and message.file.name,
    "dcerpc.nt.open_frame": lambda message: message.file and message.file.frame_number,
    "smb2.response_to": lambda message: message.partner if message.direction == "response" else None,
    "smb2.response_in": lambda message: message.partner if message.direction == "request" else None,
    "smb2.time": lambda message: seconds(message.time_since_request),
}  # fmt: skip
