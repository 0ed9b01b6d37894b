"""What the rules say of a case, ready to read: each rule with its clause and near miss, each person, the amount's sum."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from portal.cases.assessment import Assessment
from portal.cases.rules import OUTCOMES
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.rendering.display import display_text
from portal.rules import Reason, Term, Undetermined, near_miss_in_words, terms_of
from portal.rules.operators import is_number
from portal.values import Text, yuan

MARKS: dict[str, Text] = {
    "holds": Text("符合", "Holds"),
    "fails": Text("不符合", "Fails"),
    "unknown": Text("未知", "Unknown"),
}
# What follows when a rule of a kind does not hold.
CONSEQUENCES: dict[str, Text] = {
    "reject": Text("不予确认", "not eligible"),
    "manual": Text("须人工判定", "to be judged by a person"),
    "refer": Text("转介", "to be referred"),
    "return": Text("须先补充", "something must be supplied first"),
    "note": Text("仅提示", "a note only"),
    "route": Text("决定办理途径", "decides the way it is handled"),
}
UNITS: dict[str, Text] = {
    "m2": Text("平方米", "m²"),
    "m3": Text("立方米", "m³"),
    "months": Text("个月", "months"),
    "ton": Text("吨", "t"),
    "kwh": Text("度", "kWh"),
    "percent": Text("%", "%"),
}
UNKNOWN = Text("未知", "unknown")
NONE = Text("无", "none")


@dataclass(frozen=True)
class RuleLine:
    """One rule: whether it holds, by which clause, and when it does not, what follows and what is missing."""

    mark: str
    title: Text
    clause: Text | None
    consequence: Text | None
    notes: tuple[Text, ...]

    @property
    def mark_title(self) -> Text:
        return MARKS[self.mark]


@dataclass(frozen=True)
class PersonLine:
    """One person an item may be awarded to."""

    row: int
    name: str
    outcome: str
    amount_fen: int | None
    arithmetic: Text | None
    rules: tuple[RuleLine, ...]

    @property
    def title(self) -> Text:
        return OUTCOMES[self.outcome]


@dataclass(frozen=True)
class AmountLine:
    """One value an amount was made from; `depth` says in whose sum it stands."""

    title: Text
    value: Text
    written: str
    depth: int
    chooses: bool


@dataclass(frozen=True)
class JudgementView:
    """Everything the rules say of a case."""

    outcome: str
    proposed_fen: int | None
    arithmetic: Text | None
    rules: tuple[RuleLine, ...]
    persons: tuple[PersonLine, ...]
    amount_lines: tuple[AmountLine, ...]

    @property
    def title(self) -> Text:
        return OUTCOMES[self.outcome]

    @property
    def open_rules(self) -> int:
        """How many rules do not hold or are not known: what a person must look at."""
        return sum(line.mark != "holds" for line in self.rules)


def judgement_view(catalogue: Catalogue, item: Item, assessment: Assessment) -> JudgementView:
    judged = assessment.judgement
    members = [row for row in assessment.facts.get("members") or () if isinstance(row, Mapping)]
    persons = tuple(
        PersonLine(
            person.row,
            _name(members, person.row),
            person.outcome,
            person.proposed_fen if person.amount_fen is None else person.amount_fen,
            person.arithmetic,
            rule_lines(catalogue, person.reasons, assessment.awaited),
        )
        for person in judged.persons
    )
    return JudgementView(
        assessment.outcome,
        assessment.proposed_fen,
        judged.arithmetic,
        rule_lines(catalogue, judged.reasons, assessment.awaited),
        persons,
        tuple(_amount_lines(catalogue, item, assessment, members)),
    )


def rule_lines(catalogue: Catalogue, reasons: Iterable[Reason], awaited: frozenset[str]) -> tuple[RuleLine, ...]:
    """The rules of one row; what fails comes first, then what is not known."""
    lines = [_rule_line(catalogue, reason, awaited) for reason in reasons]
    return tuple(sorted(lines, key=lambda line: ("fails", "unknown", "holds").index(line.mark)))


def _rule_line(catalogue: Catalogue, reason: Reason, awaited: frozenset[str]) -> RuleLine:
    mark = "unknown" if reason.holds is None else "holds" if reason.holds else "fails"
    notes = []
    if reason.near_miss is not None:
        money = is_money(catalogue, reason.near_miss.name)
        notes.append(near_miss_in_words(reason.near_miss, catalogue.titles, money=money))
    here = sorted(reason.missing - awaited)
    to_come = sorted(reason.missing & awaited)
    for names, zh, en in (
        (here, "还缺", "Missing"),
        (to_come, "待入户或核对", "To come from the visit or a comparison"),
    ):
        titles = [catalogue.titles.get(name, Text(name, name)) for name in names]
        if titles:
            notes.append(Text(f"{zh}:{'、'.join(t.zh for t in titles)}", f"{en}: {', '.join(t.en for t in titles)}"))
    return RuleLine(
        mark,
        Text(reason.zh, reason.en),
        reason.clause,
        None if mark == "holds" else CONSEQUENCES.get(reason.on_fail),
        tuple(notes),
    )


def _name(members: Sequence[Mapping[str, Any]], row: int) -> str:
    return str(members[row].get("member_name") or "") if row < len(members) else ""


def _amount_lines(
    catalogue: Catalogue, item: Item, assessment: Assessment, members: Sequence[Mapping[str, Any]]
) -> Iterable[AmountLine]:
    """The values of the amount's sum; of a person's amount the first who would get it."""
    amount, judged = item.policy.benefit.amount, assessment.judgement
    if amount is None:
        return ()
    best = next((p.row for p in judged.persons if p.outcome == judged.outcome), None)
    row = members[best] if best is not None and best < len(members) else None
    return _lines(catalogue, terms_of(amount.document, assessment.environment, row), 0)


def _lines(catalogue: Catalogue, terms: Iterable[Term], depth: int) -> Iterable[AmountLine]:
    for term in terms:
        title = catalogue.titles.get(term.name, Text(term.name, term.name))
        if depth and term.value == 0:
            continue  # one of many kinds of income the family does not have
        yield AmountLine(title, value_text(catalogue, term.name, term.value), term.written, depth, term.chooses)
        if not term.chooses:
            yield from _lines(catalogue, term.terms, depth + 1)


def is_money(catalogue: Catalogue, name: str) -> bool:
    """Whether a name stands for an amount of money, kept in 分."""
    return unit_of(catalogue, name) == "fen"


def unit_of(catalogue: Catalogue, name: str) -> str:
    question = catalogue.bank.questions.get(name)
    if question is not None:
        return "fen" if question.type == "money" else ""
    named = catalogue.derived.get(name) or catalogue.parameters.get(name)
    return (named.unit or "") if named is not None else ""


def value_text(catalogue: Catalogue, name: str, value: Any) -> Text:
    """A fact, a standard or a derived value as people read it."""
    if isinstance(value, Undetermined):
        return UNKNOWN
    if value is None:
        return NONE
    question = catalogue.bank.questions.get(name)
    if isinstance(value, bool) or (question is not None and not isinstance(value, Fraction)):
        if question is None:
            return Text("是", "yes") if value else Text("否", "no")
        zh, en = (display_text(catalogue.bank, question, value, lang) for lang in ("zh", "en"))
        return Text(zh, en)
    if not is_number(value):
        return Text(str(value), str(value))
    return _number_text(Fraction(value), unit_of(catalogue, name))


def _number_text(exact: Fraction, unit: str) -> Text:
    if unit == "fen":
        shown = yuan(int(exact)) if exact.denominator == 1 else f"{float(exact) / 100:,.2f}"
        return Text(f"{shown} 元", f"{shown} yuan")
    shown = str(int(exact)) if exact.denominator == 1 else f"{float(exact):.4f}".rstrip("0").rstrip(".")
    word = UNITS.get(unit)
    return Text(shown, shown) if word is None else Text(f"{shown}{word.zh}", f"{shown} {word.en}")
