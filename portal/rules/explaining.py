"""Explaining a result: the value of every step, by how much a limit was missed, and an amount's arithmetic in yuan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from portal.rules.compiling import part_of, rows_of, truth
from portal.rules.operators import GROUPED, is_number
from portal.rules.outcomes import Environment, Row, Undetermined, number
from portal.rules.reading import names_in
from portal.values import Text, yuan


@dataclass(frozen=True)
class Trace:
    """One step of an evaluation: the operator, the name it reads if any, its value and the steps below it."""

    op: str
    name: str | None
    value: Any
    parts: tuple[Trace, ...] = ()


@dataclass(frozen=True)
class NearMiss:
    """A comparison that failed between two numbers: what it was, the operator, the limit, and the gap between them.

    `measure` says how the number comes from the name: its own value, an age, months since, or computed with others.
    """

    name: str
    left: Fraction
    op: str
    right: Fraction
    measure: str = "value"

    @property
    def gap(self) -> Fraction:
        return abs(self.left - self.right)


def trace(document: Any, env: Environment, row: Row | None = None) -> Trace:
    """Every step with its value. Rows of any/all/count/sum are not unfolded."""
    value = part_of(document)(env, row)
    if not isinstance(document, dict):
        return Trace("literal", None, value)
    ((op, args),) = document.items()
    if op in {"var", "param", "status"}:
        return Trace(op, str(args), value)
    if op in {"any", "all", "count", "sum", "on_or_after"}:
        return Trace(op, str(args[0]) if isinstance(args, list) else None, value)
    below = args if isinstance(args, list) else [args]
    if op == "match":  # its second argument maps codes to results; the one that was chosen is a step
        below = [args[0], _chosen(op, args, env, row)]
    return Trace(op, None, value, tuple(trace(part, env, row) for part in below if isinstance(part, dict)))


ORDERS = ("<", "<=", ">", ">=")
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def near_miss_of(document: Any, env: Environment, row: Row | None) -> NearMiss | None:  # noqa: PLR0911 - one exit per shape
    """The first order comparison between numbers that made the rule fail, looking into and, or and derived values."""
    if not isinstance(document, dict):
        return None
    ((op, args),) = document.items()
    if op in {"and", "or"}:
        hits = (near_miss_of(part, env, row) for part in args if truth(part_of(part)(env, row)) is False)
        return next((hit for hit in hits if hit), None)
    if op == "between":
        return near_miss_of({"and": [{">=": [args[0], args[1]]}, {"<=": [args[0], args[2]]}]}, env, row)
    if op == "var" and args in env.derived:
        return near_miss_of(env.derived[args].rule.document, env, row)
    if op not in ORDERS:
        return None
    left, right = (number(part_of(part)(env, row)) for part in args)
    if not is_number(left) or not is_number(right):
        return None
    subject, limit = args
    if not names_in(subject).reads and names_in(limit).reads:  # 18 <= age: it is the age that is too low, not 18
        return NearMiss(_name(limit), Fraction(right), TURNED[op], Fraction(left), _measure(limit))
    return NearMiss(_name(subject), Fraction(left), op, Fraction(right), _measure(subject))


def _name(document: Any) -> str:
    if isinstance(document, dict):
        ((op, args),) = document.items()
        if op in {"var", "param"}:
            return str(args)
        if isinstance(args, list):
            return next((found for part in args if (found := _name(part))), "")
        return _name(args)
    return ""


def _measure(document: Any) -> str:
    """How a number comes from the name it is told by."""
    op = next(iter(document)) if isinstance(document, dict) else "computed"
    return {"var": "value", "param": "value", "age": "age", "months_since": "months"}.get(op, "computed")


_SIGNS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}


def sum_in_words(document: Any, env: Environment, row: Row | None, total: int) -> Text:
    """An amount as people write it: 620.00 × 2 − 7,200.00 ÷ 12 = 640.00. 分 are shown as yuan, counts as they are."""
    left = _written(document, env, row, money=True)
    result = yuan(total)
    shown = result if left == result else f"{left} = {result}"
    return Text(f"{shown} 元", f"{shown} yuan")


def _written(document: Any, env: Environment, row: Row | None, *, money: bool, inside: bool = False) -> str:
    value = number(part_of(document)(env, row))
    if isinstance(document, dict):
        ((op, args),) = document.items()
        if op in _SIGNS and isinstance(args, list) and len(args) > 1:
            return _operation(op, args, env, row, money=money, inside=inside)
        if op in {"min", "max"} and isinstance(args, list):
            parts = [_written(part, env, row, money=money) for part in args if not (op == "max" and part == 0)]
            return parts[0] if len(parts) == 1 else f"{op}({', '.join(parts)})"
        if op == "sum":
            rows = rows_of(env, args[0])
            each = [] if isinstance(rows, Undetermined) else [_written(args[1], env, r, money=money) for r in rows]
            return f"({' + '.join(each)})" if inside and len(each) > 1 else " + ".join(each) or _number(0, money=money)
        chosen = _chosen(op, args, env, row)
        if chosen is not None:
            return _written(chosen, env, row, money=money, inside=inside)
    return _number(value, money=money)


def _operation(op: str, args: list[Any], env: Environment, row: Row | None, *, money: bool, inside: bool) -> str:
    """A product has one factor in money, the largest; a quotient's divisor is a count. What adds nothing is left out."""
    if op in {"+", "-"}:
        kept = [n for n, part in enumerate(args) if (op == "-" and n == 0) or number(part_of(part)(env, row)) != 0]
        args = [args[n] for n in kept] or args[:1]
        if len(args) == 1:
            return _written(args[0], env, row, money=money, inside=inside)
    if op == "*":
        values = [number(part_of(part)(env, row)) for part in args]
        sizes = [abs(v) if is_number(v) else 0 for v in values]
        is_money = [money and n == sizes.index(max(sizes)) for n in range(len(args))]
    elif op == "/":
        is_money = [money, *([False] * (len(args) - 1))]
    else:
        is_money = [money] * len(args)
    deep = op in {"*", "/"}
    text = _SIGNS[op].join(_written(p, env, row, money=m, inside=deep) for p, m in zip(args, is_money, strict=True))
    return f"({text})" if inside and op in {"+", "-"} else text


