"""What is measured: each job in both directions, done by the codec, by the yardstick and by construct."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads.dfs import ReferralRequest
from smb2ioctl_codec.payloads.snapshots import SnapshotArray, time_token
from smb2ioctl_codec.schema.wire import to_wire

from .timing import Way
from .yardstick import decode, encode, values


@dataclass(frozen=True)
class Case:
    """One direction of a job, and the three ways to do it."""

    name: str
    codec: Way
    yardstick: Way
    construct: Way


@dataclass(frozen=True)
class Job:
    """A structure, and the yardstick's functions for it.

    Attributes:
        name: what the table calls it.
        value: the value that is encoded; its bytes are decoded.
        decode, encode: by hand.
    """

    name: str
    value: Any
    decode: Callable[[Any], Any]
    encode: Callable[[Any], bytes]

    @property
    def data(self) -> bytes:
        """The bytes of the value."""
        data: bytes = self.value.encode()
        return data

    @property
    def codec_decode(self) -> Callable[[Any], Any]:
        """The codec's function, asked for after the first use, which compiles it."""
        type(self.value).decode(self.data)
        return type(self.value).decode  # type: ignore[no-any-return]

    def cases(self) -> tuple[Case, Case]:
        """Decode and encode."""
        data, value, (parse, build, wire) = self.data, self.value, _by_construct(self.value)
        decoding = Case(f"decode {self.name}", Way(self.codec_decode, data), Way(self.decode, data), Way(parse, data))
        by_codec, by_hand = Way(type(value).encode, value), Way(self.encode, as_by_hand(value))
        return decoding, Case(f"encode {self.name}", by_codec, by_hand, Way(build, wire))


def _by_construct(value: Any) -> tuple[Callable[[Any], Any], Callable[[Any], bytes], Any]:
    """What parses and builds with the schema alone, and what it builds from."""
    if not isinstance(value, s2.Packet):
        return value.SCHEMA.parse, value.SCHEMA.build, to_wire(value)
    header, body = type(value.header).SCHEMA, type(value.body).SCHEMA  # type: ignore[union-attr]

    def parse(data: bytes) -> tuple[Any, Any]:
        return header.parse(data[:64]), body.parse(data[64:])

    def build(wire: tuple[Any, Any]) -> bytes:
        return header.build(wire[0]) + body.build(wire[1])  # type: ignore[no-any-return]

    return parse, build, (to_wire(value.header), to_wire(value.body))


def snapshots(count: int) -> SnapshotArray:
    """An array of `count` labels, an hour apart."""
    newest = datetime(2026, 11, 22, 17, 47, 43, tzinfo=UTC)
    return SnapshotArray(tuple(time_token(newest - timedelta(hours=hour)) for hour in range(count)))


def snapshot_job(count: int) -> Job:
    """The job of `count` labels."""
    return Job(f"snapshots {count}", snapshots(count), decode.decode_snapshots, encode.encode_snapshots)


def jobs() -> tuple[Job, ...]:
    """The jobs that have limits."""
    path = ReferralRequest(4, r"\server.example.com\share\folder")
    request = s2.IoctlRequest.of(path, max_output_response=4096)
    reply = s2.IoctlResponse(s2.CtlCode.FSCTL_PIPE_TRANSCEIVE, s2.FileId(0x11, 0x22), bytes(range(200)))
    header = s2.Header(message_id=7, tree_id=3, session_id=0x1122334455667788, credit_charge=1, credits=31)
    return (
        Job("request", request, decode.decode_request, encode.encode_request),
        Job("reply", reply, decode.decode_reply, encode.encode_reply),
        Job("header + request", s2.Packet(header, request), decode.decode_packet, encode.encode_packet),
        Job("DFS request", path, decode.decode_referral_request, encode.encode_referral_request),
        snapshot_job(1),
        snapshot_job(100),
        snapshot_job(1000),
    )


def as_by_hand(value: Any) -> Any:
    """A value of the codec as the yardstick's value of the same fields; anything else as it is."""
    kind = _BY_HAND.get(type(value))
    return value if kind is None else kind(*(as_by_hand(getattr(value, field.name)) for field in fields(kind)))


_BY_HAND: dict[type, Any] = {
    s2.FileId: values.FileId,
    s2.ForeignHeader: values.ForeignHeader,
    s2.Header: values.Header,
    s2.IoctlRequest: values.Request,
    s2.IoctlResponse: values.Reply,
    s2.Packet: values.Packet,
    ReferralRequest: values.ReferralRequest,
    SnapshotArray: values.SnapshotArray,
}
