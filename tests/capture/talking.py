"""What a client and a server say to one another before and around IOCTL messages, byte by byte."""

from __future__ import annotations

import struct

from capture.making import frame, message, packet, pcap, syn

SESSION, TREE = 7, 5
FILE_ID = bytes(range(16))
WHATEVER = b"\xff" * 16
NEGOTIATE, SETUP, TREE_CONNECT, CREATE, CLOSE, READ, IOCTL = 0, 1, 3, 5, 6, 8, 11
RELATED = 4
MORE_PROCESSING = 0xC0000016


def wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def ntlm(account: str, domain: str, host: str, *, is_unicode: bool = True, kind: int = 3) -> bytes:
    """An NTLMSSP message; it starts where its offsets count from."""
    names = [(wide(one) if is_unicode else one.encode("latin-1")) for one in (domain, account, host)]
    at, fields = 64, b"\0" * 16
    for name in names:
        fields += struct.pack("<HHI", len(name), len(name), at)
        at += len(name)
    return b"NTLMSSP\0" + struct.pack("<I", kind) + fields + bytes(8) + struct.pack("<I", is_unicode) + b"".join(names)


def setup(token: bytes, *, binding: bool = False) -> bytes:
    return struct.pack("<HBBIIHHQ", 25, binding, 0, 0, 0, 88, len(token), 0) + token


def setup_reply() -> bytes:
    return struct.pack("<HHHH", 9, 0, 72, 0)


def tree_connect(path: str) -> bytes:
    return struct.pack("<HHHH", 9, 0, 72, len(wide(path))) + wide(path)


def tree_connect_reply(share_type: int = 1) -> bytes:
    return struct.pack("<HBBIII", 16, share_type, 0, 0, 0, 0)


def create(name: str) -> bytes:
    return struct.pack("<HBBI16xIIIIIHHII", 57, 0, 0, 0, 0, 0, 0, 0, 0, 120, len(wide(name)), 0, 0) + wide(name)


def create_reply(file_id: bytes = FILE_ID) -> bytes:
    return struct.pack("<H62x", 89) + file_id + bytes(8)


def close(file_id: bytes = FILE_ID) -> bytes:
    return struct.pack("<HHI", 24, 0, 0) + file_id


def ioctl(file_id: bytes = FILE_ID, code: int = 0x00140078) -> bytes:
    return struct.pack("<HHI16sIIIIIIII", 57, 0, code, file_id, 0, 0, 0, 0, 0, 64, 1, 0) + b"\0"


def ioctl_reply(file_id: bytes = FILE_ID, code: int = 0x00140078) -> bytes:
    return struct.pack("<HHI16sIIIIII", 49, 0, code, file_id, 112, 0, 112, 0, 0, 0)


ERROR = struct.pack("<HBBIB", 9, 0, 0, 0, 0)


def say(
    number: int, command: int, body: bytes, *, reply: bool = False, status: int = 0, session: int = SESSION,
    tree: int = TREE, async_id: int | None = None, related: bool = False, next_command: int = 0,
) -> bytes:  # fmt: skip
    """A message of a talk; TreeId and flags are put where `message` has those of an ECHO."""
    made = bytearray(message(number, reply=reply, command=command, status=status, session=session, async_id=async_id,
                             next_command=next_command, body=body))  # fmt: skip
    if async_id is None:
        struct.pack_into("<I", made, 36, tree)
    if related:
        made[16] |= RELATED
    return bytes(made)


def compound(*messages: bytes) -> bytes:
    """Messages with NextCommand and padding, but for the last."""
    chain = b""
    for one in messages[:-1]:
        padded = bytearray(one + bytes(-len(one) % 8))
        struct.pack_into("<I", padded, 20, len(padded))
        chain += padded
    return chain + messages[-1]


def opening(*, account: str = "ann", path: str = "\\\\srv\\data", name: str = "a.txt") -> list[tuple[bytes, bool]]:
    """The steps up to an open file: frames 3 to 10 of a talk, replies in even ones."""
    return [
        (say(1, SETUP, setup(ntlm("", "", "", kind=1)), session=0, tree=0), False),
        (say(1, SETUP, setup_reply(), reply=True, status=MORE_PROCESSING, tree=0), True),
        (say(2, SETUP, setup(b"gss" + ntlm(account, "DOM", "PC")), tree=0), False),
        (say(2, SETUP, setup_reply(), reply=True, tree=0), True),
        (say(3, TREE_CONNECT, tree_connect(path), tree=0), False),
        (say(3, TREE_CONNECT, tree_connect_reply(), reply=True), True),
        (say(4, CREATE, create(name)), False),
        (say(4, CREATE, create_reply(), reply=True), True),
    ]


def packets_of(steps: list[tuple[bytes, bool]], *, port: int = 50000) -> list[bytes]:
    """A connection in which each step is one packet: SYN and its answer first."""
    at = {False: 1, True: 1}
    made = [syn(), syn(reply=True)]
    if port != 50000:
        made = [packet(b"", 0, flags=2, ports=(port, 445)), packet(b"", 0, reply=True, flags=18, ports=(port, 445))]
    for content, reply in steps:
        made.append(packet(frame(content), at[reply], reply=reply, acknowledged=at[not reply], ports=(port, 445)))
        at[reply] += 4 + len(content)
    return made


def talk(*steps: tuple[bytes, bool]) -> bytes:
    """A capture of one connection, with a packet for each step."""
    return pcap(packets_of(list(steps)))
