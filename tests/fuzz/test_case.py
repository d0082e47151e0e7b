"""What a case tells of its bytes."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import smb2ioctl_codec as s2
from smb2ioctl_codec.fuzz import Case, Place
from smb2ioctl_codec.fuzz.case import messages

CODE = s2.CtlCode.FSCTL_SRV_REQUEST_RESUME_KEY
REQUEST = s2.Packet(s2.Header(), s2.IoctlRequest(CODE, s2.FileId(1, 2)))
DATA = REQUEST.encode()


def case(data: bytes, place: Place = Place("disk", "file")) -> Case:  # noqa: B008 - a value
    return Case(data, "seed", "request", CODE, "", place=place)


def test_the_name_is_the_hash() -> None:
    assert case(DATA).name == sha256(DATA).hexdigest()


def test_where_the_ids_stand() -> None:
    assert case(DATA).offsets == {"file_id": (72,), "tree_id": (36,), "session_id": (40,), "message_id": (24,)}
    assert DATA[72:88] == s2.FileId(1, 2).encode()


def test_in_a_compound_they_stand_in_every_message() -> None:
    close = s2.Packet(s2.Header(s2.Command.CLOSE), bytes(24))
    data = s2.encode_chain([REQUEST, REQUEST, close])
    size = len(DATA) + -len(DATA) % 8
    assert case(data).offsets == {
        "file_id": (72, size + 72),
        "tree_id": (36, size + 36, 2 * size + 36),
        "session_id": (40, size + 40, 2 * size + 40),
        "message_id": (24, size + 24, 2 * size + 24),
    }


def test_what_is_not_there_or_is_to_stay_has_no_place() -> None:
    assert "file_id" not in case(DATA, Place("IPC$", "none")).offsets
    assert "session_id" not in case(DATA, Place("disk", "file", ("session_id",))).offsets
    assert case(DATA[:87]).offsets["file_id"] == ()
    assert case(DATA[:63]).offsets == {"file_id": (), "tree_id": (), "session_id": (), "message_id": ()}
    interim = s2.Header(flags=2, tree_id=None, reserved=None, async_id=1).encode() + DATA[64:]
    assert case(interim).offsets["tree_id"] == ()
    reply = replace(REQUEST.header, flags=1)  # type: ignore[arg-type]
    answered = s2.Packet(reply, s2.IoctlResponse(CODE, s2.FileId(1, 2))).encode()
    assert case(answered).offsets["file_id"] == ()
    assert case(s2.Packet(s2.Header(s2.Command.CREATE), bytes(64)).encode()).offsets["file_id"] == ()


def test_a_chain_is_followed_as_far_as_it_leads() -> None:
    data = s2.encode_chain([REQUEST, REQUEST])
    size = len(DATA) + -len(DATA) % 8
    assert list(messages(data)) == [(0, size), (size, len(data))]
    for step in (8, 63, len(data) + 8):
        broken = data[:20] + step.to_bytes(4, "little") + data[24:]
        assert list(messages(broken)) == [(0, len(data))]
    assert list(messages(b"\xfeSMA" + data[4:])) == []
