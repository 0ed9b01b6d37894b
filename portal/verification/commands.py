"""Asking the comparisons, taking their answers, comparing the visit, settling what differs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.applications.models import Application
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Conflict as ConflictRule
from portal.db import vault_of
from portal.errors import NOT_FOUND, Problem, Refused
from portal.organisation.queries import CITY_TIME, calendar
from portal.rules import Undetermined
from portal.values import Text
from portal.verification.connectors import CONNECTORS
from portal.verification.models import Check, Conflict
from portal.verification.rules import BASES, GROUPS, Subject, at, subjects

REASON_MISSING = Problem("settle-reason", 422, Text("采信须写明依据。", "Say why this value is taken."))
BAD_BASIS = Problem("settle-basis", 422, Text("请选择采信哪一个值。", "Choose which value is taken."))
NO_LETTER = Problem("no-letter", 409, Text("未签署授权书,不得查询。", "No signed letter, no query."))
ROW_SCOPES = {"member": "members", "house": "houses"}


def _record(db: Session, actor: Actor, application: Application, action: str, now: datetime, **data: Any) -> None:
    audit.record(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        stream=f"application:{application.id}",
        region_code=application.region_code,
        at=now,
        **data,
    )


def request_checks(
    db: Session, actor: Actor, application: Application, catalogue: Catalogue, *, now: datetime
) -> list[Check]:
    """Ask every comparison the chosen items need about everybody who signed.

    Somebody who has not signed is not asked about: his checks stay `not_sent` and the report says so. Refused when the
    household has no signed letter at all.
    """
    answers = vault_of(db).open_in(application.answers)
    if answers.get("auth_signed") is not True:
        raise Refused(NO_LETTER)
    today = now.astimezone(CITY_TIME).date()
    people = list(subjects(answers, today))
    codes = sorted({code for item in catalogue.chosen(application.items) for code in item.comparisons})
    days = calendar(db)
    known = {(c.code, c.person): c for c in db.scalars(select(Check).where(Check.application_id == application.id))}
    asked = []
    for code in codes:
        comparison = catalogue.comparisons[code]
        groups = {GROUPS[kind] for kind in comparison.people if kind in GROUPS} | (
            {"members"} if "applicant" in comparison.people else set()
        )
        for subject in people:
            if subject.row.partition("/")[0] not in groups:
                continue
            check = known.get((code, subject.row)) or Check(
                application_id=application.id, code=code, person=subject.row
            )
            check.person_name = subject.name[:120]
            if check.state in {"returned", "no_record"}:
                continue
            check.state = "sent" if subject.signed else "not_sent"
            if subject.signed:
                check.letter_no = str(answers.get("auth_letter_no") or application.number)[:40]
                check.requested_at, check.due_on = now, days.add(today, int(comparison.limit_days))
            db.add(check)
            asked.append(check)
    db.flush()  # answers refer to the checks
    _record(
        db,
        actor,
        application,
        "checks.requested",
        now,
        count=len([c for c in asked if c.state == "sent"]),
        unsigned=len([c for c in asked if c.state == "not_sent"]),
    )
    collect_answers(db, actor, application, catalogue, now=now)
    return asked


def collect_answers(
    db: Session, actor: Actor, application: Application, catalogue: Catalogue, *, now: datetime, connector: str = "demo"
) -> int:
    """Take the answers of every comparison that was sent; returns how many came."""
    answers = vault_of(db).open_in(application.answers)
    people = {subject.row: subject for subject in subjects(answers, now.astimezone(CITY_TIME).date())}
    ask = CONNECTORS[connector]
    sent = db.scalars(select(Check).where(Check.application_id == application.id, Check.state == "sent")).all()
    for check in sent:
        subject = people.get(check.person) or Subject(check.person, check.person_name, {}, False)
        state, returned = ask(catalogue.comparisons[check.code], subject, answers)
        _take(db, application, catalogue, answers, check, state, returned, now)
    if sent:
        _record(db, actor, application, "checks.answered", now, count=len(sent))
    return len(sent)


def record_result(
    db: Session,
    actor: Actor,
    application: Application,
    catalogue: Catalogue,
    check_id: int,
    state: str,
    returned: Mapping[str, Any] | None,
    *,
    now: datetime,
) -> Check:
    """Take one answer from outside (an adapter, or an officer who typed it)."""
    check = db.get(Check, check_id)
    if check is None or check.application_id != application.id:
        raise Refused(NOT_FOUND)
    answers = vault_of(db).open_in(application.answers)
    _take(db, application, catalogue, answers, check, state, dict(returned) if returned else None, now)
    _record(db, actor, application, "check.answered", now, code=check.code, person=check.person, state=state)
    return check


def _take(
    db: Session,
    application: Application,
    catalogue: Catalogue,
    answers: Mapping[str, Any],
    check: Check,
    state: str,
    returned: dict[str, Any] | None,
    now: datetime,
) -> None:
    check.state, check.returned, check.returned_at = state, returned, now
    if state != "returned" or returned is None:
        return
    facts = dict(answers)
    comparison = catalogue.comparisons[check.code]
    found = {f"r_{field.id}": _exact(returned.get(field.id)) for field in comparison.returns}
    environment = catalogue.environment({**facts, **found}, now.astimezone(CITY_TIME).date())
    for rule in comparison.conflicts:
        for row in _rows_for(rule, check, answers):
            value = rule.when.evaluate(environment, {**at(answers, row), **found} if row else None)
            if value is True and not isinstance(value, Undetermined):
                _raise_conflict(db, application, rule, check, row, answers, returned)


def _exact(value: Any) -> Any:
    return Fraction(str(value)) if isinstance(value, float) else value


def _rows_for(rule: ConflictRule, check: Check, answers: Mapping[str, Any]) -> list[str]:
    """The rows a conflict rule is about: the person's own, every house, or the application as a whole."""
    if rule.scope == "member":
        return [check.person] if check.person.startswith("members/") else []
    if rule.scope == "house":
        return ["houses/0"] if answers.get("houses") else []
    return [""]


