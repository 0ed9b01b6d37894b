"""The rule language once more, slowly and plainly: what the compiled rules must agree with.

Written from the description of the language, not from the compiler: no closures, no caches, no names of what is missing.
`UNKNOWN` is undetermined, None is null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

UNKNOWN = object()
SIGNS = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (1, 0)}


def naive(rule: Any, facts: Mapping[str, Any], on: date, row: Any = None) -> Any:
    """A rule's value. Standards and recognitions are looked up among the facts."""
    if not isinstance(rule, dict):
        return rule
    ((op, args),) = rule.items()
    args = args if isinstance(args, list) else [args]
    if op in {"var", "param", "status"}:
        return _named(op, args[0], facts, row)
    if op in {"any", "all", "count", "sum"}:
        return _over_rows(op, args, facts, on)
    if op == "on_or_after":
        return on >= date.fromisoformat(args[0])
    values = [
        naive(part, facts, on, row) for part in args if not isinstance(part, dict) or op != "match" or part is args[0]
    ]
    return _operate(op, args, values, lambda part: naive(part, facts, on, row), on)


def _named(op: str, name: str, facts: Mapping[str, Any], row: Any) -> Any:
    for place in (facts,) if op == "param" else (row or {}, facts):
        if name in place:
            return False if op == "status" and place[name] is None else place[name]
    return UNKNOWN


def _over_rows(op: str, args: list[Any], facts: Mapping[str, Any], on: date) -> Any:
    rows = facts.get(args[0], UNKNOWN)
    if rows is None:
        rows = []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return UNKNOWN
    values = [naive(args[1], facts, on, row) for row in rows]
    if op == "sum":
        return _fold("+", [0, *values])
    truths = [_truth(value) for value in values]
    if op == "count":
        return UNKNOWN if UNKNOWN in truths else truths.count(True)
    return _junction(op == "all", truths)


def _junction(every: bool, truths: list[Any]) -> Any:
    if (not every) in [t for t in truths if t is not UNKNOWN]:
        return not every
    return UNKNOWN if UNKNOWN in truths else every


def _truth(value: Any) -> Any:
    if value is None:
        return False
    return value if isinstance(value, bool) else UNKNOWN


def _operate(op: str, args: list[Any], values: list[Any], again: Any, on: date) -> Any:
    truths = [_truth(v) for v in values]
    first = values[0]
    if op in {"and", "or"}:
        return _junction(op == "and", truths)
    if op == "not":
        return UNKNOWN if truths[0] is UNKNOWN else not truths[0]
    if op == "count_true":
        return UNKNOWN if UNKNOWN in truths else truths.count(True)
    if op == "if":
        for condition, then in zip(truths[:-1:2], values[1::2], strict=False):
            if condition is not False:
                return UNKNOWN if condition is UNKNOWN else then
        return values[-1]
    if op == "between":
        return _junction(True, [_compare(">=", first, values[1]), _compare("<=", first, values[2])])
    if UNKNOWN in values:
        return UNKNOWN
    if op == "match":
        hit = isinstance(first, str) and first in args[1]
        return again(args[1][first]) if hit else again(args[2]) if len(args) > 2 else UNKNOWN
    if op == "present":
        return first is not None and first not in ("", [])
    if op in {"age", "months_since"}:
        return _time(op, first, on)
    return _compare(op, first, values[1]) if op not in {"+", "-", "*", "/", "min", "max"} else _fold(op, values)


def _number(value: Any) -> Fraction | None:
    known = isinstance(value, int | float | Fraction) and not isinstance(value, bool)
    return Fraction(str(value)) if known and value == value and abs(value) != float("inf") else None  # noqa: PLR0124


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(_same(a, b) for a, b in zip(left, right, strict=True))
    if _number(left) is not None and _number(right) is not None:
        return _number(left) == _number(right)
    return type(left) is type(right) and type(left) in {str, bool} and left == right


def _compare(op: str, left: Any, right: Any) -> Any:
    if UNKNOWN in (left, right):
        return UNKNOWN
    if op in {"==", "!="}:
        return _same(left, right) is (op == "==")
    if left is None or right is None:
        return False
    if op in {"in", "contains"}:
        group, value = (right, left) if op == "in" else (left, right)
        return any(_same(value, entry) for entry in group) if isinstance(group, list) else UNKNOWN
    both_texts = isinstance(left, str) and isinstance(right, str)
    if op == "under":
        return left.startswith(right) if both_texts else UNKNOWN
    if not both_texts:
        left, right = _number(left), _number(right)
        if left is None or right is None:
            return UNKNOWN
    return ((left > right) - (left < right)) in SIGNS[op]


def _fold(op: str, values: list[Any]) -> Any:
    if UNKNOWN in values or any(value is not None and _number(value) is None for value in values):
        return UNKNOWN
    if None in values:
        return None
    first, *rest = [_number(value) for value in values]
    if op in {"min", "max"}:
        return (min if op == "min" else max)([first, *rest])
    if op == "-" and not rest:
        return -first
    for value in rest:
        if op == "/" and value == 0:
            return UNKNOWN
        first = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b}[
            op
        ](first, value)
    return first


def _time(op: str, value: Any, on: date) -> Any:
    if value is None:
        return None
    try:
        day = date.fromisoformat(value) if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else None
    except (TypeError, ValueError):
        return UNKNOWN
    if day is None or (op == "age" and day > on):
        return UNKNOWN
    months = (on.year - day.year) * 12 + on.month - day.month - (on.day < day.day)
    return months // 12 if op == "age" else months
