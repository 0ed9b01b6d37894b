"""Comparing: equal things of one kind, order of numbers and of texts, codes in lists, places under places."""

from __future__ import annotations

from typing import Any

from tests.rules.tables.vectors import Vector, unknown

A, B = {"var": "a"}, {"var": "b"}

# left, right, equal? — and "!=" is the opposite, always.
EQUAL: tuple[tuple[Any, Any, bool], ...] = (
    (1, 1, True), (1, 1.0, True), (0.1, 0.10, True), (1, 2, False), (0, False, False), (1, True, False),
    (True, True, True), (False, False, True), (True, False, False), ("a", "a", True), ("a", "A", False),
    ("1", 1, False), ("", None, False), (None, None, False), (None, 0, False), (None, False, False),
    (None, "x", False), ([], [], True), (["none"], ["none"], True), (["a", "b"], ["b", "a"], False), (["a"], "a", False),
    ([1], [1.0], True), ([1], [True], False), ([None], [None], False), ([], None, False), ({}, {}, False), ("é", "e\u0301", False),
    ("𠮷", "𠮷", True),
)  # fmt: skip
ORDER = ("<", "<=", ">", ">=")
# left, right, results of < <= > >= ; None: it has no order, unknown.
ORDERED: tuple[tuple[Any, Any, tuple[bool, ...] | None], ...] = (
    (1, 2, (True, True, False, False)),
    (2, 2, (False, True, False, True)),
    (2, 1.5, (False, False, True, True)),
    (-1, 0, (True, True, False, False)),
    (0.1, 0.2, (True, True, False, False)),
    ("2021-12-31", "2022-01-01", (True, True, False, False)),
    ("2022-01-01", "2022-01-01", (False, True, False, True)),
    ("b", "a", (False, False, True, True)),
    ("10", "9", (True, True, False, False)),
    ("", "a", (True, True, False, False)),
    ("B", "a", (True, True, False, False)),
    ("\uf900", "𠮷", (True, True, False, False)),
    (None, 1, (False, False, False, False)),
    (1, None, (False, False, False, False)),
    (None, None, (False, False, False, False)),
    (None, "a", (False, False, False, False)),
    (1, "1", None),
    ("1", 1, None),
    (True, 1, None),
    (False, True, None),
    ([1], [2], None),
    ({}, 1, None),
)


def equalities() -> list[Vector]:
    made = []
    for left, right, same in EQUAL:
        known = {"a": left, "b": right}
        made.append(Vector(f"{left!r} == {right!r}", {"==": [A, B]}, same, known))
        made.append(Vector(f"{left!r} != {right!r}", {"!=": [A, B]}, not same, known))
    return made


def orders() -> list[Vector]:
    return [
        Vector(f"{left!r} {op} {right!r}", {op: [A, B]}, unknown("a", "b") if holds is None else holds[n], {"a": left, "b": right})
        for left, right, holds in ORDERED
        for n, op in enumerate(ORDER)
    ]  # fmt: skip


def missing() -> list[Vector]:
    """Without one side nothing can be compared, whatever the other is, null included."""
    made = []
    for op in ("==", "!=", *ORDER, "contains", "under"):
        made.append(Vector(f"{op}: the left side is missing", {op: [A, B]}, unknown("a"), {"b": "x"}))
        made.append(Vector(f"{op}: the right side is missing", {op: [A, B]}, unknown("b"), {"a": "x"}))
        made.append(Vector(f"{op}: missing beside null", {op: [A, B]}, unknown("b"), {"a": None}))
        made.append(Vector(f"{op}: both are missing", {op: [A, B]}, unknown("a", "b")))
    return made


IN = {"in": [A, ["1", "2"]]}
BETWEEN = {"between": [A, 7, 14]}

VECTORS = (
    *equalities(),
    *orders(),
    *missing(),
    Vector("in: one of them", IN, True, {"a": "2"}),
    Vector("in: none of them", IN, False, {"a": "3"}),
    Vector("in: the number is not the code", IN, False, {"a": 2}),
    Vector("in: null is in nothing", IN, False, {"a": None}),
    Vector("in: null is not even in a list with null", {"in": [A, [None]]}, False, {"a": None}),
    Vector("in: missing", IN, unknown("a")),
    Vector("in: numbers are compared exactly", {"in": [A, [0.1, 2]]}, True, {"a": 0.1}),
    Vector("in: yes is not one", {"in": [A, [1]]}, False, {"a": True}),
    Vector("in: a list is not one of the codes", IN, False, {"a": ["1"]}),
    Vector("in: an empty list holds nothing", {"in": [A, []]}, False, {"a": "1"}),
    Vector("contains: the choice was made", {"contains": [A, "x"]}, True, {"a": ["w", "x"]}),
    Vector("contains: the choice was not made", {"contains": [A, "x"]}, False, {"a": ["w"]}),
    Vector("contains: nothing was chosen", {"contains": [A, "x"]}, False, {"a": []}),
    Vector("contains: null chose nothing", {"contains": [A, "x"]}, False, {"a": None}),
    Vector("contains: a text is no list of choices", {"contains": [A, "x"]}, unknown("a"), {"a": "xyz"}),
    Vector("contains: an object is no list of choices", {"contains": [A, "x"]}, unknown("a"), {"a": {"x": 1}}),
    Vector("contains: a number of another kind", {"contains": [A, "1"]}, False, {"a": [1]}),
    Vector("contains: what is looked for may be a fact", {"contains": [A, B]}, True, {"a": ["x"], "b": "x"}),
    Vector("under: the county lies in the city", {"under": [A, "3213"]}, True, {"a": "321311"}),
    Vector("under: a place lies under itself", {"under": [A, "3213"]}, True, {"a": "3213"}),
    Vector("under: another city", {"under": [A, "3213"]}, False, {"a": "320101"}),
    Vector("under: the city does not lie in the county", {"under": [A, "321311"]}, False, {"a": "3213"}),
    Vector("under: null lies nowhere", {"under": [A, "3213"]}, False, {"a": None}),
    Vector("under: nothing lies under null", {"under": ["3213", A]}, False, {"a": None}),
    Vector("under: a number is no code", {"under": [A, "3213"]}, unknown("a"), {"a": 321311}),
    Vector("between: inside", BETWEEN, True, {"a": 10}),
    Vector("between: both ends belong to it", BETWEEN, True, {"a": 7}),
    Vector("between: the far end too", BETWEEN, True, {"a": 14}),
    Vector("between: below", BETWEEN, False, {"a": 6}),
    Vector("between: above", BETWEEN, False, {"a": 15}),
    Vector("between: null lies nowhere", BETWEEN, False, {"a": None}),
    Vector("between: missing", BETWEEN, unknown("a")),
    Vector("between: a text has no place among numbers", BETWEEN, unknown("a"), {"a": "10"}),
    Vector("between: below the low end, the high end need not be known", {"between": [A, 7, B]}, False, {"a": 6}),
    Vector("between: above the high end, the low end need not be known", {"between": [A, B, 14]}, False, {"a": 20}),
    Vector("between: an unknown end that matters", {"between": [A, 7, B]}, unknown("b"), {"a": 8}),
    Vector("between: dates", {"between": [A, "2022-01-01", "2022-12-31"]}, True, {"a": "2022-12-31"}),
)
