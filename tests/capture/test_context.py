"""What other messages tell about a message: share, user, file, and the time since its request."""

from __future__ import annotations

import io
import random
import struct

import pytest

from capture.making import DATA, SECONDS, enhanced, interface, packet, pcap, read, section
from capture.talking import (
    CLOSE,
    CREATE,
    ERROR,
    FILE_ID,
    IOCTL,
    READ,
    SETUP,
    TREE,
    TREE_CONNECT,
    WHATEVER,
    close,
    compound,
    create,
    create_reply,
    ioctl,
    ioctl_reply,
    ntlm,
    opening,
    packets_of,
    say,
    setup,
    setup_reply,
    talk,
    tree_connect,
    tree_connect_reply,
)  # fmt: skip
from smb2ioctl_codec import capture
from smb2ioctl_codec.capture import File, Share, User, context

SHARE = Share("\\\\srv\\data", 1, 8)
USER = User("ann", "DOM", "PC", 6)
FILE = File("a.txt", 10)
ASK, ANSWER = (say(5, IOCTL, ioctl()), False), (say(5, IOCTL, ioctl_reply(), reply=True), True)
PENDING = 0x103


def ioctls(data: bytes) -> list[capture.CapturedMessage]:
    return list(capture.read(io.BytesIO(data), commands=[IOCTL]))


def test_share_user_and_file_of_request_and_reply() -> None:
    for one in ioctls(talk(*opening(), ASK, ANSWER)):
        assert (one.share, one.user, one.file) == (SHARE, USER, FILE)


def test_what_is_known_of_the_other_messages() -> None:
    messages, _ = read(talk(*opening(), ASK))
    assert [one.file for one in messages] == [None] * 8 + [FILE]
    assert [one.share for one in messages] == [None] * 5 + [SHARE] * 3 + [SHARE]
    asked = User("ann", "DOM", "PC", 5)
    assert [one.user for one in messages] == [None, None, asked] + [USER] * 6


def test_nothing_is_known_without_these_messages() -> None:
    for left_out, known in ((2, (SHARE, None, FILE)), (4, (None, USER, FILE)), (6, (SHARE, USER, None))):
        steps = opening()
        del steps[left_out]
        for one in ioctls(talk(*steps, ASK, ANSWER)):
            names = [value and value.__class__ for value in (one.share, one.user, one.file)]
            assert names == [value and value.__class__ for value in known]


def test_an_error_has_the_file_of_its_request_and_no_file_outlives_its_close() -> None:
    failed = (say(5, IOCTL, ERROR, reply=True, status=0xC0000010), True)
    closed = (say(6, CLOSE, close()), False)
    again = (say(7, IOCTL, ioctl()), False)
    assert [one.file for one in ioctls(talk(*opening(), ASK, failed, closed, again))] == [FILE, FILE, None]


def test_a_file_id_counts_on_its_tree_and_in_its_session_only() -> None:
    for strange in (say(5, IOCTL, ioctl(), tree=TREE + 1), say(5, IOCTL, ioctl(), session=8)):
        (one,) = ioctls(talk(*opening(), (strange, False)))
        assert one.file is None
        assert one.share is None


def test_an_asynchronous_reply_has_the_share_of_its_request() -> None:
    interim = (say(5, IOCTL, ERROR, reply=True, status=PENDING, async_id=9), True)
    final = (say(5, IOCTL, ioctl_reply(), reply=True, async_id=9), True)
    messages = ioctls(talk(*opening(), ASK, interim, final))
    assert [(one.share, one.user, one.file) for one in messages] == [(SHARE, USER, FILE)] * 3
    (alone,) = ioctls(talk(*opening(), final))
    assert (alone.share, alone.user, alone.file) == (None, USER, None)


