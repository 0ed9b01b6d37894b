"""Showing that earlier applications are one's own: the phone is theirs, and the end of the applicant's id number is known.

A phone alone proves nothing: it may be a neighbour's, or have had another owner. Wrong tries are counted.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.access.models import Citizen, CitizenProof
from portal.applications.models import Application
from portal.db import vault_of
from portal.households.models import Person

MOST_FAILURES: Final = 5
LOCKED: Final = timedelta(hours=24)
DIGITS: Final = 4


def prove(db: Session, actor: Actor, digits: str, *, now: datetime) -> bool:
    """Open the applications that name the actor's phone and an applicant whose number ends so.

    That there is nothing to open, a wrong end and too many tries give the same answer.
    """
    citizen = db.get_one(Citizen, actor.citizen, with_for_update=True)
    if citizen.proofs_locked_until is not None and now < citizen.proofs_locked_until:
        return False
    wanted = digits.strip().upper()
    found = [person for person in _named(db, actor) if _ends_with(db, person, wanted)]
    if not found:
        citizen.failed_proofs += 1
        if citizen.failed_proofs >= MOST_FAILURES:
            citizen.failed_proofs, citizen.proofs_locked_until = 0, now + LOCKED
        return False
    citizen.failed_proofs = 0
    for person in found:
        db.merge(CitizenProof(citizen_id=citizen.id, person_id=person.id, proved_at=now))
        audit.record(
            db,
            actor_id=None,
            actor_name=actor.name,
            action="citizen.proved",
            stream=f"citizen:{citizen.id}",
            subject=f"person:{person.id}",
            region_code=person.region_code,
            at=now,
        )
    return True


def _named(db: Session, actor: Actor) -> list[Person]:
    applicants = select(Application.applicant_id).where(Application.phone == actor.phone)
    return list(db.scalars(select(Person).where(Person.id.in_(applicants)))) if actor.phone else []


def _ends_with(db: Session, person: Person, wanted: str) -> bool:
    number = vault_of(db).open(person.id_number) if person.id_number else ""
    return len(wanted) == DIGITS and hmac.compare_digest(number[-DIGITS:].encode(), wanted.encode())
