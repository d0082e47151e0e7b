"""Mutations: any bytes are taken, lengths are kept or broken, and the same seed gives the same everywhere."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
from samples import (
    COPYCHUNK,
    DFS_GET_REFERRALS,
    ENUMERATE_SNAPSHOTS,
    MESSAGES,
    error,
    error_context,
    frame,
    header,
    pdus,
    referral_request,
    request,
    response,
    snapshot_array,
    token,
)

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz.making.seeds import seeds
from smb2ioctl_codec.fuzz.mutating import breaking, donors, keeping, mutator
from smb2ioctl_codec.fuzz.mutating.anatomy import anatomy
from smb2ioctl_codec.fuzz.mutating.draw import Draw
from smb2ioctl_codec.fuzz.mutating.edits import Change, fitted, replaced
from smb2ioctl_codec.fuzz.mutating.fields import Content, Part
from smb2ioctl_codec.fuzz.mutating.mutator import crossed, crossover, custom_crossover, custom_mutator, mutate, mutation
from smb2ioctl_codec.payloads.dfs import ReferralReply, ReferralRequest, ReferralV4
from smb2ioctl_codec.payloads.snapshots import SnapshotArray

REPLY, RELATED = 1, 4
STOPPED_ON_SYMLINK, BAD_NETWORK_NAME = 0x8000002D, 0xC00000CC

QUESTION = header() + request(DFS_GET_REFERRALS, referral_request(r"\server\root"))
ARRAY = snapshot_array(tuple(token(number) for number in range(3)))
SNAPSHOTS = header(flags=REPLY) + response(ENUMERATE_SNAPSHOTS, ARRAY)
TARGETS = ReferralReply(
    22, (ReferralV4(r"\a\root", r"\a\root", r"\one\share", 300), ReferralV4(r"\a\root", r"\a\root", r"\two\s", 60)), 3
)
REFERRALS = header(flags=REPLY) + response(DFS_GET_REFERRALS, TARGETS.encode())


def compound() -> bytes:
    """Give two requests in one, the second related."""
    second = s2.Packet.decode(header(flags=RELATED) + request(ENUMERATE_SNAPSHOTS))
    return s2.encode_chain([s2.Packet.decode(QUESTION), second])


COMPOUND = compound()
CONTEXTS = header(flags=REPLY, status=BAD_NETWORK_NAME) + error(
    error_context(b"abcdefgh") + error_context(b"x" * 8), count=2
)
#: Messages of all kinds that everything can be read of.
SOUND = [
    *MESSAGES,
    QUESTION,
    SNAPSHOTS,
    REFERRALS,
    COMPOUND,
    CONTEXTS,
    frame(QUESTION),
    frame(COMPOUND) + frame(SNAPSHOTS),
]
#: What cannot be read, or not all of it.
UNSOUND = [
    b"", b"\0", b"9", b"no message at all", bytes(300), b"\xfeSMB", b"\xfeSMB\x40\0", QUESTION[:63], QUESTION[:100],
    QUESTION[64:], SNAPSHOTS[64:], error(b"data"), REFERRALS[:-3], b"\0\0\0\xffjunk", frame(QUESTION)[:-9],
    b"\xfdSMB" + bytes(60), header(command=8) + b"read", frame(b"\xfeSMB"),
    header(next_command=64) + QUESTION, QUESTION * 300,
]  # fmt: skip


def readable(data: bytes) -> bool:
    """Whether all of it can be decoded: frames, messages and what they carry."""
    try:
        for message in s2.iter_frames(data) if data[:1] == b"\0" else (data,):
            for packet in s2.decode_chain(message):
                _payload(packet)
    except s2.DecodeError:
        return False
    return True


def _payload(packet: s2.Packet) -> Any:
    body, head = packet.body, packet.header
    if isinstance(head, s2.Header) and isinstance(body, s2.IoctlResponse):
        return body.payload(status=head.status)
    if isinstance(head, s2.Header) and isinstance(body, s2.ErrorResponse):
        return body.payload(head.status)
    return body.payload() if isinstance(body, s2.IoctlRequest) else body


def test_the_sound_ones_are_sound() -> None:
    """Else what follows would show nothing."""
    assert all(map(readable, SOUND))


# -- what holds of every mutation


@pytest.mark.parametrize("data", [*SOUND, *UNSOUND], ids=lambda data: f"{len(data)} bytes")
def test_any_bytes_become_others(data: bytes) -> None:
    """Never refused, never the same, and different ones for different seeds."""
    found = {mutate(data, seed) for seed in range(200)}
    assert data not in found
    assert len(found) > 60


@pytest.mark.parametrize("size", [1, 2, 63, 64, 120, 400])
def test_no_result_is_larger_than_allowed(size: int) -> None:
    for seed, data in enumerate([*SOUND, *UNSOUND] * 8):
        assert len(mutate(data, seed, size)) <= size
        assert len(crossover(data, REFERRALS, seed, size)) <= size
        assert mutate(data, seed, size) != data


def test_no_room_leaves_nothing() -> None:
    for data in (b"", b"a", QUESTION):
        assert mutate(data, 1, 0) == b""
        assert crossover(data, data, 1, 0) == b""


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_every_kind_of_bytes(kind: Callable[[bytes], Any]) -> None:
    for seed in range(50):
        assert mutate(kind(QUESTION), seed) == mutate(QUESTION, seed)
        assert crossover(kind(QUESTION), kind(SNAPSHOTS), seed) == crossover(QUESTION, SNAPSHOTS, seed)
    assert type(mutate(kind(QUESTION), 1)) is bytes


def test_the_bytes_given_stay_as_they_are() -> None:
    given = bytearray(QUESTION)
    for seed in range(200):
        mutate(given, seed)
    assert given == QUESTION


def test_mutations_of_mutations() -> None:
    """However broken the input is by then."""
    data = QUESTION
    for seed in range(3000):
        data = mutate(data, seed, 600) if seed % 7 else crossover(data, SOUND[seed % len(SOUND)], seed, 600)
        if not seed % 40:
            data = SOUND[seed // 40 % len(SOUND)]
        assert len(data) <= 600


def test_every_recorded_message_can_be_mutated() -> None:
    for seed, pdu in enumerate(pdus()):
        assert mutate(pdu.message, seed) != pdu.message
        assert mutate(pdu.body, seed) != pdu.body


# -- the same everywhere

#: Of what `_digest` gives. A change of the mutations changes it; another Python or machine does not.
DIGEST = "51f7583dc26f09e64a4fa06820ba4091e0ad080b50313fa0c45fcdeec4296274"


@pytest.fixture
def fixed_donors(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is taken from elsewhere does not change with the seeds of a corpus."""
    monkeypatch.setattr(donors, "message", lambda direction, draw: draw.pick((QUESTION, SNAPSHOTS)))
    monkeypatch.setattr(donors, "payload", lambda direction, draw: (COPYCHUNK, draw.bytes(24) + bytes(8)))