def test_an_asynchronous_create_gives_a_file() -> None:
    *steps, (_reply, _) = opening()
    steps += [(say(4, CREATE, ERROR, reply=True, status=PENDING, async_id=9), True),
              (say(4, CREATE, create_reply(), reply=True, async_id=9), True)]  # fmt: skip
    assert [one.file for one in ioctls(talk(*steps, ASK))] == [File("a.txt", 11)]


def test_the_file_of_a_related_compound() -> None:
    asked = compound(
        say(5, CREATE, create("b")), say(6, IOCTL, ioctl(WHATEVER), related=True),
        say(7, CLOSE, close(WHATEVER), related=True),
    )  # fmt: skip
    replies = compound(
        say(5, CREATE, create_reply(), reply=True), say(6, IOCTL, ioctl_reply(WHATEVER), reply=True, related=True),
        say(7, CLOSE, bytes(60), reply=True, related=True),
    )  # fmt: skip
    steps = opening()[:-2]
    one, two = ioctls(talk(*steps, (asked, False), (replies, True)))
    assert (one.file, two.file) == (File("b", None), File("b", 10))
    with_file = compound(say(5, IOCTL, ioctl()), say(6, IOCTL, ioctl(WHATEVER), related=True))
    assert [one.file for one in ioctls(talk(*opening(), (with_file, False)))] == [FILE, FILE]


def test_all_ones_stand_for_nothing_outside_a_related_compound() -> None:
    alone = (say(6, IOCTL, ioctl(WHATEVER), related=True), False)
    other = compound(say(7, CREATE, create("b")), say(8, READ, bytes(48)), say(9, IOCTL, ioctl(WHATEVER), related=True))
    single = (say(10, IOCTL, ioctl(WHATEVER)), False)
    assert [one.file for one in ioctls(talk(*opening(), ASK, alone, (other, False), single))] == [
        FILE,
        None,
        None,
        None,
    ]


def test_names_in_bytes_and_no_names_at_all() -> None:
    steps = opening()
    steps[2] = (say(2, SETUP, setup(ntlm("j\xf6rg", "", "PC", is_unicode=False)), tree=0), False)
    assert [one.user for one in ioctls(talk(*steps, ASK))] == [User("j\xf6rg", "", "PC", 6)]
    steps[2] = (say(2, SETUP, setup(b"kerberos"), tree=0), False)
    assert [one.user for one in ioctls(talk(*steps, ASK))] == [None]


def test_a_session_id_that_is_given_anew() -> None:
    again = [(say(8, SETUP, setup(b"kerberos"), session=0, tree=0), False),
             (say(8, SETUP, setup_reply(), reply=True, tree=0), True)]  # fmt: skip
    assert [one.user for one in ioctls(talk(*opening(), *again, ASK))] == [None]


def test_another_connection_of_a_session_knows_its_trees_and_files() -> None:
    first = packets_of(opening())
    bound = [(say(1, SETUP, setup(ntlm("ann", "DOM", "PC"), binding=True), tree=0), False),
             (say(1, SETUP, setup_reply(), reply=True, tree=0), True), ASK]  # fmt: skip
    unbound = [
        (say(1, SETUP, setup(b""), tree=0), False),
        (say(1, SETUP, setup_reply(), reply=True, tree=0), True),
        ASK,
    ]
    for steps, known in ((bound, True), (unbound, False)):
        # the address of another card of the server
        moved = [one.replace(b"\x0a\0\0\2", b"\x0a\0\0\3") for one in packets_of(steps, port=50001)]
        (one,) = ioctls(pcap([*first, *moved]))
        assert one.connection.number == 1
        assert (one.share == SHARE, one.file == FILE, one.user is not None) == (known, known, known)


