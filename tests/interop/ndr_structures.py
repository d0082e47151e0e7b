"""The structures that Samba's `ndrdump` knows, too: our values of them, and what ndrdump is to print."""

from __future__ import annotations

import dataclasses
import ipaddress
import struct
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from smb2ioctl_codec.payloads import clone, copychunk, dfs, integrity, network, object_ids, offload, ranges, resiliency
from smb2ioctl_codec.schema import Record

from . import ndr_dfs
from .ndrdump import Printed, Value

U64 = (1 << 64) - 1


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """Bytes that one side takes and the other refuses: which they are, why, and some of them."""

    reason: str
    has: Callable[[bytes], bool]
    example: bytes

    def __str__(self) -> str:
        return self.reason


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """A structure by its names for ndrdump, and ours.

    `printed` gives the names and values that ndrdump is to print of one of our values.
    """

    interface: str
    structure: str
    record: Any
    examples: Sequence[Record]
    printed: Callable[[Any], Printed]
    #: taken by us alone; taken by Samba alone
    ours_alone: Difference | None = None
    sambas_alone: Difference | None = None
    #: how many changed examples are tried
    mutants: int = 24

    def __str__(self) -> str:
        return self.structure


def fields(names: str) -> Callable[[Any], Printed]:
    """Print attributes, ``name=attribute`` where Samba has another name; a signed number without its sign."""
    pairs = [(name, attribute or name) for name, _, attribute in (one.partition("=") for one in names.split())]

    def printed(value: Any) -> Printed:
        return [(name, _plain(getattr(value, attribute))) for name, attribute in pairs]

    return printed


def _plain(value: Any) -> Value:
    if isinstance(value, int):
        return value & U64 if value < 0 else int(value)
    return value if isinstance(value, bytes) else str(value)


def _flags(number: int, *names: str) -> Printed:
    """The lines of single bits, from bit 0 on."""
    return [(name, number >> bit & 1) for bit, name in enumerate(names)]


def _array(name: str, data: bytes) -> Printed:
    return [(name, data)] if data else []


_chunk = fields("source_off=source_offset target_off=target_offset length reserved")
_trim_range = fields("off=offset len=length")


def _copy(value: copychunk.CopyChunkCopy) -> Printed:
    head: Printed = [
        ("source_key", value.source_key), ("chunk_count", len(value.chunks)), ("reserved", value.reserved),
    ]  # fmt: skip
    return head + [line for chunk in value.chunks for line in _chunk(chunk)]


def _resume_key(value: copychunk.ResumeKey) -> Printed:
    """To Samba, the context is four bytes, whatever ContextLength says; what follows is left over."""
    head: Printed = [("resume_key", value.resume_key), ("context_len", value.context_length)]
    return [*head, ("context", value.context[:4])]


def _trim(value: ranges.FileLevelTrim) -> Printed:
    head: Printed = [("key", value.key), ("num_ranges", len(value.ranges))]
    return head + [line for one in value.ranges for line in _trim_range(one)]


def _duplicate(value: clone.DuplicateExtents) -> Printed:
    rest = fields("source_off=source_file_offset target_off=target_file_offset byte_count")
    return [("source_fid", value.source_file_id.encode()), *rest(value)]


def _sized(size: int, names: str) -> Callable[[Any], Printed]:
    """Print Size, which our values do not have, and attributes."""
    return lambda value: [("size", size), *fields(names)(value)]


def _token(token: offload.StorageOffloadToken) -> Printed:
    """Samba's description says little-endian, and that the identifier is as long as it says ([MS-FSCC] 2.1.11)."""
    raw = token.encode()
    kind, length = (int.from_bytes(raw[at : at + size], "little") for at, size in ((0, 4), (6, 2)))
    return [("token_type", kind), ("reserved", raw[4:6]), ("token_id_len", length), *_array("token", raw[8:][:length])]


def _offload_read(value: offload.OffloadReadOutput) -> Printed:
    length: Printed = [("xfer_length", value.transfer_length)]
    return [("size", 528), *_offload_flags(value.flags), *length, *_token(value.token)]


def _offload_flags(flags: int) -> Printed:
    """Samba's names of the bits differ from the document's, and it prints them of either direction's flags."""
    return [("flags", flags), *_flags(
        flags, "OFFLOAD_READ_FLAG_FILE_TOO_SMALL", "OFFLOAD_READ_FLAG_ALL_ZERO_BEYOND_RANGE",
        "OFFLOAD_READ_FLAG_CANNOT_OFFLOAD_BEYOND_RANGE",
    )]  # fmt: skip


def _offload_write(value: offload.OffloadWriteInput) -> Printed:
    rest = fields("file_offset copy_length xfer_offset=transfer_offset")
    return [("size", 544), *_offload_flags(value.flags), *rest(value), *_token(value.token)]


