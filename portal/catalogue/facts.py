"""Facts about a household as others send them: every unknown name and every wrong kind of value, told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.errors import Finding
from portal.forms.questions import ROW_GROUPS
from portal.rules import parse_day
from portal.values import Text, nearest

# What looks beyond one household's facts; the platform answers these in a case.
BEYOND = re.compile(
    r"x_(requested_amount|cpi_triggered|any_check_conflict|aided_same_reason_[a-z0-9_]+|has_benefit_[a-z0-9_]+"
    r"|has_file_[a-z0-9_]+)"
)
BEYOND_WORDS = (
    "x_requested_amount",
    "x_cpi_triggered",
    "x_any_check_conflict",
    "x_aided_same_reason_",
    "x_has_benefit_",
    "x_has_file_",
)
MAX_ROWS = 200
# What the looks beyond the facts are called in sentences.
BEYOND_TITLES: Mapping[str, Text] = {
    "x_requested_amount": Text("申请金额", "Amount asked for"),
    "x_cpi_triggered": Text("价格联动机制已启动", "The price mechanism is triggered"),
    "x_any_check_conflict": Text("核对有不一致", "A comparison found a difference"),
    "x_aided_same_reason_": Text("同一事由已获救助", "Already aided for the same reason"),
    "x_has_benefit_": Text("已享受同类待遇", "Already receives such a benefit"),
    "x_has_file_": Text("已交材料", "The paper is on file"),
}


@dataclass(frozen=True)
class FactNames:
    """The names facts may have: questions with their type and group, recognitions, and names rules read besides."""

    types: Mapping[str, str]
    groups: Mapping[str, str]
    statuses: frozenset[str]
    derived: frozenset[str]
    read_by_rules: frozenset[str]
    least: Mapping[str, float] = field(default_factory=dict)
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)


def _is_date(value: Any) -> bool:
    return parse_day(value) is not None


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value) is not None
    except ValueError:
        return False


def _is_integer(value: Any) -> bool:
    """JSON has one kind of number: 5.0 is five."""
    return _is_number(value) and float(value).is_integer()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


Test = tuple[Callable[[Any], bool], str, str]
TESTS: Mapping[str, Test] = {
    "money": (_is_integer, "以分为单位的整数", "a whole number of 分"),
    "integer": (_is_integer, "整数", "a whole number"),
    "decimal": (_is_number, "数", "a number"),
    "boolean": (_is_truth, "true 或 false", "true or false"),
    "date": (_is_date, "日期,如 2022-06-01", "a date such as 2022-06-01"),
    "datetime": (_is_moment, "时间,如 2022-06-01T09:00", "a time such as 2022-06-01T09:00"),
    "choices": (_is_list, "代码列表", "a list of codes"),
    "choice": (_is_text, "代码(文字)", "a code, as text"),
}
TEXTUAL = ("text", "textarea", "id_number", "phone", "region", "bank_account")


def faults_of(facts: Mapping[str, Any], names: FactNames, file: str, start: str = "") -> Iterator[Finding]:
    """What cannot be meant: unknown names, rows that are no lists, values of a wrong kind."""
    for name, value in facts.items():
        pointer = f"{start}/{name}"
        if name in ROW_GROUPS:
            yield from _rows(name, value, names, file, pointer)
        else:
            yield from _value(name, value, names, file, pointer)


def unknown_codes(facts: Mapping[str, Any], names: FactNames, file: str, start: str = "") -> Iterator[Finding]:
    """Codes no code list knows. The rules can still be asked, but no rule speaks about such a code."""
    for name, value in facts.items():
        pointer = f"{start}/{name}"
        if name in ROW_GROUPS and isinstance(value, list):
            for position, row in enumerate(value):
                yield from unknown_codes(row, names, file, f"{pointer}/{position}")
        elif name in names.codes:
            for code in value if isinstance(value, list) else [value]:
                if isinstance(code, str) and code and code not in names.codes[name]:
                    yield _unknown_code(name, code, names.codes[name], file, pointer)


def _unknown_code(name: str, code: str, known: Iterable[str], file: str, pointer: str) -> Finding:
    hit = nearest(code, known)
    hint = Text(f"是否应为“{hit}”?", f"Did you mean {hit!r}?") if hit else None
    message = Text(f"“{name}”没有代码“{code}”。", f"{name!r} has no code {code!r}.")
    return Finding(file, pointer, message, hint, advice=True)


def _rows(group: str, rows: Any, names: FactNames, file: str, pointer: str) -> Iterator[Finding]:
    if rows is None:
        return
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        yield _finding(file, pointer, f"“{group}”应为对象的列表。", f"{group!r} should be a list of objects.")
        return
    if len(rows) > MAX_ROWS:
        yield _finding(
            file, pointer, f"“{group}”不能超过 {MAX_ROWS} 行。", f"{group!r}: not more than {MAX_ROWS} rows."
        )
        return
    for position, row in enumerate(rows):
        for name, value in row.items():
            if name == "row_id":
                continue
            where = f"{pointer}/{position}/{name}"
            yield from _value(name, value, names, file, where)
            home = names.groups.get(name)
            if home in ROW_GROUPS and home != group:
                yield _finding(file, where, f"“{name}”属于“{home}”的行。", f"{name!r} belongs to the rows of {home!r}.")


def _value(name: str, value: Any, names: FactNames, file: str, pointer: str) -> Iterator[Finding]:
    kind = names.types.get(name)
    if kind is None:
        kind = _special(name, names)
    if kind is None:
        yield _unknown(name, names, file, pointer)
    elif value is not None and kind != "any":
        test, zh, en = TESTS.get(kind, (_is_text, "文字", "a text") if kind in TEXTUAL else (_anything, "", ""))
        least = names.least.get(name)
        if not test(value):
            yield _finding(file, pointer, f"“{name}”应为{zh}。", f"{name!r} should be {en}.")
        elif least is not None and value < least:
            yield _finding(file, pointer, f"“{name}”不能小于 {least}。", f"{name!r} cannot be below {least}.")


def _anything(value: Any) -> bool:
    return value is not ...


def _special(name: str, names: FactNames) -> str | None:
    if name in names.statuses:
        return "boolean"
    if name == "x_requested_amount":
        return "money"
    if BEYOND.fullmatch(name):
        return "boolean"
    return "any" if name in names.read_by_rules and name not in names.derived else None


def _unknown(name: str, names: FactNames, file: str, pointer: str) -> Finding:
    if name in names.derived:
        return _finding(
            file, pointer, f"“{name}”由规则推算,不能给定。", f"{name!r} is worked out by rules, never given."
        )
    known: Iterable[str] = (*names.types, *names.statuses, *names.read_by_rules, *ROW_GROUPS)
    hit = nearest(name, known)
    hint = Text(f"是否应为“{hit}”?", f"Did you mean {hit!r}?") if hit else None
    return Finding(file, pointer, Text(f"没有名为“{name}”的事实。", f"There is no fact {name!r}."), hint)


def _finding(file: str, pointer: str, zh: str, en: str) -> Finding:
    return Finding(file, pointer, Text(zh, en))
