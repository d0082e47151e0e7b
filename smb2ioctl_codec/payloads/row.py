"""What is known of one control code: a row of the registry."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, reduce
from importlib import import_module
from operator import or_
from types import UnionType
from typing import Any, Literal

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.errors import DecodeError
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import Record, value_class

Direction = Literal["request", "response"]


@value_class
class Row:
    """What is known of one control code.

    Attributes:
        ctl_code: the code; `name` is its name.
        section: documents and sections of the payloads.
        needs_no_handle: the FileId must be all ones ([MS-SMB2] 3.3.5.15).
        remark: why a payload is raw bytes, where that is a decision.
    """

    ctl_code: CtlCode
    section: str = ""
    needs_no_handle: bool = False
    remark: str = ""
    #: ``module:name`` of the payload types, a space between several; loaded when asked for
    _request: str = ""
    _response: str = ""
    #: of the functions that choose among several types: from the data, and for a response also from the request's
    #: payload and the status; None stands for bytes
    _request_type: str = ""
    _response_type: str = ""
    #: no bytes at all are as good as the payload
    _request_optional: bool = False
    _response_optional: bool = False
    #: of the function that tells what rules ask about a request
    _facts: str = ""

    @property
    def name(self) -> str:
        """The documented name; a hexadecimal number for an unknown code."""
        return self.ctl_code.name

    @property
    def request(self) -> type[Record] | UnionType | None:
        """The type of the input, or the union of its types; None if it is raw bytes, or there is none."""
        return _union(self.types("request"))

    @property
    def response(self) -> type[Record] | UnionType | None:
        """The type of the output, or the union of its types; None if it is raw bytes, or there is none."""
        return _union(self.types("response"))

    def types(self, direction: Direction) -> tuple[type[Record], ...]:
        """All types of the payload in one direction."""
        places = self._request if direction == "request" else self._response
        return tuple(_load(place) for place in places.split())

    def names(self, kind: type[Any], direction: Direction) -> bool:
        """Whether this is one of the payload's types; loads no module but its own."""
        places = self._request if direction == "request" else self._response
        return any(place.endswith(f":{kind.__name__}") and _load(place) is kind for place in places.split())

    def decode_request(self, data: bytes) -> Record | bytes:
        """The input as the type that it has; bytes if it has none, or is left out where it may be.

        Raises:
            DecodeError: the bytes are not of that type; offsets count from their first.
        """
        return _decoded(self.request_kind(data), data)

    def decode_response(
        self, data: bytes, request: Record | bytes | None = None, status: int = NtStatus.SUCCESS
    ) -> Record | bytes:
        """The output as the type that it has.

        Args:
            data: the output.
            request: payload of the request that is answered, for outputs that only it explains.
            status: status of the reply. Under an error only what is known to come with errors has a type; of an output
                that was cut (BUFFER_OVERFLOW), what cannot be read as its type stays bytes, unless the type is made for
                what was cut.

        Raises:
            DecodeError: the bytes are not of that type, or do not answer the request; offsets count from their first.
        """
        kind = self.response_kind(data, request, status)
        if kind is None:
            return data
        try:
            value: Record = kind.decode(data)
        except DecodeError:
            if status == NtStatus.BUFFER_OVERFLOW and not getattr(kind, "truncated", False):
                return data
            raise
        check = getattr(value, "check_against", None)
        if request is not None and check is not None:
            check(request)
        return value

    def request_kind(self, data: bytes) -> type[Record] | None:
        """The type that the input is read as; None for bytes."""
        if not data and self._request_optional:
            return None
        if self._request_type:
            kind: type[Record] | None = _load(self._request_type)(data)
            return kind
        return self.types("request")[0] if self._request else None

    def response_kind(
        self, data: bytes, request: Record | bytes | None = None, status: int = NtStatus.SUCCESS
    ) -> type[Record] | None:
        """The type that the output is read as; None for bytes. Arguments as for `decode_response`."""
        if not data and self._response_optional:
            return None
        if self._response_type:
            kind: type[Record] | None = _load(self._response_type)(data, request, status)
            return kind
        return self.types("response")[0] if self._response and not NtStatus(status).is_error else None

    def facts(self, data: bytes) -> dict[str, Any]:
        """What rules ask about the input, by name."""
        tell: Callable[[bytes], dict[str, Any]] | None = _load(self._facts) if self._facts else None
        return {} if tell is None else tell(data)


@cache
def _load(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(f"smb2ioctl_codec.payloads.{module}"), name)


def _union(types: tuple[Any, ...]) -> type[Record] | UnionType | None:
    whole: type[Record] | UnionType | None = reduce(or_, types) if types else None
    return whole


def _decoded(kind: type[Record] | None, data: bytes) -> Record | bytes:
    return data if kind is None else kind.decode(data)