def _interfaces(value: network.NetworkInterfaceInfos) -> Printed:
    printed: Printed = []
    for place, one in enumerate(value.interfaces, 1):
        printed += [("next", None)] if place == len(value.interfaces) else []
        printed += [("ifindex", one.if_index), ("capability", one.capability)]
        printed += _flags(one.capability, "FSCTL_NET_IFACE_RSS_CAPABLE", "FSCTL_NET_IFACE_RDMA_CAPABLE")
        printed += [("reserved", one.reserved), ("linkspeed", one.link_speed)]
        printed += _address(one.sock_addr_storage)
    return printed


def _address(storage: Any) -> Printed:
    if isinstance(storage, network.SockaddrIn):
        reserved = int.from_bytes(storage.reserved, "little")
        return [("family", 2), ("port", storage.port), ("ipv4", str(storage.address)), ("reserved", reserved)]
    long = storage.address.exploded
    return [
        ("family", 23), ("port", storage.port), ("flowinfo", storage.flow_info), ("ipv6", long),
        ("scopeid", storage.scope_id),
    ]  # fmt: skip


def _object_id(value: object_ids.FileObjectIdBuffer) -> Printed:
    return fields("id=object_id birthVolumeId=birth_volume_id initialObjectId=birth_object_id domainId=domain_id")(
        value
    )


KEY = bytes(range(24))
CHUNKS = (copychunk.CopyChunk(0, 1 << 63, 1), copychunk.CopyChunk(0x0102030405060708, U64, 0x090A0B0C, 0x0D0E0F10))
FILE_ID = clone.SourceFileId(0x1122334455667788, 0x99AABBCCDDEEFF00)
#: A token of Samba's kind: as Samba would write one whose identifier fills it.
TOKEN = offload.StorageOffloadToken.decode(b"\x01\0\xff\xff\0\0\xf8\x01" + bytes(range(252)) * 2)
IPV4 = network.SockaddrIn(ipaddress.IPv4Address("192.0.2.1"))
IPV6 = network.SockaddrIn6(ipaddress.IPv6Address("2001:db8::1:2"))
Interface = network.NetworkInterfaceInfo


def size_is_not(size: int, token_at: int | None = None) -> Difference:
    """Size must have its value by the document, and the token 512 bytes; to Samba, both are what they are."""

    def has(data: bytes) -> bool:
        return int.from_bytes(data[:4], "little") != size or (token_at is not None and token_ends(token_at).has(data))

    return Difference("to Samba, Size may be any number", has, struct.pack("<I", size + 1) + bytes(size - 4))


def token_ends(start: int) -> Difference:
    """By the document, a token is 512 bytes; Samba's ends with its identifier."""
    example = bytes(start) + TOKEN.encode()[:6] + b"\x08\0" + bytes(8)
    return Difference("Samba's token ends with its identifier", lambda data: len(data) < start + 512, example)


def token_longer_than(start: int) -> Difference:
    """By the document, TokenIdLength is big-endian, and the token is not to be looked into; Samba trusts it."""

    def has(data: bytes) -> bool:
        return start + 8 + int.from_bytes(data[start + 6 : start + 8], "little") > len(data)

    head = struct.pack("<I", {0: 0, 16: 528, 32: 544}[start])[: 4 if start else 0]
    example = head + bytes(start - len(head)) + TOKEN.encode()[:6] + b"\xf9\x01" + bytes(504)
    return Difference("Samba's token ends with its identifier", has, example)


def has_other_family(data: bytes) -> bool:
    """Whether a list of interfaces has an address that is neither IPv4 nor IPv6."""
    start = 0
    while True:
        following, family = struct.unpack_from("<I20xH", data, start)
        if family not in (2, 23):
            return True
        if not following:
            return False
        start += following


