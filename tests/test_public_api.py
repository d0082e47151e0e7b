"""What users see: names, signatures, docstrings, reprs, errors, and what an import loads."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from types import ModuleType
from typing import Any

import pytest
from samples import pdus, request
from values import EXAMPLES

import smb2ioctl_codec as s2
from smb2ioctl_codec import errors, server
from smb2ioctl_codec.payloads import dfs, registry, rows, snapshots
from smb2ioctl_codec.rules import MS_SMB2, SAMBA_3_6, WIRE

PACKAGE = "smb2ioctl_codec"
MODULES = (s2, s2.rules, s2.payloads, dfs, registry, snapshots, server)


def parameters(function: Any) -> list[tuple[Any, ...]]:
    """Names and defaults of a function's parameters; a star before those that take keywords alone."""
    found = []
    for parameter in inspect.signature(function).parameters.values():
        star = "*" if parameter.kind is inspect.Parameter.KEYWORD_ONLY else ""
        default = () if parameter.default is inspect.Parameter.empty else (parameter.default,)
        found.append((star + parameter.name, *default))
    return found


SIGNATURES: list[tuple[Any, list[tuple[Any, ...]]]] = [
    (s2.CtlCode.from_parts, [("device",), ("function",), ("access",), ("method",)]),
    (s2.FileId, [("persistent",), ("volatile",)]),
    (s2.FileId.decode, [("data",)]),
    (s2.IoctlRequest.decode, [("data",), ("rules", SAMBA_3_6)]),
    (s2.IoctlRequest.encode, [("self",)]),
    (s2.IoctlRequest.payload, [("self",), ("kind", None)]),
    (s2.IoctlRequest.of, [
        ("payload",), ("*file_id", s2.FileId.NONE), ("*max_output_response", 0), ("*ctl_code", None),
    ]),
    (s2.IoctlResponse.decode, [("data",)]),
    (s2.IoctlResponse.encode, [("self",)]),
    (s2.IoctlResponse.payload, [
        ("self",), ("request", None), ("status", s2.NtStatus.SUCCESS), ("*kind", None),
    ]),
    (s2.IoctlResponse.of, [("payload",), ("*file_id", s2.FileId.NONE), ("*ctl_code", None)]),
    (s2.ErrorResponse.decode, [("data",)]),
    (s2.ErrorResponse.encode, [("self",)]),
    (s2.ErrorResponse.of, [("contexts",)]),
    (s2.ErrorResponse.contexts, [("self",)]),
    (s2.decode_response, [("body",), ("status",), ("ctl_code", None)]),
    (s2.Header.decode, [("data",)]),
    (s2.Header.encode, [("self",)]),
    (s2.Packet, [("header",), ("body",)]),
    (s2.Packet.decode, [("message",), ("rules", WIRE)]),
    (s2.Packet.encode, [("self",)]),
    (s2.decode_chain, [("data",)]),
    (s2.encode_chain, [("packets",), ("*pad_last", False)]),
    (s2.iter_frames, [("stream_bytes",), ("*max_length", 0xFFFFFF)]),
    (s2.encode_frame, [("message",)]),
    (dfs.ReferralRequest, [("max_referral_level",), ("request_file_name",), ("terminator", "\0")]),
    (dfs.ReferralRequest.decode, [("data",)]),
    (snapshots.SnapshotArray.decode, [("data",)]),
    (snapshots.token_time, [("token",)]),
    (snapshots.time_token, [("moment",)]),
    (registry.lookup, [("ctl_code",)]),
    (s2.check_request, [("body",), ("rules", SAMBA_3_6), ("*related", False)]),
    (s2.Violation, [("rule",), ("path",), ("offset",), ("message",)]),
    (server.respond, [("body",), ("backend",), ("*share",), ("*dfs_enabled", True), ("*related", False)]),
    (server.Reply, [("status",), ("body",)]),
    (server.Reply.encode, [("self",)]),
    (server.Open, [("is_pipe",)]),
    (server.Backend.find_open, [("self",), ("file_id",)]),
    (server.Backend.referrals, [("self",), ("path",), ("max_level",)]),
    (server.Backend.pipe_write, [("self",), ("open",), ("data",)]),
    (server.Backend.pipe_read, [("self",), ("open",), ("max_bytes",)]),
    (server.Backend.snapshots, [("self",), ("open",)]),
    (s2.StatusError, [("status",)]),
    (s2.layout, [("record_type",)]),
]  # fmt: skip


