"""The corpora that are compared: without any knowledge, with a little, and this project's."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from smb2ioctl_codec import fuzz

sys.path.insert(0, str(Path(__file__).parents[1]))

import samples

#: Files of a corpus, at most.
COUNT = 1100

_SIZES = range(400)


def _random_bytes() -> Iterator[bytes]:
    generator = random.Random(0)
    while True:
        yield generator.randbytes(generator.choice(_SIZES))


def _random_bodies() -> Iterator[bytes]:
    """Behind the header of an IOCTL request, and behind that of its reply."""
    for number, body in enumerate(_random_bytes()):
        yield samples.header(flags=number % 2) + body


def _naive() -> list[bytes]:
    """Five messages as one writes them down to have something."""
    reply = samples.header(flags=1)
    return [
        samples.header() + samples.request(samples.DFS_GET_REFERRALS, samples.referral_request("\\server\\dfs\\link")),
        samples.header() + samples.request(samples.PIPE_TRANSCEIVE, b"\x05\0\0\x03"),
        samples.header() + samples.request(samples.ENUMERATE_SNAPSHOTS, max_output_response=16),
        reply + samples.response(samples.ENUMERATE_SNAPSHOTS, samples.snapshot_array((samples.token(1),))),
        samples.header(flags=1, status=samples.INVALID_PARAMETER) + samples.error(),
    ]


def _recorded() -> list[bytes]:
    """Some of the messages that differ in more than their header."""
    kept = list({pdu.message[64:]: pdu.message for pdu in samples.pdus()}.values())
    return random.Random(0).sample(kept, COUNT)


def _data(cases: Iterable[fuzz.Case]) -> Iterator[bytes]:
    return (case.data for case in cases)


CORPORA: dict[str, Callable[[], Iterable[bytes]]] = {
    "random bytes": _random_bytes,
    "header, random body": _random_bodies,
    "5 naive messages": _naive,
    "byte mutations of these": lambda: _naive() + list(samples.mutants(_naive(), COUNT, 0)),
    "recorded messages": _recorded,
    "fuzz.corpus(minimal=True)": lambda: _data(fuzz.corpus(minimal=True)),
    'fuzz.corpus(kinds=["seed"], count=1100)': lambda: _data(fuzz.corpus(kinds=["seed"])),
    "fuzz.corpus(count=300)": lambda: _data(fuzz.corpus(count=300)),
    "fuzz.corpus(count=1100)": lambda: _data(fuzz.corpus(count=COUNT)),
}


def corpus(name: str) -> list[bytes]:
    """The first files of a corpus."""
    return list(islice(CORPORA[name](), COUNT))
