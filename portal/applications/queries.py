"""Reading drafts and applications, always through what the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import CitizenProof
from portal.access.queries import where
from portal.applications.models import Application, Draft
from portal.db import begins, vault_of
from portal.errors import NOT_FOUND, Refused
from portal.forms.normalising import half_width, plain_text
from portal.forms.normalising import phone as normal_phone
from portal.households.queries import person_by_id_number


def draft(db: Session, actor: Actor, draft_id: int, *, for_update: bool = False) -> Draft:
    """One draft the actor may fill: his own, or one of a window in his region (hand-over to a colleague)."""
    query = select(Draft).where(Draft.id == draft_id, _own_drafts(actor))
    if for_update:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.scalar(query)
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def drafts(db: Session, actor: Actor, limit: int = 50) -> Sequence[Draft]:
    query = select(Draft).where(_own_drafts(actor), Draft.submitted_number.is_(None))
    return db.scalars(query.order_by(Draft.updated_at.desc()).limit(limit)).all()


def _own_drafts(actor: Actor) -> ColumnElement[bool]:
    if actor.citizen is not None:
        return Draft.citizen_id == actor.citizen
    mine = Draft.user_id == actor.id if actor.id is not None else false()
    return or_(mine, where(actor.scope("application.create"), region=Draft.window_region))


def readable(actor: Actor) -> ColumnElement[bool]:
    """Applications of the actor's region, and those his window took for another place (both windows see progress); a
    citizen's own.
    """
    if actor.citizen is not None:
        return _of_citizen(actor)
    scope = actor.scope("application.read")
    clauses = [
        where(scope, region=Application.region_code),
        where(actor.scope("application.create"), region=Application.window_region),
    ]
    if actor.id is not None and scope:
        clauses.append(Application.clerk_id == actor.id)
    seen = or_(*clauses)
    return and_(seen, Application.id.not_in(actor.recused)) if actor.recused else seen


def _of_citizen(actor: Actor) -> ColumnElement[bool]:
    """What he sent himself, and what names his phone and an applicant he has shown to know (`proving`)."""
    proved = select(CitizenProof.person_id).where(CitizenProof.citizen_id == actor.citizen)
    named = and_(Application.phone == actor.phone, Application.applicant_id.in_(proved)) if actor.phone else false()
    return or_(Application.citizen_id == actor.citizen, named)


def visible_to(actor: Actor) -> Select[Application]:
    return select(Application).where(readable(actor))


def get(db: Session, actor: Actor, application_id: int) -> Application:
    found = db.scalar(visible_to(actor).where(Application.id == application_id))
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def by_number(db: Session, actor: Actor, number: str) -> Application:
    found = db.scalar(visible_to(actor).where(Application.number == number.strip()))
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def last_of_household(db: Session, actor: Actor, household_id: int) -> Application | None:
    """The newest application of a household that the actor may read."""
    query = visible_to(actor).where(Application.household_id == household_id)
    return db.scalar(query.order_by(Application.id.desc()).limit(1))


def drafts_of_applicant(db: Session, actor: Actor, id_number: str) -> Sequence[Draft]:
    """Unsent drafts the actor may fill for the person with this id number: begun work is gone on with, not repeated."""
    index = vault_of(db).index(id_number)
    query = select(Draft).where(_own_drafts(actor), Draft.applicant_index == index, Draft.submitted_number.is_(None))
    return db.scalars(query.order_by(Draft.updated_at.desc()).limit(10)).all()


def recent(
    db: Session, actor: Actor, *, q: str = "", status: str = "", before: int | None = None, limit: int = 50
) -> Sequence[Application]:
    """Newest first; `q` matches a number, an id number, a name's beginning or a phone; `before` continues from an id."""
    query = visible_to(actor)
    if q:
        wanted = plain_text(q)
        person = person_by_id_number(db, wanted)
        query = query.where(
            or_(
                Application.number == half_width(wanted),
                begins(Application.applicant_name, wanted),
                Application.phone == normal_phone(wanted),
                Application.applicant_id == person.id if person is not None else false(),
            )
        )
    if status:
        query = query.where(Application.status == status)
    if before is not None:
        query = query.where(Application.id < before)
    return db.scalars(query.order_by(Application.id.desc()).limit(limit)).all()


def clear_answers(db: Session, row: Application | Draft) -> dict[str, Any]:
    """The answers with identifiers opened; never hand these to a page without masking what it does not need."""
    opened: dict[str, Any] = vault_of(db).open_in(row.answers)
    return opened
