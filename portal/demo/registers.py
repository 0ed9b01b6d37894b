"""The departments' registers of the town: accounts, certificates, pupils and old people of the families that are there.

Taken in as the departments would, county by county, from rows made of the people the platform knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Grant
from portal.access.rules import SYSTEM
from portal.cases.rules import PRICE_INDEX
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.db import transaction, vault_of
from portal.households.models import Household, Person
from portal.jobs.runner import deliver_pending
from portal.jobs.starts import run_batch, run_nightly
from portal.organisation.queries import CITY_TIME
from portal.registers import commands, queries
from portal.registers.sheets import Line, Sheet
from portal.rules.operators import age

KEEPER = "示例台账员"
SCHOOLS: Final = ("示例第一小学", "示例第二中学", "示例职业学校")
# (age from, age until, stage of schooling)
STAGES: Final = ((3, 5, "0"), (6, 11, "1"), (12, 14, "2"), (15, 17, "3"), (18, 21, "6"))
ON_ROSTER_FROM: Final = 79


@dataclass(frozen=True)
class Known:
    """Somebody of the town with his number, and whether the household is in his name."""

    person: Person
    number: str
    is_head: bool

    def years(self, on: date) -> int:
        return int(age(str(self.person.birth_date), on)) if self.person.birth_date else 0

    def dice(self, purpose: str) -> Random:
        return Random(f"{self.number}:{purpose}")  # noqa: S311 - a repeatable town, no secret


Row = dict[str, Any] | None
Maker = Callable[[Known, date], Row]


def _account(prefix: str, digits: int, share: float, *, meter: bool) -> Maker:
    """An account in the head's name; so many households have one, and one in thirty is closed."""

    def make(known: Known, _on: date) -> Row:
        dice = known.dice(prefix)
        if not known.is_head or dice.random() > share:
            return None
        row: dict[str, Any] = {
            "account_no": f"{prefix}{dice.randrange(10**digits):0{digits}d}",
            "name": known.person.name,
            "id_no": known.number,
            "address": known.person.address[:100],
            "state": "closed" if dice.random() < 1 / 30 else "open",
        }
        return row | {"shared_meter": dice.random() < 0.1} if meter else row

    return make


def _elder(known: Known, on: date) -> Row:
    if known.years(on) < ON_ROSTER_FROM:
        return None
    row = {
        "name": known.person.name,
        "id_no": known.number,
        "birth_date": str(known.person.birth_date),
        "ability": known.dice("ability").choice("00112234"),
        "phone": known.person.phone,
    }
    village = known.person.region_code
    return row | ({"region": village} if len(village) == 12 else {})


def _pupil(known: Known, on: date) -> Row:
    stage = next((stage for first, last, stage in STAGES if first <= known.years(on) <= last), None)
    dice = known.dice("school")
    if stage is None or dice.random() < 0.1:
        return None
    return {
        "student_no": f"X{known.number[-12:]}",
        "name": known.person.name,
        "id_no": known.number,
        "stage": stage,
        "school": dice.choice(SCHOOLS),
        "grade": f"{dice.randrange(1, 7)}年级{dice.randrange(1, 9)}班",
    }


def _card(known: Known, _on: date) -> Row:
    dice = known.dice("card")
    if dice.random() > 0.08:
        return None
    kind, grade = dice.choice("1234567"), dice.choice("12334")
    row = {"cert_no": f"{known.number}{kind}{grade}", "name": known.person.name, "id_no": known.number}
    return {**row, "kind": kind, "grade": grade, "review_date": f"{dice.randrange(2027, 2035)}-06-30"}


MAKERS: Final[Mapping[str, Maker]] = {
    "utility_accounts": _account("W", 8, 0.9, meter=True),
    "power_accounts": _account("", 10, 0.95, meter=True),
    "gas_accounts": _account("G", 8, 0.35, meter=False),
    "tv_accounts": _account("T", 8, 0.5, meter=False),
    "elderly_roster": _elder,
    "student_roster": _pupil,
    "disability_cards": _card,
}


def fill_registers(db: Session, catalogue: Catalogue, *, now: datetime) -> dict[str, int]:
    """Every register of the catalogue the town knows how to fill; how many rows each holds now."""
    on = now.astimezone(CITY_TIME).date()
    counties = sorted({code[:6] for code in db.scalars(select(Person.region_code).distinct()) if len(code) >= 6})
    filled: dict[str, int] = {}
    for slug, make in MAKERS.items():
        if slug not in catalogue.registers:
            continue
        one = queries.shape(catalogue, slug)
        for county in counties:
            keeper = Actor(None, KEEPER, (Grant("department_officer", county, one.register.department),))
            with transaction(db):
                sheet = Sheet(_lines(db, county, make, on), ())
                taken = commands.take_in(db, keeper, one, sheet, keep_good=True, now=now, name="示例数据")
            filled[slug] = filled.get(slug, 0) + taken.added + taken.changed + taken.unchanged
    return filled


def _lines(db: Session, county: str, make: Maker, on: date) -> Iterator[Line]:
    rows = (make(known, on) for known in _people(db, county))
    for number, row in enumerate((row for row in rows if row is not None), 2):
        yield Line(number, row)


def _people(db: Session, county: str) -> Iterator[Known]:
    """Everybody of a county with a number, a page at a time."""
    vault, after = vault_of(db), 0
    heads = select(Household.head_id).where(Household.head_id == Person.id).exists()
    query = select(Person, heads).where(Person.region_code.startswith(county), Person.id_number != "")
    while page := db.execute(query.where(Person.id > after).order_by(Person.id).limit(500)).all():
        after = page[-1][0].id
        yield from [Known(person, vault.open(person.id_number), bool(is_head)) for person, is_head in page]


def start_by_themselves(db: Session, *, now: datetime) -> int:
    """One night's lists and birthdays, and last month's price index: how many applications nobody made."""
    last_month = now.astimezone(CITY_TIME).date().replace(day=1) - timedelta(days=1)
    reports = run_nightly(db, SYSTEM, now=now)
    for item in catalogue_queries.current(db).catalogue.items.values():
        if "price_index" in item.starts:
            reports.append(run_batch(db, SYSTEM, item.slug, f"{PRICE_INDEX}:{last_month:%Y-%m}", now=now))
    db.rollback()
    while deliver_pending(db, now=now):
        pass
    return sum(report.counts["opened"] + report.counts["reminded"] for report in reports)
