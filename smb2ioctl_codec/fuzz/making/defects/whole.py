"""Defects of whole messages: steps of a compound, what is no SMB2 at all, bodies that do not go with their status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from struct import pack

from smb2ioctl_codec.fuzz.case import Case, header_offset, messages
from smb2ioctl_codec.messages.compound import ALIGNMENT
from smb2ioctl_codec.messages.header import HEADER_SIZE, SMALLEST
from smb2ioctl_codec.messages.packet import NEXT_COMMAND
from smb2ioctl_codec.ntstatus import NtStatus

_CHAIN, _PROTOCOL, _REPLY = "[MS-SMB2] 3.3.5.2.7", "[MS-SMB2] 2.2.1", "[MS-SMB2] 3.3.4.4"
_BACKWARD = (1 << 32) - ALIGNMENT
_STATUS = header_offset("status")
_IOCTL_BODY, _ERROR_BODY = 49, 9


def form_of(case: Case) -> tuple[object, ...]:
    """What of a message makes its defects others: the sender, whether it is a compound, its first body."""
    is_compound = any(case.data[NEXT_COMMAND : NEXT_COMMAND + 4])
    return case.direction, is_compound, not is_compound and case.data[HEADER_SIZE : HEADER_SIZE + 2]


def whole(case: Case) -> Iterator[Case]:
    """The defects that are made of one valid message."""
    found = list(messages(case.data))
    if len(found) > 1:
        yield from _compound(case, found)
    elif case.direction == "request":
        yield from _foreign(case)
    else:
        yield from _misfit(case)


def _broken(case: Case, data: bytes, rule: str, path: str, section: str, what: str) -> Case:
    return replace(
        case, data=data, kind="broken", rule=rule, rules=path.partition(".")[0], path=path, section=section,
        what=f"{path}: {what}", parent=case.name,
    )  # fmt: skip


def _compound(case: Case, found: list[tuple[int, int]]) -> Iterator[Case]:
    """NextCommand of the first message and of the last; another protocol in the second."""
    for which, (start, end) in (("first", found[0]), ("last", found[-1])):
        size, left = end - start, len(case.data) - start
        steps = {
            "into its own header": ALIGNMENT,
            "to its header's last bytes": HEADER_SIZE - ALIGNMENT,
            "behind the end": left + ALIGNMENT,
            "backward": _BACKWARD,
        }
        if size < left:
            steps["not aligned"] = size + ALIGNMENT // 2
        for what, step in steps.items():
            place = start + NEXT_COMMAND
            data = case.data[:place] + pack("<I", step) + case.data[place + 4 :]
            yield _broken(case, data, "next", "Header.next_command", _CHAIN, f"{what}, in the {which} message")
    start, end = found[1]
    for protocol in SMALLEST:
        data = case.data[:start] + pack("<I", protocol) + case.data[start + 4 :]
        what = f"{protocol.name} in the second message"
        yield _broken(case, data, "constant", "Header.protocol_id", _CHAIN, what)
    data = case.data[: start + HEADER_SIZE - 1]
    if end == len(case.data):
        yield _broken(case, data, "cut-short", "Header.signature", _CHAIN, "a byte too few in the second message")


def _foreign(case: Case) -> Iterator[Case]:
    """Messages of other protocols that are too short, and of none."""
    for protocol, smallest in SMALLEST.items():
        data = pack("<I", protocol) + case.data[4 : smallest - 1]
        yield _broken(case, data, "cut-short", "Packet.body", _PROTOCOL, f"a byte too few for {protocol.name}")
    yield _broken(case, case.data[:3], "cut-short", "Header.protocol_id", _PROTOCOL, "a byte too few")
    data = b"\xfb" + case.data[1:]
    yield _broken(case, data, "constant", "Header.protocol_id", _PROTOCOL, "the first byte of no SMB message")


def _misfit(case: Case) -> Iterator[Case]:
    """An ERROR body under SUCCESS, an IOCTL body under an error."""
    size = int.from_bytes(case.data[HEADER_SIZE : HEADER_SIZE + 2], "little")
    status = {_ERROR_BODY: NtStatus.SUCCESS, _IOCTL_BODY: NtStatus.ACCESS_DENIED}[size]
    data = case.data[:_STATUS] + pack("<I", status) + case.data[_STATUS + 4 :]
    what = f"{'ERROR' if size == _ERROR_BODY else 'IOCTL'} under {status.name}"
    yield _broken(case, data, "status", "IoctlResponse.structure_size", _REPLY, what)
