"""What is measured: each job in both directions, done by the codec, by the yardstick and by construct."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .by_construct import by_construct
from .by_hand import as_by_hand
from .timing import Way


@dataclass(frozen=True)
class Case:
    """One direction of a job, and the three ways to do it."""

    name: str
    codec: Way
    yardstick: Way
    construct: Way


def _everything(_: Any) -> bool:
    return True


@dataclass(frozen=True)
class Job:
    """A structure, and the yardstick's functions for it.

    Attributes:
        name: what the table calls it.
        value: the value that is encoded; its bytes are decoded.
        decode, encode: by hand.
        more: other values, compared but not timed: what `value` has none of, and smaller ones.
        unfit: values that cannot be encoded, and that replacing fields by anything does not make.
        covers: whether the yardstick has the form of a value; it refuses the bytes of others.
    """

    name: str
    value: Any
    decode: Callable[[Any], Any]
    encode: Callable[[Any], bytes]
    more: tuple[Any, ...] = ()
    unfit: tuple[Any, ...] = ()
    covers: Callable[[Any], bool] = _everything

    @property
    def data(self) -> bytes:
        """The bytes of the value."""
        data: bytes = self.value.encode()
        return data

    @property
    def codec_decode(self) -> Callable[[Any], Any]:
        """The codec's function, asked for after the first use, which compiles it."""
        type(self.value).decode(self.data)
        return type(self.value).decode  # type: ignore[no-any-return]

    def cases(self) -> tuple[Case, Case]:
        """Decode and encode."""
        data, value, (parse, build, wire) = self.data, self.value, by_construct(self.value)
        decoding = Case(f"decode {self.name}", Way(self.codec_decode, data), Way(self.decode, data), Way(parse, data))
        by_codec, by_hand = Way(type(value).encode, value), Way(self.encode, as_by_hand(value))
        return decoding, Case(f"encode {self.name}", by_codec, by_hand, Way(build, wire))
