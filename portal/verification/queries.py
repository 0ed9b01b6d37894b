"""Reading comparisons and conflicts, and the facts a rule may judge: declared, seen and decided laid over each other."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.catalogue.catalogue import Catalogue
from portal.forms import facts_of
from portal.organisation.queries import CITY_TIME
from portal.verification.models import Check, Conflict
from portal.verification.rules import ANSWERED, NEEDS_A_PERSON, at
from portal.visits.queries import latest


def checks(db: Session, application_id: int) -> Sequence[Check]:
    return db.scalars(
        select(Check).where(Check.application_id == application_id).order_by(Check.code, Check.person)
    ).all()


def unanswered(db: Session, application_id: int) -> Sequence[Check]:
    """Comparisons that were sent and have not come back. A source being down is not a pause (procedure §2.4)."""
    query = select(Check).where(Check.application_id == application_id, Check.state.in_(("sent", "error", "timeout")))
    return db.scalars(query.order_by(Check.id)).all()


def conflicts(db: Session, application_id: int) -> Sequence[Conflict]:
    return db.scalars(select(Conflict).where(Conflict.application_id == application_id).order_by(Conflict.id)).all()


def open_conflicts(db: Session, application_id: int) -> Sequence[Conflict]:
    """Conflicts a person has to settle and has not; alerts and remarks need nobody."""
    query = select(Conflict).where(
        Conflict.application_id == application_id, Conflict.settled_at.is_(None), Conflict.severity.in_(NEEDS_A_PERSON)
    )
    return db.scalars(query.order_by(Conflict.id)).all()


def summary(db: Session, application_id: int) -> dict[str, int]:
    """How many comparisons are in each state."""
    query = select(Check.state, func.count()).where(Check.application_id == application_id).group_by(Check.state)
    return dict(db.execute(query).tuples().all())


def decided_facts(db: Session, application: Application, catalogue: Catalogue) -> dict[str, Any]:
    """What the rules judge: declared answers, the survey's own answers, and every value an officer decided on."""
    form = catalogue.form("application", application.items)
    declared = {k: v for k, v in application.answers.items() if k in form.questions or isinstance(v, list)}
    on = application.submitted_at.astimezone(CITY_TIME).date()
    facts = copy.deepcopy(
        dict(facts_of(form, declared, catalogue.environment({"app_items": list(application.items)}, on)))
    )
    unknown = {k: v for k, v in application.answers.items() if k not in facts and k not in form.questions}
    facts.update(copy.deepcopy(unknown))
    visit = latest(db, application.id)
    if visit is not None:
        _lay_over(facts, visit.answers)
    for conflict in conflicts(db, application.id):
        if conflict.settled_at is not None and conflict.question:
            target = at(facts, conflict.row)
            if isinstance(target, dict) and not isinstance(conflict.decided, dict):
                target[conflict.question] = conflict.decided
    return facts


def _lay_over(facts: dict[str, Any], seen: Mapping[str, Any]) -> None:
    """Add what only the visit knows; a fact both know stays as declared until an officer decides."""
    for name, value in seen.items():
        if isinstance(value, list) and isinstance(facts.get(name), list) and any(isinstance(v, Mapping) for v in value):
            for row, seen_row in zip(facts[name], value, strict=False):
                if isinstance(row, dict) and isinstance(seen_row, Mapping):
                    for question, answer in seen_row.items():
                        if row.get(question) is None:
                            row[question] = answer
        elif facts.get(name) is None:
            facts[name] = value


def awaited(db: Session, application: Application, catalogue: Catalogue) -> frozenset[str]:
    """Questions that only the visit or the comparisons will answer and that are still out."""
    form = catalogue.form("application", application.items)
    waiting: set[str] = set()
    visit = latest(db, application.id)
    items = catalogue.chosen(application.items)
    if (visit is None or not visit.complete) and any(item.has_visit for item in items):
        waiting |= set(catalogue.form("home-visit", application.items).questions) - set(form.questions)
    states = summary(db, application.id)
    if any("verify" in item.front for item in items) and (not states or set(states) - set(ANSWERED)):
        waiting |= {q.id for q in form.questions.values() if q.prefill.get("kind") in {"check", "agency"}}
    return frozenset(waiting)


@dataclass(frozen=True)
class FactRow:
    """One fact with its four values side by side."""

    question: str
    row: str
    declared: Any
    returned: Any
    seen: Any
    decided: Any
    conflict: Conflict | None

    @property
    def is_open(self) -> bool:
        return self.conflict is not None and self.conflict.settled_at is None


def side_by_side(
    db: Session, application: Application, catalogue: Catalogue, questions: Iterable[str]
) -> list[FactRow]:
    """The named facts, row by row, as declared, returned, seen and decided. Identifiers stay sealed."""
    visit = latest(db, application.id)
    seen: Mapping[str, Any] = visit.answers if visit is not None else {}
    by_place: dict[tuple[str, str], list[Conflict]] = {}
    for conflict in conflicts(db, application.id):
        by_place.setdefault((conflict.question, conflict.row), []).append(conflict)
    rows: list[FactRow] = []
    for question in questions:
        known = catalogue.bank.questions.get(question)
        if known is None:
            continue
        for row in _places(known.group, application.answers, seen):
            here = by_place.get((question, row), [])
            conflict = next((c for c in here if c.settled_at is None), here[-1] if here else None)
            returned = next((c.returned for c in here if c.returned is not None), None)
            declared, looked = at(application.answers, row).get(question), at(seen, row).get(question)
            if declared is None and looked is None and returned is None:
                continue
            decided = conflict.decided if conflict is not None and conflict.settled_at is not None else None
            rows.append(FactRow(question, row, declared, returned, looked, decided, conflict))
    return rows


def _places(group: str, declared: Mapping[str, Any], seen: Mapping[str, Any]) -> list[str]:
    if group in {"application", "visit"}:
        return [""]
    count = max(len(declared.get(group) or ()), len(seen.get(group) or ()))
    return [f"{group}/{n}" for n in range(count)]
