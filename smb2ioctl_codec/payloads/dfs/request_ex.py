"""What clients ask that name their site: FSCTL_DFS_GET_REFERRALS_EX."""

from __future__ import annotations

from construct import Int16ul, Int32ul, Struct

from smb2ioctl_codec.schema import Implied, Record, Sized, Text, When, record


@record(
    "[MS-DFSC] 2.2.3, 2.2.3.1",
    Struct(
        "max_referral_level" / Int16ul * "highest version of referral entries that the client takes, 1 to 4",
        "request_flags" / Int16ul * "1: a site name follows the path",
        "request_data_length" / Implied(Int32ul, "size - 8") * "bytes of all that follows this field",
        "request_file_name_length" / Int16ul * "bytes of the path, with its U+0000 if that is sent",
        "request_file_name"
        / Sized("request_file_name_length", Text("terminator"))
        * "path with one leading backslash; empty for a domain referral",
        "site_name_length" / When("request_flags & 1", Int16ul) * "bytes of the name, with its U+0000 if that is sent",
        "site_name"
        / When("request_flags & 1", Sized("site_name_length", Text("site_terminator")))
        * "site of the client",
    ),
)
class ReferralRequestEx(Record):
    r"""REQ_GET_DFS_REFERRAL_EX: asks where a DFS path leads, and names the client's site. Input of
    FSCTL_DFS_GET_REFERRALS_EX.

    Both names are text up to their first U+0000. `terminator` and `site_terminator` hold what follows within the
    lengths: the document does not say whether a U+0000 is sent and counted, and senders differ; by default the path has
    one and the site name none. `site_name` is there if bit 0 of `request_flags` is set, and None if not.
    [MS-DFSC] 2.2.3 (whose table prints the flag with 32 bits, for a field of 16), 2.2.3.1; at least 10 bytes.
    """

    max_referral_level: int
    request_file_name: str
    site_name: str | None = None
    request_flags: int = 0
    terminator: str = "\0"
    site_terminator: str = ""
