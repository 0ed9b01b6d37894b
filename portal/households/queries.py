"""Finding people and households. By full id number anywhere in the city; by anything less only in one's own region."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.access import Actor
from portal.access.queries import where
from portal.db import begins, vault_of
from portal.errors import NOT_FOUND, Refused
from portal.forms.identity import resident_id_fault
from portal.forms.normalising import id_number as normal_id
from portal.forms.normalising import phone as normal_phone
from portal.forms.normalising import plain_text
from portal.households.models import Household, Membership, Person

_DOCUMENT: Final = re.compile(r"[0-9A-Z]{7,20}")


@dataclass(frozen=True)
class PersonHit:
    """A person as a search shows him: the id masked."""

    id: int
    name: str
    id_masked: str
    birth_date: date | None
    sex: str
    phone: str
    region_code: str
    address: str
    household_id: int | None


def person_by_id_number(db: Session, number: str) -> Person | None:
    """The person with exactly this id number."""
    clean = normal_id(number)
    return db.scalar(select(Person).where(Person.id_index == vault_of(db).index(clean))) if clean else None


def people_by_number(db: Session, numbers: Iterable[str]) -> dict[str, Person]:
    """The people with these id numbers, by number; numbers nobody has are left out."""
    vault = vault_of(db)
    indexes = {vault.index(clean): number for number in numbers if (clean := normal_id(number))}
    people = db.scalars(select(Person).where(Person.id_index.in_(sorted(indexes))))
    return {indexes[str(person.id_index)]: person for person in people}


def find(db: Session, actor: Actor, text: str, *, limit: int = 20) -> list[PersonHit]:
    """People a clerk may take an application from.

    The complete number of a document finds anybody in the city (市域通办); a name's beginning, a phone or part of an address finds
    people of the actor's own region only.
    """
    wanted = plain_text(text)
    if not wanted or not actor.may("application.create"):
        return []
    number = normal_id(wanted)
    known = person_by_id_number(db, number) if _DOCUMENT.fullmatch(number) else None
    if known is not None or (len(number) == 18 and resident_id_fault(number) is None):
        return [hit(db, known)] if known is not None else []
    near = where(actor.scope("application.create"), region=Person.region_code)
    named = or_(begins(Person.name, wanted), Person.phone == normal_phone(wanted))
    found = db.scalars(select(Person).where(near, named).order_by(Person.name, Person.id).limit(limit)).all()
    if not found and len(wanted) >= 2:
        # Only the narrow index of places and addresses is gone through; people are read when they were found.
        at = select(Person.id).where(near, Person.address.contains(wanted, autoescape=True)).limit(limit).subquery()
        found = db.scalars(select(Person).join(at, at.c.id == Person.id).order_by(Person.name, Person.id)).all()
    homes = households_of(db, [person.id for person in found])
    return [_hit(person, homes.get(person.id)) for person in found]


def known_person(db: Session, person_id: int) -> Person:
    """A person somebody found before. The edge proves that it was this actor who found him: by number, or at home."""
    found = db.get(Person, person_id)
    if found is None:
        raise Refused(NOT_FOUND)
    return found


def hit(db: Session, found: Person) -> PersonHit:
    household = household_of(db, found.id)
    return _hit(found, household.id if household else None)


def _hit(found: Person, household_id: int | None) -> PersonHit:
    return PersonHit(
        found.id,
        found.name,
        found.id_masked,
        found.birth_date,
        found.sex,
        found.phone,
        found.region_code,
        found.address,
        household_id,
    )


def households_of(db: Session, person_ids: Collection[int]) -> dict[int, int]:
    """In which household each of several people lives now, the newest where somebody is registered in two."""
    query = select(Membership.person_id, func.max(Membership.household_id)).where(
        Membership.person_id.in_(person_ids), Membership.last_day.is_(None)
    )
    return dict(db.execute(query.group_by(Membership.person_id)).all()) if person_ids else {}


def household_of(db: Session, person_id: int, on: date | None = None) -> Household | None:
    """The household a person lives in on a day (now when none is given)."""
    ended = Membership.last_day.is_(None)
    lives = ended if on is None else (Membership.first_day <= on) & (ended | (Membership.last_day >= on))
    return db.scalar(
        select(Household)
        .join(Membership, Membership.household_id == Household.id)
        .where(Membership.person_id == person_id, lives)
        .order_by(Household.id.desc())
        .limit(1)
    )


def members(db: Session, household_id: int) -> Sequence[Membership]:
    """Who lives in the household now, in the order they were registered."""
    return db.scalars(
        select(Membership)
        .where(Membership.household_id == household_id, Membership.last_day.is_(None))
        .order_by(Membership.id)
    ).all()


def members_of(db: Session, household_ids: Collection[int]) -> dict[int, list[Membership]]:
    """Who lives in each of several households now, people included, with one query."""
    query = select(Membership).where(Membership.household_id.in_(household_ids), Membership.last_day.is_(None))
    found: dict[int, list[Membership]] = {}
    for membership in db.scalars(query.order_by(Membership.id).options(joinedload(Membership.person))):
        found.setdefault(membership.household_id, []).append(membership)
    return found


def known_answers(db: Session, household: Household) -> Mapping[str, Any]:
    """What the people's own records know, as answers: a form for a known household begins with these."""
    vault = vault_of(db)
    rows = []
    for membership in members(db, household.id):
        person = membership.person
        row = {
            "member_name": person.name,
            "member_id_type": person.id_type,
            "member_id_no": vault.open(person.id_number) if person.id_number else "",
            "member_relation": membership.relation,
            "member_sex": person.sex,
            "member_birth_date": person.birth_date.isoformat() if person.birth_date else "",
        }
        rows.append({k: v for k, v in row.items() if v})
    known = {"hh_hukou_region": household.region_code, "hh_live_address": household.address, "members": rows}
    return {k: v for k, v in known.items() if v}