@pytest.mark.usefixtures("fixed_donors")
def test_the_same_in_every_version_of_python() -> None:
    digest = sha256()
    for seed in range(4000):
        data = [*SOUND, *UNSOUND][seed % (len(SOUND) + len(UNSOUND))]
        digest.update(mutate(data, seed, 2000))
        digest.update(crossover(data, SOUND[seed % 7], seed, 2000))
    assert digest.hexdigest() == DIGEST


def test_the_same_in_every_process() -> None:
    """Whatever the hashes of strings are there."""
    code = f"from smb2ioctl_codec.fuzz import mutate\nprint(*(mutate({QUESTION!r}, s).hex() for s in range(300)))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {(" ".join(mutate(QUESTION, seed).hex() for seed in range(300)) + "\n").encode()}


# -- lengths are kept


def _tried(way: Callable[..., Change | None], seeds: int) -> Iterator[tuple[bytes, bytes]]:
    """Sound messages, and what a way makes of them."""
    for data in SOUND:
        for seed in range(seeds):
            made = way(anatomy(data), Draw(seed))
            if made is not None and made.data != data:
                yield data, bytes(made.data)


#: How many results of each way can be read, of all, at least and at most.
READABLE: dict[Callable[..., Change | None], tuple[float, float]] = {
    keeping.set_numbers: (0.9, 1),
    keeping.set_blob: (0.99, 1),
    keeping.resize: (0.8, 1),
    keeping.change_list: (1, 1),
    keeping.change_code: (0.2, 0.9),
    keeping.swap_payload: (0.8, 1),
    keeping.add_message: (1, 1),
    keeping.remove_message: (1, 1),
    breaking.break_numbers: (0, 0.4),
    breaking.break_pair: (0, 0.4),
    breaking.break_chain: (0, 0.2),
    breaking.no_text: (0, 0.6),
    breaking.cut: (0, 0.1),
}


