"""Whom an occasion may concern: people on a department's list, recognised households, people who reach an age.

Values, read page by page, so that a batch may commit between two of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.cases.recognising import needed_statuses
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.db import vault_of
from portal.forms.identity import born_on, parse_date
from portal.households.models import Household, Membership, Person
from portal.recognitions.models import Recognition
from portal.registers import queries as register_queries
from portal.registers.models import RegisterRow
from portal.registers.rules import Shape
from portal.rules.operators import age
from portal.values import Text

PAGE = 500
CLOSED = Text("台账中已注销或停用。", "Closed on the register.")
UNRECOGNISED = Text("不在已认定的困难家庭中。", "Not of a recognised household.")
DIED = Text("已故。", "Has died.")


@dataclass(frozen=True)
class Candidate:
    """Somebody an occasion may concern: who and where, and what the list itself answers."""

    name: str
    id_number: str
    person_id: int | None = None
    household_id: int | None = None
    region_code: str = ""
    born: date | None = None
    phone: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    row: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Aside:
    """Somebody, or so many, whom the list itself rules out."""

    name: str
    reason: Text
    count: int = 1


def on_list(db: Session, catalogue: Catalogue, item: Item, one: Shape, today: date) -> Iterator[Candidate | Aside]:
    """The rows of a register, joined with recognised households when the item needs a recognition."""
    households = _recognised(catalogue, item, today) if item.needs else None
    total = db.scalar(select(func.count()).where(RegisterRow.register == one.slug)) or 0
    met = 0
    for rows in _pages(db, select(RegisterRow).where(RegisterRow.register == one.slug), RegisterRow.id):
        people = _people(db, [row.person_index for row in rows], households)
        kept = [row for row in rows if households is None or row.person_index in people]
        met += len(kept)
        found = [
            _closed(one, row) or _listed(db, catalogue, one, row, *people.get(row.person_index, (None, None)))
            for row in kept
        ]
        yield from found
    if total > met:
        yield Aside("", UNRECOGNISED, total - met)


def recognised(db: Session, catalogue: Catalogue, item: Item, today: date) -> Iterator[Candidate | Aside]:
    """Every household that holds one of the recognitions the item names, by its head or first member."""
    query = select(Household).where(Household.id.in_(_recognised(catalogue, item, today)))
    for households in _pages(db, query, Household.id):
        found = []
        for household in households:
            alive = [m.person for m in household.memberships if m.last_day is None and m.person.died_on is None]
            head = [person for person in alive if person.id == household.head_id]
            found += [_of_person(db, person, household) for person in (head or alive)[:1]]
        yield from found


def at_age(db: Session, catalogue: Catalogue, item: Item, today: date) -> Iterator[Candidate | Aside]:
    """People who have reached the item's age, or will within its days of notice: from registers, then everybody known."""
    if item.birthday is None:
        return
    soon = today + timedelta(days=item.birthday.remind_days)
    seen: set[str] = set()
    for slug, register in catalogue.registers.items():
        if item.slug in register.starts:
            yield from _aged_on(db, catalogue, register_queries.shape(catalogue, slug), item.birthday.age, soon, seen)
    query = select(Person).where(Person.birth_date <= date(soon.year - item.birthday.age, 12, 31))
    for people in _pages(db, query, Person.id):
        homes = _homes(db, [person.id for person in people])
        found: list[Candidate | Aside] = [
            Aside(person.name, DIED) if person.died_on is not None else _of_person(db, person, homes.get(person.id))
            for person in people
            if person.id_index not in seen and _old_enough(person.birth_date, item.birthday.age, soon)
        ]
        yield from found


def _aged_on(
    db: Session, catalogue: Catalogue, one: Shape, years: int, soon: date, seen: set[str]
) -> Iterator[Candidate | Aside]:
    """The people of a register who are old enough; each id number once."""
    for rows in _pages(db, select(RegisterRow).where(RegisterRow.register == one.slug), RegisterRow.id):
        people = _people(db, [row.person_index for row in rows], None)
        found: list[Candidate | Aside] = []
        for row in rows:
            person, household = people.get(row.person_index, (None, None))
            candidate = _listed(db, catalogue, one, row, person, household)
            if row.person_index in seen or not _old_enough(candidate.born, years, soon):
                continue
            seen.add(row.person_index)
            died = Aside(candidate.name, DIED) if person is not None and person.died_on is not None else None
            found.append(died or _closed(one, row) or candidate)
        yield from found


