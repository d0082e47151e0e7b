"""What is wrong with a request by the rules of a server: all of it, in that server's order, and never an exception."""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import cache
from struct import Struct
from typing import Any

from smb2ioctl_codec.messages.header import HEADER_SIZE
from smb2ioctl_codec.messages.ioctl import IoctlRequest
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.rules import SAMBA_3_6, Rule, RuleSet, is_broken
from smb2ioctl_codec.schema import Buffer, value_class
from smb2ioctl_codec.schema.runtime import as_bytes
from smb2ioctl_codec.schema.source import format_of
from smb2ioctl_codec.schema.violations import error_of

#: Where the control code stands.
_CODE = IoctlRequest.PLAN.field("ctl_code").offset or 0


@value_class
class Violation:
    """A rule that a message breaks.

    Attributes:
        rule: the rule: id, section, status.
        path, offset: the field that it is about, and its place in bytes from the first byte of the body.
        message: what is wrong, in one line.
    """

    rule: Rule
    path: str
    offset: int
    message: str

    def __str__(self) -> str:
        return self.message


@cache
def _fixed_part() -> tuple[list[str], Callable[[bytes], tuple[Any, ...]]]:
    """Names of the fields before the input, and what reads them; of the FileId, its halves."""
    fixed = [field for field in IoctlRequest.PLAN.fields if field.fixed]
    parts = [field.record.PLAN.fields if field.kind == "nested" else (field,) for field in fixed]
    return [part.name for some in parts for part in some], Struct(format_of(fixed)).unpack_from


class RequestFacts:
    """What rules may ask about a request, by name: its wire fields, its size, and what its payload tells.

    Of a body that is shorter than its fixed part nothing is known but the size and, if they are there, StructureSize as
    `declared_size` and, where that is no less than 8, the control code as `asked_code`: servers look at nothing else.
    """

    def __init__(self, body: bytes, *, related: bool) -> None:
        values: dict[str, Any] = {"size": len(body), "related": related}
        self.values = values
        if len(body) >= 2:
            values["declared_size"] = int.from_bytes(body[:2], "little")
        if len(body) >= _CODE + 4 <= values["declared_size"]:
            values["asked_code"] = int.from_bytes(body[_CODE : _CODE + 4], "little")
        if len(body) < IoctlRequest.PLAN.head:
            return
        names, unpack = _fixed_part()
        values |= zip(names, unpack(body), strict=True)
        start = values["input_offset"] - HEADER_SIZE if values["input_count"] else IoctlRequest.PLAN.head
        end = start + values["input_count"]
        if IoctlRequest.PLAN.head <= start and end <= len(body):
            values["input"] = body[start:end]
            values |= registry.lookup(values["ctl_code"]).facts(values["input"])

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def known(self) -> Set[str]:
        """The names that can be asked for."""
        return self.values.keys()


def broken_rules(facts: RequestFacts, rules: RuleSet) -> list[Rule]:
    """The rules that a request breaks, as far as its bytes tell, in the order of the rule set."""
    return [rule for rule in rules if is_broken(rule, facts, facts.known)]


def check_request(body: Buffer, rules: RuleSet = SAMBA_3_6, *, related: bool = False) -> tuple[Violation, ...]:
    """The rules that an IOCTL request breaks, in the order in which a server of the rule set would find them.

    Rules that ask for what only a server knows (the share, the opens, the pipe) are passed over.

    Args:
        body: all bytes after the header; they need not be a request at all.
        rules: the rule set.
        related: an earlier operation of the compound supplies the handle.

    Raises:
        TypeError: `body` is no bytes-like object.
    """
    facts = RequestFacts(as_bytes(body), related=related)
    broken = broken_rules(facts, rules)
    errors = [error_of(rule, IoctlRequest.PLAN, facts.values) for rule in broken]
    return tuple(
        Violation(rule, error.path, error.offset or 0, str(error)) for rule, error in zip(broken, errors, strict=True)
    )
