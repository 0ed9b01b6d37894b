"""Raising conflicts: a comparison's rules over declared and returned facts, and declared against seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Comparison
from portal.catalogue.model import Conflict as ConflictRule
from portal.verification.models import Conflict
from portal.verification.rules import names_asked_for, rows_of


@dataclass(frozen=True)
class Found:
    """One contradiction: which rule, about which question of which row, and both sides."""

    rule: ConflictRule
    row: str
    declared: Any
    returned: Any


def contradictions(
    catalogue: Catalogue,
    comparison: Comparison,
    person: str,
    facts: Mapping[str, Any],
    returned: Mapping[str, Any],
    on: date,
) -> Iterator[Found]:
    """What an answer contradicts. Silence contradicts nothing, unless a rule asks whether a record is there at all.

    Answers about supporters are shown as they are: the household's own declarations say nothing about their money.
    """
    if person.startswith("supporters/"):
        return
    given = {f"r_{name}": value for name, value in returned.items()}
    for rule in comparison.conflicts:
        silent = {name: None for name in names_asked_for(rule.when.document) if name not in given}
        environment = catalogue.environment({**facts, **given, **silent}, on)
        for row_name, row in _rows(rule, person, facts, returned):
            if rule.when.evaluate(environment, row) is True:
                yield Found(
                    rule, _place(catalogue, rule, person, row_name), _declared(rule, facts, row), _given(rule, given)
                )


def _rows(
    rule: ConflictRule, person: str, facts: Mapping[str, Any], returned: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    if rule.scope == "member":
        group, _, position = person.partition("/")
        rows = rows_of(facts, group)
        if group == "members" and position.isdigit() and int(position) < len(rows):
            yield person, rows[int(position)]
    elif rule.scope == "house":
        houses = rows_of(facts, "houses")
        for at, house in enumerate(houses):
            if len(houses) == 1 or house.get("house_cert_no") == returned.get("cert_no"):
                yield f"houses/{at}", house
    else:
        yield "", None


def _place(catalogue: Catalogue, rule: ConflictRule, person: str, row: str) -> str:
    """The row a conflict is about; for a thing nobody declared (a second car) the person it was found under."""
    if row:
        return row
    question = catalogue.bank.questions.get(rule.question or "")
    return person if question is not None and question.in_rows else ""


def _declared(rule: ConflictRule, facts: Mapping[str, Any], row: Mapping[str, Any] | None) -> Any:
    name = rule.question or ""
    return row[name] if row is not None and name in row else facts.get(name)


def _given(rule: ConflictRule, given: Mapping[str, Any]) -> Any:
    """The returned side: one value when the rule sets exactly one field against the question, else the fields by name."""
    read = sorted(name for name in rule.when.reads if name.startswith("r_"))
    if len(read) == 1 and rule.when.reads - set(read) == {rule.question} and read[0] in given:
        return given[read[0]]
    return {name.removeprefix("r_"): given[name] for name in read if name in given}


def keep(db: Session, application_id: int, comparison: Comparison, person_name: str, found: list[Found]) -> int:
    """Write the contradictions of one answer that are not known yet; what an officer has settled stays settled."""
    new = 0
    for one in found:
        question = one.rule.question or ""
        known = find(db, application_id, one.rule.id, question, one.row)
        if known is not None:
            if known.settled_at is None:
                known.declared, known.returned = one.declared, one.returned
            continue
        action = one.rule.action
        db.add(
            Conflict(
                application_id=application_id,
                rule=one.rule.id,
                question=question,
                row=one.row,
                severity=one.rule.severity,
                message={
                    **one.rule.title.to_json(),
                    "action": action.to_json() if action else None,
                    "source": comparison.title.to_json(),
                    "agency": comparison.agency.to_json(),
                    "person": person_name,
                },
                declared=one.declared,
                returned=one.returned,
            )
        )
        db.flush()  # the same rule may speak about the household under a second person
        new += 1
    return new


def find(db: Session, application_id: int, rule: str, question: str, row: str) -> Conflict | None:
    return db.scalar(
        select(Conflict).where(
            Conflict.application_id == application_id,
            Conflict.rule == rule,
            Conflict.question == question,
            Conflict.row == row,
        )
    )
