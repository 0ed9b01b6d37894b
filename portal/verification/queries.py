"""Reading comparisons and conflicts, and the facts as they stand: declared, returned, seen and decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.applications.models import Application
from portal.applications.queries import clear_answers, readable
from portal.catalogue.catalogue import Catalogue
from portal.db import vault_of
from portal.errors import NOT_FOUND, Refused
from portal.forms import facts_of
from portal.organisation.queries import CITY_TIME
from portal.values import Text
from portal.verification.models import Check, Conflict
from portal.verification.rules import ANSWERED, overlay_visit, put, rows_of, same_row, without_row_ids
from portal.visits import queries as visit_queries

# Information and alerts are shown; only these two wait for a person.
TO_SETTLE = ("block", "review")


def checks(db: Session, application_id: int) -> Sequence[Check]:
    return db.scalars(
        select(Check).where(Check.application_id == application_id).order_by(Check.person, Check.code)
    ).all()


def check(db: Session, actor: Actor, check_id: int) -> Check:
    """One comparison of an application the actor may read."""
    found = db.scalar(
        select(Check)
        .join(Application, Application.id == Check.application_id)
        .where(Check.id == check_id, readable(actor))
    )
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def unanswered(db: Session, application_id: int) -> Sequence[Check]:
    """Comparisons without an answer, those nobody signed for included: the report is incomplete without them."""
    return db.scalars(
        select(Check).where(Check.application_id == application_id, Check.state.not_in(ANSWERED)).order_by(Check.id)
    ).all()


def conflicts(db: Session, application_id: int) -> Sequence[Conflict]:
    return db.scalars(select(Conflict).where(Conflict.application_id == application_id).order_by(Conflict.id)).all()


def open_conflicts(db: Session, application_id: int) -> Sequence[Conflict]:
    """What a person still has to settle."""
    return db.scalars(
        select(Conflict)
        .where(
            Conflict.application_id == application_id,
            Conflict.settled_at.is_(None),
            Conflict.severity.in_(TO_SETTLE),
        )
        .order_by(Conflict.id)
    ).all()


@dataclass(frozen=True)
class PersonChecks:
    """The comparisons about one person."""

    person: str
    name: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Summary:
    """The report on one screen: 96 of 100 files are clean, effort belongs to the others."""

    total: int
    answered: int
    not_signed: int
    late: int
    people: tuple[PersonChecks, ...]
    conflicts: tuple[Conflict, ...]
    open: int

    @property
    def complete(self) -> bool:
        return self.answered == self.total

    @property
    def clean(self) -> bool:
        return self.complete and not self.conflicts


def summary(db: Session, application_id: int) -> Summary:
    found, raised = checks(db, application_id), conflicts(db, application_id)
    people: dict[str, list[Check]] = {}
    for one in found:
        people.setdefault(one.person, []).append(one)
    return Summary(
        total=len(found),
        answered=sum(one.state in ANSWERED for one in found),
        not_signed=sum(one.state == "not_sent" for one in found),
        late=sum(one.state == "timeout" for one in found),
        people=tuple(PersonChecks(person, rows[0].person_name, tuple(rows)) for person, rows in people.items()),
        conflicts=tuple(raised),
        open=sum(one.settled_at is None and one.severity in TO_SETTLE for one in raised),
    )


# --- facts ---------------------------------------------------------------------------------------------------------


def declared_facts(db: Session, application: Application, catalogue: Catalogue) -> dict[str, Any]:
    """What the family declared, as facts: null where a question does not apply to them."""
    answers = clear_answers(db, application)
    form = catalogue.form("application", application.items)
    environment = catalogue.environment({}, application.submitted_at.astimezone(CITY_TIME).date())
    return facts_of(form, answers, environment)


def _seen(db: Session, application: Application) -> dict[str, Any] | None:
    visit = visit_queries.latest(db, application.id)
    return None if visit is None or not visit.complete else vault_of(db).open_in(visit.answers)


def _with_decisions(facts: dict[str, Any], settled: Iterable[Conflict]) -> dict[str, Any]:
    for conflict in sorted((c for c in settled if c.settled_at is not None), key=lambda c: (c.settled_at, c.id)):
        if conflict.decided is not None and conflict.basis != "declared":
            put(facts, conflict.question, conflict.row, conflict.decided)
    return facts


def decided_facts(db: Session, application: Application, catalogue: Catalogue) -> dict[str, Any]:
    """What the rules judge: declared, completed by what only the visit could find, corrected by what was settled."""
    facts = declared_facts(db, application, catalogue)
    seen = _seen(db, application)
    if seen is not None:
        facts = overlay_visit(facts, catalogue.form("home-visit", application.items), seen)
    return without_row_ids(_with_decisions(facts, conflicts(db, application.id)))


def awaited(db: Session, application: Application, catalogue: Catalogue) -> frozenset[str]:
    """Questions only the visit can answer, while it is still to come."""
    items = catalogue.chosen(application.items)
    if not any(item.has_visit for item in items) or _seen(db, application) is not None:
        return frozenset()
    asked = catalogue.form("application", application.items).questions
    return frozenset(catalogue.form("home-visit", application.items).questions) - frozenset(asked)


@dataclass(frozen=True)
class FourValues:
    """The four values side by side, each in the shape of answers, rows in the order declared."""

    declared: Mapping[str, Any]
    returned: Mapping[str, Any]
    seen: Mapping[str, Any]
    decided: Mapping[str, Any]


def four_values(db: Session, application: Application, catalogue: Catalogue) -> FourValues:
    declared = clear_answers(db, application)
    seen = _seen(db, application) or {}
    raised = conflicts(db, application.id)
    aligned = {
        name: [dict(same_row(row, at, rows_of(seen, name)) or {}) for at, row in enumerate(rows_of(declared, name))]
        if isinstance(value, list) and rows_of(declared, name)
        else value
        for name, value in seen.items()
    }
    returned = _returned(db, application, catalogue, declared, raised)
    decided = decided_facts(db, application, catalogue)
    return FourValues(declared, *(_marked_like(declared, side) for side in (returned, aligned, decided)))


def _marked_like(declared: Mapping[str, Any], side: Mapping[str, Any]) -> dict[str, Any]:
    """Rows with the marks of the declared ones, so that a member is the same line in every column."""
    marks = {name: [row.get("row_id") for row in rows_of(declared, name)] for name in declared}
    return {
        name: [_marked(row, marks[name][at : at + 1]) for at, row in enumerate(value)]
        if marks.get(name) and isinstance(value, list)
        else value
        for name, value in side.items()
    }


def _marked(row: Mapping[str, Any], mark: Sequence[Any]) -> dict[str, Any]:
    """A row with the mark of the declared one, or without any where that has none either."""
    bare = {name: value for name, value in row.items() if name != "row_id"}
    return {**bare, "row_id": mark[0]} if mark and mark[0] else bare if mark else dict(row)


def _returned(
    db: Session,
    application: Application,
    catalogue: Catalogue,
    declared: Mapping[str, Any],
    raised: Sequence[Conflict],
) -> dict[str, Any]:
    """Returned values under the questions they answer: a field belongs to the question that names it as its source."""
    result: dict[str, Any] = {
        name: [{} for _ in rows_of(declared, name)] for name, value in declared.items() if rows_of(declared, name)
    }
    by_source: dict[str, list[Any]] = {}
    for question in catalogue.form("application", application.items).questions.values():
        if question.prefill is not None and question.prefill.kind == "check" and question.prefill.source:
            by_source.setdefault(question.prefill.source, []).append(question)
    vault = vault_of(db)
    for one in checks(db, application.id):
        values = vault.open_in(one.returned or {})
        for question in by_source.get(one.code, ()):
            if question.group != one.person.partition("/")[0]:
                continue
            field = question.prefill.field or question.id.partition("_")[2]
            if values.get(field) is not None:
                put(result, question.id, one.person, values[field])
    for conflict in raised:
        if conflict.returned is not None and not isinstance(conflict.returned, dict):
            put(result, conflict.question, conflict.row, conflict.returned)
    return result


@dataclass(frozen=True)
class SideBySide:
    """One fact: what each side says, where the returned value came from, and the conflict it led to."""

    question: str
    row: str
    title: Text
    declared: Any
    returned: Any
    seen: Any
    decided: Any
    source: Text | None
    conflict_id: int | None
    settled: bool


def side_by_side(
    db: Session, application: Application, catalogue: Catalogue, question_ids: Iterable[str]
) -> list[SideBySide]:
    """The named questions, one line per row they stand in."""
    values = four_values(db, application, catalogue)
    raised = {(c.question, c.row): c for c in conflicts(db, application.id)}
    lines = []
    for name in question_ids:
        question = catalogue.bank.questions.get(name)
        if question is None:
            continue
        most = max(len(rows_of(side, question.group)) for side in (values.declared, values.seen, values.decided))
        places = [f"{question.group}/{at}" for at in range(most)] if question.in_rows else [""]
        for row in places:
            conflict = raised.get((name, row))
            lines.append(
                SideBySide(
                    name,
                    row,
                    question.title,
                    _at(values.declared, name, row),
                    _at(values.returned, name, row),
                    _at(values.seen, name, row),
                    _at(values.decided, name, row),
                    _source(catalogue, question.prefill.source if question.prefill else None),
                    conflict.id if conflict else None,
                    conflict is not None and conflict.settled_at is not None,
                )
            )
    return lines


def _at(answers: Mapping[str, Any], name: str, row: str) -> Any:
    if not row:
        return answers.get(name)
    group, _, position = row.partition("/")
    rows = rows_of(answers, group)
    return rows[int(position)].get(name) if int(position) < len(rows) else None


def _source(catalogue: Catalogue, code: str | None) -> Text | None:
    comparison = catalogue.comparisons.get(code or "")
    return comparison.title if comparison else None
