"""What a confirmed case changes for others: recognitions granted, dependants released or judged again, exclusions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cases.models import Case
from portal.cases.rules import ENDED, recognition
from portal.catalogue.catalogue import Catalogue
from portal.households.models import Person
from portal.recognitions import commands as recognition_commands
from portal.recognitions import queries as recognition_queries


def open_cases(db: Session, household_id: int) -> Sequence[Case]:
    query = select(Case).where(Case.household_id == household_id, Case.status.not_in(ENDED)).order_by(Case.id)
    return db.scalars(query).all()


def pending_statuses(catalogue: Catalogue, cases: Iterable[Case], besides: Case | None = None) -> frozenset[str]:
    """Statuses that open cases of the household would grant if they were confirmed."""
    slugs = {
        case.item for case in cases if case is not besides and case.status not in ENDED and case.item in catalogue.items
    }
    return frozenset(status for slug in slugs if (status := catalogue.item(slug).grants))


def needed_statuses(catalogue: Catalogue, item: str) -> frozenset[str]:
    """What an item needs, as statuses: a need may name a status or the item that grants it."""
    named = (
        catalogue.items[need].grants or need if need in catalogue.items else need for need in catalogue.item(item).needs
    )
    return frozenset(named)


def recognition_of(db: Session, catalogue: Catalogue, case: Case, others: Sequence[Case], today: date) -> str:
    """Where the case's need for a recognition stands now: none, met, pending or failed."""
    needs = needed_statuses(catalogue, case.item)
    held = recognition_queries.statuses(db, case.household_id, today)
    in_force = [status for status, holds in held.items() if holds]
    return recognition(needs, in_force, pending_statuses(catalogue, others, case))


def assumed_statuses(
    db: Session, catalogue: Catalogue, case: Case, today: date
) -> tuple[dict[str, bool], frozenset[str]]:
    """Recognitions to judge a case by, and which of them are only assumed because a co-applied case is still open.

    Preparing in parallel means judging as if the recognition came; if it fails the case is judged again without it.
    Our own register is complete: a status it does not hold is not held, rather than unknown.
    """
    none_held = dict.fromkeys(catalogue.statuses, False)
    held = none_held | recognition_queries.statuses(db, case.household_id, today)
    if case.recognition != "pending":
        return held, frozenset()
    needs = needed_statuses(catalogue, case.item)
    pending = pending_statuses(catalogue, open_cases(db, case.household_id), case) & needs
    assumed = frozenset(status for status in pending if not held.get(status))
    return {**held, **dict.fromkeys(assumed, True)}, assumed


def grant_for(db: Session, catalogue: Catalogue, case: Case, people: Collection[Person], today: date) -> None:
    """Record the recognition a confirmed item grants: to its persons when the status is personal, else the household."""
    item = catalogue.item(case.item)
    if item.grants is None:
        return
    status = catalogue.statuses[item.grants]
    holders = [person.id for person in people] if status.subject == "person" else [None]
    for person_id in holders or [None]:
        recognition_commands.grant(
            db, item.grants, case.household_id, person_id, source=f"case:{case.number}", first_day=today, last_day=None
        )


def excluded_by(catalogue: Catalogue, case: Case, other: Case) -> bool:
    """Whether two items exclude each other, by either one's list; personal items only for the same person."""
    one, two = catalogue.item(case.item), catalogue.items.get(other.item)
    if two is None or (two.slug not in one.excludes and one.slug not in two.excludes):
        return False
    if one.unit == "person" and two.unit == "person":
        mine, theirs = _rows(case), _rows(other)
        return not mine or not theirs or bool(mine & theirs)
    return True


def _rows(case: Case) -> set[int]:
    return {person["row"] for person in case.persons if person.get("outcome") in {None, "eligible"} and "row" in person}
