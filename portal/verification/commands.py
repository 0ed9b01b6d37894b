"""Asking the outside registers, recording their answers, and settling what contradicts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.applications.models import Application
from portal.applications.queries import clear_answers
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.db import CONSTRAINT_PROBLEMS, vault_of
from portal.errors import INVALID, NOT_FOUND, FieldError, Problem, Refused
from portal.organisation.queries import CITY_TIME, calendar
from portal.values import Text
from portal.verification import queries
from portal.verification.conflicts import contradictions, find, keep
from portal.verification.connectors import Answer, Query, connector_for
from portal.verification.models import Check, Conflict
from portal.verification.rules import ANSWERED, NEXT, STATES, WAITING, Asked, differences, people_of
from portal.verification.settling import settle
from portal.verification.trail import covers, record

__all__ = ["codes_for", "collect_answers", "compare_visit", "record_result", "request_checks", "settle"]

ASKED_TWICE = Problem(
    "asked-twice", 409, Text("这项比对刚刚已发起。", "This comparison has been requested a moment ago.")
)
RAISED_TWICE = Problem(
    "raised-twice", 409, Text("这处不一致刚刚已登记。", "This conflict has been recorded a moment ago.")
)
CONSTRAINT_PROBLEMS["uq_checks_application_code_person"] = ASKED_TWICE
CONSTRAINT_PROBLEMS["uq_conflicts_application_rule_question_row"] = RAISED_TWICE

WRONG_STATE = Problem(
    "check-state", 409, Text("比对当前为“{state}”,不能这样登记。", "The comparison is {state}; this cannot follow.")
)
SEALED_FIELDS = frozenset({"id_no", "spouse_id_no", "account_no", "debit_account", "repay_account"})


def request_checks(
    db: Session, actor: Actor, application: Application, catalogue: Catalogue, *, now: datetime
) -> list[Check]:
    """Ask the comparisons the chosen items need about everybody who signed: no letter, no query.

    People who did not sign get a line that says so. Asking again sends only what could not be sent before.
    """
    today = now.astimezone(CITY_TIME).date()
    days = calendar(db)
    known = {(check.code, check.person): check for check in queries.checks(db, application.id)}
    sent = withheld = 0
    result: list[Check] = []
    answers = clear_answers(db, application)
    letter = str(answers.get("auth_letter_no") or f"{application.number}-A")[:36]
    for serial, person in enumerate(_people(application, catalogue, answers), 1):
        for code in codes_for(catalogue, application.items, person.kind):
            check = known.get((code, person.person))
            if check is None:
                check = Check(
                    application_id=application.id,
                    code=code,
                    person=person.person,
                    person_name=person.name[:120],
                    state="not_sent",
                )
                db.add(check)
            if check.state in {"not_sent", "expired"} and person.signed:
                check.state, check.letter_no, check.requested_at = "sent", f"{letter}{serial:02d}"[:40], now
                check.due_on = days.add(today, math.ceil(catalogue.comparisons[code].limit_days))
                sent += 1
            withheld += check.state == "not_sent"
            result.append(check)
    db.flush()  # answers are recorded against the checks' ids
    if sent or withheld:
        record(db, actor, application, "verification.requested", now, sent=sent, not_signed=withheld)
    return result


def codes_for(catalogue: Catalogue, items: list[str], kind: str) -> tuple[str, ...]:
    """The comparisons some chosen item needs and that may be asked about this kind of person."""
    needed = {code for item in catalogue.chosen(items) if "verify" in item.front for code in item.comparisons}
    return tuple(code for code, one in catalogue.comparisons.items() if code in needed and kind in one.people)


def _people(application: Application, catalogue: Catalogue, answers: Mapping[str, Any]) -> list[Asked]:
    questions = catalogue.form("application", application.items).questions
    return people_of(answers, each_signs="auth_method" in questions or "auth_member_sign" in questions)


def collect_answers(db: Session, actor: Actor, application: Application, catalogue: Catalogue, *, now: datetime) -> int:
    """Fetch what the registers have answered so far; what is overdue is marked so. Returns how many answers came."""
    today = now.astimezone(CITY_TIME).date()
    answers = clear_answers(db, application)
    people = {person.person: person for person in _people(application, catalogue, answers)}
    waiting = [check for check in queries.checks(db, application.id) if check.state in WAITING]
    came = late = raised = 0
    facts = queries.declared_facts(db, application, catalogue) if waiting else {}
    for check in waiting:
        asked = people.get(check.person)
        codes = frozenset(codes_for(catalogue, application.items, asked.kind)) if asked else frozenset()
        answer = asked and connector_for(check.code)(
            Query(
                check.code,
                check.person,
                asked.name,
                asked.id_number,
                check.letter_no,
                today,
                answers,
                asked.facts,
                codes,
            )
        )
        if answer:
            raised += _store(db, catalogue, check, answer, facts, now)
            came += check.state in ANSWERED
        elif check.due_on is not None and check.due_on < today and check.state == "sent":
            check.state = "timeout"
            late += 1
    if came or late:
        record(db, actor, application, "verification.collected", now, answers=came, late=late, conflicts=raised)
    return came


def record_result(
    db: Session, actor: Actor, check_id: int, state: str, returned: Mapping[str, Any] | None, *, now: datetime
) -> Check:
    """Write down one answer by hand or from outside: by the verification centre, for its own region."""
    check = db.get(Check, check_id)
    application = db.get(Application, check.application_id) if check else None
    if check is None or application is None or not covers(actor, application, "verification.act"):
        raise Refused(NOT_FOUND)
    if state not in NEXT[check.state]:
        raise Refused(WRONG_STATE, state=STATES[check.state])
    catalogue = catalogue_queries.release(db, application.release_id).catalogue
    comparison = catalogue.comparisons[check.code]
    fields = dict(returned or {})
    known = {field.id for field in comparison.returns}
    faults = [
        FieldError(
            f"/returned/{name}", name, "unknown", Text("这项比对没有此字段。", "This comparison has no such field.")
        )
        for name in sorted(fields.keys() - known)
    ]
    faults += [
        FieldError(
            f"/returned/{name}", name, "type", Text("请填文字、数字或是否。", "Give a text, a number or yes/no.")
        )
        for name, value in sorted(fields.items())
        if name in known and not isinstance(value, str | int | float | bool | None)
    ]
    if state == "returned" and not fields:
        faults.append(FieldError("/returned", "", "required", Text("请填写返回内容。", "Fill in what was returned.")))
    if faults:
        raise Refused(INVALID, tuple(faults), count=len(faults))
    facts = queries.declared_facts(db, application, catalogue)
    raised = _store(db, catalogue, check, Answer(state, fields or None), facts, now)
    record(
        db, actor, application, "verification.answered", now, code=check.code, person=check.person, state=state,
        conflicts=raised,
    )  # fmt: skip
    return check


def _store(
    db: Session, catalogue: Catalogue, check: Check, answer: Answer, facts: Mapping[str, Any], now: datetime
) -> int:
    check.state = answer.state
    if answer.state not in ANSWERED:
        return 0
    fields = dict(answer.returned or {}) if answer.state == "returned" else {}
    check.returned = vault_of(db).seal_in(fields, SEALED_FIELDS)
    check.returned_at = now
    comparison = catalogue.comparisons[check.code]
    found = list(contradictions(catalogue, comparison, check.person, facts, fields, now.astimezone(CITY_TIME).date()))
    return keep(db, check.application_id, comparison, check.person_name, found)


def compare_visit(db: Session, application: Application, catalogue: Catalogue, answers: Mapping[str, Any]) -> int:
    """Set what the investigators saw against what was declared; every difference is work for a person.

    A later visit replaces an earlier one: what no longer differs is dropped unless it was settled, what is seen
    differently is to be settled again.
    """
    form = catalogue.form("home-visit", application.items)
    gap = catalogue.parameters_on(application.submitted_at.astimezone(CITY_TIME).date()).get(
        "p_check_area_gap", Fraction(0)
    )
    declared = queries.declared_facts(db, application, catalogue)
    found = {(one.question.id, one.row): one for one in differences(form, declared, answers, gap)}
    for known in queries.conflicts(db, application.id):
        if known.rule == "visit" and (known.question, known.row) not in found and known.settled_at is None:
            db.delete(known)
    for (name, row), one in found.items():
        conflict = find(db, application.id, "visit", name, row)
        if conflict is None:
            conflict = Conflict(application_id=application.id, rule="visit", question=name, row=row)
            db.add(conflict)
        elif conflict.settled_at is not None and conflict.seen == one.seen:
            continue
        title = one.question.title
        conflict.severity, conflict.declared, conflict.seen = "review", one.declared, one.seen
        conflict.message = {
            "zh": f"{title.zh}:入户所见与申报不同",
            "en": f"{title.en}: the visit saw something else than was declared",
            "action": None,
            "source": {"zh": "入户调查", "en": "Home visit"},
        }
        conflict.settled_at, conflict.settled_by, conflict.basis, conflict.decided = None, "", "", None
    db.flush()  # the workflow asks at once whether conflicts are open
    return len(found)
