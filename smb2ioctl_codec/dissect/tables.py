"""Control codes and rules for reading: what `smb2ioctl code` and `smb2ioctl rules` print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from smb2ioctl_codec import rules
from smb2ioctl_codec.ctl_code import CtlCode
from smb2ioctl_codec.payloads import registry
from smb2ioctl_codec.rules import RuleSet
from smb2ioctl_codec.schema import Record

_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]{1,32}|[0-9]{1,32}")
_LARGEST = 0xFFFFFFFF
_COLUMNS = ("id", "status", "force", "path", "section", "message", "test")
#: Columns of the labels of a control code.
_LABEL_WIDTH = 9


def rule_sets() -> dict[str, RuleSet]:
    """All rule sets, by name."""
    found = (getattr(rules, name) for name in rules.__all__)
    return {each.name: each for each in found if isinstance(each, RuleSet)}


def request_rule_sets() -> dict[str, RuleSet]:
    """The rule sets that a request can be held against, by name."""
    return {
        name: each
        for name, each in rule_sets().items()
        if not any(rule.path.startswith("IoctlResponse") for rule in each)
    }


def rules_table(rule_set: RuleSet) -> Iterator[str]:
    """The lines of a rule set: a title, then a rule in each, in the order in which a server applies them."""
    yield f"{rule_set.name}: {rule_set.doc} ({len(rule_set)} rule{'' if len(rule_set) == 1 else 's'})"
    if not len(rule_set):
        return
    rows: list[Sequence[str]] = [_COLUMNS]
    for rule in rule_set:
        status = "(connection dropped)" if rule.status is None else str(rule.status)
        rows.append((rule.id, status, rule.force, rule.path, rule.section, rule.message, rule.test))
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS) - 1)]
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)]
        yield "  ".join(["", *cells, row[-1]])


def find_code(text: str) -> CtlCode:
    """The control code of a number (decimal, or hexadecimal with 0x) or of a name, with or without ``FSCTL_``.

    Raises:
        ValueError: no control code has that name, or the number is none of 32 bits.
    """
    if _NUMBER.fullmatch(text):
        number = int(text, 16 if text[:2] in ("0x", "0X") else 10)
        if number > _LARGEST:
            raise ValueError("more than 32 bits; a control code is a number of 0 to 0xFFFFFFFF")
        return CtlCode(number)
    name = text.upper()
    for each in (name, f"FSCTL_{name}"):
        if each in CtlCode.__members__:
            return CtlCode[each]
    near = get_close_matches(name, CtlCode.__members__, 1)
    hint = f"; the nearest is {near[0]}" if near else ""
    raise ValueError(f"neither the name of a control code nor a number like 0x144064{hint}")


def code_facts(code: CtlCode) -> dict[str, Any]:
    """All that is known of a control code, by name; what has no value is left out."""
    row = registry.lookup(code)
    facts: dict[str, Any] = {
        "name": code.name if code.is_known else None,
        "value": f"0x{int(code):08X}",
        "aliases": [name for name, each in CtlCode.__members__.items() if each == code and name != code.name],
        "device": _part(code.device, 4),
        "access": _part(code.access, 1),
        "function": f"0x{code.function:03X}",
        "method": _part(code.method, 1),
        "needs_no_handle": row.needs_no_handle,
        "request": _type_names(row.types("request")),
        "response": _type_names(row.types("response")),
        "section": row.section,
        "remark": row.remark,
    }
    return {name: value for name, value in facts.items() if value not in (None, "", [])}


def code_lines(code: CtlCode) -> Iterator[str]:
    """A control code as lines for reading."""
    facts = code_facts(code)
    yield facts.pop("name", "a control code without a known name")
    facts["handle"] = "none: FileId must be all ones" if facts.pop("needs_no_handle") else "FileId names an open"
    facts["aliases"] = ", ".join(facts.get("aliases", []))
    for label, value in facts.items():
        if value:
            yield f"  {label:<{_LABEL_WIDTH}} {value}"


def _part(part: Any, digits: int) -> str:
    number = f"0x{int(part):0{digits}X}"
    return f"{number} {part.name}" if part.is_known else number


def _type_names(types: tuple[type[Record], ...]) -> str:
    return " or ".join(kind.__name__ for kind in types) or "raw bytes, or none"