@pytest.mark.parametrize("way", READABLE, ids=lambda way: way.__name__)
def test_how_much_can_be_read(way: Callable[..., Change | None]) -> None:
    found = [readable(made) for _, made in _tried(way, 60)]
    assert len(found) > 50
    least, most = READABLE[way]
    assert least <= sum(found) / len(found) <= most


def _contents(data: bytes) -> Iterator[tuple[Part, Content]]:
    """The texts and bytes of a message that may be of any size: not those that hold a payload."""
    for message in anatomy(data).messages:
        for part in filter(None, (message.body, *message.payloads)):
            for content in part.contents:
                records = [each for each in message.payloads if each is not part]
                holds_one = any(content.start <= each.low and each.high <= content.end for each in records)
                if content.kind != "list" and not holds_one:
                    yield part, content


def test_a_content_of_another_size_is_read_back() -> None:
    """All lengths, counts, offsets, links and frames around each content know of its new size."""
    tried = Counter[str]()
    for data in SOUND:
        for part, content in _contents(data):
            for text in ("", "x", "a longer text " * 9):
                new = fitted(content, text.encode("utf-16-le"), content.end - content.start)
                made = bytes(replaced(part, content, content.start, content.end, new))
                assert len(made) == len(data) + len(new) - (content.end - content.start)
                assert readable(made), (content.span.path, text)
                tried[content.span.path.partition("[")[0]] += 1
    assert {
        "IoctlRequest.input", "IoctlResponse.output", "ErrorResponse.error_data", "ErrorContext.error_context_data",
        "ReferralRequest.request_file_name", "SnapshotArray.snapshots", "ReferralReply.referral_entries",
    } <= tried.keys()  # fmt: skip


def _is_shared(part: Part, content: Content) -> bool:
    """Whether another text has some of its bytes."""
    return any(
        each is not content and each.kind == "text" and each.start < content.end and content.start < each.end
        for each in part.contents
    )


def test_a_text_of_another_size_is_read_back_everywhere() -> None:
    """Of every structure that has one, in all the forms that the seeds of a corpus have, but for texts that overlap."""
    tried = set()
    for case in seeds():
        for part, content in _contents(case.data) if len(case.data) <= donors.LARGEST_DONOR else ():
            if content.kind == "text" and not _is_shared(part, content):
                new = fitted(content, "another text ".encode("utf-16-le"), content.end - content.start)
                made = bytes(replaced(part, content, content.start, content.end, new))
                assert readable(made), (case.what, content.span.path)
                tried.add(content.span.path.partition(".")[0])
    assert len(tried) >= 18, tried


def test_lists_are_read_back_everywhere() -> None:
    """With other elements than before. Not of replies that were cut, nor of names that two entries share."""
    tried = set()
    for number, case in enumerate(seeds()):
        for seed in range(3) if len(case.data) <= donors.LARGEST_DONOR else ():
            made = keeping.change_list(anatomy(case.data), Draw(3 * number + seed))
            if made is not None and "Truncated" not in made.path and "expanded_names" not in made.path:
                assert readable(bytes(made.data)), (case.what, made)
                tried.add(made.path.partition("[")[0])
    assert len(tried) >= 12, tried


