"""What all valid cases are made with: bytes of a seed, values of every type, requests and replies around them."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.fuzz.case import Case, Place
from smb2ioctl_codec.fuzz.making import build
from smb2ioctl_codec.fuzz.values.fit import LARGEST
from smb2ioctl_codec.fuzz.values.variants import Variant, variants
from smb2ioctl_codec.messages import IoctlRequest
from smb2ioctl_codec.schema import Record

#: Input and output of codes without a type.
OPAQUE = 24


class Made(NamedTuple):
    """A valid message; the payload that it carries, and of a reply the request's, where only that tells the type."""

    case: Case
    value: Any = None
    asked: Any = None


class Source(Random):
    """Bytes that mean nothing, the same again for the same seed; and the values that were made of them."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.made: dict[type[Record], list[Variant]] = {}


def request_case(body: IoctlRequest, what: str, path: str = "", place: Place | None = None) -> Case:
    """A valid request."""
    code = body.ctl_code
    return Case(
        build.request_message(body), "seed", "request", code, what, path, place=place or build.place_of(code)
    )  # fmt: skip


def reply_case(data: bytes, code: CtlCode | None, what: str, path: str = "") -> Case:
    """A valid reply."""
    return Case(data, "seed", "response", code, what, path)


def values_of(kind: type[Record], random: Source) -> list[Variant]:
    """All values of a type that fit; the same ones wherever the type stands."""
    if kind not in random.made:
        random.made[kind] = [each for each in variants(kind, random) if len(each.value.encode()) <= LARGEST]
    return random.made[kind]


def path_of(kind: type[Record], each: Variant) -> str:
    """The field that a value is about; empty for none."""
    return f"{kind.__name__}.{each.name}" if each.name else ""
