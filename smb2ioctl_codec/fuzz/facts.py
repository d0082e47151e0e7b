"""What a request's labels take for granted: the facts of the usual server, and what servers with them answer.

The usual server serves whatever a rule set has rules for. Its disk share has no snapshots, no shadow copies and no
reparse points, and cannot share extents; every resume key that it is sent is unknown to it. `dfs_facts`
tells of its DFS root. What a client validates is never what was negotiated, and a signature is never the right one:
a corpus cannot know them.
"""

from __future__ import annotations

from typing import Any

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.fuzz.case import Case, Place
from smb2ioctl_codec.fuzz.dfs_facts import path_facts
from smb2ioctl_codec.messages import Command, Header, HeaderFlags, RequestFacts
from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules import ALL_ONES, MS_SMB2, SAMBA_3_6, SAMBA_4, Rule, RuleSet, is_broken

#: The rule sets whose servers' answers are told.
SERVERS = (SAMBA_3_6, MS_SMB2, SAMBA_4)
#: Bytes of one interface in the answer to FSCTL_QUERY_NETWORK_INTERFACE_INFO.
INTERFACES_SIZE = 152
#: MaxTransactSize of the usual server, in bytes, and its longest resiliency, in milliseconds.
MAX_TRANSACT_SIZE, MAX_RESILIENCY = 1 << 20, 300_000
#: Flags of what is no plain request.
_SPECIAL = (HeaderFlags.SERVER_TO_REDIR | HeaderFlags.ASYNC_COMMAND | HeaderFlags.RELATED_OPERATIONS).value
#: Most credits that the usual server grants, bytes of the file on its disk share, and of the largest that fits there.
MOST_CREDITS, FILE_SIZE, LARGEST_FILE = 8192, 100_000, 0xFFFFFFFF000

#: What holds of the usual server, whatever is sent.
USUAL: dict[str, Any] = {
    "session_missing": False, "tree_missing": False, "signature_wrong": False, "out_of_memory": False,
    "dfs_enabled": True, "dialect": 0x0210, "request_unsigned": True, "multichannel_missing": False,
    "max_transact_size": MAX_TRANSACT_SIZE, "code_refused": False, "code_unknown": False, "rsvd_missing": False,
    "pipe_has_more": False, "referral_size": 0, "snapshots_size": 0, "output_size": 0,
    "snapshots_unsupported": True, "source_key_unknown": True, "copy_access_missing": False, "source_too_short": False,
    "negotiate_differs": True, "write_access_missing": False, "is_reparse_point": False, "clone_unsupported": True,
    "hash_unsupported": False, "hash_missing": False, "hash_disabled": False, "hash_offset_past_end": False,
    "resiliency_unsupported": False, "max_resiliency_timeout": MAX_RESILIENCY, "pipe_name_unknown": False,
    "pipe_name_is_file": False, "pipe_wait_timed_out": False, "reparse_access_missing": False,
    "source_handle_unknown": True, "mark_unsupported": False, "path_has_dots": False, "path_has_controls": False,
    "dfs_root_missing": False, "dfs_link_unreadable": False, "dfs_link_missing": False, "most_credits": MOST_CREDITS,
    "read_access_missing": False, "file_size": FILE_SIZE, "largest_file": LARGEST_FILE,
}  # fmt: skip


def facts_of(data: bytes, place: Place) -> dict[str, Any] | None:
    """What is known of a request, by name: what its bytes tell, and what holds in its place.

    None: it is no plain IOCTL request but a compound, a reply, another command: no rule is about it.
    """
    try:
        header = Header.decode(data[:HEADER_SIZE])
    except DecodeError:
        return None
    if header.command != Command.IOCTL or header.flags & _SPECIAL or header.next_command:
        return None
    told = RequestFacts(data[HEADER_SIZE:], related=False).values
    facts = USUAL | _of_place(place, told)
    facts |= {"credit_charge": header.credit_charge, "header_flags": header.flags, "signature_wrong": header.is_signed}
    if told.get("path_is_text"):
        facts |= path_facts(told["input"])
    facts.update(told)
    facts.update(place.given)
    return facts


def _of_place(place: Place, facts: dict[str, Any]) -> dict[str, Any]:
    """What the tree connect and the open are, and how large the answer is."""
    ipc, handle = place.share == "IPC$", place.handle
    all_ones = facts.get("volatile") == facts.get("persistent") == ALL_ONES
    sizes = {"pipe_written": facts["input_count"]} if "input_count" in facts else {}
    if facts.get("ctl_code") == CtlCode.FSCTL_QUERY_NETWORK_INTERFACE_INFO:
        sizes["output_size"] = INTERFACES_SIZE
    return sizes | {
        "share_is_ipc": ipc,
        "share_is_read_only": ipc,
        "open_is_pipe": handle != "file",
        "open_missing": handle == "none" and not all_ones,
    }


def broken_by(case: Case, rules: RuleSet) -> list[Rule]:
    """The rules that a request breaks in its place, in the server's order; none of what is no request."""
    facts = facts_of(case.data, case.place)
    return [] if facts is None else [rule for rule in rules if is_broken(rule, facts, facts.keys())]


def statuses(case: Case) -> dict[str, NtStatus | None]:
    """What the server of each rule set answers to a request, by the rule set's name; None: it drops the connection.

    Empty for what is no plain request: a reply, another command, a header that is none.
    """
    facts = facts_of(case.data, case.place) if case.direction == "request" else None
    return {} if facts is None else {rules.name: _answer(rules, facts) for rules in SERVERS}


def _answer(rules: RuleSet, facts: dict[str, Any]) -> NtStatus | None:
    broken = next((rule for rule in rules if is_broken(rule, facts, facts.keys())), None)
    return NtStatus.SUCCESS if broken is None else broken.status