@pytest.mark.parametrize(("function", "expected"), SIGNATURES, ids=lambda case: getattr(case, "__qualname__", ""))
def test_signatures(function: Any, expected: list[tuple[Any, ...]]) -> None:
    assert parameters(function) == expected


def test_signatures_are_the_same_before_and_after_the_first_use() -> None:
    program = """
import inspect
import smb2ioctl_codec as s2
from smb2ioctl_codec.payloads import dfs, snapshots
kinds = [s2.FileId, s2.Header, s2.IoctlRequest, s2.IoctlResponse, s2.ErrorResponse, s2.Packet, dfs.ReferralRequest,
         snapshots.SnapshotArray]
def seen():
    return [[(p.name, p.kind, p.default) for p in inspect.signature(getattr(kind, name)).parameters.values()]
            for kind in kinds for name in ("decode", "encode")]
def told():
    return [inspect.getdoc(getattr(kind, name)) for kind in kinds for name in ("decode", "encode")]
before = seen(), told()
assert all(before[1])
for kind in kinds:
    try:
        kind.decode(b"")
    except s2.DecodeError:
        pass
dfs.ReferralRequest.decode(s2.FileId.NONE.encode()[:2]).encode()
s2.IoctlRequest(5, s2.FileId.NONE).encode()
s2.Packet(s2.Header(), s2.IoctlRequest(5, s2.FileId.NONE)).encode()
s2.IoctlResponse(5, s2.FileId.NONE).encode(), s2.ErrorResponse().encode(), snapshots.SnapshotArray().encode()
assert (seen(), told()) == before
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_fields_have_the_names_of_the_document() -> None:
    required = {"ctl_code", "file_id", "input", "max_output_response"}
    assert required <= {field.name for field in fields(s2.IoctlRequest)}
    asked = s2.IoctlRequest(
        ctl_code=s2.CtlCode.FSCTL_PIPE_TRANSCEIVE, file_id=s2.FileId(1, 1), input=b"x", max_output_response=4096
    )
    assert asked.encode() == request(0x0011C017, b"x", persistent=1, volatile=1)
    code = s2.CtlCode(0x00144064)
    assert code is s2.CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS
    assert s2.CtlCode.from_parts(code.device, code.function, code.access, code.method) is code
    status = s2.NtStatus(0xC000000D)
    assert (status, status.is_error, status.is_warning) == (s2.NtStatus.INVALID_PARAMETER, True, False)
    row = registry.lookup(code)
    assert (row.name, row.request, row.response, row.needs_no_handle) == (
        code.name,
        None,
        snapshots.SnapshotArray,
        False,
    )
    assert isinstance(row.section, str)
    assert tuple(server.Share) == (server.Share.IPC, server.Share.DISK)


def test_all_names_what_there_is() -> None:
    for module in MODULES:
        for name in getattr(module, "__all__", ()):
            assert getattr(module, name) is not None, f"{module.__name__}.{name}"
    assert set(s2.__all__) >= {
        "CodecError", "CtlCode", "DecodeError", "EncodeError", "ErrorResponse", "FileId", "Header", "IoctlRequest",
        "IoctlResponse", "NtStatus", "Packet", "StatusError", "Violation", "check_request", "decode_chain",
        "decode_response", "inspect", "iter_frames", "layout", "payloads", "rules", "server",
    }  # fmt: skip
    assert s2.__version__.count(".") == 2


def public() -> Iterator[tuple[str, Any]]:
    """Give every public function, class, method and property of the package that its public modules hold."""
    seen = set()
    for module in MODULES:
        names = getattr(module, "__all__", None)
        for name in names or [name for name in vars(module) if not name.startswith("_")]:
            thing = getattr(module, name)
            home = getattr(thing, "__module__", "")
            if isinstance(thing, ModuleType) or not home.startswith(PACKAGE if names else module.__name__):
                continue
            if (inspect.isclass(thing) or inspect.isroutine(thing)) and id(thing) not in seen:
                seen.add(id(thing))
                yield f"{module.__name__}.{name}", thing
                yield from members(f"{module.__name__}.{name}", thing)


def members(place: str, thing: Any) -> Iterator[tuple[str, Any]]:
    """Give the public methods and properties of a class that the package defines."""
    if not inspect.isclass(thing):
        return
    own = {name for base in thing.__mro__ if base.__module__.startswith(PACKAGE) for name in vars(base)}
    for name in sorted(own):
        member = inspect.getattr_static(thing, name)
        if isinstance(member, property):
            yield f"{place}.{name}", member
        elif not name.startswith("_") and inspect.isroutine(getattr(thing, name)):
            yield f"{place}.{name}", getattr(thing, name)


PUBLIC = list(public())


@pytest.mark.parametrize(("place", "thing"), PUBLIC, ids=[place for place, _ in PUBLIC])
def test_everything_public_is_documented(place: str, thing: Any) -> None:
    text = inspect.getdoc(thing)
    assert text, place
    generated = f"{getattr(thing, '__name__', '')}("  # what dataclasses write where nobody else has
    assert not text.startswith(generated), place
    assert text.splitlines()[0].rstrip().endswith((".", ":", ",")) or len(text.splitlines()) > 1, place


@pytest.mark.parametrize(("place", "thing"), PUBLIC, ids=[place for place, _ in PUBLIC])
def test_no_construct_object_is_in_a_signature(place: str, thing: Any) -> None:
    function: Any = thing.fget if isinstance(thing, property) else thing
    try:
        signature = inspect.signature(function)
    except ValueError:  # an enum's
        return
    for parameter in signature.parameters.values():
        assert "construct" not in f"{parameter.annotation} {type(parameter.default).__module__}", place
    assert "construct" not in str(signature.return_annotation), place


def test_no_construct_object_is_in_a_value() -> None:
    def modules(value: Any) -> Iterator[str]:
        for kind in type(value).__mro__:
            yield kind.__module__.partition(".")[0]
        for field in fields(value) if hasattr(value, "__dataclass_fields__") else ():
            yield from modules(getattr(value, field.name))
        if isinstance(value, tuple):
            for item in value:
                yield from modules(item)

    things = [*EXAMPLES, *s2.check_request(b""), *s2.layout(s2.IoctlRequest), registry.lookup(0x00060194), *SAMBA_3_6]
    assert {module for thing in things for module in modules(thing)} <= {"builtins", "enum", PACKAGE}


# -- reprs


@pytest.mark.parametrize("pcap", sorted({pdu.pcap for pdu in pdus()}))
def test_reprs_of_recorded_messages_paste_back(pcap: str) -> None:
    names = dict(vars(s2))
    pasted = 0
    for pdu in pdus():
        if pdu.pcap != pcap:
            continue
        try:
            packet = s2.Packet.decode(pdu.message)
        except s2.DecodeError:
            continue
        again = eval(repr(packet), names)
        assert again == packet
        assert again.encode() == pdu.message
        pasted += 1
    assert pasted


@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_reprs_of_examples_paste_back(value: Any) -> None:
    names = {**vars(server), **vars(dfs), **vars(snapshots), **vars(s2)}
    assert eval(repr(value), names) == value


def test_other_reprs_paste_back() -> None:
    names = {**vars(s2), **vars(rows), **vars(s2.rules), "rules": s2.rules}
    things = [*s2.check_request(b""), registry.lookup(0x00060194), *MS_SMB2, MS_SMB2, *s2.HeaderFlags]
    things += [s2.CtlCode(0x12345678), s2.NtStatus(0xC0000999), s2.Command(77), s2.ErrorId(5), s2.Protocol.SMB1]
    for thing in things:
        pasted = repr(thing)
        if isinstance(thing, s2.HeaderFlags):
            pasted = str(thing)
        assert eval(pasted, names) == thing


# -- layout tables


def test_the_layout_of_a_request() -> None:
    rows = s2.layout(s2.IoctlRequest)
    assert [(row.name, row.offset, row.size) for row in rows] == [
        ("structure_size", 0, 2), ("reserved", 2, 2), ("ctl_code", 4, 4), ("file_id", 8, 16), ("input_offset", 24, 4),
        ("input_count", 28, 4), ("max_input_response", 32, 4), ("output_offset", 36, 4), ("output_count", 40, 4),
        ("max_output_response", 44, 4), ("flags", 48, 4), ("reserved2", 52, 4), ("input", None, None),
        ("slack", None, None),
    ]  # fmt: skip
    by_name = {row.name: row for row in rows}
    assert by_name["structure_size"].role == "const"
    assert by_name["structure_size"].doc.startswith("57")
    assert (by_name["input_offset"].role, by_name["input_count"].role) == ("offset-of input", "size-of input")
    assert (by_name["reserved"].role, by_name["ctl_code"].type, by_name["file_id"].type) == (
        "reserved", "CtlCode", "FileId",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        (s2.Header, [4, 2, 2, 4, 2, 2, 4, 4, 8, 8, 4, 4, 8, 16]),
        (s2.ForeignHeader, [4]),
        (s2.FileId, [8, 8]),
        (s2.IoctlResponse, [2, 2, 4, 16, 4, 4, 4, 4, 4, 4, None, None, None]),
        (s2.ErrorResponse, [2, 1, 1, 4, None, None]),
        (s2.ErrorContext, [4, 4, None]),
        (dfs.ReferralRequest, [2, None]),
        (snapshots.SnapshotArray, [4, 4, 4, None, None]),
    ],
)
def test_sizes_of_layouts(kind: Any, sizes: list[int | None]) -> None:
    rows = s2.layout(kind)
    assert [row.size for row in rows] == sizes
    assert all(row.name and row.type and row.role for row in rows)


# -- errors


def test_the_family_of_errors() -> None:
    assert issubclass(s2.CodecError, ValueError)
    assert issubclass(s2.DecodeError, s2.CodecError)
    assert issubclass(s2.EncodeError, s2.CodecError)
    assert not issubclass(s2.StatusError, s2.CodecError)
    assert errors.DecodeError is s2.DecodeError
    assert s2.StatusError(s2.NtStatus.NOT_FOUND).status is s2.NtStatus.NOT_FOUND


def test_an_error_says_everything_in_one_line() -> None:
    error = s2.DecodeError(
        "cut short", path="A.b", offset=12, needed=5, available=3, limit="A.size", rule="r-1",
        status=s2.NtStatus.INVALID_PARAMETER,
    )  # fmt: skip
    assert str(error) == (
        "A.b at offset 12: cut short (needed 5, available 3; limit set by A.size; rule r-1; status INVALID_PARAMETER)"
    )
    assert str(s2.EncodeError("wrong", path="A.b")) == "A.b: wrong"
    assert str(s2.EncodeError("wrong")) == "wrong"
    assert str(s2.DecodeError("wrong", offset=0)) == "at offset 0: wrong"


@pytest.mark.parametrize("kind", [s2.CodecError, s2.DecodeError, s2.EncodeError])
def test_errors_are_pickled_with_all_they_know(kind: type[s2.CodecError]) -> None:
    notes = {
        "path": "A.b",
        "offset": 1,
        "needed": 2,
        "available": 1,
        "limit": "A.c",
        "rule": "r",
        "status": s2.NtStatus(5),
    }
    error = kind("reason", **notes)  # type: ignore[arg-type]
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert vars(again) == vars(error) == {"reason": "reason", **notes}
    assert str(again) == str(error)


# -- what an import loads


def test_what_an_import_loads() -> None:
    """The core and construct; payloads, the server side and whatever else comes on demand."""
    program = """
import sys
import smb2ioctl_codec as s2
loaded = {name.removeprefix("smb2ioctl_codec.") for name in sys.modules if name.startswith("smb2ioctl_codec.")}
parts = {name.partition(".")[0] for name in loaded}
assert parts <= {"_openenum", "ctl_code", "errors", "ntstatus", "schema", "payloads", "rules", "messages"}, parts
assert {name for name in loaded if name.startswith("payloads.")} == {"payloads.registry"}, loaded
strangers = {"hypothesis", "rich", "scapy", "impacket", "server"} & {name.partition(".")[0] for name in sys.modules}
assert not strangers, strangers
s2.IoctlRequest(5, s2.FileId.NONE).encode()
s2.Packet.decode(s2.Packet(s2.Header(), s2.IoctlRequest(5, s2.FileId.NONE)).encode())
assert "smb2ioctl_codec.server" not in sys.modules
assert "smb2ioctl_codec.payloads.dfs" not in sys.modules
assert s2.server.respond is sys.modules["smb2ioctl_codec.server"].respond
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=60)