def _old_enough(born: date | None, years: int, on: date) -> bool:
    """As the rules count years: somebody born on 29 February is a year older on 1 March of a common year."""
    return born is not None and age(born.isoformat(), on) >= years


def _pages(db: Session, query: Select[Any], key: Any) -> Iterator[Sequence[Any]]:
    """Pages by ascending id; a commit between two pages disturbs neither."""
    after = 0
    while page := db.scalars(query.where(key > after).order_by(key).limit(PAGE)).all():
        after = page[-1].id
        yield page


def _in_force(today: date) -> ColumnElement[bool]:
    ends = or_(Recognition.last_day.is_(None), Recognition.last_day >= today)
    return and_(Recognition.first_day <= today, ends)


def _recognised(catalogue: Catalogue, item: Item, today: date) -> Select[Any]:
    needed = sorted(needed_statuses(catalogue, item.slug))
    return select(Recognition.household_id).where(Recognition.status.in_(needed), _in_force(today))


def _homes(db: Session, person_ids: Iterable[int]) -> dict[int, Household]:
    """Where people live now; the newest household when they are entered in two."""
    query = (
        select(Membership.person_id, Household)
        .join(Household, Household.id == Membership.household_id)
        .where(Membership.person_id.in_(sorted(person_ids)), Membership.last_day.is_(None))
        .order_by(Household.id)
    )
    return {row.person_id: row.Household for row in db.execute(query)}


def _people(
    db: Session, indexes: Sequence[str], households: Select[Any] | None
) -> dict[str, tuple[Person | None, Household | None]]:
    """The people behind a page of register rows and where they live; only recognised households when these are given."""
    query = (
        select(Person, Household)
        .outerjoin(Membership, and_(Membership.person_id == Person.id, Membership.last_day.is_(None)))
        .outerjoin(Household, Household.id == Membership.household_id)
        .where(Person.id_index.in_(sorted({index for index in indexes if index})))
        .order_by(Household.id)
    )
    if households is not None:
        query = query.where(Household.id.in_(households))
    return {str(person.id_index): (person, household) for person, household in db.execute(query)}


def _closed(one: Shape, row: RegisterRow) -> Aside | None:
    closed = any(row.data.get(column) in values for column, values in one.register.starts_unless.items())
    return Aside(str(row.data.get("name") or ""), CLOSED) if closed else None


def _listed(
    db: Session, catalogue: Catalogue, one: Shape, row: RegisterRow, person: Person | None, household: Household | None
) -> Candidate:
    """A row of a register as a candidate: what it fills are answers, of the application or of the member's row."""
    data = register_queries.clear(db, row)
    answers = register_queries.answers_of(db, one, row)
    questions = catalogue.bank.questions
    number = str(data.get(one.person or "") or "")
    known = parse_date(str(answers.get("member_birth_date") or "")) or born_on(number)
    named = str(data.get(one.region) or "") if one.region else ""
    place = household.region_code if household is not None else person.region_code if person is not None else ""
    return Candidate(
        name=str(data.get("name") or (person.name if person is not None else "")),
        id_number=number,
        person_id=person.id if person is not None else None,
        household_id=household.id if household is not None else None,
        region_code=named or place,
        born=known,
        phone=str(data.get("phone") or (person.phone if person is not None else "")),
        facts={name: value for name, value in answers.items() if not questions[name].in_rows},
        row={name: value for name, value in answers.items() if questions[name].in_rows},
    )


def _of_person(db: Session, person: Person, household: Household | None) -> Candidate:
    return Candidate(
        name=person.name,
        id_number=vault_of(db).open(person.id_number) if person.id_number else "",
        person_id=person.id,
        household_id=household.id if household is not None else None,
        region_code=household.region_code if household is not None else person.region_code,
        born=person.birth_date,
        phone=person.phone,
    )
