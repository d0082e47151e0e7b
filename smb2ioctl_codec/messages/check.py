"""What is wrong with a request by the rules of a server: all of it, in that server's order, and never an exception."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from smb2ioctl_codec.messages.ioctl import IoctlRequest
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.rules import SAMBA_3_6, Rule, RuleSet, Untold, broken
from smb2ioctl_codec.schema import Buffer, value_class
from smb2ioctl_codec.schema.runtime import as_bytes
from smb2ioctl_codec.schema.spans import error_of, read


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


class RequestFacts:
    """What rules may ask about a request: its wire fields, its size, and what its payload tells.

    A mapping from names to values, which are worked out when first asked for. A name whose value the body is too
    broken to give is `Untold`.
    """

    #: the names besides the wire fields
    extra: frozenset[str] = frozenset({"size", "related", "persistent", "volatile", "path_is_text"})
    known: frozenset[str] = frozenset(field.name for field in IoctlRequest.PLAN.fields) | extra

    def __init__(self, body: bytes, related: bool) -> None:
        self.body = body
        self.related = related
        self.wire = read(IoctlRequest.PLAN, body).wire

    def __getitem__(self, name: str) -> Any:
        if name in self.wire:
            return self.wire[name]
        if name in self.extra:
            return self._tell(name)
        raise Untold(name)

    def _tell(self, name: str) -> Any:
        match name:
            case "size":
                return len(self.body)
            case "related":
                return self.related
            case "persistent" | "volatile":
                return self["file_id"][name]
        return self.payload[name]

    @cached_property
    def payload(self) -> dict[str, Any]:
        return registry.lookup(self["ctl_code"]).facts(self["input"])


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
    facts = RequestFacts(as_bytes(body), related)
    return tuple(_violation(rule, facts) for rule in broken(rules, facts, facts.known))


def _violation(rule: Rule, facts: RequestFacts) -> Violation:
    values = {name: facts[name] for name in rule.names}
    error = error_of(rule, IoctlRequest.PLAN, facts.wire | values | {"size": len(facts.body)})
    return Violation(rule, error.path, error.offset or 0, str(error))
