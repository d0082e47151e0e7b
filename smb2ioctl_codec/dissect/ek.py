"""JSON lines in the shape of ``tshark -T ek``: for each packet a line that names an index, and one with its fields.

A field is ``PROTOCOL_FIELD`` with underscores for dots; its value is text, true or false, or null for a mere place;
several values are a list. Unlike tshark's, an object never repeats a key. There are the layers frame, ip or ipv6, tcp
and smb2, this with all messages of the packet; of commands other than IOCTL their headers, and their bodies as bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from json.encoder import encode_basestring_ascii as quoted
from operator import itemgetter
from typing import Any

from smb2ioctl_codec.capture import CapturedMessage, Connection
from smb2ioctl_codec.dissect.captured import Captured, Parts, ends, seconds, tree_of
from smb2ioctl_codec.dissect.carried import REMEMBERED, Payload, is_remembered, leaves_of_payload
from smb2ioctl_codec.dissect.flat import Column
from smb2ioctl_codec.dissect.heads import Head, fixed_names
from smb2ioctl_codec.dissect.leaves import Leaf, leaves
from smb2ioctl_codec.dissect.printed import BOOLEANS, Value, printed
from smb2ioctl_codec.dissect.remembered import LONGEST, MOST, Remembered

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY, _MILLISECOND = 86_400_000_000_000, 1_000_000
#: The first day after the year 9999.
_LAST_DAY = 2_932_897


def ek_lines(packet: Sequence[Captured]) -> str:
    """The two lines of the messages that end in one captured packet."""
    first = packet[0].message
    time_ns = first.time_ns or 0
    smb2 = message_object(packet[0])
    if len(packet) > 1:
        smb2 = f"[{smb2},{','.join([message_object(each) for each in packet[1:]])}]"
    return (
        f'{{"index":{{"_index":"packets-{_day(time_ns // _DAY)}","_type":"doc"}}}}\n'
        f'{{"timestamp":"{time_ns // _MILLISECOND}","layers":{{"frame":{{"frame_frame_number":"{first.frame_number}",'
        f'"frame_frame_time_epoch":"{seconds(time_ns)}"}},{_outer(first.connection, first.direction)},"smb2":{smb2}}}}}'
    )


def message_object(captured: Captured) -> str:
    """The fields of one message as a JSON object."""
    parts = captured.parts()
    if parts is None:
        members = _members(leaves(captured.inspection.root))
    else:
        members = _template(parts.head).members(captured, parts)
    return f"{{{','.join(members)}{_about(captured.message)}}}"


#: Fields that differ from message to message.
_VARYING = ("smb2.msg_id", "smb2.aid", "smb2.fid", "smb2.signature")


class _Template:
    """How the fixed part of one kind of message is written: most of it by looking up what was written before."""

    def __init__(self, head: Head) -> None:
        times = Counter(column.name for column in head.columns)
        alone: dict[int, list[Column]] = {}
        #: fields of which there may be more values
        self.shared: list[Column] = []
        for column in head.columns:
            if times[column.name] == 1 and column.name in head.names:
                alone.setdefault(column.place, []).append(column)
            else:
                self.shared.append(column)
        varying = [index for index, columns in alone.items() if columns[0].name in _VARYING]
        self.varying = [(index, Remembered(_members_of(alone[index]))) for index in varying]
        usual = [index for index in alone if index not in varying]
        self.header = _Group([index for index in usual if index < head.body_start], alone)
        self.body = _Group([index for index in usual if index >= head.body_start], alone)
        shared = sorted({column.place for column in self.shared})
        located = [index for _, *indexes in head.located for index in indexes]
        #: what all of the body's texts and those of shared fields and places are made of, and these
        self.rest_key = itemgetter(*(self.body.indexes + shared + located or [0]))
        self.rest: dict[Any, str] = {}

    def members(self, captured: Captured, parts: Parts) -> list[str]:
        """The members of a message's object."""
        raw, payload = parts.raw, parts.payload
        text: str | None = ""
        if parts.echo or (payload is not None and not is_remembered(payload)):
            text = _text_of(captured.leaves_of(parts))
        elif payload is not None:
            text = _payload(payload)
        texts = [self.header.texts[self.header.key(raw)]]
        for index, known in self.varying:
            texts.append(known[raw[index]])
        if text is None:
            texts.append(self.body.texts[self.body.key(raw)])
            return texts + _members([*self._shared(raw), *parts.places, *captured.leaves_of(parts)])
        key = self.rest_key(raw), parts.tail
        rest = self.rest.get(key)
        rest = rest if rest is not None else self._new_rest(key, parts)
        if rest:  # replies of other commands have nothing but their header
            texts.append(rest)
        if text:
            texts.append(text)
        return texts

    def _new_rest(self, key: Any, parts: Parts) -> str:
        raw = parts.raw
        members = [self.body.texts[self.body.key(raw)], *_members([*self._shared(raw), *parts.places])]
        text = ",".join(filter(None, members))
        if len(text) <= LONGEST:
            if len(self.rest) >= MOST:
                self.rest.clear()
            self.rest[key] = text
        return text

    def _shared(self, raw: tuple[Any, ...]) -> list[Leaf]:
        return [(name, raw[index] if way is None else way(raw[index])) for name, index, way in self.shared]