def test_the_same_numbers_of_two_servers() -> None:
    first = packets_of(opening())
    second = packets_of([*opening(account="bob", path="\\\\two\\x", name="b"), ASK], port=50001)
    moved = [one.replace(b"\x0a\0\0\2", b"\x0a\0\0\3") for one in second]
    last = packet(b"\0\0\0" + bytes([len(ASK[0])]) + ASK[0], 1 + sum(4 + len(s) for s, reply in opening() if not reply))
    one, two = ioctls(pcap([*first, *moved, last]))
    assert (one.file, one.user and one.user.account, one.share and one.share.path) == (
        File("b", 20),
        "bob",
        "\\\\two\\x",
    )
    assert (two.file, two.user, two.share) == (FILE, USER, SHARE)


def test_the_least_recently_used_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "MOST_TEXT", 4 * (256 + 10))
    steps = opening()
    handles = [struct.pack("<QQ", number, 0) for number in range(10, 16)]
    for number, handle in enumerate(handles, 10):
        steps.append((say(number, CREATE, create(f"{number:05}")), False))
        steps.append((say(number, CREATE, create_reply(handle), reply=True), True))
        steps.append((say(90 + number, IOCTL, ioctl()), False))
    steps.append((say(80, IOCTL, ioctl(handles[0])), False))
    messages = ioctls(talk(*steps))
    assert [one.file for one in messages] == [FILE] * 6 + [None]


def test_what_does_not_fit_is_not_learned() -> None:
    rng = random.Random(5)
    steps = opening()
    for place, (content, reply) in enumerate(steps):
        for size in range(64, len(content)):
            cut = [*steps[:place], (content[:size], reply), *steps[place + 1 :], ASK, ANSWER]
            assert len(ioctls(talk(*cut))) == 2
        for _ in range(200):
            wrong = bytearray(content)
            for at in rng.sample(range(64, len(wrong)), 3):
                wrong[at] = rng.choice((0, 1, 0x7F, 0xFF))
            damaged = [*steps[:place], (bytes(wrong), reply), *steps[place + 1 :], ASK, ANSWER]
            for one in ioctls(talk(*damaged)):
                assert repr(one)


def test_the_time_between_request_and_reply() -> None:
    steps = packets_of([ASK, ANSWER, (say(9, IOCTL, ioctl_reply(), reply=True), True)])
    times = [SECONDS * 10**9 + n * 1_000_001 for n in range(len(steps))]
    data = section() + interface(options=[(9, b"\x09")])
    data += b"".join(enhanced(one, ticks) for one, ticks in zip(steps, times, strict=True))
    assert [one.time_since_request for one in read(data)[0]] == [None, 1_000_001, None]


def test_a_reply_that_was_given_before_its_request_gets_time_and_file_from_it() -> None:
    lost = (say(4, READ, bytes(48)), False)  # what follows it has to wait
    failed = (say(5, IOCTL, ERROR, reply=True, status=0xC0000010), True)
    packets = packets_of([*opening(), lost, ASK, failed])
    messages = capture.read_all(io.BytesIO(pcap([*packets[:-3], *packets[-2:]])), commands=[IOCTL])
    assert [(one.frame_number, one.partner, one.time_since_request, one.file) for one in messages] == [
        (11, 12, None, FILE), (12, 11, 0, FILE),
    ]  # fmt: skip


def test_the_recorded_session_of_an_administrator() -> None:
    messages = list(capture.read(DATA / "captures" / "net_rpc_user.pcap", commands=[IOCTL]))
    assert len(messages) == 16
    for one in messages:
        assert one.share == Share("\\\\127.0.0.1\\IPC$", 2, 13)
        assert one.user == User("root", "LAB", "LABSRV", 11)
        assert one.file == File("samr", 15)
    assert [one.time_since_request for one in messages[:4]] == [None, 626_000, None, 380_000]


def test_tree_connect_and_create_replies_without_a_request() -> None:
    steps = opening()
    late = (say(3, TREE_CONNECT, tree_connect_reply(), reply=True), True)
    later = (say(4, CREATE, create_reply(FILE_ID), reply=True), True)
    (one,) = ioctls(talk(*steps, late, later, ASK))
    assert (one.share, one.file) == (None, None)
    assert len(tree_connect("x")) == 10
