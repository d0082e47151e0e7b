"""A file as smbprotocol's classes read it, and what its users do with what they get."""

from __future__ import annotations

from typing import Any

from smbprotocol import change_notify, connection, dfs, ioctl, session, tree
from smbprotocol import open as file
from smbprotocol.exceptions import SMB2ErrorResponse, SMBResponseException
from smbprotocol.header import Commands, NtStatus, Smb2Flags, SMB2HeaderAsync, SMB2HeaderRequest, SMB2HeaderResponse
from smbprotocol.ioctl import CtlCode, SMB2NetworkInterfaceInfo
from smbprotocol.reparse_point import ReparseDataBuffer, ReparseTags, SymbolicLinkReparseDataBuffer
from smbprotocol.structure import FlagField, Structure

from .peer_limits import attempt

#: Where a link is that a reply is about.
_LINK = "\\\\server\\share\\folder\\link"

#: The structures of a command: what a client sends, and what a server answers.
_BODIES: dict[int, tuple[Any, Any]] = {
    Commands.SMB2_NEGOTIATE: (connection.SMB2NegotiateRequest, connection.SMB2NegotiateResponse),
    Commands.SMB2_SESSION_SETUP: (session.SMB2SessionSetupRequest, session.SMB2SessionSetupResponse),
    Commands.SMB2_LOGOFF: (session.SMB2Logoff, session.SMB2Logoff),
    Commands.SMB2_TREE_CONNECT: (tree.SMB2TreeConnectRequest, tree.SMB2TreeConnectResponse),
    Commands.SMB2_TREE_DISCONNECT: (tree.SMB2TreeDisconnect, tree.SMB2TreeDisconnect),
    Commands.SMB2_CREATE: (file.SMB2CreateRequest, file.SMB2CreateResponse),
    Commands.SMB2_CLOSE: (file.SMB2CloseRequest, file.SMB2CloseResponse),
    Commands.SMB2_FLUSH: (file.SMB2FlushRequest, file.SMB2FlushResponse),
    Commands.SMB2_READ: (file.SMB2ReadRequest, file.SMB2ReadResponse),
    Commands.SMB2_WRITE: (file.SMB2WriteRequest, file.SMB2WriteResponse),
    Commands.SMB2_LOCK: (file.SMB2LockRequest, file.SMB2LockResponse),
    Commands.SMB2_IOCTL: (ioctl.SMB2IOCTLRequest, ioctl.SMB2IOCTLResponse),
    Commands.SMB2_ECHO: (connection.SMB2Echo, connection.SMB2Echo),
    Commands.SMB2_QUERY_DIRECTORY: (file.SMB2QueryDirectoryRequest, file.SMB2QueryDirectoryResponse),
    Commands.SMB2_CHANGE_NOTIFY: (change_notify.SMB2ChangeNotifyRequest, change_notify.SMB2ChangeNotifyResponse),
    Commands.SMB2_QUERY_INFO: (file.SMB2QueryInfoRequest, file.SMB2QueryInfoResponse),
    Commands.SMB2_SET_INFO: (file.SMB2SetInfoRequest, file.SMB2SetInfoResponse),
}
_INPUTS: dict[int, Any] = {
    CtlCode.FSCTL_DFS_GET_REFERRALS: dfs.DFSReferralRequest,
    CtlCode.FSCTL_DFS_GET_REFERRALS_EX: dfs.DFSReferralRequestEx,
    CtlCode.FSCTL_SRV_COPYCHUNK: ioctl.SMB2SrvCopyChunkCopy,
    CtlCode.FSCTL_SRV_COPYCHUNK_WRITE: ioctl.SMB2SrvCopyChunkCopy,
    CtlCode.FSCTL_SRV_READ_HASH: ioctl.SMB2SrvReadHashRequest,
    CtlCode.FSCTL_LMR_REQUEST_RESILIENCY: ioctl.SMB2SrvNetworkResiliencyRequest,
    CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO: ioctl.SMB2ValidateNegotiateInfoRequest,
    CtlCode.FSCTL_SET_REPARSE_POINT: ReparseDataBuffer,
}
_OUTPUTS: dict[int, Any] = {
    CtlCode.FSCTL_DFS_GET_REFERRALS: dfs.DFSReferralResponse,
    CtlCode.FSCTL_DFS_GET_REFERRALS_EX: dfs.DFSReferralResponse,
    CtlCode.FSCTL_SRV_COPYCHUNK: ioctl.SMB2SrvCopyChunkResponse,
    CtlCode.FSCTL_SRV_COPYCHUNK_WRITE: ioctl.SMB2SrvCopyChunkResponse,
    CtlCode.FSCTL_SRV_ENUMERATE_SNAPSHOTS: ioctl.SMB2SrvSnapshotArray,
    CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY: ioctl.SMB2SrvRequestResumeKey,
    CtlCode.FSCTL_VALIDATE_NEGOTIATE_INFO: ioctl.SMB2ValidateNegotiateInfoResponse,
    CtlCode.FSCTL_GET_REPARSE_POINT: ReparseDataBuffer,
}


