"""Logic in three values: one false decides *and*, one true decides *or*, whatever is unknown beside it."""

from __future__ import annotations

from itertools import product
from typing import Any

from tests.rules.tables.vectors import Unknown, Vector, unknown

A, B, C = {"var": "a"}, {"var": "b"}, {"var": "c"}
MISSING = object()
SHOWN = {True: "true", False: "false", None: "null", MISSING: "missing"}


def facts(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not MISSING}


# Kleene's tables: rows are the left value, columns the right one; U names what is missing.
LEFT, RIGHT, BOTH = unknown("a"), unknown("b"), unknown("a", "b")
AND: dict[tuple[Any, Any], Any] = {
    (True, True): True, (True, False): False, (True, None): False, (True, MISSING): RIGHT,
    (False, True): False, (False, False): False, (False, None): False, (False, MISSING): False,
    (None, True): False, (None, False): False, (None, None): False, (None, MISSING): False,
    (MISSING, True): LEFT, (MISSING, False): False, (MISSING, None): False, (MISSING, MISSING): BOTH,
}  # fmt: skip
OR: dict[tuple[Any, Any], Any] = {
    (True, True): True, (True, False): True, (True, None): True, (True, MISSING): True,
    (False, True): True, (False, False): False, (False, None): False, (False, MISSING): RIGHT,
    (None, True): True, (None, False): False, (None, None): False, (None, MISSING): RIGHT,
    (MISSING, True): True, (MISSING, False): LEFT, (MISSING, None): LEFT, (MISSING, MISSING): BOTH,
}  # fmt: skip


def kleene(op: str, table: dict[tuple[Any, Any], Any]) -> tuple[Vector, ...]:
    return tuple(
        Vector(f"{SHOWN[a]} {op} {SHOWN[b]}", {op: [A, B]}, table[a, b], facts(a=a, b=b))
        for a, b in product((True, False, None, MISSING), repeat=2)
    )


KINDS: tuple[tuple[str, Any], ...] = (
    ("a number", 1),
    ("zero", 0),
    ("a text", "true"),
    ("a list", []),
    ("an object", {}),
)
NOT_A_TRUTH: tuple[Vector, ...] = tuple(
    vector
    for kind, value in KINDS
    for vector in (
        Vector(f"{kind} is no condition: not", {"not": A}, unknown("a"), {"a": value}),
        Vector(f"{kind} is no condition: and", {"and": [True, A]}, unknown("a"), {"a": value}),
        Vector(f"{kind} is no condition, but one false decides", {"and": [False, A]}, False, {"a": value}),
        Vector(f"{kind} is no condition, but one true decides", {"or": [A, True]}, True, {"a": value}),
    )
)

CHOICE = {"if": [A, "one", B, "two", "other"]}
KIND = {"match": [A, {"1": "full", "2": "half"}]}
KIND_OR = {"match": [A, {"1": "full", "2": "half"}, "none"]}

VECTORS = (
    *kleene("and", AND),
    *kleene("or", OR),
    *NOT_A_TRUTH,
    Vector("not true", {"not": A}, False, {"a": True}),
    Vector("not false", {"not": A}, True, {"a": False}),
    Vector("not null: null is false as a condition", {"not": A}, True, {"a": None}),
    Vector("not unknown", {"not": A}, unknown("a")),
    Vector("not takes its argument in a list too", {"not": [A]}, False, {"a": True}),
    Vector("and of one", {"and": [A]}, True, {"a": True}),
    Vector("or of one", {"or": [A]}, False, {"a": False}),
    Vector("and collects every missing name", {"and": [A, B, C]}, unknown("a", "c"), {"b": True}),
    Vector("a late false still decides", {"and": [A, B, C]}, False, {"c": False}),
    Vector("or collects every missing name", {"or": [A, B, C]}, unknown("b", "c"), {"a": False}),
    Vector("a late true still decides", {"or": [A, B, C]}, True, {"c": True}),
    Vector("nested: an inner or decides the outer and", {"and": [{"or": [A, B]}, C]}, False, {"b": True, "c": False}),
    Vector("nested: what could not matter is not asked", {"or": [{"and": [A, B]}, C]}, unknown("c"), {"a": False}),
    Vector("excluded middle does not hold for the unknown", {"or": [A, {"not": A}]}, unknown("a")),
    Vector("if: the first that holds", CHOICE, "one", {"a": True, "b": True}),
    Vector("if: the second", CHOICE, "two", {"a": False, "b": True}),
    Vector("if: otherwise", CHOICE, "other", {"a": False, "b": False}),
    Vector("if: null is no yes", CHOICE, "other", {"a": None, "b": None}),
    Vector("if: an unknown condition makes the whole unknown", CHOICE, unknown("a"), {"b": True}),
    Vector("if: conditions after the one that holds do not matter", CHOICE, "one", {"a": True}),
    Vector("if: an unknown second condition", CHOICE, unknown("b"), {"a": False}),
    Vector("if: a number is no condition", CHOICE, unknown("a"), {"a": 1, "b": True}),
    Vector("if: the branch may be unknown", {"if": [A, B, 0]}, unknown("b"), {"a": True}),
    Vector("if: the branch not taken does not matter", {"if": [A, B, 0]}, 0, {"a": False}),
    Vector("if: a branch may be null", {"if": [A, B, 0]}, None, {"a": True, "b": None}),
    Vector("match: a hit", KIND, "half", {"a": "2"}),
    Vector("match: no hit is unknown, and says of what", KIND, unknown("a"), {"a": "3"}),
    Vector("match: null hits nothing", KIND, unknown("a"), {"a": None}),
    Vector("match: a number is no code", KIND, unknown("a"), {"a": 1}),
    Vector("match: missing", KIND, unknown("a")),
    Vector("match: no hit with a default", KIND_OR, "none", {"a": "3"}),
    Vector("match: null with a default", KIND_OR, "none", {"a": None}),
    Vector("match: a number with a default", KIND_OR, "none", {"a": 2}),
    Vector("match: missing stays unknown despite the default", KIND_OR, unknown("a")),
    Vector("match: the chosen result may be unknown", {"match": [A, {"1": B}]}, unknown("b"), {"a": "1"}),
    Vector("match: the names of objects' own members are codes like others", {"match": [A, {"1": 1}]}, unknown("a"), {"a": "constructor"}),
    Vector("count_true", {"count_true": [A, B, C]}, 2, {"a": True, "b": False, "c": True}),
    Vector("count_true: null counts as no", {"count_true": [A, B]}, 1, {"a": True, "b": None}),
    Vector("count_true: one unknown, no count", {"count_true": [A, B, C]}, unknown("b"), {"a": True, "c": True}),
    Vector("count_true: a number is no yes", {"count_true": [A, B]}, unknown("a"), {"a": 1, "b": True}),
)  # fmt: skip
assert not any(isinstance(v.expected, Unknown) and v.expected.names == () for v in VECTORS)
