"""Recording home visits."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.applications.models import Application
from portal.catalogue.catalogue import Catalogue
from portal.errors import INVALID, NOT_FOUND, FieldError, Problem, Refused
from portal.forms import compute, normalise, prune, validate
from portal.organisation.queries import CITY_TIME
from portal.values import Text
from portal.visits.models import Visit

BAD_UUID = Problem("bad-uuid", 422, Text("入户记录编号不正确。", "The visit's id is not a UUID."))
ON_PAPER = frozenset({"file", "photo", "signature", "geo"})


def record(
    db: Session,
    actor: Actor,
    application: Application,
    catalogue: Catalogue,
    answers: Mapping[str, Any],
    *,
    uuid: str,
    complete: bool,
    now: datetime,
) -> Visit:
    """Store what two investigators saw. The same UUID again is the same visit, with a new revision.

    Complete visits are validated; an incomplete one is kept as it is. Refused when both investigators are the same
    person, or (complete) with every faulty answer at once. Photos and signatures taken on paper are no fault.
    """
    identity = _identity(uuid)
    form = catalogue.form("home-visit", application.items)
    today = now.astimezone(CITY_TIME).date()
    env = catalogue.environment({**application.answers, "app_items": list(application.items)}, today)
    own = {"visit_no": f"{application.number}-V", "visit_date": today.isoformat()}
    filled = {**{k: v for k, v in own.items() if k in form.questions}, **dict(answers)}
    clean = prune(form, compute(form, normalise(form, filled), env), env)
    if complete:
        faults = [f for f in validate(form, clean, env) if not _on_paper(form, f)]
        first, second = clean.get("visitor1_name"), clean.get("visitor2_name")
        if first and first == second:
            same = Text("两名调查人不能是同一人。", "The two investigators must be different people.")
            faults.append(FieldError("/visitor2_name", "visitor2_name", "differs", same))
        if faults:
            raise Refused(INVALID, tuple(faults), count=len(faults))
    visit = db.get(Visit, identity)
    if visit is not None and visit.application_id != application.id:
        raise Refused(NOT_FOUND)
    if visit is None:
        visit = Visit(uuid=identity, application_id=application.id, release_id=application.release_id, revision=0)
        db.add(visit)
    visit.answers = clean
    visit.visited_on = _day(clean.get("visit_date")) or today
    visit.recorded_by, visit.recorded_at = actor.name, now
    visit.complete = complete
    visit.revision += 1
    audit.record(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        action="visit.recorded",
        stream=f"application:{application.id}",
        region_code=application.region_code,
        at=now,
        uuid=identity,
        complete=complete,
        revision=visit.revision,
    )
    db.flush()  # the comparison with the declared facts reads it
    return visit


def _on_paper(form: Any, fault: FieldError) -> bool:
    question = form.questions.get(fault.question)
    return fault.code == "required" and question is not None and question.type in ON_PAPER


def _identity(text: str) -> str:
    if not text:
        return str(uuids.uuid4())
    try:
        return str(uuids.UUID(text))
    except ValueError as error:
        raise Refused(BAD_UUID) from error


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
