"""Rows: any, all, count and sum over groups; an unanswered group is unknown, an empty one is none."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.rules.tables.vectors import Vector, unknown

ILL = {"var": "ill"}
INCOME = {"var": "income"}
ANY, ALL, COUNT = {"any": ["members", ILL]}, {"all": ["members", ILL]}, {"count": ["members", ILL]}
SUM = {"sum": ["members", INCOME]}
NONE_OF_IT: tuple[tuple[str, Any], ...] = (("an empty group", []), ("a group answered with none", None))
UNREADABLE: tuple[tuple[str, Any], ...] = (
    ("a text", "x"),
    ("an object", {"0": {}}),
    ("a number", 3),
    ("a list of numbers", [1]),
    ("a list with a null", [{}, None]),
)


def members(*ill: Any) -> dict[str, Any]:
    """Rows whose `ill` is given; `...` leaves it unanswered."""
    return {"members": [{} if value is ... else {"ill": value} for value in ill]}


def money(*incomes: Any) -> dict[str, Any]:
    return {"members": [{} if value is ... else {"income": value} for value in incomes]}


def nobody() -> list[Vector]:
    made = []
    for words, value in NONE_OF_IT:
        known = {"members": value}
        made += [
            Vector(f"any of {words} is false", ANY, False, known),
            Vector(f"all of {words} is true", ALL, True, known),
            Vector(f"count of {words} is 0", COUNT, 0, known),
            Vector(f"sum of {words} is 0", SUM, 0, known),
        ]
    for op, rule in (("any", ANY), ("all", ALL), ("count", COUNT), ("sum", SUM)):
        made.append(Vector(f"{op} of an unanswered group is unknown", rule, unknown("members")))
        for words, value in UNREADABLE:
            made.append(Vector(f"{op}: {words} is no group of rows", rule, unknown("members"), {"members": value}))
    return made


HOUSES = {"houses": [{"kind": "own"}, {"kind": "rent"}]}
OLD = {"d_old": {"scope": "member", "rule": {">=": [{"age": {"var": "born"}}, 60]}}}
BAD = {"any": ["houses", {"var": "bad"}]}

VECTORS = (
    *nobody(),
    Vector("any: one is enough", ANY, True, members(False, True)),
    Vector("any: one is enough, whatever is unknown", ANY, True, members(..., True)),
    Vector("any: nobody", ANY, False, members(False, False)),
    Vector("any: null is no yes", ANY, False, members(False, None)),
    Vector("any: nobody we know of", ANY, unknown("ill"), members(False, ...)),
    Vector("any: a number is no yes", ANY, unknown("ill"), members(1, False)),
    Vector("all: everybody", ALL, True, members(True, True)),
    Vector("all: one fails", ALL, False, members(True, False)),
    Vector("all: one fails, whatever is unknown", ALL, False, members(..., False)),
    Vector("all: null fails", ALL, False, members(True, None)),
    Vector("all: one is unknown", ALL, unknown("ill"), members(True, ...)),
    Vector("all: a text is no yes", ALL, unknown("ill"), members(True, "yes")),
    Vector("count", COUNT, 2, members(True, False, True)),
    Vector("count: null counts as no", COUNT, 1, members(True, None)),
    Vector("count: one unknown, no count", COUNT, unknown("ill"), members(True, ...)),
    Vector("sum", SUM, 350, money(100, 250)),
    Vector("sum: exact decimals", SUM, Fraction(3, 10), money(0.1, 0.2)),
    Vector("sum: an unanswered income is not zero", SUM, unknown("income"), money(100, ...)),
    Vector("sum: null is not zero either", SUM, None, money(100, None)),
    Vector("sum: a sum of null is below nothing", {"<": [SUM, 1000]}, False, money(100, None)),
    Vector("sum: a text is no number", SUM, unknown("income"), money(100, "5")),
    Vector("sum: of a computed value", {"sum": ["members", {"if": [ILL, 2, 1]}]}, 3, members(True, False)),
    Vector("a row falls back on the application", ANY, True, members(..., ...) | {"ill": True}),
    Vector("the row before the application", ALL, False, members(False, True) | {"ill": True}),
    Vector("rows of another group", {"count": ["houses", {"==": [{"var": "kind"}, "own"]}]}, 1, HOUSES),
    Vector("inside a row, another group is gone through by itself", BAD, True, {"houses": [{"bad": True}]}, row={"bad": False}),
    Vector("the caller's row does not reach into the rows", ANY, False, members(False), row={"ill": True}),
    Vector("groups inside groups read the inner row", {"any": ["members", BAD]}, True, {"members": [{"bad": False}], "houses": [{"bad": True}]}),
    Vector("a derived value is worked out in each row", {"count": ["members", {"var": "d_old"}]}, 1, {"members": [{"born": "1950-01-01"}, {"born": "2000-01-01"}]}, derived=OLD),
    Vector("the missing names of all rows are collected", {"all": ["members", {"and": [{"var": "x1"}, {"var": "x2"}]}]}, unknown("x1", "x2"), {"members": [{"x1": True}, {"x2": True}]}),
    Vector("a recognition in each row", {"count": ["members", {"status": "s_orphan"}]}, 1, {"members": [{"s_orphan": True}, {}]}, statuses={"s_orphan": False}),
    Vector("rows with names nobody reads", ANY, True, {"members": [{"row_id": "m1", "ill": True}]}),
)  # fmt: skip
