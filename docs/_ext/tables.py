"""The tables of the reference pages, made of the package itself: layouts, rules, control codes, statuses.

Every function gives Markdown, so that a table can be tested without Sphinx.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

import smb2ioctl_codec as s2
from smb2ioctl_codec.dissect.tables import code_facts
from smb2ioctl_codec.rules import Rule

#: Bits of severity in an NTSTATUS, by value.
SEVERITIES = ("success", "informational", "warning", "error")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table of these cells."""
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(text: object) -> str:
    """The text as code; nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def records(package: str) -> Iterator[type[Any]]:
    """The classes with a layout that the modules of a package define, module by module: records, and parts of them."""
    for module in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
        for value in vars(import_module(module.name)).values():
            if inspect.isclass(value) and "PLAN" in vars(value) and value.__module__ == module.name:
                yield value


def layouts(package: str) -> str:
    """A section for each record of a package: what it is, and its fields in wire order."""
    parts = []
    for record in records(package):
        title = inspect.getdoc(record) or ""
        parts += [
            f"({label(record)})=\n\n## {record.__name__}",
            f"{record.PLAN.section}: {{py:class}}`~{record.__module__}.{record.__qualname__}`.",
            title.partition("\n\n")[0].replace("\n", " "),
            layout_table(record),
        ]
    return "\n\n".join(parts)


def label(kind: type[Any]) -> str:
    """Where the layout of a class stands."""
    return "-".join(["layout", *kind.__module__.split(".")[1:], kind.__name__]).lower().replace("_", "-")


def layout_table(record: type[Any]) -> str:
    """The fields of a record in wire order."""
    rows = []
    for row in s2.layout(record):
        offset, size = ("" if number is None else str(number) for number in (row.offset, row.size))
        rows.append([code(row.name), offset, size, row.type, row.role, _meaning(row.doc, record, row.name)])
    return table(["Field", "Offset", "Size", "Type", "Role", "Meaning"], rows)


def _meaning(doc: str, record: type[Any], name: str) -> str:
    """What a field's documentation says, and when it is there, and what it is unless given."""
    field = record.PLAN.field(name)
    parts = [doc]
    if field.condition:
        parts.append(f"only where {code(field.condition)}")
    if field.canonical:
        parts.append(f"{code(field.canonical)} unless given")
    return "; ".join(part for part in parts if part)


def decoder_source(name: str) -> str:
    """The generated decoder of a record of the package's public names."""
    return f"```python\n{inspect.getsource(getattr(s2, name).decode)}```"


def rules(name: str) -> str:
    """The rules of a rule set, in the order in which it applies them."""
    return table(
        ["Rule", "Broken where", "Status", "What is wrong", "Source"],
        ([_marked(r), _condition(r), _status(r), r.message, r.section] for r in getattr(s2.rules, name)),
    )


def _marked(rule: Rule) -> str:
    """The rule's id, with what is special about it."""
    marks = [mark for mark, holds in (("layout", rule.layout), ("listed only", rule.force == "may")) if holds]
    return f"{code(rule.id)} {', '.join(marks)}".strip()


def _status(rule: Rule) -> str:
    return "(connection dropped)" if rule.status is None else str(rule.status)


def _condition(rule: Rule) -> str:
    codes = ", ".join(str(each) for each in rule.codes)
    return code(rule.violated) + (f" for {codes}" if codes else "")


def codes() -> str:
    """All control codes that have a name, with their parts and other names."""
    rows = []
    for facts in map(code_facts, sorted(s2.CtlCode)):
        parts = (facts["device"], facts["function"], facts["access"], facts["method"])
        others = ", ".join(map(code, facts.get("aliases", [])))
        rows.append([code(facts["value"]), code(facts["name"]), *parts, others])
    return table(["Code", "Name", "Device", "Function", "Access", "Method", "Other names"], rows)


def statuses() -> str:
    """The statuses that have a name."""
    return table(
        ["Status", "Name", "Severity"],
        ([code(f"0x{each:08X}"), code(each.name), SEVERITIES[each.severity]] for each in sorted(s2.NtStatus)),
    )
