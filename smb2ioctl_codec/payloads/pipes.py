"""Named pipes: FSCTL_PIPE_WAIT and FSCTL_PIPE_PEEK.

FSCTL_PIPE_TRANSCEIVE has no structure: both directions are whatever the pipe's protocol says.
"""

from __future__ import annotations

from typing import Literal

from construct import Int8ul, Int32ul, Int64sl, Struct

from smb2ioctl_codec._openenum import OpenIntEnum
from smb2ioctl_codec.schema import Raw, Record, Reserved, Sized, Tag, Text, record

#: Bytes of the common header of RPC fragments, and the bit in its fifth byte that means little-endian numbers.
_FRAGMENT_HEAD, _LITTLE_ENDIAN = 16, 0x10


class NamedPipeState(OpenIntEnum):
    """NamedPipeState of a peek ([MS-FSCC] 2.3.46)."""

    CONNECTED = 3
    CLOSING = 4


@record(
    "[MS-FSCC] 2.3.49",
    Struct(
        "timeout" / Int64sl * "longest wait, in units of 100 ms",
        "name_length" / Int32ul * "bytes of the name",
        "timeout_specified" / Int8ul * "0: wait forever; else: the timeout counts",
        "padding" / Reserved(Int8ul),
        "name" / Sized("name_length", Text()) * r"the pipe, without \pipe\ and without U+0000",
        "trailing" / Raw() * "what follows the name",
    ),
)
class PipeWaitRequest(Record):
    r"""FSCTL_PIPE_WAIT request: wait until the pipe `name` has a free instance. Input of FSCTL_PIPE_WAIT.

    `timeout` is a signed number of 100 ms by the document, and of no meaning where `timeout_specified` is 0. Clients
    are seen to send what Windows counts locally instead: 100 ns, negative for a time from now. `name` is what the
    sender put there, a leading ``\pipe\`` or a U+0000 included. [MS-FSCC] 2.3.49; at least 14 bytes.
    """

    name: str
    timeout: int = 0
    timeout_specified: int = 0
    padding: int = 0
    trailing: bytes = b""


@record(
    "[MS-FSCC] 2.3.46",
    Struct(
        "named_pipe_state" / Tag(Int32ul, NamedPipeState),
        "read_data_available" / Int32ul * "bytes that can be read",
        "number_of_messages" / Int32ul * "messages in a pipe of messages, else 0",
        "message_length" / Int32ul * "bytes of the first message in a pipe of messages, else 0",
        "data" / Raw() * "the first bytes that can be read",
    ),
)
class PipePeekResponse(Record):
    """FSCTL_PIPE_PEEK reply: what waits in a pipe, without taking it out. Output of FSCTL_PIPE_PEEK.

    `data` is all that follows the numbers: what MaxOutputResponse left room for, so it may be less than
    `read_data_available` (bytes), which is kept and never believed. [MS-FSCC] 2.3.46; at least 16 bytes.
    """

    named_pipe_state: NamedPipeState
    read_data_available: int
    number_of_messages: int = 0
    message_length: int = 0
    data: bytes = b""


def fragment_facts(data: bytes) -> dict[str, int]:
    """What rules ask about the input of FSCTL_PIPE_TRANSCEIVE: how long the fragment of RPC is that it starts with.

    Its size stands at byte 8, in the byte order that the fifth byte tells (C706, 12.6.3.1). It is no less than its head
    where the input is less: `fragment_size` is then that of the head.
    """
    if len(data) < _FRAGMENT_HEAD:
        return {"fragment_size": _FRAGMENT_HEAD}
    order: Literal["little", "big"] = "little" if data[4] & _LITTLE_ENDIAN else "big"
    return {"fragment_size": int.from_bytes(data[8:10], order)}
