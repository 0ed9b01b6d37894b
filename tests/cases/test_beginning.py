"""A form begins with what is known: never an amount, a signature or a promise of the last time."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.applications.beginning import LAST, RECORDS, begin, from_registers, of_person, opened, with_applicant
from portal.applications.models import Application, Draft
from portal.applications.queries import clear_answers
from portal.cases import commands
from portal.cases.prospects import known_facts, prospects
from portal.catalogue.commands import publish
from portal.catalogue.documents import read_directory
from portal.errors import Refused
from portal.forms import Origin
from portal.households.models import Household, Membership, Person
from portal.organisation.commands import load_calendar, load_departments, load_regions
from tests.cases.test_story import actor
from tests.factories import make_user
from tests.families import NOON, complete

ITEMS = ["dibao", "education_aid"]


@pytest.fixture
def release(session):
    source, _ = read_directory()
    found = publish(session, actor_id=None, actor_name="tests", source=source, note="", now=NOON)
    load_regions(session, source.one("regions")["regions"])
    load_departments(session, source.one("departments")["departments"])
    load_calendar(session, source.documents["workflows/calendars/cn.json"])
    session.flush()
    return found


@pytest.fixture
def clerk(session, release):
    user = make_user(session, "window_clerk", region="321302")
    return actor("window_clerk", "321302", number=user.id)


@pytest.fixture
def family(session, release, clerk):
    """A family that has applied once; gives the applicant."""
    example = next(e for e in release.catalogue.examples if e.item == "dibao" and e.expect["outcome"] == "eligible")
    facts = {k: v for k, v in json.loads(json.dumps(dict(example.facts))).items() if not k.startswith("s_")}
    answers = complete(release, ITEMS, {**facts, "inc_wage_local": 1_234_500})
    application = commands.submit(
        session, clerk, release, items=ITEMS, answers=answers, window_region="321302", now=NOON
    )
    return session.get(Person, application.applicant_id)


@pytest.fixture
def form(release):
    return release.catalogue.form("application", ITEMS)


def test_what_was_said_is_carried_and_what_must_be_said_anew_is_not(session, clerk, form, family):
    found = of_person(session, clerk, form, family)
    assert found.answers["applicant_name"] == family.name
    assert found.answers["hh_hukou_region"]
    assert found.origins["applicant_name"].source == RECORDS
    assert found.origins["hh_hukou_kind"].source == LAST
    carried = [form.questions[place.rpartition("/")[2]] for place in found.origins]
    assert not [q.id for q in carried if q.type in {"money", "signature", "photo", "file"}]
    assert not {"declare_true", "auth_signed", "app_reason", "app_mode"} & found.answers.keys()


def test_who_left_the_household_is_no_longer_listed(session, clerk, form, family):
    before = of_person(session, clerk, form, family).answers["members"]
    household = session.scalar(select(Household))
    leaving = session.scalars(
        select(Membership).where(Membership.household_id == household.id, Membership.person_id != family.id)
    ).all()
    leaving[-1].last_day = NOON.date()
    session.flush()
    after = of_person(session, clerk, form, family).answers["members"]
    assert len(after) == len(before) - 1
    assert all(row["row_id"] for row in after)


def test_a_stranger_to_the_file_begins_with_the_records_alone(session, form, family):
    stranger = actor("window_clerk", "321322", number=99)
    found = of_person(session, stranger, form, family)
    assert {origin.source for origin in found.origins.values()} == {RECORDS}


def test_numbers_in_the_origins_are_sealed(session, release, clerk, form, family):
    draft = begin(session, clerk, release, items=ITEMS, window_region="321302", person=family, now=NOON)
    number = clear_answers(session, draft)["applicant_id_no"]
    assert number not in json.dumps(draft.provenance)
    assert opened(session, draft.provenance)["applicant_id_no"].value == number


def test_the_applicant_is_put_into_the_first_row_only_when_it_is_blank(form):
    said = {"applicant_name": "示例甲", "applicant_id_no": "x", "applicant_phone": "1"}
    (first,) = with_applicant(form, said)["members"]
    assert (first["member_name"], first["member_relation"], first["row_id"]) == ("示例甲", "01", "m1")
    assert "member_lives_together" not in first
    other = {**said, "members": [{"row_id": "m7", "member_name": "示例乙"}]}
    assert with_applicant(form, other) == other
    assert "members" not in with_applicant(form, {"applicant_name": "示例甲"})


def test_nobody_named_anew_means_nothing_is_looked_up(session, release, form):
    answers = {"applicant_id_no": "11010519491231002X"}
    assert from_registers(session, release.catalogue, form, answers, answers).answers == answers


def test_a_family_is_judged_on_what_is_known(session, release, clerk, family):
    household = session.scalar(select(Household))
    facts = known_facts(session, clerk, household)
    found = prospects(session, release.catalogue, household, facts, NOON.date())
    assert set(found) == set(release.catalogue.items)
    assert found["dibao"].is_good
    refused = [prospect for prospect in found.values() if prospect.outcome == "not_eligible"]
    assert refused
    assert all(prospect.reason is not None for prospect in refused)


def test_a_draft_is_submitted_once_and_keeps_no_answers(session, release, clerk, family):
    draft = begin(session, clerk, release, items=ITEMS, window_region="321302", person=family, now=NOON)
    with pytest.raises(Refused) as refused:
        commands.submit_draft(session, clerk, draft.id, now=NOON)
    assert refused.value.problem.code == "invalid"
    assert {"papers"} & {fault.question for fault in refused.value.fields}
    later = NOON + timedelta(hours=1)
    draft.answers = complete(release, ITEMS, clear_answers(session, draft))
    draft.papers = ["id_card", "auth_letter", "unified_form"]
    first = commands.submit_draft(session, clerk, draft.id, now=later)
    assert commands.submit_draft(session, clerk, draft.id, now=later).id == first.id
    assert session.get(Draft, draft.id).answers == {}
    assert len(session.scalars(select(Application)).all()) == 2


def test_an_origin_is_found_again_by_its_row(session):
    assert opened(session, {"origins": {"members/m1/member_name": {"source": "x", "value": "甲", "when": None}}}) == {
        "members/m1/member_name": Origin("x", "甲")
    }
