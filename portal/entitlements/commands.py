"""Opening and ending entitlements."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access.rules import SYSTEM
from portal.cases.models import Case
from portal.cases.rules import for_month, month_end
from portal.catalogue.catalogue import Catalogue
from portal.entitlements.models import Entitlement
from portal.entitlements.rules import first_day, next_review
from portal.organisation.queries import CITY_TIME


def open_for_case(db: Session, catalogue: Catalogue, case: Case, *, now: datetime) -> Entitlement:
    """The right a confirmed case gives. Opened once: asking again returns the same."""
    existing = db.scalar(select(Entitlement).where(Entitlement.case_id == case.id))
    if existing is not None:
        return existing
    item = catalogue.item(case.item)
    confirmed_on = case.confirmed_on or now.astimezone(CITY_TIME).date()
    month = for_month(case.application.provenance)  # a price subsidy is for its month and no other
    start = month or first_day(item.benefit.period, confirmed_on)
    members = [m for m in case.application.answers.get("members") or [] if isinstance(m, dict)]
    entitlement = Entitlement(
        case_id=case.id,
        number=f"E{case.number}",
        household_id=case.household_id,
        item=case.item,
        department_code=case.department_code,
        region_code=case.region_code,
        holder_name=case.applicant_name,
        persons=[_person(p, members) for p in case.persons],
        kind=item.benefit.kind,
        amount_fen=case.amount_fen,
        period=item.benefit.period,
        first_day=start,
        last_day=month_end(month) if month else None,
        next_review_on=None
        if month
        else next_review(
            item.review,
            start,
            has_worker=any(m.get("member_labor") in {"1", "2"} for m in members),
            has_income=any(m.get("member_monthly_income") for m in members),
        ),
        status="active",
        release_id=case.release_id,
    )
    db.add(entitlement)
    audit.record(
        db,
        actor_id=SYSTEM.id,
        actor_name=SYSTEM.name,
        action="entitlement.opened",
        stream=f"application:{case.application_id}",
        subject=f"case:{case.id}",
        region_code=case.region_code,
        at=now,
        item=case.item,
        amount_fen=case.amount_fen,
        first_day=start.isoformat(),
    )
    return entitlement


def _person(judged: dict[str, object], members: list[dict[str, object]]) -> dict[str, object]:
    row = judged.get("row")
    name = members[row].get("member_name") if isinstance(row, int) and 0 <= row < len(members) else None
    return {**judged, "name": name}


def cease_excluded(db: Session, catalogue: Catalogue, case: Case, *, now: datetime) -> int:
    """End what the household drew and may not draw beside a newly confirmed item; returns how many ended."""
    item = catalogue.item(case.item)
    today: date = now.astimezone(CITY_TIME).date()
    ended = 0
    query = select(Entitlement).where(
        Entitlement.household_id == case.household_id, Entitlement.status == "active", Entitlement.case_id != case.id
    )
    for other in db.scalars(query):
        theirs = catalogue.items.get(other.item)
        excludes = other.item in item.excludes or (theirs is not None and case.item in theirs.excludes)
        personal = theirs is not None and item.unit == theirs.unit == "person"
        if not excludes or catalogue.exclusions.kept(case.item, other.item) != case.item:
            continue
        if personal and not {p.get("name") for p in other.persons} & {_name(case, p) for p in case.persons}:
            continue
        other.status, other.last_day = "ceased", today
        ended += 1
        audit.record(
            db,
            actor_id=SYSTEM.id,
            actor_name=SYSTEM.name,
            action="entitlement.ceased",
            stream=f"application:{case.application_id}",
            subject=f"entitlement:{other.id}",
            region_code=other.region_code,
            at=now,
            item=other.item,
            because=case.item,
        )
    return ended


def _name(case: Case, judged: dict[str, object]) -> object:
    members = case.application.answers.get("members") or []
    row = judged.get("row")
    return members[row].get("member_name") if isinstance(row, int) and 0 <= row < len(members) else None