def _chosen(op: str, args: Any, env: Environment, row: Row | None) -> Any:
    """The branch an if or a match takes, so that only the sum that counted is written."""
    if op == "if":
        for condition, then in zip(args[:-1:2], args[1::2], strict=False):
            if truth(part_of(condition)(env, row)) is True:
                return then
        return args[-1]
    if op == "match":
        subject = part_of(args[0])(env, row)
        return (
            args[1].get(subject)
            if isinstance(subject, str) and subject in args[1]
            else (args[2] if len(args) > 2 else None)
        )
    return None


def _number(value: Any, *, money: bool) -> str:
    if isinstance(value, Undetermined) or value is None:
        return "?"
    if not is_number(value):
        return str(value)
    exact = Fraction(value)
    if money:
        cents = exact / 100
        return yuan(int(exact)) if exact.denominator == 1 else f"{float(cents):,.4f}"
    return str(int(exact)) if exact.denominator == 1 else f"{float(exact):.4f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Term:
    """One name an amount was made from, with its value; a derived value brings the sum it came from and its own terms.

    `chooses`: it took no part in the sum but decided which one was made.
    """

    name: str
    value: Any
    written: str = ""
    terms: tuple[Term, ...] = ()
    chooses: bool = False


def terms_of(document: Any, env: Environment, row: Row | None) -> tuple[Term, ...]:
    """The names on the way an amount took, each once, in the order they were used."""
    found: dict[str, Term] = {}
    for term in _terms(document, env, row, chooses=False):
        if term.name not in found or found[term.name].chooses:
            found[term.name] = term
    return tuple(found.values())


def _terms(document: Any, env: Environment, row: Row | None, *, chooses: bool) -> Iterator[Term]:
    if isinstance(document, list):
        for part in document:
            yield from _terms(part, env, row, chooses=chooses)
        return
    if not isinstance(document, dict):
        return
    ((op, args),) = document.items()
    if op in {"var", "param", "status"}:
        yield _term(str(args), document, env, row, chooses=chooses)
    elif op == "if":
        yield from _terms(list(args[:-1:2]), env, row, chooses=True)
        yield from _terms(_chosen(op, args, env, row), env, row, chooses=chooses)
    elif op == "match":
        yield from _terms(args[0], env, row, chooses=True)
        yield from _terms(_chosen(op, args, env, row), env, row, chooses=chooses)
    elif op in GROUPED:
        return  # every row has its own; the sum shows what each one gave
    else:
        yield from _terms(args, env, row, chooses=chooses)


def _term(name: str, document: Any, env: Environment, row: Row | None, *, chooses: bool) -> Term:
    value = number(part_of(document)(env, row))
    derived = env.derived.get(name)
    own = row is not None and name in row
    if derived is None or own or name in env.facts:
        return Term(name, value, chooses=chooses)
    inner = derived.rule.document
    is_sum = is_number(value) and isinstance(inner, dict) and next(iter(inner)) in {*_SIGNS, "min", "max", "sum"}
    written = _written(inner, env, row, money=derived.unit == "fen") if is_sum else ""
    return Term(name, value, written, terms_of(inner, env, row), chooses)


OPERATOR_WORDS: dict[str, Text] = {
    "<": Text("低于", "below"),
    "<=": Text("不高于", "at most"),
    ">": Text("高于", "above"),
    ">=": Text("不低于", "at least"),
}


MEASURES: dict[str, Text] = {
    "value": Text("{title} {left}", "{title} is {left}"),
    "age": Text("年龄 {left} 周岁", "the age is {left}"),
    "months": Text("距“{title}” {left} 个月", "{left} months since “{title}”"),
    "computed": Text("由“{title}”算得 {left}", "{left}, worked out from “{title}”"),
}


def near_miss_in_words(miss: NearMiss, titles: Mapping[str, Text], *, money: bool) -> Text:
    """“家庭人均月收入 812.00,应低于 780.00,差 32.00”."""
    title = titles.get(miss.name, Text(miss.name, miss.name))
    money = money and miss.measure in {"value", "computed"}
    left, right, gap = (_number(v, money=money) for v in (miss.left, miss.right, miss.gap))
    word, measure = OPERATOR_WORDS[miss.op], MEASURES[miss.measure]
    zh, en = measure.zh.format(title=title.zh, left=left), measure.en.format(title=title.en, left=left)
    if miss.gap == 0:  # on the line, where only beyond it counts
        return Text(f"{zh},应{word.zh} {right}", f"{en}, must be {word.en} {right}")
    return Text(f"{zh},应{word.zh} {right},差 {gap}", f"{en}, must be {word.en} {right}; {gap} off")