def _raise_conflict(
    db: Session,
    application: Application,
    rule: ConflictRule,
    check: Check,
    row: str,
    answers: Mapping[str, Any],
    returned: Mapping[str, Any],
) -> None:
    question = rule.question or ""
    seen = db.scalar(
        select(Conflict).where(
            Conflict.application_id == application.id,
            Conflict.rule == rule.id,
            Conflict.question == question,
            Conflict.row == row,
        )
    )
    if seen is not None:
        return
    action = rule.action.to_json() if rule.action else None
    db.add(
        Conflict(
            application_id=application.id,
            rule=rule.id,
            question=question,
            row=row,
            severity=rule.severity,
            message={**rule.title.to_json(), "action": action, "person": check.person_name},
            declared=at(answers, row).get(question),
            returned=_returned_value(question, returned),
        )
    )
    db.flush()  # the next person's answer may raise the same one


RETURNED_AS = {
    "house_area": "area",
    "veh_plate": "plate",
    "fin_deposit": "family_over_limit",
    "inc_wage_local": "income",
    "exp_medical": "cash",
    "member_disability_grade": "grade",
    "hh_hukou_region": "hukou_region",
    "inc_trans_pension": "month_amount",
    "member_spouse_name": "spouse_name",
    "house_address": "address",
}


def _returned_value(question: str, returned: Mapping[str, Any]) -> Any:
    """The returned field that answers the question, else everything that came back."""
    field = RETURNED_AS.get(question)
    return returned.get(field) if field in returned else {k: v for k, v in returned.items() if v is not None}


def compare_visit(db: Session, application: Application, catalogue: Catalogue, seen: Mapping[str, Any]) -> int:
    """Put what the visit saw beside what was declared; differing facts become work for a person."""
    declared = application.answers
    both = set(catalogue.form("application", application.items).questions) & set(
        catalogue.form("home-visit", application.items).questions
    )
    raised = 0
    for row, values in _rows_of(seen):
        for question, value in values.items():
            stated = at(declared, row).get(question)
            if question not in both or value is None or stated is None or value == stated:
                continue
            standing = db.scalar(
                select(Conflict).where(
                    Conflict.application_id == application.id,
                    Conflict.rule == "visit",
                    Conflict.question == question,
                    Conflict.row == row,
                )
            )
            if standing is None:
                message = {
                    "zh": "入户所见与申报不同",
                    "en": "What was seen differs from what was declared",
                    "action": None,
                    "person": "",
                }
                db.add(
                    Conflict(
                        application_id=application.id,
                        rule="visit",
                        question=question,
                        row=row,
                        severity="review",
                        message=message,
                        declared=stated,
                        seen=value,
                    )
                )
                raised += 1
            elif standing.settled_at is None:
                standing.seen = value
    return raised


def _rows_of(answers: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    rows: list[tuple[str, Mapping[str, Any]]] = [("", {k: v for k, v in answers.items() if not _is_group(v)})]
    for group, entries in answers.items():
        if _is_group(entries):
            rows.extend(
                (f"{group}/{n}", {k: v for k, v in row.items() if k != "row_id"})
                for n, row in enumerate(entries)
                if isinstance(row, Mapping)
            )
    return rows


def _is_group(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(v, Mapping) for v in value)


def settle(
    db: Session,
    actor: Actor,
    application: Application,
    conflict_id: int,
    basis: str,
    value: Any,
    reason: str,
    *,
    now: datetime,
) -> Conflict:
    """Decide which value is taken, and why. Refused without a reason; a decided fact may be decided again until the opinion."""
    conflict = db.get(Conflict, conflict_id)
    if conflict is None or conflict.application_id != application.id:
        raise Refused(NOT_FOUND)
    if basis not in BASES or (basis == "other" and value is None):
        raise Refused(BAD_BASIS)
    if not reason.strip():
        raise Refused(REASON_MISSING)
    values = {"declared": conflict.declared, "returned": conflict.returned, "seen": conflict.seen, "other": value}
    conflict.decided, conflict.basis, conflict.reason = values[basis], basis, reason.strip()[:1000]
    conflict.settled_by, conflict.settled_at = actor.name, now
    _record(
        db,
        actor,
        application,
        "conflict.settled",
        now,
        conflict=conflict.id,
        rule=conflict.rule,
        question=conflict.question,
        row=conflict.row,
        basis=basis,
    )
    return conflict
