"""Expressions: what they may say, and that nothing else gets through."""

from __future__ import annotations

from typing import Any

import pytest

from smb2ioctl_codec.schema.expressions import evaluate, names, renamed


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        ("input_count > 0 and 0 < input_offset < 120", {"input_count": 1, "input_offset": 119}, True),
        ("input_count > 0 and 0 < input_offset < 120", {"input_count": 1, "input_offset": 120}, False),
        ("112 + (count + 7 & -8)", {"count": 9}, 128),
        ("120 if count else 0", {"count": 0}, 0),
        ("b'' if count else b'\\0'", {"count": 0}, b"\0"),
        ("not (flags & 2)", {"flags": 2}, False),
        ("code in (1, 2) or code not in (1, 2, 3)", {"code": 3}, False),
        ("~a ^ b | c << 1", {"a": 0, "b": 1, "c": 2}, -2),
        ("a is None or a is not None", {"a": None}, True),
        ("a * 2 == b and a != b and a <= b and b >= a", {"a": 2, "b": 4}, True),
        ("len", {"len": 7}, 7),
    ],
)
def test_value(expression: str, values: dict[str, Any], expected: Any) -> None:
    found = evaluate(expression, values)
    assert found == expected
    assert type(found) is type(expected)
    assert names(expression) == set(values)


@pytest.mark.parametrize(
    "expression",
    [
        "f(x)", "x.y", "x[0]", "x[1:2]", "lambda: x", "[x]", "{x}", "{x: 1}", "[y for y in x]", "(y for y in x)",
        "f'{x}'", "(y := x)", "(*x,)", "await_(x)", "x ** 2", "x / 2", "x @ y", "().__class__", "__import__('os')",
    ],
)  # fmt: skip
def test_anything_but_names_literals_and_operators_is_refused(expression: str) -> None:
    for refusing in (names, lambda text: evaluate(text, {"x": 1, "y": 1, "f": print})):
        with pytest.raises(ValueError, match=r"is not allowed in an expression"):
            refusing(expression)


@pytest.mark.parametrize("expression", ["", "a b", "x = 1", "import os", "a; b"])
def test_no_expression_at_all(expression: str) -> None:
    with pytest.raises(ValueError, match="is not allowed in an expression"):
        names(expression)


def test_names_mean_what_is_looked_up_and_nothing_else() -> None:
    with pytest.raises(KeyError, match="print"):
        evaluate("print", {})
    with pytest.raises(KeyError, match="__builtins__"):
        evaluate("__builtins__", {})
    assert evaluate("print + 1", {"print": 1}) == 2
    # generated code has names of its own; a field may have any of them
    assert evaluate("_values", {"_values": 3}) == 3


def test_what_a_look_up_raises_passes_through() -> None:
    class Untold(LookupError):
        pass

    class Facts:
        def __getitem__(self, name: str) -> int:
            if name == "told":
                return 0
            raise Untold(name)

    with pytest.raises(Untold, match="other"):
        evaluate("told or other", Facts())
    assert evaluate("told and other", Facts()) == 0


def test_renamed_is_one_piece_of_source() -> None:
    assert renamed("a + b", lambda name: f"w_{name}") == "(w_a + w_b)"
    assert 2 * eval(renamed("a + b", str.upper), {"A": 1, "B": 2}) == 6
    assert eval("2 * " + renamed("a + b", str.upper), {"A": 1, "B": 2}) == 6
