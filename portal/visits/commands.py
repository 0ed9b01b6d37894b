"""Recording a home visit: from the desk or from a device that was offline, once, whichever arrives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.access.rules import SYSTEM
from portal.applications.commands import sealed_names
from portal.applications.models import Application
from portal.applications.queries import clear_answers
from portal.catalogue.catalogue import Catalogue
from portal.db import vault_of
from portal.errors import INVALID, NOT_FOUND, FieldError, Problem, Refused
from portal.forms import compute, is_on_paper, normalise, prune, validate
from portal.organisation.queries import CITY_TIME
from portal.values import Text
from portal.visits import queries
from portal.visits.models import Visit
from portal.visits.rules import day_of, people_faults, usable_until

VISIT_KEPT = Problem(
    "visit-kept",
    409,
    Text(
        "这次入户调查已完成,不能再改;如有变化请另做一次。",
        "This visit is complete and stays as it is; record another one.",
    ),
)
VISIT_CHANGED = Problem(
    "visit-changed",
    409,
    Text(
        "{name}刚刚保存过这份调查;您填写的仍在,再次保存将以您的为准。",
        "{name} has saved this survey meanwhile; what you typed is still here, and saving again puts yours in its place.",
    ),
)
BAD_UUID = Problem("bad-uuid", 422, Text("调查标识不正确。", "The visit's identifier is not right."))


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
    expected: int | None = None,
) -> Visit:
    """Keep what the investigators wrote. A complete visit must be valid and is never changed afterwards.

    The same record sent twice (a device that lost the answer) is kept once. `expected`, when given, is the revision
    that was on the page: refused when somebody else saved a newer one meanwhile.
    """
    if actor != SYSTEM and not actor.scope("visit.record").covers(application.region_code):
        raise Refused(NOT_FOUND)
    visit = _standing(db, application, uuid)
    today = now.astimezone(CITY_TIME).date()
    if visit is not None and visit.complete:
        # What the platform filled in is that of the day it was recorded, however late the device sends it again.
        if queries.clear_answers(db, visit) == _clean(db, actor, application, catalogue, answers, visit.recorded_at):
            return visit
        raise Refused(VISIT_KEPT)
    if visit is not None and expected is not None and visit.revision != expected:
        raise Refused(VISIT_CHANGED, name=visit.recorded_by)
    cleaned = _clean(db, actor, application, catalogue, answers, now)
    if complete:
        faults = _faults(db, application, catalogue, cleaned, today)
        if faults:
            raise Refused(INVALID, tuple(faults), count=len(faults))
    if visit is None:
        visit = Visit(uuid=uuid or str(uuid4()), application_id=application.id, revision=0)
        db.add(visit)
    visit.release_id = application.release_id
    visit.answers = vault_of(db).seal_in(cleaned, sealed_names(catalogue))
    visit.visited_on = day_of(cleaned.get("visit_date")) or today
    visit.recorded_by, visit.recorded_at = actor.name, now
    visit.revision, visit.complete = visit.revision + 1, complete
    db.flush()  # the comparison with what was declared reads it
    audit.record(
        db,
        actor_id=actor.id,
        actor_name=actor.name,
        action="visit.recorded" if complete else "visit.saved",
        stream=f"application:{application.id}",
        subject=f"visit:{visit.uuid}",
        region_code=application.region_code,
        at=now,
        revision=visit.revision,
    )
    return visit


def _standing(db: Session, application: Application, uuid: str) -> Visit | None:
    """The visit of this identifier, if it is known; one of another application does not exist for the caller."""
    if not uuid:
        return None
    try:
        same = str(UUID(uuid)) == uuid.lower()
    except ValueError:
        same = False
    if not same:
        raise Refused(BAD_UUID)
    found = db.get(Visit, uuid)
    if found is not None and found.application_id != application.id:
        raise Refused(NOT_FOUND)
    return found


def _clean(
    db: Session, actor: Actor, application: Application, catalogue: Catalogue, answers: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The answers that count, with what the platform itself knows filled in where nobody wrote anything else."""
    form = catalogue.form("home-visit", application.items)
    today = now.astimezone(CITY_TIME).date()
    known = _system_answers(actor, application, dict(answers), today)
    environment = catalogue.environment({**clear_answers(db, application), "app_items": list(application.items)}, today)
    filled = {**{name: value for name, value in known.items() if name in form.questions}, **normalise(form, answers)}
    return prune(form, compute(form, filled, environment), environment)


def _system_answers(actor: Actor, application: Application, answers: Mapping[str, Any], today: date) -> dict[str, Any]:
    visited = day_of(answers.get("visit_date")) or today
    return {
        "visit_no": f"{application.number}-V",
        "visit_kind": "new",
        "visit_date": visited.isoformat(),
        "visitor1_name": actor.name,
        "v_valid_until": usable_until(visited).isoformat(),
    }


def _faults(
    db: Session, application: Application, catalogue: Catalogue, answers: Mapping[str, Any], today: date
) -> list[FieldError]:
    form = catalogue.form("home-visit", application.items)
    facts = {**clear_answers(db, application), "app_items": list(application.items)}
    found = validate(form, answers, catalogue.environment(facts, today))
    faults = [fault for fault in found if not is_on_paper(form, fault)] + people_faults(answers)
    visited = day_of(answers.get("visit_date"))
    if visited is not None and visited > today:
        future = Text("入户日期不能晚于今天。", "The visit cannot lie in the future.")
        faults.append(FieldError("/visit_date", "visit_date", "future", future))
    return faults
