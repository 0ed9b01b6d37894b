"""Settling a conflict: a person decides which value counts, says why, and answers for it with a name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.applications.models import Application
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.errors import INVALID, NOT_FOUND, FieldError, Problem, Refused
from portal.forms.checking import check
from portal.forms.normalising import normalise_value
from portal.forms.questions import Question
from portal.values import Text
from portal.verification.models import Conflict
from portal.verification.rules import BASES
from portal.verification.trail import covers, record

LONGEST_VALUE = 200
OPINION_GIVEN = Problem(
    "opinion-given",
    409,
    Text("审核意见已出具,不能再改核定结果。", "The opinion has been given; the settlement can no longer be changed."),
)


def settle(
    db: Session,
    actor: Actor,
    conflict_id: int,
    basis: str,
    value: Any,
    reason: str,
    *,
    now: datetime,
    application_id: int | None = None,
) -> Conflict:
    """Decide which value counts, and why. Until the opinion is given a decision may be taken again.

    `application_id`, when given, is the application the officer works on: a conflict of another one is not found.
    """
    conflict = db.get(Conflict, conflict_id)
    application = db.get(Application, conflict.application_id) if conflict else None
    if conflict is None or application is None or not covers(actor, application, "front.act", "verification.act"):
        raise Refused(NOT_FOUND)
    if application_id is not None and application.id != application_id:
        raise Refused(NOT_FOUND)
    if conflict.settled_at is not None and "opinion_given" in application.signals:
        raise Refused(OPINION_GIVEN)
    catalogue = catalogue_queries.release(db, application.release_id).catalogue
    decided = _decided(conflict, basis, value)
    faults = _faults(application, catalogue, conflict, basis, decided, reason)
    if faults:
        raise Refused(INVALID, tuple(faults), count=len(faults))
    question = catalogue.bank.questions.get(conflict.question)
    conflict.decided = normalise_value(question, decided) if question is not None else decided
    before = conflict.basis
    conflict.basis, conflict.reason = basis, reason.strip()[:1000]
    conflict.settled_by, conflict.settled_at = actor.name, now
    record(
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
        before=before,
        reason=conflict.reason,
    )
    return conflict


def _decided(conflict: Conflict, basis: str, value: Any) -> Any:
    """The value a basis stands for; what the officer typed counts only where the basis has no single value."""
    if basis == "declared":
        return conflict.declared
    if basis == "seen":
        return conflict.seen
    if basis == "returned" and not isinstance(conflict.returned, dict) and conflict.returned is not None:
        return conflict.returned
    return value


def _faults(
    application: Application, catalogue: Catalogue, conflict: Conflict, basis: str, decided: Any, reason: str
) -> list[FieldError]:
    faults = []
    if basis not in BASES:
        faults.append(_fault("basis", "unknown", "请选择采信依据。", "Choose what the decision rests on."))
    if basis == "seen" and conflict.seen is None:
        faults.append(_fault("basis", "no_such_value", "入户没有这项记录。", "The visit did not record this."))
    if basis == "returned" and conflict.returned is None:
        faults.append(_fault("basis", "no_such_value", "核对没有返回这项。", "No comparison returned this."))
    if not reason.strip():
        faults.append(_fault("reason", "required", "请写明理由。", "Give the reason."))
    if basis in {"returned", "other"} and decided in (None, "") and _needs_value(catalogue, conflict):
        faults.append(_fault("value", "required", "请填写核定的值。", "Enter the value that counts."))
    question = catalogue.bank.questions.get(conflict.question)
    typed = basis == "other" or (basis == "returned" and isinstance(conflict.returned, dict))
    if typed and decided not in (None, "") and not _fits(application, catalogue, question, decided):
        faults.append(_fault("value", "not_valid", "核定的值不符合填写要求。", "The value does not fit the question."))
    return faults


def _fits(application: Application, catalogue: Catalogue, question: Question | None, value: Any) -> bool:
    """Whether a typed value could be an answer; about a thing no question asks, a short text."""
    form = catalogue.form("application", application.items)
    if question is None or question.id not in form.questions:
        return isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= LONGEST_VALUE)
    return next(check(question, normalise_value(question, value), form), None) is None


def _needs_value(catalogue: Catalogue, conflict: Conflict) -> bool:
    """Whether the conflict is about the question's own value: then the rules must be told which value counts."""
    if conflict.rule == "visit":
        return True
    comparison = catalogue.comparisons.get(conflict.rule.partition("-")[0])
    rule = next((one for one in comparison.conflicts if one.id == conflict.rule), None) if comparison else None
    question = catalogue.bank.questions.get(conflict.question)
    placed = question is not None and (not question.in_rows or conflict.row.startswith(f"{question.group}/"))
    return rule is not None and placed and conflict.question in rule.when.reads


def _fault(name: str, code: str, zh: str, en: str) -> FieldError:
    return FieldError(f"/{name}", name, code, Text(zh, en))
