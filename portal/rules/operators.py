"""The operators of the rule language on values: three-valued, exact, strict about types. A table, not branches."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from portal.rules.outcomes import Undetermined, number

UNKNOWN = Undetermined()


def is_number(value: Any) -> bool:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def equal(left: Any, right: Any) -> bool:
    """Equal of the same kind: a boolean is no number, null equals nothing, lists entry by entry, objects never."""
    left, right = number(left), number(right)
    if is_number(left) and is_number(right):
        return bool(left == right)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(equal, left, right))
    return type(left) is type(right) and isinstance(left, bool | str) and left == right


def ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Any]:
    """An order comparison: false with null, unknown between things that have no order."""

    def apply(left: Any, right: Any) -> Any:
        if left is None or right is None:
            return False
        if (is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str)):
            return compare(left, right)
        return UNKNOWN

    return apply


def arithmetic(values: list[Any], step: Callable[[Any, Any], Any]) -> Any:
    """Fold numbers from the left; null makes null, anything else that is no number makes it unknown."""
    if any(not is_number(v) for v in values if v is not None):
        return UNKNOWN
    if any(v is None for v in values):
        return None
    total = values[0]
    for value in values[1:]:
        total = step(total, value)
        if isinstance(total, Undetermined):
            return total
    return total


def divide(left: Any, right: Any) -> Any:
    return UNKNOWN if right == 0 else Fraction(left) / right


# Python reads more forms of ISO 8601 than a browser does; a date has one form here.
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and DAY.fullmatch(value) else None
    except ValueError:
        return None


def age(born: Any, on: date) -> Any:
    """Full years: someone born on 29 February is a year older on 1 March of a common year; the unborn have no age."""
    if born is None:
        return None
    day = parse_day(born)
    if day is None or day > on:
        return UNKNOWN
    return on.year - day.year - ((on.month, on.day) < (day.month, day.day))


def months_since(start: Any, on: date) -> Any:
    """Whole months passed: from the 31st to the 30th of a shorter month is not yet a month."""
    if start is None:
        return None
    day = parse_day(start)
    return UNKNOWN if day is None else (on.year - day.year) * 12 + on.month - day.month - (on.day < day.day)


def within(value: Any, known: Any) -> Any:
    if value is None or known is None:
        return False
    return any(equal(value, k) for k in known) if isinstance(known, list | tuple) else UNKNOWN


def under(code: Any, prefix: Any) -> Any:
    """A division lies under another when its code begins with the other's."""
    if code is None or prefix is None:
        return False
    return code.startswith(prefix) if isinstance(code, str) and isinstance(prefix, str) else UNKNOWN


COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": ordered(operator.lt),
    "<=": ordered(operator.le),
    ">": ordered(operator.gt),
    ">=": ordered(operator.ge),
    "in": within,
    "contains": lambda known, value: within(value, known),
    "under": under,
}
ARITHMETIC: dict[str, Callable[[list[Any]], Any]] = {
    "+": lambda values: arithmetic(values, operator.add),
    "-": lambda values: arithmetic([0, *values] if len(values) == 1 else values, operator.sub),
    "*": lambda values: arithmetic(values, operator.mul),
    "/": lambda values: arithmetic(values, divide),
    "min": lambda values: arithmetic(values, min),
    "max": lambda values: arithmetic(values, max),
}
DATES: dict[str, Callable[[Any, date], Any]] = {"age": age, "months_since": months_since}
GROUPED = ("any", "all", "count", "sum")
LOGIC = ("and", "or", "not", "if", "match", "present", "count_true", "between", "on_or_after")
NAMES = ("var", "param", "status")
OPERATORS = frozenset((*COMPARE, *ARITHMETIC, *DATES, *GROUPED, *LOGIC, *NAMES))
