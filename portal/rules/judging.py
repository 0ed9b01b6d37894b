"""Judging an item for one household: its rules row by row, the worst failing kind, the amount and the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from portal.rules.compiling import rows_of, truth
from portal.rules.explaining import NearMiss, near_miss_of, sum_in_words
from portal.rules.outcomes import Environment, Row, Undetermined, number
from portal.rules.parsing import SCOPE_GROUPS
from portal.rules.rule import Rule
from portal.values import Text, round_fen

# From the worst: what an item comes to when a rule of that kind fails.
OUTCOMES = ("not_eligible", "undetermined", "refer", "return", "manual", "eligible")
ON_FAIL = {"reject": "not_eligible", "refer": "refer", "return": "return", "manual": "manual"}


@dataclass(frozen=True)
class Requirement:
    """One rule of an item: what it asks, by which clause, about whom, and what happens when it does not hold."""

    id: str
    title: Text
    clause: Text | None
    scope: str
    rule: Rule
    on_fail: str


@dataclass(frozen=True)
class Benefit:
    """What the item awards: to persons or the household, and the rule of the amount in 分."""

    scope: str
    award: str
    amount: Rule | None


@dataclass(frozen=True)
class Policy:
    """An item's rules and its benefit."""

    requirements: tuple[Requirement, ...]
    benefit: Benefit

    @property
    def row_scope(self) -> str:
        """The rows the item is judged on: members, houses, or the application alone."""
        scopes = {r.scope for r in self.requirements if r.on_fail in ON_FAIL}
        scopes.add(self.benefit.scope)
        return next((scope for scope in ("member", "house") if scope in scopes), "application")


@dataclass(frozen=True)
class Reason:
    """One rule's result: holds, fails, or unknown with the missing names; a near miss says by how much it failed."""

    rule: str
    holds: bool | None
    clause: Text | None
    zh: str
    en: str
    missing: frozenset[str] = frozenset()
    near_miss: NearMiss | None = None
    on_fail: str = "reject"


@dataclass(frozen=True)
class PersonJudgement:
    """One row's result, with its own reasons and arithmetic; `row` counts from 0."""

    row: int
    outcome: str
    amount_fen: int | None
    proposed_fen: int | None = None
    reasons: tuple[Reason, ...] = ()
    arithmetic: Text | None = None


@dataclass(frozen=True)
class Judgement:
    """An item's result: the best row's outcome, amount and reasons, and every row's own result.

    `amount_fen` only when eligible; `proposed_fen` whenever the amount can be worked out. `likely` when the only thing
    missing is what the visit or the comparisons will bring. `routes` are the route rules that hold.
    """

    outcome: str
    amount_fen: int | None
    persons: tuple[PersonJudgement, ...]
    reasons: tuple[Reason, ...]
    proposed_fen: int | None = None
    arithmetic: Text | None = None
    likely: bool = False
    routes: Mapping[str, bool | None] | None = None


def judge(policy: Policy, env: Environment, *, awaited: frozenset[str] = frozenset()) -> Judgement:
    """Judge one item. Rules of a row are judged for each row, and the item takes its best row."""
    scope = policy.row_scope
    group = SCOPE_GROUPS[scope]
    shared = {r.id: _reason(r, env, None) for r in policy.requirements if r.scope == "application"}
    if scope == "application":
        return _judge_row(policy, env, shared, None, None, awaited)
    rows = rows_of(env, group)
    if isinstance(rows, Undetermined) or not rows:
        return _without_rows(policy, shared, group if isinstance(rows, Undetermined) else None, awaited)
    judged = [_judge_row(policy, env, shared, row, n, awaited) for n, row in enumerate(rows)]
    best = max(judged, key=_rank)
    persons = tuple(p for j in judged for p in j.persons) if scope == "member" else ()
    return Judgement(
        best.outcome,
        best.amount_fen,
        persons,
        best.reasons,
        best.proposed_fen,
        best.arithmetic,
        best.likely,
        best.routes,
    )


