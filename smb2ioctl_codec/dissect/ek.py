"""JSON lines in the shape of ``tshark -T ek``: for each packet a line that names an index, and one with its fields.

A field is ``PROTOCOL_FIELD`` with underscores for dots; its value is text, true or false, or null for a mere place;
several values are a list. Unlike tshark's, an object never repeats a key. There are the layers frame, ip or ipv6, tcp
and smb2, this with all messages of the packet; of commands other than IOCTL only their headers.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from smb2ioctl_codec.capture import CapturedMessage, Connection
from smb2ioctl_codec.dissect.carried import EXPLAINED, LARGEST_REMEMBERED, REMEMBERED, Payload, leaves_of_payload
from smb2ioctl_codec.dissect.captured import Captured, Parts, ends, seconds, tree_of
from smb2ioctl_codec.dissect.flat import Column
from smb2ioctl_codec.dissect.heads import Head, fixed_names
from smb2ioctl_codec.dissect.leaves import Leaf
from smb2ioctl_codec.dissect.printed import BOOLEANS, Value, printed
from smb2ioctl_codec.dissect.remembered import MOST, Remembered

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND, _MILLISECOND = 1_000_000_000, 1_000_000


def ek_lines(packet: Sequence[Captured]) -> Iterator[str]:
    """The two lines of the messages that end in one captured packet."""
    first = packet[0].message
    time_ns = first.time_ns or 0
    yield f'{{"index":{{"_index":"packets-{_day(time_ns // _SECOND)}","_type":"doc"}}}}'
    smb2 = ",".join([message_object(each) for each in packet])
    if len(packet) > 1:
        smb2 = f"[{smb2}]"
    yield (
        f'{{"timestamp":"{time_ns // _MILLISECOND}","layers":{{"frame":{{"frame_frame_number":"{first.frame_number}",'
        f'"frame_frame_time_epoch":"{seconds(time_ns)}"}},{_outer(first.connection, first.direction)},"smb2":{smb2}}}}}'
    )


def message_object(captured: Captured) -> str:
    """The fields of one message as a JSON object."""
    parts = captured.parts()
    if parts is None:
        members = _members(captured.leaves)
    else:
        members = _template(parts.head).members(captured, parts)
    members += _about(captured.message)
    return f"{{{','.join(members)}}}"


class _Template:
    """How the fixed part of one kind of message is written: most of it by looking up what was written before."""

    def __init__(self, head: Head) -> None:
        times: dict[str, int] = {}
        for column in head.columns:
            times[column.name] = times.get(column.name, 0) + 1
        alone: dict[int, list[Column]] = {}
        #: fields of which there may be more values
        self.shared: list[Column] = []
        for column in head.columns:
            if times[column.name] == 1 and column.name in head.names:
                alone.setdefault(column.place, []).append(column)
            else:
                self.shared.append(column)
        self.texts = [(index, Remembered(_members_of(columns))) for index, columns in alone.items()]
        #: what these and the places of buffers make
        self.usual = Remembered(lambda fixed: ",".join(_members(fixed)))

    def members(self, captured: Captured, parts: Parts) -> list[str]:
        """The members of a message's object."""
        raw, payload = parts.raw, parts.payload
        texts = [texts[raw[index]] for index, texts in self.texts]
        shared = [(name, raw[index] if way is None else way(raw[index])) for name, index, way in self.shared]
        text: str | None = ""
        if payload is not None:
            is_usual = len(payload.data) <= LARGEST_REMEMBERED and payload.ctl_code not in EXPLAINED
            text = _payload(payload) if is_usual else None
        if text is None or parts.echo:
            return texts + _members([*shared, *parts.places, *captured.leaves_of(parts)])
        texts.append(self.usual[(*shared, *parts.places)])
        if text:
            texts.append(text)
        return texts


@lru_cache(REMEMBERED)
def _payload(payload: Payload) -> str | None:
    """The members that tell of a payload; None if a message has such fields elsewhere, too."""
    found = leaves_of_payload(payload)
    return None if any(name in fixed_names() for name, _ in found) else ",".join(_members(found))


