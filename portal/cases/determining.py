"""Recording what a department decides: the prepared judgement and the confirmation, with all that is needed to replay it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from portal.applications.commands import sealed_names
from portal.cases.assessment import Assessment, assess
from portal.cases.flow import File
from portal.cases.models import Case, Determination
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.wording import in_words
from portal.db import vault_of
from portal.errors import FieldError, Problem, Refused
from portal.rules import Reason
from portal.values import Text

DECIDED = ("eligible", "not_eligible")
BAD_DECISION = Problem("bad-decision", 422, Text("研判内容不完整。", "The decision is not complete."))


def prepare(file: File, case: Case, payload: Mapping[str, Any], reason: str) -> Determination:
    """Record the department's judgement: eligible or not, the amount, the persons and the reason.

    A reason is required for a refusal, and whenever the officer departs from what the rules propose.
    """
    assessment = assess(file.db, case, today=file.today, catalogue=file.catalogue)
    outcome, amount = payload.get("outcome"), payload.get("amount_fen")
    proposed = assessment.proposed_fen
    if amount is None and outcome == "eligible":
        amount = proposed
    text = (str(payload.get("reason") or "") or reason).strip()[:1000]
    faults = _faults(outcome, amount, text, assessment, proposed, payload.get("persons"))
    if faults:
        raise Refused(BAD_DECISION, tuple(faults))
    persons = payload.get("persons") or proposed_persons(assessment)
    awarded = amount if outcome == "eligible" else None
    determination = _record(file, case, assessment, "prepared", str(outcome), awarded, persons, text)
    case.prepared_outcome = str(outcome)
    case.outcome = str(outcome)
    case.amount_fen = determination.amount_fen
    case.persons = list(persons) if outcome == "eligible" else []
    case.reason = text
    return determination


def confirm(file: File, case: Case, reason: str) -> Determination:
    """Record the confirmation of what was prepared; the facts are kept as they stand at this moment."""
    assessment = assess(file.db, case, today=file.today, catalogue=file.catalogue)
    outcome = case.prepared_outcome or assessment.judgement.outcome
    if not case.prepared_outcome:  # an automatic item: the list rule held, nobody had to prepare it
        case.prepared_outcome = case.outcome = outcome
        case.amount_fen = assessment.proposed_fen if outcome == "eligible" else None
        case.persons = proposed_persons(assessment)
    return _record(file, case, assessment, "confirmed", outcome, case.amount_fen, case.persons, reason or case.reason)


def refuse(file: File, case: Case, reason: str) -> Determination:
    """Record a refusal, or a closing as not together, with its reason."""
    assessment = assess(file.db, case, today=file.today, catalogue=file.catalogue)
    case.outcome, case.amount_fen, case.persons = "not_eligible", None, []
    case.reason = reason.strip() or case.reason
    return _record(file, case, assessment, "confirmed", "not_eligible", None, [], case.reason)


def proposed_persons(assessment: Assessment) -> list[dict[str, Any]]:
    """The persons the rules would award, by row, with each one's amount."""
    return [
        {"row": person.row, "outcome": person.outcome, "amount_fen": person.amount_fen}
        for person in assessment.judgement.persons
        if person.outcome == "eligible" or assessment.judgement.outcome != "eligible"
    ]


def _are_persons(given: Any, assessment: Assessment) -> bool:
    """Whether every person named is a row of the household, once, with an amount or none."""
    if given is None:
        return True
    members = assessment.facts.get("members")
    count = len(members) if isinstance(members, list) else 0
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        return False
    rows = [one.get("row") for one in given]
    amounts = [one.get("amount_fen") for one in given]
    sound = all(isinstance(row, int) and not isinstance(row, bool) and 0 <= row < count for row in rows)
    return (
        sound
        and len(set(rows)) == len(rows)
        and all(a is None or (isinstance(a, int) and not isinstance(a, bool) and a >= 0) for a in amounts)
    )


def _faults(
    outcome: Any, amount: Any, reason: str, assessment: Assessment, proposed: int | None, payload_persons: Any
) -> list[FieldError]:
    faults = []
    if outcome not in DECIDED:
        faults.append(
            FieldError(
                "/outcome", "outcome", "required", Text("请选择符合或不符合。", "Choose eligible or not eligible.")
            )
        )
    if amount is not None and (not isinstance(amount, int) or isinstance(amount, bool) or amount < 0):
        faults.append(
            FieldError(
                "/amount_fen",
                "amount_fen",
                "amount",
                Text("金额应为不小于零的数。", "The amount must be zero or more."),
            )
        )
    if not _are_persons(payload_persons, assessment):
        faults.append(
            FieldError(
                "/persons",
                "persons",
                "persons",
                Text("人员应为家庭成员,金额不小于零。", "Persons are members of the household, amounts zero or more."),
            )
        )
    departs = outcome != assessment.judgement.outcome or (outcome == "eligible" and amount != proposed)
    if not reason and (outcome == "not_eligible" or departs):
        faults.append(
            FieldError(
                "/reason",
                "reason",
                "required",
                Text(
                    "不符合或与系统建议不一致时,须写明理由。",
                    "Give a reason for a refusal, or when you depart from the proposal.",
                ),
            )
        )
    return faults


def _record(
    file: File,
    case: Case,
    assessment: Assessment,
    kind: str,
    outcome: str,
    amount: int | None,
    persons: Any,
    reason: str,
) -> Determination:
    db = file.db
    db.execute(
        update(Determination)
        .where(Determination.case_id == case.id, Determination.kind == kind)
        .values(superseded=True)
    )
    judged = assessment.judgement
    determination = Determination(
        case_id=case.id,
        kind=kind,
        outcome=outcome,
        amount_fen=amount,
        proposed_outcome=judged.outcome,
        proposed_fen=assessment.proposed_fen,
        persons=list(persons or []),
        reason=reason,
        decided_by=file.actor.name,
        decided_by_id=file.actor.id,
        decided_at=file.now,
        decided_on=file.today,
        release_id=case.release_id,
        facts=vault_of(db).seal_in(dict(assessment.facts), sealed_names(file.catalogue)),
        statuses=dict(assessment.statuses),
        reasons=[reason_line(file.catalogue, r) for r in judged.reasons],
    )
    db.add(determination)
    return determination


def reason_line(catalogue: Catalogue, reason: Reason) -> dict[str, Any]:
    """One rule's result as it is kept with a decision and shown in lists."""
    return {
        "rule": reason.rule,
        "holds": reason.holds,
        **in_words(catalogue, reason).to_json(),
        "missing": sorted(reason.missing),
    }
