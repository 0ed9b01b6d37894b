"""Granting recognitions and remembering awards."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.recognitions.models import Award, Recognition


def grant(
    db: Session,
    status: str,
    household_id: int,
    person_id: int | None,
    *,
    source: str,
    first_day: date,
    last_day: date | None,
) -> Recognition:
    """Recognise a household, or one person of it; an older recognition of the same kind ends the day before."""
    for older in db.scalars(
        select(Recognition).where(
            Recognition.household_id == household_id,
            Recognition.status == status,
            Recognition.person_id.is_(None) if person_id is None else Recognition.person_id == person_id,
            (Recognition.last_day.is_(None)) | (Recognition.last_day >= first_day),
        )
    ):
        older.last_day = first_day - timedelta(days=1)
    recognition = Recognition(
        status=status,
        household_id=household_id,
        person_id=person_id,
        source=source,
        first_day=first_day,
        last_day=last_day,
    )
    db.add(recognition)
    return recognition


def end(db: Session, household_id: int, source: str, last_day: date) -> int:
    """End what a source granted: recognitions carry the case that gave them."""
    ended = 0
    for found in db.scalars(
        select(Recognition).where(
            Recognition.household_id == household_id, Recognition.source == source, Recognition.last_day.is_(None)
        )
    ):
        found.last_day = last_day
        ended += 1
    return ended


def award(
    db: Session,
    *,
    item: str,
    household_id: int,
    person_id: int | None,
    reason: str,
    amount_fen: int | None,
    first_day: date,
    last_day: date | None,
) -> Award:
    """Remember that a household or a person was granted an item, for what reason and how much."""
    granted = Award(
        item=item,
        household_id=household_id,
        person_id=person_id,
        reason=reason,
        amount_fen=amount_fen,
        first_day=first_day,
        last_day=last_day,
    )
    db.add(granted)
    return granted