@cache
def _template(head: Head) -> _Template:
    return _Template(head)


class _Fields(dict[str, Remembered]):
    """Names of fields -> their values -> the JSON of these."""

    def __missing__(self, name: str) -> Remembered:
        found = self[name] = Remembered(lambda value: _json(name, value))
        return found


_fields = _Fields()


def _members_of(columns: Sequence[Column]) -> Callable[[Any], str]:
    """What makes the members of a field and of its bits, of what struct gave of it."""
    return lambda raw: ",".join(
        f"{_key(name)}:{_json(name, raw if way is None else way(raw))}" for name, _, way in columns
    )


def _members(leaves: Iterable[Leaf]) -> list[str]:
    found: dict[str, str | list[str]] = {}
    for name, value in leaves:
        text = _fields[name][value]
        before = found.get(name)
        if before is None:
            found[name] = text
        elif type(before) is list:
            before.append(text)
        else:
            found[name] = [before, text]  # type: ignore[list-item]
    return [
        f"{_key(name)}:{text}" if type(text) is str else f"{_key(name)}:[{','.join(text)}]"
        for name, text in found.items()
    ]  # fmt: skip


@cache
def _key(name: str) -> str:
    return f'"{name.partition(".")[0]}_{name.replace(".", "_")}"'


def _json(name: str, value: Value) -> str:
    if value is None:
        return "null"
    if value is True or value is False or name in BOOLEANS:
        return "true" if value else "false"
    return quoted(printed(name, value))


# -- what is not in a message's bytes


_known: dict[tuple[Hashable, bool], list[str]] = {}


def _about(message: CapturedMessage) -> list[str]:
    """What other messages tell: the same for all that are about the same share, user and file."""
    key = message.about, tree_of(message) is None
    told = _known.get(key)
    if told is None:
        if len(_known) >= MOST:
            _known.clear()
        told = _known[key] = [text for text in _of_context(message) if text]
    if message.partner is None:
        return told
    told = [*told, f'"smb2_smb2_response_{"to" if message.direction == "response" else "in"}":"{message.partner}"']
    if message.time_since_request is not None:
        told.append(f'"smb2_smb2_time":"{seconds(message.time_since_request)}"')
    return told


def _of_context(message: CapturedMessage) -> Iterator[str]:
    share, tree, user, file = message.share, tree_of(message), message.user, message.file
    if share is not None:
        yield _told(("smb2.ioctl.share", share.path))
    if tree is not None:
        yield _told(
            ("smb2.tree", tree.path), ("smb2.share_type", tree.share_type), ("smb2.tcon_frame", tree.frame_number)
        )  # fmt: skip
    if user is not None:
        yield _told(
            ("smb2.acct", user.account), ("smb2.domain", user.domain), ("smb2.host", user.host),
            ("smb2.auth_frame", user.frame_number),
        )  # fmt: skip
    if file is not None:
        yield _told(("smb2.ioctl.filename", file.name), ("dcerpc.nt.open_frame", file.frame_number))


def _told(*fields: tuple[str, Value]) -> str:
    return ",".join(f"{_key(name)}:{_json(name, value)}" for name, value in fields if value is not None)


@lru_cache(MOST)
def _outer(connection: Connection, direction: str) -> str:
    """The layers of IP and TCP."""
    sender, receiver = ends(connection, direction)
    ip = "ip" if sender.address.version == 4 else "ipv6"
    addresses = _told((f"{ip}.src", str(sender.address)), (f"{ip}.dst", str(receiver.address)))
    ports = _told(("tcp.srcport", sender.port), ("tcp.dstport", receiver.port))
    return f'"{ip}":{{{addresses}}},"tcp":{{{ports}}}'


@lru_cache(MOST)
def _day(time: int) -> str:
    return (_EPOCH + timedelta(seconds=time)).date().isoformat()
