"""The fictional town: believable, in every state, the same for the same seed, and sound to the last link."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from portal.applications.models import Application, Draft
from portal.audit.queries import broken_links
from portal.cases.models import Case, Task
from portal.cases.rules import OUTCOMES
from portal.cli import cli
from portal.demo import people
from portal.demo.seeding import Seeding
from portal.entitlements.models import Entitlement
from portal.forms.identity import resident_id_fault
from portal.households.models import Person
from portal.organisation.models import Region
from portal.organisation.queries import moment
from portal.registers.models import RegisterRow
from tests.town import runner


@pytest.fixture
def run(town_url):
    return runner(town_url)


def counts(db, column):
    return Counter(dict(db.execute(select(column, func.count()).group_by(column)).all()))


def test_every_kind_of_ending_and_waiting_is_there(town):
    assert set(counts(town, Application.status)) >= {"accepted", "decided"}
    assert set(counts(town, Case.status)) >= {"open", "prepared", "confirmed", "refused"}
    assert len(counts(town, Case.item)) > 15
    assert {"verify", "visit", "opinion", "decide", "confirm", "publicity"} <= set(counts(town, Task.form))
    assert town.scalar(select(func.count()).select_from(Draft)) > 0


def test_the_rules_come_out_every_way(town):
    proposed = counts(town, Case.proposed_outcome)
    assert set(proposed) <= set(OUTCOMES)
    assert proposed["eligible"] > 0
    assert proposed["not_eligible"] > 0


def test_every_confirmed_case_gives_its_right(town):
    confirmed = town.scalar(select(func.count()).where(Case.status == "confirmed"))
    assert confirmed == town.scalar(select(func.count()).select_from(Entitlement)) > 0


def test_nobody_of_the_town_can_be_mistaken_for_a_real_person(town):
    county_codes = {code for code in town.scalars(select(Region.code)) if len(code) == 6}
    assert county_codes.isdisjoint(people.PREFIXES)
    for person in town.scalars(select(Person)):
        assert person.id_masked.startswith("3213")
        assert person.phone in {"", *(f"1990000{n:04d}" for n in range(10_000)), "19900000000"}


def test_the_departments_registers_are_filled_and_items_have_started_by_themselves(town):
    assert set(counts(town, RegisterRow.register)) >= {"utility_accounts", "power_accounts", "student_roster"}
    assert {len(code) for code in town.scalars(select(RegisterRow.region_code))} <= {6, 12}
    nobody_asked = select(Application.items).where(Application.idempotency_key.startswith("start:"))
    started = {slug for items in town.scalars(nobody_asked) for slug in items}
    assert {"price_subsidy", "power_cut"} <= started


def test_no_two_people_share_a_number_and_every_number_is_valid():
    numbers = []
    for ordinal in range(20_000):
        dice = Random(ordinal)
        someone = people.person(dice, ordinal, dice.choice("12"), dice.randrange(0, 95), date(2026, 11, 25))
        assert resident_id_fault(someone.id_number) is None
        numbers.append(someone.id_number)
    assert len(set(numbers)) == len(numbers)


def test_a_person_has_the_age_that_was_asked_for():
    for ordinal in range(800):
        age = ordinal % 95
        assert people.person(Random(ordinal), ordinal, "1", age, date(2026, 2, 3)).age(date(2026, 2, 3)) == age


def test_the_same_seed_makes_the_same_families(town, shipped_release):
    def families(seed):
        made = Seeding(town, shipped_release, households=12, seed=seed, now=moment(town))
        return [made.family(number, date(2026, 5, 4)).answers() for number in range(12)]

    assert families(3) == families(3)
    assert families(3) != families(4)


def test_the_trail_of_the_town_is_unbroken(town):
    assert list(broken_links(town)) == []


def test_a_second_run_adds_nothing(run, town):
    before = town.scalar(select(func.count()).select_from(Application))
    again = run("seed", "demo", "--households", 45)
    assert again.exit_code == 0
    assert "nothing was added" in again.output
    assert town.scalar(select(func.count()).select_from(Application)) == before


def test_outside_demo_mode_no_town_is_made(town_url):
    strict = {"PORTAL_DEMO": "0", "PORTAL_DATABASE_URL": town_url, "PORTAL_SECRET_KEY": "x" * 40}
    assert CliRunner().invoke(cli, ["seed", "demo"], env=strict).exit_code == 2