def test_a_longer_text_in_a_referral_reply() -> None:
    """The strings behind it are found where they are now, and nothing else changes."""
    part = anatomy(REFERRALS).messages[0].payloads[0]
    content = next(each for each in part.contents if each.span.path.endswith("[0].network_address"))
    made = bytes(replaced(part, content, content.start, content.end, r"\a-longer-name\share".encode("utf-16-le")))
    payload = _payload(s2.Packet.decode(made))
    assert [each.network_address for each in payload.referral_entries] == [r"\a-longer-name\share", r"\two\s"]
    assert [each.time_to_live for each in payload.referral_entries] == [300, 60]


def _lists(data: bytes) -> Counter[int]:
    """How many elements the payloads have that the mutations of a list make."""
    sizes: Counter[int] = Counter()
    for seed in range(200):
        made = keeping.change_list(anatomy(data), Draw(seed))
        if made is None:
            continue
        payload = _payload(s2.Packet.decode(bytes(made.data)))
        elements = payload.snapshots if isinstance(payload, SnapshotArray) else payload.referral_entries
        assert len(elements) == getattr(payload, "number_of_snapshots", len(elements))
        sizes[len(elements)] += 1
    return sizes


def test_elements_are_added_and_removed() -> None:
    """And counted: three labels, two targets."""
    assert {2, 3, 4, 5, 258} <= _lists(SNAPSHOTS).keys()
    assert {1, 3, 4} <= _lists(REFERRALS).keys()


def test_copies_of_a_target_have_its_strings() -> None:
    for seed in range(200):
        made = keeping.change_list(anatomy(REFERRALS), Draw(seed))
        if made is not None and made.what == "3 more":
            payload = _payload(s2.Packet.decode(bytes(made.data)))
            assert Counter(each.network_address for each in payload.referral_entries) in (
                Counter({r"\one\share": 4, r"\two\s": 1}), Counter({r"\one\share": 1, r"\two\s": 4}),
            )  # fmt: skip
            break
    else:
        pytest.fail("no target was repeated three times")


def test_messages_are_added_and_removed() -> None:
    found: Counter[int] = Counter()
    for way in (keeping.add_message, keeping.remove_message):
        for seed in range(40):
            made = way(anatomy(COMPOUND), Draw(seed))
            assert made is not None
            found[len(s2.decode_chain(bytes(made.data)))] += 1
    assert {1, 3} <= found.keys()


# -- lengths are broken


def _places(data: bytes) -> tuple[int, int]:
    """InputOffset and InputCount of a request."""
    return int.from_bytes(data[88:92], "little"), int.from_bytes(data[92:96], "little")


def test_offset_and_count_wrap_together() -> None:
    """Each alone is refused by any decoder; their sum in 32 bits is not, where it is small again."""
    found = [_places(mutate(QUESTION, seed).ljust(120)) for seed in range(2000)]
    assert sum(offset + count >= 1 << 32 and offset + count & 0xFFFFFFFF <= 200 for offset, count in found) > 20
    assert sum(offset + count == len(QUESTION) + 1 for offset, count in found) > 2


def test_every_boundary_of_a_count_is_tried() -> None:
    """Past the end, at 2^16, 2^31 and 2^32."""
    counts = {_places(mutate(QUESTION, seed).ljust(120))[1] for seed in range(6000)}
    size = len(QUESTION) - 120
    assert {size - 1, size + 1, 0, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF} <= counts


def test_next_command_leads_nowhere() -> None:
    links = {int.from_bytes(mutate(QUESTION, seed)[20:24].ljust(4), "little") for seed in range(6000)}
    assert {8, 64, len(QUESTION), 0x80000000, 0xFFFFFFF8} <= links


def test_the_end_is_cut_and_bytes_follow_it() -> None:
    sizes = {len(mutate(QUESTION, seed)) - len(QUESTION) for seed in range(3000)}
    assert {1, 8, 64, 512} <= sizes
    assert any(mutate(QUESTION, seed) == QUESTION[:size] for seed in range(3000) for size in (len(QUESTION) - 1,))


