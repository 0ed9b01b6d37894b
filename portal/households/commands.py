"""Registering the people of an application and who lives with whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.catalogue import Catalogue
from portal.db import vault_of
from portal.households.models import Household, Membership, Person
from portal.households.rules import MemberFacts, day_of, facts_of_member
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
    asking = MemberFacts(
        str(answers.get("applicant_name") or ""),
        str(answers.get("applicant_id_no") or ""),
        str(answers.get("applicant_id_type") or ""),
        relation="",
        sex="",
        born=None,
    )
    rows = [facts_of_member(m) for m in answers.get("members") or [] if isinstance(m, Mapping)]
    people = _People(db, [asking, *rows])
    applicant = people.found(asking)
    home = _household_of(db, applicant)
    household = home or Household()
    household.region_code = region_code
    household.address = str(
        answers.get("hh_live_address") or answers.get("hh_hukou_address") or household.address or ""
    )[:300]
    applicant.phone = str(answers.get("applicant_phone") or applicant.phone or "")[:30]
    by_row = {"applicant": applicant}
    for position, facts in enumerate(rows):
        by_row[f"members/{position}"] = people.found(facts, home)
    for facts, person in zip([asking, *rows], by_row.values(), strict=True):
        _describe(person, facts)
        person.region_code, person.address = region_code, household.address
    db.flush()  # the household is named after its head, memberships after both
    if home is None:
        household.head_id = applicant.id
        db.add(household)
        db.flush()
    _live_together(db, household, by_row, rows, today)
    return household, by_row


class _People:
    """The people of one application: found all at once by their numbers, each added once when nobody knows him."""

    def __init__(self, db: Session, everybody: Sequence[MemberFacts]) -> None:
        self.db, self.vault = db, vault_of(db)
        indexes = {self.vault.index(facts.number) for facts in everybody if facts.number}
        known = db.scalars(select(Person).where(Person.id_index.in_(indexes))) if indexes else ()
        self.by_index = {str(person.id_index): person for person in known}
        self.nameless: dict[tuple[str, date | None], Person] = {}

    def found(self, facts: MemberFacts, household: Household | None = None) -> Person:
        if facts.number:
            index = self.vault.index(facts.number)
            if index not in self.by_index:
                self.by_index[index] = self._added(facts, index)
            return self.by_index[index]
        key = (facts.name, facts.born)
        if key not in self.nameless:
            self.nameless[key] = self._at_home(facts, household) or self._added(facts, None)
        return self.nameless[key]

    def _at_home(self, facts: MemberFacts, household: Household | None) -> Person | None:
        if household is None:
            return None
        query = select(Person).join(Membership, Membership.person_id == Person.id)
        same = (Membership.household_id == household.id, Person.name == facts.name, Person.birth_date == facts.born)
        return self.db.scalar(query.where(*same).limit(1))

    def _added(self, facts: MemberFacts, index: str | None) -> Person:
        sealed = self.vault.seal(facts.number) if facts.number else ""
        person = Person(id_index=index, id_number=sealed, id_masked=mask(facts.number), name="")
        self.db.add(person)
        return person


def _describe(person: Person, facts: MemberFacts) -> None:
    """What was said of a person, where it says anything."""
    person.name = facts.name[:120] or person.name
    person.id_type = facts.id_type[:10] or person.id_type or "111"
    person.sex = facts.sex or person.sex or ""
    said = facts.born or day_of(facts.number[6:14] if len(facts.number) == 18 else "")
    person.birth_date = facts.born or person.birth_date or said


def _household_of(db: Session, head: Person) -> Household | None:
    """The household the applicant lives in now; nobody lives anywhere before he is known."""
    if head in db.new:
        return None
    return db.scalar(
        select(Household)
        .join(Membership, Membership.household_id == Household.id)
        .where(Membership.person_id == head.id, Membership.last_day.is_(None))
        .order_by(Household.id.desc())
        .limit(1)
    )


def _live_together(
    db: Session, household: Household, people: Mapping[str, Person], rows: Sequence[MemberFacts], today: date
) -> None:
    """Open a membership for everybody who has none here yet; what was said of the relation is kept."""
    here = select(Membership).where(Membership.household_id == household.id, Membership.last_day.is_(None))
    standing = {membership.person_id: membership for membership in db.scalars(here)}
    said = [(people[f"members/{n}"].id, facts.relation[:4]) for n, facts in enumerate(rows)]
    for person_id, relation in (*said, (people["applicant"].id, "")):
        membership = standing.get(person_id)
        if membership is None:
            membership = standing[person_id] = Membership(
                household_id=household.id, person_id=person_id, relation="", first_day=today
            )
            db.add(membership)
        membership.relation = relation or membership.relation
    db.flush()  # what follows reads who lives there
