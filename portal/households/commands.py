"""Registering the people of an application and who lives with whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.catalogue import Catalogue
from portal.db import vault_of
from portal.households.models import Household, Membership, Person
from portal.households.rules import day_of, facts_of_member
from portal.sealing import mask


def register_people(
    db: Session,
    _catalogue: Catalogue,
    answers: Mapping[str, Any],
    region_code: str,
    *,
    today: date,
) -> tuple[Household, dict[str, Person]]:
    """Find or add the applicant and every member, and open their memberships.

    People are the same when their id number is; somebody without a number (a new-born, a lost child) is the same only
    inside the household, by name and birth date. Returns the household and the people by row: "applicant",
    "members/0", …
    """
    members = [m for m in answers.get("members") or [] if isinstance(m, Mapping)]
    applicant = _person(
        db,
        None,
        name=str(answers.get("applicant_name") or ""),
        number=str(answers.get("applicant_id_no") or ""),
        kind=str(answers.get("applicant_id_type") or ""),
    )
    applicant.phone = str(answers.get("applicant_phone") or applicant.phone)[:30]
    household = _household_of(db, applicant, region_code)
    household.region_code = region_code
    household.address = str(
        answers.get("hh_live_address") or answers.get("hh_hukou_address") or household.address or ""
    )[:300]
    people = {"applicant": applicant}
    for position, member in enumerate(members):
        facts = facts_of_member(member)
        person = _person(db, household, name=facts.name, number=facts.number, kind=facts.id_type, born=facts.born)
        person.sex = facts.sex or person.sex
        person.birth_date = facts.born or person.birth_date
        person.region_code, person.address = region_code, household.address
        people[f"members/{position}"] = person
        _join(db, household, person, facts.relation, today)
    if applicant.id not in {p.id for row, p in people.items() if row != "applicant"}:
        _join(db, household, applicant, "", today)
    applicant.region_code, applicant.address = region_code, household.address
    return household, people


def _person(
    db: Session, household: Household | None, *, name: str, number: str, kind: str, born: date | None = None
) -> Person:
    vault = vault_of(db)
    index = vault.index(number) if number else None
    found = db.scalar(select(Person).where(Person.id_index == index)) if index else None
    if found is None and not number and household is not None:
        found = db.scalar(
            select(Person)
            .join(Membership, Membership.person_id == Person.id)
            .where(Membership.household_id == household.id, Person.name == name, Person.birth_date == born)
        )
    if found is None:
        found = Person(id_index=index, id_number=vault.seal(number) if number else "", id_masked=mask(number), name="")
        db.add(found)
    found.name = name[:120] or found.name
    found.id_type = kind[:10] or found.id_type or "111"
    found.birth_date = found.birth_date or born or day_of(number[6:14] if len(number) == 18 else "")
    db.flush()  # memberships and the household refer to the person
    return found


def _household_of(db: Session, head: Person, region_code: str) -> Household:
    """The household the applicant lives in now, or a new one with him as its head."""
    found = db.scalar(
        select(Household)
        .join(Membership, Membership.household_id == Household.id)
        .where(Membership.person_id == head.id, Membership.last_day.is_(None))
        .order_by(Household.id.desc())
        .limit(1)
    )
    if found is None:
        found = Household(region_code=region_code, head_id=head.id)
        db.add(found)
        db.flush()  # memberships refer to the household
    return found


def _join(db: Session, household: Household, person: Person, relation: str, today: date) -> None:
    standing = db.scalar(
        select(Membership).where(
            Membership.household_id == household.id, Membership.person_id == person.id, Membership.last_day.is_(None)
        )
    )
    if standing is None:
        db.add(Membership(household_id=household.id, person_id=person.id, relation=relation[:4], first_day=today))
        db.flush()  # the same person may stand in a second row
    elif relation:
        standing.relation = relation[:4]
