"""The rules of Samba 4 against what it answered: every request that was broken on purpose, and its status."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from typing import Any, NamedTuple

import pytest
from samples import DATA

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz.case import Place
from smb2ioctl_codec.fuzz.facts import facts_of as fuzz_facts
from smb2ioctl_codec.messages import RequestFacts
from smb2ioctl_codec.payloads.dfs import ReferralRequest
from smb2ioctl_codec.payloads.negotiate import ValidateNegotiateInfoRequest, request_facts
from smb2ioctl_codec.rules import ALL_ONES, SAMBA_4, Rule, is_broken

#: Where a case was sent, and what was there, as its name says: facts, and the names of the cases that they hold for.
#: A fact that no name matches is false.
ENVIRONMENT = {
    "session_missing": r"header\.SessionId_",
    "signature_wrong": r"header\.bad_signature",
    "tree_missing": r"header\.(SessionId|TreeId)_",
    "open_missing": r"header\.(SessionId|TreeId)_|fileid\.\w+\.(?!valid|all_ff)|.*\.closed$|pipe\.\w+\+1$",
    "share_is_ipc": r"(?!.*\.(on_(dfs|plain)_tree|(with_)?real_fileid|transceive_on_file)$)"
    r"((struct|input|nomsdfs|dfs|pipe(_wait|_peek)?|validate_negotiate|netif|loopback_interface\.netif)\.|"
    r"signed\.(dfs|bad_inputoffset)|sweep\.(ff|pipe)\.)",
    "share_is_read_only": r"sweep\.(ff|pipe)\.",
    "dfs_enabled": r"(?!nomsdfs\.)",
    "snapshots_unsupported": r"snap\.(noshadow_vfs|broken_snapdir)\.|fileid\.|sweep\.",
    "source_key_unknown": r"copychunk\.(bad|zero)_key",
    "copy_access_missing": r"copychunk_write\.no_write_access|copychunk\.dest_is_dir",
    "source_too_short": r"copychunk\.src_beyond_eof",
    "write_access_missing": r"sweep\.dir\.",
    "read_access_missing": r"(?!)",
    "path_has_controls": r"(?!)",
    "is_reparse_point": r"(?!)",
    "clone_unsupported": r"",
}

#: The shares that are DFS roots, and the names in them that lead to a target; then those whose targets are too long.
ROOTS = {"dfs", "dfsproxy"}
LINKS = {
    "bad", "deep", "emoji😀", "link1", "link2", "link5", "linké中文", "loop", "m40", "subü", "toipc", "unitarget",
    "surrog𠀀\U0010fffd",
}  # fmt: skip
LONG_LINKS = {"many", "many20", "many26", "long"}
#: Bytes of referrals, in version 3 and in version 2, by link; "" is the root. The others' are less than was asked for.
REFERRALS = {"": (132, 0), "link2": (312, 288), "m40": (4948, 0)}
#: Bytes of what the pipe answers, by the kind of what was sent: a bind, a request, a request without a bind.
PIPE_ANSWERS = {"bind": 68, "shareenum": 960, "rpc_before_bind": 24}
#: Bytes of one interface's three entries.
INTERFACES = 152
#: Most credits that the server grants, bytes of its file, and of the largest that fits there.
SIZES = {"most_credits": 8192, "file_size": 100_000, "largest_file": 0xFFFFFFFF000}
#: What the client had negotiated: Capabilities, ClientGuid, SecurityMode, dialects.
NEGOTIATED = (0x40, 0, 1, (0x0210,))

#: How many cases each rule decides, in the order of the rules: of those recorded, and of those sent since.
DECIDED = {
    "start": (2, 4), "structure-zero": (1, 162), "structure-cut": (0, 9), "charge": (0, 170),
    "header-flags": (0, 170), "session-signed": (0, 20), "signature": (1, 160), "session": (2, 158),
    "tree": (3, 146), "body-size": (4, 44), "structure-size": (4, 109), "input-low": (7, 90), "input-offset": (4, 0),
    "input-length": (18, 43), "output-low": (2, 103), "output-offset": (2, 8), "output-length": (2, 16),
    "output-overlap": (3, 92), "response-sum": (1, 72), "credits": (7, 62), "flags": (5, 62), "no-handle": (63, 12),
    "handle": (102, 29), "open": (75, 29), "code-ipc": (107, 36), "code": (221, 84), "dfs-host": (105, 5),
    "dfs-input": (19, 9), "dfs-path": (24, 72), "dfs-dots": (1, 5), "dfs-control": (0, 5), "dfs-root": (21, 85),
    "dfs-name": (6, 5), "dfs-link": (6, 4), "dfs-cut": (151, 18), "pipe-share": (5, 9), "pipe-memory": (0, 12),
    "pipe-waits": (4, 18), "pipe-fragment": (0, 8), "pipe-more": (14, 2), "snapshots-room": (76, 6),
    "snapshots-ipc": (2, 7), "snapshots-support": (10, 6), "snapshots-fit": (43, 0), "resume-key-room": (32, 4),
    "copychunk-input": (14, 12), "copychunk-room": (12, 10), "copychunk-limits": (9, 33), "copychunk-key": (2, 42),
    "copychunk-access": (2, 0), "copychunk-source": (1, 0), "interfaces-input": (1, 9), "interfaces-room": (4, 4),
    "negotiate-input": (4, 8), "negotiate-dialects": (1, 4), "negotiate-room": (2, 5), "negotiate-match": (4, 11),
    "sparse-share": (1, 6), "write-access": (3, 5), "compression-input": (2, 8), "compression-format": (0, 11),
    "compression-room": (0, 4), "read-access": (0, 4), "range-input": (5, 17), "zero-order": (0, 62),
    "zero-pipe": (0, 37), "zero-end": (0, 13), "zero-space": (0, 13), "ranges-pipe": (0, 9), "ranges-sum": (0, 7),
    "ranges-room": (0, 23), "dirty": (4, 12), "sid-input": (4, 30), "reparse-point": (13, 36),
    "extents-support": (4, 12),
}  # fmt: skip


class Case(NamedTuple):
    """A request that was sent, and what was answered: None where the connection was dropped."""

    name: str
    status: str | None
    message: bytes


def cases() -> list[Case]:
    """All requests of the recording that were sent alone."""
    rows = map(json.loads, gzip.decompress((DATA / "bad_requests.jsonl.gz").read_bytes()).splitlines())
    return [Case(row["case"], row["status"], bytes.fromhex(row["message_hex"])) for row in rows]


def facts_of(case: Case) -> dict[str, Any]:
    """What the bytes of a request tell, and what its name tells about the place that it was sent to."""
    body = case.message[64:]
    facts = RequestFacts(body, related=False).values | SIZES
    facts |= {name: bool(re.match(pattern, case.name)) for name, pattern in ENVIRONMENT.items()}
    header = s2.Header.decode(case.message[:64])
    facts |= {"credit_charge": header.credit_charge, "header_flags": header.flags}
    if "ctl_code" in facts:
        facts["open_missing"] |= facts["volatile"] == facts["persistent"] == ALL_ONES
        facts["output_size"] = INTERFACES
        count = re.search(r"snap\.snap(\d+)\.", case.name)
        facts["snapshots_size"] = 12 + 50 * int(count[1]) + 2 if count else 0
        answer = next((size for kind, size in PIPE_ANSWERS.items() if f".{kind}" in case.name), 0)
        facts["pipe_has_more"] = answer > facts["max_output_response"]
    if "input" in facts and facts["ctl_code"] == s2.CtlCode.FSCTL_DFS_GET_REFERRALS:
        facts |= _dfs_facts(facts["input"])
    if "dialect_count" in facts:
        facts["negotiate_differs"] = _differs(facts["input"])
    return facts


def _dfs_facts(data: bytes) -> dict[str, Any]:
    """What is known of the place that a referral request names."""
    try:
        request = ReferralRequest.decode(data)
    except s2.DecodeError:
        return {}
    _, share, link, *_ = [*request.request_file_name.replace("/", "\\").lower().strip("\\").split("\\"), "", ""]
    version_3, version_2 = REFERRALS.get(link, (0, 0))
    return {
        "path_has_dots": ".." in request.request_file_name,
        "dfs_root_missing": share not in ROOTS,
        "dfs_link_unreadable": len(link) > 255 or link in LONG_LINKS,
        "dfs_link_missing": link not in LINKS | {""},
        "referral_size": version_3 if request.max_referral_level >= 3 else version_2,
    }


def _differs(data: bytes) -> bool:
    try:
        sent = ValidateNegotiateInfoRequest.decode(data)
    except s2.DecodeError:
        return True
    return (sent.capabilities, sent.guid.int, sent.security_mode, sent.dialects) != NEGOTIATED


def broken(case: Case) -> list[Rule]:
    """The rules that a case breaks, in the server's order."""
    facts = facts_of(case)
    return [rule for rule in SAMBA_4 if is_broken(rule, facts, facts.keys())]


