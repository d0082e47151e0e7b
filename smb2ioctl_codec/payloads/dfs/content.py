"""Entries and strings of a referral reply as one content: what the schema's readers call."""

from __future__ import annotations

from typing import Any, NoReturn

from smb2ioctl_codec.errors import EncodeError
from smb2ioctl_codec.payloads.dfs.entries import Referral
from smb2ioctl_codec.payloads.dfs.lay_out import lay_out, odd
from smb2ioctl_codec.payloads.dfs.read import read
from smb2ioctl_codec.payloads.dfs.strings import ENTRIES_START
from smb2ioctl_codec.payloads.dfs.survey import Found, Survey
from smb2ioctl_codec.payloads.dfs.trace import trace
from smb2ioctl_codec.payloads.dfs.write import write
from smb2ioctl_codec.schema import Own
from smb2ioctl_codec.schema.runtime import Refused, as_bytes


class Referrals(Own):
    """All of them."""

    type = "referral[]"
    attributes = ("referral_entries", "string_layout", "slack")
    count = "number_of_referrals"

    def read(self, data: bytes, start: int, count: int | None) -> tuple[Any, ...]:
        if data[0] & 1:
            raise Refused
        return read(data, start, count or 0)

    def write(self, value: Any) -> bytes:
        return write(value)

    def explain(self, value: Any) -> bytes:
        return lay_out(value)

    def trace(self, reader: Any, field: Any, start: int, count: int | None) -> None:
        _judge_path(reader)
        trace(reader, field, start, count or 0)

    def normalise(self, value: Any) -> None:
        """Of layouts that give the same bytes keep the first, of fillings of gaps with zeros none."""
        data = bytes(ENTRIES_START) + write(value)
        _, layout, slack = read(data, ENTRIES_START, len(value.referral_entries))
        object.__setattr__(value, "string_layout", layout)
        object.__setattr__(value, "slack", slack)


class CutReferrals(Own):
    """As much of them as a reply that was cut has; the class holds it as bytes."""

    type = "referral[]"
    attributes = ("content",)

    def read(self, data: bytes, start: int, count: int | None) -> tuple[Any, ...]:  # noqa: ARG002
        if data[0] & 1:
            raise Refused
        self._survey(data, _refuse)
        return (data[start:],)

    def write(self, value: Any) -> bytes:
        return self.explain(value)

    def explain(self, value: Any) -> bytes:
        def refuse(name: str, reason: str, **_: object) -> NoReturn:
            raise EncodeError(reason, path=f"{type(value).__name__}.{name}")

        consumed = value.path_consumed
        if isinstance(consumed, int) and consumed & 1:
            refuse("path_consumed", odd(consumed))
        try:
            content = as_bytes(value.content)
        except TypeError as error:
            refuse("content", str(error))
        self._survey(_with_count(value.number_of_referrals, content), refuse)
        return content

    def trace(self, reader: Any, field: Any, start: int, count: int | None) -> None:  # noqa: ARG002
        _judge_path(reader)
        trace(reader, field, start, _count(reader.data), cut=True)

    def entries(self, data: bytes) -> list[Found]:
        """Every entry with its fields and strings, of bytes that are valid; the start of one that was cut too."""
        survey = self._survey(data, _refuse)
        return [*survey.entries, survey.cut_entry] if survey.cut_entry else survey.entries

    @classmethod
    def whole_entries(cls, count: int, content: bytes) -> tuple[Referral, ...]:
        """The entries that are whole."""
        return cls._survey(_with_count(count, content), lambda *_, **__: None).whole

    @staticmethod
    def _survey(data: bytes, note: Any) -> Survey:
        return Survey(data, ENTRIES_START, _count(data), "TruncatedReferralReply", note, cut=True)


def _count(data: bytes) -> int:
    return int.from_bytes(data[2:4], "little")


def _with_count(count: int, content: bytes) -> bytes:
    """A reply of which but the number of entries is zero."""
    return bytes(2) + count.to_bytes(2, "little") + bytes(4) + content


def _judge_path(reader: Any) -> None:
    consumed = int.from_bytes(reader.data[:2], "little")
    if consumed & 1:
        reader.note_defect("path_consumed", odd(consumed), offset=0)


def _refuse(*_: object, **__: object) -> None:
    raise Refused
