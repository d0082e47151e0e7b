"""The labels of the corpus on a real server: every request that has one is sent to smbd, and the answers compared.

What the labels of `SAMBA_4` say was measured on smbd 4.17.12; another version may answer otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from test_samba_4 import cases

from smb2ioctl_codec.fuzz import Case, corpus, statuses
from smb2ioctl_codec.fuzz.facts import broken_by
from smb2ioctl_codec.messages import Command
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.rules import SAMBA_4

from . import smbd, smbd_replay
from .smbd_cases import Laboratory, obstacle, sessions
from .smbd_session import Session

Record = Callable[[str, object], None]

#: The facts that a label of SAMBA_4 may depend on.
ASKED = frozenset[str]().union(*(rule.names for rule in SAMBA_4))
#: How long a request is given that the server seems to have put off, when it is sent again, in seconds.
PATIENCE = 2.0
#: Why an answer may be another than the label, by the rule that decides the label and the answer.
REASONS: dict[tuple[str, NtStatus | None], str] = {
    ("zero-space", NtStatus.SUCCESS): "the file system has room for larger files",
    ("", NtStatus.CONNECTION_DISCONNECTED): "what was sent into the pipe is no RPC",
    ("", NtStatus.BUFFER_OVERFLOW): "what the pipe answers is longer than MaxOutputResponse",
}
#: Where the command of a message stands, one of less than 256.
COMMAND = 12
#: How many mutated cases are made; the most are replies, which nobody sends to a server.
MUTATED = 12_000


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Session, Session]]:
    """Sessions with both servers."""
    with sessions(tmp_path_factory.mktemp("smbd")) as found:
        yield found


@pytest.mark.parametrize(
    ("kind", "cases", "least"),
    [("made on purpose", corpus(), 20_000), ("mutated", corpus(kinds=["mutated"], count=MUTATED), MUTATED // 4)],
)
def test_labels_are_the_answers(
    connected: tuple[Session, Session], record_property: Record, kind: str, cases: Iterator[Case], least: int
) -> None:
    laboratory = Laboratory(*connected)
    left_out: Counter[str] = Counter()
    different: list[tuple[Case, NtStatus | None]] = []
    sent = 0
    for case in cases:
        labels = statuses(case)
        if case.direction == "response":
            continue
        reason = obstacle(case.place, ASKED) if labels else "it has no label"
        if reason is not None:
            left_out[reason] += 1
            continue
        sent += 1
        label, answer = labels["SAMBA_4"], laboratory.answer(case)
        if answer == NtStatus.PENDING != label:
            answer = laboratory.answer(case, seconds=PATIENCE)
        if answer != label:
            different.append((case, answer))
    said = [f"{_described(case, answer)}, because {_reason(case, answer)}" for case, answer in different]
    record_property(f"requests {kind} sent to smbd {smbd.version()}", sent)
    record_property("answered as their labels say", sent - len(different))
    for one in said:
        record_property("answered otherwise", one)
    for reason, times in left_out.most_common():
        record_property("left out", f"{times}: {reason}")
    assert sent > least
    assert len(different) <= sent // 100, said
    assert not [_described(case, answer) for case, answer in different if _reason(case, answer) is None]


def test_what_has_no_label_is_answered_or_dropped(connected: tuple[Session, Session], record_property: Record) -> None:
    """Compounds, other commands, what is no SMB2; nobody says how, but the server goes on."""
    laboratory = Laboratory(*connected)
    unlabelled = [case for case in corpus() if case.direction == "request" and not statuses(case)]
    # A CANCEL is never answered.
    sent = [case for case in unlabelled if case.data[COMMAND : COMMAND + 1] != bytes([Command.CANCEL])]
    answers = Counter("dropped" if laboratory.answer(case) is None else "answered" for case in sent)
    record_property("requests without a label sent to smbd", dict(answers))
    assert len(unlabelled) - len(sent) == 1
    assert answers["answered"] > 50
    assert answers["dropped"] > 400


def test_recorded_answers_come_again(connected: tuple[Session, Session], record_property: Record) -> None:
    """Which shows that requests arrive here as they did where the rules were found."""
    usual, no_dfs_host = connected
    left_out = [case.name for case in cases() if case.name.startswith("signed.")]
    sent = [case for case in cases() if case.name not in left_out]
    different = {}
    for case in sent:
        session = no_dfs_host if case.name.startswith("nomsdfs.") else usual
        answer = smbd_replay.answer(session, case)
        if answer == NtStatus.PENDING and case.status != "PENDING":
            answer = smbd_replay.answer(session, case, seconds=PATIENCE)
        if case.status != (None if answer is None else answer.name):
            different[case.name] = answer
    record_property("recorded requests sent to smbd", len(sent))
    assert (len(sent), left_out) == (1502, ["signed.dfs", "signed.resume_key", "signed.bad_inputoffset"])
    assert not different


def _reason(case: Case, answer: NtStatus | None) -> str | None:
    rule = next((rule.id for rule in broken_by(case, SAMBA_4)), "")
    return REASONS.get((rule, answer))


def _described(case: Case, answer: NtStatus | None) -> str:
    label, got = ("dropped" if one is None else one.name for one in (statuses(case)["SAMBA_4"], answer))
    return f"{case.code!s}, {case.kind}, {case.what}: label {label}, answer {got}, {case.data.hex()[:400]}"
