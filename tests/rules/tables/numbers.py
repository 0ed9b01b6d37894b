"""Arithmetic: exact rationals, null makes null, what is no number makes unknown, and so does a division by zero."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.rules.tables.vectors import Vector, unknown

A, B, C = {"var": "a"}, {"var": "b"}, {"var": "c"}
ALL = ("+", "-", "*", "/", "min", "max")
EXACT: tuple[tuple[str, list[Any], Any], ...] = (
    ("+", [1, 2], 3), ("+", [0.1, 0.2], Fraction(3, 10)), ("+", [1, 2, 3, 4], 10), ("+", [5], 5), ("+", [-5, 5], 0),
    ("-", [5, 3], 2), ("-", [3, 5], -2), ("-", [5], -5), ("-", [10, 3, 2], 5), ("-", [0.3, 0.1], Fraction(1, 5)),
    ("*", [4, 5], 20), ("*", [0.1, 3], Fraction(3, 10)), ("*", [2, 3, 4], 24), ("*", [-2, 3], -6), ("*", [0, 7], 0),
    ("/", [1, 3], Fraction(1, 3)), ("/", [6, 3], 2), ("/", [720000, 12], 60000), ("/", [1, 0.1], 10), ("/", [0, 5], 0),
    ("/", [-1, 2], Fraction(-1, 2)), ("min", [3, 1, 2], 1), ("min", [5], 5), ("min", [0.5, Fraction(1, 2)], Fraction(1, 2)),
    ("max", [3, 1, 2], 3), ("max", [0, -7], 0), ("max", [-1], -1), ("+", [900719925474099, 1], 900719925474100),
)  # fmt: skip


def exact() -> list[Vector]:
    made = []
    for op, values, result in EXACT:
        numbers = [float(v) if isinstance(v, Fraction) else v for v in values]
        made.append(Vector(f"{op} {numbers}", {op: numbers}, result))
        names = [{"var": f"n{i}"} for i in range(len(numbers))]
        made.append(
            Vector(f"{op} of facts {numbers}", {op: names}, result, {f"n{i}": v for i, v in enumerate(numbers)})
        )
    return made


def of_every_operator() -> list[Vector]:
    made = []
    for op in ALL:
        made += [
            Vector(f"{op}: null on the left makes null", {op: [A, B]}, None, {"a": None, "b": 2}),
            Vector(f"{op}: null on the right makes null", {op: [A, B]}, None, {"a": 2, "b": None}),
            Vector(f"{op}: a missing fact makes unknown", {op: [A, B]}, unknown("b"), {"a": 2}),
            Vector(f"{op}: missing goes before null", {op: [A, B]}, unknown("b"), {"a": None}),
            Vector(f"{op}: a text is no number", {op: [A, B]}, unknown("a", "b"), {"a": "2", "b": 2}),
            Vector(f"{op}: a truth is no number", {op: [A, B]}, unknown("a", "b"), {"a": True, "b": 2}),
            Vector(f"{op}: a list is no number", {op: [A, B]}, unknown("a", "b"), {"a": [2], "b": 2}),
            Vector(f"{op}: what is no number goes before null", {op: [A, B]}, unknown("a", "b"), {"a": "x", "b": None}),
        ]
    return made


VECTORS = (
    *exact(),
    *of_every_operator(),
    Vector("a division by zero is unknown, because of the divisor", {"/": [A, B]}, unknown("b"), {"a": 1, "b": 0}),
    Vector("zero by zero too", {"/": [A, B]}, unknown("b"), {"a": 0, "b": 0}),
    Vector("a division by a written zero is unknown", {"/": [A, 0]}, unknown(), {"a": 1}),
    Vector("a comparison with such a division is unknown", {"<": [{"/": [A, B]}, 5]}, unknown("b"), {"a": 1, "b": 0}),
    Vector("a division of null by zero is null", {"/": [A, B]}, None, {"a": None, "b": 0}),
    Vector(
        "income per person without persons lacks their number",
        {"<": [{"var": "d_pc"}, 62000]},
        unknown("hh_size"),
        {"income": 1, "hh_size": 0},
        derived={"d_pc": {"scope": "application", "rule": {"/": [{"var": "income"}, {"var": "hh_size"}]}}},
    ),
    Vector("thirds are exact", {"==": [{"*": [{"/": [A, 3]}, 3]}, A]}, True, {"a": 1}),
    Vector("0.1 + 0.2 is 0.3", {"==": [{"+": [0.1, 0.2]}, 0.3]}, True),
    Vector("nothing is rounded inside a comparison", {"<": [{"/": [A, 3]}, 33334]}, True, {"a": 100001}),
    Vector("an order of thirds", {">": [{"/": [1, 3]}, 0.3333333333]}, True),
    Vector("seven twelfths and seven twelfths", {"+": [{"/": [7, 12]}, {"/": [7, 12]}]}, Fraction(7, 6)),
    Vector("deep sums", {"-": [{"+": [A, B]}, {"*": [C, {"/": [1, 4]}]}]}, Fraction(11, 4), {"a": 1, "b": 2, "c": 1}),
    Vector("the least of facts", {"min": [A, B, C]}, -1, {"a": 0, "b": -1, "c": 5}),
    Vector("never below zero", {"max": [0, {"-": [A, B]}]}, 0, {"a": 3, "b": 5}),
    Vector("a small decimal is exact", {"*": [0.000001, 1000000]}, 1),
    Vector("52.83 分 a unit, 15 units", {"*": [{"param": "p_price"}, {"param": "p_units"}]}, Fraction(15849, 20), params={"p_price": "5283/100", "p_units": "15"}),
    Vector("arithmetic of null compared is false", {"<=": [{"+": [A, 1]}, 5]}, False, {"a": None}),
    Vector("arithmetic of null is not above either", {">": [{"+": [A, 1]}, 5]}, False, {"a": None}),
)  # fmt: skip
