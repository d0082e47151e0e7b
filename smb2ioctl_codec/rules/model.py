"""What a rule is, what a rule set is, and how the facts of a message are held against them.

A rule's test is a small expression over names: wire fields of the message (`input_count`), `size` (bytes of the body)
and facts that only a server knows (`share_is_ipc`, `open_missing`). Who applies a rule gives it the names that he
knows; a rule that needs others is passed over. So one table feeds the decoder's checks, `check_request`, the server and
the documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any, Literal, Protocol

from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.ntstatus import NtStatus
from smb2ioctl_codec.schema import expressions
from smb2ioctl_codec.schema.value import value_class

#: Both halves of the FileId that names no handle.
ALL_ONES = 0xFFFFFFFFFFFFFFFF


@value_class
class Rule:
    """One thing that a message must not do.

    Attributes:
        id: short name, unique in its rule set.
        section: where it comes from.
        status: what a server of the rule set answers; None: it drops the connection.
        path: the field that it is about.
        violated: the expression that is true where the rule is broken.
        message: what is wrong, in one clause.
        codes: the control codes that it applies to; empty: to all.
        layout: it is a rule on offsets and lengths, which decoding applies too.
        force: ``must`` and ``should`` are applied; ``may`` is only listed (some versions apply it).
        needed, available, limit: expressions and field name that make a length error exact.
    """

    id: str
    section: str
    status: NtStatus | None
    path: str
    violated: str
    message: str
    codes: tuple[CtlCode, ...] = ()
    layout: bool = False
    force: Literal["must", "should", "may"] = "must"
    needed: str | None = None
    available: str | None = None
    limit: str | None = None

    @property
    def test(self) -> str:
        """The whole test: `violated`, for the codes that the rule applies to."""
        if not self.codes:
            return self.violated
        codes = ", ".join(f"{int(code):#x}" for code in self.codes)
        return f"ctl_code in ({codes},) and ({self.violated})"

    @property
    def names(self) -> frozenset[str]:
        """The wire fields and facts that the test looks at."""
        return expressions.names(self.test)


@value_class
class RuleSet:
    """The rules of one server, in the order in which it applies them."""

    name: str
    doc: str
    rules: tuple[Rule, ...]

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def __repr__(self) -> str:
        return f"rules.{self.name}"

    @property
    def layout(self) -> tuple[Rule, ...]:
        """The rules on offsets and lengths."""
        return tuple(rule for rule in self.rules if rule.layout)

    def __getitem__(self, rule_id: str) -> Rule:
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)


class Facts(Protocol):
    """Maps names to values; the value may be worked out when it is asked for."""

    def __getitem__(self, name: str, /) -> Any: ...


def is_broken(rule: Rule, facts: Facts, known: Set[str]) -> bool:
    """Whether the facts break the rule. One that needs what is not known is not broken; so is one of force ``may``.

    Args:
        rule: the rule.
        facts: the value of each name of `known`. Whatever asking for one raises passes through.
        known: the names that whoever applies the rule can answer for.
    """
    if rule.codes and ("ctl_code" not in known or facts["ctl_code"] not in rule.codes):
        return False
    if rule.force == "may" or not expressions.names(rule.violated) <= known:
        return False
    return bool(expressions.evaluate(rule.violated, facts))