def probed() -> list[tuple[Case, list[Rule]]]:
    """The further requests that were sent, each with the rules that it breaks in its place."""
    found = []
    for row in map(json.loads, gzip.decompress((DATA / "smbd_cases.jsonl.gz").read_bytes()).splitlines()):
        case = Case(row["case"], row["status"], bytes.fromhex(row["message_hex"]))
        facts = fuzz_facts(case.message, Place(row["share"], row["handle"], given=tuple(row["given"].items())))
        assert facts is not None, case.name
        found.append((case, [rule for rule in SAMBA_4 if is_broken(rule, facts, facts.keys())]))
    return found


BROKEN = [(case, broken(case)) for case in cases()]
PROBED = probed()


def test_every_answer_is_predicted() -> None:
    """The first rule that is broken has the status of the answer; a request that breaks none is served."""
    for case, rules in (*BROKEN, *PROBED):
        expected = rules[0].status if rules else s2.NtStatus.SUCCESS
        assert case.status == (None if expected is None else expected.name), case.name
    assert (len(BROKEN), len(PROBED)) == (1505, 2890)


def test_every_rule_decides_the_cases_that_it_should() -> None:
    recorded, sent = (Counter(rules[0].id for _, rules in some if rules) for some in (BROKEN, PROBED))
    assert {rule.id: (recorded[rule.id], sent[rule.id]) for rule in SAMBA_4} == DECIDED
    assert list(DECIDED) == [rule.id for rule in SAMBA_4]
    assert recorded.total() == 1247, "the others are served"


