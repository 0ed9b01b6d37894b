"""`portal check`: a sound town passes; every hand in the tables is found and named."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.audit.models import Delivery, Event
from portal.cases.checking import differences
from portal.cases.models import Case, Task
from portal.catalogue.models import StoredRelease
from portal.db import open_engine
from portal.entitlements.checking import differences as entitlement_differences
from portal.entitlements.models import Entitlement
from tests.town import runner


@pytest.fixture
def change(town_copy):
    """Do something to the tables behind the platform's back."""

    def run(*statements):
        engine = open_engine(town_copy)
        with Session(engine) as db:
            for statement in statements:
                assert db.execute(statement).rowcount > 0
            db.commit()
        engine.dispose()

    return run


def found(url, part):
    result = runner(url)("check", part, "--json")
    assert result.stdout, result.exception
    return result.exit_code, json.loads(result.stdout)[part]


def test_a_sound_town_passes_every_check(town_url):
    result = runner(town_url)("check")
    assert result.exit_code == 0, result.output
    assert result.output.count("in order") == 3


def test_columns_agree_with_states_and_trail_after_time_has_passed(town_copy):
    run = runner(town_copy)
    assert run("demo", "advance", 12).exit_code == 0
    assert found(town_copy, "cases") == (0, [])
    assert found(town_copy, "audit") == (0, [])


OPEN = select(Case.id).where(Case.status == "open").limit(1).scalar_subquery()
CONFIRMED = select(Case.id).where(Case.status == "confirmed", Case.amount_fen > 0).limit(1).scalar_subquery()
TAMPERED = {
    "confirmed by hand": (update(Case).where(Case.id == OPEN).values(status="confirmed"), {"status", "ended"}),
    "another amount": (update(Case).where(Case.id == CONFIRMED).values(amount_fen=1), {"amount_fen"}),
    "another deadline": (update(Case).where(Case.id == OPEN).values(due_on=None), {"due_on"}),
    "another place": (update(Case).where(Case.id == OPEN).values(region_code="321302001001"), {"region"}),
    "another department": (update(Case).where(Case.id == OPEN).values(department_code="JY2"), {"department"}),
    "another name": (update(Case).where(Case.id == OPEN).values(applicant_name="别人"), {"applicant"}),
    "a task gone": (delete(Task).where(Task.case_id == OPEN), {"tasks"}),
    "a day earlier": (update(Case).where(Case.id == CONFIRMED).values(closed_on=date(2001, 1, 1)), {"closed_on"}),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_hand_in_the_cases_is_found(town, what):
    statement, columns = TAMPERED[what]
    town.execute(statement)
    assert columns <= {one.column for one in differences(town)}


def test_an_application_changed_by_hand_is_found(town):
    town.execute(update(Application).where(Application.status == "accepted").values(status="decided"))
    assert {one.column for one in differences(town)} == {"status"}


def test_a_right_without_a_case_and_a_case_without_a_right_are_found(town):
    one, two = town.scalars(select(Entitlement).limit(2)).all()
    town.execute(update(Case).where(Case.id == one.case_id).values(status="refused"))
    town.execute(delete(Entitlement).where(Entitlement.id == two.id))
    assert {(d.column, d.expected) for d in entitlement_differences(town)} == {
        ("entitlement", "None"),
        ("entitlement", "active"),
    }


def test_the_command_names_what_differs_and_fails(town_copy, change):
    change(update(Case).where(Case.id == OPEN).values(status="confirmed"))
    code, faults = found(town_copy, "cases")
    assert code == 1
    assert {"status"} <= {fault["what"] for fault in faults}
    assert "≠" in runner(town_copy)("check", "cases").output


def test_a_touched_link_is_found(town_copy, change):
    change(update(Event).where(Event.sequence == 2).values(actor_name="别人"))
    code, faults = found(town_copy, "audit")
    assert code == 1
    assert all(fault["where"].endswith("#2") for fault in faults)
    assert {fault["what"] for fault in faults} == {"was changed"}


def test_a_removed_link_is_found(town_copy, change):
    stream = select(Event.stream).where(Event.sequence == 5).limit(1).scalar_subquery()
    change(delete(Event).where(Event.stream == stream, Event.sequence == 3))
    code, faults = found(town_copy, "audit")
    assert (code, len(faults)) == (1, 1)
    assert faults[0]["where"].endswith("#4")


def test_a_case_whose_end_was_removed_from_the_trail_is_found(town_copy, change):
    """Cutting the last links of a chain leaves no gap; the case that ended without a word tells."""
    change(delete(Delivery), delete(Event).where(Event.action == "case.confirmed"))
    code, faults = found(town_copy, "cases")
    assert code == 1
    assert "ended" in {fault["what"] for fault in faults}


def test_a_changed_release_is_found(town_copy, change):
    change(update(StoredRelease).values(bundle=StoredRelease.bundle.op("||")(" ")))
    assert found(town_copy, "catalogue") == (0, [])  # blanks at the end are no content
    replaced = update(StoredRelease)
    from sqlalchemy import func

    change(replaced.values(bundle=func.replace(StoredRelease.bundle, "62000", "82000")))
    code, faults = found(town_copy, "catalogue")
    assert code == 1
    assert "was changed" in {fault["what"] for fault in faults}


def test_an_unknown_part_is_refused(town_url):
    assert runner(town_url)("check", "everything").exit_code == 2
