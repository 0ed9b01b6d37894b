"""Reading entitlements within the actor's reach."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.queries import under, where
from portal.entitlements.models import Entitlement
from portal.errors import NOT_FOUND, Refused


def visible_to(actor: Actor) -> Select[Entitlement]:
    scope = actor.scope("entitlement.read")
    return select(Entitlement).where(
        where(scope, region=Entitlement.region_code, department=Entitlement.department_code, item=Entitlement.item)
    )


def recent(
    db: Session,
    actor: Actor,
    *,
    q: str = "",
    item: str = "",
    status: str = "",
    place: str = "",
    review_by: date | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[Entitlement]:
    """Newest first; `before` continues from an id. `q` is the beginning of a name or of a number."""
    query = visible_to(actor)
    if q:
        query = query.where(
            or_(
                Entitlement.holder_name.startswith(q, autoescape=True),
                Entitlement.number.startswith(q, autoescape=True),
                Entitlement.number.startswith(f"E{q}", autoescape=True),
            )
        )
    if place:
        query = query.where(under(Entitlement.region_code, place))
    if review_by is not None:
        query = query.where(Entitlement.status == "active", Entitlement.next_review_on <= review_by)
    if item:
        query = query.where(Entitlement.item == item)
    if status:
        query = query.where(Entitlement.status == status)
    if before is not None:
        query = query.where(Entitlement.id < before)
    return db.scalars(query.order_by(Entitlement.id.desc()).limit(limit)).all()


def get(db: Session, actor: Actor, entitlement_id: int) -> Entitlement:
    found = db.scalar(visible_to(actor).where(Entitlement.id == entitlement_id))
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def by_number(db: Session, actor: Actor, number: str) -> Entitlement:
    found = db.scalar(visible_to(actor).where(Entitlement.number == number.strip()))
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def of_household(db: Session, household_id: int) -> Sequence[Entitlement]:
    return db.scalars(
        select(Entitlement).where(Entitlement.household_id == household_id).order_by(Entitlement.id)
    ).all()


def running_of_households(db: Session, household_ids: Collection[int], on: date) -> dict[int, list[Entitlement]]:
    """What several households receive on a day."""
    query = select(Entitlement).where(
        Entitlement.household_id.in_(household_ids),
        Entitlement.status == "active",
        or_(Entitlement.last_day.is_(None), Entitlement.last_day >= on),
    )
    found: dict[int, list[Entitlement]] = {}
    for entitlement in db.scalars(query.order_by(Entitlement.id)):
        found.setdefault(entitlement.household_id, []).append(entitlement)
    return found


def of_case(db: Session, case_id: int) -> Entitlement | None:
    return db.scalar(select(Entitlement).where(Entitlement.case_id == case_id))