def read(data: bytes) -> None:
    """Read a file: the messages of a compound one after the other, as smbprotocol's connection takes it apart."""
    while data:
        size = int.from_bytes(data[20:24], "little") or len(data)
        attempt(_message, data[:size])
        data = data[size:]


def _message(data: bytes) -> None:
    flags = int.from_bytes(data[16:20], "little")
    is_reply = bool(flags & Smb2Flags.SMB2_FLAGS_SERVER_TO_REDIR)
    is_async = bool(flags & Smb2Flags.SMB2_FLAGS_ASYNC_COMMAND)
    header = _read(SMB2HeaderResponse if is_reply else SMB2HeaderAsync if is_async else SMB2HeaderRequest, data)
    content = header["data"].get_value()
    if is_reply and header["status"].get_value() != NtStatus.STATUS_SUCCESS:
        attempt(str, SMBResponseException(header))
        attempt(_read, SMB2ErrorResponse, content)
    body = _read(_BODIES[header["command"].get_value()][is_reply], content)
    if header["command"].get_value() == Commands.SMB2_IOCTL:
        _payload(body["ctl_code"].get_value(), body["buffer"].get_value(), is_reply=is_reply)


def _payload(code: int, content: bytes, *, is_reply: bool) -> None:
    if is_reply and code == CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO:
        _interfaces(SMB2NetworkInterfaceInfo.unpack_multiple(content))
        return
    payload = _read((_OUTPUTS if is_reply else _INPUTS)[code], content)
    if isinstance(payload, dfs.DFSReferralResponse):
        _referrals(payload)
    elif isinstance(payload, ReparseDataBuffer):
        _reparse_point(payload)


def _interfaces(interfaces: list[Any]) -> None:
    for interface in interfaces:
        _use(interface)
        attempt(_address, interface)
    attempt(SMB2NetworkInterfaceInfo.pack_multiple, interfaces)


def _address(interface: Any) -> None:
    address = interface["sock_addr_storage"]["buffer"].get_value()
    address.set_ipaddress(address.get_ipaddress())


def _referrals(reply: Any) -> None:
    """What smbclient keeps of a reply: a referral with targets, and for name lists a domain with its controllers."""
    cached = dfs.ReferralEntry(reply)
    for name in ("dfs_path", "is_root", "is_link", "is_expired", "target_failback", "target_hint", "target_list"):
        attempt(getattr, cached, name)
    attempt(list, cached)
    for target in attempt(list, cached) or ():
        attempt(setattr, cached, "target_hint", target)
        attempt(list, cached)
    for entry in reply["referral_entries"].get_value():
        domain = dfs.DomainEntry(entry)
        attempt(domain.process_dc_referral, reply)
        attempt(domain.process_dc_referral, reply)
        for host in tuple(domain.domain_list):
            attempt(setattr, domain, "dc_hint", host)
        for name in ("domain_name", "dc_hint", "is_expired", "is_valid"):
            attempt(getattr, domain, name)


def _reparse_point(buffer: Any) -> None:
    """What smbclient does with a link: find where it leads, and make one that leads there."""
    tag = buffer["reparse_tag"].get_value()
    ReparseTags.is_reparse_tag_microsoft(tag)
    ReparseTags.is_reparse_tag_name_surrogate(tag)
    ReparseTags.is_reparse_tag_directory(tag)
    if tag != ReparseTags.IO_REPARSE_TAG_SYMLINK:
        return
    link = _read(SymbolicLinkReparseDataBuffer, buffer["data_buffer"].get_value())
    attempt(link.resolve_link, _LINK)
    same, whole = SymbolicLinkReparseDataBuffer(), ReparseDataBuffer()
    same["flags"] = link["flags"].get_value()
    same.set_name(link.get_substitute_name(), link.get_print_name())
    whole["reparse_tag"] = tag
    whole["data_buffer"] = same
    whole.pack()


def _read(kind: Any, data: bytes) -> Any:
    structure = kind()
    structure.unpack(data)
    _use(structure)
    return structure


def _use(structure: Any) -> None:
    """Print a structure, look at each field, write it, and make one of the same values."""
    attempt(str, structure)
    attempt(len, structure)
    attempt(structure.pack)
    for name in structure.fields:
        attempt(_look, structure[name])
    attempt(_copy, structure, False)
    attempt(_copy, structure, True)


def _look(field: Any) -> None:
    attempt(str, field)
    attempt(len, field)
    attempt(field.pack)
    if isinstance(field, FlagField):
        _flags(field)
    value = field.get_value()
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, Structure):
            _use(each)


def _flags(field: Any) -> list[int]:
    """The flags that are set, of those that have a name."""
    return [flag for flag in vars(field.flag_type).values() if isinstance(flag, int) and field.has_flag(flag)]


def _copy(structure: Any, computed: bool) -> None:
    """Make a structure of the same values; where `computed`, smbprotocol works out what it can."""
    copy = type(structure)()
    for name, field in structure.fields.items():
        if isinstance(field, FlagField):
            for flag in _flags(field):
                copy[name].set_flag(flag)
        elif not (computed and callable(field.default)):
            copy[name] = field.get_value()
    attempt(str, copy)
    attempt(len, copy)
    copy.pack()