def _rank(judged: Judgement) -> tuple[int, bool, int, int]:
    """Which row speaks for the item: the best outcome, then the one nearest to it, then the highest amount."""
    failing = sum(1 for r in judged.reasons if r.on_fail in ON_FAIL and r.holds is not True)
    amount = judged.proposed_fen if judged.amount_fen is None else judged.amount_fen
    return OUTCOMES.index(judged.outcome), judged.likely, -failing, -1 if amount is None else amount


def _without_rows(
    policy: Policy, shared: Mapping[str, Reason], group: str | None, awaited: frozenset[str]
) -> Judgement:
    """No row to judge: an unanswered group is unknown; an empty one has nobody the item could be for."""
    missing = frozenset({group}) if group else frozenset()
    reasons = []
    for requirement in policy.requirements:
        if requirement.scope == "application":
            reasons.append(shared[requirement.id])
        else:
            reasons.append(
                Reason(
                    requirement.id,
                    None if group else False,
                    requirement.clause,
                    requirement.title.zh,
                    requirement.title.en,
                    missing,
                    None,
                    requirement.on_fail,
                )
            )
    outcome = _outcome(reasons) if group else "not_eligible"
    return Judgement(outcome, None, (), tuple(reasons), likely=_likely(outcome, reasons, awaited), routes={})


def _judge_row(
    policy: Policy,
    env: Environment,
    shared: Mapping[str, Reason],
    row: Row | None,
    index: int | None,
    awaited: frozenset[str],
) -> Judgement:
    """One row by the item's rules. What is asked of the application is the same for every row: it is in `shared`."""
    reasons = tuple(shared.get(r.id) or _reason(r, env, row) for r in policy.requirements)
    outcome = _outcome(reasons)
    paid = row if policy.benefit.scope != "application" else None
    amount: Any = policy.benefit.amount.evaluate(env, paid) if policy.benefit.amount is not None else None
    fen: int | None = None
    if isinstance(amount, int | Fraction) and not isinstance(amount, bool):
        fen = round_fen(Fraction(number(amount)))
    if outcome == "eligible" and isinstance(amount, Undetermined):
        outcome = "undetermined"
        unknown = Text("金额所需的信息不全。", "Something the amount needs is not known.")
        reasons = (*reasons, Reason("amount", None, None, unknown.zh, unknown.en, amount.missing, None, "reject"))
    words = (
        sum_in_words(policy.benefit.amount.document, env, paid, fen)
        if policy.benefit.amount is not None and fen is not None
        else None
    )
    awarded = fen if outcome == "eligible" else None
    person = () if index is None else (PersonJudgement(index, outcome, awarded, fen, reasons, words),)
    routes = {r.rule: r.holds for r in reasons if r.on_fail == "route"}
    return Judgement(outcome, awarded, person, reasons, fen, words, _likely(outcome, reasons, awaited), routes)


def _reason(requirement: Requirement, env: Environment, row: Row | None) -> Reason:
    value = truth(requirement.rule.evaluate(env, row))
    holds = None if isinstance(value, Undetermined) else bool(value)
    missing = value.missing if isinstance(value, Undetermined) else frozenset()
    miss = near_miss_of(requirement.rule.document, env, row) if holds is False else None
    return Reason(
        requirement.id,
        holds,
        requirement.clause,
        requirement.title.zh,
        requirement.title.en,
        missing,
        miss,
        requirement.on_fail,
    )


def _outcome(reasons: tuple[Reason, ...] | list[Reason]) -> str:
    found = {"eligible"}
    for reason in reasons:
        if reason.on_fail in ON_FAIL and reason.holds is not True:
            found.add("undetermined" if reason.holds is None else ON_FAIL[reason.on_fail])
    return min(found, key=OUTCOMES.index)


def _likely(outcome: str, reasons: tuple[Reason, ...] | list[Reason], awaited: frozenset[str]) -> bool:
    unknown = frozenset().union(*(r.missing for r in reasons if r.holds is None and r.on_fail in ON_FAIL))
    return outcome == "undetermined" and bool(unknown) and unknown <= awaited