def test_texts_that_are_none() -> None:
    """Lone surrogates, half a character, no terminator; the length says what is there."""
    reasons = set()
    for seed in range(300):
        made = breaking.no_text(anatomy(QUESTION), Draw(seed))
        assert made is not None
        body = s2.Packet.decode(bytes(made.data)).body
        assert isinstance(body, s2.IoctlRequest)
        try:
            found = body.payload()
        except s2.DecodeError as error:
            reasons.add(error.reason)
        else:
            assert isinstance(found, ReferralRequest)
            reasons.add("" if "\0" in found.terminator else "no terminator")
    assert {"no UTF-16: illegal UTF-16 surrogate", "no UTF-16: truncated data", "no terminator"} <= reasons


# -- all that can be done is done


def test_every_way_is_taken() -> None:
    """And says what it did, and to which field."""
    found = {re.sub(r"^\d+ |(?<=cut to) .*", "", mutation(data, seed).what) for data in SOUND for seed in range(400)}
    assert {
        "another value", "other bytes", "bytes", "more", "removed", "swapped", "another control code",
        "another payload", "one more message", "one message less", "one more frame", "one frame less", "wrong",
        "two wrong", "offset and size", "link", "bytes that no length counts", "no UTF-16", "cut to",
        "bytes behind the end", "blind", "a message of its own",
    } <= found  # fmt: skip
    paths = {mutation(QUESTION, seed).path for seed in range(3000)}
    numbers = {f"IoctlRequest.{field.name}" for field in s2.IoctlRequest.PLAN.fields if field.kind == "integer"}
    assert numbers | {"ReferralRequest.max_referral_level", "ReferralRequest.request_file_name"} <= paths


def test_of_nothing_comes_a_message() -> None:
    """So that a fuzzer with an empty corpus gets somewhere."""
    found = [mutate(b"", seed) for seed in range(200)]
    assert sum(map(readable, found)) > 50


# -- crossovers


def test_a_crossover_has_something_of_both() -> None:
    found = Counter(crossed(QUESTION, SNAPSHOTS, seed).what for seed in range(300))
    assert {
        "another payload", "a content of another", "numbers of another", "one more message", "spliced",
        "spliced at one place", "a block of another",
    } <= found.keys()  # fmt: skip
    codes = set()
    for seed in range(300):
        made = crossed(QUESTION, header() + request(ENUMERATE_SNAPSHOTS, ARRAY), seed)
        if made.what == "another payload":
            assert readable(made.data) or made.data[68:72] == QUESTION[68:72]
            assert ARRAY in made.data
            codes.add(made.data[68:72])
    assert codes == {QUESTION[68:72], ENUMERATE_SNAPSHOTS.to_bytes(4, "little")}


@pytest.mark.parametrize("second", [*SOUND, *UNSOUND], ids=lambda data: f"{len(data)} bytes")
def test_any_two_can_be_crossed(second: bytes) -> None:
    for first in (b"", b"garbage", QUESTION, REFERRALS, frame(COMPOUND)):
        found = {crossover(first, second, seed) for seed in range(20)}
        assert first not in found
        assert found


# -- as the tools call them


def test_the_forms_that_fuzzers_call() -> None:
    """Atheris passes data, size and seed; data, data, size and seed."""
    assert custom_mutator(QUESTION, 100, 7) == mutate(QUESTION, 7, 100)
    assert custom_crossover(QUESTION, SNAPSHOTS, 100, 7) == crossover(QUESTION, SNAPSHOTS, 7, 100)
    assert list(inspect.signature(custom_mutator).parameters) == ["data", "max_size", "seed"]
    assert list(inspect.signature(custom_crossover).parameters) == ["data1", "data2", "max_out_size", "seed"]


def test_ways_have_names() -> None:
    assert len({way for way, _ in mutator.WAYS}) == len(mutator.WAYS)
    assert all(weight > 0 for _, weight in mutator.WAYS)
