"""What clients ask: FSCTL_DFS_GET_REFERRALS."""

from __future__ import annotations

from construct import Int16ul, Struct

from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Record, Text, record


@record(
    "[MS-DFSC] 2.2.2",
    Struct(
        "max_referral_level" / Int16ul * "highest version of referral entries that the client takes, 1 to 4",
        "request_file_name"
        / Text("terminator", NtStatus.ILLEGAL_CHARACTER)
        * "path with one leading backslash, then U+0000; empty for a domain referral",
    ),
)
class ReferralRequest(Record):
    r"""REQ_GET_DFS_REFERRAL: asks where a DFS path leads. Input of FSCTL_DFS_GET_REFERRALS.

    `request_file_name` is the path up to its U+0000, for example ``\server\root\link``. `terminator` is what follows:
    one U+0000 by the document, nothing where the sender left it out, more where it wrote more. A path that is no
    UTF-16 is a DecodeError whose `status` is ILLEGAL_CHARACTER, even where only what follows the U+0000 is none.
    [MS-DFSC] 2.2.2; at least 2 bytes.
    """

    max_referral_level: int
    request_file_name: str
    terminator: str = "\0"


def request_facts(data: bytes) -> dict[str, bool]:
    """What rules ask about a referral request: whether its path is UTF-16."""
    try:
        ReferralRequest.decode(data)
    except DecodeError as error:
        return {"path_is_text": error.status is not NtStatus.ILLEGAL_CHARACTER}
    return {"path_is_text": True}