def test_every_rule_names_a_case_that_it_decides() -> None:
    decided = {f"measured: {case.name}": rules[0].id for case, rules in (*BROKEN, *PROBED) if rules}
    assert {rule.id: decided.get(rule.section) for rule in SAMBA_4} == {rule.id: rule.id for rule in SAMBA_4}


def test_the_order_is_measured() -> None:
    """Of rules of different statuses: which decides where both are broken."""
    pairs = {
        (rules[0].id, later.id)
        for _, rules in (*BROKEN, *PROBED)
        for later in rules[1:]
        if later.status != rules[0].status
    }
    assert not {(later, first) for first, later in pairs} & pairs
    assert len(pairs) == 666
    assert ("negotiate-room", "negotiate-match") in pairs
    assert ("flags", "handle") in pairs


def test_a_tree_connect_is_to_one_share() -> None:
    """The names of the cases tell the same of a TreeId each time."""
    kinds: dict[bytes, set[bool]] = {}
    for case, _ in BROKEN:
        tree_and_session = case.message[36:48]
        kinds.setdefault(tree_and_session, set()).add(facts_of(case)["share_is_ipc"])
    assert {len(kind) for kind in kinds.values()} == {1}
    assert Counter(kind for (kind,) in kinds.values()) == {True: 14, False: 19}


def test_decoding_and_checking_find_what_the_bytes_alone_tell() -> None:
    refused = 0
    for case, rules in (*BROKEN, *PROBED):
        body = case.message[64:]
        found = [violation.rule for violation in s2.check_request(body, SAMBA_4)]
        assert found == [rule for rule in rules if rule in found], case.name
        layout = [rule for rule in found if rule.layout]
        assert layout == [rule for rule in rules if rule.layout], case.name
        if not layout:
            assert s2.IoctlRequest.decode(body, SAMBA_4).encode() == body, case.name
            continue
        refused += 1
        with pytest.raises(s2.DecodeError) as caught:
            s2.IoctlRequest.decode(body, SAMBA_4)
        assert (caught.value.rule, caught.value.status) == (layout[0].id, layout[0].status), case.name
    assert refused == 976


def test_the_dialects_that_a_request_counts() -> None:
    assert request_facts(bytes(22) + b"\x34\x12") == {"dialect_count": 0x1234}
    assert request_facts(bytes(23)) == {}, "nothing is known of it"


@pytest.mark.parametrize(
    ("total", "charge", "refused"),
    [(0, 0, False), (0x10000, 0, False), (0x10001, 0, True), (0x20000, 2, False), (0x20001, 2, True),
     (0xFFFE0000, 1, True), (0xFFFFFFFE, 1, False), (0xFFFFFFFF, 1, False)],
)  # fmt: skip
def test_the_credits_that_a_request_needs(total: int, charge: int, refused: bool) -> None:
    facts = {"max_input_response": total // 2, "max_output_response": total - total // 2, "credit_charge": charge}
    assert is_broken(SAMBA_4["credits"], facts, facts.keys()) is refused


def test_a_length_that_is_wrong_is_said_exactly() -> None:
    said = {
        "struct.body_truncated_to_0x1_bytes": (2, 1),
        "struct.body_truncated_to_0x37_bytes": (56, 55),
        "input.InputCount=real+1": (45, 44),
        "struct.OutputOffset=0xa4_OutputCount=0x1": (1, 0),
        "dfs.input_3_bytes": (4, 3),
        "snap.noshadow_vfs.maxout=15": (16, 15),
        "resume_key.maxout=31": (32, 31),
        "copychunk.input_31_bytes": (32, 31),
        "copychunk.maxout=11": (12, 11),
        "validate_negotiate.short_23": (24, 23),
        "validate_negotiate.count_too_big": (42, 26),
        "validate_negotiate.maxout_23": (24, 23),
        "sweep.file.0x0009c040_noinput": (2, 0),
        "sweep.file.0x000980c8_noinput": (16, 0),
    }
    for case, rules in BROKEN:
        if case.name in said:
            needed, available = said.pop(case.name)
            (found,) = (one for one in s2.check_request(case.message[64:], SAMBA_4) if one.rule in rules[:1])
            assert f"needed {needed}, available {available}" in found.message
    assert not said
