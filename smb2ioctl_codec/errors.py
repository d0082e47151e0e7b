"""The one family of exceptions that decoders and encoders raise, and the refusal that a server backend may raise.

`CodecError` carries data first and text second: path, offset, needed, available, limit, rule and status are
attributes, and `str()` renders them in one line.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from smb2ioctl_codec.ntstatus import NtStatus

P = ParamSpec("P")
T = TypeVar("T")


class CodecError(ValueError):
    """Something is wrong with bytes (`DecodeError`) or with a value (`EncodeError`).

    Attributes:
        reason: what is wrong, without the place.
        path: the field, from the record down: ``IoctlRequest.input``.
        offset: bytes from the first byte given to where the field lies; None where no place is known.
        needed: bytes that the field asks for, if a length is what is wrong.
        available: bytes that are there, if a length is what is wrong.
        limit: the wire field that asked for `needed` bytes.
        rule: id of the broken rule, None if any reader would refuse.
        status: the NTSTATUS that a server of the rule set answers, None if no rule says so.
    """

    def __init__(
        self,
        reason: str,
        *,
        path: str = "",
        offset: int | None = None,
        needed: int | None = None,
        available: int | None = None,
        limit: str | None = None,
        rule: str | None = None,
        status: NtStatus | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.offset = offset
        self.needed = needed
        self.available = available
        self.limit = limit
        self.rule = rule
        self.status = status

    def __str__(self) -> str:
        at = "" if self.offset is None else f"at offset {self.offset}"
        place = " ".join(filter(None, (self.path, at)))
        notes = []
        if self.needed is not None:
            notes.append(f"needed {self.needed}, available {self.available}")
        if self.limit is not None:
            notes.append(f"limit set by {self.limit}")
        if self.rule is not None:
            notes.append(f"rule {self.rule}")
        if self.status is not None:
            notes.append(f"status {self.status!s}")
        text = f"{place}: {self.reason}" if place else self.reason
        return f"{text} ({'; '.join(notes)})" if notes else text

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.reason, {k: v for k, v in self.__dict__.items() if k != "reason"})


class DecodeError(CodecError):
    """The bytes break the layout, or a rule of the rule set in force."""


class EncodeError(CodecError):
    """The value cannot be written: a field has the wrong type, is out of range, or contradicts another."""


def encoding(path: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorator of a function that takes any object: whatever goes wrong with one is an EncodeError at `path`.

    An object of a stranger's class may raise anything when it is asked what it is.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def encode(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return function(*args, **kwargs)
            except EncodeError:
                raise
            except Exception as error:
                raise EncodeError(f"cannot be encoded: {type(error).__name__}", path=path) from error

        return encode

    return decorate


class StatusError(Exception):
    """A server backend refuses a request with this NTSTATUS; `server.respond` turns it into the reply's status."""

    def __init__(self, status: NtStatus) -> None:
        super().__init__(status)
        self.status = status


def _rebuild(cls: type[CodecError], reason: str, notes: dict[str, object]) -> CodecError:
    error = cls(reason)
    error.__dict__.update(notes)
    return error
