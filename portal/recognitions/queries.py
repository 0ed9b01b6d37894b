"""Who is recognised as what on a day, what was awarded, and the facts that look beyond one household's answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.catalogue.catalogue import Catalogue
from portal.recognitions.models import Award, Recognition
from portal.recognitions.rules import AIDED, BENEFIT, FILE, SAME_REASON_MONTHS, months_before


def statuses(db: Session, household_id: int, on: date, person_id: int | None = None) -> dict[str, bool]:
    """Every status the household holds on a day; a person's own too when he is named, or anybody's when not."""
    query = select(Recognition.status).where(
        Recognition.household_id == household_id,
        Recognition.first_day <= on,
        or_(Recognition.last_day.is_(None), Recognition.last_day >= on),
    )
    if person_id is not None:
        query = query.where(or_(Recognition.person_id.is_(None), Recognition.person_id == person_id))
    return dict.fromkeys(db.scalars(query), True)


def in_force(db: Session, household_id: int, on: date) -> Sequence[Recognition]:
    return db.scalars(
        select(Recognition)
        .where(
            Recognition.household_id == household_id,
            Recognition.first_day <= on,
            or_(Recognition.last_day.is_(None), Recognition.last_day >= on),
        )
        .order_by(Recognition.id)
    ).all()


def in_force_of(db: Session, household_ids: Collection[int], on: date) -> dict[int, list[Recognition]]:
    """What several households and their people are recognised as on a day."""
    query = select(Recognition).where(
        Recognition.household_id.in_(household_ids),
        Recognition.first_day <= on,
        or_(Recognition.last_day.is_(None), Recognition.last_day >= on),
    )
    found: dict[int, list[Recognition]] = {}
    for recognition in db.scalars(query.order_by(Recognition.id)):
        found.setdefault(recognition.household_id, []).append(recognition)
    return found


def personal(db: Session, household_id: int, on: date) -> dict[int, frozenset[str]]:
    """The recognitions of single people of a household on a day, by person."""
    found: dict[int, set[str]] = {}
    for recognition in in_force(db, household_id, on):
        if recognition.person_id is not None:
            found.setdefault(recognition.person_id, set()).add(recognition.status)
    return {person_id: frozenset(held) for person_id, held in found.items()}


def in_force_awards(db: Session, household_id: int, on: date) -> Sequence[Award]:
    """What the household was granted and still has."""
    return db.scalars(
        select(Award)
        .where(
            Award.household_id == household_id,
            Award.first_day <= on,
            or_(Award.last_day.is_(None), Award.last_day >= on),
        )
        .order_by(Award.id)
    ).all()


def beyond_facts(
    db: Session,
    catalogue: Catalogue,
    household_id: int,
    on: date,
    *,
    papers: Collection[str] = (),
    requested_fen: int | None = None,
    any_conflict: bool = False,
    price_index_moved: bool = False,
) -> dict[str, Any]:
    """The `x_…` facts the catalogue's rules read, all of them answered: a case never leaves them open."""
    since = months_before(on, SAME_REASON_MONTHS)
    aided = set(
        db.scalars(
            select(Award.item).where(Award.household_id == household_id, Award.first_day > since, Award.first_day <= on)
        )
    )
    held = {award.item for award in in_force_awards(db, household_id, on)}
    found: dict[str, Any] = {}
    for name in catalogue.beyond_facts:
        if name.startswith(AIDED):
            found[name] = name.removeprefix(AIDED) in aided
        elif name.startswith(BENEFIT):
            found[name] = name.removeprefix(BENEFIT) in held
        elif name.startswith(FILE):
            found[name] = name.removeprefix(FILE) in papers
    found["x_any_check_conflict"] = any_conflict
    found["x_cpi_triggered"] = price_index_moved
    if requested_fen is not None:
        found["x_requested_amount"] = requested_fen
    return found