KNOWN = [
    Known("copychunk", "srv_copychunk_copy", copychunk.CopyChunkCopy,
          [copychunk.CopyChunkCopy(KEY), copychunk.CopyChunkCopy(KEY, CHUNKS, reserved=7),
           copychunk.CopyChunkCopy(KEY, CHUNKS * 128)], _copy),
    Known("copychunk", "srv_copychunk_rsp", copychunk.CopyChunkResponse,
          [copychunk.CopyChunkResponse(1, 2, 0xFFFFFFFF), copychunk.CopyChunkLimits()],
          fields("chunks_written chunk_bytes_written total_bytes_written")),
    Known("copychunk", "req_resume_key_rsp", copychunk.ResumeKey, [copychunk.ResumeKey(KEY)], _resume_key,
          ours_alone=Difference("to Samba, four bytes of context must be there", lambda data: len(data) < 32,
                                copychunk.ResumeKey(KEY, b"").encode())),
    Known("compression", "compression_state", integrity.CompressionState,
          [integrity.CompressionState(one) for one in integrity.CompressionFormat],
          fields("format=compression_state")),
    Known("resiliency", "network_resiliency_request", resiliency.NetworkResiliencyRequest,
          [resiliency.NetworkResiliencyRequest(120_000, reserved=0x01020304)],
          fields("timeout reserved")),
    Known("trim", "fsctl_file_level_trim_req", ranges.FileLevelTrim,
          [ranges.FileLevelTrim(()), ranges.FileLevelTrim(
              (ranges.FileLevelTrimRange(1 << 40, 2), ranges.FileLevelTrimRange(U64, 3)), key=5)], _trim),
    Known("trim", "fsctl_file_level_trim_rsp", ranges.FileLevelTrimOutput, [ranges.FileLevelTrimOutput(0x01020304)],
          fields("num_ranges_processed")),
    Known("sparse", "fsctl_query_alloced_ranges_req", ranges.QueryAllocatedRanges,
          [ranges.QueryAllocatedRanges(1 << 40, 2), ranges.QueryAllocatedRanges(-1, -2)],
          fields("file_off=file_offset len=length")),
    Known("sparse", "fsctl_query_alloced_ranges_rsp", ranges.FileAllocatedRanges,
          [ranges.FileAllocatedRanges((ranges.FileAllocatedRange(1, 2), ranges.FileAllocatedRange(1 << 40, -1)))],
          lambda value: [("far_buf_array", value.encode())],
          sambas_alone=Difference("to Samba, the ranges are a blob", lambda data: len(data) % 16 > 0, bytes(17))),
    Known("sparse", "fsctl_set_zero_data_req", ranges.FileZeroDataInformation,
          [ranges.FileZeroDataInformation(1, 1 << 40), ranges.FileZeroDataInformation(-1, -2)],
          fields("file_off=file_offset beyond_final_zero")),
    Known("copychunk", "fsctl_dup_extents_to_file", clone.DuplicateExtents,
          [clone.DuplicateExtents(FILE_ID, 1 << 40, -1, 3)], _duplicate),
    Known("copychunk", "fsctl_offload_read_input", offload.OffloadReadInput,
          [offload.OffloadReadInput(1 << 40, U64, 3, flags=4, reserved=5)],
          _sized(32, "flags token_time_to_live reserved file_offset length=copy_length"),
          sambas_alone=size_is_not(32)),
    Known("copychunk", "storage_offload_token", offload.StorageOffloadToken, [TOKEN], _token,
          ours_alone=token_longer_than(0), sambas_alone=token_ends(0)),
    Known("copychunk", "fsctl_offload_read_output", offload.OffloadReadOutput,
          [offload.OffloadReadOutput(TOKEN, 1 << 40, flags=6)], _offload_read,
          ours_alone=token_longer_than(16), sambas_alone=size_is_not(528, token_at=16)),
    Known("copychunk", "fsctl_offload_write_input", offload.OffloadWriteInput,
          [offload.OffloadWriteInput(TOKEN, 1 << 40, 2, 3, flags=4)], _offload_write,
          ours_alone=token_longer_than(32), sambas_alone=size_is_not(544, token_at=32)),
    Known("copychunk", "fsctl_offload_write_output", offload.OffloadWriteOutput,
          [offload.OffloadWriteOutput(1 << 40, flags=3)],
          _sized(16, "flags length_written"),
          sambas_alone=size_is_not(16)),
    Known("fscc", "fscc_FileObjectIdBuffer_2", object_ids.FileObjectIdBuffer,
          [object_ids.FileObjectIdBuffer(*(uuid.UUID(int=one << 100 | one) for one in (1, 2, 3, 4)))], _object_id),
    Known("netinterface", "fsctl_net_iface_info", network.NetworkInterfaceInfos,
          [network.NetworkInterfaceInfos((Interface(1, 10**10, IPV4, 3),)),
           network.NetworkInterfaceInfos(
               (Interface(1, 10**9, IPV4, 1), Interface(1, 1, IPV6), Interface(2, U64, IPV4)))],
          _interfaces,
          ours_alone=Difference("Samba knows two families of addresses", has_other_family,
                                network.NetworkInterfaceInfos((Interface(1, 1, bytes(128)),)).encode())),
    Known("dfsblobs", "dfs_GetDFSReferral_in", dfs.ReferralRequest,
          [dfs.ReferralRequest(4, r"\server\root\link"), dfs.ReferralRequest(3, "")], ndr_dfs.request,
          ours_alone=Difference("to Samba there must be a path", lambda data: len(data) == 2, b"\4\0")),
    Known("dfsblobs", "dfs_referral_resp", dfs.ReferralReply, ndr_dfs.TARGETS, ndr_dfs.reply,
          sambas_alone=Difference("Samba does not ask for all that must hold", ndr_dfs.is_loose,
                                  struct.pack("<HHIH", 0, 1, 0, 5)), mutants=80),
    # To Samba a list of names goes on to the end of the bytes or to an empty one, whatever its number is said to be.
    Known("dfsblobs", "dfs_referral_resp", dfs.ReferralReply, ndr_dfs.NAME_LISTS, ndr_dfs.reply, mutants=0),
]  # fmt: skip
