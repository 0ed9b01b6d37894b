"""Reading a rule strictly: every fault at once, with its pointer and what was probably meant."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.rules.operators import ARITHMETIC, COMPARE, GROUPED, OPERATORS, parse_day
from portal.values import Text, nearest

MAX_DEPTH = 40
# Which row group a scope stands in; a rule may read its own row and the application.
SCOPE_GROUPS: dict[str, str] = {"member": "members", "house": "houses", "application": "application"}
Fault = tuple[str, Text, Text | None]


class RuleError(ValueError):
    """A rule that means nothing, with all its faults as (pointer, sentence, suggestion)."""

    def __init__(self, findings: tuple[Fault, ...]) -> None:
        self.findings = findings
        super().__init__("; ".join(f"{pointer or '/'}: {message.en}" for pointer, message, _ in findings))


@dataclass(frozen=True)
class Vocabulary:
    """The words a rule may use: each fact's row group, the standards, the recognitions and, for code facts, the codes."""

    variables: Mapping[str, str]
    params: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(self.variables.values()) - {"application"} | {"members", "supporters", "houses", "vehicles"}


# How many arguments an operator takes: (fewest, most or None).
ARITY: dict[str, tuple[int, int | None]] = {
    **dict.fromkeys(COMPARE, (2, 2)),
    **dict.fromkeys(ARITHMETIC, (1, None)),
    **dict.fromkeys(GROUPED, (2, 2)),
    "/": (2, 2),
    "between": (3, 3),
    "if": (3, None),
    "match": (2, 3),
    "and": (1, None),
    "or": (1, None),
    "count_true": (1, None),
}


@dataclass(frozen=True)
class _Place:
    """Where the reading stands: the vocabulary and the row group in force."""

    vocabulary: Vocabulary | None
    group: str


def faults_of(document: Any, vocabulary: Vocabulary | None, scope: str) -> Iterator[Fault] | list[Fault]:
    """Everything wrong with a rule document."""
    return list(_check(document, "", _Place(vocabulary, SCOPE_GROUPS.get(scope, scope)), 0))


def _check(document: Any, at: str, place: _Place, depth: int) -> Iterator[Fault]:
    if depth > MAX_DEPTH:
        yield at, Text("规则嵌套过深。", "The rule is nested too deeply."), None
    elif isinstance(document, list):
        for n, part in enumerate(document):
            if isinstance(part, dict | list):
                yield (
                    f"{at}/{n}",
                    Text("列表里只能是文字、数字或真假值。", "A list may hold only texts, numbers and booleans."),
                    None,
                )
            else:
                yield from _check(part, f"{at}/{n}", place, depth + 1)
    elif isinstance(document, dict):
        yield from _operation(document, at, place, depth)
    elif isinstance(document, float) and not math.isfinite(document):
        yield at, Text("不是有限的数。", "Not a finite number."), None


def _operation(document: dict[str, Any], at: str, place: _Place, depth: int) -> Iterator[Fault]:
    if len(document) != 1:
        yield at, Text("一个运算只能有一个键。", "An operation has exactly one key."), None
        return
    ((op, args),) = document.items()
    if op not in OPERATORS:
        hint = nearest(op, OPERATORS)
        yield at, Text(f"没有运算“{op}”。", f"There is no operator {op!r}."), _meant(hint)
        return
    here = f"{at}/{op.replace('~', '~0').replace('/', '~1')}"
    if op in {"var", "param", "status"}:
        yield from _name(op, args, here, place)
    elif op in {"not", "present", "age", "months_since", "on_or_after"}:
        yield from _single(op, args, here, place, depth)
    elif not isinstance(args, list):
        yield here, Text(f"“{op}”需要一个列表。", f"{op!r} takes a list."), None
    else:
        yield from _several(op, args, here, place, depth)


def _single(op: str, args: Any, here: str, place: _Place, depth: int) -> Iterator[Fault]:
    if isinstance(args, list):
        if len(args) != 1:
            yield here, Text(f"“{op}”需要一个参数。", f"{op!r} takes one argument."), None
            return
        args, here = args[0], f"{here}/0"
    if op == "on_or_after" and parse_day(args) is None:
        yield here, Text("应为日期,如 2025-04-01。", "Must be a date such as 2025-04-01."), None
        return
    yield from _check(args, here, place, depth + 1)


