"""Small Python expressions over wire fields, kept as text: conditions, canonical values, rules.

An expression is written once and used three ways: pasted into generated source, evaluated on a mapping of wire
values, and printed in tables. It may use field names, `size` (bytes of the whole structure) and the operators and
literals of Python; nothing else can be called or looked up.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from types import CodeType
from typing import Any

_ALLOWED = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.Invert, ast.BinOp, ast.Add,
    ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod, ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift, ast.Compare,
    ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot, ast.IfExp, ast.Name,
    ast.Load, ast.Constant, ast.Tuple,
)  # fmt: skip


@cache
def names(expression: str) -> frozenset[str]:
    """The names that the expression looks at; ValueError if it uses anything but names, literals and operators."""
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError as error:
        raise ValueError(f"{expression!r} is not allowed in an expression: {error.msg}") from None
    found = set()
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise ValueError(f"{expression!r}: {type(node).__name__} is not allowed in an expression")
        if isinstance(node, ast.Name):
            found.add(node.id)
    return frozenset(found)


def renamed(expression: str, new: Callable[[str], str]) -> str:
    """The expression in parentheses, with every name replaced by `new(name)`: ready to paste into source."""
    tree = ast.parse(expression, mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = new(node.id)
    return f"({ast.unparse(tree)})"


def opposite(condition: str) -> str:
    """The condition that holds where this one does not."""
    return condition[4:] if condition.startswith("not ") else f"not {condition}"


@cache
def _compiled(expression: str) -> CodeType:
    names(expression)
    looked_up = renamed(expression, lambda name: f"_values[{name!r}]")
    return compile(looked_up, f"<expression {expression}>", "eval")


def evaluate(expression: str, values: Any) -> Any:
    """The expression's value where each name means `values[name]`; whatever that look-up raises passes through."""
    return eval(_compiled(expression), {"__builtins__": {}, "_values": values})  # noqa: S307 - names() restricts the grammar