class _Group:
    """Fields of which the texts are looked up together."""

    def __init__(self, indexes: list[int], columns: dict[int, list[Column]]) -> None:
        self.indexes = indexes
        self.key = itemgetter(*(indexes or [0]))
        makers = [_members_of(columns[index]) for index in indexes]
        self.texts = Remembered(
            lambda raw: ",".join([make(each) for make, each in zip(makers, raw, strict=True)]) if makers else ""
        )  # fmt: skip


@lru_cache(REMEMBERED)
def _payload(payload: Payload) -> str | None:
    return _text_of(leaves_of_payload(payload))


def _text_of(found: list[Leaf]) -> str | None:
    """The members that tell of a payload; None if a message has such fields elsewhere, too."""
    return ",".join(_members(found)) if fixed_names().isdisjoint([name for name, _ in found]) else None


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


def _members(fields: Iterable[Leaf]) -> list[str]:
    found: dict[str, str | list[str]] = {}
    for name, value in fields:
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


_known: dict[tuple[Hashable, bool], str] = {}


def _about(message: CapturedMessage) -> str:
    """What other messages tell, each member with a comma before it."""
    key = message.about, tree_of(message) is None
    told = _known.get(key)  # the same for all that are about the same share, user and file
    if told is None:
        if len(_known) >= MOST:
            _known.clear()
        told = _known[key] = "".join([f",{text}" for text in _of_context(message) if text])
    if message.partner is None:
        return told
    told += f',"smb2_smb2_response_{"to" if message.direction == "response" else "in"}":"{message.partner}"'
    passed = message.time_since_request
    return told if passed is None else f'{told},"smb2_smb2_time":"{seconds(passed)}"'


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


#: Number of a connection -> the connection with this number that was asked for last, and its layers.
_layers: dict[int, tuple[Connection, dict[str, str]]] = {}


def _outer(connection: Connection, direction: str) -> str:
    """The layers of IP and TCP."""
    known = _layers.get(connection.number)
    if known is None or known[0] is not connection:  # telling by identity is much faster than by what it says
        if len(_layers) >= MOST:
            _layers.clear()
        known = connection, {each: _layers_of(connection, each) for each in ("request", "response")}
        _layers[connection.number] = known
    return known[1][direction]


def _layers_of(connection: Connection, direction: str) -> str:
    sender, receiver = ends(connection, direction)
    ip = "ip" if sender.address.version == 4 else "ipv6"
    addresses = _told((f"{ip}.src", str(sender.address)), (f"{ip}.dst", str(receiver.address)))
    ports = _told(("tcp.srcport", sender.port), ("tcp.dstport", receiver.port))
    return f'"{ip}":{{{addresses}}},"tcp":{{{ports}}}'


@lru_cache(MOST)
def _day(day: int) -> str:
    """The date of a day counted from 1970, in UTC; the number itself after the year 9999."""
    return (_EPOCH + timedelta(days=day)).date().isoformat() if day < _LAST_DAY else str(day)