def _several(op: str, args: list[Any], here: str, place: _Place, depth: int) -> Iterator[Fault]:
    fewest, most = ARITY[op]
    if len(args) < fewest or (most is not None and len(args) > most) or (op == "if" and len(args) % 2 == 0):
        yield here, Text(f"“{op}”的参数个数不对。", f"{op!r} has the wrong number of arguments."), None
        return
    if op in GROUPED:
        yield from _grouped(args, here, place, depth)
        return
    parts: list[tuple[str, Any]] = [(f"{here}/{n}", part) for n, part in enumerate(args)]
    if op == "match":
        if not isinstance(args[1], dict):
            yield f"{here}/1", Text("应为“取值: 结果”的对照。", "Must map values to results."), None
            return
        parts[1:2] = [(f"{here}/1/{key}", part) for key, part in args[1].items()]
        yield from _codes(args[0], args[1], f"{here}/1", place)
    if op == "in":
        if not isinstance(args[1], list):
            yield f"{here}/1", Text("应为取值列表。", "Must be a list of values."), None
            return
        yield from _codes(args[0], args[1], f"{here}/1", place)
    if op in {"==", "!="} and isinstance(args[1], str):
        yield from _codes(args[0], [args[1]], f"{here}/1", place)
    if op == "contains" and isinstance(args[1], str):
        yield from _codes(args[0], [args[1]], f"{here}/1", place)
    for pointer, part in parts:
        yield from _check(part, pointer, place, depth + 1)


def _grouped(args: list[Any], here: str, place: _Place, depth: int) -> Iterator[Fault]:
    group = args[0]
    known = place.vocabulary.groups if place.vocabulary else None
    if not isinstance(group, str) or (known is not None and group not in known):
        hint = nearest(group, known or ()) if isinstance(group, str) else None
        yield f"{here}/0", Text(f"没有行组“{group}”。", f"There is no row group {group!r}."), _meant(hint)
        return
    yield from _check(args[1], f"{here}/1", _Place(place.vocabulary, group), depth + 1)


def _name(op: str, name: Any, here: str, place: _Place) -> Iterator[Fault]:
    if not isinstance(name, str) or not name:
        yield here, Text("应为名称。", "Must be a name."), None
        return
    words = place.vocabulary
    if words is None or (op == "var" and name.startswith("x_")):
        return
    known = {"var": words.variables, "param": words.params, "status": words.statuses}[op]
    kind = {
        "var": Text("问题或推算值", "question or derived value"),
        "param": Text("标准", "parameter"),
        "status": Text("身份", "status"),
    }[op]
    if name not in known:
        hint = nearest(name, known)
        yield here, Text(f"没有名为“{name}”的{kind.zh}。", f"There is no {kind.en} {name!r}."), _meant(hint)
    elif op == "var" and words.variables[name] not in {"application", place.group}:
        group = words.variables[name]
        yield (
            here,
            Text(
                f"“{name}”属于行组“{group}”,此处不在该行内。",
                f"{name!r} belongs to rows of {group!r}; the rule does not stand in such a row.",
            ),
            Text(
                "请写明范围,或用 any/all/count/sum 逐行判断。",
                "Give the rule that scope, or go through the rows with any, all, count or sum.",
            ),
        )


def _codes(subject: Any, values: Any, here: str, place: _Place) -> Iterator[Fault]:
    """Values compared with a question that has a code list must be codes of it."""
    words = place.vocabulary
    name = subject.get("var") if isinstance(subject, dict) else None
    if words is None or not isinstance(name, str) or name not in words.codes:
        return
    known = words.codes[name]
    for value in values:
        if isinstance(value, str) and value not in known:
            hint = nearest(value, known)
            yield here, Text(f"“{name}”没有代码“{value}”。", f"{name!r} has no code {value!r}."), _meant(hint)


def _meant(hint: str | None) -> Text | None:
    return Text(f"是否应为“{hint}”?", f"Did you mean {hint!r}?") if hint else None
